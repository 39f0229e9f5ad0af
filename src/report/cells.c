/* Facts to short words; see cells.h. */
#include "report/cells.h"

#include "base/utf8.h"

static bool is_text(struct str s)
{
	return s.ptr != NULL && s.len > 0;
}

/* What follows the last `c`, or s. */
static struct str after_last(struct str s, char c)
{
	for (size_t i = s.len; i > 0; i--)
		if (s.ptr[i - 1] == c)
			return i < s.len ? str_cut(s, i, s.len) : s;
	return s;
}

/* "Pod/shell" of k8s://prod/default/Pod/shell. */
static struct str last_two(struct str s)
{
	struct str last = after_last(s, '/');
	size_t before = s.len - last.len;
	struct str head = str_cut(s, 0, before > 0 ? before - 1 : 0), kind = after_last(head, '/');
	return kind.len > 0 ? str_cut(s, head.len - kind.len, s.len) : last;
}

struct str cells_short_id(struct str id)
{
	static const char *const kinds[] = { "user/", "assumed-role/", "role/", "federated-user/", "group/" };
	if (!str_starts(id, STR("arn:")))
		return memmem(id.ptr, id.len, "://", 3) != NULL ? last_two(id)
		       : id.len > 0 && id.ptr[0] == '/'         ? after_last(id, '/')
		                                                : id;
	size_t colons = 0;
	for (size_t i = 0; i < id.len; i++) {
		if (id.ptr[i] != ':' || ++colons < 5)
			continue;
		struct str rest = str_cut(id, i + 1, id.len);
		for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
			if (str_starts(rest, str_of(kinds[k])))
				return str_cut(rest, strlen(kinds[k]), rest.len);
		return rest;
	}
	return id;
}

void cells_who(struct buf *out, const struct detection *d)
{
	const struct event_actor *a = &d->facts->actor;
	bool assumed = str_starts(a->id, STR("arn:aws:sts::"));
	if (is_text(a->name) && !assumed)
		buf_str(out, a->name);
	else if (is_text(a->id))
		buf_str(out, cells_short_id(a->id));
	else if (is_text(a->name))
		buf_str(out, a->name);
	else if (is_text(a->session))
		buf_str(out, a->session);
	else if (is_text(a->access_key))
		buf_str(out, a->access_key);
	else if (is_text(a->account))
		buf_str(out, a->account);
	else if (is_text(a->type))
		buf_str(out, a->type);
}

static const struct match_reason *find_command(const struct detection *d)
{
	static const char *const fields[] = { "CommandLine", "process.command_line", "proctitle", "cmdline",
		                              "ScriptBlockText" };
	for (size_t f = 0; f < ARRAY_LEN(fields); f++)
		for (size_t i = 0; i < d->n_reasons; i++)
			if (is_text(d->reasons[i].value) && ascii_eq_nocase(d->reasons[i].field, str_of(fields[f])))
				return &d->reasons[i];
	return NULL;
}

/* "iam" of iam.amazonaws.com. */
static struct str short_service(struct str s)
{
	static const char *const ends[] = { ".amazonaws.com", ".googleapis.com" };
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_ends(s, str_of(ends[i])))
			return str_cut(s, 0, s.len - strlen(ends[i]));
	return s;
}

void cells_what(struct buf *out, const struct detection *d)
{
	const struct event_facts *f = d->facts;
	const struct match_reason *command = find_command(d);
	if (command != NULL) {
		buf_str(out, command->value);
		return;
	}
	if (is_text(f->action_name)) {
		if (is_text(f->action_service)) {
			buf_str(out, short_service(f->action_service));
			buf_char(out, ':');
		}
		buf_str(out, f->action_name);
		if (f->n_resources > 0 && is_text(f->resources[0].id)) {
			buf_char(out, ' ');
			buf_str(out, cells_short_id(f->resources[0].id));
		}
		return;
	}
	for (size_t i = 0; i < d->n_reasons; i++) {
		if (!is_text(d->reasons[i].value))
			continue;
		buf_str(out, d->reasons[i].value);
		return;
	}
	buf_str(out,
	        is_text(d->event->logsource.category) ? d->event->logsource.category : d->event->logsource.service);
}

void cells_where(struct buf *out, const struct detection *d)
{
	const struct event_facts *f = d->facts;
	size_t start = out->len;
	struct str parts[] = { f->origin_ip, is_text(f->scope_host) ? f->scope_host : f->scope_cluster };
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (!is_text(parts[i]))
			continue;
		if (out->len > start)
			buf_char(out, ' ');
		buf_str(out, parts[i]);
	}
	if (!is_text(f->scope_account) && !is_text(f->scope_region))
		return;
	if (out->len > start)
		buf_char(out, ' ');
	buf_str(out, f->scope_account);
	if (is_text(f->scope_account) && is_text(f->scope_region))
		buf_char(out, '/');
	buf_str(out, f->scope_region);
}

void cells_outcome(struct buf *out, const struct detection *d)
{
	if (is_text(d->facts->error))
		buf_str(out, d->facts->error);
	else if (d->facts->outcome == OUTCOME_FAILURE)
		buf_lit(out, "failed");
}

static void write_why(struct buf *out, const struct match_reason *r)
{
	if (r->field.ptr == NULL) {
		buf_lit(out, "text contains ");
		buf_str(out, r->pattern);
		return;
	}
	buf_str(out, r->field);
	if (r->value.ptr == NULL && !str_starts(r->modifier, STR("exists"))) {
		buf_lit(out, " is absent");
		return;
	}
	if (!is_text(r->modifier)) {
		buf_lit(out, " = ");
		buf_str(out, is_text(r->value) && !r->truncated ? r->value : r->pattern);
		return;
	}
	buf_char(out, ' ');
	for (size_t i = 0; i < r->modifier.len; i++)
		buf_char(out, r->modifier.ptr[i] == '|' ? ' ' : r->modifier.ptr[i]);
	buf_char(out, ' ');
	buf_str(out, r->pattern);
}

void cells_why(struct buf *out, const struct detection *d)
{
	for (size_t i = 0; i < d->n_reasons; i++) {
		if (i > 0)
			buf_lit(out, ", ");
		write_why(out, &d->reasons[i]);
	}
}
