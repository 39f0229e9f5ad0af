/*
 * The lowest stream (a file descriptor) and the head: the first bytes of any stream, kept so that what they are can be
 * recognised before they are read in earnest. Files are read, never mapped: others may truncate them.
 */
#include <errno.h>

#include "source/internal.h"

static enum err file_read(struct stream *s, void *into, size_t size, size_t *ret)
{
	struct stream_file *f = (struct stream_file *)s;
	size_t max = f->sink->read_max;
	for (;;) {
		if (f->waits) {
			bool ready = false;
			TRY(os_wait(f->fd, f->sink->stop_fd, -1, &ready));
			if (!ready)
				continue;
		}
		enum err e = sys_read(f->fd, into, max != 0 && max < size ? max : size, ret);
		if (e == ERR_AGAIN) { /* a signal, or nothing there yet */
			if (atomic_load(&f->sink->stopped))
				return ERR_SIGNAL;
			continue;
		}
		if (e != ERR_OK) {
			s->why = "reading failed";
			return e;
		}
		f->offset += *ret;
		f->sink->count.bytes_read += *ret;
		return ERR_OK;
	}
}

static bool file_ready(struct stream *s, int wait_ms)
{
	struct stream_file *f = (struct stream_file *)s;
	bool ready = true;
	if (f->waits)
		return os_wait(f->fd, f->sink->stop_fd, wait_ms, &ready) != ERR_OK || ready;
	return true;
}

void stream_file_init(struct stream_file *f, struct sink *sink, int fd, bool waits)
{
	static const struct stream_ops ops = { file_read, file_ready };
	*f = (struct stream_file){ .s = { .ops = &ops }, .fd = fd, .waits = waits, .sink = sink };
}

static enum err head_read(struct stream *s, void *into, size_t size, size_t *ret)
{
	struct stream_head *h = (struct stream_head *)s;
	size_t n = h->len - h->at;
	if (n > 0) {
		n = n < size ? n : size;
		memcpy(into, h->buf + h->at, n);
		h->at += n;
		*ret = n;
		return ERR_OK;
	}
	*ret = 0;
	if (h->err != ERR_OK)
		return h->err;
	/* The end is asked for again: a followed file grows. */
	h->err = stream_read(s->below, into, size, ret);
	s->why = s->below->why;
	return h->err;
}

static bool head_ready(struct stream *s, int wait_ms)
{
	struct stream_head *h = (struct stream_head *)s;
	return h->at < h->len || h->ended || stream_ready(s->below, wait_ms);
}

fallible stream_head_init(struct stream_head *h, struct stream *below)
{
	static const struct stream_ops ops = { head_read, head_ready };
	if (h->buf == NULL)
		h->buf = sys_alloc(HEAD_BYTES + SOURCE_PADDING);
	TRY(got(h->buf));
	h->s = (struct stream){ .ops = &ops, .below = below };
	h->len = h->at = 0;
	h->ended = false;
	h->err = ERR_OK;
	return ERR_OK;
}

fallible stream_head_fill(struct stream_head *h, size_t want)
{
	enum { PATIENCE_MS = 100 };
	while (h->len < want && !h->ended) {
		bool line = h->len > 0 && memchr(h->buf, '\n', h->len) != NULL;
		if (line && !stream_ready(h->s.below, PATIENCE_MS))
			break;
		size_t n = 0;
		enum err e = stream_read(h->s.below, h->buf + h->len, HEAD_BYTES - h->len, &n);
		h->s.why = h->s.below->why;
		h->len += n;
		if (e == ERR_MEMORY)
			return e;
		h->ended = e != ERR_OK || n == 0;
		h->err = e;
	}
	memset(h->buf + h->len, 0, SOURCE_PADDING);
	return ERR_OK;
}

void stream_head_release(struct stream_head *h)
{
	must(h->at == h->len);
	sys_free(h->buf);
	h->buf = NULL;
	h->at = h->len = 0;
}

void stream_head_free(struct stream_head *h)
{
	sys_free(h->buf);
	*h = (struct stream_head){ .buf = NULL };
}
