#include "oracle/agree.h"

fallible agree_open(struct agree *a, const char *rules)
{
	struct detect_options fast = { 0 }, slow = { .no_prefilter = true };
	TRY(oracle_new(&a->oracle));
	TRY(engine_open(&a->fast, rules, &fast));
	return engine_open(&a->slow, rules, &slow);
}

void agree_close(struct agree *a)
{
	engine_close(&a->fast);
	engine_close(&a->slow);
	oracle_free(&a->oracle);
	arena_clear(&a->arena);
}

static fallible match(struct engine *e, const struct event *event, struct detect_matches *ret)
{
	enum err err = detect_match(e->program, e->scratch, event, ret);
	if (err != ERR_UNPREPARED)
		return err;
	TRY(detect_prepare(e->program, event));
	return detect_match(e->program, e->scratch, event, ret);
}

static enum oracle_truth said(const struct detect_matches *m, uint32_t rule)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->rules[i] == rule)
			return ORACLE_TRUE;
	for (size_t i = 0; i < m->n_undetermined; i++)
		if (m->undetermined[i] == rule)
			return ORACLE_UNDETERMINED;
	return ORACLE_FALSE;
}

static const char *word(enum oracle_truth t)
{
	return t == ORACLE_TRUE ? "true" : t == ORACLE_FALSE ? "false" : "undetermined";
}

static fallible compare_explained(struct agree *a, const struct event *e, uint32_t rule, enum oracle_truth wanted,
                                  bool admits, struct buf *wrong)
{
	static const enum oracle_truth truths[] = { [EXPLAIN_FALSE] = ORACLE_FALSE,
		                                    [EXPLAIN_TRUE] = ORACLE_TRUE,
		                                    [EXPLAIN_UNDETERMINED] = ORACLE_UNDETERMINED };
	struct detect_explained tree;
	bool logsource;
	arena_reset(&a->arena);
	TRY(detect_explain(a->fast.program, a->fast.scratch, rule, e, &a->arena, &tree, &logsource));
	if (truths[tree.truth] != wanted || logsource != admits)
		buf_printf(wrong, "rule %u: explained as %s (logsource %d), oracle says %s (%d)\n", rule,
		           word(truths[tree.truth]), logsource, word(wanted), admits);
	return ERR_OK;
}

static bool fits(enum oracle_truth found, enum oracle_truth wanted, bool prefilter)
{
	/* The prefilter may prove false what by itself stays undetermined. */
	return found == wanted || (prefilter && wanted == ORACLE_UNDETERMINED && found == ORACLE_FALSE);
}

fallible agree_on(struct agree *a, const struct event *e, bool explain, struct buf *wrong)
{
	struct detect_matches fast, slow;
	TRY(match(&a->fast, e, &fast));
	TRY(match(&a->slow, e, &slow));
	oracle_event(a->oracle, e);
	for (uint32_t i = 0; i < a->fast.set.n; i++) {
		const struct sigma_rule *r = a->fast.set.rules[i];
		if (r->kind != SIGMA_RULE || r->condition == NULL || !detect_rule_active(a->fast.program, i))
			continue;
		enum oracle_truth bare, f = said(&fast, i), s = said(&slow, i);
		bool admits = oracle_admits(&r->logsource, &e->logsource);
		TRY(oracle_rule(a->oracle, r, &bare));
		enum oracle_truth wanted = admits ? bare : ORACLE_FALSE;
		a->asked++;
		a->held += wanted == ORACLE_TRUE;
		if (!fits(f, wanted, true) || !fits(s, wanted, false))
			buf_printf(wrong, "rule %u: engine %s, without prefilter %s, oracle %s\n", i, word(f), word(s),
			           word(wanted));
	}
	/* Explaining uses the scratch, so it comes behind the comparison. */
	for (uint32_t i = 0; explain && i < a->fast.set.n; i++) {
		const struct sigma_rule *r = a->fast.set.rules[i];
		enum oracle_truth bare;
		if (r->kind != SIGMA_RULE || r->condition == NULL || !detect_rule_active(a->fast.program, i))
			continue;
		TRY(oracle_rule(a->oracle, r, &bare));
		TRY(compare_explained(a, e, i, bare, oracle_admits(&r->logsource, &e->logsource), wrong));
	}
	return buf_err(wrong);
}

fallible agree_event(struct agree *a, const char *json, const struct agree_shape *shape, bool explain,
                     struct buf *wrong)
{
	TRY(engine_read(&a->fast, json));
	if (value_kind(a->fast.event.record) != VALUE_MAP)
		return ERR_OK; /* decoding yields maps only */
	struct event e = a->fast.event;
	if (shape != NULL) {
		e.view = shape->view != NULL ? shape->view : e.view;
		e.logsource = shape->logsource;
		e.class_id = shape->class_id;
	}
	return agree_on(a, &e, explain, wrong);
}
