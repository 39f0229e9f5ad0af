/* Filter documents: which rules they are for, and the condition that is ANDed with theirs. */
#include "lang/sigma/internal.h"

static bool has_not(const struct sigma_expr *e, unsigned depth)
{
	if (e->kind == SIGMA_NOT)
		return true;
	for (size_t i = 0; i < e->n && depth < LIMIT_RULE_DEPTH; i++)
		if (has_not(e->children[i], depth + 1))
			return true;
	return false;
}

enum err filter_read(struct reader *r, struct doc *d, struct value section, struct place at)
{
	static const char *const skip[] = { "condition", "rules", NULL };
	if (value_kind(section) != VALUE_MAP)
		return refuse(r, at, "sigma-filter", "write rules, selections and a condition",
		              "a filter must be a map");
	struct sigma_filter *f = arena_new(r->arena, struct sigma_filter);
	TRY(got(f));
	struct value rules = value_get(section, STR("rules"));
	TRY(texts_read(r, rules, "rules", &f->rules));
	f->any = f->rules.n == 0 || (f->rules.n == 1 && ascii_eq_nocase(f->rules.at[0], STR("any")));
	if (f->any)
		f->rules.n = 0;
	d->rule.filter = f;
	TRY(detection_read(r, d, section, at, skip, &d->rule.condition));
	struct value condition = value_get(section, STR("condition"));
	if (!has_not(d->rule.condition, 0))
		warn(r, place_of(condition), "sigma-filter",
		     "write \"condition: not SELECTION\" to leave out what it describes",
		     "this filter keeps only what it describes: its condition is ANDed with the rule's as written");
	return ERR_OK;
}
