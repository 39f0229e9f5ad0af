/*
 * The slow evaluator. What it remembers (values of a field, characters of a text, compiled expressions) only spares it
 * work; no decision depends on it.
 */
#include "oracle/oracle.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/sys.h"
#include "base/time.h"
#include "base/utf8.h"
#include "lang/regex/regex.h"
#include "json/json.h"

/* Characters of a text; an invalid byte is a character of its own. */
struct runes {
	const uint32_t *at;
	size_t n;
	bool ready;
};
struct found {
	struct value value;
	enum value_kind kind;
	bool has_text;
	struct str text;
	struct runes as_is, folded;
};
struct founds {
	VEC(struct found) values;
};
struct ready {
	struct regex *regex;
	struct ready *next;
};
struct oracle {
	const struct event *event;
	struct arena arena;     /* of this event */
	struct arena kept;      /* patterns' characters */
	struct map fields;      /* of this event: name -> struct founds */
	struct founds *scalars; /* of this event, for keywords */
	struct map patterns;    /* address of a sigma_part -> struct runes */
	struct map regexes;     /* address of a sigma_value -> struct ready */
	struct ready *all;
	struct regex_scratch *scratch;
	unsigned char *dead; /* glob: states from which nothing was found */
	size_t dead_size;
};

fallible oracle_new(struct oracle **ret)
{
	struct oracle *o = sys_zalloc(sizeof(*o));
	TRY(got(o));
	enum err e = regex_scratch_new(&o->scratch);
	if (e != ERR_OK)
		sys_free(o);
	else
		*ret = o;
	return e;
}

void oracle_free(struct oracle **po)
{
	struct oracle *o = *po;
	if (o == NULL)
		return;
	for (struct ready *r = o->all; r != NULL; r = r->next)
		regex_free(&r->regex);
	regex_scratch_free(&o->scratch);
	map_free(&o->fields);
	map_free(&o->patterns);
	map_free(&o->regexes);
	arena_clear(&o->arena);
	arena_clear(&o->kept);
	sys_free(o->dead);
	sys_free(o);
	*po = NULL;
}

void oracle_event(struct oracle *o, const struct event *e)
{
	o->event = e;
	o->scalars = NULL;
	map_reset(&o->fields);
	arena_reset(&o->arena);
}

/* ---- values of a field ---- */

static fallible add(struct oracle *o, struct founds *f, struct value v)
{
	return vec_push(&f->values, &o->arena, ((struct found){ .value = v, .kind = value_kind(v) }));
}

/* Every value that `keys` lead to from v; a list stands for its members. */
static fallible follow(struct oracle *o, struct value v, const struct str *keys, size_t n, struct founds *f)
{
	struct value_iter it = value_iter(v);
	if (value_kind(v) == VALUE_LIST) {
		while (value_next(&it))
			TRY(follow(o, it.val, keys, n, f));
		return ERR_OK;
	}
	if (n == 0)
		return add(o, f, v);
	if (value_kind(v) == VALUE_MAP)
		while (value_next(&it))
			if (str_eq(it.key, keys[0]))
				TRY(follow(o, it.val, keys + 1, n - 1, f));
	return ERR_OK;
}

/* `field` split at its dots behind root's keys; *ret_n 0 when that is no path of its own. */
static fallible dotted_path(struct oracle *o, const struct view_path *root, struct str field, struct str **ret,
                            size_t *ret_n)
{
	struct str *keys = arena_new_n(&o->arena, struct str, root->n + field.len + 1);
	size_t n = 0, from = 0;
	TRY(got(keys));
	*ret_n = 0;
	*ret = keys;
	for (; n < root->n; n++)
		keys[n] = root->keys[n];
	for (size_t i = 0; i <= field.len; i++) {
		if (i < field.len && field.ptr[i] != '.')
			continue;
		if (i == from)
			return ERR_OK;
		keys[n++] = str_cut(field, from, i);
		from = i + 1;
	}
	*ret_n = n - root->n > 1 ? n : 0;
	return ERR_OK;
}

static fallible joined_key(struct oracle *o, const struct view_path *root, struct str field, struct str *ret)
{
	auto_buf b = { 0 };
	for (uint32_t i = 0; i < root->n; i++) {
		buf_str(&b, root->keys[i]);
		buf_char(&b, '.');
	}
	buf_str(&b, field);
	TRY(buf_err(&b));
	*ret = arena_str(&o->arena, buf_view(&b));
	return got(ret->ptr);
}

/* One root: flat, dotted, joined, until one of them finds something. */
static fallible look_below(struct oracle *o, const struct view_path *root, struct str field, struct founds *f)
{
	struct value top = o->event->record;
	struct str *dotted, joined;
	size_t n;

	struct str *flat = arena_new_n(&o->arena, struct str, root->n + 1);
	TRY(got(flat));
	for (uint32_t i = 0; i < root->n; i++)
		flat[i] = root->keys[i];
	flat[root->n] = field;
	TRY(follow(o, top, flat, root->n + 1, f));
	if (f->values.n > 0)
		return ERR_OK;
	TRY(dotted_path(o, root, field, &dotted, &n));
	if (n > 0)
		TRY(follow(o, top, dotted, n, f));
	if (f->values.n > 0 || root->n == 0)
		return ERR_OK;
	TRY(joined_key(o, root, field, &joined));
	return follow(o, top, &joined, 1, f);
}

static fallible look_up(struct oracle *o, struct str field, struct founds *f)
{
	const struct view *view = o->event->view;
	for (uint32_t a = 0; a < view->n_aliases; a++) {
		const struct view_alias *alias = &view->aliases[a];
		if (!str_eq(alias->field, field))
			continue;
		for (uint32_t i = 0; i < alias->n && f->values.n == 0; i++)
			TRY(follow(o, o->event->record, alias->paths[i].keys, alias->paths[i].n, f));
		return ERR_OK;
	}
	for (uint32_t i = 0; i < view->n_roots && f->values.n == 0; i++)
		TRY(look_below(o, &view->roots[i], field, f));
	return ERR_OK;
}

static fallible values_of(struct oracle *o, struct str field, struct founds **ret)
{
	struct map_entry *e;
	bool new;
	TRY(map_put(&o->fields, field, &e, &new));
	if (new) {
		e->val.ptr = arena_new(&o->arena, struct founds);
		TRY(got(e->val.ptr));
		TRY(look_up(o, field, e->val.ptr));
	}
	*ret = e->val.ptr;
	return ERR_OK;
}

static fallible add_scalars(struct oracle *o, struct value v, struct founds *f)
{
	enum value_kind k = value_kind(v);
	struct value_iter it = value_iter(v);
	if (k == VALUE_LIST || k == VALUE_MAP) {
		while (value_next(&it))
			TRY(add_scalars(o, it.val, f));
		return ERR_OK;
	}
	return k == VALUE_NULL || k == VALUE_ABSENT ? ERR_OK : add(o, f, v);
}

/* ---- texts ---- */

static fallible text_of(struct oracle *o, struct found *f)
{
	char scratch[VALUE_TEXT_MAX];
	struct str t;
	if (f->has_text)
		return ERR_OK;
	if (f->kind == VALUE_STRING) {
		f->text = value_str_or_empty(f->value);
	} else if (value_text(f->value, scratch, &t)) {
		f->text = arena_str(&o->arena, t);
		TRY(got(f->text.ptr));
	} else {
		auto_buf b = { 0 };
		json_write_value(&b, f->value);
		TRY(buf_err(&b));
		f->text = arena_str(&o->arena, buf_view(&b));
		TRY(got(f->text.ptr));
	}
	f->has_text = true;
	return ERR_OK;
}

static fallible spell(struct arena *arena, struct str s, bool fold, struct runes *ret)
{
	uint32_t *out = arena_new_n(arena, uint32_t, s.len + 1);
	size_t n = 0, at = 0;
	TRY(got(out));
	while (at < s.len) {
		uint32_t cp;
		size_t used = utf8_decode(s.ptr + at, s.len - at, &cp);
		if (cp == UINT32_MAX)
			out[n++] = 0x80000000u | (unsigned char)s.ptr[at];
		else
			out[n++] = fold ? utf8_fold(cp) : cp;
		at += used;
	}
	*ret = (struct runes){ out, n, true };
	return ERR_OK;
}

static fallible runes_of(struct oracle *o, struct found *f, bool cased, struct runes *ret)
{
	struct runes *r = cased ? &f->as_is : &f->folded;
	TRY(text_of(o, f));
	if (!r->ready)
		TRY(spell(&o->arena, f->text, !cased, r));
	*ret = *r;
	return ERR_OK;
}

/* The characters of a pattern's part. A part is compared in one way only, so its address stands for it. */
static fallible part_runes(struct oracle *o, const struct sigma_part *p, bool cased, struct runes *ret)
{
	const struct sigma_part **key = arena_new(&o->kept, const struct sigma_part *);
	struct map_entry *e;
	bool new;
	TRY(got(key));
	*key = p;
	struct map_entry *known = map_get(&o->patterns, (struct str){ (const char *)key, sizeof(*key) });
	if (known != NULL) {
		*ret = *(const struct runes *)known->val.ptr;
		return ERR_OK;
	}
	struct runes *r = arena_new(&o->kept, struct runes);
	TRY(got(r));
	TRY(spell(&o->kept, p->text, !cased, r));
	TRY(map_put(&o->patterns, (struct str){ (const char *)key, sizeof(*key) }, &e, &new));
	e->val.ptr = r;
	*ret = *r;
	return ERR_OK;
}

/* ---- string patterns ---- */

struct glob {
	const enum sigma_part_kind *kinds;
	const struct runes *parts;
	size_t n;
	struct runes text;
	unsigned char *dead; /* [part][place]: known to lead nowhere */
};

static bool starts_at(struct runes text, size_t at, struct runes part)
{
	return text.n - at >= part.n && memcmp(text.at + at, part.at, part.n * sizeof(*part.at)) == 0;
}

/* Do the parts from `part` match the text from `at` to its end? */
static bool glob_from(struct glob *g, size_t part, size_t at)
{
	if (part == g->n)
		return at == g->text.n;
	if (g->dead[part * (g->text.n + 1) + at] != 0)
		return false;
	bool hit = false;
	if (g->kinds[part] == SIGMA_PART_TEXT) {
		hit = starts_at(g->text, at, g->parts[part]) && glob_from(g, part + 1, at + g->parts[part].n);
	} else if (g->kinds[part] == SIGMA_PART_ONE) {
		hit = at < g->text.n && glob_from(g, part + 1, at + 1);
	} else {
		for (size_t to = at; to <= g->text.n && !hit; to++)
			hit = glob_from(g, part + 1, to);
	}
	if (!hit)
		g->dead[part * (g->text.n + 1) + at] = 1;
	return hit;
}

/* The pattern against the whole text; `inside`: as if '*' stood at both ends. */
static fallible string_holds(struct oracle *o, const struct sigma_value *v, bool inside, struct found *f, bool *ret)
{
	struct glob g = { .n = 0 };
	TRY(runes_of(o, f, v->cased, &g.text));
	size_t most = v->string.n + 2;
	enum sigma_part_kind *kinds = sys_alloc(most * sizeof(*kinds));
	struct runes *parts = sys_zalloc(most * sizeof(*parts));
	enum err e = kinds == NULL || parts == NULL ? ERR_MEMORY : ERR_OK;
	if (e == ERR_OK && inside)
		kinds[g.n++] = SIGMA_PART_ANY;
	for (size_t i = 0; e == ERR_OK && i < v->string.n; i++) {
		kinds[g.n] = v->string.parts[i].kind;
		if (kinds[g.n] == SIGMA_PART_TEXT)
			e = part_runes(o, &v->string.parts[i], v->cased, &parts[g.n]);
		g.n++;
	}
	if (e == ERR_OK && inside)
		kinds[g.n++] = SIGMA_PART_ANY;
	size_t states = most * (g.text.n + 1);
	if (e == ERR_OK && states > o->dead_size) {
		sys_free(o->dead);
		o->dead = sys_alloc(states);
		o->dead_size = o->dead != NULL ? states : 0;
		e = got(o->dead);
	}
	if (e == ERR_OK) {
		memset(o->dead, 0, states);
		g.dead = o->dead;
		g.kinds = kinds;
		g.parts = parts;
		*ret = glob_from(&g, 0, 0);
	}
	sys_free(kinds);
	sys_free(parts);
	return e;
}

/* ---- numbers and times ---- */

struct number {
	bool integer; /* exact is what it is */
	int64_t exact;
	double real;
};

static size_t count_digits(const char *s)
{
	return strspn(s, "0123456789");
}

/* [+-] digits [. digits] [e [+-] digits], with digits on one side of the dot at least. */
static bool is_decimal(const char *s)
{
	s += *s == '+' || *s == '-';
	size_t whole = count_digits(s), part = 0;
	s += whole;
	if (*s == '.') {
		part = count_digits(s + 1);
		s += 1 + part;
	}
	if (whole + part == 0)
		return false;
	if (*s == 'e' || *s == 'E') {
		s++;
		s += *s == '+' || *s == '-';
		size_t n = count_digits(s);
		if (n == 0)
			return false;
		s += n;
	}
	return *s == '\0';
}

static bool number_in_text(struct str t, struct number *ret)
{
	char s[400];
	if (t.len >= sizeof(s) || memchr(t.ptr, '\0', t.len) != NULL)
		return false;
	memcpy(s, t.ptr, t.len);
	s[t.len] = '\0';
	if (!is_decimal(s))
		return false;
	ret->real = strtod(s, NULL);
	long double wide = strtold(s, NULL); /* holds every 64-bit integer */
	if (strpbrk(s, ".eE") != NULL)       /* not written as an integer: as near as a double comes */
		wide = (long double)ret->real;
	ret->integer = wide >= -9223372036854775808.0L && wide <= 9223372036854775807.0L &&
	               !(wide - (long double)(int64_t)wide > 0) && !(wide - (long double)(int64_t)wide < 0);
	ret->exact = ret->integer ? (int64_t)wide : 0;
	return true;
}

static fallible number_of(struct oracle *o, struct found *f, struct number *ret, bool *ret_is)
{
	*ret = (struct number){ 0 };
	*ret_is = false;
	if (f->kind == VALUE_INT || f->kind == VALUE_UINT || f->kind == VALUE_DOUBLE) {
		*ret_is = value_double(f->value, &ret->real);
		ret->integer = value_int(f->value, &ret->exact);
	} else if (f->kind == VALUE_STRING || f->kind == VALUE_NUMBER) {
		TRY(text_of(o, f));
		*ret_is = number_in_text(f->text, ret);
	}
	return ERR_OK;
}

static fallible time_of(struct oracle *o, struct found *f, int64_t *ret_ns, bool *ret_is)
{
	struct number n;
	*ret_is = value_nanoseconds(f->value, ret_ns) ||
	          (f->kind == VALUE_STRING && time_parse(value_str_or_empty(f->value), ret_ns) == ERR_OK);
	if (*ret_is)
		return ERR_OK;
	TRY(number_of(o, f, &n, ret_is));
	if (*ret_is)
		*ret_is = (n.integer ? time_from_integer(n.exact, ret_ns) : time_from_number(n.real, ret_ns)) == ERR_OK;
	return ERR_OK;
}

static int part_of_time(enum sigma_time_part part, struct time_parts t)
{
	switch (part) {
	case SIGMA_MINUTE:
		return t.minute;
	case SIGMA_HOUR:
		return t.hour;
	case SIGMA_DAY:
		return t.day;
	case SIGMA_WEEK:
		return t.iso_week;
	case SIGMA_MONTH:
		return t.month;
	case SIGMA_YEAR:
	case SIGMA_TIME_WHOLE:
		break;
	}
	return t.year;
}

static bool compares(enum sigma_compare op, bool less, bool equal)
{
	switch (op) {
	case SIGMA_LT:
		return less;
	case SIGMA_LTE:
		return less || equal;
	case SIGMA_GT:
		return !less && !equal;
	case SIGMA_GTE:
		return !less;
	case SIGMA_EQ:
		break;
	}
	return equal;
}

static fallible number_holds(struct oracle *o, const struct sigma_value *v, struct found *f, bool *ret)
{
	struct number n = { 0 };
	bool is = false;
	int64_t ns;
	if (v->time_part == SIGMA_TIME_WHOLE) {
		TRY(number_of(o, f, &n, &is));
	} else {
		TRY(time_of(o, f, &ns, &is));
		if (is)
			n = (struct number){ true, part_of_time(v->time_part, time_split(ns)), 0 };
		n.real = (double)n.exact;
	}
	enum sigma_compare op = v->kind == SIGMA_NUMBER ? SIGMA_EQ : v->compare;
	/* a long double holds every int64 and every double */
	long double a = n.integer ? (long double)n.exact : (long double)n.real,
	            b = v->is_integer ? (long double)v->integer : (long double)v->number;
	*ret = is && compares(op, a < b, !(a < b) && !(a > b));
	return ERR_OK;
}

/* ---- other values ---- */

static bool bool_holds(const struct sigma_value *v, const struct found *f)
{
	bool b;
	if (value_bool(f->value, &b))
		return b == v->yes;
	struct str s = value_str_or_empty(f->value), word = v->yes ? STR("true") : STR("false");
	if (f->kind != VALUE_STRING || s.len != word.len)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if ((s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? s.ptr[i] + 32 : s.ptr[i]) != word.ptr[i])
			return false;
	return true;
}

static bool cidr_holds(const struct sigma_value *v, const struct found *f)
{
	struct ip ip;
	return f->kind == VALUE_STRING && ip_parse(value_str_or_empty(f->value), &ip) == ERR_OK &&
	       ip_in_net(&ip, &v->net);
}

static fallible regex_of(struct oracle *o, const struct sigma_value *v, struct regex **ret)
{
	const struct sigma_value **key = arena_new(&o->kept, const struct sigma_value *);
	struct map_entry *e;
	bool new;
	TRY(got(key));
	*key = v;
	TRY(map_put(&o->regexes, (struct str){ (const char *)key, sizeof(*key) }, &e, &new));
	if (new) {
		struct ready *r = arena_new(&o->kept, struct ready);
		size_t offset;
		char why[256];
		TRY(got(r));
		*r = (struct ready){ .next = o->all };
		o->all = r;
		e->val.ptr = r;
		enum err err = regex_new(v->text, v->flags, &r->regex, &offset, why);
		if (err != ERR_OK && err != ERR_PARSE)
			return err;
	}
	*ret = ((struct ready *)e->val.ptr)->regex;
	return ERR_OK;
}

static fallible regex_holds(struct oracle *o, const struct sigma_value *v, struct found *f, enum oracle_truth *ret)
{
	struct regex *re;
	bool found = false;
	TRY(text_of(o, f));
	TRY(regex_of(o, v, &re));
	enum err e = re == NULL ? ERR_UNDETERMINED : regex_search(re, o->scratch, f->text, &found);
	if (e != ERR_OK && e != ERR_UNDETERMINED)
		return e;
	*ret = e == ERR_UNDETERMINED ? ORACLE_UNDETERMINED : found ? ORACLE_TRUE : ORACLE_FALSE;
	return ERR_OK;
}

/* The value against another field's as literal text. */
static fallible fieldref_holds(struct oracle *o, const struct sigma_value *v, struct found *f, bool *ret)
{
	struct founds *others;
	struct runes a, b;
	TRY(values_of(o, v->text, &others));
	TRY(runes_of(o, f, v->cased, &a));
	*ret = false;
	for (size_t i = 0; i < others->values.n && !*ret; i++) {
		if (others->values.at[i].kind == VALUE_NULL)
			continue;
		TRY(runes_of(o, &others->values.at[i], v->cased, &b));
		if (b.n > a.n || (!v->contains && !v->starts && !v->ends && a.n != b.n))
			continue;
		size_t first = v->ends && !v->contains ? a.n - b.n : 0, last = v->contains || v->ends ? a.n - b.n : 0;
		for (size_t at = first; at <= last && !*ret; at++)
			*ret = starts_at(a, at, b);
	}
	return ERR_OK;
}

/* One of the rule's values against one of the event's, which is not null. */
static fallible value_holds(struct oracle *o, const struct sigma_value *v, bool keyword, struct found *f,
                            enum oracle_truth *ret)
{
	bool hit = false;
	switch (v->kind) {
	case SIGMA_STRING:
		TRY(string_holds(o, v, keyword, f, &hit));
		break;
	case SIGMA_NUMBER:
	case SIGMA_COMPARE:
		TRY(number_holds(o, v, f, &hit));
		break;
	case SIGMA_BOOL:
		hit = bool_holds(v, f);
		break;
	case SIGMA_CIDR:
		hit = cidr_holds(v, f);
		break;
	case SIGMA_FIELDREF:
		TRY(fieldref_holds(o, v, f, &hit));
		break;
	case SIGMA_REGEX:
		return regex_holds(o, v, f, ret);
	case SIGMA_NULL:
	case SIGMA_EXISTS:
		break; /* about the field, not about one of its values */
	}
	*ret = hit ? ORACLE_TRUE : ORACLE_FALSE;
	return ERR_OK;
}

static bool about_field(const struct sigma_value *v, const struct founds *f)
{
	bool null = f->values.n == 0, some = false;
	for (size_t i = 0; i < f->values.n; i++) {
		null |= f->values.at[i].kind == VALUE_NULL;
		some |= f->values.at[i].kind != VALUE_NULL;
	}
	return (v->kind == SIGMA_NULL && null) || (v->kind == SIGMA_EXISTS && some == v->yes);
}

static fallible leaf_truth(struct oracle *o, const struct sigma_expr *e, enum oracle_truth *ret)
{
	bool keyword = e->field.ptr == NULL;
	struct founds *f = o->scalars;
	enum oracle_truth result = ORACLE_FALSE;

	if (!keyword) {
		TRY(values_of(o, e->field, &f));
	} else if (f == NULL) {
		f = o->scalars = arena_new(&o->arena, struct founds);
		TRY(got(f));
		TRY(add_scalars(o, o->event->record, f));
	}
	for (size_t i = 0; i < e->n_values && result != ORACLE_TRUE; i++) {
		const struct sigma_value *v = &e->values[i];
		if (!keyword && about_field(v, f))
			result = ORACLE_TRUE;
		for (size_t j = 0; j < f->values.n && result != ORACLE_TRUE; j++) {
			enum oracle_truth t;
			if (f->values.at[j].kind == VALUE_NULL || f->values.at[j].kind == VALUE_UNKNOWN)
				continue;
			TRY(value_holds(o, v, keyword, &f->values.at[j], &t));
			result = t != ORACLE_FALSE ? t : result;
		}
	}
	*ret = result;
	return ERR_OK;
}

static fallible expr_truth(struct oracle *o, const struct sigma_expr *e, enum oracle_truth *ret)
{
	enum oracle_truth t, stop = e->kind == SIGMA_AND ? ORACLE_FALSE : ORACLE_TRUE;
	switch (e->kind) {
	case SIGMA_LEAF:
		return leaf_truth(o, e, ret);
	case SIGMA_NOT:
		TRY(expr_truth(o, e->children[0], &t));
		*ret = t == ORACLE_UNDETERMINED ? t : t == ORACLE_TRUE ? ORACLE_FALSE : ORACLE_TRUE;
		return ERR_OK;
	case SIGMA_RULE_REF:
		*ret = ORACLE_UNDETERMINED;
		return ERR_OK;
	case SIGMA_AND:
	case SIGMA_OR:
		break;
	}
	*ret = e->kind == SIGMA_AND ? ORACLE_TRUE : ORACLE_FALSE;
	for (size_t i = 0; i < e->n; i++) {
		TRY(expr_truth(o, e->children[i], &t));
		if (t == stop) {
			*ret = t;
			return ERR_OK;
		}
		*ret = t == ORACLE_UNDETERMINED ? t : *ret;
	}
	return ERR_OK;
}

fallible oracle_rule(struct oracle *o, const struct sigma_rule *r, enum oracle_truth *ret)
{
	return expr_truth(o, r->condition, ret);
}

/* ---- logsources ---- */

static bool named(struct str wanted, struct str is)
{
	if (wanted.len != is.len)
		return false;
	for (size_t i = 0; i < wanted.len; i++) {
		char a = wanted.ptr[i], b = is.ptr[i];
		a = (char)(a >= 'A' && a <= 'Z' ? a + 32 : a);
		b = (char)(b >= 'A' && b <= 'Z' ? b + 32 : b);
		if (a != b)
			return false;
	}
	return true;
}

bool oracle_admits(const struct sigma_logsource *rule, const struct logsource *event)
{
	bool category = rule->category.len == 0 || named(rule->category, event->category);
	for (uint32_t i = 0; i < event->n_more; i++)
		category |= named(rule->category, event->more[i]);
	return category && (rule->product.len == 0 || named(rule->product, event->product)) &&
	       (rule->service.len == 0 || named(rule->service, event->service));
}
