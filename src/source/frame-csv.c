/*
 * CSV records (RFC 4180, any separator): a quote opens only at the start of a field, a quoted field may hold newlines,
 * "" is a quote. The first record is the header: it goes to the input, not into a batch. A quote that nothing closes,
 * up to the end of the input or the size limit, is a fault of its line alone: the record ends there, and the next lines
 * are read again.
 */
#include "source/internal.h"

enum quote { QUOTE_NONE, QUOTE_IN, QUOTE_PENDING /* a quote inside: the end of the field, or half of "" */ };
struct csv_frame {
	enum quote quote;
	bool field_start, have_header;
};

static enum err end_line(struct frame *f, struct source_batch *b, struct csv_frame *c, size_t end, bool truncated)
{
	size_t n = end - f->start;
	if (n > 0 && f->data[end - 1] == '\r')
		n--;
	c->quote = QUOTE_NONE;
	c->field_start = true;
	if (n == 0 && !f->dropping) {
		b->lines_blank++;
		return ERR_OK;
	}
	if (c->have_header)
		return frame_end_record(f, b, f->start + n, f->line, truncated);
	c->have_header = true;
	struct str header = str_cut((struct str){ f->data + f->start, n }, 0, LIMIT_RECORD_BYTES);
	if (f->input->csv_separator == 0)
		f->input->csv_separator = recognise_csv_separator(header);
	if (f->input->csv_separator == 0)
		f->input->csv_separator = ',';
	f->input->csv_tab = f->input->csv_separator == '\t';
	return input_set_header(f->input, header);
}

/* Outside quotes: on to the next newline or the quote that opens a field. True: data[scan-1] ended the record. */
static bool scan_plain(struct frame *f, struct csv_frame *c)
{
	char separator = f->input->csv_separator != 0 ? f->input->csv_separator : ',';
	const char *from = f->data + f->scan, *nl = memchr(from, '\n', f->len - f->scan);
	size_t n = nl != NULL ? (size_t)(nl - from) : f->len - f->scan;
	const char *q = memchr(from, '"', n);
	if (q != NULL) {
		bool opens = q == from ? c->field_start : q[-1] == separator;
		c->quote = opens ? QUOTE_IN : QUOTE_NONE;
		c->field_start = false;
		f->scan += (size_t)(q - from) + 1;
		return false;
	}
	if (n > 0)
		c->field_start = from[n - 1] == separator;
	f->scan += n + (nl != NULL);
	return nl != NULL;
}

static void scan_quoted(struct frame *f, struct csv_frame *c)
{
	if (c->quote == QUOTE_PENDING) {
		bool doubled = f->data[f->scan] == '"';
		c->quote = doubled ? QUOTE_IN : QUOTE_NONE;
		f->scan += doubled;
		return;
	}
	const char *q = memchr(f->data + f->scan, '"', f->len - f->scan);
	f->scan = q != NULL ? (size_t)(q - f->data) + 1 : f->len;
	if (q != NULL)
		c->quote = QUOTE_PENDING;
}

/* Ends a record whose quote did not close before `to` at its first newline. */
static enum err split_unclosed(struct frame *f, struct source_batch *b, struct csv_frame *c, size_t to, bool *ret_split)
{
	const char *nl = memchr(f->data + f->start, '\n', to - f->start);
	*ret_split = c->quote == QUOTE_IN && !f->dropping && nl != NULL;
	if (!*ret_split)
		return ERR_OK;
	f->scan = (size_t)(nl - f->data) + 1;
	TRY(end_line(f, b, c, f->scan - 1, true));
	frame_advance(f, f->scan);
	return ERR_OK;
}

/* The window ended inside a record. */
static enum err check_size(struct frame *f, struct source_batch *b, struct csv_frame *c)
{
	bool split = false;
	if (f->scan - f->start <= LIMIT_RECORD_BYTES && !f->dropping)
		return ERR_OK;
	if (f->scan - f->start > LIMIT_RECORD_BYTES)
		TRY(split_unclosed(f, b, c, f->start + LIMIT_RECORD_BYTES, &split));
	if (split)
		return ERR_OK;
	if (c->have_header)
		return frame_check_lines(f, b);
	TRY(end_line(f, b, c, f->scan, true));
	frame_advance(f, f->scan);
	return ERR_OK;
}

static enum err cut_window(struct frame *f, struct source_batch *b, struct csv_frame *c, bool at_end)
{
	while (f->scan < f->len && !frame_is_full(f, b)) {
		if (c->quote != QUOTE_NONE) {
			scan_quoted(f, c);
		} else if (scan_plain(f, c)) {
			TRY(end_line(f, b, c, f->scan - 1, false));
			frame_advance(f, f->scan);
		}
	}
	if (f->scan < f->len)
		return ERR_OK;
	if (!at_end)
		return check_size(f, b, c);
	bool split = false;
	TRY(split_unclosed(f, b, c, f->len, &split));
	if (!split && (f->start < f->len || f->dropping)) {
		TRY(end_line(f, b, c, f->len, c->quote == QUOTE_IN || f->cut_short));
		frame_advance(f, f->len);
	}
	return ERR_OK;
}

static enum err csv_cut(struct frame *f, struct source_batch *b, bool at_end)
{
	struct csv_frame *c = f->state;
	size_t before = 0;
	do { /* again, when a record gave back what it had taken */
		before = f->scan;
		TRY(cut_window(f, b, c, at_end));
	} while (f->scan < f->len && f->scan != before && !frame_is_full(f, b));
	return ERR_OK;
}

static enum err csv_init(struct frame *f)
{
	struct csv_frame *c = sys_zalloc(sizeof(*c));
	TRY(got(c));
	c->field_start = true;
	f->state = c;
	return ERR_OK;
}

static void csv_free(struct frame *f)
{
	sys_free(f->state);
	f->state = NULL;
}

const struct frame_ops frame_csv = { .cut = csv_cut, .free = csv_free, .init = csv_init };
