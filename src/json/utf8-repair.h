#ifndef JSON_UTF8_REPAIR_H
#define JSON_UTF8_REPAIR_H
/*
 * UTF-8 as the Unicode Standard 3.9 (table 3-7) allows it, with "maximal subpart" replacement (conformance, U+FFFD
 * substitution): the length of the well-formed sequence at p[0..n), n > 0, or, with *ret_valid false, of the longest
 * prefix that one U+FFFD stands for.
 */
#include "base/base.h"
#define UTF8_REPLACEMENT "\xEF\xBF\xBD"

static inline size_t utf8_sequence(const unsigned char *p, size_t n, bool *ret_valid)
{
	unsigned char c = p[0], low = 0x80, high = 0xBF;
	size_t need;
	*ret_valid = true;
	if (c < 0x80)
		return 1;
	*ret_valid = false;
	if (c >= 0xC2 && c <= 0xDF) {
		need = 2;
	} else if (c >= 0xE0 && c <= 0xEF) {
		need = 3;
		low = c == 0xE0 ? 0xA0 : 0x80;
		high = c == 0xED ? 0x9F : 0xBF;
	} else if (c >= 0xF0 && c <= 0xF4) {
		need = 4;
		low = c == 0xF0 ? 0x90 : 0x80;
		high = c == 0xF4 ? 0x8F : 0xBF;
	} else {
		return 1;
	}
	for (size_t i = 1; i < need; i++) {
		if (i >= n || p[i] < low || p[i] > high)
			return i;
		low = 0x80;
		high = 0xBF;
	}
	*ret_valid = true;
	return need;
}

/* The index of the first byte at or after `from` that is not printable ASCII apart from '"' and '\\' (so also DEL and
 * >= 0x80); len if none. */
static inline size_t plain_run_end(const char *p, size_t from, size_t len)
{
	const uint64_t ones = 0x0101010101010101ull, high = 0x8080808080808080ull;
	size_t i = from;
	for (; i + 8 <= len; i += 8) {
		uint64_t w;
		memcpy(&w, p + i, 8);
		uint64_t quote = w ^ (ones * '"'), slash = w ^ (ones * '\\'), del = w ^ (ones * 0x7F);
		uint64_t bad = (w - ones * 0x20) | (quote - ones) | (slash - ones) | (del - ones) | w;
		if ((bad & high) != 0)
			break; /* the borrow can only come from a byte that is bad itself */
	}
	for (; i < len; i++) {
		unsigned char c = (unsigned char)p[i];
		if (c < 0x20 || c >= 0x7F || c == '"' || c == '\\')
			break;
	}
	return i;
}
#endif
