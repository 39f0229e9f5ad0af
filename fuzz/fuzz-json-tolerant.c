/* The tolerant parser on any bytes, without padding: well formed documents and spans; and whatever simdjson takes, it
 * reads the same. */
#include <stdlib.h>

#include "base/buf.h"
#include "fuzz-value.h"
#include "fuzz.h"
#include "json/json.h"

static void check_spans(const struct value_doc *doc, size_t size)
{
	for (uint32_t at = 1; at + 1 < doc->words;) {
		struct value_span s = doc->spans[at];
		must(s.line >= 1 && s.column >= 1 && s.offset <= size && s.length <= size + 1 - s.offset);
		unsigned char type = tape_type(doc->tape[at]);
		at = type == '{' || type == '[' ? at + 1 : tape_skip(doc->tape, at);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char padding[JSON_PADDING];
	static struct json_reader *slow, *fast; /* kept from input to input */
	auto_buf text = { 0 };
	struct value_doc a, b;
	struct json_note note, fast_note;
	if (slow == NULL)
		must(json_reader_new(16 << 20, &slow) == ERR_OK && json_reader_new(16 << 20, &fast) == ERR_OK);
	enum err e = json_read_tolerant(slow, (struct str){ (const char *)data, size }, true, &a, &note);
	must(e == ERR_OK || (e == ERR_PARSE && note.reason != NULL));
	buf_add(&text, data, size);
	buf_add(&text, padding, sizeof(padding));
	enum err f = json_read(fast, (struct str){ text.ptr, size }, &b, &fast_note);
	must(e == f);
	if (e != ERR_OK)
		return 0;
	fuzz_check_doc(&a);
	check_spans(&a, size);
	must(value_equal(value_root(&a), value_root(&b)));
	must((note.truncated || note.repaired) ? note.reason != NULL : true);
	if (fast_note.tolerant)
		must(note.truncated == fast_note.truncated && note.repaired == fast_note.repaired);
	else
		must(note.reason == NULL && a.words == b.words && a.string_bytes == b.string_bytes);
	return 0;
}
