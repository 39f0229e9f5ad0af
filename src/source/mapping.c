/*
 * All mappings become one set: user files first, then the built-in ones by their order. What every record needs is
 * prepared here: the table of root keys, the alternatives with their anchors, and the numbering of (view, logsource)
 * classes.
 */
#include "source/mapping.h"

#include "base/diag.h"
#include "base/sys.h"
#include "lang/yaml/yaml.h"
#include "source/decode-scan.h"

struct set_builder {
	struct decode_set *set;
	struct mapping_reader reader;
	VEC(struct mapping) mappings;
};

/* ---- reading */

/* A file that cannot be used is refused alone; only lack of memory stops. */
static fallible add_file(struct set_builder *b, const struct decode_text *file, bool user)
{
	auto_arena scratch = { 0 };
	struct yaml_docs docs = { 0 };
	enum err e = yaml_read(&scratch, file->path, file->text, &docs, b->reader.diags);
	if (e == ERR_MEMORY)
		return e;
	b->reader.file = *file;
	if (e != ERR_OK) {
		b->reader.errors++;
		return user ? ERR_OK : ERR_INTERNAL;
	}
	for (size_t i = 0; i < docs.n; i++) {
		struct mapping m;
		b->reader.errors = 0;
		b->reader.near = docs.at[i];
		e = mapping_parse(&b->reader, docs.at[i], &m);
		if (e == ERR_OK && user && m.fallback) {
			mapping_complain(&b->reader, docs.at[i], "say which keys tell its records",
			                 "\"recognise\" is missing");
			e = ERR_PARSE;
		}
		if (e == ERR_MEMORY || (e != ERR_OK && !user))
			return e == ERR_MEMORY ? e : ERR_INTERNAL;
		m.file = arena_str(b->reader.arena, m.file);
		TRY(got(m.file.ptr));
		if (e == ERR_OK)
			TRY(vec_push(&b->mappings, b->reader.arena, m));
	}
	b->reader.near = VALUE_NONE;
	return ERR_OK;
}

static bool comes_before(const struct mapping *a, const struct mapping *b)
{
	if (a->fallback != b->fallback)
		return b->fallback;
	if (a->order != b->order)
		return a->order < b->order;
	size_t n = a->name.len < b->name.len ? a->name.len : b->name.len;
	int c = memcmp(a->name.ptr, b->name.ptr, n);
	return c != 0 ? c < 0 : a->name.len < b->name.len;
}

static void sort_mappings(struct mapping *at, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct mapping m = at[i];
		size_t j = i;
		for (; j > 0 && comes_before(&m, &at[j - 1]); j--)
			at[j] = at[j - 1];
		at[j] = m;
	}
}

/* ---- root keys */

static uint16_t slot_of(struct decode_set *set, struct str key)
{
	struct mapping_tag tag = mapping_tag_of(key);
	uint32_t i = (uint32_t)(mapping_tag_hash(tag) >> set->index_shift);
	for (; set->index[i] != 0; i = (i + 1) & set->index_mask) {
		const struct mapping_key *k = &set->keys[set->index[i] - 1];
		if (mapping_tag_eq(tag, key.ptr, k->tag, k->key))
			return (uint16_t)(set->index[i] - 1);
	}
	if (set->n_keys == MAPPING_KEYS_MAX)
		return MAPPING_NO_SLOT;
	set->keys[set->n_keys] = (struct mapping_key){ .tag = tag, .key = key };
	set->index[i] = (uint16_t)++set->n_keys;
	return (uint16_t)(set->n_keys - 1);
}

static void give_slots(struct decode_set *set, struct mapping_paths *paths)
{
	for (uint32_t i = 0; i < paths->n; i++)
		if (paths->at[i].n > 0)
			paths->at[i].slot = slot_of(set, paths->at[i].steps[0].key);
}

/* The keys that an alternative needs become bits; tests that say no more than that go. False when there is no room for
 * its keys. */
static bool index_alt(struct decode_set *set, struct mapping_alt *alt)
{
	uint32_t kept = 0;
	bool room = true;
	for (uint32_t i = 0; i < alt->n; i++) {
		struct mapping_test *t = &alt->tests[i];
		struct mapping_paths one = { &t->path, 1 };
		give_slots(set, &one);
		if (t->path.slot != MAPPING_NO_SLOT && t->op != TEST_LACKS)
			alt->need[t->path.slot / 64] |= 1ull << (t->path.slot % 64);
		else if (t->path.slot == MAPPING_NO_SLOT)
			room = false;
		if (t->op != TEST_HAS || t->path.n > 1 || t->path.steps[0].pick_key.ptr != NULL)
			alt->tests[kept++] = *t;
	}
	alt->n = kept;
	return room;
}

static fallible index_keys(struct set_builder *b)
{
	static const char *const own[SLOTS_OWN] = { "product", "category", "service", "logsource" };
	struct decode_set *set = b->set;
	size_t size = 2 * MAPPING_KEYS_MAX;
	set->keys = arena_new_n(&set->arena, struct mapping_key, MAPPING_KEYS_MAX);
	set->index = arena_new_n(&set->arena, uint16_t, size);
	set->alts = arena_new_n(&set->arena, struct mapping_alt, MAPPING_ALTS_MAX);
	if (set->keys == NULL || set->index == NULL || set->alts == NULL)
		return ERR_MEMORY;
	set->index_mask = (uint32_t)size - 1;
	set->index_shift = 64 - (unsigned)__builtin_ctzl(size);
	for (unsigned i = 0; i < SLOTS_OWN; i++)
		must(slot_of(set, str_of(own[i])) == i);
	for (uint32_t m = 0; m < set->n_mappings; m++)
		for (uint32_t i = 0; i < set->mappings[m].n_alts; i++) {
			struct mapping_alt alt = set->mappings[m].alts[i];
			alt.mapping = m;
			b->reader.file.path = set->mappings[m].file;
			if (set->n_alts == MAPPING_ALTS_MAX || !index_alt(set, &alt))
				mapping_complain(&b->reader, VALUE_NONE, "give fewer mappings",
				                 "there is no room for more ways to recognise");
			else
				set->alts[set->n_alts++] = alt;
		}
	return ERR_OK;
}

static bool needs(const struct mapping_alt *alt, uint32_t slot)
{
	return ((alt->need[slot / 64] >> (slot % 64)) & 1) != 0;
}

/* Each alternative hangs on the key that the fewest ask for. */
static void choose_anchors(struct decode_set *set)
{
	for (uint32_t a = 0; a < set->n_alts; a++) {
		uint32_t best = 0, best_count = UINT32_MAX;
		for (uint32_t slot = 0; slot < set->n_keys; slot++) {
			uint32_t count = 0;
			if (!needs(&set->alts[a], slot))
				continue;
			for (uint32_t i = 0; i < set->n_alts; i++)
				count += needs(&set->alts[i], slot);
			if (count < best_count) {
				best = slot;
				best_count = count;
			}
		}
		set->keys[best].anchor = true;
		set->keys[best].alts[a / 64] |= 1ull << (a % 64);
	}
}

/* ---- classes */

static bool same_logsource(const struct logsource *a, const struct logsource *b)
{
	if (!str_eq(a->product, b->product) || !str_eq(a->service, b->service) || !str_eq(a->category, b->category) ||
	    a->n_more != b->n_more)
		return false;
	for (uint32_t i = 0; i < a->n_more; i++)
		if (!str_eq(a->more[i], b->more[i]))
			return false;
	return true;
}

static uint32_t count_nodes(const struct mapping_node *node)
{
	uint32_t n = 1;
	for (uint64_t i = 0; node->cases != NULL && i <= node->mask; i++)
		n += node->cases[i].node != NULL ? count_nodes(node->cases[i].node) : 0;
	for (uint32_t i = 0; i < node->n_starts; i++)
		n += count_nodes(node->starts[i].node);
	n += node->present != NULL ? count_nodes(node->present) : 0;
	return n + (node->otherwise != NULL ? count_nodes(node->otherwise) : 0);
}

static void number_nodes(struct decode_set *set, struct mapping *m, struct mapping_node *node)
{
	give_slots(set, &node->by);
	for (uint32_t i = 0; i < m->n_nodes && node->class_id == 0; i++)
		if (same_logsource(&m->nodes[i]->logsource, &node->logsource))
			node->class_id = m->nodes[i]->class_id;
	if (node->class_id == 0)
		node->class_id = ++set->n_classes;
	m->nodes[m->n_nodes++] = node;
	for (uint64_t i = 0; node->cases != NULL && i <= node->mask; i++)
		if (node->cases[i].node != NULL)
			number_nodes(set, m, node->cases[i].node);
	for (uint32_t i = 0; i < node->n_starts; i++)
		number_nodes(set, m, node->starts[i].node);
	if (node->present != NULL)
		number_nodes(set, m, node->present);
	if (node->otherwise != NULL)
		number_nodes(set, m, node->otherwise);
}

/* A copy of a tree, for another view. */
static fallible clone_node(struct arena *arena, const struct mapping_node *from, struct mapping_node **ret);

static fallible clone_cases(struct arena *arena, struct mapping_case **cases, size_t n)
{
	struct mapping_case *copy = arena_new_n(arena, struct mapping_case, n + 1);
	TRY(got(copy));
	for (size_t i = 0; i < n; i++) {
		copy[i] = (*cases)[i];
		if (copy[i].node != NULL)
			TRY(clone_node(arena, copy[i].node, &copy[i].node));
	}
	*cases = copy;
	return ERR_OK;
}

static fallible clone_node(struct arena *arena, const struct mapping_node *from, struct mapping_node **ret)
{
	struct mapping_node *to = arena_new(arena, struct mapping_node);
	TRY(got(to));
	*to = *from;
	to->class_id = 0;
	if (to->cases != NULL)
		TRY(clone_cases(arena, &to->cases, to->mask + 1));
	if (to->starts != NULL)
		TRY(clone_cases(arena, &to->starts, to->n_starts));
	if (to->present != NULL)
		TRY(clone_node(arena, to->present, &to->present));
	if (to->otherwise != NULL)
		TRY(clone_node(arena, to->otherwise, &to->otherwise));
	*ret = to;
	return ERR_OK;
}

static fallible borrow_tree(struct set_builder *b, struct mapping *m)
{
	if (m->like.len == 0)
		return ERR_OK;
	for (uint32_t i = b->set->n_mappings; i-- > 0;)
		if (str_eq(b->set->mappings[i].name, m->like) && b->set->mappings[i].like.len == 0)
			return clone_node(&b->set->arena, b->set->mappings[i].tree, &m->tree);
	b->reader.file.path = m->file;
	mapping_complain(&b->reader, VALUE_NONE, "name a mapping with decisions of its own",
	                 "there is no mapping \"%.*s\"", STR_FMT(m->like));
	return ERR_OK;
}

static void give_expr_slots(struct decode_set *set, struct mapping_exprs *xs);

static void give_expr_slot(struct decode_set *set, struct mapping_expr *x)
{
	struct mapping_paths one = { &x->path, 1 };
	struct mapping_exprs parts = { x->parts, x->n_parts };
	if (x->kind == EXPR_PATH)
		give_slots(set, &one);
	else if (x->kind == EXPR_JOIN)
		give_expr_slots(set, &parts);
}

static void give_expr_slots(struct decode_set *set, struct mapping_exprs *xs)
{
	for (uint32_t i = 0; i < xs->n; i++)
		give_expr_slot(set, &xs->at[i]);
}

/* Facts of the record itself are found through the scan too; those of members of a list are not. */
static void give_fact_slots(struct decode_set *set, struct mapping_facts *f)
{
	for (unsigned i = 0; i < FACT_COUNT; i++)
		give_expr_slots(set, &f->fields[i]);
	for (uint32_t i = 0; i < f->n_resources; i++) {
		struct mapping_paths each = { &f->resources[i].each, 1 };
		if (f->resources[i].has_each)
			give_slots(set, &each);
		for (unsigned p = 0; p < RESOURCE_PARTS && !f->resources[i].has_each; p++)
			give_expr_slots(set, &f->resources[i].parts[p]);
	}
}

static fallible finish(struct set_builder *b)
{
	struct decode_set *set = b->set;
	set->mappings = b->mappings.at;
	set->n_mappings = (uint32_t)b->mappings.n;
	set->fallback = set->n_mappings - 1;
	TRY(index_keys(b));
	choose_anchors(set);
	set->key_words = (set->n_keys + 63) / 64;
	set->alt_words = (set->n_alts + 63) / 64;
	for (uint32_t i = 0; i < set->n_mappings; i++) {
		struct mapping *m = &set->mappings[i];
		m->view.id = i;
		TRY(borrow_tree(b, m));
		m->nodes = arena_new_n(&set->arena, struct mapping_node *, count_nodes(m->tree));
		TRY(got(m->nodes));
		number_nodes(set, m, m->tree);
		give_slots(set, &m->facts.id);
		give_slots(set, &m->facts.id_with);
		give_slots(set, &m->facts.time);
		for (uint32_t u = 0; u < m->n_unwraps; u++) {
			struct mapping_paths one = { &m->unwraps[u].each, 1 };
			give_slots(set, &one);
		}
	}
	for (uint32_t i = 0; i < set->n_mappings; i++)
		give_fact_slots(set, &set->mappings[i].facts);
	return ERR_OK;
}

static fallible fill(struct set_builder *b, const struct decode_text *user, size_t n_user)
{
	size_t n_builtin;
	const struct decode_text *builtin = decode_builtin(&n_builtin);
	for (size_t i = 0; i < n_user; i++)
		TRY(add_file(b, &user[i], true));
	size_t first = b->mappings.n;
	for (size_t i = 0; i < n_builtin; i++)
		TRY(add_file(b, &builtin[i], false));
	sort_mappings(b->mappings.at + first, b->mappings.n - first);
	must(b->mappings.n > first && b->mappings.at[b->mappings.n - 1].fallback);
	return finish(b);
}

fallible decode_set_new(const struct decode_text *user, size_t n_user, struct diag_list *diags, struct decode_set **ret)
{
	struct decode_set *set = sys_zalloc(sizeof(*set));
	TRY(got(set));
	struct set_builder b = { .set = set, .reader = { .arena = &set->arena, .diags = diags } };
	enum err e = fill(&b, user, n_user);
	if (e != ERR_OK) {
		decode_set_free(&set);
		return e;
	}
	*ret = set;
	return ERR_OK;
}

void decode_set_free(struct decode_set **s)
{
	if (*s == NULL)
		return;
	arena_clear(&(*s)->arena);
	sys_free(*s);
	*s = NULL;
}

size_t decode_set_count(const struct decode_set *s)
{
	return s->n_mappings;
}

struct str decode_set_name(const struct decode_set *s, uint32_t decoder)
{
	return decoder < s->n_mappings ? s->mappings[decoder].name : STR("");
}

struct str decode_set_title(const struct decode_set *s, uint32_t decoder)
{
	return decoder < s->n_mappings ? s->mappings[decoder].title : STR("");
}

uint32_t decode_set_classes(const struct decode_set *s)
{
	return s->n_classes;
}
