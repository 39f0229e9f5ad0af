/* Conditions: `or` < `and` < `not` < `N of` < parentheses, any case. A parser by descent, bounded in depth and in the
 * number of nodes the condition stands for when its selections are written out; chains of the same operator become one
 * node with many children. */
#include "lang/sigma/internal.h"

struct token {
	struct str text; /* len 0 = end */
	size_t from;
};
struct parser {
	struct reader *r;
	struct doc *d;
	struct selections *s;
	struct str text;
	struct place place;
	bool exact; /* columns can be counted from place */
	size_t at;
	unsigned depth;
	size_t looked; /* selections compared with patterns */
	struct token next;
};
/* An expression with its written-out size and depth. */
struct part {
	struct sigma_expr *e;
	size_t size;
	unsigned depth;
};
typedef VEC(struct part) part_list;

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void advance(struct parser *p)
{
	size_t i = p->at;
	while (i < p->text.len && is_space(p->text.ptr[i]))
		i++;
	size_t from = i;
	if (i < p->text.len && strchr("()|", p->text.ptr[i]) != NULL) {
		i++;
	} else {
		while (i < p->text.len && !is_space(p->text.ptr[i]) &&
		       (p->text.ptr[i] == 0 || strchr("()|", p->text.ptr[i]) == NULL))
			i++;
	}
	p->next = (struct token){ str_cut(p->text, from, i), from };
	p->at = i;
}

static struct place here(const struct parser *p)
{
	struct place at = p->place;
	if (p->exact && at.column != 0) {
		at.column += (uint32_t)p->next.from;
		at.length = (uint32_t)p->next.text.len;
	}
	return at;
}

static bool is_word(const struct parser *p, const char *word)
{
	return ascii_eq_nocase(p->next.text, str_of(word));
}

bool name_glob(struct str pattern, struct str name)
{
	size_t p = 0, n = 0, star = SIZE_MAX, mark = 0;
	while (n < name.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			mark = n;
		} else if (p < pattern.len && pattern.ptr[p] == name.ptr[n]) {
			p++;
			n++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			n = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

static enum err missing_selection(struct parser *p, struct str name)
{
	size_t n = p->s->n < 256 ? p->s->n : 256;
	const char **names = arena_new_n(p->r->arena, const char *, n);
	TRY(got(names));
	for (size_t i = 0; i < n; i++) {
		names[i] = arena_str(p->r->arena, p->s->at[i].name).ptr;
		TRY(got(names[i]));
	}
	const char *what = p->s->rule_names ? "rule" : "selection";
	return refuse(p->r, here(p), "sigma-condition", nearest_hint(p->r, name, names, n),
	              "the condition names the %s \"%.*s\", which does not exist", what,
	              STR_FMT(str_cut(name, 0, 128)));
}

static enum err open_selection(struct parser *p, struct str name, struct selection **ret)
{
	struct selections *s = p->s;
	TRY(vec_room(p->r->arena, (void **)&s->at, s->n, &s->cap, sizeof(*s->at)));
	struct selection *sel = &s->at[s->n];
	*sel = (struct selection){ .name = name, .at = here(p), .size = 1, .depth = 1 };
	TRY(expr_new(p->r, p->d, SIGMA_RULE_REF, sel->at, &sel->expr));
	sel->expr->label = name;
	s->n++;
	*ret = sel;
	return ERR_OK;
}

static enum err limit_looked(struct parser *p)
{
	if (p->looked > 50u * LIMIT_RULE_NODES)
		return refuse(p->r, here(p), "sigma-limit", NULL, "the condition is too large");
	return ERR_OK;
}

static enum err find_selection(struct parser *p, struct str name, struct selection **ret)
{
	p->looked += p->s->n;
	TRY(limit_looked(p));
	for (size_t i = 0; i < p->s->n; i++)
		if (str_eq(p->s->at[i].name, name)) {
			*ret = &p->s->at[i];
			return ERR_OK;
		}
	return p->s->open ? open_selection(p, name, ret) : missing_selection(p, name);
}

static struct part use_selection(struct selection *s)
{
	s->used = true;
	return (struct part){ s->expr, s->size, s->depth };
}

/* A node over children; one child alone is itself unless a label is to be kept. */
static enum err combine(struct parser *p, enum sigma_expr_kind kind, const part_list *list, struct str label,
                        struct place at, struct part *ret)
{
	struct part out = { .size = 1 };
	for (size_t i = 0; i < list->n; i++) {
		out.size += list->at[i].size;
		out.depth = out.depth > list->at[i].depth ? out.depth : list->at[i].depth;
	}
	out.depth++;
	if (out.size > LIMIT_RULE_NODES)
		return refuse(p->r, at, "sigma-limit", "split the rule", "the condition has more than %d parts",
		              LIMIT_RULE_NODES);
	if (out.depth > LIMIT_RULE_DEPTH)
		return refuse(p->r, at, "sigma-limit", NULL, "the condition is nested deeper than %d levels",
		              LIMIT_RULE_DEPTH);
	TRY(expr_new(p->r, p->d, kind, at, &out.e));
	out.e->label = label;
	TRY(expr_children(p->r, out.e, list->n));
	for (size_t i = 0; i < list->n; i++)
		out.e->children[i] = list->at[i].e;
	*ret = out;
	return ERR_OK;
}

/* At least k of list: an OR over the combinations of k. */
static enum err at_least(struct parser *p, const part_list *list, size_t k, struct str label, struct place at,
                         struct part *ret)
{
	enum { COMBINATIONS_MAX = 1000 };
	size_t pick[LIMIT_RULE_DEPTH], count = 0;
	part_list ors = { 0 };
	if (k > ARRAY_LEN(pick) || k > list->n)
		return refuse(p->r, at, "sigma-condition", NULL, "\"%.*s\" asks for more than the %zu there are",
		              STR_FMT(label), list->n);
	for (size_t i = 0; i < k; i++)
		pick[i] = i;
	for (;;) {
		if (++count > COMBINATIONS_MAX)
			return refuse(p->r, at, "sigma-limit", "use \"1 of\", \"all of\" or fewer selections",
			              "\"%.*s\" has more than %d combinations", STR_FMT(label), COMBINATIONS_MAX);
		part_list ands = { 0 };
		for (size_t i = 0; i < k; i++)
			TRY(vec_push(&ands, p->r->arena, list->at[pick[i]]));
		struct part one;
		TRY(combine(p, SIGMA_AND, &ands, STR(""), at, &one));
		TRY(vec_push(&ors, p->r->arena, one));
		size_t i = k;
		while (i > 0 && pick[i - 1] == list->n - k + i - 1)
			i--;
		if (i == 0)
			return combine(p, SIGMA_OR, &ors, label, at, ret);
		pick[i - 1]++;
		for (; i < k; i++)
			pick[i] = pick[i - 1] + 1;
	}
}

static bool quantifier(struct str word, size_t *ret_k)
{
	if (ascii_eq_nocase(word, STR("any")) || ascii_eq_nocase(word, STR("all"))) {
		*ret_k = word.ptr[1] == 'n' || word.ptr[1] == 'N' ? 1 : SIZE_MAX;
		return true;
	}
	size_t k = 0;
	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] < '0' || word.ptr[i] > '9' || i > 5)
			return false;
		k = 10 * k + (size_t)(word.ptr[i] - '0');
	}
	*ret_k = k;
	return word.len > 0;
}

/* Is the word after the current one "of"? */
static bool of_follows(const struct parser *p)
{
	struct parser ahead = *p;
	advance(&ahead);
	return is_word(&ahead, "of");
}

static enum err parse_of(struct parser *p, size_t k, struct part *ret)
{
	struct place at = here(p);
	size_t from = p->next.from;
	if (k == 0)
		return refuse(p->r, at, "sigma-condition", "write \"not 1 of ...\" for none",
		              "\"0 of\" is always true");
	advance(p); /* of */
	advance(p); /* them or a pattern */
	struct str pattern = p->next.text;
	if (pattern.len == 0 || strchr("()|", pattern.ptr[0]) != NULL)
		return refuse(p->r, here(p), "sigma-condition", "write \"1 of them\" or \"1 of selection_*\"",
		              "\"of\" needs a name, a pattern or \"them\"");
	bool them = is_word(p, "them"), hidden = !them && pattern.ptr[0] == '_';
	part_list list = { 0 };
	p->looked += p->s->n;
	TRY(limit_looked(p));
	for (size_t i = 0; i < p->s->n; i++) {
		struct selection *s = &p->s->at[i];
		if ((s->name.len > 0 && s->name.ptr[0] == '_' && !hidden) || (!them && !name_glob(pattern, s->name)))
			continue;
		struct part one = use_selection(s);
		TRY(vec_push(&list, p->r->arena, one));
	}
	if (list.n == 0)
		return refuse(p->r, here(p), "sigma-condition",
		              "add a selection of that name or remove it from the condition",
		              "no selection matches \"%.*s\"", STR_FMT(str_cut(pattern, 0, 128)));
	struct str label = str_cut(p->text, from, p->next.from + p->next.text.len);
	advance(p);
	if (k == 1 || k == SIZE_MAX || k == list.n)
		return combine(p, k == 1 ? SIGMA_OR : SIGMA_AND, &list, label, at, ret);
	return at_least(p, &list, k, label, at, ret);
}

static enum err parse_or(struct parser *p, struct part *ret);

static enum err unexpected(struct parser *p, const char *wanted)
{
	if (p->next.text.len == 0)
		return refuse(p->r, here(p), "sigma-condition", NULL, "the condition ends where %s should stand",
		              wanted);
	if (str_is(p->next.text, "|"))
		return refuse(p->r, here(p), "sigma-aggregation",
		              "write a correlation document (type: event_count or value_count) that names this rule",
		              "aggregations behind \"|\" are no longer part of Sigma");
	return refuse(p->r, here(p), "sigma-condition", NULL, "\"%.*s\" stands where %s should",
	              STR_FMT(str_cut(p->next.text, 0, 128)), wanted);
}

static enum err parse_primary(struct parser *p, struct part *ret)
{
	size_t k = 0;
	if (str_is(p->next.text, "(")) {
		advance(p);
		TRY(parse_or(p, ret));
		if (!str_is(p->next.text, ")"))
			return unexpected(p, "\")\"");
		advance(p);
		return ERR_OK;
	}
	if (quantifier(p->next.text, &k) && of_follows(p))
		return parse_of(p, k, ret);
	if (p->next.text.len == 0 || strchr(")|", p->next.text.ptr[0]) != NULL || is_word(p, "and") ||
	    is_word(p, "or") || is_word(p, "of"))
		return unexpected(p, "a selection");
	struct selection *s = NULL;
	TRY(find_selection(p, p->next.text, &s));
	*ret = use_selection(s);
	advance(p);
	return ERR_OK;
}

/* `not`s and parentheses are where this recurses; both count. */
static enum err parse_not(struct parser *p, struct part *ret)
{
	if (++p->depth > LIMIT_RULE_DEPTH)
		return refuse(p->r, here(p), "sigma-limit", NULL, "the condition is nested deeper than %d levels",
		              LIMIT_RULE_DEPTH);
	enum err e = ERR_OK;
	if (is_word(p, "not")) {
		struct place at = here(p);
		advance(p);
		part_list list = { 0 };
		struct part inner;
		e = parse_not(p, &inner);
		if (e == ERR_OK)
			e = vec_push(&list, p->r->arena, inner);
		if (e == ERR_OK)
			e = combine(p, SIGMA_NOT, &list, STR("not"), at, ret);
	} else {
		e = parse_primary(p, ret);
	}
	p->depth--;
	return e;
}

static enum err parse_and(struct parser *p, struct part *ret)
{
	struct place at = here(p);
	part_list list = { 0 };
	for (;;) {
		struct part one;
		TRY(parse_not(p, &one));
		TRY(vec_push(&list, p->r->arena, one));
		if (!is_word(p, "and"))
			break;
		advance(p);
	}
	*ret = list.at[0];
	return list.n == 1 ? ERR_OK : combine(p, SIGMA_AND, &list, STR("and"), at, ret);
}

static enum err parse_or(struct parser *p, struct part *ret)
{
	struct place at = here(p);
	part_list list = { 0 };
	for (;;) {
		struct part one;
		TRY(parse_and(p, &one));
		TRY(vec_push(&list, p->r->arena, one));
		if (!is_word(p, "or"))
			break;
		advance(p);
	}
	*ret = list.at[0];
	return list.n == 1 ? ERR_OK : combine(p, SIGMA_OR, &list, STR("or"), at, ret);
}

static enum err condition_one(struct parser *p, struct value v, struct part *ret)
{
	struct value_span span = value_where(v);
	if (!value_str(v, &p->text) || p->text.len == 0)
		return refuse(p->r, place_of(v), "sigma-condition",
		              "write a condition such as \"selection and not filter\"",
		              "the condition must be text, not %s",
		              value_kind(v) == VALUE_STRING ? "empty" : value_kind_name(value_kind(v)));
	p->place = (struct place){ span.line, span.column, span.length };
	p->exact = span.length == p->text.len || span.length == p->text.len + 2;
	p->place.column += span.length == p->text.len + 2; /* the quote */
	p->at = 0;
	advance(p);
	TRY(parse_or(p, ret));
	return p->next.text.len == 0 ? ERR_OK : unexpected(p, "\"and\", \"or\" or the end");
}

enum err condition_read(struct reader *r, struct doc *d, struct value condition, struct selections *s,
                        struct sigma_expr **ret)
{
	struct parser p = { .r = r, .d = d, .s = s };
	struct part whole;
	if (value_kind(condition) == VALUE_LIST) {
		part_list list = { 0 };
		struct value_iter it = value_iter(condition);
		while (value_next(&it)) {
			struct part one;
			TRY(condition_one(&p, it.val, &one));
			TRY(vec_push(&list, r->arena, one));
		}
		if (list.n == 0)
			return refuse(r, place_of(condition), "sigma-condition", NULL,
			              "the list of conditions is empty");
		whole = list.at[0];
		if (list.n > 1)
			TRY(combine(&p, SIGMA_OR, &list, STR("any condition"), place_of(condition), &whole));
	} else {
		TRY(condition_one(&p, condition, &whole));
	}
	d->depth = whole.depth;
	if (d->nodes < whole.size)
		d->nodes = whole.size;
	*ret = whole.e;
	return ERR_OK;
}
