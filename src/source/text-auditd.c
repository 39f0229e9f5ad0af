/*
 * Records of the Linux audit system: "type=T msg=audit(TIME:SERIAL): key=value ...", one event's lines together. Values
 * that a user controls are quoted, or written as upper-case hexadecimal when they hold a blank, a quote or a control
 * character (kernel: audit_log_untrustedstring); records from user space carry their fields in msg='...'; auditd's
 * enriched format appends names behind a group separator (0x1D). Long arguments come in parts (a1[0], a1[1] ...), over
 * several records.
 */
#include "source/text-audit.h"

enum { ENRICHED = 0x1D };

static int hex_upper(char c)
{
	if (text_is_digit(c))
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool audit_unhex(struct text *t, struct buf *into, struct str s)
{
	if (s.len < 2 || s.len % 2 != 0)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (hex_upper(s.ptr[i]) < 0)
			return false;
	char piece[256];
	size_t n = 0;
	for (size_t i = 0; i < s.len; i += 2) {
		piece[n++] = (char)(hex_upper(s.ptr[i]) << 4 | hex_upper(s.ptr[i + 1]));
		if (n == sizeof(piece) || i + 2 == s.len) {
			text_add(t, into, (struct str){ piece, n });
			n = 0;
		}
	}
	return true;
}

struct str audit_decoded(struct text *t, struct buf *into, struct audit_raw raw)
{
	if (raw.quoted)
		return raw.text;
	buf_reset(into);
	return audit_unhex(t, into, raw.text) ? buf_view(into) : raw.text;
}

/* Fields that the kernel or the audit library may write in hexadecimal (auparse's "encoded" type). */
static bool may_be_encoded(struct str key)
{
	static const struct str names[] = {
#define N(s) { s, sizeof(s) - 1 }
		N("acct"),
		N("cmd"),
		N("comm"),
		N("cwd"),
		N("data"),
		N("device"),
		N("dir"),
		N("exe"),
		N("file"),
		N("grp"),
		N("invalid_context"),
		N("kernel"),
		N("key"),
		N("name"),
		N("new-disk"),
		N("new-fs"),
		N("old-disk"),
		N("old-fs"),
		N("ocomm"),
		N("path"),
		N("proctitle"),
		N("root_dir"),
		N("sw"),
		N("vm"),
		N("watch"),
		N("initrd"),
		N("cgroup"),
		N("ns"),
		N("profile"),
		N("unit"),
#undef N
	};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(names[i], key))
			return true;
	return false;
}

/* "a12" or, with part set, "a12[3]": the length of the name "a12", 0 when key is no argument. */
static size_t argument_name(struct str key, bool *ret_part)
{
	size_t n = 1;
	if (key.len < 2 || key.ptr[0] != 'a')
		return 0;
	while (n < key.len && text_is_digit(key.ptr[n]))
		n++;
	*ret_part = n > 1 && n < key.len && key.ptr[n] == '[';
	return n > 1 && (n == key.len || *ret_part) ? n : 0;
}

/* Ends a gathered argument: all its parts are one field. */
static void flush_argument(struct audit *a)
{
	if (!a->gathers)
		return;
	text_pair(a->t, a->gathering, buf_view(&a->t->s->words));
	a->gathers = false;
}

static void put_argument(struct audit *a, struct str name, bool part, struct audit_raw raw)
{
	struct text *t = a->t;
	struct buf *line = &t->s->line;
	bool continues = part && a->gathers && str_eq(a->gathering, name);
	if (!continues)
		flush_argument(a);
	struct str val = audit_decoded(t, &t->s->value, raw);
	if (!a->has_line)
		buf_reset(line);
	else if (!continues)
		text_add_char(t, line, ' ');
	a->has_line = true;
	text_add(t, line, val);
	if (!part) {
		text_pair(t, name, val);
		return;
	}
	if (!continues) {
		buf_reset(&t->s->words);
		a->gathers = true;
		a->gathering = name;
	}
	text_add(t, &t->s->words, val);
}

static void put_key_list(struct text *t, struct str keys)
{
	value_build_key(t->b, STR("key"));
	value_build_list(t->b);
	for (size_t at = 0; at <= keys.len;) {
		size_t end = text_find(keys, at, '\x01');
		text_str(t, str_cut(keys, at, end));
		at = end + 1;
	}
	value_build_close(t->b);
}

/* The parts of a command line, which the kernel separates with NULs. */
static void put_title(struct text *t, struct str key, struct str val)
{
	struct buf *out = &t->s->sub;
	buf_reset(out);
	while (val.len > 0 && val.ptr[val.len - 1] == '\0')
		val.len--;
	for (size_t at = 0; at < val.len;) {
		size_t end = text_find(val, at, '\0');
		text_add(t, out, str_cut(val, at, end));
		if (end < val.len)
			text_add_char(t, out, ' ');
		at = end + 1;
	}
	text_pair(t, key, buf_view(out));
}

static void put_encoded(struct audit *a, struct str key, struct audit_raw raw)
{
	struct str val = audit_decoded(a->t, &a->t->s->value, raw);
	if (str_is(key, "key") && text_find(val, 0, '\x01') < val.len)
		put_key_list(a->t, val);
	else if (str_is(key, "proctitle") || str_is(key, "cmd"))
		put_title(a->t, key, val);
	else
		text_pair(a->t, key, val);
}

static void first(struct str *into, struct str val)
{
	if (into->ptr == NULL)
		*into = val;
}

static void first_raw(struct audit_raw *into, struct audit_raw val)
{
	if (into->text.ptr == NULL)
		*into = val;
}

/* Keeps what the event's summary needs. */
static void note_field(struct audit *a, struct str key, struct audit_raw raw)
{
	struct audit_path *path = a->record == AUDIT_PATH && a->n_paths > 0 ? &a->paths[a->n_paths - 1] : NULL;
	if (path != NULL && str_is(key, "name"))
		path->name = raw;
	else if (path != NULL && str_is(key, "nametype"))
		path->nametype = raw.text;
	else if (str_is(key, "pid"))
		first(&a->pid, raw.text);
	else if (str_is(key, "ppid"))
		first(&a->ppid, raw.text);
	else if (str_is(key, "exe"))
		first_raw(&a->exe, raw);
	else if (str_is(key, "cwd"))
		first_raw(&a->cwd, raw);
	else if (str_is(key, "proctitle"))
		first_raw(&a->proctitle, raw);
	else if (str_is(key, "UID"))
		first(&a->uid_name, raw.text);
	else if (str_is(key, "AUID"))
		first(&a->auid_name, raw.text);
	else if (str_is(key, "saddr_fam"))
		a->interpreted_saddr = true;
	else if (str_is(key, "saddr") && a->record == AUDIT_SOCKADDR)
		first(&a->saddr, raw.text);
	else if (a->record != AUDIT_SYSCALL)
		return;
	else if (str_is(key, "arch"))
		first(&a->arch, raw.text);
	else if (str_is(key, "syscall"))
		first(&a->number, raw.text);
	else if (str_is(key, "SYSCALL"))
		first(&a->call, raw.text);
	else if (str_is(key, "a0"))
		first(&a->call_a0, raw.text);
	else if (str_is(key, "success"))
		a->failed = a->failed || str_is(raw.text, "no");
}

static void put_field(struct audit *a, struct str key, struct audit_raw raw)
{
	bool part = false;
	size_t name = a->record == AUDIT_EXECVE ? argument_name(key, &part) : 0;
	if (name > 0) {
		put_argument(a, str_cut(key, 0, name), part, raw);
		return;
	}
	note_field(a, key, raw);
	if (!raw.quoted && may_be_encoded(key))
		put_encoded(a, key, raw);
	else
		text_pair(a->t, key, raw.text);
}

/* "avc:  denied  { read write } for": the verdict and the permissions under auparse's names. Returns what follows. */
static struct str put_avc(struct audit *a, struct str s)
{
	s = text_trim_left(text_from(s, 4));
	size_t word = text_find(s, 0, ' ');
	text_pair(a->t, STR("seresult"), str_cut(s, 0, word));
	s = text_trim_left(text_from(s, word));
	if (s.len > 0 && s.ptr[0] == '{') {
		size_t close = text_find(s, 0, '}');
		text_pair(a->t, STR("seperms"), text_trim(str_cut(s, 1, close)));
		s = text_trim_left(text_from(s, close + 1));
	}
	return str_starts(s, STR("for ")) ? text_from(s, 4) : s;
}

/* Where the value of "op" ends: old programs write several bare words. */
static size_t bare_words_end(struct str s, size_t at)
{
	size_t end = text_find(s, at, ' ');
	while (end < s.len) {
		size_t next = end + 1;
		while (next < s.len && s.ptr[next] != ' ' && s.ptr[next] != '=' && s.ptr[next] != ':')
			next++;
		if (next == end + 1 || (next < s.len && s.ptr[next] != ' '))
			break;
		end = next;
	}
	return end;
}

static void put_fields(struct audit *a, struct str s);

/* Reads the value at `at` of s and puts the field; returns the position behind it. */
static size_t put_value(struct audit *a, struct str key, struct str s, size_t at)
{
	char c = at < s.len ? s.ptr[at] : '\0';
	if (c == '"') {
		size_t end = text_find(s, at + 1, '"');
		if (end == s.len)
			a->t->note->flags |= TEXT_TRUNCATED;
		put_field(a, key, (struct audit_raw){ str_cut(s, at + 1, end), true });
		return end + 1;
	}
	if (c == '\'' && !a->nested) {
		/* The last quote ends it: names inside may hold one. */
		size_t end = text_find_last(s, STR("'"));
		if (end == at) {
			end = s.len;
			a->t->note->flags |= TEXT_TRUNCATED;
		}
		a->nested = true;
		put_fields(a, str_cut(s, at + 1, end));
		a->nested = false;
		return end + 1;
	}
	if (c == '{' && !a->nested) {
		size_t end = text_find(s, at, '}');
		text_pair(a->t, key, str_cut(s, at, end + 1));
		a->nested = true;
		put_fields(a, str_cut(s, at + 1, end));
		a->nested = false;
		return end + 1;
	}
	size_t end = text_find(s, at, ' ');
	if (str_is(key, "op"))
		end = bare_words_end(s, at);
	else if (a->record == AUDIT_PROCTITLE && str_is(key, "proctitle"))
		end = s.len; /* interpreted by ausearch -i: blanks are part of it */
	struct str val = str_cut(s, at, end);
	while (a->nested && val.len > 0 && (val.ptr[val.len - 1] == ',' || val.ptr[val.len - 1] == ')'))
		val.len--;
	put_field(a, key, (struct audit_raw){ val, false });
	return end;
}

static bool is_filler(char c)
{
	return c == ' ' || c == ',' || c == '(' || c == ')' || c == ':' || c == '\t' || c == '\r';
}

static void put_fields(struct audit *a, struct str s)
{
	s = text_trim(s);
	if (str_starts(s, STR("avc:")))
		s = put_avc(a, s);
	size_t at = 0, loose = 0;
	struct str other = { 0 };
	while (at < s.len) {
		if (is_filler(s.ptr[at])) {
			at++;
			continue;
		}
		size_t from = at;
		while (at < s.len && s.ptr[at] != '=' && s.ptr[at] != ' ')
			at++;
		struct str word = str_cut(s, from, at);
		if (at < s.len && s.ptr[at] == '=' && word.len > 0) {
			at = put_value(a, word, s, at + 1);
			continue;
		}
		/* Words without '=': the first run of them is kept. */
		if (word.len > 0 && (loose == 0 || loose == from)) {
			other = loose == 0 ? word : str_cut(s, (size_t)(other.ptr - s.ptr), at);
			loose = at + 1;
		}
		at += at < s.len && s.ptr[at] == '=' ? 1 : 0;
	}
	if (other.len > 0)
		text_pair(a->t, STR("text"), other);
}

struct header {
	struct str node, type, seconds, fraction, serial, rest;
};

/* "node=N type=T msg=audit(S.F:N): rest", or the kernel log's "audit: type=N audit(S.F:N): rest". */
static bool read_header(struct str line, struct header *h)
{
	*h = (struct header){ 0 };
	struct str s = text_trim_left(line);
	if (str_starts(s, STR("audit: ")))
		s = text_from(s, 7);
	if (str_starts(s, STR("node="))) {
		size_t end = text_find(s, 5, ' ');
		h->node = str_cut(s, 5, end);
		s = text_trim_left(text_from(s, end));
	}
	if (!str_starts(s, STR("type=")))
		return false;
	size_t end = text_find(s, 5, ' ');
	h->type = str_cut(s, 5, end);
	s = text_trim_left(text_from(s, end));
	if (str_starts(s, STR("msg=")))
		s = text_from(s, 4);
	if (!str_starts(s, STR("audit(")) || h->type.len == 0)
		return false;
	size_t close = text_find(s, 6, ')');
	if (close == s.len)
		return false;
	struct str stamp = str_cut(s, 6, close);
	size_t colon = text_find_last(stamp, STR(":"));
	size_t dot = text_find(stamp, 0, '.');
	h->seconds = str_cut(stamp, 0, dot < colon ? dot : colon);
	h->fraction = dot < colon ? str_cut(stamp, dot + 1, colon) : STR("");
	h->serial = text_from(stamp, colon + 1);
	h->rest = text_from(s, close + 1);
	if (h->rest.len > 0 && h->rest.ptr[0] == ':')
		h->rest = text_from(h->rest, 1);
	return true;
}

bool text_is_auditd(struct str line)
{
	struct header h;
	return read_header(line, &h);
}

static void put_header(struct text *t, const struct header *h)
{
	int64_t seconds, fraction = 0, serial;
	if (text_number(h->seconds, &seconds) && seconds < INT64_MAX / 1000000000 && h->fraction.len <= 9 &&
	    (h->fraction.len == 0 || text_number(h->fraction, &fraction))) {
		for (size_t i = h->fraction.len; i < 9; i++)
			fraction *= 10;
		value_build_key(t->b, STR("timestamp"));
		value_build_time(t->b, seconds * 1000000000 + fraction);
	}
	if (text_number(h->serial, &serial)) {
		value_build_key(t->b, STR("serial"));
		value_build_int(t->b, serial);
	}
	if (h->node.len > 0)
		text_pair(t, STR("node"), h->node);
}

static enum audit_record record_kind(struct str type)
{
	static const struct {
		struct str name;
		enum audit_record kind;
	} kinds[] = { { { "SYSCALL", 7 }, AUDIT_SYSCALL },   { { "EXECVE", 6 }, AUDIT_EXECVE },
		      { { "PATH", 4 }, AUDIT_PATH },         { { "CWD", 3 }, AUDIT_CWD },
		      { { "SOCKADDR", 8 }, AUDIT_SOCKADDR }, { { "PROCTITLE", 9 }, AUDIT_PROCTITLE } };
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_eq(kinds[i].name, type))
			return kinds[i].kind;
	return AUDIT_OTHER;
}

static void put_record(struct audit *a, const struct header *h)
{
	struct text *t = a->t;
	struct str type = text_audit_type(h->type);
	text_pair(t, STR("type"), type);
	a->record = record_kind(type);
	a->executed = a->executed || a->record == AUDIT_EXECVE;
	if (a->record == AUDIT_PATH) {
		if (a->n_paths == AUDIT_PATHS_MAX) {
			t->note->flags |= TEXT_TRUNCATED;
			a->record = AUDIT_OTHER;
		} else {
			a->paths[a->n_paths++] = (struct audit_path){ 0 };
		}
	}
	size_t enriched = text_find(h->rest, 0, ENRICHED);
	put_fields(a, str_cut(h->rest, 0, enriched));
	put_fields(a, text_from(h->rest, enriched + 1));
	if (a->record != AUDIT_SYSCALL || a->call.ptr != NULL)
		return;
	a->call = text_audit_syscall(a->arch, a->number);
	if (a->call.ptr != NULL)
		text_pair(t, STR("SYSCALL"), a->call);
}

fallible text_auditd(struct text *t, struct str record)
{
	struct audit a = { .t = t };
	struct header h;
	for (size_t at = 0; at < record.len;) {
		size_t end = text_find(record, at, '\n');
		struct str line = str_cut(record, at, end);
		if (read_header(line, &h)) {
			if (at == 0)
				put_header(t, &h);
			put_record(&a, &h);
		} else if (at == 0) {
			return text_refuse(t, "not an audit record", 0);
		} else {
			put_fields(&a, line);
		}
		at = end + 1;
	}
	if (record.len == 0)
		return text_refuse(t, "empty audit record", 0);
	flush_argument(&a);
	audit_put_event(&a);
	return ERR_OK;
}
