/* Transformations of field names. One name may become several: the leaf turns into an OR over them. */
#include "lang/sigma/pipeline.h"

static enum err build_mapping(struct run *x, struct pipe_item *it)
{
	struct value map = value_get(it->args, STR("mapping"));
	it->has_mapping = true;
	it->mapped = arena_new_n(x->r->arena, struct value, value_count(map));
	TRY(got(it->mapped));
	TRY(vec_push(&x->l->mappings, x->r->arena, it));
	size_t n = 0;
	struct value_iter i = value_iter(map);
	while (value_next(&i)) {
		struct map_entry *e;
		TRY(map_put(&it->mapping, i.key, &e, NULL));
		e->val.num = n;
		it->mapped[n++] = i.val;
	}
	return ERR_OK;
}

enum err mapping_find(struct run *x, struct pipe_item *it, struct str key, struct value *ret)
{
	if (!it->has_mapping)
		TRY(build_mapping(x, it));
	struct map_entry *e = map_get(&it->mapping, key);
	*ret = e != NULL ? it->mapped[e->val.num] : VALUE_NONE;
	return ERR_OK;
}

/* The target under another name. */
static void rename_target(struct target *t, struct str name)
{
	t->field = name;
	if (t->leaf != NULL)
		t->leaf->node->field = name;
	if (t->pending != NULL)
		t->pending->item.field = t->pending->node->field = name;
}

static enum err add_copy(struct run *x, const struct target *t, struct sigma_expr *e)
{
	if (t->pending != NULL) {
		struct pending p = *t->pending;
		p.node = e;
		p.item.field = e->field;
		return vec_push(&x->d->pending, x->r->arena, p);
	}
	if (t->leaf == NULL)
		return ERR_OK;
	struct leaf leaf = { .node = e };
	if (t->leaf->applied != NULL) {
		leaf.applied = arena_new_n(x->r->arena, uint64_t, x->words);
		TRY(got(leaf.applied));
		memcpy(leaf.applied, t->leaf->applied, x->words * sizeof(*leaf.applied));
	}
	return vec_push(&x->d->leaves, x->r->arena, leaf);
}

/* The node becomes an OR over copies of itself; the first keeps the target. */
static enum err split(struct run *x, struct target *t, struct sigma_expr *node, const struct str *names, size_t n)
{
	struct sigma_expr old = *node;
	struct place at = { old.line, old.column, 0 };
	node->kind = SIGMA_OR;
	node->values = NULL;
	node->n_values = 0;
	TRY(expr_children(x->r, node, n));
	for (size_t i = 0; i < n; i++) {
		TRY(expr_new(x->r, x->d, SIGMA_LEAF, at, &node->children[i]));
		*node->children[i] = old;
		node->children[i]->label = STR("");
		node->children[i]->field = names[i];
		TRY(doc_spend(x->r, x->d, at, old.n_values));
		/* Values are changed in place later: each its own. */
		struct sigma_value *values = arena_new_n(x->r->arena, struct sigma_value, old.n_values);
		TRY(got(values));
		if (old.n_values > 0)
			memcpy(values, old.values, old.n_values * sizeof(*values));
		node->children[i]->values = values;
		if (i > 0)
			TRY(add_copy(x, t, node->children[i]));
	}
	if (t->leaf != NULL)
		t->leaf->node = node->children[0];
	if (t->pending != NULL)
		t->pending->node = node->children[0];
	rename_target(t, names[0]);
	x->deeper = true;
	return ERR_OK;
}

static enum err set_names(struct run *x, struct target *t, struct value names, struct str front, struct str back)
{
	bool list = value_kind(names) == VALUE_LIST;
	size_t n = list ? value_count(names) : 1, k = 0;
	struct str *at = arena_new_n(x->r->arena, struct str, n);
	TRY(got(at));
	struct value_iter it = value_iter(names);
	for (; k < n; k++) {
		struct str name = value_str_or_empty(list && value_next(&it) ? it.val : names);
		at[k] = front.len + back.len == 0
		            ? name
		            : arena_printf(x->r->arena, "%.*s%.*s%.*s", STR_FMT(front), STR_FMT(name), STR_FMT(back));
		if (at[k].len == 0)
			return pipe_refuse(x, place_of(names), "pipeline-mapping", "write a name or a list of names",
			                   "the mapping of \"%.*s\" is not a field name", STR_FMT(t->field));
	}
	if (n == 0)
		return pipe_refuse(x, place_of(names), "pipeline-mapping", NULL, "the mapping of \"%.*s\" is empty",
		                   STR_FMT(t->field));
	struct sigma_expr *node = t->leaf != NULL ? t->leaf->node : t->pending != NULL ? t->pending->node : NULL;
	if (n == 1 || node == NULL) {
		rename_target(t, at[0]);
		return ERR_OK;
	}
	return split(x, t, node, at, n);
}

/* Field references name fields, too. */
static enum err map_references(struct run *x, struct pipe_item *it, struct sigma_expr *e)
{
	for (size_t i = 0; i < e->n_values; i++) {
		struct value to;
		if (e->values[i].kind != SIGMA_FIELDREF)
			continue;
		TRY(mapping_find(x, it, e->values[i].text, &to));
		struct value_iter first = value_iter(to);
		if (value_kind(to) == VALUE_LIST && value_next(&first))
			to = first.val;
		if (value_str_or_empty(to).len > 0)
			e->values[i].text = value_str_or_empty(to);
	}
	return ERR_OK;
}

enum err field_map(struct run *x, struct pipe_item *it, struct target *t)
{
	struct value to;
	if (t->leaf != NULL)
		TRY(map_references(x, it, t->leaf->node));
	if (t->field.ptr == NULL)
		return ERR_OK;
	TRY(mapping_find(x, it, t->field, &to));
	if (value_kind(to) == VALUE_ABSENT || value_kind(to) == VALUE_NULL)
		return ERR_OK;
	return set_names(x, t, to, STR(""), STR(""));
}

enum err field_prefix(struct run *x, struct pipe_item *it, struct target *t)
{
	if (t->field.ptr == NULL)
		return ERR_OK;
	struct str name =
	    arena_printf(x->r->arena, "%.*s%.*s", STR_FMT(value_str_or_empty(value_get(it->args, STR("prefix")))),
	                 STR_FMT(t->field));
	TRY(got(name.ptr));
	rename_target(t, name);
	return ERR_OK;
}

enum err field_suffix(struct run *x, struct pipe_item *it, struct target *t)
{
	if (t->field.ptr == NULL)
		return ERR_OK;
	struct str name = arena_printf(x->r->arena, "%.*s%.*s", STR_FMT(t->field),
	                               STR_FMT(value_str_or_empty(value_get(it->args, STR("suffix")))));
	TRY(got(name.ptr));
	rename_target(t, name);
	return ERR_OK;
}

enum err field_prefix_map(struct run *x, struct pipe_item *it, struct target *t)
{
	if (t->field.ptr == NULL)
		return ERR_OK;
	struct value_iter i = value_iter(value_get(it->args, STR("mapping")));
	while (value_next(&i))
		if (str_starts(t->field, i.key))
			return set_names(x, t, i.val, STR(""), str_cut(t->field, i.key.len, t->field.len));
	return ERR_OK;
}

static enum err snake_case(struct run *x, struct str s, struct str *ret)
{
	char *out = arena_alloc(x->r->arena, 2 * s.len);
	TRY(got(out));
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		bool upper = c >= 'A' && c <= 'Z', before = i > 0 && !(s.ptr[i - 1] >= 'A' && s.ptr[i - 1] <= 'Z');
		bool after = i + 1 < s.len && s.ptr[i + 1] >= 'a' && s.ptr[i + 1] <= 'z';
		if (upper && i > 0 && (before || after) && out[n - 1] != '_' && out[n - 1] != '.')
			out[n++] = '_';
		out[n++] = c == ' ' || c == '-' ? '_' : ascii_lower(c);
	}
	*ret = (struct str){ out, n };
	return ERR_OK;
}

enum err field_case(struct run *x, struct pipe_item *it, struct target *t)
{
	struct str how = value_str_or_empty(value_get(it->args, STR("transform_func")));
	if (how.len == 0)
		how = value_str_or_empty(value_get(it->args, STR("method")));
	struct value to;
	if (t->field.ptr == NULL)
		return ERR_OK;
	TRY(mapping_find(x, it, t->field, &to));
	if (value_kind(to) != VALUE_ABSENT)
		return set_names(x, t, to, STR(""), STR(""));
	struct str name = t->field;
	if (str_is(how, "snake_case")) {
		TRY(snake_case(x, t->field, &name));
	} else if (str_is(how, "lower")) {
		name = str_lower(x->r->arena, t->field);
	} else {
		name = arena_str(x->r->arena, t->field);
		char *out = arena_alloc(x->r->arena, name.len);
		TRY(got(out));
		for (size_t i = 0; i < name.len; i++)
			out[i] = (char)(name.ptr[i] >= 'a' && name.ptr[i] <= 'z' ? name.ptr[i] - 32 : name.ptr[i]);
		name.ptr = out;
	}
	TRY(got(name.ptr));
	rename_target(t, name);
	return ERR_OK;
}
