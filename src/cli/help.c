/*
 * Help on the terminal. Everything is laid out from the tables: a heading, then rows of a left part (the option or
 * command) and a wrapped text beside it.
 */
#include "cli/cli.h"
#include "cli/layout.h"

enum { LEFT_MAX = 26, INDENT = 2 };

static size_t width_of(struct cli_style style)
{
	size_t width = style.width != 0 ? style.width : 80;
	return width < 60 ? 60 : width > 100 ? 100 : width;
}

static void heading(struct buf *out, struct cli_style style, const char *text)
{
	buf_printf(out, style.colour ? "\n\033[1m%s\033[0m\n" : "\n%s\n", text);
}

/* `text` from column `indent`, the first line beginning at column `at`. */
static void wrap(struct buf *out, struct str text, size_t indent, size_t at, size_t width)
{
	bool first = true;
	while (text.len > 0) {
		size_t n = 0;
		while (n < text.len && text.ptr[n] != ' ')
			n++;
		if (!first && at + 1 + n > width) {
			buf_printf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (!first) {
			buf_char(out, ' ');
			at++;
		}
		buf_add(out, text.ptr, n);
		at += n;
		first = false;
		text = str_cut(text, n + 1, text.len);
	}
	buf_char(out, '\n');
}

static void paragraphs(struct buf *out, const char *text, size_t indent, size_t width)
{
	struct str rest = str_of(text);
	while (rest.len > 0) {
		struct str one = layout_paragraph(&rest);
		buf_printf(out, "%*s", (int)indent, "");
		wrap(out, one, indent, indent, width);
		if (rest.len > 0)
			buf_char(out, '\n');
	}
}

/* What failed while a part was put together fails the whole. */
static void pass_on(struct buf *out, const struct buf *part)
{
	if (buf_err(out) == ERR_OK)
		out->err = buf_err(part);
}

/* A row: `left`, padded, and the text beside it, or below when left is long. */
static void row(struct buf *out, struct str left, struct str text, size_t left_width, size_t width)
{
	size_t column = INDENT + left_width + 2;
	buf_printf(out, "%*s%.*s", INDENT, "", STR_FMT(left));
	if (left.len > left_width)
		buf_printf(out, "\n%*s", (int)column, "");
	else
		buf_printf(out, "%*s", (int)(column - INDENT - left.len), "");
	wrap(out, text, column, column, width);
}

static void option_row(struct buf *out, const struct option_spec *o, size_t width)
{
	auto_buf left = { 0 }, text = { 0 };
	if (o->letter != 0)
		buf_printf(&left, "-%c, ", o->letter);
	else
		buf_lit(&left, "    ");
	buf_printf(&left, "--%s", o->name);
	struct str value = layout_value(o);
	if (value.len > 0)
		buf_printf(&left, " %.*s", STR_FMT(value));
	buf_printf(&text, "%s", o->help);
	if (layout_choices_apart(o)) {
		buf_lit(&text, " One of ");
		layout_choices(&text, o, "", "", ", ");
		buf_char(&text, '.');
	}
	row(out, buf_view(&left), buf_view(&text), LEFT_MAX, width);
	pass_on(out, &left);
	pass_on(out, &text);
}

static void option_rows(struct buf *out, const struct cli_command *c, struct cli_style style)
{
	const struct option_spec *o = c->options;
	for (size_t i = 0; i < c->n_rows; i++) {
		if (c->rows[i].group != NULL)
			heading(out, style, c->rows[i].group);
		else
			option_row(out, o++, width_of(style));
	}
}

/* The rows of all commands (below a group, if one is named). */
static void command_rows(struct buf *out, const struct cli_command *group, struct cli_style style)
{
	struct str prefix = str_of(group != NULL ? group->path : "");
	for (size_t i = 0; i < cli_command_count(); i++) {
		const struct cli_command *c = cli_command_at(i);
		struct str path = str_of(c->path);
		if (c->group || (prefix.len > 0 && !(str_starts(path, prefix) && path.len > prefix.len)))
			continue;
		row(out, path, str_of(c->brief), 14, width_of(style));
	}
}

static void exit_rows(struct buf *out, struct cli_style style)
{
	size_t n;
	const struct cli_exit *exits = cli_exits(&n);
	heading(out, style, "Exit status");
	for (size_t i = 0; i < n; i++) {
		auto_buf code = { 0 };
		buf_int(&code, exits[i].code);
		row(out, buf_view(&code), str_of(exits[i].text), 3, width_of(style));
		pass_on(out, &code);
	}
}

static void example_rows(struct buf *out, const struct cli_command *c, struct cli_style style)
{
	struct str rest = str_of(c->examples), command, text;
	if (rest.len > 0)
		heading(out, style, "Examples");
	while (layout_example(&rest, &command, &text))
		buf_printf(out, "  %.*s\n      %.*s\n", STR_FMT(command), STR_FMT(text));
}

void cli_help_overview(struct buf *out, struct cli_style style)
{
	buf_lit(out, "usage: merlon COMMAND [OPTION...] [OPERAND...]\n\n");
	paragraphs(out, CLI_ABOUT, 0, width_of(style));
	heading(out, style, "Commands");
	command_rows(out, NULL, style);
	exit_rows(out, style);
	buf_lit(out, "\n`merlon COMMAND --help` and merlon(1) say more.\n");
}

void cli_help_command(struct buf *out, const struct cli_command *c, struct cli_style style)
{
	buf_printf(out, "usage: merlon %s%s%s%s\n\n", c->path, c->group ? "" : " [OPTION...]",
	           c->operands[0] != '\0' ? " " : "", c->operands);
	paragraphs(out, c->about, 0, width_of(style));
	if (c->group) {
		heading(out, style, "Commands");
		command_rows(out, c, style);
		return;
	}
	option_rows(out, c, style);
	example_rows(out, c, style);
}
