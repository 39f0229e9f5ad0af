#ifndef BASE_SYS_H
#define BASE_SYS_H
/*
 * sys: the one seam between Merlon and the C library where things can fail: memory, files, clock.
 * Every allocation and system call in the tree goes through here, so that the fault build (meson
 * -Dfault=true) can make the Nth one fail: MERLON_FAULT_AT=N in the environment, with
 * MERLON_FAULT_COUNT=FILE to have the number of seam calls written at exit. In other builds these are thin calls.
 */
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/base.h"

/* NULL when memory is gone. size 0 is treated as 1. */
void *sys_alloc(size_t size) __attribute__((malloc, alloc_size(1)));
void *sys_zalloc(size_t size) __attribute__((malloc, alloc_size(1)));
/* Frees nothing on failure. */
void *sys_realloc(void *p, size_t size) __attribute__((alloc_size(2)));
void sys_free(void *p);
/* For cleanup of a plain pointer variable: *p is freed and set to NULL. */
void sys_freep(void *p);
#define auto_free CLEANUP(sys_freep)

/* As the system calls, with EINTR retried unless said; the errno becomes an enum err
 * (ENOENT/ENOTDIR MISSING, EACCES/EPERM/EROFS DENIED, EEXIST EXISTS, ENOSPC/EDQUOT FULL, ENOMEM MEMORY,
 * EAGAIN AGAIN, ELOOP REFUSED, else IO). Descriptors are close-on-exec. */
fallible sys_open(const char *path, int flags, mode_t mode, int *ret_fd);
/* *ret_len 0 at end of file. EINTR is returned as ERR_AGAIN so that a signal can stop a follow. */
fallible sys_read(int fd, void *into, size_t size, size_t *ret_len);
fallible sys_pread(int fd, void *into, size_t size, uint64_t offset, size_t *ret_len);
/* Writes everything or fails. */
fallible sys_write_all(int fd, const void *from, size_t size);
fallible sys_fstat(int fd, struct stat *ret);
fallible sys_stat(const char *path, struct stat *ret);
fallible sys_fsync(int fd);
fallible sys_rename(const char *from, const char *to);
fallible sys_unlink(const char *path);
fallible sys_mkdir(const char *path, mode_t mode);
fallible sys_lstat(const char *path, struct stat *ret);
/* The NUL-terminated target of a symbolic link; ERR_LIMIT when it does not fit. */
fallible sys_readlink(const char *path, char *into, size_t size);
fallible sys_lseek(int fd, int64_t offset, int whence, uint64_t *ret_at);
fallible sys_ftruncate(int fd, uint64_t size);
fallible sys_fchmod(int fd, mode_t mode);
/* ERR_AGAIN when LOCK_NB is in op and another holds the lock. */
fallible sys_flock(int fd, int op);
/* *ret_ready 0 after the timeout. EINTR is returned as ERR_AGAIN. */
fallible sys_poll(struct pollfd *fds, size_t n, int timeout_msec, int *ret_ready);
fallible sys_pipe(int ret_fds[2]);
/* A file in memory without a name. */
fallible sys_memfd(const char *name, int *ret_fd);
/* path_template ends in XXXXXX, which is replaced by the name chosen; mode 0600. */
fallible sys_temp_file(char *path_template, int *ret_fd);
/* inotify, non-blocking: read events with sys_read. */
fallible sys_inotify(int *ret_fd);
fallible sys_inotify_watch(int fd, const char *path, uint32_t mask, int *ret_watch);
bool sys_is_terminal(int fd);
/* Columns of the terminal, 0 = unknown. */
size_t sys_terminal_width(int fd);
/* ERR_AGAIN when the system allows no more threads. Every started thread is joined. */
fallible sys_thread_start(pthread_t *ret, void *(*run)(void *), void *arg);
/* What the thread returned. */
void *sys_thread_join(pthread_t thread);
/* Processors this process may use, at least 1. */
size_t sys_processors(void);
/* Closes *fd when it is >= 0 and sets it to -1. Usable as a cleanup attribute. */
void sys_closep(int *fd);
#define auto_fd CLEANUP(sys_closep) int
/* Reads a whole file of at most max bytes into a new buffer with 64 zero bytes behind it (caller sys_frees). */
fallible sys_read_file(const char *path, size_t max, char **ret_text, size_t *ret_len);
/* Names in a directory (without . and ..), sorted by bytes. The array and all names are one block: one sys_free.
 * More than max names is ERR_LIMIT. */
fallible sys_list_dir(const char *path, size_t max, char ***ret_names, size_t *ret_n);
/* Nanoseconds since the epoch; and a monotonic clock for durations. */
int64_t sys_now_ns(void);
int64_t sys_monotonic_ns(void);
/* 16 random bytes for keyed hashes; falls back to address and clock entropy if the kernel refuses. */
void sys_random_key(uint8_t key[16]);
/* True in the fault build when this library-allocator call is to fail (for hooks we hand to libraries). */
bool sys_fault_here(void);
#endif
