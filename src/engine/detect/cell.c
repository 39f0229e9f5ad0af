/*
 * Taking an event's values out of its tape. One pass visits only keys that some rule of the plan names; what it finds
 * is kept as cells, a linked list per slot (a rule field). Texts of numbers, folded texts and texts of whole containers
 * are made only when a predicate asks.
 */
#include "base/buf.h"
#include "base/limits.h"
#include "base/sys.h"
#include "base/utf8.h"
#include "engine/detect/program.h"
#include "json/json.h"

static inline uint64_t load8(const char *p)
{
	uint64_t v;
	memcpy(&v, p, 8);
	return v;
}
static inline uint32_t load4(const char *p)
{
	uint32_t v;
	memcpy(&v, p, 4);
	return v;
}

/* First and last eight bytes and the length, mixed. Tables are built from rules, not from events, so it need not be
 * keyed. */
static ALWAYS_INLINE uint64_t key_hash_inline(const char *p, size_t n)
{
	uint64_t a = 0, b = 0;
	if (n >= 8) {
		a = load8(p);
		b = load8(p + n - 8);
	} else if (n >= 4) {
		a = load4(p);
		b = load4(p + n - 4);
	} else if (n > 0) {
		a = (unsigned char)p[0] | (uint64_t)(unsigned char)p[n / 2] << 8 |
		    (uint64_t)(unsigned char)p[n - 1] << 16;
	}
	uint64_t h = (a ^ (n * 0x9E3779B97F4A7C15ull)) * 0xFF51AFD7ED558CCDull;
	h ^= (b + 0x9E3779B97F4A7C15ull) * 0xC4CEB9FE1A85EC53ull;
	h ^= h >> 29;
	h *= 0x9FB21C651E98DF25ull;
	h ^= h >> 32;
	return h | 1;
}

uint64_t key_hash(const char *p, size_t n)
{
	return key_hash_inline(p, n);
}

/* ---- walking ---- */

struct walk {
	struct detect_scratch *s;
	const struct plan *plan;
	const uint64_t *tape;
	const char *strings;
	enum err err;
};

static NOINLINE bool cells_grow(struct walk *w)
{
	struct detect_scratch *s = w->s;
	if (s->cells_cap >= LIMIT_EVENT_VALUES) {
		s->truncated = true;
		return false;
	}
	uint32_t cap = s->cells_cap == 0 ? 256 : s->cells_cap * 2;
	cap = cap < LIMIT_EVENT_VALUES ? cap : LIMIT_EVENT_VALUES;
	struct cell *grown = sys_realloc(s->cells, cap * sizeof(*grown));
	if (grown == NULL) {
		w->err = ERR_MEMORY;
		return false;
	}
	s->cells = grown;
	s->cells_cap = cap;
	return true;
}

static ALWAYS_INLINE void add_cell(struct walk *w, const struct slot_ref *ref, uint32_t at, unsigned char type)
{
	struct detect_scratch *s = w->s;
	struct slot_state *state = &s->slots[ref->slot];

	if (state->epoch != s->epoch) {
		state->epoch = s->epoch;
		state->rank = ref->rank;
		state->first = NO_INDEX;
	} else if (ref->rank != state->rank) {
		if (ref->rank > state->rank)
			return;
		state->rank = ref->rank;
		state->first = NO_INDEX;
	}
	if (UNLIKELY(s->n_cells == s->cells_cap) && !cells_grow(w))
		return;
	uint32_t i = s->n_cells++;
	struct cell *c = &s->cells[i];
	*c = (struct cell){ .at = at, .next = NO_INDEX, .type = type };
	if (type == '"') {
		c->text = tape_str(w->strings, w->tape[at]);
		c->has_text = true;
	}
	if (state->first == NO_INDEX)
		state->first = i;
	else
		s->cells[state->last].next = i;
	state->last = i;
}

static void walk_map(struct walk *w, uint32_t at, uint32_t node, uint32_t depth);

/* The value at `at` belongs to this key; a list stands for each of its members. */
static void take_value(struct walk *w, uint32_t at, const struct trie_key *key, uint32_t depth)
{
	uint64_t word = w->tape[at];
	unsigned char type = tape_type(word);

	if (type == 'm') {
		take_value(w, at + 1, key, depth);
		return;
	}
	if (type == '[') {
		if (depth == 0) {
			w->s->truncated = true;
			return;
		}
		uint32_t end = (uint32_t)word - 1;
		for (uint32_t i = at + 1; i < end; i = tape_skip(w->tape, i))
			take_value(w, i, key, depth - 1);
		return;
	}
	for (uint32_t i = 0; i < key->n_refs; i++)
		add_cell(w, &w->plan->refs[key->first_ref + i], at, type);
	if (type == '{' && key->child != 0)
		walk_map(w, at, key->child, depth);
}

static void walk_map(struct walk *w, uint32_t at, uint32_t node, uint32_t depth)
{
	const struct trie_node *t = &w->plan->trie[node];
	const uint64_t *tape = w->tape;
	uint32_t end = (uint32_t)tape[at] - 1;

	if (depth == 0) {
		w->s->truncated = true;
		return;
	}
	for (uint32_t i = at + 1; i < end;) {
		struct str k = tape_str(w->strings, tape[i]);
		uint64_t h = key_hash_inline(k.ptr, k.len);
		for (uint32_t b = (uint32_t)h >> 1;; b++) {
			const struct trie_key *key = &t->keys[b & t->mask];
			if (key->hash == 0)
				break;
			if (key->hash == h && key->len == k.len && memcmp(key->ptr, k.ptr, k.len) == 0) {
				take_value(w, i + 1, key, depth - 1);
				break;
			}
		}
		i = tape_skip(tape, i + 1);
	}
}

fallible walk_record(struct detect_scratch *s, const struct plan *plan, struct value record)
{
	struct walk w = { .s = s, .plan = plan, .err = ERR_OK };

	s->n_cells = 0;
	if (record.doc == NULL || value_kind(record) != VALUE_MAP)
		return ERR_OK;
	w.tape = record.doc->tape;
	w.strings = record.doc->strings;
	uint32_t at = record.at;
	while (tape_type(w.tape[at]) == 'm')
		at++;
	walk_map(&w, at, 0, 1100); /* simdjson stops at 1,024, the tolerant parser earlier */
	return w.err;
}

/* ---- texts ---- */

static struct str made_text(struct detect_scratch *s, const char *p, size_t n)
{
	return arena_str(&s->event, (struct str){ p, n });
}

static struct str container_text(struct detect_scratch *s, const struct cell *c)
{
	s->text.max = 2 * (size_t)LIMIT_RECORD_BYTES;
	buf_reset(&s->text);
	json_write_value(&s->text, (struct value){ s->current->record.doc, c->at });
	if (buf_err(&s->text) != ERR_OK) {
		s->truncated |= buf_err(&s->text) == ERR_LIMIT;
		s->memory_gone |= buf_err(&s->text) == ERR_MEMORY;
		return (struct str){ "", 0 };
	}
	return made_text(s, s->text.ptr, s->text.len);
}

/* The cell's value as text; null gives "" (callers look at the type first). */
struct str cell_text(struct detect_scratch *s, struct cell *c)
{
	if (c->has_text)
		return c->text;
	char scratch[VALUE_TEXT_MAX];
	struct str t = { "", 0 };
	if (c->type == '{' || c->type == '[')
		t = container_text(s, c);
	else if (c->type != 'n' && value_text((struct value){ s->current->record.doc, c->at }, scratch, &t))
		t = made_text(s, t.ptr, t.len);
	if (t.ptr == NULL) {
		s->memory_gone = true; /* the only reason for which a text cannot be made */
		t = (struct str){ "", 0 };
	}
	c->text = t;
	c->has_text = true;
	return t;
}

bool cell_ascii(struct detect_scratch *s, struct cell *c)
{
	if (!c->ascii_known) {
		struct str t = cell_text(s, c);
		c->ascii = utf8_is_ascii(t.ptr, t.len);
		c->ascii_known = true;
	}
	return c->ascii;
}

static void lower_copy(char *to, const char *from, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char ch = (unsigned char)from[i];
		to[i] = (char)(ch + ((unsigned char)(ch - 'A') < 26 ? 32 : 0));
	}
}

/* The event's strings in ASCII lower case, made once; NULL when there is no memory for it. */
static const char *lower_pool(struct detect_scratch *s)
{
	if (s->lower_ready)
		return s->lower;
	if (s->lower_cap < s->pool.len) {
		size_t cap = s->pool.len + s->pool.len / 2 + 4096;
		char *grown = sys_alloc(cap);
		if (grown == NULL)
			return NULL;
		sys_free(s->lower);
		s->lower = grown;
		s->lower_cap = cap;
	}
	lower_copy(s->lower, s->pool.ptr, s->pool.len);
	s->lower_ready = true;
	return s->lower;
}

struct str cell_folded(struct detect_scratch *s, struct cell *c)
{
	if (c->has_folded)
		return c->folded;
	struct str t = cell_text(s, c);
	bool pooled = c->type == '"' && t.ptr >= s->pool.ptr && t.ptr + t.len <= s->pool.ptr + s->pool.len;
	c->folded = t;
	if (!cell_ascii(s, c)) {
		char *out = arena_alloc(&s->event, 3 * t.len);
		if (out != NULL)
			c->folded = (struct str){ out, utf8_fold_into(t.ptr, t.len, out) };
		s->memory_gone |= out == NULL;
	} else if (pooled && lower_pool(s) != NULL) {
		c->folded = (struct str){ s->lower + (t.ptr - s->pool.ptr), t.len };
	} else {
		char *out = arena_alloc(&s->event, t.len);
		if (out != NULL) {
			lower_copy(out, t.ptr, t.len);
			c->folded = (struct str){ out, t.len };
		}
		s->memory_gone |= out == NULL;
	}
	c->has_folded = true;
	return c->folded;
}

bool cell_number(struct detect_scratch *s, struct cell *c, bool *ret_integer, int64_t *ret_int, double *ret_double)
{
	struct value v = { s->current->record.doc, c->at };
	*ret_integer = false;
	*ret_int = 0;
	switch (c->type) {
	case 'l':
		*ret_integer = value_int(v, ret_int);
		*ret_double = (double)*ret_int;
		return true;
	case 'd': {
		double d = 0;
		if (!value_double(v, &d))
			return false;
		*ret_double = d;
		*ret_integer = value_int(v, ret_int);
		return true;
	}
	case 'u':
		return value_double(v, ret_double);
	case '"':
	case 'N':
		return number_from_text(cell_text(s, c), ret_integer, ret_int, ret_double);
	default:
		return false;
	}
}
