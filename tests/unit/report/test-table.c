/* The table for people: what it says, in which order, in how many columns, and that nothing in it drives the terminal.
 */
#include "base/limits.h"
#include "base/utf8.h"
#include "fixture.h"
#include "report/columns.h"

static void table_free(struct report_table **t)
{
	report_table_free(t);
}
#define auto_table CLEANUP(table_free) struct report_table

/* Columns of the widest line, escape sequences of colour left out. */
static size_t widest(struct str s)
{
	size_t most = 0, at = 0;
	for (size_t i = 0; i < s.len;) {
		uint32_t cp;
		if (s.ptr[i] == 0x1b) {
			while (i < s.len && s.ptr[i] != 'm')
				i++;
			i++;
			continue;
		}
		i += utf8_decode(s.ptr + i, s.len - i, &cp);
		at = cp == '\n' ? 0 : at + columns_of_char(cp);
		most = at > most ? at : most;
	}
	return most;
}

static enum err add(struct report_table *t, struct fixture *f, int64_t seconds)
{
	f->detection.time_ns = 1732250706000000000 + seconds * 1000000000;
	return report_table_add(t, &f->detection);
}

TEST(a_rule_reads_from_severity_to_reason)
{
	auto_table *t = NULL;
	auto_buf out = { 0 };
	struct fixture f;
	struct report_summary s = { .events = 3, .detections = 3, .by_level = { 0, 0, 0, 0, 3, 0 } };
	fixture_init(&f);
	CHECK(report_table_new(false, 140, &t) == ERR_OK);
	CHECK(add(t, &f, 0) == ERR_OK && add(t, &f, 1) == ERR_OK);
	f.facts.outcome = OUTCOME_SUCCESS;
	f.facts.error = (struct str){ NULL, 0 };
	CHECK(add(t, &f, 75) == ERR_OK);
	report_table_write(t, &s, &out);
	CHECK(has(&out, "high      Access key for \"root\"  "));
	CHECK(has(&out, "  3 events\n          2024-11-22 04:45:06 to 04:46:21 UTC   T1098.001 T1136\n"));
	CHECK(has(&out, "          04:45:06  2\u00d7  alice  iam:CreateAccessKey root2 (AccessDenied)  203.0.113.7 "
	                "web-1.example.org"));
	CHECK(has(
	    &out,
	    "          04:46:21      alice  iam:CreateAccessKey root2                 203.0.113.7 web-1.example.org"));
	CHECK(has(&out,
	          "because eventName = CreateAccessKey, userIdentity.arn contains all iam, text contains text\n\n"));
	CHECK(has(&out, "detections    0") == false && has(&out, "events        3"));
	CHECK(widest(buf_view(&out)) <= 140);
}

TEST(the_most_severe_and_most_frequent_come_first)
{
	auto_table *t = NULL;
	auto_buf out = { 0 };
	struct report_summary s = { 0 };
	static const struct {
		const char *title;
		int rank, events;
	} rules[] = { { "Rule low", 2, 9 },
		      { "Rule critical", 5, 1 },
		      { "Rule high few", 4, 1 },
		      { "Rule high many", 4, 3 },
		      { "Rule info", 1, 1 } };
	static const char *const order[] = { "Rule critical", "Rule high many", "Rule high few", "Rule low",
		                             "Rule info" };
	CHECK(report_table_new(false, 80, &t) == ERR_OK);
	for (uint32_t i = 0; i < ARRAY_LEN(rules); i++) {
		struct fixture f;
		fixture_init(&f);
		f.rule.title = str_of(rules[i].title);
		f.rule.level_rank = rules[i].rank;
		f.rule.index = i * 100;
		for (int k = 0; k < rules[i].events; k++)
			CHECK(add(t, &f, k) == ERR_OK);
	}
	report_table_write(t, &s, &out);
	CHECK(buf_err(&out) == ERR_OK);
	const char *last = out.ptr;
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		const char *at = find(&out, order[i]);
		CHECKF(at != NULL && at >= last, "%s", order[i]);
		last = at;
	}
}

TEST(five_different_rows_are_kept_and_the_rest_is_counted)
{
	auto_table *t = NULL;
	auto_buf out = { 0 };
	struct fixture f;
	struct report_summary s = { 0 };
	char name[16];
	fixture_init(&f);
	f.facts.actor.id = (struct str){ NULL, 0 };
	CHECK(report_table_new(false, 100, &t) == ERR_OK);
	for (int i = 0; i < 1200; i++) {
		(void)snprintf(name, sizeof(name), "user-%d", i);
		f.facts.actor.name = str_of(name);
		CHECK(add(t, &f, i) == ERR_OK);
	}
	report_table_write(t, &s, &out);
	CHECK(has(&out, "user-4 ") && !has(&out, "user-5 "));
	CHECK(has(&out, "  +1,195 more\n") && has(&out, "1,200 events\n"));
}

TEST(rows_come_in_order_of_time_whatever_the_order_of_arrival)
{
	auto_table *t = NULL;
	auto_buf out = { 0 };
	struct fixture f;
	struct report_summary s = { 0 };
	fixture_init(&f);
	CHECK(report_table_new(false, 100, &t) == ERR_OK);
	f.facts.actor.name = STR("late");
	CHECK(add(t, &f, 100000) == ERR_OK);
	f.facts.actor.name = STR("early");
	CHECK(add(t, &f, 5) == ERR_OK);
	report_table_write(t, &s, &out);
	const char *early = find(&out, "11-22 04:45:11"), *late = find(&out, "11-23 08:31:46");
	CHECKF(early != NULL && late != NULL && early < late, "%.*s", STR_FMT(buf_view(&out)));
	CHECK(has(&out, "2024-11-22 04:45:11 to 2024-11-23 08:31:46 UTC"));
}

TEST(no_line_is_wider_than_the_terminal)
{
	static const size_t widths[] = { 1, 40, 60, 80, 100, 140, 200 };
	for (size_t w = 0; w < ARRAY_LEN(widths); w++)
		for (int colour = 0; colour < 2; colour++) {
			auto_table *t = NULL;
			auto_buf out = { 0 };
			struct fixture f;
			char big[3000];
			struct report_summary s = { 0 };
			memset(big, 'x', sizeof(big));
			fixture_init(&f);
			f.rule.title = f.facts.actor.name = f.facts.scope_host = f.facts.error = f.reasons[0].value =
			    (struct str){ big, sizeof(big) };
			CHECK(report_table_new(colour != 0, widths[w], &t) == ERR_OK);
			CHECK(add(t, &f, 0) == ERR_OK);
			f.facts.error = STR("\u4e2d\u6587\u4e2d\u6587\u4e2d\u6587\u4e2d\u6587");
			f.facts.actor.name = STR("\u202e\u0301\u4e2d\xff\x1b]0;t\x07");
			CHECK(add(t, &f, 1) == ERR_OK);
			report_table_write(t, &s, &out);
			size_t limit = widths[w] < 60 ? 60 : widths[w];
			CHECKF(widest(buf_view(&out)) <= limit, "width %zu: %zu columns\n%.*s", widths[w],
			       widest(buf_view(&out)), STR_FMT(buf_view(&out)));
		}
}

TEST(hostile_text_does_not_reach_the_terminal)
{
	auto_table *t = NULL;
	auto_buf out = { 0 };
	struct fixture f;
	struct report_summary s = { 0 };
	struct str evil = STR("\x1b[2J\x1b]0;owned\x07\r\n\u202e\x9b"
	                      "31m");
	fixture_init(&f);
	f.facts.actor.name = f.facts.action_name = f.facts.error = f.facts.origin_ip = f.rule.title =
	    f.reasons[0].pattern = f.reasons[0].value = f.reasons[0].field = f.rule.level = evil;
	CHECK(report_table_new(false, 200, &t) == ERR_OK);
	CHECK(add(t, &f, 0) == ERR_OK);
	report_table_write(t, &s, &out);
	for (size_t i = 0; i < out.len; i++)
		CHECKF((unsigned char)out.ptr[i] >= 0x20 || out.ptr[i] == '\n', "byte %d at %zu", out.ptr[i], i);
	CHECK(!has(&out, "\u202e") && utf8_is_valid(out.ptr, out.len));
	CHECK(has(&out, "\\x1b[2J"));
}

TEST(the_outcome_survives_a_narrow_column)
{
	auto_table *t = NULL;
	auto_buf out = { 0 };
	struct fixture f;
	struct report_summary s = { 0 };
	fixture_init(&f);
	f.facts.action_name = STR("AVeryLongActionNameThatWillNotFitIntoTheColumnAtAllWhateverHappens");
	CHECK(report_table_new(false, 80, &t) == ERR_OK);
	CHECK(add(t, &f, 0) == ERR_OK);
	report_table_write(t, &s, &out);
	CHECKF(has(&out, "(Acce"), "%.*s", STR_FMT(buf_view(&out)));
}

TEST(events_without_anything_still_make_a_row)
{
	auto_table *t = NULL;
	auto_buf out = { 0 };
	struct fixture f;
	struct report_summary s = { 0 };
	fixture_bare(&f);
	CHECK(report_table_new(false, 80, &t) == ERR_OK);
	CHECK(report_table_add(t, &f.detection) == ERR_OK);
	report_table_write(t, &s, &out);
	CHECKF(has(&out, "low       Bare") && has(&out, "no time   -"), "%.*s", STR_FMT(buf_view(&out)));
}

TEST(command_lines_and_short_names_stand_for_the_action)
{
	static const struct {
		const char *id, *name, *want;
	} who[] = { { "arn:aws:sts::1:assumed-role/Admin/bob", "Admin", "Admin/bob" },
		    { "arn:aws:iam::1:root", NULL, "root" },
		    { "arn:aws:iam::1:user/team/eve", NULL, "team/eve" },
		    { "arn:short", NULL, "arn:short" },
		    { "system:serviceaccount:ns:x", NULL, "system:serviceaccount:ns:x" } };
	for (size_t i = 0; i < ARRAY_LEN(who); i++) {
		auto_table *t = NULL;
		auto_buf out = { 0 };
		struct fixture f;
		struct report_summary s = { 0 };
		fixture_bare(&f);
		f.facts.actor.id = str_of(who[i].id);
		f.facts.actor.name = str_of(who[i].name);
		f.reasons[0] = (struct match_reason){ STR("CommandLine"), STR("whoami /all"), STR("contains"),
			                              STR("whoami"), false };
		f.detection.reasons = f.reasons;
		f.detection.n_reasons = 1;
		CHECK(report_table_new(false, 100, &t) == ERR_OK && add(t, &f, 0) == ERR_OK);
		report_table_write(t, &s, &out);
		char want[100];
		(void)snprintf(want, sizeof(want), "  %s  whoami /all\n", who[i].want);
		CHECKF(has(&out, want), "%s in %.*s", want, STR_FMT(buf_view(&out)));
	}
}

TEST(an_empty_table_says_so)
{
	auto_table *t = NULL;
	auto_buf out = { 0 };
	struct report_summary s = { 0 };
	CHECK(report_table_new(true, 0, &t) == ERR_OK);
	report_table_write(t, &s, &out);
	CHECK(str_starts(buf_view(&out), STR("No detections.\n")));
	report_table_free(&t);
	report_table_free(&t);
	CHECK(t == NULL);
}

TEST(a_rule_index_beyond_the_limit_is_refused)
{
	auto_table *t = NULL;
	struct fixture f;
	fixture_init(&f);
	CHECK(report_table_new(false, 80, &t) == ERR_OK);
	f.rule.index = LIMIT_RULES;
	CHECK(add(t, &f, 0) == ERR_LIMIT);
	f.rule.index = LIMIT_RULES - 1;
	CHECK(add(t, &f, 0) == ERR_OK);
}
