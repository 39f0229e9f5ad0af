/* Pipelines at work: each rule goes through all items of all pipelines, in the order of their priorities. Leaves are
 * changed in place; what is dropped is marked and pruned at the end, so that a selection that lost all its fields
 * disappears and does not turn true or false. */
#include "lang/sigma/pipeline.h"

static const char dropped_mark[] = "(dropped)";

static bool is_dropped(const struct sigma_expr *e)
{
	return e->label.ptr == dropped_mark;
}

static enum err drop(struct run *x, struct pipe_item *it, struct target *t)
{
	(void)x;
	(void)it;
	struct sigma_expr *e = t->leaf != NULL ? t->leaf->node : t->pending != NULL ? t->pending->node : NULL;
	if (e != NULL)
		e->label.ptr = dropped_mark;
	return ERR_OK;
}

static enum err fail_target(struct run *x, struct pipe_item *it, struct target *t)
{
	struct str why = value_str_or_empty(value_get(it->args, STR("message")));
	return refuse(x->r, link_place(x->d), "pipeline-failure", NULL, "the pipeline refuses the field \"%.*s\": %.*s",
	              STR_FMT(t->field), STR_FMT(why));
}

static enum err fail_rule(struct run *x, struct pipe_item *it)
{
	struct str why = value_str_or_empty(value_get(it->args, STR("message")));
	return refuse(x->r, link_place(x->d), "pipeline-failure", NULL, "the pipeline refuses the rule: %.*s",
	              STR_FMT(why));
}

static enum err change_logsource(struct run *x, struct pipe_item *it)
{
	struct sigma_logsource *s = &x->d->rule.logsource;
	struct str c = str_lower(x->r->arena, value_str_or_empty(value_get(it->args, STR("category")))),
	           p = str_lower(x->r->arena, value_str_or_empty(value_get(it->args, STR("product")))),
	           v = str_lower(x->r->arena, value_str_or_empty(value_get(it->args, STR("service"))));
	TRY(got(c.ptr));
	TRY(got(p.ptr));
	TRY(got(v.ptr));
	*s = (struct sigma_logsource){ c, p, v, s->definition };
	return ERR_OK;
}

static enum err set_attribute(struct run *x, struct pipe_item *it)
{
	struct value name = value_get(it->args, STR("attribute"));
	return collection_set(x->r->arena, x->d->rule.document, value_str_or_empty(name),
	                      value_get(it->args, STR("value")), &x->d->rule.document);
}

static enum err set_state(struct run *x, struct pipe_item *it)
{
	struct binding b = { .name = value_str_or_empty(value_get(it->args, STR("key"))),
		             .value = value_get(it->args, STR("val")) };
	for (size_t i = 0; i < x->d->state.n; i++)
		if (str_eq(x->d->state.at[i].name, b.name)) {
			x->d->state.at[i] = b;
			return ERR_OK;
		}
	return vec_push(&x->d->state, x->r->arena, b);
}

static enum err edit_fields(struct run *x, struct pipe_item *it)
{
	struct sigma_strs more, *have = &x->d->rule.fields, out = { NULL, 0 };
	bool set = str_is(str_of(it->kind->name), "set_field"), remove = str_is(str_of(it->kind->name), "remove_field");
	struct value names = value_get(it->args, STR("field"));
	if (value_kind(names) == VALUE_ABSENT)
		names = value_get(it->args, STR("fields"));
	TRY(texts_read(x->r, names, "field", &more));
	out.at = arena_new_n(x->r->arena, struct str, have->n + more.n);
	TRY(got(out.at));
	for (size_t i = 0; i < have->n && !set; i++)
		if (!remove || !str_in_list(names, have->at[i]))
			out.at[out.n++] = have->at[i];
	for (size_t i = 0; i < more.n && !remove; i++)
		out.at[out.n++] = more.at[i];
	*have = out;
	return ERR_OK;
}

static bool handles(const struct pipe_item *it, struct str name)
{
	struct value include = value_get(it->args, STR("include")), exclude = value_get(it->args, STR("exclude"));
	if (value_kind(include) != VALUE_ABSENT)
		return str_in_list(include, name);
	return value_kind(exclude) == VALUE_ABSENT || !str_in_list(exclude, name);
}

static enum err bind_placeholders(struct run *x, struct pipe_item *it)
{
	bool wildcard = str_is(str_of(it->kind->name), "wildcard_placeholders");
	struct sigma_strs names;
	TRY(placeholder_names(x->r, x->d, &names));
	for (size_t i = 0; i < names.n; i++) {
		struct binding b = { .name = names.at[i],
			             .wildcard = wildcard,
			             .value = value_get(x->pipeline->vars, names.at[i]) };
		if (binding_find(&x->d->bound, b.name) != NULL || !handles(it, b.name) ||
		    (!wildcard && value_kind(b.value) == VALUE_ABSENT))
			continue;
		TRY(vec_push(&x->d->bound, x->r->arena, b));
	}
	return placeholder_resolve(x->r, x->d, VALUE_NONE);
}

/* $category, $product and $service in the literal parts of the values of leaves from `first` on. */
static enum err fill_template(struct run *x, struct str *text)
{
	const struct {
		const char *name;
		struct str to;
	} names[] = { { "$category", x->d->rule.logsource.category },
		      { "$product", x->d->rule.logsource.product },
		      { "$service", x->d->rule.logsource.service } };
	for (size_t i = 0; i < text->len;) {
		size_t step = 1;
		struct str rest = str_cut(*text, i, text->len);
		for (size_t n = 0; n < ARRAY_LEN(names); n++) {
			struct str name = str_of(names[n].name);
			if (!str_starts(rest, name))
				continue;
			*text = arena_printf(x->r->arena, "%.*s%.*s%.*s", (int)i, text->ptr, STR_FMT(names[n].to),
			                     STR_FMT(str_cut(rest, name.len, rest.len)));
			TRY(got(text->ptr));
			step = names[n].to.len;
			break;
		}
		i += step;
	}
	return ERR_OK;
}

/* Texts that became empty go, and of two `*` that meet then one. */
static void drop_empty_parts(struct sigma_string *s)
{
	size_t kept = 0;
	for (size_t p = 0; p < s->n; p++) {
		bool empty = s->parts[p].kind == SIGMA_PART_TEXT && s->parts[p].text.len == 0;
		bool again =
		    kept > 0 && s->parts[p].kind == SIGMA_PART_ANY && s->parts[kept - 1].kind == SIGMA_PART_ANY;
		if (!empty && !again)
			s->parts[kept++] = s->parts[p];
	}
	s->n = kept;
}

static enum err fill_templates(struct run *x, size_t first)
{
	for (size_t i = first; i < x->d->leaves.n; i++) {
		struct sigma_expr *e = x->d->leaves.at[i].node;
		for (size_t v = 0; v < e->n_values; v++) {
			struct sigma_string *s = &e->values[v].string;
			if (e->values[v].kind != SIGMA_STRING)
				continue;
			for (size_t p = 0; p < s->n; p++)
				if (s->parts[p].kind == SIGMA_PART_TEXT)
					TRY(fill_template(x, &s->parts[p].text));
			drop_empty_parts(s);
		}
	}
	return ERR_OK;
}

static enum err mark(struct run *x, uint64_t **applied, const struct pipe_item *it)
{
	if (*applied == NULL)
		*applied = arena_new_n(x->r->arena, uint64_t, x->words);
	TRY(got(*applied));
	(*applied)[it->slot / 64] |= (uint64_t)1 << it->slot % 64;
	return ERR_OK;
}

static enum err add_condition(struct run *x, struct pipe_item *it)
{
	struct doc *d = x->d;
	struct selection s;
	bool negated = false, template = false;
	if (d->rule.kind != SIGMA_RULE)
		return ERR_OK;
	IGNORE(value_bool(value_get(it->args, STR("negated")), &negated)); /* absent = false */
	IGNORE(value_bool(value_get(it->args, STR("template")), &template));
	struct str name = value_str_or_empty(value_get(it->args, STR("name")));
	size_t first = d->leaves.n;
	x->r->path = x->pipeline->path; /* what is wrong with it stands there */
	TRY(selection_read(x->r, d, value_get(it->args, STR("conditions")), name.len > 0 ? name : STR("pipeline"),
	                   it->at, 0, &s));
	x->r->path = d->rule.path;
	if (template)
		TRY(fill_templates(x, first));
	for (size_t i = first; i < d->leaves.n; i++)
		TRY(mark(x, &d->leaves.at[i].applied, it));
	struct sigma_expr *e = s.expr, *both;
	if (negated) {
		TRY(expr_new(x->r, d, SIGMA_NOT, it->at, &e));
		TRY(expr_children(x->r, e, 1));
		e->label = STR("not");
		e->children[0] = s.expr;
	}
	TRY(expr_new(x->r, d, SIGMA_AND, it->at, &both));
	TRY(expr_children(x->r, both, 2));
	both->label = STR("pipeline condition and rule");
	both->children[0] = e;
	both->children[1] = d->rule.condition;
	d->rule.condition = both;
	x->deeper = true;
	return ERR_OK;
}

static enum err run_items(struct run *x, struct pipe_item *items, size_t n, unsigned depth);

static enum err nothing(struct run *x, struct pipe_item *it)
{
	(void)x;
	(void)it;
	return ERR_OK; /* nest: run_item goes into its items */
}

static enum err attribute_check(struct reader *r, struct value args)
{
	if (value_kind(value_get(args, STR("value"))) == VALUE_ABSENT)
		return refuse(r, place_of(args), "pipeline-parameter", NULL,
		              "set_custom_attribute needs the parameter \"value\"");
	return ERR_OK;
}

static enum err mapping_check(struct reader *r, struct value args)
{
	struct value m = value_get(args, STR("mapping"));
	if (value_kind(m) == VALUE_MAP)
		return ERR_OK;
	return refuse(r, place_of(m), "pipeline-parameter", "write FROM: TO", "the mapping must be a map");
}

static enum err conditions_check(struct reader *r, struct value args)
{
	struct value m = value_get(args, STR("conditions"));
	if (value_kind(m) == VALUE_MAP && value_count(m) > 0)
		return ERR_OK;
	return refuse(r, place_of(m), "pipeline-parameter", "write FIELD: VALUE",
	              "the conditions must be a map of fields");
}

static const struct transformation table[] = {
	{ "field_name_mapping", NULL, field_map, true, "mapping", mapping_check },
	{ "field_name_prefix_mapping", NULL, field_prefix_map, true, "mapping", mapping_check },
	{ "field_name_prefix", NULL, field_prefix, true, "prefix", NULL },
	{ "field_name_suffix", NULL, field_suffix, true, "suffix", NULL },
	{ "field_name_transform", NULL, field_case, true, NULL, case_check },
	{ "drop_detection_item", NULL, drop, false, NULL, NULL },
	{ "add_condition", add_condition, NULL, false, "conditions", conditions_check },
	{ "change_logsource", change_logsource, NULL, false, NULL, NULL },
	{ "replace_string", NULL, value_replace, false, "regex", replace_check },
	{ "map_string", NULL, value_map_string, false, "mapping", mapping_check },
	{ "set_state", set_state, NULL, false, "key", NULL },
	{ "value_placeholders", bind_placeholders, NULL, false, NULL, NULL },
	{ "wildcard_placeholders", bind_placeholders, NULL, false, NULL, NULL },
	{ "rule_failure", fail_rule, NULL, false, "message", NULL },
	{ "detection_item_failure", NULL, fail_target, false, "message", NULL },
	{ "set_custom_attribute", set_attribute, NULL, false, "attribute", attribute_check },
	{ "convert_type", NULL, value_convert, false, "target_type", convert_check },
	{ "set_value", NULL, value_set, false, "value", NULL },
	{ "case", NULL, value_case, false, NULL, case_check },
	{ "add_field", edit_fields, NULL, false, "field", NULL },
	{ "remove_field", edit_fields, NULL, false, "field", NULL },
	{ "set_field", edit_fields, NULL, false, "fields", NULL },
	{ "nest", nothing, NULL, false, "items", NULL },
};

const struct transformation *transformation_find(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (str_eq(name, str_of(table[i].name)))
			return &table[i];
	return NULL;
}

size_t transformation_names(const char **names, size_t max)
{
	size_t n = ARRAY_LEN(table) < max ? ARRAY_LEN(table) : max;
	for (size_t i = 0; i < n; i++)
		names[i] = table[i].name;
	return n;
}

static bool applied_in(const uint64_t *applied, const struct pipe_item *items, size_t n, struct str id, unsigned depth)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(items[i].id, id) && (applied[items[i].slot / 64] >> items[i].slot % 64 & 1) != 0)
			return true;
		if (depth > 0 && applied_in(applied, items[i].nested, items[i].n_nested, id, depth - 1))
			return true;
	}
	return false;
}

bool pipe_applied(const struct run *x, const uint64_t *applied, struct str id)
{
	for (size_t p = 0; applied != NULL && p < x->options->n_pipelines; p++)
		if (applied_in(applied, x->l->pipelines[p]->items, x->l->pipelines[p]->n, id, 16))
			return true;
	return false;
}

static enum err on_target(struct run *x, struct pipe_item *it, struct target *t, bool *ret_hit)
{
	*ret_hit = false;
	bool leaf, field;
	TRY(conditions_hold(x, &it->leaf, t, &leaf));
	TRY(conditions_hold(x, &it->field, t, &field));
	if (!leaf || !field)
		return ERR_OK;
	*ret_hit = true;
	return it->kind->target(x, it, t);
}

/* The names in a correlation: group-by but for aliases, the fields of aliases, the field that is counted. */
static enum err on_names(struct run *x, struct pipe_item *it, struct str *names, size_t n)
{
	const struct sigma_correlation *c = x->d->rule.correlation;
	for (size_t i = 0; i < n; i++) {
		struct target t = { .field = names[i] };
		bool alias = false, hit;
		for (size_t a = 0; a < c->n_aliases && names == c->group_by.at; a++)
			alias = alias || str_eq(c->aliases[a].name, names[i]);
		if (alias)
			continue;
		TRY(on_target(x, it, &t, &hit));
		names[i] = t.field;
	}
	return ERR_OK;
}

static enum err on_correlation(struct run *x, struct pipe_item *it)
{
	struct sigma_correlation *c = x->d->rule.correlation;
	TRY(on_names(x, it, c->group_by.at, c->group_by.n));
	TRY(on_names(x, it, c->fields.at, c->fields.n));
	for (size_t i = 0; i < c->n_aliases; i++)
		TRY(on_names(x, it, c->aliases[i].fields, c->aliases[i].n));
	return ERR_OK;
}

static enum err on_targets(struct run *x, struct pipe_item *it)
{
	struct doc *d = x->d;
	if (d->rule.kind == SIGMA_CORRELATION)
		return it->kind->fields ? on_correlation(x, it) : ERR_OK;
	size_t n_leaves = d->leaves.n, n_pending = d->pending.n;
	for (size_t i = 0; i < n_leaves; i++) {
		struct leaf leaf = d->leaves.at[i];
		struct target t = { .leaf = &leaf, .field = leaf.node->field };
		bool hit;
		if (is_dropped(leaf.node))
			continue;
		TRY(on_target(x, it, &t, &hit));
		if (hit)
			TRY(mark(x, &leaf.applied, it));
		d->leaves.at[i] = leaf;
	}
	for (size_t i = 0; i < n_pending; i++) {
		struct pending pending = d->pending.at[i];
		struct target t = { .pending = &pending, .field = pending.item.field };
		bool hit;
		if (is_dropped(pending.node))
			continue;
		TRY(on_target(x, it, &t, &hit));
		d->pending.at[i] = pending;
	}
	return ERR_OK;
}

static enum err run_item(struct run *x, struct pipe_item *it, unsigned depth)
{
	static const struct target none = { 0 };
	bool holds;
	TRY(conditions_hold(x, &it->rule, &none, &holds));
	if (!holds)
		return ERR_OK;
	TRY(it->kind->target != NULL ? on_targets(x, it) : it->kind->rule(x, it));
	TRY(mark(x, &x->d->applied, it));
	if (x->deeper && ++x->d->depth > 2 * LIMIT_RULE_DEPTH)
		return refuse(x->r, link_place(x->d), "pipeline-limit", NULL,
		              "pipelines nest the rule deeper than %d levels", 2 * LIMIT_RULE_DEPTH);
	x->deeper = false;
	return it->n_nested > 0 ? run_items(x, it->nested, it->n_nested, depth + 1) : ERR_OK;
}

static enum err run_items(struct run *x, struct pipe_item *items, size_t n, unsigned depth)
{
	must(depth < 16);
	for (size_t i = 0; i < n; i++)
		TRY(run_item(x, &items[i], depth));
	return ERR_OK;
}

/* Takes dropped leaves out, and what is left without children. Sharing is harmless: pruning twice changes nothing. */
static void prune(struct sigma_expr *e, unsigned depth)
{
	must(depth < 4 * LIMIT_RULE_DEPTH);
	if (is_dropped(e) || e->n == 0)
		return;
	size_t n = 0;
	for (size_t i = 0; i < e->n; i++) {
		prune(e->children[i], depth + 1);
		if (!is_dropped(e->children[i]))
			e->children[n++] = e->children[i];
	}
	e->n = n;
	if (n == 0)
		e->label.ptr = dropped_mark;
}

static void forget_dropped(struct doc *d)
{
	size_t n = 0;
	for (size_t i = 0; i < d->pending.n; i++)
		if (!is_dropped(d->pending.at[i].node))
			d->pending.at[n++] = d->pending.at[i];
	d->pending.n = n;
}

static size_t number_items(struct pipe_item *items, size_t n, size_t next)
{
	for (size_t i = 0; i < n; i++) {
		items[i].slot = next++;
		next = number_items(items[i].nested, items[i].n_nested, next);
	}
	return next;
}

enum err pipelines_prepare(struct linker *l, const struct sigma_options *options)
{
	l->pipelines = arena_new_n(l->r.arena, struct sigma_pipeline *, options->n_pipelines);
	TRY(got(l->pipelines));
	for (size_t i = 0; i < options->n_pipelines; i++) {
		size_t k = i;
		for (; k > 0 && l->pipelines[k - 1]->priority > options->pipelines[i]->priority; k--)
			l->pipelines[k] = l->pipelines[k - 1];
		l->pipelines[k] = options->pipelines[i];
	}
	for (size_t i = 0; i < options->n_pipelines; i++)
		l->n_items = number_items(l->pipelines[i]->items, l->pipelines[i]->n, l->n_items);
	return ERR_OK;
}

void pipelines_release(struct linker *l)
{
	for (size_t i = 0; i < l->regexes.n; i++)
		regex_free(l->regexes.at[i]);
	for (size_t i = 0; i < l->mappings.n; i++) {
		map_free(&l->mappings.at[i]->mapping);
		l->mappings.at[i]->mapping = (struct map){ 0 };
		l->mappings.at[i]->has_mapping = false;
	}
	regex_scratch_free(&l->scratch);
}

enum err pipelines_apply(struct reader *r, struct linker *l, const struct sigma_options *options, struct doc *d)
{
	struct run x = { .r = r, .l = l, .d = d, .options = options, .words = (l->n_items + 63) / 64 };
	for (size_t i = 0; i < options->n_pipelines; i++) {
		x.pipeline = l->pipelines[i];
		d->state.n = 0;
		TRY(run_items(&x, l->pipelines[i]->items, l->pipelines[i]->n, 0));
	}
	forget_dropped(d);
	if (d->rule.condition == NULL)
		return ERR_OK;
	prune(d->rule.condition, 0);
	if (is_dropped(d->rule.condition))
		return refuse(r, link_place(d), "pipeline-failure", NULL, "the pipelines drop every field of the rule");
	return ERR_OK;
}
