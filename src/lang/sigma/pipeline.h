#ifndef LANG_SIGMA_PIPELINE_H
#define LANG_SIGMA_PIPELINE_H
/*
 * Pipelines: items that change rules, each under conditions on the rule, on the leaf ("detection item") and on its
 * field name. The tables of transformations (pipeline-run.c) and of conditions (pipeline-condition.c) hold the whole
 * vocabulary; the parser refuses what they lack.
 */
#include "base/map.h"
#include "lang/regex/regex.h"
#include "lang/sigma/link.h"

struct run;
struct target;
struct pipe_condition;
typedef enum err condition_test(struct run *x, struct pipe_condition *c, const struct target *t, bool *ret);
struct condition_kind {
	const char *name;
	condition_test *test;
	const char *needs; /* a parameter that must be there, or NULL */
	const char
	    *pattern; /* parameter that holds regular expressions (when mode is "re", or always for match_string) */
};
struct pipe_condition {
	const struct condition_kind *kind;
	struct value args;
	struct str name;    /* for expressions */
	struct regex **res; /* compiled while linking; n_res */
	size_t n_res;
};
struct pipe_conditions {
	struct pipe_condition *at;
	size_t n;
	bool any, negate;
	struct sigma_expr *expr; /* over the names, or NULL */
};

struct pipe_item;
typedef enum err transform_rule(struct run *x, struct pipe_item *it);
typedef enum err transform_target(struct run *x, struct pipe_item *it, struct target *t);
struct transformation {
	const char *name;
	transform_rule *rule;     /* once a rule */
	transform_target *target; /* once a leaf and waiting item; on correlations too when `fields` */
	bool fields;              /* changes field names */
	const char *needs;
	enum err (*check)(struct reader *r, struct value args);
};
struct pipe_item {
	const struct transformation *kind;
	struct str id;
	size_t slot; /* its bit in `applied`; given while linking */
	struct value args;
	struct place at;
	struct pipe_conditions rule, leaf, field;
	struct pipe_item *nested;
	size_t n_nested;
	struct map mapping; /* key -> index of the pair's value; built while linking */
	struct value *mapped;
	bool has_mapping;
};
struct sigma_pipeline {
	struct str path, name;
	int64_t priority;
	struct value vars;
	struct pipe_item *items;
	size_t n;
};

/* What a leaf-level transformation or condition looks at: a leaf, an item that waits for placeholders, or (for
 * correlations) a bare name. */
struct target {
	struct leaf *leaf;       /* copy; written back */
	struct pending *pending; /* likewise */
	struct str field;
};
struct run {
	struct reader *r;
	struct linker *l;
	struct doc *d;
	const struct sigma_options *options;
	const struct sigma_pipeline *pipeline; /* at work */
	size_t words;                          /* of `applied` */
	bool deeper;
};

/* A refusal whose place is in the pipeline's file. */
#define pipe_refuse(x, at, ...) ((x)->r->path = (x)->pipeline->path, refuse((x)->r, (at), __VA_ARGS__))

/* pipeline-run.c */
const struct transformation *transformation_find(struct str name);
size_t transformation_names(const char **names, size_t max);
bool pipe_applied(const struct run *x, const uint64_t *applied, struct str id);
/* pipeline-condition.c */
enum condition_level { CONDITION_RULE, CONDITION_LEAF, CONDITION_FIELD };
const struct condition_kind *condition_kind_find(enum condition_level level, struct str name);
size_t condition_kind_names(enum condition_level level, const char **names, size_t max);
fallible conditions_hold(struct run *x, struct pipe_conditions *c, const struct target *t, bool *ret);
bool str_in_list(struct value list, struct str s);
/* pipeline-field.c */
transform_target field_map, field_prefix, field_suffix, field_prefix_map, field_case;
/* pipeline-value.c */
transform_target value_map_string, value_replace, value_convert, value_set, value_case;
enum err replace_check(struct reader *r, struct value args);
enum err convert_check(struct reader *r, struct value args);
enum err case_check(struct reader *r, struct value args);
/* The pair's value of a mapping, or absent. */
fallible mapping_find(struct run *x, struct pipe_item *it, struct str key, struct value *ret);
#endif
