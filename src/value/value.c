/*
 * Reading a document: everything is a walk over tape words. A value's index may point at marks ('m'); every read steps
 * over them first.
 */
#include "value/value.h"

#include <math.h>

#include "value/number.h"

static uint32_t past_marks(const uint64_t *tape, uint32_t at)
{
	while (tape_type(tape[at]) == 'm')
		at++;
	return at;
}

/* The word that says what v is; 'r' (the root word) for absent. */
static uint64_t word_of(struct value v, uint32_t *ret_at)
{
	if (v.doc == NULL || v.at == 0) {
		*ret_at = 0;
		return (uint64_t)'r' << 56;
	}
	*ret_at = past_marks(v.doc->tape, v.at);
	return v.doc->tape[*ret_at];
}

struct value value_root(const struct value_doc *doc)
{
	if (doc->tape == NULL || doc->words < 3 || tape_type(doc->tape[1]) == 'r')
		return VALUE_NONE;
	return (struct value){ doc, 1 };
}

static enum value_kind kind_of(uint64_t word)
{
	switch (tape_type(word)) {
	case '{':
		return VALUE_MAP;
	case '[':
		return VALUE_LIST;
	case '"':
		return VALUE_STRING;
	case 'l':
		return VALUE_INT;
	case 'u':
		return VALUE_UINT;
	case 'd':
		return VALUE_DOUBLE;
	case 't':
	case 'f':
		return VALUE_BOOL;
	case 'n':
		return VALUE_NULL;
	case 'N':
		return VALUE_NUMBER;
	case 'b':
		return VALUE_BYTES;
	case 'T':
		return VALUE_TIME;
	case 'D':
		return VALUE_DURATION;
	case '?':
		return VALUE_UNKNOWN;
	default:
		return VALUE_ABSENT;
	}
}

enum value_kind value_kind(struct value v)
{
	uint32_t at;
	return kind_of(word_of(v, &at));
}

const char *value_kind_name(enum value_kind k)
{
	static const char names[][10] = { "absent", "null",  "bool", "int",      "uint", "double", "number",
		                          "string", "bytes", "time", "duration", "list", "map",    "unknown" };
	return (size_t)k < ARRAY_LEN(names) ? names[k] : "absent";
}

unsigned value_marks(struct value v)
{
	unsigned marks = 0;
	if (v.doc == NULL || v.at == 0)
		return 0;
	for (uint32_t at = v.at; tape_type(v.doc->tape[at]) == 'm'; at++)
		marks |= (unsigned)tape_payload(v.doc->tape[at]);
	return marks;
}

struct value_span value_where(struct value v)
{
	uint32_t at;
	(void)word_of(v, &at);
	return at == 0 || v.doc->spans == NULL ? (struct value_span){ 0 } : v.doc->spans[at];
}

bool value_bool(struct value v, bool *ret)
{
	uint32_t at;
	unsigned char type = tape_type(word_of(v, &at));
	if (type != 't' && type != 'f')
		return false;
	*ret = type == 't';
	return true;
}

static double double_at(const uint64_t *tape, uint32_t at)
{
	double d;
	memcpy(&d, &tape[at], sizeof(d));
	return d;
}

bool value_int(struct value v, int64_t *ret)
{
	uint32_t at;
	uint64_t word = word_of(v, &at);
	if (tape_type(word) == 'l') {
		*ret = (int64_t)v.doc->tape[at + 1];
		return true;
	}
	if (tape_type(word) == 'u') {
		if (v.doc->tape[at + 1] > (uint64_t)INT64_MAX)
			return false;
		*ret = (int64_t)v.doc->tape[at + 1];
		return true;
	}
	if (tape_type(word) != 'd')
		return false;
	double d = double_at(v.doc->tape, at + 1);
	if (!(d >= -0x1p63 && d < 0x1p63) || trunc(d) < d || trunc(d) > d)
		return false;
	*ret = (int64_t)d;
	return true;
}

bool value_double(struct value v, double *ret)
{
	uint32_t at;
	uint64_t word = word_of(v, &at);
	switch (tape_type(word)) {
	case 'l':
		*ret = (double)(int64_t)v.doc->tape[at + 1];
		return true;
	case 'u':
		*ret = (double)v.doc->tape[at + 1];
		return true;
	case 'd':
		*ret = double_at(v.doc->tape, at + 1);
		return true;
	case 'N':
		*ret = number_parse_double(tape_str(v.doc->strings, word).ptr);
		return true;
	default:
		return false;
	}
}

bool value_str(struct value v, struct str *ret)
{
	uint32_t at;
	uint64_t word = word_of(v, &at);
	if (tape_type(word) != '"')
		return false;
	*ret = tape_str(v.doc->strings, word);
	return true;
}

struct str value_str_or_empty(struct value v)
{
	struct str s = STR("");
	return value_str(v, &s) ? s : STR("");
}

bool value_nanoseconds(struct value v, int64_t *ret)
{
	uint32_t at;
	unsigned char type = tape_type(word_of(v, &at));
	if (type != 'T' && type != 'D')
		return false;
	*ret = (int64_t)v.doc->tape[at + 1];
	return true;
}

bool value_text(struct value v, char *scratch, struct str *ret)
{
	uint32_t at;
	uint64_t word = word_of(v, &at);
	switch (tape_type(word)) {
	case '"':
	case 'N':
	case 'b':
		*ret = tape_str(v.doc->strings, word);
		return true;
	case 't':
		*ret = STR("true");
		return true;
	case 'f':
		*ret = STR("false");
		return true;
	case 'n':
		*ret = STR("null");
		return true;
	case 'l':
	case 'T':
	case 'D':
		*ret = (struct str){ scratch, number_format_int((int64_t)v.doc->tape[at + 1], scratch) };
		return true;
	case 'u':
		*ret = (struct str){ scratch, number_format_uint(v.doc->tape[at + 1], scratch) };
		return true;
	case 'd':
		*ret = (struct str){ scratch, number_format_double(double_at(v.doc->tape, at + 1), scratch) };
		return true;
	default:
		return false;
	}
}

struct value_iter value_iter(struct value v)
{
	struct value_iter it = { .doc = v.doc };
	uint32_t at;
	uint64_t word = word_of(v, &at);
	unsigned char type = tape_type(word);
	if (type != '{' && type != '[')
		return it;
	it.at = at + 1;
	it.end = (uint32_t)word - 1;
	it.map = type == '{';
	return it;
}

bool value_next(struct value_iter *it)
{
	if (it->at >= it->end)
		return false;
	const uint64_t *tape = it->doc->tape;
	if (it->map) {
		it->key = tape_str(it->doc->strings, tape[it->at]);
		it->key_value = (struct value){ it->doc, it->at };
		it->at++;
	}
	it->val = (struct value){ it->doc, it->at };
	it->at = tape_skip(tape, it->at);
	return true;
}

size_t value_count(struct value v)
{
	enum { SATURATED = 0xFFFFFF };
	uint32_t at;
	uint64_t word = word_of(v, &at);
	if (tape_type(word) != '{' && tape_type(word) != '[')
		return 0;
	size_t n = (size_t)(tape_payload(word) >> 32);
	if (n < SATURATED)
		return n;
	n = 0;
	for (struct value_iter it = value_iter(v); value_next(&it);)
		n++;
	return n;
}

struct value value_get(struct value map, struct str key)
{
	uint32_t at;
	uint64_t word = word_of(map, &at);
	if (tape_type(word) != '{')
		return VALUE_NONE;
	const uint64_t *tape = map.doc->tape;
	uint32_t end = (uint32_t)word - 1;
	for (at++; at < end; at = tape_skip(tape, at + 1))
		if (str_eq(tape_str(map.doc->strings, tape[at]), key))
			return (struct value){ map.doc, at + 1 };
	return VALUE_NONE;
}

static struct value first_of_list(struct value v)
{
	while (value_kind(v) == VALUE_LIST) {
		struct value_iter it = value_iter(v);
		if (!value_next(&it))
			return VALUE_NONE;
		v = it.val;
	}
	return v;
}

struct value value_path(struct value v, struct str dotted)
{
	for (size_t from = 0; from <= dotted.len;) {
		const char *dot = from < dotted.len ? memchr(dotted.ptr + from, '.', dotted.len - from) : NULL;
		size_t to = dot != NULL ? (size_t)(dot - dotted.ptr) : dotted.len;
		v = value_get(first_of_list(v), str_cut(dotted, from, to));
		if (v.at == 0)
			return VALUE_NONE;
		from = to + 1;
	}
	return v;
}

/* True when the words at a and b (marks skipped) say the same; containers only by kind and count. */
static bool same_word(struct value a, struct value b)
{
	uint64_t x = a.doc->tape[a.at], y = b.doc->tape[b.at];
	if (tape_type(x) != tape_type(y))
		return false;
	switch (tape_type(x)) {
	case '"':
	case 'N':
	case 'b':
		return str_eq(tape_str(a.doc->strings, x), tape_str(b.doc->strings, y));
	case '{':
	case '[':
		return tape_payload(x) >> 32 == tape_payload(y) >> 32;
	case 'l':
	case 'u':
	case 'd':
	case 'T':
	case 'D':
		return a.doc->tape[a.at + 1] == b.doc->tape[b.at + 1];
	case 'm':
		return x == y;
	default:
		return true;
	}
}

static uint32_t next_word(const uint64_t *tape, uint32_t at)
{
	unsigned char type = tape_type(tape[at]);
	return type == '{' || type == '[' ? at + 1 : tape_skip(tape, at == 0 ? 0 : at);
}

bool value_equal(struct value a, struct value b)
{
	if (a.at == 0 || b.at == 0)
		return a.at == b.at;
	uint32_t end_a = tape_skip(a.doc->tape, a.at), end_b = tape_skip(b.doc->tape, b.at);
	while (a.at < end_a && b.at < end_b) {
		if (!same_word(a, b))
			return false;
		a.at = tape_type(a.doc->tape[a.at]) == 'm' ? a.at + 1 : next_word(a.doc->tape, a.at);
		b.at = tape_type(b.doc->tape[b.at]) == 'm' ? b.at + 1 : next_word(b.doc->tape, b.at);
	}
	return a.at == end_a && b.at == end_b;
}
