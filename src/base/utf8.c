/*
 * UTF-8 after RFC 3629 (no overlong forms, no surrogates, nothing past U+10FFFF) and simple case folding from a
 * generated two-level table. ASCII, nearly all of what is read, goes eight bytes at a time.
 */
#include "base/utf8.h"

enum { INVALID = -1, FOLD_BLOCK = 128 };

static const uint8_t fold_blocks[] = {
#define FOLD_BLOCKS
#include "base/fold.def"
#undef FOLD_BLOCKS
};
static const uint8_t fold_pages[] = {
#define FOLD_PAGES
#include "base/fold.def"
#undef FOLD_PAGES
};
static const int32_t fold_deltas[] = {
#define FOLD_DELTAS
#include "base/fold.def"
#undef FOLD_DELTAS
};

static const uint64_t high_bits = 0x8080808080808080U, ones = 0x0101010101010101U;

static ALWAYS_INLINE uint64_t load8(const char *s)
{
	uint64_t w;
	memcpy(&w, s, 8);
	return w;
}

/* The value of a continuation byte, or something with the high bit set. */
static ALWAYS_INLINE uint32_t tail(char c)
{
	uint32_t v = (uint32_t)(unsigned char)c ^ 0x80;
	return v < 0x40 ? v : 0x80000000U;
}

size_t utf8_decode(const char *s, size_t n, uint32_t *ret_cp)
{
	uint32_t c = (unsigned char)s[0], cp = (uint32_t)INVALID;
	size_t len = 1;
	if (c < 0x80) {
		cp = c;
	} else if (c >= 0xc2 && c <= 0xdf && n >= 2) {
		cp = (c & 0x1f) << 6 | tail(s[1]);
		len = 2;
	} else if ((c & 0xf0) == 0xe0 && n >= 3) {
		cp = (c & 0x0f) << 12 | tail(s[1]) << 6 | tail(s[2]) | ((tail(s[1]) | tail(s[2])) & 0x80000000U);
		len = cp >= 0x800 && (cp & 0xfffff800U) != 0xd800 ? 3 : 0;
	} else if (c >= 0xf0 && c <= 0xf4 && n >= 4) {
		cp = (c & 0x07) << 18 | tail(s[1]) << 12 | tail(s[2]) << 6 | tail(s[3]) |
		     ((tail(s[1]) | tail(s[2]) | tail(s[3])) & 0x80000000U);
		len = cp >= 0x10000 ? 4 : 0;
	}
	if (cp > 0x10ffff || len == 0) {
		*ret_cp = (uint32_t)INVALID;
		return 1;
	}
	*ret_cp = cp;
	return len;
}

size_t utf8_encode(uint32_t cp, char *out)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	must(cp <= 0x10ffff);
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

uint32_t utf8_fold(uint32_t cp)
{
	size_t block = cp / FOLD_BLOCK;
	if (block >= ARRAY_LEN(fold_blocks))
		return cp;
	uint8_t delta = fold_pages[(size_t)fold_blocks[block] * FOLD_BLOCK + cp % FOLD_BLOCK];
	return cp + (uint32_t)fold_deltas[delta];
}

/* Length of the leading run of whole eight-byte words that are ASCII. */
static size_t ascii_words(const char *s, size_t n)
{
	size_t i = 0;
	while (n - i >= 32 &&
	       ((load8(s + i) | load8(s + i + 8) | load8(s + i + 16) | load8(s + i + 24)) & high_bits) == 0)
		i += 32;
	while (n - i >= 8 && (load8(s + i) & high_bits) == 0)
		i += 8;
	return i;
}

bool utf8_is_ascii(const char *s, size_t n)
{
	if (n >= 8) /* the last word overlaps what came before: no loop over single bytes */
		return n - ascii_words(s, n) < 8 && (load8(s + n - 8) & high_bits) == 0;
	unsigned char all = 0;
	for (size_t i = 0; i < n; i++)
		all |= (unsigned char)s[i];
	return all < 0x80;
}

bool utf8_is_valid(const char *s, size_t n)
{
	for (size_t i = ascii_words(s, n); i < n;) {
		uint32_t cp;
		if ((unsigned char)s[i] < 0x80) {
			i++;
			i += ascii_words(s + i, n - i);
			continue;
		}
		i += utf8_decode(s + i, n - i, &cp);
		if (cp == (uint32_t)INVALID)
			return false;
	}
	return true;
}

/* Lower-cases the ASCII letters of a word without any byte past 0x7f. */
static ALWAYS_INLINE uint64_t lower8(uint64_t w)
{
	uint64_t from_a = w + (0x80 - 'A') * ones, past_z = w + (0x7f - 'Z') * ones;
	return w | ((from_a ^ past_z) & high_bits) >> 2;
}

size_t utf8_fold_into(const char *s, size_t n, char *out)
{
	size_t i = 0, len = 0;
	while (i < n) {
		uint64_t w;
		uint32_t cp;
		if (n - i >= 8 && ((w = load8(s + i)) & high_bits) == 0) {
			w = lower8(w);
			memcpy(out + len, &w, 8);
			i += 8;
			len += 8;
			continue;
		}
		size_t step = utf8_decode(s + i, n - i, &cp);
		if (cp < 0x80)
			out[len++] = ascii_lower(s[i]);
		else if (cp == (uint32_t)INVALID)
			out[len++] = s[i];
		else
			len += utf8_encode(utf8_fold(cp), out + len);
		i += step;
	}
	return len;
}

bool ascii_eq_nocase(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (ascii_lower(a.ptr[i]) != ascii_lower(b.ptr[i]))
			return false;
	return true;
}

struct str utf8_prefix(struct str s, size_t max)
{
	if (s.len <= max)
		return s;
	for (int i = 0; i < 3 && max > 0 && ((unsigned char)s.ptr[max] & 0xC0) == 0x80; i++)
		max--;
	return str_cut(s, 0, max);
}
