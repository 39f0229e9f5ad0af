/* Conditions: precedence, quantifiers, patterns, limits, and what is refused. */
#include "base/limits.h"
#include "sigma-test.h"

static const char *with_condition(struct loaded *l, const char *condition)
{
	struct str text =
	    arena_printf(&l->arena,
	                 "title: t\nlogsource: {product: p}\ndetection:\n  a: {F: 1}\n  b1: {F: 2}\n  b2: {F: 3}\n"
	                 "  c-d: {F: 4}\n  _h: {F: 5}\n  condition: %s\n",
	                 condition);
	load_one(l, text.ptr);
	return only(l);
}

static const struct {
	const char *condition, *want;
} rows[] = {
	{ "a", "F~1" },
	{ "a and b1", "and(F~1 F~2)" },
	{ "a or b1 and b2", "or(F~1 and(F~2 F~3))" },
	{ "(a or b1) and b2", "and(or(F~1 F~2) F~3)" },
	{ "not a and b1", "and(not(F~1) F~2)" },
	{ "not (a and b1)", "not(and(F~1 F~2))" },
	{ "not not a", "not(not(F~1))" },
	{ "a AND NOT b1 Or b2", "or(and(F~1 not(F~2)) F~3)" },
	{ "a and b1 and b2", "and(F~1 F~2 F~3)" },
	{ "1 of b*", "or(F~2 F~3)" },
	{ "any of b*", "or(F~2 F~3)" },
	{ "all of b*", "and(F~2 F~3)" },
	{ "ALL OF b*", "and(F~2 F~3)" },
	{ "1 of *1", "or(F~2)" },
	{ "1 of *d", "or(F~4)" },
	{ "1 of b*2", "or(F~3)" },
	{ "all of them", "and(F~1 F~2 F~3 F~4)" },
	{ "1 of Them", "or(F~1 F~2 F~3 F~4)" },
	{ "1 of _*", "or(F~5)" },
	{ "1 of *", "or(F~1 F~2 F~3 F~4)" },
	{ "_h", "F~5" },
	{ "not 1 of b* and a", "and(not(or(F~2 F~3)) F~1)" },
	{ "2 of b*", "and(F~2 F~3)" },
	{ "3 of them", "or(and(F~1 F~2 F~3) and(F~1 F~2 F~4) and(F~1 F~3 F~4) and(F~2 F~3 F~4))" },
	{ "(((a)))", "F~1" },
	{ "c-d", "F~4" },
	{ "a or a", "or(F~1 F~1)" },
	{ "[a, b1 and b2]", "or(F~1 and(F~2 F~3))" },
	{ "[a]", "F~1" },
	{ "\"a\\n  and b1\"", "and(F~1 F~2)" },
};

TEST(conditions_parse_as_the_table_says)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_loaded l = { 0 };
		const char *got = with_condition(&l, rows[i].condition);
		CHECKF(strcmp(got, rows[i].want) == 0, "%s: %s", rows[i].condition, got);
	}
}

static const struct {
	const char *condition, *reason, *hint;
	unsigned column;
} wrong[] = {
	{ "a and selection", "names the selection \"selection\", which does not exist", NULL, 20 },
	{ "a and b3", "names the selection \"b3\"", "b1", 20 },
	{ "1 of foo*", "no selection matches \"foo*\"", NULL, 19 },
	{ "1 of", "the condition names the selection \"1\"", NULL, 0 },
	{ "1 of and", NULL, NULL, 0 },
	{ "all of (a)", "\"of\" needs a name", NULL, 0 },
	{ "a and", "the condition ends where a selection should stand", NULL, 0 },
	{ "and a", "\"and\" stands where a selection should", NULL, 0 },
	{ "a b1", "\"b1\" stands where \"and\", \"or\" or the end should", NULL, 16 },
	{ "(a", "the condition ends where \")\" should stand", NULL, 0 },
	{ "a)", "\")\" stands where", NULL, 0 },
	{ "()", "\")\" stands where a selection should", NULL, 0 },
	{ "a | count() by F > 5", "aggregations", "correlation", 16 },
	{ "''", "must be text, not empty", NULL, 0 },
	{ "[]", "the list of conditions is empty", NULL, 0 },
	{ "{a: b}", "must be text", NULL, 0 },
	{ "5", "must be text", NULL, 0 },
	{ "0 of them", "always true", NULL, 0 },
	{ "9 of them", "asks for more", NULL, 0 },
	{ "not", "ends where", NULL, 0 },
};

TEST(wrong_conditions_are_refused_where_they_are_wrong)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		auto_loaded l = { 0 };
		const char *got = with_condition(&l, wrong[i].condition);
		CHECKF(l.set.n_refused == 1, "%s: %s", wrong[i].condition, got);
		CHECKF(wrong[i].reason == NULL || strstr(got, wrong[i].reason) != NULL || wrong[i].condition[0] == '1',
		       "%s: %s", wrong[i].condition, got);
		CHECKF(wrong[i].hint == NULL || told(&l, wrong[i].hint), "%s: no hint", wrong[i].condition);
		const struct diag *d = &l.diags.items.at[0];
		CHECKF(d->line == 9 && (wrong[i].column == 0 || d->column == wrong[i].column), "%s: %u:%u",
		       wrong[i].condition, d->line, d->column);
	}
}

TEST(a_selection_used_twice_is_one_node)
{
	auto_loaded l = { 0 };
	with_condition(&l, "a or (a and b1)");
	const struct sigma_expr *e = l.set.rules[0]->condition;
	CHECK(e->children[0] == e->children[1]->children[0]);
	CHECK(str_is(e->children[0]->label, "a"));
}

TEST(labels_are_kept_for_people)
{
	auto_loaded l = { 0 };
	with_condition(&l, "a and not 1 of b*");
	const struct sigma_expr *e = l.set.rules[0]->condition;
	CHECK(str_is(e->children[1]->label, "not"));
	CHECK(str_is(e->children[1]->children[0]->label, "1 of b*"));
	CHECK(str_is(e->children[1]->children[0]->children[1]->label, "b2"));
}

TEST(unused_selections_warn_but_hidden_ones_do_not)
{
	auto_loaded l = { 0 };
	with_condition(&l, "a");
	CHECK(l.diags.warnings == 3 && told(&l, "does not use the selection \"c-d\""));
	CHECK(!told(&l, "_h"));
}

TEST(deep_conditions_are_refused)
{
	static const struct {
		const char *open, *close;
	} cases[] = { { "(", ")" }, { "not ", "" } };
	for (size_t c = 0; c < 2; c++) {
		auto_loaded l = { 0 };
		auto_buf b = { 0 };
		for (int i = 0; i < 1000 * LIMIT_RULE_DEPTH; i++)
			buf_add(&b, cases[c].open, strlen(cases[c].open));
		buf_lit(&b, "a");
		for (int i = 0; i < 1000 * LIMIT_RULE_DEPTH; i++)
			buf_add(&b, cases[c].close, strlen(cases[c].close));
		buf_char(&b, 0);
		CHECK(strstr(with_condition(&l, b.ptr), "nested deeper than 64 levels") != NULL);
	}
}

TEST(huge_conditions_are_refused)
{
	auto_loaded l = { 0 };
	auto_buf b = { 0 };
	for (int i = 0; i < 30000; i++)
		buf_lit(&b, "a or ");
	buf_lit(&b, "a");
	buf_char(&b, 0);
	CHECK(strstr(with_condition(&l, b.ptr), "more than 20000 parts") != NULL);
}

TEST(choosing_many_of_many_is_bounded)
{
	auto_loaded l = { 0 };
	auto_buf b = { 0 };
	buf_lit(&b, "title: t\nlogsource: {product: p}\ndetection:\n");
	for (int i = 0; i < 40; i++)
		buf_printf(&b, "  s%d: {F: %d}\n", i, i);
	buf_lit(&b, "  condition: 20 of them\n");
	buf_char(&b, 0);
	load_one(&l, b.ptr);
	CHECK(strstr(only(&l), "combinations") != NULL);
}

TEST(a_rule_with_too_many_values_is_refused)
{
	auto_loaded l = { 0 };
	auto_buf b = { 0 };
	buf_lit(&b, "    F:\n");
	for (int i = 0; i <= LIMIT_RULE_NODES; i++)
		buf_lit(&b, "    - a\n");
	buf_char(&b, 0);
	CHECK(strstr(rule_with(&l, b.ptr), "more than 20000 parts") != NULL);
}
