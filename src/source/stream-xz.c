/* xz by liblzma: streams one after the other, padding between them; memory is bounded before it is taken. */
#include <lzma.h>

#include "source/internal.h"

enum { XZ_MEMORY = 128 << 20 }; /* xz -9 needs 65 MiB */

struct xz {
	lzma_stream z;
	lzma_allocator allocator;
};

static void *take(void *opaque, size_t n, size_t size)
{
	size_t total = 0;
	(void)opaque;
	return __builtin_mul_overflow(n, size, &total) ? NULL : sys_alloc(total);
}

static void give(void *opaque, void *p)
{
	(void)opaque;
	sys_free(p);
}

static enum err xz_start(struct codec *c)
{
	struct xz *x = c->state;
	if (x == NULL) {
		x = sys_zalloc(sizeof(*x));
		TRY(got(x));
		x->z = (lzma_stream)LZMA_STREAM_INIT;
		x->allocator = (lzma_allocator){ take, give, NULL };
		x->z.allocator = &x->allocator;
		c->state = x;
	}
	return lzma_stream_decoder(&x->z, XZ_MEMORY, 0) == LZMA_OK ? ERR_OK : ERR_MEMORY;
}

static enum codec_state xz_run(struct codec *c, const char *in, size_t in_len, size_t *ret_used, char *out,
                               size_t out_len, size_t *ret_made)
{
	lzma_stream *z = &((struct xz *)c->state)->z;
	z->next_in = (const uint8_t *)in;
	z->avail_in = in_len;
	z->next_out = (uint8_t *)out;
	z->avail_out = out_len;
	lzma_ret code = lzma_code(z, LZMA_RUN);
	*ret_used = in_len - z->avail_in;
	*ret_made = out_len - z->avail_out;
	if (code == LZMA_OK || code == LZMA_BUF_ERROR || code == LZMA_NO_CHECK || code == LZMA_GET_CHECK)
		return CODEC_MORE;
	if (code == LZMA_STREAM_END)
		return CODEC_DONE;
	if (code == LZMA_MEMLIMIT_ERROR)
		return CODEC_REFUSED;
	return code == LZMA_MEM_ERROR ? CODEC_MEMORY : CODEC_BAD;
}

static void xz_end(struct codec *c)
{
	if (c->state != NULL)
		lzma_end(&((struct xz *)c->state)->z);
	sys_free(c->state);
	c->state = NULL;
}

const struct codec_ops codec_xz = { xz_start, xz_run, xz_end, { "\xfd", 1 } };
