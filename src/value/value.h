#ifndef VALUE_VALUE_H
#define VALUE_VALUE_H
/*
 * value: one read cursor over typed values. Everything parsed (JSON, YAML, log lines; later HCL, CEL, policies) is read
 * through it, without a copy. A document is a tape of 64-bit words and a pool of strings, in the layout that simdjson
 * documents, so that its output is read as it is; other producers write the same layout with value/build.h.
 *
 * Tape word: high byte = type, low 56 bits = payload.
 *	'{' '['	low 32 bits = index just past the matching '}' or ']'; bits 32-55 = number of members, saturated
 *	'}' ']'	low 32 bits = index of the opening word
 *	'"'	offset into strings: uint32_t length (host order), bytes, NUL
 *	'l' 'u' 'd'	the next word is the int64_t, uint64_t or double
 *	't' 'f' 'n'	true, false, null
 *	'r'	root; first and last word
 * and our own, which simdjson never writes:
 *	'N'	a number kept exactly as written (too big for 64 bits, or not a double); payload as '"'
 *	'b'	bytes; payload as '"'
 *	'T' 'D'	time or duration; the next word is int64_t nanoseconds
 *	'?'	unknown (known only later, or not determinable)
 *	'm'	marks: the payload's bits (enum value_mark) hold for the value that follows
 * In a map, keys ('"') and values alternate. Duplicate keys are kept, in order.
 *
 * A struct value is small and passed by value; it borrows the document, which must outlive it.
 */
#include "base/base.h"

enum value_kind {
	VALUE_ABSENT, /* no value: a missing key, the end */
	VALUE_NULL,
	VALUE_BOOL,
	VALUE_INT,
	VALUE_UINT, /* only values above INT64_MAX */
	VALUE_DOUBLE,
	VALUE_NUMBER, /* exact text */
	VALUE_STRING,
	VALUE_BYTES,
	VALUE_TIME,
	VALUE_DURATION,
	VALUE_LIST,
	VALUE_MAP,
	VALUE_UNKNOWN,
};
enum value_mark { VALUE_SENSITIVE = 1 };

/* Where in the source a value stands; line and column 1-based, 0 = not known. */
struct value_span {
	uint32_t line, column, offset, length;
};
struct value_doc {
	const uint64_t *tape;
	const char *strings;
	size_t words;                   /* tape length */
	size_t string_bytes;            /* used length of strings */
	const struct value_span *spans; /* by tape index, or NULL */
};
struct value {
	const struct value_doc *doc;
	uint32_t at; /* tape index; 0 (the root word) stands for absent */
};
#define VALUE_NONE ((struct value){ 0 })

static inline unsigned char tape_type(uint64_t word)
{
	return (unsigned char)(word >> 56);
}
static inline uint64_t tape_payload(uint64_t word)
{
	return word & 0x00FFFFFFFFFFFFFFull;
}
/* The string of a '"', 'N' or 'b' word. */
static inline struct str tape_str(const char *strings, uint64_t word)
{
	const char *p = strings + tape_payload(word);
	uint32_t len;
	memcpy(&len, p, sizeof(len));
	return (struct str){ p + sizeof(len), len };
}
/* The index just past the value at `at` (which is not a closing word). */
static inline uint32_t tape_skip(const uint64_t *tape, uint32_t at)
{
	for (;;) {
		switch (tape_type(tape[at])) {
		case '{':
		case '[':
			return (uint32_t)tape[at];
		case 'l':
		case 'u':
		case 'd':
		case 'T':
		case 'D':
			return at + 2;
		case 'm':
			at++;
			continue;
		default:
			return at + 1;
		}
	}
}

struct value value_root(const struct value_doc *doc);
enum value_kind value_kind(struct value v);
const char *value_kind_name(enum value_kind k); /* "string", "list", ... */
unsigned value_marks(struct value v);
/* The span, all zero when the document has none. */
struct value_span value_where(struct value v);

/* Typed reads: false (and *ret untouched) when v is of another kind. value_int also takes integral doubles and uints in
 * range. */
bool value_bool(struct value v, bool *ret);
bool value_int(struct value v, int64_t *ret);
bool value_double(struct value v, double *ret); /* any number kind; VALUE_NUMBER past the range gives an infinity */
bool value_nanoseconds(struct value v, int64_t *ret); /* times and durations */
bool value_str(struct value v, struct str *ret);      /* strings only */
/* The string of a string, or "" for anything else. */
struct str value_str_or_empty(struct value v);
/* Text of any scalar: strings and bytes as they are, numbers and bools as JSON writes them (shortest round-trip
 * double, 5.0 as "5.0"), null "null", times and durations as nanoseconds. Numbers use scratch (VALUE_TEXT_MAX bytes).
 * False for lists, maps, absent, unknown. */
enum { VALUE_TEXT_MAX = 40 };
bool value_text(struct value v, char *scratch, struct str *ret);

/* Iteration over a list (key empty) or a map; anything else has no members.
 *	struct value_iter it = value_iter(v);
 *	while (value_next(&it)) use(it.key, it.val); */
struct value_iter {
	const struct value_doc *doc;
	uint32_t at, end;
	bool map;
	struct str key;
	struct value key_value; /* for its span */
	struct value val;
};
struct value_iter value_iter(struct value v);
bool value_next(struct value_iter *it);
size_t value_count(struct value v);

/* Same kinds, contents, marks and order of members; doubles by their bits. */
bool value_equal(struct value a, struct value b);

/* First member with this key, or absent. */
struct value value_get(struct value map, struct str key);
/* Members along a dotted path; at each level a list is entered at its first element. Absent when any step is missing.
 */
struct value value_path(struct value v, struct str dotted);
#endif
