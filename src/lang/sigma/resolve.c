/* Correlations find the rules they name. One that names what is not loaded stays, unresolved, with a warning: its rules
 * may be elsewhere. Cycles are refused. */
#include "lang/sigma/link.h"

static enum err resolve_one(struct linker *l, struct doc *d)
{
	struct sigma_correlation *c = d->rule.correlation;
	c->resolved = arena_new_n(l->r.arena, const struct sigma_rule *, c->rules.n);
	TRY(got(c->resolved));
	for (size_t i = 0; i < c->rules.n; i++) {
		struct doc *target = linker_find(l, c->rules.at[i], d->rule.taxonomy);
		if (target != NULL && target->rule.kind == SIGMA_FILTER)
			return refuse(&l->r, link_place(d), "sigma-correlation", "name a rule or a correlation",
			              "\"%.*s\" is a filter", STR_FMT(str_cut(c->rules.at[i], 0, 128)));
		c->resolved[i] = target != NULL ? &target->rule : NULL;
		if (target != NULL)
			continue;
		c->unresolved = true;
		warn(&l->r, link_place(d), "sigma-unresolved", "load the rule it names; until then it cannot fire",
		     "the correlation names \"%.*s\", which is not among the rules",
		     STR_FMT(str_cut(c->rules.at[i], 0, 128)));
	}
	return ERR_OK;
}

static bool is_live(const struct doc *d)
{
	return !d->refused && d->rule.kind == SIGMA_CORRELATION;
}

/* Edges go from a correlation to what it names. `waits` counts those whose end has not been taken away yet. */
struct edge {
	size_t to, next; /* index + 1 of the next edge of the same target, 0 = none */
};
struct graph {
	size_t *first, *waits, *queue;
	VEC(struct edge) edges;
	size_t done;
};

static enum err build(struct linker *l, struct graph *g, bool forward)
{
	g->first = arena_new_n(l->r.arena, size_t, l->n);
	g->waits = arena_new_n(l->r.arena, size_t, l->n);
	g->queue = arena_new_n(l->r.arena, size_t, l->n);
	TRY(got(g->first));
	TRY(got(g->waits));
	TRY(got(g->queue));
	g->edges.n = 0;
	for (size_t i = 0; i < l->n; i++)
		l->docs[i]->rule.index = (uint32_t)i;
	for (size_t i = 0; i < l->n; i++) {
		if (!is_live(l->docs[i]) || l->docs[i]->acyclic)
			continue;
		const struct sigma_correlation *c = l->docs[i]->rule.correlation;
		for (size_t k = 0; k < c->rules.n; k++) {
			const struct sigma_rule *t = c->resolved[k];
			if (t == NULL || !is_live(l->docs[t->index]) || l->docs[t->index]->acyclic)
				continue;
			size_t from = forward ? t->index : i, to = forward ? i : t->index;
			g->waits[to]++;
			struct edge e = { to, g->first[from] };
			TRY(vec_push(&g->edges, l->r.arena, e));
			g->first[from] = g->edges.n;
		}
	}
	return ERR_OK;
}

/* Takes away, again and again, what waits for nothing (Kahn). Marks it acyclic. */
static void peel(struct linker *l, struct graph *g)
{
	size_t n = 0;
	for (size_t i = 0; i < l->n; i++)
		if (is_live(l->docs[i]) && !l->docs[i]->acyclic && g->waits[i] == 0)
			g->queue[n++] = i;
	for (size_t k = 0; k < n; k++) {
		l->docs[g->queue[k]]->acyclic = true;
		for (size_t e = g->first[g->queue[k]]; e != 0; e = g->edges.at[e - 1].next)
			if (--g->waits[g->edges.at[e - 1].to] == 0)
				g->queue[n++] = g->edges.at[e - 1].to;
	}
}

/* From the rules up, then from the tops down: what is left are the cycles and what lies between two. */
static enum err refuse_cycles(struct linker *l)
{
	struct graph g = { 0 };
	TRY(build(l, &g, true));
	if (g.edges.n == 0)
		return ERR_OK;
	peel(l, &g);
	TRY(build(l, &g, false));
	peel(l, &g);
	for (size_t i = 0; i < l->n; i++) {
		struct doc *d = l->docs[i];
		if (!is_live(d) || d->acyclic)
			continue;
		link_point_at(l, d);
		TRY(link_outcome(l, d,
		                 refuse(&l->r, link_place(d), "sigma-cycle",
		                        "let correlations build on each other in one direction",
		                        "the correlation is part of a cycle: it needs itself to fire")));
	}
	return ERR_OK;
}

/* What was refused after it was named, is as if it had never been. */
static void forget_refused(struct linker *l, struct doc *d)
{
	struct sigma_correlation *c = d->rule.correlation;
	for (size_t i = 0; i < c->rules.n; i++) {
		const struct sigma_rule *t = c->resolved[i];
		if (t == NULL || !l->docs[t->index]->refused)
			continue;
		c->resolved[i] = NULL;
		c->unresolved = true;
		link_point_at(l, d);
		warn(&l->r, link_place(d), "sigma-unresolved", NULL,
		     "the correlation names \"%.*s\", which was refused", STR_FMT(str_cut(c->rules.at[i], 0, 128)));
	}
}

static void mark_silent(struct linker *l)
{
	enum { SILENCED = 1, WANTED = 2 };
	for (size_t i = 0; i < l->n; i++) {
		if (!is_live(l->docs[i]))
			continue;
		const struct sigma_correlation *c = l->docs[i]->rule.correlation;
		for (size_t k = 0; k < c->rules.n; k++)
			if (c->resolved[k] != NULL)
				l->docs[c->resolved[k]->index]->wanted |=
				    c->generate || c->unresolved ? WANTED : SILENCED;
	}
	for (size_t i = 0; i < l->n; i++)
		l->docs[i]->rule.silent = l->docs[i]->wanted == SILENCED;
}

enum err correlations_resolve(struct linker *l)
{
	bool any = false;
	for (size_t i = 0; i < l->n; i++) {
		struct doc *d = l->docs[i];
		if (!is_live(d))
			continue;
		any = true;
		link_point_at(l, d);
		TRY(link_outcome(l, d, resolve_one(l, d)));
	}
	if (!any)
		return ERR_OK;
	TRY(refuse_cycles(l));
	for (size_t i = 0; i < l->n; i++)
		if (is_live(l->docs[i]))
			forget_refused(l, l->docs[i]);
	mark_silent(l);
	return ERR_OK;
}
