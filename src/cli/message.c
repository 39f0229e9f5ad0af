/* Problems on standard error: errors first, then warnings and notes, no more than a screen of them unless asked. */
#include <unistd.h>

#include "base/sys.h"
#include "cli/cli.h"

static void render(const struct cli *cli, struct buf *out, const struct diag *d)
{
	if (cli->log.json) {
		diag_render_json(out, d);
		buf_char(out, '\n');
		return;
	}
	if (d->file.len == 0)
		buf_lit(out, "merlon: ");
	diag_render(out, d, cli->log.colour);
}

/* Renders the diags of one severity, at most `room` of them. */
static size_t render_some(const struct cli *cli, struct buf *out, enum diag_severity severity, size_t room)
{
	size_t shown = 0;
	for (size_t i = 0; i < cli->diags->items.n && shown < room; i++) {
		if (cli->diags->items.at[i].severity != severity)
			continue;
		render(cli, out, &cli->diags->items.at[i]);
		shown++;
	}
	return shown;
}

void cli_show_diags(const struct cli *cli, size_t max)
{
	const struct diag_list *list = cli->diags;
	auto_buf out = { 0 };
	size_t shown = render_some(cli, &out, DIAG_ERROR, max);
	size_t of = list->errors;
	if (!cli->quiet && cli->log.level >= LOG_WARN) {
		shown += render_some(cli, &out, DIAG_WARNING, max - shown);
		of += list->warnings;
	}
	if (cli->log.level >= LOG_INFO)
		IGNORE(render_some(cli, &out, DIAG_NOTE, max - shown)); /* its count is not needed */
	if (of > shown && !cli->log.json)
		buf_printf(&out, "merlon: %zu more problems%s\n", of - shown,
		           max == SIZE_MAX ? " were not kept" : "; `merlon rules lint` shows all of rules");
	/* Nobody is left to be told when standard error fails. */
	if (buf_err(&out) == ERR_OK)
		IGNORE(sys_write_all(STDERR_FILENO, out.ptr, out.len));
}
