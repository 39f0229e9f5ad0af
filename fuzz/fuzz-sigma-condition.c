/* Any text as the condition of a rule, and of a correlation over rule names. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/text.h"
#include "fuzz-sigma.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena arena = { 0 };
	auto_buf b = { .max = 0 };
	struct diag_list diags = { .arena = &arena };
	struct sigma_docs docs = { 0 };
	struct sigma_set set;
	struct str condition = { (const char *)data, size };
	buf_lit(&b,
	        "title: r\nlogsource: {product: p}\ndetection:\n  a: {F: 1}\n  b1: {F: [2, 3]}\n  b2: {G|all: [x, y]}\n"
	        "  _c: [k, l]\n  condition: ");
	text_json(&b, condition);
	buf_lit(&b, "\n---\ntitle: c\ncorrelation:\n  type: temporal\n  timespan: 1m\n  condition: ");
	text_json(&b, condition);
	buf_lit(&b, "\n");
	must(buf_err(&b) == ERR_OK);
	must(sigma_parse(&arena, STR("fuzz.yml"), buf_view(&b), &docs, &diags) == ERR_OK);
	must(sigma_link(&arena, &docs, 1, NULL, &set, &diags) == ERR_OK);
	must(set.n + set.n_refused >= 1);
	fuzz_check_set(&set);
	return 0;
}
