/*
 * Which format is this? Judged from the first bytes alone, so that the answer does not depend on how they came. The
 * order matters: JSON first, then what has an unmistakable beginning, then what must be counted.
 */
#include "source/internal.h"

bool recognise_is_envelope_key(struct str key)
{
	static const char *const names[] = { "Records", "records",   "events",   "Events",   "value", "items",
		                             "Items",   "logEvents", "Findings", "findings", "data",  "hits" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(key, str_of(names[i])))
			return true;
	return false;
}

static struct str trim_left(struct str s)
{
	size_t i = 0;
	while (i < s.len && (s.ptr[i] == ' ' || s.ptr[i] == '\t' || s.ptr[i] == '\r' || s.ptr[i] == '\n'))
		i++;
	return str_cut(s, i, s.len);
}

/* Cuts the first line off, without its line end. *ret_ended: a newline was there. */
static struct str next_line(struct str *rest, bool *ret_ended)
{
	const char *nl = rest->len > 0 ? memchr(rest->ptr, '\n', rest->len) : NULL;
	*ret_ended = nl != NULL;
	size_t n = nl != NULL ? (size_t)(nl - rest->ptr) : rest->len;
	struct str line = str_cut(*rest, 0, n);
	*rest = str_cut(*rest, nl != NULL ? n + 1 : n, rest->len);
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

enum shape {
	SHAPE_OPEN /* not closed here */,
	SHAPE_WHOLE,
	SHAPE_ENVELOPE,
	SHAPE_MORE /* closed, and something behind it */
};

/* The position behind a string that starts at i (its opening quote), or the end. */
static size_t skip_string(struct str s, size_t i)
{
	for (i++; i < s.len; i++) {
		if (s.ptr[i] == '\\')
			i++;
		else if (s.ptr[i] == '"')
			return i + 1;
	}
	return s.len;
}

/* Is an object that starts at s complete within s, and is it an envelope of events? */
static enum shape object_shape(struct str s)
{
	size_t depth = 0;
	struct str key = STR("");
	bool envelope = false;
	for (size_t i = 0; i < s.len;) {
		char c = s.ptr[i];
		if (c == '"') {
			size_t end = skip_string(s, i);
			if (depth == 1 && end > i + 1)
				key = str_cut(s, i + 1, end - 1);
			i = end;
			continue;
		}
		if (c == '[' && depth == 1 && recognise_is_envelope_key(key)) {
			struct str inside = trim_left(str_cut(s, i + 1, s.len));
			envelope = envelope || (inside.len > 0 && inside.ptr[0] == '{') ||
			           (inside.len > 0 && inside.ptr[0] == ']' &&
			            (str_is(key, "Records") || str_is(key, "records")));
		}
		if (c == '{' || c == '[')
			depth++;
		if ((c == '}' || c == ']') && depth > 0 && --depth == 0) {
			if (trim_left(str_cut(s, i + 1, s.len)).len > 0)
				return SHAPE_MORE;
			return envelope ? SHAPE_ENVELOPE : SHAPE_WHOLE;
		}
		i++;
	}
	return SHAPE_OPEN;
}

/* Cuts the first line with content off. False when there is none, or it is cut off by the end of what was looked at. */
static bool next_content_line(struct str *rest, bool whole, struct str *ret)
{
	bool ended = true;
	while (rest->len > 0) {
		*ret = next_line(rest, &ended);
		if (!ended && !whole)
			return false;
		if (trim_left(*ret).len > 0)
			return true;
	}
	return false;
}

/* Is what follows an unclosed line whole objects, one a line? Then that line was torn, and is no document of many
 * lines. */
static bool lines_are_objects(struct str rest, bool whole)
{
	enum { LOOK = 2 };
	size_t n = 0;
	struct str line;
	for (; n < LOOK && next_content_line(&rest, whole, &line); n++) {
		if (line.ptr[0] != '{')
			return false;
		enum shape shape = object_shape(line);
		if (shape != SHAPE_WHOLE && shape != SHAPE_ENVELOPE)
			return false;
	}
	return n > 0;
}

/* Starts with '{': NDJSON when the first line is a whole object that is an event itself. */
static enum source_format recognise_object(struct str text, bool whole)
{
	bool ended = false;
	struct str rest = text, line = next_line(&rest, &ended);
	switch (object_shape(line)) {
	case SHAPE_WHOLE:
		return FORMAT_NDJSON;
	case SHAPE_OPEN:
		return lines_are_objects(rest, whole) ? FORMAT_NDJSON : FORMAT_JSON;
	case SHAPE_ENVELOPE:
	case SHAPE_MORE:
		break;
	}
	return FORMAT_JSON;
}

static bool starts_array(struct str text)
{
	struct str inside = trim_left(str_cut(text, 1, text.len));
	return inside.len == 0 || inside.ptr[0] == '{' || inside.ptr[0] == ']' || inside.ptr[0] == '[';
}

static bool is_audit_line(struct str line)
{
	if (str_starts(line, STR("node="))) {
		const char *space = memchr(line.ptr, ' ', line.len);
		if (space == NULL)
			return false;
		line = str_cut(line, (size_t)(space - line.ptr) + 1, line.len);
	}
	return str_starts(line, STR("type=")) && memmem(line.ptr, line.len, " msg=audit(", 11) != NULL;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_month(struct str s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	for (size_t i = 0; i < 12; i++)
		if (s.len >= 3 && memcmp(s.ptr, months + 3 * i, 3) == 0)
			return true;
	return false;
}

/* "<34>...", "Oct 11 22:14:15 host tag", "2026-11-22T10:00:00+00:00 host tag:". */
static bool is_syslog_line(struct str line)
{
	if (line.len > 3 && line.ptr[0] == '<' && is_digit(line.ptr[1])) {
		size_t i = 1;
		while (i < line.len && i < 5 && is_digit(line.ptr[i]))
			i++;
		return i < line.len && line.ptr[i] == '>';
	}
	if (line.len > 0 && (line.ptr[0] == '*' || line.ptr[0] == ':' || line.ptr[0] == '.') &&
	    is_month(str_cut(line, 1, 4)))
		line = str_cut(line, 1, line.len); /* Cisco marks clocks that are not synchronised */
	if (line.len > 15 && is_month(line) && line.ptr[3] == ' ' && is_digit(line.ptr[5]))
		return memchr(line.ptr + 6, ':', line.len - 6) != NULL;
	if (line.len < 25 || !is_digit(line.ptr[0]) || line.ptr[4] != '-' || line.ptr[7] != '-' || line.ptr[10] != 'T')
		return false;
	/* an ISO time alone begins many logs; syslog has a host and a tag with a colon behind it */
	const char *space = memchr(line.ptr, ' ', line.len);
	if (space == NULL)
		return false;
	struct str rest = str_cut(line, (size_t)(space - line.ptr) + 1, line.len);
	space = rest.len > 0 ? memchr(rest.ptr, ' ', rest.len) : NULL;
	if (space == NULL)
		return false;
	rest = str_cut(rest, (size_t)(space - rest.ptr) + 1, rest.len);
	const char *colon = rest.len > 0 ? memchr(rest.ptr, ':', rest.len) : NULL;
	space = rest.len > 0 ? memchr(rest.ptr, ' ', rest.len) : NULL;
	return colon != NULL && (space == NULL || colon < space);
}

/* <Event ...> or <Events>, after an XML declaration and comments. */
static bool is_event_xml(struct str text)
{
	for (int i = 0; i < 8; i++) {
		text = trim_left(text);
		if (str_starts(text, STR("<Event ")) || str_starts(text, STR("<Event>")) ||
		    str_starts(text, STR("<Events")) || str_starts(text, STR("<Event\n")) ||
		    str_starts(text, STR("<Event\r")) || str_starts(text, STR("<Event\t")))
			return true;
		if (!str_starts(text, STR("<?")) && !str_starts(text, STR("<!--")))
			return false;
		const char *end = memchr(text.ptr, '>', text.len);
		if (end == NULL)
			return false;
		text = str_cut(text, (size_t)(end - text.ptr) + 1, text.len);
	}
	return false;
}

static size_t count_quotes(struct str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += s.ptr[i] == '"';
	return n;
}

/* Separators of one CSV record outside quotes. */
static size_t count_separators(struct str line, char separator)
{
	size_t n = 0;
	bool quoted = false;
	for (size_t i = 0; i < line.len; i++) {
		if (line.ptr[i] == '"')
			quoted = !quoted;
		else if (line.ptr[i] == separator && !quoted)
			n++;
	}
	return quoted ? 0 : n;
}

char recognise_csv_separator(struct str header)
{
	static const char separators[] = { ',', ';', '\t', '|' };
	char best = 0;
	size_t most = 0;
	for (size_t i = 0; i < ARRAY_LEN(separators); i++) {
		size_t n = count_separators(header, separators[i]);
		if (n > most) {
			most = n;
			best = separators[i];
		}
	}
	return best;
}

/* Names are short and are words: no cell of a header is empty, a number, or has braces, '=' or a sentence in it. */
static bool is_csv_header(struct str header, char separator)
{
	size_t cell = 0, spaces = 0, letters = 0;
	for (size_t i = 0; i <= header.len; i++) {
		char c = i < header.len ? header.ptr[i] : separator;
		if (c == separator) {
			if (cell == 0 || cell > 64 || spaces > 4 || letters == 0)
				return false;
			cell = spaces = letters = 0;
			continue;
		}
		if (c == '=' || c == '{' || c == '}' || c == '<' || c == '>' || (unsigned char)c < ' ')
			return false;
		cell++;
		spaces += c == ' ';
		letters += (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
	}
	return true;
}

/* A header with two separators or more, and the same number in the records below it (quotes may hold newlines). */
static char recognise_csv(struct str text, bool whole)
{
	bool ended = false;
	struct str rest = text, header = next_line(&rest, &ended);
	char separator = recognise_csv_separator(header);
	size_t want = separator != 0 ? count_separators(header, separator) : 0;
	if (want < 2 || !is_csv_header(header, separator))
		return 0;
	size_t good = 0, bad = 0;
	for (int i = 0; i < 8 && rest.len > 0; i++) {
		struct str from = rest, record = next_line(&rest, &ended);
		while (ended && count_quotes(record) % 2 != 0 && rest.len > 0) {
			struct str more = next_line(&rest, &ended);
			record.len = (size_t)(more.ptr + more.len - from.ptr);
		}
		if (!ended && !whole)
			break; /* cut off by the end of what was looked at */
		if (record.len == 0)
			continue;
		if (count_separators(record, separator) == want)
			good++;
		else
			bad++;
	}
	return good > bad || (good == 0 && bad == 0 && whole) ? separator : 0;
}

/* Mostly key=value with keys that are words, at least two of them and one at the start. */
static bool is_logfmt_line(struct str line)
{
	size_t pairs = 0, others = 0, i = 0;
	while (i < line.len) {
		while (i < line.len && line.ptr[i] == ' ')
			i++;
		size_t from = i;
		while (i < line.len && line.ptr[i] != ' ' && line.ptr[i] != '=' && line.ptr[i] != '"')
			i++;
		if (i == from)
			return false;
		if (i < line.len && line.ptr[i] == '=') {
			pairs++;
			i++;
			if (i < line.len && line.ptr[i] == '"')
				i = skip_string(line, i);
			while (i < line.len && line.ptr[i] != ' ')
				i++;
		} else {
			if (pairs == 0)
				return false;
			others++;
			while (i < line.len && line.ptr[i] != ' ')
				i++;
		}
	}
	return pairs >= 2 && others * 4 <= pairs;
}

static struct str first_content_line(struct str text)
{
	bool ended = false;
	while (text.len > 0) {
		struct str line = next_line(&text, &ended);
		if (trim_left(line).len > 0)
			return line;
	}
	return STR("");
}

/* Of what format a line by itself is: the formats of which each line shows it. */
static enum source_format line_format(struct str line)
{
	if (line.ptr[0] == '{')
		return object_shape(line) == SHAPE_WHOLE ? FORMAT_NDJSON : FORMAT_PLAIN;
	if (is_audit_line(line))
		return FORMAT_AUDITD;
	if (is_syslog_line(line))
		return FORMAT_SYSLOG;
	return is_logfmt_line(line) ? FORMAT_LOGFMT : FORMAT_PLAIN;
}

/*
 * The first line says nothing: a banner, a comment, or the end of a line that was torn, as `tail -c` and rotation leave
 * it. Then more than half of the next lines decide.
 */
static enum source_format recognise_by_lines(struct str text, bool whole)
{
	enum { LOOK = 16 };
	size_t votes[FORMAT_COUNT] = { 0 }, n = 0;
	struct str line;
	if (!next_content_line(&text, whole, &line))
		return FORMAT_PLAIN;
	for (; n < LOOK && next_content_line(&text, whole, &line); n++)
		votes[line_format(line)]++;
	for (size_t i = 0; i < FORMAT_COUNT; i++)
		if (votes[i] * 2 > n)
			return (enum source_format)i;
	return FORMAT_PLAIN;
}

struct recognised recognise_format(struct str head, bool whole)
{
	struct str text = trim_left(head), line = first_content_line(head);
	struct recognised r = { .format = FORMAT_PLAIN };
	if (text.len > 0 && text.ptr[0] == 0x1e) /* RFC 7464 */
		r.format = FORMAT_JSON;
	else if (text.len > 0 && text.ptr[0] == '{')
		r.format = recognise_object(text, whole);
	else if (text.len > 0 && text.ptr[0] == '[' && starts_array(text))
		r.format = FORMAT_JSON;
	else if (str_starts(line, STR("__CURSOR=")) || str_starts(line, STR("__REALTIME_TIMESTAMP=")))
		r.format = FORMAT_JOURNAL;
	else if (is_audit_line(line))
		r.format = FORMAT_AUDITD;
	else if (is_event_xml(text))
		r.format = FORMAT_XML;
	else if (is_syslog_line(line))
		r.format = FORMAT_SYSLOG;
	else if ((r.csv_separator = recognise_csv(text, whole)) != 0)
		r.format = FORMAT_CSV;
	else if (is_logfmt_line(line))
		r.format = FORMAT_LOGFMT;
	else
		r.format = recognise_by_lines(head, whole);
	return r;
}

static bool is_control(unsigned char c)
{
	return c < ' ' && (c < '\t' || c > '\r') && c != 0x1b;
}

const char *recognise_binary(struct str head)
{
	static const struct {
		const char *magic;
		size_t n;
		const char *why;
	} known[] = {
		{ "LPKSHHRH", 8, "a binary journal: give it as journalctl -o export or -o json writes it" },
		{ "ElfFile", 8, "a binary Windows event log: give it as XML or JSON" },
		{ "PAR1", 4, "a Parquet file: give it as JSON lines or CSV" },
		{ "Obj\1", 4, "an Avro file: give it as JSON lines" },
	};
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_starts(head, (struct str){ known[i].magic, known[i].n }))
			return known[i].why;
	size_t controls = 0;
	bool nul = false;
	for (size_t i = 0; i < head.len; i++) {
		controls += is_control((unsigned char)head.ptr[i]);
		nul = nul || head.ptr[i] == '\0';
	}
	return nul && controls * 20 > head.len ? "binary data, no log of a known format" : NULL;
}
