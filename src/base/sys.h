#ifndef BASE_SYS_H
#define BASE_SYS_H
/*
 * sys: the one seam between Merlon and the C library where things can fail: memory, files, clock.
 * Every allocation and system call in the tree goes through here, so that the fault build (meson
 * -Dfault=true) can make the Nth one fail: MERLON_FAULT_AT=N in the environment, with
 * MERLON_FAULT_COUNT=FILE to have the number of seam calls written at exit. In other builds these are thin calls.
 */
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
 * (ENOENT MISSING, EACCES/EPERM DENIED, EEXIST EXISTS, ENOSPC/EDQUOT FULL, ENOMEM MEMORY, else IO). */
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
/* Closes *fd when it is >= 0 and sets it to -1. Usable as a cleanup attribute. */
void sys_closep(int *fd);
#define auto_fd CLEANUP(sys_closep) int
/* Reads a whole file of at most max bytes into a new buffer with 64 zero bytes behind it (caller sys_frees). */
fallible sys_read_file(const char *path, size_t max, char **ret_text, size_t *ret_len);
/* Names in a directory (without . and ..), sorted by bytes; each and the array are one sys_alloc block. */
fallible sys_list_dir(const char *path, size_t max, char ***ret_names, size_t *ret_n);
/* Nanoseconds since the epoch; and a monotonic clock for durations. */
int64_t sys_now_ns(void);
int64_t sys_monotonic_ns(void);
/* 16 random bytes for keyed hashes; falls back to address and clock entropy if the kernel refuses. */
void sys_random_key(uint8_t key[16]);
/* True in the fault build when this library-allocator call is to fail (for hooks we hand to libraries). */
bool sys_fault_here(void);
#endif
