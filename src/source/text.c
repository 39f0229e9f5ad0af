/*
 * The common part of the text formats: the scratch memory, strings that are bounded and valid UTF-8 whatever the record
 * holds, small searches, and the choice of the parser. Repair is byte by byte only for strings that need it.
 */
#include "base/sys.h"
#include "base/utf8.h"
#include "source/text-parts.h"

fallible text_scratch_new(struct text_scratch **ret)
{
	struct text_scratch *s = sys_zalloc(sizeof(*s));
	TRY(got(s));
	*ret = s;
	return ERR_OK;
}

void text_scratch_free(struct text_scratch **s)
{
	if (*s == NULL)
		return;
	struct text_scratch *x = *s;
	struct buf *bufs[] = { &x->key,  &x->value, &x->line,           &x->words,
		               &x->path, &x->sub,   &x->columns.header, &x->columns.names };
	for (size_t i = 0; i < ARRAY_LEN(bufs); i++)
		buf_free(bufs[i]);
	sys_free(x->columns.ends);
	sys_free(x);
	*s = NULL;
}

/* Cut at a character's start. */
static struct str bounded(struct text *t, struct str s)
{
	if (LIKELY(s.len <= LIMIT_STRING_BYTES))
		return s;
	t->note->flags |= TEXT_TRUNCATED;
	return utf8_prefix(s, LIMIT_STRING_BYTES);
}

/* Hands s to `add` in runs, each invalid byte as U+FFFD. */
static void repair(struct str s, void *arg, void (*add)(void *arg, struct str piece))
{
	size_t run = 0;
	for (size_t i = 0; i < s.len;) {
		uint32_t cp;
		size_t n = utf8_decode(s.ptr + i, s.len - i, &cp);
		if (cp == 0xFFFFFFFF) {
			add(arg, str_cut(s, run, i));
			add(arg, STR("\xEF\xBF\xBD"));
			run = i + n;
		}
		i += n;
	}
	add(arg, text_from(s, run));
}

static void add_to_value(void *arg, struct str piece)
{
	value_build_str_add(arg, piece);
}

static void add_to_buf(void *arg, struct str piece)
{
	buf_str(arg, piece);
}

void text_str(struct text *t, struct str s)
{
	s = bounded(t, s);
	if (LIKELY(utf8_is_valid(s.ptr, s.len))) {
		value_build_str(t->b, s);
		return;
	}
	t->note->flags |= TEXT_REPAIRED;
	value_build_str_begin(t->b);
	repair(s, t->b, add_to_value);
	value_build_str_end(t->b);
}

void text_key(struct text *t, struct str s)
{
	s = bounded(t, s);
	if (LIKELY(utf8_is_valid(s.ptr, s.len))) {
		value_build_key(t->b, s);
		return;
	}
	t->note->flags |= TEXT_REPAIRED;
	buf_reset(&t->s->key);
	repair(s, &t->s->key, add_to_buf);
	if (t->s->key.err != ERR_OK)
		t->b->err = t->s->key.err;
	value_build_key(t->b, buf_view(&t->s->key));
}

void text_add(struct text *t, struct buf *into, struct str piece)
{
	size_t room = into->len < LIMIT_STRING_BYTES ? LIMIT_STRING_BYTES - into->len : 0;
	if (UNLIKELY(piece.len > room)) {
		t->note->flags |= TEXT_TRUNCATED;
		piece.len = room;
	}
	buf_str(into, piece);
	/* An incomplete string must not pass for a whole one: the document fails as a whole. */
	if (UNLIKELY(into->err != ERR_OK) && t->b->err == ERR_OK)
		t->b->err = into->err;
}

fallible text_refuse(struct text *t, const char *reason, size_t offset)
{
	t->note->reason = reason;
	t->note->offset = offset;
	return ERR_PARSE;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str text_trim_left(struct str s)
{
	size_t from = 0;
	while (from < s.len && is_blank(s.ptr[from]))
		from++;
	return text_from(s, from);
}

struct str text_trim(struct str s)
{
	s = text_trim_left(s);
	while (s.len > 0 && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

size_t text_find(struct str s, size_t at, char c)
{
	if (at >= s.len)
		return s.len;
	const char *p = memchr(s.ptr + at, c, s.len - at);
	return p != NULL ? (size_t)(p - s.ptr) : s.len;
}

size_t text_find_str(struct str s, size_t at, struct str what)
{
	if (at >= s.len || what.len == 0)
		return at < s.len ? at : s.len;
	const char *p = memmem(s.ptr + at, s.len - at, what.ptr, what.len);
	return p != NULL ? (size_t)(p - s.ptr) : s.len;
}

size_t text_find_last(struct str s, struct str what)
{
	if (what.len == 0)
		return s.len;
	size_t end = s.len;
	while (end >= what.len) {
		const char *p = memrchr(s.ptr, what.ptr[what.len - 1], end);
		if (p == NULL || (size_t)(p - s.ptr) + 1 < what.len)
			return s.len;
		size_t at = (size_t)(p - s.ptr) + 1 - what.len;
		if (memcmp(s.ptr + at, what.ptr, what.len) == 0)
			return at;
		end = (size_t)(p - s.ptr);
	}
	return s.len;
}

bool text_number(struct str s, int64_t *ret)
{
	if (s.len == 0 || s.len > 18)
		return false;
	int64_t n = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (!text_is_digit(s.ptr[i]))
			return false;
		n = n * 10 + (s.ptr[i] - '0');
	}
	*ret = n;
	return true;
}

typedef enum err parser(struct text *t, struct str record);

static parser *parser_of(enum source_format format)
{
	switch (format) {
	case FORMAT_PLAIN:
		return text_plain;
	case FORMAT_SYSLOG:
		return text_syslog;
	case FORMAT_AUDITD:
		return text_auditd;
	case FORMAT_CSV:
		return text_csv;
	case FORMAT_LOGFMT:
		return text_logfmt;
	case FORMAT_XML:
		return text_xml;
	case FORMAT_JOURNAL:
		return text_journal;
	case FORMAT_AUTO:
	case FORMAT_NDJSON:
	case FORMAT_JSON:
	case FORMAT_COUNT:
		break;
	}
	return NULL;
}

fallible text_build(enum source_format format, const struct source_input *input, struct str record,
                    struct text_scratch *scratch, struct value_builder *b, struct text_note *note)
{
	*note = (struct text_note){ 0 };
	parser *parse = parser_of(format);
	if (parse == NULL)
		return ERR_USAGE;
	if (format != FORMAT_JOURNAL) /* its binary fields are counted */
		while (record.len > 0 && (record.ptr[record.len - 1] == '\n' || record.ptr[record.len - 1] == '\r'))
			record.len--;
	struct text t = { .b = b, .s = scratch, .note = note, .input = input };
	value_build_begin(b);
	value_build_map(b);
	TRY(parse(&t, record));
	value_build_close(b);
	return b->err;
}

fallible text_build_message(struct str program, struct str message, struct text_scratch *scratch,
                            struct value_builder *b, struct text_note *note, bool *ret_event)
{
	struct text t = { .b = b, .s = scratch, .note = note };
	struct str text = text_trim_left(message);
	*ret_event = text_is_event_xml(text);
	if (*ret_event)
		return text_xml(&t, text);
	text_program_facts(&t, program, message);
	return ERR_OK;
}
