/* Pipeline files, read strictly: a transformation or condition that is not understood would change rules in ways nobody
 * sees, so the pipeline is refused. */
#include "lang/sigma/pipeline.h"
#include "lang/yaml/yaml.h"

enum { NEST_MAX = 8, ITEMS_MAX = 10000, NAMES_MAX = 64 };

static enum err need(struct reader *r, struct value args, const char *name, const char *of)
{
	if (name == NULL || value_kind(value_get(args, str_of(name))) != VALUE_ABSENT)
		return ERR_OK;
	return refuse(r, place_of(args), "pipeline-parameter", NULL, "\"%s\" needs the parameter \"%s\"", of, name);
}

static enum err check_patterns(struct reader *r, struct pipe_condition *c)
{
	struct value v = value_get(c->args, str_of(c->kind->pattern));
	bool list = value_kind(v) == VALUE_LIST, fields = str_is(str_of(c->kind->pattern), "fields");
	if (fields && !str_is(value_str_or_empty(value_get(c->args, STR("mode"))), "re"))
		return ERR_OK;
	if (fields && !list)
		return refuse(r, place_of(v), "pipeline-parameter", NULL, "\"fields\" must be a list");
	c->n_res = list ? value_count(v) : 1;
	c->res = arena_new_n(r->arena, struct regex *, c->n_res);
	TRY(got(c->res));
	struct value_iter it = value_iter(v);
	for (size_t i = 0; i < c->n_res; i++) {
		struct value one = list && value_next(&it) ? it.val : v;
		struct sigma_value pattern = { .kind = SIGMA_REGEX,
			                       .line = place_of(one).line,
			                       .column = place_of(one).column };
		if (!value_str(one, &pattern.text))
			return refuse(r, place_of(one), "pipeline-parameter", NULL,
			              "\"%s\" must be a regular expression", c->kind->pattern);
		TRY(regex_check(r, &pattern));
	}
	return ERR_OK;
}

static enum err read_condition(struct reader *r, enum condition_level level, struct value v, struct pipe_condition *c)
{
	struct str type = value_str_or_empty(value_get(v, STR("type")));
	if (value_kind(v) != VALUE_MAP || type.len == 0)
		return refuse(r, place_of(v), "pipeline-condition", "write \"type: ...\"", "a condition needs a type");
	c->args = v;
	c->kind = condition_kind_find(level, type);
	if (c->kind == NULL) {
		const char *names[NAMES_MAX];
		size_t n = condition_kind_names(level, names, NAMES_MAX);
		return refuse(r, place_of(value_get(v, STR("type"))), "pipeline-condition",
		              nearest_hint(r, type, names, n), "unknown condition \"%.*s\"",
		              STR_FMT(str_cut(type, 0, 64)));
	}
	TRY(need(r, v, c->kind->needs, c->kind->name));
	return c->kind->pattern != NULL ? check_patterns(r, c) : ERR_OK;
}

static enum err read_expression(struct reader *r, struct value v, struct pipe_conditions *c)
{
	struct doc scratch = { 0 };
	struct selections s = { .rule_names = true };
	s.at = arena_new_n(r->arena, struct selection, c->n);
	TRY(got(s.at));
	for (; s.n < c->n; s.n++) {
		s.at[s.n] = (struct selection){ .name = c->at[s.n].name, .size = 1, .depth = 1 };
		TRY(expr_new(r, &scratch, SIGMA_RULE_REF, place_of(v), &s.at[s.n].expr));
		s.at[s.n].expr->label = s.at[s.n].name;
		s.at[s.n].expr->line = (uint32_t)s.n; /* which condition */
	}
	return condition_read(r, &scratch, v, &s, &c->expr);
}

static enum err read_conditions(struct reader *r, enum condition_level level, struct value item, const char *prefix,
                                struct pipe_conditions *c)
{
	struct str list_name = arena_printf(r->arena, "%s_conditions", prefix),
	           op_name = arena_printf(r->arena, "%s_cond_op", prefix),
	           not_name = arena_printf(r->arena, "%s_cond_not", prefix),
	           expr_name = arena_printf(r->arena, "%s_cond_expr", prefix);
	TRY(got(list_name.ptr));
	TRY(got(op_name.ptr));
	TRY(got(not_name.ptr));
	TRY(got(expr_name.ptr));
	struct value list = value_get(item, list_name), op = value_get(item, op_name), no = value_get(item, not_name);
	struct value expr = value_get(item, expr_name);
	enum value_kind k = value_kind(list);
	if (k != VALUE_ABSENT && k != VALUE_LIST && k != VALUE_MAP)
		return refuse(r, place_of(list), "pipeline-condition", NULL, "\"%s\" must be a list or a map",
		              list_name.ptr);
	c->at = arena_new_n(r->arena, struct pipe_condition, value_count(list));
	TRY(got(c->at));
	struct value_iter it = value_iter(list);
	while (value_next(&it)) {
		c->at[c->n].name = it.key;
		TRY(read_condition(r, level, it.val, &c->at[c->n++]));
	}
	struct str how = value_str_or_empty(op);
	if (value_kind(op) != VALUE_ABSENT && !str_is(how, "and") && !str_is(how, "or"))
		return refuse(r, place_of(op), "pipeline-condition", "write and, or", "\"%s\" is \"and\" or \"or\"",
		              op_name.ptr);
	c->any = str_is(how, "or");
	if (value_kind(no) != VALUE_ABSENT && !value_bool(no, &c->negate))
		return refuse(r, place_of(no), "pipeline-condition", NULL, "\"%s\" is true or false", not_name.ptr);
	if (value_kind(expr) == VALUE_ABSENT)
		return ERR_OK;
	if (k != VALUE_MAP)
		return refuse(r, place_of(expr), "pipeline-condition", "write the conditions as a map of names",
		              "an expression needs conditions with names");
	return read_expression(r, expr, c);
}

static bool is_known_key(struct str key)
{
	static const char *const known[] = { "rule_conditions",
		                             "rule_cond_op",
		                             "rule_cond_not",
		                             "rule_cond_expr",
		                             "detection_item_conditions",
		                             "detection_item_cond_op",
		                             "detection_item_cond_not",
		                             "detection_item_cond_expr",
		                             "field_name_conditions",
		                             "field_name_cond_op",
		                             "field_name_cond_not",
		                             "field_name_cond_expr" };
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_eq(key, str_of(known[i])))
			return true;
	return false;
}

static enum err check_keys(struct reader *r, struct value item)
{
	struct value_iter it = value_iter(item);
	while (value_next(&it)) {
		bool about_conditions = str_starts(it.key, STR("rule_cond")) ||
		                        str_starts(it.key, STR("detection_item_cond")) ||
		                        str_starts(it.key, STR("field_name_cond"));
		if (about_conditions && !is_known_key(it.key))
			return refuse(r, place_of_key(&it), "pipeline-condition", NULL, "unknown key \"%.*s\"",
			              STR_FMT(str_cut(it.key, 0, 64)));
	}
	return ERR_OK;
}

static enum err read_items(struct reader *r, struct value list, unsigned depth, struct pipe_item **ret, size_t *ret_n);

static enum err read_item(struct reader *r, struct value v, unsigned depth, struct pipe_item *it)
{
	struct str type = value_str_or_empty(value_get(v, STR("type")));
	it->args = v;
	it->at = place_of(v);
	it->id = value_str_or_empty(value_get(v, STR("id")));
	if (value_kind(v) != VALUE_MAP || type.len == 0)
		return refuse(r, it->at, "pipeline-transformation", "write \"type: ...\"",
		              "a transformation needs a type");
	if (str_is(type, "query_expression_placeholders"))
		return refuse(r, it->at, "pipeline-transformation", "use value_placeholders with a list under \"vars\"",
		              "there is no query language to put an expression in");
	it->kind = transformation_find(type);
	if (it->kind == NULL) {
		const char *names[NAMES_MAX];
		size_t n = transformation_names(names, NAMES_MAX);
		return refuse(r, place_of(value_get(v, STR("type"))), "pipeline-transformation",
		              nearest_hint(r, type, names, n), "unknown transformation \"%.*s\"",
		              STR_FMT(str_cut(type, 0, 64)));
	}
	TRY(need(r, v, it->kind->needs, it->kind->name));
	TRY(check_keys(r, v));
	TRY(read_conditions(r, CONDITION_RULE, v, "rule", &it->rule));
	TRY(read_conditions(r, CONDITION_LEAF, v, "detection_item", &it->leaf));
	TRY(read_conditions(r, CONDITION_FIELD, v, "field_name", &it->field));
	if (it->kind->check != NULL)
		TRY(it->kind->check(r, v));
	if (str_is(type, "nest"))
		return read_items(r, value_get(v, STR("items")), depth + 1, &it->nested, &it->n_nested);
	return ERR_OK;
}

static enum err read_items(struct reader *r, struct value list, unsigned depth, struct pipe_item **ret, size_t *ret_n)
{
	size_t n = value_count(list);
	if (depth > NEST_MAX || n > ITEMS_MAX)
		return refuse(r, place_of(list), "pipeline-limit", NULL,
		              "too many or too deeply nested transformations");
	if (value_kind(list) != VALUE_LIST)
		return refuse(r, place_of(list), "pipeline-transformation", NULL, "transformations must be a list");
	*ret = arena_new_n(r->arena, struct pipe_item, n);
	TRY(got(*ret));
	struct value_iter it = value_iter(list);
	while (value_next(&it))
		TRY(read_item(r, it.val, depth, &(*ret)[(*ret_n)++]));
	return ERR_OK;
}

static enum err read_pipeline(struct reader *r, struct value root, struct sigma_pipeline *p)
{
	static const char *const known[] = { "name", "priority", "vars", "transformations" };
	static const char *const ignored[] = { "allowed_backends", "postprocessing", "finalizers" };
	if (value_kind(root) != VALUE_MAP)
		return refuse(r, place_of(root), "pipeline-document", NULL, "a pipeline must be a map");
	struct value_iter it = value_iter(root);
	while (value_next(&it)) {
		bool found = false;
		for (size_t i = 0; i < ARRAY_LEN(known); i++)
			found = found || str_eq(it.key, str_of(known[i]));
		for (size_t i = 0; i < ARRAY_LEN(ignored) && !found; i++) {
			found = str_eq(it.key, str_of(ignored[i]));
			if (found)
				warn(r, place_of_key(&it), "pipeline-ignored", NULL,
				     "\"%s\" is about queries, which are not made here; it is ignored", ignored[i]);
		}
		if (!found)
			return refuse(r, place_of_key(&it), "pipeline-document",
			              nearest_hint(r, it.key, known, ARRAY_LEN(known)), "unknown key \"%.*s\"",
			              STR_FMT(str_cut(it.key, 0, 64)));
	}
	p->path = r->path;
	TRY(text_read(r, value_get(root, STR("name")), "name", &p->name));
	struct value priority = value_get(root, STR("priority"));
	if (value_kind(priority) != VALUE_ABSENT && !value_int(priority, &p->priority))
		return refuse(r, place_of(priority), "pipeline-document", NULL, "the priority must be a whole number");
	p->vars = value_get(root, STR("vars"));
	struct value items = value_get(root, STR("transformations"));
	if (value_kind(items) == VALUE_ABSENT || value_kind(items) == VALUE_NULL)
		return ERR_OK;
	return read_items(r, items, 0, &p->items, &p->n);
}

enum err sigma_pipeline_parse(struct arena *arena, struct str path, struct str text, struct sigma_pipeline **ret,
                              struct diag_list *diags)
{
	struct reader r = { .arena = arena, .diags = diags, .path = path, .text = text };
	struct yaml_docs docs = { 0 };
	TRY(yaml_read(arena, path, text, &docs, diags));
	if (docs.n != 1)
		return refuse(&r, (struct place){ 1, 1, 0 }, "pipeline-document", NULL,
		              "a pipeline file holds one document, this one %zu", docs.n);
	struct sigma_pipeline *p = arena_new(arena, struct sigma_pipeline);
	TRY(got(p));
	TRY(read_pipeline(&r, docs.at[0], p));
	*ret = p;
	return ERR_OK;
}
