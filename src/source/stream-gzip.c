/* gzip by zlib: RFC 1952, members one after the other; the window and tables are kept from file to file. */
#include <zlib.h>

#include "source/internal.h"

static voidpf take(voidpf opaque, uInt n, uInt size)
{
	(void)opaque;
	return sys_alloc((size_t)n * size);
}

static void give(voidpf opaque, voidpf p)
{
	(void)opaque;
	sys_free(p);
}

static enum err gzip_start(struct codec *c)
{
	enum { GZIP_ONLY = 15 + 16 };
	z_stream *z = c->state;
	if (z != NULL)
		return inflateReset(z) == Z_OK ? ERR_OK : ERR_INTERNAL;
	z = sys_zalloc(sizeof(*z));
	TRY(got(z));
	z->zalloc = take;
	z->zfree = give;
	if (inflateInit2(z, GZIP_ONLY) != Z_OK) {
		sys_free(z);
		return ERR_MEMORY;
	}
	c->state = z;
	return ERR_OK;
}

static enum codec_state gzip_run(struct codec *c, const char *in, size_t in_len, size_t *ret_used, char *out,
                                 size_t out_len, size_t *ret_made)
{
	z_stream *z = c->state;
	out_len = out_len < UINT32_MAX ? out_len : UINT32_MAX;
	z->next_in = (z_const Bytef *)(uintptr_t)in; /* zlib only reads it */
	z->avail_in = (uInt)in_len;
	z->next_out = (Bytef *)out;
	z->avail_out = (uInt)out_len;
	int got_code = inflate(z, Z_NO_FLUSH);
	*ret_used = in_len - z->avail_in;
	*ret_made = out_len - z->avail_out;
	switch (got_code) {
	case Z_OK:
	case Z_BUF_ERROR: /* nothing to do it with: not an error of the data */
		return CODEC_MORE;
	case Z_STREAM_END:
		return CODEC_DONE;
	case Z_MEM_ERROR:
		return CODEC_MEMORY;
	default:
		return CODEC_BAD;
	}
}

static void gzip_end(struct codec *c)
{
	if (c->state != NULL)
		IGNORE(inflateEnd(c->state) != Z_OK); /* frees in any case */
	sys_free(c->state);
	c->state = NULL;
}

const struct codec_ops codec_gzip = { gzip_start, gzip_run, gzip_end, { "\x1f", 1 } };
