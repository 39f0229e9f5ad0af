#ifndef ENGINE_DETECT_PROGRAM_H
#define ENGINE_DETECT_PROGRAM_H
/*
 * What is behind detect.h. Three layers, each immutable once built:
 *
 *	program	fields, predicates (deduplicated leaves) and rules as small boolean trees over predicates
 *	plan	what concerns one (view, logsource): its rules, the trie that takes their fields out of a record, and the
 *		witnesses that tell in one pass which rules can match at all
 *	scratch	one thread's working memory: the cells found in the event, memoised predicate results, candidate bits
 *
 * A *witness* of a rule is a set of atoms (field equals/starts/ends with/contains a literal, equals a number, is present) of
 * which at least one holds whenever the rule does. Events are looked at once for all witnesses; only rules with a witness seen
 * (and the few that have none) are evaluated.
 */
#include <stdatomic.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "engine/detect/detect.h"
#include "lang/regex/regex.h"

#define NO_FIELD UINT32_MAX
#define NO_INDEX UINT32_MAX
enum truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNDETERMINED };

/* ---- patterns: one value of a leaf, made ready ---- */
enum pattern_kind {
	PATTERN_EXACT, PATTERN_PREFIX, PATTERN_SUFFIX, PATTERN_CONTAINS, PATTERN_GLOB, PATTERN_ANY, /* strings */
	PATTERN_NUMBER, PATTERN_BOOL, PATTERN_NULL, PATTERN_REGEX, PATTERN_CIDR, PATTERN_COMPARE, PATTERN_EXISTS,
	PATTERN_FIELDREF,
};
struct pattern {
	enum pattern_kind kind;
	const struct sigma_value *value;
	struct str text; /* EXACT..CONTAINS: the literal, folded unless cased */
	const struct sigma_string *glob; /* GLOB: parts, folded unless cased */
	struct regex *regex; /* REGEX: compiled when a plan first needs it */
	uint32_t field; /* FIELDREF: the other field */
};
/* What comparing one string pattern needs, closely packed: lists of a hundred are common. */
struct plain {
	const char *ptr;
	uint32_t len;
	unsigned char kind; /* enum pattern_kind, strings only */
	char last;	    /* ptr's last byte */
};
struct pred {
	uint32_t field; /* NO_FIELD = keywords */
	uint32_t n;
	struct pattern *patterns;
	const struct sigma_expr *leaf; /* the first leaf that gave it, for words */
	unsigned cost; /* relative cost of evaluating */
	struct plain *plain; /* of all patterns, when all are strings without regard to case; else NULL */
	bool regex_bad; /* could not be compiled: undetermined */
};
/*
 * A term of a condition: a node or a predicate, perhaps negated, in one word. Negations and leaves are no nodes of their own, so deciding a condition is a
 * loop over words.
 */
enum { TERM_INDEX = (1u << 30) - 1 };
#define TERM_NOT (1u << 30)
#define TERM_PRED (1u << 31)
struct node {
	bool all; /* conjunction, else disjunction */
	uint32_t n;
	uint32_t *terms;
};
/* Which predicate a leaf became, for explaining. */
struct leaf_pred {
	const struct sigma_expr *leaf;
	uint32_t pred;
};
struct rule {
	const struct sigma_rule *sigma;
	struct detection_rule info;
	uint32_t root; /* term */
	uint32_t first_leaf, n_leaves; /* in program->leaves: which words are this rule's */
	bool active;
	const char *refused;
};
struct plan;
enum { PLANS_MAX = 512, PLAN_TABLE = 2048 };
struct detect_program {
	struct arena arena;
	const struct sigma_set *set;
	struct rule *rules; /* by sigma index */
	uint32_t n_rules, n_active;
	VEC(struct str) fields;
	struct map field_ids;
	VEC(struct pred) preds;
	struct map pred_ids;
	VEC(struct node) nodes;
	VEC(struct leaf_pred) leaves;
	struct detect_options options;
	_Atomic(struct plan *) table[PLAN_TABLE]; /* open addressing; written under the caller's lock */
	_Atomic uint32_t n_plans;
};

/* ---- plan ---- */
/* Which slots a key's value goes to, and at which rank (view.h). */
struct slot_ref {
	uint32_t slot;
	uint16_t rank;
};
/* One key of a trie node's hash table. */
struct trie_key {
	uint64_t hash; /* 0 = empty */
	const char *ptr;
	uint32_t len;
	uint32_t child; /* trie node, or 0 */
	uint32_t first_ref, n_refs; /* in plan->refs */
};
struct trie_node {
	struct trie_key *keys;
	uint32_t mask;
};
/* A list of plan-local rule numbers in plan->lists. */
struct rule_list {
	uint32_t first, n;
};
/* Literal table for whole values, starts or ends: keyed by (length class, 8 bytes with bit 5 set). */
struct literal {
	uint64_t key; /* of literal_key */
	struct str text; /* folded */
	struct rule_list rules;
	uint32_t next; /* with equal key; NO_INDEX ends */
};
struct literal_table {
	uint32_t *buckets; /* index into literals or NO_INDEX */
	uint32_t mask;
	struct literal *literals;
	uint32_t n;
	uint32_t short_lengths; /* bit L set: literals of L < 8 bytes exist */
	bool has_long;
};
/* Literals anywhere in a value, by windows of each; see grams.c. */
struct gram_literal {
	struct str text; /* folded */
	struct rule_list rules;
	uint64_t head, mask; /* its first eight bytes with bit 5 set, and which of them count */
};
/* A literal under one of its windows: the window begins `offset` bytes into it. */
struct gram_entry {
	uint32_t literal, offset;
};
struct gram_slot {
	uint32_t gram; /* 0 = free; wide ones are above, narrow ones up to UINT16_MAX */
	uint32_t first, n; /* entries */
};
struct grams {
	uint64_t *wide_bits, *narrow_bits;
	struct gram_slot *slots; /* open addressing */
	struct gram_entry *entries;
	struct gram_literal *literals;
	uint32_t *singles; /* literals of one byte */
	uint32_t n, n_singles, stride, wide_mask, slot_mask;
	bool has_wide, has_narrow;
};
struct number_entry {
	int64_t number;
	struct rule_list rules;
};
struct slot {
	uint32_t field;
	struct literal_table exact, prefix, suffix;
	struct number_entry *numbers; /* sorted */
	uint32_t n_numbers;
	struct grams grams; /* contains */
	struct rule_list present;
};
struct plan {
	const struct view *view;
	uint32_t class_id; /* 0: keyed by logsource */
	struct logsource logsource; /* strings in the plan's arena */
	uint64_t key;
	struct arena arena;
	bool checks_logsource; /* the overflow plan: holds all rules, each candidate's logsource is checked */
	uint32_t *rules; /* local -> program rule */
	uint32_t n_rules, words; /* words of a candidate bit set */
	uint64_t *always; /* rules without a witness */
	bool has_always;
	VEC(uint32_t) lists;
	struct trie_node *trie;
	uint32_t n_trie;
	struct slot_ref *refs;
	struct slot *slots;
	uint32_t n_slots;
	uint32_t *slot_of_field; /* by program field; NO_INDEX */
	uint32_t *witness_slots; /* slots with any witness */
	uint32_t n_witness_slots;
	struct grams keywords; /* over the whole string pool */
	uint32_t witness_none, witness_total; /* for reports */
};

/* grams.c. Texts are folded and not empty; rules[i] belongs to texts[i]. */
fallible grams_build(struct grams *g, const struct str *texts, const struct rule_list *rules, size_t n, struct arena *arena);
/* Nominates the rules of every literal that stands in v, ASCII case ignored. */
void grams_scan(const struct grams *g, struct str v, struct detect_scratch *s);

/* ---- scratch ---- */
struct cell {
	uint32_t at; /* tape index of the value word */
	uint32_t next; /* NO_INDEX ends */
	unsigned char type; /* tape type */
	bool has_text, has_folded, ascii, ascii_known;
	struct str text; /* when has_text */
	struct str folded;
};
struct slot_state {
	uint32_t epoch;
	uint32_t rank;
	uint32_t first, last;
};
struct detect_scratch {
	const struct detect_program *program;
	uint32_t epoch;
	uint32_t *memo; /* by pred: epoch << 2 | truth */
	struct slot_state *slots;
	uint32_t slots_cap;
	struct cell *cells;
	uint32_t n_cells, cells_cap;
	uint64_t *bits;
	uint32_t bits_cap;
	uint32_t *matched, n_matched, matched_cap, *undetermined, n_undetermined;
	bool truncated;
	bool memory_gone; /* an allocation failed while deciding: the answer is not to be trusted */
	struct regex_scratch *regex;
	struct buf text; /* made texts of this event; chunks do not move: see scratch_text */
	struct arena event; /* texts made for this event */
	const struct plan *plan;
	const struct event *current;
	struct logsource logsource;
	struct str pool; /* the record's part of its document's strings */
	char *lower; /* the pool in lower case, made when first needed */
	size_t lower_cap;
	bool lower_ready;
	struct detect_rule_cost *costs;
};
static ALWAYS_INLINE void nominate(struct detect_scratch *s, struct rule_list list)
{
	const uint32_t *rules = s->plan->lists.at + list.first;
	for (uint32_t i = 0; i < list.n; i++)
		s->bits[rules[i] / 64] |= 1ull << rules[i] % 64;
}
/* Do the eight-byte words of p and text differ in more than bit 5? Most texts that do not stand at p end here. */
static ALWAYS_INLINE bool words_differ(const char *p, struct str text)
{
	const uint64_t fold = 0x2020202020202020ull;
	uint64_t a, b;
	for (size_t i = 0; i < text.len; i += 8) {
		size_t at = i + 8 <= text.len ? i : text.len - 8;
		memcpy(&a, p + at, 8);
		memcpy(&b, text.ptr + at, 8);
		if ((a | fold) != (b | fold))
			return true;
	}
	return false;
}
/* Does text (folded) stand at p, ASCII case ignored? */
static inline bool text_stands_at(const char *p, struct str text)
{
	if (text.len >= 8 && words_differ(p, text))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (ascii_lower(p[i]) != text.ptr[i])
			return false;
	return true;
}

/* pattern.c */
fallible pattern_build(struct detect_program *p, const struct sigma_value *v, struct pattern *ret);
unsigned pattern_cost(const struct pattern *p);
/* Glob over text: both folded, or both as they are. */
bool glob_match(const struct sigma_string *g, struct str text);
/* [+-] digits [. digits] [e [+-] digits], nothing else, shorter than 64 bytes; anything else is no number. */
bool number_from_text(struct str s, bool *ret_integer, int64_t *ret_int, double *ret_double);

/* cell.c: the event's values */
struct str cell_text(struct detect_scratch *s, struct cell *c);
struct str cell_folded(struct detect_scratch *s, struct cell *c);
bool cell_ascii(struct detect_scratch *s, struct cell *c);
bool cell_number(struct detect_scratch *s, struct cell *c, bool *ret_integer, int64_t *ret_int, double *ret_double);
/* Takes the plan's fields out of the record. False when it had to stop at a bound. */
fallible walk_record(struct detect_scratch *s, const struct plan *plan, struct value record);
static inline struct cell *slot_cells(struct detect_scratch *s, uint32_t slot)
{
	if (slot == NO_INDEX || s->slots[slot].epoch != s->epoch || s->slots[slot].first == NO_INDEX)
		return NULL;
	return &s->cells[s->slots[slot].first];
}
static inline struct cell *cell_next(struct detect_scratch *s, const struct cell *c)
{
	return c->next == NO_INDEX ? NULL : &s->cells[c->next];
}

/* eval.c */
enum truth pred_eval(struct detect_scratch *s, uint32_t pred);
enum truth term_eval(struct detect_scratch *s, uint32_t term);
/* One pattern against one cell (never EXISTS or NULL: those are about the slot). */
enum truth pattern_match(struct detect_scratch *s, const struct pattern *p, struct cell *c);
/* Calls fn for each scalar value of the event until it returns true. */
typedef bool scalar_fn(void *arg, struct detect_scratch *s, struct cell *c);
bool each_scalar(struct detect_scratch *s, scalar_fn *fn, void *arg);
enum truth keyword_match(struct detect_scratch *s, const struct pattern *p, struct cell *c);
/* The whole leaf without the memo; *ret_cell and *ret_pattern say what decided (NULL for absence). */
enum truth pred_decide(struct detect_scratch *s, const struct pred *pr, struct cell **ret_cell, const struct pattern **ret_pattern);

/* witness.c */
enum atom_kind { ATOM_EXACT, ATOM_PREFIX, ATOM_SUFFIX, ATOM_CONTAINS, ATOM_NUMBER, ATOM_PRESENT, ATOM_KEYWORD };
struct atom {
	enum atom_kind kind;
	uint32_t field;
	struct str text; /* folded literal */
	int64_t number;
};
struct witness {
	struct atom *atoms;
	uint32_t n;
	double cost; /* expected cost an event, arbitrary unit */
};
/* How often a value of ordinary events holds the folded literal, 0 to 1: an estimate. */
double witness_literal_share(struct str text);
/* required.c: literals (folded) of which a match of the regex must hold at least one, case ignored; *ret_n 0 when none are known. */
fallible regex_required(struct arena *arena, struct str regex, struct str **ret, uint32_t *ret_n, double *ret_cost);
/* The cheapest witness of a rule, or n = 0 when it has none. */
fallible witness_choose(const struct detect_program *p, uint32_t root, struct arena *arena, struct witness *ret);

/* match.c: makes the scratch ready for an event of this plan */
fallible scratch_start(struct detect_scratch *s, const struct plan *plan, const struct event *e);

/* plan.c */
struct plan *plan_overflow(const struct detect_program *p, const struct view *view); /* NULL if not built */
fallible plan_place(struct detect_program *p, const struct event *e, bool overflow);
uint64_t key_hash(const char *p, size_t n);
struct plan *plan_find(const struct detect_program *p, const struct event *e);
fallible plan_build(struct detect_program *p, const struct event *e, bool overflow, struct plan **ret);
void plan_free(struct plan *plan);
/* index.c: the witness tables of a plan */
struct atom_use {
	struct atom atom;
	uint32_t rule; /* plan-local */
};
/* Sorts uses. */
fallible plan_index_atoms(struct plan *plan, struct atom_use *uses, size_t n);
/* Keys of literals: at most 8 bytes from either end with bit 5 set, so that ASCII case does not count. */
static ALWAYS_INLINE uint64_t word_key(uint64_t word, size_t n) /* n bytes in the low end, the others zero */
{
	uint64_t v = n == 0 ? 0 : word | 0x2020202020202020ull >> (64 - 8 * n);
	v = (v ^ n) * 0x9E3779B97F4A7C15ull;
	v ^= v >> 32;
	return v * 0xC4CEB9FE1A85EC53ull;
}
uint64_t window_key(const char *p, size_t n); /* n <= 8 */
static ALWAYS_INLINE uint64_t exact_key(const char *p, size_t n)
{
	uint64_t a = 0, b = 0;
	if (LIKELY(n >= 8)) {
		memcpy(&a, p, 8);
		memcpy(&b, p + n - 8, 8);
	} else if (n > 0) {
		memcpy(&a, p, n);
		b = a;
	}
	size_t w = n < 8 ? n : 8;
	return word_key(a, w) ^ word_key(b, w) * 3 ^ n * 0x9FB21C651E98DF25ull;
}

#endif
