/*
 * One entry of the systemd journal export format (systemd.io/JOURNAL_EXPORT_FORMATS): "NAME=text" lines, and for values
 * with control characters "NAME", a line feed, the length as 64-bit little endian, the bytes and a line feed.
 */
#include "source/text-parts.h"

static uint64_t little_endian(const char *p)
{
	uint64_t n = 0;
	for (int i = 7; i >= 0; i--)
		n = n << 8 | (unsigned char)p[i];
	return n;
}

struct entry {
	struct str identifier, comm, message;
};

static void field(struct text *t, struct entry *e, struct str name, struct str val)
{
	text_pair(t, name, val);
	if (str_is(name, "MESSAGE"))
		e->message = val;
	else if (str_is(name, "SYSLOG_IDENTIFIER"))
		e->identifier = val;
	else if (str_is(name, "_COMM"))
		e->comm = val;
}

/* The binary field whose length starts at *at. */
static void binary_field(struct text *t, struct entry *e, struct str name, struct str s, size_t *at)
{
	if (s.len - *at < 8) {
		t->note->flags |= TEXT_TRUNCATED;
		*at = s.len;
		return;
	}
	uint64_t len = little_endian(s.ptr + *at);
	size_t from = *at + 8, left = s.len - from;
	if (len > left) {
		t->note->flags |= TEXT_TRUNCATED;
		len = left;
	}
	field(t, e, name, str_cut(s, from, from + (size_t)len));
	*at = from + (size_t)len;
	if (*at < s.len && s.ptr[*at] == '\n')
		(*at)++;
}

fallible text_journal(struct text *t, struct str s)
{
	struct entry e = { 0 };
	size_t n = 0;
	for (size_t at = 0; at < s.len;) {
		size_t end = text_find(s, at, '\n');
		struct str line = str_cut(s, at, end);
		size_t equals = text_find(line, 0, '=');
		if (line.len == 0) {
			at = end + 1;
			continue;
		}
		if (equals == 0 || (n == 0 && equals == line.len && end == s.len))
			return text_refuse(t, "not a journal field", at);
		n++;
		if (equals < line.len) {
			field(t, &e, str_cut(line, 0, equals), text_from(line, equals + 1));
			at = end + 1;
		} else {
			at = end < s.len ? end + 1 : s.len;
			binary_field(t, &e, line, s, &at);
		}
	}
	if (n == 0)
		return text_refuse(t, "empty journal entry", 0);
	if (text_is_event_xml(text_trim_left(e.message)))
		return text_xml(t, text_trim_left(e.message));
	text_program_facts(t, e.identifier.len > 0 ? e.identifier : e.comm, e.message);
	return ERR_OK;
}
