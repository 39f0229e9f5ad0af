/*
 * Reading and writing numbers without the locale's decimal sign: strtod_l in the "C" locale (which glibc hands out
 * without allocating), and snprintf with more digits until the text reads back as the same double.
 */
#include "value/number.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static size_t skip_digits(struct str s, size_t i)
{
	while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9')
		i++;
	return i;
}

/* The index past a JSON integer at the start of s, 0 when there is none. */
static size_t json_integer(struct str s)
{
	size_t i = s.len > 0 && s.ptr[0] == '-' ? 1 : 0;
	size_t from = i;
	i = skip_digits(s, i);
	if (i == from || (s.ptr[from] == '0' && i - from > 1))
		return 0;
	return i;
}

bool number_is_integer(struct str s)
{
	return s.len > 0 && json_integer(s) == s.len;
}

bool number_is_json(struct str s)
{
	size_t i = json_integer(s);
	if (i == 0)
		return false;
	if (i < s.len && s.ptr[i] == '.') {
		size_t from = i + 1;
		i = skip_digits(s, from);
		if (i == from)
			return false;
	}
	if (i < s.len && (s.ptr[i] == 'e' || s.ptr[i] == 'E')) {
		i++;
		if (i < s.len && (s.ptr[i] == '+' || s.ptr[i] == '-'))
			i++;
		size_t from = i;
		i = skip_digits(s, from);
		if (i == from)
			return false;
	}
	return i == s.len;
}

enum number_kind number_parse_int(struct str s, int64_t *ret_int, uint64_t *ret_uint)
{
	bool minus = s.len > 0 && s.ptr[0] == '-';
	size_t i = minus || (s.len > 0 && s.ptr[0] == '+') ? 1 : 0;
	if (i == s.len || skip_digits(s, i) != s.len)
		return NUMBER_NONE;
	uint64_t n = 0;
	for (; i < s.len; i++) {
		uint64_t digit = (uint64_t)(s.ptr[i] - '0');
		if (__builtin_mul_overflow(n, (uint64_t)10, &n) || __builtin_add_overflow(n, digit, &n))
			return NUMBER_NONE;
	}
	if (minus) {
		if (n > (uint64_t)INT64_MAX + 1)
			return NUMBER_NONE;
		*ret_int = n == 0 ? 0 : -(int64_t)(n - 1) - 1;
		return NUMBER_INT;
	}
	if (n > (uint64_t)INT64_MAX) {
		*ret_uint = n;
		return NUMBER_UINT;
	}
	*ret_int = (int64_t)n;
	return NUMBER_INT;
}

double number_parse_double(const char *text)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (c == (locale_t)0) /* glibc never refuses "C" */
		return strtod(text, NULL);
	double d = strtod_l(text, NULL, c);
	freelocale(c);
	return d;
}

size_t number_format_uint(uint64_t n, char *out)
{
	char digits[20];
	size_t i = sizeof(digits);
	do {
		digits[--i] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	memcpy(out, digits + i, sizeof(digits) - i);
	return sizeof(digits) - i;
}

size_t number_format_int(int64_t n, char *out)
{
	if (n >= 0)
		return number_format_uint((uint64_t)n, out);
	out[0] = '-';
	return 1 + number_format_uint(0 - (uint64_t)n, out + 1);
}

static size_t format_not_finite(double d, char *out)
{
	const char *text = isnan(d) ? "nan" : d > 0 ? "inf" : "-inf";
	size_t n = strlen(text);
	memcpy(out, text, n);
	return n;
}

size_t number_format_double(double d, char *out)
{
	if (!isfinite(d))
		return format_not_finite(d, out);
	size_t n = 0;
	for (int digits = 15; digits <= 17; digits++) {
		n = (size_t)snprintf(out, NUMBER_TEXT_MAX, "%.*g", digits, d);
		for (size_t i = 0; i < n; i++)
			if (out[i] == ',')
				out[i] = '.';
		double back = number_parse_double(out);
		if (memcmp(&back, &d, sizeof(d)) == 0)
			break;
	}
	for (size_t i = 0; i < n; i++)
		if (out[i] == '.' || out[i] == 'e')
			return n;
	out[n] = '.';
	out[n + 1] = '0';
	return n + 2;
}
