/* The man page, in mdoc: merlon(1), all commands on one page as their options are few. */
#include "cli/layout.h"

enum { LINE = 64 };

/* One character with what roff would take for itself escaped. Backquotes come in pairs: *quoted says which one this is.
 */
static void roff_char(struct buf *out, char c, bool line_start, bool *quoted)
{
	if (line_start && (c == '.' || c == '\''))
		buf_lit(out, "\\&");
	if (c == '\\') {
		buf_lit(out, "\\e");
	} else if (c == '-') {
		buf_lit(out, "\\-");
	} else if (c == '`') {
		*quoted = !*quoted;
		buf_printf(out, "\\(%s", *quoted ? "oq" : "cq");
	} else {
		buf_char(out, c);
	}
}

/* Running text: short lines, and a new sentence begins a new one, as mdoc wants it. wide: all on one line. */
static void roff_text(struct buf *out, struct str s, bool wide)
{
	size_t column = 0;
	bool quoted = false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		bool sentence = i > 0 && (s.ptr[i - 1] == '.' || s.ptr[i - 1] == ':');
		if (c == ' ' && !wide && (sentence || column > LINE)) {
			buf_char(out, '\n');
			column = 0;
			continue;
		}
		roff_char(out, c, column == 0, &quoted);
		column++;
	}
}

static void roff(struct buf *out, struct str s)
{
	roff_text(out, s, false);
}

static void roff_line(struct buf *out, const char *text)
{
	roff(out, str_of(text));
	buf_char(out, '\n');
}

static void roff_paragraphs(struct buf *out, const char *text)
{
	struct str rest = str_of(text);
	while (rest.len > 0) {
		struct str one = layout_paragraph(&rest);
		roff(out, one);
		buf_lit(out, "\n");
		if (rest.len > 0)
			buf_lit(out, ".Pp\n");
	}
}

/* One quoted argument of a macro. */
static void argument(struct buf *out, struct str s)
{
	buf_char(out, '"');
	roff_text(out, s, true);
	buf_char(out, '"');
}

static void man_option(struct buf *out, const struct option_spec *o)
{
	struct str value = layout_value(o);
	buf_lit(out, ".It ");
	if (o->letter != 0)
		buf_printf(out, "Fl %c , ", o->letter);
	buf_printf(out, "Fl \\-%s", o->name);
	if (value.len > 0) {
		buf_lit(out, " Ar ");
		argument(out, value);
	}
	buf_char(out, '\n');
	roff_line(out, o->help);
	if (layout_choices_apart(o)) {
		buf_lit(out, "One of\n");
		layout_choices(out, o, ".Cm ", " ", ",\n");
		buf_lit(out, ".\n");
	}
}

static void man_options(struct buf *out, const struct cli_command *c, bool common)
{
	const struct option_spec *o = c->options;
	bool general = false, open = false;
	for (size_t i = 0; i < c->n_rows; i++) {
		if (c->rows[i].group != NULL) {
			general = strcmp(c->rows[i].group, "General") == 0;
			if (open)
				buf_lit(out, ".El\n");
			open = general == common;
			if (open && !common)
				buf_printf(out, ".Pp\n.Em %s\n", c->rows[i].group);
			if (open)
				buf_lit(out, ".Bl -tag -width Ds\n");
			continue;
		}
		if (open)
			man_option(out, o);
		o++;
	}
	if (open)
		buf_lit(out, ".El\n");
}

static void man_commands(struct buf *out)
{
	buf_lit(out, ".Sh COMMANDS\n");
	for (size_t i = 0; i < cli_command_count(); i++) {
		const struct cli_command *c = cli_command_at(i);
		if (c->group)
			continue;
		buf_printf(out, ".Ss merlon %s", c->path);
		if (c->operands[0] != '\0')
			buf_printf(out, " %s\\&", c->operands);
		buf_char(out, '\n');
		roff_paragraphs(out, c->about);
		man_options(out, c, false);
	}
}

static void man_examples(struct buf *out)
{
	buf_lit(out, ".Sh EXAMPLES\n");
	bool first = true;
	for (size_t i = 0; i < cli_command_count(); i++) {
		struct str rest = str_of(cli_command_at(i)->examples), command, text;
		while (layout_example(&rest, &command, &text)) {
			if (!first)
				buf_lit(out, ".Pp\n");
			first = false;
			roff(out, text);
			buf_lit(out, ":\n.Dl ");
			roff_text(out, command, true);
			buf_char(out, '\n');
		}
	}
}

static void man_tables(struct buf *out)
{
	size_t n;
	const struct cli_variable *variables = cli_environment(&n);
	buf_lit(out, ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, ".It Ev %s\n", variables[i].name);
		roff_line(out, variables[i].text);
	}
	const struct cli_exit *exits = cli_exits(&n);
	buf_lit(out, ".El\n.Sh EXIT STATUS\n.Bl -tag -width 3n -compact\n");
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, ".It %d\n", exits[i].code);
		roff_line(out, exits[i].text);
	}
	buf_lit(out, ".El\n");
}

void cli_generate_man(struct buf *out)
{
	buf_lit(out, ".\\\" Made from the command tables; do not edit.\n"
	             ".Dd November 22, 2026\n.Dt MERLON 1\n.Os\n.Sh NAME\n.Nm merlon\n.Nd infrastructure-security "
	             "engine\n.Sh SYNOPSIS\n");
	for (size_t i = 0; i < cli_command_count(); i++) {
		const struct cli_command *c = cli_command_at(i);
		if (c->group)
			continue;
		buf_printf(out, ".Nm\n.Cm %s\n.Op Ar option ...\n", c->path);
		if (c->operands[0] != '\0') {
			buf_lit(out, ".Ar ");
			argument(out, str_of(c->operands));
			buf_char(out, '\n');
		}
	}
	buf_lit(out, ".Sh DESCRIPTION\n");
	roff_paragraphs(out, CLI_ABOUT);
	buf_lit(out, ".Pp\nOptions of every command:\n");
	man_options(out, cli_command_at(0), true);
	man_commands(out);
	man_tables(out);
	man_examples(out);
	buf_lit(out, ".Sh SEE ALSO\nThe folder\n.Pa share/doc/merlon\nbelow the prefix of the installation.\n");
}
