/*
 * Time stamps as devices write them in syslog headers: ISO 8601, RFC 3164 with or without a year in any of three
 * places, a weekday, fractions, a zone, or Unix seconds. A zone abbreviation counts only when it is in the table;
 * without one the time is taken as UTC.
 */
#include "source/text-parts.h"

struct stamp {
	int month, day, clock[3];
	int64_t year; /* 0 = none */
	int64_t fraction_ns, zone_seconds;
};

static char at_or_nul(struct str s, size_t at)
{
	return at < s.len ? s.ptr[at] : '\0';
}

static int month_of(struct str s, size_t at)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	if (s.len - at < 4 || s.ptr[at + 3] != ' ')
		return 0;
	char low[3];
	for (size_t i = 0; i < 3; i++)
		low[i] = (char)(s.ptr[at + i] | 32);
	for (int m = 0; m < 12; m++)
		if (memcmp(names + (size_t)m * 3, low, 3) == 0)
			return m + 1;
	return 0;
}

/* One to max digits; false when there is none. */
static bool take_number(struct str s, size_t *at, size_t max, int *ret)
{
	size_t n = 0;
	int value = 0;
	while (n < max && text_is_digit(at_or_nul(s, *at + n)))
		value = value * 10 + (s.ptr[*at + n++] - '0');
	*at += n;
	*ret = value;
	return n > 0;
}

static void skip_spaces(struct str s, size_t *at)
{
	while (at_or_nul(s, *at) == ' ')
		(*at)++;
}

/* hh:mm:ss with an optional fraction. */
static bool take_clock(struct str s, size_t *at, struct stamp *st)
{
	for (int i = 0; i < 3; i++) {
		if (i > 0 && at_or_nul(s, (*at)++) != ':')
			return false;
		if (!take_number(s, at, 2, &st->clock[i]))
			return false;
	}
	char dot = at_or_nul(s, *at);
	if ((dot == '.' || dot == ',') && text_is_digit(at_or_nul(s, *at + 1))) {
		int64_t unit = 100000000;
		for ((*at)++; text_is_digit(at_or_nul(s, *at)); (*at)++, unit /= 10)
			st->fraction_ns += unit * (s.ptr[*at] - '0');
	}
	return true;
}

static bool ends_word(char c)
{
	return c == ' ' || c == ':' || c == '\0';
}

/* Four digits that are a year of our time. */
static bool take_year(struct str s, size_t *at, struct stamp *st)
{
	int year;
	size_t i = *at;
	if (!take_number(s, &i, 4, &year) || i - *at != 4 || year < 1970 || year > 2200)
		return false;
	/* "2001:db8::1" is a host. */
	if (at_or_nul(s, i) != ' ' && i < s.len && (s.ptr[i] != ':' || !ends_word(at_or_nul(s, i + 1))))
		return false;
	st->year = year;
	*at = i;
	return true;
}

static bool take_zone(struct str s, size_t *at, struct stamp *st)
{
	static const struct {
		char name[5];
		int8_t hours;
	} zones[] = { { "UTC", 0 },  { "GMT", 0 },   { "Z", 0 },    { "EST", -5 }, { "EDT", -4 }, { "CST", -6 },
		      { "CDT", -5 }, { "MST", -7 },  { "MDT", -6 }, { "PST", -8 }, { "PDT", -7 }, { "WET", 0 },
		      { "CET", 1 },  { "CEST", 2 },  { "EET", 2 },  { "EEST", 3 }, { "MSK", 3 },  { "JST", 9 },
		      { "KST", 9 },  { "AEST", 10 }, { "AEDT", 11 } };
	size_t end = *at;
	while (at_or_nul(s, end) >= 'A' && at_or_nul(s, end) <= 'Z' && end - *at < 5)
		end++;
	struct str word = str_cut(s, *at, end);
	for (size_t i = 0; i < ARRAY_LEN(zones); i++)
		if (str_eq(word, str_of(zones[i].name)) && ends_word(at_or_nul(s, end))) {
			st->zone_seconds = zones[i].hours * 3600;
			*at = end;
			return true;
		}
	char sign = at_or_nul(s, *at);
	size_t i = *at + 1;
	int hours, minutes = 0;
	if ((sign != '+' && sign != '-') || !take_number(s, &i, 2, &hours) || i - *at != 3)
		return false;
	i += at_or_nul(s, i) == ':' ? 1 : 0;
	if (!take_number(s, &i, 2, &minutes) || !ends_word(at_or_nul(s, i)) || hours > 14 || minutes > 59)
		return false;
	st->zone_seconds = (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	*at = i;
	return true;
}

static void two_digits(char *out, int n)
{
	out[0] = (char)('0' + n / 10 % 10);
	out[1] = (char)('0' + n % 10);
}

/* False when the parts are no time. *ret_ns TIME_NONE when the year cannot be known. */
static bool resolve(const struct stamp *st, int64_t hint_ns, int64_t *ret_ns)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	bool dated = st->year != 0;
	int64_t hint =
	    dated || hint_ns == TIME_NONE ? 951782400000000000 /* 2000-02-29: any day can follow */ : hint_ns;
	char buf[20];
	int64_t ns;
	if (dated) {
		two_digits(buf, (int)st->year / 100);
		two_digits(buf + 2, (int)st->year);
		memcpy(buf + 4, "-__-__T__:__:__", 15);
		two_digits(buf + 5, st->month);
		two_digits(buf + 8, st->day);
	} else {
		memcpy(buf, names + (size_t)(st->month - 1) * 3, 3);
		memcpy(buf + 3, " __ __:__:__", 12);
		two_digits(buf + 4, st->day);
		buf[4] = st->day < 10 ? ' ' : buf[4];
	}
	size_t clock = dated ? 11 : 7, used;
	for (size_t i = 0; i < 3; i++)
		two_digits(buf + clock + i * 3, st->clock[i]);
	struct str text = { buf, clock + 8 };
	if ((dated ? time_parse(text, &ns) : time_parse_rfc3164(text, hint, &ns, &used)) != ERR_OK)
		return false;
	if (!dated && hint_ns == TIME_NONE)
		*ret_ns = TIME_NONE;
	else
		*ret_ns = ns + st->fraction_ns - st->zone_seconds * 1000000000;
	return true;
}

/* ISO 8601, as one word or date and time apart; 0 when it is none. */
static size_t iso(struct str s, int64_t *ret_ns)
{
	if (s.len < 10 || !text_is_digit(s.ptr[0]) || (s.ptr[4] != '-' && s.ptr[4] != '/') || s.ptr[7] != s.ptr[4])
		return 0;
	size_t end = text_find(str_cut(s, 0, 64), 0, ' ');
	struct str word = str_cut(s, 0, end);
	if (end == 10 && s.len > 18) { /* the time is the next word */
		end = text_find(str_cut(s, 0, 64), 11, ' ');
		word = str_cut(s, 0, end);
	} else if (end == 10) {
		return 0;
	}
	while (word.len > 0 && (word.ptr[word.len - 1] == ':' || word.ptr[word.len - 1] == ','))
		word.len--;
	char copy[64];
	memcpy(copy, word.ptr, word.len);
	copy[4] = copy[7] = '-';
	return time_parse((struct str){ copy, word.len }, ret_ns) == ERR_OK ? word.len : 0;
}

/* Ten digits with an optional fraction. */
static size_t unix_seconds(struct str s, int64_t *ret_ns)
{
	size_t at = 0;
	int64_t seconds, unit = 100000000, fraction = 0;
	while (at < 11 && text_is_digit(at_or_nul(s, at)))
		at++;
	if (at != 10 || !text_number(str_cut(s, 0, 10), &seconds) || seconds > INT64_MAX / 1000000000 - 1)
		return 0;
	if (at_or_nul(s, at) == '.')
		for (at++; text_is_digit(at_or_nul(s, at)); at++, unit /= 10)
			fraction += unit * (s.ptr[at] - '0');
	if (at_or_nul(s, at) != ' ')
		return 0;
	*ret_ns = seconds * 1000000000 + fraction;
	return at;
}

size_t text_stamp(struct text *t, struct str s, int64_t *ret_ns)
{
	static const char weekdays[] = "MonTueWedThuFriSatSun";
	if (s.len < 10)
		return 0;
	if (text_is_digit(s.ptr[0])) {
		size_t n = iso(s, ret_ns);
		n = n > 0 ? n : unix_seconds(s, ret_ns);
		if (n > 0)
			return n;
	}
	struct stamp st = { 0 };
	size_t at = 0;
	for (size_t i = 0; i < 7; i++)
		if (memcmp(s.ptr, weekdays + i * 3, 3) == 0 &&
		    (s.ptr[3] == ' ' || (s.ptr[3] == ',' && s.ptr[4] == ' ')))
			at = s.ptr[3] == ' ' ? 4 : 5;
	if (take_year(s, &at, &st))
		skip_spaces(s, &at);
	st.month = month_of(s, at);
	if (st.month == 0)
		return 0;
	at += 4;
	skip_spaces(s, &at);
	if (!take_number(s, &at, 2, &st.day) || at_or_nul(s, at) != ' ')
		return 0;
	skip_spaces(s, &at);
	if (st.year == 0 && take_year(s, &at, &st))
		skip_spaces(s, &at);
	if (!take_clock(s, &at, &st))
		return 0;
	for (int i = 0; i < 2 && at_or_nul(s, at) == ' '; i++) { /* zone and year, either first */
		size_t next = at + 1;
		if (!take_zone(s, &next, &st) && (st.year != 0 || !take_year(s, &next, &st)))
			break;
		at = next;
	}
	return resolve(&st, t->input != NULL ? t->input->mtime_ns : TIME_NONE, ret_ns) ? at : 0;
}
