/*
 * Deciding predicates and conditions, with three truth values: a regex that hits its bound is undetermined, and stays
 * so unless the rest of the condition decides alone. Each predicate is decided at most once an event.
 */
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/limits.h"
#include "base/time.h"
#include "base/utf8.h"
#include "engine/detect/program.h"

/* ---- finding a short literal in a short text: its first and last byte at sixteen places at once, then the rest */

static bool find_scalar(const char *p, size_t places, struct str needle)
{
	char first = needle.ptr[0], last = needle.ptr[needle.len - 1];
	for (size_t i = 0; i < places; i++)
		if (p[i] == first && p[i + needle.len - 1] == last && memcmp(p + i, needle.ptr, needle.len) == 0)
			return true;
	return false;
}

#ifdef __SSE2__
static ALWAYS_INLINE bool find_at16(const char *p, struct str needle, __m128i first, __m128i last)
{
	__m128i a = _mm_loadu_si128((const __m128i_u *)(const void *)p);
	__m128i b = _mm_loadu_si128((const __m128i_u *)(const void *)(p + needle.len - 1));
	unsigned hits = (unsigned)_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(a, first), _mm_cmpeq_epi8(b, last)));
	for (; hits != 0; hits &= hits - 1)
		if (memcmp(p + __builtin_ctz(hits), needle.ptr, needle.len) == 0)
			return true;
	return false;
}

static bool find(struct str hay, struct str needle)
{
	size_t places = hay.len - needle.len + 1;
	if (places < 16)
		return find_scalar(hay.ptr, places, needle);
	__m128i first = _mm_set1_epi8(needle.ptr[0]), last = _mm_set1_epi8(needle.ptr[needle.len - 1]);
	for (size_t i = 0; i + 16 <= places; i += 16)
		if (find_at16(hay.ptr + i, needle, first, last))
			return true;
	return find_at16(hay.ptr + places - 16, needle, first, last);
}
#else
static bool find(struct str hay, struct str needle)
{
	size_t places = hay.len - needle.len + 1;
	return places < 16 ? find_scalar(hay.ptr, places, needle)
	                   : memmem(hay.ptr, hay.len, needle.ptr, needle.len) != NULL;
}
#endif

static bool is_in(struct str hay, struct str needle)
{
	return needle.len == 0 || (hay.len >= needle.len && find(hay, needle));
}

/* Equal bytes, the last one looked at first: most comparisons fail there. */
static ALWAYS_INLINE bool same(const char *p, struct str text)
{
	return text.len == 0 || (p[text.len - 1] == text.ptr[text.len - 1] && memcmp(p, text.ptr, text.len) == 0);
}

static ALWAYS_INLINE bool text_match(const struct pattern *p, struct str t)
{
	switch (p->kind) {
	case PATTERN_EXACT:
		return t.len == p->text.len && same(t.ptr, p->text);
	case PATTERN_PREFIX:
		return t.len >= p->text.len && same(t.ptr, p->text);
	case PATTERN_SUFFIX:
		return t.len >= p->text.len && same(t.ptr + t.len - p->text.len, p->text);
	case PATTERN_CONTAINS:
		return is_in(t, p->text);
	case PATTERN_ANY:
		return true;
	case PATTERN_GLOB:
	case PATTERN_NUMBER:
	case PATTERN_BOOL:
	case PATTERN_NULL:
	case PATTERN_REGEX:
	case PATTERN_CIDR:
	case PATTERN_COMPARE:
	case PATTERN_EXISTS:
	case PATTERN_FIELDREF:
		break;
	}
	return glob_match(p->glob, t);
}

static struct str cased_text(struct detect_scratch *s, struct cell *c, bool cased)
{
	return cased ? cell_text(s, c) : cell_folded(s, c);
}

/* A long double holds every int64 and every double, so that an integer beside a double is compared exactly too. */
static bool compare_numbers(enum sigma_compare op, long double a, long double b)
{
	int order = (a > b) - (a < b);
	switch (op) {
	case SIGMA_LT:
		return order < 0;
	case SIGMA_LTE:
		return order <= 0;
	case SIGMA_GT:
		return order > 0;
	case SIGMA_GTE:
		return order >= 0;
	case SIGMA_EQ:
		return order == 0;
	}
	return false;
}

static bool cell_time(struct detect_scratch *s, struct cell *c, int64_t *ret_ns)
{
	bool integer;
	int64_t n;
	double d;
	if (c->type == 'T') {
		uint64_t word = s->current->record.doc->tape[c->at + 1];
		memcpy(ret_ns, &word, sizeof(*ret_ns));
		return true;
	}
	if (c->type == '"' && time_parse(cell_text(s, c), ret_ns) == ERR_OK)
		return true;
	if (!cell_number(s, c, &integer, &n, &d))
		return false;
	return (integer ? time_from_integer(n, ret_ns) : time_from_number(d, ret_ns)) == ERR_OK;
}

static int time_part(enum sigma_time_part part, int64_t ns)
{
	struct time_parts t = time_split(ns);
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
		return t.year;
	}
	return t.year;
}

static bool number_match(struct detect_scratch *s, const struct sigma_value *v, enum sigma_compare op, struct cell *c)
{
	bool integer;
	int64_t n;
	double d;
	if (v->time_part != SIGMA_TIME_WHOLE) {
		if (!cell_time(s, c, &n))
			return false;
		n = time_part(v->time_part, n);
		integer = true;
		d = (double)n;
	} else if (!cell_number(s, c, &integer, &n, &d)) {
		return false;
	}
	return compare_numbers(op, integer ? (long double)n : (long double)d,
	                       v->is_integer ? (long double)v->integer : (long double)v->number);
}

static bool bool_match(struct detect_scratch *s, const struct sigma_value *v, struct cell *c)
{
	if (c->type == 't' || c->type == 'f')
		return (c->type == 't') == v->yes;
	return c->type == '"' && ascii_eq_nocase(cell_text(s, c), v->yes ? STR("true") : STR("false"));
}

static bool cidr_match(struct detect_scratch *s, const struct sigma_value *v, struct cell *c)
{
	struct ip ip;
	return c->type == '"' && ip_parse(cell_text(s, c), &ip) == ERR_OK && ip_in_net(&ip, &v->net);
}

static enum truth regex_match(struct detect_scratch *s, const struct pattern *p, struct cell *c)
{
	bool found = false;
	if (p->regex == NULL || regex_search(p->regex, s->regex, cell_text(s, c), &found) != ERR_OK)
		return TRUTH_UNDETERMINED;
	return found ? TRUTH_TRUE : TRUTH_FALSE;
}

static bool fieldref_match(struct detect_scratch *s, const struct pattern *p, struct cell *c)
{
	const struct sigma_value *v = p->value;
	struct str a = cased_text(s, c, v->cased);
	for (struct cell *o = slot_cells(s, s->plan->slot_of_field[p->field]); o != NULL; o = cell_next(s, o)) {
		if (o->type == 'n')
			continue;
		struct str b = cased_text(s, o, v->cased);
		bool hit = v->contains ? is_in(a, b)
		           : v->starts ? str_starts(a, b)
		           : v->ends   ? str_ends(a, b)
		                       : str_eq(a, b);
		if (hit)
			return true;
	}
	return false;
}

enum truth pattern_match(struct detect_scratch *s, const struct pattern *p, struct cell *c)
{
	bool hit = false;
	if (c->type == 'n' || c->type == '?')
		return TRUTH_FALSE;
	switch (p->kind) {
	case PATTERN_EXACT:
	case PATTERN_PREFIX:
	case PATTERN_SUFFIX:
	case PATTERN_CONTAINS:
	case PATTERN_GLOB:
	case PATTERN_ANY:
		hit = text_match(p, cased_text(s, c, p->value->cased));
		break;
	case PATTERN_NUMBER:
		hit = number_match(s, p->value, SIGMA_EQ, c);
		break;
	case PATTERN_COMPARE:
		hit = number_match(s, p->value, p->value->compare, c);
		break;
	case PATTERN_BOOL:
		hit = bool_match(s, p->value, c);
		break;
	case PATTERN_REGEX:
		return regex_match(s, p, c);
	case PATTERN_CIDR:
		hit = cidr_match(s, p->value, c);
		break;
	case PATTERN_FIELDREF:
		hit = fieldref_match(s, p, c);
		break;
	case PATTERN_NULL:
	case PATTERN_EXISTS:
		break;
	}
	return hit ? TRUTH_TRUE : TRUTH_FALSE;
}

/* Does the glob match anywhere inside the text? */
static enum truth glob_inside(const struct sigma_string *glob, struct str text)
{
	struct sigma_part parts[66];
	struct sigma_string g = { parts, glob->n + 2 };
	if (glob->n > 64)
		return TRUTH_UNDETERMINED;
	parts[0] = (struct sigma_part){ .kind = SIGMA_PART_ANY };
	memcpy(parts + 1, glob->parts, glob->n * sizeof(*parts));
	parts[glob->n + 1] = (struct sigma_part){ .kind = SIGMA_PART_ANY };
	return glob_match(&g, text) ? TRUTH_TRUE : TRUTH_FALSE;
}

/* A keyword: string patterns anywhere inside the value, others against the whole value. */
enum truth keyword_match(struct detect_scratch *s, const struct pattern *p, struct cell *c)
{
	if (p->kind == PATTERN_GLOB)
		return glob_inside(p->glob, cased_text(s, c, p->value->cased));
	if (p->kind == PATTERN_EXACT || p->kind == PATTERN_PREFIX || p->kind == PATTERN_SUFFIX ||
	    p->kind == PATTERN_CONTAINS)
		return is_in(cased_text(s, c, p->value->cased), p->text) ? TRUTH_TRUE : TRUTH_FALSE;
	return pattern_match(s, p, c);
}

static ALWAYS_INLINE bool plain_ends_match(const struct plain *p, struct str t)
{
	if (t.len < p->len || (p->kind == PATTERN_EXACT && t.len != p->len))
		return false;
	const char *at = p->kind == PATTERN_SUFFIX ? t.ptr + t.len - p->len : t.ptr;
	return p->len == 0 || (at[p->len - 1] == p->last && memcmp(at, p->ptr, p->len) == 0);
}

static ALWAYS_INLINE bool plain_match(const struct pred *pr, uint32_t i, struct str t)
{
	const struct plain *p = &pr->plain[i];
	if (p->kind <= PATTERN_SUFFIX)
		return plain_ends_match(p, t);
	if (p->kind == PATTERN_CONTAINS)
		return is_in(t, (struct str){ p->ptr, p->len });
	return p->kind == PATTERN_ANY || glob_match(pr->patterns[i].glob, t);
}

/* Only string patterns without regard to case: the text is folded once and each pattern is a compare. */
static enum truth plain_decide(struct detect_scratch *s, const struct pred *pr, struct cell *first,
                               struct cell **ret_cell, const struct pattern **ret_pattern)
{
	for (struct cell *c = first; c != NULL; c = cell_next(s, c)) {
		if (c->type == 'n' || c->type == '?')
			continue;
		struct str t = c->has_folded ? c->folded : cell_folded(s, c);
		for (uint32_t i = 0; i < pr->n; i++) {
			if (plain_match(pr, i, t)) {
				*ret_cell = c;
				*ret_pattern = &pr->patterns[i];
				return TRUTH_TRUE;
			}
		}
	}
	return TRUTH_FALSE;
}

static enum truth cells_decide(struct detect_scratch *s, const struct pred *pr, struct cell *first,
                               struct cell **ret_cell, const struct pattern **ret_pattern)
{
	enum truth result = TRUTH_FALSE;
	for (struct cell *c = first; c != NULL; c = cell_next(s, c)) {
		for (uint32_t i = 0; i < pr->n; i++) {
			enum truth t = pattern_match(s, &pr->patterns[i], c);
			if (t == TRUTH_TRUE) {
				*ret_cell = c;
				*ret_pattern = &pr->patterns[i];
				return TRUTH_TRUE;
			}
			result = t == TRUTH_UNDETERMINED ? t : result;
		}
	}
	return result;
}

/* Patterns about the slot as a whole: null, exists. */
static bool slot_decide(struct detect_scratch *s, const struct pattern *p, struct cell *first)
{
	bool some = false, null = first == NULL;
	for (struct cell *c = first; c != NULL; c = cell_next(s, c)) {
		some |= c->type != 'n';
		null |= c->type == 'n';
	}
	return p->kind == PATTERN_NULL ? null : some == p->value->yes;
}

struct keyword_search {
	const struct pred *pred;
	struct cell hit;
	const struct pattern *pattern;
	enum truth truth;
};
static bool keyword_scalar(void *arg, struct detect_scratch *s, struct cell *c)
{
	struct keyword_search *k = arg;
	for (uint32_t i = 0; i < k->pred->n; i++) {
		enum truth t = keyword_match(s, &k->pred->patterns[i], c);
		if (t == TRUTH_FALSE)
			continue;
		k->truth = t;
		if (t == TRUTH_TRUE) {
			k->hit = *c;
			k->pattern = &k->pred->patterns[i];
			return true;
		}
	}
	return false;
}

bool each_scalar(struct detect_scratch *s, scalar_fn *fn, void *arg)
{
	const uint64_t *tape = s->current->record.doc->tape;
	const char *strings = s->current->record.doc->strings;
	uint32_t at = s->current->record.at, end = tape_skip(tape, at);
	bool key = false;
	/* Keys and values are told apart by walking maps with a small bit stack: bit d = depth d is a map. */
	uint64_t maps[20] = { 0 };
	uint32_t depth = 0;

	while (at < end) {
		unsigned char type = tape_type(tape[at]);
		if (type == '{' || type == '[') {
			depth++;
			if (depth >= 64 * ARRAY_LEN(maps)) {
				s->truncated = true;
				return false;
			}
			maps[depth / 64] = (maps[depth / 64] & ~(1ull << depth % 64)) | (uint64_t)(type == '{')
			                                                                    << depth % 64;
			key = type == '{';
			at++;
			continue;
		}
		if (type == '}' || type == ']') {
			depth--;
			key = depth > 0 && (maps[depth / 64] >> depth % 64 & 1) != 0;
			at++;
			continue;
		}
		if (key) {
			key = false;
			at++;
			continue;
		}
		key = depth > 0 && (maps[depth / 64] >> depth % 64 & 1) != 0;
		struct cell c = { .at = at, .next = NO_INDEX, .type = type };
		if (type == '"') {
			c.text = tape_str(strings, tape[at]);
			c.has_text = true;
		}
		if (type != 'n' && type != '?' && type != 'm' && fn(arg, s, &c))
			return true;
		at = type == 'm' ? at + 1 : tape_skip(tape, at);
		key = type == 'm' ? false : key;
	}
	return false;
}

static enum truth keywords_decide(struct detect_scratch *s, const struct pred *pr, struct cell **ret_cell,
                                  const struct pattern **ret_pattern)
{
	struct keyword_search k = { .pred = pr, .truth = TRUTH_FALSE };
	if (s->current->record.doc == NULL || !each_scalar(s, keyword_scalar, &k))
		return k.truth;
	struct cell *kept = arena_new(&s->event, struct cell);
	if (kept == NULL) {
		s->memory_gone = true;
		return TRUTH_UNDETERMINED;
	}
	*kept = k.hit;
	*ret_cell = kept;
	*ret_pattern = k.pattern;
	return TRUTH_TRUE;
}

enum truth pred_decide(struct detect_scratch *s, const struct pred *pr, struct cell **ret_cell,
                       const struct pattern **ret_pattern)
{
	*ret_cell = NULL;
	*ret_pattern = NULL;
	if (pr->field == NO_FIELD)
		return keywords_decide(s, pr, ret_cell, ret_pattern);
	struct cell *first = slot_cells(s, s->plan->slot_of_field[pr->field]);
	if (pr->plain != NULL)
		return first == NULL ? TRUTH_FALSE : plain_decide(s, pr, first, ret_cell, ret_pattern);
	for (uint32_t i = 0; i < pr->n; i++) {
		const struct pattern *p = &pr->patterns[i];
		if ((p->kind == PATTERN_NULL || p->kind == PATTERN_EXISTS) && slot_decide(s, p, first)) {
			*ret_pattern = p;
			return TRUTH_TRUE;
		}
	}
	return first == NULL ? TRUTH_FALSE : cells_decide(s, pr, first, ret_cell, ret_pattern);
}

NOINLINE enum truth pred_eval(struct detect_scratch *s, uint32_t pred)
{
	struct cell *cell;
	const struct pattern *pattern;
	enum truth t = pred_decide(s, &s->program->preds.at[pred], &cell, &pattern);
	s->memo[pred] = s->epoch << 2 | (uint32_t)t;
	return t;
}

static enum truth node_eval(struct detect_scratch *s, uint32_t node);

static ALWAYS_INLINE enum truth term_truth(struct detect_scratch *s, uint32_t term)
{
	enum truth t;
	if (term & TERM_PRED) {
		uint32_t memo = s->memo[term & TERM_INDEX];
		t = memo >> 2 == s->epoch ? (enum truth)(memo & 3) : pred_eval(s, term & TERM_INDEX);
	} else {
		t = node_eval(s, term & TERM_INDEX);
	}
	if ((term & TERM_NOT) && t != TRUTH_UNDETERMINED)
		t = t == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;
	return t;
}

static enum truth node_eval(struct detect_scratch *s, uint32_t node)
{
	const struct node *n = &s->program->nodes.at[node];
	enum truth stop = n->all ? TRUTH_FALSE : TRUTH_TRUE, result = n->all ? TRUTH_TRUE : TRUTH_FALSE;
	for (uint32_t i = 0; i < n->n; i++) {
		enum truth t = term_truth(s, n->terms[i]);
		if (t == stop)
			return t;
		result = t == TRUTH_UNDETERMINED ? t : result;
	}
	return result;
}

enum truth term_eval(struct detect_scratch *s, uint32_t term)
{
	return term_truth(s, term);
}
