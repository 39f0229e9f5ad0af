#ifndef VALUE_BUILD_H
#define VALUE_BUILD_H
/*
 * Writes value documents (value/value.h) in one pass. Memory is reused from document to document; the sizes are bounded
 *by words_max and bytes_max. Like struct buf, the first failure sticks and is returned by value_build_end.
 *
 *	value_build_begin(&b);
 *	value_build_map(&b);
 *	value_build_key(&b, STR("type")); value_build_str(&b, STR("EXECVE"));
 *	value_build_close(&b);
 *	TRY(value_build_end(&b, &doc));
 */
#include "value/value.h"

struct value_builder {
	uint64_t *tape;
	char *strings;
	struct value_span *spans;           /* kept in step with tape when with_spans */
	size_t words, words_cap, words_max; /* max 0 = 64 Mi words */
	size_t bytes, bytes_cap, bytes_max; /* max 0 = 1 GiB */
	uint32_t *open;                     /* indexes of open containers */
	size_t depth, depth_cap, depth_max; /* max 0 = 1024 */
	bool with_spans;
	struct value_span span; /* given to the words that follow */
	size_t spans_cap;
	size_t text_from; /* pool offset of the string being written piece by piece */
	enum err err;
};
void value_build_begin(struct value_builder *b);
void value_build_map(struct value_builder *b);
void value_build_list(struct value_builder *b);
void value_build_close(struct value_builder *b); /* the innermost open map or list */
void value_build_key(struct value_builder *b, struct str key);
void value_build_str(struct value_builder *b, struct str s);
void value_build_number_text(struct value_builder *b, struct str s); /* 'N' */
/* Decimal text as the narrowest of int, uint and double that holds it; what no 64 bits hold is kept exactly ('N'), and
 * false returned. */
bool value_build_number(struct value_builder *b, struct str s);
void value_build_bytes(struct value_builder *b, struct str s);
void value_build_int(struct value_builder *b, int64_t n);
void value_build_uint(struct value_builder *b, uint64_t n);
void value_build_double(struct value_builder *b, double d);
void value_build_bool(struct value_builder *b, bool v);
void value_build_null(struct value_builder *b);
void value_build_unknown(struct value_builder *b);
void value_build_time(struct value_builder *b, int64_t ns);
void value_build_duration(struct value_builder *b, int64_t ns);
void value_build_mark(struct value_builder *b, unsigned marks); /* for the value that follows */
/* Deep copy of a value of another document, with its marks, and its spans if that document has them. Absent becomes
 * null. */
void value_build_copy(struct value_builder *b, struct value v);
/* A string (or key) written piece by piece: begin, add, end. Nothing else may be built between. */
void value_build_str_begin(struct value_builder *b);
void value_build_key_begin(struct value_builder *b);
void value_build_str_add(struct value_builder *b, struct str piece);
void value_build_str_end(struct value_builder *b);
/* Closes the document. *ret borrows the builder's memory until the next begin. All containers must be closed. */
fallible value_build_end(struct value_builder *b, struct value_doc *ret);
/* A key and a string or int in one call. */
static inline void value_build_pair(struct value_builder *b, struct str key, struct str val)
{
	value_build_key(b, key);
	value_build_str(b, val);
}
void value_builder_free(struct value_builder *b);
#define auto_value_builder CLEANUP(value_builder_free) struct value_builder
#endif
