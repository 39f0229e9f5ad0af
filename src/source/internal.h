#ifndef SOURCE_INTERNAL_H
#define SOURCE_INTERNAL_H
/*
 * What the files of source/ share. Bytes come up through a chain of streams (file, head, codec, archive member,
 * transcoder); a frame cuts what the last one gives into records; a feed is one input being read; the walk finds
 * inputs.
 */
#include <stdatomic.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/sys.h"
#include "base/time.h"
#include "source/source.h"

enum {
	HEAD_BYTES = 64 << 10,  /* what recognition sees at most */
	READ_BYTES = 256 << 10, /* one read of the system: small enough to stay in a core's cache until it is cut */
	CODEC_BYTES = 64 << 10,
	UNREAD_SHOWN = 4096, /* bytes of garbage handed to the unread callback */
};

/* Where problems of content go: counted, and offered to the callback (or, without one, to the diagnostics). */
struct sink {
	struct source_counters count;
	source_unread_fn *unread;
	void *unread_arg;
	struct diag_list *diags;
	struct str file; /* display name of the input being read; lives in its feed */
	int stop_fd;
	atomic_bool stopped;
	size_t read_max;
};
void sink_unread(struct sink *k, uint64_t line, uint64_t offset, const char *reason, struct str bytes);
/* A whole file that could not be used. */
void sink_failed(struct sink *k, struct str file, const char *what, enum err why);

/* ---- streams: one layer of bytes each; `below` is borrowed, whoever opened the layers closes them ---- */
struct stream;
struct stream_ops {
	/* Up to size bytes; *ret 0 = end. ERR_PARSE / ERR_LIMIT / ERR_IO with s->why: nothing more will come.
	 * ERR_SIGNAL: stopped. */
	enum err (*read)(struct stream *s, void *into, size_t size, size_t *ret);
	/* Would a read give something without waiting? */
	bool (*ready)(struct stream *s, int wait_ms);
};
struct stream {
	const struct stream_ops *ops;
	struct stream *below;
	const char *why;
};
static inline MUST_USE enum err stream_read(struct stream *s, void *into, size_t size, size_t *ret)
{
	return s->ops->read(s, into, size, ret);
}
static inline bool stream_ready(struct stream *s, int wait_ms)
{
	return s->ops->ready(s, wait_ms);
}

struct stream_file {
	struct stream s;
	int fd;
	bool waits; /* not a regular file: a read may wait */
	uint64_t offset;
	struct sink *sink;
};
void stream_file_init(struct stream_file *f, struct sink *sink, int fd, bool waits);

/* Looks at the first bytes of a stream and then gives them again. */
struct stream_head {
	struct stream s;
	char *buf; /* HEAD_BYTES + SOURCE_PADDING */
	size_t len, at;
	bool ended;
	enum err err; /* met while filling; given when the bytes are used up */
};
fallible stream_head_init(struct stream_head *h, struct stream *below);
/* Reads until `want` bytes are there, or the end, or (when reads wait) there is a whole line and nothing more for now.
 */
fallible stream_head_fill(struct stream_head *h, size_t want);
/* Lets the buffer go, once what it held was read; the stream goes on. */
void stream_head_release(struct stream_head *h);
void stream_head_free(struct stream_head *h);

enum codec_kind { CODEC_NONE, CODEC_GZIP, CODEC_ZSTD, CODEC_XZ, CODEC_KINDS };
enum codec_state { CODEC_MORE, CODEC_DONE /* end of one member or frame */, CODEC_BAD, CODEC_MEMORY, CODEC_REFUSED };
struct codec;
struct codec_ops {
	enum err (*start)(struct codec *c); /* first use and each member */
	enum codec_state (*run)(struct codec *c, const char *in, size_t in_len, size_t *ret_used, char *out,
	                        size_t out_len, size_t *ret_made);
	void (*end)(struct codec *c);
	struct str magic; /* of a following member; "" = anything */
};
extern const struct codec_ops codec_gzip, codec_zstd, codec_xz;
/* A decompressor with its input buffer, kept for the next file of its kind. */
struct codec {
	struct stream s;
	const struct codec_ops *ops;
	enum codec_kind kind;
	void *state;
	char *in;
	size_t in_at, in_len;
	uint64_t total_in, total_out;
	bool below_ended, between /* members */, full /* the last run filled its room */;
	enum err failed;
	struct sink *sink;
	struct codec *next; /* in the pool */
};
struct codec_pool {
	struct codec *idle[CODEC_KINDS];
};
enum codec_kind codec_recognise(struct str head);
fallible codec_take(struct codec_pool *p, enum codec_kind kind, struct stream *below, struct sink *sink,
                    struct codec **ret);
void codec_put(struct codec_pool *p, struct codec **c);
void codec_pool_free(struct codec_pool *p);
/* True when so much has come out of so little that it is a bomb (LIMIT_ZIP_RATIO). */
bool codec_is_bomb(uint64_t in, uint64_t out);

/* Members of a zip or tar archive, one after the other; the stream reads the current member. */
struct stream_archive {
	struct stream s;
	struct archive *archive;
	char *in;
	uint64_t total_in, in_before, out;
	uint64_t ordinal;
	enum err below_err;
	bool failed;
	struct sink *sink;
};
bool archive_recognise(struct str head);
fallible stream_archive_open(struct stream_archive *a, struct stream *below, struct sink *sink);
/* The next regular file: its name goes to `name`. ERR_END after the last; ERR_PARSE with a->s.why. */
fallible stream_archive_next(struct stream_archive *a, struct buf *name, int64_t *ret_mtime_ns);
void stream_archive_close(struct stream_archive *a);

/* UTF-16 to UTF-8. */
struct stream_utf16 {
	struct stream s;
	bool big;
	char in[4096];
	size_t in_at, in_len;
	char out[8];
	size_t out_at, out_len;
	uint32_t high; /* a surrogate waiting for its other half */
};
void stream_utf16_init(struct stream_utf16 *u, struct stream *below, bool big);

/* ---- recognition ---- */
struct recognised {
	enum source_format format;
	char csv_separator;
};
/* Decides from the first bytes (after any byte order mark); `whole` = they are all there is. */
struct recognised recognise_format(struct str head, bool whole);
/* Why an input that begins so, and is of no format, is not to be read as lines of text; NULL when it may be. A log is
 * never refused for some control characters in it: an attacker could put them there. */
const char *recognise_binary(struct str head);
/* The separator of a CSV header line, 0 if there is none. */
char recognise_csv_separator(struct str header);
/* Members whose array of objects is the events of a JSON document. */
bool recognise_is_envelope_key(struct str key);

/* ---- framing ---- */
/*
 * A frame looks at a window of bytes that grows at its end and appends records to the batch. Slicing frames (most)
 * have the batch's data as window; copying ones (audit) have a window of the feed's and write to the batch.
 * [start, scan) is the unfinished record: the driver keeps it for the next batch; bytes before start are not needed.
 */
struct frame;
struct frame_ops {
	enum err (*cut)(struct frame *f, struct source_batch *b, bool at_end);
	bool copies;
	enum err (*idle)(struct frame *f,
	                 struct source_batch *b); /* NULL, or: nothing came for a while, give what is held */
	void (*free)(struct frame *f);
	enum err (*init)(struct frame *f);
};
struct frame {
	const struct frame_ops *ops;
	char *data; /* the window */
	size_t len;
	size_t start, scan;
	uint64_t base;                 /* offset in the input of data[0] */
	uint64_t line;                 /* line (or ordinal) of start, 1-based */
	bool dropping;                 /* the record was cut at the limit; its rest is being skipped */
	bool cut_short;                /* the input ended by an error: the last record is truncated */
	size_t records_max, bytes_max; /* of a batch; bytes for copying frames alone */
	struct sink *sink;
	struct source_input *input;
	void *state;
};
extern const struct frame_ops frame_line, frame_csv, frame_json, frame_xml, frame_journal, frame_audit;
fallible frame_init(struct frame *f, enum source_format format);
void frame_free(struct frame *f);
fallible frame_more_records(struct source_batch *b);
/* Appends the record data[at, at+len) of the window. */
static inline MUST_USE enum err frame_emit(struct frame *f, struct source_batch *b, size_t at, size_t len,
                                           uint64_t line, bool truncated)
{
	if (UNLIKELY(b->n == b->cap))
		TRY(frame_more_records(b));
	b->records[b->n++] = (struct source_record){
		.at = (uint32_t)at, .len = (uint32_t)len, .line = line, .offset = f->base + at, .truncated = truncated
	};
	if (UNLIKELY(truncated))
		f->sink->count.records_truncated++;
	return ERR_OK;
}
/* When [start, scan) has outgrown LIMIT_RECORD_BYTES: emits its first part as truncated and begins dropping. */
fallible frame_check_size(struct frame *f, struct source_batch *b, uint64_t line);
/* As frame_check_size with f->line, for frames that count lines: it moves with start. */
fallible frame_check_lines(struct frame *f, struct source_batch *b);
/* Moves start to `to`, counting lines. */
void frame_advance(struct frame *f, size_t to);
/* Ends a record [start, end): emits it, or counts what was dropped. Start is left to the caller. */
fallible frame_end_record(struct frame *f, struct source_batch *b, size_t end, uint64_t line, bool truncated);
static inline bool frame_is_full(const struct frame *f, const struct source_batch *b)
{
	return b->n >= f->records_max || (f->ops->copies && b->data_len >= f->bytes_max);
}
size_t frame_count_lines(const char *p, size_t n);

/* ---- inputs ---- */
struct walk;
struct walk_entry {
	struct str path; /* valid until the next walk_next; NUL terminated */
	bool is_stdin;
	bool in_directory; /* found, not named */
};
fallible walk_new(const struct str *paths, size_t n, const struct source_options *o, struct sink *sink,
                  struct walk **ret);
/* ERR_END after the last. */
fallible walk_next(struct walk *w, struct walk_entry *ret);
/* Adds a path found later (following); in_directory applies hidden-file and pruning rules. */
fallible walk_add(struct walk *w, struct str path, bool in_directory);
/* Called for each directory entered (following sets watches). */
typedef enum err walk_directory_fn(void *arg, struct str path);
void walk_on_directory(struct walk *w, walk_directory_fn *fn, void *arg);
void walk_free(struct walk **w);

bool glob_has_magic(struct str s);
/* Does the whole path match? `**` is any number of directories. */
bool glob_matches(struct str pattern, struct str path);
/* Could something below this directory match? */
bool glob_may_descend(struct str pattern, struct str dir);

/* Is everything under this path outside the wanted time, account or region? */
bool prune_path(const struct source_options *o, struct str path);

/* ---- one input being read ---- */
struct feed {
	struct stream_file file;
	/* the file's bytes; decompressed; an archive member's; decompressed; from UTF-16 */
	struct stream_head raw, text, member, inner, wide;
	struct codec *codec, *member_codec;
	struct stream_archive archive;
	struct stream_utf16 *utf16;
	struct stream *top;
	struct frame frame;
	bool frame_open, in_archive, stream_ended, owns_fd;
	struct source_input *input;
	/* Slicing frames: the unfinished record between batches. Copying frames: the window itself. */
	char *kept;
	size_t kept_cap;
	struct buf path, name; /* of the file; as shown */
	int64_t mtime_ns;
	uint64_t dev, ino, size;
	enum err stream_err;
};
/* What all feeds of a source share. */
struct reading {
	struct source_options o;
	struct sink sink;
	struct codec_pool pool;
	uint32_t ordinal;
	size_t batch_bytes, batch_records;
};
/* Opens a file and its layers. A file that cannot be used is counted and reported here, and gives ERR_REFUSED. For an
 * archive feed_next_member comes next, else f->input is set. */
fallible feed_open(struct reading *r, struct feed *f, const struct walk_entry *e);
/* Fills b. *ret_ended: the input is over. With `tail`, the end of data is not the end of the input. */
fallible feed_fill(struct reading *r, struct feed *f, struct source_batch *b, bool tail, bool *ret_ended);
/* Nothing came for a while: fills b with what the frame holds back. */
fallible feed_idle(struct reading *r, struct feed *f, struct source_batch *b);
/* Goes on with the next member of an archive; ERR_END when there is none (or it is no archive). */
fallible feed_next_member(struct reading *r, struct feed *f);
/* Closes what is open; buffers stay for the next file. */
void feed_close(struct reading *r, struct feed *f);
void feed_free(struct reading *r, struct feed *f);

/* ---- reference counts ---- */
fallible input_new(struct str name, struct source_input **ret);
struct source_input *input_ref(struct source_input *in);
void input_unref(struct source_input **in);
/* Copies the header into the input, which no batch refers to yet. */
fallible input_set_header(struct source_input *in, struct str header);

/* ---- system calls that only following needs ---- */
fallible os_event_open(int *ret_fd);
void os_event_raise(int fd);
/* Waits until fd is readable; *ret_ready false after the time. ERR_SIGNAL when stop_fd is. wait_ms < 0 waits on. fd -1:
 * stop alone. */
fallible os_wait(int fd, int stop_fd, int wait_ms, bool *ret_ready);
fallible os_lstat(const char *path, struct stat *ret);

/* ---- following ---- */
struct follow;
fallible follow_new(struct reading *r, struct walk *w, struct follow **ret);
fallible follow_next(struct follow *f, struct source_batch *b, int wait_ms);
void follow_free(struct follow **f);
#endif
