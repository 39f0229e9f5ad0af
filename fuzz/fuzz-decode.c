/* Any bytes as JSON, and as each line format, through every mapping: recognition, logsource, id, time, all facts, and
 * the text of each event. */
#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/sys.h"
#include "fuzz.h"
#include "source/decode.h"

static void read_events(struct decoder *d, struct source_batch *b, enum source_format format, size_t size)
{
	struct source_record r = { .at = 0, .len = (uint32_t)size, .line = 1 };
	const char *why = NULL;
	size_t offset, events = 0;
	struct event e;
	b->input->format = format;
	enum err err = decoder_record(d, b, &r, &why, &offset);
	must(err == ERR_OK || (why != NULL && err != ERR_INTERNAL));
	if (err != ERR_OK)
		return;
	while (decoder_next(d, &e) && events++ < 10000) {
		struct arena arena = { 0 };
		struct event_facts f;
		struct str raw;
		must(e.view != NULL && value_kind(e.record) == VALUE_MAP);
		must(decode_event_facts(d, &e, &arena, &f) == ERR_OK);
		must(f.n_resources <= f.resources_total && f.n_resources <= EVENT_RESOURCES_MAX);
		must(f.time_ns == decode_event_time(d, &e));
		must(str_eq(f.id, decode_event_id(d, &e)));
		must(decode_event_raw(d, &e, &arena, &raw) != ERR_INTERNAL);
		arena_clear(&arena);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct decode_set *set; /* made once: it never changes */
	struct decoder *d = NULL;
	struct source_input input = { .name = STR("fuzz"), .mtime_ns = 1700000000000000000 };
	if (size > 1 << 16)
		return 0;
	if (set == NULL)
		must(decode_set_new(NULL, 0, NULL, &set) == ERR_OK);
	must(decoder_new(set, NULL, &d) == ERR_OK);
	struct source_batch b = { .data = sys_zalloc(size + SOURCE_PADDING), .data_len = size, .input = &input };
	must(b.data != NULL);
	memcpy(b.data, data, size);
	read_events(d, &b, FORMAT_NDJSON, size);
	for (int f = FORMAT_SYSLOG; f < FORMAT_COUNT; f++)
		if (f != FORMAT_CSV)
			read_events(d, &b, (enum source_format)f, size);
	sys_free(b.data);
	decoder_free(&d);
	return 0;
}
