/* Framing speed: MB/s and ns a record of files already in the page cache. bench-source [--format F] PATH... */
#include <stdio.h>

#include "base/sys.h"
#include "base/time.h"
#include "source/source.h"

static enum err run(const struct str *paths, size_t n, enum source_format format, struct source_counters *count)
{
	struct source *s = NULL;
	struct source_batch *b = NULL;
	struct source_options o = { .since_ns = TIME_NONE, .until_ns = TIME_NONE, .format = format };
	enum err err = source_open(paths, n, &o, NULL, NULL, NULL, &s);
	if (err == ERR_OK)
		err = source_batch_new(&b);
	while (err == ERR_OK)
		err = source_next(s, b, 1000);
	if (s != NULL)
		source_count(s, count);
	source_batch_free(&b);
	source_close(&s);
	return err;
}

int main(int argc, char **argv)
{
	struct str paths[256];
	size_t n = 0;
	enum source_format format = FORMAT_AUTO;
	for (int i = 1; i < argc && n < ARRAY_LEN(paths); i++) {
		if (strcmp(argv[i], "--format") == 0 && i + 1 < argc)
			IGNORE(source_format_parse(str_of(argv[++i]), &format)); /* an unknown one stays automatic */
		else
			paths[n++] = str_of(argv[i]);
	}
	for (int round = 0; round < 3; round++) {
		struct source_counters c = { .files = 0 };
		int64_t before = sys_monotonic_ns();
		enum err err = run(paths, n, format, &c);
		double ns = (double)(sys_monotonic_ns() - before);
		if (err != ERR_END || c.records == 0) {
			(void)fprintf(stderr, "bench-source: %s\n", err_text(err));
			return 1;
		}
		printf("%8.0f MB/s %8.1f ns a record %10llu records %8llu files %6llu unread\n",
		       (double)c.bytes * 1000 / ns, ns / (double)c.records, (unsigned long long)c.records,
		       (unsigned long long)c.files, (unsigned long long)c.unread);
	}
	return 0;
}
