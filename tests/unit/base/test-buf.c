#include "base/buf.h"

#include "test.h"

TEST(appends_add_up)
{
	auto_buf b = { 0 };
	buf_lit(&b, "a");
	buf_str(&b, STR("bc"));
	buf_char(&b, 'd');
	buf_str(&b, (struct str){ NULL, 0 });
	buf_printf(&b, "%d%s", 12, "x");
	buf_uint(&b, 0);
	buf_uint(&b, UINT64_MAX);
	buf_char(&b, ' ');
	buf_int(&b, INT64_MIN);
	buf_int(&b, 7);
	CHECK(buf_err(&b) == ERR_OK);
	CHECK(str_is(buf_view(&b), "abcd12x018446744073709551615 -92233720368547758087"));
}

TEST(long_formatted_text_is_whole)
{
	auto_buf b = { 0 };
	for (int width = 250; width < 262; width++) {
		buf_reset(&b);
		buf_printf(&b, "%*d|", width, 5);
		CHECKF(b.len == (size_t)width + 1 && b.ptr[width] == '|' && b.ptr[width - 1] == '5', "width %d", width);
	}
	buf_printf(&b, "%100000d", 1);
	CHECK(buf_err(&b) == ERR_OK && b.ptr[b.len - 1] == '1');
}

TEST(the_maximum_is_exact_and_the_error_sticks)
{
	auto_buf b = { .max = 10 };
	buf_lit(&b, "0123456789");
	CHECK(buf_err(&b) == ERR_OK && b.len == 10);
	buf_char(&b, 'x');
	CHECK(buf_err(&b) == ERR_LIMIT);
	CHECK(str_is(buf_view(&b), "0123456789"));
}

TEST(after_an_error_even_what_would_fit_is_not_added)
{
	auto_buf b = { .max = 10 };
	buf_lit(&b, "0123");
	buf_lit(&b, "a piece too long");
	buf_lit(&b, "4");
	buf_printf(&b, "%d", 5);
	CHECK(buf_err(&b) == ERR_LIMIT);
	CHECK(str_is(buf_view(&b), "0123"));
	buf_reset(&b);
	CHECK(buf_err(&b) == ERR_OK);
	buf_lit(&b, "fresh");
	CHECK(str_is(buf_view(&b), "fresh"));
}

TEST(growth_is_geometric)
{
	auto_buf b = { 0 };
	size_t moves = 0, cap = 0;
	for (int i = 0; i < 1000000; i++) {
		buf_char(&b, 'x');
		moves += b.cap != cap;
		cap = b.cap;
	}
	CHECK(b.len == 1000000 && moves < 16);
}

TEST(sizes_that_overflow_are_refused)
{
	auto_buf b = { 0 };
	buf_lit(&b, "abc");
	buf_grow(&b, SIZE_MAX - 1);
	CHECK(buf_err(&b) == ERR_LIMIT && b.len == 3);
}

TEST(room_asked_for_is_there)
{
	auto_buf b = { 0 };
	buf_grow(&b, 1000);
	CHECK(b.err == ERR_OK && b.cap - b.len >= 1000);
	const char *before = b.ptr;
	buf_grow(&b, 10);
	CHECK(b.ptr == before);
}
