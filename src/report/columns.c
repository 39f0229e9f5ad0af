/* Text measured in columns; see columns.h. The width classes come from Unicode (width.def). */
#include "report/columns.h"

#include "base/buf.h"
#include "base/text.h"
#include "base/utf8.h"

struct width_range {
	uint32_t first, last;
	size_t width;
};
static const struct width_range width_ranges[] = {
#define RANGE(first, last, width) { first, last, width },
#include "report/width.def"
#undef RANGE
};

size_t columns_of_char(uint32_t cp)
{
	size_t low = 0, high = cp < 0x300 ? 0 : ARRAY_LEN(width_ranges);
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (cp < width_ranges[mid].first)
			high = mid;
		else if (cp > width_ranges[mid].last)
			low = mid + 1;
		else
			return width_ranges[mid].width;
	}
	return 1;
}

/* Shows the next character of s, returns the bytes it takes there. */
static size_t show(struct buf *out, struct str s, size_t *ret_width)
{
	unsigned char first = (unsigned char)s.ptr[0];
	if (first >= 0x20 && first < 0x7F) {
		buf_char(out, s.ptr[0]);
		*ret_width = 1;
		return 1;
	}
	size_t before = out->len, n = text_show_char(out, s.ptr, s.len, ret_width);
	if (out->err == ERR_OK && out->len - before == n && memcmp(out->ptr + before, s.ptr, n) == 0) {
		uint32_t cp;
		(void)utf8_decode(s.ptr, s.len, &cp);
		*ret_width = columns_of_char(cp);
	}
	return n;
}

size_t columns_cell(struct buf *out, struct str s, size_t columns)
{
	size_t used = 0, fit_len = out->len, fit_used = 0;
	if (columns == 0)
		return 0;
	while (s.len > 0 && out->err == ERR_OK) {
		size_t width, n = show(out, s, &width);
		if (used + width > columns && out->err == ERR_OK) {
			out->len = fit_len;
			buf_lit(out, "\u2026");
			return fit_used + 1;
		}
		used += width;
		if (used < columns) {
			fit_len = out->len;
			fit_used = used;
		}
		s = str_cut(s, n, s.len);
	}
	return used < columns ? used : columns;
}

void columns_padded(struct buf *out, struct str s, size_t columns)
{
	size_t used = columns_cell(out, s, columns);
	columns_spaces(out, columns - used);
}

size_t columns_of(struct str s, size_t max)
{
	char room[64]; /* more than any one character shows as: the buffer never grows */
	struct buf shown = { .ptr = room, .cap = sizeof(room) };
	size_t used = 0;
	while (s.len > 0 && used < max) {
		size_t width, n = show(&shown, s, &width);
		shown.len = 0;
		used += width;
		s = str_cut(s, n, s.len);
	}
	return used < max ? used : max;
}

void columns_spaces(struct buf *out, size_t n)
{
	static const char spaces[] = "                                ";
	while (n > 0) {
		size_t part = n < sizeof(spaces) - 1 ? n : sizeof(spaces) - 1;
		buf_add(out, spaces, part);
		n -= part;
	}
}

void columns_number(struct buf *out, uint64_t n)
{
	char digits[28];
	size_t at = sizeof(digits), count = 0;
	do {
		if (count > 0 && count % 3 == 0)
			digits[--at] = ',';
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
		count++;
	} while (n > 0);
	buf_add(out, digits + at, sizeof(digits) - at);
}
