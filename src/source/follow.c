/*
 * Following: files are read to their end and kept open; inotify (with a look at everything each second, for file
 * systems that do not tell) says which grew. A file whose path now names another inode was rotated: it is read on for a
 * while, as its writer may not have noticed, and the new one is read from its start. A file shorter than what was read
 * was truncated: it begins again. Compressed files are read once, when whoever writes them has closed them.
 */
#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/map.h"
#include "source/internal.h"

enum {
	OPEN_MAX = 512,    /* files kept open; later ones are read once */
	LOOK_MS = 1000,    /* between looks at everything */
	LINGER_MS = 5000,  /* a rotated file is read on for */
	IDLE_MS = 2000,    /* then what a frame holds is given */
	STREAM_MS = 50,    /* between looks at a pipe */
	SETTLED_MS = 5000, /* a file not written for so long is taken as complete */
	EVENTS_BYTES = 4096,
};
enum tail_state { TAIL_NEW, TAIL_OPEN, TAIL_DONE };
struct tail {
	struct tail *next;
	struct str path; /* NUL terminated */
	uint64_t id[2];  /* device, inode */
	uint64_t size;   /* when it was done */
	struct feed *feed;
	enum tail_state state;
	bool dirty;  /* may have something to read */
	bool closed; /* nobody is writing it, as far as we know */
	bool whole;  /* compressed, or a stream: ends at its end */
	bool is_stdin, ending, idle_given;
	int64_t rotated_ms, data_ms; /* 0 = not */
};
struct watch {
	int wd;
	bool listed; /* new files in it are read */
	char *path;
};
struct follow {
	struct reading *r;
	struct walk *walk;
	int fd;
	struct tail *tails, **last;
	struct map by_path, by_id;
	struct watch *watches;
	size_t n_watches, cap_watches, n_open;
	struct tail *active;
	int64_t looked_ms;
	bool any_stream, walked /* all that was there at the start */;
};

static int64_t now_ms(void)
{
	return sys_monotonic_ns() / 1000000;
}

/* Watches a directory. Without inotify (or past its limits) the look each second remains. */
static enum err watch_directory(struct follow *f, struct str dir, bool listed)
{
	char path[4096];
	if (dir.len >= sizeof(path))
		return ERR_OK;
	memcpy(path, dir.ptr, dir.len);
	path[dir.len] = '\0';
	int wd = inotify_add_watch(f->fd, dir.len > 0 ? path : ".",
	                           IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_CLOSE_WRITE | IN_DELETE);
	if (wd < 0)
		return ERR_OK;
	for (size_t i = 0; i < f->n_watches; i++)
		if (f->watches[i].wd == wd) {
			f->watches[i].listed = f->watches[i].listed || listed;
			return ERR_OK;
		}
	if (f->n_watches == f->cap_watches) {
		size_t cap = f->cap_watches == 0 ? 16 : 2 * f->cap_watches;
		struct watch *grown = sys_realloc(f->watches, cap * sizeof(*grown));
		TRY(got(grown));
		f->watches = grown;
		f->cap_watches = cap;
	}
	char *copy = sys_alloc(dir.len + 1);
	TRY(got(copy));
	memcpy(copy, path, dir.len + 1);
	f->watches[f->n_watches++] = (struct watch){ wd, listed, copy };
	return ERR_OK;
}

static enum err on_directory(void *arg, struct str path)
{
	return watch_directory(arg, path, true);
}

fallible follow_new(struct reading *r, struct walk *w, struct follow **ret)
{
	struct follow *f = sys_zalloc(sizeof(*f));
	TRY(got(f));
	f->r = r;
	f->walk = w;
	f->last = &f->tails;
	f->fd = sys_fault_here() ? -1 : inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	walk_on_directory(w, on_directory, f);
	*ret = f; /* fd -1: only the look each second */
	return ERR_OK;
}

void follow_free(struct follow **pf)
{
	struct follow *f = *pf;
	if (f == NULL)
		return;
	while (f->tails != NULL) {
		struct tail *t = f->tails;
		f->tails = t->next;
		if (t->feed != NULL)
			feed_free(f->r, t->feed);
		sys_free(t->feed);
		sys_free(t);
	}
	for (size_t i = 0; i < f->n_watches; i++)
		sys_free(f->watches[i].path);
	sys_free(f->watches);
	map_free(&f->by_path);
	map_free(&f->by_id);
	sys_closep(&f->fd);
	sys_free(f);
	*pf = NULL;
}

static struct tail *tail_at(const struct follow *f, struct str path)
{
	struct map_entry *e = map_get(&f->by_path, path);
	return e != NULL ? e->val.ptr : NULL;
}

static bool is_digits(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((s.ptr[i] < '0' || s.ptr[i] > '9') && s.ptr[i] != '-')
			return false;
	return s.len > 0;
}

/* app.log.1, app.log-20261122, app.log.2.gz beside a followed app.log: its past, which was read under its own name. */
static bool is_rotated_copy(const struct follow *f, struct str path)
{
	static const char *const packed[] = { ".gz", ".xz", ".zst", ".bz2" };
	for (size_t i = 0; i < ARRAY_LEN(packed); i++)
		if (str_ends(path, str_of(packed[i])))
			path.len -= strlen(packed[i]);
	for (size_t i = path.len; i-- > 1;) {
		if (path.ptr[i] == '/')
			return false;
		if ((path.ptr[i] == '.' || path.ptr[i] == '-') && is_digits(str_cut(path, i + 1, path.len)) &&
		    tail_at(f, str_cut(path, 0, i)) != NULL)
			return true;
	}
	return tail_at(f, path) != NULL && tail_at(f, path)->state == TAIL_OPEN;
}

static enum err add_tail(struct follow *f, struct str path, const struct stat *st, bool closed, bool is_stdin)
{
	struct tail *t = sys_zalloc(sizeof(*t) + path.len + 1);
	TRY(got(t));
	memcpy(t + 1, path.ptr, path.len);
	t->path = (struct str){ (char *)(t + 1), path.len };
	t->is_stdin = is_stdin;
	t->closed = closed;
	t->dirty = true;
	t->id[0] = st->st_dev;
	t->id[1] = st->st_ino;
	*f->last = t;
	f->last = &t->next;
	struct map_entry *e = NULL;
	TRY(map_put(&f->by_path, t->path, &e, NULL));
	e->key = t->path;
	e->val.ptr = t;
	TRY(map_put(&f->by_id, (struct str){ (char *)t->id, sizeof(t->id) }, &e, NULL));
	e->val.ptr = t;
	return ERR_OK;
}

/* A path that exists: a file to follow, unless it is known by another name. */
static enum err consider(struct follow *f, struct str path, bool in_directory, bool closed)
{
	struct stat st;
	if (sys_stat(path.ptr, &st) != ERR_OK || !S_ISREG(st.st_mode))
		return ERR_OK;
	uint64_t id[2] = { st.st_dev, st.st_ino };
	struct map_entry *e = map_get(&f->by_id, (struct str){ (char *)id, sizeof(id) });
	struct tail *t = e != NULL ? e->val.ptr : NULL;
	if (t != NULL && (t->state != TAIL_DONE || t->size == (uint64_t)st.st_size))
		return ERR_OK;
	if (in_directory && is_rotated_copy(f, path)) {
		f->r->sink.count.files_skipped++;
		return ERR_OK;
	}
	return add_tail(f, path, &st, closed, false);
}

static void close_tail(struct follow *f, struct tail *t)
{
	struct stat st;
	if (t->feed != NULL) {
		if (!t->is_stdin && t->feed->file.fd >= 0 && sys_fstat(t->feed->file.fd, &st) == ERR_OK)
			t->size = (uint64_t)st.st_size;
		feed_free(f->r, t->feed);
		f->n_open--;
		f->r->sink.file = STR("");
	}
	sys_free(t->feed);
	t->feed = NULL;
	t->state = TAIL_DONE;
	t->dirty = false;
	if (f->active == t)
		f->active = NULL;
}

/* Not yet: the file is still too small to say what it is, or is being compressed. Its next growth opens it again. */
static void open_later(struct follow *f, struct tail *t)
{
	close_tail(f, t);
	t->state = TAIL_NEW;
	f->r->sink.count.files--;
	f->r->ordinal -= f->r->ordinal > 0;
}

static enum err open_tail(struct follow *f, struct tail *t)
{
	struct stat st;
	t->dirty = false;
	if (!t->is_stdin && sys_stat(t->path.ptr, &st) == ERR_OK && st.st_size == 0)
		return ERR_OK;
	t->feed = sys_zalloc(sizeof(*t->feed));
	TRY(got(t->feed));
	f->n_open++;
	struct walk_entry e = { .path = t->path, .is_stdin = t->is_stdin };
	enum err err = feed_open(f->r, t->feed, &e);
	if (err != ERR_OK) {
		close_tail(f, t);
		return err == ERR_REFUSED ? ERR_OK : err;
	}
	const struct stream_head *h = &t->feed->raw;
	bool packed = t->feed->in_archive || t->feed->codec != NULL;
	if (!t->closed && (packed || (h->len < HEAD_BYTES && memchr(h->buf, '\n', h->len) == NULL))) {
		open_later(f, t);
		return ERR_OK;
	}
	t->whole = packed || t->feed->file.waits || f->n_open > OPEN_MAX;
	f->any_stream = f->any_stream || t->feed->file.waits;
	t->state = TAIL_OPEN;
	t->dirty = true;
	t->data_ms = now_ms();
	if (t->feed->in_archive && feed_next_member(f->r, t->feed) != ERR_OK)
		close_tail(f, t);
	return ERR_OK;
}

/* An open file without more to read: is it still the one its path names, and as long as what was read? */
static enum err check_rotation(struct follow *f, struct tail *t)
{
	struct stat here, there;
	if (t->whole || sys_fstat(t->feed->file.fd, &here) != ERR_OK)
		return ERR_OK;
	uint64_t size = (uint64_t)here.st_size;
	if (size < t->feed->file.offset) {
		t->ending = t->dirty = true; /* truncated: what is held ends, then from the start */
		return ERR_OK;
	}
	t->dirty = t->dirty || size > t->feed->file.offset;
	enum err err = sys_stat(t->path.ptr, &there);
	bool same = err == ERR_OK && there.st_dev == here.st_dev && there.st_ino == here.st_ino;
	if (same)
		return ERR_OK;
	if (err == ERR_OK && tail_at(f, t->path) == t)
		TRY(consider(f, t->path, false, false));
	if (t->rotated_ms == 0) {
		t->rotated_ms = now_ms();
	} else if (!t->dirty && now_ms() - t->rotated_ms > LINGER_MS) {
		t->ending = t->dirty = true;
	}
	return ERR_OK;
}

static enum err look_at_all(struct follow *f)
{
	f->looked_ms = now_ms();
	for (struct tail *t = f->tails; t != NULL; t = t->next) {
		struct stat st;
		if (t->state == TAIL_OPEN) {
			TRY(check_rotation(f, t));
			continue;
		}
		/* what was read whole is looked at again only when an event says so */
		if (t->is_stdin || (t->state == TAIL_DONE && t->whole) || sys_stat(t->path.ptr, &st) != ERR_OK)
			continue;
		if (t->state == TAIL_NEW) {
			t->dirty = st.st_size > 0;
			t->closed = t->closed || sys_now_ns() / 1000000000 - st.st_mtim.tv_sec > SETTLED_MS / 1000;
		} else if (t->state == TAIL_DONE && tail_at(f, t->path) == t)
			TRY(consider(f, t->path, false, false)); /* came back, as another file */
	}
	return ERR_OK;
}

static enum err take_event(struct follow *f, const struct inotify_event *e)
{
	char path[4096];
	const struct watch *w = NULL;
	if ((e->mask & IN_Q_OVERFLOW) != 0) {
		for (size_t i = 0; i < f->n_watches; i++)
			if (f->watches[i].listed)
				TRY(walk_add(f->walk, str_of(f->watches[i].path), false));
		return look_at_all(f);
	}
	for (size_t i = 0; i < f->n_watches && w == NULL; i++)
		if (f->watches[i].wd == e->wd)
			w = &f->watches[i];
	if (w == NULL || e->len == 0)
		return ERR_OK;
	struct buf b = { .max = 0 };
	buf_printf(&b, "%s%s%s", w->path, w->path[0] == '\0' || str_ends(str_of(w->path), STR("/")) ? "" : "/",
	           e->name);
	bool fits = b.err == ERR_OK && b.len < sizeof(path);
	if (fits)
		memcpy(path, b.ptr, b.len);
	path[fits ? b.len : 0] = '\0';
	buf_free(&b);
	if (!fits)
		return ERR_OK;
	struct tail *t = tail_at(f, str_of(path));
	bool closed = (e->mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0;
	if (t != NULL && t->state != TAIL_DONE) {
		t->closed = t->closed || closed;
		t->dirty = true;
		return t->state == TAIL_OPEN ? check_rotation(f, t) : ERR_OK;
	}
	if ((e->mask & (IN_DELETE | IN_MOVED_FROM)) != 0 || e->name[0] == '.')
		return ERR_OK;
	if (t == NULL && !w->listed)
		return ERR_OK;
	if ((e->mask & IN_ISDIR) != 0)
		return walk_add(f->walk, str_of(path), true);
	return prune_path(&f->r->o, str_of(path)) ? ERR_OK : consider(f, str_of(path), w->listed, closed);
}

static enum err take_events(struct follow *f)
{
	_Alignas(struct inotify_event) char bytes[EVENTS_BYTES];
	for (;;) {
		size_t n = 0;
		if (f->fd < 0 || sys_read(f->fd, bytes, sizeof(bytes), &n) != ERR_OK || n == 0)
			return ERR_OK;
		for (size_t at = 0; at + sizeof(struct inotify_event) <= n;) {
			const struct inotify_event *e = (const struct inotify_event *)(const void *)(bytes + at);
			TRY(take_event(f, e));
			at += sizeof(*e) + e->len;
		}
	}
}

/* The next file with something to read: a changed one, else one the walk finds. NULL: none for now. */
static enum err pick(struct follow *f, struct tail **ret)
{
	struct walk_entry e;
	for (;;) {
		*ret = NULL;
		for (struct tail *t = f->tails; t != NULL && *ret == NULL; t = t->next)
			if (t->state == TAIL_OPEN && t->feed->file.waits ? stream_ready(t->feed->top, 0) : t->dirty)
				*ret = t;
		if (*ret != NULL && (*ret)->state == TAIL_OPEN)
			return ERR_OK;
		if (*ret != NULL) {
			TRY(open_tail(f, *ret));
			continue;
		}
		enum err err = walk_next(f->walk, &e);
		f->walked = f->walked || err == ERR_END;
		if (err == ERR_END)
			return ERR_OK;
		TRY(err);
		struct stat st = { .st_dev = 0 };
		if (e.is_stdin || (sys_stat(e.path.ptr, &st) == ERR_OK && !S_ISREG(st.st_mode))) {
			TRY(add_tail(f, e.path, &st, true, e.is_stdin));
			continue;
		}
		if (sys_stat(e.path.ptr, &st) != ERR_OK)
			sink_failed(&f->r->sink, e.path, "cannot be read", ERR_MISSING);
		const char *slash = memrchr(e.path.ptr, '/', e.path.len);
		if (!e.in_directory)
			TRY(watch_directory(f,
			                    str_cut(e.path, 0,
			                            slash == e.path.ptr ? 1
			                            : slash != NULL     ? (size_t)(slash - e.path.ptr)
			                                                : 0),
			                    false));
		TRY(consider(f, e.path, false, !f->walked));
	}
}

/* Reads on in one file. *ret_got: b holds something to give. */
static enum err read_tail(struct follow *f, struct tail *t, struct source_batch *b, bool *ret_got)
{
	bool ended = false;
	f->r->sink.file = buf_view(&t->feed->name);
	TRY(feed_fill(f->r, t->feed, b, !t->whole && !t->ending, &ended));
	*ret_got = b->n > 0 || ended;
	if (b->n > 0) {
		t->data_ms = now_ms();
		t->idle_given = false;
	}
	if (ended) {
		bool again = t->ending && t->rotated_ms == 0;
		if (t->feed->in_archive && feed_next_member(f->r, t->feed) == ERR_OK)
			return ERR_OK;
		close_tail(f, t);
		if (again) { /* truncated */
			t->state = TAIL_NEW;
			t->ending = false;
			t->dirty = t->closed = true;
		}
		return ERR_OK;
	}
	if (b->n == 0) {
		t->dirty = false;
		if (t->feed->raw.at == t->feed->raw.len)
			stream_head_release(&t->feed->raw);
		return check_rotation(f, t);
	}
	return ERR_OK;
}

/* Frames that hold records back (audit) give them when nothing came for a while. */
static enum err give_idle(struct follow *f, struct source_batch *b)
{
	for (struct tail *t = f->tails; t != NULL; t = t->next) {
		if (t->state != TAIL_OPEN || t->idle_given || t->feed->frame.ops->idle == NULL ||
		    now_ms() - t->data_ms < IDLE_MS)
			continue;
		TRY(feed_idle(f->r, t->feed, b));
		t->idle_given = b->n == 0;
		if (b->n > 0)
			return ERR_OK;
	}
	return ERR_AGAIN;
}

fallible follow_next(struct follow *f, struct source_batch *b, int wait_ms)
{
	int64_t until = now_ms() + (wait_ms >= 0 ? wait_ms : LOOK_MS);
	for (;;) {
		bool have = false, ready = false;
		if (atomic_load(&f->r->sink.stopped))
			return ERR_SIGNAL;
		TRY(take_events(f));
		if (now_ms() - f->looked_ms >= LOOK_MS)
			TRY(look_at_all(f));
		if (f->active == NULL)
			TRY(pick(f, &f->active));
		if (f->active != NULL) {
			struct tail *t = f->active;
			TRY(read_tail(f, t, b, &have));
			if (!have || (f->active == t && t->feed->file.waits))
				f->active = NULL; /* others have their turn */
			if (have)
				return ERR_OK;
			continue;
		}
		enum err err = give_idle(f, b);
		if (err != ERR_AGAIN)
			return err;
		int64_t left = until - now_ms(), most = f->any_stream ? STREAM_MS : LOOK_MS;
		if (left <= 0)
			return ERR_AGAIN;
		TRY(os_wait(f->fd, f->r->sink.stop_fd, (int)(left < most ? left : most), &ready));
	}
}
