#ifndef TESTS_SOURCE_COLLECT_H
#define TESTS_SOURCE_COLLECT_H
/* Reads a whole source into one list of records, for tests that compare. */
#include "base/buf.h"
#include "base/limits.h"
#include "base/sys.h"
#include "base/time.h"
#include "source/source.h"

struct collected {
	struct buf text;   /* each record as "input:line:offset:flags:TEXT\n" with newlines inside shown as \x01 */
	struct buf unread; /* "offset:reason\n" */
	struct source_counters count;
	size_t n, batches, ends;
	uint64_t blank;
	enum source_format format; /* of the last input */
	struct buf headers;
};
struct collect_options {
	struct source_options o;
	bool no_places; /* text only */
};
static inline void collect_unread(void *arg, const struct source_unread *u)
{
	struct collected *c = arg;
	buf_printf(&c->unread, "%llu:%.*s\n", (unsigned long long)u->offset, STR_FMT(u->reason));
}
static inline void collect_batch(struct collected *c, const struct source_batch *b, bool no_places)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct source_record *r = &b->records[i];
		if (!no_places)
			buf_printf(&c->text, "%u:%llu:%llu:%s:", b->input->ordinal, (unsigned long long)r->line,
			           (unsigned long long)r->offset, r->truncated ? "cut" : "");
		for (uint32_t k = 0; k < r->len; k++)
			buf_char(&c->text, b->data[r->at + k] == '\n' ? '\x01' : b->data[r->at + k]);
		buf_char(&c->text, '\n');
		volatile char padding = b->data[r->at + r->len + SOURCE_PADDING - 1];
		(void)padding;
	}
	c->n += b->n;
	c->batches++;
	c->blank += b->lines_blank;
	c->format = b->input->format;
	if (b->ends_input) {
		c->ends++;
		buf_str(&c->headers, b->input->header);
	}
}
static inline enum err collect_paths(const struct str *paths, size_t n, const struct collect_options *o,
                                     struct diag_list *diags, struct collected *c)
{
	struct source *s = NULL;
	struct source_batch *b = NULL;
	*c = (struct collected){ .n = 0 };
	enum err err = source_open(paths, n, &o->o, diags, collect_unread, c, &s);
	if (err == ERR_OK)
		err = source_batch_new(&b);
	while (err == ERR_OK) {
		err = source_next(s, b, 100);
		if (err == ERR_OK)
			collect_batch(c, b, o->no_places);
	}
	if (s != NULL)
		source_count(s, &c->count);
	source_batch_free(&b);
	source_close(&s);
	return err;
}
static inline struct collect_options collect_defaults(void)
{
	return (struct collect_options){ .o = { .since_ns = TIME_NONE, .until_ns = TIME_NONE } };
}
static inline void collect_free(struct collected *c)
{
	buf_free(&c->text);
	buf_free(&c->unread);
	buf_free(&c->headers);
}
#define auto_collected CLEANUP(collect_free) struct collected

/* A folder that goes away at the end of the program; paths in it. */
const char *scratch_dir(void);
const char *scratch_path(const char *name);
const char *scratch_write(const char *name, const void *bytes, size_t n);
#endif
