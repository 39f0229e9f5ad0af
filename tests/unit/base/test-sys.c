/* sys: files, directories, descriptors, threads; and the fault build's trigger. */
#include "base/sys.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

struct path {
	char text[512];
};

static const char *join(struct path *out, const char *dir, const char *name)
{
	int n = snprintf(out->text, sizeof(out->text), "%.240s/%.240s", dir, name);
	must(n > 0 && n < (int)sizeof(out->text));
	return out->text;
}

/* A path of its own for each use in an expression. */
#define in(dir, name) join(&(struct path){ { 0 } }, (dir), (name))

/* A new folder below TMPDIR. */
static const char *make_scratch(struct path *out)
{
	const char *tmp = getenv("TMPDIR");
	return mkdtemp(
	    strcpy(out->text, join(&(struct path){ { 0 } }, tmp != NULL ? tmp : "/tmp", "merlon-sys-XXXXXX")));
}
#define scratch() make_scratch(&(struct path){ { 0 } })

static bool put(const char *path, const char *text, size_t n)
{
	auto_fd fd = -1;
	return sys_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600, &fd) == ERR_OK &&
	       sys_write_all(fd, text, n) == ERR_OK;
}

TEST(whole_files_are_read_up_to_the_bound)
{
	const char *dir = scratch(), *path = in(dir, "f");
	auto_free char *text = NULL;
	size_t n = 0;
	CHECK(dir != NULL && put(path, "hello", 5));
	CHECK(sys_read_file(path, 4, &text, &n) == ERR_LIMIT && text == NULL);
	CHECK(sys_read_file(path, 5, &text, &n) == ERR_OK && n == 5 && memcmp(text, "hello", 5) == 0);
	for (size_t i = 0; i < 64; i++)
		CHECK(text[n + i] == 0);
	sys_freep(&text);
	CHECK(text == NULL);
	CHECK(put(path, "", 0) && sys_read_file(path, 0, &text, &n) == ERR_OK && n == 0);
	sys_freep(&text);
	CHECK(sys_read_file(path, SIZE_MAX, &text, &n) == ERR_OK && n == 0);
	CHECK(sys_unlink(path) == ERR_OK && rmdir(dir) == 0);
}

TEST(files_without_a_size_are_read_to_their_end)
{
	auto_free char *text = NULL;
	size_t n = 0;
	CHECK(sys_read_file("/proc/self/maps", 1 << 20, &text, &n) == ERR_OK && n > 100);
	sys_freep(&text);
	CHECK(sys_read_file("/proc/self/maps", 50, &text, &n) == ERR_LIMIT);
	CHECK(sys_read_file("/dev/zero", 1000000, &text, &n) == ERR_LIMIT);
	CHECK(sys_read_file("/dev/null", 10, &text, &n) == ERR_OK && n == 0);
}

TEST(reasons_of_failure_are_told_apart)
{
	const char *dir = scratch(), *path = in(dir, "f"), *link = in(dir, "l");
	auto_fd fd = -1;
	struct stat st;
	size_t n;
	auto_free char *text = NULL;
	CHECK(put(path, "x", 1) && symlink("f", link) == 0);
	CHECK(sys_open(in(dir, "none"), O_RDONLY, 0, &fd) == ERR_MISSING && fd == -1);
	CHECK(sys_open(in(path, "below"), O_RDONLY, 0, &fd) == ERR_MISSING);
	CHECK(sys_open(path, O_WRONLY | O_CREAT | O_EXCL, 0600, &fd) == ERR_EXISTS);
	CHECK(sys_open(link, O_RDONLY | O_NOFOLLOW, 0, &fd) == ERR_REFUSED);
	CHECK(sys_lstat(link, &st) == ERR_OK && S_ISLNK(st.st_mode));
	CHECK(sys_stat(link, &st) == ERR_OK && S_ISREG(st.st_mode) && st.st_size == 1);
	CHECK(sys_read_file(dir, 100, &text, &n) == ERR_IO);
	CHECK(sys_mkdir(dir, 0700) == ERR_EXISTS);
	CHECK(sys_open("/dev/full", O_WRONLY, 0, &fd) == ERR_OK && (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	CHECK(sys_write_all(fd, "x", 1) == ERR_FULL);
	sys_closep(&fd);
	CHECK(fd == -1);
	sys_closep(&fd);
	CHECK(sys_write_all(-1, "x", 1) == ERR_IO);
	CHECK(sys_unlink(link) == ERR_OK && sys_unlink(path) == ERR_OK && sys_unlink(path) == ERR_MISSING);
	CHECK(rmdir(dir) == 0);
}

TEST(directories_are_listed_in_order_and_bounded)
{
	const char *dir = scratch();
	char **names = NULL;
	size_t n = 99;
	CHECK(sys_list_dir(dir, 10, &names, &n) == ERR_OK && n == 0);
	sys_freep(&names);
	CHECK(put(in(dir, "b"), "", 0) && put(in(dir, "a"), "", 0) && put(in(dir, "B"), "", 0));
	CHECK(sys_list_dir(dir, 3, &names, &n) == ERR_OK && n == 3);
	CHECK(strcmp(names[0], "B") == 0 && strcmp(names[1], "a") == 0 && strcmp(names[2], "b") == 0);
	sys_freep(&names);
	CHECK(sys_list_dir(dir, 2, &names, &n) == ERR_LIMIT && names == NULL);
	CHECK(sys_list_dir(in(dir, "a"), 2, &names, &n) == ERR_MISSING);
	CHECK(sys_rename(in(dir, "a"), in(dir, "c")) == ERR_OK);
	CHECK(sys_unlink(in(dir, "b")) == ERR_OK && sys_unlink(in(dir, "B")) == ERR_OK);
	CHECK(sys_unlink(in(dir, "c")) == ERR_OK && rmdir(dir) == 0);
}

TEST(positions_pipes_and_locks_work)
{
	auto_fd fd = -1;
	char text[8] = { 0 };
	size_t n = 0;
	uint64_t at = 0;
	int ends[2], ready = 9;
	CHECK(sys_memfd("t", &fd) == ERR_OK && sys_write_all(fd, "0123456789", 10) == ERR_OK);
	CHECK(sys_pread(fd, text, 4, 3, &n) == ERR_OK && n == 4 && memcmp(text, "3456", 4) == 0);
	CHECK(sys_lseek(fd, -2, SEEK_END, &at) == ERR_OK && at == 8);
	CHECK(sys_read(fd, text, 8, &n) == ERR_OK && n == 2);
	CHECK(sys_read(fd, text, 8, &n) == ERR_OK && n == 0);
	CHECK(sys_ftruncate(fd, 3) == ERR_OK && sys_pread(fd, text, 8, 0, &n) == ERR_OK && n == 3);
	CHECK(sys_lseek(fd, -1, SEEK_SET, &at) == ERR_IO);
	CHECK(sys_flock(fd, LOCK_EX | LOCK_NB) == ERR_OK && sys_fsync(fd) == ERR_OK && sys_fchmod(fd, 0600) == ERR_OK);
	CHECK(!sys_is_terminal(fd) && sys_terminal_width(fd) == 0);
	CHECK(sys_pipe(ends) == ERR_OK);
	struct pollfd p = { .fd = ends[0], .events = POLLIN };
	CHECK(sys_poll(&p, 1, 0, &ready) == ERR_OK && ready == 0);
	CHECK(sys_write_all(ends[1], "x", 1) == ERR_OK && sys_poll(&p, 1, 1000, &ready) == ERR_OK && ready == 1);
	sys_closep(&ends[0]);
	sys_closep(&ends[1]);
}

static void *double_it(void *arg)
{
	*(int *)arg *= 2;
	return arg;
}

TEST(threads_start_and_end)
{
	pthread_t thread;
	int n = 21;
	CHECK(sys_thread_start(&thread, double_it, &n) == ERR_OK);
	CHECK(sys_thread_join(thread) == &n && n == 42);
	CHECK(sys_processors() >= 1);
}

TEST(clocks_move_forward_and_keys_differ)
{
	int64_t a = sys_monotonic_ns();
	CHECK(sys_monotonic_ns() >= a && sys_now_ns() > 1700000000000000000);
	uint8_t k[16], l[16];
	sys_random_key(k);
	sys_random_key(l);
	CHECK(memcmp(k, l, 16) != 0);
}

TEST(empty_allocations_have_an_address)
{
	volatile size_t none = 0;
	auto_free void *p = sys_alloc(none), *q = sys_zalloc(none);
	CHECK(p != NULL && q != NULL && p != q);
	void *r = sys_realloc(p, none);
	CHECK(r != NULL);
	p = r;
}

/* What a process answers whose seam call number `at` fails. */
static int child_answer(const char *at, const char *kind, const char *count)
{
	int status = 0;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		setenv("MERLON_FAULT_AT", at, 1);
		setenv("MERLON_FAULT_KIND", kind, 1);
		setenv("MERLON_FAULT_COUNT", count, 1);
		execl("/proc/self/exe", "fault-child", NULL);
		_exit(99);
	}
	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Three seam calls: the answer tells which failed and how. */
static int child_run(void)
{
	auto_fd fd = -1;
	auto_free void *p = sys_alloc(1);
	if (p == NULL)
		return 11;
	if (sys_memfd("t", &fd) != ERR_OK)
		return 12;
	enum err e = sys_write_all(fd, "x", 1);
	if (e != ERR_OK)
		return e == ERR_FULL ? 13 : 14;
	return sys_fault_here() ? 15 : 10;
}

__attribute__((constructor)) static void child_main(void)
{
	char name[32] = { 0 };
	auto_fd fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, name, sizeof(name) - 1) > 0 && strcmp(name, "fault-child") == 0)
		exit(child_run());
}

TEST(the_asked_for_seam_call_fails_and_no_other)
{
#ifdef MERLON_FAULT
	const char *dir = scratch(), *count = in(dir, "count");
	auto_free char *text = NULL;
	size_t n;
	CHECK(child_answer("0", "", count) == 10);
	CHECK(sys_read_file(count, 100, &text, &n) == ERR_OK && str_eq((struct str){ text, n }, STR("4\n")));
	CHECK(child_answer("1", "", count) == 11 && child_answer("2", "", count) == 12);
	CHECK(child_answer("3", "full", count) == 13 && child_answer("3", "", count) == 14);
	CHECK(child_answer("4", "", count) == 15 && child_answer("5", "", count) == 10);
	CHECK(sys_unlink(count) == ERR_OK && rmdir(dir) == 0);
#else
	CHECK(child_answer("1", "full", "/dev/null") == 10);
	CHECK(!sys_fault_here());
#endif
}
