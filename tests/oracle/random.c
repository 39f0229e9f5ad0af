/*
 * Strings of rules are cut from a few words made first; strings of events are those words with case turned and ends
 * added. Numbers, times and addresses come from short lists of spellings that are easily mistaken.
 */
#include "oracle/random.h"

#include <stdio.h>

#include "base/utf8.h"
#include "json/json.h"

static const char *const pieces[] = {
	"a",          "b",      "A",      "B",       "ab",     "foo",      "FOO",      "Foo",        "k",
	"K",          "\u212a", "s",      "S",       "\u017f", "\u00df",   "\u1e9e",   "ss",         "\u00e9",
	"\u00c9",     "\u03a3", "\u03c3", "\u03c2",  "-",      "/",        "\u2013",   "\\",         "*",
	"?",          ".",      " ",      "1",       "0",      "5",        "\n",       "\U0001f600", "\u0130",
	"i",          "I",      "\u0131", "x",       ":",      "%",        "\"",       "'",          "\U00010400",
	"\U00010428", "=",      "_",      "cmd.exe", "\\cmd",  "abcdefgh", "ABCDEFGH", "ijklmnop",   "e\u0301",
};
static const char *const numbers[] = {
	"0",
	"-0",
	"1",
	"5",
	"-3",
	"5.0",
	"1.5",
	"100",
	"1e2",
	"1E2",
	"9007199254740992",
	"9007199254740993",
	"-9007199254740993",
	"9223372036854775807",
	"9223372036854775808",
	"-9223372036854775808",
	"18446744073709551615",
	"18446744073709551616",
	"0.1",
	"1e-3",
	"3",
	"4",
	"6",
	"2026",
	"11",
	"22",
	"47",
	"9007199254740992.0",
	"123456789012345678901234567890",
	"10000000000000000",
	"1e16",
	"9007199254740994",
	"1.8446744073709552e19",
};
static const char *const number_texts[] = {
	"0",
	"-0",
	"00",
	"1",
	"5",
	"05",
	"+5",
	"+05",
	" 5",
	"5 ",
	"5.",
	".5",
	"5.0",
	"5.00",
	"5e0",
	"50e-1",
	"0x5",
	"1,5",
	"1.5",
	"1.50",
	"1e400",
	"-1e400",
	"inf",
	"nan",
	"NaN",
	"-",
	"+",
	".",
	"e",
	"1e",
	"1e+",
	"--5",
	"9007199254740993",
	"9007199254740993.0",
	"9223372036854775807",
	"9223372036854775808",
	"18446744073709551615",
	"100",
	"1e2",
	"1E2",
	"1e16",
	"9007199254740994.0",
	"9223372036854775807.0",
	"-3",
	"-3.0",
	"5\xc2\xa0",
	"\xd9\xa5",
};
static const char *const times[] = {
	"2026-11-22T04:05:06Z",
	"2026-11-22 04:05:06",
	"2026-11-22",
	"2026-11-22T23:59:60Z",
	"2026-11-22T04:05:06+05:30",
	"2026-12-31T23:00:00-02:00",
	"2021-01-03T00:00:00Z",
	"2024-02-29T12:47:00.5Z",
	"1795320306",
	"1795320306123",
	"04:05:06",
	"2026-13-01T00:00:00Z",
	"2026-11-22T04:05Z",
};
static const char *const addresses[] = {
	"10.0.0.1",        "10.255.0.1",      "11.0.0.1",    "10.0.0.01", "::1",          "2001:db8::1",
	"2001:DB8:0:0::1", "::ffff:10.0.0.1", "10.0.0.1:80", "10.0.0",    "fe80::1%eth0", "10.0.0.1 ",
};
static const char *const nets[] = { "10.0.0.0/8",    "10.0.0.1", "10.0.0.1/32",         "0.0.0.0/0",  "::/0",
	                            "2001:db8::/32", "::1/128",  "::ffff:10.0.0.0/104", "11.0.0.0/31" };
static const char *const regexes[] = {
	"f.o",     "^a",        "b$",      "[ab]+",  "k",       "(?i)foo",   "a|b",         "^$",      "\u00e9",
	"\\d",     "(a)\\1",    "(?<=a)b", "^.$",    ".*",      "\\bfoo\\b", "s{2}",        "[^a-z]",  "^(?:a|foo)+$",
	"\\\\",    "\\x{212a}", "\\w\\W",  "^b",     "o$",      "(?s)a.b",   "[[:upper:]]", "\\u0041", "x*",
	"a{0,2}b", "\\.exe$",   "^\\s",    "\u03c3", "\\p{Lu}", "(?!a)",     "abc.*mnop",
};
static const char *const fields[] = { "a",   "b", "c",         "d",  "d.e", "d.e.f", "a b", "x-y", "A",
	                              "a.b", "u", "user.name", "d.", ".d",  "d..e",  "R.a", "" };
#define PICK(r, list) ((list)[random_below((r), sizeof(list) / sizeof((list)[0]))])

uint64_t random_below(struct random *r, uint64_t n)
{
	r->state += 0x9E3779B97F4A7C15ull;
	uint64_t z = r->state;
	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
	z = (z ^ z >> 27) * 0x94D049BB133111EBull;
	return (z ^ z >> 31) % n;
}

static bool chance(struct random *r, unsigned percent)
{
	return random_below(r, 100) < percent;
}

void random_start(struct random *r, uint64_t seed)
{
	*r = (struct random){ .state = seed };
	for (size_t i = 0; i < RANDOM_WORDS; i++) {
		size_t n = random_below(r, 5), len = 0;
		for (size_t j = 0; j < n; j++) {
			const char *p = PICK(r, pieces);
			if (len + strlen(p) < sizeof(r->words[0])) {
				memcpy(r->words[i] + len, p, strlen(p));
				len += strlen(p);
			}
		}
	}
}

/* Characters that fold together, so that either stands for the other. */
static const char *const turned[][2] = {
	{ "k", "\u212a" },
	{ "K", "\u212a" },
	{ "\u212a", "k" },
	{ "s", "\u017f" },
	{ "\u017f", "S" },
	{ "\u00df", "\u1e9e" },
	{ "\u1e9e", "\u00df" },
	{ "\u03c3", "\u03c2" },
	{ "\u03a3", "\u03c2" },
	{ "\u00e9", "\u00c9" },
	{ "\U00010400", "\U00010428" },
	{ "-", "\u2013" },
	{ "-", "/" },
	{ "i", "\u0131" },
};

/* A word, perhaps with case turned. */
static void put_turned(struct random *r, struct str w, struct buf *out)
{
	unsigned percent = (unsigned)random_below(r, 3) * 25;
	for (size_t at = 0; at < w.len;) {
		uint32_t cp;
		size_t n = utf8_decode(w.ptr + at, w.len - at, &cp);
		struct str c = { w.ptr + at, n };
		at += n;
		if (chance(r, percent)) {
			const char *const *pair = turned[random_below(r, sizeof(turned) / sizeof(turned[0]))];
			if (str_eq(c, str_of(pair[0])))
				c = str_of(pair[1]);
			else if (n == 1 &&
			         ((c.ptr[0] >= 'a' && c.ptr[0] <= 'z') || (c.ptr[0] >= 'A' && c.ptr[0] <= 'Z'))) {
				buf_char(out, (char)(c.ptr[0] ^ 0x20));
				continue;
			}
		}
		buf_str(out, c);
	}
}

static struct str word(struct random *r)
{
	return str_of(r->words[random_below(r, RANDOM_WORDS)]);
}

static void put_filler(struct random *r, struct buf *out)
{
	for (size_t n = random_below(r, 200); n > 0; n--)
		buf_char(out, "zy ._-"[random_below(r, 6)]);
}

static void event_text(struct random *r, struct buf *out)
{
	unsigned kind = (unsigned)random_below(r, 20);
	if (kind == 0)
		buf_str(out, str_of(PICK(r, number_texts)));
	else if (kind == 1)
		buf_str(out, str_of(PICK(r, times)));
	else if (kind == 2)
		buf_str(out, str_of(PICK(r, addresses)));
	else if (kind == 3)
		buf_str(out, str_of(chance(r, 50) ? (chance(r, 50) ? "true" : "True") : "false"));
	else if (kind == 4)
		buf_str(out, str_of("YWI= Zm9v Rk9P AGEA YQBiAA== eGFiYw=="));
	if (kind < 5)
		return;
	bool far = chance(r, 15); /* beyond what vector code takes in one step */
	if (far)
		put_filler(r, out);
	if (chance(r, 30))
		buf_str(out, str_of(PICK(r, pieces)));
	put_turned(r, word(r), out);
	if (chance(r, 20))
		put_turned(r, word(r), out);
	if (chance(r, 30))
		buf_str(out, str_of(PICK(r, pieces)));
	if (far)
		put_filler(r, out);
}

/* Cuts `s` to a whole number of characters from a random place. */
static struct str part_of(struct random *r, struct str s)
{
	size_t from = random_below(r, s.len + 1), to = from + random_below(r, s.len - from + 1);
	while (from < s.len && ((unsigned char)s.ptr[from] & 0xC0) == 0x80)
		from++;
	while (to < s.len && ((unsigned char)s.ptr[to] & 0xC0) == 0x80)
		to++;
	return str_cut(s, from, to);
}

/* A rule's string in YAML's double quotes. */
static void quote(struct buf *out, struct str s)
{
	buf_char(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '"' || s.ptr[i] == '\\')
			buf_char(out, '\\');
		if (s.ptr[i] == '\n')
			buf_lit(out, "\\n");
		else
			buf_char(out, s.ptr[i]);
	}
	buf_char(out, '"');
}

static void rule_string(struct random *r, struct buf *out, bool text_only)
{
	auto_buf b = { 0 };
	unsigned kind = (unsigned)random_below(r, 16);
	struct str w = word(r);
	if (kind == 0 && !text_only)
		buf_str(&b, str_of(PICK(r, number_texts)));
	else if (kind == 1)
		buf_lit(&b, "");
	else if (kind < 6)
		put_turned(r, w, &b);
	else
		put_turned(r, part_of(r, w), &b);
	if (kind > 11) {
		static const char *const wild[] = { "*",       "?",  "\\*", "\\?", "\\\\", "\\\\*",
			                            "\\\\\\*", "**", "*?",  "?*",  "\\" };
		buf_str(&b, str_of(PICK(r, wild)));
		put_turned(r, part_of(r, word(r)), &b);
		if (kind > 13)
			buf_str(&b, str_of(PICK(r, wild)));
	}
	quote(out, buf_view(&b));
}

static void rule_scalar(struct random *r, struct buf *out)
{
	unsigned kind = (unsigned)random_below(r, 10);
	if (kind == 0)
		buf_str(out, str_of(chance(r, 50) ? "true" : "false"));
	else if (kind == 1)
		buf_lit(out, "null");
	else if (kind == 2)
		buf_lit(out, "''");
	else if (kind < 5)
		buf_str(out, str_of(PICK(r, numbers)));
	else
		rule_string(r, out, false);
}

typedef void put_value(struct random *r, struct buf *out);
static void put_string(struct random *r, struct buf *out)
{
	rule_string(r, out, true);
}
static void put_regex(struct random *r, struct buf *out)
{
	quote(out, str_of(PICK(r, regexes)));
}
static void put_net(struct random *r, struct buf *out)
{
	quote(out, str_of(PICK(r, nets)));
}
static void put_number(struct random *r, struct buf *out)
{
	buf_str(out, str_of(PICK(r, numbers)));
}
static void put_small(struct random *r, struct buf *out)
{
	static const char *const parts[] = { "4",  "5", "22", "11", "47", "2026", "2021",
		                             "53", "1", "3",  "0",  "59", "31",   "12" };
	buf_str(out, str_of(PICK(r, parts)));
}
static void put_bool(struct random *r, struct buf *out)
{
	buf_str(out, str_of(chance(r, 50) ? "true" : "false"));
}
static void put_field(struct random *r, struct buf *out)
{
	quote(out, str_of(fields[random_below(r, 12)]));
}

static const struct {
	const char *modifiers;
	put_value *value;
	unsigned weight, list_max;
} items[] = {
	{ "", rule_scalar, 30, 3 },
	{ "|contains", put_string, 12, 3 },
	{ "|startswith", put_string, 8, 3 },
	{ "|endswith", put_string, 8, 3 },
	{ "|contains|all", put_string, 5, 3 },
	{ "|cased", put_string, 4, 2 },
	{ "|contains|cased", put_string, 4, 2 },
	{ "|startswith|cased", put_string, 2, 2 },
	{ "|endswith|cased", put_string, 2, 2 },
	{ "|windash|contains", put_string, 3, 2 },
	{ "|windash", put_string, 2, 2 },
	{ "|all", put_string, 2, 2 },
	{ "|neq", rule_scalar, 4, 2 },
	{ "|contains|neq", put_string, 2, 2 },
	{ "|re", put_regex, 8, 2 },
	{ "|re|i", put_regex, 4, 2 },
	{ "|re|m", put_regex, 2, 2 },
	{ "|re|s", put_regex, 2, 2 },
	{ "|re|i|m|s", put_regex, 2, 2 },
	{ "|re|neq", put_regex, 2, 1 },
	{ "|cidr", put_net, 3, 2 },
	{ "|cidr|neq", put_net, 1, 1 },
	{ "|lt", put_number, 2, 1 },
	{ "|lte", put_number, 2, 1 },
	{ "|gt", put_number, 2, 1 },
	{ "|gte", put_number, 2, 1 },
	{ "|exists", put_bool, 4, 1 },
	{ "|fieldref", put_field, 4, 1 },
	{ "|fieldref|startswith", put_field, 2, 1 },
	{ "|fieldref|endswith", put_field, 2, 1 },
	{ "|fieldref|contains", put_field, 2, 1 },
	{ "|fieldref|neq", put_field, 1, 1 },
	{ "|cased|fieldref", put_field, 1, 1 },
	{ "|minute", put_small, 1, 2 },
	{ "|hour", put_small, 1, 2 },
	{ "|day", put_small, 1, 2 },
	{ "|week", put_small, 1, 2 },
	{ "|month", put_small, 1, 2 },
	{ "|year", put_small, 1, 2 },
	{ "|year|gte", put_small, 1, 1 },
	{ "|hour|lt", put_small, 1, 1 },
	{ "|base64", put_string, 1, 1 },
	{ "|base64offset|contains", put_string, 2, 1 },
	{ "|wide|base64offset|contains", put_string, 1, 1 },
	{ "|utf16be|base64|contains", put_string, 1, 1 },
};

static void put_values(struct random *r, put_value *value, unsigned most, struct buf *out)
{
	size_t n = most > 1 && chance(r, 50) ? 1 + random_below(r, most) : 0;
	if (n == 0) {
		value(r, out);
		return;
	}
	buf_char(out, '[');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_lit(out, ", ");
		value(r, out);
	}
	buf_char(out, ']');
}

static void put_item(struct random *r, const char *field, struct buf *out)
{
	auto_buf key = { 0 };
	size_t total = 0, i = 0;
	for (size_t k = 0; k < sizeof(items) / sizeof(items[0]); k++)
		total += items[k].weight;
	size_t at = random_below(r, total);
	for (; at >= items[i].weight; i++)
		at -= items[i].weight;
	buf_str(&key, str_of(field));
	buf_str(&key, str_of(items[i].modifiers));
	quote(out, buf_view(&key));
	buf_lit(out, ": ");
	put_values(r, items[i].value, items[i].list_max, out);
}

/* Distinct fields, as keys of one map must be. */
static void put_map(struct random *r, struct buf *out)
{
	size_t n = chance(r, 60) ? 1 : 2, first = random_below(r, 15);
	buf_char(out, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_lit(out, ", ");
		put_item(r, fields[(first + i * 3) % 15], out);
	}
	buf_char(out, '}');
}

static void put_keywords(struct random *r, struct buf *out)
{
	unsigned kind = (unsigned)random_below(r, 8);
	if (kind == 0)
		buf_lit(out, "{\"|all\": ");
	else if (kind == 1)
		buf_lit(out, "{\"|re\": ");
	else if (kind == 2)
		buf_lit(out, "{\"|cased\": ");
	buf_char(out, '[');
	for (size_t i = 0, n = 1 + random_below(r, 3); i < n; i++) {
		if (i > 0)
			buf_lit(out, ", ");
		if (kind == 1)
			put_regex(r, out);
		else if (kind > 3 && chance(r, 15))
			put_number(r, out);
		else
			rule_string(r, out, false);
	}
	buf_str(out, kind < 3 ? STR("]}") : STR("]"));
}

static void put_selection(struct random *r, struct buf *out)
{
	unsigned kind = (unsigned)random_below(r, 12);
	if (kind == 0) {
		put_keywords(r, out);
		return;
	}
	if (kind > 1) {
		put_map(r, out);
		return;
	}
	buf_char(out, '[');
	put_map(r, out);
	buf_lit(out, ", ");
	put_map(r, out);
	buf_char(out, ']');
}

static void put_condition(struct random *r, size_t selections, unsigned depth, struct buf *out)
{
	static const char *const sets[] = { "1 of s*",   "all of s*", "1 of them", "all of them",
		                            "any of s*", "1 of *1",   "2 of s*" };
	unsigned kind = (unsigned)random_below(r, depth == 0 ? 5 : 10);
	if (kind < 4) {
		buf_printf(out, "s%zu", (size_t)random_below(r, selections));
	} else if (kind == 4) {
		/* "2 of" is no Sigma and refused; it is rare enough to lose few rules */
		buf_str(out, str_of(sets[random_below(r, chance(r, 3) ? 7 : 5)]));
	} else if (kind < 7) {
		buf_lit(out, "not ");
		put_condition(r, selections, depth - 1, out);
	} else {
		bool paren = chance(r, 60);
		if (paren)
			buf_char(out, '(');
		put_condition(r, selections, depth - 1, out);
		buf_str(out, chance(r, 50) ? STR(" and ") : STR(" or "));
		put_condition(r, selections, depth - 1, out);
		if (paren)
			buf_char(out, ')');
	}
}

void random_rule(struct random *r, unsigned number, struct buf *out)
{
	static const char *const logsources[] = { "product: test", "product: test",
		                                  "product: test", "product: TEST",
		                                  "category: one", "category: two",
		                                  "service: svc",  "product: test, service: svc",
		                                  "product: other" };
	size_t selections = 1 + random_below(r, 3);
	buf_printf(out, "title: r%u\nid: 00000000-0000-4000-8000-%012u\nlogsource: {%s}\ndetection:\n", number, number,
	           PICK(r, logsources));
	for (size_t i = 0; i < selections; i++) {
		buf_printf(out, "  s%zu: ", i);
		put_selection(r, out);
		buf_char(out, '\n');
	}
	buf_lit(out, "  condition: ");
	if (chance(r, 8)) {
		buf_char(out, '[');
		put_condition(r, selections, 1, out);
		buf_lit(out, ", ");
		put_condition(r, selections, 1, out);
		buf_char(out, ']');
	} else {
		put_condition(r, selections, 3, out);
	}
	buf_lit(out, "\n---\n");
}

/* ---- events ---- */

static void put_json_string(struct random *r, struct str s, struct buf *out)
{
	if (chance(r, 97)) {
		json_write_str(out, s);
		return;
	}
	/* what only the tolerant parser reads */
	static const char *const odd[] = { "\xff", "\\ud800", "\x01", "\xc3", "\\q" };
	buf_char(out, '"');
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] != '"' && s.ptr[i] != '\\' && (unsigned char)s.ptr[i] >= 0x20)
			buf_char(out, s.ptr[i]);
	buf_str(out, str_of(PICK(r, odd)));
	buf_char(out, '"');
}

static void put_json(struct random *r, unsigned depth, struct buf *out);

static void put_members(struct random *r, unsigned depth, struct buf *out)
{
	static const char *const keys[] = { "a",   "b", "c",    "d",    "e", "f",   "a b", "x-y", "A", "a.b",
		                            "d.e", "u", "user", "name", "R", "R.a", "d.",  "",    "z" };
	size_t n = random_below(r, depth > 2 ? 9 : 4);
	buf_char(out, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_char(out, ',');
		json_write_str(out, str_of(PICK(r, keys)));
		buf_char(out, ':');
		put_json(r, depth > 0 ? depth - 1 : 0, out);
	}
	buf_char(out, '}');
}

static void put_json(struct random *r, unsigned depth, struct buf *out)
{
	unsigned kind = (unsigned)random_below(r, depth == 0 ? 14 : 20);
	if (kind < 10) {
		auto_buf b = { 0 };
		event_text(r, &b);
		put_json_string(r, buf_view(&b), out);
	} else if (kind == 10) {
		buf_lit(out, "null");
	} else if (kind == 11) {
		buf_str(out, str_of(chance(r, 50) ? "true" : "false"));
	} else if (kind < 14) {
		buf_str(out, str_of(PICK(r, numbers)));
	} else if (kind < 17) {
		buf_char(out, '[');
		for (size_t i = 0, n = random_below(r, 4); i < n; i++) {
			if (i > 0)
				buf_char(out, ',');
			put_json(r, depth > 0 ? depth - 1 : 0, out);
		}
		buf_char(out, ']');
	} else {
		put_members(r, depth - 1, out);
	}
}

void random_event(struct random *r, struct buf *out)
{
	put_members(r, 4, out);
}
