#ifndef BASE_OPTION_H
#define BASE_OPTION_H
#include "base/base.h"
struct diag_list;
/*
 * Command-line options from a table. GNU style: --name VALUE, --name=VALUE, -x VALUE, -xVALUE, grouped -abc for flags, --
 * ends options, "-" is an operand, operands may stand anywhere. Unknown names are errors with the nearest name as hint.
 * Abbreviations are not accepted. A repeated option replaces its value, except OPTION_LIST, which collects.
 * OPTION_COUNT is a decimal number; OPTION_SIZE one with an optional K, M, G or T (powers of 1024).
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
/* Fills `into` by the offsets; options not given keep what stands there. argv[0..argc) are the arguments alone, without the
 * program's and the command's name; they must outlive the results, which point into them. Operands go to *ret_operands.
 * OPTION_LIST targets start zeroed. Every problem goes to diags (code "usage"), then ERR_USAGE. */
fallible option_parse(const struct option_spec *specs, size_t n_specs, int argc, char *const argv[], void *into,
		      struct arena *arena, struct option_list *ret_operands, struct diag_list *diags);
/* The nearest of names to word within edit distance 2 (3 from eight characters, 1 below five), without regard to ASCII
 * case, the first of equals; or NULL. Damerau-Levenshtein, optimal string alignment. */
const char *option_nearest(struct str word, const char *const *names, size_t n);
#endif
