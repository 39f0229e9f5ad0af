/* The tables of commands and options, built from the .def files. Each is read twice: once for the parser, once for the
 * documents. */
#include "cli/cli.h"

static const char input_format_words[] =
#define FORMAT(name, word, line_based, help) "|" word
#include "source/formats.def"
#undef FORMAT
    ;
#define input_formats (input_format_words + 1)

#define COMMON(field) offsetof(struct cli_common, field)
#define GROUP(title)
#define OPTION(at, name, letter, kind, value, complete, help) { name, letter, OPTION_##kind, value, help, at },

#define APP(field) offsetof(struct cli_detect, app.field)
static const struct option_spec detect_options[] = {
#include "cli/options-detect.def"

#include "cli/options-common.def"
};
#undef APP
#define APP(field) offsetof(struct cli_rules, app.field)
static const struct option_spec rules_list_options[] = {
#include "cli/options-rules_list.def"

#include "cli/options-common.def"
};
static const struct option_spec rules_lint_options[] = {
#include "cli/options-rules_lint.def"

#include "cli/options-common.def"
};
static const struct option_spec rules_explain_options[] = {
#include "cli/options-rules_explain.def"

#include "cli/options-common.def"
};
static const struct option_spec rules_test_options[] = {
#include "cli/options-rules_test.def"

#include "cli/options-common.def"
};
#undef APP
#define APP(field) offsetof(struct cli_version, app.field)
static const struct option_spec version_options[] = {
#include "cli/options-version.def"

#include "cli/options-common.def"
};
#undef APP
static const struct option_spec help_options[] = {
#include "cli/options-help.def"

#include "cli/options-common.def"
};
#undef GROUP
#undef OPTION

#define GROUP(title) { title, COMPLETE_NONE },
#define OPTION(at, name, letter, kind, value, complete, help) { NULL, complete },
static const struct cli_row detect_rows[] = {
#include "cli/options-detect.def"

#include "cli/options-common.def"
};
static const struct cli_row rules_list_rows[] = {
#include "cli/options-rules_list.def"

#include "cli/options-common.def"
};
static const struct cli_row rules_lint_rows[] = {
#include "cli/options-rules_lint.def"

#include "cli/options-common.def"
};
static const struct cli_row rules_explain_rows[] = {
#include "cli/options-rules_explain.def"

#include "cli/options-common.def"
};
static const struct cli_row rules_test_rows[] = {
#include "cli/options-rules_test.def"

#include "cli/options-common.def"
};
static const struct cli_row version_rows[] = {
#include "cli/options-version.def"

#include "cli/options-common.def"
};
static const struct cli_row help_rows[] = {
#include "cli/options-help.def"

#include "cli/options-common.def"
};
#undef GROUP
#undef OPTION

static const struct cli_command commands[] = {
#define COMMAND(id, path, operands, complete, brief, about, examples) \
	{ path,                                                       \
	  operands,                                                   \
	  brief,                                                      \
	  about,                                                      \
	  examples,                                                   \
	  complete,                                                   \
	  false,                                                      \
	  id##_options,                                               \
	  id##_rows,                                                  \
	  ARRAY_LEN(id##_options),                                    \
	  ARRAY_LEN(id##_rows) },
#define COMMAND_GROUP(path, brief, about) { path, "COMMAND", brief, about, "", COMPLETE_NONE, true, NULL, NULL, 0, 0 },
#include "cli/commands.def"
#undef COMMAND
#undef COMMAND_GROUP
};

static const struct cli_exit exits[] = {
#define EXIT(code, text) { code, text },
#include "cli/exits.def"
#undef EXIT
};

static const struct cli_variable variables[] = {
#define ENVIRONMENT(name, text) { name, text },
#include "cli/environment.def"
#undef ENVIRONMENT
};

size_t cli_command_count(void)
{
	return ARRAY_LEN(commands);
}

const struct cli_command *cli_command_at(size_t i)
{
	must(i < ARRAY_LEN(commands));
	return &commands[i];
}

const struct cli_command *cli_command_find(struct str path)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (str_eq(path, str_of(commands[i].path)))
			return &commands[i];
	return NULL;
}

const struct cli_exit *cli_exits(size_t *ret_n)
{
	*ret_n = ARRAY_LEN(exits);
	return exits;
}

const struct cli_variable *cli_environment(size_t *ret_n)
{
	*ret_n = ARRAY_LEN(variables);
	return variables;
}
