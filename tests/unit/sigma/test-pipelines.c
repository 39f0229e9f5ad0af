/* Pipelines: every transformation and condition, order, and what is refused. */
#include "sigma-test.h"

#define T(x) "transformations:\n- {" x "}\n"
static const char rule[] = "title: t\nname: r\ntags: [attack.t1]\nlevel: high\nlogsource: {product: p, category: c}\n"
                           "detection:\n  sel: {A: x, B|contains: [y, z]}\n  flt: {C: 5, D: null}\n"
                           "  condition: sel and not flt\n";

static const char *apply(struct loaded *l, const char *text, const char *pipeline)
{
	struct sigma_pipeline *p[1] = { pipeline_of(l, pipeline) };
	if (p[0] == NULL)
		return "pipeline refused";
	load_add(l, "a.yml", text);
	struct sigma_options o = { .pipelines = p, .n_pipelines = 1 };
	load_link(l, &o);
	return only(l);
}

#define SAME "and(and(A~x B~*y*~*z*) not(and(C~5 D~null)))"
static const struct {
	const char *pipeline, *want;
} rows[] = {
	{ "name: nothing\npriority: 10\n", SAME },
	{ T("type: field_name_mapping, mapping: {A: a1, C: c1}"), "and(and(a1~x B~*y*~*z*) not(and(c1~5 D~null)))" },
	{ T("type: field_name_mapping, mapping: {B: [b1, b2]}"),
	  "and(and(A~x or(b1~*y*~*z* b2~*y*~*z*)) not(and(C~5 D~null)))" },
	{ T("type: field_name_prefix, prefix: e."), "and(and(e.A~x e.B~*y*~*z*) not(and(e.C~5 e.D~null)))" },
	{ T("type: field_name_suffix, suffix: .k"), "and(and(A.k~x B.k~*y*~*z*) not(and(C.k~5 D.k~null)))" },
	{ T("type: field_name_prefix_mapping, mapping: {A: q.}"), "and(and(q.~x B~*y*~*z*) not(and(C~5 D~null)))" },
	{ T("type: field_name_transform, transform_func: lower"), "and(and(a~x b~*y*~*z*) not(and(c~5 d~null)))" },
	{ T("type: field_name_transform, transform_func: lower, mapping: {A: ZZ}"),
	  "and(and(ZZ~x b~*y*~*z*) not(and(c~5 d~null)))" },
	{ T("type: drop_detection_item, field_name_conditions: [{type: include_fields, fields: [B, D]}]"),
	  "and(and(A~x) not(and(C~5)))" },
	{ T("type: drop_detection_item, field_name_conditions: [{type: include_fields, fields: [C, D]}]"),
	  "and(and(A~x B~*y*~*z*))" },
	{ T("type: drop_detection_item"), "refused: the pipelines drop every field of the rule" },
	{ T("type: add_condition, conditions: {I: [1, 2]}"), "and(I~1~2 " SAME ")" },
	{ T("type: add_condition, conditions: {I|contains: '$product-$category$service'}, template: true"),
	  "and(I~*p-c* " SAME ")" },
	{ T("type: add_condition, conditions: {I: 1, J: 2}, negated: true"), "and(not(and(I~1 J~2)) " SAME ")" },
	{ T("type: replace_string, regex: '^x$', replacement: 'w*'"), "and(and(A~w* B~*y*~*z*) not(and(C~5 D~null)))" },
	{ T("type: replace_string, regex: 'y', replacement: '*q', skip_special: true"),
	  "and(and(A~x B~*\\*q*~*z*) not(and(C~5 D~null)))" },
	{ T("type: map_string, mapping: {x: [v, w], y: no}"), "and(and(A~v~w B~*y*~*z*) not(and(C~5 D~null)))" },
	{ T("type: convert_type, target_type: str"), SAME },
	{ T("type: set_value, value: 7, field_name_conditions: [{type: include_fields, fields: [A]}]"),
	  "and(and(A~7 B~*y*~*z*) not(and(C~5 D~null)))" },
	{ T("type: case, method: upper"), "and(and(A~X B~*Y*~*Z*) not(and(C~5 D~null)))" },
	{ T("type: rule_failure, message: no thanks"), "refused: the pipeline refuses the rule: no thanks" },
	{ T("type: detection_item_failure, message: m, field_name_conditions: [{type: include_fields, fields: [D]}]"),
	  "refused: the pipeline refuses the field \"D\": m" },
	{ T("type: nest, items: [{type: field_name_mapping, mapping: {A: n1}}, {type: field_name_mapping, mapping: "
	    "{n1: n2}}]"),
	  "and(and(n2~x B~*y*~*z*) not(and(C~5 D~null)))" },
};

TEST(transformations_do_what_the_table_says)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_loaded l = { 0 };
		const char *got = apply(&l, rule, rows[i].pipeline);
		CHECKF(strcmp(got, rows[i].want) == 0, "%s: %s", rows[i].pipeline, got);
	}
}

/* Conditions that hold (true) or not; the transformation fails the rule where they do. */
static const struct {
	const char *conditions;
	bool holds;
} rule_conditions[] = {
	{ "[{type: logsource, product: p}]", true },
	{ "[{type: logsource, product: p, category: c}]", true },
	{ "[{type: logsource, product: p, service: s}]", false },
	{ "[{type: logsource, product: q}]", false },
	{ "[{type: contains_field, field: C}]", true },
	{ "[{type: contains_field, field: E}]", false },
	{ "[{type: contains_detection_item, field: A, value: x}]", true },
	{ "[{type: contains_detection_item, field: C, value: 5}]", true },
	{ "[{type: contains_detection_item, field: A, value: y}]", false },
	{ "[{type: is_sigma_rule}]", true },
	{ "[{type: is_sigma_correlation_rule}]", false },
	{ "[{type: tag, tag: attack.t1}]", true },
	{ "[{type: tag, tag: attack.t2}]", false },
	{ "[{type: rule_attribute, attribute: level, op: gte, value: medium}]", true },
	{ "[{type: rule_attribute, attribute: level, op: lt, value: medium}]", false },
	{ "[{type: rule_attribute, attribute: tags, op: in, value: attack.t1}]", true },
	{ "[{type: rule_attribute, attribute: title, value: t}]", true },
	{ "[{type: rule_attribute, attribute: nope, value: t}]", false },
	{ "[{type: is_sigma_rule}, {type: logsource, product: q}]", false },
	{ "[{type: is_sigma_rule}, {type: logsource, product: q}]\n  rule_cond_op: or", true },
	{ "[{type: logsource, product: q}]\n  rule_cond_not: true", true },
	{ "{a: {type: logsource, product: q}, b: {type: is_sigma_rule}}\n  rule_cond_expr: b and not a", true },
	{ "{a: {type: logsource, product: q}, b: {type: is_sigma_rule}}\n  rule_cond_expr: a or not b", false },
	{ "[{type: processing_item_applied, processing_item_id: first}]", true },
	{ "[{type: processing_item_applied, processing_item_id: second}]", false },
	{ "[{type: processing_state, key: k, val: v}]", true },
	{ "[{type: processing_state, key: k, val: w}]", false },
	{ "[{type: processing_state, key: j, val: v}]", false },
};

TEST(rule_conditions_hold_as_the_table_says)
{
	for (size_t i = 0; i < sizeof(rule_conditions) / sizeof(rule_conditions[0]); i++) {
		auto_loaded l = { 0 };
		struct str text = arena_printf(&l.arena,
		                               "transformations:\n- {id: first, type: set_state, key: k, val: v}\n"
		                               "- type: rule_failure\n  message: hit\n  rule_conditions: %s\n",
		                               rule_conditions[i].conditions);
		const char *got = apply(&l, rule, text.ptr);
		bool hit = strstr(got, "hit") != NULL;
		CHECKF(hit == rule_conditions[i].holds && (hit || strcmp(got, SAME) == 0), "%s: %s",
		       rule_conditions[i].conditions, got);
	}
}

static const struct {
	const char *conditions, *fields; /* that are renamed */
} target_conditions[] = {
	{ "detection_item_conditions: [{type: match_string, pattern: 'x', cond: any}]", "A" },
	{ "detection_item_conditions: [{type: match_string, pattern: '.?[xy]', cond: any}]", "AB" },
	{ "detection_item_conditions: [{type: match_string, pattern: '.y', cond: all}]", "" },
	{ "detection_item_conditions: [{type: match_string, pattern: '.[yz]', cond: all}]", "B" },
	{ "detection_item_conditions: [{type: match_value, value: 5}]", "C" },
	{ "detection_item_conditions: [{type: is_null}]", "D" },
	{ "detection_item_conditions: [{type: contains_wildcard}]", "B" },
	{ "detection_item_conditions: [{type: contains_wildcard}]\n  detection_item_cond_not: true", "ACD" },
	{ "detection_item_conditions: [{type: is_null}, {type: contains_wildcard}]\n  detection_item_cond_op: or",
	  "BD" },
	{ "field_name_conditions: [{type: include_fields, fields: [A, D]}]", "AD" },
	{ "field_name_conditions: [{type: exclude_fields, fields: [A, D]}]", "BC" },
	{ "field_name_conditions: [{type: include_fields, mode: re, fields: ['[AB]', 'x']}]", "AB" },
	{ "field_name_conditions: [{type: processing_item_applied, processing_item_id: one}]", "A" },
	{ "field_name_conditions: [{type: processing_item_applied, processing_item_id: one}]\n  field_name_cond_not: "
	  "true",
	  "BCD" },
	{ "field_name_conditions: [{type: include_fields, fields: [A, D]}]\n  detection_item_conditions: [{type: "
	  "is_null}]",
	  "D" },
};

TEST(leaf_and_field_conditions_hold_as_the_table_says)
{
	for (size_t i = 0; i < sizeof(target_conditions) / sizeof(target_conditions[0]); i++) {
		auto_loaded l = { 0 };
		struct str text =
		    arena_printf(&l.arena,
		                 "transformations:\n- {id: one, type: field_name_mapping, mapping: {A: A}, "
		                 "field_name_conditions: [{type: include_fields, fields: [A]}]}\n"
		                 "- type: field_name_prefix\n  prefix: '+'\n  %s\n",
		                 target_conditions[i].conditions);
		const char *got = apply(&l, rule, text.ptr);
		for (const char *f = "ABCD"; *f != 0; f++) {
			char mark[3] = { '+', *f, 0 };
			CHECKF((strstr(got, mark) != NULL) == (strchr(target_conditions[i].fields, *f) != NULL),
			       "%s: %s", target_conditions[i].conditions, got);
		}
	}
}

TEST(placeholders_come_from_pipelines)
{
	static const char with_placeholder[] =
	    "title: t\nlogsource: {product: p}\ndetection:\n"
	    "  sel: {A|contains|expand: '%u%', B|expand: '%w%x'}\n  condition: sel\n";
	static const struct {
		const char *pipeline, *want;
	} cases[] = {
		{ "vars: {u: [a, b], w: 1}\n" T("type: value_placeholders"), "and(A~*a*~*b* B~1x)" },
		{ "vars: {u: [a, b]}\n" T("type: value_placeholders"), "refused: the placeholder %w% has no value" },
		{ "vars: {u: a, w: 1}\n" T("type: value_placeholders, include: [u]"),
		  "refused: the placeholder %w% has no value" },
		{ "vars: {u: a}\ntransformations:\n- {type: value_placeholders}\n- {type: wildcard_placeholders}\n",
		  "and(A~*a* B~*x)" },
		{ T("type: wildcard_placeholders, exclude: [u]"), "refused: the placeholder %u% has no value" },
		{ "vars: {u: a, w: b}\ntransformations:\n- {type: field_name_mapping, mapping: {A: [m, n], B: o}}\n"
		  "- {type: value_placeholders}\n",
		  "and(or(m~*a* n~*a*) o~bx)" },
		{ T("type: drop_detection_item, field_name_conditions: [{type: include_fields, fields: [A]}]"),
		  "refused: the placeholder %w% has no value" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_loaded l = { 0 };
		const char *got = apply(&l, with_placeholder, cases[i].pipeline);
		CHECKF(strcmp(got, cases[i].want) == 0, "case %zu: %s", i, got);
	}
}

TEST(pipelines_run_by_priority)
{
	auto_loaded l = { 0 };
	struct sigma_pipeline *p[2] = {
		pipeline_of(&l, "priority: 20\n" T("type: field_name_mapping, mapping: {m: n}")),
		pipeline_of(&l, "priority: 10\n" T("type: field_name_mapping, mapping: {A: m}"))
	};
	load_add(&l, "a.yml", rule);
	struct sigma_options o = { .pipelines = p, .n_pipelines = 2 };
	load_link(&l, &o);
	CHECK(strncmp(only(&l), "and(and(n~x", 11) == 0);
}

TEST(pipelines_change_logsources_and_attributes)
{
	auto_loaded l = { 0 };
	apply(&l, rule,
	      "transformations:\n- {type: change_logsource, category: Other}\n"
	      "- {type: set_custom_attribute, attribute: team, value: blue}\n- {type: add_field, field: [f, g]}\n"
	      "- {type: remove_field, field: f}\n");
	CHECK(l.set.n == 1);
	const struct sigma_rule *r = l.set.rules[0];
	CHECK(str_is(r->logsource.category, "other") && r->logsource.product.len == 0);
	CHECK(str_is(value_str_or_empty(value_get(r->document, STR("team"))), "blue"));
	CHECK(str_is(value_str_or_empty(value_get(r->document, STR("title"))), "t"));
	CHECK(r->fields.n == 1 && str_is(r->fields.at[0], "g"));
}

TEST(pipelines_reach_field_references_correlations_and_filters)
{
	auto_loaded l = { 0 };
	struct sigma_pipeline *p[1] = { pipeline_of(&l,
		                                    T("type: field_name_mapping, mapping: {A: a1, U: u1, G: g1}")) };
	load_add(&l, "a.yml",
	         "title: a\nname: a\nlogsource: {product: p}\ndetection: {sel: {Z|fieldref: A}, condition: sel}\n");
	load_add(&l, "b.yml", "title: b\nname: b\nlogsource: {product: p}\ndetection: {sel: {A: 1}, condition: sel}\n");
	load_add(&l, "f.yml", "title: f\nlogsource: {product: p}\nfilter: {rules: any, s: {U: x}, condition: not s}\n");
	load_add(
	    &l, "c.yml",
	    "title: c\ncorrelation: {type: value_count, rules: [a, b], group-by: [G, alias], timespan: 1m, aliases: "
	    "{alias: {a: U}}, condition: {field: A, gte: 2}}\n");
	struct sigma_options o = { .pipelines = p, .n_pipelines = 1 };
	load_link(&l, &o);
	CHECK(l.set.n == 3);
	CHECKF(strcmp(shown(&l, l.set.rules[0]->condition), "and(Z~&a1 and(not(u1~x)))") == 0, "%s",
	       shown(&l, l.set.rules[0]->condition));
	CHECK(strcmp(shown(&l, l.set.rules[1]->condition), "and(a1~1 and(not(u1~x)))") == 0);
	const struct sigma_correlation *c = l.set.rules[2]->correlation;
	CHECK(str_is(c->group_by.at[0], "g1") && str_is(c->group_by.at[1], "alias") && str_is(c->fields.at[0], "a1"));
	CHECK(str_is(c->aliases[0].fields[0], "u1"));
}

static const struct {
	const char *text, *message;
} wrong[] = {
	{ "[]", "a pipeline must be a map" },
	{ "nmae: x", "unknown key \"nmae\"" },
	{ "priority: high", "the priority must be a whole number" },
	{ "transformations: {a: b}", "transformations must be a list" },
	{ T("tpye: x"), "a transformation needs a type" },
	{ T("type: field_name_maping, mapping: {}"), "field_name_mapping" },
	{ T("type: field_name_mapping"), "needs the parameter \"mapping\"" },
	{ T("type: field_name_mapping, mapping: [a]"), "the mapping must be a map" },
	{ T("type: query_expression_placeholders, expression: x"), "value_placeholders" },
	{ T("type: rule_failure"), "needs the parameter \"message\"" },
	{ T("type: rule_failure, message: m, rule_conditions: [{type: logsorce}]"), "did you mean \"logsource\"?" },
	{ T("type: rule_failure, message: m, rule_conditions: [{product: x}]"), "a condition needs a type" },
	{ T("type: rule_failure, message: m, rule_conditions: x"), "must be a list or a map" },
	{ T("type: rule_failure, message: m, rule_condtions: []"), "unknown key" },
	{ T("type: rule_failure, message: m, rule_cond_op: xor"), "is \"and\" or \"or\"" },
	{ T("type: rule_failure, message: m, rule_cond_not: 5"), "is true or false" },
	{ T("type: rule_failure, message: m, rule_conditions: [{type: tag}]"), "needs the parameter \"tag\"" },
	{ T("type: rule_failure, message: m, rule_cond_expr: a"), "needs conditions with names" },
	{ T("type: rule_failure, message: m, rule_conditions: {a: {type: is_sigma_rule}}, rule_cond_expr: b"),
	  "which does not exist" },
	{ T("type: case, method: x, detection_item_conditions: [{type: match_string, pattern: '('}]"), "is wrong" },
	{ T("type: case, method: sideways"), "lower, upper or snake_case" },
	{ T("type: convert_type, target_type: date"), "target_type is" },
	{ T("type: replace_string, regex: 'a.*b', replacement: x"), "without operators" },
	{ T("type: replace_string, regex: a, replacement: '\\1'"), "no groups" },
	{ T("type: add_condition, conditions: []"), "must be a map of fields" },
	{ "name: a\n---\nname: b\n", "holds one document" },
	{ "name: 'a", "" },
};

TEST(pipelines_that_are_not_understood_are_refused)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		auto_loaded l = { 0 };
		CHECKF(pipeline_of(&l, wrong[i].text) == NULL, "%s", wrong[i].text);
		CHECKF(l.diags.errors >= 1 && told(&l, wrong[i].message), "%s: %.*s", wrong[i].text,
		       STR_FMT(l.diags.items.at[0].text));
	}
}

TEST(nesting_without_end_is_refused)
{
	auto_loaded l = { 0 };
	auto_buf b = { 0 };
	buf_lit(&b, "transformations: [");
	for (int i = 0; i < 12; i++)
		buf_lit(&b, "{type: nest, items: [");
	for (int i = 0; i < 12; i++)
		buf_lit(&b, "]}");
	buf_lit(&b, "]\n");
	buf_char(&b, 0);
	CHECK(pipeline_of(&l, b.ptr) == NULL && told(&l, "too deeply nested"));
}

TEST(mappings_that_multiply_are_bounded)
{
	auto_loaded l = { 0 };
	auto_buf b = { 0 };
	buf_lit(&b, "transformations:\n");
	for (int i = 0; i < 100; i++)
		buf_lit(&b, "- {type: field_name_mapping, mapping: {A: [A, A]}}\n");
	buf_char(&b, 0);
	CHECK(strstr(apply(&l, rule, b.ptr), "more than 20000 parts") != NULL);
}

/* With this much memory; what comes of it. */
static enum err within(size_t bytes, bool *ret_loaded)
{
	static const char pipeline[] =
	    "vars: {p: [a, b]}\ntransformations:\n"
	    "- {id: m, type: field_name_mapping, mapping: {A: [a1, a2]}}\n- {type: value_placeholders}\n"
	    "- {type: add_condition, conditions: {I: '$product'}, template: true}\n"
	    "- {type: map_string, mapping: {x: [v, w]}}\n"
	    "- {type: replace_string, regex: x, replacement: y}\n"
	    "- {type: set_custom_attribute, attribute: k, value: v, rule_conditions: [{type: tag, tag: attack.t1}]}\n"
	    "- {type: case, method: upper, detection_item_conditions: [{type: match_string, pattern: a}]}\n";
	static const char files[] =
	    "action: global\nlevel: hihg\n---\ntitle: t\nname: t\ntags: [attack.t1]\nlogsource: {product: P}\n"
	    "detection:\n  s: {A: 'x*', B|windash|contains: -a, C|base64offset: foo, D|expand: '%p%', E|re: 'a(?=b)', "
	    "F|utf16|base64: x}\n  s2: {G|all: [a, b], H|neq: 5}\n  condition: 1 of s* and not s2\n"
	    "---\ntitle: bad\nlogsource: {product: p}\ndetection: {s: {F|nope: 1}, condition: s}\n"
	    "---\ntitle: f\nlogsource: {product: p}\nfilter: {s: {U: x}, condition: not s}\n"
	    "---\ntitle: c\ncorrelation: {type: temporal, condition: t and not t2, timespan: 1m, group-by: [A]}\n";
	auto_arena arena = { .max = bytes }, notes = { 0 };
	struct diag_list diags = { .arena = &notes };
	struct sigma_docs docs = { 0 };
	struct sigma_set set = { 0 };
	struct sigma_pipeline *p = NULL;
	struct sigma_options o = { .pipelines = &p, .n_pipelines = 1 };
	enum err e = sigma_pipeline_parse(&arena, STR("p.yml"), STR(pipeline), &p, &diags);
	if (e == ERR_OK)
		e = sigma_parse(&arena, STR("a.yml"), STR(files), &docs, &diags);
	if (e == ERR_OK)
		e = sigma_link(&arena, &docs, 1, &o, &set, &diags);
	*ret_loaded = set.n == 2 && set.n_refused == 1 && set.n_filters == 1;
	return e;
}

TEST(running_out_of_memory_anywhere_is_that_error_and_no_other)
{
	bool loaded = false;
	CHECK(within(0, &loaded) == ERR_OK && loaded);
	size_t failed = 0;
	for (size_t bytes = 64; bytes < 200000; bytes += 40) {
		enum err e = within(bytes, &loaded);
		CHECKF(e == ERR_MEMORY || (e == ERR_OK && loaded), "%zu bytes: %s", bytes, err_text(e));
		failed += e == ERR_MEMORY;
	}
	CHECK(failed > 100 && within(200000, &loaded) == ERR_OK);
}
