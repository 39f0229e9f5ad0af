#ifndef LANG_SIGMA_SIGMA_H
#define LANG_SIGMA_SIGMA_H
/*
 * sigma: the Sigma rule language, specification 2.1 (rules, collections, correlations, filters) and pySigma-style
 * pipelines, parsed to plain data. Nothing here matches events: engine/detect compiles what this yields, and the test
 * oracle walks it directly.
 *
 * Life cycle: sigma_parse each file (any thread, own arena), then sigma_link once over all of them. Linking applies
 * collections, pipelines, placeholders and filters and resolves names. Everything lives in the arenas given.
 */
#include "base/arena.h"
#include "base/base.h"
#include "base/diag.h"
#include "base/ip.h"
#include "base/vec.h"
#include "value/value.h"

enum sigma_level { SIGMA_LEVEL_NONE, SIGMA_INFORMATIONAL, SIGMA_LOW, SIGMA_MEDIUM, SIGMA_HIGH, SIGMA_CRITICAL };
const char *sigma_level_name(enum sigma_level l); /* "informational" ...; NONE is "informational" too */
fallible sigma_level_parse(struct str s, enum sigma_level *ret);

struct sigma_strs {
	struct str *at;
	size_t n;
};
/* Any subset; absent parts have len 0. */
struct sigma_logsource {
	struct str category, product, service, definition;
};

/*
 * A string pattern: literals and wildcards. Escapes are resolved: in the rule's text `\*` `\?` `\\` stand for the
 * character, a single backslash not before one of these is itself.
 */
enum sigma_part_kind { SIGMA_PART_TEXT, SIGMA_PART_ANY /* * */, SIGMA_PART_ONE /* ? one character */ };
struct sigma_part {
	enum sigma_part_kind kind;
	struct str text;
};
struct sigma_string {
	struct sigma_part *parts;
	size_t n;
};

enum sigma_value_kind {
	SIGMA_STRING, /* whole-value match; contains/startswith/endswith have become wildcards at the ends */
	SIGMA_NUMBER, /* equals, numerically; also numeric strings */
	SIGMA_BOOL,   /* equals a bool, or the text "true"/"false" in any case */
	SIGMA_NULL,   /* absent or null */
	SIGMA_REGEX,  /* unanchored search; it compiles: that was checked */
	SIGMA_CIDR,
	SIGMA_COMPARE,  /* lt lte gt gte with a number; numeric strings too */
	SIGMA_EXISTS,   /* yes: field present (null counts as absent); no: not present */
	SIGMA_FIELDREF, /* value of another field, as literal, with optional ends */
};
enum sigma_compare { SIGMA_LT, SIGMA_LTE, SIGMA_GT, SIGMA_GTE, SIGMA_EQ };
/* For minute|hour|day|week|month|year: the part of the field's time (UTC) takes the place of the value. */
enum sigma_time_part { SIGMA_TIME_WHOLE, SIGMA_MINUTE, SIGMA_HOUR, SIGMA_DAY, SIGMA_WEEK, SIGMA_MONTH, SIGMA_YEAR };
enum { SIGMA_RE_I = 1, SIGMA_RE_M = 2, SIGMA_RE_S = 4 }; /* equal to REGEX_* */

struct sigma_value {
	enum sigma_value_kind kind;
	bool cased;                     /* STRING, FIELDREF: case counts */
	enum sigma_compare compare;     /* COMPARE */
	enum sigma_time_part time_part; /* NUMBER (equals) and COMPARE */
	bool yes;                       /* BOOL's value; EXISTS yes or no */
	unsigned flags;                 /* REGEX: SIGMA_RE_* */
	bool starts, ends, contains;    /* FIELDREF: startswith, endswith, contains */
	double number;                  /* NUMBER, COMPARE */
	int64_t integer;                /* NUMBER, COMPARE: exact when is_integer */
	bool is_integer;
	struct sigma_string string; /* STRING */
	struct str text;            /* as written in the rule, for messages; REGEX: the pattern; FIELDREF: the field */
	struct ip_net net;          /* CIDR */
	uint32_t line, column;
};

enum sigma_expr_kind {
	SIGMA_AND,      /* all children; no children = true */
	SIGMA_OR,       /* any child; no children = false */
	SIGMA_NOT,      /* one child */
	SIGMA_LEAF,     /* field against any of values */
	SIGMA_RULE_REF, /* only in correlation conditions: the rule named by label fired */
};
/*
 * The condition after parsing: a DAG (a selection used twice is the same node). Leaves are "this field matches any of
 * these values"; `all` has become an AND of leaves, `neq` a NOT. field.ptr NULL = keywords: any scalar value anywhere
 * in the event contains the pattern (a string pattern matches as if with * at both ends; numbers and others compare
 * with the whole value). AND, OR and NOT have at least one child, a leaf at least one value. Nesting: at most
 * LIMIT_RULE_DEPTH as written, twice that (and a few) after filters and pipelines; LIMIT_RULE_NODES bounds the tree
 * that the DAG stands for.
 */
struct sigma_expr {
	enum sigma_expr_kind kind;
	struct str label; /* selection name, "1 of selection_*", "not", ...; for people (explain); may be empty */
	struct sigma_expr **children;
	size_t n;
	struct str field;     /* LEAF; ptr NULL = keywords */
	struct str modifiers; /* LEAF: as written, "contains|all"; "" if none */
	struct sigma_value *values;
	size_t n_values;
	uint32_t line, column;
};

enum sigma_kind { SIGMA_RULE, SIGMA_CORRELATION, SIGMA_FILTER };
enum sigma_correlation_type {
	SIGMA_EVENT_COUNT,
	SIGMA_VALUE_COUNT,
	SIGMA_TEMPORAL,
	SIGMA_TEMPORAL_ORDERED,
	SIGMA_VALUE_SUM,
	SIGMA_VALUE_AVG,
	SIGMA_VALUE_PERCENTILE,
	SIGMA_VALUE_MEDIAN,
};
const char *sigma_correlation_type_name(enum sigma_correlation_type t);
enum sigma_bound_op {
	SIGMA_BOUND_LT,
	SIGMA_BOUND_LTE,
	SIGMA_BOUND_GT,
	SIGMA_BOUND_GTE,
	SIGMA_BOUND_EQ,
	SIGMA_BOUND_NEQ
};
struct sigma_bound {
	enum sigma_bound_op op;
	double number;
};
struct sigma_alias {
	struct str name;    /* used in group-by */
	struct str *rules;  /* rule id or name, as written */
	struct str *fields; /* field of that rule */
	size_t n;
};
struct sigma_rule;
struct sigma_correlation {
	enum sigma_correlation_type type;
	struct sigma_strs rules; /* ids or names as written; for a boolean temporal condition those it names */
	const struct sigma_rule **resolved; /* n = rules.n, after linking; NULL where a name is not among the rules */
	bool unresolved;                    /* one of them is NULL: loaded, but it cannot be evaluated */
	struct sigma_strs group_by;
	struct sigma_alias *aliases;
	size_t n_aliases;
	int64_t timespan_ns;
	struct sigma_bound *bounds; /* all must hold; none for plain temporal */
	size_t n_bounds;
	struct sigma_strs fields;     /* condition.field: one, or a tuple for value_count */
	double percentile;            /* value_percentile; 50 when not given */
	struct sigma_expr *condition; /* 2.2: boolean over rule names (SIGMA_RULE_REF); NULL otherwise */
	bool generate;                /* the referenced rules' own detections are wanted as well */
};
struct sigma_filter {
	bool any;                /* all rules its logsource admits */
	struct sigma_strs rules; /* ids or names */
};
struct sigma_related {
	struct str id, type;
};

/* One document of any kind that parsed. Absent texts have len 0. */
struct sigma_rule {
	enum sigma_kind kind;
	struct str id, title, name, description, author, status, license, taxonomy, date, modified, scope;
	enum sigma_level level;
	struct sigma_strs tags, references, falsepositives, fields;
	struct sigma_related *related;
	size_t n_related;
	struct sigma_logsource logsource;      /* after pipelines */
	struct sigma_expr *condition;          /* RULE and FILTER; filters are ANDed in by linking */
	struct sigma_correlation *correlation; /* CORRELATION */
	struct sigma_filter *filter;           /* FILTER */
	struct value document;                 /* the whole YAML map, for custom attributes */
	struct str path;                       /* as given to sigma_parse */
	uint32_t line;                         /* of the document's first key */
	uint32_t index;                        /* position in sigma_set.rules after linking */
	bool silent;                           /* referenced by a correlation without generate: fires only for it */
};

/* A document that was refused: what is known of it, and why (also in diags). */
struct sigma_refused {
	struct str id, title, path, reason;
	enum sigma_kind kind;
	uint32_t line;
};

/* What one file gave. */
struct sigma_docs {
	VEC(struct sigma_rule *) rules;
	VEC(struct sigma_refused) refused;
};
/* Parses the documents of one file: multi-document, `action: global|reset|repeat` collections. One bad document is
 * refused alone. Appends to *out. Fails only for memory. `path` and `text` must outlive the arena's use (they are
 * borrowed). */
fallible sigma_parse(struct arena *arena, struct str path, struct str text, struct sigma_docs *out,
                     struct diag_list *diags);

struct sigma_pipeline;
/* Parses a pipeline file (pySigma's YAML). Which transformations are understood: see lang/sigma/README.md. */
fallible sigma_pipeline_parse(struct arena *arena, struct str path, struct str text, struct sigma_pipeline **ret,
                              struct diag_list *diags);

struct sigma_options {
	struct sigma_pipeline **pipelines; /* in order of their priority after linking */
	size_t n_pipelines;
	struct value placeholders; /* map of name -> string or list, or absent */
};
struct sigma_set {
	struct sigma_rule **rules; /* RULE then CORRELATION; filters are applied, not listed here */
	size_t n;
	struct sigma_rule **filters;
	size_t n_filters;
	struct sigma_refused *refused;
	size_t n_refused;
};
/* Joins what the files gave (several docs, from several threads). Refuses alone: duplicate ids and names (the first
 * stays; one may stand once in every taxonomy), unresolved placeholders, correlations that form a cycle, what a
 * pipeline refuses. A correlation or filter that names what is not among the rules is loaded with a warning. Order of
 * rules: by path, then line, so the result does not depend on the order of files. Once only for the same docs: rules
 * are changed in place. options may be NULL. */
fallible sigma_link(struct arena *arena, struct sigma_docs *docs, size_t n_docs, const struct sigma_options *options,
                    struct sigma_set *ret, struct diag_list *diags);

/* String patterns by themselves (used by values, pipelines, tests). */
fallible sigma_string_parse(struct arena *arena, struct str text, struct sigma_string *ret);
#endif
