/*
 * Failing on purpose. Every seam call counts one atomic counter up; the call whose number was asked for fails. A test
 * first learns how many calls a run makes, then repeats the run once for each of them. The state is the only
 * writable data of the base and exists in the fault build alone.
 */
#include "base/sys-fault.h"

#include "base/sys.h"

#ifdef MERLON_FAULT
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static atomic_ullong calls;
static unsigned long long fail_at;
static bool fail_full;
static const char *count_path;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void write_count(void)
{
	FILE *f = fopen(count_path, "we");
	if (f == NULL)
		return;
	fprintf(f, "%llu\n", atomic_load(&calls));
	fclose(f);
}

static void read_environment(void)
{
	const char *at = getenv("MERLON_FAULT_AT"), *kind = getenv("MERLON_FAULT_KIND");
	fail_at = at != NULL ? strtoull(at, NULL, 10) : 0;
	fail_full = kind != NULL && strcmp(kind, "full") == 0;
	count_path = getenv("MERLON_FAULT_COUNT");
	if (count_path != NULL)
		atexit(write_count);
}

bool fault_hit(void)
{
	pthread_once(&once, read_environment);
	return atomic_fetch_add(&calls, 1) + 1 == fail_at;
}

enum err fault_write_err(void)
{
	return fail_full ? ERR_FULL : ERR_IO;
}
#endif

bool sys_fault_here(void)
{
	return fault_hit();
}
