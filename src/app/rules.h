#ifndef APP_RULES_H
#define APP_RULES_H
/* `merlon rules list|lint|explain|test`. */
#include "base/base.h"
#include "base/diag.h"
#include "base/log.h"
#include "base/option.h"

struct app_rules_options {
	struct option_list operands;	/* list, lint, test: rule paths (none = default); explain: the rule's id, title or file */
	struct option_list rules;	/* --rules, as in detect */
	struct option_list pipelines, mappings;
	struct str values;
	struct str event;		/* explain: --event FILE */
	struct str input_format, logsource;
	struct str format;		/* table json */
	bool strict;
	bool colour;			/* paint the table */
};
fallible app_rules_list(const struct app_rules_options *o, const struct log *log, struct diag_list *diags, int *ret_exit);
fallible app_rules_lint(const struct app_rules_options *o, const struct log *log, struct diag_list *diags, int *ret_exit);
fallible app_rules_explain(const struct app_rules_options *o, const struct log *log, struct diag_list *diags, int *ret_exit);
/* Runs the cases beside rules: NAME.yml has NAME.cases.yml (see docs/rules.md). */
fallible app_rules_test(const struct app_rules_options *o, const struct log *log, struct diag_list *diags, int *ret_exit);
#endif
