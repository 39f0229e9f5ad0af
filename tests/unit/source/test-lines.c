/* Files to lines: what is a record, where it is, and that it does not depend on how the bytes came. */
#include "../../test.h"
#include "collect.h"

static enum err read_text(const char *text, size_t n, enum source_format format, size_t read_bytes, size_t batch_bytes,
                          struct collected *c)
{
	struct str path = str_of(scratch_write("input", text, n));
	struct collect_options o = collect_defaults();
	o.o.format = format;
	o.o.read_bytes = read_bytes;
	o.o.batch_bytes = batch_bytes;
	return collect_paths(&path, 1, &o, NULL, c);
}

TEST(gives_each_line_with_its_number_and_offset)
{
	static const char text[] = "{\"a\":1}\n\n{\"b\":2}\r\n   \n{\"c\":3}";
	auto_collected c;
	CHECK(read_text(text, sizeof(text) - 1, FORMAT_AUTO, 0, 0, &c) == ERR_END);
	CHECK(c.format == FORMAT_NDJSON);
	CHECK(str_is(buf_view(&c.text), "0:1:0::{\"a\":1}\n0:3:9::{\"b\":2}\n0:5:22::{\"c\":3}\n"));
	CHECK(c.blank == 2 && c.n == 3 && c.ends == 1 && c.count.records == 3);
}

TEST(an_empty_file_is_an_input_without_records)
{
	auto_collected c;
	CHECK(read_text("", 0, FORMAT_AUTO, 0, 0, &c) == ERR_END);
	CHECK(c.n == 0 && c.ends == 1 && c.count.files == 1 && c.count.files_failed == 0);
}

TEST(reads_and_batches_of_any_size_give_the_same_records)
{
	auto_buf text = { .max = 0 };
	for (unsigned i = 0; i < 3000; i++) {
		buf_printf(&text, "line %u ", i);
		for (unsigned k = 0; k < (i * 7919) % 97; k++)
			buf_char(&text, (char)('a' + k % 26));
		buf_str(&text, i % 5 == 0 ? STR("\r\n") : STR("\n"));
	}
	auto_collected whole;
	CHECK(read_text(text.ptr, text.len, FORMAT_PLAIN, 0, 0, &whole) == ERR_END);
	CHECK(whole.n == 3000);
	static const size_t reads[] = { 1, 2, 3, 7, 64, 100, 4096, 0 };
	static const size_t batches[] = { 1, 16, 64, 1000, 0 };
	for (size_t i = 0; i < ARRAY_LEN(reads); i++)
		for (size_t k = 0; k < ARRAY_LEN(batches); k++) {
			auto_collected c;
			CHECK(read_text(text.ptr, text.len, FORMAT_PLAIN, reads[i], batches[k], &c) == ERR_END);
			CHECKF(str_eq(buf_view(&c.text), buf_view(&whole.text)), "reads of %zu, batches of %zu",
			       reads[i], batches[k]);
			CHECK(c.ends == 1);
		}
}

TEST(a_record_over_the_limit_keeps_its_first_part_and_counts_the_rest)
{
	size_t big = LIMIT_RECORD_BYTES + 5000000;
	char *text = malloc(big + 20);
	CHECK(text != NULL);
	memcpy(text, "first\n", 6);
	memset(text + 6, 'x', big);
	memcpy(text + 6 + big, "\nlast\n", 6);
	auto_collected c;
	enum err err = read_text(text, big + 12, FORMAT_PLAIN, 0, 0, &c);
	free(text);
	CHECK(err == ERR_END);
	CHECK(c.n == 3 && c.count.records_truncated == 1 && c.count.bytes_dropped == 5000000);
	CHECK(str_starts(buf_view(&c.text), STR("0:1:0::first\n0:2:6:cut:xxx")));
	CHECK(str_ends(buf_view(&c.text), STR("xxx\n0:3:21777223::last\n")));
}

TEST(a_flow_log_header_is_kept_beside_the_records)
{
	static const char text[] =
	    "version account-id interface-id srcaddr dstaddr\n2 123456789012 eni-1 10.0.0.1 10.0.0.2\n";
	auto_collected c;
	CHECK(read_text(text, sizeof(text) - 1, FORMAT_AUTO, 0, 0, &c) == ERR_END);
	CHECK(c.format == FORMAT_PLAIN && c.n == 1);
	CHECK(str_is(buf_view(&c.headers), "version account-id interface-id srcaddr dstaddr"));
}

TEST(names_of_formats_are_what_is_parsed)
{
	for (unsigned i = 0; i < FORMAT_COUNT; i++) {
		enum source_format f = FORMAT_COUNT;
		CHECK(source_format_parse(str_of(source_format_name((enum source_format)i)), &f) == ERR_OK && f == i);
	}
	enum source_format f;
	CHECK(source_format_parse(STR("jsonl"), &f) == ERR_USAGE);
}
