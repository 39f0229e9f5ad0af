#ifndef BASE_OPTION_H
#define BASE_OPTION_H
#include "base/base.h"
struct diag_list;
/*
 * Command-line options from a table. GNU style: --name VALUE, --name=VALUE, -x VALUE, -xVALUE, grouped -abc for flags, --
 * ends options, unknown and ambiguous names are errors with the nearest name as hint. Abbreviations are not accepted.
 */
enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_LIST, OPTION_COUNT, OPTION_SIZE, OPTION_CHOICE };
struct option_spec {
	const char *name;	/* without dashes */
	char letter;		/* 0 = none */
	enum option_kind kind;
	const char *value_name;	/* "FILE"; for OPTION_CHOICE "table|json|ocsf" */
	const char *help;
	size_t offset;		/* of the target in the options struct: bool, struct str, struct option_list, uint64_t, uint64_t, struct str */
};
struct option_list {
	struct str *at;
	size_t n;
};
struct arena;
/* Fills `into` by the offsets. Operands go to *ret_operands. Problems go to diags and give ERR_USAGE. */
fallible option_parse(const struct option_spec *specs, size_t n_specs, int argc, char *const argv[], void *into,
		      struct arena *arena, struct option_list *ret_operands, struct diag_list *diags);
/* The nearest of names to word within edit distance 2 (3 for long words), or NULL. */
const char *option_nearest(struct str word, const char *const *names, size_t n);
#endif
