#include "base/utf8.h"

#include "test.h"

static const uint32_t invalid = UINT32_MAX;

TEST(every_character_survives_encode_and_decode)
{
	char out[4];
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		uint32_t back = 0;
		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		size_t n = utf8_encode(cp, out);
		CHECKF(utf8_decode(out, n, &back) == n && back == cp, "U+%04X", cp);
		CHECK(utf8_is_valid(out, n));
		for (size_t cut = 1; cut < n; cut++)
			CHECKF(utf8_decode(out, cut, &back) == 1 && back == invalid, "U+%04X cut at %zu", cp, cut);
	}
}

TEST(rejects_each_kind_of_malformed_sequence)
{
	static const struct {
		const char *name, *bytes;
		size_t n;
	} cases[] = {
		{ "lone continuation", "\x80", 1 },         { "overlong slash", "\xc0\xaf", 2 },
		{ "overlong two", "\xc1\xbf", 2 },          { "overlong three", "\xe0\x9f\xbf", 3 },
		{ "overlong four", "\xf0\x8f\xbf\xbf", 4 }, { "low surrogate", "\xed\xa0\x80", 3 },
		{ "high surrogate", "\xed\xbf\xbf", 3 },    { "past the end", "\xf4\x90\x80\x80", 4 },
		{ "lead f5", "\xf5\x80\x80\x80", 4 },       { "lead ff", "\xff", 1 },
		{ "second byte", "\xe2\x41\x80", 3 },       { "third byte", "\xe2\x82\x41", 3 },
		{ "fourth byte", "\xf0\x9f\x98\x41", 4 },   { "two-byte tail", "\xc3\x28", 2 },
		{ "tail c0", "\xe2\x82\xc0", 3 },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint32_t cp = 0;
		CHECKF(utf8_decode(cases[i].bytes, cases[i].n, &cp) == 1 && cp == invalid, "%s", cases[i].name);
		CHECKF(!utf8_is_valid(cases[i].bytes, cases[i].n), "%s", cases[i].name);
	}
}

TEST(validity_and_asciiness_are_seen_at_every_position)
{
	char text[100];
	for (size_t n = 1; n <= sizeof(text); n++) {
		memset(text, 'a', n);
		CHECK(utf8_is_ascii(text, n) && utf8_is_valid(text, n));
		for (size_t i = 0; i < n; i++) {
			text[i] = '\x80';
			CHECKF(!utf8_is_ascii(text, n), "length %zu byte %zu", n, i);
			CHECKF(!utf8_is_valid(text, n), "length %zu byte %zu", n, i);
			text[i] = 'a';
		}
	}
	CHECK(utf8_is_ascii(NULL, 0) && utf8_is_valid(NULL, 0));
}

TEST(folds_by_the_unicode_table)
{
	static const struct {
		uint32_t from, to;
	} cases[] = {
		{ 'A', 'a' },         { 'Z', 'z' },         { 'a', 'a' },           { '@', '@' },
		{ 0xb5, 0x3bc },      { 0xc0, 0xe0 },       { 0xd7, 0xd7 },         { 0xdf, 0xdf },
		{ 0x130, 0x130 },     { 0x17f, 's' },       { 0x3a3, 0x3c3 },       { 0x3c2, 0x3c3 },
		{ 0x410, 0x430 },     { 0x1e9e, 0xdf },     { 0x212a, 'k' },        { 0x23a, 0x2c65 },
		{ 0x13a0, 0x13a0 },   { 0x13f8, 0x13f0 },   { 0xab70, 0x13a0 },     { 0x10400, 0x10428 },
		{ 0x1e921, 0x1e943 }, { 0x1e944, 0x1e944 }, { 0x10ffff, 0x10ffff }, { 0xffffffff, 0xffffffff },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECKF(utf8_fold(cases[i].from) == cases[i].to, "U+%04X gives U+%04X", cases[i].from,
		       utf8_fold(cases[i].from));
}

TEST(folding_twice_changes_nothing_more)
{
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++)
		CHECKF(utf8_fold(utf8_fold(cp)) == utf8_fold(cp), "U+%04X", cp);
}

TEST(folds_texts_whatever_the_alignment)
{
	static const char from[] = "ABCxyz[@`{\xc3\x84\xe2\x84\xaa\xff\xc8\xba"
	                           "END";
	static const char to[] = "abcxyz[@`{\xc3\xa4k\xff\xe2\xb1\xa5"
	                         "end";
	char text[128], out[3 * sizeof(text)];
	for (size_t lead = 0; lead < 40; lead++) {
		memset(text, 'Q', lead);
		memcpy(text + lead, from, sizeof(from) - 1);
		size_t n = utf8_fold_into(text, lead + sizeof(from) - 1, out);
		CHECKF(n == lead + sizeof(to) - 1, "lead %zu: %zu", lead, n);
		for (size_t i = 0; i < lead; i++)
			CHECK(out[i] == 'q');
		CHECKF(memcmp(out + lead, to, sizeof(to) - 1) == 0, "lead %zu", lead);
	}
}

TEST(ascii_folding_touches_letters_only)
{
	char in[128], out[3 * sizeof(in)];
	for (unsigned c = 0; c < 128; c++)
		in[c] = (char)c;
	CHECK(utf8_fold_into(in, sizeof(in), out) == sizeof(in));
	for (unsigned c = 0; c < 128; c++)
		CHECKF((unsigned char)out[c] == (c >= 'A' && c <= 'Z' ? c + 32 : c), "byte %u", c);
}

TEST(ascii_comparison_ignores_case_and_nothing_else)
{
	CHECK(ascii_eq_nocase(STR("HeLLo"), STR("hEllO")));
	CHECK(!ascii_eq_nocase(STR("a"), STR("ab")));
	CHECK(!ascii_eq_nocase(STR("@"), STR("`")));
	CHECK(!ascii_eq_nocase(STR("\xc3\x84"), STR("\xc3\xa4")));
}

TEST(a_prefix_ends_with_a_whole_character)
{
	CHECK(str_is(utf8_prefix(STR("abc"), 3), "abc") && str_is(utf8_prefix(STR("abc"), 2), "ab"));
	CHECK(str_is(utf8_prefix(STR("a\xc3\xa4z"), 2), "a") && str_is(utf8_prefix(STR("a\xc3\xa4z"), 3), "a\xc3\xa4"));
	CHECK(str_is(utf8_prefix(STR("\xf0\x9f\x98\x80!"), 3), "") && utf8_prefix(STR("x"), 0).len == 0);
	CHECK(utf8_prefix(STR("\x80\x80\x80\x80\x80\x80"), 5).len ==
	      2); /* not text: no further back than a character is long */
}
