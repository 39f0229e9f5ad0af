/*
 * Calendar arithmetic and time text without the C library: its functions depend on the process's zone and locale, and
 * cost a microsecond where twenty nanoseconds do. Days are computed as in Howard Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms" (days_from_civil, civil_from_days).
 */
#include "base/time.h"

#include <math.h>

static const int64_t second_ns = 1000000000, day_seconds = 86400;

/* Days since 1970-01-01 of a proleptic Gregorian date. */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	unsigned year_of_era = (unsigned)(year - era * 400);
	unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + (int64_t)day_of_era - 719468;
}

struct date {
	int year;
	unsigned month, day;
};

static struct date date_of(int64_t days)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	unsigned day_of_era = (unsigned)(days - era * 146097);
	unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	unsigned shifted = (5 * day_of_year + 2) / 153;
	unsigned month = shifted < 10 ? shifted + 3 : shifted - 9;
	return (struct date){ (int)(era * 400) + (int)year_of_era + (month <= 2), month,
		              day_of_year - (153 * shifted + 2) / 5 + 1 };
}

static bool is_date(unsigned year, unsigned month, unsigned day)
{
	static const uint8_t lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (month - 1 >= 12 || day == 0)
		return false;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return day <= lengths[month - 1] + (unsigned)(month == 2 && leap);
}

/* Floor division, for times before 1970. */
static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Seconds and a fraction of 0..999999999 to nanoseconds. */
static fallible join(int64_t seconds, int64_t fraction, int64_t *ret_ns)
{
	/* the sum can be in range where the product of a negative second alone is not */
	int64_t ns;
	if (seconds < 0 && fraction > 0) {
		seconds++;
		fraction -= second_ns;
	}
	if (__builtin_mul_overflow(seconds, second_ns, &ns) || __builtin_add_overflow(ns, fraction, &ns) ||
	    ns == TIME_NONE)
		return ERR_LIMIT;
	*ret_ns = ns;
	return ERR_OK;
}

/* n digits as a number, or a number past any range when one of them is no digit. */
static ALWAYS_INLINE unsigned digits(const char *s, unsigned n)
{
	unsigned value = 0, bad = 0;
	for (unsigned i = 0; i < n; i++) {
		unsigned d = (unsigned)(unsigned char)s[i] - '0';
		bad |= d > 9;
		value = value * 10 + d;
	}
	return bad ? UINT32_MAX / 2 : value;
}

/* ".123", ",123": fraction in nanoseconds. *at moves behind. */
static fallible parse_fraction(struct str s, size_t *at, int64_t *ret_ns)
{
	static const uint32_t scale[] = { 0, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1 };
	size_t i = *at + 1, from = i;
	uint32_t value = 0;
	for (; i < s.len && i - from < 9 && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++)
		value = value * 10 + (uint32_t)(s.ptr[i] - '0');
	if (i == from)
		return ERR_PARSE;
	*ret_ns = (int64_t)value * scale[i - from];
	*at = i;
	return ERR_OK;
}

/* What follows the time, to the end of the text: seconds east of Greenwich. */
static fallible parse_zone(struct str rest, int64_t *ret_offset)
{
	*ret_offset = 0;
	if (rest.len > 1 && rest.ptr[0] == ' ')
		rest = str_cut(rest, 1, rest.len);
	if (rest.len == 0 || (rest.len == 1 && (rest.ptr[0] == 'Z' || rest.ptr[0] == 'z')) || str_is(rest, "UTC"))
		return ERR_OK;
	if (rest.len < 3 || (rest.ptr[0] != '+' && rest.ptr[0] != '-'))
		return ERR_PARSE;
	unsigned hours = digits(rest.ptr + 1, 2), minutes = 0;
	if (rest.len == 5)
		minutes = digits(rest.ptr + 3, 2);
	else if (rest.len == 6 && rest.ptr[3] == ':')
		minutes = digits(rest.ptr + 4, 2);
	else if (rest.len != 3)
		return ERR_PARSE;
	if (hours > 23 || minutes > 59)
		return ERR_PARSE;
	int64_t offset = (int64_t)hours * 3600 + minutes * 60;
	*ret_offset = rest.ptr[0] == '-' ? -offset : offset;
	return ERR_OK;
}

/* "hh:mm" or "hh:mm:ss" at p; second 60 is let through for the caller to judge. */
static fallible parse_clock(struct str s, size_t *at, int64_t *ret_seconds)
{
	const char *p = s.ptr + *at;
	size_t left = s.len - *at;
	if (left < 5 || p[2] != ':')
		return ERR_PARSE;
	unsigned hour = digits(p, 2), minute = digits(p + 3, 2), second = 0;
	*at += 5;
	if (left >= 8 && p[5] == ':') {
		second = digits(p + 6, 2);
		*at += 3;
	}
	if (hour > 23 || minute > 59 || second > 60)
		return ERR_PARSE;
	*ret_seconds = (int64_t)hour * 3600 + minute * 60 + second;
	return ERR_OK;
}

fallible time_parse(struct str s, int64_t *ret_ns)
{
	if (s.len < 10 || s.ptr[4] != '-' || s.ptr[7] != '-')
		return ERR_PARSE;
	unsigned year = digits(s.ptr, 4), month = digits(s.ptr + 5, 2), day = digits(s.ptr + 8, 2);
	if (year > 9999 || !is_date(year, month, day))
		return ERR_PARSE;
	int64_t seconds = days_of(year, month, day) * day_seconds, clock = 0, fraction = 0, offset = 0;
	if (s.len > 10) {
		size_t at = 11;
		if (s.ptr[10] != 'T' && s.ptr[10] != ' ' && s.ptr[10] != 't')
			return ERR_PARSE;
		TRY(parse_clock(s, &at, &clock));
		bool with_seconds = at == 19;
		if (with_seconds && at < s.len && (s.ptr[at] == '.' || s.ptr[at] == ','))
			TRY(parse_fraction(s, &at, &fraction));
		if (at < s.len)
			TRY(parse_zone(str_cut(s, at, s.len), &offset));
		seconds += clock - offset;
		bool leap = with_seconds && s.ptr[17] == '6';
		if (UNLIKELY(leap) && (seconds % day_seconds != 0))
			return ERR_PARSE;
	}
	return join(seconds, fraction, ret_ns);
}

/* The month of a three-letter name, 0 = none. */
static unsigned month_of(const char *s)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	for (unsigned i = 0; i < 12; i++)
		if (memcmp(names + 3 * (size_t)i, s, 3) == 0)
			return i + 1;
	return 0;
}

fallible time_parse_rfc3164(struct str s, int64_t year_hint_ns, int64_t *ret_ns, size_t *ret_used)
{
	enum { YEARS_BACK = 9 }; /* 29 February is eight years apart around 2100 */
	if (s.len < 5 || s.ptr[3] != ' ')
		return ERR_PARSE;
	size_t at = s.ptr[4] == ' ' ? 5 : 4;
	unsigned month = month_of(s.ptr), day = 0;
	bool two = at == 4 && s.len > 5 && s.ptr[5] != ' ';
	if (s.len < at + (two ? 2 : 1) + 9) /* "_2" and " 15:04:05" */
		return ERR_PARSE;
	day = digits(s.ptr + at, two ? 2 : 1);
	at += two ? 2 : 1;
	int64_t clock = 0;
	if (month == 0 || s.ptr[at++] != ' ' || s.ptr[at + 5] != ':')
		return ERR_PARSE;
	TRY(parse_clock(str_cut(s, 0, at + 8), &at, &clock));
	if (!is_date(2000, month, day) || s.ptr[at - 2] == '6')
		return ERR_PARSE;
	int64_t latest = floor_div(year_hint_ns, second_ns) + day_seconds;
	int year = date_of(floor_div(latest, day_seconds)).year;
	for (int y = year; y > year - YEARS_BACK; y--) {
		int64_t seconds = days_of(y, month, day) * day_seconds + clock;
		if (y < 0 || !is_date((unsigned)y, month, day) || seconds > latest)
			continue;
		TRY(join(seconds, 0, ret_ns));
		*ret_used = at;
		return ERR_OK;
	}
	return ERR_LIMIT;
}

/* Units in one second by magnitude: 1, 1e3, 1e6, 1e9. */
static int64_t units_of(double magnitude)
{
	if (magnitude < 1e11)
		return 1;
	if (magnitude < 1e14)
		return 1000;
	return magnitude < 1e17 ? 1000000 : second_ns;
}

fallible time_from_number(double seconds_or_more, int64_t *ret_ns)
{
	double x = seconds_or_more;
	if (isnan(x))
		return ERR_PARSE;
	if (fabs(x) >= 9.3e18)
		return ERR_LIMIT;
	int64_t units = units_of(fabs(x));
	double whole = floor(x), step = (double)(second_ns / units), fraction = (x - whole) * step;
	bool fine = units > 1000 || (units == 1 && fabs(x) < 1e7);
	int64_t ns = fine ? llround(fraction) : llround(fraction / 1000) * 1000;
	if (whole < -9.223372036854775e18 || whole > 9.223372036854775e18)
		return ERR_LIMIT;
	int64_t n = (int64_t)whole, total;
	if (__builtin_mul_overflow(n, second_ns / units, &total) || __builtin_add_overflow(total, ns, &total) ||
	    total == TIME_NONE)
		return ERR_LIMIT;
	*ret_ns = total;
	return ERR_OK;
}

fallible time_from_integer(int64_t n, int64_t *ret_ns)
{
	uint64_t magnitude = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	int64_t factor = second_ns, ns;
	if (magnitude >= 100000000000000000U)
		factor = 1;
	else if (magnitude >= 100000000000000U)
		factor = 1000;
	else if (magnitude >= 100000000000U)
		factor = 1000000;
	if (__builtin_mul_overflow(n, factor, &ns) || ns == TIME_NONE)
		return ERR_LIMIT;
	*ret_ns = ns;
	return ERR_OK;
}

static void put_digits(char *out, unsigned value, unsigned n)
{
	while (n-- > 0) {
		out[n] = (char)('0' + value % 10);
		value /= 10;
	}
}

size_t time_format(int64_t ns, char *out)
{
	static const char pattern[] = "yyyy-mm-ddThh:mm:ss.nnnnnnnnn";
	out[0] = '\0';
	if (ns == TIME_NONE)
		return 0;
	int64_t seconds = floor_div(ns, second_ns), days = floor_div(seconds, day_seconds);
	int64_t rest = ns % second_ns; /* not ns - seconds * second_ns, which overflows at the lower end */
	unsigned fraction = (unsigned)(rest < 0 ? rest + second_ns : rest);
	unsigned clock = (unsigned)(seconds - days * day_seconds);
	struct date date = date_of(days);
	memcpy(out, pattern, sizeof(pattern));
	put_digits(out, (unsigned)date.year, 4);
	put_digits(out + 5, date.month, 2);
	put_digits(out + 8, date.day, 2);
	put_digits(out + 11, clock / 3600, 2);
	put_digits(out + 14, clock / 60 % 60, 2);
	put_digits(out + 17, clock % 60, 2);
	put_digits(out + 20, fraction, 9);
	size_t len = sizeof(pattern) - 1;
	while (out[len - 1] == '0' && fraction > 0)
		len--;
	if (fraction == 0)
		len = 19;
	out[len] = 'Z';
	out[len + 1] = '\0';
	return len + 1;
}

/* ISO 8601: week 1 is the one with the year's first Thursday; a date may belong to a week of its neighbour year. */
static int week_of(int64_t days, int weekday)
{
	int64_t thursday = days - weekday + 3;
	int64_t first = days_of(date_of(thursday).year, 1, 1);
	return (int)((thursday - first) / 7) + 1;
}

struct time_parts time_split(int64_t ns)
{
	int64_t seconds = floor_div(ns, second_ns), days = floor_div(seconds, day_seconds);
	int clock = (int)(seconds - days * day_seconds);
	struct date date = date_of(days);
	int weekday = (int)((days + 3) - floor_div(days + 3, 7) * 7); /* 1970-01-01 was a Thursday */
	return (struct time_parts){ .year = date.year,
		                    .month = (int)date.month,
		                    .day = (int)date.day,
		                    .hour = clock / 3600,
		                    .minute = clock / 60 % 60,
		                    .second = clock % 60,
		                    .iso_week = week_of(days, weekday),
		                    .weekday = weekday };
}

fallible time_parse_duration(struct str s, int64_t *ret_ns)
{
	static const struct {
		char letter;
		int64_t seconds;
	} units[] = { { 's', 1 },         { 'm', 60 },         { 'h', 3600 },       { 'd', 86400 },
		      { 'w', 7 * 86400 }, { 'M', 30 * 86400 }, { 'y', 365 * 86400 } };
	int64_t n = 0;
	size_t i = 0;
	for (; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++)
		n = n < second_ns * 100000000 ? n * 10 + (s.ptr[i] - '0') : n; /* saturates past every range */
	if (i == 0 || i + 1 != s.len)
		return ERR_PARSE;
	for (size_t u = 0; u < ARRAY_LEN(units); u++) {
		int64_t ns;
		if (units[u].letter != s.ptr[i])
			continue;
		if (__builtin_mul_overflow(n, units[u].seconds * second_ns, &ns))
			return ERR_LIMIT;
		*ret_ns = ns;
		return ERR_OK;
	}
	return ERR_PARSE;
}

fallible time_parse_user(struct str s, int64_t now_ns, int64_t *ret_ns)
{
	int64_t before, ns;
	enum err e = time_parse_duration(s, &before);
	if (e == ERR_PARSE)
		return time_parse(s, ret_ns);
	TRY(e);
	if (__builtin_sub_overflow(now_ns, before, &ns) || ns == TIME_NONE)
		return ERR_LIMIT;
	*ret_ns = ns;
	return ERR_OK;
}
