/*
 * What the frames share: choosing one, records that outgrow the limit, and counting lines. A record over
 * LIMIT_RECORD_BYTES is emitted with its first part as soon as it gets there; the rest is skipped to the record's end
 * in constant memory, and counted.
 */
#include "source/internal.h"

static const struct frame_ops *ops_of(enum source_format format)
{
	switch (format) {
	case FORMAT_JSON:
		return &frame_json;
	case FORMAT_CSV:
		return &frame_csv;
	case FORMAT_AUDITD:
		return &frame_audit;
	case FORMAT_XML:
		return &frame_xml;
	case FORMAT_JOURNAL:
		return &frame_journal;
	case FORMAT_AUTO:
	case FORMAT_NDJSON:
	case FORMAT_SYSLOG:
	case FORMAT_LOGFMT:
	case FORMAT_PLAIN:
	case FORMAT_COUNT:
		break;
	}
	return &frame_line;
}

fallible frame_init(struct frame *f, enum source_format format)
{
	f->ops = ops_of(format);
	f->line = 1;
	return f->ops->init != NULL ? f->ops->init(f) : ERR_OK;
}

void frame_free(struct frame *f)
{
	if (f->ops != NULL && f->ops->free != NULL)
		f->ops->free(f);
	*f = (struct frame){ .ops = NULL };
}

fallible frame_more_records(struct source_batch *b)
{
	size_t cap = b->cap == 0 ? 256 : b->cap * 2;
	struct source_record *grown = sys_realloc(b->records, cap * sizeof(*grown));
	TRY(got(grown));
	b->records = grown;
	b->cap = cap;
	return ERR_OK;
}

fallible frame_check_size(struct frame *f, struct source_batch *b, uint64_t line)
{
	size_t size = f->scan - f->start;
	if (f->dropping) {
		f->sink->count.bytes_dropped += size;
	} else {
		if (size <= LIMIT_RECORD_BYTES)
			return ERR_OK;
		TRY(frame_emit(f, b, f->start, LIMIT_RECORD_BYTES, line, true));
		f->sink->count.bytes_dropped += size - LIMIT_RECORD_BYTES;
		f->dropping = true;
	}
	f->start = f->scan;
	return ERR_OK;
}

fallible frame_check_lines(struct frame *f, struct source_batch *b)
{
	size_t from = f->start;
	TRY(frame_check_size(f, b, f->line));
	f->line += frame_count_lines(f->data + from, f->start - from);
	return ERR_OK;
}

void frame_advance(struct frame *f, size_t to)
{
	f->line += frame_count_lines(f->data + f->start, to - f->start);
	f->start = to;
}

fallible frame_end_record(struct frame *f, struct source_batch *b, size_t end, uint64_t line, bool truncated)
{
	size_t size = end - f->start;
	if (f->dropping) {
		f->sink->count.bytes_dropped += size;
		f->dropping = false;
		return ERR_OK;
	}
	if (size > LIMIT_RECORD_BYTES) {
		f->sink->count.bytes_dropped += size - LIMIT_RECORD_BYTES;
		return frame_emit(f, b, f->start, LIMIT_RECORD_BYTES, line, true);
	}
	return frame_emit(f, b, f->start, size, line, truncated);
}

size_t frame_count_lines(const char *p, size_t n)
{
	size_t lines = 0;
	const char *end = p + n;
	while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		lines++;
		p++;
	}
	return lines;
}
