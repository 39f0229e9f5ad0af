#ifndef CLI_CLI_H
#define CLI_CLI_H
/*
 * cli: the command line. Commands and options are tables (commands.def, options-ID.def) from which come dispatch, --help, the
 * man page, completion and docs/reference.md; a command is one file that fills an options struct and calls one use case of
 * app/. Only this folder writes to the terminal.
 */
#include "app/detect.h"
#include "app/rules.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/log.h"
#include "base/option.h"

/* ---- tables (tables.c); they need nothing of app/ but its option structs */
enum cli_complete { COMPLETE_NONE, COMPLETE_FILE, COMPLETE_COMMAND };

/* What options-ID.def says besides the option_spec. A row with a group is a heading, every other the next option. */
struct cli_row {
	const char *group;
	enum cli_complete complete;
};
struct cli_command {
	const char *path; /* "rules list" */
	const char *operands;
	const char *brief, *about, *examples; /* see commands.def */
	enum cli_complete complete;	      /* of operands */
	bool group;			      /* only a prefix of commands, without options */
	const struct option_spec *options;
	const struct cli_row *rows;
	size_t n_options, n_rows;
};
size_t cli_command_count(void);
const struct cli_command *cli_command_at(size_t i);
/* The command or group of this path, or NULL. */
const struct cli_command *cli_command_find(struct str path);
struct cli_exit {
	int code;
	const char *text;
};
const struct cli_exit *cli_exits(size_t *ret_n);
struct cli_variable {
	const char *name, *text;
};
const struct cli_variable *cli_environment(size_t *ret_n);

/* ---- help (help.c): pure functions of the tables */
struct cli_style {
	bool colour;
	size_t width; /* columns; 0 = 80 */
};
void cli_help_overview(struct buf *out, struct cli_style style);
void cli_help_command(struct buf *out, const struct cli_command *command, struct cli_style style);
/* A man page (mdoc), a bash completion and docs/reference.md. */
void cli_generate_man(struct buf *out);
void cli_generate_bash(struct buf *out);
void cli_generate_markdown(struct buf *out);

/* ---- running (run.c, message.c) */
struct cli_common {
	struct str color, log_level, log_format;
	bool help;
};
struct cli_detect {
	struct cli_common common;
	struct app_detect_options app;
};
struct cli_rules {
	struct cli_common common;
	struct app_rules_options app;
};
struct cli_version {
	struct cli_common common;
	struct {
		bool json;
	} app;
};
struct cli_help {
	struct cli_common common;
};
/* One run of the program. */
struct cli {
	const struct cli_command *command;
	struct arena *arena;
	struct diag_list *diags;
	struct option_list operands;
	struct log log;
	struct app_stop *stop;
	size_t early;	 /* diags shown before the end */
	bool colour_out; /* on standard output */
	bool quiet;	 /* only errors are shown of diags */
	bool elsewhere;	 /* the result goes to a file, so a failed write is not about standard output */
};
/* Parses the arguments after the command's name into `options` (zeroed, starting with struct cli_common) and sets up log and colour. */
fallible cli_parse(struct cli *cli, int argc, char *const argv[], void *options);
/* Writes to standard output. */
fallible cli_print(const struct buf *b);
struct cli_style cli_style_out(const struct cli *cli);
/* Shows what stands in diags on standard error, at most `max` messages and a few of each kind, errors first, the rest as a count; all with SIZE_MAX. */
enum { CLI_DIAGS_SHOWN = 20 };
void cli_show_diags(const struct cli *cli, size_t max);

#define COMMAND(id, ...) fallible cli_##id##_run(struct cli *cli, int argc, char *const argv[], int *ret_exit);
#define COMMAND_GROUP(...)
#include "cli/commands.def"
#undef COMMAND
#undef COMMAND_GROUP

/* The whole program but for signals and process set-up: argv as of main; gives the exit code. stop is what a signal handler sets. */
int cli_run(int argc, char *const argv[], struct app_stop *stop);
#endif
