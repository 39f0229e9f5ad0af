/*
 * Buffers with a sticky error. After the first failure cap is lowered to len, so that every later append takes the
 * slow path and finds the error there; the inline fast path needs no test of its own.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/sys.h"

enum { FIRST_CAP = 256, MAX_DEFAULT = 1 << 30 };

static void fail(struct buf *b, enum err e)
{
	if (b->err == ERR_OK)
		b->err = e;
	b->cap = b->len;
}

void buf_grow(struct buf *b, size_t more)
{
	size_t max = b->max > 0 ? b->max : MAX_DEFAULT;
	if (b->err != ERR_OK || b->cap - b->len >= more)
		return;
	if (b->len > max || more > max - b->len) {
		fail(b, ERR_LIMIT);
		return;
	}
	size_t cap = b->cap < max / 2 ? b->cap * 2 : max;
	if (cap < FIRST_CAP)
		cap = max < FIRST_CAP ? max : FIRST_CAP;
	if (cap < b->len + more)
		cap = b->len + more;
	char *p = sys_realloc(b->ptr, cap);
	if (p == NULL) {
		fail(b, ERR_MEMORY);
		return;
	}
	b->ptr = p;
	b->cap = cap;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	char small[256];
	va_list args;
	va_start(args, fmt);
	int len = vsnprintf(small, sizeof(small), fmt, args);
	va_end(args);
	if (len < 0) {
		fail(b, ERR_INTERNAL);
		return;
	}
	if ((size_t)len < sizeof(small)) {
		buf_add(b, small, (size_t)len);
		return;
	}
	buf_grow(b, (size_t)len + 1); /* vsnprintf writes a NUL behind */
	if (b->err != ERR_OK)
		return;
	va_start(args, fmt);
	vsnprintf(b->ptr + b->len, (size_t)len + 1, fmt, args);
	va_end(args);
	b->len += (size_t)len;
}

void buf_uint(struct buf *b, uint64_t n)
{
	char digits[20];
	size_t at = sizeof(digits);
	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	buf_add(b, digits + at, sizeof(digits) - at);
}

void buf_int(struct buf *b, int64_t n)
{
	if (n < 0)
		buf_char(b, '-');
	buf_uint(b, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->err = ERR_OK;
}

void buf_free(struct buf *b)
{
	sys_free(b->ptr);
	b->ptr = NULL;
	b->len = b->cap = 0;
	b->err = ERR_OK;
}
