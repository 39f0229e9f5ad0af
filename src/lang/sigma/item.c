/* Items: one field with its modifiers and values, turned into an expression. Without `all` and `neq` an item is one
 * leaf that any of its values satisfies; `all` makes it an AND of leaves, one for each value as written, and `neq` puts
 * a NOT around the whole. */
#include "lang/sigma/internal.h"
#include "value/number.h"

enum err doc_spend(struct reader *r, struct doc *d, struct place at, size_t n)
{
	d->nodes += n;
	if (d->nodes > LIMIT_RULE_NODES)
		return refuse(r, at, "sigma-limit", "split the rule", "the rule has more than %d parts",
		              LIMIT_RULE_NODES);
	return ERR_OK;
}

enum err expr_new(struct reader *r, struct doc *d, enum sigma_expr_kind kind, struct place at, struct sigma_expr **ret)
{
	TRY(doc_spend(r, d, at, 1));
	struct sigma_expr *e = arena_new(r->arena, struct sigma_expr);
	TRY(got(e));
	e->kind = kind;
	e->label = e->modifiers = STR("");
	e->line = at.line;
	e->column = at.column;
	*ret = e;
	return ERR_OK;
}

enum err expr_children(struct reader *r, struct sigma_expr *e, size_t n)
{
	e->children = arena_new_n(r->arena, struct sigma_expr *, n);
	TRY(got(e->children));
	e->n = n;
	return ERR_OK;
}

static void set_double(struct sigma_value *v, double number)
{
	v->number = number;
	v->is_integer =
	    number >= -9007199254740992.0 && number <= 9007199254740992.0 && (double)(int64_t)number == number;
	v->integer = v->is_integer ? (int64_t)number : 0;
}

static size_t digits(const char *text, size_t i)
{
	size_t n = 0;
	while (text[i + n] >= '0' && text[i + n] <= '9')
		n++;
	return n;
}

/* [+-] digits [. digits] [e [+-] digits], with a digit before the exponent. */
static bool is_decimal(const char *text)
{
	size_t i = text[0] == '-' || text[0] == '+', whole = digits(text, i);
	i += whole;
	if (text[i] == '.') {
		size_t part = digits(text, i + 1);
		whole += part;
		i += part + 1;
	}
	if (whole > 0 && (text[i] == 'e' || text[i] == 'E')) {
		i += text[i + 1] == '-' || text[i + 1] == '+' ? 2 : 1;
		size_t exponent = digits(text, i);
		i += exponent;
		whole = exponent;
	}
	return whole > 0 && text[i] == 0;
}

bool number_read(struct str text, struct sigma_value *v)
{
	char copy[64];
	uint64_t big;
	if (text.len == 0 || text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = 0;
	if (memchr(copy, 0, text.len) != NULL || !is_decimal(copy))
		return false;
	if (number_parse_int(text, &v->integer, &big) == NUMBER_INT) {
		v->is_integer = true;
		v->number = (double)v->integer;
	} else {
		set_double(v, number_parse_double(copy));
	}
	return v->number - v->number == 0.0;
}

enum err value_plain(struct reader *r, struct value raw, struct sigma_value *ret)
{
	struct value_span span = value_where(raw);
	struct sigma_value v = { .line = span.line, .column = span.column };
	char scratch[VALUE_TEXT_MAX];
	enum value_kind kind = value_kind(raw);
	if (kind == VALUE_STRING) {
		v.text = value_str_or_empty(raw);
		*ret = v;
		return sigma_string_parse(r->arena, v.text, &ret->string);
	}
	if (!value_text(raw, scratch, &v.text))
		return refuse(r, place_of(raw), "sigma-value",
		              kind == VALUE_MAP ? "name nested fields with dots: a.b" : "write one flat list",
		              "a %s cannot be the value of a field", value_kind_name(kind));
	if (v.text.ptr == scratch)
		v.text = arena_str(r->arena, v.text);
	TRY(got(v.text.ptr));
	double number = 0;
	if (kind == VALUE_NULL) {
		v.kind = SIGMA_NULL;
	} else if (kind == VALUE_BOOL) {
		v.kind = SIGMA_BOOL;
		IGNORE(value_bool(raw, &v.yes)); /* its kind was just looked at */
	} else if (kind == VALUE_INT && value_int(raw, &v.integer)) {
		v.kind = SIGMA_NUMBER;
		v.is_integer = true;
		v.number = (double)v.integer;
	} else if (kind == VALUE_DOUBLE && value_double(raw, &number) && number - number == 0.0) {
		v.kind = SIGMA_NUMBER;
		set_double(&v, number);
	} else { /* beyond 64 bits, or not finite: its text */
		v.kind = SIGMA_STRING;
		v.string = string_of_text(r->arena, v.text);
		TRY(got(v.string.parts));
	}
	*ret = v;
	return ERR_OK;
}

enum err value_modified(struct reader *r, const struct item *item, struct value raw, const binding_list *bound,
                        value_list *ret)
{
	struct sigma_value v;
	TRY(value_plain(r, raw, &v));
	if (!item->chain.expand || v.kind != SIGMA_STRING)
		return chain_apply(r, item, &v, ret);
	seed_list seeds = { 0 };
	TRY(placeholder_expand(r, place_of(raw), v.text, item->chain.regex, bound, &seeds));
	for (size_t i = 0; i < seeds.n; i++) {
		v.string = seeds.at[i].string;
		v.text = seeds.at[i].text;
		struct sigma_value one = v;
		TRY(chain_apply(r, item, &one, ret));
	}
	return ERR_OK;
}

static enum err leaf_add(struct reader *r, struct doc *d, struct sigma_expr *e)
{
	struct leaf leaf = { .node = e };
	return vec_push(&d->leaves, r->arena, leaf);
}

static enum err leaf_fill(struct reader *r, struct doc *d, const struct item *item, const value_list *values,
                          struct sigma_expr *e)
{
	e->kind = SIGMA_LEAF;
	e->field = item->field;
	e->modifiers = item->chain.text;
	e->values = values->at;
	e->n_values = values->n;
	for (size_t i = 0; i < values->n; i++)
		if (values->at[i].kind == SIGMA_REGEX)
			TRY(regex_check(r, &values->at[i]));
	TRY(doc_spend(r, d, item->at, values->n));
	return leaf_add(r, d, e);
}

/* Room for n values, exactly: most lists never grow. */
static enum err values_room(struct reader *r, size_t n, value_list *ret)
{
	*ret = (value_list){ .at = arena_new_n(r->arena, struct sigma_value, n), .cap = n };
	return got(ret->at);
}

/* AND of one leaf for each value as written. */
static enum err fill_all(struct reader *r, struct doc *d, const struct item *item, const binding_list *bound,
                         struct sigma_expr *node)
{
	node->kind = SIGMA_AND;
	TRY(expr_children(r, node, value_count(item->raw)));
	size_t n = 0;
	struct value_iter it = value_iter(item->raw);
	while (value_next(&it)) {
		value_list values;
		TRY(values_room(r, 1, &values));
		TRY(value_modified(r, item, it.val, bound, &values));
		TRY(expr_new(r, d, SIGMA_LEAF, place_of(it.val), &node->children[n]));
		TRY(leaf_fill(r, d, item, &values, node->children[n++]));
	}
	must(n == node->n);
	return ERR_OK;
}

enum err item_fill(struct reader *r, struct doc *d, const struct item *item, const binding_list *bound,
                   struct sigma_expr *node)
{
	if (item->chain.neq) {
		node->kind = SIGMA_NOT;
		TRY(expr_children(r, node, 1));
		struct item inner = *item;
		inner.chain.neq = false;
		TRY(expr_new(r, d, SIGMA_LEAF, item->at, &node->children[0]));
		return item_fill(r, d, &inner, bound, node->children[0]);
	}
	bool list = value_kind(item->raw) == VALUE_LIST;
	if (item->chain.all && list && value_count(item->raw) > 1)
		return fill_all(r, d, item, bound, node);
	value_list values;
	TRY(values_room(r, list ? value_count(item->raw) : 1, &values));
	if (list) {
		struct value_iter it = value_iter(item->raw);
		while (value_next(&it)) {
			TRY(value_modified(r, item, it.val, bound, &values));
			if (values.n > LIMIT_RULE_NODES)
				return doc_spend(r, d, item->at, values.n);
		}
	} else {
		TRY(value_modified(r, item, item->raw, bound, &values));
	}
	return leaf_fill(r, d, item, &values, node);
}

static bool has_placeholder(struct value v)
{
	struct str name;
	size_t at = 0, from;
	if (value_kind(v) == VALUE_STRING)
		return placeholder_next(value_str_or_empty(v), &at, &name, &from);
	struct value_iter it = value_iter(v);
	while (value_next(&it))
		if (value_kind(it.val) == VALUE_STRING && has_placeholder(it.val))
			return true;
	return false;
}

static enum err item_make(struct reader *r, struct doc *d, struct item *item, struct sigma_expr **ret)
{
	if (value_kind(item->raw) == VALUE_LIST && value_count(item->raw) == 0)
		return refuse(r, item->at, "sigma-value", "give at least one value, or remove the field",
		              "an empty list matches nothing");
	struct sigma_expr *e;
	TRY(expr_new(r, d, SIGMA_LEAF, item->at, &e));
	*ret = e;
	if (!item->chain.expand || !has_placeholder(item->raw))
		return item_fill(r, d, item, NULL, e);
	e->field = item->field;
	e->modifiers = item->chain.text;
	struct pending p = { e, *item };
	return vec_push(&d->pending, r->arena, p);
}

enum err item_read(struct reader *r, struct doc *d, const struct value_iter *entry, struct sigma_expr **ret)
{
	struct item item = { .at = place_of_key(entry), .raw = entry->val };
	size_t bar = 0;
	while (bar < entry->key.len && entry->key.ptr[bar] != '|')
		bar++;
	struct str chain = str_cut(entry->key, bar + 1, entry->key.len);
	TRY(chain_parse(r, item.at, chain, &item.chain));
	if (bar > 0)
		item.field = str_cut(entry->key, 0, bar);
	return item_make(r, d, &item, ret);
}

enum err item_keywords(struct reader *r, struct doc *d, struct value raw, struct sigma_expr **ret)
{
	struct item item = { .at = place_of(raw), .raw = raw };
	item.chain.text = STR("");
	return item_make(r, d, &item, ret);
}
