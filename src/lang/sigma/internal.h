#ifndef LANG_SIGMA_INTERNAL_H
#define LANG_SIGMA_INTERNAL_H
/*
 * What the files of this folder share. A document is read with a struct reader; the first thing that makes it
 * meaningless is reported by refuse(), which gives ERR_REFUSED, and the document is given up alone. Every sigma_rule is
 * the first member of a struct doc, which keeps what linking still needs: values that wait for placeholders, and the
 * leaves that pipelines change.
 */
#include "base/limits.h"
#include "base/utf8.h"
#include "lang/sigma/sigma.h"

struct reader {
	struct arena *arena;
	struct diag_list *diags;
	struct str path, text; /* text "" when it is not at hand: no excerpts */
	struct str reason;     /* why the document at hand was refused */
	uint32_t reason_line;
	uint32_t seen_line; /* excerpt(): a position already found, so that reading on is linear */
	size_t seen_offset;
	struct sigma_docs *out;
};

/* Where a message points. */
struct place {
	uint32_t line, column, length;
};
struct place place_of(struct value v);
/* As place_of, of the key the iterator stands at. */
struct place place_of_key(const struct value_iter *it);

/* Reports an error and remembers it as the reason. Always ERR_REFUSED. */
fallible refuse(struct reader *r, struct place at, const char *code, const char *hint, const char *fmt, ...)
    PRINTF(5, 6);
void warn(struct reader *r, struct place at, const char *code, const char *hint, const char *fmt, ...) PRINTF(5, 6);
/* "did you mean X?" in the arena, or NULL; names are NUL-terminated. */
const char *nearest_hint(struct reader *r, struct str word, const char *const *names, size_t n);

/* string.c */
struct sigma_string string_of_text(struct arena *a, struct str text); /* one literal part; parts NULL on failure */
bool string_has_wildcard(const struct sigma_string *s);
bool string_starts_any(const struct sigma_string *s);
bool string_ends_any(const struct sigma_string *s);
/* A wildcard at the start and/or end, unless there is one. */
fallible string_wrap(struct arena *a, struct sigma_string *s, bool front, bool back);
/* Literal text of all parts when there is no wildcard; else the escaped form. */
fallible string_plain(struct arena *a, const struct sigma_string *s, struct str *ret);
/* The escaped form that sigma_string_parse reads back. */
fallible string_format(struct arena *a, const struct sigma_string *s, struct str *ret);
/* A regular expression for the pattern, without anchors. */
fallible string_to_regex(struct arena *a, const struct sigma_string *s, struct str *ret);

/* encode.c */
enum utf16 { UTF16_LE, UTF16_BE, UTF16_BOM };
fallible encode_utf16(struct arena *a, const struct sigma_string *s, enum utf16 how, struct sigma_string *ret);
fallible encode_base64(struct arena *a, struct str bytes, struct str *ret);
/* The three forms that `bytes` can take inside a longer encoding. */
fallible encode_base64_offsets(struct arena *a, struct str bytes, struct str ret[static 3]);
enum { WINDASH_FORMS = 5 };
/* Every combination of dashes. ERR_LIMIT past max. */
fallible encode_windash(struct arena *a, const struct sigma_string *s, size_t max, struct sigma_string **ret,
                        size_t *ret_n);

/* modifiers.c */
enum modifier {
#define MODIFIER(name, id, kinds, handler) MOD_##id,
#include "lang/sigma/modifiers.def"
#undef MODIFIER
	MOD_COUNT
};
enum { CHAIN_MAX = 16 };
struct chain {
	unsigned char at[CHAIN_MAX];
	unsigned n;
	bool all, neq, expand, regex;
	struct str text; /* as written, without the field */
};
/* Reads "a|b|c". */
fallible chain_parse(struct reader *r, struct place at, struct str text, struct chain *ret);

/* What a placeholder stands for. */
struct binding {
	struct str name;
	struct value value; /* scalar or list of scalars */
	bool wildcard;      /* any value: `*` */
};
typedef VEC(struct binding) binding_list;

/* item.c: one field with its modifiers and values. */
struct item {
	struct str field; /* ptr NULL = keywords */
	struct chain chain;
	struct value raw;
	struct place at;
};
struct doc;
/* Makes the expression of an item. When it waits for placeholders, *ret is an empty leaf that the doc's pending list
 * names. */
fallible item_read(struct reader *r, struct doc *d, const struct value_iter *entry, struct sigma_expr **ret);
/* A keyword leaf of a scalar or a list of scalars. */
fallible item_keywords(struct reader *r, struct doc *d, struct value raw, struct sigma_expr **ret);
/* Writes the item's expression into node, with these placeholders. */
fallible item_fill(struct reader *r, struct doc *d, const struct item *item, const binding_list *bound,
                   struct sigma_expr *node);
/* The values of one scalar after the chain, appended to *ret. */
typedef VEC(struct sigma_value) value_list;
fallible value_modified(struct reader *r, const struct item *item, struct value raw, const binding_list *bound,
                        value_list *ret);
/* Puts v through the item's chain and appends what comes out. modifiers.c */
fallible chain_apply(struct reader *r, const struct item *item, struct sigma_value *v, value_list *ret);
/* Reads a decimal number into v's number, integer and is_integer; false if text is none. */
bool number_read(struct str text, struct sigma_value *v);
/* Refuses a SIGMA_REGEX that does not compile. regex-check.c */
fallible regex_check(struct reader *r, const struct sigma_value *v);
/* A scalar without modifiers. */
fallible value_plain(struct reader *r, struct value raw, struct sigma_value *ret);

/* placeholder.c */
bool placeholder_next(struct str text, size_t *at, struct str *ret_name, size_t *ret_from);
const struct binding *binding_find(const binding_list *list, struct str name);
/* Every string that `raw` stands for. */
struct seed {
	struct sigma_string string;
	struct str text;
};
typedef VEC(struct seed) seed_list;
fallible placeholder_expand(struct reader *r, struct place at, struct str raw, bool regex, const binding_list *bound,
                            seed_list *ret);
/* Resolves what of d's pending items `bound` (d's own) and vars can; the rest stays. */
fallible placeholder_resolve(struct reader *r, struct doc *d, struct value vars);
/* Names of d's pending items, each once. */
fallible placeholder_names(struct reader *r, const struct doc *d, struct sigma_strs *ret);

/* What linking knows of a document beside the rule itself. */
struct pending {
	struct sigma_expr *node;
	struct item item;
};
struct leaf {
	struct sigma_expr *node;
	uint64_t *applied; /* pipeline items that changed it, a bit each; NULL = none */
};
struct doc {
	struct sigma_rule rule; /* first: a struct sigma_rule * from here is a struct doc * */
	VEC(struct leaf) leaves;
	VEC(struct pending) pending;
	binding_list bound;
	size_t nodes;   /* expressions and values made for it */
	unsigned depth; /* of the condition */
	bool shared_id; /* id or name came from `action: global` */
	bool shared_name;
	bool refused;
	bool acyclic;       /* resolve.c */
	unsigned wanted;    /* resolve.c */
	struct doc *next;   /* in link.c: chains */
	uint64_t *applied;  /* pipeline items, a bit each */
	binding_list state; /* of pipelines */
};
static inline struct doc *doc_of(struct sigma_rule *rule)
{
	return (struct doc *)(void *)rule;
}
/* Counts n nodes against LIMIT_RULE_NODES. */
fallible doc_spend(struct reader *r, struct doc *d, struct place at, size_t n);
/* A node, counted, at a place. */
fallible expr_new(struct reader *r, struct doc *d, enum sigma_expr_kind kind, struct place at, struct sigma_expr **ret);
fallible expr_children(struct reader *r, struct sigma_expr *e, size_t n);

/* condition.c */
struct selection {
	struct str name;
	struct sigma_expr *expr;
	struct place at;
	size_t size; /* nodes when written out */
	unsigned depth;
	bool used;
};
struct selections {
	struct selection *at;
	size_t n;
	bool rule_names; /* a correlation's: names become SIGMA_RULE_REF */
	bool open;       /* names not in `at` are added */
	struct arena *arena;
	size_t cap;
};
/* Reads a condition: a string or a list of strings (OR). */
fallible condition_read(struct reader *r, struct doc *d, struct value condition, struct selections *s,
                        struct sigma_expr **ret);
/* `*` in pattern stands for any run. Linear in time. */
bool name_glob(struct str pattern, struct str name);

/* detection.c */
fallible selection_read(struct reader *r, struct doc *d, struct value v, struct str label, struct place at,
                        unsigned depth, struct selection *ret);
/* The selections and the condition of `detection` or `filter`; keys in skip are not selections. */
fallible detection_read(struct reader *r, struct doc *d, struct value section, struct place at, const char *const *skip,
                        struct sigma_expr **ret);

/* attributes.c */
fallible attributes_read(struct reader *r, struct value map, struct sigma_rule *rule);
fallible logsource_read(struct reader *r, struct value map, struct sigma_logsource *ret);
/* A string, number or bool as text; a list or map is refused under what. */
fallible text_read(struct reader *r, struct value v, const char *what, struct str *ret);
/* A list of texts, or one text. */
fallible texts_read(struct reader *r, struct value v, const char *what, struct sigma_strs *ret);

/* correlation.c, filter.c */
fallible correlation_read(struct reader *r, struct doc *d, struct value section, struct place at);
fallible filter_read(struct reader *r, struct doc *d, struct value section, struct place at);

/* collection.c */
/* over laid on under: maps merge, anything else replaces. Memory of the arena, spans kept. */
fallible collection_merge(struct arena *a, struct value under, struct value over, struct value *ret);
/* map with one more member (or this one replaced). */
fallible collection_set(struct arena *a, struct value map, struct str key, struct value val, struct value *ret);

/* pipeline.c and friends */
struct linker;
fallible pipelines_apply(struct reader *r, struct linker *l, const struct sigma_options *options, struct doc *d);

/* link.c: what pipelines may ask. */
struct doc *linker_find(const struct linker *l, struct str id_or_name, struct str taxonomy);
struct str str_lower(struct arena *a,
                     struct str s); /* ASCII; s itself when there is nothing to do; ptr NULL on failure */
#endif
