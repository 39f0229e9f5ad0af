/* The documents of one file: which kind each is, what it says, and how a collection joins them. A document that cannot
 * be used is refused alone. */
#include "lang/sigma/internal.h"
#include "lang/yaml/yaml.h"

/* What `action:` has gathered so far. */
struct collection {
	struct value global, previous;
};

static enum err read_rule(struct reader *r, struct doc *d, struct value map, struct value section, struct place at)
{
	static const char *const skip[] = { "condition", "timeframe", NULL };
	d->rule.kind = SIGMA_RULE;
	TRY(logsource_read(r, map, &d->rule.logsource));
	if (value_kind(value_get(section, STR("timeframe"))) != VALUE_ABSENT)
		warn(r, place_of(value_get(section, STR("timeframe"))), "sigma-aggregation",
		     "write a correlation document",
		     "\"timeframe\" belongs to aggregations, which are no longer part of Sigma; it is ignored");
	return detection_read(r, d, section, at, skip, &d->rule.condition);
}

static enum err read_kind(struct reader *r, struct doc *d, struct value map)
{
	static const struct {
		const char *name;
		enum sigma_kind kind;
	} sections[] = { { "detection", SIGMA_RULE },
		         { "correlation", SIGMA_CORRELATION },
		         { "filter", SIGMA_FILTER } };
	struct value section = VALUE_NONE;
	struct place at = { 0 };
	struct value_iter it = value_iter(map);
	while (value_next(&it))
		for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
			if (!str_eq(it.key, str_of(sections[i].name)))
				continue;
			if (value_kind(section) != VALUE_ABSENT)
				return refuse(r, place_of_key(&it), "sigma-document",
				              "write two documents with --- between",
				              "a document has one of detection, correlation and filter");
			section = it.val;
			at = place_of_key(&it);
			d->rule.kind = sections[i].kind;
		}
	if (value_kind(section) == VALUE_ABSENT)
		return refuse(r, place_of(map), "sigma-detection",
		              "add \"detection:\" with a selection and a condition, \"correlation:\" or \"filter:\"",
		              "no detection");
	if (d->rule.kind == SIGMA_CORRELATION)
		return correlation_read(r, d, section, at);
	if (d->rule.kind == SIGMA_FILTER) {
		TRY(logsource_read(r, map, &d->rule.logsource));
		return filter_read(r, d, section, at);
	}
	return read_rule(r, d, map, section, at);
}

static enum err add_refused(struct reader *r, const struct sigma_rule *rule)
{
	struct sigma_refused one = { .id = rule->id,
		                     .title = rule->title,
		                     .path = r->path,
		                     .reason = r->reason,
		                     .kind = rule->kind,
		                     .line = r->reason_line != 0 ? r->reason_line : rule->line };
	return vec_push(&r->out->refused, r->arena, one);
}

static void blank(struct sigma_rule *rule)
{
	struct str none = STR("");
	rule->id = rule->title = rule->name = rule->description = rule->author = rule->status = none;
	rule->license = rule->taxonomy = rule->date = rule->modified = rule->scope = none;
	rule->logsource = (struct sigma_logsource){ none, none, none, none };
}

static enum err read_document(struct reader *r, struct value map, const struct collection *c)
{
	struct doc *d = arena_new(r->arena, struct doc);
	TRY(got(d));
	struct sigma_rule *rule = &d->rule;
	blank(rule);
	rule->path = r->path;
	rule->document = map;
	rule->line = place_of(map).line;
	struct value_iter it = value_iter(map);
	if (value_next(&it) && value_where(it.key_value).line != 0)
		rule->line = value_where(it.key_value).line;
	d->shared_id = value_kind(value_get(c->global, STR("id"))) != VALUE_ABSENT;
	d->shared_name = value_kind(value_get(c->global, STR("name"))) != VALUE_ABSENT;
	enum err e = attributes_read(r, map, rule);
	if (e == ERR_OK)
		e = read_kind(r, d, map);
	if (e == ERR_REFUSED)
		return add_refused(r, rule);
	TRY(e);
	return vec_push(&r->out->rules, r->arena, rule);
}

static enum err refuse_document(struct reader *r, struct value v, const char *text, const char *hint)
{
	struct sigma_rule rule = { .line = place_of(v).line };
	blank(&rule);
	enum err e = refuse(r, place_of(v), "sigma-document", hint, "%s", text);
	return e == ERR_REFUSED ? add_refused(r, &rule) : e;
}

/* One document of the file, with `action` heeded. */
static enum err take_document(struct reader *r, struct value v, struct collection *c)
{
	enum value_kind k = value_kind(v);
	if (k == VALUE_ABSENT || k == VALUE_NULL)
		return ERR_OK;
	if (k != VALUE_MAP)
		return refuse_document(r, v, "a document must be a map of attributes", NULL);
	struct value action_value = value_get(v, STR("action"));
	struct str action = value_str_or_empty(action_value);
	if (value_kind(action_value) == VALUE_ABSENT) {
		struct value whole = v;
		if (value_kind(c->global) != VALUE_ABSENT)
			TRY(collection_merge(r->arena, c->global, v, &whole));
		c->previous = whole;
		return read_document(r, whole, c);
	}
	if (str_is(action, "global"))
		return collection_merge(r->arena, c->global, v, &c->global);
	if (str_is(action, "reset")) {
		c->global = c->previous = VALUE_NONE;
		return ERR_OK;
	}
	if (!str_is(action, "repeat"))
		return refuse_document(r, action_value, "unknown action", "global, reset or repeat");
	if (value_kind(c->previous) == VALUE_ABSENT)
		return refuse_document(r, action_value, "there is no document to repeat", "put it behind one");
	TRY(collection_merge(r->arena, c->previous, v, &c->previous));
	struct collection repeated = { .global = c->previous };
	if (value_kind(value_get(v, STR("id"))) != VALUE_ABSENT)
		repeated.global = VALUE_NONE;
	return read_document(r, c->previous, &repeated);
}

/* What stands at the end of the list of messages is why the file ended early. */
static enum err refuse_rest(struct reader *r, size_t before)
{
	struct sigma_rule rule = { 0 };
	blank(&rule);
	r->reason = STR("the file is not valid YAML");
	r->reason_line = 0;
	for (size_t i = r->diags->items.n; i > before; i--)
		if (r->diags->items.at[i - 1].severity == DIAG_ERROR) {
			r->reason = r->diags->items.at[i - 1].text;
			r->reason_line = r->diags->items.at[i - 1].line;
			break;
		}
	r->reason = arena_str(r->arena, r->reason);
	TRY(got(r->reason.ptr));
	return add_refused(r, &rule);
}

enum err sigma_parse(struct arena *arena, struct str path, struct str text, struct sigma_docs *out,
                     struct diag_list *diags)
{
	struct reader r = { .arena = arena, .diags = diags, .path = path, .text = text, .out = out };
	struct yaml_docs docs = { 0 };
	struct collection c = { 0 };
	size_t before = diags->items.n;
	enum err e = yaml_read(arena, path, text, &docs, diags);
	if (e == ERR_MEMORY)
		return e;
	size_t after = diags->items.n;
	for (size_t i = 0; i < docs.n; i++)
		TRY(take_document(&r, docs.at[i], &c));
	if (e != ERR_OK) {
		must(after >= before);
		return refuse_rest(&r, before);
	}
	return ERR_OK;
}
