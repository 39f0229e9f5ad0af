/* Correlations and filters: what they say, whom they find, what is refused. */
#include "sigma-test.h"

#define RULE(name)                     \
	"title: " name "\nname: " name \
	"\nlogsource: {product: p, category: c}\ndetection:\n  sel: {F: 1}\n  condition: sel\n---\n"
#define COUNT(name, rules)                                                                                   \
	"title: " name "\nname: " name "\ncorrelation: {type: event_count, rules: " rules ", timespan: 1m, " \
	"condition: {gte: 2}}\n---\n"

static const struct sigma_rule *named(const struct loaded *l, const char *name)
{
	for (size_t i = 0; i < l->set.n; i++)
		if (str_eq(l->set.rules[i]->name, str_of(name)))
			return l->set.rules[i];
	return NULL;
}

TEST(a_correlation_is_read_in_full)
{
	auto_loaded l = { 0 };
	load_one(&l,
	         RULE("a") RULE("b") "title: c\nname: c\nlevel: high\ncorrelation:\n  type: value_count\n  rules: [a, "
	                             "b]\n  group-by: [ip, User]\n"
	                             "  timespan: 1h\n  generate: true\n  aliases:\n    ip: {a: src.ip, b: dst.ip}\n"
	                             "  condition: {field: [X, Y], gt: 5, lte: 1e3}\n");
	const struct sigma_rule *r = named(&l, "c");
	CHECK(r != NULL && r->kind == SIGMA_CORRELATION && r->level == SIGMA_HIGH && l.diags.items.n == 0);
	const struct sigma_correlation *c = r->correlation;
	CHECK(c->type == SIGMA_VALUE_COUNT && c->generate && c->timespan_ns == 3600ll * 1000000000 && !c->unresolved);
	CHECK(c->rules.n == 2 && c->resolved[0] == named(&l, "a") && c->resolved[1] == named(&l, "b"));
	CHECK(c->group_by.n == 2 && c->n_aliases == 1 && c->aliases[0].n == 2 &&
	      str_is(c->aliases[0].fields[1], "dst.ip"));
	CHECK(c->fields.n == 2 && c->n_bounds == 2 && c->bounds[0].op == SIGMA_BOUND_GT &&
	      c->bounds[1].op == SIGMA_BOUND_LTE);
	CHECK(c->bounds[1].number > 999 && c->bounds[1].number < 1001);
	CHECK(!named(&l, "a")->silent);
	CHECK(strcmp(sigma_correlation_type_name(c->type), "value_count") == 0);
}

TEST(rules_without_generate_are_silent)
{
	auto_loaded l = { 0 };
	load_one(&l, RULE("a") RULE("b") RULE("c")
	                 COUNT("x", "[a, b]") "title: y\ncorrelation: {type: event_count, rules: b, timespan: 1m, "
	                                      "generate: true, condition: {gte: 2}}\n");
	CHECK(named(&l, "a")->silent && !named(&l, "b")->silent && !named(&l, "c")->silent);
}

static const struct {
	const char *section, *reason;
} wrong[] = {
	{ "[]", "a correlation must be a map" },
	{ "{rules: a, timespan: 1m, condition: {gt: 1}}", "no type of correlation" },
	{ "{type: event_cuont, rules: a, timespan: 1m, condition: {gt: 1}}", "unknown type of correlation" },
	{ "{type: event_count, timespan: 1m, condition: {gt: 1}}", "no rules to correlate" },
	{ "{type: event_count, rules: [], timespan: 1m, condition: {gt: 1}}", "no rules to correlate" },
	{ "{type: event_count, rules: ['a', ''], timespan: 1m, condition: {gt: 1}}", "a rule without id or name" },
	{ "{type: event_count, rules: a, condition: {gt: 1}}", "no timespan" },
	{ "{type: event_count, rules: a, timespan: 5 minutes, condition: {gt: 1}}", "is not a timespan" },
	{ "{type: event_count, rules: a, timespan: 0m, condition: {gt: 1}}", "is not a timespan" },
	{ "{type: event_count, rules: a, timespan: 1m}", "needs a condition with a number" },
	{ "{type: event_count, rules: a, timespan: 1m, condition: {field: x}}", "needs a condition with a number" },
	{ "{type: event_count, rules: a, timespan: 1m, condition: {gt: many}}", "\"many\" is not a number" },
	{ "{type: event_count, rules: a, timespan: 1m, condition: {over: 1}}", "unknown criterion" },
	{ "{type: event_count, rules: a, timespan: 1m, condition: 5}", "the condition cannot be a int" },
	{ "{type: event_count, rules: a, timespan: 1m, condition: a and b}", "needs type temporal" },
	{ "{type: value_count, rules: a, timespan: 1m, condition: {gt: 1}}", "needs a field" },
	{ "{type: value_avg, rules: a, timespan: 1m, condition: {field: [x, y], gt: 1}}",
	  "only value_count takes several" },
	{ "{type: value_percentile, rules: a, timespan: 1m, condition: {field: x, percentile: 200, gt: 1}}",
	  "from 0 to 100" },
	{ "{type: temporal, rules: a, timespan: 1m, aliases: [x]}", "aliases must be a map" },
	{ "{type: temporal, rules: a, timespan: 1m, aliases: {x: y}}", "names no rule and field" },
	{ "{type: temporal, rules: [a, b], timespan: 1m, condition: a and c}",
	  "names the rule \"c\", which does not exist" },
	{ "{type: temporal, rules: [a, b], timespan: 1m, condition: a and}", "the condition ends" },
	{ "{type: temporal, rules: a, timespan: 1m, generate: maybe}", "\"generate\" is a boolean" },
};

TEST(wrong_correlations_are_refused)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		auto_loaded l = { 0 };
		load_one(&l, arena_printf(&l.arena, "title: t\ncorrelation: %s\n", wrong[i].section).ptr);
		CHECKF(l.set.n_refused == 1, "%s", wrong[i].section);
		CHECKF(strstr(only(&l), wrong[i].reason) != NULL || i == 13, "%s: %s", wrong[i].section, only(&l));
	}
}

TEST(temporal_conditions_name_rules)
{
	static const struct {
		const char *rules, *condition, *want;
		size_t n;
	} cases[] = {
		{ "", "a and not b", "and(ref(a) not(ref(b)))", 2 },
		{ "", "a and (b or c-1) and not a", "and(ref(a) or(ref(b) ref(c-1)) not(ref(a)))", 3 },
		{ "rules: [a, b], ", "1 of them", "or(ref(a) ref(b))", 2 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_loaded l = { 0 };
		load_one(&l, arena_printf(&l.arena,
		                          "title: t\ncorrelation: {type: temporal, %stimespan: 1m, condition: %s}\n",
		                          cases[i].rules, cases[i].condition)
		                 .ptr);
		CHECKF(l.set.n == 1, "%s", only(&l));
		const struct sigma_correlation *c = l.set.rules[0]->correlation;
		CHECKF(strcmp(shown(&l, c->condition), cases[i].want) == 0, "%s", shown(&l, c->condition));
		CHECK(c->rules.n == cases[i].n && c->unresolved);
	}
}

TEST(a_correlation_of_absent_rules_stays_unresolved_and_silences_none)
{
	auto_loaded l = { 0 };
	load_one(&l, RULE("a") COUNT("x", "[a, gone]"));
	CHECK(l.set.n == 2 && l.set.n_refused == 0);
	CHECK(named(&l, "x")->correlation->unresolved && named(&l, "x")->correlation->resolved[1] == NULL);
	CHECK(told(&l, "names \"gone\", which is not among the rules") && !named(&l, "a")->silent);
}

TEST(cycles_are_refused_and_what_builds_on_them_is_unresolved)
{
	auto_loaded l = { 0 };
	load_one(&l, RULE("a") COUNT("x", "y") COUNT("y", "[z, a]") COUNT("z", "x") COUNT("self", "self")
	                 COUNT("top", "x") COUNT("ok", "a") COUNT("chain", "ok"));
	CHECKF(l.set.n_refused == 4 && l.set.n == 4, "%zu %zu", l.set.n_refused, l.set.n);
	CHECK(named(&l, "top") != NULL && named(&l, "top")->correlation->unresolved);
	CHECK(named(&l, "chain")->correlation->resolved[0] == named(&l, "ok") &&
	      !named(&l, "chain")->correlation->unresolved);
	CHECK(told(&l, "part of a cycle"));
}

TEST(a_long_chain_of_correlations_links)
{
	auto_loaded l = { 0 };
	auto_buf b = { 0 };
	for (int i = 0; i < 5000; i++)
		buf_printf(&b,
		           "name: r%d\ntitle: t\ncorrelation: {type: event_count, rules: r%d, timespan: 1m, condition: "
		           "{gte: 2}}\n---\n",
		           i, i + 1);
	buf_char(&b, 0);
	load_one(&l, b.ptr);
	CHECK(l.set.n == 5000 && l.set.n_refused == 0);
}

#define FILTER(rules, logsource, condition)                                                                     \
	"title: f\nlogsource: " logsource "\nfilter:\n  rules: " rules "\n  s: {U: x}\n  condition: " condition \
	"\n---\n"

TEST(filters_are_anded_into_the_rules_they_admit)
{
	static const struct {
		const char *filter, *a, *message;
	} cases[] = {
		{ FILTER("[a]", "{product: p, category: c}", "not s"), "and(F~1 and(not(U~x)))", NULL },
		{ FILTER("a", "{product: p}", "not s"), "and(F~1 and(not(U~x)))", NULL },
		{ FILTER("any", "{category: c}", "not s"), "and(F~1 and(not(U~x)))", NULL },
		{ FILTER("[]", "{product: p}", "not s"), "and(F~1 and(not(U~x)))", NULL },
		{ FILTER("null", "{product: p}", "not s"), "and(F~1 and(not(U~x)))", NULL },
		{ FILTER("any", "{product: q}", "not s"), "F~1", NULL },
		{ FILTER("any", "{product: p, service: s}", "not s"), "F~1", NULL },
		{ FILTER("a", "{product: q}", "not s"), "F~1", "is of another logsource" },
		{ FILTER("gone", "{product: p}", "not s"), "F~1", "names \"gone\", which is not among the rules" },
		{ FILTER("a", "{product: p}", "s"), "and(F~1 and(U~x))", "keeps only what it describes" },
		{ FILTER("any", "{product: p}", "not s") FILTER("a", "{category: c}", "not s"),
		  "and(F~1 and(not(U~x)) and(not(U~x)))", NULL },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_loaded l = { 0 };
		load_add(&l, "a.yml", RULE("a"));
		load_add(&l, "f.yml", cases[i].filter);
		load_link(&l, NULL);
		CHECKF(l.set.n == 1 && l.set.n_filters >= 1 && l.set.n_refused == 0, "case %zu", i);
		CHECKF(strcmp(only(&l), cases[i].a) == 0, "case %zu: %s", i, only(&l));
		CHECKF(cases[i].message == NULL ? l.diags.items.n == 0 : told(&l, cases[i].message), "case %zu", i);
	}
}

TEST(wrong_filters_are_refused)
{
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{ "title: f\nfilter: {s: {U: x}, condition: not s}\n", "no logsource" },
		{ "title: f\nlogsource: {product: p}\nfilter: any\n", "a filter must be a map" },
		{ "title: f\nlogsource: {product: p}\nfilter: {rules: any, s: {U: x}}\n", "no condition" },
		{ "title: f\nlogsource: {product: p}\nfilter: {rules: {a: b}, s: {U: x}, condition: s}\n",
		  "must be text" },
		{ FILTER("any", "{product: p}", "not other"), "does not exist" },
		{ "title: f\nlogsource: {product: p}\nfilter: {s: {U|expand: '%x%'}, condition: not s}\n",
		  "has no value" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_loaded l = { 0 };
		load_add(&l, "a.yml", RULE("a"));
		load_add(&l, "f.yml", cases[i].text);
		load_link(&l, NULL);
		CHECKF(l.set.n_refused == 1 && l.set.n == 1, "case %zu", i);
		CHECKF(strstr(l.set.refused[0].reason.ptr, cases[i].reason) != NULL, "case %zu: %s", i,
		       l.set.refused[0].reason.ptr);
		CHECKF(strcmp(shown(&l, l.set.rules[0]->condition), "F~1") == 0, "case %zu", i);
	}
}

TEST(many_filters_on_one_rule_link_and_too_many_refuse_it)
{
	for (int many = 100; many <= 10000; many *= 100) {
		auto_loaded l = { 0 };
		auto_buf b = { 0 };
		buf_lit(&b, RULE("rule"));
		for (int i = 0; i < many; i++)
			buf_lit(&b, FILTER("any", "{product: p}", "not s"));
		buf_char(&b, 0);
		load_one(&l, b.ptr);
		CHECK(l.set.n == (size_t)(many == 100) && l.set.n_filters == (size_t)many);
		CHECK(many > 100 || l.set.rules[0]->condition->n == 101);
		CHECK(many == 100 || strstr(only(&l), "more than 20000 parts") != NULL);
	}
}

TEST(a_selection_may_bear_the_name_of_a_joined_condition)
{
	auto_loaded l = { 0 };
	load_one(&l, "title: t\nlogsource: {product: p}\ndetection:\n  rule and filters: {A: 1, B: 2, C: 3}\n"
	             "  condition: 1 of rule*\n---\n" FILTER("any", "{product: p}", "not s"));
	CHECK(strcmp(only(&l), "and(or(and(A~1 B~2 C~3)) and(not(U~x)))") == 0);
}
