/* Why a rule matched: field, value, modifier and pattern as in the rule, cut where it is too much; and the truth of
 * each node for explain. */
#include "test.h"

#include "base/limits.h"
#include "engine/detect/program.h"
#include "support/engine.h"

struct why {
	struct detect_matches matches;
	const struct match_reason *reasons;
	size_t n;
};

/* The event through the engine, and the reasons of a rule that must match. */
static bool ask_why(struct engine *e, const char *event, uint32_t rule, struct why *ret)
{
	bool matched = false;
	if (engine_match(e, event, &ret->matches) != ERR_OK)
		return false;
	for (size_t i = 0; i < ret->matches.n; i++)
		matched |= ret->matches.rules[i] == rule;
	return matched && detect_reasons(e->program, e->scratch, rule, &e->arena, &ret->reasons, &ret->n) == ERR_OK;
}

/* Is there a reason with these? NULL field: keyword; NULL value: absent. */
static bool has_reason(const struct why *w, const char *field, const char *value, const char *modifier,
                       const char *pattern)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct match_reason *r = &w->reasons[i];
		bool same_field =
		    field == NULL ? r->field.ptr == NULL : r->field.ptr != NULL && str_eq(r->field, str_of(field));
		bool same_value =
		    value == NULL ? r->value.ptr == NULL : r->value.ptr != NULL && str_eq(r->value, str_of(value));
		if (same_field && same_value && str_eq(r->modifier, str_of(modifier)) &&
		    str_eq(r->pattern, str_of(pattern)) && !r->truncated)
			return true;
	}
	for (size_t i = 0; i < w->n; i++)
		printf("# reason %zu: %.*s %.*s %.*s %.*s\n", i, STR_FMT(w->reasons[i].field),
		       STR_FMT(w->reasons[i].value), STR_FMT(w->reasons[i].modifier), STR_FMT(w->reasons[i].pattern));
	return false;
}

#define RULE(detection) "title: t\nlogsource: {product: test}\ndetection:\n  " detection "\n"

TEST(each_value_that_decided_is_named_as_the_rule_wrote_it)
{
	auto_engine e = { 0 };
	struct detect_options o = { 0 };
	struct why w;
	CHECK(engine_open(&e,
	                  RULE("s: {'a|contains': [Zed, Foo], 'b|endswith|cased': Bar, c: null, n: 5, 'd|re': '^x+$', "
	                       "'p|cidr': 10.0.0.0/8, 'q|exists': true, "
	                       "'t|gte': 1.5, u: true}\n  condition: s"),
	                  &o) == ERR_OK);
	CHECK(ask_why(&e,
	              "{\"a\":[\"none\",\"xFOOx\"],\"b\":\"a "
	              "Bar\",\"n\":\"5\",\"d\":\"xx\",\"p\":\"10.1.2.3\",\"q\":0,\"t\":2.25,\"u\":true}",
	              0, &w));
	CHECK(w.n == 9);
	CHECK(has_reason(&w, "a", "xFOOx", "contains", "Foo"));
	CHECK(has_reason(&w, "b", "a Bar", "endswith|cased", "Bar"));
	CHECK(has_reason(&w, "n", "5", "", "5"));
	CHECK(has_reason(&w, "d", "xx", "re", "^x+$"));
	CHECK(has_reason(&w, "p", "10.1.2.3", "cidr", "10.0.0.0/8"));
	CHECK(has_reason(&w, "t", "2.25", "gte", "1.5"));
	CHECK(has_reason(&w, "u", "true", "", "true"));
	bool absent = false, exists = false;
	for (size_t i = 0; i < w.n; i++) {
		absent |= str_is(w.reasons[i].field, "c") && w.reasons[i].value.ptr == NULL;
		exists |= str_is(w.reasons[i].field, "q") && str_is(w.reasons[i].modifier, "exists");
	}
	CHECK(absent && exists);
}

TEST(a_keyword_has_no_field)
{
	auto_engine e = { 0 };
	struct detect_options o = { 0 };
	struct why w;
	CHECK(engine_open(&e, RULE("s: [zed, needle]\n  condition: s"), &o) == ERR_OK);
	CHECK(ask_why(&e, "{\"x\":{\"y\":[\"hay\",\"a Needle\"]}}", 0, &w));
	CHECK(w.n == 1 && has_reason(&w, NULL, "a Needle", "", "needle"));
}

TEST(of_a_disjunction_each_true_branch_is_named_and_of_a_negation_nothing)
{
	auto_engine e = { 0 };
	struct detect_options o = { 0 };
	struct why w;
	CHECK(engine_open(&e,
	                  RULE("s: {a: foo}\n  t: {b: bar}\n  u: {c: baz}\n  condition: (s or t or u) and not (c: x)"),
	                  &o) != ERR_OK);
	engine_close(&e);
	CHECK(engine_open(
	          &e,
	          RULE("s: {a: foo}\n  t: {b: bar}\n  u: {c: baz}\n  f: {d: no}\n  condition: (s or t or u) and not f"),
	          &o) == ERR_OK);
	CHECK(ask_why(&e, "{\"a\":\"foo\",\"b\":\"x\",\"c\":\"baz\",\"d\":\"yes\"}", 0, &w));
	CHECK(w.n == 2 && has_reason(&w, "a", "foo", "", "foo") && has_reason(&w, "c", "baz", "", "baz"));
}

TEST(what_is_asked_twice_is_named_once)
{
	auto_engine e = { 0 };
	struct detect_options o = { 0 };
	struct why w;
	CHECK(engine_open(&e, RULE("s: {a: foo}\n  t: {a: foo, b: bar}\n  condition: s and t"), &o) == ERR_OK);
	CHECK(ask_why(&e, "{\"a\":\"foo\",\"b\":\"bar\"}", 0, &w));
	CHECKF(w.n == 2, "%zu", w.n);
}

TEST(rules_that_ask_the_same_in_other_words_each_keep_their_words)
{
	auto_engine e = { 0 };
	struct detect_options o = { 0 };
	struct why w;
	CHECK(engine_open(&e,
	                  RULE("s: {a: '*foo*'}\n  condition: s") "---\n" RULE(
	                      "s: {'a|contains': foo}\n  condition: s") "---\n" RULE("s: {'a|startswith': '*foo*'}\n  "
	                                                                             "condition: s"),
	                  &o) == ERR_OK);
	CHECK(ask_why(&e, "{\"a\":\"xfoo\"}", 0, &w) && w.n == 1 && has_reason(&w, "a", "xfoo", "", "*foo*"));
	CHECK(ask_why(&e, "{\"a\":\"xfoo\"}", 1, &w) && w.n == 1);
	CHECKF(has_reason(&w, "a", "xfoo", "contains", "foo"), "%.*s %.*s", STR_FMT(w.reasons[0].modifier),
	       STR_FMT(w.reasons[0].pattern));
}

static const char *long_value(struct arena *arena, size_t n, const char *tail)
{
	char *text = arena_alloc(arena, n + 1);
	if (text == NULL)
		return "";
	memset(text, 'a', n);
	return arena_printf(arena, "{\"a\":\"%s%s\"}", text, tail).ptr;
}

TEST(a_value_is_shown_up_to_LIMIT_MATCHED_VALUE_BYTES_and_cut_between_characters)
{
	auto_engine e = { 0 };
	struct detect_options o = { 0 };
	struct why w;
	CHECK(engine_open(&e, RULE("s: {'a|startswith': a}\n  condition: s"), &o) == ERR_OK);
	static const struct {
		size_t n;
		const char *tail;
		size_t shown;
		bool truncated;
	} values[] = {
		{ LIMIT_MATCHED_VALUE_BYTES - 1, "", LIMIT_MATCHED_VALUE_BYTES - 1, false },
		{ LIMIT_MATCHED_VALUE_BYTES, "", LIMIT_MATCHED_VALUE_BYTES, false },
		{ LIMIT_MATCHED_VALUE_BYTES, "b", LIMIT_MATCHED_VALUE_BYTES, true },
		{ LIMIT_MATCHED_VALUE_BYTES - 1, "\xc3\xa9", LIMIT_MATCHED_VALUE_BYTES - 1, true },
		{ LIMIT_MATCHED_VALUE_BYTES - 2, "\xc3\xa9", LIMIT_MATCHED_VALUE_BYTES, false },
		{ LIMIT_MATCHED_VALUE_BYTES - 3, "\xf0\x9f\x98\x80", LIMIT_MATCHED_VALUE_BYTES - 3, true },
		{ 5 * LIMIT_MATCHED_VALUE_BYTES, "", LIMIT_MATCHED_VALUE_BYTES, true },
	};
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		CHECK(ask_why(&e, long_value(&e.arena, values[i].n, values[i].tail), 0, &w) && w.n == 1);
		CHECKF(w.reasons[0].value.len == values[i].shown && w.reasons[0].truncated == values[i].truncated,
		       "row %zu: %zu bytes", i, w.reasons[0].value.len);
	}
}

TEST(at_most_LIMIT_MATCHED_SHOWN_reasons_are_named)
{
	for (int n = LIMIT_MATCHED_SHOWN - 1; n <= LIMIT_MATCHED_SHOWN + 9; n++) {
		auto_engine e = { 0 };
		auto_buf rule = { 0 }, event = { 0 };
		struct detect_options o = { 0 };
		struct why w;
		buf_lit(&rule, "title: t\nlogsource: {product: test}\ndetection:\n  s:\n");
		for (int i = 0; i < n; i++) {
			buf_printf(&rule, "    f%d: x\n", i);
			buf_printf(&event, "%c\"f%d\":\"x\"", i > 0 ? ',' : '{', i);
		}
		buf_add(&rule, "  condition: s\n", 16);
		buf_add(&event, "}", 2);
		CHECK(engine_open(&e, rule.ptr, &o) == ERR_OK && ask_why(&e, event.ptr, 0, &w));
		CHECKF(w.n == (size_t)(n < LIMIT_MATCHED_SHOWN ? n : LIMIT_MATCHED_SHOWN), "%d: %zu", n, w.n);
	}
}

/* ---- explain ---- */

static bool explain(struct engine *e, const char *event, struct detect_explained *ret, bool *ret_logsource)
{
	return engine_read(e, event) == ERR_OK &&
	       detect_explain(e->program, e->scratch, 0, &e->event, &e->arena, ret, ret_logsource) == ERR_OK;
}

TEST(explain_gives_the_truth_of_every_node)
{
	auto_engine e = { 0 };
	struct detect_options o = { 0 };
	struct detect_explained x;
	bool logsource;
	CHECK(engine_open(
	          &e,
	          RULE("s: {a: foo, 'b|contains': bar}\n  t: {c: 1}\n  f: {d: no}\n  condition: (s or t) and not f"),
	          &o) == ERR_OK);
	CHECK(explain(&e, "{\"a\":\"foo\",\"b\":[\"x\",\"y\"],\"c\":1,\"d\":\"no\"}", &x, &logsource));
	CHECK(logsource && x.expr->kind == SIGMA_AND && x.truth == EXPLAIN_FALSE && x.n == 2);
	const struct detect_explained *either = &x.children[0], *not = &x.children[1];
	CHECK(either->expr->kind == SIGMA_OR && either->truth == EXPLAIN_TRUE && either->n == 2);
	CHECK(not ->expr->kind == SIGMA_NOT && not ->truth == EXPLAIN_FALSE && not ->n == 1);
	/* no short cuts: s is decided part by part though a or b alone would do */
	const struct detect_explained *s = &either->children[0], *t = &either->children[1];
	CHECK(s->truth == EXPLAIN_FALSE && s->n == 2 && t->truth == EXPLAIN_TRUE);
	CHECK(s->children[0].truth == EXPLAIN_TRUE && s->children[0].n_reasons == 1 &&
	      str_is(s->children[0].reasons[0].pattern, "foo"));
	CHECK(s->children[1].truth == EXPLAIN_FALSE && s->children[1].n_reasons == 0 && s->children[1].n_values == 2);
	CHECK(str_is(s->children[1].values[1], "y"));
}

TEST(explain_evaluates_whether_the_log_source_admits_or_not)
{
	auto_engine e = { 0 };
	struct detect_options o = { 0 };
	struct detect_explained x;
	struct detect_matches m;
	bool logsource = true;
	CHECK(engine_open(&e, "title: t\nlogsource: {product: other}\ndetection: {s: {a: foo}, condition: s}\n", &o) ==
	      ERR_OK);
	CHECK(explain(&e, "{\"a\":\"foo\"}", &x, &logsource) && !logsource && x.truth == EXPLAIN_TRUE);
	CHECK(explain(&e, "{\"a\":\"bar\"}", &x, &logsource) && !logsource && x.truth == EXPLAIN_FALSE);
	CHECK(engine_match(&e, "{\"a\":\"foo\"}", &m) == ERR_OK && m.n == 0);
}

TEST(explain_says_what_is_undetermined)
{
	auto_engine e = { 0 };
	struct detect_options o = { 0 };
	struct detect_explained x;
	bool logsource;
	CHECK(engine_open(&e, RULE("s: {'a|re': '(a+)+$'}\n  t: {b: foo}\n  condition: not s and t"), &o) == ERR_OK);
	CHECK(explain(&e, long_value(&e.arena, 5000, "!\",\"b\":\"foo"), &x, &logsource));
	CHECK(x.truth == EXPLAIN_UNDETERMINED && x.children[0].truth == EXPLAIN_UNDETERMINED &&
	      x.children[0].children[0].truth == EXPLAIN_UNDETERMINED);
	CHECK(x.children[1].truth == EXPLAIN_TRUE);
	CHECK(explain(&e, long_value(&e.arena, 5000, "!\",\"b\":\"bar"), &x, &logsource) && x.truth == EXPLAIN_FALSE);
}

TEST(explain_shows_at_most_LIMIT_MATCHED_SHOWN_values)
{
	auto_engine e = { 0 };
	auto_buf b = { 0 };
	struct detect_options o = { 0 };
	struct detect_explained x;
	bool logsource;
	for (int i = 0; i < 100; i++)
		buf_printf(&b, "%s\"v%d\"", i > 0 ? "," : "{\"a\":[", i);
	buf_add(&b, "]}", 3);
	CHECK(engine_open(&e, RULE("s: {a: v99}\n  condition: s"), &o) == ERR_OK && explain(&e, b.ptr, &x, &logsource));
	CHECK(x.truth == EXPLAIN_TRUE && x.n_values == LIMIT_MATCHED_SHOWN && str_is(x.reasons[0].value, "v99"));
}
