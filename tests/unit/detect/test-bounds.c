/* What a bound stops is said to be undetermined or truncated, never passed over. */
#include "test.h"

#include "base/limits.h"
#include "engine/detect/program.h"
#include "support/engine.h"

/* Fields: r backtracks without end on the slow event; a is "foo"; b is not "foo". */
static const struct {
	const char *condition;
	char slow, quick; /* y match, n no match, u undetermined: on the slow event, on one where the regex ends */
} rows[] = {
	{ "r", 'u', 'n' },
	{ "not r", 'u', 'y' },
	{ "not not r", 'u', 'n' },
	{ "r and a", 'u', 'n' },
	{ "a and r", 'u', 'n' },
	{ "r and b", 'n', 'n' },
	{ "b and r", 'n', 'n' },
	{ "not r and b", 'n', 'n' },
	{ "r or a", 'y', 'y' },
	{ "a or r", 'y', 'y' },
	{ "r or b", 'u', 'n' },
	{ "not (r or a)", 'n', 'n' },
	{ "not (r and b)", 'y', 'y' },
	{ "not (r and a)", 'u', 'y' },
	{ "a and not r", 'u', 'y' },
	{ "(r or b) and (not r or a)", 'u', 'n' },
	{ "1 of r*", 'u', 'n' },
	{ "all of them", 'n', 'n' },
	{ "r and not r", 'u', 'n' }, /* no logic beyond three values */
};

static char *slow_event(struct arena *arena, bool slow)
{
	char as[5001];
	memset(as, 'a', sizeof(as));
	as[5000] = '\0';
	return (char *)(uintptr_t)arena_printf(arena, "{\"r\":\"%s%s\",\"a\":\"foo\",\"b\":\"bar\"}", slow ? as : "",
	                                       "!")
	    .ptr;
}

static char verdict(const char *condition, bool slow, bool no_prefilter)
{
	auto_engine e = { 0 };
	auto_buf rule = { 0 };
	struct detect_options o = { .no_prefilter = no_prefilter };
	struct detect_matches m;
	buf_printf(&rule,
	           "title: t\nlogsource: {product: test}\ndetection:\n  r: {'r|re': '(a+)+$'}\n  a: {a: foo}\n  b: {b: "
	           "foo}\n  condition: %s\n",
	           condition);
	buf_char(&rule, '\0');
	if (engine_open(&e, rule.ptr, &o) != ERR_OK || engine_match(&e, slow_event(&e.arena, slow), &m) != ERR_OK ||
	    m.n + m.n_undetermined > 1)
		return '?';
	return m.n == 1 ? 'y' : m.n_undetermined == 1 ? 'u' : 'n';
}

TEST(a_regex_that_ran_out_of_steps_leaves_the_rule_undetermined_unless_the_rest_decides)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int k = 0; k < 4; k++) {
			char v = verdict(rows[i].condition, (k & 1) != 0, (k & 2) != 0),
			     wanted = k & 1 ? rows[i].slow : rows[i].quick;
			CHECKF(v == wanted, "%s (%d): %c, not %c", rows[i].condition, k, v, wanted);
		}
}

TEST(other_rules_and_later_events_are_not_touched_by_an_undetermined_one)
{
	auto_engine e = { 0 };
	struct detect_options o = { 0 };
	struct detect_matches m;
	CHECK(engine_open(&e,
	                  "title: Slow\nlogsource: {product: test}\ndetection: {s: {'r|re': '(a+)+$'}, condition: s}\n"
	                  "---\ntitle: Quick\nlogsource: {product: test}\ndetection: {s: {a: foo}, condition: s}\n",
	                  &o) == ERR_OK);
	CHECK(engine_match(&e, slow_event(&e.arena, true), &m) == ERR_OK);
	CHECK(m.n == 1 && m.rules[0] == 1 && m.n_undetermined == 1 && m.undetermined[0] == 0 && !m.truncated);
	CHECK(engine_match(&e, "{\"r\":\"aaa\"}", &m) == ERR_OK);
	CHECK(m.n == 1 && m.rules[0] == 0 && m.n_undetermined == 0);
}

/* {"a":["x", ... n of them, "foo"]} */
static const char *wide_event(struct arena *arena, size_t n)
{
	char *text = arena_alloc(arena, 4 * n + 32), *at = text;
	if (text == NULL)
		return "";
	memcpy(at, "{\"a\":[", 6);
	at += 6;
	for (size_t i = 0; i < n; i++, at += 4)
		memcpy(at, "\"x\",", 4);
	memcpy(at, "\"foo\"]}", 8);
	return text;
}

static const char wide_rules[] =
    "title: Foo\nlogsource: {product: test}\ndetection: {s: {a: foo}, condition: s}\n"
    "---\ntitle: Dotted\nlogsource: {product: test}\ndetection: {s: {a|contains: fo}, condition: s}\n"
    "---\ntitle: Without\nlogsource: {product: test}\ndetection: {s: {a: x}, f: {b: bar}, condition: s and not f}\n";

TEST(values_up_to_LIMIT_EVENT_VALUES_are_looked_at)
{
	auto_engine e = { 0 };
	struct detect_options o = { 0 };
	struct detect_matches m;
	CHECK(engine_open(&e, wide_rules, &o) == ERR_OK);
	CHECK(engine_match(&e, wide_event(&e.arena, LIMIT_EVENT_VALUES - 1), &m) == ERR_OK);
	CHECKF(m.n == 3 && !m.truncated, "%zu matches", m.n);
}

TEST(past_LIMIT_EVENT_VALUES_the_event_is_flagged_and_judged_on_what_was_kept)
{
	auto_engine e = { 0 };
	struct detect_options o = { 0 };
	struct detect_matches m;
	CHECK(engine_open(&e, wide_rules, &o) == ERR_OK);
	CHECK(engine_match(&e, wide_event(&e.arena, LIMIT_EVENT_VALUES), &m) == ERR_OK);
	CHECKF(m.n == 1 && m.rules[0] == 2 && m.truncated, "%zu matches", m.n);
	/* and the flag goes with the event */
	CHECK(engine_match(&e, "{\"a\":\"foo\"}", &m) == ERR_OK && m.n == 2 && !m.truncated);
}

TEST(lists_within_lists_are_followed_as_deep_as_they_are_read)
{
	auto_engine e = { 0 };
	struct detect_options o = { 0 };
	struct detect_matches m;
	auto_buf b = { 0 };
	buf_lit(&b, "{\"a\":");
	for (int i = 0; i < 500; i++)
		buf_char(&b, '[');
	buf_lit(&b, "\"foo\"");
	for (int i = 0; i < 500; i++)
		buf_char(&b, ']');
	buf_add(&b, "}", 2);
	CHECK(engine_open(&e, wide_rules, &o) == ERR_OK && engine_match(&e, b.ptr, &m) == ERR_OK);
	CHECK(m.n == 2 && !m.truncated);
}

TEST(the_count_of_events_may_wrap_around)
{
	static const char *const events[] = { "{\"a\":\"foo\"}", "{\"a\":\"x\"}", "{\"b\":\"bar\"}", "{}",
		                              "{\"a\":[\"x\",\"foo\"],\"b\":\"bar\"}" };
	auto_engine e = { 0 };
	struct detect_options o = { .no_prefilter = true };
	struct detect_matches m;
	size_t before[ARRAY_LEN(events)];
	CHECK(engine_open(&e, wide_rules, &o) == ERR_OK);
	for (size_t i = 0; i < ARRAY_LEN(events); i++) {
		CHECK(engine_match(&e, events[i], &m) == ERR_OK);
		before[i] = m.n;
	}
	CHECK(before[0] == 2 && before[1] == 1 && before[2] == 0);
	/* each event takes each place around the wrap, so that what an old one with the same number left would show */
	for (uint32_t start = 0; start < 8; start++) {
		e.scratch->epoch = (UINT32_MAX >> 2) - 1 - start;
		for (size_t i = 0; i < 12; i++) {
			CHECK(engine_match(&e, events[(i + start) % ARRAY_LEN(events)], &m) == ERR_OK);
			CHECKF(m.n == before[(i + start) % ARRAY_LEN(events)], "start %u, event %zu: %zu matches",
			       start, i, m.n);
		}
		CHECK(e.scratch->epoch < 100);
	}
}
