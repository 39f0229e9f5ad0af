/*
 * Every file of content/mappings/cases: a line is {"record": JSON or "text": TEXT with "format", "expect": EXPECTATION
 * or [EXPECTATION, ...]}. An expectation names what must come out; null means absent. "fields" are looked up as rules
 * do.
 */
#include "kit.h"
#include "model/view.h"
#include "json/json.h"

struct found {
	const struct event *event;
	const struct event_facts *facts;
};

static struct str first_at(struct value v, const struct view_path *p, uint32_t step, char *scratch)
{
	struct str s = { 0 };
	if (value_kind(v) == VALUE_LIST) {
		struct value_iter it = value_iter(v);
		while (s.ptr == NULL && value_next(&it))
			s = first_at(it.val, p, step, scratch);
		return s;
	}
	if (step < p->n)
		return first_at(value_get(v, p->keys[step]), p, step + 1, scratch);
	if (v.at == 0 || value_text(v, scratch, &s))
		return s;
	return STR("(map)");
}

static struct str field_of(const struct event *e, struct str field, struct arena *arena, char *scratch)
{
	struct view_path *paths;
	uint32_t n;
	struct str s = { 0 };
	if (view_candidates(e->view, field, arena, &paths, &n) != ERR_OK)
		return s;
	for (uint32_t i = 0; i < n && s.ptr == NULL; i++)
		s = first_at(e->record, &paths[i], 0, scratch);
	return s;
}

static bool fact_of(struct found f, struct str name, struct str *ret, char *time_text)
{
	const struct event_facts *x = f.facts;
	const struct logsource *ls = &f.event->logsource;
	const struct {
		const char *name;
		struct str val;
	} facts[] = {
		{ "product", ls->product },
		{ "service", ls->service },
		{ "category", ls->category },
		{ "more", ls->more[0] },
		{ "id", x->id },
		{ "actor.id", x->actor.id },
		{ "actor.type", x->actor.type },
		{ "actor.name", x->actor.name },
		{ "actor.account", x->actor.account },
		{ "actor.issuer", x->actor.issuer },
		{ "actor.session", x->actor.session },
		{ "actor.access_key", x->actor.access_key },
		{ "action.service", x->action_service },
		{ "action.name", x->action_name },
		{ "origin.ip", x->origin_ip },
		{ "origin.user_agent", x->origin_user_agent },
		{ "error", x->error },
		{ "scope.account", x->scope_account },
		{ "scope.region", x->scope_region },
		{ "scope.cluster", x->scope_cluster },
		{ "scope.host", x->scope_host },
		{ "resource", x->resources[0].id },
		{ "resource.type", x->resources[0].type },
		{ "resource.account", x->resources[0].account },
		{ "resource.region", x->resources[0].region },
		{ "resource.2", x->resources[1].id },
		{ "outcome", str_of(event_outcome_name(x->outcome)) },
		{ "time", { time_text, x->time_ns == TIME_NONE ? 0 : time_format(x->time_ns, time_text) } },
	};
	for (size_t i = 0; i < ARRAY_LEN(facts); i++)
		if (str_eq(str_of(facts[i].name), name)) {
			*ret = facts[i].val;
			return true;
		}
	return false;
}

/* An empty problem is agreement. */
static void compare(struct kit *k, struct found f, struct value expect, struct buf *problem)
{
	struct value_iter it = value_iter(expect);
	while (value_next(&it)) {
		char scratch[VALUE_TEXT_MAX], want_scratch[VALUE_TEXT_MAX], time_text[TIME_TEXT_MAX];
		struct str got_text = { 0 }, want = { 0 };
		if (value_kind(it.val) == VALUE_MAP) { /* fields */
			struct value_iter field = value_iter(it.val);
			while (value_next(&field)) {
				got_text = field_of(f.event, field.key, &k->arena, scratch);
				if (!value_text(field.val, want_scratch, &want) || !str_eq(got_text, want))
					buf_printf(problem, " field %.*s is \"%.*s\"", STR_FMT(field.key),
					           STR_FMT(got_text));
			}
			continue;
		}
		if (str_is(it.key, "decoder"))
			got_text = decode_set_name(k->set, f.event->decoder);
		else if (!fact_of(f, it.key, &got_text, time_text))
			buf_printf(problem, " no fact %.*s", STR_FMT(it.key));
		if (value_kind(it.val) != VALUE_NULL && !value_text(it.val, want_scratch, &want))
			buf_printf(problem, " odd expectation %.*s", STR_FMT(it.key));
		if (!str_eq(got_text, want))
			buf_printf(problem, " %.*s is \"%.*s\"", STR_FMT(it.key), STR_FMT(got_text));
	}
}

static enum err check_case(struct kit *k, struct value c, struct buf *problem)
{
	auto_buf record = { 0 };
	struct value expect = value_get(c, STR("expect")), format = value_get(c, STR("format"));
	k->input.format = FORMAT_NDJSON;
	k->input.header = value_str_or_empty(value_get(c, STR("header")));
	k->input.csv_separator = k->input.header.len > 0 ? ',' : 0;
	if (format.at != 0)
		TRY(source_format_parse(value_str_or_empty(format), &k->input.format));
	if (value_get(c, STR("text")).at != 0)
		buf_str(&record, value_str_or_empty(value_get(c, STR("text"))));
	else
		json_write_value(&record, value_get(c, STR("record")));
	TRY(kit_record(k, buf_view(&record)));
	size_t n = value_kind(expect) == VALUE_LIST ? value_count(expect) : 1, seen = 0;
	struct value_iter it = value_iter(expect);
	struct event e;
	while (decoder_next(k->decoder, &e)) {
		struct event_facts facts;
		struct value want = expect;
		if (value_kind(expect) == VALUE_LIST)
			want = value_next(&it) ? it.val : VALUE_NONE;
		TRY(decode_event_facts(k->decoder, &e, &k->arena, &facts));
		compare(k, (struct found){ &e, &facts }, want, problem);
		seen++;
	}
	TRY(decoder_error(k->decoder));
	if (seen != n)
		buf_printf(problem, " %zu events instead of %zu", seen, n);
	return ERR_OK;
}

static void check_file(struct kit *k, const char *path, const char *name, size_t *n)
{
	auto_free char *text = NULL;
	struct json_reader *reader = NULL;
	auto_buf problem = { 0 };
	size_t len = 0, line = 0;
	CHECK(sys_read_file(path, 1 << 22, &text, &len) == ERR_OK);
	CHECK(json_reader_new(1 << 20, &reader) == ERR_OK);
	for (size_t at = 0; at < len && test_why == NULL;) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n_line = end != NULL ? (size_t)(end - text) - at : len - at;
		struct value_doc doc;
		struct json_note note = { 0 };
		line++;
		if (n_line > 0 &&
		    (json_read(reader, (struct str){ text + at, n_line }, &doc, &note) != ERR_OK || note.tolerant))
			test_fail(name, "line %zu is no JSON", line);
		else if (n_line > 0) {
			buf_reset(&problem);
			enum err e = check_case(k, value_root(&doc), &problem);
			if (e != ERR_OK || problem.len > 0)
				test_fail(name, "line %zu: %s%.*s", line, e != ERR_OK ? err_text(e) : "",
				          STR_FMT(buf_view(&problem)));
			++*n;
		}
		at += n_line + 1;
	}
	json_reader_free(&reader);
}

TEST(every_case_beside_the_mappings_gives_what_it_expects)
{
	auto_kit k;
	CHECK(kit_open(&k, NULL, NULL));
	char **names = NULL, folder[1024], path[2048];
	size_t n = 0, cases = 0;
	snprintf(folder, sizeof(folder), "%s/content/mappings/cases", test_root());
	CHECK(sys_list_dir(folder, 1000, &names, &n) == ERR_OK);
	for (size_t i = 0; i < n && test_why == NULL; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		check_file(&k, path, names[i], &cases);
	}
	sys_free(names);
	if (test_why == NULL)
		CHECKF(cases >= 60, "only %zu cases", cases);
}

/* A source without a case is not tested. */
TEST(every_mapping_has_a_case)
{
	auto_kit k;
	auto_buf all = { 0 };
	CHECK(kit_open(&k, NULL, NULL));
	char **names = NULL, folder[1024], path[2048];
	size_t n = 0;
	snprintf(folder, sizeof(folder), "%s/content/mappings/cases", test_root());
	CHECK(sys_list_dir(folder, 1000, &names, &n) == ERR_OK);
	for (size_t i = 0; i < n; i++) {
		char *text = NULL;
		size_t len = 0;
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		if (sys_read_file(path, 1 << 22, &text, &len) == ERR_OK)
			buf_add(&all, text, len);
		sys_free(text);
	}
	sys_free(names);
	for (uint32_t i = 0; i < decode_set_count(k.set); i++) {
		struct str name = decode_set_name(k.set, i);
		struct str want = arena_printf(&k.arena, "\"decoder\":\"%.*s\"", STR_FMT(name));
		struct str envelope = arena_printf(&k.arena, "\"through\":\"%.*s\"", STR_FMT(name));
		CHECKF(memmem(all.ptr, all.len, want.ptr, want.len) != NULL ||
		           memmem(all.ptr, all.len, envelope.ptr, envelope.len) != NULL,
		       "%.*s", STR_FMT(name));
	}
}
