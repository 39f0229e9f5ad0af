/*
 * Writing a document: append tape words and pool bytes, remember the open containers, and patch the opening word when
 * one closes. The member count is kept in the opening word itself while it is open.
 */
#include "value/build.h"

#include <math.h>

#include "base/sys.h"
#include "value/number.h"

enum { FIRST_WORDS = 256, FIRST_BYTES = 4096, FIRST_DEPTH = 32, COUNT_MAX = 0xFFFFFF };

static void fail(struct value_builder *b, enum err e)
{
	if (b->err == ERR_OK)
		b->err = e;
}

/* A capacity of at least `need`, doubled from what there is. */
static size_t next_cap(size_t cap, size_t first, size_t need, size_t max)
{
	cap = cap == 0 ? first : cap;
	while (cap < need)
		cap *= 2;
	return cap < max ? cap : max;
}

static NOINLINE bool grow_words(struct value_builder *b, size_t need)
{
	size_t max = b->words_max != 0 ? b->words_max : (size_t)64 << 20;
	if (need > max) {
		fail(b, ERR_LIMIT);
		return false;
	}
	size_t cap = next_cap(b->words_cap, FIRST_WORDS, need, max);
	uint64_t *tape = sys_realloc(b->tape, cap * sizeof(*tape));
	if (tape == NULL) {
		fail(b, ERR_MEMORY);
		return false;
	}
	b->tape = tape;
	if (b->with_spans) {
		struct value_span *spans = sys_realloc(b->spans, cap * sizeof(*spans));
		if (spans == NULL) {
			fail(b, ERR_MEMORY);
			return false;
		}
		b->spans = spans;
		b->spans_cap = cap;
	}
	b->words_cap = cap;
	return true;
}

static bool room_words(struct value_builder *b, size_t n)
{
	if (UNLIKELY(b->err != ERR_OK))
		return false;
	if (UNLIKELY(b->words_cap - b->words < n || (b->with_spans && b->spans_cap < b->words_cap)))
		return grow_words(b, b->words + n);
	return true;
}

static NOINLINE bool grow_bytes(struct value_builder *b, size_t need)
{
	size_t max = b->bytes_max != 0 ? b->bytes_max : (size_t)1 << 30;
	if (need > max) {
		fail(b, ERR_LIMIT);
		return false;
	}
	size_t cap = next_cap(b->bytes_cap, FIRST_BYTES, need, max);
	char *strings = sys_realloc(b->strings, cap);
	if (strings == NULL) {
		fail(b, ERR_MEMORY);
		return false;
	}
	b->strings = strings;
	b->bytes_cap = cap;
	return true;
}

static bool room_bytes(struct value_builder *b, size_t n)
{
	if (UNLIKELY(b->err != ERR_OK))
		return false;
	if (UNLIKELY(b->bytes_cap - b->bytes < n))
		return grow_bytes(b, n <= SIZE_MAX / 2 ? b->bytes + n : SIZE_MAX);
	return true;
}

static void put(struct value_builder *b, char type, uint64_t payload)
{
	if (b->with_spans)
		b->spans[b->words] = b->span;
	b->tape[b->words++] = (uint64_t)(unsigned char)type << 56 | payload;
}

static void add_member(struct value_builder *b, uint32_t open)
{
	if (((b->tape[open] >> 32) & COUNT_MAX) < COUNT_MAX)
		b->tape[open] += (uint64_t)1 << 32;
}

/* To be called before a value's words; members of maps are counted at their keys. */
static void count_value(struct value_builder *b)
{
	if (b->depth == 0)
		return;
	uint32_t open = b->open[b->depth - 1];
	if (tape_type(b->tape[open]) == '[')
		add_member(b, open);
}

static void put_scalar(struct value_builder *b, char type)
{
	if (!room_words(b, 1))
		return;
	count_value(b);
	put(b, type, 0);
}

static void put_number(struct value_builder *b, char type, uint64_t bits)
{
	if (!room_words(b, 2))
		return;
	count_value(b);
	put(b, type, 0);
	if (b->with_spans)
		b->spans[b->words] = b->span;
	b->tape[b->words++] = bits;
}

static void put_text(struct value_builder *b, char type, struct str s)
{
	if (UNLIKELY(s.len > UINT32_MAX)) {
		fail(b, ERR_LIMIT);
		return;
	}
	if (!room_words(b, 1) || !room_bytes(b, s.len + 5))
		return;
	put(b, type, b->bytes);
	uint32_t len = (uint32_t)s.len;
	char *p = b->strings + b->bytes;
	memcpy(p, &len, sizeof(len));
	if (s.len > 0)
		memcpy(p + 4, s.ptr, s.len);
	p[4 + s.len] = '\0';
	b->bytes += s.len + 5;
}

void value_build_begin(struct value_builder *b)
{
	b->words = b->bytes = b->depth = 0;
	b->err = ERR_OK;
	b->span = (struct value_span){ 0 };
	b->text_from = SIZE_MAX;
	if (room_words(b, 1))
		put(b, 'r', 0);
}

static bool push_open(struct value_builder *b)
{
	size_t max = b->depth_max != 0 ? b->depth_max : 1024;
	if (b->depth >= max) {
		fail(b, ERR_LIMIT);
		return false;
	}
	if (b->depth == b->depth_cap) {
		size_t cap = next_cap(b->depth_cap, FIRST_DEPTH, b->depth + 1, max);
		uint32_t *open = sys_realloc(b->open, cap * sizeof(*open));
		if (open == NULL) {
			fail(b, ERR_MEMORY);
			return false;
		}
		b->open = open;
		b->depth_cap = cap;
	}
	b->open[b->depth++] = (uint32_t)b->words;
	return true;
}

static void put_open(struct value_builder *b, char type)
{
	if (!room_words(b, 1))
		return;
	count_value(b);
	if (push_open(b))
		put(b, type, 0);
}

void value_build_map(struct value_builder *b)
{
	put_open(b, '{');
}

void value_build_list(struct value_builder *b)
{
	put_open(b, '[');
}

void value_build_close(struct value_builder *b)
{
	if (!room_words(b, 1))
		return;
	must(b->depth > 0);
	uint32_t open = b->open[--b->depth];
	put(b, tape_type(b->tape[open]) == '{' ? '}' : ']', open);
	b->tape[open] |= (uint32_t)b->words;
}

static void count_key(struct value_builder *b)
{
	must(b->depth > 0);
	add_member(b, b->open[b->depth - 1]);
}

void value_build_key(struct value_builder *b, struct str key)
{
	if (UNLIKELY(b->err != ERR_OK))
		return;
	count_key(b);
	put_text(b, '"', key);
}

static void put_text_value(struct value_builder *b, char type, struct str s)
{
	if (UNLIKELY(b->err != ERR_OK))
		return;
	count_value(b);
	put_text(b, type, s);
}

void value_build_str(struct value_builder *b, struct str s)
{
	put_text_value(b, '"', s);
}

void value_build_number_text(struct value_builder *b, struct str s)
{
	put_text_value(b, 'N', s);
}

void value_build_bytes(struct value_builder *b, struct str s)
{
	put_text_value(b, 'b', s);
}

void value_build_int(struct value_builder *b, int64_t n)
{
	put_number(b, 'l', (uint64_t)n);
}

void value_build_uint(struct value_builder *b, uint64_t n)
{
	put_number(b, n > (uint64_t)INT64_MAX ? 'u' : 'l', n);
}

void value_build_double(struct value_builder *b, double d)
{
	uint64_t bits;
	memcpy(&bits, &d, sizeof(bits));
	put_number(b, 'd', bits);
}

bool value_build_number(struct value_builder *b, struct str s)
{
	int64_t n = 0;
	uint64_t u = 0;
	switch (number_parse_int(s, &n, &u)) {
	case NUMBER_INT:
		value_build_int(b, n);
		return true;
	case NUMBER_UINT:
		value_build_uint(b, u);
		return true;
	case NUMBER_NONE:
		break;
	}
	size_t words = b->words, bytes = b->bytes;
	value_build_number_text(b, s);
	size_t digits = 0;
	while (digits < s.len &&
	       ((s.ptr[digits] >= '0' && s.ptr[digits] <= '9') || s.ptr[digits] == '-' || s.ptr[digits] == '+'))
		digits++;
	if (b->err != ERR_OK || digits == s.len) /* an integer too big */
		return false;
	double d = number_parse_double(b->strings + bytes + 4);
	if (!isfinite(d))
		return false;
	/* Take the text back; the member is counted already. */
	b->words = words;
	b->bytes = bytes;
	if (!room_words(b, 2))
		return false;
	put(b, 'd', 0);
	if (b->with_spans)
		b->spans[b->words] = b->span;
	memcpy(&b->tape[b->words++], &d, sizeof(d));
	return true;
}

void value_build_bool(struct value_builder *b, bool v)
{
	put_scalar(b, v ? 't' : 'f');
}

void value_build_null(struct value_builder *b)
{
	put_scalar(b, 'n');
}

void value_build_unknown(struct value_builder *b)
{
	put_scalar(b, '?');
}

void value_build_time(struct value_builder *b, int64_t ns)
{
	put_number(b, 'T', (uint64_t)ns);
}

void value_build_duration(struct value_builder *b, int64_t ns)
{
	put_number(b, 'D', (uint64_t)ns);
}

void value_build_mark(struct value_builder *b, unsigned marks)
{
	if (room_words(b, 1))
		put(b, 'm', marks);
}

static void copy_word(struct value_builder *b, const struct value_doc *doc, uint32_t at, bool is_key)
{
	uint64_t word = doc->tape[at];
	switch (tape_type(word)) {
	case '{':
	case '[':
		put_open(b, (char)tape_type(word));
		break;
	case '}':
	case ']':
		value_build_close(b);
		break;
	case '"':
	case 'N':
	case 'b':
		if (is_key)
			value_build_key(b, tape_str(doc->strings, word));
		else
			put_text_value(b, (char)tape_type(word), tape_str(doc->strings, word));
		break;
	case 'l':
	case 'u':
	case 'd':
	case 'T':
	case 'D':
		put_number(b, (char)tape_type(word), doc->tape[at + 1]);
		break;
	case 'm':
		value_build_mark(b, (unsigned)tape_payload(word));
		break;
	default:
		put_scalar(b, (char)tape_type(word));
	}
}

void value_build_copy(struct value_builder *b, struct value v)
{
	if (v.doc == NULL || v.at == 0) {
		value_build_null(b);
		return;
	}
	const uint64_t *tape = v.doc->tape;
	uint32_t end = tape_skip(tape, v.at);
	struct value_span span = b->span;
	size_t base = b->depth;
	bool key_next = false;
	for (uint32_t at = v.at; at < end && b->err == ERR_OK;) {
		unsigned char type = tape_type(tape[at]);
		bool closing = type == '}' || type == ']';
		bool is_key = key_next && !closing;
		if (v.doc->spans != NULL)
			b->span = v.doc->spans[at];
		copy_word(b, v.doc, at, is_key);
		/* After a complete value inside a map a key follows; after a key or mark, its value. */
		bool in_map = b->depth > base && b->err == ERR_OK && tape_type(b->tape[b->open[b->depth - 1]]) == '{';
		key_next = in_map && !is_key && type != 'm';
		at = type == 'm' || type == '{' || type == '[' || closing ? at + 1 : tape_skip(tape, at);
	}
	b->span = span;
}

static void text_begin(struct value_builder *b)
{
	b->text_from = SIZE_MAX;
	if (!room_words(b, 1) || !room_bytes(b, 5))
		return;
	put(b, '"', b->bytes);
	b->text_from = b->bytes;
	b->bytes += 4;
}

void value_build_str_begin(struct value_builder *b)
{
	if (UNLIKELY(b->err != ERR_OK))
		return;
	count_value(b);
	text_begin(b);
}

void value_build_key_begin(struct value_builder *b)
{
	if (UNLIKELY(b->err != ERR_OK))
		return;
	count_key(b);
	text_begin(b);
}

void value_build_str_add(struct value_builder *b, struct str piece)
{
	if (!room_bytes(b, piece.len))
		return;
	if (piece.len > 0)
		memcpy(b->strings + b->bytes, piece.ptr, piece.len);
	b->bytes += piece.len;
}

void value_build_str_end(struct value_builder *b)
{
	if (!room_bytes(b, 1))
		return;
	must(b->text_from != SIZE_MAX);
	size_t len = b->bytes - b->text_from - 4;
	if (len > UINT32_MAX) {
		fail(b, ERR_LIMIT);
		return;
	}
	uint32_t n = (uint32_t)len;
	memcpy(b->strings + b->text_from, &n, sizeof(n));
	b->strings[b->bytes++] = '\0';
	b->text_from = SIZE_MAX;
}

enum err value_build_end(struct value_builder *b, struct value_doc *ret)
{
	if (room_words(b, 1)) {
		must(b->depth == 0);
		put(b, 'r', 0);
		b->tape[0] = (uint64_t)'r' << 56 | b->words;
	}
	TRY(b->err);
	*ret = (struct value_doc){ b->tape, b->strings, b->words, b->bytes, b->with_spans ? b->spans : NULL };
	return ERR_OK;
}

void value_builder_free(struct value_builder *b)
{
	sys_free(b->tape);
	sys_free(b->strings);
	sys_free(b->spans);
	sys_free(b->open);
	*b = (struct value_builder){ 0 };
}
