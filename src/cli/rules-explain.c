/* merlon rules explain */
#include "cli/cli.h"

fallible cli_rules_explain_run(struct cli *cli, int argc, char *const argv[], int *ret_exit)
{
	struct cli_rules o = { 0 };
	TRY(cli_parse(cli, argc, argv, &o));
	struct diag wrong = { .severity = DIAG_ERROR,
		              .code = "usage",
		              .hint = STR("`merlon rules explain --help` shows how") };
	if (cli->operands.n != 1)
		wrong.text = STR("exactly one rule is needed: its id, title or file");
	else if (o.app.event.len == 0)
		wrong.text = STR("--event FILE is needed: the events to evaluate the rule against");
	if (wrong.text.len > 0) {
		diag_add(cli->diags, &wrong);
		return ERR_USAGE;
	}
	o.app.operands = cli->operands;
	o.app.colour = cli->colour_out;
	return app_rules_explain(&o.app, &cli->log, cli->diags, ret_exit);
}
