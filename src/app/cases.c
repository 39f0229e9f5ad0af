/*
 * `merlon rules test`: NAME.cases.yml beside NAME.yml holds events with the verdict they should get. A case is a map:
 *
 *	- name: root signs in without a second factor
 *	  match: true			which rules of the file should match: true (at least one), false (none), or
 *their titles or ids as a list event: { ... }		the record as a map, or as text together with format: auditd how
 *text is read (default: ndjson)
 */
#include "app/session.h"
#include "base/limits.h"
#include "base/sys.h"
#include "base/utf8.h"
#include "lang/yaml/yaml.h"
#include "json/json.h"

struct tester {
	struct session s;
	struct buf out;
	struct diag_list *diags;
	size_t passed, failed, files, without;
	bool json;
};

/* What the rules of one file did with one case. */
struct verdict {
	uint32_t rules[64];
	size_t n;
	const char *unread;
};

static fallible note_matches(struct tester *t, struct str rule_path, const struct detect_matches *m, struct verdict *v)
{
	for (size_t i = 0; i < m->n && v->n < ARRAY_LEN(v->rules); i++)
		if (str_eq(detect_rule_info(t->s.program, m->rules[i])->path, rule_path))
			v->rules[v->n++] = m->rules[i];
	return ERR_OK;
}

static fallible run_event(struct tester *t, struct value c, struct str rule_path, struct str case_path,
                          struct verdict *ret)
{
	auto_buf text = { .max = LIMIT_RECORD_BYTES };
	struct value event = value_get(c, STR("event"));
	enum source_format format = FORMAT_NDJSON;
	struct event e;

	*ret = (struct verdict){ 0 };
	struct str word = value_str_or_empty(value_get(c, STR("format")));
	if (word.len > 0)
		TRY(source_format_parse(word, &format));
	if (value_kind(event) == VALUE_STRING)
		buf_str(&text, value_str_or_empty(event));
	else
		json_write_value(&text, event);
	while (text.len > 0 && text.ptr[text.len - 1] == '\n')
		text.len--;
	TRY(buf_err(&text));
	enum err err = session_record(&t->s, format, case_path, buf_view(&text), &ret->unread);
	if (err == ERR_PARSE)
		return ERR_OK;
	TRY(err);
	while (decoder_next(t->s.decoder, &e)) {
		struct detect_matches m;
		TRY(session_match(&t->s, &e, &m));
		TRY(note_matches(t, rule_path, &m, ret));
	}
	return decoder_error(t->s.decoder);
}

static bool named(const struct tester *t, const struct verdict *v, struct str name)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct detection_rule *r = detect_rule_info(t->s.program, v->rules[i]);
		if (ascii_eq_nocase(r->id, name) || ascii_eq_nocase(r->title, name))
			return true;
	}
	return false;
}

static bool as_wanted(const struct tester *t, struct value match, const struct verdict *v)
{
	bool yes;
	size_t n = 0;
	if (v->unread != NULL)
		return false;
	if (value_bool(match, &yes))
		return yes == (v->n > 0);
	struct value_iter it = value_iter(match);
	for (; value_next(&it); n++)
		if (!named(t, v, value_str_or_empty(it.val)))
			return false;
	return n == v->n;
}

static void report_case(struct tester *t, struct str path, struct value c, struct value match, const struct verdict *v,
                        bool ok)
{
	struct buf *b = &t->out;
	struct str name = value_str_or_empty(value_get(c, STR("name")));
	if (t->json) {
		buf_lit(b, "{\"kind\":\"case\",\"schema\":1,\"file\":");
		json_write_str(b, path);
		buf_printf(b, ",\"line\":%u,\"name\":", value_where(c).line);
		json_write_str(b, name);
		buf_printf(b, ",\"passed\":%s}\n", ok ? "true" : "false");
	} else if (!ok) {
		buf_printf(b, "%.*s:%u: ", STR_FMT(path), value_where(c).line);
		json_write_str(b, name);
		if (v->unread != NULL)
			buf_printf(b, ": the event cannot be read: %s\n", v->unread);
		else
			buf_printf(b, ": %zu of the file's rules matched, which is not what `match` says\n", v->n);
	}
	(void)match;
}

static fallible run_case(struct tester *t, struct str path, struct str rule_path, struct value c)
{
	struct verdict v;
	struct value match = value_get(c, STR("match"));
	enum value_kind kind = value_kind(match);
	bool usable = value_kind(c) == VALUE_MAP && (kind == VALUE_BOOL || kind == VALUE_LIST) &&
	              value_kind(value_get(c, STR("event"))) != VALUE_ABSENT;
	if (!usable) {
		struct value_span at = value_where(c);
		diag_add(
		    t->diags,
		    &(struct diag){ .severity = DIAG_ERROR,
		                    .code = "case",
		                    .file = path,
		                    .line = at.line,
		                    .column = at.column,
		                    .text = STR("a case needs `match` (true, false or a list of rules) and `event`") });
		t->failed++;
		return ERR_OK;
	}
	enum err e = run_event(t, c, rule_path, path, &v);
	if (e == ERR_MEMORY)
		return e;
	bool ok = e == ERR_OK && as_wanted(t, match, &v);
	t->passed += ok;
	t->failed += !ok;
	report_case(t, path, c, match, &v, ok);
	return ERR_OK;
}

static fallible run_file(struct tester *t, struct str path, struct str rule_path, struct str text)
{
	struct yaml_docs docs;
	t->files++;
	if (yaml_read(&t->s.arena, path, text, &docs, t->diags) != ERR_OK) {
		t->failed++;
		return ERR_OK;
	}
	for (size_t d = 0; d < docs.n; d++) {
		struct value_iter it = value_iter(docs.at[d]);
		while (value_next(&it))
			TRY(run_case(t, path, rule_path, it.val));
	}
	return ERR_OK;
}

/* The cases beside one rule file, if there are any. */
static fallible test_rule_file(struct tester *t, struct str rule_path)
{
	struct stat st;
	size_t stem = rule_path.len - (str_ends(rule_path, STR(".yaml"))  ? 5
	                               : str_ends(rule_path, STR(".yml")) ? 4
	                                                                  : 0);
	struct str path = arena_printf(&t->s.arena, "%.*s.cases.yml", (int)stem, rule_path.ptr);
	struct str name, text;
	TRY(got(path.ptr));
	if (sys_stat(path.ptr, &st) != ERR_OK) {
		t->without++;
		return ERR_OK;
	}
	enum err e = read_named(&t->s.arena, path, &name, &text, t->diags);
	if (e == ERR_OK)
		return run_file(t, name, rule_path, text);
	t->failed++;
	return e == ERR_MEMORY ? e : ERR_OK;
}

static fallible test_all(struct tester *t, const struct app_rules_options *o)
{
	TRY(session_open(&t->s, o, o->operands.n > 0 ? o->operands : o->rules, (struct option_list){ 0 }, t->diags));
	for (size_t i = 0; i < t->s.ruleset->n_files; i++)
		TRY(test_rule_file(t, t->s.ruleset->paths[i]));
	t->failed += t->s.ruleset->set.n_refused;
	if (!t->json) {
		if (t->without > 0)
			buf_printf(&t->out, "%zu rule files have no cases beside them\n", t->without);
		buf_printf(&t->out, "%zu passed, %zu failed\n", t->passed, t->failed);
	}
	return session_print(&t->out);
}

fallible app_rules_test(const struct app_rules_options *o, const struct log *log, struct diag_list *diags,
                        int *ret_exit)
{
	struct tester t = { .diags = diags, .json = str_is(o->format, "json") };
	(void)log;
	enum err e = test_all(&t, o);
	*ret_exit = t.failed > 0 ? 1 : 0;
	buf_free(&t.out);
	session_close(&t.s);
	return e;
}
