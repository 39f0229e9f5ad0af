/*
 * The seam: memory, files, clock, threads. Each function is the system call it is named after, made uniform (EINTR
 * retried, errno turned into enum err, descriptors close-on-exec) and able to fail on purpose in the fault build.
 */
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/sys-fault.h"

static enum err err_of_errno(int e)
{
	switch (e) {
	case ENOENT:
	case ENOTDIR:
		return ERR_MISSING;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_DENIED;
	case EEXIST:
		return ERR_EXISTS;
	case ENOSPC:
	case EDQUOT:
		return ERR_FULL;
	case ENOMEM:
		return ERR_MEMORY;
	case EAGAIN:
		return ERR_AGAIN;
	case ELOOP:
		return ERR_REFUSED;
	default:
		return ERR_IO;
	}
}

static enum err err_of(int result)
{
	return result >= 0 ? ERR_OK : err_of_errno(errno);
}

/* For calls that give a descriptor or another non-negative number. */
static enum err number_of(int result, int *ret)
{
	if (result < 0)
		return err_of_errno(errno);
	*ret = result;
	return ERR_OK;
}

void *sys_alloc(size_t size)
{
	return fault_hit() ? NULL : malloc(size > 0 ? size : 1);
}

void *sys_zalloc(size_t size)
{
	return fault_hit() ? NULL : calloc(1, size > 0 ? size : 1);
}

void *sys_realloc(void *p, size_t size)
{
	return fault_hit() ? NULL : realloc(p, size > 0 ? size : 1);
}

void sys_free(void *p)
{
	free(p);
}

void sys_freep(void *p)
{
	void *held;
	memcpy(&held, p, sizeof(held));
	free(held);
	memset(p, 0, sizeof(held));
}

fallible sys_open(const char *path, int flags, mode_t mode, int *ret_fd)
{
	if (fault_hit())
		return ERR_IO;
	int fd;
	do {
		fd = open(path, flags | O_CLOEXEC, mode);
	} while (fd < 0 && errno == EINTR);
	return number_of(fd, ret_fd);
}

fallible sys_read(int fd, void *into, size_t size, size_t *ret_len)
{
	if (fault_hit())
		return ERR_IO;
	ssize_t got_now = read(fd, into, size);
	if (got_now < 0)
		return errno == EINTR ? ERR_AGAIN : err_of_errno(errno);
	*ret_len = (size_t)got_now;
	return ERR_OK;
}

fallible sys_pread(int fd, void *into, size_t size, uint64_t offset, size_t *ret_len)
{
	if (fault_hit())
		return ERR_IO;
	ssize_t got_now;
	do {
		got_now = pread(fd, into, size, (off_t)offset);
	} while (got_now < 0 && errno == EINTR);
	if (got_now < 0)
		return err_of_errno(errno);
	*ret_len = (size_t)got_now;
	return ERR_OK;
}

fallible sys_write_all(int fd, const void *from, size_t size)
{
	if (fault_hit())
		return fault_write_err();
	const char *at = from;
	while (size > 0) {
		ssize_t written = write(fd, at, size);
		if (written < 0 && errno != EINTR)
			return err_of_errno(errno);
		if (written > 0) {
			at += written;
			size -= (size_t)written;
		}
	}
	return ERR_OK;
}

fallible sys_fstat(int fd, struct stat *ret)
{
	return fault_hit() ? ERR_IO : err_of(fstat(fd, ret));
}

fallible sys_stat(const char *path, struct stat *ret)
{
	return fault_hit() ? ERR_IO : err_of(stat(path, ret));
}

fallible sys_lstat(const char *path, struct stat *ret)
{
	return fault_hit() ? ERR_IO : err_of(lstat(path, ret));
}

fallible sys_readlink(const char *path, char *into, size_t size)
{
	if (fault_hit())
		return ERR_IO;
	ssize_t n = readlink(path, into, size);
	if (n < 0)
		return err_of_errno(errno);
	if ((size_t)n >= size)
		return ERR_LIMIT;
	into[n] = '\0';
	return ERR_OK;
}

fallible sys_fsync(int fd)
{
	if (fault_hit())
		return ERR_IO;
	int result;
	do {
		result = fsync(fd);
	} while (result < 0 && errno == EINTR);
	return err_of(result);
}

fallible sys_rename(const char *from, const char *to)
{
	return fault_hit() ? ERR_IO : err_of(rename(from, to));
}

fallible sys_unlink(const char *path)
{
	return fault_hit() ? ERR_IO : err_of(unlink(path));
}

fallible sys_mkdir(const char *path, mode_t mode)
{
	return fault_hit() ? ERR_IO : err_of(mkdir(path, mode));
}

fallible sys_lseek(int fd, int64_t offset, int whence, uint64_t *ret_at)
{
	if (fault_hit())
		return ERR_IO;
	off_t at = lseek(fd, offset, whence);
	if (at < 0)
		return err_of_errno(errno);
	*ret_at = (uint64_t)at;
	return ERR_OK;
}

fallible sys_ftruncate(int fd, uint64_t size)
{
	if (fault_hit())
		return fault_write_err();
	int result;
	do {
		result = ftruncate(fd, (off_t)size);
	} while (result < 0 && errno == EINTR);
	return err_of(result);
}

fallible sys_fchmod(int fd, mode_t mode)
{
	return fault_hit() ? ERR_IO : err_of(fchmod(fd, mode));
}

fallible sys_flock(int fd, int op)
{
	if (fault_hit())
		return ERR_IO;
	int result;
	do {
		result = flock(fd, op);
	} while (result < 0 && errno == EINTR);
	return err_of(result);
}

fallible sys_poll(struct pollfd *fds, size_t n, int timeout_msec, int *ret_ready)
{
	if (fault_hit())
		return ERR_IO;
	int ready = poll(fds, (nfds_t)n, timeout_msec);
	if (ready < 0 && errno == EINTR)
		return ERR_AGAIN;
	return number_of(ready, ret_ready);
}

fallible sys_pipe(int ret_fds[2])
{
	return fault_hit() ? ERR_IO : err_of(pipe2(ret_fds, O_CLOEXEC));
}

fallible sys_memfd(const char *name, int *ret_fd)
{
	return fault_hit() ? ERR_IO : number_of(memfd_create(name, MFD_CLOEXEC), ret_fd);
}

fallible sys_temp_file(char *path_template, int *ret_fd)
{
	return fault_hit() ? ERR_IO : number_of(mkostemp(path_template, O_CLOEXEC), ret_fd);
}

fallible sys_inotify(int *ret_fd)
{
	return fault_hit() ? ERR_IO : number_of(inotify_init1(IN_CLOEXEC | IN_NONBLOCK), ret_fd);
}

fallible sys_inotify_watch(int fd, const char *path, uint32_t mask, int *ret_watch)
{
	return fault_hit() ? ERR_IO : number_of(inotify_add_watch(fd, path, mask), ret_watch);
}

bool sys_is_terminal(int fd)
{
	return isatty(fd) == 1;
}

size_t sys_terminal_width(int fd)
{
	struct winsize size = { 0 };
	return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

fallible sys_thread_start(pthread_t *ret, void *(*run)(void *), void *arg)
{
	if (fault_hit())
		return ERR_AGAIN;
	int e = pthread_create(ret, NULL, run, arg);
	return e == 0 ? ERR_OK : err_of_errno(e);
}

void *sys_thread_join(pthread_t thread)
{
	void *result = NULL;
	must(pthread_join(thread, &result) == 0);
	return result;
}

size_t sys_processors(void)
{
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
		return (size_t)CPU_COUNT(&set);
	long online = sysconf(_SC_NPROCESSORS_ONLN); /* more processors than a cpu_set_t holds */
	return online > 0 ? (size_t)online : 1;
}

void sys_closep(int *fd)
{
	if (*fd >= 0)
		IGNORE(close(*fd)); /* nothing can be done; what was written was fsynced by whoever cares */
	*fd = -1;
}

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now = { 0 };
	must(clock_gettime(clock, &now) == 0);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t sys_now_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

int64_t sys_monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

void sys_random_key(uint8_t key[16])
{
	if (getrandom(key, 16, 0) == 16)
		return;
	/* No kernel randomness (very old kernel or a strict sandbox): what an outsider can guess least. */
	uint64_t parts[2] = { (uint64_t)sys_now_ns() ^ (uint64_t)(uintptr_t)&sys_random_key,
		              (uint64_t)sys_monotonic_ns() ^ (uint64_t)(uintptr_t)key ^ (uint64_t)getpid() << 32 };
	parts[0] *= 0x9e3779b97f4a7c15U;
	parts[1] *= 0xbf58476d1ce4e5b9U;
	memcpy(key, parts, sizeof(parts));
}
