/* Text cut and padded to terminal columns. */
#include "fixture.h"
#include "report/columns.h"

TEST(characters_have_the_width_a_terminal_gives_them)
{
	static const struct {
		uint32_t cp;
		size_t width;
	} cases[] = { { 'a', 1 },    { 0xE9, 1 },   { 0x301, 0 },   { 0x4E2D, 2 },  { 0xAC00, 2 },   { 0xFF21, 2 },
		      { 0xFF71, 1 }, { 0x2026, 1 }, { 0x1F600, 2 }, { 0x20000, 2 }, { 0x10FFFF, 1 }, { 0x20D0, 0 } };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECKF(columns_of_char(cases[i].cp) == cases[i].width, "U+%X: %zu", cases[i].cp,
		       columns_of_char(cases[i].cp));
}

TEST(cells_are_cut_at_a_character_with_an_ellipsis)
{
	static const struct {
		const char *text;
		size_t columns;
		const char *want;
		size_t used;
	} cases[] = {
		{ "abc", 3, "abc", 3 },
		{ "abcd", 3, "ab\u2026", 3 },
		{ "abcd", 1, "\u2026", 1 },
		{ "abcd", 0, "", 0 },
		{ "", 5, "", 0 },
		{ "\u4e2d\u6587", 4, "\u4e2d\u6587", 4 },
		{ "\u4e2d\u6587\u5b57", 4, "\u4e2d\u2026", 3 },
		{ "\u4e2d\u6587\u5b57", 5, "\u4e2d\u6587\u2026", 5 },
		{ "e\u0301e\u0301", 2, "e\u0301e\u0301", 2 },
		{ "a\nb", 4, "a\\nb", 4 },
		{ "a\nb", 3, "a\u2026", 2 },
		{ "\x1b[31m", 20, "\\x1b[31m", 8 },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_buf out = { 0 };
		size_t used = columns_cell(&out, str_of(cases[i].text), cases[i].columns);
		CHECKF(str_eq(buf_view(&out), str_of(cases[i].want)), "case %zu: %.*s", i, STR_FMT(buf_view(&out)));
		CHECKF(used == cases[i].used, "case %zu: %zu columns", i, used);
	}
}

TEST(what_moves_or_hides_is_shown_as_an_escape)
{
	static const char *const hostile[] = { "\x07",
		                               "\x9b"
		                               "31m",
		                               "\xc2\x9b"
		                               "31m",
		                               "\u202e",
		                               "\u200b",
		                               "\u2066",
		                               "\ufeff",
		                               "\r",
		                               "\xff",
		                               "\x7f" };
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		auto_buf out = { 0 };
		size_t used = columns_cell(&out, str_of(hostile[i]), 40);
		CHECKF(out.len > 1 && out.ptr[0] == '\\', "case %zu: %.*s", i, STR_FMT(buf_view(&out)));
		CHECKF(used == out.len && used == columns_of(str_of(hostile[i]), 40), "case %zu", i);
	}
}

TEST(padding_fills_to_the_column)
{
	auto_buf out = { 0 };
	columns_padded(&out, STR("\u4e2d"), 5);
	buf_char(&out, '|');
	columns_padded(&out, STR("toolong"), 4);
	buf_char(&out, '|');
	CHECK(str_eq(buf_view(&out), STR("\u4e2d   |too\u2026|")));
}

TEST(numbers_are_grouped)
{
	auto_buf out = { 0 };
	static const uint64_t numbers[] = { 0, 999, 1000, 1234567, UINT64_MAX };
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		columns_number(&out, numbers[i]);
		buf_char(&out, ' ');
	}
	CHECK(str_eq(buf_view(&out), STR("0 999 1,000 1,234,567 18,446,744,073,709,551,615 ")));
}

TEST(heads_end_at_a_whole_character) {}
