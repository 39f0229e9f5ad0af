/* String patterns: literal runs and wildcards. Escapes are resolved once, here; everything after works on parts, so a
 * literal star never turns into a wildcard again. A pattern without escapes borrows the text. */
#include "base/buf.h"
#include "lang/sigma/internal.h"

static bool is_special(char c)
{
	return c == '*' || c == '?' || c == '\\';
}

struct sigma_string string_of_text(struct arena *a, struct str text)
{
	struct sigma_string s = { arena_new(a, struct sigma_part), text.len > 0 };
	if (s.parts != NULL)
		s.parts[0] = (struct sigma_part){ SIGMA_PART_TEXT, text };
	return s;
}

/* Appends a part; runs of `*` are one. */
static void add_part(struct sigma_string *s, enum sigma_part_kind kind, struct str text)
{
	if (kind == SIGMA_PART_ANY && s->n > 0 && s->parts[s->n - 1].kind == SIGMA_PART_ANY)
		return;
	s->parts[s->n++] = (struct sigma_part){ kind, text };
}

static void parse_parts(struct str text, char *out, struct sigma_string *s)
{
	char *from = out, *to = out;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '\\' && i + 1 < text.len && is_special(text.ptr[i + 1])) {
			*to++ = text.ptr[++i];
		} else if (c == '*' || c == '?') {
			if (to > from)
				add_part(s, SIGMA_PART_TEXT, (struct str){ from, (size_t)(to - from) });
			add_part(s, c == '*' ? SIGMA_PART_ANY : SIGMA_PART_ONE, STR(""));
			from = to;
		} else {
			*to++ = c;
		}
	}
	if (to > from)
		add_part(s, SIGMA_PART_TEXT, (struct str){ from, (size_t)(to - from) });
}

enum err sigma_string_parse(struct arena *arena, struct str text, struct sigma_string *ret)
{
	size_t wildcards = 0;
	bool escapes = false;
	for (size_t i = 0; i < text.len; i++) {
		wildcards += text.ptr[i] == '*' || text.ptr[i] == '?';
		escapes = escapes || text.ptr[i] == '\\';
	}
	if (wildcards == 0 && !escapes) {
		struct sigma_string s = string_of_text(arena, text);
		TRY(got(s.parts));
		*ret = s;
		return ERR_OK;
	}
	struct sigma_string s = { arena_new_n(arena, struct sigma_part, 2 * wildcards + 1), 0 };
	char *out = arena_alloc(arena, text.len);
	TRY(got(s.parts));
	TRY(got(out));
	parse_parts(text, out, &s);
	*ret = s;
	return ERR_OK;
}

bool string_has_wildcard(const struct sigma_string *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->parts[i].kind != SIGMA_PART_TEXT)
			return true;
	return false;
}

bool string_starts_any(const struct sigma_string *s)
{
	return s->n > 0 && s->parts[0].kind == SIGMA_PART_ANY;
}

bool string_ends_any(const struct sigma_string *s)
{
	return s->n > 0 && s->parts[s->n - 1].kind == SIGMA_PART_ANY;
}

enum err string_wrap(struct arena *a, struct sigma_string *s, bool front, bool back)
{
	front = front && !string_starts_any(s);
	back = back && !string_ends_any(s) && !(front && s->n == 0);
	if (!front && !back)
		return ERR_OK;
	struct sigma_part *parts = arena_new_n(a, struct sigma_part, s->n + 2);
	TRY(got(parts));
	size_t n = 0;
	if (front)
		parts[n++] = (struct sigma_part){ SIGMA_PART_ANY, STR("") };
	for (size_t i = 0; i < s->n; i++)
		parts[n++] = s->parts[i];
	if (back)
		parts[n++] = (struct sigma_part){ SIGMA_PART_ANY, STR("") };
	*s = (struct sigma_string){ parts, n };
	return ERR_OK;
}

static void format_text(struct buf *b, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		/* A lone backslash is itself, except before something it would escape, or at the end of the run. */
		bool last = i + 1 == text.len;
		if (c == '*' || c == '?' || (c == '\\' && (last || is_special(text.ptr[i + 1]))))
			buf_char(b, '\\');
		buf_char(b, c);
	}
}

static enum err to_arena(struct arena *a, const struct buf *b, struct str *ret)
{
	TRY(buf_err(b));
	struct str s = arena_str(a, buf_view(b));
	TRY(got(s.ptr));
	*ret = s;
	return ERR_OK;
}

enum err string_format(struct arena *a, const struct sigma_string *s, struct str *ret)
{
	auto_buf b = { .max = 0 };
	for (size_t i = 0; i < s->n; i++) {
		if (s->parts[i].kind == SIGMA_PART_TEXT)
			format_text(&b, s->parts[i].text);
		else
			buf_char(&b, s->parts[i].kind == SIGMA_PART_ANY ? '*' : '?');
	}
	return to_arena(a, &b, ret);
}

enum err string_plain(struct arena *a, const struct sigma_string *s, struct str *ret)
{
	if (string_has_wildcard(s))
		return string_format(a, s, ret);
	if (s->n <= 1) {
		*ret = s->n == 1 ? s->parts[0].text : STR("");
		return ERR_OK;
	}
	auto_buf b = { .max = 0 };
	for (size_t i = 0; i < s->n; i++)
		buf_str(&b, s->parts[i].text);
	return to_arena(a, &b, ret);
}

enum err string_to_regex(struct arena *a, const struct sigma_string *s, struct str *ret)
{
	auto_buf b = { .max = 0 };
	for (size_t i = 0; i < s->n; i++) {
		const struct sigma_part *p = &s->parts[i];
		if (p->kind == SIGMA_PART_ANY)
			buf_lit(&b, "(?s:.*)");
		else if (p->kind == SIGMA_PART_ONE)
			buf_lit(&b, "(?s:.)");
		for (size_t j = 0; p->kind == SIGMA_PART_TEXT && j < p->text.len; j++) {
			if (strchr("\\^$.|?*+()[]{}#- /", p->text.ptr[j]) != NULL && p->text.ptr[j] != 0)
				buf_char(&b, '\\');
			buf_char(&b, p->text.ptr[j]);
		}
	}
	return to_arena(a, &b, ret);
}
