/* From argv to one command: finds it, parses its options, runs it, shows what went wrong, and gives the exit code. */
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "cli/cli.h"

enum { EXIT_READER_GONE = 141 };

typedef enum err (*command_run)(struct cli *cli, int argc, char *const argv[], int *ret_exit);

/* The function of each command, in the order of cli_command_at; NULL for groups. */
static const command_run runs[] = {
#define COMMAND(id, ...) cli_##id##_run,
#define COMMAND_GROUP(...) NULL,
#include "cli/commands.def"
#undef COMMAND
#undef COMMAND_GROUP
};

/* ---- what the options of every command mean */

static bool colour_on(struct str word, int fd)
{
	if (word.len > 0 && !str_is(word, "auto"))
		return str_is(word, "always");
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	return (no_color == NULL || no_color[0] == '\0') && (term == NULL || strcmp(term, "dumb") != 0) &&
	       sys_is_terminal(fd);
}

fallible cli_parse(struct cli *cli, int argc, char *const argv[], void *options)
{
	const struct cli_command *c = cli->command;
	enum err e =
	    option_parse(c->options, c->n_options, argc, argv, options, cli->arena, &cli->operands, cli->diags);
	const struct cli_common *common =
	    options; /* also after a mistake: it is shown as asked for, if that was understood */
	cli->colour_out = colour_on(common->color, STDOUT_FILENO);
	cli->log.colour = colour_on(common->color, STDERR_FILENO);
	cli->log.json = str_is(common->log_format, "json");
	TRY(e);
	if (common->log_level.len > 0)
		TRY(log_level_parse(common->log_level, &cli->log.level));
	return ERR_OK;
}

fallible cli_print(const struct buf *b)
{
	TRY(buf_err(b));
	return sys_write_all(STDOUT_FILENO, b->ptr, b->len);
}

struct cli_style cli_style_out(const struct cli *cli)
{
	return (struct cli_style){ .colour = cli->colour_out, .width = sys_terminal_width(STDOUT_FILENO) };
}

/* ---- finding the command */

/* The command named by the first one or two arguments, the longer path first; *ret_words says how many it took. */
static const struct cli_command *find_command(struct arena *arena, int argc, char *const argv[], int *ret_words)
{
	*ret_words = 2;
	if (argc > 2) {
		struct str two = arena_printf(arena, "%s %s", argv[1], argv[2]);
		const struct cli_command *c = two.ptr != NULL ? cli_command_find(two) : NULL;
		if (c != NULL)
			return c;
	}
	*ret_words = 1;
	return cli_command_find(str_of(argv[1]));
}

/* Says that `word` is no command (below `group`, if one is given), with the nearest that is. */
static enum err unknown_command(struct cli *cli, const struct cli_command *group, struct str word)
{
	const char *names[64];
	size_t n = 0, skip = group != NULL ? strlen(group->path) + 1 : 0;
	for (size_t i = 0; i < cli_command_count() && n < ARRAY_LEN(names); i++) {
		const char *path = cli_command_at(i)->path;
		bool below = group != NULL ? strlen(path) > skip && strncmp(path, group->path, skip - 1) == 0
		                           : strchr(path, ' ') == NULL;
		if (below)
			names[n++] = path + skip;
	}
	const char *near = option_nearest(word, names, n), *prefix = group != NULL ? group->path : "",
	           *gap = group != NULL ? " " : "";
	struct str hint = near != NULL
	                      ? arena_printf(cli->arena, "did you mean `merlon %s%s%s`?", prefix, gap, near)
	                      : arena_printf(cli->arena, "`merlon %s%s--help` lists the commands", prefix, gap);
	diag_addf(cli->diags, &(struct diag){ .severity = DIAG_ERROR, .code = "usage", .hint = hint },
	          "unknown command \"%.*s\"", STR_FMT(word));
	return ERR_USAGE;
}

/* Is --help asked for? Looked at first, so that it also works beside mistakes. */
static bool wants_help(int argc, char *const argv[])
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

static enum err show_help(struct cli *cli, const struct cli_command *command)
{
	auto_buf out = { 0 };
	cli->colour_out = colour_on(STR(""), STDOUT_FILENO);
	if (command != NULL)
		cli_help_command(&out, command, cli_style_out(cli));
	else
		cli_help_overview(&out, cli_style_out(cli));
	return cli_print(&out);
}

static enum err run_group(struct cli *cli, int argc, char *const argv[])
{
	if (argc > 0 && argv[0][0] != '-')
		return unknown_command(cli, cli->command, str_of(argv[0]));
	diag_add(
	    cli->diags,
	    &(struct diag){ .severity = DIAG_ERROR,
	                    .code = "usage",
	                    .text = arena_printf(cli->arena, "`merlon %s` needs a command", cli->command->path),
	                    .hint = arena_printf(cli->arena, "`merlon %s --help` lists them", cli->command->path) });
	return ERR_USAGE;
}

static enum err run_command(struct cli *cli, int argc, char *const argv[], int *ret_exit)
{
	if (argc < 2) {
		diag_add(cli->diags, &(struct diag){ .severity = DIAG_ERROR,
		                                     .code = "usage",
		                                     .text = STR("no command given"),
		                                     .hint = STR("`merlon --help` lists the commands") });
		return ERR_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return show_help(cli, NULL);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		cli->command = cli_command_find(STR("version"));
		return cli_version_run(cli, 0, argv, ret_exit);
	}
	int words;
	cli->command = find_command(cli->arena, argc, argv, &words);
	if (cli->command == NULL)
		return unknown_command(cli, NULL, str_of(argv[1]));
	argc -= words + 1;
	argv += words + 1;
	if (wants_help(argc, argv))
		return show_help(cli, cli->command);
	if (cli->command->group)
		return run_group(cli, argc, argv);
	return runs[cli->command - cli_command_at(0)](cli, argc, argv, ret_exit);
}

/* ---- the end */

/* The reader of a pipe on standard output has gone: a filter's ordinary end, nothing to complain about. */
static bool reader_gone(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };
	int ready;
	return sys_poll(&out, 1, 0, &ready) == ERR_OK && ready > 0 && (out.revents & (POLLERR | POLLHUP)) != 0;
}

/* An error that nothing explains yet is explained by its general text. */
static void explain(struct cli *cli, enum err e)
{
	if (cli->diags->errors == 0)
		diag_add(cli->diags,
		         &(struct diag){ .severity = DIAG_ERROR, .code = "merlon", .text = str_of(err_text(e)) });
}

int cli_run(int argc, char *const argv[], struct app_stop *stop)
{
	auto_arena arena = { 0 };
	struct diag_list diags = { .arena = &arena };
	struct cli cli = {
		.arena = &arena, .diags = &diags, .stop = stop, .log = { .level = LOG_WARN, .fd = STDERR_FILENO }
	};
	cli.log.colour = colour_on(STR(""), STDERR_FILENO);
	int code = 0;
	enum err e = run_command(&cli, argc, argv, &code);
	if (e != ERR_OK)
		code = err_exit_code(e);
	if (e == ERR_IO && !cli.elsewhere && reader_gone())
		code = EXIT_READER_GONE;
	else if (e != ERR_OK)
		explain(&cli, e);
	bool lint = cli.command != NULL && strcmp(cli.command->path, "rules lint") == 0;
	if (code != EXIT_READER_GONE)
		cli_show_diags(&cli, lint ? SIZE_MAX : CLI_DIAGS_SHOWN);
	return code;
}
