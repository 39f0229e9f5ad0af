/*
 * From bytes to verdict, an event of a known kind costs no call of the allocator once everything is warm: neither ours
 * nor a library's. The allocator's functions are taken over by this program and counted; under a sanitizer, which does
 * the same, the tests are skipped.
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/ruleset.h"
#include "base/buf.h"
#include "base/sys.h"
#include "base/time.h"
#include "engine/detect/detect.h"
#include "source/decode.h"
#include "source/source.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifndef SANITIZED
#define SANITIZED 0
#endif

static volatile size_t allocations;

#if !SANITIZED
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t align, size_t size);
void __libc_free(void *p);

/* By libraries too. */
#define SEEN __attribute__((visibility("default")))
SEEN void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}
SEEN void *calloc(size_t n, size_t size)
{
	allocations++;
	return __libc_calloc(n, size);
}
SEEN void *realloc(void *p, size_t size)
{
	allocations++;
	return __libc_realloc(p, size);
}
SEEN void free(void *p)
{
	allocations += p != NULL;
	__libc_free(p);
}
SEEN void *aligned_alloc(size_t align, size_t size)
{
	allocations++;
	return __libc_memalign(align, size);
}
void *memalign(size_t align, size_t size);
SEEN void *memalign(size_t align, size_t size)
{
	allocations++;
	return __libc_memalign(align, size);
}
SEEN int posix_memalign(void **ret, size_t align, size_t size)
{
	allocations++;
	*ret = __libc_memalign(align, size);
	return *ret != NULL ? 0 : ENOMEM;
}
#endif

/* Lines that are repeated with a running number in place of each #. */
static const struct {
	const char *name, *line;
} kinds[] = {
	{ "cloudtrail.ndjson", "{\"eventVersion\":\"1.08\",\"userIdentity\":{\"type\":\"IAMUser\",\"principalId\":"
	                       "\"AIDA#\",\"arn\":\"arn:aws:iam::111122223333:user/"
	                       "user-#\",\"accountId\":\"111122223333\",\"accessKeyId\":\"AKIA#\",\"userName\":\"user-#"
	                       "\"},\"eventTime\":\"2026-01-31T00:"
	                       "00:00Z\",\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"GetObject\","
	                       "\"awsRegion\":\"eu-west-1\",\"sourceIPAddress\":\"10.0.0.7\",\"userAgent\":"
	                       "\"aws-sdk\",\"requestParameters\":{\"bucketName\":\"b#\",\"key\":\"caf\\u00e9/"
	                       "#\"},\"responseElements\":null,\"eventID\":\"id-#\",\"readOnly\":true,"
	                       "\"recipientAccountId\":\"111122223333\"}" },
	{ "windows.ndjson", "{\"Event\":{\"System\":{\"Provider_Name\":\"Microsoft-Windows-Security-Auditing\","
	                    "\"EventID\":4624,\"Channel\":\"Security\",\"Computer\":\"host#\","
	                    "\"TimeCreated_SystemTime\":\"2026-01-31T00:00:00.000Z\",\"EventRecordID\":#},"
	                    "\"EventData\":{\"TargetUserName\":\"user#\",\"LogonType\":3,"
	                    "\"IpAddress\":\"10.0.0.7\",\"LogonProcessName\":\"Kerberos\"}}}" },
	{ "sysmon.ndjson",
	  "{\"EventID\":1,\"Channel\":\"Microsoft-Windows-Sysmon/"
	  "Operational\",\"Provider_Name\":\"Microsoft-Windows-Sysmon\",\"Computer\":\"host#\",\"UtcTime\":"
	  "\"2026-01-31 00:00:00.123\",\"Image\":\"C:\\\\Program "
	  "Files\\\\Tool\\\\tool#.exe\",\"CommandLine\":\"tool.exe --run # \\u00fcber\",\"ParentImage\":"
	  "\"C:\\\\Windows\\\\explorer.exe\",\"User\":\"CORP\\\\user#\",\"Hashes\":\"MD5=#\"}" },
	{ "generic.ndjson", "{\"level\":\"info\",\"n\":#,\"list\":[1,2.5,\"x#\",null,true],\"deep\":{\"er\":{\"text\":"
	                    "\"stra\\u00dfe #\"}}}" },
	{ "syslog.log",
	  "Jan 31 00:00:00 host sshd[#]: Accepted publickey for user# from 10.0.0.7 port # ssh2: ED25519 SHA256:abc" },
	{ "rfc5424.log",
	  "<34>1 2026-01-31T00:00:00.003Z host su - ID# [x@1 a=\"b#\"] 'su root' was run by user# on /dev/pts/8" },
	{ "audit.log",
	  "type=SYSCALL msg=audit(1769817600.123:#): arch=c000003e syscall=59 success=yes exit=0 ppid=1 pid=# "
	  "auid=1000 uid=1000 comm=\"ls\" "
	  "exe=\"/usr/bin/ls\" key=(null)\ntype=EXECVE msg=audit(1769817600.123:#): argc=2 a0=\"ls\" a1=\"-l#\"\n"
	  "type=CWD msg=audit(1769817600.123:#): cwd=\"/home/user#\"\ntype=PATH msg=audit(1769817600.123:#): item=0 "
	  "name=\"/usr/bin/ls\" inode=#\n"
	  "type=EOE msg=audit(1769817600.123:#): " },
	{ "logfmt.log", "time=2026-01-31T00:00:00Z level=info msg=\"request # done\" status=200 path=/x/#" },
	{ "journal.ndjson", "{\"__REALTIME_TIMESTAMP\":\"1769817600000000\",\"_HOSTNAME\":\"host\",\"SYSLOG_"
	                    "IDENTIFIER\":\"cron\",\"MESSAGE\":\"session # opened\","
	                    "\"_PID\":\"#\"}" },
	{ "kubernetes.ndjson",
	  "{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/"
	  "v1\",\"auditID\":\"a#\",\"stage\":\"ResponseComplete\",\"requestURI\":\"/api/v1/pods/#\",\"verb\":"
	  "\"get\",\"user\":{\"username\":\"user#\",\"groups\":[\"dev\"]},\"objectRef\":{\"resource\":\"pods\","
	  "\"namespace\":\"n\",\"name\":\"p#\"},"
	  "\"responseStatus\":{\"code\":200},\"requestReceivedTimestamp\":\"2026-01-31T00:00:00.000000Z\"}" },
	{ "xml.xml",
	  "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
	  "<Provider Name='Microsoft-Windows-Security-Auditing'/><EventID>4624</EventID>"
	  "<TimeCreated "
	  "SystemTime='2026-01-31T00:00:00.000Z'/><EventRecordID>#</EventRecordID><Channel>Security</Channel>"
	  "<Computer>host</Computer></System><EventData><Data Name='TargetUserName'>user#</Data>"
	  "<Data Name='LogonType'>3</Data><Data Name='IpAddress'>10.0.0.7</Data>"
	  "<Data Name='LogonProcessName'>Kerberos</Data></EventData></Event>" },
	{ "table.csv", "#,2026-01-31T00:00:00Z,user#,10.0.0.7,login" },
};

struct bench {
	struct arena arena;
	struct diag_list diags;
	struct app_ruleset *rules;
	struct detect_program *program;
	struct detect_scratch *scratch;
	struct decode_set *set;
	struct decoder *decoder;
	struct source *source;
	struct source_batch *batches[256];
	size_t n_batches, events, matches, unread;
};

static void batches_free(struct bench *b)
{
	for (; b->n_batches > 0; b->n_batches--)
		source_batch_free(&b->batches[b->n_batches - 1]);
	source_close(&b->source);
}

static void bench_close(struct bench *b)
{
	batches_free(b);
	detect_scratch_free(&b->scratch);
	detect_program_free(&b->program);
	decoder_free(&b->decoder);
	decode_set_free(&b->set);
	app_ruleset_free(&b->rules);
	arena_clear(&b->arena);
}
#define auto_bench CLEANUP(bench_close) struct bench

/* The shipped rules, and the public ones where they are. */
static bool bench_open(struct bench *b)
{
	struct str paths[2] = { arena_printf(&b->arena, "%s/content/detections", test_root()) };
	struct app_ruleset_options o = { .paths = { paths, 1 }, .threads = 1 };
	struct detect_options d = { 0 };
	struct decode_options decode = { 0 };
	if (test_corpora() != NULL)
		paths[o.paths.n++] = arena_printf(&b->arena, "%s/sigma-rules/rules", test_corpora());
	b->diags.arena = &b->arena;
	return app_ruleset_load(&o, &b->diags, &b->rules) == ERR_OK &&
	       detect_program_new(&b->rules->set, &d, &b->diags, &b->program) == ERR_OK &&
	       detect_scratch_new(b->program, &b->scratch) == ERR_OK &&
	       decode_set_new(NULL, 0, &b->diags, &b->set) == ERR_OK &&
	       decoder_new(b->set, &decode, &b->decoder) == ERR_OK;
}

static void count_unread(void *arg, const struct source_unread *u)
{
	struct bench *b = arg;
	(void)u;
	b->unread++;
}

static bool read_all(struct bench *b, struct str path)
{
	struct source_options o = { .since_ns = TIME_NONE, .until_ns = TIME_NONE, .batch_bytes = 1 << 18 };
	enum err e = source_open(&path, 1, &o, &b->diags, count_unread, b, &b->source);
	while (e == ERR_OK && b->n_batches < ARRAY_LEN(b->batches)) {
		e = source_batch_new(&b->batches[b->n_batches]);
		if (e != ERR_OK)
			return false;
		b->n_batches++;
		e = source_next(b->source, b->batches[b->n_batches - 1], 0);
	}
	return e == ERR_END || e == ERR_OK;
}

static bool match_one(struct bench *b, const struct event *e)
{
	struct detect_matches m;
	(void)decode_event_id(b->decoder, e);
	(void)decode_event_time(b->decoder, e);
	enum err err = detect_match(b->program, b->scratch, e, &m);
	if (err == ERR_UNPREPARED && detect_prepare(b->program, e) == ERR_OK)
		err = detect_match(b->program, b->scratch, e, &m);
	b->events++;
	b->matches += m.n > 0;
	return err == ERR_OK;
}

static bool match_batch(struct bench *b, const struct source_batch *batch)
{
	for (size_t i = 0; i < batch->n; i++) {
		const char *why;
		size_t offset;
		struct event e;
		enum err err = decoder_record(b->decoder, batch, &batch->records[i], &why, &offset);
		if (err != ERR_OK) {
			b->unread++;
			continue;
		}
		while (decoder_next(b->decoder, &e))
			if (!match_one(b, &e))
				return false;
		if (decoder_error(b->decoder) != ERR_OK)
			return false;
	}
	return true;
}

/* Two rounds to get warm and two that are counted; *ret_calls of the latter. */
static bool measure(struct bench *b, struct str path, size_t *ret_calls)
{
	bool good = read_all(b, path);
	b->unread = 0;
	for (int round = 0; good && round < 4; round++) {
		b->events = b->matches = 0;
		if (round == 2)
			allocations = 0;
		for (size_t i = 0; good && i < b->n_batches; i++)
			if (b->batches[i]->n > 0)
				good = match_batch(b, b->batches[i]);
	}
	*ret_calls = allocations;
	batches_free(b);
	return good;
}

static bool write_kind(struct arena *arena, const char *folder, size_t kind, struct str *ret_path)
{
	auto_buf b = { 0 };
	auto_fd fd = -1;
	*ret_path = arena_printf(arena, "%s/%s", folder, kinds[kind].name);
	if (str_ends(*ret_path, STR(".csv")))
		buf_lit(&b, "n,time,user,ip,action\n");
	for (unsigned i = 100; i < 400; i++) {
		for (const char *at = kinds[kind].line; *at != '\0'; at++) {
			if (*at == '#')
				buf_uint(&b, i);
			else
				buf_char(&b, *at);
		}
		buf_char(&b, '\n');
	}
	return buf_err(&b) == ERR_OK && sys_open(ret_path->ptr, O_WRONLY | O_CREAT | O_TRUNC, 0600, &fd) == ERR_OK &&
	       sys_write_all(fd, b.ptr, b.len) == ERR_OK;
}

TEST(events_of_each_kind_are_judged_without_the_allocator)
{
	if (SANITIZED)
		SKIP("a sanitizer has the allocator");
	auto_bench b = { .n_batches = 0 };
	char folder[] = "/tmp/merlon-test-XXXXXX";
	size_t wrong = 0;
	CHECK(mkdtemp(folder) != NULL && bench_open(&b));
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct str path;
		size_t calls;
		CHECK(write_kind(&b.arena, folder, i, &path));
		CHECKF(measure(&b, path, &calls), "%s", kinds[i].name);
		printf("# %s: %zu events, %zu matched, %zu unread, %zu calls of the allocator\n", kinds[i].name,
		       b.events, b.matches, b.unread, calls);
		CHECKF(b.events == 300 && b.unread == 0 && b.matches == 0, "%s: %zu events, %zu unread, %zu matched",
		       kinds[i].name, b.events, b.unread, b.matches);
		wrong += calls > 0;
		CHECK(unlink(path.ptr) == 0);
	}
	CHECK(rmdir(folder) == 0);
	CHECKF(wrong == 0, "%zu kinds allocate", wrong);
}

TEST(the_logs_of_the_example_are_judged_without_the_allocator)
{
	if (SANITIZED)
		SKIP("a sanitizer has the allocator");
	static const char *const folders[] = { "aws", "azure", "gcp", "github", "kubernetes", "linux", "okta" };
	auto_bench b = { .n_batches = 0 };
	size_t wrong = 0;
	CHECK(bench_open(&b));
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		size_t calls;
		struct str path = arena_printf(&b.arena, "%s/examples/logs/%s", test_root(), folders[i]);
		CHECKF(measure(&b, path, &calls), "%s", folders[i]);
		printf("# %s: %zu events, %zu matched, %zu unread, %zu calls of the allocator\n", folders[i], b.events,
		       b.matches, b.unread, calls);
		CHECK(b.events > 10);
		wrong += calls > 0;
	}
	CHECKF(wrong == 0, "%zu kinds allocate", wrong);
}

TEST(reading_a_long_file_goes_on_without_the_allocator)
{
	if (SANITIZED)
		SKIP("a sanitizer has the allocator");
	auto_bench b = { .n_batches = 0 };
	auto_buf text = { 0 };
	char path[] = "/tmp/merlon-test-XXXXXX";
	struct str name = str_of(path);
	struct source_options o = { .since_ns = TIME_NONE, .until_ns = TIME_NONE, .batch_bytes = 1 << 16 };
	auto_fd fd = -1;
	size_t batches = 0, calls = 0;
	enum err e = ERR_OK;
	for (int i = 0; i < 40000; i++)
		buf_printf(&text, "{\"level\":\"info\",\"n\":%d,\"text\":\"one of many lines\"}\n", i);
	b.diags.arena = &b.arena;
	CHECK(sys_temp_file(path, &fd) == ERR_OK && sys_write_all(fd, text.ptr, text.len) == ERR_OK);
	CHECK(source_batch_new(&b.batches[b.n_batches++]) == ERR_OK);
	CHECK(source_open(&name, 1, &o, &b.diags, count_unread, &b, &b.source) == ERR_OK);
	for (; e == ERR_OK; batches++) {
		allocations = 0;
		e = source_next(b.source, b.batches[0], 0);
		calls += batches >= 12 && e == ERR_OK && !b.batches[0]->ends_input ? allocations : 0;
	}
	CHECK(unlink(path) == 0 && e == ERR_END && b.unread == 0);
	CHECKF(batches > 20 && calls == 0, "%zu batches, %zu calls", batches, calls);
}

/* So that zero means something. */
TEST(the_count_of_allocator_calls_counts)
{
	if (SANITIZED)
		SKIP("a sanitizer has the allocator");
	allocations = 0;
	void *p = sys_alloc(10);
	sys_free(p);
	CHECK(p != NULL && allocations == 2);
	char *text = strdup("# the library's own");
	size_t after = allocations;
	CHECKF(text != NULL && puts(text) > 0 && after == 3, "%zu calls", after);
	allocations = 3;
	free(text);
	CHECK(allocations == 4);
}
