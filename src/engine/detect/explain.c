/*
 * Why: the values and patterns that made a rule true, and for people who write rules the truth of every node of the
 * condition.
 */
#include "base/limits.h"
#include "base/utf8.h"
#include "engine/detect/program.h"

/* A copy of a value's text for showing: cut at a character border, NULL for null. */
static fallible shown_value(struct detect_scratch *s, struct cell *c, struct arena *arena, struct match_reason *r)
{
	if (c == NULL || c->type == 'n')
		return ERR_OK;
	struct str t = cell_text(s, c);
	if (t.len > LIMIT_MATCHED_VALUE_BYTES) {
		t.len = LIMIT_MATCHED_VALUE_BYTES;
		while (t.len > 0 && ((unsigned char)t.ptr[t.len] & 0xC0) == 0x80)
			t.len--;
		r->truncated = true;
	}
	r->value = arena_str(arena, t);
	return got(r->value.ptr);
}

struct reasons {
	const struct rule *rule;
	struct arena *arena;
	VEC(struct match_reason) list;
	uint32_t seen[LIMIT_MATCHED_SHOWN], n_seen; /* predicates already shown */
};

/* Rules that ask the same in other words share a predicate: this rule's own leaf. */
static const struct sigma_expr *own_leaf(const struct detect_program *p, const struct rule *rule, uint32_t pred)
{
	for (uint32_t i = 0; i < rule->n_leaves; i++)
		if (p->leaves.at[rule->first_leaf + i].pred == pred)
			return p->leaves.at[rule->first_leaf + i].leaf;
	return p->preds.at[pred].leaf;
}

/* `which` of the leaf's values decided. */
static fallible add_reason(struct detect_scratch *s, struct reasons *r, const struct sigma_expr *leaf, size_t which,
                           struct cell *c)
{
	struct match_reason m = { .field = leaf->field,
		                  .modifier = leaf->modifiers,
		                  .pattern = leaf->values[which].text };
	if (r->list.n >= LIMIT_MATCHED_SHOWN)
		return ERR_OK;
	TRY(shown_value(s, c, r->arena, &m));
	return vec_push(&r->list, r->arena, m);
}

static fallible collect_pred(struct detect_scratch *s, uint32_t pred, struct reasons *r)
{
	struct cell *cell;
	const struct pattern *pattern;
	const struct pred *pr = &s->program->preds.at[pred];
	for (uint32_t i = 0; i < r->n_seen; i++)
		if (r->seen[i] == pred)
			return ERR_OK;
	if (r->n_seen == ARRAY_LEN(r->seen))
		return ERR_OK;
	r->seen[r->n_seen++] = pred;
	if (pred_decide(s, pr, &cell, &pattern) != TRUTH_TRUE)
		return ERR_OK;
	return add_reason(s, r, own_leaf(s->program, r->rule, pred), (size_t)(pattern - pr->patterns), cell);
}

static fallible collect(struct detect_scratch *s, uint32_t term, struct reasons *r)
{
	if ((term & TERM_NOT) || term_eval(s, term) != TRUTH_TRUE)
		return ERR_OK;
	if (term & TERM_PRED)
		return collect_pred(s, term & TERM_INDEX, r);
	const struct node *n = &s->program->nodes.at[term & TERM_INDEX];
	for (uint32_t i = 0; i < n->n; i++)
		TRY(collect(s, n->terms[i], r));
	return ERR_OK;
}

/* What is there tells more than what is not: absent values go last, otherwise the order stays. */
static void absent_last(struct match_reason *at, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct match_reason r = at[i];
		size_t j = i;
		for (; r.value.ptr != NULL && j > 0 && at[j - 1].value.ptr == NULL; j--)
			at[j] = at[j - 1];
		at[j] = r;
	}
}

fallible detect_reasons(const struct detect_program *p, struct detect_scratch *s, uint32_t rule, struct arena *arena,
                        const struct match_reason **ret, size_t *ret_n)
{
	must(s->program == p && rule < p->n_rules);
	struct reasons r = { .rule = &p->rules[rule], .arena = arena };
	TRY(collect(s, p->rules[rule].root, &r));
	absent_last(r.list.at, r.list.n);
	*ret = r.list.at;
	*ret_n = r.list.n;
	return s->memory_gone ? ERR_MEMORY : ERR_OK;
}

/* ---- explain: every node, no short cuts ---- */

struct explain {
	const struct detect_program *program;
	struct detect_scratch *s;
	struct arena *arena;
};

static fallible explain_values(struct explain *x, const struct pred *pr, struct detect_explained *ret)
{
	VEC(struct str) values = { 0 };
	if (pr->field == NO_FIELD)
		return ERR_OK;
	for (struct cell *c = slot_cells(x->s, x->s->plan->slot_of_field[pr->field]); c != NULL;
	     c = cell_next(x->s, c)) {
		struct match_reason shown = { 0 };
		TRY(shown_value(x->s, c, x->arena, &shown));
		TRY(vec_push(&values, x->arena, shown.value));
		if (values.n >= LIMIT_MATCHED_SHOWN)
			break;
	}
	ret->values = values.at;
	ret->n_values = values.n;
	return ERR_OK;
}

static fallible explain_leaf(struct explain *x, const struct sigma_expr *leaf, uint32_t pred,
                             struct detect_explained *ret)
{
	struct cell *cell;
	const struct pattern *pattern;
	const struct pred *pr = &x->program->preds.at[pred];
	struct reasons r = { .arena = x->arena };

	TRY(explain_values(x, pr, ret));
	enum truth t = pred_decide(x->s, pr, &cell, &pattern);
	ret->truth = t == TRUTH_TRUE ? EXPLAIN_TRUE : t == TRUTH_FALSE ? EXPLAIN_FALSE : EXPLAIN_UNDETERMINED;
	if (t == TRUTH_TRUE)
		TRY(add_reason(x->s, &r, leaf, (size_t)(pattern - pr->patterns), cell));
	ret->reasons = r.list.at;
	ret->n_reasons = r.list.n;
	return ERR_OK;
}

static int join_truth(bool all, const struct detect_explained *children, size_t n)
{
	int result = all ? EXPLAIN_TRUE : EXPLAIN_FALSE, stop = all ? EXPLAIN_FALSE : EXPLAIN_TRUE;
	for (size_t i = 0; i < n; i++) {
		if ((int)children[i].truth == stop)
			return stop;
		if (children[i].truth == EXPLAIN_UNDETERMINED)
			result = EXPLAIN_UNDETERMINED;
	}
	return result;
}

/* Compiled terms are sorted by cost, so a leaf's predicate is found by the leaf. Slow, for one rule and one event. */
static fallible leaf_pred(struct explain *x, const struct sigma_expr *leaf, uint32_t *ret)
{
	for (size_t i = 0; i < x->program->leaves.n; i++)
		if (x->program->leaves.at[i].leaf == leaf) {
			*ret = x->program->leaves.at[i].pred;
			return ERR_OK;
		}
	return ERR_INTERNAL;
}

static fallible explain_node(struct explain *x, const struct sigma_expr *expr, struct detect_explained *ret)
{
	uint32_t pred;
	*ret = (struct detect_explained){ .expr = expr };
	if (expr->kind == SIGMA_LEAF) {
		TRY(leaf_pred(x, expr, &pred));
		return explain_leaf(x, expr, pred, ret);
	}
	ret->n = expr->n;
	ret->children = arena_new_n(x->arena, struct detect_explained, expr->n);
	TRY(got(ret->children));
	for (size_t i = 0; i < expr->n; i++)
		TRY(explain_node(x, expr->children[i], &ret->children[i]));
	int truth;
	if (expr->kind == SIGMA_NOT)
		truth = ret->children[0].truth == EXPLAIN_UNDETERMINED ? EXPLAIN_UNDETERMINED
		        : ret->children[0].truth == EXPLAIN_TRUE       ? EXPLAIN_FALSE
		                                                       : EXPLAIN_TRUE;
	else
		truth = join_truth(expr->kind == SIGMA_AND, ret->children, ret->n);
	ret->truth = truth == EXPLAIN_TRUE    ? EXPLAIN_TRUE
	             : truth == EXPLAIN_FALSE ? EXPLAIN_FALSE
	                                      : EXPLAIN_UNDETERMINED;
	return ERR_OK;
}

fallible detect_explain(struct detect_program *p, struct detect_scratch *s, uint32_t rule, const struct event *e,
                        struct arena *arena, struct detect_explained *ret, bool *ret_logsource)
{
	struct explain x = { p, s, arena };
	must(rule < p->n_rules && p->rules[rule].active);
	*ret_logsource = detect_logsource_admits(&p->rules[rule].sigma->logsource, &e->logsource);
	/* The plan of all rules, so that the fields are there even when the logsource does not admit the event. */
	if (plan_overflow(p, e->view) == NULL)
		TRY(plan_place(p, e, true));
	TRY(scratch_start(s, plan_overflow(p, e->view), e));
	return explain_node(&x, p->rules[rule].sigma->condition, ret);
}
