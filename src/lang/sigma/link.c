/* Linking: everything the files gave becomes one set, in an order that does not depend on theirs. In this order: sort,
 * ids and names, placeholders of the options, filters, pipelines, what is still unresolved, correlations. What is
 * refused on the way is refused alone. */
#include "lang/sigma/link.h"
#include "base/map.h"

static bool comes_before(const struct doc *a, const struct doc *b)
{
	struct str x = a->rule.path, y = b->rule.path;
	int c = memcmp(x.ptr, y.ptr, x.len < y.len ? x.len : y.len);
	if (c != 0 || x.len != y.len)
		return c != 0 ? c < 0 : x.len < y.len;
	return a->rule.line < b->rule.line;
}

/* Stable bottom-up merge sort. */
static enum err sort_docs(struct arena *a, struct doc **at, size_t n)
{
	size_t i = 1;
	while (i < n && !comes_before(at[i], at[i - 1]))
		i++;
	if (i >= n)
		return ERR_OK;
	struct doc **spare = arena_new_n(a, struct doc *, n);
	TRY(got(spare));
	for (size_t width = 1; width < n; width *= 2) {
		for (size_t from = 0; from < n; from += 2 * width) {
			size_t mid = from + width < n ? from + width : n, end = mid + width < n ? mid + width : n;
			size_t l = from, m = mid;
			for (size_t k = from; k < end; k++)
				spare[k] = l < mid && (m == end || !comes_before(at[m], at[l])) ? at[l++] : at[m++];
		}
		memcpy(at, spare, n * sizeof(*at));
	}
	return ERR_OK;
}

void link_point_at(struct linker *l, const struct doc *d)
{
	l->r.path = d->rule.path;
	l->r.text = STR("");
	l->r.reason = STR("");
}

struct place link_place(const struct doc *d)
{
	return (struct place){ d->rule.line, 1, 0 };
}

/* Records a document's refusal when e says so; other results pass. */
enum err link_outcome(struct linker *l, struct doc *d, enum err e)
{
	if (e != ERR_REFUSED)
		return e;
	d->refused = true;
	struct sigma_refused one = { .id = d->rule.id,
		                     .title = d->rule.title,
		                     .path = d->rule.path,
		                     .reason = l->r.reason,
		                     .kind = d->rule.kind,
		                     .line = d->rule.line };
	return vec_push(&l->refused, l->r.arena, one);
}

static struct str taxonomy_of(const struct doc *d)
{
	return d->rule.taxonomy.len > 0 ? d->rule.taxonomy : STR("sigma");
}

static struct str compound(struct arena *a, struct str key, struct str taxonomy)
{
	return arena_printf(a, "%.*s\n%.*s", STR_FMT(taxonomy), STR_FMT(key));
}

/* Enters a document under an id or name. One key may stand once in every taxonomy: the same rule in other words. */
static enum err enter(struct linker *l, struct map *map, struct doc *d, struct str key, const char *what, bool shared)
{
	if (key.len == 0)
		return ERR_OK;
	struct str lower = str_lower(l->r.arena, key);
	TRY(got(lower.ptr));
	struct map_entry *entry;
	bool is_new;
	TRY(map_put(map, lower, &entry, &is_new));
	if (!is_new) {
		struct str both = compound(l->r.arena, lower, taxonomy_of(d));
		TRY(got(both.ptr));
		const struct doc *first = entry->val.ptr;
		if (!str_eq(taxonomy_of(first), taxonomy_of(d))) {
			TRY(map_put(map, both, &entry, &is_new));
			first = is_new ? NULL : entry->val.ptr;
		}
		bool together = shared && first != NULL && first->rule.path.ptr == d->rule.path.ptr;
		if (first != NULL && !together)
			return refuse(&l->r, link_place(d), "sigma-duplicate", "give every rule its own",
			              "the %s \"%.*s\" is taken by %.*s:%u", what, STR_FMT(str_cut(key, 0, 128)),
			              STR_FMT(str_cut(first->rule.path, 0, 256)), first->rule.line);
		if (first != NULL)
			return ERR_OK;
	}
	entry->val.ptr = d;
	return ERR_OK;
}

static enum err enter_all(struct linker *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct doc *d = l->docs[i];
		link_point_at(l, d);
		enum err e = ERR_OK;
		if (i >= LIMIT_RULES)
			e = refuse(&l->r, link_place(d), "sigma-limit", NULL, "more than %d rules", LIMIT_RULES);
		if (e == ERR_OK)
			e = enter(l, &l->ids, d, d->rule.id, "id", d->shared_id);
		if (e == ERR_OK)
			e = enter(l, &l->names, d, d->rule.name, "name", d->shared_name);
		TRY(link_outcome(l, d, e));
	}
	return ERR_OK;
}

static struct doc *find_in(const struct linker *l, const struct map *map, struct str key, struct str taxonomy)
{
	struct map_entry *e = map_get(map, key);
	struct doc *d = e != NULL ? e->val.ptr : NULL;
	if (d != NULL && !str_eq(taxonomy_of(d), taxonomy)) {
		struct str both = compound(l->r.arena, key, taxonomy);
		e = both.ptr != NULL ? map_get(map, both) : NULL;
		d = e != NULL ? e->val.ptr : d;
	}
	return d != NULL && !d->refused ? d : NULL;
}

struct doc *linker_find(const struct linker *l, struct str id_or_name, struct str taxonomy)
{
	struct str key = str_lower(l->r.arena, id_or_name);
	if (key.ptr == NULL)
		return NULL;
	if (taxonomy.len == 0)
		taxonomy = STR("sigma");
	struct doc *d = find_in(l, &l->ids, key, taxonomy);
	return d != NULL ? d : find_in(l, &l->names, key, taxonomy);
}

/* The placeholders that are left over are why it is refused. */
static enum err check_pending(struct linker *l, struct doc *d)
{
	if (d->pending.n == 0)
		return ERR_OK;
	struct sigma_strs names;
	TRY(placeholder_names(&l->r, d, &names));
	for (size_t i = 0; i < names.n; i++) {
		if (binding_find(&d->bound, names.at[i]) != NULL)
			continue;
		return refuse(&l->r, d->pending.at[0].item.at, "sigma-placeholder",
		              "give it a value in a file (--values), or with a pipeline (--pipeline)",
		              "the placeholder %%%.*s%% has no value", STR_FMT(str_cut(names.at[i], 0, 128)));
	}
	return ERR_OK;
}

static enum err bind_options(struct linker *l, const struct sigma_options *o)
{
	for (size_t i = 0; i < l->n; i++) {
		struct doc *d = l->docs[i];
		if (d->refused)
			continue;
		link_point_at(l, d);
		enum err e = ERR_OK;
		if (value_kind(o->placeholders) == VALUE_MAP)
			e = placeholder_resolve(&l->r, d, o->placeholders);
		if (e == ERR_OK && o->n_pipelines == 0)
			e = check_pending(l, d);
		TRY(link_outcome(l, d, e));
	}
	return ERR_OK;
}

static enum err run_pipelines(struct linker *l, const struct sigma_options *o)
{
	for (size_t i = 0; i < l->n && o->n_pipelines > 0; i++) {
		struct doc *d = l->docs[i];
		if (d->refused || d->rule.kind == SIGMA_FILTER)
			continue;
		link_point_at(l, d);
		enum err e = pipelines_apply(&l->r, l, o, d);
		if (e == ERR_OK)
			e = check_pending(l, d);
		TRY(link_outcome(l, d, e));
	}
	return ERR_OK;
}

static enum err collect(struct linker *l, enum sigma_kind first, enum sigma_kind last, struct sigma_rule ***ret,
                        size_t *ret_n)
{
	struct sigma_rule **at = arena_new_n(l->r.arena, struct sigma_rule *, l->n);
	TRY(got(at));
	size_t n = 0;
	for (size_t k = (size_t)first; k <= (size_t)last; k++)
		for (size_t i = 0; i < l->n; i++)
			if (!l->docs[i]->refused && l->docs[i]->rule.kind == (enum sigma_kind)k) {
				l->docs[i]->rule.index = (uint32_t)n;
				at[n++] = &l->docs[i]->rule;
			}
	*ret = at;
	*ret_n = n;
	return ERR_OK;
}

static enum err gather(struct linker *l, struct sigma_docs *docs, size_t n_docs)
{
	size_t n = 0;
	for (size_t i = 0; i < n_docs; i++)
		n += docs[i].rules.n;
	l->docs = arena_new_n(l->r.arena, struct doc *, n);
	TRY(got(l->docs));
	for (size_t i = 0; i < n_docs; i++) {
		for (size_t k = 0; k < docs[i].rules.n; k++)
			l->docs[l->n++] = doc_of(docs[i].rules.at[k]);
		for (size_t k = 0; k < docs[i].refused.n; k++)
			TRY(vec_push(&l->refused, l->r.arena, docs[i].refused.at[k]));
	}
	return sort_docs(l->r.arena, l->docs, l->n);
}

static enum err link_all(struct linker *l, struct sigma_docs *docs, size_t n_docs, const struct sigma_options *o,
                         struct sigma_set *ret)
{
	TRY(gather(l, docs, n_docs));
	TRY(enter_all(l));
	TRY(bind_options(l, o));
	TRY(filters_apply(l, o->n_pipelines > 0));
	TRY(pipelines_prepare(l, o));
	TRY(run_pipelines(l, o));
	TRY(correlations_resolve(l));
	struct sigma_set set = { 0 };
	TRY(collect(l, SIGMA_RULE, SIGMA_CORRELATION, &set.rules, &set.n));
	TRY(collect(l, SIGMA_FILTER, SIGMA_FILTER, &set.filters, &set.n_filters));
	set.refused = l->refused.at;
	set.n_refused = l->refused.n;
	*ret = set;
	return ERR_OK;
}

enum err sigma_link(struct arena *arena, struct sigma_docs *docs, size_t n_docs, const struct sigma_options *options,
                    struct sigma_set *ret, struct diag_list *diags)
{
	static const struct sigma_options none = { 0 };
	struct linker l = { .r = { .arena = arena, .diags = diags } };
	enum err e = link_all(&l, docs, n_docs, options != NULL ? options : &none, ret);
	pipelines_release(&l);
	map_free(&l.ids);
	map_free(&l.names);
	map_free(&l.any);
	return e;
}
