/* The encodings that modifiers apply to strings: UTF-16 as bytes, base64 at its three alignments, and every form of
 * command-line dash. */
#include "base/utf8.h"
#include "lang/sigma/internal.h"

static size_t put16(char *out, uint32_t unit, bool big)
{
	out[big ? 0 : 1] = (char)(unit >> 8 & 0xFF);
	out[big ? 1 : 0] = (char)(unit & 0xFF);
	return 2;
}

/* An invalid byte stands for the character of that number. */
static enum err utf16_text(struct arena *a, struct str s, enum utf16 how, bool bom, struct str *ret)
{
	char *out = arena_alloc(a, 2 * s.len + 2);
	TRY(got(out));
	bool big = how == UTF16_BE;
	size_t n = 0;
	if (bom)
		n += put16(out + n, 0xFEFF, big);
	for (size_t i = 0; i < s.len;) {
		uint32_t cp;
		size_t step = utf8_decode(s.ptr + i, s.len - i, &cp);
		if (cp == 0xFFFFFFFF)
			cp = (unsigned char)s.ptr[i];
		if (cp >= 0x10000) {
			n += put16(out + n, 0xD800 + ((cp - 0x10000) >> 10), big);
			n += put16(out + n, 0xDC00 + ((cp - 0x10000) & 0x3FF), big);
		} else {
			n += put16(out + n, cp, big);
		}
		i += step;
	}
	*ret = (struct str){ out, n };
	return ERR_OK;
}

enum err encode_utf16(struct arena *a, const struct sigma_string *s, enum utf16 how, struct sigma_string *ret)
{
	bool bom = how == UTF16_BOM, extra = bom && (s->n == 0 || s->parts[0].kind != SIGMA_PART_TEXT);
	struct sigma_string out = { arena_new_n(a, struct sigma_part, s->n + 1), 0 };
	TRY(got(out.parts));
	if (extra) {
		struct sigma_part *p = &out.parts[out.n++];
		p->kind = SIGMA_PART_TEXT;
		TRY(utf16_text(a, STR(""), how, true, &p->text));
	}
	for (size_t i = 0; i < s->n; i++) {
		struct sigma_part *p = &out.parts[out.n++];
		*p = s->parts[i];
		if (p->kind == SIGMA_PART_TEXT)
			TRY(utf16_text(a, s->parts[i].text, how, bom && i == 0, &p->text));
	}
	*ret = out;
	return ERR_OK;
}

static size_t base64_into(const unsigned char *p, size_t n, char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t len = 0;
	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16;
		v |= i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0;
		v |= i + 2 < n ? (uint32_t)p[i + 2] : 0;
		out[len++] = digits[v >> 18];
		out[len++] = digits[v >> 12 & 63];
		out[len++] = i + 1 < n ? digits[v >> 6 & 63] : '=';
		out[len++] = i + 2 < n ? digits[v & 63] : '=';
	}
	return len;
}

enum err encode_base64(struct arena *a, struct str bytes, struct str *ret)
{
	char *out = arena_alloc(a, bytes.len / 3 * 4 + 4);
	TRY(got(out));
	*ret = (struct str){ out, base64_into((const unsigned char *)bytes.ptr, bytes.len, out) };
	return ERR_OK;
}

/* With 0, 1 or 2 bytes before it, the characters that depend on what stands before and behind are cut off. */
enum err encode_base64_offsets(struct arena *a, struct str bytes, struct str ret[static 3])
{
	static const size_t front[3] = { 0, 2, 3 }, back[3] = { 0, 3, 2 };
	unsigned char *padded = arena_alloc(a, bytes.len + 2);
	TRY(got(padded));
	padded[0] = padded[1] = ' ';
	if (bytes.len > 0)
		memcpy(padded + 2, bytes.ptr, bytes.len);
	for (size_t i = 0; i < 3; i++) {
		size_t n = bytes.len + i, cut = front[i] + back[n % 3];
		struct str whole;
		TRY(encode_base64(a, (struct str){ (const char *)padded + 2 - i, n }, &whole));
		ret[i] = whole.len > cut ? str_cut(whole, front[i], whole.len - back[n % 3]) : STR("");
	}
	return ERR_OK;
}

/* The length of a dash at s[i..], or 0. */
static size_t dash_at(struct str s, size_t i)
{
	if (s.ptr[i] == '-' || s.ptr[i] == '/')
		return 1;
	bool three = s.len - i >= 3 && s.ptr[i] == '\xE2' && s.ptr[i + 1] == '\x80';
	return three && s.ptr[i + 2] >= '\x93' && s.ptr[i + 2] <= '\x95' ? 3 : 0;
}

static bool is_word(struct str s, size_t i)
{
	char c = s.ptr[i];
	bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
	return alnum || ((unsigned char)c >= 0x80 && dash_at(s, i) == 0);
}

struct dash {
	size_t part, from, len;
};

/* A dash counts when a word follows and none stands before it: the first of "-param-name". */
static size_t find_dashes(const struct sigma_string *s, struct dash *out, size_t max)
{
	size_t n = 0;
	for (size_t p = 0; p < s->n; p++) {
		struct str t = s->parts[p].text;
		bool word = false;
		for (size_t i = 0; s->parts[p].kind == SIGMA_PART_TEXT && i < t.len;) {
			size_t len = dash_at(t, i);
			if (len > 0 && !word && i + len < t.len && is_word(t, i + len)) {
				if (n < max)
					out[n] = (struct dash){ p, i, len };
				n++;
			}
			word = len == 0 && is_word(t, i);
			i += len > 0 ? len : 1;
		}
	}
	return n;
}

static enum err windash_one(struct arena *a, const struct sigma_string *s, const struct dash *dashes, size_t n,
                            size_t which, struct sigma_string *ret)
{
	static const struct str forms[WINDASH_FORMS] = {
		{ "-", 1 }, { "/", 1 }, { "\xE2\x80\x93", 3 }, { "\xE2\x80\x94", 3 }, { "\xE2\x80\x95", 3 }
	};
	struct sigma_string out = { arena_new_n(a, struct sigma_part, s->n), s->n };
	TRY(got(out.parts));
	size_t d = 0;
	for (size_t p = 0; p < s->n; p++) {
		out.parts[p] = s->parts[p];
		if (d == n || dashes[d].part != p)
			continue;
		struct str t = s->parts[p].text;
		char *to = arena_alloc(a, t.len + 3 * n);
		TRY(got(to));
		size_t len = 0, from = 0;
		for (; d < n && dashes[d].part == p; d++) {
			memcpy(to + len, t.ptr + from, dashes[d].from - from);
			len += dashes[d].from - from;
			struct str form = forms[which % WINDASH_FORMS];
			which /= WINDASH_FORMS;
			memcpy(to + len, form.ptr, form.len);
			len += form.len;
			from = dashes[d].from + dashes[d].len;
		}
		memcpy(to + len, t.ptr + from, t.len - from);
		out.parts[p].text = (struct str){ to, len + t.len - from };
	}
	*ret = out;
	return ERR_OK;
}

enum err encode_windash(struct arena *a, const struct sigma_string *s, size_t max, struct sigma_string **ret,
                        size_t *ret_n)
{
	enum { DASHES_MAX = 8 };
	struct dash dashes[DASHES_MAX];
	size_t n = find_dashes(s, dashes, DASHES_MAX), total = 1;
	if (n > DASHES_MAX)
		return ERR_LIMIT;
	for (size_t i = 0; i < n; i++)
		total *= WINDASH_FORMS;
	if (total > max)
		return ERR_LIMIT;
	struct sigma_string *out = arena_new_n(a, struct sigma_string, total);
	TRY(got(out));
	for (size_t i = 0; i < total; i++)
		TRY(windash_one(a, s, dashes, n, i, &out[i]));
	*ret = out;
	*ret_n = total;
	return ERR_OK;
}
