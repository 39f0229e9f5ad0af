/*
 * Windows event XML: from <Event to </Event>, wherever they are: one a line, many a line, over many lines, below
 * <Events>. Declarations, comments and other tags between events are skipped; text between them is reported.
 */
#include "source/internal.h"

struct xml_frame {
	enum { XML_BETWEEN, XML_TAG /* some other tag, to its '>' */, XML_EVENT } at;
	bool garbage; /* said already */
};

static bool opens_event(const struct frame *f)
{
	char after = f->data[f->scan + 6];
	return memcmp(f->data + f->scan, "<Event", 6) == 0 &&
	       (after == ' ' || after == '>' || after == '\n' || after == '\r' || after == '\t');
}

/* False: more bytes are needed. */
static bool step_between(struct frame *f, struct xml_frame *x, bool at_end)
{
	enum { LONGEST_OPENING = 7 };
	const char *lt = memchr(f->data + f->scan, '<', f->len - f->scan);
	size_t to = lt != NULL ? (size_t)(lt - f->data) : f->len, text = f->scan;
	while (text < to && (unsigned char)f->data[text] <= ' ')
		text++;
	if (text < to) {
		if (!x->garbage)
			sink_unread(f->sink, f->line + frame_count_lines(f->data + f->start, text - f->start),
			            f->base + text, "text outside of events",
			            (struct str){ f->data + text, to - text });
		x->garbage = true;
		for (; text < to; text++)
			f->sink->count.bytes_dropped += (unsigned char)f->data[text] > ' ';
	}
	f->scan = to;
	frame_advance(f, f->scan);
	if (lt == NULL)
		return true;
	if (f->len - f->scan < LONGEST_OPENING && !at_end)
		return false;
	x->garbage = false;
	bool event = f->len - f->scan >= LONGEST_OPENING && opens_event(f);
	x->at = event ? XML_EVENT : XML_TAG;
	f->scan += event ? LONGEST_OPENING - 1 : 1;
	return true;
}

static enum err step_event(struct frame *f, struct source_batch *b, struct xml_frame *x, bool *ret_waits)
{
	static const char closing[] = "</Event>";
	enum { CLOSING = sizeof(closing) - 1 };
	const char *end = memmem(f->data + f->scan, f->len - f->scan, closing, CLOSING);
	*ret_waits = end == NULL;
	if (end == NULL) {
		if (f->len - f->scan >= CLOSING)
			f->scan = f->len - CLOSING + 1; /* half of it may be there */
		return ERR_OK;
	}
	f->scan = (size_t)(end - f->data) + CLOSING;
	TRY(frame_end_record(f, b, f->scan, f->line, false));
	frame_advance(f, f->scan);
	x->at = XML_BETWEEN;
	return ERR_OK;
}

static enum err xml_end(struct frame *f, struct source_batch *b, struct xml_frame *x)
{
	if (x->at == XML_EVENT)
		TRY(frame_end_record(f, b, f->len, f->line, true));
	x->at = XML_BETWEEN;
	f->scan = f->len;
	frame_advance(f, f->len);
	return ERR_OK;
}

static enum err xml_cut(struct frame *f, struct source_batch *b, bool at_end)
{
	struct xml_frame *x = f->state;
	bool waits = false;
	while (f->scan < f->len && !waits && !frame_is_full(f, b)) {
		if (x->at == XML_EVENT) {
			TRY(step_event(f, b, x, &waits));
		} else if (x->at == XML_BETWEEN) {
			waits = !step_between(f, x, at_end);
		} else {
			const char *gt = memchr(f->data + f->scan, '>', f->len - f->scan);
			f->scan = gt != NULL ? (size_t)(gt - f->data) + 1 : f->len;
			x->at = gt != NULL ? XML_BETWEEN : XML_TAG;
			frame_advance(f, f->scan);
		}
	}
	if (f->scan < f->len && !waits)
		return ERR_OK;
	if (at_end)
		return xml_end(f, b, x);
	return x->at == XML_EVENT ? frame_check_lines(f, b) : ERR_OK;
}

static enum err xml_init(struct frame *f)
{
	f->state = sys_zalloc(sizeof(struct xml_frame));
	return got(f->state);
}

static void xml_free(struct frame *f)
{
	sys_free(f->state);
	f->state = NULL;
}

const struct frame_ops frame_xml = { .cut = xml_cut, .free = xml_free, .init = xml_init };
