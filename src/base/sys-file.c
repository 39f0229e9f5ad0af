/*
 * Whole files and whole directories, on top of the single calls of sys.c, with the bounds their callers set.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/sys-fault.h"
#include "base/sys.h"

enum { FILE_TAIL = 64, FIRST_READ = 64 << 10 };

/* A file says its size beforehand; pipes and /proc say 0. One byte more shows the end without growing. */
static size_t first_size(int fd, size_t max)
{
	struct stat st;
	size_t size = FIRST_READ;
	if (sys_fstat(fd, &st) == ERR_OK && S_ISREG(st.st_mode) && st.st_size > 0)
		size = (size_t)st.st_size + 1;
	return size <= max ? size : max + 1;
}

static fallible read_to_end(int fd, size_t max, char **text, size_t *cap, size_t *ret_len)
{
	size_t len = 0;
	for (;;) {
		if (len > max)
			return ERR_LIMIT;
		if (len == *cap) {
			size_t bigger = *cap > max / 2 ? max + 1 : *cap * 2;
			char *p = sys_realloc(*text, bigger + FILE_TAIL);
			TRY(got(p));
			*text = p;
			*cap = bigger;
		}
		size_t n = 0;
		enum err e = sys_read(fd, *text + len, *cap - len, &n);
		if (e != ERR_OK && e != ERR_AGAIN)
			return e;
		if (e == ERR_OK && n == 0)
			break;
		len += e == ERR_OK ? n : 0;
	}
	*ret_len = len;
	return ERR_OK;
}

fallible sys_read_file(const char *path, size_t max, char **ret_text, size_t *ret_len)
{
	auto_fd fd = -1;
	TRY(sys_open(path, O_RDONLY | O_NOCTTY, 0, &fd));
	if (max > SIZE_MAX / 2)
		max = SIZE_MAX / 2;
	size_t cap = first_size(fd, max), len = 0;
	auto_free char *text = sys_alloc(cap + FILE_TAIL);
	TRY(got(text));
	TRY(read_to_end(fd, max, &text, &cap, &len));
	memset(text + len, 0, FILE_TAIL);
	*ret_text = text;
	*ret_len = len;
	text = NULL;
	return ERR_OK;
}

/* Names one after another, each with its NUL, while their number is not known. */
struct names {
	char *text;
	size_t len, cap, n;
};

static void names_free(struct names *names)
{
	sys_free(names->text);
}

static fallible names_add(struct names *names, const char *name)
{
	size_t size = strlen(name) + 1;
	if (names->cap - names->len < size) {
		size_t bigger = names->cap * 2 + size + 4096;
		char *p = sys_realloc(names->text, bigger);
		TRY(got(p));
		names->text = p;
		names->cap = bigger;
	}
	memcpy(names->text + names->len, name, size);
	names->len += size;
	names->n++;
	return ERR_OK;
}

static fallible names_read(DIR *dir, size_t max, struct names *names)
{
	for (;;) {
		if (fault_hit())
			return ERR_IO;
		errno = 0;
		const struct dirent *entry = readdir(dir);
		if (entry == NULL)
			return errno == 0 ? ERR_OK : ERR_IO;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (names->n == max)
			return ERR_LIMIT;
		TRY(names_add(names, entry->d_name));
	}
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* One block: the array of pointers, then the names it points to. */
static fallible names_pack(const struct names *names, char ***ret)
{
	char **at = sys_alloc(names->n * sizeof(char *) + names->len);
	TRY(got(at));
	char *text = (char *)(at + names->n);
	if (names->len > 0)
		memcpy(text, names->text, names->len);
	for (size_t i = 0; i < names->n; i++) {
		at[i] = text;
		text += strlen(text) + 1;
	}
	if (names->n > 1)
		qsort(at, names->n, sizeof(char *), by_bytes);
	*ret = at;
	return ERR_OK;
}

static void dir_close(DIR **dir)
{
	if (*dir != NULL)
		IGNORE(closedir(*dir)); /* it was only read */
}

fallible sys_list_dir(const char *path, size_t max, char ***ret_names, size_t *ret_n)
{
	auto_fd fd = -1;
	TRY(sys_open(path, O_RDONLY | O_DIRECTORY, 0, &fd));
	CLEANUP(dir_close) DIR *dir = sys_fault_here() ? NULL : fdopendir(fd);
	TRY(got(dir));
	fd = -1; /* the stream owns it now */
	CLEANUP(names_free) struct names names = { 0 };
	TRY(names_read(dir, max, &names));
	TRY(names_pack(&names, ret_names));
	*ret_n = names.n;
	return ERR_OK;
}
