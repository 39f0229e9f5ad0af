/* What a run was, for people and for programs. */
#include "fixture.h"

static struct report_summary full_summary(void)
{
	static const struct report_source_count sources[] = { { { "AWS CloudTrail", 14 }, 1204000 },
		                                              { { "Nothing seen", 12 }, 0 },
		                                              { { "Linux auditd", 12 }, 331 } };
	return (struct report_summary){ .files = 3,
		                        .bytes = 928000000,
		                        .events = 1204331,
		                        .detections = 12,
		                        .duplicates = 14,
		                        .unread = 3,
		                        .undetermined = 1,
		                        .rules_loaded = 3110,
		                        .rules_refused = 12,
		                        .rules_correlation = 5,
		                        .rules_placeholder = 1,
		                        .seconds = 2.0,
		                        .rules_seconds = 0.131,
		                        .sources = sources,
		                        .n_sources = 3,
		                        .by_level = { 0, 0, 1, 0, 9, 2 } };
}

TEST(text_has_aligned_lines_without_zeros)
{
	auto_buf out = { 0 };
	struct report_summary s = full_summary();
	report_summary_text(&out, &s, false);
	CHECKF(
	    str_eq(buf_view(&out),
	           STR("detections    12  2 critical, 9 high, 1 low\n"
	               "events        1,204,331 from 3 files in 2.00 s  602,165 events/s, 464 MB/s\n"
	               "sources       AWS CloudTrail  1,204,000\n"
	               "              Linux auditd          331\n"
	               "rules         3,110 loaded in 0.13 s, 12 refused, 1 needs placeholder values, 5 correlations\n"
	               "unread        3  records that could not be read\n"
	               "undetermined  1  rule evaluations stopped by a bound\n"
	               "duplicates    14  events delivered more than once, counted once\n")),
	    "\n%.*s", STR_FMT(buf_view(&out)));
}

TEST(an_empty_run_still_says_events_and_rules)
{
	auto_buf out = { 0 };
	struct report_summary s = { 0 };
	report_summary_text(&out, &s, false);
	CHECKF(str_eq(buf_view(&out), STR("detections    0\nevents        0 from 0 files\nrules         0 loaded\n")),
	       "\n%.*s", STR_FMT(buf_view(&out)));
}

TEST(odd_durations_give_no_rate_and_no_crash)
{
	static const double seconds[] = { 0, -1, 1e-12, 1e300 };
	for (size_t i = 0; i < ARRAY_LEN(seconds); i++) {
		auto_buf out = { 0 };
		struct report_summary s = { .events = UINT64_MAX, .bytes = UINT64_MAX, .seconds = seconds[i] };
		report_summary_text(&out, &s, false);
		report_summary_json(&out, &s);
		CHECK(buf_err(&out) == ERR_OK);
		CHECK(!has(&out, "events/s"));
	}
}

TEST(colour_is_only_there_when_asked)
{
	auto_buf plain = { 0 }, colour = { 0 };
	struct report_summary s = full_summary();
	report_summary_text(&plain, &s, false);
	report_summary_text(&colour, &s, true);
	CHECK(buf_err(&plain) == ERR_OK && buf_err(&colour) == ERR_OK);
	CHECK(memchr(plain.ptr, 0x1b, plain.len) == NULL);
	CHECK(memchr(colour.ptr, 0x1b, colour.len) != NULL);
}

TEST(source_titles_are_made_harmless)
{
	auto_buf out = { 0 };
	struct report_source_count source = { STR("x\x1b[2J"), 1 };
	struct report_summary s = { .sources = &source, .n_sources = 1 };
	report_summary_text(&out, &s, false);
	CHECK(buf_err(&out) == ERR_OK && memchr(out.ptr, 0x1b, out.len) == NULL && has(&out, "x\\x1b[2J"));
}

TEST(json_has_every_counter_zero_or_not)
{
	auto_buf out = { 0 };
	struct report_summary s = full_summary();
	report_summary_json(&out, &s);
	CHECKF(
	    str_eq(
	        buf_view(&out),
	        STR("{\"kind\":\"summary\",\"schema\":1,\"events\":1204331,\"detections\":12,\"files\":3,\"bytes\":"
	            "928000000,"
	            "\"files_failed\":0,\"unread\":3,\"truncated\":0,\"tolerant\":0,\"time_assumed\":0,\"unknown_"
	            "source\":0,"
	            "\"undetermined\":1,\"duplicates\":14,\"filtered\":0,\"files_pruned\":0,\"files_skipped\":0,"
	            "\"seconds\":2,"
	            "\"rules\":{\"loaded\":3110,\"refused\":12,\"placeholder\":1,\"correlation\":5,\"seconds\":0.131},"
	            "\"by_level\":{\"informational\":0,\"low\":1,\"medium\":0,\"high\":9,\"critical\":2},"
	            "\"sources\":{\"AWS CloudTrail\":1204000,\"Nothing seen\":0,\"Linux "
	            "auditd\":331},\"interrupted\":false}\n")) ||
	        has(&out, "\"seconds\":2.0,"),
	    "\n%.*s", STR_FMT(buf_view(&out)));
}
