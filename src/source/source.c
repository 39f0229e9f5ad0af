/*
 * The source: inputs one after the other, each read by the one feed that is reused for all of them (a folder of many
 * small files costs an open, a read and a close each). Following takes over where the files end.
 */
#include "source/internal.h"

struct source {
	struct reading r;
	struct walk *walk;
	struct feed feed;
	struct follow *follow;
	bool reading; /* the feed has an input */
	bool any;     /* something was opened */
	uint64_t sequence;
};

fallible source_open(const struct str *paths, size_t n, const struct source_options *options, struct diag_list *diags,
                     source_unread_fn *unread, void *unread_arg, struct source **ret)
{
	struct source *s = sys_zalloc(sizeof(*s));
	TRY(got(s));
	struct reading *r = &s->r;
	r->o = *options;
	r->sink.unread = unread;
	r->sink.unread_arg = unread_arg;
	r->sink.diags = diags;
	r->sink.file = STR("");
	r->sink.stop_fd = -1;
	r->sink.read_max = options->read_bytes;
	atomic_init(&r->sink.stopped, false);
	r->batch_bytes = options->batch_bytes != 0 ? options->batch_bytes : 128 << 10;
	r->batch_records = options->batch_records != 0 ? options->batch_records : 65536;
	s->feed.file.fd = -1;
	enum err err = os_event_open(&r->sink.stop_fd);
	if (err == ERR_OK)
		err = walk_new(paths, n, &r->o, &r->sink, &s->walk);
	if (err == ERR_OK && options->follow)
		err = follow_new(r, s->walk, &s->follow);
	if (err != ERR_OK)
		source_close(&s);
	else
		*ret = s;
	return err;
}

/* Goes on to the next input: the archive's next member, or the next file that can be opened. */
static enum err next_input(struct source *s)
{
	for (;;) {
		enum err err = ERR_END;
		if (s->feed.in_archive) {
			err = feed_next_member(&s->r, &s->feed);
			if (err == ERR_OK)
				return ERR_OK;
		}
		feed_close(&s->r, &s->feed);
		if (err != ERR_END)
			return err;
		struct walk_entry e;
		err = walk_next(s->walk, &e);
		if (err != ERR_OK)
			return err;
		err = feed_open(&s->r, &s->feed, &e);
		if (err == ERR_REFUSED)
			continue;
		if (err != ERR_OK)
			return err;
		s->any = true;
		if (!s->feed.in_archive)
			return ERR_OK;
	}
}

static enum err next_batch(struct source *s, struct source_batch *b)
{
	if (!s->reading) {
		TRY(next_input(s));
		s->reading = true;
	}
	bool ended = false;
	TRY(feed_fill(&s->r, &s->feed, b, false, &ended));
	if (ended)
		s->reading = false;
	return ERR_OK;
}

fallible source_next(struct source *s, struct source_batch *b, int wait_ms)
{
	if (atomic_load(&s->r.sink.stopped))
		return ERR_END;
	enum err err = s->follow != NULL ? follow_next(s->follow, b, wait_ms) : next_batch(s, b);
	if (err == ERR_SIGNAL)
		return ERR_END;
	if (err == ERR_END && !s->any && s->follow == NULL) {
		s->any = true; /* said once */
		return s->r.sink.count.files_failed > 0 ? ERR_MISSING : ERR_END;
	}
	TRY(err);
	b->sequence = s->sequence++;
	return ERR_OK;
}

void source_stop(struct source *s)
{
	atomic_store(&s->r.sink.stopped, true);
	os_event_raise(s->r.sink.stop_fd);
}

void source_count(const struct source *s, struct source_counters *ret)
{
	*ret = s->r.sink.count;
}

struct str source_current(const struct source *s)
{
	return s->r.sink.file;
}

void source_close(struct source **ps)
{
	struct source *s = *ps;
	if (s == NULL)
		return;
	follow_free(&s->follow);
	feed_free(&s->r, &s->feed);
	walk_free(&s->walk);
	codec_pool_free(&s->r.pool);
	sys_closep(&s->r.sink.stop_fd);
	sys_free(s);
	*ps = NULL;
}
