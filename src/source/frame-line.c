/*
 * One record a line. This is the fast path of the program: one memchr and one store a line. Lines end in LF or CRLF;
 * the last one needs neither. A line of white space is counted, not a record.
 */
#include "source/internal.h"

static bool is_blank(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != ' ' && p[i] != '\t' && p[i] != '\r' && p[i] != '\0')
			return false;
	return true;
}

/* The field names above AWS VPC flow records are a header, not an event. */
static bool is_flow_header(const struct frame *f, const char *p, size_t n)
{
	return p != NULL && f->line == 1 && f->input->format == FORMAT_PLAIN && n < 4096 &&
	       memmem(p, n, "srcaddr", 7) != NULL && memmem(p, n, "dstaddr", 7) != NULL &&
	       memmem(p, n, "account-id", 10) != NULL;
}

static enum err end_line(struct frame *f, struct source_batch *b, size_t end)
{
	size_t n = end - f->start;
	if (UNLIKELY(f->dropping || n > LIMIT_RECORD_BYTES))
		return frame_end_record(f, b, end, f->line, false);
	const char *p = f->data + f->start;
	if (n > 0 && p[n - 1] == '\r')
		n--;
	if (n == 0 || (UNLIKELY(p[0] <= ' ') && is_blank(p, n))) {
		b->lines_blank++;
		return ERR_OK;
	}
	if (UNLIKELY(f->line == 1) && is_flow_header(f, p, n))
		return input_set_header(f->input, (struct str){ p, n });
	return frame_emit(f, b, f->start, n, f->line, false);
}

static enum err line_cut(struct frame *f, struct source_batch *b, bool at_end)
{
	while (f->scan < f->len && !frame_is_full(f, b)) {
		const char *nl = memchr(f->data + f->scan, '\n', f->len - f->scan);
		if (nl == NULL) {
			f->scan = f->len;
			break;
		}
		size_t end = (size_t)(nl - f->data);
		TRY(end_line(f, b, end));
		f->start = f->scan = end + 1;
		f->line++;
	}
	if (f->scan < f->len)
		return ERR_OK;
	if (!at_end)
		return frame_check_size(f, b, f->line);
	if (f->start < f->len) {
		size_t before = b->n;
		TRY(end_line(f, b, f->len));
		if (f->cut_short && b->n > before && !b->records[b->n - 1].truncated) {
			b->records[b->n - 1].truncated = true;
			f->sink->count.records_truncated++;
		}
		f->line++;
	}
	f->dropping = false;
	f->start = f->scan = f->len;
	return ERR_OK;
}

const struct frame_ops frame_line = { .cut = line_cut };
