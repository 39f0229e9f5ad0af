/* Plans: one for each view and log source, a shared one when there are too many; where a view looks for fields. */
#include "test.h"

#include "engine/detect/program.h"
#include "support/engine.h"

static const char rules[] =
    "title: Third\nlogsource: {product: p3}\ndetection: {s: {a: foo}, condition: s}\n"
    "---\ntitle: Late\nlogsource: {product: p600, category: c}\ndetection: {s: {a|contains: oo}, condition: s}\n"
    "---\ntitle: Category\nlogsource: {category: c}\ndetection: {s: {b: 1}, condition: s}\n"
    "---\ntitle: Absent\nlogsource: {product: p601}\ndetection: {s: {b: null}, condition: s}\n"
    "---\ntitle: Service\nlogsource: {service: s599}\ndetection: {s: [foo], condition: s}\n";

/* An event that says itself where it comes from, as of the i-th kind. */
static bool declare(struct engine *e, struct arena *arena, int i, const char *json)
{
	if (engine_read(e, json) != ERR_OK)
		return false;
	e->event.class_id = 0;
	e->event.logsource = (struct logsource){ .product = arena_printf(arena, "p%d", i),
		                                 .service = arena_printf(arena, "s%d", i),
		                                 .category = arena_str(arena, i % 2 == 0 ? STR("c") : STR("d")) };
	return true;
}

static bool match_prepared(struct engine *e, struct detect_matches *ret)
{
	enum err err = detect_match(e->program, e->scratch, &e->event, ret);
	if (err == ERR_UNPREPARED && detect_prepare(e->program, &e->event) == ERR_OK)
		err = detect_match(e->program, e->scratch, &e->event, ret);
	return err == ERR_OK;
}

/* What the rules say, by their own words. */
static bool wanted(int i, bool foo, bool one, struct str title)
{
	return (str_is(title, "Third") && i == 3 && foo) || (str_is(title, "Late") && i == 600 && foo) ||
	       (str_is(title, "Category") && i % 2 == 0 && one) || (str_is(title, "Absent") && i == 601 && !one) ||
	       (str_is(title, "Service") && i == 599 && foo);
}

TEST(more_log_sources_than_plans_share_one_and_match_the_same)
{
	auto_engine e = { 0 };
	struct detect_options o = { 0 };
	size_t total = 0;
	CHECK(engine_open(&e, rules, &o) == ERR_OK);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < PLANS_MAX + 200; i++) {
			auto_arena a = { 0 };
			struct detect_matches m;
			size_t next = 0;
			bool foo = i % 3 == 0 || i > 590, one = i % 5 == 0;
			CHECK(declare(&e, &a, i,
			              foo && one ? "{\"a\":\"foo\",\"b\":1}"
			              : foo      ? "{\"a\":\"foo\"}"
			              : one      ? "{\"b\":1}"
			                         : "{\"c\":2}"));
			CHECK(match_prepared(&e, &m));
			for (uint32_t r = 0; r < e.set.n; r++)
				if (wanted(i, foo, one, e.set.rules[r]->title))
					CHECKF(next < m.n && m.rules[next++] == r, "kind %d, rule %u", i, r);
			CHECKF(next == m.n, "kind %d: %zu matches", i, m.n);
			total += m.n;
		}
		CHECKF(atomic_load(&e.program->n_plans) == PLANS_MAX + 1, "%u plans", atomic_load(&e.program->n_plans));
	}
	CHECKF(total > 100, "%zu", total);
}

TEST(a_plan_is_built_when_its_first_event_is_seen)
{
	auto_engine e = { 0 };
	struct detect_options o = { 0 };
	struct detect_matches m;
	CHECK(engine_open(&e, rules, &o) == ERR_OK && declare(&e, &e.arena, 3, "{\"a\":\"foo\"}"));
	CHECK(detect_match(e.program, e.scratch, &e.event, &m) == ERR_UNPREPARED);
	CHECK(detect_prepare(e.program, &e.event) == ERR_OK && detect_prepare(e.program, &e.event) == ERR_OK);
	CHECK(atomic_load(&e.program->n_plans) == 1);
	CHECK(detect_match(e.program, e.scratch, &e.event, &m) == ERR_OK && m.n == 1);
	/* another class of the same log source is another plan */
	e.event.class_id = 7;
	CHECK(detect_match(e.program, e.scratch, &e.event, &m) == ERR_UNPREPARED);
}

TEST(further_categories_tell_plans_apart)
{
	auto_engine e = { 0 };
	struct detect_options o = { 0 };
	struct detect_matches m;
	CHECK(engine_open(&e, rules, &o) == ERR_OK && declare(&e, &e.arena, 1, "{\"b\":1}"));
	CHECK(match_prepared(&e, &m) && m.n == 0);
	e.event.logsource.more[0] = STR("C");
	e.event.logsource.n_more = 1;
	CHECK(match_prepared(&e, &m) && m.n == 1);
	e.event.logsource.n_more = 0;
	CHECK(match_prepared(&e, &m) && m.n == 0);
	CHECK(atomic_load(&e.program->n_plans) == 2);
}

/* ---- views: two roots, and a field with paths of its own */

#define T(text)                        \
	{                              \
		text, sizeof(text) - 1 \
	}
static struct str below[] = { T("Event"), T("EventData") };
static struct str command[] = { T("proc"), T("cmd") };
static struct str image[] = { T("Image") };
static struct view_path command_paths[] = { { command, 2 }, { image, 1 } };
static struct view_alias aliases[] = { { T("Command"), command_paths, 2 } };
static struct view_path roots[] = { { NULL, 0 }, { below, 2 } };
static const struct view two_roots = {
	.name = T("two"), .id = 9, .roots = roots, .n_roots = 2, .aliases = aliases, .n_aliases = 1
};

static const struct {
	const char *event;
	int foo, null; /* does {FIELD: foo} match, does {FIELD: null} */
} places[] = {
	/* of x.y, in order of rank: the first that is there decides */
	{ "{\"x.y\":\"foo\"}", 1, 0 },
	{ "{\"x\":{\"y\":\"foo\"}}", 1, 0 },
	{ "{\"Event\":{\"EventData\":{\"x.y\":\"foo\"}}}", 1, 0 },
	{ "{\"Event\":{\"EventData\":{\"x\":{\"y\":\"foo\"}}}}", 1, 0 },
	{ "{\"Event.EventData.x.y\":\"foo\"}", 1, 0 },
	{ "{\"Event\":{\"EventData.x.y\":\"foo\"}}", 0, 1 },
	{ "{\"x\":{\"y\":\"bar\"},\"x.y\":\"foo\"}", 1, 0 },
	{ "{\"x.y\":\"bar\",\"x\":{\"y\":\"foo\"}}", 0, 0 },
	{ "{\"Event\":{\"EventData\":{\"x.y\":\"foo\"}},\"x\":{\"y\":\"bar\"}}", 0, 0 },
	{ "{\"x\":{\"y\":\"bar\"},\"Event\":{\"EventData\":{\"x.y\":\"foo\"}}}", 0, 0 },
	{ "{\"Event\":{\"EventData\":{\"x\":{\"y\":\"foo\"},\"x.y\":\"bar\"}}}", 0, 0 },
	{ "{\"Event.EventData.x.y\":\"foo\",\"Event\":{\"EventData\":{\"x\":{\"y\":\"bar\"}}}}", 0, 0 },
	/* what is null is there, and decides */
	{ "{\"x.y\":null,\"x\":{\"y\":\"foo\"}}", 0, 1 },
	{ "{\"x\":{\"y\":null},\"x.y\":\"foo\"}", 1, 0 },
	/* an empty list is not */
	{ "{\"x.y\":[],\"x\":{\"y\":\"foo\"}}", 1, 0 },
	{ "{\"x.y\":[null,\"foo\"]}", 1, 1 },
	{ "{\"Event\":[{\"EventData\":{\"x.y\":\"bar\"}},{\"EventData\":[{\"x.y\":\"foo\"}]}]}", 1, 0 },
	{ "{\"x.y\":\"bar\",\"x.y\":\"foo\"}", 1, 0 },
	{ "{}", 0, 1 },
}, aliased[] = {
	{ "{\"Command\":\"foo\"}", 0, 1 },
	{ "{\"Event\":{\"EventData\":{\"Command\":\"foo\"}}}", 0, 1 },
	{ "{\"proc\":{\"cmd\":\"foo\"}}", 1, 0 },
	{ "{\"Image\":\"foo\"}", 1, 0 },
	{ "{\"Image\":\"foo\",\"proc\":{\"cmd\":\"bar\"}}", 0, 0 },
	{ "{\"proc.cmd\":\"foo\"}", 0, 1 },
};

static int matches_at(const char *field, const char *pattern, const char *event, bool no_prefilter)
{
	auto_engine e = { 0 };
	auto_buf rule = { 0 };
	struct detect_options o = { .no_prefilter = no_prefilter };
	struct detect_matches m;
	buf_printf(&rule, "title: t\nlogsource: {product: test}\ndetection: {s: {%s: %s}, condition: s}\n", field,
	           pattern);
	buf_char(&rule, '\0');
	if (engine_open(&e, rule.ptr, &o) != ERR_OK || engine_read(&e, event) != ERR_OK)
		return -1;
	e.event.view = &two_roots;
	return match_prepared(&e, &m) ? (int)m.n : -1;
}

TEST(a_field_is_looked_for_at_its_ranks)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		for (int slow = 0; slow < 2; slow++) {
			CHECKF(matches_at("x.y", "foo", places[i].event, slow != 0) == places[i].foo, "%s",
			       places[i].event);
			CHECKF(matches_at("x.y", "null", places[i].event, slow != 0) == places[i].null, "%s as null",
			       places[i].event);
		}
}

TEST(a_field_with_paths_of_its_own_is_looked_for_there_alone)
{
	for (size_t i = 0; i < ARRAY_LEN(aliased); i++)
		for (int slow = 0; slow < 2; slow++) {
			CHECKF(matches_at("Command", "foo", aliased[i].event, slow != 0) == aliased[i].foo, "%s",
			       aliased[i].event);
			CHECKF(matches_at("Command", "null", aliased[i].event, slow != 0) == aliased[i].null,
			       "%s as null", aliased[i].event);
		}
}

TEST(two_views_of_one_event_are_two_plans)
{
	auto_engine e = { 0 };
	struct detect_options o = { 0 };
	struct detect_matches m;
	CHECK(engine_open(&e, "title: t\nlogsource: {product: test}\ndetection: {s: {Command: foo}, condition: s}\n",
	                  &o) == ERR_OK);
	CHECK(engine_match(&e, "{\"Command\":\"foo\",\"Image\":\"bar\"}", &m) == ERR_OK && m.n == 1);
	e.event.view = &two_roots;
	CHECK(match_prepared(&e, &m) && m.n == 0);
	e.event.view = &e.view;
	CHECK(match_prepared(&e, &m) && m.n == 1);
	CHECK(atomic_load(&e.program->n_plans) == 2);
}

TEST(a_record_that_is_no_map_matches_what_needs_nothing)
{
	auto_engine e = { 0 };
	struct detect_options o = { 0 };
	struct detect_matches m;
	CHECK(engine_open(&e,
	                  "title: One\nlogsource: {product: test}\ndetection: {s: {a: null}, condition: s}\n"
	                  "---\ntitle: Two\nlogsource: {product: test}\ndetection: {s: {a: '*'}, condition: s}\n",
	                  &o) == ERR_OK);
	CHECK(engine_match(&e, "[1,2]", &m) == ERR_OK && m.n == 1 && m.rules[0] == 0);
	CHECK(engine_match(&e, "\"text\"", &m) == ERR_OK && m.n == 1);
}
