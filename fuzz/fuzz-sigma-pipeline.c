/* Any bytes as a pipeline, applied to a few rules: refused with a message, or the rules stay well formed. */
#include "base/arena.h"
#include "base/diag.h"
#include "fuzz-sigma.h"
#include "fuzz.h"

static const char rules[] =
    "title: a\nname: a\ntags: [attack.t1]\nlevel: high\nlogsource: {product: windows, category: process_creation}\n"
    "detection:\n  sel: {Image|endswith: ['\\a.exe', b], CommandLine|contains|all: [x, y], EventID: 5}\n"
    "  flt: {User: null, P|expand: '%p%', Q|fieldref: Image, R|re: 'a.*'}\n  kw: [k, l]\n"
    "  condition: sel and not flt or kw\n"
    "---\ntitle: f\nlogsource: {product: windows}\nfilter: {rules: any, s: {User: x}, condition: not s}\n"
    "---\ntitle: c\ncorrelation: {type: value_count, rules: a, group-by: [User], timespan: 1m, "
    "condition: {field: Image, gte: 2}}\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena arena = { 0 };
	struct diag_list diags = { .arena = &arena };
	struct sigma_docs docs = { 0 };
	struct sigma_set set;
	struct sigma_pipeline *p = NULL;
	enum err e = sigma_pipeline_parse(&arena, STR("p.yml"), (struct str){ (const char *)data, size }, &p, &diags);
	must((e == ERR_OK) == (diags.errors == 0) && (e == ERR_OK) == (p != NULL));
	if (e != ERR_OK)
		return 0;
	struct sigma_options o = { .pipelines = &p, .n_pipelines = 1 };
	must(sigma_parse(&arena, STR("a.yml"), STR(rules), &docs, &diags) == ERR_OK);
	must(sigma_link(&arena, &docs, 1, &o, &set, &diags) == ERR_OK);
	fuzz_check_set(&set);
	return 0;
}
