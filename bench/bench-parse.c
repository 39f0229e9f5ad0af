/*
 * The yardstick: simdjson alone over the lines of a file, as merlon reads it (read() into one reused padded buffer,
 * lines by memchr). Prints one JSON object: bytes, lines, rejected, seconds.
 */
#include <fcntl.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/sys.h"
#include "json/json.h"

enum { CHUNK = 1 << 20 };

struct totals {
	uint64_t bytes, lines, rejected;
};

static void parse_line(struct json_reader *r, struct str line, struct totals *t)
{
	struct value_doc doc;
	struct json_note note = { 0 };
	if (line.len == 0)
		return;
	t->lines++;
	t->rejected += json_read(r, line, &doc, &note) != ERR_OK || note.tolerant;
}

/* Parses the complete lines of buf[0, len); returns how many bytes they took. */
static size_t parse_lines(struct json_reader *r, const char *buf, size_t len, struct totals *t)
{
	size_t at = 0;
	for (const char *nl; at < len && (nl = memchr(buf + at, '\n', len - at)) != NULL; at = (size_t)(nl - buf) + 1)
		parse_line(r, (struct str){ buf + at, (size_t)(nl - buf) - at }, t);
	return at;
}

static fallible run(const char *path, struct totals *t)
{
	auto_fd fd = -1;
	struct json_reader *r = NULL;
	size_t cap = 2 * (size_t)CHUNK, kept = 0, n = 1;
	auto_free char *buf = sys_zalloc(cap + JSON_PADDING);
	TRY(got(buf));
	TRY(sys_open(path, O_RDONLY, 0, &fd));
	TRY(json_reader_new(LIMIT_RECORD_BYTES, &r));
	while (n > 0) {
		TRY(sys_read(fd, buf + kept, cap - kept, &n));
		t->bytes += n;
		size_t len = kept + n, used = parse_lines(r, buf, len, t);
		kept = len - used;
		if (kept == cap)
			return ERR_LIMIT;
		memmove(buf, buf + used, kept);
	}
	parse_line(r, (struct str){ buf, kept }, t);
	json_reader_free(&r);
	return ERR_OK;
}

int main(int argc, char *argv[])
{
	struct totals t = { 0 };
	if (argc != 2) {
		fprintf(stderr, "usage: bench-parse FILE\n");
		return 2;
	}
	int64_t from = sys_monotonic_ns();
	enum err e = run(argv[1], &t);
	double seconds = (double)(sys_monotonic_ns() - from) / 1e9;
	if (e != ERR_OK) {
		fprintf(stderr, "bench-parse: %s: %s\n", argv[1], err_text(e));
		return err_exit_code(e);
	}
	printf("{\"bytes\":%llu,\"lines\":%llu,\"rejected\":%llu,\"seconds\":%.6f,\"kernel\":\"%s\"}\n",
	       (unsigned long long)t.bytes, (unsigned long long)t.lines, (unsigned long long)t.rejected, seconds,
	       json_kernel_name());
	return 0;
}
