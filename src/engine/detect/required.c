/*
 * Literals that a regex cannot match without. `foo.*(bar|baz)+` needs "foo", and needs "bar" or "baz"; one such set is
 * enough for a witness and far cheaper to look for than the regex. A small recursive reading of the regex: of a
 * sequence any part serves (the best is taken), of alternatives all are needed, what may repeat zero times gives
 * nothing. Whatever is not understood gives nothing for its part; nothing here can make a needed literal up: every
 * character that is not plainly literal ends the run before it.
 */
#include "base/utf8.h"
#include "engine/detect/program.h"

enum { DEPTH_MAX = 24, RUN_MAX = 64, SET_MAX = 64 };

struct literals {
	struct str at[SET_MAX];
	uint32_t n; /* 0 = none known */
	double cost;
};
struct reading {
	struct arena *arena;
	const char *p, *end;
	bool bail, memory;
};

static void alternatives(struct reading *r, struct literals *ret, unsigned depth);

/* The better of two sets: fewer expected hits. */
static void keep_better(struct literals *best, const struct literals *other)
{
	if (other->n > 0 && (best->n == 0 || other->cost < best->cost))
		*best = *other;
}

struct run {
	char text[RUN_MAX];
	size_t len;
};

static void end_run(struct reading *r, struct run *run, struct literals *best)
{
	if (run->len > 0) {
		struct literals one = { .n = 1 };
		char folded[3 * RUN_MAX];
		size_t n = utf8_fold_into(run->text, run->len, folded);
		one.at[0] = arena_str(r->arena, (struct str){ folded, n });
		one.cost = witness_literal_share(one.at[0]);
		if (one.at[0].ptr == NULL)
			r->memory = true;
		else
			keep_better(best, &one);
	}
	run->len = 0;
}

static void add_char(struct reading *r, struct run *run, struct literals *best, char c)
{
	if (run->len == RUN_MAX)
		end_run(r, run, best);
	run->text[run->len++] = c;
}

/*
 * "{2}", "{0,3}", "{2,}" at p: its length, or 0 when the brace is itself. With spaces or without a first number the
 * library's versions disagree: what could be a quantifier is taken for one that may be zero, which is safe either way.
 */
static size_t braces(const char *p, size_t n, unsigned *ret_min)
{
	size_t i = 1;
	*ret_min = 0;
	for (; i < n && p[i] >= '0' && p[i] <= '9'; i++)
		*ret_min |= p[i] != '0';
	while (i < n && ((p[i] >= '0' && p[i] <= '9') || p[i] == ',' || p[i] == ' '))
		i++;
	return i > 1 && i < n && p[i] == '}' ? i + 1 : 0;
}

static bool one_quantifier(struct reading *r, unsigned *ret_min)
{
	size_t n = 0;
	if (r->p >= r->end)
		return false;
	if (*r->p == '*' || *r->p == '?' || *r->p == '+') {
		n = 1;
		*ret_min = *r->p == '+';
	} else if (*r->p == '{') {
		n = braces(r->p, (size_t)(r->end - r->p), ret_min);
	}
	r->p += n;
	if (n > 0 && r->p < r->end && (*r->p == '?' || *r->p == '+'))
		r->p++;
	return n > 0;
}

/* Quantifiers at r->p, if any ("a{2}{0}" is allowed): *ret_min 0 when they allow none. */
static bool quantifier(struct reading *r, unsigned *ret_min)
{
	unsigned min = 1, least = 1;
	bool some = false;
	while (one_quantifier(r, &min)) {
		some = true;
		least = min > 0 ? least : 0;
	}
	if (some)
		*ret_min = least;
	return some;
}

/* "[:alpha:]" at p: its length, or 0 when the bracket is itself. */
static size_t posix_class(const char *p, size_t n)
{
	size_t i = 2;
	if (n < 4 || p[1] != ':')
		return 0;
	while (i < n && ((p[i] >= 'a' && p[i] <= 'z') || p[i] == '^'))
		i++;
	return i + 1 < n && p[i] == ':' && p[i + 1] == ']' ? i + 2 : 0;
}

/* Past a class, r->p just behind its '['. Escapes that change how the class goes on (quoting, control characters) are
 * not read. */
static void skip_class(struct reading *r)
{
	bool first = true;
	r->p += r->p < r->end && *r->p == '^';
	for (; r->p < r->end && (first || *r->p != ']'); first = false) {
		size_t n = *r->p == '[' ? posix_class(r->p, (size_t)(r->end - r->p)) : 0;
		if (*r->p == '\\') {
			r->p++;
			r->bail |= r->p < r->end && strchr("QEcN", *r->p) != NULL;
		}
		n = n > 0 ? n : r->p < r->end;
		r->p += n;
	}
	if (r->p >= r->end)
		r->bail = true;
	r->p += r->p < r->end;
}

/* Behind "(?": flags, names, look-around. True when the group's content is needed as an ordinary group's is. */
static bool group_head(struct reading *r)
{
	if (r->p >= r->end || *r->p != '?')
		return true;
	r->p++;
	bool plain = r->p < r->end && *r->p == ':';
	if (plain) {
		r->p++;
		return true;
	}
	r->p += r->end - r->p > 1 && r->p[0] == 'P' && r->p[1] == '<'; /* (?P=n) and (?P>n) are no groups */
	bool named = r->end - r->p > 1 && *r->p == '<' && r->p[1] != '=' && r->p[1] != '!';
	if (named) {
		while (r->p < r->end && *r->p != '>')
			r->p++;
		r->p += r->p < r->end;
		return true;
	}
	/* (?i) (?i:...): letters; 'x' changes what is literal, the rest does not matter to a caseless search */
	while (r->p < r->end && ((*r->p >= 'a' && *r->p <= 'z') || *r->p == '-')) {
		r->bail |= *r->p == 'x';
		r->p++;
	}
	if (r->p < r->end && (*r->p == ':' || *r->p == ')')) {
		r->p += *r->p == ':';
		return true;
	}
	r->bail = true; /* look-around, atomic groups, conditions: not read */
	return false;
}

static void group(struct reading *r, struct run *run, struct literals *best, unsigned depth)
{
	struct literals inner = { 0 };
	unsigned least = 1;
	end_run(r, run, best);
	r->bail |= r->p < r->end && *r->p == '*'; /* a verb */
	if (depth == 0 || r->bail || !group_head(r)) {
		r->bail = true;
		return;
	}
	alternatives(r, &inner, depth - 1);
	if (r->p >= r->end || *r->p != ')') {
		r->bail = true;
		return;
	}
	r->p++;
	IGNORE(quantifier(r, &least)); /* without one: once */
	if (least > 0)
		keep_better(best, &inner);
}

/* An escape that is one literal character, or 0. */
static char literal_escape(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case 'r':
		return '\r';
	default:
		return (char)((unsigned char)c < 128 &&
		                      !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
		                  ? c
		                  : 0);
	}
}

/* One literal character with its quantifier: kept once when it must occur; more of it, or perhaps none, ends the run.
 */
static void literal(struct reading *r, struct run *run, struct literals *best, char c)
{
	unsigned least = 1;
	if (!quantifier(r, &least)) {
		add_char(r, run, best, c);
		return;
	}
	if (least > 0)
		add_char(r, run, best, c);
	end_run(r, run, best);
}

static void other(struct reading *r, struct run *run, struct literals *best)
{
	unsigned least;
	end_run(r, run, best);
	IGNORE(quantifier(r, &least)); /* it gives nothing either way */
}

static void escape(struct reading *r, struct run *run, struct literals *best)
{
	if (r->p >= r->end) {
		r->bail = true;
		return;
	}
	char e = *r->p++, c = literal_escape(e);
	if (c != 0) {
		literal(r, run, best, c);
		return;
	}
	/* \d \s \w \b and their kin take no argument; anything else (\x \Q \p \1 ...) is not read */
	bool braced = e == 'N' && r->p < r->end && *r->p == '{'; /* a character by its number */
	if (strchr("dDsSwWbBhHvVRAzZN", e) == NULL || braced)
		r->bail = true;
	other(r, run, best);
}

static void sequence(struct reading *r, struct literals *best, unsigned depth)
{
	struct run run = { .len = 0 };
	while (r->p < r->end && !r->bail && *r->p != '|' && *r->p != ')') {
		char c = *r->p++;
		if (c == '(') {
			group(r, &run, best, depth);
		} else if (c == '[') {
			skip_class(r);
			other(r, &run, best);
		} else if (c == '\\') {
			escape(r, &run, best);
		} else if (c == '.' || c == '^' || c == '$') {
			other(r, &run, best);
		} else if ((unsigned char)c >= 128) {
			/* a part of a character: a quantifier would bind to all of it */
			end_run(r, &run, best);
			while (r->p < r->end && ((unsigned char)*r->p & 0xC0) == 0x80)
				r->p++;
			other(r, &run, best);
		} else {
			literal(r, &run, best, c);
		}
	}
	end_run(r, &run, best);
}

static void alternatives(struct reading *r, struct literals *ret, unsigned depth)
{
	bool complete = true;
	*ret = (struct literals){ 0 };
	for (;;) {
		struct literals one = { 0 };
		sequence(r, &one, depth);
		complete = complete && one.n > 0 && ret->n + one.n <= SET_MAX;
		for (uint32_t i = 0; complete && i < one.n; i++)
			ret->at[ret->n++] = one.at[i];
		ret->cost += one.cost;
		if (r->bail || r->p >= r->end || *r->p != '|')
			break;
		r->p++;
	}
	if (!complete || r->bail)
		ret->n = 0;
}

fallible regex_required(struct arena *arena, struct str regex, struct str **ret, uint32_t *ret_n, double *ret_cost)
{
	struct reading r = { .arena = arena, .p = regex.ptr, .end = regex.ptr + regex.len };
	struct literals *found = arena_new(arena, struct literals);
	TRY(got(found));
	alternatives(&r, found, DEPTH_MAX);
	if (r.memory)
		return ERR_MEMORY;
	*ret = found->at;
	*ret_n = r.bail || r.p < r.end ? 0 : found->n;
	*ret_cost = found->cost;
	return ERR_OK;
}
