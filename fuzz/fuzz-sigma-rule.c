/* Any bytes as a file of rules: every document is loaded or refused with a reason, and what is loaded is well formed.
 */
#include "base/arena.h"
#include "base/diag.h"
#include "fuzz-sigma.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena arena = { 0 };
	struct diag_list diags = { .arena = &arena };
	struct sigma_docs docs = { 0 };
	struct sigma_set set;
	struct str text = { (const char *)data, size };
	must(sigma_parse(&arena, STR("fuzz.yml"), text, &docs, &diags) == ERR_OK);
	must(sigma_link(&arena, &docs, 1, NULL, &set, &diags) == ERR_OK);
	fuzz_check_set(&set);
	must(set.n_refused == 0 || diags.errors > 0);
	return 0;
}
