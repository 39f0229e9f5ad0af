/*
 * logfmt: key=value pairs as Go and Heroku programs write them. Values are bare words or quoted with backslash escapes;
 * a bare key stands for true. There is no standard: what github.com/kr/logfmt documents is read, and a quote inside a
 * bare value is an ordinary character.
 */
#include "base/utf8.h"
#include "source/text-parts.h"

static int hex_digit(char c)
{
	if (text_is_digit(c))
		return c - '0';
	if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
		return (c | 32) - 'a' + 10;
	return -1;
}

/* \uXXXX at s[at]; false when it is none or a lone half of a pair (then it stays as written). */
static bool unicode_escape(struct str s, size_t at, uint32_t *ret)
{
	if (s.len - at < 6 || s.ptr[at + 1] != 'u')
		return false;
	uint32_t cp = 0;
	for (size_t i = at + 2; i < at + 6; i++) {
		int d = hex_digit(s.ptr[i]);
		if (d < 0)
			return false;
		cp = cp << 4 | (uint32_t)d;
	}
	*ret = cp;
	return cp < 0xD800 || cp > 0xDFFF;
}

static size_t add_escape(struct text *t, struct buf *out, struct str s, size_t at)
{
	static const char from[] = "ntrbf", to[] = "\n\t\r\b\f";
	uint32_t cp;
	if (unicode_escape(s, at, &cp)) {
		char utf8[4];
		text_add(t, out, (struct str){ utf8, utf8_encode(cp, utf8) });
		return at + 6;
	}
	char c = s.ptr[at + 1];
	const char *known = c != '\0' ? strchr(from, c) : NULL;
	if (known != NULL)
		text_add_char(t, out, to[known - from]);
	else if (c == '"' || c == '\\' || c == '/')
		text_add_char(t, out, c);
	else
		text_add(t, out, str_cut(s, at, at + 2));
	return at + 2;
}

/* The value after an opening quote at *at; *at moves behind the closing one. */
static void quoted_value(struct text *t, struct str s, size_t *at)
{
	struct buf *out = &t->s->value;
	buf_reset(out);
	size_t i = *at + 1;
	while (i < s.len && s.ptr[i] != '"') {
		if (s.ptr[i] == '\\' && i + 1 < s.len) {
			i = add_escape(t, out, s, i);
			continue;
		}
		size_t from = i++;
		while (i < s.len && s.ptr[i] != '"' && s.ptr[i] != '\\')
			i++;
		text_add(t, out, str_cut(s, from, i));
	}
	if (i >= s.len)
		t->note->flags |= TEXT_TRUNCATED;
	*at = i < s.len ? i + 1 : s.len;
	text_str(t, buf_view(out));
}

fallible text_logfmt(struct text *t, struct str s)
{
	if (text_find(s, 0, '=') == s.len)
		return text_refuse(t, "no key=value pair", 0);
	for (size_t at = 0; at < s.len;) {
		if ((unsigned char)s.ptr[at] <= ' ') {
			at++;
			continue;
		}
		size_t from = at;
		while (at < s.len && (unsigned char)s.ptr[at] > ' ' && s.ptr[at] != '=')
			at++;
		if (at == from) {
			at++; /* '=' without a key */
			continue;
		}
		text_key(t, str_cut(s, from, at));
		if (at >= s.len || s.ptr[at] != '=') {
			value_build_bool(t->b, true);
			continue;
		}
		at++;
		if (at < s.len && s.ptr[at] == '"') {
			quoted_value(t, s, &at);
			continue;
		}
		from = at;
		while (at < s.len && (unsigned char)s.ptr[at] > ' ')
			at++;
		text_str(t, str_cut(s, from, at));
	}
	return ERR_OK;
}
