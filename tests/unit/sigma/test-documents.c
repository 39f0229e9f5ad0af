/* Documents: what refuses a rule and what only warns, collections, duplicates, order. */
#include "base/limits.h"
#include "sigma-test.h"

#define LOGSOURCE "logsource: {product: p}\n"
#define DETECTION "detection:\n  sel: {F: 1}\n  condition: sel\n"

static const struct {
	const char *text, *reason;
} refused[] = {
	{ "title: t\n" DETECTION, "no logsource" },
	{ "title: t\nlogsource: {}\n" DETECTION, "the logsource names nothing" },
	{ "title: t\nlogsource: {definition: x}\n" DETECTION, "the logsource names nothing" },
	{ "title: t\nlogsource: windows\n" DETECTION, "the logsource must be a map" },
	{ "title: t\nlogsource: {product: [a]}\n" DETECTION, "\"product\" must be text" },
	{ "title: t\n" LOGSOURCE, "no detection" },
	{ "title: t\n" LOGSOURCE "detection: {condition: sel}\n", "no selection" },
	{ "title: t\n" LOGSOURCE "detection: {sel: {F: 1}}\n", "no condition" },
	{ "title: t\n" LOGSOURCE "detection: [a]\n", "a map is expected here" },
	{ "title: t\n" LOGSOURCE "detection: {sel: {}, condition: sel}\n", "empty selection" },
	{ "title: t\n" LOGSOURCE "detection: {sel: [], condition: sel}\n", "empty selection" },
	{ "title: t\n" LOGSOURCE "detection: {sel: null, condition: sel}\n", "empty selection" },
	{ "title: t\n" LOGSOURCE "detection: {sel: [{}], condition: sel}\n", "empty selection" },
	{ "title: t\n" LOGSOURCE DETECTION "filter: {}\n", "one of detection, correlation and filter" },
	{ "- a\n- b\n", "a document must be a map" },
	{ "just text\n", "a document must be a map" },
	{ "action: explode\ntitle: t\n", "unknown action" },
	{ "action: repeat\ntitle: t\n", "no document to repeat" },
	{ "title: 'open\n", "" },
};

TEST(meaningless_documents_are_refused_with_the_reason)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		auto_loaded l = { 0 };
		load_one(&l, refused[i].text);
		CHECKF(l.err == ERR_OK && l.set.n == 0 && l.set.n_refused == 1, "%s", refused[i].text);
		CHECKF(strstr(only(&l), refused[i].reason) != NULL, "%s: %s", refused[i].text, only(&l));
		CHECKF(l.diags.errors >= 1 && l.diags.items.at[0].line > 0, "%s", refused[i].text);
	}
}

static const struct {
	const char *text, *message;
} warned[] = {
	{ LOGSOURCE DETECTION, "no title" },
	{ "title: t\nid: abc\n" LOGSOURCE DETECTION, "\"abc\" is not a UUID" },
	{ "title: t\nlevel: hihg\n" LOGSOURCE DETECTION, "did you mean \"high\"?" },
	{ "title: t\nstatus: tset\n" LOGSOURCE DETECTION, "unknown status" },
	{ "title: t\ntags: {a: b}\n" LOGSOURCE DETECTION, "\"tags\" must be a list of texts" },
	{ "title: [t]\n" LOGSOURCE DETECTION, "\"title\" must be text" },
	{ "title: t\nrelated:\n- {id: x, type: cousin}\n" LOGSOURCE DETECTION, "unknown type of relation" },
	{ "title: t\nlogsource: {product: Windows}\n" DETECTION, "is taken as \"windows\"" },
	{ "title: t\n" LOGSOURCE "detection:\n  sel: {F: 1}\n  timeframe: 5m\n  condition: sel\n", "timeframe" },
};

TEST(odd_metadata_only_warns)
{
	for (size_t i = 0; i < sizeof(warned) / sizeof(warned[0]); i++) {
		auto_loaded l = { 0 };
		load_one(&l, warned[i].text);
		CHECKF(l.set.n == 1 && l.diags.errors == 0 && l.diags.warnings >= 1, "%s", warned[i].text);
		CHECKF(told(&l, warned[i].message), "%s", warned[i].text);
	}
}

TEST(attributes_are_read)
{
	auto_loaded l = { 0 };
	load_one(&l,
	         "title: T\nid: 545a5da6-f103-4919-a519-e9aec1026ee4\nname: n\nstatus: test\nlevel: High\nauthor: A\n"
	         "date: 2020-01-02\ntags: [attack.t1, x.y]\nreferences: r\nfields: [a]\ncustom: {x: 1}\n"
	         "related:\n- {id: i, type: derived}\nlogsource: {category: c, service: s, definition: Turn "
	         "on}\n" DETECTION);
	CHECK(l.set.n == 1 && l.diags.items.n == 0);
	const struct sigma_rule *r = l.set.rules[0];
	CHECK(str_is(r->title, "T") && str_is(r->name, "n") && r->level == SIGMA_HIGH && str_is(r->date, "2020-01-02"));
	CHECK(r->tags.n == 2 && str_is(r->tags.at[1], "x.y") && r->references.n == 1 && r->n_related == 1);
	CHECK(str_is(r->logsource.category, "c") && r->logsource.product.len == 0 && str_is(r->logsource.service, "s"));
	CHECK(str_is(r->logsource.definition, "Turn on") && r->line == 1);
	int64_t n = 0;
	CHECK(value_int(value_path(r->document, STR("custom.x")), &n) && n == 1);
	enum sigma_level level;
	CHECK(sigma_level_parse(STR("nope"), &level) != ERR_OK);
	CHECK(strcmp(sigma_level_name(SIGMA_LEVEL_NONE), "informational") == 0);
}

TEST(one_bad_document_does_not_take_the_others)
{
	auto_loaded l = { 0 };
	load_one(&l, "title: a\n" LOGSOURCE DETECTION "---\ntitle: b\n" LOGSOURCE "---\ntitle: c\n" LOGSOURCE DETECTION
	             "---\n---\ntitle: 'd\n");
	CHECK(l.set.n == 2 && l.set.n_refused == 2);
	CHECK(str_is(l.set.rules[1]->title, "c") && l.set.rules[1]->line == 10);
	CHECK(str_is(l.set.refused[0].title, "b") && l.set.refused[0].line == 7);
}

TEST(global_merges_into_what_follows)
{
	auto_loaded l = { 0 };
	load_one(&l,
	         "action: global\ntitle: g\nlevel: low\nlogsource: {product: p}\ndetection: {condition: 1 of sel*}\n"
	         "---\nlogsource: {service: s1}\ndetection: {sel1: {F: 1}}\n"
	         "---\ntitle: own\nlogsource: {service: s2}\ndetection: {sel1: {F: 2}, sel2: {F: 3}}\n"
	         "---\naction: reset\n"
	         "---\ntitle: last\n" LOGSOURCE DETECTION);
	CHECKF(l.set.n == 3 && l.set.n_refused == 0, "%zu", l.set.n);
	CHECK(str_is(l.set.rules[0]->title, "g") && str_is(l.set.rules[1]->title, "own"));
	CHECK(str_is(l.set.rules[0]->logsource.product, "p") && str_is(l.set.rules[0]->logsource.service, "s1"));
	CHECK(strcmp(shown(&l, l.set.rules[1]->condition), "or(F~2 F~3)") == 0);
	CHECK(l.set.rules[1]->level == SIGMA_LOW && l.set.rules[2]->level == SIGMA_LEVEL_NONE);
}

TEST(repeat_changes_the_document_before)
{
	auto_loaded l = { 0 };
	load_one(&l, "title: a\n" LOGSOURCE DETECTION "---\naction: repeat\nlogsource: {service: s}\n"
	             "---\naction: repeat\ndetection: {sel: {F: 7}}\n");
	CHECK(l.set.n == 3);
	CHECK(str_is(l.set.rules[1]->logsource.service, "s") && str_is(l.set.rules[1]->logsource.product, "p"));
	CHECK(str_is(l.set.rules[2]->logsource.service, "s"));
	CHECK(strcmp(shown(&l, l.set.rules[2]->condition), "F~7") == 0);
}

TEST(a_global_id_is_no_duplicate_in_its_file)
{
	auto_loaded l = { 0 };
	load_add(&l, "a.yml",
	         "action: global\nid: 545a5da6-f103-4919-a519-e9aec1026ee4\ntitle: g\n---\n" LOGSOURCE DETECTION
	         "---\n" LOGSOURCE DETECTION);
	load_add(&l, "b.yml", "id: 545a5da6-f103-4919-a519-e9aec1026ee4\ntitle: other\n" LOGSOURCE DETECTION);
	load_link(&l, NULL);
	CHECK(l.set.n == 2 && l.set.n_refused == 1 && str_is(l.set.refused[0].title, "other"));
}

TEST(the_first_of_duplicate_ids_and_names_stays)
{
	static const struct {
		const char *key, *other;
		size_t n;
	} cases[] = { { "id: 545a5da6-f103-4919-a519-e9aec1026ee4", "id: 545A5DA6-f103-4919-a519-e9aec1026ee4", 1 },
		      { "name: x", "name: x", 1 },
		      { "id: 545a5da6-f103-4919-a519-e9aec1026ee4",
		        "taxonomy: ecs\nid: 545a5da6-f103-4919-a519-e9aec1026ee4", 2 },
		      { "name: x", "name: y", 2 } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_loaded l = { 0 };
		/* b is read first; a stays. */
		load_add(&l, "b.yml", arena_printf(&l.arena, "title: b\n%s\n" LOGSOURCE DETECTION, cases[i].other).ptr);
		load_add(&l, "a.yml", arena_printf(&l.arena, "title: a\n%s\n" LOGSOURCE DETECTION, cases[i].key).ptr);
		load_link(&l, NULL);
		CHECKF(l.set.n == cases[i].n, "case %zu: %zu", i, l.set.n);
		CHECK(str_is(l.set.rules[0]->title, "a"));
		CHECKF(l.set.n == 2 || told(&l, "is taken by a.yml:1"), "case %zu", i);
	}
}

TEST(the_order_of_files_changes_nothing)
{
	auto_loaded l = { 0 };
	load_add(&l, "c.yml", "title: c1\n" LOGSOURCE DETECTION "---\ntitle: c2\n" LOGSOURCE DETECTION);
	load_add(&l, "a.yml", "title: a1\n" LOGSOURCE DETECTION);
	load_add(&l, "b.yml",
	         "title: b1\ncorrelation: {type: event_count, rules: x, timespan: 1m, condition: {gt: 1}}\n");
	load_add(&l, "bb.yml", "title: bb1\nname: x\n" LOGSOURCE DETECTION);
	load_link(&l, NULL);
	static const char *const want[] = { "a1", "bb1", "c1", "c2", "b1" };
	CHECK(l.set.n == 5);
	for (size_t i = 0; i < 5; i++)
		CHECKF(str_eq(l.set.rules[i]->title, str_of(want[i])) && l.set.rules[i]->index == i, "%zu", i);
}

TEST(placeholders_take_their_values_from_the_options)
{
	static const struct {
		const char *selection, *values, *want;
	} cases[] = {
		{ "    F|expand: '%a%'", "a: x", "F~x" },
		{ "    F|expand: '%a%'", "a: [x, 'y*', 3]", "F~x~y*~3" },
		{ "    F|contains|expand: '%a%'", "a: [x, y]", "F~*x*~*y*" },
		{ "    F|expand|contains: 'C:\\%a%\\z'", "a: [x, y]", "F~*C:\\x\\z*~*C:\\y\\z*" },
		{ "    F|expand: '%a%-%b%'", "a: [1, 2]\nb: [x, y]", "F~1-x~2-x~1-y~2-y" },
		{ "    F|all|expand: ['%a%', z]", "a: [x, y]", "and(F~x~y F~z)" },
		{ "    F|expand|neq: '%a%'", "a: x", "not(F~x)" },
		{ "    F|re|expand: '^%a%$'", "a: 'x.y*'", "F~re/^x\\.y(?s:.*)$/" },
		{ "    F|expand: [1, '%a%', null]", "a: x", "F~1~x~null" },
		{ "    F|expand: '100%'", "a: x", "F~100%" },
		{ "    F: '%a%'", "a: x", "F~%a%" },
		{ "    '|expand': '%a%'", "a: [x, y]", "#~x~y" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_loaded l = { 0 };
		struct str text = arena_printf(
		    &l.arena, "title: t\n" LOGSOURCE "detection:\n  sel:\n%s\n  condition: sel\n", cases[i].selection);
		load_add(&l, "a.yml", text.ptr);
		struct sigma_options o = { .placeholders = yaml_of(&l, cases[i].values) };
		load_link(&l, &o);
		CHECKF(strcmp(only(&l), cases[i].want) == 0, "%s: %s", cases[i].selection, only(&l));
	}
}

TEST(a_flood_of_placeholder_values_is_refused)
{
	auto_loaded l = { 0 };
	auto_buf b = { 0 };
	buf_lit(&b, "a: [x");
	for (int i = 0; i < 200; i++)
		buf_lit(&b, ", y");
	buf_lit(&b, "]");
	buf_char(&b, 0);
	load_add(&l, "a.yml", "title: t\n" LOGSOURCE "detection: {sel: {F|expand: '%a%%a%%a%'}, condition: sel}\n");
	struct sigma_options o = { .placeholders = yaml_of(&l, b.ptr) };
	load_link(&l, &o);
	CHECK(strstr(only(&l), "placeholders make more than 20000 values") != NULL);
}

TEST(rules_past_the_limit_are_refused)
{
	auto_loaded l = { 0 };
	load_add(&l, "a.yml", "title: a\n" LOGSOURCE DETECTION);
	load_add(&l, "z.yml", "title: z\n" LOGSOURCE DETECTION);
	CHECK(l.err == ERR_OK && l.docs[0].rules.n == 1);
	/* The same document, as often as there may be rules. */
	struct sigma_rule *one = l.docs[0].rules.at[0];
	while (l.docs[0].rules.n < LIMIT_RULES)
		CHECK(vec_push(&l.docs[0].rules, &l.arena, one) == ERR_OK);
	load_link(&l, NULL);
	CHECK(l.set.n == LIMIT_RULES && l.set.n_refused == 1 && str_is(l.set.refused[0].title, "z"));
	CHECK(told(&l, "more than 200000 rules"));
}
