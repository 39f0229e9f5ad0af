/* Messages about documents: where, what, hint, with the source line. The position of the last excerpt is kept, so that
 * a file full of mistakes is still read in linear time. */
#include <stdarg.h>
#include <stdio.h>

#include "base/option.h"
#include "lang/sigma/internal.h"

enum { TEXT_MAX = 512 };

struct place place_of(struct value v)
{
	struct value_span s = value_where(v);
	return (struct place){ s.line, s.column, s.length };
}

struct place place_of_key(const struct value_iter *it)
{
	struct place p = place_of(it->key_value);
	return p.line != 0 ? p : place_of(it->val);
}

static struct str excerpt(struct reader *r, uint32_t line)
{
	if (line == 0 || r->text.len == 0)
		return STR("");
	if (r->seen_line == 0 || line < r->seen_line) {
		r->seen_line = 1;
		r->seen_offset = 0;
	}
	while (r->seen_line < line) {
		const char *from = r->text.ptr + r->seen_offset;
		const char *end = memchr(from, '\n', r->text.len - r->seen_offset);
		if (end == NULL)
			return STR("");
		r->seen_offset = (size_t)(end - r->text.ptr) + 1;
		r->seen_line++;
	}
	size_t left = r->text.len - r->seen_offset;
	const char *at = r->text.ptr + r->seen_offset;
	const char *end = left > 0 ? memchr(at, '\n', left) : NULL;
	size_t len = end != NULL ? (size_t)(end - at) : left;
	return (struct str){ at, len < TEXT_MAX ? len : TEXT_MAX };
}

static void report(struct reader *r, enum diag_severity severity, struct place at, const char *code, const char *hint,
                   const char *text)
{
	struct diag d = { .severity = severity,
		          .code = code,
		          .file = r->path,
		          .line = at.line,
		          .column = at.column,
		          .length = at.length,
		          .text = str_of(text),
		          .hint = hint != NULL ? str_of(hint) : STR(""),
		          .excerpt = excerpt(r, at.line) };
	diag_add(r->diags, &d);
}

enum err refuse(struct reader *r, struct place at, const char *code, const char *hint, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list args;
	va_start(args, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (n < 0)
		text[0] = 0;
	report(r, DIAG_ERROR, at, code, hint, text);
	r->reason = arena_str(r->arena, str_of(text));
	r->reason_line = at.line;
	return r->reason.ptr != NULL ? ERR_REFUSED : ERR_MEMORY;
}

void warn(struct reader *r, struct place at, const char *code, const char *hint, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list args;
	va_start(args, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (n >= 0)
		report(r, DIAG_WARNING, at, code, hint, text);
}

const char *nearest_hint(struct reader *r, struct str word, const char *const *names, size_t n)
{
	const char *best = word.len < 128 ? option_nearest(word, names, n) : NULL;
	return best != NULL ? arena_printf(r->arena, "did you mean \"%s\"?", best).ptr : NULL;
}

struct str str_lower(struct arena *a, struct str s)
{
	size_t i = 0;
	while (i < s.len && !(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z'))
		i++;
	if (i == s.len)
		return s.ptr != NULL ? s : STR("");
	char *out = arena_alloc(a, s.len);
	if (out == NULL)
		return (struct str){ NULL, 0 };
	for (i = 0; i < s.len; i++)
		out[i] = (char)(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? s.ptr[i] + 32 : s.ptr[i]);
	return (struct str){ out, s.len };
}
