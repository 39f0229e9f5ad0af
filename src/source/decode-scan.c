/*
 * The problem: some sixty ways to recognise a record, and a budget of a hundred nanoseconds. The idea: each way names
 * root keys that must be there; the one that the fewest ways share is its anchor. One pass over the root keys collects
 * the ways whose anchor is there, mostly one or two, and only these are tested.
 */
#include "source/decode-scan.h"

#include "value/value.h"

struct mapping_tag mapping_tag_of(struct str s)
{
	struct mapping_tag t = { 0, 0 };
	uint32_t len = (uint32_t)s.len;
	char head[12] = { 0 };
	memcpy(head, &len, sizeof(len));
	if (s.len < 8) {
		if (s.len > 0)
			memcpy(head + 4, s.ptr, s.len);
		memcpy(&t.a, head, 8);
		if (s.len >= 4)
			memcpy(&t.b, head + s.len - 4, 8);
		return t;
	}
	memcpy(head + 4, s.ptr, 4);
	memcpy(&t.a, head, 8);
	memcpy(&t.b, s.ptr + s.len - 8, 8);
	return t;
}

static inline int find_key(const struct decode_set *set, const char *p)
{
	struct mapping_tag tag = mapping_tag_at(p);
	uint32_t i = (uint32_t)(mapping_tag_hash(tag) >> set->index_shift);
	for (;; i = (i + 1) & set->index_mask) {
		unsigned slot = set->index[i];
		if (slot == 0)
			return -1;
		const struct mapping_key *k = &set->keys[slot - 1];
		if (mapping_tag_eq(tag, p + 4, k->tag, k->key))
			return (int)(slot - 1);
	}
}

void decode_scan_record(struct decode_scan *scan, const struct decode_set *set, struct value record)
{
	scan->record = record;
	memset(scan->present, 0, sizeof(scan->present));
	memset(scan->worth, 0, sizeof(scan->worth));
	if (record.at == 0 || value_kind(record) != VALUE_MAP)
		return;
	const uint64_t *tape = record.doc->tape;
	const char *strings = record.doc->strings;
	uint32_t at = record.at;
	while (tape_type(tape[at]) == 'm')
		at++;
	uint32_t end = (uint32_t)tape[at] - 1;
	for (at++; at < end; at = tape_skip(tape, at)) {
		int slot = find_key(set, strings + tape_payload(tape[at]));
		at++;
		if (slot < 0)
			continue;
		uint64_t *word = &scan->present[slot / 64], bit = 1ull << (slot % 64);
		if ((*word & bit) != 0)
			continue;
		*word |= bit;
		scan->at[slot] = at;
		const struct mapping_key *k = &set->keys[slot];
		if (k->anchor)
			for (unsigned i = 0; i < set->alt_words; i++)
				scan->worth[i] |= k->alts[i];
	}
}

static bool any_matches(const struct mapping_test *t, struct str s)
{
	for (uint32_t i = 0; i < t->n; i++) {
		struct str want = t->values[i];
		bool yes = false;
		if (t->op == TEST_IS)
			yes = str_eq(s, want);
		else if (t->op == TEST_STARTS)
			yes = str_starts(s, want);
		else if (t->op == TEST_ENDS)
			yes = str_ends(s, want);
		else
			yes = s.len >= want.len && memmem(s.ptr, s.len, want.ptr, want.len) != NULL;
		if (yes)
			return true;
	}
	return false;
}

static bool type_matches(const struct mapping_test *t, struct value v)
{
	struct str kind = str_of(value_kind_name(value_kind(v)));
	for (uint32_t i = 0; i < t->n; i++)
		if (str_eq(kind, t->values[i]))
			return true;
	return false;
}

static bool holds(const struct decode_scan *scan, const struct mapping_test *t)
{
	struct value v = decode_scan_get(scan, &t->path);
	char scratch[VALUE_TEXT_MAX];
	struct str s;
	switch (t->op) {
	case TEST_HAS:
		return v.at != 0;
	case TEST_LACKS:
		return v.at == 0;
	case TEST_TYPE:
		return type_matches(t, v);
	case TEST_IS:
	case TEST_STARTS:
	case TEST_ENDS:
	case TEST_CONTAINS:
	default:
		return value_text(v, scratch, &s) && any_matches(t, s);
	}
}

static bool recognises(const struct decode_scan *scan, const struct mapping_alt *alt, unsigned key_words)
{
	uint64_t missing = 0;
	for (unsigned i = 0; i < key_words; i++)
		missing |= alt->need[i] & ~scan->present[i];
	if (missing != 0)
		return false;
	for (uint32_t i = 0; i < alt->n; i++)
		if (!holds(scan, &alt->tests[i]))
			return false;
	return true;
}

uint32_t decode_recognise(const struct decode_scan *scan, const struct decode_set *set)
{
	for (unsigned w = 0; w < set->alt_words; w++)
		for (uint64_t left = scan->worth[w]; left != 0; left &= left - 1) {
			const struct mapping_alt *alt = &set->alts[64 * w + (unsigned)__builtin_ctzll(left)];
			if (recognises(scan, alt, set->key_words))
				return alt->mapping;
		}
	return set->fallback;
}

/* ---- decision trees */

enum { JOINED_MAX = 96 };

/* Members of a list of strings as "a+b+c", so that combinations can be cases. */
static bool join_list(struct value v, char *into, struct str *ret)
{
	size_t len = 0;
	struct value_iter it = value_iter(v);
	while (value_next(&it)) {
		struct str s;
		if (!value_str(it.val, &s) || s.len + len + 1 > JOINED_MAX)
			break;
		if (len > 0)
			into[len++] = '+';
		if (s.len > 0)
			memcpy(into + len, s.ptr, s.len);
		len += s.len;
	}
	*ret = (struct str){ into, len };
	return len > 0;
}

static const struct mapping_node *find_case(const struct mapping_node *node, struct mapping_tag tag, struct str s)
{
	if (node->cases != NULL) {
		for (uint64_t i = mapping_tag_hash(tag) & node->mask; node->cases[i].node != NULL;
		     i = (i + 1) & node->mask)
			if (mapping_tag_eq(tag, s.ptr, node->cases[i].tag, node->cases[i].key))
				return node->cases[i].node;
	}
	for (uint32_t i = 0; i < node->n_starts; i++)
		if (str_starts(s, node->starts[i].key))
			return node->starts[i].node;
	return NULL;
}

/* The child that a value chooses. *ret_found tells whether it is a value that can choose: a scalar that is neither null
 * nor empty, or a list of strings. */
static const struct mapping_node *choose(const struct mapping_node *node, struct value v, bool *ret_found)
{
	char scratch[JOINED_MAX];
	_Static_assert((int)JOINED_MAX >= (int)VALUE_TEXT_MAX, "numbers fit");
	uint64_t word = v.doc->tape[v.at];
	struct str s = { 0 };
	if (LIKELY(tape_type(word) == '"')) {
		s = tape_str(v.doc->strings, word);
		*ret_found = s.len > 0;
		return s.len > 0 ? find_case(node, mapping_tag_at(s.ptr - sizeof(uint32_t)), s) : NULL;
	}
	enum value_kind kind = value_kind(v);
	if (kind == VALUE_LIST)
		*ret_found = join_list(v, scratch, &s);
	else
		*ret_found = kind != VALUE_NULL && value_text(v, scratch, &s) && s.len > 0;
	return *ret_found ? find_case(node, mapping_tag_of(s), s) : NULL;
}

const struct mapping_node *decode_decide(const struct decode_scan *scan, const struct mapping_node *node)
{
	while (node->by.n > 0) {
		const struct mapping_node *next = NULL;
		bool found = false;
		for (uint32_t i = 0; i < node->by.n && !found; i++) {
			struct value v = decode_scan_get(scan, &node->by.at[i]);
			if (v.at != 0)
				next = choose(node, v, &found);
		}
		if (next == NULL && found)
			next = node->present;
		if (next == NULL)
			next = node->otherwise;
		if (next == NULL)
			break;
		node = next;
	}
	return node;
}
