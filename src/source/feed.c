/*
 * One input being read: its layers opened, recognised and cut into batches. The frame works in place: bytes are read
 * straight into the batch, records point into it, and only the unfinished record at its end is moved to the next batch.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/hash.h"
#include "source/internal.h"

static struct str head_view(const struct stream_head *h)
{
	return (struct str){ h->buf, h->len };
}

/* Names are shown on terminals and in reports: control characters of hostile archives do not get there. */
static void show_name(struct buf *name)
{
	for (size_t i = 0; i < name->len; i++)
		if ((unsigned char)name->ptr[i] < 0x20 || name->ptr[i] == 0x7f)
			name->ptr[i] = '?';
}

static void describe(struct feed *f, struct source_input *in, int64_t mtime_ns)
{
	static const struct hash_key key = { 0, 0 }; /* positions are kept: the same on every run */
	uint64_t parts[3] = { f->dev, f->ino, 0 };
	if (f->in_archive)
		parts[2] = hash_sip(&key, f->name.ptr, f->name.len);
	in->identity = hash_sip(&key, parts, sizeof(parts));
	in->mtime_ns = mtime_ns;
}

/* Byte order marks: UTF-8's is skipped, UTF-16 (also without mark, when it begins like XML or JSON) is transcoded. */
static enum err open_text(struct feed *f, struct stream_head **head)
{
	struct stream_head *h = *head;
	const unsigned char *p = (const unsigned char *)h->buf;
	if (h->len >= 3 && p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF) {
		h->at = 3;
		return ERR_OK;
	}
	bool mark = h->len >= 2 && ((p[0] == 0xFF && p[1] == 0xFE) || (p[0] == 0xFE && p[1] == 0xFF));
	bool little = h->len >= 4 && (p[0] == '<' || p[0] == '{' || p[0] == '[') && p[1] == 0 && p[2] != 0 && p[3] == 0;
	bool big = h->len >= 4 && p[0] == 0 && (p[1] == '<' || p[1] == '{' || p[1] == '[') && p[2] == 0 && p[3] != 0;
	if (!mark && !little && !big)
		return ERR_OK;
	h->at = mark ? 2 : 0;
	if (f->utf16 == NULL)
		f->utf16 = sys_alloc(sizeof(*f->utf16));
	TRY(got(f->utf16));
	stream_utf16_init(f->utf16, &h->s, big || (mark && p[0] == 0xFE));
	TRY(stream_head_init(&f->wide, &f->utf16->s));
	TRY(stream_head_fill(&f->wide, HEAD_BYTES));
	*head = &f->wide;
	return ERR_OK;
}

/* The layers are open down to text: recognise it and make the frame and the input. */
static enum err open_frame(struct reading *r, struct feed *f, struct stream_head *h, int64_t mtime_ns)
{
	TRY(stream_head_fill(h, HEAD_BYTES));
	TRY(open_text(f, &h));
	f->top = &h->s;
	struct recognised what = { .format = r->o.format };
	struct str seen = str_cut(head_view(h), h->at, h->len);
	if (r->o.format == FORMAT_AUTO)
		what = recognise_format(seen, h->len < HEAD_BYTES);
	r->sink.file = buf_view(&f->name);
	const char *binary = r->o.format == FORMAT_AUTO && what.format == FORMAT_PLAIN ? recognise_binary(seen) : NULL;
	if (binary != NULL) {
		sink_unread(&r->sink, 0, 0, binary, STR(""));
		return ERR_REFUSED;
	}
	TRY(input_new(buf_view(&f->name), &f->input));
	f->input->format = what.format;
	f->input->csv_separator = what.csv_separator;
	f->input->csv_tab = what.csv_separator == '\t';
	f->input->ordinal = r->ordinal++;
	describe(f, f->input, mtime_ns);
	f->frame = (struct frame){ .sink = &r->sink,
		                   .input = f->input,
		                   .records_max = r->batch_records,
		                   .bytes_max = r->batch_bytes,
		                   .base = h->at };
	TRY(frame_init(&f->frame, what.format));
	f->frame_open = true;
	f->stream_ended = false;
	f->stream_err = ERR_OK;
	return ERR_OK;
}

static enum err open_archive(struct reading *r, struct feed *f, struct stream *s)
{
	f->in_archive = true;
	return stream_archive_open(&f->archive, s, &r->sink);
}

static enum err open_layers(struct reading *r, struct feed *f)
{
	enum { MAGIC_BYTES = 512 };
	TRY(stream_head_init(&f->raw, &f->file.s));
	TRY(stream_head_fill(&f->raw, MAGIC_BYTES));
	if (archive_recognise(head_view(&f->raw)))
		return open_archive(r, f, &f->raw.s);
	enum codec_kind kind = codec_recognise(head_view(&f->raw));
	if (kind == CODEC_NONE)
		return open_frame(r, f, &f->raw, f->mtime_ns);
	TRY(codec_take(&r->pool, kind, &f->raw.s, &r->sink, &f->codec));
	TRY(stream_head_init(&f->text, &f->codec->s));
	TRY(stream_head_fill(&f->text, MAGIC_BYTES));
	if (archive_recognise(head_view(&f->text)))
		return open_archive(r, f, &f->text.s);
	if (codec_recognise(head_view(&f->text)) != CODEC_NONE) {
		sink_unread(&r->sink, 0, 0, "compressed more than once", STR(""));
		return ERR_REFUSED;
	}
	return open_frame(r, f, &f->text, f->mtime_ns);
}

static enum err open_file(struct reading *r, struct feed *f, const struct walk_entry *e)
{
	int fd = STDIN_FILENO;
	struct stat st;
	if (!e->is_stdin)
		TRY(sys_open(e->path.ptr, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0, &fd));
	f->owns_fd = !e->is_stdin;
	stream_file_init(&f->file, &r->sink, fd, false);
	TRY(sys_fstat(fd, &st));
	if (S_ISDIR(st.st_mode))
		return ERR_REFUSED;
	f->file.waits = !S_ISREG(st.st_mode);
	f->dev = st.st_dev;
	f->ino = st.st_ino;
	f->size = (uint64_t)st.st_size;
	f->mtime_ns = f->file.waits ? TIME_NONE : (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	return ERR_OK;
}

fallible feed_open(struct reading *r, struct feed *f, const struct walk_entry *e)
{
	r->sink.file = STR("");
	buf_reset(&f->path);
	buf_reset(&f->name);
	buf_str(&f->path, e->is_stdin ? STR("-") : e->path);
	buf_str(&f->name, e->is_stdin ? STR("-") : e->path);
	TRY(buf_err(&f->name));
	TRY(buf_err(&f->path));
	show_name(&f->name);
	f->file.fd = -1;
	f->in_archive = f->stream_ended = false;
	r->sink.file = buf_view(&f->name);
	enum err err = open_file(r, f, e);
	if (err != ERR_OK) {
		feed_close(r, f);
		if (err == ERR_MEMORY)
			return err;
		sink_failed(&r->sink, buf_view(&f->name), "cannot be read", err);
		return ERR_REFUSED;
	}
	r->sink.count.files++;
	err = open_layers(r, f);
	if (err == ERR_OK)
		return ERR_OK;
	feed_close(r, f);
	if (err != ERR_MEMORY && err != ERR_SIGNAL) {
		r->sink.count.files_failed++;
		return ERR_REFUSED;
	}
	return err;
}

static void close_member(struct reading *r, struct feed *f)
{
	if (f->frame_open)
		frame_free(&f->frame);
	f->frame_open = false;
	input_unref(&f->input);
	codec_put(&r->pool, &f->member_codec);
}

static enum err open_member(struct reading *r, struct feed *f, int64_t mtime_ns)
{
	enum { MAGIC_BYTES = 512 };
	struct stream_head *h = &f->member;
	TRY(stream_head_init(h, &f->archive.s));
	TRY(stream_head_fill(h, MAGIC_BYTES));
	enum codec_kind kind = codec_recognise(head_view(h));
	if (kind != CODEC_NONE) {
		TRY(codec_take(&r->pool, kind, &h->s, &r->sink, &f->member_codec));
		h = &f->inner;
		TRY(stream_head_init(h, &f->member_codec->s));
		TRY(stream_head_fill(h, MAGIC_BYTES));
	}
	if (archive_recognise(head_view(h)) || (kind != CODEC_NONE && codec_recognise(head_view(h)) != CODEC_NONE)) {
		sink_unread(&r->sink, 0, 0, "archive or compression nested too deep", STR(""));
		return ERR_REFUSED;
	}
	return open_frame(r, f, h, mtime_ns != TIME_NONE ? mtime_ns : f->mtime_ns);
}

fallible feed_next_member(struct reading *r, struct feed *f)
{
	close_member(r, f);
	while (f->in_archive) {
		int64_t mtime_ns = TIME_NONE;
		r->sink.file = buf_view(&f->path);
		buf_reset(&f->name);
		buf_str(&f->name, buf_view(&f->path));
		buf_char(&f->name, '!');
		enum err err = stream_archive_next(&f->archive, &f->name, &mtime_ns);
		if (err == ERR_PARSE || err == ERR_LIMIT || err == ERR_IO) {
			sink_unread(&r->sink, 0, f->archive.total_in, f->archive.s.why, STR(""));
			return ERR_END;
		}
		TRY(err);
		TRY(buf_err(&f->name));
		show_name(&f->name);
		r->sink.file = buf_view(&f->name);
		err = open_member(r, f, mtime_ns);
		if (err != ERR_REFUSED)
			return err;
		close_member(r, f);
		r->sink.count.files_failed++;
	}
	return ERR_END;
}

void feed_close(struct reading *r, struct feed *f)
{
	close_member(r, f);
	if (f->in_archive)
		stream_archive_close(&f->archive);
	f->in_archive = false;
	codec_put(&r->pool, &f->codec);
	if (f->owns_fd)
		sys_closep(&f->file.fd);
	f->file.fd = -1;
	f->owns_fd = false;
}

void feed_free(struct reading *r, struct feed *f)
{
	feed_close(r, f);
	stream_head_free(&f->raw);
	stream_head_free(&f->text);
	stream_head_free(&f->member);
	stream_head_free(&f->inner);
	stream_head_free(&f->wide);
	sys_free(f->utf16);
	f->utf16 = NULL;
	sys_free(f->kept);
	f->kept = NULL;
	f->kept_cap = 0;
	buf_free(&f->path);
	buf_free(&f->name);
}

/* Makes *p hold n bytes and the padding. */
static enum err room(char **p, size_t *cap, size_t n)
{
	if (*cap >= n + SOURCE_PADDING)
		return ERR_OK;
	char *grown = sys_realloc(*p, n + SOURCE_PADDING);
	TRY(got(grown));
	*p = grown;
	*cap = n + SOURCE_PADDING;
	return ERR_OK;
}

/* A batch that once held a giant record does not stay giant. */
static enum err begin_batch(struct reading *r, struct feed *f, struct source_batch *b)
{
	size_t want = r->batch_bytes > f->frame.len ? r->batch_bytes : f->frame.len;
	b->n = 0;
	b->data_len = 0;
	b->lines_blank = 0;
	b->ends_input = false;
	if (b->data_cap > 4 * (want + SOURCE_PADDING)) {
		sys_free(b->data);
		b->data = NULL;
		b->data_cap = 0;
	}
	if (b->input != f->input) {
		input_unref(&b->input);
		b->input = input_ref(f->input);
	}
	TRY(room(&b->data, &b->data_cap, want));
	struct frame *fr = &f->frame;
	if (!fr->ops->copies) {
		if (fr->len > 0)
			memcpy(b->data, f->kept, fr->len);
		fr->data = b->data;
	} else {
		TRY(room(&f->kept, &f->kept_cap, READ_BYTES));
		fr->data = f->kept;
	}
	return ERR_OK;
}

/* Moves the window down to the unfinished record when nothing points before it, or lets it grow. */
static enum err window_room(struct feed *f, struct source_batch *b, size_t least)
{
	struct frame *fr = &f->frame;
	bool copies = fr->ops->copies;
	char **p = copies ? &f->kept : &b->data;
	size_t *cap = copies ? &f->kept_cap : &b->data_cap;
	if ((copies || b->n == 0) && fr->start > fr->len / 2) {
		memmove(fr->data, fr->data + fr->start, fr->len - fr->start);
		fr->base += fr->start;
		fr->len -= fr->start;
		fr->scan -= fr->start;
		fr->start = 0;
	}
	if (*cap - SOURCE_PADDING - fr->len < least)
		TRY(room(p, cap, fr->len + (fr->len > least ? fr->len : least)));
	fr->data = *p;
	return ERR_OK;
}

static enum err read_more(struct reading *r, struct feed *f, struct source_batch *b)
{
	struct frame *fr = &f->frame;
	size_t least = r->batch_bytes / 8 < READ_BYTES ? r->batch_bytes / 8 : READ_BYTES, n = 0;
	TRY(window_room(f, b, least > 0 ? least : 1));
	size_t size = (fr->ops->copies ? f->kept_cap : b->data_cap) - SOURCE_PADDING - fr->len;
	enum err e = stream_read(f->top, fr->data + fr->len, size < READ_BYTES ? size : READ_BYTES, &n);
	if (e == ERR_MEMORY || e == ERR_SIGNAL)
		return e;
	fr->len += n;
	r->sink.count.bytes += n;
	f->stream_err = e;
	f->stream_ended = e != ERR_OK || n == 0;
	fr->cut_short = e != ERR_OK;
	return ERR_OK;
}

/* Is there enough in the batch, or so little room that it is better to begin the next? */
static bool is_filled(const struct reading *r, const struct feed *f, const struct source_batch *b)
{
	size_t used = f->frame.ops->copies ? b->data_len : f->frame.len;
	return b->n > 0 &&
	       (used >= r->batch_bytes - r->batch_bytes / 8 || frame_is_full(&f->frame, b) || !stream_ready(f->top, 0));
}

/* What is unfinished waits in f->kept for the next batch. */
static enum err keep_rest(struct feed *f, struct source_batch *b)
{
	struct frame *fr = &f->frame;
	if (fr->ops->copies)
		return ERR_OK;
	b->data_len = fr->start;
	size_t rest = fr->len - fr->start;
	TRY(room(&f->kept, &f->kept_cap, rest));
	memcpy(f->kept, fr->data + fr->start, rest);
	fr->base += fr->start;
	fr->scan -= fr->start;
	fr->len = rest;
	fr->start = 0;
	fr->data = NULL;
	return ERR_OK;
}

fallible feed_fill(struct reading *r, struct feed *f, struct source_batch *b, bool tail, bool *ret_ended)
{
	struct frame *fr = &f->frame;
	*ret_ended = false;
	TRY(begin_batch(r, f, b));
	for (;;) {
		bool last = f->stream_ended && !(tail && f->stream_err == ERR_OK);
		TRY(fr->ops->cut(fr, b, last));
		if (frame_is_full(fr, b))
			break;
		if (f->stream_ended) {
			*ret_ended = last;
			break;
		}
		if (is_filled(r, f, b))
			break;
		TRY(read_more(r, f, b));
	}
	if (*ret_ended && f->stream_err != ERR_OK)
		sink_unread(&r->sink, fr->line, fr->base + fr->len,
		            f->top->why != NULL ? f->top->why : "reading failed", STR(""));
	TRY(keep_rest(f, b));
	f->stream_ended = f->stream_ended && !(tail && f->stream_err == ERR_OK);
	b->ends_input = *ret_ended;
	r->sink.count.records += b->n;
	return ERR_OK;
}

fallible feed_idle(struct reading *r, struct feed *f, struct source_batch *b)
{
	TRY(begin_batch(r, f, b));
	TRY(f->frame.ops->idle(&f->frame, b));
	r->sink.count.records += b->n;
	return keep_rest(f, b);
}
