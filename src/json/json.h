#ifndef JSON_JSON_H
#define JSON_JSON_H
/*
 * json: JSON text to value documents, and back. simdjson is the fast path. What it rejects goes through a tolerant
 * parser of ours that keeps as much as can be kept, so that one hostile string cannot make an event vanish.
 */
#include "value/build.h"
#include "value/value.h"
struct buf;
struct diag;

/* One per thread; memory is reused and bounded by bytes_max (the longest text accepted). */
struct json_reader;
fallible json_reader_new(size_t bytes_max, struct json_reader **ret);
void json_reader_free(struct json_reader **r);
#define auto_json_reader CLEANUP(json_reader_free) struct json_reader *
/* The instruction set simdjson chose on this processor: "icelake", "haswell", ... */
const char *json_kernel_name(void);

enum { JSON_PADDING = 64 };
struct json_note {
	bool tolerant;      /* simdjson refused; the tolerant parser read it */
	bool truncated;     /* depth, length or an unfinished end made us cut something */
	bool repaired;      /* bad UTF-8, lone surrogates, control characters or odd numbers were kept in some form */
	size_t offset;      /* of the first thing wrong */
	size_t end;         /* offset just past the value (tolerant parser), else the text's length */
	const char *reason; /* static text, NULL when nothing was wrong */
};
/*
 * Reads one JSON value. At least JSON_PADDING bytes after text.ptr + text.len must be readable. *ret borrows the reader
 * until the next read. ERR_PARSE when not even the tolerant parser finds a value (note says where and why); ERR_LIMIT
 * when longer than bytes_max; ERR_MEMORY. A leading byte order mark is skipped. For valid JSON both parsers yield equal
 * documents.
 *
 * Strings are never cut: they are bounded by the text, and that by bytes_max (callers give LIMIT_RECORD_BYTES). What
 * looks at a string bounds how much of it it looks at (LIMIT_STRING_BYTES). Nesting is bounded by LIMIT_JSON_DEPTH in
 * both parsers.
 */
fallible json_read(struct json_reader *r, struct str text, struct value_doc *ret, struct json_note *note);
/*
 * The tolerant parser alone; with spans when asked (value_where works; columns count characters). No padding needed.
 * Time is linear in the text, whatever it holds.
 *
 * It accepts what RFC 8259 does and also: a byte order mark; invalid UTF-8 (U+FFFD per maximal subpart); raw control
 * characters in strings; lone surrogates (U+FFFD); unknown escapes (kept as written); integers beyond 64 bits and
 * numbers beyond double (kept as text, VALUE_NUMBER), so too numbers with leading zeros and the like; inside a list or
 * map also words without quotes (a string, or a key), missing or doubled commas, missing colons, keys without a value
 * (null), values without a key (key ""), wrong closing brackets (they close the innermost); a missing end (everything
 * open is closed, truncated set); nesting deeper than the limit (deeper values become null, truncated set); trailing
 * bytes after the value (ignored, noted by reason and end). All but the first set repaired, unless said otherwise.
 */
fallible json_read_tolerant(struct json_reader *r, struct str text, bool with_spans, struct value_doc *ret,
                            struct json_note *note);

/*
 * Compact JSON. Strings are escaped as RFC 8259 requires; U+2028/2029 and DEL also; invalid UTF-8 becomes U+FFFD.
 * Errors stay in the buf.
 */
void json_write_str(struct buf *out, struct str s);
/* As json_write_str, or null when s.ptr is NULL. */
void json_write_str_or_null(struct buf *out, struct str s);
void json_write_double(struct buf *out, double d); /* shortest that reads back, "5.0" for 5; not finite = null */
/*
 * VALUE_NUMBER as written if that is JSON, else as a string; bytes as base64; times as RFC 3339 strings; durations as
 * strings of seconds ("1.5s"); unknown and absent as null; anything marked sensitive as "(sensitive)".
 */
void json_write_value(struct buf *out, struct value v);
#endif
