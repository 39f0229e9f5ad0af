#include "base/time.h"

#include <math.h>

#include "test.h"

static const int64_t second = 1000000000;

TEST(parses_the_forms_found_in_logs)
{
	static const struct {
		const char *text;
		int64_t ns;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-11-22T04:05:06Z", 1795320306000000000 },
		{ "2026-11-22t04:05:06z", 1795320306000000000 },
		{ "2026-11-22 04:05:06", 1795320306000000000 },
		{ "2026-11-22", 1795305600000000000 },
		{ "2026-11-22T04:05", 1795320300000000000 },
		{ "2026-11-22T04:05Z", 1795320300000000000 },
		{ "2026-11-22T04:05:06.5Z", 1795320306500000000 },
		{ "2026-11-22T04:05:06,123", 1795320306123000000 },
		{ "2026-11-22T04:05:06.1234567Z", 1795320306123456700 },
		{ "2026-11-22T04:05:06.123456789Z", 1795320306123456789 },
		{ "2026-07-28 11:45:48.862", 1785239148862000000 },
		{ "2026-07-28 11:45:48 UTC", 1785239148000000000 },
		{ "2026-07-28 11:45:48.862 +0000", 1785239148862000000 },
		{ "2026-11-22T04:05:06+01:30", 1795314906000000000 },
		{ "2026-11-22T04:05:06-0130", 1795325706000000000 },
		{ "2026-11-22T04:05:06.25+01", 1795316706250000000 },
		{ "1969-12-31T23:59:59.999999999Z", -1 },
		{ "2016-12-31T23:59:60Z", 1483228800000000000 },
		{ "2017-01-01T05:29:60+05:30", 1483228800000000000 },
		{ "2000-02-29T00:00:00Z", 951782400000000000 },
		{ "1677-09-21T00:12:43.145224193Z", INT64_MIN + 1 },
		{ "2262-04-11T23:47:16.854775807Z", INT64_MAX },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t ns = 0;
		enum err e = time_parse(str_of(cases[i].text), &ns);
		CHECKF(e == ERR_OK && ns == cases[i].ns, "%s gives %d, %lld", cases[i].text, (int)e, (long long)ns);
	}
}

TEST(rejects_what_is_no_time)
{
	static const char *const cases[] = {
		"",
		"2026",
		"2026-11-2",
		"2026-11-22T",
		"2026-11-22T04",
		"2026-11-22T4:05:06Z",
		"2026-13-01",
		"2026-00-01",
		"2026-11-00",
		"2026-11-31",
		"2026-02-29",
		"1900-02-29",
		"2026-11-22T24:00:00Z",
		"2026-11-22T23:60:00Z",
		"2026-11-22T23:59:61Z",
		"2026-11-22T23:58:60Z",
		"2026-11-22T23:59:60+01:00",
		"2026-11-22T04:05:06.",
		"2026-11-22T04:05:06.Z",
		"2026-11-22T04:05:06.1234567890Z",
		"2026-11-22T04:05:06.12x",
		"2026-11-22T04:05:06ZZ",
		"2026-11-22T04:05:06 Zx",
		"2026-11-22T04:05:06 ",
		"2026-11-22T04:05:06+",
		"2026-11-22T04:05:06+1",
		"2026-11-22T04:05:06+24:00",
		"2026-11-22T04:05:06+01:60",
		"2026-11-22T04:05:06+01:3",
		"2026-11-22T04:05:06+01-30",
		"2026-11-22T04:05:06+010",
		"2026/11/22",
		"2026-11-22X04:05:06Z",
		"2026-11-22T04-05-06Z",
		"2026-11-22T04:05:0xZ",
		"2o26-11-22",
		"-026-11-22",
		"2026-11-22T04:05:",
		"2026-11-22T04:05:6Z",
		"2026-11-22T04:05.5",
		" 2026-11-22",
		"+026-11-22T04:05:06Z",
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t ns = 42;
		enum err e = time_parse(str_of(cases[i]), &ns);
		CHECKF(e == ERR_PARSE && ns == 42, "\"%s\" gives %d", cases[i], (int)e);
	}
}

TEST(times_outside_the_range_are_told_apart_from_nonsense)
{
	static const char *const cases[] = { "0001-01-01", "1677-09-21T00:12:43.145224192Z", "9999-12-31T23:59:59Z",
		                             "2262-04-11T23:47:16.854775808Z", "1677-09-21T00:12:43Z" };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t ns;
		CHECKF(time_parse(str_of(cases[i]), &ns) == ERR_LIMIT, "%s", cases[i]);
	}
}

TEST(format_and_parse_are_inverse)
{
	uint64_t state = 88172645463325252U;
	for (int i = 0; i < 200000; i++) {
		char text[TIME_TEXT_MAX];
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		int64_t ns = (int64_t)state, back = 0;
		ns = i % 3 == 0 ? ns / second * second : ns;
		size_t n = time_format(ns, text);
		CHECK(n < TIME_TEXT_MAX && text[n] == '\0');
		CHECKF(time_parse((struct str){ text, n }, &back) == ERR_OK && back == ns, "%s", text);
	}
}

TEST(formats_with_the_fewest_fraction_digits)
{
	static const struct {
		int64_t ns;
		const char *text;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ -1, "1969-12-31T23:59:59.999999999Z" },
		{ 1795320306500000000, "2026-11-22T04:05:06.5Z" },
		{ 1795320306000000010, "2026-11-22T04:05:06.00000001Z" },
		{ 1795320300000000000, "2026-11-22T04:05:00Z" },
		{ INT64_MAX, "2262-04-11T23:47:16.854775807Z" },
		{ INT64_MIN + 1, "1677-09-21T00:12:43.145224193Z" },
		{ TIME_NONE, "" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[TIME_TEXT_MAX];
		size_t n = time_format(cases[i].ns, text);
		CHECKF(strcmp(text, cases[i].text) == 0 && n == strlen(text), "%s", text);
	}
}

TEST(every_day_of_the_range_follows_the_one_before)
{
	struct time_parts last = time_split(-106751 * (86400 * second));
	for (int64_t day = -106750; day <= 106751; day++) {
		struct time_parts now = time_split(day * 86400 * second);
		bool next = now.year == last.year && now.month == last.month && now.day == last.day + 1;
		next |= now.year == last.year && now.month == last.month + 1 && now.day == 1 && last.day >= 28;
		next |=
		    now.year == last.year + 1 && now.month == 1 && now.day == 1 && last.month == 12 && last.day == 31;
		CHECKF(next && now.weekday == (last.weekday + 1) % 7, "day %lld", (long long)day);
		CHECKF(now.weekday == 0 ? now.iso_week != last.iso_week : now.iso_week == last.iso_week, "week of %lld",
		       (long long)day);
		last = now;
	}
}

TEST(splits_into_the_parts_of_the_calendar)
{
	static const struct {
		const char *text;
		struct time_parts parts;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", { 1970, 1, 1, 0, 0, 0, 1, 3 } },
		{ "2026-11-22T04:05:06Z", { 2026, 11, 22, 4, 5, 6, 47, 6 } },
		{ "2021-01-03T23:59:59Z", { 2021, 1, 3, 23, 59, 59, 53, 6 } },
		{ "2024-12-30T00:00:00Z", { 2024, 12, 30, 0, 0, 0, 1, 0 } },
		{ "1969-12-31T23:59:59.5Z", { 1969, 12, 31, 23, 59, 59, 1, 2 } },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t ns = 0;
		CHECK(time_parse(str_of(cases[i].text), &ns) == ERR_OK);
		struct time_parts p = time_split(ns), want = cases[i].parts;
		CHECKF(p.year == want.year && p.month == want.month && p.day == want.day && p.hour == want.hour &&
		           p.minute == want.minute && p.second == want.second,
		       "%s", cases[i].text);
		CHECKF(p.iso_week == want.iso_week && p.weekday == want.weekday, "%s: week %d, weekday %d",
		       cases[i].text, p.iso_week, p.weekday);
	}
}

TEST(syslog_times_take_the_latest_year_that_is_not_in_the_future)
{
	static const struct {
		const char *text, *hint, *result;
		size_t used;
	} cases[] = {
		{ "Nov 22 04:05:06 host", "2026-11-22T05:00:00Z", "2026-11-22T04:05:06Z", 15 },
		{ "Nov  2 04:05:06", "2026-11-22T05:00:00Z", "2026-11-02T04:05:06Z", 15 },
		{ "Nov 2 04:05:06", "2026-11-22T05:00:00Z", "2026-11-02T04:05:06Z", 14 },
		{ "Nov 02 04:05:06", "2026-11-22T05:00:00Z", "2026-11-02T04:05:06Z", 15 },
		{ "Dec 31 23:59:59", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", 15 },
		{ "Jan  1 00:30:00", "2025-12-31T23:59:00Z", "2026-01-01T00:30:00Z", 15 },
		{ "Jan  2 00:30:00", "2025-12-31T23:59:00Z", "2025-01-02T00:30:00Z", 15 },
		{ "Feb 29 12:00:00", "2026-03-01T00:00:00Z", "2024-02-29T12:00:00Z", 15 },
		{ "Feb 29 12:00:00", "2103-03-01T00:00:00Z", "2096-02-29T12:00:00Z", 15 },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t hint = 0, ns = 0, want = 0;
		size_t used = 0;
		CHECK(time_parse(str_of(cases[i].hint), &hint) == ERR_OK);
		CHECK(time_parse(str_of(cases[i].result), &want) == ERR_OK);
		enum err e = time_parse_rfc3164(str_of(cases[i].text), hint, &ns, &used);
		CHECKF(e == ERR_OK && ns == want && used == cases[i].used, "%s at %s: %d", cases[i].text, cases[i].hint,
		       (int)e);
	}
}

TEST(rejects_what_is_no_syslog_time)
{
	static const char *const cases[] = { "",
		                             "Nov",
		                             "Nov 22 04:05",
		                             "nov 22 04:05:06",
		                             "Foo 22 04:05:06",
		                             "Feb 30 04:05:06",
		                             "Nov 00 04:05:06",
		                             "Nov 22 24:05:06",
		                             "Nov 22 04:60:06",
		                             "Nov 22 04:05:60",
		                             "Nov 22T04:05:06",
		                             "Nov 22 04:05-06",
		                             "Nov  22 04:05:06",
		                             "Nov 2x 04:05:06",
		                             "Nov-22 04:05:06",
		                             "Nov 22 04:05:0" };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t ns;
		size_t used;
		CHECKF(time_parse_rfc3164(str_of(cases[i]), 0, &ns, &used) != ERR_OK, "\"%s\"", cases[i]);
	}
}

TEST(numbers_are_read_by_their_magnitude)
{
	static const struct {
		double number;
		int64_t ns;
	} cases[] = { { 0, 0 },
		      { 1700000000, 1700000000000000000 },
		      { 1700000000.123, 1700000000123000000 },
		      { 1700000000123, 1700000000123000000 },
		      { 1700000000123.456, 1700000000123456000 },
		      { 1700000000123456, 1700000000123456000 },
		      { 1.5, 1500000000 },
		      { -0.5, -500000000 },
		      { 1700000000.9999999, 1700000001000000000 } };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t ns = 0;
		CHECKF(time_from_number(cases[i].number, &ns) == ERR_OK && ns == cases[i].ns, "case %zu: %lld", i,
		       (long long)ns);
	}
	int64_t ns = 0;
	CHECK(time_from_number((double)NAN, &ns) == ERR_PARSE);
	CHECK(time_from_number((double)INFINITY, &ns) == ERR_LIMIT && time_from_number(-1e300, &ns) == ERR_LIMIT);
	CHECK(time_from_number(5e10, &ns) == ERR_LIMIT && ns == 0);
	CHECK(time_from_number(9.2233720368547758e18, &ns) == ERR_LIMIT);
	CHECK(time_from_number(-9.2233720368547758e18, &ns) == ERR_LIMIT);
}

TEST(integers_are_read_by_their_magnitude)
{
	static const struct {
		int64_t n, ns;
	} cases[] = { { 0, 0 },
		      { 1700000000, 1700000000000000000 },
		      { 1700000000123, 1700000000123000000 },
		      { 1700000000123456, 1700000000123456000 },
		      { 1700000000123456789, 1700000000123456789 },
		      { -1700000000123456789, -1700000000123456789 } };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t ns = 0;
		CHECKF(time_from_integer(cases[i].n, &ns) == ERR_OK && ns == cases[i].ns, "case %zu", i);
	}
	int64_t ns;
	CHECK(time_from_integer(50000000000, &ns) == ERR_LIMIT);
	CHECK(time_from_integer(INT64_MIN, &ns) == ERR_LIMIT);
}

TEST(durations_need_a_number_and_one_unit)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} good[] = { { "90s", 90 },      { "15m", 900 },
		     { "24h", 86400 },   { "7d", 604800 },
		     { "2w", 1209600 },  { "1M", 2592000 },
		     { "1y", 31536000 }, { "0s", 0 },
		     { "007d", 604800 }, { "292y", 292LL * 31536000 } };
	static const char *const bad[] = { "",    "5",     "s",    "5x",  "-5s", "+5s", "5 s",
		                           "5ss", "1h30m", "1.5h", " 5s", "5D",  "5S" };
	static const char *const huge[] = { "293y", "99999999999999999999999s", "9223372037s" };
	int64_t ns = 0;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		CHECKF(time_parse_duration(str_of(good[i].text), &ns) == ERR_OK && ns == good[i].seconds * second, "%s",
		       good[i].text);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECKF(time_parse_duration(str_of(bad[i]), &ns) == ERR_PARSE, "%s", bad[i]);
	for (size_t i = 0; i < ARRAY_LEN(huge); i++)
		CHECKF(time_parse_duration(str_of(huge[i]), &ns) == ERR_LIMIT, "%s", huge[i]);
}

TEST(users_may_say_a_time_or_how_long_ago)
{
	int64_t ns = 0, now = 1795320306000000000;
	CHECK(time_parse_user(STR("1h"), now, &ns) == ERR_OK && ns == now - 3600 * second);
	CHECK(time_parse_user(STR("2026-11-22"), now, &ns) == ERR_OK && ns == 1795305600000000000);
	CHECK(time_parse_user(STR("yesterday"), now, &ns) == ERR_PARSE);
	CHECK(time_parse_user(STR("292y"), INT64_MIN + 5, &ns) == ERR_LIMIT);
	CHECK(time_parse_user(STR("999y"), now, &ns) == ERR_LIMIT);
}
