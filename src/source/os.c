/*
 * The system calls that only reading streams needs: waiting for one of two descriptors, the descriptor that wakes a
 * waiting source, and looking at a link itself. The fault build fails them like those of base/sys.
 */
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "source/internal.h"

fallible os_event_open(int *ret_fd)
{
	int fd = sys_fault_here() ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (fd < 0)
		return ERR_IO;
	*ret_fd = fd;
	return ERR_OK;
}

void os_event_raise(int fd)
{
	uint64_t one = 1;
	/* Async-signal-safe; the only failure is a counter that is already raised. */
	IGNORE(write(fd, &one, sizeof(one)) < 0);
}

fallible os_wait(int fd, int stop_fd, int wait_ms, bool *ret_ready)
{
	struct pollfd p[2] = { { .fd = stop_fd, .events = POLLIN }, { .fd = fd, .events = POLLIN } };
	int n = sys_fault_here() ? -1 : poll(p, 2, wait_ms);
	if (n < 0 && errno != EINTR)
		return ERR_IO;
	*ret_ready = n > 0 && p[1].revents != 0;
	return n > 0 && p[0].revents != 0 ? ERR_SIGNAL : ERR_OK;
}

fallible os_lstat(const char *path, struct stat *ret)
{
	if (sys_fault_here() || lstat(path, ret) != 0)
		return errno == ENOENT ? ERR_MISSING : errno == EACCES ? ERR_DENIED : ERR_IO;
	return ERR_OK;
}
