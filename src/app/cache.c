/* See cache.h. A file is "MERLONC1", 64 hex digits of SHA-256 over the data, the data. Written beside and renamed, so a reader never sees half. */
#include "app/cache.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/sys.h"

enum { FILE_MAX = 64 << 20, FILES_MAX = 4096, SUM = 64, HEAD = 8 + SUM };
static const char magic[] = "MERLONC1";

struct app_cache {
	struct str dir;
	struct arena arena;
	struct hash_sha *sha;
	char *data; /* of the last load */
};

static bool only_ours(const struct stat *st)
{
	return st->st_uid == geteuid() && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static fallible make_dir(struct app_cache *c)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	struct stat st;
	struct str base;
	if (xdg != NULL && xdg[0] == '/')
		base = arena_printf(&c->arena, "%s", xdg);
	else if (home != NULL && home[0] == '/')
		base = arena_printf(&c->arena, "%s/.cache", home);
	else
		return ERR_MISSING;
	TRY(got(base.ptr));
	c->dir = arena_printf(&c->arena, "%s/merlon", base.ptr);
	TRY(got(c->dir.ptr));
	IGNORE(sys_mkdir(base.ptr, 0700) != ERR_OK); /* it may exist; the next step tells */
	IGNORE(sys_mkdir(c->dir.ptr, 0700) != ERR_OK);
	TRY(sys_lstat(c->dir.ptr, &st));
	return S_ISDIR(st.st_mode) && only_ours(&st) ? ERR_OK : ERR_REFUSED;
}

fallible app_cache_new(struct app_cache **ret)
{
	struct app_cache *c = sys_zalloc(sizeof(*c));
	TRY(got(c));
	enum err e = make_dir(c);
	if (e == ERR_OK)
		e = hash_sha_new(&c->sha);
	if (e != ERR_OK)
		app_cache_free(&c);
	*ret = c;
	return e == ERR_MEMORY ? e : ERR_OK;
}

static bool sum_of(struct app_cache *c, struct str data, char sum[static SUM + 1])
{
	return hash_sha_hex(c->sha, &data, 1, SUM / 2, sum) == ERR_OK;
}

static fallible read_all(int fd, char *into, size_t size)
{
	size_t got_bytes = 1;
	for (size_t at = 0; at < size; at += got_bytes) {
		TRY(sys_read(fd, into + at, size - at, &got_bytes));
		if (got_bytes == 0)
			return ERR_PARSE;
	}
	return ERR_OK;
}

static bool cache_load(void *arg, const char *key, struct str *ret)
{
	struct app_cache *c = arg;
	auto_arena a = { 0 };
	auto_fd fd = -1;
	struct stat st;
	char sum[SUM + 1];
	struct str path = arena_printf(&a, "%s/hs-%s", c->dir.ptr, key);

	if (path.ptr == NULL || sys_open(path.ptr, O_RDONLY | O_NOFOLLOW, 0, &fd) != ERR_OK || sys_fstat(fd, &st) != ERR_OK)
		return false;
	if (!S_ISREG(st.st_mode) || !only_ours(&st) || st.st_size < HEAD || st.st_size > FILE_MAX)
		return false;
	size_t size = (size_t)st.st_size;
	sys_free(c->data);
	c->data = sys_alloc(size);
	if (c->data == NULL || read_all(fd, c->data, size) != ERR_OK || memcmp(c->data, magic, 8) != 0)
		return false;
	struct str data = { c->data + HEAD, size - HEAD };
	if (!sum_of(c, data, sum) || memcmp(sum, c->data + 8, SUM) != 0)
		return false;
	*ret = data;
	return true;
}

static bool room_left(struct app_cache *c)
{
	char **names = NULL;
	size_t n = 0;
	enum err e = sys_list_dir(c->dir.ptr, FILES_MAX, &names, &n);
	sys_free(names);
	return e == ERR_OK;
}

static fallible write_file(struct app_cache *c, struct arena *a, struct str data, struct str *ret_temp)
{
	char sum[SUM + 1];
	auto_fd fd = -1;
	struct str temp = arena_printf(a, "%s/.new-XXXXXX", c->dir.ptr);
	TRY(got(temp.ptr));
	char *name = arena_alloc(a, temp.len + 1);
	TRY(got(name));
	memcpy(name, temp.ptr, temp.len + 1);
	if (!sum_of(c, data, sum))
		return ERR_INTERNAL;
	TRY(sys_temp_file(name, &fd));
	*ret_temp = str_of(name);
	TRY(sys_write_all(fd, magic, 8));
	TRY(sys_write_all(fd, sum, SUM));
	TRY(sys_write_all(fd, data.ptr, data.len));
	return ERR_OK;
}

static void cache_save(void *arg, const char *key, struct str data)
{
	struct app_cache *c = arg;
	auto_arena a = { 0 };
	struct str temp = { NULL, 0 }, path = arena_printf(&a, "%s/hs-%s", c->dir.ptr, key);
	if (path.ptr == NULL || data.len + HEAD > FILE_MAX || !room_left(c))
		return;
	enum err e = write_file(c, &a, data, &temp);
	if (e == ERR_OK)
		e = sys_rename(temp.ptr, path.ptr);
	if (e != ERR_OK && temp.ptr != NULL)
		IGNORE(sys_unlink(temp.ptr) != ERR_OK); /* the cache is only speed */
}

struct detect_cache app_cache_ops(struct app_cache *c)
{
	return (struct detect_cache){ .arg = c, .load = cache_load, .save = cache_save };
}

void app_cache_free(struct app_cache **pc)
{
	struct app_cache *c = *pc;
	if (c == NULL)
		return;
	hash_sha_free(&c->sha);
	sys_free(c->data);
	arena_clear(&c->arena);
	sys_free(c);
	*pc = NULL;
}
