#ifndef SOURCE_MAPPING_H
#define SOURCE_MAPPING_H
/*
 * mapping: one file of content/mappings, compiled. Private to source/. docs/mappings.md describes the language; this is
 * what becomes of it.
 *
 * Everything is built once in the arena of the decode_set and never changes. Recognition costs one pass over the
 * record's root keys: each key is looked up in a table of all root keys that any mapping looks at (decode-scan.h),
 * which gives the set of keys present, where their values are, and the alternatives that are worth testing. A decision
 * tree then gives the logsource.
 */
#include "base/arena.h"
#include "model/event.h"
#include "source/decode.h"

enum {
	MAPPING_KEYS_MAX = 2048, /* different root keys that all mappings look at */
	MAPPING_KEY_WORDS = MAPPING_KEYS_MAX / 64,
	MAPPING_ALTS_MAX = 256, /* alternatives of all mappings */
	MAPPING_ALT_WORDS = MAPPING_ALTS_MAX / 64,
	MAPPING_STEPS_MAX = 16,
	MAPPING_NODES_MAX = 65535,
	MAPPING_NO_SLOT = 0xFFFF,
};

/* A path of exact keys. A list on the way is entered at its first member, or at the one whose member pick_key is
 * pick_value. No steps: the value itself. */
struct mapping_step {
	struct str key, pick_key, pick_value; /* pick_key.ptr NULL = none */
};
struct mapping_path {
	struct mapping_step *steps;
	uint32_t n;
	uint16_t slot; /* of the first key among the root keys of the set; MAPPING_NO_SLOT when it is not one */
};
struct mapping_paths {
	struct mapping_path *at;
	uint32_t n;
};

enum mapping_test_op { TEST_IS, TEST_STARTS, TEST_ENDS, TEST_CONTAINS, TEST_TYPE, TEST_HAS, TEST_LACKS };
struct mapping_test {
	enum mapping_test_op op;
	struct mapping_path path;
	struct str *values; /* any of them */
	uint32_t n;
};
/* One way to recognise a record: all of it must hold. */
struct mapping_alt {
	struct mapping_test *tests;
	uint32_t n;
	uint64_t need[MAPPING_KEY_WORDS]; /* root keys that must be there */
	uint32_t mapping;                 /* index in the set */
};

/* What 16 bytes of a key or value tell: length, first four and last eight bytes. For up to 12 bytes that is all of it.
 */
struct mapping_tag {
	uint64_t a, b;
};
struct mapping_case {
	struct mapping_tag tag;
	struct str key;
	struct mapping_node *node; /* NULL = free slot */
};
/* A decision: the first of `by` that holds a scalar chooses a child; without a child the node itself is the answer. */
struct mapping_node {
	struct logsource logsource;
	uint32_t class_id;
	struct mapping_paths by;
	struct mapping_case *cases; /* open addressing, size mask + 1 */
	uint64_t mask;
	struct mapping_case *starts; /* prefixes, in order */
	uint32_t n_starts;
	struct mapping_node *present, *otherwise; /* any other value; no value (or no `present`) */
};

enum mapping_op_kind {
	OP_AFTER,  /* text behind the first S; unchanged without S */
	OP_BEFORE, /* text in front of the first S; unchanged without S */
	OP_AFTER_LAST,
	OP_BEFORE_LAST,
	OP_HAS,    /* nothing unless S is in it */
	OP_STARTS, /* nothing unless it starts with S */
	OP_NOT,    /* nothing if it is S */
	OP_ARN,    /* partition, service, region, account or resource of an ARN; nothing if it is none */
	OP_PREFIX,
	OP_SUFFIX,
	OP_LOWER,
	OP_GIVES, /* S, whatever it was */
};
struct mapping_op {
	enum mapping_op_kind kind;
	struct str arg;
};
struct mapping_word {
	struct str from, to; /* from "*": anything else */
};
enum mapping_expr_kind { EXPR_PATH, EXPR_TEXT, EXPR_JOIN };
struct mapping_expr {
	enum mapping_expr_kind kind;
	struct mapping_path path;
	struct str text; /* literal, or what stands between joined parts */
	struct mapping_expr *parts;
	uint32_t n_parts;
	struct mapping_op *ops;
	uint32_t n_ops;
	struct mapping_word *words; /* applied last; a text that is not among them gives nothing */
	uint32_t n_words;
};
/* Candidates in order; the first that gives a non-empty text is taken. */
struct mapping_exprs {
	struct mapping_expr *at;
	uint32_t n;
};
enum mapping_fact {
#define FACT(name, group, key, member) FACT_##name,
#include "source/facts.def"
#undef FACT
	FACT_OUTCOME,
	FACT_COUNT
};
enum { RESOURCE_ID, RESOURCE_TYPE, RESOURCE_ACCOUNT, RESOURCE_REGION, RESOURCE_PARTS };
struct mapping_resource {
	bool has_each;
	struct mapping_path each; /* a list: one resource a member, paths are of the member */
	struct mapping_exprs parts[RESOURCE_PARTS];
};
struct mapping_facts {
	struct mapping_paths id, time;
	struct mapping_paths id_with; /* completes an id that several events share: its text follows after a slash */
	struct mapping_exprs fields[FACT_COUNT];
	struct mapping_resource *resources;
	uint32_t n_resources;
};

/* A record that holds records. Of a mapping's several, the first that is there is taken. */
struct mapping_unwrap {
	struct mapping_path each; /* a list of records, or one */
	bool has_text;
	struct mapping_path text; /* of a member: a string with JSON in it, the member itself when it is not */
};
/* A list of {name, value} becomes members of the map that holds the list, so that rule fields find them. */
struct mapping_pairs {
	struct mapping_path at, name, value;
};
struct mapping {
	struct str name, title, file;
	int64_t order;
	bool fallback;        /* takes what no alternative recognises */
	bool explicit_source; /* the record's own "product", "category", "service" count */
	struct view view;
	struct str like; /* name of the mapping whose decisions hold here too; ptr NULL = own */
	struct mapping_node *tree;
	struct mapping_node **nodes; /* all of the tree */
	uint32_t n_nodes;
	struct mapping_unwrap *unwraps;
	uint32_t n_unwraps;
	struct mapping_pairs *pairs;
	uint32_t n_pairs;
	struct str *strip; /* prefixes of root keys to take away: "winlog.event_data." */
	uint32_t n_strip;
	struct str *bytes; /* root keys whose lists of byte values are texts */
	uint32_t n_bytes;
	struct mapping_paths program; /* who wrote `message`, a line of text whose facts become members of the record */
	struct mapping_path message;
	bool has_message;
	struct mapping_facts facts;
	struct mapping_alt *alts;
	uint32_t n_alts;
};

struct mapping_key {
	struct mapping_tag tag;
	struct str key;
	bool anchor;
	uint64_t alts[MAPPING_ALT_WORDS]; /* alternatives to test when this key is there */
};
/* Slots of keys that the decoder itself asks for. */
enum { SLOT_PRODUCT, SLOT_CATEGORY, SLOT_SERVICE, SLOT_LOGSOURCE, SLOTS_OWN };
struct decode_set {
	struct arena arena;
	struct mapping *mappings; /* in order of precedence */
	uint32_t n_mappings, fallback;
	struct mapping_alt *alts; /* in the same order */
	uint32_t n_alts;
	unsigned key_words, alt_words; /* of the bit sets, as many as are in use */
	struct mapping_key *keys;
	uint32_t n_keys;
	uint16_t *index;      /* slot + 1 by hash, 0 = free; size is a power of two */
	unsigned index_shift; /* 64 - log2(size) */
	uint32_t index_mask;
	uint32_t n_classes;
};

/* ---- mapping-parse.c, mapping-facts.c: YAML to struct mapping. Problems go to diags and are counted in `errors`. */
struct mapping_reader {
	struct arena *arena;
	struct decode_text file;
	struct diag_list *diags;
	struct value near; /* the map being read: where a missing part is missed */
	uint32_t errors;
};
void mapping_complain(struct mapping_reader *r, struct value at, const char *hint, const char *fmt, ...) PRINTF(4, 5);
/* ERR_PARSE when anything is wrong with it; ERR_MEMORY. */
fallible mapping_parse(struct mapping_reader *r, struct value doc, struct mapping *ret);
fallible mapping_parse_facts(struct mapping_reader *r, struct value v, struct mapping_facts *ret);
/* Refuses members of a map that are not among `known` (NULL-terminated); also anything that is no map. */
bool mapping_check_keys(struct mapping_reader *r, struct value v, const char *what, const char *const *known);
/* Text of a scalar, copied to the arena. */
fallible mapping_text(struct mapping_reader *r, struct value v, struct str *ret);
/* One value or a list of them: the i-th; `n` of them. A value that is absent has none. */
size_t mapping_many(struct value v);
struct value mapping_nth(struct value v, size_t i);

/* ---- mapping-path.c */
/* "a.b.c"; "\." is a dot inside a key; "a[name=x].b" enters the list a at the member whose "name" is "x"; "." is the
 * value itself. */
fallible mapping_path_parse(struct mapping_reader *r, struct value v, struct mapping_path *ret);
fallible mapping_path_parse_text(struct mapping_reader *r, struct value where, struct str text,
                                 struct mapping_path *ret);
fallible mapping_paths_parse(struct mapping_reader *r, struct value v, struct mapping_paths *ret);
/* The value at the path from step `from` on, absent when a step is missing. */
struct value mapping_walk(const struct mapping_path *p, uint32_t from, struct value v);
static inline struct value mapping_path_get(const struct mapping_path *p, struct value v)
{
	return mapping_walk(p, 0, v);
}

/* ---- decode-facts.c */
struct decode_scan;
/* Of the record that was scanned. */
fallible mapping_facts_read(const struct mapping_facts *f, const struct decode_scan *scan, struct arena *arena,
                            struct event_facts *ret);
/* Any of the ways in which logs write a time; TIME_NONE when v is none of them. year_hint_ns decides for times without
 * a year. */
int64_t mapping_time(struct value v, int64_t year_hint_ns);
#endif
