/* Patterns against texts, and what happens at the limits. */
#include "base/limits.h"
#include "lang/regex/regex.h"
#include "test.h"

static enum err search(const char *pattern, unsigned flags, struct str text, bool *ret)
{
	CLEANUP(regex_free) struct regex *re = NULL;
	CLEANUP(regex_scratch_free) struct regex_scratch *s = NULL;
	size_t offset;
	char why[256];
	TRY(regex_new(str_of(pattern), flags, &re, &offset, why));
	TRY(regex_scratch_new(&s));
	return regex_search(re, s, text, ret);
}

TEST(patterns_match_as_pcre_says)
{
	static const struct {
		const char *pattern;
		unsigned flags;
		struct str text;
		bool found;
	} cases[] = {
		{ "", 0, { "", 0 }, true },
		{ "b", 0, { "abc", 3 }, true },
		{ "^b", 0, { "abc", 3 }, false },
		{ "ABC", 0, { "abc", 3 }, false },
		{ "ABC", REGEX_CASELESS, { "abc", 3 }, true },
		{ "\xC3\x89", REGEX_CASELESS, { "\xC3\xA9", 2 }, true },
		{ "(?i)ABC", 0, { "abc", 3 }, true },
		{ "^b", REGEX_MULTILINE, { "a\nb", 3 }, true },
		{ "a.b", 0, { "a\nb", 3 }, false },
		{ "a.b", REGEX_DOTALL, { "a\nb", 3 }, true },
		{ "a.b", 0, { "a\rb", 3 }, true },
		{ "^a.b$",
		  0,
		  { "a\xE2\x82\xAC"
		    "b",
		    5 },
		  true },
		{ "a.b",
		  0,
		  { "a\xFF"
		    "b",
		    3 },
		  false },
		{ "b$",
		  0,
		  { "\xFF\xFE"
		    "b",
		    3 },
		  true },
		{ "a\\x00b", 0, { "a\0b", 3 }, true },
		{ "(?<=a)b(?!c)", 0, { "abd", 3 }, true },
		{ "(a)\\1", 0, { "aa", 2 }, true },
		{ "(*NO_JIT)(a|b)+c(?=d)", 0, { "ababcd", 6 }, true },
		{ "(*NO_JIT)(a|b)+c(?=d)", 0, { "ababce", 6 }, false },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool found = !cases[i].found;
		CHECKF(search(cases[i].pattern, cases[i].flags, cases[i].text, &found) == ERR_OK, "%s",
		       cases[i].pattern);
		CHECKF(found == cases[i].found, "%s", cases[i].pattern);
	}
}

TEST(malformed_patterns_are_refused_with_a_place_and_reason)
{
	static const struct {
		const char *pattern;
		size_t offset;
		const char *why;
	} cases[] = {
		{ "a(b", 3, "parenthesis" }, { "a[b", 3, "]" }, { "*", 0, "quantifier" }, { "a\\", 2, "\\" },
		{ "(?<n", 4, "" },           { "a\\C", 3, "" }, { "\xFF", 0, "UTF-8" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(regex_free) struct regex *re = NULL;
		size_t offset = 99;
		char why[256] = "";
		CHECKF(regex_new(str_of(cases[i].pattern), 0, &re, &offset, why) == ERR_PARSE && re == NULL, "%s",
		       cases[i].pattern);
		CHECKF(offset == cases[i].offset, "%s: offset %zu", cases[i].pattern, offset);
		CHECKF(strlen(why) > 0 && strstr(why, cases[i].why) != NULL, "%s: %s", cases[i].pattern, why);
	}
}

TEST(patterns_that_are_too_long_too_deep_or_too_big_are_refused)
{
	static char text[LIMIT_REGEX_BYTES + 2];
	static const char *const big[] = { "(((a{1,2000}){1,2000}){1,2000})" };
	CLEANUP(regex_free) struct regex *re = NULL;
	size_t offset;
	char why[256];
	memset(text, 'a', sizeof(text));
	CHECK(regex_new((struct str){ text, LIMIT_REGEX_BYTES + 1 }, 0, &re, &offset, why) == ERR_PARSE);
	CHECK(regex_new((struct str){ text, LIMIT_REGEX_BYTES }, 0, &re, &offset, why) == ERR_OK);
	memset(text, '(', 1000);
	memset(text + 1000, ')', 1000);
	CLEANUP(regex_free) struct regex *deep = NULL;
	CHECK(regex_new((struct str){ text, 2000 }, 0, &deep, &offset, why) == ERR_PARSE);
	CHECK(regex_new(str_of(big[0]), 0, &deep, &offset, why) == ERR_PARSE);
}

TEST(catastrophic_patterns_are_undetermined_not_silent)
{
	static char text[5000];
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '!';
	bool found = true;
	CHECK(search("(a+)+$", 0, (struct str){ text, sizeof(text) }, &found) == ERR_UNDETERMINED && found);
	CHECK(search("(?:a|aa)+$", 0, (struct str){ text, sizeof(text) }, &found) == ERR_UNDETERMINED && found);
	CHECK(search("(*NO_JIT)(a+)+$", 0, (struct str){ text, sizeof(text) }, &found) == ERR_UNDETERMINED && found);
}

TEST(the_match_limit_lets_small_searches_pass_and_stops_large_ones)
{
	static char text[64];
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '!';
	bool found = true;
	/* This pattern takes some 2^n steps on n letters. */
	CHECK((1ll << 10) < LIMIT_REGEX_MATCH_STEPS && (1ll << 40) > LIMIT_REGEX_MATCH_STEPS);
	CHECK(search("^(a+)+$", 0, (struct str){ text + sizeof(text) - 11, 11 }, &found) == ERR_OK && !found);
	found = true;
	CHECK(search("^(a+)+$", 0, (struct str){ text + sizeof(text) - 41, 41 }, &found) == ERR_UNDETERMINED && found);
}

TEST(deep_recursion_hits_the_stack_bound_not_the_stack)
{
	enum { N = 1 << 20 };
	char *text = malloc(N);
	CHECK(text != NULL);
	memset(text, 'a', N);
	bool found = true;
	enum err e = search("^(?:(a)|b)*+(?(1)c|d)|^((a)(?2)?)b", 0, (struct str){ text, N }, &found);
	free(text);
	CHECK(e == ERR_UNDETERMINED);
}

TEST(a_scratch_serves_many_patterns)
{
	CLEANUP(regex_free) struct regex *a = NULL, *b = NULL;
	CLEANUP(regex_scratch_free) struct regex_scratch *s = NULL;
	size_t offset;
	char why[256];
	bool found;
	CHECK(regex_scratch_new(&s) == ERR_OK);
	CHECK(regex_new(STR("(x)(y)(z)"), 0, &a, &offset, why) == ERR_OK &&
	      regex_new(STR("q"), 0, &b, &offset, why) == ERR_OK);
	for (int i = 0; i < 100; i++) {
		CHECK(regex_search(a, s, STR("..xyz"), &found) == ERR_OK && found);
		CHECK(regex_search(b, s, STR("..xyz"), &found) == ERR_OK && !found);
	}
}
