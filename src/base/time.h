#ifndef BASE_TIME_H
#define BASE_TIME_H
#include "base/base.h"
/* Times are int64 nanoseconds since 1970-01-01T00:00:00Z (years 1678 to 2261); outside is ERR_LIMIT. */
#define TIME_NONE INT64_MIN
enum { TIME_TEXT_MAX = 40 };
/* RFC 3339 and ISO 8601 as found in logs: date, 'T' or ' ', time (seconds may be missing), up to 9 fraction digits ('.' or
 * ','), then "Z", "UTC", an offset (+hh:mm, +hhmm, +hh), these also behind one space, or nothing (UTC). A date alone is
 * midnight UTC. Second 60 is accepted where a leap second can be, at 23:59:60 UTC, and is the next day's second 0.
 * ERR_PARSE for everything else, ERR_LIMIT outside the range. */
fallible time_parse(struct str s, int64_t *ret_ns);
/* RFC 3164 "Jan _2 15:04:05" (or "Jan 02", "Jan 2") in UTC, at the start of s; year_hint_ns decides the year: the latest one not more than a day after the hint. */
fallible time_parse_rfc3164(struct str s, int64_t year_hint_ns, int64_t *ret_ns, size_t *ret_used);
/* Unix seconds (below 1e11 in magnitude), milliseconds (below 1e14), microseconds (below 1e17) or nanoseconds. Fractions are
 * kept; where a double cannot hold more than microseconds the noise behind them is rounded away. NaN is ERR_PARSE. */
fallible time_from_number(double seconds_or_more, int64_t *ret_ns);
fallible time_from_integer(int64_t n, int64_t *ret_ns);
/* "2026-11-22T04:05:06Z", fraction only when not zero (trailing zeros cut), NUL terminated. Returns the length; out has
 * TIME_TEXT_MAX. TIME_NONE gives the empty text. */
size_t time_format(int64_t ns, char *out);
struct time_parts {
	int year, month, day, hour, minute, second, iso_week, weekday; /* weekday 0 = Monday */
};
struct time_parts time_split(int64_t ns);
/* "90s", "15m", "24h", "7d", "2w", "1M" (30 d), "1y" (365 d); plain integers only before the unit.
 * Past 292 years ERR_LIMIT. */
fallible time_parse_duration(struct str s, int64_t *ret_ns);
/* What a user types for --since/--until: RFC 3339, a date, or a duration meaning "that long before now_ns". */
fallible time_parse_user(struct str s, int64_t now_ns, int64_t *ret_ns);
#endif
