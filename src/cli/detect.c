/* merlon detect */
#include "cli/cli.h"

fallible cli_detect_run(struct cli *cli, int argc, char *const argv[], int *ret_exit)
{
	struct cli_detect o = { 0 };
	TRY(cli_parse(cli, argc, argv, &o));
	o.app.inputs = cli->operands;
	/* A file is painted only when that is asked for by name. */
	o.app.colour = cli->colour_out && (o.app.output.len == 0 || str_is(o.common.color, "always"));
	o.app.stop = cli->stop;
	cli->quiet = o.app.quiet;
	cli->elsewhere = o.app.output.len > 0;
	return app_detect(&o.app, &cli->log, cli->diags, ret_exit);
}
