#ifndef CLI_LAYOUT_H
#define CLI_LAYOUT_H
/* What help, man page, completion and reference share in reading the tables. */
#include "cli/cli.h"

#define CLI_ABOUT                                                                                                    \
	"Merlon is an infrastructure-security engine: it watches the events of cloud accounts, clusters and hosts with " \
	"Sigma rules, and says what matched, why, and what it could not read."

/* What follows the option's name: "FILE", "table|json", "WORD" for long lists of choices, "" for a flag. */
struct str layout_value(const struct option_spec *o);
/* True when the choices are too many for layout_value and must be listed. */
bool layout_choices_apart(const struct option_spec *o);
/* The choices, each between before and after, with `between` between them. */
void layout_choices(struct buf *out, const struct option_spec *o, const char *before, const char *after, const char *between);
/* Takes the first paragraph off *rest. */
struct str layout_paragraph(struct str *rest);
/* Takes the first example off *rest; false at the end. */
bool layout_example(struct str *rest, struct str *ret_command, struct str *ret_text);
/* Takes what stands before the next `sep` off *rest. */
struct str layout_until(struct str *rest, char sep);
#endif
