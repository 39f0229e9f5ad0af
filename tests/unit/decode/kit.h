#ifndef TESTS_DECODE_KIT_H
#define TESTS_DECODE_KIT_H
/* Feeds one record to a decoder; shared by the decode tests. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/sys.h"
#include "base/time.h"
#include "source/decode.h"
#include "source/source.h"
#include "test.h"

struct kit {
	struct arena arena;
	struct diag_list diags;
	struct decode_set *set;
	struct decoder *decoder;
	struct source_input input;
	struct source_batch batch;
	struct source_record record;
	struct buf text;
	const char *why;
	size_t offset;
};
static inline void kit_close(struct kit *k)
{
	decoder_free(&k->decoder);
	decode_set_free(&k->set);
	buf_free(&k->text);
	arena_clear(&k->arena);
}
#define auto_kit CLEANUP(kit_close) struct kit

static inline bool kit_open(struct kit *k, const char *mapping, const struct decode_options *options)
{
	struct decode_text user = { STR("user.yml"), str_of(mapping) };
	*k = (struct kit){ .input = { .name = STR("test"), .format = FORMAT_NDJSON, .mtime_ns = 1700000000000000000 } };
	k->diags.arena = &k->arena;
	k->batch.input = &k->input;
	return decode_set_new(&user, mapping != NULL, &k->diags, &k->set) == ERR_OK &&
	       decoder_new(k->set, options, &k->decoder) == ERR_OK;
}
static inline enum err kit_record(struct kit *k, struct str text)
{
	static const char zeros[SOURCE_PADDING];
	buf_reset(&k->text);
	buf_str(&k->text, text);
	buf_add(&k->text, zeros, sizeof(zeros));
	k->batch.data = k->text.ptr;
	k->batch.data_len = k->text.len;
	k->record = (struct source_record){ .at = 0, .len = (uint32_t)text.len, .line = 7, .offset = 70 };
	return decoder_record(k->decoder, &k->batch, &k->record, &k->why, &k->offset);
}
/* The first event of a text; false when there is none. */
static inline bool kit_first(struct kit *k, const char *text, struct event *ret)
{
	return kit_record(k, str_of(text)) == ERR_OK && decoder_next(k->decoder, ret);
}
static inline bool kit_is(struct kit *k, const struct event *e, const char *name)
{
	return str_eq(decode_set_name(k->set, e->decoder), str_of(name));
}
#endif
