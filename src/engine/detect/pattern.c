/*
 * One value of a rule's leaf, made ready for comparing: string patterns are sorted into whole, prefix, suffix, contains
 * and general globs, with literals folded when case does not count.
 */
#include <locale.h>
#include <stdlib.h>

#include "base/sys.h"
#include "base/utf8.h"
#include "engine/detect/program.h"

static struct str fold_str(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, 3 * s.len + 1);
	if (out == NULL)
		return (struct str){ NULL, 0 };
	return (struct str){ out, utf8_fold_into(s.ptr, s.len, out) };
}

static fallible fold_parts(struct arena *a, const struct sigma_value *v, const struct sigma_string **ret)
{
	struct sigma_string *g = arena_new(a, struct sigma_string);
	TRY(got(g));
	g->n = v->string.n;
	g->parts = arena_new_n(a, struct sigma_part, g->n);
	TRY(got(g->parts));
	for (size_t i = 0; i < g->n; i++) {
		g->parts[i] = v->string.parts[i];
		if (g->parts[i].kind == SIGMA_PART_TEXT && !v->cased) {
			g->parts[i].text = fold_str(a, g->parts[i].text);
			TRY(got(g->parts[i].text.ptr));
		}
	}
	*ret = g;
	return ERR_OK;
}

static fallible string_build(struct arena *a, const struct sigma_value *v, struct pattern *ret)
{
	TRY(fold_parts(a, v, &ret->glob));
	const struct sigma_part *p = ret->glob->parts;
	size_t n = ret->glob->n;
	bool first = n > 0 && p[0].kind == SIGMA_PART_ANY, last = n > 0 && p[n - 1].kind == SIGMA_PART_ANY;

	ret->text = (struct str){ "", 0 };
	ret->kind = PATTERN_GLOB;
	if (n == 0) {
		ret->kind = PATTERN_EXACT;
	} else if (n == 1) {
		ret->kind = p[0].kind == SIGMA_PART_TEXT ? PATTERN_EXACT : first ? PATTERN_ANY : PATTERN_GLOB;
		ret->text = p[0].kind == SIGMA_PART_TEXT ? p[0].text : ret->text;
	} else if (n == 2 && first != last && p[first].kind == SIGMA_PART_TEXT) {
		ret->kind = first ? PATTERN_SUFFIX : PATTERN_PREFIX;
		ret->text = p[first].text;
	} else if (n == 3 && first && last && p[1].kind == SIGMA_PART_TEXT) {
		ret->kind = PATTERN_CONTAINS;
		ret->text = p[1].text;
	}
	return ERR_OK;
}

fallible pattern_build(struct detect_program *p, const struct sigma_value *v, struct pattern *ret)
{
	static const enum pattern_kind kinds[] = {
		[SIGMA_STRING] = PATTERN_GLOB,     [SIGMA_NUMBER] = PATTERN_NUMBER, [SIGMA_BOOL] = PATTERN_BOOL,
		[SIGMA_NULL] = PATTERN_NULL,       [SIGMA_REGEX] = PATTERN_REGEX,   [SIGMA_CIDR] = PATTERN_CIDR,
		[SIGMA_COMPARE] = PATTERN_COMPARE, [SIGMA_EXISTS] = PATTERN_EXISTS, [SIGMA_FIELDREF] = PATTERN_FIELDREF,
	};
	*ret = (struct pattern){ .kind = kinds[v->kind], .value = v, .field = NO_FIELD };
	if (v->kind == SIGMA_STRING)
		return string_build(&p->arena, v, ret);
	return ERR_OK;
}

unsigned pattern_cost(const struct pattern *p)
{
	switch (p->kind) {
	case PATTERN_EXISTS:
	case PATTERN_NULL:
	case PATTERN_BOOL:
	case PATTERN_ANY:
		return 1;
	case PATTERN_EXACT:
	case PATTERN_PREFIX:
	case PATTERN_SUFFIX:
		return 2;
	case PATTERN_NUMBER:
	case PATTERN_COMPARE:
	case PATTERN_CIDR:
		return 4;
	case PATTERN_CONTAINS:
		return 8;
	case PATTERN_GLOB:
	case PATTERN_FIELDREF:
		return 16;
	case PATTERN_REGEX:
		return 40;
	}
	return 40;
}

/* ---- globs: greedy with one point to come back to (the last '*'), O(pattern * text) at worst ---- */

static bool part_here(const struct sigma_part *p, struct str text, size_t at, size_t *ret_next)
{
	if (p->kind == SIGMA_PART_ONE) {
		uint32_t cp;
		if (at >= text.len)
			return false;
		*ret_next = at + utf8_decode(text.ptr + at, text.len - at, &cp);
		return true;
	}
	if (text.len - at < p->text.len || memcmp(text.ptr + at, p->text.ptr, p->text.len) != 0)
		return false;
	*ret_next = at + p->text.len;
	return true;
}

/* The next place at or after `from` where the part after a '*' can start: jumps to the literal's occurrence. */
static bool resume_at(const struct sigma_part *after, struct str text, size_t from, size_t *ret)
{
	if (after->kind != SIGMA_PART_TEXT) {
		*ret = from;
		return from <= text.len;
	}
	if (from > text.len)
		return false;
	const char *hit = memmem(text.ptr + from, text.len - from, after->text.ptr, after->text.len);
	if (hit == NULL)
		return false;
	*ret = (size_t)(hit - text.ptr);
	return true;
}

bool glob_match(const struct sigma_string *g, struct str text)
{
	size_t part = 0, at = 0, star = SIZE_MAX, star_at = 0;

	for (;;) {
		if (part < g->n && g->parts[part].kind == SIGMA_PART_ANY) {
			star = part++;
			if (part == g->n)
				return true;
			if (g->parts[part].kind == SIGMA_PART_ANY)
				continue;
			if (!resume_at(&g->parts[part], text, at, &star_at))
				return false;
			at = star_at;
			continue;
		}
		size_t next = 0;
		if (part < g->n && part_here(&g->parts[part], text, at, &next)) {
			part++;
			at = next;
			continue;
		}
		if (part == g->n && at == text.len)
			return true;
		if (star == SIZE_MAX || star_at >= text.len)
			return false;
		/* come back: let the '*' take one character more */
		uint32_t cp;
		size_t step = utf8_decode(text.ptr + star_at, text.len - star_at, &cp);
		if (!resume_at(&g->parts[star + 1], text, star_at + step, &star_at))
			return false;
		at = star_at;
		part = star + 1;
	}
}

/* ---- numbers in text: [+-] digits [. digits] [e [+-] digits], nothing else ---- */

static size_t digits(struct str s, size_t at)
{
	size_t n = 0;
	while (at + n < s.len && s.ptr[at + n] >= '0' && s.ptr[at + n] <= '9')
		n++;
	return n;
}

static bool integer_from(struct str s, size_t at, bool negative, int64_t *ret)
{
	uint64_t n = 0;
	for (; at < s.len; at++) {
		uint64_t d = (uint64_t)(s.ptr[at] - '0');
		if (n > (UINT64_MAX - d) / 10)
			return false;
		n = n * 10 + d;
	}
	if (n > (uint64_t)INT64_MAX + (negative ? 1 : 0))
		return false;
	*ret = negative ? (int64_t)(0 - n) : (int64_t)n;
	return true;
}

static bool looks_numeric(struct str s, size_t at, bool *ret_plain)
{
	size_t whole = digits(s, at), i = at + whole, fraction = 0;
	*ret_plain = whole > 0 && i == s.len;
	if (*ret_plain)
		return true;
	if (i < s.len && s.ptr[i] == '.') {
		fraction = digits(s, i + 1);
		i += 1 + fraction;
	}
	if (whole + fraction == 0)
		return false;
	if (i < s.len && (s.ptr[i] == 'e' || s.ptr[i] == 'E')) {
		size_t e = i + 1;
		e += e < s.len && (s.ptr[e] == '+' || s.ptr[e] == '-');
		size_t n = digits(s, e);
		if (n == 0)
			return false;
		i = e + n;
	}
	return i == s.len;
}

bool number_from_text(struct str s, bool *ret_integer, int64_t *ret_int, double *ret_double)
{
	char copy[64];
	bool negative = s.len > 0 && s.ptr[0] == '-', plain;
	size_t at = s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+');

	*ret_integer = false;
	if (s.len == 0 || s.len >= sizeof(copy) || !looks_numeric(s, at, &plain))
		return false;
	if (plain && integer_from(s, at, negative, ret_int)) {
		*ret_integer = true;
		*ret_double = (double)*ret_int;
		return true;
	}
	memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	double d = strtod(copy, NULL); /* the program runs in the C locale */
	*ret_double = d;
	if (d >= -9223372036854775808.0 && d < 9223372036854775808.0 && (double)(int64_t)d >= d &&
	    (double)(int64_t)d <= d) {
		*ret_integer = true;
		*ret_int = (int64_t)d;
	}
	return true;
}
