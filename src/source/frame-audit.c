/*
 * Linux audit: one event is several lines with the same msg=audit(TIME:SERIAL) (and node), and lines of several events
 * may interleave. Lines are gathered by that key until the event's EOE line, until two seconds of event time or
 * LIMIT_AUDIT_OPEN newer events have passed, or the end. Which lines make an event depends on the lines alone.
 */
#include "base/hash.h"
#include "source/internal.h"

enum { BUCKETS = 8192, KEEP_CAP = 64 << 10 };
static const int64_t event_ms = 2000;
static const size_t open_bytes_max = (size_t)64 << 20;

struct audit_key {
	int64_t ms;
	uint64_t serial, node;
};
struct audit_event {
	struct audit_key key;
	struct audit_event *chain;         /* in its bucket */
	struct audit_event *older, *newer; /* in order of first lines; `newer` also links free ones */
	struct buf text;
	uint64_t line, offset;
	size_t records;
	bool truncated;
};
struct audit_frame {
	struct hash_key hash;
	struct audit_event *oldest, *newest, *idle;
	size_t n, bytes;
	struct audit_event *buckets[BUCKETS];
};

static bool read_number(struct str *s, uint64_t *ret)
{
	uint64_t n = 0;
	size_t i = 0;
	for (; i < s->len && s->ptr[i] >= '0' && s->ptr[i] <= '9' && i < 18; i++)
		n = n * 10 + (uint64_t)(s->ptr[i] - '0');
	*s = str_cut(*s, i, s->len);
	*ret = n;
	return i > 0;
}

static bool read_char(struct str *s, char c)
{
	if (s->len == 0 || s->ptr[0] != c)
		return false;
	*s = str_cut(*s, 1, s->len);
	return true;
}

/* [node=N ]type=T msg=audit(S.MMM:SERIAL): */
static bool read_key(const struct audit_frame *a, struct str line, struct audit_key *ret, bool *ret_is_end)
{
	static const char opening[] = "msg=audit(";
	uint64_t seconds = 0, ms = 0;
	struct str rest = str_cut(line, 0, 512);
	*ret = (struct audit_key){ .ms = 0 };
	if (str_starts(rest, STR("node="))) {
		const char *space = memchr(rest.ptr, ' ', rest.len);
		if (space == NULL)
			return false;
		ret->node = hash_sip(&a->hash, rest.ptr, (size_t)(space - rest.ptr));
		rest = str_cut(rest, (size_t)(space - rest.ptr) + 1, rest.len);
	}
	if (!str_starts(rest, STR("type=")))
		return false;
	*ret_is_end = str_starts(rest, STR("type=EOE "));
	const char *msg = memmem(rest.ptr, rest.len, opening, sizeof(opening) - 1);
	if (msg == NULL)
		return false;
	rest = str_cut(rest, (size_t)(msg - rest.ptr) + sizeof(opening) - 1, rest.len);
	if (!read_number(&rest, &seconds) || seconds > UINT64_C(1) << 40)
		return false;
	if (read_char(&rest, '.') && !read_number(&rest, &ms))
		return false;
	ret->ms = (int64_t)(seconds * 1000 + ms % 1000);
	return read_char(&rest, ':') && read_number(&rest, &ret->serial);
}

static struct audit_event **bucket_of(struct audit_frame *a, const struct audit_key *k)
{
	return &a->buckets[hash_sip(&a->hash, k, sizeof(*k)) % BUCKETS];
}

static struct audit_event *find(struct audit_frame *a, const struct audit_key *k)
{
	/* nearly always the event of the line before */
	if (a->newest != NULL && memcmp(&a->newest->key, k, sizeof(*k)) == 0)
		return a->newest;
	struct audit_event *e = *bucket_of(a, k);
	while (e != NULL && memcmp(&e->key, k, sizeof(*k)) != 0)
		e = e->chain;
	return e;
}

static void unlink_event(struct audit_frame *a, struct audit_event *e)
{
	struct audit_event **at = bucket_of(a, &e->key);
	while (*at != e)
		at = &(*at)->chain;
	*at = e->chain;
	*(e->older != NULL ? &e->older->newer : &a->oldest) = e->newer;
	*(e->newer != NULL ? &e->newer->older : &a->newest) = e->older;
	a->n--;
	a->bytes -= e->text.len;
}

static enum err open_event(struct frame *f, struct audit_frame *a, const struct audit_key *k, struct audit_event **ret)
{
	struct audit_event *e = a->idle;
	if (e != NULL) {
		a->idle = e->newer;
	} else {
		e = sys_zalloc(sizeof(*e));
		TRY(got(e));
	}
	struct buf text = e->text;
	buf_reset(&text);
	*e = (struct audit_event){
		.key = *k, .text = text, .older = a->newest, .line = f->line, .offset = f->base + f->start
	};
	*(a->newest != NULL ? &a->newest->newer : &a->oldest) = e;
	a->newest = e;
	struct audit_event **bucket = bucket_of(a, k);
	e->chain = *bucket;
	*bucket = e;
	a->n++;
	*ret = e;
	return ERR_OK;
}

/* Room for n more bytes of output in the batch. */
static enum err batch_room(struct source_batch *b, size_t n)
{
	size_t need = b->data_len + n + SOURCE_PADDING;
	if (need <= b->data_cap)
		return ERR_OK;
	size_t cap = need > 2 * b->data_cap ? need : 2 * b->data_cap;
	char *grown = sys_realloc(b->data, cap);
	TRY(got(grown));
	b->data = grown;
	b->data_cap = cap;
	return ERR_OK;
}

static enum err put_record(struct frame *f, struct source_batch *b, struct str text, uint64_t line, uint64_t offset,
                           bool truncated)
{
	TRY(batch_room(b, text.len));
	if (b->n == b->cap)
		TRY(frame_more_records(b));
	memcpy(b->data + b->data_len, text.ptr, text.len);
	b->records[b->n++] = (struct source_record){ .at = (uint32_t)b->data_len,
		                                     .len = (uint32_t)text.len,
		                                     .line = line,
		                                     .offset = offset,
		                                     .truncated = truncated };
	b->data_len += text.len;
	f->sink->count.records_truncated += truncated;
	return ERR_OK;
}

static enum err close_event(struct frame *f, struct source_batch *b, struct audit_event *e)
{
	struct audit_frame *a = f->state;
	TRY(buf_err(&e->text));
	if (e->text.len > 0)
		TRY(put_record(f, b, buf_view(&e->text), e->line, e->offset, e->truncated));
	unlink_event(a, e);
	if (e->text.cap > KEEP_CAP) {
		buf_free(&e->text);
		e->text = (struct buf){ .max = 0 };
	}
	e->newer = a->idle;
	a->idle = e;
	return ERR_OK;
}

static void add_line(struct frame *f, struct audit_frame *a, struct audit_event *e, struct str line, bool cut)
{
	e->records++;
	e->truncated = e->truncated || cut;
	size_t room = LIMIT_RECORD_BYTES - e->text.len;
	if (e->records > LIMIT_AUDIT_RECORDS || line.len + 1 > room) {
		f->sink->count.bytes_dropped += line.len;
		e->truncated = true;
		return;
	}
	size_t before = e->text.len;
	if (before > 0)
		buf_char(&e->text, '\n');
	buf_str(&e->text, line);
	a->bytes += e->text.len - before;
}

static enum err take_line(struct frame *f, struct source_batch *b, struct str line, bool cut)
{
	struct audit_frame *a = f->state;
	struct audit_key key;
	bool is_end = false;
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (line.len == 0) {
		b->lines_blank++;
		return ERR_OK;
	}
	if (!read_key(a, line, &key, &is_end))
		return put_record(f, b, line, f->line, f->base + f->start, cut);
	struct audit_event *e = find(a, &key);
	if (e == NULL && is_end) { /* of an event that was given up already: it says nothing else */
		b->lines_blank++;
		return ERR_OK;
	}
	if (e == NULL) {
		/* what is two seconds older is over, also when its end never came */
		while (a->oldest != NULL &&
		       (a->oldest->key.ms + event_ms < key.ms || a->n >= LIMIT_AUDIT_OPEN || a->bytes > open_bytes_max))
			TRY(close_event(f, b, a->oldest));
		TRY(open_event(f, a, &key, &e));
	}
	add_line(f, a, e, line, cut);
	return is_end ? close_event(f, b, e) : ERR_OK;
}

static enum err close_all(struct frame *f, struct source_batch *b)
{
	struct audit_frame *a = f->state;
	while (a->oldest != NULL && !frame_is_full(f, b))
		TRY(close_event(f, b, a->oldest));
	return ERR_OK;
}

/* The line [start, end) is there, or as much of it as is kept. */
static enum err end_line(struct frame *f, struct source_batch *b, size_t end, bool cut)
{
	size_t n = end - f->start;
	if (f->dropping) {
		f->sink->count.bytes_dropped += n;
		return ERR_OK;
	}
	if (n > LIMIT_RECORD_BYTES - 1) {
		f->sink->count.bytes_dropped += n - (LIMIT_RECORD_BYTES - 1);
		n = LIMIT_RECORD_BYTES - 1;
		cut = true;
	}
	return take_line(f, b, (struct str){ f->data + f->start, n }, cut);
}

static enum err audit_cut(struct frame *f, struct source_batch *b, bool at_end)
{
	while (f->scan < f->len && !frame_is_full(f, b)) {
		const char *nl = memchr(f->data + f->scan, '\n', f->len - f->scan);
		if (nl == NULL) {
			f->scan = f->len;
			break;
		}
		size_t end = (size_t)(nl - f->data);
		TRY(end_line(f, b, end, false));
		f->dropping = false;
		f->start = f->scan = end + 1;
		f->line++;
	}
	if (f->scan < f->len)
		return ERR_OK;
	if (f->start < f->len && (at_end || f->dropping || f->len - f->start > LIMIT_RECORD_BYTES)) {
		TRY(end_line(f, b, f->len, at_end && f->cut_short));
		f->dropping = !at_end;
		f->start = f->len;
	}
	return at_end ? close_all(f, b) : ERR_OK;
}

static enum err audit_init(struct frame *f)
{
	struct audit_frame *a = sys_zalloc(sizeof(*a));
	TRY(got(a));
	a->hash = hash_key_random();
	f->state = a;
	return ERR_OK;
}

static void audit_free(struct frame *f)
{
	struct audit_frame *a = f->state;
	if (a == NULL)
		return;
	while (a->oldest != NULL) {
		struct audit_event *e = a->oldest;
		a->oldest = e->newer;
		buf_free(&e->text);
		sys_free(e);
	}
	while (a->idle != NULL) {
		struct audit_event *e = a->idle;
		a->idle = e->newer;
		buf_free(&e->text);
		sys_free(e);
	}
	sys_free(a);
	f->state = NULL;
}

const struct frame_ops frame_audit = {
	.cut = audit_cut, .copies = true, .idle = close_all, .free = audit_free, .init = audit_init
};
