/* Following real files: growth, rotation by rename and by copy, new files, and being stopped. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "../../test.h"
#include "collect.h"

static void append(const char *name, const char *text)
{
	FILE *f = fopen(scratch_path(name), "ab");
	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
}

struct following {
	struct source *s;
	struct source_batch *b;
	struct collected c;
};
static enum err follow_begin(struct following *w, const char *name)
{
	struct str path = str_of(scratch_path(name));
	struct source_options o = collect_defaults().o;
	o.follow = true;
	*w = (struct following){ .s = NULL };
	enum err err = source_open(&path, 1, &o, NULL, collect_unread, &w->c, &w->s);
	return err != ERR_OK ? err : source_batch_new(&w->b);
}
static void follow_end(struct following *w)
{
	source_batch_free(&w->b);
	source_close(&w->s);
	collect_free(&w->c);
}
/* Reads until `want` is the text of all records, or for so long that it will not come. */
static int reads(struct following *w, const char *want)
{
	for (int i = 0; i < 150; i++) {
		if (str_eq(buf_view(&w->c.text), str_of(want)))
			return 1;
		enum err err = source_next(w->s, w->b, 20);
		if (err == ERR_OK)
			collect_batch(&w->c, w->b, true);
		else if (err != ERR_AGAIN)
			return 0;
	}
	printf("# got %.*s\n", STR_FMT(buf_view(&w->c.text)));
	return 0;
}
/* ... and nothing else comes. */
static int is_quiet(struct following *w)
{
	size_t n = w->c.n;
	for (int i = 0; i < 5; i++)
		if (source_next(w->s, w->b, 20) == ERR_OK)
			collect_batch(&w->c, w->b, true);
	return w->c.n == n;
}

TEST(a_file_that_grows_is_read_on)
{
	struct following w;
	scratch_write("grow.log", "one\n", 4);
	CHECK(follow_begin(&w, "grow.log") == ERR_OK);
	CHECK(reads(&w, "one\n"));
	append("grow.log", "tw");
	CHECK(is_quiet(&w));
	append("grow.log", "o\nthree\n");
	CHECK(reads(&w, "one\ntwo\nthree\n"));
	CHECK(is_quiet(&w) && w.c.ends == 0);
	follow_end(&w);
}

TEST(rotation_by_rename_reads_the_rest_of_the_old_and_the_new)
{
	struct following w;
	scratch_write("rot/app.log", "one\n", 4);
	CHECK(follow_begin(&w, "rot/app.log") == ERR_OK);
	CHECK(reads(&w, "one\n"));
	CHECK(rename(scratch_path("rot/app.log"), scratch_path("rot/app.log.1")) == 0);
	append("rot/app.log.1", "late\n");
	CHECK(reads(&w, "one\nlate\n"));
	append("rot/app.log", "new\n");
	CHECK(reads(&w, "one\nlate\nnew\n"));
	append("rot/app.log", "newer\n");
	CHECK(reads(&w, "one\nlate\nnew\nnewer\n"));
	CHECK(is_quiet(&w));
	follow_end(&w);
}

TEST(truncation_begins_again)
{
	struct following w;
	scratch_write("trunc.log", "one\ntwo\nthree\n", 14);
	CHECK(follow_begin(&w, "trunc.log") == ERR_OK);
	CHECK(reads(&w, "one\ntwo\nthree\n"));
	CHECK(truncate(scratch_path("trunc.log"), 0) == 0);
	CHECK(is_quiet(&w));
	append("trunc.log", "four\n");
	CHECK(reads(&w, "one\ntwo\nthree\nfour\n"));
	CHECK(is_quiet(&w));
	follow_end(&w);
}

TEST(a_followed_directory_picks_up_new_files_but_not_rotated_copies)
{
	struct following w;
	scratch_write("dir/a.log", "a1\n", 3);
	CHECK(follow_begin(&w, "dir") == ERR_OK);
	CHECK(reads(&w, "a1\n"));
	append("dir/b.log", "b1\n");
	CHECK(reads(&w, "a1\nb1\n"));
	scratch_write("dir/sub/c.log", "c1\n", 3);
	CHECK(reads(&w, "a1\nb1\nc1\n"));
	scratch_write("dir/a.log.1", "a1\n", 3); /* copytruncate */
	CHECK(truncate(scratch_path("dir/a.log"), 0) == 0);
	CHECK(is_quiet(&w));
	append("dir/a.log", "a2\n");
	CHECK(reads(&w, "a1\nb1\nc1\na2\n"));
	CHECK(rename(scratch_path("dir/b.log"), scratch_path("dir/b.log-20261122")) == 0);
	append("dir/b.log", "b2\n");
	CHECK(reads(&w, "a1\nb1\nc1\na2\nb2\n"));
	CHECK(is_quiet(&w));
	follow_end(&w);
}

TEST(a_compressed_file_is_read_once_when_it_was_closed)
{
	/* gzip of "one\ntwo\n", without compression */
	static const char gz[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03\x01\x08\0\xf7\xffone\ntwo\n\xe6\x0b\xba\x12\x08\0\0\0";
	struct following w;
	scratch_write("gz/a.log", "a1\n", 3);
	CHECK(follow_begin(&w, "gz") == ERR_OK);
	CHECK(reads(&w, "a1\n"));
	FILE *f = fopen(scratch_path("gz/new.json.gz"), "wb");
	CHECK(f != NULL && fwrite(gz, 1, 20, f) == 20 && fflush(f) == 0);
	CHECK(is_quiet(&w));
	CHECK(fwrite(gz + 20, 1, sizeof(gz) - 1 - 20, f) == sizeof(gz) - 1 - 20 && fclose(f) == 0);
	CHECK(reads(&w, "a1\none\ntwo\n"));
	CHECK(is_quiet(&w));
	struct source_counters c;
	source_count(w.s, &c);
	CHECKF(c.unread == 0 && c.files == 2 && c.files_failed == 0, "%.*s", STR_FMT(buf_view(&w.c.unread)));
	follow_end(&w);
}

TEST(an_audit_event_without_end_is_given_when_nothing_more_comes)
{
	struct following w;
	scratch_write("audit.log", "type=USER_LOGIN msg=audit(1700000000.1:5): x\n", 45);
	CHECK(follow_begin(&w, "audit.log") == ERR_OK);
	CHECK(reads(&w, "type=USER_LOGIN msg=audit(1700000000.1:5): x\n"));
	append("audit.log", "type=USER_LOGIN msg=audit(1700000001.1:6): y\n");
	CHECK(
	    reads(&w, "type=USER_LOGIN msg=audit(1700000000.1:5): x\ntype=USER_LOGIN msg=audit(1700000001.1:6): y\n"));
	follow_end(&w);
}

static void *stop_soon(void *arg)
{
	(void)usleep(50000);
	source_stop(arg);
	return NULL;
}

TEST(stopping_wakes_a_waiting_source_at_once)
{
	struct following w;
	pthread_t thread;
	scratch_write("stop.log", "one\n", 4);
	CHECK(follow_begin(&w, "stop.log") == ERR_OK);
	CHECK(reads(&w, "one\n"));
	int64_t before = sys_monotonic_ns();
	CHECK(pthread_create(&thread, NULL, stop_soon, w.s) == 0);
	enum err err = source_next(w.s, w.b, 20000);
	int64_t took_ms = (sys_monotonic_ns() - before) / 1000000;
	(void)pthread_join(thread, NULL);
	CHECKF(err == ERR_END && took_ms < 5000, "%s after %lld ms", err_text(err), (long long)took_ms);
	follow_end(&w);
}

TEST(stopping_wakes_a_source_that_waits_for_a_pipe)
{
	struct source *s = NULL;
	struct source_batch *b = NULL;
	pthread_t thread;
	struct str path = str_of(scratch_path("pipe"));
	CHECK(mkfifo(path.ptr, 0600) == 0);
	struct source_options o = collect_defaults().o;
	CHECK(source_open(&path, 1, &o, NULL, NULL, NULL, &s) == ERR_OK && source_batch_new(&b) == ERR_OK);
	CHECK(pthread_create(&thread, NULL, stop_soon, s) == 0);
	enum err err = source_next(s, b, 0);
	(void)pthread_join(thread, NULL);
	source_batch_free(&b);
	source_close(&s);
	CHECK(err == ERR_END);
}

static void *write_pipe(void *arg)
{
	FILE *f = fopen(arg, "wb");
	if (f == NULL)
		return NULL;
	for (int i = 0; i < 3; i++) {
		(void)fprintf(f, "line %d\n", i);
		(void)fflush(f);
		(void)usleep(150000);
	}
	(void)fclose(f);
	return NULL;
}

TEST(a_slow_pipe_gives_what_it_has)
{
	pthread_t thread;
	char *path = strdup(scratch_path("slow"));
	CHECK(path != NULL && mkfifo(path, 0600) == 0);
	CHECK(pthread_create(&thread, NULL, write_pipe, path) == 0);
	struct collect_options o = collect_defaults();
	o.no_places = true;
	struct str name = str_of(path);
	auto_collected c;
	enum err err = collect_paths(&name, 1, &o, NULL, &c);
	(void)pthread_join(thread, NULL);
	free(path);
	CHECK(err == ERR_END && str_is(buf_view(&c.text), "line 0\nline 1\nline 2\n") && c.batches >= 3);
}
