#ifndef FUZZ_FUZZ_TEXT_H
#define FUZZ_FUZZ_TEXT_H
/* The properties of every text format. */
#include "base/utf8.h"
#include "fuzz.h"
#include "source/text.h"

/* Every key and string of the document is valid UTF-8; the depth is bounded by the parsers. */
static inline void fuzz_text_check(struct value v)
{
	struct str s;
	if (value_kind(v) == VALUE_STRING) {
		must(value_str(v, &s));
		must(utf8_is_valid(s.ptr, s.len));
	}
	struct value_iter it = value_iter(v);
	while (value_next(&it)) {
		must(utf8_is_valid(it.key.ptr, it.key.len));
		fuzz_text_check(it.val);
	}
}

static inline int fuzz_text(enum source_format format, const uint8_t *data, size_t size)
{
	struct str record = { (const char *)data, size };
	struct source_input input = { .mtime_ns = 1768730400000000000, .csv_separator = ',' };
	if (format == FORMAT_CSV) { /* the first line is the header, its first tab, if any, tells the separator */
		const char *line = size > 0 ? memchr(data, '\n', size) : NULL;
		size_t end = line != NULL ? (size_t)(line - record.ptr) : size;
		input.header = str_cut(record, 0, end);
		record = str_cut(record, end + 1, size);
		if (input.header.len > 0 && memchr(input.header.ptr, '\t', input.header.len) != NULL)
			input.csv_separator = '\t';
	}
	struct text_scratch *scratch = NULL;
	if (text_scratch_new(&scratch) != ERR_OK)
		return 0;
	auto_value_builder b = { 0 };
	struct value_doc doc;
	struct text_note note;
	size_t words = 0, bytes = 0;
	enum err before = ERR_OK;
	for (int round = 0; round < 2; round++) {
		enum err e = text_build(format, &input, record, scratch, &b, &note);
		must(e == ERR_OK || (e == ERR_PARSE && note.reason != NULL && note.offset <= record.len));
		must(round == 0 || e == before);
		before = e;
		if (e != ERR_OK)
			continue;
		must(value_build_end(&b, &doc) == ERR_OK);
		must(round == 0 || (doc.words == words && doc.string_bytes == bytes));
		words = doc.words;
		bytes = doc.string_bytes;
		fuzz_text_check(value_root(&doc));
	}
	text_scratch_free(&scratch);
	return 0;
}
#endif
