/*
 * Paths: globs with `**`, and the layouts in which cloud providers lay logs down by account, region and date, of which
 * whole folders can be left out when only some time or place is wanted.
 */
#include <fnmatch.h>

#include "source/internal.h"

bool glob_has_magic(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] == '*' || s.ptr[i] == '?' || s.ptr[i] == '[')
			return true;
	return false;
}

/* Cuts the first component (up to '/') off; repeated slashes count as one. */
static struct str next_part(struct str *rest)
{
	while (rest->len > 0 && rest->ptr[0] == '/')
		*rest = str_cut(*rest, 1, rest->len);
	const char *slash = rest->len > 0 ? memchr(rest->ptr, '/', rest->len) : NULL;
	size_t n = slash != NULL ? (size_t)(slash - rest->ptr) : rest->len;
	struct str part = str_cut(*rest, 0, n);
	*rest = str_cut(*rest, n, rest->len);
	return part;
}

static bool part_matches(struct str pattern, struct str part)
{
	char p[256], s[256];
	if (pattern.len >= sizeof(p) || part.len >= sizeof(s))
		return false;
	memcpy(p, pattern.ptr, pattern.len);
	p[pattern.len] = '\0';
	memcpy(s, part.ptr, part.len);
	s[part.len] = '\0';
	return fnmatch(p, s, FNM_PERIOD) == 0;
}

/* partial: the path is a directory that something matching may lie below. budget bounds the choices `**` opens. */
static bool parts_match(struct str pattern, struct str path, bool partial, unsigned *budget)
{
	for (;;) {
		if (*budget == 0)
			return partial;
		--*budget;
		struct str pattern_rest = pattern, path_rest = path;
		struct str p = next_part(&pattern_rest), s = next_part(&path_rest);
		if (p.len == 0)
			return s.len == 0 && !partial;
		if (s.len == 0 && partial)
			return true;
		if (str_is(p, "**")) {
			if (parts_match(pattern_rest, path, partial, budget))
				return true;
			if (s.len == 0 || s.ptr[0] == '.')
				return false;
			path = path_rest;
			continue;
		}
		if (s.len == 0 || !part_matches(p, s))
			return false;
		pattern = pattern_rest;
		path = path_rest;
	}
}

bool glob_matches(struct str pattern, struct str path)
{
	unsigned budget = 100000;
	return parts_match(pattern, path, false, &budget);
}

bool glob_may_descend(struct str pattern, struct str dir)
{
	unsigned budget = 100000;
	return parts_match(pattern, dir, true, &budget);
}

/* All digits, of that length (at most 4): its value; else -1. */
static int digits(struct str s, size_t len)
{
	int n = 0;
	if (s.len != len)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return -1;
		n = n * 10 + (s.ptr[i] - '0');
	}
	return n;
}

/* The value of key=value where key is one of the names, "" otherwise. */
static struct str keyed(struct str part, struct str key)
{
	if (str_starts(part, STR("aws-")))
		part = str_cut(part, 4, part.len);
	if (!str_starts(part, key) || part.len <= key.len || part.ptr[key.len] != '=')
		return STR("");
	return str_cut(part, key.len + 1, part.len);
}

struct date {
	int year, month, day; /* 0 = not known */
};

/* Days since 1970-01-01 (civil calendar; H. Hinnant's algorithm). */
static int64_t days_of(int year, int month, int day)
{
	int64_t y = year - (month <= 2);
	int64_t era = y / 400, yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* Is the period (a day, a month, a year) more than a day away from the wanted time? */
static bool is_outside(const struct source_options *o, struct date d)
{
	const int64_t day_ns = INT64_C(86400) * 1000000000;
	if (d.year < 1971 || d.year > 2260 || d.month > 12 || d.day > 31)
		return false;
	int64_t from = days_of(d.year, d.month > 0 ? d.month : 1, d.day > 0 ? d.day : 1), to = from + 1;
	if (d.month == 0)
		to = days_of(d.year + 1, 1, 1);
	else if (d.day == 0)
		to = d.month == 12 ? days_of(d.year + 1, 1, 1) : days_of(d.year, d.month + 1, 1);
	if (o->since_ns != TIME_NONE && (to + 1) * day_ns <= o->since_ns)
		return true;
	return o->until_ns != TIME_NONE && (from - 1) * day_ns > o->until_ns;
}

static bool looks_like_region(struct str s)
{
	size_t dashes = 0;
	if (s.len < 6 || s.len > 24)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (c == '-')
			dashes++;
		else if (!((c >= 'a' && c <= 'z') || (i == s.len - 1 && c >= '0' && c <= '9')))
			return false;
	}
	return dashes >= 2 && s.ptr[s.len - 1] >= '0' && s.ptr[s.len - 1] <= '9';
}

static bool is_account(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return s.len == 12;
}

struct layout {
	struct date plain, keyed; /* yyyy/mm/dd; year=/month=/day= or dt= */
	struct str account, region;
	bool aws; /* below AWSLogs */
};

static void read_date(struct layout *l, struct str part)
{
	int n = digits(part, 4), two = digits(part, 2);
	struct str dt = keyed(part, STR("dt"));
	if (dt.len == 0)
		dt = keyed(part, STR("date"));
	if (dt.len == 10 && dt.ptr[4] == '-' && dt.ptr[7] == '-')
		l->keyed = (struct date){ digits(str_cut(dt, 0, 4), 4), digits(str_cut(dt, 5, 7), 2),
			                  digits(str_cut(dt, 8, 10), 2) };
	struct str y = keyed(part, STR("year")), m = keyed(part, STR("month")), d = keyed(part, STR("day"));
	if (y.len > 0)
		l->keyed = (struct date){ digits(y, 4), 0, 0 };
	else if (m.len > 0 && l->keyed.year > 0)
		l->keyed.month = digits(m, m.len < 2 ? m.len : 2);
	else if (d.len > 0 && l->keyed.month > 0)
		l->keyed.day = digits(d, d.len < 2 ? d.len : 2);
	if (n >= 1971 && n <= 2260) {
		l->plain = (struct date){ n, 0, 0 };
	} else if (two >= 1 && two <= 12 && l->plain.year > 0 && l->plain.month == 0) {
		l->plain.month = two;
	} else if (two >= 1 && two <= 31 && l->plain.month > 0 && l->plain.day == 0) {
		l->plain.day = two;
	} else if (two < 0 && l->plain.day == 0) {
		l->plain = (struct date){ 0, 0, 0 }; /* not a run of date parts after all */
	}
}

static struct layout read_layout(struct str path)
{
	struct layout l = { .account = STR(""), .region = STR("") };
	size_t below = 0; /* parts since AWSLogs */
	while (path.len > 0) {
		struct str part = next_part(&path);
		if (part.len == 0)
			break;
		if (str_is(part, "AWSLogs")) {
			l.aws = true;
			below = 0;
		} else if (l.aws && ++below == 1 && str_starts(part, STR("o-"))) {
			below = 0;
		} else if (l.aws && below == 1 && is_account(part)) {
			l.account = part;
		} else if (l.aws && below == 3 && looks_like_region(part)) {
			l.region = part;
		}
		struct str account = keyed(part, STR("account-id")), region = keyed(part, STR("region"));
		if (account.len == 0)
			account = keyed(part, STR("account"));
		l.account = account.len > 0 ? account : l.account;
		l.region = region.len > 0 ? region : l.region;
		read_date(&l, part);
	}
	return l;
}

bool prune_path(const struct source_options *o, struct str path)
{
	if (o->since_ns == TIME_NONE && o->until_ns == TIME_NONE && o->account.len == 0 && o->region.len == 0)
		return false;
	struct layout l = read_layout(path);
	if (o->account.len > 0 && l.account.len > 0 && !str_eq(o->account, l.account))
		return true;
	if (o->region.len > 0 && l.region.len > 0 && !str_eq(o->region, l.region))
		return true;
	/* A lone "2024" may be a name like any other; below AWSLogs, or as a whole date, it is not. */
	if (l.plain.year > 0 && (l.aws || l.plain.day > 0) && is_outside(o, l.plain))
		return true;
	return l.keyed.year > 0 && l.keyed.month >= 0 && l.keyed.day >= 0 && is_outside(o, l.keyed);
}
