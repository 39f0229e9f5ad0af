/*
 * The systemd journal export format (https://systemd.io/JOURNAL_EXPORT_FORMATS): entries end with an empty line; a
 * field is NAME=text, or NAME, a newline, the length as 8 bytes little-endian, that many bytes, a newline. Newlines
 * inside such bytes end nothing.
 */
#include "source/internal.h"

enum { LENGTH_BYTES = 8, NAME_MAX_BYTES = 64 };
static const uint64_t binary_max = UINT64_C(1) << 30; /* journald itself stops at 768 MiB */

struct journal_frame {
	uint64_t skip;  /* bytes of a binary field still to come */
	size_t line_at; /* where the current line begins, relative to start */
	bool mid_line;  /* its beginning was dropped: it is not empty, whatever is left of it */
};

static bool is_field_name(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!((p[i] >= 'A' && p[i] <= 'Z') || (p[i] >= '0' && p[i] <= '9') || p[i] == '_'))
			return false;
	return n > 0 && n <= NAME_MAX_BYTES;
}

static enum err end_entry(struct frame *f, struct source_batch *b, size_t end, bool truncated)
{
	if (end > f->start || f->dropping)
		return frame_end_record(f, b, end, f->line, truncated);
	b->lines_blank++; /* more than one empty line between entries */
	return ERR_OK;
}

/* A line ends at nl: the entry's end, a field, or the name of a binary field. True: its length is not there yet. */
static enum err end_line(struct frame *f, struct source_batch *b, struct journal_frame *j, size_t nl, bool *ret_waits)
{
	size_t from = f->start + j->line_at, n = nl - from;
	if (j->mid_line) {
		j->mid_line = false;
		f->scan = nl + 1;
		j->line_at = f->scan - f->start;
		return ERR_OK;
	}
	if (n == 0) {
		TRY(end_entry(f, b, from, false));
		f->scan = nl + 1;
		frame_advance(f, f->scan);
		j->line_at = 0;
		return ERR_OK;
	}
	uint64_t length = 0;
	size_t after = nl + 1;
	if (is_field_name(f->data + from, n)) {
		*ret_waits = f->len - after < LENGTH_BYTES;
		if (*ret_waits)
			return ERR_OK;
		for (size_t i = LENGTH_BYTES; i-- > 0;)
			length = length << 8 | (unsigned char)f->data[after + i];
		if (length <= binary_max) {
			j->skip = length + 1;
			after += LENGTH_BYTES;
		}
	}
	f->scan = after;
	j->line_at = f->scan - f->start;
	return ERR_OK;
}

static void skip_binary(struct frame *f, struct journal_frame *j)
{
	size_t n = f->len - f->scan;
	n = n < j->skip ? n : (size_t)j->skip;
	f->scan += n;
	j->skip -= n;
	j->line_at = f->scan - f->start;
}

static enum err journal_cut(struct frame *f, struct source_batch *b, bool at_end)
{
	struct journal_frame *j = f->state;
	bool waits = false;
	while (f->scan < f->len && !waits && !frame_is_full(f, b)) {
		if (j->skip > 0) {
			skip_binary(f, j);
			continue;
		}
		const char *nl = memchr(f->data + f->scan, '\n', f->len - f->scan);
		if (nl == NULL)
			f->scan = f->len;
		else
			TRY(end_line(f, b, j, (size_t)(nl - f->data), &waits));
	}
	if (f->scan < f->len && !waits)
		return ERR_OK;
	if (at_end) {
		if (f->start < f->len || f->dropping)
			TRY(end_entry(f, b, f->len, j->skip > 0 || waits || f->cut_short));
		f->scan = f->len;
		frame_advance(f, f->len);
		*j = (struct journal_frame){ .skip = 0 };
		return ERR_OK;
	}
	size_t before = f->start;
	TRY(frame_check_lines(f, b));
	size_t moved = f->start - before;
	j->mid_line = j->mid_line || (moved > j->line_at && j->skip == 0);
	j->line_at = j->line_at > moved ? j->line_at - moved : 0;
	return ERR_OK;
}

static enum err journal_init(struct frame *f)
{
	f->state = sys_zalloc(sizeof(struct journal_frame));
	return got(f->state);
}

static void journal_free(struct frame *f)
{
	sys_free(f->state);
	f->state = NULL;
}

const struct frame_ops frame_journal = { .cut = journal_cut, .free = journal_free, .init = journal_init };
