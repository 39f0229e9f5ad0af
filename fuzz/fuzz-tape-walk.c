/* json_read on any bytes: the document is well formed, its pool length exact also after other documents, and printing
 * reads back equal. */
#include <stdlib.h>

#include "base/buf.h"
#include "fuzz-value.h"
#include "fuzz.h"
#include "json/json.h"

static enum err read_padded(struct json_reader *r, struct str s, struct buf *keep, struct value_doc *doc,
                            struct json_note *note)
{
	static const char padding[JSON_PADDING];
	buf_reset(keep);
	buf_str(keep, s);
	buf_add(keep, padding, sizeof(padding));
	must(buf_err(keep) == ERR_OK);
	return json_read(r, (struct str){ keep->ptr, s.len }, doc, note);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct json_reader *r, *other; /* kept: what one input leaves behind must not show in the next */
	auto_buf text = { 0 }, out = { 0 }, again = { 0 };
	struct value_doc doc, back;
	struct json_note note, note2;
	if (r == NULL)
		must(json_reader_new(16 << 20, &r) == ERR_OK && json_reader_new(16 << 20, &other) == ERR_OK);
	must(read_padded(r, STR("{\"stale\":[\"something longer than most\",\"so that leftovers show\"]}"), &text, &doc,
	                 &note) == ERR_OK);
	enum err e = read_padded(r, (struct str){ (const char *)data, size }, &text, &doc, &note);
	must(e == ERR_OK || (e == ERR_PARSE && note.reason != NULL));
	if (e != ERR_OK)
		return 0;
	must(note.end <= size && (note.tolerant || note.reason == NULL));
	fuzz_check_doc(&doc);
	(void)fuzz_walk(value_root(&doc), 0);
	(void)value_path(value_root(&doc), (struct str){ (const char *)data, size < 40 ? size : 40 });
	json_write_value(&out, value_root(&doc));
	must(buf_err(&out) == ERR_OK);
	must(read_padded(other, buf_view(&out), &again, &back, &note2) == ERR_OK);
	fuzz_check_doc(&back);
	if (!note.repaired)
		must(!note2.tolerant && value_equal(value_root(&doc), value_root(&back)));
	return 0;
}
