/* Correlation documents. They are read and checked here, resolved by linking, and evaluated elsewhere. */
#include "base/option.h"
#include "base/time.h"
#include "lang/sigma/internal.h"

static const char *const types[] = { "event_count", "value_count", "temporal",         "temporal_ordered",
	                             "value_sum",   "value_avg",   "value_percentile", "value_median" };
static const char *const bounds[] = { "lt", "lte", "gt", "gte", "eq", "neq" };

const char *sigma_correlation_type_name(enum sigma_correlation_type t)
{
	return types[t];
}

static bool find_name(struct str s, const char *const *names, size_t n, size_t *ret)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(s, str_of(names[i]))) {
			*ret = i;
			return true;
		}
	return false;
}

static enum err read_type(struct reader *r, struct value section, struct place at, struct sigma_correlation *c)
{
	struct value v = value_get(section, STR("type"));
	struct str type;
	size_t which = 0;
	if (value_kind(v) == VALUE_ABSENT)
		return refuse(r, at, "sigma-correlation", "add \"type: event_count\" or another",
		              "no type of correlation");
	TRY(text_read(r, v, "type", &type));
	if (!find_name(type, types, ARRAY_LEN(types), &which))
		return refuse(r, place_of(v), "sigma-correlation", nearest_hint(r, type, types, ARRAY_LEN(types)),
		              "unknown type of correlation \"%.*s\"", STR_FMT(str_cut(type, 0, 64)));
	c->type = (enum sigma_correlation_type)which;
	return ERR_OK;
}

static enum err read_timespan(struct reader *r, struct value section, struct place at, struct sigma_correlation *c)
{
	struct value v = value_get(section, STR("timespan"));
	if (value_kind(v) == VALUE_ABSENT)
		v = value_get(section, STR("timeframe"));
	struct str text;
	TRY(text_read(r, v, "timespan", &text));
	if (text.len == 0)
		return refuse(r, at, "sigma-correlation", "add \"timespan: 5m\"", "no timespan");
	if (time_parse_duration(text, &c->timespan_ns) != ERR_OK || c->timespan_ns <= 0)
		return refuse(r, place_of(v), "sigma-correlation",
		              "write a number and one of s m h d w M y, such as 15m", "\"%.*s\" is not a timespan",
		              STR_FMT(str_cut(text, 0, 64)));
	return ERR_OK;
}

static enum err read_aliases(struct reader *r, struct value v, struct sigma_correlation *c)
{
	if (value_kind(v) == VALUE_ABSENT || value_kind(v) == VALUE_NULL)
		return ERR_OK;
	if (value_kind(v) != VALUE_MAP)
		return refuse(r, place_of(v), "sigma-correlation", "write ALIAS: {RULE: FIELD}",
		              "aliases must be a map");
	c->aliases = arena_new_n(r->arena, struct sigma_alias, value_count(v));
	TRY(got(c->aliases));
	struct value_iter it = value_iter(v);
	while (value_next(&it)) {
		struct sigma_alias *a = &c->aliases[c->n_aliases++];
		a->name = it.key;
		if (value_kind(it.val) != VALUE_MAP || value_count(it.val) == 0)
			return refuse(r, place_of_key(&it), "sigma-correlation", "write ALIAS: {RULE: FIELD}",
			              "the alias \"%.*s\" names no rule and field", STR_FMT(it.key));
		a->rules = arena_new_n(r->arena, struct str, value_count(it.val));
		a->fields = arena_new_n(r->arena, struct str, value_count(it.val));
		TRY(got(a->rules));
		TRY(got(a->fields));
		struct value_iter inner = value_iter(it.val);
		while (value_next(&inner)) {
			a->rules[a->n] = inner.key;
			TRY(text_read(r, inner.val, "field", &a->fields[a->n++]));
		}
	}
	return ERR_OK;
}

static enum err read_bound(struct reader *r, const struct value_iter *it, struct sigma_correlation *c)
{
	size_t op = 0;
	struct sigma_value number = { 0 };
	struct str text;
	if (str_is(it->key, "field"))
		return texts_read(r, it->val, "field", &c->fields);
	TRY(text_read(r, it->val, "condition", &text));
	if (!str_is(it->key, "percentile") && !find_name(it->key, bounds, ARRAY_LEN(bounds), &op))
		return refuse(r, place_of_key(it), "sigma-correlation",
		              "lt, lte, gt, gte, eq, neq, field or percentile", "unknown criterion \"%.*s\"",
		              STR_FMT(str_cut(it->key, 0, 64)));
	if (!number_read(text, &number))
		return refuse(r, place_of(it->val), "sigma-correlation", "write a number", "\"%.*s\" is not a number",
		              STR_FMT(str_cut(text, 0, 64)));
	if (str_is(it->key, "percentile")) {
		c->percentile = number.number;
		if (!(c->percentile >= 0 && c->percentile <= 100))
			return refuse(r, place_of(it->val), "sigma-correlation", NULL, "a percentile is from 0 to 100");
		return ERR_OK;
	}
	c->bounds[c->n_bounds++] = (struct sigma_bound){ (enum sigma_bound_op)op, number.number };
	return ERR_OK;
}

static bool is_temporal(const struct sigma_correlation *c)
{
	return c->type == SIGMA_TEMPORAL || c->type == SIGMA_TEMPORAL_ORDERED;
}

/* The names of a boolean condition. With a list of rules it may use these only, and "them" means all of them. */
static enum err read_boolean(struct reader *r, struct doc *d, struct value v, struct sigma_correlation *c)
{
	if (!is_temporal(c))
		return refuse(r, place_of(v), "sigma-correlation", "write a map such as {gte: 10}",
		              "a condition over rule names needs type temporal or temporal_ordered");
	struct selections s = { .rule_names = true, .open = c->rules.n == 0 };
	for (size_t i = 0; i < c->rules.n; i++) {
		TRY(vec_room(r->arena, (void **)&s.at, s.n, &s.cap, sizeof(*s.at)));
		struct selection *one = &s.at[s.n++];
		*one = (struct selection){ .name = c->rules.at[i], .at = place_of(v), .size = 1, .depth = 1 };
		TRY(expr_new(r, d, SIGMA_RULE_REF, one->at, &one->expr));
		one->expr->label = one->name;
	}
	bool open = s.open;
	TRY(condition_read(r, d, v, &s, &c->condition));
	if (!open)
		return ERR_OK;
	c->rules.at = arena_new_n(r->arena, struct str, s.n);
	TRY(got(c->rules.at));
	for (size_t i = 0; i < s.n; i++)
		c->rules.at[c->rules.n++] = s.at[i].name;
	return ERR_OK;
}

static enum err read_condition(struct reader *r, struct doc *d, struct value section, struct place at,
                               struct sigma_correlation *c)
{
	struct value v = value_get(section, STR("condition"));
	enum value_kind k = value_kind(v);
	bool text = k == VALUE_STRING || k == VALUE_LIST;
	if (text)
		TRY(read_boolean(r, d, v, c));
	if (k == VALUE_MAP) {
		c->bounds = arena_new_n(r->arena, struct sigma_bound, value_count(v));
		TRY(got(c->bounds));
		struct value_iter it = value_iter(v);
		while (value_next(&it))
			TRY(read_bound(r, &it, c));
	} else if (!text && k != VALUE_ABSENT && k != VALUE_NULL) {
		return refuse(r, place_of(v), "sigma-correlation", "write a map such as {gte: 10}",
		              "the condition cannot be a %s", value_kind_name(k));
	}
	if (!is_temporal(c) && c->n_bounds == 0)
		return refuse(r, at, "sigma-correlation", "add \"condition: {gte: 10}\"",
		              "a %s correlation needs a condition with a number", types[c->type]);
	if (!is_temporal(c) && c->type != SIGMA_EVENT_COUNT && c->fields.n == 0)
		return refuse(r, at, "sigma-correlation", "add \"field: NAME\" to the condition",
		              "a %s correlation needs a field", types[c->type]);
	if (c->fields.n > 1 && c->type != SIGMA_VALUE_COUNT)
		return refuse(r, place_of(v), "sigma-correlation", "give one field",
		              "only value_count takes several fields");
	if (c->fields.n > 0 && (is_temporal(c) || c->type == SIGMA_EVENT_COUNT))
		warn(r, place_of(v), "sigma-correlation", NULL, "\"field\" means nothing to a %s correlation",
		     types[c->type]);
	return ERR_OK;
}

static void check_aliases(struct reader *r, struct place at, const struct sigma_correlation *c)
{
	for (size_t i = 0; i < c->n_aliases && i < 256; i++) {
		bool used = false;
		for (size_t g = 0; g < c->group_by.n && g < 256; g++)
			used = used || str_eq(c->aliases[i].name, c->group_by.at[g]);
		if (!used)
			warn(r, at, "sigma-correlation", "name it in group-by or remove it",
			     "the alias \"%.*s\" is not in group-by", STR_FMT(c->aliases[i].name));
	}
}

static enum err check_rules(struct reader *r, struct place at, const struct sigma_correlation *c)
{
	if (c->rules.n == 0)
		return refuse(r, at, "sigma-correlation", "add \"rules:\" with ids or names", "no rules to correlate");
	if (c->rules.n > LIMIT_RULE_NODES)
		return refuse(r, at, "sigma-limit", NULL, "more than %d rules in one correlation", LIMIT_RULE_NODES);
	for (size_t i = 0; i < c->rules.n; i++)
		if (c->rules.at[i].len == 0)
			return refuse(r, at, "sigma-correlation", NULL, "a rule without id or name");
	if (is_temporal(c) && c->rules.n == 1 && c->condition == NULL && c->n_bounds == 0)
		warn(r, at, "sigma-correlation", "name at least two rules", "a %s correlation of one rule",
		     types[c->type]);
	return ERR_OK;
}

enum err correlation_read(struct reader *r, struct doc *d, struct value section, struct place at)
{
	if (value_kind(section) != VALUE_MAP)
		return refuse(r, at, "sigma-correlation", "write type, rules, timespan and condition",
		              "a correlation must be a map");
	struct sigma_correlation *c = arena_new(r->arena, struct sigma_correlation);
	TRY(got(c));
	c->percentile = 50;
	d->rule.correlation = c;
	TRY(read_type(r, section, at, c));
	TRY(texts_read(r, value_get(section, STR("rules")), "rules", &c->rules));
	TRY(texts_read(r, value_get(section, STR("group-by")), "group-by", &c->group_by));
	TRY(read_timespan(r, section, at, c));
	TRY(read_aliases(r, value_get(section, STR("aliases")), c));
	TRY(read_condition(r, d, section, at, c));
	TRY(check_rules(r, at, c));
	check_aliases(r, at, c);
	struct value generate = value_get(section, STR("generate"));
	if (value_kind(generate) == VALUE_ABSENT)
		generate = value_get(d->rule.document, STR("generate"));
	if (value_kind(generate) != VALUE_ABSENT && !value_bool(generate, &c->generate))
		return refuse(r, place_of(generate), "sigma-correlation", "write true or false",
		              "\"generate\" is a boolean");
	return ERR_OK;
}
