/* Does a regular expression compile? Compiling hundreds at start-up just to ask costs more than reading the rules, so a
 * scan first passes what is certainly well formed - the plain constructs nearly all rules keep to - and only the rest
 * is compiled. */
#include "lang/regex/regex.h"
#include "lang/sigma/internal.h"

struct scan {
	struct str s;
	size_t at;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char peek(const struct scan *c)
{
	return c->at < c->s.len ? c->s.ptr[c->at] : 0;
}

/* Behind a backslash: a class or control letter, or anything that is neither letter, digit nor NUL. */
static bool scan_escape(struct scan *c)
{
	char e = peek(c);
	if (e == 0 || (is_alnum(e) && strchr("dDwWsSbBtnrf", e) == NULL))
		return false;
	c->at++;
	return true;
}

/* Behind "[". */
static bool scan_class(struct scan *c)
{
	c->at += peek(c) == '^';
	bool first = true;
	while (c->at < c->s.len) {
		char e = c->s.ptr[c->at++];
		if (e == ']')
			return !first;
		if (e == '[' || (unsigned char)e >= 0x80)
			return false;
		if (e == '\\' && (peek(c) == 'b' || peek(c) == 'B' || !scan_escape(c)))
			return false;
		if (peek(c) == '-' && c->at + 1 < c->s.len && c->s.ptr[c->at + 1] != ']') {
			char to = c->s.ptr[c->at + 1];
			bool same = (is_digit(e) && is_digit(to)) ||
			            (is_alnum(e) && is_alnum(to) && !is_digit(e) && !is_digit(to));
			if (!same || e > to || (c->at >= 2 && c->s.ptr[c->at - 2] == '\\'))
				return false;
			c->at += 2;
		}
		first = false;
	}
	return false;
}

/* Behind "{": n}, n,} or n,m} with small numbers. */
static bool scan_count(struct scan *c)
{
	unsigned n[2] = { 0, 1000 };
	for (size_t i = 0; i < 2; i++) {
		if (i == 1 && peek(c) == '}')
			break;
		unsigned v = 0;
		size_t from = c->at;
		for (; is_digit(peek(c)) && c->at - from < 4; c->at++)
			v = 10 * v + (unsigned)(peek(c) - '0');
		if (c->at == from)
			return false;
		n[i] = v;
		if (peek(c) == '}') {
			n[1] = v;
			break;
		}
		if (i == 0 && peek(c) != ',')
			return false;
		c->at += i == 0;
	}
	if (peek(c) != '}' || n[0] > n[1] || n[1] > 1000)
		return false;
	c->at++;
	return true;
}

/* Certainly well formed? false = cannot tell. */
static bool surely_fine(struct str s)
{
	struct scan c = { s, 0 };
	unsigned open = 0;
	bool atom = false; /* may a quantifier follow? */
	while (c.at < s.len) {
		char e = s.ptr[c.at++];
		bool quantifier = e == '*' || e == '+' || e == '?' || e == '{';
		if (quantifier) {
			if (!atom || (e == '{' && !scan_count(&c)))
				return false;
			c.at += peek(&c) == '?' || peek(&c) == '+';
			atom = false;
			continue;
		}
		atom = e != '^' && e != '$' && e != '|' && e != '(';
		if (e == '\\' && !scan_escape(&c))
			return false;
		if (e == '[' && !scan_class(&c))
			return false;
		if (e == '(') {
			if (++open > 100 || peek(&c) == '*')
				return false;
			if (peek(&c) == '?' && !(c.at + 1 < s.len && s.ptr[c.at + 1] == ':'))
				return false;
			c.at += peek(&c) == '?' ? 2 : 0;
		}
		if (e == ')' && open-- == 0)
			return false;
	}
	return open == 0;
}

enum err regex_check(struct reader *r, const struct sigma_value *v)
{
	struct place at = { v->line, v->column, 0 };
	if (v->text.len > LIMIT_REGEX_BYTES)
		return refuse(r, at, "sigma-limit", NULL, "regular expression of %zu bytes; at most %d are taken",
		              v->text.len, LIMIT_REGEX_BYTES);
	if (surely_fine(v->text))
		return ERR_OK;
	struct regex *re = NULL;
	char why[256] = "";
	size_t offset = 0;
	enum err e = regex_new(v->text, v->flags, &re, &offset, why);
	regex_free(&re);
	if (e == ERR_OK || e == ERR_MEMORY)
		return e;
	return refuse(r, at, "sigma-regex", "see the PCRE2 syntax; in YAML, put the expression in single quotes",
	              "regular expression is wrong at character %zu: %s", offset + 1, why);
}
