#include "collect.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[64];
static char paths[16][512];
static unsigned next_path;

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static void remove_all(void)
{
	(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_dir(void)
{
	if (dir[0] == '\0') {
		(void)snprintf(dir, sizeof(dir), "%s/merlon-source-XXXXXX",
		               getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
		if (mkdtemp(dir) == NULL)
			abort();
		(void)atexit(remove_all);
	}
	return dir;
}

const char *scratch_path(const char *name)
{
	char *p = paths[next_path++ % 16];
	(void)snprintf(p, sizeof(paths[0]), "%s/%s", scratch_dir(), name);
	return p;
}

const char *scratch_write(const char *name, const void *bytes, size_t n)
{
	const char *p = scratch_path(name);
	for (char *slash = strchr(p + strlen(dir) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(p, 0700);
		*slash = '/';
	}
	FILE *f = fopen(p, "wb");
	if (f == NULL || fwrite(bytes, 1, n, f) != n || fclose(f) != 0)
		abort();
	return p;
}
