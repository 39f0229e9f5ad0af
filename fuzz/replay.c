/* Runs a fuzz target over files and folders of files: for compilers without libFuzzer, and so that every seed is an
 * ordinary test. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

static int replayed;

static int replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (f == NULL)
		return 1;
	static uint8_t buf[1 << 22];
	size_t n = fread(buf, 1, sizeof(buf), f);
	(void)fclose(f);
	uint8_t *copy = malloc(n > 0 ? n : 1); /* exact size, so that ASan sees one byte too far */
	if (copy == NULL)
		return 1;
	if (n > 0)
		memcpy(copy, buf, n);
	(void)LLVMFuzzerTestOneInput(copy, n);
	free(copy);
	replayed++;
	return 0;
}

static int replay(const char *path)
{
	struct stat st;
	if (stat(path, &st) != 0)
		return 1;
	if (!S_ISDIR(st.st_mode))
		return replay_file(path);
	DIR *d = opendir(path);
	int bad = d == NULL;
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		char sub[4096];
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(sub, sizeof(sub), "%s/%s", path, e->d_name);
		bad |= replay(sub);
	}
	if (d != NULL)
		(void)closedir(d);
	return bad;
}

int main(int argc, char *argv[])
{
	int bad = 0;
	for (int i = 1; i < argc; i++)
		bad |= replay(argv[i]);
	printf("%d inputs replayed\n", replayed);
	return bad;
}
