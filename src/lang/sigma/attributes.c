/* What a document says about itself. Nothing here makes a rule meaningless but a value of a kind that cannot be read as
 * text. */
#include "base/option.h"
#include "lang/sigma/internal.h"

static const char *const level_names[] = { "none", "informational", "low", "medium", "high", "critical" };
static const char *const statuses[] = { "stable", "test", "experimental", "deprecated", "unsupported" };
static const char *const relations[] = { "derived", "obsolete", "merged", "renamed", "similar", "obsoletes" };

const char *sigma_level_name(enum sigma_level l)
{
	return l == SIGMA_LEVEL_NONE ? level_names[SIGMA_INFORMATIONAL] : level_names[l];
}

enum err sigma_level_parse(struct str s, enum sigma_level *ret)
{
	for (size_t i = SIGMA_INFORMATIONAL; i < ARRAY_LEN(level_names); i++)
		if (ascii_eq_nocase(s, str_of(level_names[i]))) {
			*ret = (enum sigma_level)i;
			return ERR_OK;
		}
	return ERR_PARSE;
}

enum err text_read(struct reader *r, struct value v, const char *what, struct str *ret)
{
	char scratch[VALUE_TEXT_MAX];
	struct str s = STR("");
	enum value_kind k = value_kind(v);
	if (k != VALUE_ABSENT && k != VALUE_NULL && !value_text(v, scratch, &s))
		return refuse(r, place_of(v), "sigma-attribute", "write text", "\"%s\" must be text, not a %s", what,
		              value_kind_name(k));
	if (s.ptr == scratch)
		s = arena_str(r->arena, s);
	TRY(got(s.ptr));
	*ret = s;
	return ERR_OK;
}

enum err texts_read(struct reader *r, struct value v, const char *what, struct sigma_strs *ret)
{
	enum value_kind k = value_kind(v);
	*ret = (struct sigma_strs){ NULL, 0 };
	if (k == VALUE_ABSENT || k == VALUE_NULL)
		return ERR_OK;
	size_t n = k == VALUE_LIST ? value_count(v) : 1;
	ret->at = arena_new_n(r->arena, struct str, n);
	TRY(got(ret->at));
	if (k != VALUE_LIST) {
		ret->n = 1;
		return text_read(r, v, what, &ret->at[0]);
	}
	struct value_iter it = value_iter(v);
	while (value_next(&it))
		TRY(text_read(r, it.val, what, &ret->at[ret->n++]));
	return ERR_OK;
}

/* Metadata: a value of the wrong kind is said and left out. */
static enum err soft_text(struct reader *r, struct value v, const char *what, struct str *ret)
{
	enum value_kind k = value_kind(v);
	if (k == VALUE_MAP || k == VALUE_LIST) {
		warn(r, place_of(v), "sigma-attribute", "write text", "\"%s\" must be text, not a %s", what,
		     value_kind_name(k));
		*ret = STR("");
		return ERR_OK;
	}
	return text_read(r, v, what, ret);
}

static enum err soft_texts(struct reader *r, struct value v, const char *what, struct sigma_strs *ret)
{
	bool odd = value_kind(v) == VALUE_MAP;
	struct value_iter it = value_iter(v);
	while (!odd && value_next(&it))
		odd = value_kind(it.val) == VALUE_MAP || value_kind(it.val) == VALUE_LIST;
	if (odd) {
		warn(r, place_of(v), "sigma-attribute", "write a list of texts", "\"%s\" must be a list of texts",
		     what);
		*ret = (struct sigma_strs){ NULL, 0 };
		return ERR_OK;
	}
	return texts_read(r, v, what, ret);
}

static bool is_uuid(struct str s)
{
	if (s.len != 36)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = ascii_lower(s.ptr[i]);
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	return true;
}

static bool is_one_of(struct str s, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ascii_eq_nocase(s, str_of(names[i])))
			return true;
	return false;
}

static enum err read_related(struct reader *r, struct value v, struct sigma_rule *rule)
{
	if (value_kind(v) != VALUE_LIST)
		return ERR_OK;
	rule->related = arena_new_n(r->arena, struct sigma_related, value_count(v));
	TRY(got(rule->related));
	struct value_iter it = value_iter(v);
	while (value_next(&it)) {
		struct sigma_related *one = &rule->related[rule->n_related];
		if (value_kind(it.val) != VALUE_MAP) {
			warn(r, place_of(it.val), "sigma-attribute", NULL,
			     "an entry of \"related\" must have id and type");
			continue;
		}
		TRY(soft_text(r, value_get(it.val, STR("id")), "id", &one->id));
		TRY(soft_text(r, value_get(it.val, STR("type")), "type", &one->type));
		rule->n_related++;
		if (!is_one_of(one->type, relations, ARRAY_LEN(relations)))
			warn(r, place_of(it.val), "sigma-attribute",
			     nearest_hint(r, one->type, relations, ARRAY_LEN(relations)),
			     "unknown type of relation \"%.*s\"", STR_FMT(str_cut(one->type, 0, 64)));
	}
	return ERR_OK;
}

static void check(struct reader *r, struct value map, const struct sigma_rule *rule, struct str level)
{
	struct place at = place_of(map);
	if (rule->title.len == 0)
		warn(r, at, "sigma-attribute", "add \"title:\"", "the document has no title");
	if (rule->id.len > 0 && !is_uuid(rule->id))
		warn(r, place_of(value_get(map, STR("id"))), "sigma-id", "ids are UUIDs", "\"%.*s\" is not a UUID",
		     STR_FMT(str_cut(rule->id, 0, 64)));
	if (rule->status.len > 0 && !is_one_of(rule->status, statuses, ARRAY_LEN(statuses)))
		warn(r, place_of(value_get(map, STR("status"))), "sigma-attribute",
		     nearest_hint(r, rule->status, statuses, ARRAY_LEN(statuses)), "unknown status \"%.*s\"",
		     STR_FMT(str_cut(rule->status, 0, 64)));
	if (level.len > 0 && rule->level == SIGMA_LEVEL_NONE)
		warn(r, place_of(value_get(map, STR("level"))), "sigma-attribute",
		     nearest_hint(r, level, level_names + 1, ARRAY_LEN(level_names) - 1), "unknown level \"%.*s\"",
		     STR_FMT(str_cut(level, 0, 64)));
}

enum err attributes_read(struct reader *r, struct value map, struct sigma_rule *rule)
{
	const struct {
		const char *name;
		struct str *to;
	} texts[] = { { "id", &rule->id },
		      { "title", &rule->title },
		      { "name", &rule->name },
		      { "author", &rule->author },
		      { "status", &rule->status },
		      { "description", &rule->description },
		      { "license", &rule->license },
		      { "date", &rule->date },
		      { "taxonomy", &rule->taxonomy },
		      { "modified", &rule->modified } };
	const struct {
		const char *name;
		struct sigma_strs *to;
	} lists[] = { { "tags", &rule->tags },
		      { "references", &rule->references },
		      { "falsepositives", &rule->falsepositives },
		      { "fields", &rule->fields } };
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		TRY(soft_text(r, value_get(map, str_of(texts[i].name)), texts[i].name, texts[i].to));
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		TRY(soft_texts(r, value_get(map, str_of(lists[i].name)), lists[i].name, lists[i].to));
	struct sigma_strs scope;
	TRY(soft_texts(r, value_get(map, STR("scope")), "scope", &scope));
	rule->scope = scope.n > 0 ? scope.at[0] : STR("");
	struct str level;
	TRY(soft_text(r, value_get(map, STR("level")), "level", &level));
	if (sigma_level_parse(level, &rule->level) != ERR_OK)
		rule->level = SIGMA_LEVEL_NONE;
	TRY(read_related(r, value_get(map, STR("related")), rule));
	check(r, map, rule, level);
	return ERR_OK;
}

enum err logsource_read(struct reader *r, struct value map, struct sigma_logsource *ret)
{
	struct value v = value_get(map, STR("logsource"));
	if (value_kind(v) == VALUE_ABSENT || value_kind(v) == VALUE_NULL)
		return refuse(r, place_of(map), "sigma-logsource",
		              "add \"logsource:\" with category, product or service", "no logsource");
	if (value_kind(v) != VALUE_MAP)
		return refuse(r, place_of(v), "sigma-logsource", "write category, product or service",
		              "the logsource must be a map, not a %s", value_kind_name(value_kind(v)));
	struct sigma_logsource s = { .definition = STR("") };
	const struct {
		const char *name;
		struct str *to;
	} parts[] = { { "category", &s.category }, { "product", &s.product }, { "service", &s.service } };
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		struct value part = value_get(v, str_of(parts[i].name));
		TRY(text_read(r, part, parts[i].name, parts[i].to));
		struct str lower = str_lower(r->arena, *parts[i].to);
		TRY(got(lower.ptr));
		if (lower.ptr != parts[i].to->ptr && parts[i].to->len > 0)
			warn(r, place_of(part), "sigma-logsource", "write it in lower case",
			     "\"%.*s\" is taken as \"%.*s\"", STR_FMT(*parts[i].to), STR_FMT(lower));
		*parts[i].to = lower;
	}
	TRY(soft_text(r, value_get(v, STR("definition")), "definition", &s.definition));
	if (s.category.len + s.product.len + s.service.len == 0)
		return refuse(r, place_of(v), "sigma-logsource", "give at least one of category, product and service",
		              "the logsource names nothing");
	*ret = s;
	return ERR_OK;
}
