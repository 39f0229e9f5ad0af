#ifndef VALUE_NUMBER_H
#define VALUE_NUMBER_H
/*
 * Numbers as text, the same in every locale: reading decimal text, and the shortest text that reads back.
 */
#include "base/base.h"

/* RFC 8259 section 6: an optional minus, no leading zero, digits after a dot. */
bool number_is_json(struct str s);
/* The same, and only an optional minus and digits. */
bool number_is_integer(struct str s);

enum number_kind { NUMBER_NONE, NUMBER_INT, NUMBER_UINT };
/* Digits with an optional sign ('+' too) and any number of leading zeros, exactly. UINT only above INT64_MAX. NONE when
 * it is not an integer or does not fit 64 bits. */
enum number_kind number_parse_int(struct str s, int64_t *ret_int, uint64_t *ret_uint);
/* Correctly rounded. text is NUL terminated decimal text (YAML's ".5" and "5." too); out of range is an infinity or
 * zero. */
double number_parse_double(const char *text);
/* Shortest of 15 to 17 digits that reads back the same; always shows that it is a double ("5.0"). Not finite: "inf",
 * "-inf", "nan". out has NUMBER_TEXT_MAX bytes. Returns the length. */
enum { NUMBER_TEXT_MAX = 40 };
size_t number_format_double(double d, char *out);
size_t number_format_uint(uint64_t n, char *out);
size_t number_format_int(int64_t n, char *out);
#endif
