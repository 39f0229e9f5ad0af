/*
 * Completion for bash. The script holds three tables made here (commands, options of each, choices of each option) and
 * one small function; it needs nothing but bash itself.
 */
#include "cli/layout.h"

/* "rules list" as a key of shell words: rules_list. */
static void key(struct buf *out, const char *path)
{
	for (; *path != '\0'; path++)
		buf_char(out, *path == ' ' ? '_' : *path);
}

/* The first word of each command, and below a group the second. */
static void command_words(struct buf *out)
{
	buf_lit(out, "\t'') words='");
	for (size_t i = 0; i < cli_command_count(); i++) {
		const char *path = cli_command_at(i)->path;
		if (strchr(path, ' ') == NULL)
			buf_printf(out, "%s ", path);
	}
	buf_lit(out, "--help --version' ;;\n");
	for (size_t i = 0; i < cli_command_count(); i++) {
		const struct cli_command *group = cli_command_at(i);
		if (!group->group)
			continue;
		buf_printf(out, "\t%s) words='", group->path);
		size_t n = strlen(group->path);
		for (size_t j = 0; j < cli_command_count(); j++) {
			const char *path = cli_command_at(j)->path;
			if (strncmp(path, group->path, n) == 0 && path[n] == ' ')
				buf_printf(out, "%s ", path + n + 1);
		}
		buf_lit(out, "--help' ;;\n");
	}
}

static void option_words(struct buf *out, const struct cli_command *c)
{
	buf_char(out, '\t');
	key(out, c->path);
	buf_lit(out, ") words='");
	for (size_t i = 0; i < c->n_options; i++)
		buf_printf(out, "%s--%s", i > 0 ? " " : "", c->options[i].name);
	buf_lit(out, "' ;;\n");
}

static void option_pattern(struct buf *out, const struct cli_command *c, const struct option_spec *o)
{
	buf_char(out, '\t');
	key(out, c->path);
	buf_printf(out, ":--%s", o->name);
	if (o->letter != 0) {
		buf_char(out, '|');
		key(out, c->path);
		buf_printf(out, ":-%c", o->letter);
	}
	buf_lit(out, ") ");
}

/* What may follow each option that takes a value. */
static void value_words(struct buf *out, const struct cli_command *c)
{
	const struct option_spec *o = c->options;
	for (size_t i = 0; i < c->n_rows; i++) {
		if (c->rows[i].group != NULL)
			continue;
		if (o->kind != OPTION_FLAG) {
			option_pattern(out, c, o);
			if (o->kind == OPTION_CHOICE) {
				buf_lit(out, "words='");
				layout_choices(out, o, "", "", " ");
				buf_char(out, '\'');
			} else {
				buf_printf(out, "%s", c->rows[i].complete == COMPLETE_FILE ? "files=1" : "none=1");
			}
			buf_lit(out, " ;;\n");
		}
		o++;
	}
}

static void operand_words(struct buf *out)
{
	for (size_t i = 0; i < cli_command_count(); i++) {
		const struct cli_command *c = cli_command_at(i);
		if (c->complete == COMPLETE_NONE)
			continue;
		buf_char(out, '\t');
		key(out, c->path);
		if (c->complete == COMPLETE_FILE) {
			buf_lit(out, ") files=1 ;;\n");
			continue;
		}
		buf_lit(out, ") words='");
		for (size_t j = 0; j < cli_command_count(); j++)
			if (strchr(cli_command_at(j)->path, ' ') == NULL)
				buf_printf(out, "%s ", cli_command_at(j)->path);
		buf_lit(out, "' ;;\n");
	}
}

void cli_generate_bash(struct buf *out)
{
	buf_lit(out, "# Completion of merlon(1) for bash. Made from the command tables; do not edit.\n"
	             "_merlon()\n{\n"
	             "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	             "\tlocal path= words= files= none= i\n"
	             "\t# --name=value comes in three words: --name, =, value\n"
	             "\tif [[ $cur == '=' ]]; then cur=; elif [[ $prev == '=' && COMP_CWORD -gt 2 ]]; then "
	             "prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
	             "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	             "\t\tcase ${path:+$path }${COMP_WORDS[i]} in\n");
	for (size_t i = 0; i < cli_command_count(); i++) {
		const struct cli_command *c = cli_command_at(i);
		buf_printf(out, "\t\t'%s') path='%s' ;;\n", c->path, c->path);
	}
	buf_lit(out,
	        "\t\t*) [[ -n $path ]] || return 0 ;;\n\t\tesac\n\tdone\n\tpath=${path// /_}\n\tcase $path:$prev in\n");
	for (size_t i = 0; i < cli_command_count(); i++)
		value_words(out, cli_command_at(i));
	buf_lit(out, "\tesac\n\tif [[ -z $words$files$none ]]; then\n\tcase $path in\n");
	command_words(out);
	buf_lit(out, "\tesac\n\tif [[ -z $words ]]; then\n\tif [[ $cur == -* ]]; then case $path in\n");
	for (size_t i = 0; i < cli_command_count(); i++)
		if (!cli_command_at(i)->group)
			option_words(out, cli_command_at(i));
	buf_lit(out, "\tesac; else case $path in\n");
	operand_words(out);
	buf_lit(out, "\tesac; fi\n\tfi\n\tfi\n"
	             "\tif [[ -n $files ]]; then\n"
	             "\t\tcompopt -o filenames 2>/dev/null\n"
	             "\t\twhile IFS= read -r i; do COMPREPLY+=(\"$i\"); done < <(compgen -f -- \"$cur\")\n"
	             "\telif [[ -n $words ]]; then\n"
	             "\t\twhile IFS= read -r i; do COMPREPLY+=(\"$i\"); done < <(compgen -W \"$words\" -- \"$cur\")\n"
	             "\tfi\n}\ncomplete -F _merlon merlon\n");
}
