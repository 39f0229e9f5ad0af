/*
 * What gzip, zstd and xz share: an input buffer, members one after the other, reuse for the next file, and the bound on
 * how much may come out of how little. What came out before an error stays; the error comes with the next read.
 */
#include "source/internal.h"

enum codec_kind codec_recognise(struct str head)
{
	if (str_starts(head, (struct str){ "\x1f\x8b\x08", 3 }))
		return CODEC_GZIP;
	if (str_starts(head, (struct str){ "\x28\xb5\x2f\xfd", 4 }))
		return CODEC_ZSTD;
	if (head.len >= 8 && memcmp(head.ptr + 1, "\x2a\x4d\x18", 3) == 0 && (head.ptr[0] & 0xf0) == 0x50)
		return CODEC_ZSTD; /* a skippable frame first */
	if (str_starts(head, (struct str){ "\xfd"
	                                   "7zXZ\0",
	                                   6 }))
		return CODEC_XZ;
	return CODEC_NONE;
}

bool codec_is_bomb(uint64_t in, uint64_t out)
{
	return out > UINT64_C(64) << 20 && out / LIMIT_ZIP_RATIO > in;
}

static enum err fail(struct codec *c, enum err err, const char *why)
{
	c->s.why = why;
	c->failed = err;
	return err;
}

/* More compressed bytes, when all are used. */
static enum err refill(struct codec *c)
{
	if (c->in_at < c->in_len || c->below_ended)
		return ERR_OK;
	c->in_at = c->in_len = 0;
	enum err e = stream_read(c->s.below, c->in, CODEC_BYTES, &c->in_len);
	if (e == ERR_SIGNAL)
		return e;
	if (e != ERR_OK)
		return fail(c, e, c->s.below->why);
	c->below_ended = c->in_len == 0;
	return ERR_OK;
}

/* Between members: another one, padding, or something else. */
static enum err next_member(struct codec *c, bool *ret_ended)
{
	*ret_ended = false;
	while (c->in_at < c->in_len && c->in[c->in_at] == '\0') /* padding, as of tapes and block devices */
		c->in_at++;
	if (c->in_at == c->in_len) {
		*ret_ended = c->below_ended;
		return ERR_OK;
	}
	if (c->ops->magic.len > 0 && c->in[c->in_at] != c->ops->magic.ptr[0])
		return fail(c, ERR_PARSE, "bytes that are not compressed follow the compressed data");
	c->between = false;
	return c->ops->start(c);
}

static enum err after_run(struct codec *c, enum codec_state state, size_t made)
{
	c->total_out += made;
	c->between = state == CODEC_DONE;
	if (state == CODEC_MEMORY)
		return fail(c, ERR_MEMORY, "out of memory");
	if (state == CODEC_REFUSED)
		return fail(c, ERR_LIMIT, "the decompressor would need too much memory");
	if (state == CODEC_BAD)
		c->failed = ERR_PARSE;
	if (codec_is_bomb(c->total_in, c->total_out))
		c->failed = ERR_LIMIT;
	if (c->failed != ERR_OK)
		c->s.why = c->failed == ERR_LIMIT ? "decompresses to so much that it is refused as a bomb"
		                                  : "the compressed data is corrupt";
	return made > 0 ? ERR_OK : c->failed;
}

static enum err codec_read(struct stream *s, void *into, size_t size, size_t *ret)
{
	struct codec *c = (struct codec *)s;
	*ret = 0;
	while (c->failed == ERR_OK) {
		if (!c->full)
			TRY(refill(c));
		if (c->between) {
			bool ended = false;
			TRY(next_member(c, &ended));
			if (ended)
				return ERR_OK;
			if (c->between)
				continue;
		}
		size_t used = 0, made = 0;
		enum codec_state state =
		    c->ops->run(c, c->in + c->in_at, c->in_len - c->in_at, &used, into, size, &made);
		c->in_at += used;
		c->total_in += used;
		c->full = made == size && state == CODEC_MORE;
		*ret = made;
		TRY(after_run(c, state, made));
		if (made > 0)
			return ERR_OK;
		if (state == CODEC_MORE && c->below_ended && c->in_at == c->in_len)
			return fail(c, ERR_PARSE, "the compressed data ends too early");
	}
	return c->failed;
}

static bool codec_ready(struct stream *s, int wait_ms)
{
	struct codec *c = (struct codec *)s;
	return c->full || c->in_at < c->in_len || c->below_ended || c->failed != ERR_OK ||
	       stream_ready(s->below, wait_ms);
}

static void codec_free(struct codec **pc)
{
	struct codec *c = *pc;
	c->ops->end(c);
	sys_free(c->in);
	sys_free(c);
	*pc = NULL;
}

fallible codec_take(struct codec_pool *p, enum codec_kind kind, struct stream *below, struct sink *sink,
                    struct codec **ret)
{
	static const struct codec_ops *const ops[CODEC_KINDS] = { NULL, &codec_gzip, &codec_zstd, &codec_xz };
	static const struct stream_ops stream = { codec_read, codec_ready };
	struct codec *c = p->idle[kind];
	if (c != NULL) {
		p->idle[kind] = c->next;
	} else {
		c = sys_zalloc(sizeof(*c));
		TRY(got(c));
		c->ops = ops[kind];
		c->kind = kind;
		c->in = sys_alloc(CODEC_BYTES);
		if (c->in == NULL) {
			sys_free(c);
			return ERR_MEMORY;
		}
	}
	c->s = (struct stream){ .ops = &stream, .below = below };
	c->in_at = c->in_len = 0;
	c->total_in = c->total_out = 0;
	c->below_ended = c->between = c->full = false;
	c->failed = ERR_OK;
	c->sink = sink;
	enum err err = c->ops->start(c);
	if (err != ERR_OK)
		codec_free(&c);
	else
		*ret = c;
	return err;
}

void codec_put(struct codec_pool *p, struct codec **pc)
{
	struct codec *c = *pc;
	*pc = NULL;
	if (c == NULL)
		return;
	c->next = p->idle[c->kind];
	p->idle[c->kind] = c;
}

void codec_pool_free(struct codec_pool *p)
{
	for (size_t i = 0; i < CODEC_KINDS; i++)
		while (p->idle[i] != NULL) {
			struct codec *c = p->idle[i];
			p->idle[i] = c->next;
			codec_free(&c);
		}
}
