/* The composition root: prepares the process (descriptors, signals, no core dumps) and hands over to the command line.
 */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/detect.h"
#include "cli/cli.h"

/*
 * A standard descriptor that was closed by the caller is taken by a file opened the wrong way round, so that a file of
 * ours never becomes standard output by accident and using it still fails.
 */
static bool hold_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1 && errno == EBADF &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return false;
	return true;
}

/* Memory may hold credentials from logs: it is not written to disk, and other processes of the user cannot read it. */
static void keep_memory_private(void)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(MERLON_SANITIZED)
	/* Either may be forbidden where we run; then the other one stands alone. */
	const struct rlimit none = { 0, 0 };
	IGNORE(setrlimit(RLIMIT_CORE, &none) != 0);
	IGNORE(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0);
#endif
}

/* The one writable global of the program: a signal handler has nothing else to reach. */
static struct app_stop stop;

/* The first signal asks for an orderly end; SA_RESETHAND lets the second one kill. */
static void on_stop(int number)
{
	int saved = errno;
	app_stop_now(&stop, number);
	errno = saved;
}

static void set_signals(void)
{
	struct sigaction on = { .sa_handler = on_stop, .sa_flags = (int)SA_RESETHAND },
	                 ignore = { .sa_handler = SIG_IGN };
	sigemptyset(&on.sa_mask);
	sigemptyset(&ignore.sa_mask);
	/* These calls fail only for numbers that are no signals. */
	must(sigaction(SIGINT, &on, NULL) == 0);
	must(sigaction(SIGTERM, &on, NULL) == 0);
	must(sigaction(SIGPIPE, &ignore, NULL) == 0); /* a reader that went away is an error of write() */
}

int main(int argc, char *argv[])
{
	if (!hold_descriptors())
		return err_exit_code(ERR_IO);
	keep_memory_private();
	must(setlocale(LC_ALL, "C") != NULL);
	set_signals();
	return cli_run(argc, argv, &stop);
}
