/*
 * A JSON parser that keeps what can be kept. It never recurses: the open containers are the builder's stack, and one
 * loop looks at the next token in the light of the innermost one. Every byte is looked at a bounded number of times,
 * whatever the input.
 */
#include "json/tolerant.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "value/number.h"
#include "json/utf8-repair.h"

struct tolerant {
	struct value_builder *b;
	const char *start, *at, *end;
	struct json_note *note;
	/* In the innermost open container: */
	bool have_key;    /* a key waits for its value */
	bool need_comma;  /* a member was completed, no comma since */
	bool after_comma; /* a comma, no member since */
	/* For spans: how far lines and columns have been counted. */
	const char *counted;
	uint32_t line, column;
};

static void note_at(struct tolerant *t, const char *at, const char *reason)
{
	if (t->note->reason == NULL) {
		t->note->reason = reason;
		t->note->offset = (size_t)(at - t->start);
	}
}

static void repaired(struct tolerant *t, const char *at, const char *reason)
{
	t->note->repaired = true;
	note_at(t, at, reason);
}

static void truncated(struct tolerant *t, const char *at, const char *reason)
{
	t->note->truncated = true;
	note_at(t, at, reason);
}

/* Sets the span of the words to come to `at`; positions only ever move forward, so counting is linear in all. */
static void span_begin(struct tolerant *t, const char *at)
{
	if (!t->b->with_spans)
		return;
	for (; t->counted < at; t->counted++) {
		if (*t->counted == '\n') {
			t->line++;
			t->column = 1;
		} else if (((unsigned char)*t->counted & 0xC0) != 0x80) {
			t->column++;
		}
	}
	t->b->span = (struct value_span){ t->line, t->column, (uint32_t)(at - t->start), 1 };
}

/* The value whose word is `word` ends before t->at. */
static void span_end(struct tolerant *t, size_t word)
{
	if (!t->b->with_spans || t->b->err != ERR_OK || word >= t->b->words)
		return;
	struct value_span *s = &t->b->spans[word];
	s->length = (uint32_t)((size_t)(t->at - t->start) - s->offset);
}

static void skip_space(struct tolerant *t)
{
	while (t->at < t->end && (*t->at == ' ' || *t->at == '\n' || *t->at == '\t' || *t->at == '\r'))
		t->at++;
}

static bool is_delimiter(char c)
{
	return c == '{' || c == '}' || c == '[' || c == ']' || c == ':' || c == ',' || c == '"' || c == ' ' ||
	       c == '\n' || c == '\t' || c == '\r';
}

static bool in_map(const struct tolerant *t)
{
	return t->b->err == ERR_OK && tape_type(t->b->tape[t->b->open[t->b->depth - 1]]) == '{';
}

static bool hex4(const char *p, const char *end, uint32_t *ret)
{
	if (end - p < 4)
		return false;
	uint32_t n = 0;
	for (int i = 0; i < 4; i++) {
		char c = ascii_lower(p[i]);
		if (c >= '0' && c <= '9')
			n = n << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			n = n << 4 | (uint32_t)(c - 'a' + 10);
		else
			return false;
	}
	*ret = n;
	return true;
}

static void add_bytes(struct tolerant *t, const char *from, const char *to)
{
	value_build_str_add(t->b, (struct str){ from, (size_t)(to - from) });
}

/* t->at is behind "\u". */
static void unicode_escape(struct tolerant *t)
{
	const char *escape = t->at - 2;
	uint32_t cp, low;
	if (!hex4(t->at, t->end, &cp)) {
		repaired(t, escape, "\\u without four hex digits");
		value_build_str_add(t->b, STR("\\u"));
		return;
	}
	t->at += 4;
	if (cp >= 0xD800 && cp <= 0xDBFF && t->end - t->at >= 6 && t->at[0] == '\\' && t->at[1] == 'u' &&
	    hex4(t->at + 2, t->end, &low) && low >= 0xDC00 && low <= 0xDFFF) {
		t->at += 6;
		cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
	}
	if (cp >= 0xD800 && cp <= 0xDFFF) {
		repaired(t, escape, "lone surrogate");
		cp = 0xFFFD;
	}
	char utf8[4];
	value_build_str_add(t->b, (struct str){ utf8, utf8_encode(cp, utf8) });
}

/* t->at is on a backslash. */
static void escape(struct tolerant *t)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	if (t->end - t->at < 2) { /* the text ends here */
		add_bytes(t, t->at, t->end);
		t->at = t->end;
		return;
	}
	char c = t->at[1];
	const char *known = c != '\0' ? strchr(from, c) : NULL;
	t->at += 2;
	if (known != NULL) {
		value_build_str_add(t->b, (struct str){ &to[known - from], 1 });
	} else if (c == 'u') {
		unicode_escape(t);
	} else {
		repaired(t, t->at - 2, "unknown escape");
		t->at--; /* the character itself is read as any other: it may be a quote's or a sequence's first byte */
		value_build_str_add(t->b, STR("\\"));
	}
}

/* Adds text[at..to) to the string under construction, with U+FFFD for what is not UTF-8. t->at moves to `to`, or in a
 * string to the first quote or backslash. */
static void add_run(struct tolerant *t, const char *to, bool in_string)
{
	const char *from = t->at;
	size_t len = (size_t)(to - from), i = 0;
	while (i < len) {
		i = plain_run_end(from, i, len);
		if (i == len)
			break;
		unsigned char c = (unsigned char)from[i];
		if (c == '"' || c == '\\') {
			if (in_string)
				break;
			i++;
		} else if (c < 0x80) {
			if (c < 0x20)
				repaired(t, from + i, "control character in a string");
			i++;
		} else {
			bool valid;
			size_t n = utf8_sequence((const unsigned char *)from + i, len - i, &valid);
			if (!valid) {
				repaired(t, from + i, "invalid UTF-8");
				add_bytes(t, t->at, from + i);
				value_build_str_add(t->b, STR(UTF8_REPLACEMENT));
				t->at = from + i + n;
			}
			i += n;
		}
	}
	add_bytes(t, t->at, from + i);
	t->at = from + i;
}

/* t->at is on the opening quote. */
static void string_rest(struct tolerant *t)
{
	for (t->at++; t->b->err == ERR_OK;) {
		add_run(t, t->end, true);
		if (t->at == t->end) {
			truncated(t, t->end, "unfinished string");
			break;
		}
		if (*t->at == '"') {
			t->at++;
			break;
		}
		escape(t);
	}
	value_build_str_end(t->b);
}

static struct str take_token(struct tolerant *t)
{
	const char *from = t->at;
	while (t->at < t->end && !is_delimiter(*t->at))
		t->at++;
	return (struct str){ from, (size_t)(t->at - from) };
}

static bool looks_numeric(struct str s)
{
	bool digit = false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		bool is_digit = c >= '0' && c <= '9';
		digit |= is_digit;
		if (!is_digit && c != '+' && c != '-' && c != '.' && c != 'e' && c != 'E')
			return false;
	}
	return digit && s.ptr[0] != 'e' && s.ptr[0] != 'E';
}

static void bare_text(struct tolerant *t, struct str token)
{
	t->at = token.ptr;
	add_run(t, token.ptr + token.len, false);
	value_build_str_end(t->b);
}

/* A number, literal, or bare word (kept as a string). */
static void token_value(struct tolerant *t)
{
	struct str token = take_token(t);
	if (str_is(token, "true")) {
		value_build_bool(t->b, true);
	} else if (str_is(token, "false")) {
		value_build_bool(t->b, false);
	} else if (str_is(token, "null")) {
		value_build_null(t->b);
	} else if (number_is_json(token)) {
		if (!value_build_number(t->b, token))
			repaired(t, token.ptr, "number out of range");
	} else if (looks_numeric(token)) {
		repaired(t, token.ptr, "malformed number");
		value_build_number_text(t->b, token);
	} else {
		repaired(t, token.ptr, "text without quotes");
		value_build_str_begin(t->b);
		bare_text(t, token);
	}
}

static void skip_string(struct tolerant *t)
{
	for (t->at++; t->at < t->end; t->at++) {
		if (*t->at == '\\') {
			t->at += t->end - t->at > 1 ? 1 : 0;
		} else if (*t->at == '"') {
			t->at++;
			return;
		}
	}
}

/* Steps over a container that is too deep to keep. */
static void skip_container(struct tolerant *t)
{
	size_t open = 0;
	while (t->at < t->end) {
		char c = *t->at;
		if (c == '"') {
			skip_string(t);
			continue;
		}
		t->at++;
		if (c == '{' || c == '[')
			open++;
		else if ((c == '}' || c == ']') && --open == 0)
			return;
	}
	truncated(t, t->end, "unfinished end");
}

static void value_done(struct tolerant *t)
{
	t->have_key = false;
	t->need_comma = true;
	t->after_comma = false;
}

static void close_container(struct tolerant *t)
{
	size_t open = t->b->depth > 0 && t->b->err == ERR_OK ? t->b->open[t->b->depth - 1] : 0;
	span_begin(t, t->at);
	value_build_close(t->b);
	span_end(t, open);
	value_done(t);
}

/* At a bracket that would nest too deep: an empty container passes (as in simdjson), anything else becomes null. */
static bool too_deep(struct tolerant *t)
{
	if (t->b->depth < LIMIT_JSON_DEPTH)
		return false;
	const char *from = t->at;
	char close = *from == '{' ? '}' : ']';
	t->at++;
	skip_space(t);
	bool empty = t->at < t->end && *t->at == close;
	t->at = from;
	return !empty;
}

static void container(struct tolerant *t)
{
	size_t word = t->b->words;
	if (too_deep(t)) {
		truncated(t, t->at, "nested too deep");
		value_build_null(t->b);
		skip_container(t);
		span_end(t, word);
		value_done(t);
		return;
	}
	if (*t->at++ == '{')
		value_build_map(t->b);
	else
		value_build_list(t->b);
	t->have_key = t->need_comma = t->after_comma = false;
}

/* The value at t->at, which is not at the end and not on one of }],: */
static void one_value(struct tolerant *t)
{
	size_t word = t->b->words;
	span_begin(t, t->at);
	if (t->need_comma)
		repaired(t, t->at, "missing comma");
	if (*t->at == '{' || *t->at == '[') {
		container(t);
		return;
	}
	if (*t->at == '"') {
		value_build_str_begin(t->b);
		string_rest(t);
	} else {
		token_value(t);
	}
	span_end(t, word);
	value_done(t);
}

static void comma(struct tolerant *t)
{
	if (!t->need_comma)
		repaired(t, t->at, "comma without a value");
	t->need_comma = false;
	t->after_comma = true;
	t->at++;
}

static void closer(struct tolerant *t, char expected)
{
	if (t->after_comma)
		repaired(t, t->at, "comma without a value");
	if (*t->at != expected)
		repaired(t, t->at, "the wrong closing bracket");
	t->at++;
	close_container(t);
}

/* A key was read; its colon. */
static void colon(struct tolerant *t)
{
	t->have_key = true;
	t->need_comma = false;
	skip_space(t);
	if (t->at < t->end && *t->at == ':')
		t->at++;
	else if (t->at < t->end)
		repaired(t, t->at, "missing colon");
}

static void key(struct tolerant *t)
{
	size_t word = t->b->words;
	span_begin(t, t->at);
	if (t->need_comma)
		repaired(t, t->at, "missing comma");
	if (*t->at == '{' || *t->at == '[') {
		repaired(t, t->at, "value without a key");
		value_build_key(t->b, STR(""));
		t->have_key = true;
		t->need_comma = false;
		return;
	}
	if (*t->at == '"') {
		value_build_key_begin(t->b);
		string_rest(t);
	} else {
		repaired(t, t->at, "key without quotes");
		struct str token = take_token(t);
		value_build_key_begin(t->b);
		bare_text(t, token);
	}
	span_end(t, word);
	colon(t);
}

static void null_for_key(struct tolerant *t)
{
	value_build_null(t->b);
	value_done(t);
}

static void map_step(struct tolerant *t)
{
	char c = *t->at;
	if (t->have_key) {
		if (c == ':') {
			repaired(t, t->at, "stray colon");
			t->at++;
		} else if (c == ',' || c == '}' || c == ']') {
			span_begin(t, t->at);
			repaired(t, t->at, "key without a value");
			null_for_key(t);
		} else {
			one_value(t);
		}
	} else if (c == '}' || c == ']') {
		closer(t, '}');
	} else if (c == ',') {
		comma(t);
	} else if (c == ':') {
		repaired(t, t->at, "stray colon");
		t->at++;
	} else {
		key(t);
	}
}

static void list_step(struct tolerant *t)
{
	char c = *t->at;
	if (c == ']' || c == '}') {
		closer(t, ']');
	} else if (c == ',') {
		comma(t);
	} else if (c == ':') {
		repaired(t, t->at, "stray colon");
		t->at++;
	} else {
		one_value(t);
	}
}

static bool can_start(struct tolerant *t)
{
	char c = *t->at;
	if (c == '{' || c == '[' || c == '"')
		return true;
	const char *from = t->at;
	struct str token = take_token(t);
	t->at = from;
	return str_is(token, "true") || str_is(token, "false") || str_is(token, "null") || number_is_json(token);
}

enum err tolerant_parse(struct value_builder *b, struct str text, struct json_note *note)
{
	struct tolerant t = { .b = b, .start = text.ptr, .at = text.ptr, .end = text.ptr + text.len, .note = note };
	if (str_starts(text, STR("\xEF\xBB\xBF")))
		t.at += 3;
	t.counted = t.at;
	t.line = t.column = 1;
	skip_space(&t);
	if (t.at == t.end || !can_start(&t)) {
		note_at(&t, t.at, t.at == t.end ? "no value" : "not a JSON value");
		return ERR_PARSE;
	}
	one_value(&t);
	while (b->depth > 0 && b->err == ERR_OK) {
		skip_space(&t);
		if (t.at == t.end) {
			truncated(&t, t.at, "unfinished end");
			span_begin(&t, t.at);
			if (t.have_key)
				null_for_key(&t);
			close_container(&t);
		} else if (in_map(&t)) {
			map_step(&t);
		} else {
			list_step(&t);
		}
	}
	TRY(b->err);
	note->end = (size_t)(t.at - t.start);
	skip_space(&t);
	if (t.at < t.end)
		note_at(&t, t.at, "bytes after the value");
	return ERR_OK;
}
