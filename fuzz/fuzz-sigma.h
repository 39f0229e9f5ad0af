#ifndef FUZZ_SIGMA_H
#define FUZZ_SIGMA_H
/* What holds for every set of rules that came out of linking. */
#include "base/limits.h"
#include "lang/sigma/sigma.h"

static inline void fuzz_check_value(const struct sigma_value *v)
{
	must(v->kind <= SIGMA_FIELDREF && v->time_part <= SIGMA_YEAR && v->text.len < SIZE_MAX / 2);
	for (size_t i = 0; v->kind == SIGMA_STRING && i < v->string.n; i++) {
		must(v->string.parts[i].kind <= SIGMA_PART_ONE);
		must(v->string.parts[i].kind != SIGMA_PART_TEXT || v->string.parts[i].text.len > 0);
	}
	must(v->kind != SIGMA_REGEX || v->text.len <= LIMIT_REGEX_BYTES);
	must((v->kind != SIGMA_NUMBER && v->kind != SIGMA_COMPARE) || v->number - v->number == 0.0);
}

/* Nodes are shared; `left` bounds the walk of what is written out. */
static inline void fuzz_check_expr(const struct sigma_expr *e, unsigned depth, size_t *left)
{
	must(e != NULL && depth <= 2 * LIMIT_RULE_DEPTH + 8);
	if (*left == 0)
		return;
	--*left;
	switch (e->kind) {
	case SIGMA_LEAF:
		must(e->n == 0 && e->n_values > 0);
		for (size_t i = 0; i < e->n_values; i++)
			fuzz_check_value(&e->values[i]);
		return;
	case SIGMA_NOT:
		must(e->n == 1);
		break;
	case SIGMA_RULE_REF:
		must(e->n == 0 && e->label.len > 0);
		return;
	case SIGMA_AND:
	case SIGMA_OR:
		must(e->n > 0);
		break;
	}
	for (size_t i = 0; i < e->n; i++)
		fuzz_check_expr(e->children[i], depth + 1, left);
}

static inline void fuzz_check_set(const struct sigma_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct sigma_rule *r = set->rules[i];
		size_t left = 100000;
		must(r->index == i && r->kind != SIGMA_FILTER);
		must((r->kind == SIGMA_CORRELATION) == (r->correlation != NULL));
		if (r->kind == SIGMA_RULE)
			fuzz_check_expr(r->condition, 0, &left);
		if (r->kind != SIGMA_CORRELATION)
			continue;
		must(r->correlation->rules.n > 0 && r->correlation->resolved != NULL &&
		     r->correlation->timespan_ns > 0);
		if (r->correlation->condition != NULL)
			fuzz_check_expr(r->correlation->condition, 0, &left);
	}
	for (size_t i = 0; i < set->n_refused; i++)
		must(set->refused[i].reason.len > 0);
}
#endif
