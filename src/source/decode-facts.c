/* Facts of one event, read by the expressions of its mapping. Asked for detections only, so it favours plainness over
 * speed. */
#include "base/time.h"
#include "source/decode-scan.h"
#include "source/mapping.h"

enum { EVAL_DEPTH_MAX = 10, JOIN_MAX = 8192, DEPTH_MAX = 4 };

static struct value scalar_of(struct value v)
{
	for (int depth = 0; depth < DEPTH_MAX && value_kind(v) == VALUE_LIST; depth++) {
		struct value_iter it = value_iter(v);
		v = value_next(&it) ? it.val : VALUE_NONE;
	}
	return v;
}

/* Text of a scalar, made ones in the arena; ptr NULL for null, empty and what is no scalar. */
static fallible text_of(struct value v, struct arena *arena, struct str *ret)
{
	char scratch[VALUE_TEXT_MAX];
	struct str s;
	*ret = (struct str){ 0 };
	v = scalar_of(v);
	if (v.at == 0 || value_kind(v) == VALUE_NULL || !value_text(v, scratch, &s) || s.len == 0)
		return ERR_OK;
	*ret = s;
	if (s.ptr != scratch)
		return ERR_OK;
	*ret = arena_str(arena, s);
	return got(ret->ptr);
}

/* ---- steps */

static const char *find_first(struct str s, struct str what)
{
	return what.len > s.len ? NULL : memmem(s.ptr, s.len, what.ptr, what.len);
}

static const char *find_last(struct str s, struct str what)
{
	for (size_t i = s.len >= what.len ? s.len - what.len + 1 : 0; i-- > 0;)
		if (memcmp(s.ptr + i, what.ptr, what.len) == 0)
			return s.ptr + i;
	return NULL;
}

/* arn:partition:service:region:account:resource */
static struct str arn_part(struct str s, struct str part)
{
	static const char *const names[] = { "arn", "partition", "service", "region", "account" };
	if (!str_starts(s, STR("arn:")))
		return (struct str){ 0 };
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *colon = memchr(s.ptr, ':', s.len);
		if (colon == NULL)
			return (struct str){ 0 };
		size_t len = (size_t)(colon - s.ptr);
		if (str_eq(str_of(names[i]), part))
			return str_cut(s, 0, len);
		s = str_cut(s, len + 1, s.len);
	}
	return str_is(part, "resource") ? s : (struct str){ 0 };
}

static fallible glue(struct arena *arena, struct str a, struct str b, struct str *ret)
{
	char *p = arena_alloc(arena, a.len + b.len + 1);
	TRY(got(p));
	if (a.len > 0)
		memcpy(p, a.ptr, a.len);
	if (b.len > 0)
		memcpy(p + a.len, b.ptr, b.len);
	*ret = (struct str){ p, a.len + b.len };
	return ERR_OK;
}

static fallible lower(struct arena *arena, struct str *s)
{
	char *p = arena_alloc(arena, s->len + 1);
	TRY(got(p));
	for (size_t i = 0; i < s->len; i++)
		p[i] = (char)(s->ptr[i] >= 'A' && s->ptr[i] <= 'Z' ? s->ptr[i] + 32 : s->ptr[i]);
	s->ptr = p;
	return ERR_OK;
}

static fallible apply(const struct mapping_op *op, struct arena *arena, struct str *s)
{
	bool last = op->kind == OP_AFTER_LAST || op->kind == OP_BEFORE_LAST;
	const char *at = last ? find_last(*s, op->arg) : find_first(*s, op->arg);
	switch (op->kind) {
	case OP_AFTER:
	case OP_AFTER_LAST:
		if (at != NULL)
			*s = str_cut(*s, (size_t)(at - s->ptr) + op->arg.len, s->len);
		return ERR_OK;
	case OP_BEFORE:
	case OP_BEFORE_LAST:
		if (at != NULL)
			s->len = (size_t)(at - s->ptr);
		return ERR_OK;
	case OP_HAS:
		*s = at != NULL ? *s : (struct str){ 0 };
		return ERR_OK;
	case OP_STARTS:
		*s = str_starts(*s, op->arg) ? *s : (struct str){ 0 };
		return ERR_OK;
	case OP_NOT:
		*s = str_eq(*s, op->arg) ? (struct str){ 0 } : *s;
		return ERR_OK;
	case OP_ARN:
		*s = arn_part(*s, op->arg);
		return ERR_OK;
	case OP_PREFIX:
		return glue(arena, op->arg, *s, s);
	case OP_SUFFIX:
		return glue(arena, *s, op->arg, s);
	case OP_LOWER:
		return lower(arena, s);
	case OP_GIVES:
		*s = op->arg;
		return ERR_OK;
	}
	return ERR_INTERNAL;
}

/* ---- expressions */

static void translate(const struct mapping_expr *x, struct str *s)
{
	struct str other = { 0 };
	for (uint32_t i = 0; i < x->n_words; i++) {
		if (str_eq(x->words[i].from, *s)) {
			*s = x->words[i].to;
			return;
		}
		if (str_is(x->words[i].from, "*"))
			other = x->words[i].to;
	}
	*s = other;
}

/* What paths start from: the record as scanned, or (scan NULL) a member of one of its lists. */
struct facts_of {
	const struct decode_scan *scan;
	struct value member;
};

static struct value value_at(const struct facts_of *of, const struct mapping_path *path)
{
	return of->scan != NULL ? decode_scan_get(of->scan, path) : mapping_path_get(path, of->member);
}

static fallible evaluate(const struct mapping_expr *x, const struct facts_of *of, struct arena *arena, int depth,
                         struct str *ret);

/* All parts must be there. What would be longer than JOIN_MAX ends before the part that does not fit. */
static fallible join(const struct mapping_expr *x, const struct facts_of *of, struct arena *arena, int depth,
                     struct str *ret)
{
	struct str *parts = arena_new_n(arena, struct str, x->n_parts);
	size_t len = 0, n = 0;
	*ret = (struct str){ 0 };
	TRY(got(parts));
	for (; n < x->n_parts; n++) {
		TRY(evaluate(&x->parts[n], of, arena, depth + 1, &parts[n]));
		if (parts[n].len == 0)
			return ERR_OK;
		if (len + parts[n].len + x->text.len > JOIN_MAX)
			break;
		len += parts[n].len + (n > 0 ? x->text.len : 0);
	}
	char *text = arena_alloc(arena, len + 1), *at = text;
	TRY(got(text));
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && x->text.len > 0)
			at = (char *)memcpy(at, x->text.ptr, x->text.len) + x->text.len;
		at = (char *)memcpy(at, parts[i].ptr, parts[i].len) + parts[i].len;
	}
	*ret = (struct str){ text, len };
	return ERR_OK;
}

static fallible evaluate(const struct mapping_expr *x, const struct facts_of *of, struct arena *arena, int depth,
                         struct str *ret)
{
	*ret = (struct str){ 0 };
	if (depth > EVAL_DEPTH_MAX)
		return ERR_OK;
	if (x->kind == EXPR_TEXT)
		*ret = x->text;
	else if (x->kind == EXPR_JOIN)
		TRY(join(x, of, arena, depth, ret));
	else
		TRY(text_of(value_at(of, &x->path), arena, ret));
	for (uint32_t i = 0; i < x->n_ops && ret->len > 0; i++)
		TRY(apply(&x->ops[i], arena, ret));
	if (ret->len > 0 && x->n_words > 0)
		translate(x, ret);
	if (ret->len == 0)
		ret->ptr = NULL;
	return ERR_OK;
}

static fallible first_of(const struct mapping_exprs *xs, const struct facts_of *of, struct arena *arena,
                         struct str *ret)
{
	*ret = (struct str){ 0 };
	for (uint32_t i = 0; i < xs->n && ret->len == 0; i++) {
		const struct mapping_expr *x = &xs->at[i];
		/* Most candidates are keys that the record does not have. */
		if (x->kind == EXPR_PATH && of->scan != NULL && x->path.slot != MAPPING_NO_SLOT &&
		    !decode_scan_has(of->scan, x->path.slot))
			continue;
		TRY(evaluate(x, of, arena, 0, ret));
	}
	return ERR_OK;
}

/* ---- resources */

static fallible add_resource(const struct mapping_resource *spec, const struct facts_of *of, struct arena *arena,
                             struct event_facts *ret)
{
	struct str parts[RESOURCE_PARTS];
	TRY(first_of(&spec->parts[RESOURCE_ID], of, arena, &parts[RESOURCE_ID]));
	if (parts[RESOURCE_ID].len == 0)
		return ERR_OK;
	for (uint32_t i = 0; i < ret->n_resources; i++)
		if (str_eq(ret->resources[i].id, parts[RESOURCE_ID]))
			return ERR_OK;
	ret->resources_total++;
	if (ret->n_resources == EVENT_RESOURCES_MAX)
		return ERR_OK;
	for (unsigned p = RESOURCE_TYPE; p < RESOURCE_PARTS; p++)
		TRY(first_of(&spec->parts[p], of, arena, &parts[p]));
	ret->resources[ret->n_resources++] = (struct event_resource){ parts[RESOURCE_ID], parts[RESOURCE_TYPE],
		                                                      parts[RESOURCE_ACCOUNT], parts[RESOURCE_REGION] };
	return ERR_OK;
}

static fallible resources(const struct mapping_facts *f, const struct facts_of *of, struct arena *arena,
                          struct event_facts *ret)
{
	for (uint32_t i = 0; i < f->n_resources; i++) {
		const struct mapping_resource *spec = &f->resources[i];
		struct facts_of member = { NULL, VALUE_NONE };
		if (!spec->has_each) {
			TRY(add_resource(spec, of, arena, ret));
			continue;
		}
		struct value each = value_at(of, &spec->each);
		if (value_kind(each) != VALUE_LIST) {
			member.member = each;
			if (each.at != 0)
				TRY(add_resource(spec, &member, arena, ret));
			continue;
		}
		struct value_iter it = value_iter(each);
		while (value_next(&it)) {
			member.member = it.val;
			TRY(add_resource(spec, &member, arena, ret));
		}
	}
	return ERR_OK;
}

fallible mapping_facts_read(const struct mapping_facts *f, const struct decode_scan *scan, struct arena *arena,
                            struct event_facts *ret)
{
	struct str *const into[] = {
#define FACT(name, group, key, member) [FACT_##name] = &ret->member,
#include "source/facts.def"
#undef FACT
	};
	const struct facts_of of = { scan, VALUE_NONE };
	struct str outcome;
	for (unsigned i = 0; i < ARRAY_LEN(into); i++)
		TRY(first_of(&f->fields[i], &of, arena, into[i]));
	TRY(first_of(&f->fields[FACT_OUTCOME], &of, arena, &outcome));
	ret->outcome = str_is(outcome, "success")   ? OUTCOME_SUCCESS
	               : str_is(outcome, "failure") ? OUTCOME_FAILURE
	                                            : OUTCOME_UNKNOWN;
	return resources(f, &of, arena, ret);
}

/* ---- time */

static bool is_digits(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return s.len > 0;
}

static int64_t time_of_digits(struct str s)
{
	int64_t n = 0, ns;
	if (!is_digits(s) || s.len > 18)
		return TIME_NONE;
	for (size_t i = 0; i < s.len; i++)
		n = n * 10 + (s.ptr[i] - '0');
	return time_from_integer(n, &ns) == ERR_OK ? ns : TIME_NONE;
}

/* "1700000000.123", as auditd and others write seconds. */
static int64_t time_of_decimal(struct str s)
{
	const char *dot = memchr(s.ptr, '.', s.len);
	if (dot == NULL)
		return TIME_NONE;
	size_t whole = (size_t)(dot - s.ptr);
	struct str fraction = str_cut(s, whole + 1, s.len);
	int64_t ns = time_of_digits(str_cut(s, 0, whole)), unit = 100000000;
	if (ns == TIME_NONE || whole > 10 || !is_digits(fraction))
		return TIME_NONE;
	for (size_t i = 0; i < fraction.len && i < 9; i++, unit /= 10)
		ns += (fraction.ptr[i] - '0') * unit;
	return ns;
}

static int64_t time_of_text(struct str s, int64_t year_hint_ns)
{
	int64_t ns;
	size_t used;
	if (s.len < 4)
		return TIME_NONE;
	if (s.ptr[0] >= '0' && s.ptr[0] <= '9') {
		if (s.ptr[4] == '-' && time_parse(s, &ns) == ERR_OK)
			return ns;
		ns = time_of_digits(s);
		return ns != TIME_NONE ? ns : time_of_decimal(s);
	}
	if (str_starts(s, STR("/Date("))) { /* as .NET writes JSON */
		const char *close = memchr(s.ptr, ')', s.len);
		return close != NULL ? time_of_digits(str_cut(s, 6, (size_t)(close - s.ptr))) : TIME_NONE;
	}
	return time_parse_rfc3164(s, year_hint_ns, &ns, &used) == ERR_OK ? ns : TIME_NONE;
}

int64_t mapping_time(struct value v, int64_t year_hint_ns)
{
	int64_t n, ns;
	double x;
	struct str s;
	v = scalar_of(v);
	switch (value_kind(v)) {
	case VALUE_STRING:
		return value_str(v, &s) ? time_of_text(s, year_hint_ns) : TIME_NONE;
	case VALUE_INT:
		return value_int(v, &n) && n > 0 && time_from_integer(n, &ns) == ERR_OK ? ns : TIME_NONE;
	case VALUE_DOUBLE:
		return value_double(v, &x) && x > 0 && time_from_number(x, &ns) == ERR_OK ? ns : TIME_NONE;
	case VALUE_TIME:
		return value_nanoseconds(v, &ns) ? ns : TIME_NONE;
	case VALUE_ABSENT:
	case VALUE_NULL:
	case VALUE_BOOL:
	case VALUE_UINT:
	case VALUE_NUMBER:
	case VALUE_BYTES:
	case VALUE_DURATION:
	case VALUE_LIST:
	case VALUE_MAP:
	case VALUE_UNKNOWN:
		break;
	}
	return TIME_NONE;
}
