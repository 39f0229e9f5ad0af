#ifndef FUZZ_VALUE_H
#define FUZZ_VALUE_H
/* What holds for every document, whoever wrote it: checked word by word, and again through the cursor. */
#include "base/base.h"
#include "value/value.h"

static inline void fuzz_check_string(const struct value_doc *doc, uint64_t word, size_t *end)
{
	size_t at = (size_t)tape_payload(word);
	must(at == *end); /* strings lie in the order of their words, without gaps */
	must(at + 5 <= doc->string_bytes);
	struct str s = tape_str(doc->strings, word);
	must(s.len <= doc->string_bytes - at - 5);
	must(s.ptr[s.len] == '\0');
	*end = at + s.len + 5;
}

static inline void fuzz_check_doc(const struct value_doc *doc)
{
	enum { DEPTH = 1100 };
	uint32_t open[DEPTH], count[DEPTH];
	bool key_next[DEPTH];
	size_t depth = 0, strings = 0;
	must(doc->words >= 2 && tape_type(doc->tape[0]) == 'r' && tape_type(doc->tape[doc->words - 1]) == 'r');
	must(tape_payload(doc->tape[0]) == doc->words);
	for (uint32_t at = 1; at + 1 < doc->words;) {
		uint64_t word = doc->tape[at];
		unsigned char type = tape_type(word);
		if (type == '}' || type == ']') {
			must(depth > 0);
			depth--;
			uint64_t opening = doc->tape[open[depth]];
			must(tape_type(opening) == (type == '}' ? '{' : '['));
			must((uint32_t)opening == at + 1 && (uint32_t)word == open[depth]);
			must(tape_payload(opening) >> 32 == (count[depth] < 0xFFFFFF ? count[depth] : 0xFFFFFF));
			must(type == ']' || key_next[depth]);
			at++;
			continue;
		}
		if (type == '"' || type == 'N' || type == 'b')
			fuzz_check_string(doc, word, &strings);
		if (depth > 0 && tape_type(doc->tape[open[depth - 1]]) == '{') {
			bool key = key_next[depth - 1];
			must(!key || type == '"');
			count[depth - 1] += key ? 1 : 0;
			key_next[depth - 1] = !key;
		} else if (depth > 0) {
			count[depth - 1]++;
		}
		if (type == '{' || type == '[') {
			must(depth < DEPTH);
			open[depth] = at;
			count[depth] = 0;
			key_next[depth++] = true;
			at++;
		} else {
			must(strchr("\"Nbludtfn", type) != NULL);
			at = tape_skip(doc->tape, at);
		}
	}
	must(depth == 0 && strings == doc->string_bytes);
}

/* Every member through the cursor, to a depth the stack bears. Returns the number of values. */
static inline size_t fuzz_walk(struct value v, int depth)
{
	size_t n = 1, members = 0;
	for (struct value_iter it = value_iter(v); depth < 600 && value_next(&it); members++) {
		if (it.map)
			must(value_get(v, it.key).at != 0);
		if (members < 100)
			n += fuzz_walk(it.val, depth + 1);
		if (members > 300)
			return n;
	}
	must(depth >= 600 || members == value_count(v));
	char scratch[VALUE_TEXT_MAX];
	struct str s;
	int64_t i;
	double d, back;
	if (value_text(v, scratch, &s))
		must(s.len == 0 || s.ptr != NULL);
	if (value_int(v, &i))
		must(value_double(v, &d) && value_double(v, &back));
	return n;
}
#endif
