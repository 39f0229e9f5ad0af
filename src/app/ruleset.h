#ifndef APP_RULESET_H
#define APP_RULESET_H
/*
 * The rules of a run: files found, parsed on a few threads, linked with pipelines and placeholder values. Everything, the texts of the files too, lives until
 * app_ruleset_free. One file that can't be read or parsed never loses the others.
 */
#include "base/arena.h"
#include "base/diag.h"
#include "base/option.h"
#include "lang/sigma/sigma.h"

struct app_ruleset {
	struct arena arena;
	struct sigma_set set;
	size_t n_files, n_failed; /* rule files found; those that could not be read */
	struct str *paths;
	struct app_rule_text *texts;
	struct arena *thread_arenas;
	size_t n_threads;
};
struct app_ruleset_options {
	struct option_list paths; /* files, folders or "default"; none = default */
	struct option_list pipelines;
	struct str values;
	size_t threads;
};
/* Fails when nothing at all could be read, when a pipeline or the values file is bad, or for memory. */
fallible app_ruleset_load(const struct app_ruleset_options *o, struct diag_list *diags, struct app_ruleset **ret);
void app_ruleset_free(struct app_ruleset **r);
/* Files under `path` (itself, when it is a file) that end in .yml or .yaml and are not cases (*.cases.yml), sorted; appended to *paths. */
struct app_paths {
	struct str *at;
	size_t n, cap;
};
fallible app_rule_files(struct arena *arena, struct str path, struct app_paths *paths, struct diag_list *diags);
/* Reads a small named file (LIMIT_YAML_BYTES) into the arena; a failure is explained in diags. */
fallible read_named(struct arena *arena, struct str path, struct str *ret_path, struct str *ret_text, struct diag_list *diags);
#endif
