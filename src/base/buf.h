#ifndef BASE_BUF_H
#define BASE_BUF_H
#include "base/base.h"
/*
 * A growing run of bytes with a hard maximum. Appends never fail one by one: the first that does not fit or
 * cannot allocate sets `err`, later ones do nothing, and the user asks buf_err() once at the end. This
 * keeps writers readable. `struct buf b = { .max = N };` is ready for use; max 0 = 1 GiB.
 */
struct buf {
	char *ptr;
	size_t len, cap, max;
	enum err err;
};
void buf_grow(struct buf *b, size_t more); /* room for `more` bytes or err set */
static inline void buf_add(struct buf *b, const void *p, size_t n)
{
	if (UNLIKELY(b->cap - b->len < n)) {
		buf_grow(b, n);
		if (b->err != ERR_OK)
			return;
	}
	if (n > 0)
		memcpy(b->ptr + b->len, p, n);
	b->len += n;
}
static inline void buf_str(struct buf *b, struct str s)
{
	buf_add(b, s.ptr, s.len);
}
static inline void buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}
#define buf_lit(b, lit) buf_add((b), (lit), sizeof(lit) - 1)
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_uint(struct buf *b, uint64_t n);
void buf_int(struct buf *b, int64_t n);
static inline struct str buf_view(const struct buf *b)
{
	return (struct str){ b->ptr, b->len };
}
static inline MUST_USE enum err buf_err(const struct buf *b)
{
	return b->err;
}
/* Empties, keeps the memory, forgets the error. */
void buf_reset(struct buf *b);
/* Frees. Cleanup attribute. */
void buf_free(struct buf *b);
#define auto_buf CLEANUP(buf_free) struct buf
#endif
