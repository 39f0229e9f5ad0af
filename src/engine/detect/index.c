/*
 * The witness tables of a plan. Whole values, starts and ends are found by hashing at most eight bytes; whole numbers
 * by binary search; parts by one window each (grams.c). Each entry names the rules it nominates.
 */
#include <stdlib.h>

#include "base/sys.h"
#include "engine/detect/program.h"

uint64_t window_key(const char *p, size_t n)
{
	uint64_t word = 0;
	memcpy(&word, p, n);
	return word_key(word, n);
}

/* ---- sorting uses: by field, kind, text or number, rule ---- */

static int order_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int order_atoms(const struct atom *a, const struct atom *b)
{
	if (a->field != b->field)
		return order_u64(a->field, b->field);
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	size_t n = a->text.len < b->text.len ? a->text.len : b->text.len;
	int c = n > 0 ? memcmp(a->text.ptr, b->text.ptr, n) : 0;
	return c != 0 ? c : order_u64(a->text.len, b->text.len);
}

static int order_uses(const void *x, const void *y)
{
	const struct atom_use *a = x, *b = y;
	int c = order_atoms(&a->atom, &b->atom);
	return c != 0 ? c : order_u64(a->rule, b->rule);
}

/* A run of uses of one atom; *at moves past it. */
static fallible take_atom(struct plan *plan, const struct atom_use *uses, size_t n, size_t *at, struct rule_list *ret)
{
	size_t first = *at;
	*ret = (struct rule_list){ (uint32_t)plan->lists.n, 0 };
	for (; *at < n && order_atoms(&uses[*at].atom, &uses[first].atom) == 0; (*at)++) {
		if (ret->n > 0 && plan->lists.at[plan->lists.n - 1] == uses[*at].rule)
			continue;
		TRY(vec_push(&plan->lists, &plan->arena, uses[*at].rule));
		ret->n++;
	}
	return ERR_OK;
}

/* All rules of a run of uses, whatever the atom. */
static fallible take_rules(struct plan *plan, const struct atom_use *uses, size_t n, struct rule_list *ret)
{
	*ret = (struct rule_list){ (uint32_t)plan->lists.n, 0 };
	for (size_t i = 0; i < n; i++) {
		TRY(vec_push(&plan->lists, &plan->arena, uses[i].rule));
		ret->n++;
	}
	return ERR_OK;
}

static uint64_t table_key(enum atom_kind kind, struct str t)
{
	size_t w = t.len < 8 ? t.len : 8;
	if (kind == ATOM_EXACT)
		return exact_key(t.ptr, t.len);
	return kind == ATOM_PREFIX ? window_key(t.ptr, w) : window_key(t.ptr + t.len - w, w);
}

static fallible build_table(struct plan *plan, const struct atom_use *uses, size_t n, struct literal_table *t)
{
	enum atom_kind kind = uses[0].atom.kind;
	uint32_t cap = 4;
	while (cap < 2 * n)
		cap *= 2;
	t->mask = cap - 1;
	t->buckets = arena_new_n(&plan->arena, uint32_t, cap);
	t->literals = arena_new_n(&plan->arena, struct literal, n);
	TRY(got(t->buckets));
	TRY(got(t->literals));
	memset(t->buckets, 0xFF, cap * sizeof(*t->buckets));
	for (size_t at = 0; at < n;) {
		struct literal *l = &t->literals[t->n];
		l->text = arena_str(&plan->arena, uses[at].atom.text);
		TRY(got(l->text.ptr));
		l->key = table_key(kind, l->text);
		TRY(take_atom(plan, uses, n, &at, &l->rules));
		uint32_t *bucket = &t->buckets[l->key >> 20 & t->mask];
		l->next = *bucket;
		*bucket = t->n++;
		if (l->text.len < 8)
			t->short_lengths |= 1u << l->text.len;
		else
			t->has_long = true;
	}
	return ERR_OK;
}

static fallible build_numbers(struct plan *plan, const struct atom_use *uses, size_t n, struct slot *slot)
{
	slot->numbers = arena_new_n(&plan->arena, struct number_entry, n);
	TRY(got(slot->numbers));
	for (size_t at = 0; at < n;) {
		struct number_entry *e = &slot->numbers[slot->n_numbers++];
		e->number = uses[at].atom.number;
		TRY(take_atom(plan, uses, n, &at, &e->rules));
	}
	return ERR_OK;
}

/* Literals anywhere in a value (contains, keywords). */
static fallible build_grams(struct plan *plan, const struct atom_use *uses, size_t n, struct grams *grams)
{
	auto_arena a = { 0 };
	struct str *texts = arena_new_n(&a, struct str, n);
	struct rule_list *rules = arena_new_n(&a, struct rule_list, n);
	size_t used = 0;
	TRY(got(texts));
	TRY(got(rules));
	for (size_t at = 0; at < n; used++) {
		texts[used] = uses[at].atom.text;
		TRY(take_atom(plan, uses, n, &at, &rules[used]));
	}
	return grams_build(grams, texts, rules, used, &plan->arena);
}

static size_t run_of_kind(const struct atom_use *uses, size_t n, enum atom_kind kind)
{
	size_t i = 0;
	while (i < n && uses[i].atom.kind == kind)
		i++;
	return i;
}

/* All uses of one field, sorted by kind. */
static fallible index_slot(struct plan *plan, const struct atom_use *uses, size_t n, struct slot *slot)
{
	for (size_t at = 0; at < n;) {
		enum atom_kind kind = uses[at].atom.kind;
		size_t run = run_of_kind(uses + at, n - at, kind);
		switch (kind) {
		case ATOM_EXACT:
			TRY(build_table(plan, uses + at, run, &slot->exact));
			break;
		case ATOM_PREFIX:
			TRY(build_table(plan, uses + at, run, &slot->prefix));
			break;
		case ATOM_SUFFIX:
			TRY(build_table(plan, uses + at, run, &slot->suffix));
			break;
		case ATOM_CONTAINS:
			TRY(build_grams(plan, uses + at, run, &slot->grams));
			break;
		case ATOM_NUMBER:
			TRY(build_numbers(plan, uses + at, run, slot));
			break;
		case ATOM_PRESENT:
			TRY(take_rules(plan, uses + at, run, &slot->present));
			break;
		case ATOM_KEYWORD:
			return ERR_INTERNAL;
		}
		at += run;
	}
	return ERR_OK;
}

fallible plan_index_atoms(struct plan *plan, struct atom_use *uses, size_t n)
{
	plan->witness_slots = arena_new_n(&plan->arena, uint32_t, plan->n_slots);
	TRY(got(plan->witness_slots));
	if (n > 1)
		qsort(uses, n, sizeof(*uses), order_uses);
	for (size_t at = 0; at < n;) {
		uint32_t field = uses[at].atom.field;
		size_t end = at;
		while (end < n && uses[end].atom.field == field)
			end++;
		if (field == NO_FIELD) {
			TRY(build_grams(plan, uses + at, end - at, &plan->keywords));
		} else {
			uint32_t slot = plan->slot_of_field[field];
			plan->witness_slots[plan->n_witness_slots++] = slot;
			TRY(index_slot(plan, uses + at, end - at, &plan->slots[slot]));
		}
		at = end;
	}
	return ERR_OK;
}
