/*
 * The facts part of a mapping file. A candidate is written as one line, a source and what is done to it:
 *	userIdentity.arn | arn account
 *	eventSource | before .amazonaws.com
 *	'root'
 * or as a map: {from: CANDIDATE, map: {word: word, "*": word}} or {join: [CANDIDATE, ...], with: TEXT}.
 */
#include "source/mapping.h"

#include "base/diag.h"

enum { OPS_MAX = 8, EXPR_DEPTH_MAX = 8 };

static const struct {
	const char *name;
	enum mapping_op_kind kind;
} ops[] = {
	{ "after", OP_AFTER },
	{ "before", OP_BEFORE },
	{ "after-last", OP_AFTER_LAST },
	{ "before-last", OP_BEFORE_LAST },
	{ "has", OP_HAS },
	{ "starts", OP_STARTS },
	{ "not", OP_NOT },
	{ "arn", OP_ARN },
	{ "prefix", OP_PREFIX },
	{ "suffix", OP_SUFFIX },
	{ "lower", OP_LOWER },
	{ "gives", OP_GIVES },
};

static struct str trim(struct str s)
{
	while (s.len > 0 && s.ptr[0] == ' ')
		s = str_cut(s, 1, s.len);
	while (s.len > 0 && s.ptr[s.len - 1] == ' ')
		s.len--;
	return s;
}

/* 'text' or "text" without its quotes. */
static bool unquote(struct str *s)
{
	if (s->len < 2 || (s->ptr[0] != '\'' && s->ptr[0] != '"') || s->ptr[s->len - 1] != s->ptr[0])
		return false;
	*s = str_cut(*s, 1, s->len - 1);
	return true;
}

static void parse_op(struct mapping_reader *r, struct value where, struct str text, struct mapping_op *ret)
{
	const char *space = memchr(text.ptr, ' ', text.len);
	struct str name = str_cut(text, 0, space != NULL ? (size_t)(space - text.ptr) : text.len);
	struct str arg = trim(str_cut(text, name.len, text.len));
	IGNORE(unquote(&arg)); /* quotes are only needed for spaces and bars */
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		if (str_eq(str_of(ops[i].name), name)) {
			*ret = (struct mapping_op){ ops[i].kind, arg };
			if (arg.len == 0 && ops[i].kind != OP_LOWER)
				mapping_complain(r, where, "", "\"%.*s\" needs a text", STR_FMT(name));
			return;
		}
	mapping_complain(r, where, "after before after-last before-last has starts not arn prefix suffix lower gives",
	                 "unknown step \"%.*s\"", STR_FMT(name));
}

/* Length up to the next bar outside quotes. */
static size_t up_to_bar(struct str s)
{
	char quote = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == quote)
			quote = 0;
		else if (quote == 0 && (s.ptr[i] == '\'' || s.ptr[i] == '"'))
			quote = s.ptr[i];
		else if (quote == 0 && s.ptr[i] == '|')
			return i;
	}
	return s.len;
}

static fallible parse_line(struct mapping_reader *r, struct value where, struct str line, struct mapping_expr *ret)
{
	struct mapping_op list[OPS_MAX];
	size_t end = up_to_bar(line);
	struct str head = trim(str_cut(line, 0, end));
	ret->path.slot = MAPPING_NO_SLOT;
	if (unquote(&head)) {
		ret->kind = EXPR_TEXT;
		ret->text = head;
	} else {
		ret->kind = EXPR_PATH;
		TRY(mapping_path_parse_text(r, where, head, &ret->path));
	}
	while (end < line.len) {
		line = str_cut(line, end + 1, line.len);
		end = up_to_bar(line);
		if (ret->n_ops == OPS_MAX) {
			mapping_complain(r, where, "", "more than %d steps", OPS_MAX);
			break;
		}
		list[ret->n_ops] = (struct mapping_op){ 0 };
		parse_op(r, where, trim(str_cut(line, 0, end)), &list[ret->n_ops++]);
	}
	ret->ops = arena_new_n(r->arena, struct mapping_op, ret->n_ops + 1);
	TRY(got(ret->ops));
	memcpy(ret->ops, list, ret->n_ops * sizeof(*list));
	return ERR_OK;
}

static fallible parse_words(struct mapping_reader *r, struct value v, struct mapping_expr *ret)
{
	if (value_kind(v) != VALUE_MAP) {
		mapping_complain(r, v, "", "\"map\" must be a map");
		return ERR_OK;
	}
	ret->words = arena_new_n(r->arena, struct mapping_word, value_count(v) + 1);
	TRY(got(ret->words));
	struct value_iter it = value_iter(v);
	while (value_next(&it)) {
		struct mapping_word *w = &ret->words[ret->n_words++];
		w->from = arena_str(r->arena, it.key);
		TRY(got(w->from.ptr));
		TRY(mapping_text(r, it.val, &w->to));
	}
	return ERR_OK;
}

static fallible parse_expr(struct mapping_reader *r, struct value v, int depth, struct mapping_expr *ret)
{
	static const char *const known_map[] = { "from", "map", NULL }, *const known_join[] = { "join", "with", NULL };
	struct str line;
	*ret = (struct mapping_expr){ 0 };
	if (depth > EXPR_DEPTH_MAX) {
		mapping_complain(r, v, "", "nested too deeply");
		return ERR_OK;
	}
	if (value_str(v, &line)) {
		line = arena_str(r->arena, line);
		TRY(got(line.ptr));
		return parse_line(r, v, line, ret);
	}
	struct value join = value_get(v, STR("join")), with = value_get(v, STR("with"));
	if (join.at == 0) {
		if (!mapping_check_keys(r, v, "a candidate", known_map))
			return ERR_OK;
		TRY(parse_expr(r, value_get(v, STR("from")), depth + 1, ret));
		return parse_words(r, value_get(v, STR("map")), ret);
	}
	if (!mapping_check_keys(r, v, "a candidate", known_join))
		return ERR_OK;
	size_t n = mapping_many(join);
	ret->kind = EXPR_JOIN;
	ret->parts = arena_new_n(r->arena, struct mapping_expr, n + 1);
	TRY(got(ret->parts));
	for (size_t i = 0; i < n; i++)
		TRY(parse_expr(r, mapping_nth(join, i), depth + 1, &ret->parts[i]));
	ret->n_parts = (uint32_t)n;
	if (with.at != 0)
		TRY(mapping_text(r, with, &ret->text));
	return ERR_OK;
}

static fallible parse_exprs(struct mapping_reader *r, struct value v, struct mapping_exprs *ret)
{
	size_t n = mapping_many(v);
	if (n == 0)
		return ERR_OK;
	ret->at = arena_new_n(r->arena, struct mapping_expr, n);
	TRY(got(ret->at));
	for (size_t i = 0; i < n; i++)
		TRY(parse_expr(r, mapping_nth(v, i), 0, &ret->at[i]));
	ret->n = (uint32_t)n;
	return ERR_OK;
}

static const struct {
	const char *group, *key;
} fact_names[FACT_COUNT] = {
#define FACT(name, group, key, member) [FACT_##name] = { group, key },
#include "source/facts.def"
#undef FACT
	[FACT_OUTCOME] = { "", "outcome" },
};

static fallible parse_resources(struct mapping_reader *r, struct value v, struct mapping_facts *ret)
{
	static const char *const known[] = { "each", "id", "type", "account", "region", NULL };
	size_t n = mapping_many(v);
	ret->resources = arena_new_n(r->arena, struct mapping_resource, n + 1);
	TRY(got(ret->resources));
	for (size_t i = 0; i < n; i++) {
		struct value at = mapping_nth(v, i), each = value_get(at, STR("each"));
		struct mapping_resource *res = &ret->resources[i];
		if (!mapping_check_keys(r, at, "a resource", known))
			continue;
		res->has_each = each.at != 0;
		if (res->has_each)
			TRY(mapping_path_parse(r, each, &res->each));
		for (unsigned p = 0; p < RESOURCE_PARTS; p++)
			TRY(parse_exprs(r, value_get(at, str_of(known[1 + p])), &res->parts[p]));
		if (res->parts[RESOURCE_ID].n == 0)
			mapping_complain(r, at, "", "a resource needs an id");
	}
	ret->n_resources = (uint32_t)n;
	return ERR_OK;
}

/* The map under facts must have no group and no part that facts.def does not know. */
static void check_groups(struct mapping_reader *r, struct value v)
{
	static const char *const groups[] = { "actor", "action", "origin", "scope" };
	for (size_t g = 0; g < ARRAY_LEN(groups); g++) {
		struct value group = value_get(v, str_of(groups[g]));
		const char *known[FACT_COUNT + 1];
		size_t n = 0;
		for (size_t i = 0; i < FACT_COUNT; i++)
			if (strcmp(fact_names[i].group, groups[g]) == 0)
				known[n++] = fact_names[i].key;
		known[n] = NULL;
		if (group.at != 0)
			IGNORE(mapping_check_keys(r, group, groups[g], known)); /* it has said what is wrong */
	}
}

fallible mapping_parse_facts(struct mapping_reader *r, struct value v, struct mapping_facts *ret)
{
	static const char *const known[] = { "id",    "id_with", "time",    "actor",     "action", "origin",
		                             "scope", "error",   "outcome", "resources", NULL };
	if (!mapping_check_keys(r, v, "facts", known))
		return ERR_OK;
	check_groups(r, v);
	TRY(mapping_paths_parse(r, value_get(v, STR("id")), &ret->id));
	TRY(mapping_paths_parse(r, value_get(v, STR("id_with")), &ret->id_with));
	TRY(mapping_paths_parse(r, value_get(v, STR("time")), &ret->time));
	for (size_t i = 0; i < FACT_COUNT; i++) {
		struct value from = fact_names[i].group[0] == 0 ? v : value_get(v, str_of(fact_names[i].group));
		TRY(parse_exprs(r, value_get(from, str_of(fact_names[i].key)), &ret->fields[i]));
	}
	return parse_resources(r, value_get(v, STR("resources")), ret);
}
