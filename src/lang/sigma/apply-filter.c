/* Filters are ANDed into the rules they are for: those they name, or all, that the filter's logsource admits (each part
 * it gives is equal). Filters for any rule are found by their logsource, so that many filters and many rules do not
 * multiply. */
#include "lang/sigma/link.h"

static bool admits(const struct sigma_logsource *filter, const struct sigma_logsource *rule)
{
	return (filter->category.len == 0 || str_eq(filter->category, rule->category)) &&
	       (filter->product.len == 0 || str_eq(filter->product, rule->product)) &&
	       (filter->service.len == 0 || str_eq(filter->service, rule->service));
}

/* Nodes already copied, old to new. */
struct copies {
	struct map map; /* keys are the pointers' bytes */
};

static enum err copy_expr(struct linker *l, struct doc *to, const struct doc *from, struct copies *c,
                          struct sigma_expr *old, unsigned depth, struct sigma_expr **ret)
{
	must(depth < 4 * LIMIT_RULE_DEPTH);
	struct sigma_expr **key = arena_new(l->r.arena, struct sigma_expr *);
	TRY(got(key));
	*key = old;
	struct map_entry *entry;
	bool is_new;
	TRY(map_put(&c->map, (struct str){ (const char *)key, sizeof(struct sigma_expr *) }, &entry, &is_new));
	if (!is_new) {
		*ret = entry->val.ptr;
		return ERR_OK;
	}
	struct sigma_expr *e;
	TRY(expr_new(&l->r, to, old->kind, link_place(from), &e));
	entry->val.ptr = e;
	*e = *old;
	*ret = e;
	TRY(doc_spend(&l->r, to, link_place(to), old->n_values));
	if (old->n > 0)
		TRY(expr_children(&l->r, e, old->n));
	for (size_t i = 0; i < old->n; i++)
		TRY(copy_expr(l, to, from, c, old->children[i], depth + 1, &e->children[i]));
	if (old->kind != SIGMA_LEAF)
		return ERR_OK;
	if (old->n_values > 0) {
		e->values = arena_new_n(l->r.arena, struct sigma_value, old->n_values);
		TRY(got(e->values));
		memcpy(e->values, old->values, old->n_values * sizeof(*old->values));
		return vec_push(&to->leaves, l->r.arena, ((struct leaf){ .node = e }));
	}
	for (size_t i = 0; i < from->pending.n; i++)
		if (from->pending.at[i].node == old)
			return vec_push(&to->pending, l->r.arena, ((struct pending){ e, from->pending.at[i].item }));
	return ERR_OK;
}

static enum err filter_expr(struct linker *l, struct doc *rule, struct doc *filter, bool copy, struct sigma_expr **ret)
{
	*ret = filter->rule.condition;
	if (!copy)
		return doc_spend(&l->r, rule, link_place(rule), filter->nodes);
	struct copies c = { 0 };
	enum err e = copy_expr(l, rule, filter, &c, filter->rule.condition, 0, ret);
	map_free(&c.map);
	for (size_t i = 0; e == ERR_OK && i < filter->bound.n; i++)
		if (binding_find(&rule->bound, filter->bound.at[i].name) == NULL)
			e = vec_push(&rule->bound, l->r.arena, filter->bound.at[i]);
	return e;
}

/* A rule under filters is one AND that carries this very text as its label: the rule's own condition first, then one
 * child a filter. Its array of children has room for the next power of two. */
static const char joined_label[] = "rule and filters";

static enum err join(struct linker *l, struct doc *rule, struct sigma_expr *more)
{
	struct sigma_expr *both = rule->rule.condition;
	if (both->label.ptr != joined_label) {
		TRY(expr_new(&l->r, rule, SIGMA_AND, link_place(rule), &both));
		both->label = (struct str){ joined_label, sizeof(joined_label) - 1 };
		TRY(expr_children(&l->r, both, 2));
		both->children[0] = rule->rule.condition;
		both->children[1] = more;
		rule->rule.condition = both;
		rule->depth++;
		return ERR_OK;
	}
	size_t n = both->n;
	if ((n & (n - 1)) == 0) {
		struct sigma_expr **old = both->children;
		TRY(expr_children(&l->r, both, 2 * n));
		memcpy(both->children, old, n * sizeof(struct sigma_expr *));
	}
	both->children[n] = more;
	both->n = n + 1;
	return ERR_OK;
}

static enum err add_filter(struct linker *l, struct doc *rule, struct doc *filter, bool copy)
{
	struct sigma_expr *named, *condition;
	TRY(filter_expr(l, rule, filter, copy, &condition));
	/* The filter by its name, over its condition: explain shows it. */
	TRY(expr_new(&l->r, rule, SIGMA_AND, link_place(filter), &named));
	named->label = arena_printf(l->r.arena, "filter \"%.*s\"", STR_FMT(str_cut(filter->rule.title, 0, 256)));
	TRY(got(named->label.ptr));
	TRY(expr_children(&l->r, named, 1));
	named->children[0] = condition;
	TRY(join(l, rule, named));
	rule->depth = rule->depth > filter->depth + 2 ? rule->depth : filter->depth + 2;
	return ERR_OK;
}

static enum err add_named(struct linker *l, struct doc *filter, bool copy)
{
	for (size_t i = 0; i < filter->rule.filter->rules.n; i++) {
		struct str name = filter->rule.filter->rules.at[i];
		struct doc *d = linker_find(l, name, filter->rule.taxonomy);
		link_point_at(l, filter);
		if (d == NULL) {
			warn(&l->r, link_place(filter), "sigma-unresolved",
			     "load the rule it is for, or remove it from the list",
			     "the filter names \"%.*s\", which is not among the rules", STR_FMT(str_cut(name, 0, 128)));
		} else if (d->rule.kind != SIGMA_RULE) {
			warn(&l->r, link_place(filter), "sigma-filter", "name the rules it correlates",
			     "\"%.*s\" is no detection rule; it is not filtered", STR_FMT(str_cut(name, 0, 128)));
		} else if (!admits(&filter->rule.logsource, &d->rule.logsource)) {
			warn(&l->r, link_place(filter), "sigma-filter", "give it a logsource that holds the rule's",
			     "the rule \"%.*s\" is of another logsource; it is not filtered",
			     STR_FMT(str_cut(name, 0, 128)));
		} else {
			link_point_at(l, d);
			TRY(link_outcome(l, d, add_filter(l, d, filter, copy)));
		}
	}
	return ERR_OK;
}

static struct str logsource_key(struct arena *a, const struct sigma_logsource *s, unsigned parts)
{
	struct str none = STR(""), c = parts & 1 ? s->category : none, p = parts & 2 ? s->product : none,
	           v = parts & 4 ? s->service : none;
	return arena_printf(a, "%.*s\n%.*s\n%.*s", STR_FMT(c), STR_FMT(p), STR_FMT(v));
}

static enum err index_any(struct linker *l, struct doc *filter)
{
	struct str key = logsource_key(l->r.arena, &filter->rule.logsource, 7);
	TRY(got(key.ptr));
	struct map_entry *e;
	TRY(map_put(&l->any, key, &e, NULL));
	filter->next = e->val.ptr;
	e->val.ptr = filter;
	return ERR_OK;
}

static enum err add_any(struct linker *l, struct doc *d, bool copy)
{
	const struct sigma_logsource *s = &d->rule.logsource;
	for (unsigned parts = 0; parts < 8; parts++) {
		if (((parts & 1) && s->category.len == 0) || ((parts & 2) && s->product.len == 0) ||
		    ((parts & 4) && s->service.len == 0))
			continue; /* the same key as with fewer parts */
		struct str key = logsource_key(l->r.arena, s, parts);
		TRY(got(key.ptr));
		struct map_entry *e = map_get(&l->any, key);
		for (struct doc *f = e != NULL ? e->val.ptr : NULL; f != NULL && !d->refused; f = f->next) {
			link_point_at(l, d);
			TRY(link_outcome(l, d, add_filter(l, d, f, copy)));
		}
	}
	return ERR_OK;
}

enum err filters_apply(struct linker *l, bool copy)
{
	bool any = false;
	for (size_t i = l->n; i-- > 0;) { /* backwards: the chains come out in order */
		struct doc *f = l->docs[i];
		if (f->refused || f->rule.kind != SIGMA_FILTER || !f->rule.filter->any)
			continue;
		any = true;
		TRY(index_any(l, f));
	}
	for (size_t i = 0; i < l->n; i++) {
		struct doc *d = l->docs[i];
		if (d->refused)
			continue;
		if (d->rule.kind == SIGMA_FILTER && !d->rule.filter->any)
			TRY(add_named(l, d, copy));
		if (d->rule.kind == SIGMA_RULE && any)
			TRY(add_any(l, d, copy));
	}
	return ERR_OK;
}
