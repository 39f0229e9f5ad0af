/*
 * Scalars by the core schema of YAML 1.2.2 (section 10.3.2): what a plain scalar's text says it is.
 */
#include <math.h>

#include "lang/yaml/read.h"
#include "value/number.h"

static bool is_one_of(struct str s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(s, str_of(words[i])))
			return true;
	return false;
}

static bool build_null(struct value_builder *b, struct str s)
{
	static const char *const words[] = { "", "~", "null", "Null", "NULL" };
	if (!is_one_of(s, words, ARRAY_LEN(words)))
		return false;
	value_build_null(b);
	return true;
}

static bool build_bool(struct value_builder *b, struct str s)
{
	static const char *const yes[] = { "true", "True", "TRUE" }, *const no[] = { "false", "False", "FALSE" };
	bool is_yes = is_one_of(s, yes, ARRAY_LEN(yes));
	if (!is_yes && !is_one_of(s, no, ARRAY_LEN(no)))
		return false;
	value_build_bool(b, is_yes);
	return true;
}

/* 0x and 0o; too big is kept as text. */
static bool build_radix(struct value_builder *b, struct str s)
{
	uint64_t base = s.ptr[1] == 'x' ? 16 : 8, n = 0;
	bool fits = true;
	for (size_t i = 2; i < s.len; i++) {
		char c = s.ptr[i];
		uint64_t digit = c >= '0' && c <= '9'   ? (uint64_t)(c - '0')
		                 : c >= 'a' && c <= 'f' ? (uint64_t)(c - 'a') + 10
		                 : c >= 'A' && c <= 'F' ? (uint64_t)(c - 'A') + 10
		                                        : 99;
		if (digit >= base)
			return false;
		fits = fits && !__builtin_mul_overflow(n, base, &n) && !__builtin_add_overflow(n, digit, &n);
	}
	if (fits)
		value_build_uint(b, n);
	else
		value_build_number_text(b, s);
	return true;
}

static size_t digits_from(struct str s, size_t i)
{
	while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9')
		i++;
	return i;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool is_decimal(struct str s, bool *ret_integer)
{
	size_t i = s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+') ? 1 : 0;
	size_t whole = digits_from(s, i);
	bool has_whole = whole > i;
	i = whole;
	*ret_integer = has_whole && i == s.len;
	if (i < s.len && s.ptr[i] == '.') {
		size_t to = digits_from(s, i + 1);
		if (!has_whole && to == i + 1)
			return false;
		has_whole = true;
		i = to;
	}
	if (!has_whole)
		return false;
	if (i < s.len && (s.ptr[i] == 'e' || s.ptr[i] == 'E')) {
		i++;
		if (i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+'))
			i++;
		size_t to = digits_from(s, i);
		if (to == i)
			return false;
		i = to;
	}
	return i == s.len;
}

static bool build_not_finite(struct value_builder *b, struct str s)
{
	static const char *const inf[] = { ".inf", ".Inf", ".INF" }, *const nan[] = { ".nan", ".NaN", ".NAN" };
	bool minus = s.ptr[0] == '-';
	if (is_one_of(s, nan, ARRAY_LEN(nan))) {
		value_build_double(b, (double)NAN);
		return true;
	}
	struct str rest = s.ptr[0] == '-' || s.ptr[0] == '+' ? str_cut(s, 1, s.len) : s;
	if (!is_one_of(rest, inf, ARRAY_LEN(inf)))
		return false;
	value_build_double(b, minus ? (double)-INFINITY : (double)INFINITY);
	return true;
}

static bool build_number(struct value_builder *b, struct str s, bool *ret_integer)
{
	*ret_integer = false;
	if (s.len == 0)
		return false;
	if (s.len > 2 && s.ptr[0] == '0' && (s.ptr[1] == 'x' || s.ptr[1] == 'o') && build_radix(b, s)) {
		*ret_integer = true;
		return true;
	}
	if (is_decimal(s, ret_integer)) {
		(void)value_build_number(b, s); /* false: kept exactly, which is as good */
		return true;
	}
	return build_not_finite(b, s);
}

void yaml_build_plain(struct value_builder *b, struct str s)
{
	char c = s.len > 0 ? s.ptr[0] : '~';
	bool integer;
	bool done = false;
	if ((c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.')
		done = build_number(b, s, &integer);
	else if (c == 't' || c == 'T' || c == 'f' || c == 'F')
		done = s.len <= 5 && build_bool(b, s);
	else if (c == '~' || c == 'n' || c == 'N')
		done = s.len <= 4 && build_null(b, s);
	if (!done)
		value_build_str(b, s);
}

bool yaml_build_tagged(struct value_builder *b, struct str s, const char *tag)
{
	bool integer, is_int;
	int64_t n;
	uint64_t u;
	if (strcmp(tag, "null") == 0)
		return build_null(b, s);
	if (strcmp(tag, "bool") == 0)
		return build_bool(b, s);
	if (strcmp(tag, "int") == 0) {
		is_int = is_decimal(s, &integer) ? integer
		                                 : s.len > 2 && s.ptr[0] == '0' && (s.ptr[1] == 'x' || s.ptr[1] == 'o');
		return is_int && build_number(b, s, &integer);
	}
	if (s.len > 0 && number_parse_int(s, &n, &u) == NUMBER_INT) { /* !!float 3 */
		value_build_double(b, (double)n);
		return true;
	}
	return build_number(b, s, &integer);
}
