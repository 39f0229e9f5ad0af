/*
 * The JSON writer. Strings are copied in runs: eight bytes at a time are tested for anything that needs care. Values
 * are written in one walk along the tape, without recursion; a bit per open container says whether it is a map.
 */
#include <math.h>

#include "base/buf.h"
#include "base/time.h"
#include "value/number.h"
#include "json/json.h"
#include "json/utf8-repair.h"

static void write_ascii_escape(struct buf *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char short_from[] = "\b\f\n\r\t\"\\", short_to[] = "bfnrt\"\\";
	const char *known = c != 0 ? strchr(short_from, c) : NULL;
	if (known != NULL) {
		char two[2] = { '\\', short_to[known - short_from] };
		buf_add(out, two, sizeof(two));
	} else {
		char six[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
		buf_add(out, six, sizeof(six));
	}
}

/* Writes the sequence at p[0..n), which starts with a byte >= 0x80; returns its length. */
static size_t write_sequence(struct buf *out, const char *p, size_t n)
{
	bool valid;
	size_t len = utf8_sequence((const unsigned char *)p, n, &valid);
	if (!valid)
		buf_lit(out, UTF8_REPLACEMENT);
	else if (len == 3 && memcmp(p, "\xE2\x80\xA8", 3) == 0)
		buf_lit(out, "\\u2028");
	else if (len == 3 && memcmp(p, "\xE2\x80\xA9", 3) == 0)
		buf_lit(out, "\\u2029");
	else
		buf_add(out, p, len);
	return len;
}

void json_write_str(struct buf *out, struct str s)
{
	if (UNLIKELY(out->cap - out->len < s.len + 2))
		buf_grow(out, s.len + 2); /* no string is written shorter than it is */
	if (out->err != ERR_OK)
		return;
	size_t plain = plain_run_end(s.ptr, 0, s.len);
	char *p = out->ptr + out->len;
	*p = '"';
	if (plain > 0)
		memcpy(p + 1, s.ptr, plain);
	out->len += plain + 1;
	for (size_t i = plain; i < s.len && out->err == ERR_OK;) {
		size_t to = plain_run_end(s.ptr, i, s.len);
		buf_add(out, s.ptr + i, to - i);
		i = to;
		if (i == s.len)
			break;
		unsigned char c = (unsigned char)s.ptr[i];
		if (c >= 0x80) {
			i += write_sequence(out, s.ptr + i, s.len - i);
		} else {
			write_ascii_escape(out, c);
			i++;
		}
	}
	buf_char(out, '"');
}

void json_write_str_or_null(struct buf *out, struct str s)
{
	if (s.ptr == NULL)
		buf_lit(out, "null");
	else
		json_write_str(out, s);
}

void json_write_double(struct buf *out, double d)
{
	char text[NUMBER_TEXT_MAX];
	if (isfinite(d))
		buf_add(out, text, number_format_double(d, text));
	else
		buf_lit(out, "null");
}

static void write_base64(struct buf *out, struct str s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	buf_char(out, '"');
	for (size_t i = 0; i < s.len; i += 3) {
		uint32_t n = 0;
		for (size_t k = 0; k < 3; k++)
			n = n << 8 | (i + k < s.len ? (unsigned char)s.ptr[i + k] : 0);
		char four[4] = { digits[n >> 18], digits[n >> 12 & 63], digits[n >> 6 & 63], digits[n & 63] };
		for (size_t k = s.len - i; k < 3; k++)
			four[k + 1] = '=';
		buf_add(out, four, sizeof(four));
	}
	buf_char(out, '"');
}

static void write_duration(struct buf *out, int64_t ns)
{
	enum { SECOND = 1000000000 };
	uint64_t n = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
	char fraction[16];
	size_t len = number_format_uint(n % SECOND + SECOND, fraction); /* "1" and nine digits */
	while (len > 1 && fraction[len - 1] == '0')
		len--;
	fraction[0] = '.';
	buf_char(out, '"');
	if (ns < 0)
		buf_char(out, '-');
	buf_uint(out, n / SECOND);
	if (len > 1)
		buf_add(out, fraction, len);
	buf_lit(out, "s\"");
}

static void write_time(struct buf *out, int64_t ns)
{
	char text[TIME_TEXT_MAX];
	buf_char(out, '"');
	buf_add(out, text, time_format(ns, text));
	buf_char(out, '"');
}

static void write_scalar(struct buf *out, const struct value_doc *doc, uint32_t at)
{
	uint64_t word = doc->tape[at];
	double d;
	switch (tape_type(word)) {
	case '"':
		json_write_str(out, tape_str(doc->strings, word));
		break;
	case 'N':
		if (number_is_json(tape_str(doc->strings, word)))
			buf_str(out, tape_str(doc->strings, word));
		else
			json_write_str(out, tape_str(doc->strings, word));
		break;
	case 'b':
		write_base64(out, tape_str(doc->strings, word));
		break;
	case 'l':
		buf_int(out, (int64_t)doc->tape[at + 1]);
		break;
	case 'u':
		buf_uint(out, doc->tape[at + 1]);
		break;
	case 'd':
		memcpy(&d, &doc->tape[at + 1], sizeof(d));
		json_write_double(out, d);
		break;
	case 't':
		buf_lit(out, "true");
		break;
	case 'f':
		buf_lit(out, "false");
		break;
	case 'T':
		write_time(out, (int64_t)doc->tape[at + 1]);
		break;
	case 'D':
		write_duration(out, (int64_t)doc->tape[at + 1]);
		break;
	default:
		buf_lit(out, "null");
	}
}

enum { DEPTH_MAX = 4096 };
struct walk {
	struct buf *out;
	const struct value_doc *doc;
	size_t depth;
	bool first;     /* nothing written yet in the innermost container */
	bool after_key; /* a key was just written */
	uint64_t maps[DEPTH_MAX / 64];
};

static bool in_map(const struct walk *w)
{
	return w->depth > 0 && (w->maps[(w->depth - 1) / 64] >> (w->depth - 1) % 64 & 1) != 0;
}

static void open_container(struct walk *w, bool map)
{
	if (w->depth == DEPTH_MAX) {
		w->out->err = w->out->err == ERR_OK ? ERR_LIMIT : w->out->err;
		return;
	}
	uint64_t bit = (uint64_t)1 << w->depth % 64;
	w->maps[w->depth / 64] = (w->maps[w->depth / 64] & ~bit) | (map ? bit : 0);
	w->depth++;
	w->first = true;
	w->after_key = false;
	buf_char(w->out, map ? '{' : '[');
}

static void separate(struct walk *w)
{
	if (w->depth > 0 && !w->first && !w->after_key)
		buf_char(w->out, ',');
	w->first = false;
}

/* Writes the word at `at` and returns the index of the next one. */
static uint32_t step(struct walk *w, uint32_t at)
{
	const uint64_t *tape = w->doc->tape;
	unsigned char type = tape_type(tape[at]);
	if (type == '}' || type == ']') {
		w->depth--;
		w->first = false;
		w->after_key = false;
		buf_char(w->out, (char)type);
		return at + 1;
	}
	separate(w);
	if (in_map(w) && !w->after_key) {
		json_write_str(w->out, tape_str(w->doc->strings, tape[at]));
		buf_char(w->out, ':');
		w->after_key = true;
		return at + 1;
	}
	uint32_t from = at;
	unsigned marks = 0;
	for (; tape_type(tape[at]) == 'm'; at++)
		marks |= (unsigned)tape_payload(tape[at]);
	type = tape_type(tape[at]);
	if ((marks & VALUE_SENSITIVE) != 0) {
		buf_lit(w->out, "\"(sensitive)\"");
	} else if (type == '{' || type == '[') {
		open_container(w, type == '{');
		return at + 1;
	} else {
		write_scalar(w->out, w->doc, at);
	}
	w->after_key = false;
	return tape_skip(tape, from);
}

void json_write_value(struct buf *out, struct value v)
{
	if (v.doc == NULL || v.at == 0) {
		buf_lit(out, "null");
		return;
	}
	struct walk w = { .out = out, .doc = v.doc };
	uint32_t end = tape_skip(v.doc->tape, v.at);
	for (uint32_t at = v.at; at < end && out->err == ERR_OK;)
		at = step(&w, at);
}
