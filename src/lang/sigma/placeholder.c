/* Placeholders: %name% in values that carry `expand`. What a name stands for comes from the options or from pipelines,
 * so such items wait, as pending, until linking has bound every name in them. A value with several placeholders stands
 * for every combination. */
#include "lang/sigma/internal.h"

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
	       c == '.';
}

/* The next %name% at or after *at; *at moves behind it. */
bool placeholder_next(struct str text, size_t *at, struct str *ret_name, size_t *ret_from)
{
	for (size_t i = *at; i < text.len; i++) {
		if (text.ptr[i] != '%')
			continue;
		size_t to = i + 1;
		while (to < text.len && is_name(text.ptr[to]))
			to++;
		if (to < text.len && text.ptr[to] == '%' && to > i + 1) {
			*ret_name = str_cut(text, i + 1, to);
			*ret_from = i;
			*at = to + 1;
			return true;
		}
		i = to - 1; /* this may be the next one's start */
	}
	return false;
}

const struct binding *binding_find(const binding_list *list, struct str name)
{
	for (size_t i = 0; list != NULL && i < list->n; i++)
		if (str_eq(list->at[i].name, name))
			return &list->at[i];
	return NULL;
}

/* One piece of a value: literal parts, or what a placeholder stands for. */
struct piece {
	struct seed *forms;
	size_t n;
};
typedef VEC(struct piece) piece_list;

static enum err form_of(struct reader *r, struct value v, bool regex, struct seed *ret)
{
	char scratch[VALUE_TEXT_MAX];
	if (!value_text(v, scratch, &ret->text))
		return refuse(r, place_of(v), "sigma-placeholder", NULL, "a %s cannot be the value of a placeholder",
		              value_kind_name(value_kind(v)));
	ret->text = arena_str(r->arena, ret->text);
	TRY(got(ret->text.ptr));
	TRY(sigma_string_parse(r->arena, ret->text, &ret->string));
	return regex ? string_to_regex(r->arena, &ret->string, &ret->text) : ERR_OK;
}

static enum err binding_forms(struct reader *r, const struct binding *b, bool regex, struct piece *ret)
{
	bool list = !b->wildcard && value_kind(b->value) == VALUE_LIST;
	size_t n = list ? value_count(b->value) : 1;
	if (n > LIMIT_RULE_NODES)
		return refuse(r, place_of(b->value), "sigma-limit", NULL, "placeholder with more than %d values",
		              LIMIT_RULE_NODES);
	ret->forms = arena_new_n(r->arena, struct seed, n);
	TRY(got(ret->forms));
	ret->n = 0;
	if (b->wildcard) {
		ret->forms[0].text = regex ? STR("(?s:.*)") : STR("*");
		ret->n = 1;
		return sigma_string_parse(r->arena, STR("*"), &ret->forms[0].string);
	}
	if (!list) {
		ret->n = 1;
		return form_of(r, b->value, regex, &ret->forms[0]);
	}
	struct value_iter it = value_iter(b->value);
	while (value_next(&it))
		TRY(form_of(r, it.val, regex, &ret->forms[ret->n++]));
	return ERR_OK;
}

static enum err add_literal(struct reader *r, piece_list *list, struct sigma_part part)
{
	struct piece p = { arena_new(r->arena, struct seed), 1 };
	TRY(got(p.forms));
	p.forms[0].string.parts = arena_new(r->arena, struct sigma_part);
	TRY(got(p.forms[0].string.parts));
	p.forms[0].string.parts[0] = part;
	p.forms[0].string.n = 1;
	p.forms[0].text = part.kind == SIGMA_PART_TEXT ? part.text : part.kind == SIGMA_PART_ANY ? STR("*") : STR("?");
	return vec_push(list, r->arena, p);
}

static enum err split_text(struct reader *r, struct str text, bool regex, const binding_list *bound, piece_list *ret)
{
	size_t at = 0, from = 0, start = 0;
	struct str name;
	while (placeholder_next(text, &at, &name, &start)) {
		const struct binding *b = binding_find(bound, name);
		if (b == NULL)
			continue; /* cannot happen after linking: a literal */
		if (start > from)
			TRY(add_literal(r, ret, (struct sigma_part){ SIGMA_PART_TEXT, str_cut(text, from, start) }));
		struct piece p;
		TRY(binding_forms(r, b, regex, &p));
		TRY(vec_push(ret, r->arena, p));
		from = at;
	}
	if (from < text.len)
		TRY(add_literal(r, ret, (struct sigma_part){ SIGMA_PART_TEXT, str_cut(text, from, text.len) }));
	return ERR_OK;
}

/* The combination numbered `which`. */
static enum err join(struct reader *r, const piece_list *pieces, size_t which, struct seed *ret)
{
	size_t n_parts = 0, n_text = 0, rest = which;
	for (size_t i = 0; i < pieces->n; i++) {
		const struct seed *f = &pieces->at[i].forms[rest % pieces->at[i].n];
		rest /= pieces->at[i].n;
		n_parts += f->string.n;
		n_text += f->text.len;
	}
	struct sigma_string s = { arena_new_n(r->arena, struct sigma_part, n_parts), 0 };
	char *text = arena_alloc(r->arena, n_text);
	TRY(got(s.parts));
	TRY(got(text));
	n_text = 0;
	for (size_t i = 0; i < pieces->n; i++) {
		const struct seed *f = &pieces->at[i].forms[which % pieces->at[i].n];
		which /= pieces->at[i].n;
		for (size_t p = 0; p < f->string.n; p++) {
			bool again = f->string.parts[p].kind == SIGMA_PART_ANY && string_ends_any(&s);
			if (!again)
				s.parts[s.n++] = f->string.parts[p];
		}
		if (f->text.len > 0)
			memcpy(text + n_text, f->text.ptr, f->text.len);
		n_text += f->text.len;
	}
	*ret = (struct seed){ s, { text, n_text } };
	return ERR_OK;
}

enum err placeholder_expand(struct reader *r, struct place at, struct str raw, bool regex, const binding_list *bound,
                            seed_list *ret)
{
	piece_list pieces = { 0 };
	if (regex) {
		TRY(split_text(r, raw, true, bound, &pieces));
	} else {
		struct sigma_string s;
		TRY(sigma_string_parse(r->arena, raw, &s));
		for (size_t i = 0; i < s.n; i++) {
			if (s.parts[i].kind == SIGMA_PART_TEXT)
				TRY(split_text(r, s.parts[i].text, false, bound, &pieces));
			else
				TRY(add_literal(r, &pieces, s.parts[i]));
		}
	}
	size_t total = 1;
	for (size_t i = 0; i < pieces.n && total <= LIMIT_RULE_NODES; i++)
		total *= pieces.at[i].n;
	if (total > LIMIT_RULE_NODES)
		return refuse(r, at, "sigma-limit", "shorten the lists behind the placeholders",
		              "placeholders make more than %d values of one", LIMIT_RULE_NODES);
	for (size_t i = 0; i < total; i++) {
		struct seed seed;
		TRY(join(r, &pieces, i, &seed));
		TRY(vec_push(ret, r->arena, seed));
	}
	return ERR_OK;
}

static enum err each_name(struct reader *r, struct value raw, struct sigma_strs *ret, size_t *cap)
{
	if (value_kind(raw) == VALUE_LIST) {
		struct value_iter it = value_iter(raw);
		while (value_next(&it))
			if (value_kind(it.val) == VALUE_STRING)
				TRY(each_name(r, it.val, ret, cap));
		return ERR_OK;
	}
	struct str text = value_str_or_empty(raw), name;
	size_t at = 0, from;
	while (placeholder_next(text, &at, &name, &from)) {
		bool known = false;
		for (size_t i = 0; i < ret->n && !known; i++)
			known = str_eq(ret->at[i], name);
		if (known)
			continue;
		if (ret->n == 1000)
			return refuse(r, place_of(raw), "sigma-limit", NULL, "more than 1000 placeholders in one rule");
		TRY(vec_room(r->arena, (void **)&ret->at, ret->n, cap, sizeof(*ret->at)));
		ret->at[ret->n++] = name;
	}
	return ERR_OK;
}

enum err placeholder_names(struct reader *r, const struct doc *d, struct sigma_strs *ret)
{
	size_t cap = 0;
	*ret = (struct sigma_strs){ NULL, 0 };
	for (size_t i = 0; i < d->pending.n; i++)
		TRY(each_name(r, d->pending.at[i].item.raw, ret, &cap));
	return ERR_OK;
}

static enum err is_bound(struct reader *r, const struct doc *d, struct value raw, bool *ret)
{
	struct sigma_strs names = { NULL, 0 };
	size_t cap = 0;
	TRY(each_name(r, raw, &names, &cap));
	*ret = true;
	for (size_t i = 0; i < names.n; i++)
		*ret = *ret && binding_find(&d->bound, names.at[i]) != NULL;
	return ERR_OK;
}

enum err placeholder_resolve(struct reader *r, struct doc *d, struct value vars)
{
	if (d->pending.n == 0)
		return ERR_OK;
	struct sigma_strs names;
	TRY(placeholder_names(r, d, &names));
	for (size_t i = 0; i < names.n; i++) {
		struct value v = value_get(vars, names.at[i]);
		if (value_kind(v) == VALUE_ABSENT || binding_find(&d->bound, names.at[i]) != NULL)
			continue;
		struct binding b = { .name = names.at[i], .value = v };
		TRY(vec_push(&d->bound, r->arena, b));
	}
	size_t left = 0;
	for (size_t i = 0; i < d->pending.n; i++) {
		struct pending p = d->pending.at[i];
		bool ready;
		TRY(is_bound(r, d, p.item.raw, &ready));
		if (ready)
			TRY(item_fill(r, d, &p.item, &d->bound, p.node));
		else
			d->pending.at[left++] = p;
	}
	d->pending.n = left;
	return ERR_OK;
}
