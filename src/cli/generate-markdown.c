/* docs/reference.md: every command and option, for reading in a browser. */
#include "base/limits.h"
#include "cli/layout.h"

/* Text in a table cell or paragraph: what Markdown would take for itself is escaped. */
static void text(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (memchr("|*_<>[]", s.ptr[i], 7) != NULL)
			buf_char(out, '\\');
		buf_char(out, s.ptr[i]);
	}
}

static void option_row(struct buf *out, const struct option_spec *o)
{
	struct str value = layout_value(o);
	buf_lit(out, "| `");
	if (o->letter != 0)
		buf_printf(out, "-%c`, `", o->letter);
	buf_printf(out, "--%s", o->name);
	if (value.len > 0 && o->kind != OPTION_CHOICE)
		buf_printf(out, " %.*s", STR_FMT(value));
	buf_lit(out, "` | ");
	text(out, str_of(o->help));
	if (o->kind == OPTION_CHOICE) {
		buf_lit(out, " One of ");
		layout_choices(out, o, "`", "`", ", ");
		buf_char(out, '.');
	}
	buf_lit(out, " |\n");
}

static void options(struct buf *out, const struct cli_command *c, bool common)
{
	const struct option_spec *o = c->options;
	bool shown = false;
	for (size_t i = 0; i < c->n_rows; i++) {
		const char *group = c->rows[i].group;
		if (group != NULL) {
			shown = (strcmp(group, "General") == 0) == common;
			if (shown)
				buf_printf(out, "\n| %s | |\n|---|---|\n", group);
			continue;
		}
		if (shown)
			option_row(out, o);
		o++;
	}
}

static void examples(struct buf *out, const struct cli_command *c)
{
	struct str rest = str_of(c->examples), command, what;
	if (rest.len == 0)
		return;
	buf_lit(out, "\n");
	while (layout_example(&rest, &command, &what)) {
		buf_printf(out, "- `%.*s`: ", STR_FMT(command));
		text(out, what);
		buf_char(out, '\n');
	}
}

static void command(struct buf *out, const struct cli_command *c)
{
	buf_printf(out, "\n## merlon %s\n\n`merlon %s%s%s%s`\n\n", c->path, c->path, c->group ? "" : " [OPTION...]",
	           c->operands[0] != '\0' ? " " : "", c->operands);
	text(out, str_of(c->about));
	buf_char(out, '\n');
	if (c->group)
		return;
	options(out, c, false);
	examples(out, c);
}

static void limits(struct buf *out)
{
	buf_lit(out, "\n## Limits\n\nWhat an input may cost. Reaching one is counted and reported.\n\n| limit | value "
	             "| what it bounds |\n|---|---|---|\n");
	for (enum limit_id id = 0; id < LIMIT_COUNT; id++) {
		const struct limit_info *l = limit_info(id);
		buf_printf(out, "| %s | %lld %s | ", l->name, (long long)l->value, l->unit);
		text(out, str_of(l->reason));
		buf_lit(out, " |\n");
	}
}

void cli_generate_markdown(struct buf *out)
{
	size_t n;
	buf_lit(out, "# The command line\n\n<!-- Made from src/cli/*.def by `make docs`; do not edit. -->\n\n");
	text(out, STR(CLI_ABOUT));
	buf_lit(out, "\n\nThe default format is a table on a terminal and JSON otherwise. Problems and progress go to "
	             "standard error.\n");
	for (size_t i = 0; i < cli_command_count(); i++)
		command(out, cli_command_at(i));
	buf_lit(out, "\n## Options of every command\n");
	options(out, cli_command_at(0), true);
	const struct cli_exit *exits = cli_exits(&n);
	buf_lit(out, "\n## Exit status\n\n| code | meaning |\n|---|---|\n");
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "| %d | %s |\n", exits[i].code, exits[i].text);
	const struct cli_variable *variables = cli_environment(&n);
	buf_lit(out, "\n## Environment\n\n| variable | meaning |\n|---|---|\n");
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "| `%s` | %s |\n", variables[i].name, variables[i].text);
	limits(out);
}
