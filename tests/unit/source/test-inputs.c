/* Finding files, leaving out what is not wanted, and telling formats apart. */
#include <sys/stat.h>
#include <unistd.h>

#include "../../test.h"
#include "collect.h"
#include "source/internal.h"

/* Reads a path below the scratch folder; the names of inputs go to `names`, one a line, without the folder. */
static enum err names_of(const char *path, const struct source_options *o, struct buf *names,
                         struct source_counters *count)
{
	struct str p = str_of(path);
	struct source *s = NULL;
	struct source_batch *b = NULL;
	enum err err = source_open(&p, 1, o, NULL, NULL, NULL, &s);
	if (err == ERR_OK)
		err = source_batch_new(&b);
	size_t skip = strlen(scratch_dir()) + 1;
	while (err == ERR_OK) {
		err = source_next(s, b, 0);
		if (err == ERR_OK && b->ends_input)
			buf_printf(names, "%.*s\n", STR_FMT(str_cut(b->input->name, skip, b->input->name.len)));
	}
	source_count(s, count);
	source_batch_free(&b);
	source_close(&s);
	return err;
}

static void make_tree(void)
{
	static const char *const files[] = { "tree/b.log",        "tree/a/z.log", "tree/a/y.json",
		                             "tree/a/deep/x.log", "tree/.hidden", "tree/c[1].log" };
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		(void)scratch_write(files[i], "x\n", 2);
	IGNORE(symlink("b.log", scratch_path("tree/link.log")) != 0);     /* there already from the test before */
	IGNORE(symlink("..", scratch_path("tree/a/loop")) != 0);          /* there already from the test before */
	IGNORE(symlink("nowhere", scratch_path("tree/a/dangling")) != 0); /* there already from the test before */
}

TEST(directories_are_read_in_byte_order_without_loops)
{
	make_tree();
	auto_buf names = { .max = 0 };
	struct source_counters c;
	struct source_options o = collect_defaults().o;
	CHECK(names_of(scratch_path("tree"), &o, &names, &c) == ERR_END);
	CHECKF(str_is(buf_view(&names),
	              "tree/a/deep/x.log\ntree/a/y.json\ntree/a/z.log\ntree/b.log\ntree/c[1].log\ntree/link.log\n"),
	       "%.*s", STR_FMT(buf_view(&names)));
	CHECKF(c.files == 6 && c.files_total == 6 && c.files_skipped == 3 && c.files_pruned == 0 &&
	           c.bytes_total_estimate == 12,
	       "%llu skipped", (unsigned long long)c.files_skipped);
}

TEST(globs_find_each_file_once)
{
	static const struct {
		const char *glob, *want;
	} cases[] = {
		{ "tree/*.log", "tree/b.log\ntree/c[1].log\ntree/link.log\n" },
		{ "tree/**/*.log", "tree/a/deep/x.log\ntree/a/z.log\ntree/b.log\ntree/c[1].log\ntree/link.log\n" },
		{ "tree/**/deep/**", "tree/a/deep/x.log\n" },
		{ "tree/a/?.*", "tree/a/y.json\ntree/a/z.log\n" },
		{ "tree/[ab].log", "tree/b.log\n" },
		{ "tree/c[1].log", "tree/c[1].log\n" },
		{ "tree/a*", "tree/a/deep/x.log\ntree/a/y.json\ntree/a/z.log\n" },
		{ "t*/b.log", "tree/b.log\n" },
	};
	make_tree();
	struct source_options o = collect_defaults().o;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_buf names = { .max = 0 };
		struct source_counters c;
		CHECKF(names_of(scratch_path(cases[i].glob), &o, &names, &c) == ERR_END, "%s", cases[i].glob);
		CHECKF(str_eq(buf_view(&names), str_of(cases[i].want)), "%s: %.*s", cases[i].glob,
		       STR_FMT(buf_view(&names)));
	}
}

TEST(what_is_missing_is_counted_and_the_others_are_read)
{
	struct collect_options o = collect_defaults();
	struct str paths[4] = { str_of(scratch_path("not-there")), str_of(scratch_path("no*match")),
		                str_of(scratch_write("there.log", "x\n", 2)),
		                str_of(scratch_path("not-there-either")) };
	auto_arena arena = { 0 };
	struct diag_list diags = { .arena = &arena };
	auto_collected c, none;
	CHECK(collect_paths(paths, 4, &o, &diags, &c) == ERR_END);
	CHECK(c.n == 1 && c.count.files == 1 && c.count.files_failed == 3 && diags.errors == 3);
	CHECK(collect_paths(paths, 2, &o, &diags, &none) == ERR_MISSING);
}

TEST(directories_nested_too_deep_are_reported)
{
	auto_buf path = { .max = 0 };
	buf_lit(&path, "deep");
	for (int i = 0; i < LIMIT_DIR_DEPTH + 2; i++)
		buf_lit(&path, "/d");
	buf_lit(&path, "/f");
	buf_char(&path, '\0');
	(void)scratch_write(path.ptr, "x\n", 2);
	(void)scratch_write("deep/ok", "x\n", 2);
	struct str p = str_of(scratch_path("deep"));
	struct collect_options o = collect_defaults();
	auto_collected c;
	CHECK(collect_paths(&p, 1, &o, NULL, &c) == ERR_END);
	CHECK(c.n == 1 && c.count.files_failed == 1);
}

TEST(paths_outside_the_wanted_time_account_and_region_are_left_out)
{
	struct source_options o = collect_defaults().o;
	CHECK(time_parse(STR("2026-11-20T12:00:00Z"), &o.since_ns) == ERR_OK &&
	      time_parse(STR("2026-11-22T12:00:00Z"), &o.until_ns) == ERR_OK);
	o.account = STR("123456789012");
	o.region = STR("us-east-1");
	static const struct {
		const char *path;
		bool pruned;
	} cases[] = {
		{ "b/AWSLogs/123456789012/CloudTrail/us-east-1/2026/11/22/x.json.gz", false },
		{ "b/AWSLogs/123456789012/CloudTrail/us-east-1/2026/11/19", false }, /* a day of margin */
		{ "b/AWSLogs/123456789012/CloudTrail/us-east-1/2026/11/23", false },
		{ "b/AWSLogs/123456789012/CloudTrail/us-east-1/2026/11/18", true },
		{ "b/AWSLogs/123456789012/CloudTrail/us-east-1/2026/11/24", true },
		{ "b/AWSLogs/123456789012/CloudTrail/us-east-1/2026/10", true },
		{ "b/AWSLogs/123456789012/CloudTrail/us-east-1/2025", true },
		{ "b/AWSLogs/123456789012/CloudTrail/us-east-1", false },
		{ "b/AWSLogs/123456789012/CloudTrail/eu-west-1", true },
		{ "b/AWSLogs/999999999999", true },
		{ "b/AWSLogs/o-abc123/999999999999/CloudTrail", true },
		{ "b/AWSLogs/o-abc123/123456789012/CloudTrail/us-east-1/2026/11/21", false },
		{ "b/AWSLogs/o-abc123/123456789012/CloudTrail/us-gov-east-1/2026/11/21", true },
		{ "b/AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/11/01/x.gz", true },
		{ "b/AWSLogs/aws-account-id=999999999999/aws-service=vpcflowlogs", true },
		{ "b/AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=us-east-1/year=2026/"
		  "month=11/day=21",
		  false },
		{ "b/AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=us-east-1/year=2026/"
		  "month=11/day=01",
		  true },
		{ "logs/2026/11/21/x", false },
		{ "logs/2026/11/01/x", true },
		{ "logs/2024", false }, /* may be any name */
		{ "logs/2024/app.log", false },
		{ "logs/dt=2026-11-21/x", false },
		{ "logs/dt=2026-11-01/x", true },
		{ "logs/year=2026/month=3", true },
		{ "logs/year=2026/month=11/day=21", false },
		{ "logs/dt=20x6-11-01/x", false },
		{ "logs/2026/13/45", false },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECKF(prune_path(&o, str_of(cases[i].path)) == cases[i].pruned, "%s", cases[i].path);
	struct source_options open = collect_defaults().o;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK(!prune_path(&open, str_of(cases[i].path)));
}

TEST(formats_are_told_apart_by_their_first_bytes)
{
	static const struct {
		enum source_format want;
		const char *head;
	} cases[] = {
		{ FORMAT_NDJSON, "{\"a\":1}\n{\"b\":2}\n" },
		{ FORMAT_NDJSON, "\n {\"a\":{\"Records\":[{}]}}\n" },
		{ FORMAT_NDJSON, "{\"target\":[{\"a\":1}]}\n" },
		{ FORMAT_JSON, "{\"Records\":[{\"a\":1}]}" },
		{ FORMAT_JSON, "{\"Records\":[{\"a\":1}," },
		{ FORMAT_JSON, "{\n\"a\":1}\n" },
		{ FORMAT_JSON, "{\"a\":1}{\"b\":2}\n" },
		{ FORMAT_JSON, "[{\"a\":1}]" },
		{ FORMAT_JSON, "[\n {\"a\":1}]" },
		{ FORMAT_PLAIN, "[2026-01-01] hello" },
		{ FORMAT_AUDITD, "type=SYSCALL msg=audit(1.0:1): x\n" },
		{ FORMAT_AUDITD, "node=h type=SYSCALL msg=audit(1.0:1): x\n" },
		{ FORMAT_SYSLOG, "Nov 22 04:05:06 h audispd: type=SYSCALL msg=audit(1.0:1): x\n" },
		{ FORMAT_SYSLOG, "<34>1 2026-11-22T04:05:06Z h app - - - x\n" },
		{ FORMAT_SYSLOG, "Oct  1 22:14:15 mymachine su: failed\n" },
		{ FORMAT_SYSLOG, "2026-11-22T04:05:06.123456+00:00 host sshd[12]: Accepted\n" },
		{ FORMAT_PLAIN, "2026-11-22T04:05:06Z something happened here\n" },
		{ FORMAT_XML, "<Event xmlns='http://x'><System/></Event>" },
		{ FORMAT_XML, "<?xml version=\"1.0\"?>\n<!-- c -->\n<Events>\n<Event>" },
		{ FORMAT_PLAIN, "<html><body>" },
		{ FORMAT_JOURNAL, "__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1\nMESSAGE=x\n\n" },
		{ FORMAT_CSV, "time,user,action\n1,bob,login\n2,eve,logout\n" },
		{ FORMAT_CSV, "time;user;action\n1;bob;login\n" },
		{ FORMAT_CSV, "\"Time Generated\",\"User\",\"Note\"\n1,bob,\"a,\nb\"\n" },
		{ FORMAT_PLAIN, "hello, world, again\nno commas\nnone here\n" },
		{ FORMAT_PLAIN, "1,2,3\n4,5,6\n" },
		{ FORMAT_LOGFMT, "time=2026 level=info msg=\"a b\" user=bob\n" },
		{ FORMAT_PLAIN, "user logged in with id=3\n" },
		{ FORMAT_PLAIN, "" },
		/* a first line that was torn at its end, at its start, or is a banner */
		{ FORMAT_NDJSON, "{\"a\":1,\"b\":\"x\n{\"a\":1}\n{\"b\":2}\n" },
		{ FORMAT_NDJSON, "{\"a\":1,\n{\"a\":1}\n" },
		{ FORMAT_JSON, "{\"Records\":[\n{\"a\":1}\n]}\n" },
		{ FORMAT_JSON, "{\"a\":[\n{\"a\":1},\n{\"a\":2}\n]}\n" },
		{ FORMAT_NDJSON, "x\",\"c\":3}\n{\"a\":1}\n{\"b\":2}\n" },
		{ FORMAT_NDJSON, "# made by export\n\n{\"a\":1}\n{\"b\":2}\n" },
		{ FORMAT_AUDITD, "0 ppid=1 pid=2\ntype=SYSCALL msg=audit(1.0:1): x\n" },
		{ FORMAT_SYSLOG, "-- Logs begin at Thu --\nOct  1 22:14:15 h su: a\nOct  1 22:14:15 h su: b\n" },
		{ FORMAT_LOGFMT, "starting\nlevel=info msg=a\nlevel=warn msg=b\n" },
		{ FORMAT_PLAIN, "starting\n{\"a\":1}\nmore\nand more\n" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct recognised r = recognise_format(str_of(cases[i].head), true);
		CHECKF(r.format == cases[i].want, "case %zu: %s", i, source_format_name(r.format));
	}
}

TEST(binary_data_is_told_from_text_with_odd_bytes_in_it)
{
	static const struct {
		const char *head;
		size_t n;
		bool binary;
	} cases[] = {
		{ "LPKSHHRH\0\0\0\0", sizeof("LPKSHHRH\0\0\0\0") - 1, true },
		{ "ElfFile\0x", sizeof("ElfFile\0x") - 1, true },
		{ "PAR1\x15\0", sizeof("PAR1\x15\0") - 1, true },
		{ "\x7f"
		  "ELF\2\1\1\0\0\0\0\0\0\0\0\0",
		  sizeof("\x7f"
		         "ELF\2\1\1\0\0\0\0\0\0\0\0\0") -
		      1,
		  true },
		{ "ElfFile of a kind", sizeof("ElfFile of a kind") - 1, false },
		{ "a line with a \0 in it, and a good deal of text around it, as somebody may send",
		  sizeof("a line with a \0 in it, and a good deal of text around it, as somebody may send") - 1,
		  false },
		{ "\1\2\3\4\5", sizeof("\1\2\3\4\5") - 1, false },
		{ "caf\xe9 \xff\xfe\xfd latin", sizeof("caf\xe9 \xff\xfe\xfd latin") - 1, false },
		{ "\033[31mred\033[0m", sizeof("\033[31mred\033[0m") - 1, false },
		{ "", sizeof("") - 1, false },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECKF((recognise_binary((struct str){ cases[i].head, cases[i].n }) != NULL) == cases[i].binary,
		       "case %zu", i);
}
