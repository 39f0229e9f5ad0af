/*
 * Escaping for terminals and for JSON.
 */
#include "base/text.h"

#include "base/buf.h"
#include "base/utf8.h"

static const uint32_t invalid = UINT32_MAX;

struct range {
	uint32_t from, to;
};

/* Characters that move, hide or reorder what stands around them. */
static const struct range unsafe[] = {
	{ 0x00, 0x1f },     { 0x7f, 0x9f },     { 0xad, 0xad },       { 0x61c, 0x61c },
	{ 0x180e, 0x180e }, { 0x200b, 0x200f }, { 0x2028, 0x202e },   { 0x2060, 0x206f },
	{ 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
};
/* Two columns wide on terminals (the main blocks of Unicode's EastAsianWidth.txt, W and F). */
static const struct range wide[] = {
	{ 0x1100, 0x115f }, { 0x2e80, 0xa4cf }, { 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },   { 0xfe30, 0xfe6f },
	{ 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1faff }, { 0x20000, 0x3fffd },
};

static bool in_ranges(const struct range *ranges, size_t n, uint32_t cp)
{
	for (size_t i = 0; i < n && ranges[i].from <= cp; i++)
		if (cp <= ranges[i].to)
			return true;
	return false;
}

size_t text_show_char(struct buf *out, const char *s, size_t n, size_t *ret_width)
{
	uint32_t cp;
	size_t used = utf8_decode(s, n, &cp), before = out->len;
	bool as_is = cp != invalid && !in_ranges(unsafe, ARRAY_LEN(unsafe), cp);
	if (as_is)
		buf_add(out, s, used);
	else if (cp == '\n')
		buf_lit(out, "\\n");
	else if (cp == '\r')
		buf_lit(out, "\\r");
	else if (cp == '\t')
		buf_lit(out, "\\t");
	else if (cp == invalid || cp < 0x80)
		buf_printf(out, "\\x%02x", (unsigned)(unsigned char)s[0]);
	else
		buf_printf(out, "\\u{%x}", (unsigned)cp);
	if (as_is)
		*ret_width = in_ranges(wide, ARRAY_LEN(wide), cp) ? 2 : 1;
	else
		*ret_width = out->len - before;
	return used;
}

void text_show(struct buf *out, struct str s)
{
	size_t width;
	for (size_t i = 0; i < s.len;)
		i += text_show_char(out, s.ptr + i, s.len - i, &width);
}

static void json_char(struct buf *out, const char *s, size_t len, uint32_t cp)
{
	static const char letters[] = "btn_fr"; /* from backspace, 8, to carriage return, 13 */
	if (cp == invalid) {
		buf_lit(out, "\xef\xbf\xbd");
	} else if (cp == '"' || cp == '\\') {
		buf_char(out, '\\');
		buf_char(out, (char)cp);
	} else if (cp >= 8 && cp <= 13 && cp != 11) {
		buf_char(out, '\\');
		buf_char(out, letters[cp - 8]);
	} else if (cp < 0x20 || cp == 0x7f || cp == 0x2028 || cp == 0x2029) {
		buf_printf(out, "\\u%04x", (unsigned)cp);
	} else {
		buf_add(out, s, len);
	}
}

void text_json(struct buf *out, struct str s)
{
	buf_char(out, '"');
	for (size_t i = 0; i < s.len;) {
		uint32_t cp;
		size_t len = utf8_decode(s.ptr + i, s.len - i, &cp);
		json_char(out, s.ptr + i, len, cp);
		i += len;
	}
	buf_char(out, '"');
}
