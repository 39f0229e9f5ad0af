/* merlon rules list */
#include "cli/cli.h"

fallible cli_rules_list_run(struct cli *cli, int argc, char *const argv[], int *ret_exit)
{
	struct cli_rules o = { 0 };
	TRY(cli_parse(cli, argc, argv, &o));
	o.app.operands = cli->operands;
	o.app.colour = cli->colour_out;
	return app_rules_list(&o.app, &cli->log, cli->diags, ret_exit);
}
