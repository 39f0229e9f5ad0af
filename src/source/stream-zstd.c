/* zstd: RFC 8878 frames, skippable ones too, one after the other; the window is bounded. */
#define ZSTD_STATIC_LINKING_ONLY /* for custom allocators */
#include <zstd.h>
#include <zstd_errors.h>

#include "source/internal.h"

enum { WINDOW_LOG = 27 }; /* 128 MiB, what `zstd --long` makes */

static void *take(void *opaque, size_t size)
{
	(void)opaque;
	return sys_alloc(size);
}

static void give(void *opaque, void *p)
{
	(void)opaque;
	sys_free(p);
}

static enum err zstd_start(struct codec *c)
{
	if (c->state == NULL) {
		ZSTD_customMem mem = { take, give, NULL };
		c->state = ZSTD_createDCtx_advanced(mem);
		TRY(got(c->state));
		if (ZSTD_isError(ZSTD_DCtx_setParameter(c->state, ZSTD_d_windowLogMax, WINDOW_LOG)))
			return ERR_INTERNAL;
	}
	return ZSTD_isError(ZSTD_DCtx_reset(c->state, ZSTD_reset_session_only)) ? ERR_INTERNAL : ERR_OK;
}

static enum codec_state zstd_run(struct codec *c, const char *in, size_t in_len, size_t *ret_used, char *out,
                                 size_t out_len, size_t *ret_made)
{
	ZSTD_inBuffer from = { in, in_len, 0 };
	ZSTD_outBuffer to = { out, out_len, 0 };
	size_t code = ZSTD_decompressStream(c->state, &to, &from);
	*ret_used = from.pos;
	*ret_made = to.pos;
	if (!ZSTD_isError(code))
		return code == 0 ? CODEC_DONE : CODEC_MORE;
	ZSTD_ErrorCode why = ZSTD_getErrorCode(code);
	if (why == ZSTD_error_memory_allocation)
		return CODEC_MEMORY;
	return why == ZSTD_error_frameParameter_windowTooLarge ? CODEC_REFUSED : CODEC_BAD;
}

static void zstd_end(struct codec *c)
{
	IGNORE(ZSTD_isError(ZSTD_freeDCtx(c->state))); /* cannot fail: the context is not in use */
	c->state = NULL;
}

const struct codec_ops codec_zstd = { zstd_start, zstd_run, zstd_end, { NULL, 0 } };
