/* Detections: named selections (maps are AND, lists are OR, lists of scalars are keywords) and the condition that joins
 * them. */
#include "lang/sigma/internal.h"

static bool is_scalar(struct value v)
{
	enum value_kind k = value_kind(v);
	return k != VALUE_MAP && k != VALUE_LIST;
}

static enum err read_map(struct reader *r, struct doc *d, struct value v, struct place at, struct selection *ret)
{
	size_t n = value_count(v), i = 0;
	if (n == 0)
		return refuse(r, at, "sigma-detection", "give it fields, or remove it", "empty selection");
	struct value_iter it = value_iter(v);
	if (n == 1 && value_next(&it))
		return item_read(r, d, &it, &ret->expr);
	TRY(expr_new(r, d, SIGMA_AND, at, &ret->expr));
	TRY(expr_children(r, ret->expr, n));
	it = value_iter(v);
	while (value_next(&it))
		TRY(item_read(r, d, &it, &ret->expr->children[i++]));
	return ERR_OK;
}

static enum err read_list(struct reader *r, struct doc *d, struct value v, struct place at, unsigned depth,
                          struct selection *ret)
{
	size_t n = value_count(v), scalars = 0, i = 0;
	struct value_iter it = value_iter(v);
	while (value_next(&it))
		scalars += is_scalar(it.val);
	if (n == 0)
		return refuse(r, at, "sigma-detection", "give it fields or keywords, or remove it", "empty selection");
	if (scalars == n)
		return item_keywords(r, d, v, &ret->expr);
	TRY(expr_new(r, d, SIGMA_OR, at, &ret->expr));
	TRY(expr_children(r, ret->expr, n));
	it = value_iter(v);
	while (value_next(&it)) {
		struct selection one;
		TRY(selection_read(r, d, it.val, STR(""), place_of(it.val), depth + 1, &one));
		ret->expr->children[i++] = one.expr;
		ret->depth = ret->depth > one.depth ? ret->depth : one.depth;
	}
	return ERR_OK;
}

enum err selection_read(struct reader *r, struct doc *d, struct value v, struct str label, struct place at,
                        unsigned depth, struct selection *ret)
{
	if (depth > LIMIT_RULE_DEPTH / 2)
		return refuse(r, at, "sigma-limit", NULL, "a selection is nested deeper than %d levels",
		              LIMIT_RULE_DEPTH / 2);
	struct selection s = { .name = label, .at = at, .depth = 0 };
	size_t before = d->nodes;
	if (value_kind(v) == VALUE_MAP) {
		TRY(read_map(r, d, v, at, &s));
	} else if (value_kind(v) == VALUE_LIST) {
		TRY(read_list(r, d, v, at, depth, &s));
	} else if (value_kind(v) == VALUE_NULL || value_kind(v) == VALUE_ABSENT) {
		return refuse(r, at, "sigma-detection", "give it fields or keywords, or remove it", "empty selection");
	} else {
		TRY(item_keywords(r, d, v, &s.expr));
	}
	s.expr->label = label;
	s.size = d->nodes - before;
	s.depth += 4; /* the map, not, all, leaf */
	*ret = s;
	return ERR_OK;
}

static bool is_skipped(struct str key, const char *const *skip)
{
	for (; *skip != NULL; skip++)
		if (str_eq(key, str_of(*skip)))
			return true;
	return false;
}

static enum err read_selections(struct reader *r, struct doc *d, struct value section, const char *const *skip,
                                struct selections *s)
{
	struct value_iter it = value_iter(section);
	while (value_next(&it)) {
		if (is_skipped(it.key, skip))
			continue;
		struct selection *one = &s->at[s->n++];
		TRY(selection_read(r, d, it.val, it.key, place_of_key(&it), 0, one));
		one->used = false;
	}
	return ERR_OK;
}

enum err detection_read(struct reader *r, struct doc *d, struct value section, struct place at, const char *const *skip,
                        struct sigma_expr **ret)
{
	if (value_kind(section) != VALUE_MAP)
		return refuse(r, at, "sigma-detection", "write selections and a condition",
		              "a map is expected here, not a %s", value_kind_name(value_kind(section)));
	struct value condition = value_get(section, STR("condition"));
	if (value_kind(condition) == VALUE_ABSENT)
		return refuse(r, at, "sigma-condition", "add \"condition: NAME\" beside the selections",
		              "no condition");
	struct selections s = { 0 };
	s.at = arena_new_n(r->arena, struct selection, value_count(section));
	TRY(got(s.at));
	TRY(read_selections(r, d, section, skip, &s));
	if (s.n == 0)
		return refuse(r, at, "sigma-detection", "add a selection with fields or keywords", "no selection");
	TRY(condition_read(r, d, condition, &s, ret));
	for (size_t i = 0; i < s.n; i++)
		if (!s.at[i].used && (s.at[i].name.len == 0 || s.at[i].name.ptr[0] != '_'))
			warn(r, s.at[i].at, "sigma-unused", "use it in the condition or remove it",
			     "the condition does not use the selection \"%.*s\"", STR_FMT(s.at[i].name));
	return ERR_OK;
}
