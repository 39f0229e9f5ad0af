/* yaml_read on any bytes: well formed documents with spans inside the text, or a problem that says where; never an
 * endless expansion. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/limits.h"
#include "fuzz-value.h"
#include "fuzz.h"
#include "lang/yaml/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena arena = { 0 };
	struct diag_list diags = { .arena = &arena };
	struct yaml_docs docs = { 0 };
	enum err e = yaml_read(&arena, STR("fuzz.yml"), (struct str){ (const char *)data, size }, &docs, &diags);
	must(e == ERR_OK || e == ERR_PARSE || e == ERR_LIMIT);
	must((e == ERR_OK) == (diags.errors == 0));
	for (size_t i = 0; i < diags.items.n; i++) {
		const struct diag *d = &diags.items.at[i];
		must(d->text.len > 0 && d->code != NULL && (d->line > 0) == (d->column > 0));
	}
	for (size_t i = 0; i < docs.n; i++) {
		const struct value_doc *doc = docs.at[i].doc;
		fuzz_check_doc(doc);
		must(doc->words <= 2 * LIMIT_YAML_NODES + LIMIT_YAML_NODES + 4);
		for (size_t w = 1; w + 1 < doc->words; w++)
			must(doc->spans[w].offset <= size && doc->spans[w].length <= size);
		(void)fuzz_walk(docs.at[i], 0);
	}
	return 0;
}
