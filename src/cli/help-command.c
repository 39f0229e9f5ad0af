/* merlon help: the same as --help. */
#include "cli/cli.h"

/* The operands as one path: "rules list". */
static struct str joined(struct cli *cli)
{
	struct str path = cli->operands.at[0];
	for (size_t i = 1; i < cli->operands.n && path.ptr != NULL; i++)
		path = arena_printf(cli->arena, "%.*s %.*s", STR_FMT(path), STR_FMT(cli->operands.at[i]));
	return path;
}

fallible cli_help_run(struct cli *cli, int argc, char *const argv[], int *ret_exit)
{
	struct cli_help o = { 0 };
	TRY(cli_parse(cli, argc, argv, &o));
	*ret_exit = 0;
	auto_buf out = { 0 };
	if (cli->operands.n == 0) {
		cli_help_overview(&out, cli_style_out(cli));
		return cli_print(&out);
	}
	struct str path = joined(cli);
	TRY(got(path.ptr));
	const struct cli_command *command = cli_command_find(path);
	if (command == NULL) {
		diag_addf(cli->diags,
		          &(struct diag){ .severity = DIAG_ERROR,
		                          .code = "usage",
		                          .hint = STR("`merlon help` lists the commands") },
		          "unknown command \"%.*s\"", STR_FMT(path));
		return ERR_USAGE;
	}
	cli_help_command(&out, command, cli_style_out(cli));
	return cli_print(&out);
}
