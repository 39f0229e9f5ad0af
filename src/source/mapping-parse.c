/* One mapping file: YAML to struct mapping. What is wrong is said with its place, and parsing goes on, so that a file's
 * faults show all at once. */
#include "source/mapping.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/diag.h"
#include "source/decode-scan.h"

enum { TREE_DEPTH_MAX = 12, TEXT_MAX = 512 };

void mapping_complain(struct mapping_reader *r, struct value at, const char *hint, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list args;
	va_start(args, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	struct value_span span = value_where(at.at != 0 ? at : r->near);
	struct diag d = { .severity = DIAG_ERROR,
		          .code = "mapping",
		          .file = r->file.path,
		          .line = span.line,
		          .column = span.column,
		          .length = span.length,
		          .text = { text, n > 0 ? (n < TEXT_MAX ? (size_t)n : TEXT_MAX - 1) : 0 },
		          .hint = str_of(hint),
		          .excerpt = diag_excerpt(r->file.text, span.line) };
	if (r->diags != NULL)
		diag_add(r->diags, &d);
	r->errors++;
}

size_t mapping_many(struct value v)
{
	enum value_kind k = value_kind(v);
	return k == VALUE_ABSENT || k == VALUE_NULL ? 0 : k == VALUE_LIST ? value_count(v) : 1;
}

struct value mapping_nth(struct value v, size_t i)
{
	if (value_kind(v) != VALUE_LIST)
		return v;
	struct value_iter it = value_iter(v);
	while (value_next(&it))
		if (i-- == 0)
			return it.val;
	return VALUE_NONE;
}

bool mapping_check_keys(struct mapping_reader *r, struct value v, const char *what, const char *const *known)
{
	r->near = v;
	if (value_kind(v) != VALUE_MAP) {
		mapping_complain(r, v, "", "%s must be a map", what);
		return false;
	}
	struct value_iter it = value_iter(v);
	while (value_next(&it)) {
		const char *const *k = known;
		while (*k != NULL && !str_eq(str_of(*k), it.key))
			k++;
		if (*k == NULL)
			mapping_complain(r, it.key_value, "see docs/mappings.md", "%s has no part \"%.*s\"", what,
			                 STR_FMT(it.key));
	}
	return true;
}

fallible mapping_text(struct mapping_reader *r, struct value v, struct str *ret)
{
	char scratch[VALUE_TEXT_MAX];
	struct str s;
	*ret = STR("");
	if (!value_text(v, scratch, &s)) {
		mapping_complain(r, v, "", "a text is expected here");
		return ERR_OK;
	}
	*ret = arena_str(r->arena, s);
	return got(ret->ptr);
}

static fallible texts(struct mapping_reader *r, struct value v, struct str **ret, uint32_t *ret_n)
{
	size_t n = mapping_many(v);
	*ret = arena_new_n(r->arena, struct str, n + 1);
	TRY(got(*ret));
	for (size_t i = 0; i < n; i++)
		TRY(mapping_text(r, mapping_nth(v, i), &(*ret)[i]));
	*ret_n = (uint32_t)n;
	return ERR_OK;
}

/* ---- recognise */

static fallible test_list(struct mapping_reader *r, struct value v, enum mapping_test_op op, struct mapping_alt *alt)
{
	for (size_t i = 0; i < mapping_many(v); i++) {
		struct mapping_test *t = &alt->tests[alt->n++];
		t->op = op;
		TRY(mapping_path_parse(r, mapping_nth(v, i), &t->path));
	}
	return ERR_OK;
}

static fallible test_map(struct mapping_reader *r, struct value v, enum mapping_test_op op, struct mapping_alt *alt)
{
	if (v.at == 0)
		return ERR_OK;
	if (value_kind(v) != VALUE_MAP) {
		mapping_complain(r, v, "path: value, or path: [value, ...]", "a test must be a map");
		return ERR_OK;
	}
	struct value_iter it = value_iter(v);
	while (value_next(&it)) {
		struct mapping_test *t = &alt->tests[alt->n++];
		t->op = op;
		struct str path = arena_str(r->arena, it.key);
		TRY(got(path.ptr));
		TRY(mapping_path_parse_text(r, it.key_value, path, &t->path));
		TRY(texts(r, it.val, &t->values, &t->n));
	}
	return ERR_OK;
}

static const struct {
	const char *name;
	enum mapping_test_op op;
} test_ops[] = {
	{ "has", TEST_HAS },   { "lacks", TEST_LACKS },       { "is", TEST_IS },     { "starts", TEST_STARTS },
	{ "ends", TEST_ENDS }, { "contains", TEST_CONTAINS }, { "type", TEST_TYPE },
};

static fallible parse_alt(struct mapping_reader *r, struct value v, struct mapping_alt *alt)
{
	static const char *const known[] = { "has", "lacks", "is", "starts", "ends", "contains", "type", NULL };
	if (!mapping_check_keys(r, v, "an alternative", known))
		return ERR_OK;
	size_t n = 0;
	for (size_t i = 0; i < ARRAY_LEN(test_ops); i++) {
		struct value part = value_get(v, str_of(test_ops[i].name));
		n += value_kind(part) == VALUE_MAP ? value_count(part) : mapping_many(part);
	}
	alt->tests = arena_new_n(r->arena, struct mapping_test, n + 1);
	TRY(got(alt->tests));
	for (size_t i = 0; i < ARRAY_LEN(test_ops); i++) {
		struct value part = value_get(v, str_of(test_ops[i].name));
		if (test_ops[i].op == TEST_HAS || test_ops[i].op == TEST_LACKS)
			TRY(test_list(r, part, test_ops[i].op, alt));
		else
			TRY(test_map(r, part, test_ops[i].op, alt));
	}
	bool wants = false;
	for (uint32_t i = 0; i < alt->n; i++)
		wants |= alt->tests[i].op != TEST_LACKS && alt->tests[i].path.n > 0;
	if (!wants)
		mapping_complain(r, v, "name keys under \"has\"", "an alternative must ask for at least one key");
	return ERR_OK;
}

static fallible parse_recognise(struct mapping_reader *r, struct value v, struct mapping *m)
{
	size_t n = mapping_many(v);
	m->fallback = n == 0;
	m->alts = arena_new_n(r->arena, struct mapping_alt, n + 1);
	TRY(got(m->alts));
	for (size_t i = 0; i < n; i++)
		TRY(parse_alt(r, mapping_nth(v, i), &m->alts[i]));
	m->n_alts = (uint32_t)n;
	return ERR_OK;
}

/* ---- logsource */

static fallible parse_categories(struct mapping_reader *r, struct value v, struct logsource *ls)
{
	size_t n = mapping_many(v);
	if (n == 0)
		return ERR_OK;
	if (n > LOGSOURCE_CATEGORIES_MAX) {
		mapping_complain(r, v, "", "more than %d categories", LOGSOURCE_CATEGORIES_MAX);
		return ERR_OK;
	}
	TRY(mapping_text(r, mapping_nth(v, 0), &ls->category));
	for (size_t i = 1; i < n; i++)
		TRY(mapping_text(r, mapping_nth(v, i), &ls->more[i - 1]));
	ls->n_more = (uint32_t)n - 1;
	return ERR_OK;
}

static fallible parse_node(struct mapping_reader *r, struct value v, struct logsource inherited, int depth,
                           struct mapping_node **ret);

static void put_case(struct mapping_node *node, struct str key, struct mapping_node *child)
{
	struct mapping_tag tag = mapping_tag_of(key);
	uint64_t i = mapping_tag_hash(tag) & node->mask;
	while (node->cases[i].node != NULL)
		i = (i + 1) & node->mask;
	node->cases[i] = (struct mapping_case){ tag, key, child };
}

static fallible parse_children(struct mapping_reader *r, struct value v, int depth, struct mapping_node *node,
                               bool prefixes)
{
	if (v.at == 0)
		return ERR_OK;
	size_t n = value_count(v), size = 4;
	if (value_kind(v) != VALUE_MAP) {
		mapping_complain(r, v, "value: {service: ..., category: ...}", "%s must be a map",
		                 prefixes ? "starts" : "values");
		return ERR_OK;
	}
	while (size < 2 * n)
		size *= 2;
	struct mapping_case *cases = arena_new_n(r->arena, struct mapping_case, size);
	TRY(got(cases));
	if (prefixes)
		node->starts = cases;
	else
		node->cases = cases;
	node->mask = prefixes ? node->mask : size - 1;
	struct value_iter it = value_iter(v);
	while (value_next(&it)) {
		struct str key = arena_str(r->arena, it.key);
		TRY(got(key.ptr));
		struct mapping_node *child;
		TRY(parse_node(r, it.val, node->logsource, depth + 1, &child));
		if (child == NULL)
			continue;
		if (prefixes)
			cases[node->n_starts++] = (struct mapping_case){ .key = key, .node = child };
		else
			put_case(node, key, child);
	}
	return ERR_OK;
}

/* *ret is NULL after a complaint. */
static fallible parse_node(struct mapping_reader *r, struct value v, struct logsource inherited, int depth,
                           struct mapping_node **ret)
{
	static const char *const known[] = { "product", "service", "category",  "by", "values",
		                             "starts",  "present", "otherwise", NULL };
	*ret = NULL;
	if (!mapping_check_keys(r, v, "logsource", known))
		return ERR_OK;
	if (depth > TREE_DEPTH_MAX) {
		mapping_complain(r, v, "", "decisions are nested too deeply");
		return ERR_OK;
	}
	struct mapping_node *node = arena_new(r->arena, struct mapping_node);
	TRY(got(node));
	node->logsource = inherited;
	struct value product = value_get(v, STR("product")), service = value_get(v, STR("service"));
	if (product.at != 0)
		TRY(mapping_text(r, product, &node->logsource.product));
	if (service.at != 0)
		TRY(mapping_text(r, service, &node->logsource.service));
	TRY(parse_categories(r, value_get(v, STR("category")), &node->logsource));
	TRY(mapping_paths_parse(r, value_get(v, STR("by")), &node->by));
	TRY(parse_children(r, value_get(v, STR("values")), depth, node, false));
	TRY(parse_children(r, value_get(v, STR("starts")), depth, node, true));
	struct value present = value_get(v, STR("present")), otherwise = value_get(v, STR("otherwise"));
	if (present.at != 0)
		TRY(parse_node(r, present, node->logsource, depth + 1, &node->present));
	if (otherwise.at != 0)
		TRY(parse_node(r, otherwise, node->logsource, depth + 1, &node->otherwise));
	bool has_children = node->cases != NULL || node->n_starts > 0 || present.at != 0 || otherwise.at != 0;
	if (has_children != (node->by.n > 0))
		mapping_complain(r, v, "by: names the path, values: what follows from its value",
		                 "\"by\" and \"values\" belong together");
	*ret = node;
	return ERR_OK;
}

/* ---- view */

static fallible view_path_of(struct mapping_reader *r, struct value v, struct view_path *ret)
{
	struct mapping_path p;
	TRY(mapping_path_parse(r, v, &p));
	*ret = (struct view_path){ .keys = arena_new_n(r->arena, struct str, p.n + 1), .n = p.n };
	TRY(got(ret->keys));
	for (uint32_t i = 0; i < p.n; i++) {
		ret->keys[i] = p.steps[i].key;
		if (p.steps[i].pick_key.ptr != NULL)
			mapping_complain(r, v, "use \"pairs\" to turn name-value lists into members",
			                 "a view path cannot pick list members");
	}
	return ERR_OK;
}

static fallible view_paths_of(struct mapping_reader *r, struct value v, struct view_path **ret, uint32_t *ret_n)
{
	size_t n = mapping_many(v);
	*ret = arena_new_n(r->arena, struct view_path, n + 1);
	TRY(got(*ret));
	for (size_t i = 0; i < n; i++)
		TRY(view_path_of(r, mapping_nth(v, i), &(*ret)[i]));
	*ret_n = (uint32_t)n;
	return ERR_OK;
}

static int str_order(struct str a, struct str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n > 0 ? memcmp(a.ptr, b.ptr, n) : 0;
	return c != 0 ? c : a.len < b.len ? -1 : a.len > b.len;
}

static fallible parse_aliases(struct mapping_reader *r, struct value v, struct view *view)
{
	if (v.at == 0)
		return ERR_OK;
	if (value_kind(v) != VALUE_MAP) {
		mapping_complain(r, v, "field: [path, ...]", "aliases must be a map");
		return ERR_OK;
	}
	view->aliases = arena_new_n(r->arena, struct view_alias, value_count(v) + 1);
	TRY(got(view->aliases));
	struct value_iter it = value_iter(v);
	while (value_next(&it)) {
		struct view_alias a = { .field = arena_str(r->arena, it.key) };
		TRY(got(a.field.ptr));
		TRY(view_paths_of(r, it.val, &a.paths, &a.n));
		uint32_t at = view->n_aliases++;
		for (; at > 0 && str_order(view->aliases[at - 1].field, a.field) > 0; at--)
			view->aliases[at] = view->aliases[at - 1];
		view->aliases[at] = a;
	}
	return ERR_OK;
}

static fallible parse_view(struct mapping_reader *r, struct value v, struct mapping *m)
{
	static const char *const known[] = { "roots", "aliases", NULL };
	struct view *view = &m->view;
	view->name = m->name;
	struct value roots = value_get(v, STR("roots"));
	if (v.at != 0) {
		if (!mapping_check_keys(r, v, "view", known))
			return ERR_OK;
		TRY(parse_aliases(r, value_get(v, STR("aliases")), view));
	}
	TRY(view_paths_of(r, roots, &view->roots, &view->n_roots));
	if (view->n_roots == 0)
		view->n_roots = 1; /* the record's top; the array has room */
	return ERR_OK;
}

/* ---- unwrap and pairs */

static fallible parse_unwraps(struct mapping_reader *r, struct value v, struct mapping *m)
{
	static const char *const known[] = { "each", "text", NULL };
	size_t n = mapping_many(v);
	m->unwraps = arena_new_n(r->arena, struct mapping_unwrap, n + 1);
	TRY(got(m->unwraps));
	for (size_t i = 0; i < n; i++) {
		struct value at = mapping_nth(v, i), text = value_get(at, STR("text"));
		struct mapping_unwrap *u = &m->unwraps[i];
		if (!mapping_check_keys(r, at, "unwrap", known))
			continue;
		TRY(mapping_path_parse(r, value_get(at, STR("each")), &u->each));
		u->has_text = text.at != 0;
		if (u->has_text)
			TRY(mapping_path_parse(r, text, &u->text));
	}
	m->n_unwraps = (uint32_t)n;
	return ERR_OK;
}

static fallible parse_pairs(struct mapping_reader *r, struct value v, struct mapping *m)
{
	static const char *const known[] = { "at", "name", "value", NULL };
	size_t n = mapping_many(v);
	m->pairs = arena_new_n(r->arena, struct mapping_pairs, n + 1);
	TRY(got(m->pairs));
	for (size_t i = 0; i < n; i++) {
		struct value at = mapping_nth(v, i);
		if (!mapping_check_keys(r, at, "pairs", known))
			continue;
		TRY(mapping_path_parse(r, value_get(at, STR("at")), &m->pairs[i].at));
		TRY(mapping_path_parse(r, value_get(at, STR("name")), &m->pairs[i].name));
		TRY(mapping_path_parse(r, value_get(at, STR("value")), &m->pairs[i].value));
		if (m->pairs[i].at.n == 0)
			mapping_complain(r, at, "", "\"at\" must name a member");
	}
	m->n_pairs = (uint32_t)n;
	return ERR_OK;
}

/* ---- the file */

/* {text: path, program: [path, ...]} */
static fallible parse_message(struct mapping_reader *r, struct value v, struct mapping *m)
{
	static const char *const known[] = { "text", "program", NULL };
	if (v.at == 0 || !mapping_check_keys(r, v, "a message", known))
		return ERR_OK;
	struct value text = value_get(v, STR("text"));
	if (text.at == 0) {
		mapping_complain(r, v, "text: the path of the text", "a message needs a text");
		return ERR_OK;
	}
	m->has_message = true;
	TRY(mapping_path_parse(r, text, &m->message));
	return mapping_paths_parse(r, value_get(v, STR("program")), &m->program);
}

static fallible parse_parts(struct mapping_reader *r, struct value doc, struct mapping *m)
{
	struct value order = value_get(doc, STR("order")), source = value_get(doc, STR("logsource"));
	struct value explicit_source = value_get(doc, STR("explicit_logsource")), facts = value_get(doc, STR("facts"));
	TRY(mapping_text(r, value_get(doc, STR("name")), &m->name));
	TRY(mapping_text(r, value_get(doc, STR("title")), &m->title));
	if (order.at != 0 && !value_int(order, &m->order))
		mapping_complain(r, order, "lower numbers are tried first", "order must be an integer");
	if (explicit_source.at != 0 && !value_bool(explicit_source, &m->explicit_source))
		mapping_complain(r, explicit_source, "", "explicit_logsource must be true or false");
	TRY(parse_recognise(r, value_get(doc, STR("recognise")), m));
	struct value like = value_get(source, STR("like"));
	if (like.at != 0)
		TRY(mapping_text(r, like, &m->like));
	else if (source.at != 0)
		TRY(parse_node(r, source, (struct logsource){ 0 }, 0, &m->tree));
	if (m->tree == NULL) {
		m->tree = arena_new(r->arena, struct mapping_node);
		TRY(got(m->tree));
	}
	TRY(parse_view(r, value_get(doc, STR("view")), m));
	TRY(parse_unwraps(r, value_get(doc, STR("unwrap")), m));
	TRY(parse_pairs(r, value_get(doc, STR("pairs")), m));
	TRY(texts(r, value_get(doc, STR("strip")), &m->strip, &m->n_strip));
	TRY(texts(r, value_get(doc, STR("bytes")), &m->bytes, &m->n_bytes));
	TRY(parse_message(r, value_get(doc, STR("message")), m));
	if (facts.at != 0)
		TRY(mapping_parse_facts(r, facts, &m->facts));
	return ERR_OK;
}

fallible mapping_parse(struct mapping_reader *r, struct value doc, struct mapping *ret)
{
	static const char *const known[] = { "name",  "title",  "order", "recognise", "logsource", "explicit_logsource",
		                             "view",  "unwrap", "pairs", "strip",     "bytes",     "message",
		                             "facts", NULL };
	*ret = (struct mapping){ .order = 50, .file = r->file.path };
	if (mapping_check_keys(r, doc, "a mapping", known))
		TRY(parse_parts(r, doc, ret));
	return r->errors > 0 ? ERR_PARSE : ERR_OK;
}
