/*
 * Building a plan: which rules concern events of this view and logsource, where their fields are found, which witnesses
 * nominate them.
 */
#include "base/limits.h"
#include "base/sys.h"
#include "engine/detect/program.h"

/* ---- the trie of paths ---- */

struct build_edge {
	struct str key;
	uint32_t node, child; /* child 0 = none yet */
	VEC(struct slot_ref) refs;
};
struct trie_builder {
	struct arena *arena; /* temporary */
	VEC(struct build_edge) edges;
	struct map by_key; /* node number and key -> edge */
	uint32_t nodes;
};

static fallible edge_of(struct trie_builder *b, uint32_t node, struct str key, uint32_t *ret)
{
	struct map_entry *e;
	bool is_new;
	char *k = arena_alloc(b->arena, sizeof(node) + key.len);
	TRY(got(k));
	memcpy(k, &node, sizeof(node));
	if (key.len > 0)
		memcpy(k + sizeof(node), key.ptr, key.len);
	TRY(map_put(&b->by_key, (struct str){ k, sizeof(node) + key.len }, &e, &is_new));
	if (is_new) {
		struct build_edge edge = { .key = { k + sizeof(node), key.len }, .node = node };
		e->val.num = b->edges.n;
		TRY(vec_push(&b->edges, b->arena, edge));
	}
	*ret = (uint32_t)e->val.num;
	return ERR_OK;
}

static fallible add_path(struct trie_builder *b, const struct view_path *path, struct slot_ref ref)
{
	uint32_t node = 0, edge = 0;
	for (uint32_t i = 0; i < path->n; i++) {
		TRY(edge_of(b, node, path->keys[i], &edge));
		if (i + 1 < path->n) {
			if (b->edges.at[edge].child == 0)
				b->edges.at[edge].child = b->nodes++;
			node = b->edges.at[edge].child;
		}
	}
	return path->n > 0 ? vec_push(&b->edges.at[edge].refs, b->arena, ref) : ERR_OK;
}

static fallible freeze_node(struct plan *plan, uint32_t node, uint32_t n_keys)
{
	uint32_t cap = 4;
	while (cap < 3 * n_keys)
		cap *= 2;
	plan->trie[node].mask = cap - 1;
	plan->trie[node].keys = arena_new_n(&plan->arena, struct trie_key, cap);
	return got(plan->trie[node].keys);
}

static fallible freeze_edge(struct plan *plan, const struct build_edge *e, uint32_t *n_refs)
{
	struct trie_node *t = &plan->trie[e->node];
	struct str key = arena_str(&plan->arena, e->key);
	TRY(got(key.ptr));
	uint64_t h = key_hash(key.ptr, key.len);
	uint32_t b = (uint32_t)h >> 1;
	while (t->keys[b & t->mask].hash != 0)
		b++;
	t->keys[b & t->mask] = (struct trie_key){ .hash = h,
		                                  .ptr = key.ptr,
		                                  .len = (uint32_t)key.len,
		                                  .child = e->child,
		                                  .first_ref = *n_refs,
		                                  .n_refs = (uint32_t)e->refs.n };
	for (size_t i = 0; i < e->refs.n; i++)
		plan->refs[(*n_refs)++] = e->refs.at[i];
	return ERR_OK;
}

static fallible freeze_trie(struct plan *plan, const struct trie_builder *b)
{
	uint32_t n_refs = 0;
	uint32_t *keys = arena_new_n(b->arena, uint32_t, b->nodes);
	TRY(got(keys));
	for (size_t i = 0; i < b->edges.n; i++) {
		keys[b->edges.at[i].node]++;
		n_refs += (uint32_t)b->edges.at[i].refs.n;
	}
	plan->n_trie = b->nodes;
	plan->trie = arena_new_n(&plan->arena, struct trie_node, b->nodes);
	plan->refs = arena_new_n(&plan->arena, struct slot_ref, n_refs);
	TRY(got(plan->trie));
	TRY(got(plan->refs));
	for (uint32_t i = 0; i < b->nodes; i++)
		TRY(freeze_node(plan, i, keys[i]));
	n_refs = 0;
	for (size_t i = 0; i < b->edges.n; i++)
		TRY(freeze_edge(plan, &b->edges.at[i], &n_refs));
	return ERR_OK;
}

static fallible build_trie(struct detect_program *p, struct plan *plan, struct arena *temp)
{
	struct trie_builder b = { .arena = temp, .nodes = 1 };
	enum err e = ERR_OK;
	for (uint32_t s = 0; e == ERR_OK && s < plan->n_slots; s++) {
		struct view_path *paths = NULL;
		uint32_t n = 0;
		e = view_candidates(plan->view, p->fields.at[plan->slots[s].field], temp, &paths, &n);
		for (uint32_t i = 0; e == ERR_OK && i < n; i++)
			e = add_path(&b, &paths[i],
			             (struct slot_ref){ s, (uint16_t)(i < UINT16_MAX ? i : UINT16_MAX) });
	}
	if (e == ERR_OK)
		e = freeze_trie(plan, &b);
	map_free(&b.by_key);
	return e;
}

/* ---- rules and fields ---- */

static fallible want_field(struct plan *plan, uint32_t field)
{
	if (field == NO_FIELD || plan->slot_of_field[field] != NO_INDEX)
		return ERR_OK;
	plan->slot_of_field[field] = plan->n_slots;
	plan->slots[plan->n_slots++].field = field;
	return ERR_OK;
}

static fallible want_pred(struct detect_program *p, struct plan *plan, struct pred *pr)
{
	size_t offset;
	char why[256];
	TRY(want_field(plan, pr->field));
	for (uint32_t i = 0; i < pr->n; i++) {
		struct pattern *pt = &pr->patterns[i];
		if (pt->kind == PATTERN_FIELDREF)
			TRY(want_field(plan, pt->field));
		if (pt->kind != PATTERN_REGEX || pt->regex != NULL || pr->regex_bad)
			continue;
		/* Rules are checked when they are loaded; what still fails here stays undetermined, and is reported so.
		 */
		enum err e = regex_new(pt->value->text, pt->value->flags, &pt->regex, &offset, why);
		if (e == ERR_MEMORY)
			return e;
		pr->regex_bad = e != ERR_OK;
	}
	(void)p;
	return ERR_OK;
}

static fallible want_term(struct detect_program *p, struct plan *plan, uint32_t term)
{
	if (term & TERM_PRED)
		return want_pred(p, plan, &p->preds.at[term & TERM_INDEX]);
	const struct node *n = &p->nodes.at[term & TERM_INDEX];
	for (uint32_t i = 0; i < n->n; i++)
		TRY(want_term(p, plan, n->terms[i]));
	return ERR_OK;
}

static fallible collect_rules(struct detect_program *p, struct plan *plan, const struct event *e)
{
	plan->rules = arena_new_n(&plan->arena, uint32_t, p->n_active);
	TRY(got(plan->rules));
	for (uint32_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].active &&
		    (plan->checks_logsource || detect_logsource_admits(&p->rules[i].sigma->logsource, &e->logsource)))
			plan->rules[plan->n_rules++] = i;
	plan->words = (plan->n_rules + 63) / 64;
	plan->always = arena_new_n(&plan->arena, uint64_t, plan->words);
	return got(plan->always);
}

static fallible collect_witnesses(struct detect_program *p, struct plan *plan, struct arena *temp)
{
	VEC(struct atom_use) uses = { 0 };
	for (uint32_t i = 0; i < plan->n_rules; i++) {
		struct witness w;
		TRY(witness_choose(p, p->rules[plan->rules[i]].root, temp, &w));
		if (w.n == 0 || p->options.no_prefilter) {
			plan->always[i / 64] |= 1ull << i % 64;
			plan->has_always = true;
			plan->witness_none++;
			continue;
		}
		for (uint32_t k = 0; k < w.n; k++) {
			struct atom_use use = { w.atoms[k], i };
			TRY(vec_push(&uses, temp, use));
		}
	}
	plan->witness_total = (uint32_t)uses.n;
	return plan_index_atoms(plan, uses.at, uses.n);
}

/* ---- finding and placing plans ---- */

static uint64_t part_key(uint64_t h, struct str s)
{
	return (h ^ key_hash(s.ptr, s.len)) * 0x9E3779B97F4A7C15ull;
}

static uint64_t event_key(const struct event *e)
{
	uint64_t h = ((uint64_t)e->view->id << 32 | e->class_id) * 0xFF51AFD7ED558CCDull + 1;
	if (e->class_id == 0) {
		h = part_key(h, e->logsource.product);
		h = part_key(h, e->logsource.service);
		h = part_key(h, e->logsource.category);
		for (uint32_t i = 0; i < e->logsource.n_more; i++)
			h = part_key(h, e->logsource.more[i]);
	}
	return h ^ h >> 31;
}

static bool same_logsource(const struct logsource *a, const struct logsource *b)
{
	bool same = str_eq(a->product, b->product) && str_eq(a->service, b->service) &&
	            str_eq(a->category, b->category) && a->n_more == b->n_more;
	for (uint32_t i = 0; same && i < a->n_more; i++)
		same = str_eq(a->more[i], b->more[i]);
	return same;
}

static bool plan_fits(const struct plan *plan, uint64_t key, const struct event *e)
{
	return plan->key == key && plan->view == e->view && plan->class_id == e->class_id && !plan->checks_logsource &&
	       (e->class_id != 0 || same_logsource(&plan->logsource, &e->logsource));
}

struct plan *plan_overflow(const struct detect_program *p, const struct view *view)
{
	uint64_t key = view->id * 0x9E3779B97F4A7C15ull;
	for (uint32_t i = (uint32_t)key;; i++) {
		struct plan *plan = atomic_load_explicit(&p->table[i % PLAN_TABLE], memory_order_acquire);
		if (plan == NULL || (plan->checks_logsource && plan->view == view))
			return plan;
	}
}

struct plan *plan_find(const struct detect_program *p, const struct event *e)
{
	uint64_t key = event_key(e);
	for (uint32_t i = (uint32_t)key;; i++) {
		struct plan *plan = atomic_load_explicit(&p->table[i % PLAN_TABLE], memory_order_acquire);
		if (plan == NULL)
			return p->n_plans < PLANS_MAX ? NULL : plan_overflow(p, e->view);
		if (plan_fits(plan, key, e))
			return plan;
	}
}

static fallible keep_str(struct arena *a, struct str *s)
{
	*s = arena_str(a, *s);
	return got(s->ptr);
}

static fallible keep_logsource(struct plan *plan, const struct event *e)
{
	plan->logsource = e->logsource;
	TRY(keep_str(&plan->arena, &plan->logsource.product));
	TRY(keep_str(&plan->arena, &plan->logsource.service));
	TRY(keep_str(&plan->arena, &plan->logsource.category));
	for (uint32_t i = 0; i < plan->logsource.n_more; i++)
		TRY(keep_str(&plan->arena, &plan->logsource.more[i]));
	return ERR_OK;
}

static fallible plan_fill(struct detect_program *p, struct plan *plan, const struct event *e)
{
	auto_arena temp = { 0 };
	TRY(keep_logsource(plan, e));
	TRY(collect_rules(p, plan, e));
	plan->slot_of_field = arena_new_n(&plan->arena, uint32_t, p->fields.n);
	plan->slots = arena_new_n(&plan->arena, struct slot, p->fields.n);
	TRY(got(plan->slot_of_field));
	TRY(got(plan->slots));
	memset(plan->slot_of_field, 0xFF, p->fields.n * sizeof(*plan->slot_of_field));
	for (uint32_t i = 0; i < plan->n_rules; i++)
		TRY(want_term(p, plan, p->rules[plan->rules[i]].root));
	TRY(build_trie(p, plan, &temp));
	return collect_witnesses(p, plan, &temp);
}

void plan_free(struct plan *plan)
{
	if (plan == NULL)
		return;
	arena_clear(&plan->arena);
	sys_free(plan);
}

fallible plan_build(struct detect_program *p, const struct event *e, bool overflow, struct plan **ret)
{
	struct plan *plan = sys_zalloc(sizeof(*plan));
	TRY(got(plan));
	plan->view = e->view;
	plan->class_id = overflow ? 0 : e->class_id;
	plan->checks_logsource = overflow;
	plan->key = overflow ? e->view->id * 0x9E3779B97F4A7C15ull : event_key(e);
	enum err err = plan_fill(p, plan, e);
	if (err != ERR_OK) {
		plan_free(plan);
		return err;
	}
	*ret = plan;
	return ERR_OK;
}

fallible plan_place(struct detect_program *p, const struct event *e, bool overflow)
{
	struct plan *plan;
	TRY(plan_build(p, e, overflow, &plan));
	uint32_t i = (uint32_t)plan->key;
	while (atomic_load(&p->table[i % PLAN_TABLE]) != NULL)
		i++;
	atomic_fetch_add(&p->n_plans, 1);
	atomic_store_explicit(&p->table[i % PLAN_TABLE], plan, memory_order_release);
	return ERR_OK;
}

fallible detect_prepare(struct detect_program *p, const struct event *e)
{
	return plan_find(p, e) != NULL ? ERR_OK : plan_place(p, e, atomic_load(&p->n_plans) >= PLANS_MAX);
}
