/* Any bytes through recognition and framing: the same records whatever the size of reads, none beyond its batch. */
#include <stdlib.h>

#include "base/hash.h"
#include "fuzz.h"
#include "source/internal.h"

struct memory {
	struct stream s;
	const uint8_t *at;
	size_t n, chunk;
};
static enum err memory_read(struct stream *s, void *into, size_t size, size_t *ret)
{
	struct memory *m = (struct memory *)s;
	size_t n = m->n < m->chunk ? m->n : m->chunk;
	n = n < size ? n : size;
	if (n > 0)
		memcpy(into, m->at, n);
	m->at += n;
	m->n -= n;
	*ret = n;
	return ERR_OK;
}
static bool memory_ready(struct stream *s, int wait_ms)
{
	(void)s;
	(void)wait_ms;
	return true;
}
static const struct stream_ops memory_ops = { memory_read, memory_ready };

static uint64_t frame_all(const uint8_t *data, size_t n, enum source_format format, size_t chunk, size_t batch)
{
	static const struct hash_key key = { 1, 2 };
	struct reading r = { .o = { .since_ns = TIME_NONE, .until_ns = TIME_NONE },
		             .batch_bytes = batch,
		             .batch_records = 64 };
	struct memory m = { .s = { .ops = &memory_ops }, .at = data, .n = n, .chunk = chunk };
	struct feed f = { .file = { .fd = -1 } };
	struct source_batch *b = NULL;
	uint64_t sum = 0;
	bool ended = false;
	if (source_batch_new(&b) != ERR_OK || input_new(STR("fuzz"), &f.input) != ERR_OK)
		abort();
	f.input->format = format;
	f.top = &m.s;
	f.frame = (struct frame){ .sink = &r.sink, .input = f.input, .records_max = 64, .bytes_max = batch };
	must(frame_init(&f.frame, format) == ERR_OK);
	f.frame_open = true;
	while (!ended) {
		must(feed_fill(&r, &f, b, false, &ended) == ERR_OK);
		for (size_t i = 0; i < b->n; i++) {
			const struct source_record *rec = &b->records[i];
			must((size_t)rec->at + rec->len <= b->data_len && b->data_len + SOURCE_PADDING <= b->data_cap);
			must(format == FORMAT_AUDITD || rec->offset + rec->len <= n);
			sum = sum * 31 + hash_sip(&key, b->data + rec->at, rec->len) + rec->line * 7 + rec->offset +
			      rec->truncated;
		}
	}
	must(b->ends_input);
	sum += r.sink.count.unread * 1000003 + r.sink.count.bytes_dropped;
	feed_free(&r, &f);
	source_batch_free(&b);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	enum source_format format = (enum source_format)(data[0] % FORMAT_COUNT);
	data++;
	size--;
	char *copy = malloc(size + SOURCE_PADDING);
	if (copy == NULL)
		return 0;
	memset(copy + size, 0, SOURCE_PADDING);
	memcpy(copy, data, size);
	if (format == FORMAT_AUTO)
		format = recognise_format((struct str){ copy, size }, true).format;
	free(copy);
	uint64_t whole = frame_all(data, size, format, SIZE_MAX, 1 << 20);
	must(frame_all(data, size, format, 1, 32) == whole);
	must(frame_all(data, size, format, 7, 4096) == whole || format == FORMAT_COUNT);
	return 0;
}
