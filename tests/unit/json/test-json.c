/* Both JSON parsers and the writer. */
#include <math.h>
#include <time.h>

#include "base/buf.h"
#include "base/limits.h"
#include "test.h"
#include "json/json.h"

enum { BYTES_MAX = 16 << 20 };

/* A copy with padding behind it, exactly as long as promised. */
static char *padded(struct str s)
{
	char *p = calloc(1, s.len + JSON_PADDING);
	if (p != NULL && s.len > 0)
		memcpy(p, s.ptr, s.len);
	return p;
}

static enum err read_any(struct json_reader *r, struct str s, bool tolerant, struct value_doc *doc,
                         struct json_note *note)
{
	static char *kept;
	free(kept);
	kept = tolerant ? malloc(s.len > 0 ? s.len : 1) : padded(s);
	if (kept == NULL)
		return ERR_MEMORY;
	if (s.len > 0)
		memcpy(kept, s.ptr, s.len);
	struct str text = { kept, s.len };
	return tolerant ? json_read_tolerant(r, text, true, doc, note) : json_read(r, text, doc, note);
}

static struct str print(struct buf *b, const struct value_doc *doc)
{
	buf_reset(b);
	json_write_value(b, value_root(doc));
	return buf_view(b);
}

struct reading {
	const char *in, *out; /* out NULL: ERR_PARSE */
	bool truncated, repaired;
	const char *reason;
};

static void check_readings(const struct reading *cases, size_t n)
{
	auto_json_reader r = NULL;
	CHECK(json_reader_new(BYTES_MAX, &r) == ERR_OK);
	auto_buf out = { 0 };
	for (size_t i = 0; i < n; i++) {
		for (int tolerant = 0; tolerant < 2; tolerant++) {
			struct value_doc doc;
			struct json_note note;
			enum err e = read_any(r, str_of(cases[i].in), tolerant != 0, &doc, &note);
			CHECKF((e == ERR_OK) == (cases[i].out != NULL), "%s: %s", cases[i].in, err_text(e));
			CHECKF(str_eq(str_of(note.reason), str_of(cases[i].reason)), "%s: reason %s", cases[i].in,
			       note.reason);
			CHECKF(note.truncated == cases[i].truncated, "%s: truncated", cases[i].in);
			CHECKF(note.repaired == cases[i].repaired, "%s: repaired", cases[i].in);
			if (e != ERR_OK)
				continue;
			struct str s = print(&out, &doc);
			CHECKF(str_eq(s, str_of(cases[i].out)), "%s gave %.*s", cases[i].in, STR_FMT(s));
		}
	}
}

TEST(valid_json_reads_the_same_on_both_parsers)
{
	static const struct reading cases[] = {
		{ "{}", "{}", false, false, NULL },
		{ " [ ] ", "[]", false, false, NULL },
		{ "\xEF\xBB\xBF[1]", "[1]", false, false, NULL },
		{ "true", "true", false, false, NULL },
		{ "\"x\"", "\"x\"", false, false, NULL },
		{ "-0", "0", false, false, NULL },
		{ "[-0.0,1.0,1e2,-1E-2,0.1]", "[-0.0,1.0,100.0,-0.01,0.1]", false, false, NULL },
		{ "[9223372036854775807,-9223372036854775808,9223372036854775808,18446744073709551615]",
		  "[9223372036854775807,-9223372036854775808,9223372036854775808,18446744073709551615]", false, false,
		  NULL },
		{ "{\"a\":{\"b\":[1,2,{\"c\":null}]},\"a\":false}", "{\"a\":{\"b\":[1,2,{\"c\":null}]},\"a\":false}",
		  false, false, NULL },
		{ "\"\\u0041\\n\\t\\\"\\\\\\/\\b\\f\\r\\u00e9\\ud83d\\ude00\"",
		  "\"A\\n\\t\\\"\\\\/\\b\\f\\r\xC3\xA9\xF0\x9F\x98\x80\"", false, false, NULL },
		{ "\"a\\u0000b\"", "\"a\\u0000b\"", false, false, NULL },
		{ "\"\\u2028\\u2029\x7f\"", "\"\\u2028\\u2029\\u007f\"", false, false, NULL },
	};
	check_readings(cases, ARRAY_LEN(cases));
}

TEST(what_is_wrong_in_strings_is_repaired_and_said)
{
	static const struct reading cases[] = {
		{ "[\"a\xFFz\"]", "[\"a\xEF\xBF\xBDz\"]", false, true, "invalid UTF-8" },
		{ "[\"\xF0\x9F\x98\"]", "[\"\xEF\xBF\xBD\"]", false, true, "invalid UTF-8" },
		{ "[\"\xE0\x80\x80\"]", "[\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"]", false, true, "invalid UTF-8" },
		{ "[\"\xED\xA0\x80\"]", "[\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"]", false, true, "invalid UTF-8" },
		{ "[\"\\ud800\"]", "[\"\xEF\xBF\xBD\"]", false, true, "lone surrogate" },
		{ "[\"\\udc00x\"]", "[\"\xEF\xBF\xBDx\"]", false, true, "lone surrogate" },
		{ "[\"\\ud800\\u0041\"]",
		  "[\"\xEF\xBF\xBD"
		  "A\"]",
		  false, true, "lone surrogate" },
		{ "[\"\\ud800\\ud83d\\ude00\"]", "[\"\xEF\xBF\xBD\xF0\x9F\x98\x80\"]", false, true, "lone surrogate" },
		{ "[\"a\nb\tc\"]", "[\"a\\nb\\tc\"]", false, true, "control character in a string" },
		{ "[\"\\x41\"]", "[\"\\\\x41\"]", false, true, "unknown escape" },
		{ "[\"\\u12\"]", "[\"\\\\u12\"]", false, true, "\\u without four hex digits" },
		{ "[\"\\u00zz\"]", "[\"\\\\u00zz\"]", false, true, "\\u without four hex digits" },
	};
	check_readings(cases, ARRAY_LEN(cases));
}

TEST(numbers_that_fit_nowhere_are_kept_as_written)
{
	static const struct reading cases[] = {
		{ "[18446744073709551616]", "[18446744073709551616]", false, true, "number out of range" },
		{ "[-9223372036854775809]", "[-9223372036854775809]", false, true, "number out of range" },
		{ "[1e400,-1e400]", "[1e400,-1e400]", false, true, "number out of range" },
		{ "[01]", "[\"01\"]", false, true, "malformed number" },
		{ "[+1,.5,1.]", "[\"+1\",\".5\",\"1.\"]", false, true, "malformed number" },
		{ "[NaN]", "[\"NaN\"]", false, true, "text without quotes" },
	};
	check_readings(cases, ARRAY_LEN(cases));
}

TEST(broken_structure_keeps_every_value)
{
	static const struct reading cases[] = {
		{ "{\"a\":1", "{\"a\":1}", true, false, "unfinished end" },
		{ "{\"a\":", "{\"a\":null}", true, false, "unfinished end" },
		{ "{\"a\"", "{\"a\":null}", true, false, "unfinished end" },
		{ "[[1,{\"b\":[2", "[[1,{\"b\":[2]}]]", true, false, "unfinished end" },
		{ "{\"a\":\"xy", "{\"a\":\"xy\"}", true, false, "unfinished string" },
		{ "\"x\\", "\"x\\\\\"", true, false, "unfinished string" },
		{ "[1 2]", "[1,2]", false, true, "missing comma" },
		{ "[1,,2,]", "[1,2]", false, true, "comma without a value" },
		{ "{\"a\":1,}", "{\"a\":1}", false, true, "comma without a value" },
		{ "{\"a\" 1}", "{\"a\":1}", false, true, "missing colon" },
		{ "{\"a\":,\"b\":2}", "{\"a\":null,\"b\":2}", false, true, "key without a value" },
		{ "{\"a\"::1}", "{\"a\":1}", false, true, "stray colon" },
		{ "{a:1,b:True}", "{\"a\":1,\"b\":\"True\"}", false, true, "key without quotes" },
		{ "{[1]}", "{\"\":[1]}", false, true, "value without a key" },
		{ "[1}", "[1]", false, true, "the wrong closing bracket" },
		{ "{\"a\":1]", "{\"a\":1}", false, true, "the wrong closing bracket" },
		{ "{\"a\":1} {\"b\":2}", "{\"a\":1}", false, false, "bytes after the value" },
		{ "[:1]", "[1]", false, true, "stray colon" },
		{ "{:\"a\":1}", "{\"a\":1}", false, true, "stray colon" },
	};
	check_readings(cases, ARRAY_LEN(cases));
}

TEST(what_holds_no_value_is_refused_with_a_place)
{
	static const struct reading cases[] = {
		{ "", NULL, false, false, "no value" },
		{ "  \n", NULL, false, false, "no value" },
		{ "hello world", NULL, false, false, "not a JSON value" },
		{ "}", NULL, false, false, "not a JSON value" },
		{ ",1", NULL, false, false, "not a JSON value" },
		{ "-", NULL, false, false, "not a JSON value" },
		{ "<14>Jan 1", NULL, false, false, "not a JSON value" },
	};
	check_readings(cases, ARRAY_LEN(cases));
}

TEST(nul_bytes_do_not_end_the_text)
{
	auto_json_reader r = NULL;
	CHECK(json_reader_new(BYTES_MAX, &r) == ERR_OK);
	struct value_doc doc;
	struct json_note note;
	CHECK(read_any(r, STR("{\"a\":\"x\0y\",\"b\":\0}"), false, &doc, &note) == ERR_OK);
	CHECK(note.tolerant && note.repaired && note.offset == 7);
	CHECK(str_eq(value_str_or_empty(value_get(value_root(&doc), STR("a"))), STR("x\0y")));
	CHECK(str_eq(value_str_or_empty(value_get(value_root(&doc), STR("b"))), STR("\0")));
}

static struct str repeat(char *into, const char *piece, size_t n)
{
	size_t len = strlen(piece);
	for (size_t i = 0; i < n; i++)
		memcpy(into + i * len, piece, len);
	return (struct str){ into, n * len };
}

static size_t depth_of(struct value v)
{
	size_t n = 0;
	while (value_kind(v) == VALUE_LIST) {
		n++;
		struct value_iter it = value_iter(v);
		v = value_next(&it) ? it.val : VALUE_NONE;
	}
	return n;
}

TEST(nesting_is_bounded_and_the_same_on_both_parsers)
{
	auto_json_reader r = NULL;
	static char text[4096];
	CHECK(json_reader_new(BYTES_MAX, &r) == ERR_OK);
	for (size_t depth = LIMIT_JSON_DEPTH - 1; depth <= LIMIT_JSON_DEPTH + 3; depth++) {
		for (int inner = 0; inner < 2; inner++) {
			size_t n = repeat(text, "[", depth).len;
			if (inner != 0)
				text[n++] = '1';
			n += repeat(text + n, "]", depth).len;
			struct value_doc doc;
			struct json_note note;
			CHECK(read_any(r, (struct str){ text, n }, false, &doc, &note) == ERR_OK);
			bool cut = depth > LIMIT_JSON_DEPTH + (inner == 0 ? 1 : 0);
			CHECKF(note.tolerant == cut && note.truncated == cut, "depth %zu inner %d", depth, inner);
			size_t fast = depth_of(value_root(&doc));
			CHECK(read_any(r, (struct str){ text, n }, true, &doc, &note) == ERR_OK &&
			      note.truncated == cut);
			CHECKF(fast == depth_of(value_root(&doc)), "depth %zu inner %d", depth, inner);
		}
	}
}

/* Hostile texts of some size: each must come to an end quickly, and with something in hand. */
TEST(hostile_texts_take_linear_time)
{
	static const char *const pieces[] = { "[", "{\"a\":",       "{\"a\":[", "[1,", "\"", "\\", "{a",
		                              ",", "[\"\\ud800\",", "\xFF",     "[]",  "1",  "{{" };
	auto_json_reader r = NULL;
	CHECK(json_reader_new(BYTES_MAX, &r) == ERR_OK);
	char *text = malloc(10 << 20);
	CHECK(text != NULL);
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		text[0] = '[';
		size_t n = repeat(text + 1, pieces[i], (2 << 20) / strlen(pieces[i])).len;
		struct value_doc doc;
		struct json_note note;
		clock_t t = clock();
		CHECKF(json_read_tolerant(r, (struct str){ text, n + 1 }, true, &doc, &note) == ERR_OK, "%s",
		       pieces[i]);
		double s = (double)(clock() - t) / CLOCKS_PER_SEC;
		CHECKF(s < 5, "%s took %.1f s", pieces[i], s);
		CHECKF(note.reason != NULL, "%s", pieces[i]);
	}
	free(text);
}

TEST(long_strings_are_whole_on_both_parsers_and_too_long_texts_refused)
{
	enum { N = 10 << 20 };
	auto_json_reader r = NULL;
	CHECK(json_reader_new(N + 2, &r) == ERR_OK);
	char *text = calloc(1, N + 3 + JSON_PADDING);
	CHECK(text != NULL);
	memset(text, 'x', N + 2);
	text[0] = text[N + 1] = '"';
	struct value_doc doc;
	struct json_note note;
	CHECK(json_read(r, (struct str){ text, N + 2 }, &doc, &note) == ERR_OK && !note.tolerant);
	CHECK(value_str_or_empty(value_root(&doc)).len == N && doc.string_bytes == N + 5);
	CHECK(json_read_tolerant(r, (struct str){ text, N + 2 }, false, &doc, &note) == ERR_OK && !note.truncated);
	CHECK(value_str_or_empty(value_root(&doc)).len == N && doc.string_bytes == N + 5);
	CHECK(json_read(r, (struct str){ text, N + 3 }, &doc, &note) == ERR_LIMIT);
	CHECK(json_read_tolerant(r, (struct str){ text, N + 3 }, false, &doc, &note) == ERR_LIMIT);
	free(text);
}

/* The length of the pool, from a walk over every string. */
static size_t pool_end(const struct value_doc *doc)
{
	size_t end = 0;
	for (uint32_t at = 1; at + 1 < doc->words;) {
		unsigned char type = tape_type(doc->tape[at]);
		if (type == '"' || type == 'N')
			end = (size_t)(tape_str(doc->strings, doc->tape[at]).ptr - doc->strings) +
			      tape_str(doc->strings, doc->tape[at]).len + 1;
		at = type == '{' || type == '[' ? at + 1 : tape_skip(doc->tape, at);
	}
	return end;
}

TEST(the_pool_length_of_a_document_is_exact_after_a_longer_one)
{
	static const char *const texts[] = {
		"[\"a long one at first, so that there is something stale\",\"and more of it\"]",
		"{\"k\":[1,2.5,-3,true,false,null,[],{},[[{}]]]}",
		"[1,2,3]",
		"[]",
		"\"s\"",
		"17",
		"{\"a\":\"b\"}",
		"[\"\",[18446744073709551615,1e5,{\"q\":-1}]]",
		"[\"x\",2459565876494606882,2459565876494606882]"
	};
	auto_json_reader r = NULL;
	CHECK(json_reader_new(BYTES_MAX, &r) == ERR_OK);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct value_doc doc;
		struct json_note note;
		CHECK(read_any(r, str_of(texts[i]), false, &doc, &note) == ERR_OK && !note.tolerant);
		CHECKF(doc.string_bytes == pool_end(&doc), "%s: %zu", texts[i], doc.string_bytes);
	}
}

TEST(the_tolerant_parser_knows_where_values_stand)
{
	auto_json_reader r = NULL;
	CHECK(json_reader_new(BYTES_MAX, &r) == ERR_OK);
	struct value_doc doc;
	struct json_note note;
	CHECK(read_any(r, STR("{\"\xC3\xA9\": 12,\n  \"b\": [true]}"), true, &doc, &note) == ERR_OK);
	struct value_iter it = value_iter(value_root(&doc));
	CHECK(value_next(&it));
	struct value_span s = value_where(it.val);
	CHECKF(s.line == 1 && s.column == 7 && s.offset == 7 && s.length == 2, "%u:%u", s.line, s.column);
	CHECK(value_where(it.key_value).column == 2 && value_where(it.key_value).length == 4);
	CHECK(value_next(&it));
	s = value_where(it.val);
	CHECKF(s.line == 2 && s.column == 8 && s.length == 6, "%u:%u+%u", s.line, s.column, s.length);
	CHECK(value_where(value_root(&doc)).length == 25);
}

TEST(the_note_says_where_the_value_ended)
{
	auto_json_reader r = NULL;
	CHECK(json_reader_new(BYTES_MAX, &r) == ERR_OK);
	struct value_doc doc;
	struct json_note note;
	CHECK(read_any(r, STR("{\"a\":1}\n{\"b\":2}"), false, &doc, &note) == ERR_OK);
	CHECK(note.tolerant && note.end == 7 && note.offset == 8);
}

TEST(strings_are_written_escaped_at_every_alignment)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "" },
		{ "\"", "\\\"" },
		{ "\\", "\\\\" },
		{ "\x01", "\\u0001" },
		{ "\x1f", "\\u001f" },
		{ "\x7f", "\\u007f" },
		{ "\n\t\r\b\f", "\\n\\t\\r\\b\\f" },
		{ "/ ~!#[]", "/ ~!#[]" },
		{ "\xC3\xA9", "\xC3\xA9" },
		{ "\xE2\x80\xA8", "\\u2028" },
		{ "\xC3", "\xEF\xBF\xBD" },
		{ "\x80", "\xEF\xBF\xBD" },
		{ "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80" },
		{ "\xF5", "\xEF\xBF\xBD" },
	};
	auto_buf b = { 0 };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (size_t pad = 0; pad < 20; pad++) {
			char in[64], want[64];
			int n = snprintf(in, sizeof(in), "%.*s%s%.*s", (int)pad, "abcdefghijklmnopqrst", cases[i].in,
			                 (int)pad, "zyxwvutsrqponmlkjihg");
			int m = snprintf(want, sizeof(want), "\"%.*s%s%.*s\"", (int)pad, "abcdefghijklmnopqrst",
			                 cases[i].out, (int)pad, "zyxwvutsrqponmlkjihg");
			buf_reset(&b);
			json_write_str(&b, (struct str){ in, (size_t)n });
			CHECKF(str_eq(buf_view(&b), (struct str){ want, (size_t)m }), "case %zu pad %zu", i, pad);
		}
	}
	buf_reset(&b);
	json_write_str(&b, STR("\0"));
	CHECK(str_is(buf_view(&b), "\"\\u0000\""));
	buf_reset(&b);
	json_write_str_or_null(&b, (struct str){ 0 });
	json_write_str_or_null(&b, STR(""));
	CHECK(str_is(buf_view(&b), "null\"\""));
}

TEST(a_full_buffer_is_an_error_of_the_buffer)
{
	auto_buf b = { .max = 16 };
	json_write_str(&b, STR("0123456789012345678901234567890"));
	CHECK(buf_err(&b) == ERR_LIMIT);
}

TEST(kinds_that_json_lacks_have_a_form)
{
	auto_value_builder v = { 0 };
	struct value_doc doc;
	auto_buf b = { 0 };
	value_build_begin(&v);
	value_build_list(&v);
	value_build_bytes(&v, STR(""));
	value_build_bytes(&v, STR("f"));
	value_build_bytes(&v, STR("fo"));
	value_build_bytes(&v, STR("foo"));
	value_build_time(&v, 0);
	value_build_duration(&v, 1500000000);
	value_build_duration(&v, -1);
	value_build_duration(&v, INT64_MIN);
	value_build_unknown(&v);
	value_build_double(&v, (double)NAN);
	value_build_mark(&v, VALUE_SENSITIVE);
	value_build_list(&v);
	value_build_str(&v, STR("secret"));
	value_build_close(&v);
	value_build_mark(&v, 0);
	value_build_map(&v);
	value_build_key(&v, STR("k"));
	value_build_mark(&v, 2);
	value_build_int(&v, 1);
	value_build_pair(&v, STR("k2"), STR(""));
	value_build_close(&v);
	value_build_close(&v);
	CHECK(value_build_end(&v, &doc) == ERR_OK);
	CHECKF(str_is(print(&b, &doc),
	              "[\"\",\"Zg==\",\"Zm8=\",\"Zm9v\",\"1970-01-01T00:00:00Z\",\"1.5s\",\"-0.000000001s\","
	              "\"-9223372036.854775808s\",null,null,\"(sensitive)\",{\"k\":1,\"k2\":\"\"}]"),
	       "%.*s", STR_FMT(buf_view(&b)));
	buf_reset(&b);
	json_write_value(&b, VALUE_NONE);
	CHECK(str_is(buf_view(&b), "null"));
}

/* Random valid documents: both parsers agree, and printing reads back the same. */
static uint64_t seed = 1;
static uint32_t next_random(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

static void random_string(struct buf *b)
{
	static const char *const pieces[] = { "a",       "Z9 _",           "\\n",          "\\\"",    "\\\\",
		                              "\\u00e9", "\\ud83d\\ude00", "\xE2\x82\xAC", "\\u0000", "long text here",
		                              "\\/" };
	buf_char(b, '"');
	for (uint32_t n = next_random(6); n > 0; n--)
		buf_str(b, str_of(pieces[next_random(ARRAY_LEN(pieces))]));
	buf_char(b, '"');
}

static void random_number(struct buf *b)
{
	uint64_t bits =
	    (uint64_t)next_random(UINT32_MAX) << 33 ^ (uint64_t)next_random(UINT32_MAX) << 10 ^ next_random(1024);
	double d;
	memcpy(&d, &bits, sizeof(d));
	switch (next_random(5)) {
	case 0:
		buf_int(b, (int64_t)bits);
		break;
	case 1:
		buf_uint(b, bits);
		break;
	case 2:
		buf_int(b, (int64_t)next_random(100) - 50);
		break;
	case 3:
		buf_printf(b, "%u.%ue%d", next_random(1000), next_random(UINT32_MAX), (int)next_random(600) - 300);
		break;
	default:
		buf_printf(b, "%.17g", isfinite(d) ? d : 0.5);
	}
}

static void random_value(struct buf *b, int depth)
{
	uint32_t kind = next_random(depth > 5 ? 5 : 8);
	uint32_t n = next_random(5);
	if (kind < 2) {
		random_string(b);
	} else if (kind < 4) {
		random_number(b);
	} else if (kind == 4) {
		static const char *const words[] = { "true", "false", "null" };
		buf_str(b, str_of(words[next_random(3)]));
	} else {
		buf_char(b, kind == 5 ? '[' : '{');
		for (uint32_t i = 0; i < n; i++) {
			if (i > 0)
				buf_lit(b, " ,\n");
			if (kind != 5) {
				random_string(b);
				buf_lit(b, ": ");
			}
			random_value(b, depth + 1);
		}
		buf_char(b, kind == 5 ? ']' : '}');
	}
}

TEST(random_documents_agree_on_both_parsers_and_survive_printing)
{
	auto_json_reader fast = NULL;
	auto_json_reader slow = NULL;
	CHECK(json_reader_new(BYTES_MAX, &fast) == ERR_OK && json_reader_new(BYTES_MAX, &slow) == ERR_OK);
	auto_buf text = { 0 }, out = { 0 };
	for (int i = 0; i < 20000; i++) {
		buf_reset(&text);
		random_value(&text, 0);
		size_t len = text.len;
		buf_add(&text, (char[JSON_PADDING]){ 0 }, JSON_PADDING);
		struct str s = { text.ptr, len };
		struct value_doc a, b;
		struct json_note note;
		CHECKF(json_read(fast, s, &a, &note) == ERR_OK && !note.tolerant, "%.*s", STR_FMT(s));
		CHECKF(json_read_tolerant(slow, s, i % 2 != 0, &b, &note) == ERR_OK && note.reason == NULL, "%s: %.*s",
		       note.reason, STR_FMT(s));
		CHECKF(value_equal(value_root(&a), value_root(&b)), "%.*s", STR_FMT(s));
		CHECKF(a.string_bytes == b.string_bytes && a.string_bytes == pool_end(&a) && a.words == b.words, "%.*s",
		       STR_FMT(s));
		struct str again = print(&out, &a);
		CHECK(json_read_tolerant(slow, again, false, &b, &note) == ERR_OK);
		CHECKF(value_equal(value_root(&a), value_root(&b)), "%.*s", STR_FMT(again));
	}
}

TEST(the_kernel_has_a_name)
{
	CHECK(strlen(json_kernel_name()) > 0);
}
