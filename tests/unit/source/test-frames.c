/* The framings beyond lines: what is a record of each, and that it does not depend on how the bytes came. */
#include "../../test.h"
#include "collect.h"

static enum err read_text(struct str text, enum source_format format, size_t read_bytes, size_t batch_bytes,
                          bool places, struct collected *c)
{
	struct str path = str_of(scratch_write("input", text.ptr, text.len));
	struct collect_options o = collect_defaults();
	o.o.format = format;
	o.o.read_bytes = read_bytes;
	o.o.batch_bytes = batch_bytes;
	o.no_places = !places;
	return collect_paths(&path, 1, &o, NULL, c);
}

struct example {
	const char *name, *text, *want, *unread;
	enum source_format format, recognised;
};

static void check_examples(const struct example *e, size_t n)
{
	static const size_t sizes[] = { 0, 1, 2, 3, 5, 17, 64 };
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < ARRAY_LEN(sizes) * 2; k++) {
			auto_collected c;
			size_t batch = k < ARRAY_LEN(sizes) ? 0 : 16;
			CHECK(read_text(str_of(e[i].text), e[i].format, sizes[k % ARRAY_LEN(sizes)], batch, true, &c) ==
			      ERR_END);
			CHECKF(c.format == e[i].recognised, "%s: format %s", e[i].name, source_format_name(c.format));
			CHECKF(str_eq(buf_view(&c.text), str_of(e[i].want)),
			       "%s: reads of %zu, batches of %zu: got\n%.*s", e[i].name, sizes[k % ARRAY_LEN(sizes)],
			       batch, STR_FMT(buf_view(&c.text)));
			CHECKF(str_eq(buf_view(&c.unread), str_of(e[i].unread != NULL ? e[i].unread : "")),
			       "%s: unread %.*s", e[i].name, STR_FMT(buf_view(&c.unread)));
			CHECK(c.ends == 1);
		}
}

TEST(json_documents_become_records)
{
	static const struct example examples[] = {
		{ "array", "[{\"a\":1},{\"b\":[2]}]", "0:1:1::{\"a\":1}\n0:2:9::{\"b\":[2]}\n", NULL, FORMAT_AUTO,
		  FORMAT_JSON },
		{ "pretty", "{\n \"a\": 1\n}\n{\n \"b\": {}\n}",
		  "0:1:0::{\x01 \"a\": 1\x01}\n0:2:12::{\x01 \"b\": {}\x01}\n", NULL, FORMAT_AUTO, FORMAT_JSON },
		{ "envelope", "{\"x\":[1],\"Records\":[{\"a\":\"]}\"}, {\"b\":\"\\\"\"}],\"y\":{}}\n",
		  "0:1:20::{\"a\":\"]}\"}\n0:2:32::{\"b\":\"\\\"\"}\n", NULL, FORMAT_AUTO, FORMAT_JSON },
		{ "envelope over lines", "{\n \"value\" : [\n  {\"a\":1},\n  {\"b\":2}\n ]\n}",
		  "0:1:17::{\"a\":1}\n0:2:28::{\"b\":2}\n", NULL, FORMAT_AUTO, FORMAT_JSON },
		{ "two envelopes", "{\"records\":[{\"a\":1}]}{\"records\":[{\"b\":1}]}",
		  "0:1:12::{\"a\":1}\n0:2:33::{\"b\":1}\n", NULL, FORMAT_AUTO, FORMAT_JSON },
		{ "empty envelope", "{\"Records\":[]}", "", NULL, FORMAT_AUTO, FORMAT_JSON },
		{ "an array of numbers is no envelope", "{\n\"data\":[1,2],\"b\":{}}",
		  "0:1:0::{\x01\"data\":[1,2],\"b\":{}}\n", NULL, FORMAT_AUTO, FORMAT_JSON },
		{ "deeper is no envelope", "{\n\"x\":{\"Records\":[{}]}}", "0:1:0::{\x01\"x\":{\"Records\":[{}]}}\n",
		  NULL, FORMAT_AUTO, FORMAT_JSON },
		{ "a value is no key", "{\n\"x\":\"Records\",\"y\":[{}]}",
		  "0:1:0::{\x01\"x\":\"Records\",\"y\":[{}]}\n", NULL, FORMAT_AUTO, FORMAT_JSON },
		{ "an event with an actor and events is an event", "{\n\"actor\":{},\"events\":[{}]}",
		  "0:1:0::{\x01\"actor\":{},\"events\":[{}]}\n", NULL, FORMAT_AUTO, FORMAT_JSON },
		{ "strings hide brackets", "[{\"a\":\"}{][\\\\\"},{\"b\":\"\\\\\\\"}\"}]",
		  "0:1:1::{\"a\":\"}{][\\\\\"}\n0:2:16::{\"b\":\"\\\\\\\"}\"}\n", NULL, FORMAT_AUTO, FORMAT_JSON },
		{ "other elements", "[1, \"two]\", [3], null]",
		  "0:1:1::1\n0:2:4::\"two]\"\n0:3:12::[3]\n0:4:17::null\n", NULL, FORMAT_JSON, FORMAT_JSON },
		{ "garbage between", "{\"a\":1} oops { no {\"b\":2}", "0:1:0::{\"a\":1}\n0:2:18::{\"b\":2}\n",
		  "8:not JSON\n", FORMAT_JSON, FORMAT_JSON },
		{ "garbage in an array", "[{\"a\":1}}, x{\"b\":2}]", "0:1:1::{\"a\":1}\n0:2:12::{\"b\":2}\n",
		  "8:not JSON between the elements of an array\n", FORMAT_JSON, FORMAT_JSON },
		{ "cut off", "[{\"a\":1},{\"b\":", "0:1:1::{\"a\":1}\n0:2:9:cut:{\"b\":\n", NULL, FORMAT_JSON,
		  FORMAT_JSON },
		{ "cut off between", "[{\"a\":1},", "0:1:1::{\"a\":1}\n", "9:the JSON document ends too early\n",
		  FORMAT_JSON, FORMAT_JSON },
		{ "json text sequence", "\x1e{\"a\":1}\n\x1e{\"b\":2}\n", "0:1:1::{\"a\":1}\n0:2:10::{\"b\":2}\n", NULL,
		  FORMAT_AUTO, FORMAT_JSON },
		{ "nothing", " \n ", "", NULL, FORMAT_JSON, FORMAT_JSON },
		{ "torn in a string", "{\"a\":\"x\n{\"b\":2}\n{\"c\":3}{\"d\":4}\n",
		  "0:1:0:cut:{\"a\":\"x\x01\n0:2:8::{\"b\":2}\n0:3:16::{\"c\":3}\n0:4:23::{\"d\":4}\n", NULL,
		  FORMAT_JSON, FORMAT_JSON },
		{ "torn again and again", "{\"a\":[{\n{\"b\":2}\n{\"c\":\"\n{\"d\":4}\n{\"e\":",
		  "0:1:0:cut:{\"a\":[{\x01\n0:2:8::{\"b\":2}\n0:3:16:cut:{\"c\":\"\x01\n0:4:23::{\"d\":4}\n"
		  "0:5:31:cut:{\"e\":\n",
		  NULL, FORMAT_JSON, FORMAT_JSON },
		{ "torn in an envelope", "{\"Records\":[{\"a\":\"\n{\"b\":2}\n{\"c\":3}]}\n",
		  "0:1:12:cut:{\"a\":\"\x01\n0:2:19::{\"b\":2}\n0:3:27::{\"c\":3}\n", NULL, FORMAT_JSON, FORMAT_JSON },
		{ "lines", "{\"a\":[{}]}\n{\"Records\":[{\"b\":1}]}\n",
		  "0:1:0::{\"a\":[{}]}\n0:2:11::{\"Records\":[{\"b\":1}]}\n", NULL, FORMAT_AUTO, FORMAT_NDJSON },
	};
	check_examples(examples, ARRAY_LEN(examples));
}

TEST(csv_records_may_hold_newlines_and_the_header_is_apart)
{
	static const struct example examples[] = {
		{ "plain", "a,b,c\n1,2,3\r\n\n4,5,6", "0:2:6::1,2,3\n0:4:14::4,5,6\n", NULL, FORMAT_AUTO, FORMAT_CSV },
		{ "quoted newline", "a,b,c\n1,\"x\ny\",3\n4,5,6\n", "0:2:6::1,\"x\x01y\",3\n0:4:16::4,5,6\n", NULL,
		  FORMAT_AUTO, FORMAT_CSV },
		{ "doubled quotes", "a,b,c\n1,\"x\"\"\ny\",3\n4,5,6\n", "0:2:6::1,\"x\"\"\x01y\",3\n0:4:18::4,5,6\n",
		  NULL, FORMAT_CSV, FORMAT_CSV },
		{ "a quote that nothing closes before the end", "a,b,c\n1,\"x,3\n4,5,6\n7,8,9",
		  "0:2:6:cut:1,\"x,3\n0:3:13::4,5,6\n0:4:19::7,8,9\n", NULL, FORMAT_CSV, FORMAT_CSV },
		{ "a quote inside a field is text", "a,b,c\n1,5\" disk,3\n4,5,6\n",
		  "0:2:6::1,5\" disk,3\n0:3:18::4,5,6\n", NULL, FORMAT_CSV, FORMAT_CSV },
		{ "semicolons", "a;b;c\n1;\"x\n\";3\n", "0:2:6::1;\"x\x01\";3\n", NULL, FORMAT_AUTO, FORMAT_CSV },
		{ "never closed", "a,b,c\n1,\"x\n", "0:2:6:cut:1,\"x\n", NULL, FORMAT_CSV, FORMAT_CSV },
	};
	check_examples(examples, ARRAY_LEN(examples));
	auto_collected c;
	CHECK(read_text(STR("a\tb\tc\n1\t2\t3\n"), FORMAT_AUTO, 0, 0, true, &c) == ERR_END);
	CHECK(c.format == FORMAT_CSV && str_is(buf_view(&c.headers), "a\tb\tc"));
}

TEST(windows_event_xml_is_cut_at_its_elements)
{
	static const struct example examples[] = {
		{ "one a line", "<Event xmlns='x'><EventData/></Event>\n<Event>2</Event>",
		  "0:1:0::<Event xmlns='x'><EventData/></Event>\n0:2:38::<Event>2</Event>\n", NULL, FORMAT_AUTO,
		  FORMAT_XML },
		{ "wrapped", "<?xml version='1.0'?>\n<Events><Event>\n1</Event><Event>2</Event>\n</Events>\n",
		  "0:2:30::<Event>\x01"
		  "1</Event>\n0:3:47::<Event>2</Event>\n",
		  NULL, FORMAT_AUTO, FORMAT_XML },
		{ "text between", "<Event>1</Event> zzz <Event>2</Event>",
		  "0:1:0::<Event>1</Event>\n0:1:21::<Event>2</Event>\n", "17:text outside of events\n", FORMAT_AUTO,
		  FORMAT_XML },
		{ "cut off", "<Event>1</Event>\n<Event>2</Eve", "0:1:0::<Event>1</Event>\n0:2:17:cut:<Event>2</Eve\n",
		  NULL, FORMAT_AUTO, FORMAT_XML },
	};
	check_examples(examples, ARRAY_LEN(examples));
}

TEST(journal_entries_end_with_an_empty_line_outside_of_binary_fields)
{
	static const char text[] =
	    "__CURSOR=a\nMESSAGE\n\x04\0\0\0\0\0\0\0x\n\ny\nPRIORITY=6\n\n__CURSOR=b\nMESSAGE=z\n\n\n__CURSOR=c\n";
	static const size_t sizes[] = { 0, 1, 2, 3, 7, 19 };
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		auto_collected c;
		CHECK(read_text((struct str){ text, sizeof(text) - 1 }, FORMAT_AUTO, sizes[i], 0, true, &c) == ERR_END);
		CHECK(c.format == FORMAT_JOURNAL && c.n == 3 && c.blank == 1);
		CHECKF(memmem(c.text.ptr, c.text.len, "\n0:8:44::__CURSOR=b", 19) != NULL, "%.*s",
		       STR_FMT(buf_view(&c.text)));
		CHECKF(str_ends(buf_view(&c.text), STR("\n0:12:67::__CURSOR=c\x01\n")), "%.*s",
		       STR_FMT(buf_view(&c.text)));
	}
}

TEST(audit_lines_are_joined_by_serial)
{
	static const struct example examples[] = {
		{ "interleaved",
		  "type=SYSCALL msg=audit(1.000:1): a=0\ntype=SYSCALL msg=audit(1.000:2): a=1\ntype=PATH "
		  "msg=audit(1.000:1): b\n"
		  "type=EOE msg=audit(1.000:1): \ntype=PATH msg=audit(1.000:2): c\n",
		  "0:1:0::type=SYSCALL msg=audit(1.000:1): a=0\x01type=PATH msg=audit(1.000:1): b\x01type=EOE "
		  "msg=audit(1.000:1): \n"
		  "0:2:37::type=SYSCALL msg=audit(1.000:2): a=1\x01type=PATH msg=audit(1.000:2): c\n",
		  NULL, FORMAT_AUTO, FORMAT_AUDITD },
		{ "time ends an event",
		  "type=A msg=audit(1.0:1): x\ntype=B msg=audit(3.5:2): y\ntype=A msg=audit(1.0:1): z\n",
		  "0:1:0::type=A msg=audit(1.0:1): x\n0:2:27::type=B msg=audit(3.5:2): y\n0:3:54::type=A "
		  "msg=audit(1.0:1): z\n",
		  NULL, FORMAT_AUTO, FORMAT_AUDITD },
		{ "nodes are apart", "node=a type=A msg=audit(1.0:1): x\nnode=b type=A msg=audit(1.0:1): y\n",
		  "0:1:0::node=a type=A msg=audit(1.0:1): x\n0:2:34::node=b type=A msg=audit(1.0:1): y\n", NULL,
		  FORMAT_AUTO, FORMAT_AUDITD },
		{ "other lines stand alone", "type=A msg=audit(1.0:1): x\nhello\n",
		  "0:2:27::hello\n0:1:0::type=A msg=audit(1.0:1): x\n", NULL, FORMAT_AUTO, FORMAT_AUDITD },
	};
	check_examples(examples, ARRAY_LEN(examples));
}

TEST(audit_events_and_their_records_are_bounded)
{
	auto_buf text = { .max = 0 };
	for (int i = 0; i < LIMIT_AUDIT_RECORDS + 10; i++)
		buf_lit(&text, "type=PATH msg=audit(1.0:7): x\n");
	auto_collected c;
	CHECK(read_text(buf_view(&text), FORMAT_AUDITD, 0, 0, true, &c) == ERR_END);
	CHECK(c.n == 1 && c.count.records_truncated == 1 && c.count.bytes_dropped == 10 * 29);
	buf_reset(&text);
	for (int i = 0; i < LIMIT_AUDIT_OPEN + 5; i++)
		buf_printf(&text, "type=PATH msg=audit(1.0:%d): x\n", i);
	buf_lit(&text, "type=PATH msg=audit(1.0:0): late\n");
	auto_collected d;
	CHECK(read_text(buf_view(&text), FORMAT_AUDITD, 0, 0, true, &d) == ERR_END);
	CHECK(d.n == LIMIT_AUDIT_OPEN + 6);
}

TEST(a_giant_record_of_any_framing_is_cut_and_the_next_one_is_whole)
{
	static const struct {
		enum source_format format;
		const char *before, *after, *last;
		size_t n;
	} cases[] = {
		{ FORMAT_JSON, "{\"a\":\"", "\"}\n{\"b\":2}", "::{\"b\":2}\n", 2 },
		{ FORMAT_JSON, "{\"x\":1,\"Records\":[{\"a\":\"", "\"},{\"b\":2}]}", "::{\"b\":2}\n", 2 },
		{ FORMAT_JSON, "[\"", "\", 5]", "::5\n", 2 },
		{ FORMAT_CSV, "h,i\n\"", "\n\"\"\",2\n3,4\n", "::3,4\n", 2 },
		{ FORMAT_XML, "<Event>", "</Event><Event>2</Event>", "::<Event>2</Event>\n", 2 },
		{ FORMAT_JOURNAL, "A=", "\n\nB=1\n\n", "::B=1\x01\n", 2 },
		{ FORMAT_AUDITD, "type=A msg=audit(1.0:1): ", "\ntype=B msg=audit(1.0:2): y\n",
		  "::type=B msg=audit(1.0:2): y\n", 2 },
	};
	size_t fill = (size_t)LIMIT_RECORD_BYTES + 3000000;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_buf text = { .max = 0 };
		buf_str(&text, str_of(cases[i].before));
		buf_grow(&text, fill);
		CHECK(buf_err(&text) == ERR_OK);
		memset(text.ptr + text.len, 'x', fill);
		text.len += fill;
		buf_str(&text, str_of(cases[i].after));
		auto_collected c;
		CHECK(read_text(buf_view(&text), cases[i].format, 0, 0, true, &c) == ERR_END);
		CHECKF(c.n == cases[i].n && c.count.records_truncated == 1 && c.count.bytes_dropped >= 3000000 - 64 &&
		           c.count.bytes_dropped <= 3000000 + 64,
		       "case %zu: %zu records, %llu dropped", i, c.n, (unsigned long long)c.count.bytes_dropped);
		CHECKF(str_ends(buf_view(&c.text), str_of(cases[i].last)), "case %zu", i);
	}
}
