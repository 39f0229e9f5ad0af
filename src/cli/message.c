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

/* How many of one kind were met and shown. A set of rules often has one fault many times. */
struct kind {
	const char *code;
	size_t n, shown;
};
struct kinds {
	struct kind at[32];
	size_t n;
};
static size_t same_shown(const char *code)
{
	return strncmp(code, "sigma-", 6) == 0 ? 3 : 10;
}

static struct kind *kind_of(struct kinds *k, const char *code)
{
	for (size_t i = 0; i < k->n; i++)
		if (strcmp(k->at[i].code, code) == 0)
			return &k->at[i];
	if (k->n == ARRAY_LEN(k->at))
		return NULL;
	k->at[k->n] = (struct kind){ .code = code };
	return &k->at[k->n++];
}

/* Renders the diags of one severity, at most `room` of them, and of each kind a few unless all are wanted. */
static size_t render_some(const struct cli *cli, struct buf *out, enum diag_severity severity, size_t room,
                          struct kinds *kinds)
{
	size_t shown = 0;
	for (size_t i = 0; i < cli->diags->items.n; i++) {
		const struct diag *d = &cli->diags->items.at[i];
		if (d->severity != severity)
			continue;
		struct kind *k = d->code != NULL ? kind_of(kinds, d->code) : NULL;
		if (k != NULL)
			k->n++;
		if (shown == room || (k != NULL && room != SIZE_MAX && k->shown >= same_shown(d->code)))
			continue;
		render(cli, out, d);
		shown++;
		if (k != NULL)
			k->shown++;
	}
	return shown;
}

/* "merlon: 25 more problems: 22 sigma-placeholder, 3 unread; ..." */
static void render_rest(struct buf *out, const struct kinds *kinds, size_t rest, bool all)
{
	const char *separator = ": ";
	bool rules = false;
	size_t kept = 0;
	buf_printf(out, "merlon: %zu more problem%s", rest, rest == 1 ? "" : "s");
	for (size_t i = 0; i < kinds->n; i++)
		kept += kinds->at[i].n - kinds->at[i].shown;
	for (size_t i = 0; i < kinds->n && kept == rest; i++) { /* what is only counted has no kind */
		const struct kind *k = &kinds->at[i];
		if (k->n == k->shown)
			continue;
		buf_printf(out, "%s%zu %s", separator, k->n - k->shown, k->code);
		separator = ", ";
		rules = rules || strncmp(k->code, "sigma-", 6) == 0 || strncmp(k->code, "yaml", 4) == 0;
	}
	buf_str(out, all     ? STR(" were not kept\n")
	             : rules ? STR("; `merlon rules lint` shows those of rules\n")
	                     : STR("\n"));
}

void cli_show_diags(const struct cli *cli, size_t max)
{
	const struct diag_list *list = cli->diags;
	auto_buf out = { 0 };
	struct kinds kinds = { .n = 0 }, notes = { .n = 0 };
	size_t shown = render_some(cli, &out, DIAG_ERROR, max, &kinds);
	size_t of = list->errors;
	if (!cli->quiet && cli->log.level >= LOG_WARN) {
		shown += render_some(cli, &out, DIAG_WARNING, max == SIZE_MAX ? max : max - shown, &kinds);
		of += list->warnings;
	}
	if (cli->log.level >= LOG_INFO)
		IGNORE(render_some(cli, &out, DIAG_NOTE, max == SIZE_MAX ? max : max - shown,
		                   &notes)); /* its count is not needed */
	if (of > shown && !cli->log.json)
		render_rest(&out, &kinds, of - shown, max == SIZE_MAX);
	/* Nobody is left to be told when standard error fails. */
	if (buf_err(&out) == ERR_OK)
		IGNORE(sys_write_all(STDERR_FILENO, out.ptr, out.len));
}
