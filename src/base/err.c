/*
 * The texts and exit codes of enum err, from err.def; and the end of the road for broken invariants.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"

static const struct {
	const char *text;
	int exit_code;
} table[] = {
#define ERR(name, http, exit, text) [ERR_##name] = { text, exit },
#include "base/err.def"
#undef ERR
};

const char *err_text(enum err e)
{
	return (size_t)e < ARRAY_LEN(table) ? table[e].text : "unknown error";
}

int err_exit_code(enum err e)
{
	return (size_t)e < ARRAY_LEN(table) ? table[e].exit_code : table[ERR_INTERNAL].exit_code;
}

void must_failed(const char *cond, const char *file, int line)
{
	fprintf(stderr, "%s:%d: this must hold and does not: %s\n", file, line, cond);
	abort();
}
