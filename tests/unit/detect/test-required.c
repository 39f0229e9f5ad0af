/* Literals that a regex cannot match without: what is found for known regexes, and that no match of any regex does
 * without them. */
#include "test.h"

#include "base/utf8.h"
#include "engine/detect/program.h"

static const struct {
	const char *regex, *literals; /* sorted as found, a space between; "" = none known */
} rows[] = {
	{ "foobar", "foobar" },
	{ "FooBar", "foobar" },
	{ "^foobar$", "foobar" },
	{ "foo.*longer", "longer" },
	{ "longer.*foo", "longer" },
	{ "foo|bar", "foo bar" },
	{ "(foo|bar)+", "foo bar" },
	{ "(?:foo|bar){2}", "foo bar" },
	{ "(?<n>foo)", "foo" },
	{ "(?P<n>foo)", "foo" },
	{ "(?i)foo", "foo" },
	{ "(?i:foo)", "foo" },
	{ "x(foo|bar)*yy", "yy" },
	{ "x(foo|bar)?yy", "yy" },
	{ "x(foo|bar){0,3}yy", "yy" },
	{ "foo|", "" },
	{ "foo|.*", "" },
	{ "(foo|)bar", "bar" },
	{ "[abc]+", "" },
	{ "\\d+\\s*", "" },
	{ "", "" },
	{ ".*", "" },
	{ "a?b*c{0}", "" },
	/* a character that may be left out is no part; one that may come again ends what is known */
	{ "fooz?", "foo" },
	{ "fooz*", "foo" },
	{ "fooz+", "fooz" },
	{ "fooz{2,5}", "fooz" },
	{ "fooz??", "foo" },
	{ "fooz*+", "foo" },
	{ "z+foo", "foo" },
	/* escapes */
	{ "foo\\.bar", "foo.bar" },
	{ "foo\\\\bar", "foo\\bar" },
	{ "foo\\tbar", "foo\tbar" },
	{ "foo\\d", "foo" },
	{ "foo\\x41", "" },
	{ "\\Qfoo\\E", "" },
	{ "\\N{U+66}oo", "" },
	/* classes: where they end */
	{ "[]x]foo", "foo" },
	{ "[^]x]foo", "foo" },
	{ "[[:alpha:]]foo", "foo" },
	{ "[\\]]foo", "foo" },
	{ "[[:x]foo", "foo" },
	{ "[[:x]a|b]foo", "a b]foo" },
	{ "[\\c]]a|b", "" },
	{ "[\\Q]\\E]foo", "" },
	/* a brace that is no quantifier is itself */
	{ "foo{bar}", "foo{bar}" },
	{ "a{2|b}c", "a{2 b}c" },
	{ "foo{2}{0}", "fo" },
	{ "foo{2}{3}", "foo" },
	{ "foo{0}{3}bar", "bar" },
	{ "fooz{,3}", "foo" },
	/* what is not read gives nothing */
	{ "(?=foo)", "" },
	{ "(?!foo)bar", "" },
	{ "(?<!foo)bar", "" },
	{ "(?<=foo)bar", "" },
	{ "(?>foo)", "" },
	{ "(?P<n>a|b)(?P>n)", "" },
	{ "(?P<n>a|b)(?P=n)", "" },
	{ "(?x)foo bar", "" },
	{ "(*ACCEPT)foo", "" },
	{ "foo(?#word)*", "" },
	{ "(?(1)foo|bar)", "" },
	{ "foo)", "" },
	{ "(foo", "" },
	{ "[foo", "" },
	{ "foo\\", "" },
	/* beyond ASCII a quantifier binds to the whole character */
	{ "foo\xc3\xa9*bar1", "bar1" },
	{ "\xc3\xa9", "" },
};

static bool same_literals(const char *wanted, const struct str *literals, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (strncmp(wanted, literals[i].ptr, literals[i].len) != 0)
			return false;
		wanted += literals[i].len;
		if (*wanted == ' ' && i + 1 < n)
			wanted++;
	}
	return *wanted == '\0';
}

TEST(the_literals_of_known_regexes)
{
	auto_arena a = { 0 };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str *literals;
		uint32_t n;
		double cost;
		CHECK(regex_required(&a, str_of(rows[i].regex), &literals, &n, &cost) == ERR_OK);
		CHECKF(same_literals(rows[i].literals, literals, n), "%s: %u literals, the first %.*s", rows[i].regex,
		       n, n > 0 ? (int)literals[0].len : 0, n > 0 ? literals[0].ptr : "");
	}
}

TEST(a_long_literal_is_known_in_part)
{
	auto_arena a = { 0 };
	char text[301];
	struct str *literals;
	uint32_t n;
	double cost;
	memset(text, 'a', 300);
	CHECK(regex_required(&a, (struct str){ text, 300 }, &literals, &n, &cost) == ERR_OK);
	CHECK(n == 1 && literals[0].len == 64);
}

TEST(many_alternatives_and_deep_groups_give_nothing_rather_than_a_part)
{
	auto_arena a = { 0 };
	auto_buf many = { 0 }, deep = { 0 };
	struct str *literals;
	uint32_t n;
	double cost;
	for (int i = 0; i < 65; i++)
		buf_printf(&many, "%sword%d", i > 0 ? "|" : "", i);
	for (int i = 0; i < 200; i++)
		buf_char(&deep, '(');
	buf_lit(&deep, "foo");
	for (int i = 0; i < 200; i++)
		buf_char(&deep, ')');
	CHECK(regex_required(&a, buf_view(&many), &literals, &n, &cost) == ERR_OK && n == 0);
	CHECK(regex_required(&a, buf_view(&deep), &literals, &n, &cost) == ERR_OK && n == 0);
}

TEST(without_memory_it_says_so)
{
	struct arena a = { .max = 1 };
	struct str *literals;
	uint32_t n;
	double cost;
	CHECK(regex_required(&a, STR("foo"), &literals, &n, &cost) == ERR_MEMORY);
	arena_clear(&a);
}

/* ---- random regexes ---- */

static uint64_t seed = 88172645463325252u;
static uint32_t random_below(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed >> 20) % n);
}

static const char *any_of(const char *const *list, uint32_t n)
{
	return list[random_below(n)];
}

static void random_alternatives(struct buf *b, unsigned depth);

static void random_atom(struct buf *b, unsigned depth)
{
	static const char *const atoms[] = { "a",   "b",   "ab",   "ba",    "K",         "s",   "{",
		                             "}",   "]",   "\\.",  "\\{",   ".",         "\\d", "\\w",
		                             "\\b", "^",   "$",    "\\n",   "\\s",       "1",   "\xc3\xa9",
		                             "{2",  "{a}", "{,2}", "\\x61", "\\Qa|b\\E", "\\E", "\\cA",
		                             "\\N", "\\1", "#",    " ",     ":",         "," };
	static const char *const classes[] = { "[ab]",    "[^a]",    "[]a]",    "[^]a]",       "[[:alpha:]b]", "[[:a]",
		                               "[\\]a]",  "[a\\\\]", "[\\c]a]", "[\\Qa]\\E]",  "[a-b[]",       "[[.a]",
		                               "[\\E]a]", "[\\d]",   "[[=a]",   "[[:^digit:]]" };
	static const char *const heads[] = { "(",     "(?:",   "(?i)", "(?i:", "(?s:", "(?<n>", "(?P<n>",
		                             "(?'n'", "(?=",   "(?!",  "(?<=", "(?<!", "(?>",   "(?|",
		                             "(?x:",  "(?-i:", "(?#",  "(?U:", "(?^:" };
	static const char *const whole[] = { "(?i)",  "(?s)",      "(?x)",    "(?P>n)",    "(?P=n)",    "(?R)?", "(?1)",
		                             "(?&n)", "(*ACCEPT)", "(*FAIL)", "(*COMMIT)", "(?(1)a|b)", "\\k<n>" };
	uint32_t kind = random_below(20);
	if (kind < 12 || depth == 0)
		buf_str(b, str_of(any_of(atoms, ARRAY_LEN(atoms))));
	else if (kind < 14)
		buf_str(b, str_of(any_of(classes, ARRAY_LEN(classes))));
	else if (kind == 14)
		buf_str(b, str_of(any_of(whole, ARRAY_LEN(whole))));
	else {
		buf_str(b, str_of(any_of(heads, random_below(2) == 0 ? 2 : ARRAY_LEN(heads))));
		random_alternatives(b, depth - 1);
		buf_char(b, ')');
	}
}

static void random_alternatives(struct buf *b, unsigned depth)
{
	static const char *const quantifiers[] = { "*",  "+",  "?",  "{2}",    "{0}",  "{0,2}", "{1,}", "*?",
		                                   "+?", "??", "*+", "{2}{0}", "{00}", "{01}",  "{ 1}", "{1 ,2}" };
	uint32_t n = random_below(4) == 0 ? 2 + random_below(2) : 1;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t parts = random_below(5);
		if (i > 0)
			buf_char(b, '|');
		for (uint32_t k = 0; k < parts; k++) {
			random_atom(b, depth);
			if (random_below(4) == 0)
				buf_str(b, str_of(any_of(quantifiers, ARRAY_LEN(quantifiers))));
		}
	}
}

static void random_text(struct buf *b)
{
	static const char *const words[] = { "a",
		                             "b",
		                             "ab",
		                             "A",
		                             "k",
		                             "\xe2\x84\xaa" /* Kelvin */,
		                             "\xc5\xbf" /* long s */,
		                             "s",
		                             "{",
		                             "}",
		                             "]",
		                             ".",
		                             "1",
		                             "\n",
		                             " ",
		                             "\xc3\xa9",
		                             "\xc3\x89",
		                             "|",
		                             "\x1d",
		                             "{2",
		                             "#",
		                             ":",
		                             ",",
		                             "n" };
	uint32_t n = random_below(12);
	for (uint32_t i = 0; i < n; i++)
		buf_str(b, str_of(any_of(words, ARRAY_LEN(words))));
}

/* Does the folded text hold one of the literals? */
static bool holds_one(struct str text, const struct str *literals, uint32_t n)
{
	char folded[1024];
	size_t len = utf8_fold_into(text.ptr, text.len, folded);
	for (uint32_t i = 0; i < n; i++)
		if (memmem(folded, len, literals[i].ptr, literals[i].len) != NULL)
			return true;
	return false;
}

/* One regex on a few texts; false with words in `said` when it matched without its literals. */
static bool try_regex(struct str regex, struct regex_scratch *s, struct buf *said, size_t *matched)
{
	auto_arena a = { 0 };
	struct regex *re = NULL;
	struct str *literals;
	uint32_t n;
	double cost;
	char why[256];
	size_t offset;
	bool good = regex_required(&a, regex, &literals, &n, &cost) == ERR_OK, found = false;
	if (!good || n == 0 ||
	    regex_new(regex, random_below(2) * REGEX_CASELESS | random_below(2) * REGEX_DOTALL, &re, &offset, why) !=
	        ERR_OK)
		return good;
	for (int i = 0; good && i < 40; i++) {
		auto_buf text = { 0 };
		random_text(&text);
		if (regex_search(re, s, buf_view(&text), &found) != ERR_OK || !found)
			continue;
		(*matched)++;
		good = holds_one(buf_view(&text), literals, n);
		if (!good)
			buf_printf(said, "%.*s matches \"%.*s\" without %.*s", STR_FMT(regex), STR_FMT(buf_view(&text)),
			           STR_FMT(literals[0]));
	}
	regex_free(&re);
	return good;
}

TEST(no_match_does_without_the_literals)
{
	struct regex_scratch *s = NULL;
	auto_buf said = { 0 };
	size_t matched = 0;
	bool good = true;
	CHECK(regex_scratch_new(&s) == ERR_OK);
	for (int i = 0; good && i < 40000; i++) {
		auto_buf b = { 0 };
		random_alternatives(&b, 3);
		good = try_regex(buf_view(&b), s, &said, &matched);
	}
	regex_scratch_free(&s);
	CHECKF(good, "%.*s", STR_FMT(buf_view(&said)));
	CHECKF(matched > 10000, "only %zu matches", matched);
}
