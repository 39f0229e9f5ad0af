/* Documents built in code are read back through the cursor. */
#include <math.h>

#include "test.h"
#include "value/build.h"
#include "value/number.h"
#include "value/value.h"

static void build_sample(struct value_builder *b)
{
	value_build_begin(b);
	value_build_map(b);
	value_build_pair(b, STR("s"), STR("text"));
	value_build_key(b, STR("i"));
	value_build_int(b, -5);
	value_build_key(b, STR("u"));
	value_build_uint(b, UINT64_MAX);
	value_build_key(b, STR("d"));
	value_build_double(b, 2.5);
	value_build_key(b, STR("whole"));
	value_build_double(b, 7);
	value_build_key(b, STR("yes"));
	value_build_bool(b, true);
	value_build_key(b, STR("none"));
	value_build_null(b);
	value_build_key(b, STR("big"));
	value_build_number_text(b, STR("123456789012345678901234567890"));
	value_build_key(b, STR("raw"));
	value_build_bytes(b, (struct str){ "\0\1", 2 });
	value_build_key(b, STR("when"));
	value_build_time(b, 1000);
	value_build_key(b, STR("long"));
	value_build_duration(b, 2000);
	value_build_key(b, STR("later"));
	value_build_unknown(b);
	value_build_key(b, STR("secret"));
	value_build_mark(b, VALUE_SENSITIVE);
	value_build_str(b, STR("hidden"));
	value_build_key(b, STR("list"));
	value_build_list(b);
	value_build_map(b);
	value_build_pair(b, STR("x"), STR("first"));
	value_build_close(b);
	value_build_mark(b, VALUE_SENSITIVE);
	value_build_int(b, 2);
	value_build_str_begin(b);
	value_build_str_add(b, STR("pie"));
	value_build_str_add(b, STR(""));
	value_build_str_add(b, STR("ces"));
	value_build_str_end(b);
	value_build_close(b);
	value_build_pair(b, STR("s"), STR("again"));
	value_build_key(b, STR("empty"));
	value_build_map(b);
	value_build_close(b);
	value_build_close(b);
}

TEST(every_kind_reads_back_as_built)
{
	static const struct {
		const char *key;
		enum value_kind kind;
		const char *text;
	} cases[] = {
		{ "s", VALUE_STRING, "text" },
		{ "i", VALUE_INT, "-5" },
		{ "u", VALUE_UINT, "18446744073709551615" },
		{ "d", VALUE_DOUBLE, "2.5" },
		{ "whole", VALUE_DOUBLE, "7.0" },
		{ "yes", VALUE_BOOL, "true" },
		{ "none", VALUE_NULL, "null" },
		{ "big", VALUE_NUMBER, "123456789012345678901234567890" },
		{ "when", VALUE_TIME, "1000" },
		{ "long", VALUE_DURATION, "2000" },
		{ "later", VALUE_UNKNOWN, NULL },
		{ "secret", VALUE_STRING, "hidden" },
		{ "list", VALUE_LIST, NULL },
		{ "empty", VALUE_MAP, NULL },
		{ "missing", VALUE_ABSENT, NULL },
	};
	auto_value_builder b = { 0 };
	struct value_doc doc;
	build_sample(&b);
	CHECK(value_build_end(&b, &doc) == ERR_OK);
	struct value root = value_root(&doc);
	CHECK(value_kind(root) == VALUE_MAP && value_count(root) == 16);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char scratch[VALUE_TEXT_MAX];
		struct str text;
		struct value v = value_get(root, str_of(cases[i].key));
		CHECKF(value_kind(v) == cases[i].kind, "%s is %s", cases[i].key, value_kind_name(value_kind(v)));
		bool has = value_text(v, scratch, &text);
		CHECKF(has == (cases[i].text != NULL), "%s", cases[i].key);
		CHECKF(!has || str_eq(text, str_of(cases[i].text)), "%s: %.*s", cases[i].key, STR_FMT(text));
	}
}

TEST(the_string_pool_length_is_exact)
{
	auto_value_builder b = { 0 };
	struct value_doc doc;
	value_build_begin(&b);
	value_build_list(&b);
	value_build_str(&b, STR("abc"));
	value_build_str(&b, STR(""));
	value_build_close(&b);
	CHECK(value_build_end(&b, &doc) == ERR_OK);
	CHECK(doc.string_bytes == 4 + 3 + 1 + 4 + 1);
	CHECK(doc.words == 6);
}

TEST(typed_reads_refuse_other_kinds)
{
	auto_value_builder b = { 0 };
	struct value_doc doc;
	build_sample(&b);
	CHECK(value_build_end(&b, &doc) == ERR_OK);
	struct value root = value_root(&doc);
	int64_t n = 77;
	double d = 0;
	bool yes = false;
	struct str s = STR("kept");
	CHECK(!value_int(value_get(root, STR("d")), &n) && n == 77);
	CHECK(!value_int(value_get(root, STR("u")), &n) && n == 77);
	CHECK(!value_int(value_get(root, STR("s")), &n) && n == 77);
	CHECK(value_int(value_get(root, STR("whole")), &n) && n == 7);
	CHECK(value_double(value_get(root, STR("i")), &d) && d < -4.9 && d > -5.1);
	CHECK(value_double(value_get(root, STR("u")), &d) && d > 1.8e19);
	CHECK(value_double(value_get(root, STR("big")), &d) && d > 1.2e29 && d < 1.3e29);
	CHECK(!value_double(value_get(root, STR("s")), &d));
	CHECK(!value_bool(value_get(root, STR("none")), &yes));
	CHECK(value_bool(value_get(root, STR("yes")), &yes) && yes);
	CHECK(!value_str(value_get(root, STR("big")), &s) && str_is(s, "kept"));
	CHECK(value_str_or_empty(value_get(root, STR("i"))).len == 0);
	CHECK(value_nanoseconds(value_get(root, STR("when")), &n) && n == 1000);
	CHECK(!value_nanoseconds(value_get(root, STR("i")), &n));
}

TEST(marks_are_seen_and_stepped_over)
{
	auto_value_builder b = { 0 };
	struct value_doc doc;
	build_sample(&b);
	CHECK(value_build_end(&b, &doc) == ERR_OK);
	struct value root = value_root(&doc);
	CHECK(value_marks(value_get(root, STR("secret"))) == VALUE_SENSITIVE);
	CHECK(value_marks(value_get(root, STR("s"))) == 0);
	CHECK(value_marks(VALUE_NONE) == 0);
	struct value_iter it = value_iter(value_get(root, STR("list")));
	CHECK(value_next(&it) && value_kind(it.val) == VALUE_MAP && it.key.len == 0);
	int64_t n;
	CHECK(value_next(&it) && value_int(it.val, &n) && n == 2 && value_marks(it.val) == VALUE_SENSITIVE);
	CHECK(value_next(&it) && str_is(value_str_or_empty(it.val), "pieces"));
	CHECK(!value_next(&it));
	CHECK(value_count(value_get(root, STR("list"))) == 3);
	CHECK(str_is(value_str_or_empty(value_get(root, STR("empty"))), ""));
	CHECK(value_kind(value_get(root, STR("list"))) == VALUE_LIST);
}

TEST(a_marked_map_is_entered_by_get_and_iteration)
{
	auto_value_builder b = { 0 };
	struct value_doc doc;
	value_build_begin(&b);
	value_build_mark(&b, VALUE_SENSITIVE);
	value_build_map(&b);
	value_build_pair(&b, STR("k"), STR("v"));
	value_build_close(&b);
	CHECK(value_build_end(&b, &doc) == ERR_OK);
	struct value root = value_root(&doc);
	CHECK(value_kind(root) == VALUE_MAP && value_count(root) == 1);
	CHECK(str_is(value_str_or_empty(value_get(root, STR("k"))), "v"));
	struct value_iter it = value_iter(root);
	CHECK(value_next(&it) && str_is(it.key, "k") && !value_next(&it));
}

TEST(duplicate_keys_are_kept_in_order_and_get_gives_the_first)
{
	auto_value_builder b = { 0 };
	struct value_doc doc;
	build_sample(&b);
	CHECK(value_build_end(&b, &doc) == ERR_OK);
	size_t seen = 0;
	for (struct value_iter it = value_iter(value_root(&doc)); value_next(&it);) {
		if (str_is(it.key, "s"))
			CHECK(str_eq(value_str_or_empty(it.val), str_of(seen++ == 0 ? "text" : "again")));
	}
	CHECK(seen == 2);
	CHECK(str_is(value_str_or_empty(value_get(value_root(&doc), STR("s"))), "text"));
}

TEST(dotted_paths_enter_maps_and_first_elements_of_lists)
{
	auto_value_builder b = { 0 };
	struct value_doc doc;
	build_sample(&b);
	CHECK(value_build_end(&b, &doc) == ERR_OK);
	struct value root = value_root(&doc);
	CHECK(str_is(value_str_or_empty(value_path(root, STR("list.x"))), "first"));
	CHECK(value_path(root, STR("list.y")).at == 0);
	CHECK(value_path(root, STR("s.x")).at == 0);
	CHECK(value_path(root, STR("list..x")).at == 0);
	CHECK(value_path(root, STR("")).at == 0);
	CHECK(value_path(root, STR("empty.x")).at == 0);
	CHECK(value_path(VALUE_NONE, STR("x")).at == 0);
}

TEST(an_empty_document_has_no_root)
{
	auto_value_builder b = { 0 };
	struct value_doc doc;
	value_build_begin(&b);
	CHECK(value_build_end(&b, &doc) == ERR_OK);
	CHECK(value_kind(value_root(&doc)) == VALUE_ABSENT);
	struct value_doc none = { 0 };
	CHECK(value_kind(value_root(&none)) == VALUE_ABSENT);
	CHECK(value_where(VALUE_NONE).line == 0 && value_count(VALUE_NONE) == 0);
}

TEST(limits_of_the_builder_stick_and_are_returned)
{
	auto_value_builder b = { .words_max = 16, .bytes_max = 64, .depth_max = 2 };
	struct value_doc doc;
	value_build_begin(&b);
	value_build_list(&b);
	for (int i = 0; i < 20; i++)
		value_build_int(&b, i);
	CHECK(value_build_end(&b, &doc) == ERR_LIMIT);
	value_build_begin(&b);
	value_build_list(&b);
	value_build_list(&b);
	value_build_list(&b);
	value_build_close(&b);
	CHECK(value_build_end(&b, &doc) == ERR_LIMIT);
	char big[100] = { 'x' };
	value_build_begin(&b);
	value_build_str(&b, (struct str){ big, sizeof(big) });
	CHECK(value_build_end(&b, &doc) == ERR_LIMIT);
	value_build_begin(&b);
	value_build_str(&b, STR("fits"));
	CHECK(value_build_end(&b, &doc) == ERR_OK && str_is(value_str_or_empty(value_root(&doc)), "fits"));
}

TEST(a_copy_equals_its_original_and_a_changed_one_does_not)
{
	auto_value_builder a = { 0 }, b = { 0 };
	struct value_doc x, y;
	build_sample(&a);
	CHECK(value_build_end(&a, &x) == ERR_OK);
	value_build_begin(&b);
	value_build_copy(&b, value_root(&x));
	CHECK(value_build_end(&b, &y) == ERR_OK);
	CHECK(value_equal(value_root(&x), value_root(&y)));
	CHECK(x.words == y.words && x.string_bytes == y.string_bytes);
	CHECK(value_count(value_root(&y)) == 16);
	value_build_begin(&b);
	value_build_map(&b);
	value_build_key(&b, STR("in"));
	value_build_copy(&b, value_get(value_root(&x), STR("list")));
	value_build_key(&b, STR("not"));
	value_build_copy(&b, VALUE_NONE);
	value_build_close(&b);
	CHECK(value_build_end(&b, &y) == ERR_OK);
	CHECK(value_equal(value_get(value_root(&y), STR("in")), value_get(value_root(&x), STR("list"))));
	CHECK(value_kind(value_get(value_root(&y), STR("not"))) == VALUE_NULL && value_count(value_root(&y)) == 2);
	CHECK(!value_equal(value_root(&x), value_root(&y)));
	CHECK(!value_equal(value_get(value_root(&x), STR("i")), value_get(value_root(&x), STR("d"))));
	CHECK(value_equal(VALUE_NONE, VALUE_NONE) && !value_equal(VALUE_NONE, value_root(&x)));
}

TEST(member_counts_past_the_tape_field_are_counted_one_by_one)
{
	enum { N = 0xFFFFFF + 10 };
	auto_value_builder b = { 0 };
	struct value_doc doc;
	value_build_begin(&b);
	value_build_list(&b);
	for (int i = 0; i < N; i++)
		value_build_null(&b);
	value_build_close(&b);
	CHECK(value_build_end(&b, &doc) == ERR_OK);
	CHECK(value_count(value_root(&doc)) == N);
}

TEST(spans_follow_the_words)
{
	auto_value_builder b = { .with_spans = true };
	struct value_doc doc;
	value_build_begin(&b);
	b.span = (struct value_span){ 1, 1, 0, 10 };
	value_build_map(&b);
	b.span = (struct value_span){ 2, 3, 4, 5 };
	value_build_key(&b, STR("k"));
	b.span = (struct value_span){ 2, 8, 9, 1 };
	value_build_mark(&b, VALUE_SENSITIVE);
	value_build_int(&b, 1);
	value_build_close(&b);
	CHECK(value_build_end(&b, &doc) == ERR_OK);
	CHECK(value_where(value_root(&doc)).length == 10);
	struct value_iter it = value_iter(value_root(&doc));
	CHECK(value_next(&it) && value_where(it.key_value).column == 3 && value_where(it.val).column == 8);
}

TEST(integers_are_read_exactly_to_their_borders)
{
	static const struct {
		const char *text;
		enum number_kind kind;
		int64_t n;
		uint64_t u;
	} cases[] = {
		{ "0", NUMBER_INT, 0, 0 },
		{ "-0", NUMBER_INT, 0, 0 },
		{ "+7", NUMBER_INT, 7, 0 },
		{ "007", NUMBER_INT, 7, 0 },
		{ "9223372036854775807", NUMBER_INT, INT64_MAX, 0 },
		{ "-9223372036854775808", NUMBER_INT, INT64_MIN, 0 },
		{ "-9223372036854775809", NUMBER_NONE, 0, 0 },
		{ "9223372036854775808", NUMBER_UINT, 0, (uint64_t)INT64_MAX + 1 },
		{ "18446744073709551615", NUMBER_UINT, 0, UINT64_MAX },
		{ "18446744073709551616", NUMBER_NONE, 0, 0 },
		{ "99999999999999999999999", NUMBER_NONE, 0, 0 },
		{ "", NUMBER_NONE, 0, 0 },
		{ "-", NUMBER_NONE, 0, 0 },
		{ "1x", NUMBER_NONE, 0, 0 },
		{ "1.0", NUMBER_NONE, 0, 0 },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t n = 0;
		uint64_t u = 0;
		CHECKF(number_parse_int(str_of(cases[i].text), &n, &u) == cases[i].kind, "%s", cases[i].text);
		CHECKF(n == cases[i].n && u == cases[i].u, "%s", cases[i].text);
	}
}

TEST(the_grammar_of_numbers_is_that_of_json)
{
	static const char *const good[] = { "0", "-0", "10", "1.5", "-1.5e10", "1E+2", "0.0", "1e-7" };
	static const char *const bad[] = { "",    "-",   "01", "1.",  ".5",   "+1",  "1e",
		                           "1e+", "0x1", "1 ", "--1", "1.e5", "NaN", "-01" };
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		CHECKF(number_is_json(str_of(good[i])), "%s", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECKF(!number_is_json(str_of(bad[i])), "%s", bad[i]);
	CHECK(number_is_integer(STR("-12")) && !number_is_integer(STR("1.0")) && !number_is_integer(STR("")));
}

TEST(numbers_choose_the_narrowest_kind)
{
	static const struct {
		const char *text;
		enum value_kind kind;
		bool fits;
	} cases[] = {
		{ "12", VALUE_INT, true },
		{ "18446744073709551615", VALUE_UINT, true },
		{ "18446744073709551616", VALUE_NUMBER, false },
		{ "1.0", VALUE_DOUBLE, true },
		{ "1e400", VALUE_NUMBER, false },
		{ "-1e400", VALUE_NUMBER, false },
		{ "1e-400", VALUE_DOUBLE, true },
		{ "1e308", VALUE_DOUBLE, true },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_value_builder b = { 0 };
		struct value_doc doc;
		value_build_begin(&b);
		value_build_list(&b);
		CHECKF(value_build_number(&b, str_of(cases[i].text)) == cases[i].fits, "%s", cases[i].text);
		value_build_close(&b);
		CHECK(value_build_end(&b, &doc) == ERR_OK);
		CHECK(value_count(value_root(&doc)) == 1);
		struct value_iter it = value_iter(value_root(&doc));
		CHECKF(value_next(&it) && value_kind(it.val) == cases[i].kind, "%s", cases[i].text);
	}
}

TEST(doubles_print_as_the_shortest_text_that_reads_back)
{
	static const struct {
		double d;
		const char *text;
	} cases[] = { { 0.1, "0.1" },
		      { 5, "5.0" },
		      { -0.0, "-0.0" },
		      { 1e300, "1e+300" },
		      { 1.0 / 3, "0.3333333333333333" },
		      { 5e-324, "4.94065645841247e-324" },
		      { 123456789, "123456789.0" },
		      { (double)INFINITY, "inf" },
		      { (double)-INFINITY, "-inf" } };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char out[NUMBER_TEXT_MAX];
		struct str s = { out, number_format_double(cases[i].d, out) };
		CHECKF(str_eq(s, str_of(cases[i].text)), "%s: %.*s", cases[i].text, STR_FMT(s));
	}
}
