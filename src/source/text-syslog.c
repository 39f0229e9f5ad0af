/*
 * syslog lines. RFC 5424 is a format; RFC 3164 is a description of what was seen, so its parts are looked for one by
 * one and each may be missing: priority, sequence number, time, host, tag. What is left is the message, which may in
 * turn be JSON, an audit record or event XML.
 */
#include "base/ip.h"
#include "source/text-parts.h"

struct syslog {
	int64_t priority; /* -1 = none */
	int64_t time_ns;
	struct str host, program, pid, msgid, data, message;
	struct str cisco_facility, cisco_severity, mnemonic, sequence;
};

static char at_or_nul(struct str s, size_t at)
{
	return at < s.len ? s.ptr[at] : '\0';
}

/* "<34>": returns what follows. */
static struct str take_priority(struct str s, int64_t *ret)
{
	size_t close = text_find(str_cut(s, 0, 5), 0, '>');
	*ret = -1;
	if (at_or_nul(s, 0) != '<' || close > 4 || !text_number(str_cut(s, 1, close), ret) || close >= s.len ||
	    *ret > 191) {
		*ret = -1;
		return s;
	}
	return text_from(s, close + 1);
}

/* The next word of RFC 5424's header; "-" is none. */
static struct str take_word(struct str *s)
{
	size_t end = text_find(*s, 0, ' ');
	struct str word = str_cut(*s, 0, end);
	*s = text_from(*s, end + 1);
	return str_is(word, "-") ? (struct str){ 0 } : word;
}

/* Where [id name="value" ...] at s[at] ends; s.len when it does not. */
static size_t element_end(struct str s, size_t at)
{
	bool quoted = false;
	for (at++; at < s.len; at++) {
		if (quoted && s.ptr[at] == '\\')
			at++;
		else if (s.ptr[at] == '"')
			quoted = !quoted;
		else if (!quoted && s.ptr[at] == ']')
			return at + 1;
	}
	return s.len;
}

static bool read_5424(struct text *t, struct str s, struct syslog *h)
{
	struct syslog x = { .priority = h->priority, .time_ns = TIME_NONE };
	if (at_or_nul(s, 0) != '1' || at_or_nul(s, 1) != ' ')
		return false;
	s = text_from(s, 2);
	bool none = at_or_nul(s, 0) == '-';
	struct str stamp = take_word(&s);
	if (none ? stamp.ptr != NULL : stamp.len < 10 || stamp.ptr[4] != '-' || time_parse(stamp, &x.time_ns) != ERR_OK)
		return false;
	x.host = take_word(&s);
	x.program = take_word(&s);
	x.pid = take_word(&s);
	x.msgid = take_word(&s);
	size_t end = 0;
	if (at_or_nul(s, 0) == '[') {
		while (at_or_nul(s, end) == '[')
			end = element_end(s, end);
		if (s.ptr[end - 1] != ']')
			t->note->flags |= TEXT_TRUNCATED;
		x.data = str_cut(s, 0, end);
	} else if (at_or_nul(s, 0) == '-' && (s.len == 1 || s.ptr[1] == ' ')) {
		end = 1;
	}
	s = text_trim_left(text_from(s, end));
	x.message = str_starts(s, STR("\xEF\xBB\xBF")) ? text_from(s, 3) : s;
	*h = x;
	return true;
}

/* A parameter's value from behind its opening quote to the closing one; \" \\ and \] are unescaped (RFC 5424, 6.3.3).
 */
static size_t put_parameter(struct text *t, struct str name, struct str s, size_t at)
{
	struct buf *out = &t->s->value;
	buf_reset(out);
	while (at < s.len && s.ptr[at] != '"') {
		char next = at_or_nul(s, at + 1);
		if (s.ptr[at] == '\\' && (next == '"' || next == '\\' || next == ']'))
			at++;
		size_t from = at++;
		while (at < s.len && s.ptr[at] != '"' && s.ptr[at] != '\\')
			at++;
		text_add(t, out, str_cut(s, from, at));
	}
	text_pair(t, name, buf_view(out));
	return at < s.len ? at + 1 : s.len;
}

static void put_element(struct text *t, struct str s)
{
	size_t at = 0;
	while (at < s.len && s.ptr[at] != ' ')
		at++;
	text_key(t, str_cut(s, 0, at));
	value_build_map(t->b);
	while (at < s.len) {
		while (at < s.len && s.ptr[at] == ' ')
			at++;
		size_t equals = at;
		while (equals < s.len && s.ptr[equals] != '=' && s.ptr[equals] != ' ')
			equals++;
		struct str name = str_cut(s, at, equals);
		if (at_or_nul(s, equals) == '=' && at_or_nul(s, equals + 1) == '"') {
			at = put_parameter(t, name, s, equals + 2);
			continue;
		}
		at = equals;
		if (at_or_nul(s, at) == '=') { /* without quotes: not by the book, but seen */
			size_t end = text_find(s, at, ' ');
			text_pair(t, name, str_cut(s, at + 1, end));
			at = end;
		}
	}
	value_build_close(t->b);
}

static void put_data(struct text *t, struct str s)
{
	value_build_key(t->b, STR("structured_data"));
	value_build_map(t->b);
	for (size_t at = 0; at < s.len;) {
		size_t end = element_end(s, at);
		put_element(t, str_cut(s, at + 1, s.ptr[end - 1] == ']' ? end - 1 : end));
		at = end;
	}
	value_build_close(t->b);
}

/* Cisco's sequence number "000123: "; the length, 0 when s starts with none. */
static size_t sequence_length(struct str s)
{
	size_t n = 0;
	while (n < 12 && text_is_digit(at_or_nul(s, n)))
		n++;
	return n > 0 && at_or_nul(s, n) == ':' && at_or_nul(s, n + 1) == ' ' ? n : 0;
}

/* "123: *Mar  1 18:46:11.123 UTC: " in any completeness. A device marks a clock that it does not trust with '*' or '.'.
 */
static struct str take_stamp(struct text *t, struct str s, struct syslog *h)
{
	struct str at = text_trim_left(s);
	size_t n = sequence_length(at);
	struct str sequence = str_cut(at, 0, n);
	at = n > 0 ? text_trim_left(text_from(at, n + 1)) : at;
	char mark = at_or_nul(at, 0);
	bool doubtful = mark == '*' || mark == '.';
	if (doubtful || (mark == ':' && n == 0))
		at = text_trim_left(text_from(at, 1));
	int64_t ns = TIME_NONE;
	size_t used = text_stamp(t, at, &ns);
	if (used == 0 && (n == 0 || at_or_nul(at, 0) != '%'))
		return s;
	if (n > 0)
		h->sequence = sequence;
	if (used == 0)
		return at;
	if (h->time_ns == TIME_NONE || (!doubtful && ns != TIME_NONE))
		h->time_ns = ns;
	at = text_from(at, used);
	while (at.len > 0 && (at.ptr[0] == ' ' || at.ptr[0] == ':'))
		at = text_from(at, 1);
	return at;
}

/* %FACILITY-SEVERITY-MNEMONIC: or %FACILITY-SUBFACILITY-SEVERITY-MNEMONIC: */
static bool take_cisco(struct str s, struct syslog *h)
{
	size_t end = 1;
	while (end < s.len && end < 128 &&
	       ((s.ptr[end] >= 'A' && s.ptr[end] <= 'Z') || (s.ptr[end] >= 'a' && s.ptr[end] <= 'z') ||
	        text_is_digit(s.ptr[end]) || s.ptr[end] == '_' || s.ptr[end] == '-'))
		end++;
	struct str code = str_cut(s, 1, end);
	size_t dash = text_find_last(code, STR("-"));
	if (at_or_nul(s, end) != ':' || dash == code.len || dash < 3 || !text_is_digit(code.ptr[dash - 1]) ||
	    code.ptr[dash - 2] != '-')
		return false;
	h->cisco_facility = str_cut(code, 0, dash - 2);
	h->cisco_severity = str_cut(code, dash - 1, dash);
	h->mnemonic = text_from(code, dash + 1);
	h->program = str_cut(s, 0, end);
	h->message = text_trim_left(text_from(s, end + 1));
	return true;
}

/* "55: r1: 000055: *Mar  1 18:46:11: %SYS-5-...": sequence numbers, a host and a time in front of Cisco's code; ptr
 * NULL when there is none. */
static struct str find_cisco(struct text *t, struct str s, struct syslog *h)
{
	for (int i = 0; i < 4 && s.len > 0; i++) {
		struct syslog code;
		s = take_stamp(t, s, h);
		if (at_or_nul(s, 0) == '%')
			return take_cisco(s, &code) ? s : (struct str){ 0 };
		size_t n = sequence_length(s), end = text_find(s, 0, ' ');
		if (n == 0 && (end < 2 || end == s.len || s.ptr[end - 1] != ':'))
			break;
		if (n == 0)
			h->host = str_cut(s, 0, end - 1);
		else
			h->sequence = str_cut(s, 0, n);
		s = text_trim_left(text_from(s, end));
	}
	return (struct str){ 0 };
}

static bool is_address(struct str s)
{
	struct ip ip;
	return ip_parse(s, &ip) == ERR_OK;
}

/* Whether the first word is the tag and not a host: it ends with a colon or holds [pid]. */
static bool is_tag(struct str word)
{
	if (word.len < 2)
		return false;
	size_t open = text_find(word, 0, '[');
	if (open > 0 && open < word.len && text_find(word, open, ']') < word.len)
		return true;
	if (word.ptr[word.len - 1] != ':')
		return false;
	return !is_address(word) && !is_address(str_cut(word, 0, word.len - 1));
}

static struct str take_host(struct text *t, struct str s, struct syslog *h)
{
	static const struct str forwarded = { "Message forwarded from ", 23 };
	if (str_starts(s, forwarded))
		s = text_from(s, forwarded.len);
	size_t end = text_find(s, 0, ' ');
	struct str word = str_cut(s, 0, end), rest = text_trim_left(text_from(s, end));
	if (word.len == 0 || word.ptr[0] == '%' || str_starts(s, STR("last message repeated ")))
		return s;
	if (is_tag(word)) {
		/* "router: %SYS-5-..." and "router: 000123: *Mar 1 ...: %SYS-5-..." start with a host all the same. */
		struct syslog probe = *h;
		if (word.ptr[word.len - 1] != ':' || find_cisco(t, rest, &probe).ptr == NULL)
			return s;
	}
	while (word.len > 1 && word.ptr[word.len - 1] == ':' && !is_address(word))
		word.len--;
	if (word.len > 2 && word.ptr[0] == '[' && word.ptr[word.len - 1] == ']')
		word = str_cut(word, 1, word.len - 1);
	h->host = word;
	if (str_starts(rest, STR(": ")))
		rest = text_trim_left(text_from(rest, 2));
	return rest;
}

/* "program[pid]: message" or "program: message"; else all of s is the message. Without any header only the first is
 * taken. */
static void take_tag(struct str s, struct syslog *h, bool bare)
{
	enum { TAG_MAX = 160, PID_MAX = 64 };
	h->message = s;
	if (at_or_nul(s, 0) == '%' && take_cisco(s, h))
		return;
	size_t n = 0;
	while (n < s.len && n < TAG_MAX && s.ptr[n] != ' ' && s.ptr[n] != ':' && s.ptr[n] != '[')
		n++;
	if (n == 0 || n == s.len)
		return;
	size_t end = n;
	struct str pid = { 0 };
	if (s.ptr[n] == '[') {
		struct str near = str_cut(s, n + 1, n + 1 + PID_MAX);
		size_t close = text_find(near, 0, ']');
		if (close == near.len || (at_or_nul(s, n + close + 2) != ':' && at_or_nul(s, n + close + 2) != ' '))
			return;
		pid = str_cut(near, 0, close);
		end = n + close + 2;
	}
	if (at_or_nul(s, end) == ':') {
		if (pid.ptr == NULL && (bare || (end + 1 < s.len && s.ptr[end + 1] != ' ')))
			return;
		end++;
	} else if (pid.ptr == NULL || bare) {
		return;
	}
	h->program = str_cut(s, 0, n);
	h->pid = pid;
	h->message = text_trim_left(text_from(s, end));
}

static void read_3164(struct text *t, struct str s, struct syslog *h)
{
	if (h->priority >= 0 && at_or_nul(s, 0) == '1' && at_or_nul(s, 1) == ' ')
		s = text_from(s, 2); /* claims RFC 5424 and is not */
	struct str rest = take_stamp(t, s, h);
	bool stamped = rest.ptr != s.ptr;
	if (stamped)
		rest = take_host(t, rest, h);
	else
		rest = text_trim_left(rest);
	struct syslog probe = *h;
	struct str behind = find_cisco(t, rest, &probe);
	if (behind.ptr != NULL) { /* the device's own header, perhaps behind a relay's */
		*h = probe;
		rest = behind;
	}
	take_tag(rest, h, !stamped && h->priority < 0);
}

static void put_if(struct text *t, struct str key, struct str val)
{
	if (val.ptr != NULL && val.len > 0)
		text_pair(t, key, val);
}

static void put_int(struct text *t, struct str key, int64_t n)
{
	value_build_key(t->b, key);
	value_build_int(t->b, n);
}

static void put_header(struct text *t, const struct syslog *h, bool own_time)
{
	if (h->priority >= 0) {
		put_int(t, STR("priority"), h->priority);
		put_int(t, STR("facility"), h->priority / 8);
		put_int(t, STR("severity"), h->priority % 8);
	}
	if (h->time_ns != TIME_NONE && !own_time) {
		value_build_key(t->b, STR("timestamp"));
		value_build_time(t->b, h->time_ns);
	}
	put_if(t, STR("hostname"), h->host);
	put_if(t, STR("program"), h->program);
	put_if(t, STR("pid"), h->pid);
	put_if(t, STR("msgid"), h->msgid);
	put_if(t, STR("sequence"), h->sequence);
	if (h->mnemonic.len > 0) {
		put_if(t, STR("cisco_facility"), h->cisco_facility);
		put_int(t, STR("cisco_severity"), h->cisco_severity.ptr[0] - '0');
		put_if(t, STR("mnemonic"), h->mnemonic);
	}
	if (h->data.len > 0)
		put_data(t, h->data);
}

/* The audit record in a message: the kernel puts its uptime in front. */
static struct str audit_part(struct str message)
{
	struct str s = message;
	if (at_or_nul(s, 0) == '[')
		s = text_trim_left(text_from(s, text_find(str_cut(s, 0, 32), 0, ']') + 1));
	return text_is_auditd(s) ? s : (struct str){ 0 };
}

fallible text_syslog(struct text *t, struct str line)
{
	struct syslog h = { .time_ns = TIME_NONE };
	struct str s = take_priority(line, &h.priority);
	if (text_trim(line).len == 0)
		return text_refuse(t, "empty line", 0);
	if (!read_5424(t, s, &h))
		read_3164(t, s, &h);
	struct str audit = audit_part(h.message);
	put_header(t, &h, audit.ptr != NULL);
	struct str cee =
	    str_starts(h.message, STR("@cee:")) ? text_trim(text_from(h.message, 5)) : text_trim(h.message);
	bool json = cee.len >= 2 && cee.ptr[0] == '{' && cee.ptr[cee.len - 1] == '}';
	bool xml = text_is_event_xml(cee);
	text_pair(t, STR("message"), json ? cee : h.message);
	text_pair(t, STR("raw"), line);
	if (json || xml || audit.ptr != NULL)
		text_pair(t, STR("payload"), json ? STR("json") : xml ? STR("xml") : STR("auditd"));
	if (audit.ptr != NULL)
		return text_auditd(t, audit);
	if (xml)
		return text_xml(t, cee);
	if (!json && h.mnemonic.ptr == NULL)
		text_program_facts(t, h.program, h.message);
	return ERR_OK;
}
