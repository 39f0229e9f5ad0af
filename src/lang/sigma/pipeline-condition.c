/* The conditions of pipelines. */
#include "lang/sigma/pipeline.h"

bool str_in_list(struct value list, struct str s)
{
	if (value_kind(list) == VALUE_STRING)
		return str_eq(value_str_or_empty(list), s);
	struct value_iter it = value_iter(list);
	while (value_next(&it))
		if (str_eq(value_str_or_empty(it.val), s))
			return true;
	return false;
}

static struct value arg(const struct pipe_condition *c, const char *name)
{
	return value_get(c->args, str_of(name));
}

/* Python's re.match: at the start of the text. Compiled at first use; the linker frees. */
static enum err pattern_matches(struct run *x, struct pipe_condition *c, size_t i, struct str pattern, struct str text,
                                bool *ret)
{
	if (c->res[i] == NULL) {
		struct str anchored = arena_printf(x->r->arena, "\\A(?:%.*s)", STR_FMT(pattern));
		char why[256];
		size_t offset;
		TRY(got(anchored.ptr));
		/* Listed first: what is listed is freed. */
		TRY(vec_push(&x->l->regexes, x->r->arena, &c->res[i]));
		enum err e = regex_new(anchored, 0, &c->res[i], &offset, why);
		if (e == ERR_PARSE)
			return pipe_refuse(x, place_of(c->args), "pipeline-regex", NULL,
			                   "regular expression is wrong: %s", why);
		TRY(e);
	}
	if (x->l->scratch == NULL)
		TRY(regex_scratch_new(&x->l->scratch));
	enum err e = regex_search(c->res[i], x->l->scratch, text, ret);
	if (e == ERR_UNDETERMINED)
		return pipe_refuse(x, place_of(c->args), "pipeline-regex", "make it simpler",
		                   "a regular expression of the pipeline took too many steps");
	return e;
}

static bool part_matches(struct value wanted, struct str have)
{
	return value_kind(wanted) == VALUE_ABSENT || value_kind(wanted) == VALUE_NULL ||
	       ascii_eq_nocase(value_str_or_empty(wanted), have);
}

static bool logsource_matches(const struct run *x, const struct pipe_condition *c, const struct sigma_rule *rule,
                              unsigned depth)
{
	if (rule->kind != SIGMA_CORRELATION)
		return part_matches(arg(c, "category"), rule->logsource.category) &&
		       part_matches(arg(c, "product"), rule->logsource.product) &&
		       part_matches(arg(c, "service"), rule->logsource.service);
	for (size_t i = 0; i < rule->correlation->rules.n && depth < 8; i++) {
		struct doc *d = linker_find(x->l, rule->correlation->rules.at[i], rule->taxonomy);
		if (d != NULL && logsource_matches(x, c, &d->rule, depth + 1))
			return true;
	}
	return false;
}

static enum err test_logsource(struct run *x, struct pipe_condition *c, const struct target *t, bool *ret)
{
	(void)t;
	*ret = logsource_matches(x, c, &x->d->rule, 0);
	return ERR_OK;
}

static enum err test_contains_field(struct run *x, struct pipe_condition *c, const struct target *t, bool *ret)
{
	(void)t;
	struct str field = value_str_or_empty(arg(c, "field"));
	*ret = false;
	for (size_t i = 0; i < x->d->leaves.n; i++)
		*ret = *ret ||
		       (x->d->leaves.at[i].node->field.ptr != NULL && str_eq(x->d->leaves.at[i].node->field, field));
	for (size_t i = 0; i < x->d->pending.n; i++)
		*ret = *ret ||
		       (x->d->pending.at[i].item.field.ptr != NULL && str_eq(x->d->pending.at[i].item.field, field));
	return ERR_OK;
}

/* Does a value of a leaf equal a scalar of the pipeline? Strings in their written-out form, without case. */
static enum err value_equals(struct run *x, const struct sigma_value *v, struct value wanted, bool *ret)
{
	struct sigma_value w;
	struct str a, b;
	TRY(value_plain(x->r, wanted, &w));
	*ret = false;
	if (w.kind != v->kind)
		return ERR_OK;
	if (v->kind == SIGMA_STRING) {
		TRY(string_format(x->r->arena, &v->string, &a));
		TRY(string_format(x->r->arena, &w.string, &b));
		*ret = ascii_eq_nocase(a, b);
	} else if (v->kind == SIGMA_NUMBER) {
		*ret = v->is_integer && w.is_integer ? v->integer == w.integer
		                                     : !(v->number < w.number) && !(v->number > w.number);
	} else {
		*ret = v->kind == SIGMA_NULL || (v->kind == SIGMA_BOOL && v->yes == w.yes);
	}
	return ERR_OK;
}

static enum err test_contains_item(struct run *x, struct pipe_condition *c, const struct target *t, bool *ret)
{
	(void)t;
	struct str field = value_str_or_empty(arg(c, "field"));
	*ret = false;
	for (size_t i = 0; i < x->d->leaves.n && !*ret; i++) {
		const struct sigma_expr *e = x->d->leaves.at[i].node;
		if (e->field.ptr == NULL || !str_eq(e->field, field))
			continue;
		for (size_t v = 0; v < e->n_values && !*ret; v++)
			TRY(value_equals(x, &e->values[v], arg(c, "value"), ret));
	}
	return ERR_OK;
}

static enum err test_is_rule(struct run *x, struct pipe_condition *c, const struct target *t, bool *ret)
{
	(void)c;
	(void)t;
	*ret = x->d->rule.kind == SIGMA_RULE;
	return ERR_OK;
}

static enum err test_is_correlation(struct run *x, struct pipe_condition *c, const struct target *t, bool *ret)
{
	(void)c;
	(void)t;
	*ret = x->d->rule.kind == SIGMA_CORRELATION;
	return ERR_OK;
}

static enum err test_tag(struct run *x, struct pipe_condition *c, const struct target *t, bool *ret)
{
	(void)t;
	struct str tag = value_str_or_empty(arg(c, "tag"));
	*ret = false;
	for (size_t i = 0; i < x->d->rule.tags.n; i++)
		*ret = *ret || ascii_eq_nocase(x->d->rule.tags.at[i], tag);
	return ERR_OK;
}

static bool order_holds(struct str op, int order)
{
	return (str_is(op, "eq") && order == 0) || (str_is(op, "ne") && order != 0) ||
	       (str_is(op, "lt") && order < 0) || (str_is(op, "lte") && order <= 0) ||
	       (str_is(op, "gt") && order > 0) || (str_is(op, "gte") && order >= 0);
}

/* Numbers by size, levels by rank, all else as text; ISO dates order as text. */
static bool scalars_compare(struct value a, struct value b, struct str op)
{
	double x, y;
	char sa[VALUE_TEXT_MAX], sb[VALUE_TEXT_MAX];
	struct str ta, tb;
	enum sigma_level la, lb;
	if (op.len == 0)
		op = STR("eq");
	if (value_double(a, &x) && value_double(b, &y))
		return order_holds(op, x < y ? -1 : x > y);
	if (!value_text(a, sa, &ta) || !value_text(b, sb, &tb))
		return str_is(op, "ne");
	if (sigma_level_parse(ta, &la) == ERR_OK && sigma_level_parse(tb, &lb) == ERR_OK)
		return order_holds(op, (int)la - (int)lb);
	int c = memcmp(ta.ptr, tb.ptr, ta.len < tb.len ? ta.len : tb.len);
	return order_holds(op, c != 0 ? c : ta.len < tb.len ? -1 : ta.len > tb.len);
}

static enum err test_attribute(struct run *x, struct pipe_condition *c, const struct target *t, bool *ret)
{
	(void)t;
	struct value have = value_get(x->d->rule.document, value_str_or_empty(arg(c, "attribute")));
	struct value wanted = arg(c, "value");
	struct str op = value_str_or_empty(arg(c, "op"));
	*ret = false;
	if (value_kind(have) == VALUE_ABSENT)
		return ERR_OK;
	if (value_kind(have) == VALUE_LIST) {
		bool in = false;
		struct value_iter it = value_iter(have);
		while (value_next(&it))
			in = in || scalars_compare(it.val, wanted, STR("eq"));
		*ret = str_is(op, "ne") || (str_is(op, "in") && in) || (str_is(op, "not_in") && !in);
		return ERR_OK;
	}
	*ret = scalars_compare(have, wanted, op);
	return ERR_OK;
}

static enum err test_rule_applied(struct run *x, struct pipe_condition *c, const struct target *t, bool *ret)
{
	(void)t;
	*ret = pipe_applied(x, x->d->applied, value_str_or_empty(arg(c, "processing_item_id")));
	return ERR_OK;
}

static enum err test_leaf_applied(struct run *x, struct pipe_condition *c, const struct target *t, bool *ret)
{
	*ret = t->leaf != NULL && pipe_applied(x, t->leaf->applied, value_str_or_empty(arg(c, "processing_item_id")));
	return ERR_OK;
}

static enum err test_state(struct run *x, struct pipe_condition *c, const struct target *t, bool *ret)
{
	(void)t;
	const struct binding *b = binding_find(&x->d->state, value_str_or_empty(arg(c, "key")));
	*ret = b != NULL && scalars_compare(b->value, arg(c, "val"), value_str_or_empty(arg(c, "op")));
	return ERR_OK;
}

/* Over a leaf's values: all or (the default) any of them. */
static enum err over_values(struct run *x, struct pipe_condition *c, const struct target *t,
                            enum err (*one)(struct run *, struct pipe_condition *, const struct sigma_value *, bool *),
                            bool *ret)
{
	bool all = str_is(value_str_or_empty(arg(c, "cond")), "all"), negate = false, hit;
	IGNORE(value_bool(arg(c, "negate"), &negate)); /* absent = false */
	const struct sigma_expr *e = t->leaf != NULL ? t->leaf->node : NULL;
	*ret = all && e != NULL;
	for (size_t i = 0; e != NULL && i < e->n_values; i++) {
		TRY(one(x, c, &e->values[i], &hit));
		hit = hit != negate;
		*ret = all ? *ret && hit : *ret || hit;
	}
	return ERR_OK;
}

static enum err one_matches(struct run *x, struct pipe_condition *c, const struct sigma_value *v, bool *ret)
{
	struct str text;
	*ret = false;
	if (v->kind != SIGMA_STRING)
		return ERR_OK;
	TRY(string_format(x->r->arena, &v->string, &text));
	return pattern_matches(x, c, 0, value_str_or_empty(arg(c, "pattern")), text, ret);
}

static enum err one_equals(struct run *x, struct pipe_condition *c, const struct sigma_value *v, bool *ret)
{
	return value_equals(x, v, arg(c, "value"), ret);
}

static enum err one_wildcard(struct run *x, struct pipe_condition *c, const struct sigma_value *v, bool *ret)
{
	(void)x;
	(void)c;
	*ret = v->kind == SIGMA_STRING && string_has_wildcard(&v->string);
	return ERR_OK;
}

static enum err one_null(struct run *x, struct pipe_condition *c, const struct sigma_value *v, bool *ret)
{
	(void)x;
	(void)c;
	*ret = v->kind == SIGMA_NULL;
	return ERR_OK;
}

static enum err test_match_string(struct run *x, struct pipe_condition *c, const struct target *t, bool *ret)
{
	return over_values(x, c, t, one_matches, ret);
}
static enum err test_match_value(struct run *x, struct pipe_condition *c, const struct target *t, bool *ret)
{
	return over_values(x, c, t, one_equals, ret);
}
static enum err test_wildcard(struct run *x, struct pipe_condition *c, const struct target *t, bool *ret)
{
	return over_values(x, c, t, one_wildcard, ret);
}
static enum err test_null(struct run *x, struct pipe_condition *c, const struct target *t, bool *ret)
{
	return over_values(x, c, t, one_null, ret);
}

static enum err test_include(struct run *x, struct pipe_condition *c, const struct target *t, bool *ret)
{
	struct value fields = arg(c, "fields");
	*ret = false;
	if (t->field.ptr == NULL)
		return ERR_OK;
	if (c->n_res == 0) {
		*ret = str_in_list(fields, t->field);
		return ERR_OK;
	}
	struct value_iter it = value_iter(fields);
	for (size_t i = 0; i < c->n_res && !*ret && value_next(&it); i++)
		TRY(pattern_matches(x, c, i, value_str_or_empty(it.val), t->field, ret));
	return ERR_OK;
}

static enum err test_exclude(struct run *x, struct pipe_condition *c, const struct target *t, bool *ret)
{
	bool included;
	TRY(test_include(x, c, t, &included));
	*ret = !included;
	return ERR_OK;
}

static const struct condition_kind rule_kinds[] = {
	{ "logsource", test_logsource, NULL, NULL },
	{ "contains_detection_item", test_contains_item, "value", NULL },
	{ "contains_field", test_contains_field, "field", NULL },
	{ "is_sigma_rule", test_is_rule, NULL, NULL },
	{ "is_sigma_correlation_rule", test_is_correlation, NULL, NULL },
	{ "tag", test_tag, "tag", NULL },
	{ "rule_attribute", test_attribute, "attribute", NULL },
	{ "processing_item_applied", test_rule_applied, "processing_item_id", NULL },
	{ "processing_state", test_state, "key", NULL },
};
static const struct condition_kind leaf_kinds[] = {
	{ "match_string", test_match_string, "pattern", "pattern" },
	{ "match_value", test_match_value, "value", NULL },
	{ "contains_wildcard", test_wildcard, NULL, NULL },
	{ "is_null", test_null, NULL, NULL },
	{ "processing_item_applied", test_leaf_applied, "processing_item_id", NULL },
	{ "processing_state", test_state, "key", NULL },
};
static const struct condition_kind field_kinds[] = {
	{ "include_fields", test_include, "fields", "fields" },
	{ "exclude_fields", test_exclude, "fields", "fields" },
	{ "processing_item_applied", test_leaf_applied, "processing_item_id", NULL },
	{ "processing_state", test_state, "key", NULL },
};
static const struct {
	const struct condition_kind *at;
	size_t n;
} levels[] = {
	[CONDITION_RULE] = { rule_kinds, ARRAY_LEN(rule_kinds) },
	[CONDITION_LEAF] = { leaf_kinds, ARRAY_LEN(leaf_kinds) },
	[CONDITION_FIELD] = { field_kinds, ARRAY_LEN(field_kinds) },
};

const struct condition_kind *condition_kind_find(enum condition_level level, struct str name)
{
	for (size_t i = 0; i < levels[level].n; i++)
		if (str_eq(name, str_of(levels[level].at[i].name)))
			return &levels[level].at[i];
	return NULL;
}

size_t condition_kind_names(enum condition_level level, const char **names, size_t max)
{
	size_t n = levels[level].n < max ? levels[level].n : max;
	for (size_t i = 0; i < n; i++)
		names[i] = levels[level].at[i].name;
	return n;
}

static enum err eval(struct run *x, struct pipe_conditions *c, const struct sigma_expr *e, const struct target *t,
                     bool *ret)
{
	if (e->kind == SIGMA_RULE_REF)
		return c->at[e->line].kind->test(x, &c->at[e->line], t, ret);
	bool one;
	*ret = e->kind == SIGMA_AND;
	for (size_t i = 0; i < e->n; i++) {
		TRY(eval(x, c, e->children[i], t, &one));
		if (e->kind == SIGMA_NOT)
			*ret = !one;
		else
			*ret = e->kind == SIGMA_AND ? *ret && one : *ret || one;
	}
	return ERR_OK;
}

enum err conditions_hold(struct run *x, struct pipe_conditions *c, const struct target *t, bool *ret)
{
	*ret = true;
	if (c->n == 0)
		return ERR_OK;
	if (c->expr != NULL) {
		TRY(eval(x, c, c->expr, t, ret));
	} else {
		*ret = !c->any;
		for (size_t i = 0; i < c->n; i++) {
			bool one;
			TRY(c->at[i].kind->test(x, &c->at[i], t, &one));
			*ret = c->any ? *ret || one : *ret && one;
		}
	}
	*ret = *ret != c->negate;
	return ERR_OK;
}
