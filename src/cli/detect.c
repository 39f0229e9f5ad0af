/* merlon detect */
#include "cli/cli.h"

/* What is known so far; then no more is kept of it. */
static void show_early(void *arg)
{
	struct cli *cli = arg;
	enum { EARLY_MAX = 1000 }; /* texts stay in memory: after so many the rest is only counted */
	cli_show_diags(cli, CLI_DIAGS_SHOWN);
	cli->early += cli->diags->items.n;
	cli->diags->errors = cli->diags->warnings = 0;
	if (cli->early < EARLY_MAX)
		cli->diags->items.n = 0;
}

fallible cli_detect_run(struct cli *cli, int argc, char *const argv[], int *ret_exit)
{
	struct cli_detect o = { 0 };
	TRY(cli_parse(cli, argc, argv, &o));
	o.app.inputs = cli->operands;
	/* A file is painted only when that is asked for by name. */
	o.app.colour = cli->colour_out && (o.app.output.len == 0 || str_is(o.common.color, "always"));
	o.app.stop = cli->stop;
	o.app.show = show_early;
	o.app.show_arg = cli;
	cli->quiet = o.app.quiet;
	cli->elsewhere = o.app.output.len > 0;
	return app_detect(&o.app, &cli->log, cli->diags, ret_exit);
}
