#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H
/*
 * source: files and streams to records. Knows names, compression and framing; does not know what a record means.
 *
 * A source is an ordered list of inputs: files (given order; directories recursively in byte order of names; globs expanded; a path "-" is standard input). Each is decompressed
 * (gzip, zstd, xz, also concatenated members; zip and tar members become inputs of their own named "a.zip!member"), its format recognised from content (or forced) and cut into
 * records. source_next is called by one thread at a time (the app serialises); batches are independent of each other, so they can be processed on any thread.
 */
#include "base/base.h"
#include "base/diag.h"

enum source_format {
#define FORMAT(name, word, line_based, help) FORMAT_##name,
#include "source/formats.def"
#undef FORMAT
	FORMAT_COUNT
};
const char *source_format_name(enum source_format f);
fallible source_format_parse(struct str word, enum source_format *ret);

/* One record of a batch. text has SOURCE_PADDING readable bytes behind it. */
enum { SOURCE_PADDING = 64 };
struct source_record {
	uint32_t at, len;	/* in batch->data */
	uint64_t line;		/* 1-based line (of its first line), or ordinal for formats without lines */
	uint64_t offset;	/* in the decompressed input; of UTF-16, in its UTF-8 form */
	bool truncated;		/* longer than LIMIT_RECORD_BYTES: the rest was dropped and counted */
};
/* What a batch's records share. Immutable while any batch refers to it; reference-counted by source.c. */
struct source_input {
	struct str name;	/* as shown: path, "-", "a.zip!member" */
	enum source_format format;
	int64_t mtime_ns;	/* of the file, for events without a time; TIME_NONE for streams */
	uint64_t identity;	/* equal for the same file (device, inode, member), for positions */
	uint32_t ordinal;	/* 0-based */
	struct str header;	/* CSV: the header record; else "" */
	bool csv_tab;		/* CSV: separated by tabs */
	char csv_separator;	/* CSV: comma, semicolon, tab or bar; else 0 */
};
struct source_batch {
	char *data;
	size_t data_len, data_cap;
	struct source_record *records;
	size_t n, cap;
	struct source_input *input;
	uint64_t sequence;	/* 0, 1, 2 ... in input order over the whole source */
	bool ends_input;	/* last batch of its input: each opened input has exactly one, perhaps without records */
	uint64_t lines_blank;	/* lines without content, not records */
};
fallible source_batch_new(struct source_batch **ret);
void source_batch_free(struct source_batch **b);

struct source_options {
	enum source_format format;	/* FORMAT_AUTO = recognise */
	bool follow;			/* keep reading: tail with rotation and truncation (inotify); ends by source_stop */
	int64_t since_ns, until_ns;	/* TIME_NONE = open; prunes S3 date paths (…/CloudTrail/region/yyyy/mm/dd/, …/AWSLogs/…) a day beyond each side */
	struct str account, region;	/* prune S3 layout paths when set */
	size_t batch_bytes;		/* 0 = 128 KiB: what is read, parsed and written of it stays in the second-level cache */
	size_t batch_records;		/* 0 = 65,536 */
	size_t read_bytes;		/* most bytes asked of the system at once; 0 = as fits. Records do not depend on it */
};
struct source_counters {
	uint64_t files, files_pruned /* outside of what was asked for; a directory is one */, files_skipped /* hidden, links to directories, devices, rotated copies */, files_failed, bytes_read /* compressed */, bytes /* decompressed */, records, records_truncated, unread, bytes_dropped;
	uint64_t files_total, bytes_total_estimate; /* for progress; grows while directories are read */
};
struct source;
/* Something that could not be read: counted, described, and offered to the dead letter file. `bytes` is what there was (may be empty, may be cut). */
struct source_unread {
	struct str file;
	uint64_t line, offset;
	struct str reason;
	struct str bytes;
};
typedef void source_unread_fn(void *arg, const struct source_unread *u);

/* paths are borrowed. A path that does not exist is counted as failed and reported through diags (the others are read). ERR_MISSING only when nothing at all can be read. */
fallible source_open(const struct str *paths, size_t n, const struct source_options *options, struct diag_list *diags,
		     source_unread_fn *unread, void *unread_arg, struct source **ret);
/* Fills b with the next records of one input. ERR_END when all is read; ERR_AGAIN when following and nothing is new (waited at most wait_ms).
 * A read error ends that input only: it is counted and reported, and the next input goes on. */
fallible source_next(struct source *s, struct source_batch *b, int wait_ms);
/* May be called from a signal handler or another thread: source_next returns ERR_END as soon as it can. */
void source_stop(struct source *s);
void source_count(const struct source *s, struct source_counters *ret);
/* Display name of the file being read. */
struct str source_current(const struct source *s);
void source_close(struct source **s);
#endif
