/* UTF-16 to UTF-8, a character at a time; a surrogate without its other half becomes U+FFFD. */
#include "base/utf8.h"
#include "source/internal.h"

/* The next code unit; false at the end (half a unit at the very end is dropped: it is no character). */
static enum err next_unit(struct stream_utf16 *u, bool *ret_any, uint32_t *ret_unit)
{
	while (u->in_len - u->in_at < 2) {
		if (u->in_len > u->in_at)
			u->in[0] = u->in[u->in_at];
		u->in_len -= u->in_at;
		u->in_at = 0;
		size_t n = 0;
		enum err e = stream_read(u->s.below, u->in + u->in_len, sizeof(u->in) - u->in_len, &n);
		u->s.why = u->s.below->why;
		TRY(e);
		u->in_len += n;
		if (n == 0)
			break;
	}
	*ret_any = u->in_len - u->in_at >= 2;
	if (*ret_any) {
		uint32_t a = (unsigned char)u->in[u->in_at], b = (unsigned char)u->in[u->in_at + 1];
		u->in_at += 2;
		*ret_unit = u->big ? a << 8 | b : b << 8 | a;
	}
	return ERR_OK;
}

/* Turns one unit into what it completes: nothing, one character, or a lost surrogate and then this one. */
static size_t put_unit(struct stream_utf16 *u, uint32_t unit, char out[static 8])
{
	size_t n = 0;
	bool low = unit >= 0xDC00 && unit < 0xE000;
	if (u->high != 0 && low) {
		n = utf8_encode(0x10000 + ((u->high - 0xD800) << 10) + (unit - 0xDC00), out);
		u->high = 0;
		return n;
	}
	if (u->high != 0)
		n = utf8_encode(0xFFFD, out);
	u->high = 0;
	if (unit >= 0xD800 && unit < 0xDC00)
		u->high = unit;
	else
		n += utf8_encode(low ? 0xFFFD : unit, out + n);
	return n;
}

static enum err utf16_read(struct stream *s, void *into, size_t size, size_t *ret)
{
	struct stream_utf16 *u = (struct stream_utf16 *)s;
	char *to = into;
	size_t n = 0;
	while (n < size) {
		if (u->out_at < u->out_len) {
			to[n++] = u->out[u->out_at++];
			continue;
		}
		bool any = false;
		uint32_t unit = 0;
		if (n > 0 && u->in_len - u->in_at < 2)
			break; /* give what there is before asking for more */
		TRY(next_unit(u, &any, &unit));
		u->out_at = u->out_len = 0;
		if (any)
			u->out_len = put_unit(u, unit, u->out);
		else if (u->high != 0) {
			u->high = 0;
			u->out_len = utf8_encode(0xFFFD, u->out);
		} else
			break;
	}
	*ret = n;
	return ERR_OK;
}

static bool utf16_ready(struct stream *s, int wait_ms)
{
	struct stream_utf16 *u = (struct stream_utf16 *)s;
	return u->in_len - u->in_at >= 2 || u->out_at < u->out_len || stream_ready(s->below, wait_ms);
}

void stream_utf16_init(struct stream_utf16 *u, struct stream *below, bool big)
{
	static const struct stream_ops ops = { utf16_read, utf16_ready };
	*u = (struct stream_utf16){ .s = { .ops = &ops, .below = below }, .big = big };
}
