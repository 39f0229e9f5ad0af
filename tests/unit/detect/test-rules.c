/* Which rules take part, which log sources they admit, and what they cost. */
#include "test.h"

#include "base/limits.h"
#include "engine/detect/program.h"
#include "support/engine.h"

static const char rules[] =
    "title: Alpha One\nid: 00000000-0000-4000-8000-000000000001\nname: alpha_one\nlevel: critical\n"
    "tags: [attack.t1059, attack.execution]\nlogsource: {product: test}\ndetection: {s: {a: foo}, condition: s}\n"
    "---\ntitle: Alpha Two\nid: 00000000-0000-4000-8000-000000000002\nlevel: medium\ntags: [attack.t1078]\n"
    "logsource: {product: test}\ndetection: {s: {a: foo}, condition: s}\n"
    "---\ntitle: Beta\nlogsource: {product: test}\ndetection: {s: {a: foo}, condition: s}\n";

static const struct {
	const char *tag, *rule, *exclude;
	enum sigma_level level;
	const char *active; /* of the three rules */
} rows[] = {
	{ NULL, NULL, NULL, SIGMA_LEVEL_NONE, "yyy" },
	{ NULL, NULL, NULL, SIGMA_INFORMATIONAL, "yyy" },
	{ NULL, NULL, NULL, SIGMA_LOW, "yy-" },
	{ NULL, NULL, NULL, SIGMA_MEDIUM, "yy-" },
	{ NULL, NULL, NULL, SIGMA_HIGH, "y--" },
	{ NULL, NULL, NULL, SIGMA_CRITICAL, "y--" },
	{ "attack.t1059", NULL, NULL, SIGMA_LEVEL_NONE, "y--" },
	{ "ATTACK.T1059", NULL, NULL, SIGMA_LEVEL_NONE, "y--" },
	{ "attack.t1*", NULL, NULL, SIGMA_LEVEL_NONE, "yy-" },
	{ "attack.t10?9", NULL, NULL, SIGMA_LEVEL_NONE, "y--" },
	{ "attack.t105", NULL, NULL, SIGMA_LEVEL_NONE, "---" },
	{ NULL, "00000000-0000-4000-8000-000000000002", NULL, SIGMA_LEVEL_NONE, "-y-" },
	{ NULL, "alpha one", NULL, SIGMA_LEVEL_NONE, "y--" },
	{ NULL, "alpha_one", NULL, SIGMA_LEVEL_NONE, "y--" },
	{ NULL, "alpha*", NULL, SIGMA_LEVEL_NONE, "yy-" },
	{ NULL, "*a", NULL, SIGMA_LEVEL_NONE, "--y" },
	{ NULL, "*l*h*o*", NULL, SIGMA_LEVEL_NONE, "yy-" },
	{ NULL, "alpha", NULL, SIGMA_LEVEL_NONE, "---" },
	{ NULL, "", NULL, SIGMA_LEVEL_NONE, "---" },
	{ NULL, NULL, "beta", SIGMA_LEVEL_NONE, "yy-" },
	{ NULL, NULL, "*", SIGMA_LEVEL_NONE, "---" },
	{ NULL, "alpha*", "*two", SIGMA_LEVEL_NONE, "y--" },
	{ "attack.t1*", "*", "nothing", SIGMA_HIGH, "y--" },
};

static struct str text_or_none(const char *text)
{
	return text != NULL ? str_of(text) : (struct str){ NULL, 0 };
}

TEST(level_tags_names_and_exclusions_choose_rules)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		auto_engine e = { 0 };
		struct str tag = text_or_none(rows[i].tag), rule = text_or_none(rows[i].rule),
		           exclude = text_or_none(rows[i].exclude);
		struct detect_options o = { .level_min = rows[i].level,
			                    .tags = &tag,
			                    .n_tags = tag.ptr != NULL,
			                    .rules = &rule,
			                    .n_rules = rule.ptr != NULL,
			                    .excludes = &exclude,
			                    .n_excludes = exclude.ptr != NULL };
		struct detect_matches m;
		size_t active = 0;
		CHECK(engine_open(&e, rules, &o) == ERR_OK && e.set.n == 3);
		CHECK(engine_match(&e, "{\"a\":\"foo\"}", &m) == ERR_OK);
		for (uint32_t k = 0; k < 3; k++) {
			bool yes = rows[i].active[k] == 'y';
			CHECKF(detect_rule_active(e.program, k) == yes, "row %zu, rule %u", i, k);
			CHECKF(!yes || (active < m.n && m.rules[active] == k), "row %zu, match %u", i, k);
			active += yes;
		}
		CHECKF(detect_active_count(e.program) == active && m.n == active, "row %zu", i);
	}
}

TEST(what_is_known_of_a_rule)
{
	auto_engine e = { 0 };
	struct detect_options o = { 0 };
	CHECK(engine_open(&e, rules, &o) == ERR_OK);
	const struct detection_rule *r = detect_rule_info(e.program, 0), *plain = detect_rule_info(e.program, 2);
	CHECK(str_is(r->title, "Alpha One") && str_is(r->level, "critical") && r->level_rank == 5 && r->n_tags == 2 &&
	      r->index == 0);
	CHECK(str_is(r->id, "00000000-0000-4000-8000-000000000001") && str_is(r->path, "rules.yml"));
	CHECK(str_is(plain->level, "informational") && plain->level_rank == 1 && plain->id.len == 0 &&
	      plain->index == 2);
	CHECK(!detect_rule_active(e.program, 3) && detect_rule_refused(e.program, 0) == NULL &&
	      detect_rule_refused(e.program, 3) == NULL);
}

/* Whatever nesting the language admits, the engine takes. */
TEST(a_condition_as_deep_as_the_language_allows_is_compiled)
{
	unsigned accepted = 0;
	for (unsigned depth = 1; depth <= LIMIT_RULE_DEPTH + 2; depth++) {
		auto_engine e = { 0 };
		auto_buf rule = { 0 };
		struct detect_options o = { 0 };
		struct detect_matches m;
		buf_lit(
		    &rule,
		    "title: t\nlogsource: {product: test}\ndetection:\n  s: {a: foo}\n  t: {b: bar}\n  condition: ");
		for (unsigned i = 1; i < depth; i++)
			buf_lit(&rule, "not (t and ");
		buf_lit(&rule, "s");
		for (unsigned i = 1; i < depth; i++)
			buf_char(&rule, ')');
		buf_add(&rule, "\n", 2);
		enum err err = engine_open(&e, rule.ptr, &o);
		if (err == ERR_MISSING)
			continue;
		accepted++;
		CHECK(err == ERR_OK);
		CHECKF(detect_rule_refused(e.program, 0) == NULL, "depth %u: %s", depth,
		       detect_rule_refused(e.program, 0));
		CHECK(engine_match(&e, "{\"a\":\"foo\",\"b\":\"bar\"}", &m) == ERR_OK);
		CHECKF(m.n == (depth % 2), "depth %u", depth);
	}
	CHECKF(accepted > 20, "%u", accepted);
}

/* A rule of `nots` negations around s, and a filter that wants x. */
static void write_filtered(struct buf *rule, unsigned nots)
{
	buf_lit(rule, "title: t\nname: deep\nlogsource: {product: test}\ndetection:\n  s: {a: foo}\n  t: {b: bar}\n  "
	              "condition: ");
	for (unsigned i = 0; i < nots; i++)
		buf_lit(rule, "not ");
	buf_lit(rule,
	        "s\n---\ntitle: f\nlogsource: {product: test}\nfilter:\n  rules: [deep]\n  x: {c: 1}\n  condition: x");
	buf_add(rule, "\n", 2);
}

TEST(a_filter_on_a_condition_as_deep_as_allowed_is_compiled_too)
{
	unsigned accepted = 0;
	for (unsigned nots = LIMIT_RULE_DEPTH - 8; nots < LIMIT_RULE_DEPTH + 2; nots++) {
		auto_engine e = { 0 };
		auto_buf rule = { 0 };
		struct detect_options o = { 0 };
		struct detect_matches m;
		write_filtered(&rule, nots);
		if (engine_open(&e, rule.ptr, &o) != ERR_OK)
			continue;
		accepted++;
		CHECK(e.set.n == 1 && e.set.n_filters == 1);
		CHECKF(detect_rule_refused(e.program, 0) == NULL, "%u", nots);
		CHECK(engine_match(&e, "{\"a\":\"foo\",\"c\":1}", &m) == ERR_OK && m.n == (nots % 2 == 0));
		CHECK(engine_match(&e, "{\"a\":\"foo\",\"c\":2}", &m) == ERR_OK && m.n == 0);
	}
	CHECKF(accepted >= 5, "%u", accepted);
}

static const struct {
	struct sigma_logsource rule;
	struct logsource event;
	bool admits;
} admissions[] = {
#define T(text)                        \
	{                              \
		text, sizeof(text) - 1 \
	}
#define S(p, s, c)                                                 \
	{                                                          \
		.product = T(p), .service = T(s), .category = T(c) \
	}
	{ S("", "", ""), S("", "", ""), true },
	{ S("", "", ""), S("linux", "sshd", "x"), true },
	{ S("linux", "", ""), S("linux", "sshd", "x"), true },
	{ S("Linux", "SSHD", "X"), S("linux", "sshd", "x"), true },
	{ S("linux", "", ""), S("linuxes", "", ""), false },
	{ S("linux", "", ""), S("windows", "", ""), false },
	{ S("linux", "", ""), S("", "", ""), false },
	{ S("linux", "auditd", ""), S("linux", "sshd", ""), false },
	{ S("", "sshd", ""), S("linux", "sshd", ""), true },
	{ S("", "", "file_event"), S("linux", "sshd", "process_creation"), false },
	{ S("windows", "", "registry_event"),
	  { .product = T("windows"), .category = T("registry_set"), .more = { T("registry_event") }, .n_more = 1 },
	  true },
	{ S("windows", "", "REGISTRY_EVENT"),
	  { .product = T("windows"),
	    .category = T("registry_set"),
	    .more = { T("a"), T("b"), T("registry_event") },
	    .n_more = 3 },
	  true },
	{ S("windows", "", "registry_add"),
	  { .product = T("windows"), .category = T("registry_set"), .more = { T("registry_event") }, .n_more = 1 },
	  false },
	{ S("linux", "", "registry_event"),
	  { .product = T("windows"), .category = T("registry_set"), .more = { T("registry_event") }, .n_more = 1 },
	  false },
#undef S
#undef T
};

TEST(a_rule_admits_log_sources_that_have_all_its_parts)
{
	for (size_t i = 0; i < ARRAY_LEN(admissions); i++)
		CHECKF(detect_logsource_admits(&admissions[i].rule, &admissions[i].event) == admissions[i].admits,
		       "row %zu", i);
}

TEST(the_profile_counts_evaluations_and_matches)
{
	auto_engine e = { 0 };
	struct detect_options o = { .profile = true };
	struct detect_rule_cost costs[2] = { { 0 }, { .evaluations = 10 } };
	struct detect_matches m;
	CHECK(engine_open(&e,
	                  "title: One\nlogsource: {product: test}\ndetection: {s: {a: foo, b: bar}, condition: s}\n"
	                  "---\ntitle: Two\nlogsource: {product: other}\ndetection: {s: {a: foo}, condition: s}\n",
	                  &o) == ERR_OK);
	for (int i = 0; i < 3; i++) {
		CHECK(engine_match(&e, "{\"a\":\"foo\",\"b\":\"bar\"}", &m) == ERR_OK && m.n == 1);
		CHECK(engine_match(&e, "{\"a\":\"foo\",\"b\":\"foo\"}", &m) == ERR_OK && m.n == 0);
		CHECK(engine_match(&e, "{\"c\":1}", &m) == ERR_OK && m.n == 0);
	}
	detect_profile(e.scratch, costs);
	CHECKF(costs[0].matches == 3 && costs[0].evaluations >= 3 && costs[0].evaluations <= 6, "%llu of %llu",
	       (unsigned long long)costs[0].matches, (unsigned long long)costs[0].evaluations);
	CHECK(costs[0].nanoseconds > 0 && costs[1].evaluations == 10 && costs[1].matches == 0);
}

TEST(without_profile_nothing_is_counted)
{
	auto_engine e = { 0 };
	struct detect_options o = { 0 };
	struct detect_rule_cost costs[3] = { { 0 } };
	struct detect_matches m;
	CHECK(engine_open(&e, rules, &o) == ERR_OK && engine_match(&e, "{\"a\":\"foo\"}", &m) == ERR_OK && m.n == 3);
	detect_profile(e.scratch, costs);
	CHECK(costs[0].evaluations == 0);
}
