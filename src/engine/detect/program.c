/*
 * From parsed rules to a program: which rules take part, leaves deduplicated across rules (a quarter of all leaves of
 * the public rules are repeats), conditions as small trees over predicate numbers, cheapest first.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "base/sys.h"
#include "base/utf8.h"
#include "engine/detect/program.h"

enum { CONDITION_DEPTH = 4 * LIMIT_RULE_DEPTH }; /* as written half of it at most; filters and pipelines add */

static fallible field_id(struct detect_program *p, struct str field, uint32_t *ret)
{
	struct map_entry *e;
	bool is_new;
	if (field.ptr == NULL) {
		*ret = NO_FIELD;
		return ERR_OK;
	}
	TRY(map_put(&p->field_ids, field, &e, &is_new));
	if (is_new) {
		e->val.num = p->fields.n;
		TRY(vec_push(&p->fields, &p->arena, field));
	}
	*ret = (uint32_t)e->val.num;
	return ERR_OK;
}

/* ---- predicates ---- */

static void key_value(struct buf *b, const struct sigma_value *v)
{
	unsigned char head[12] = { (unsigned char)v->kind,
		                   v->cased,
		                   (unsigned char)v->compare,
		                   (unsigned char)v->time_part,
		                   v->yes,
		                   (unsigned char)v->flags,
		                   v->starts,
		                   v->ends,
		                   v->contains,
		                   v->is_integer };
	buf_add(b, head, sizeof(head));
	switch (v->kind) {
	case SIGMA_STRING:
		for (size_t i = 0; i < v->string.n; i++) {
			buf_char(b, (char)('0' + v->string.parts[i].kind));
			buf_uint(b, v->string.parts[i].text.len);
			buf_char(b, ':');
			buf_str(b, v->string.parts[i].text);
		}
		break;
	case SIGMA_NUMBER:
	case SIGMA_COMPARE:
		buf_add(b, &v->number, sizeof(v->number));
		buf_add(b, &v->integer, sizeof(v->integer));
		break;
	case SIGMA_REGEX:
	case SIGMA_FIELDREF:
		buf_uint(b, v->text.len);
		buf_char(b, ':');
		buf_str(b, v->text);
		break;
	case SIGMA_CIDR:
		buf_add(b, v->net.base.bytes, sizeof(v->net.base.bytes));
		buf_char(b, (char)v->net.bits);
		buf_char(b, (char)v->net.base.v4);
		break;
	case SIGMA_BOOL:
	case SIGMA_NULL:
	case SIGMA_EXISTS:
		break;
	}
	buf_char(b, '\n');
}

static fallible pack_plain(struct detect_program *p, struct pred *pr)
{
	pr->plain = arena_new_n(&p->arena, struct plain, pr->n);
	TRY(got(pr->plain));
	for (uint32_t i = 0; i < pr->n; i++) {
		struct str t = pr->patterns[i].text;
		pr->plain[i] = (struct plain){ .ptr = t.ptr,
			                       .len = (uint32_t)t.len,
			                       .kind = (unsigned char)pr->patterns[i].kind,
			                       .last = t.len > 0 ? t.ptr[t.len - 1] : '\0' };
	}
	return ERR_OK;
}

static fallible pred_new(struct detect_program *p, const struct sigma_expr *leaf, uint32_t field, uint32_t *ret)
{
	struct pred pr = { .field = field, .n = (uint32_t)leaf->n_values, .leaf = leaf };
	bool plain = field != NO_FIELD;
	pr.patterns = arena_new_n(&p->arena, struct pattern, pr.n);
	TRY(got(pr.patterns));
	for (uint32_t i = 0; i < pr.n; i++) {
		TRY(pattern_build(p, &leaf->values[i], &pr.patterns[i]));
		if (pr.patterns[i].kind == PATTERN_FIELDREF)
			TRY(field_id(p, leaf->values[i].text, &pr.patterns[i].field));
		pr.cost += pattern_cost(&pr.patterns[i]);
		plain = plain && leaf->values[i].kind == SIGMA_STRING && !leaf->values[i].cased;
	}
	if (field == NO_FIELD)
		pr.cost = pr.cost * 20 + 100;
	if (plain)
		TRY(pack_plain(p, &pr));
	*ret = (uint32_t)p->preds.n;
	return vec_push(&p->preds, &p->arena, pr);
}

static fallible pred_of_leaf(struct detect_program *p, const struct sigma_expr *leaf, struct buf *key, uint32_t *ret)
{
	struct map_entry *e;
	bool is_new;
	uint32_t field;

	TRY(field_id(p, leaf->field, &field));
	buf_reset(key);
	buf_add(key, &field, sizeof(field));
	for (size_t i = 0; i < leaf->n_values; i++)
		key_value(key, &leaf->values[i]);
	TRY(buf_err(key));
	if ((e = map_get(&p->pred_ids, buf_view(key))) != NULL) {
		*ret = (uint32_t)e->val.num;
		return ERR_OK;
	}
	struct str kept = arena_str(&p->arena, buf_view(key));
	TRY(got(kept.ptr));
	TRY(map_put(&p->pred_ids, kept, &e, &is_new));
	e->val.num = p->preds.n;
	return pred_new(p, leaf, field, ret);
}

/* ---- conditions ---- */

static unsigned term_cost(const struct detect_program *p, uint32_t term)
{
	unsigned cost = 0;
	if (term & TERM_PRED)
		return p->preds.at[term & TERM_INDEX].cost;
	const struct node *n = &p->nodes.at[term & TERM_INDEX];
	for (uint32_t i = 0; i < n->n; i++)
		cost += term_cost(p, n->terms[i]);
	return cost;
}

/* Cheapest first; the order of terms has no meaning. Insertion sort: few terms, or many of equal cost. */
static void sort_terms(struct detect_program *p, uint32_t *terms, unsigned *costs, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		costs[i] = term_cost(p, terms[i]);
	for (uint32_t i = 1; i < n; i++) {
		uint32_t term = terms[i], j = i;
		unsigned cost = costs[i];
		for (; j > 0 && costs[j - 1] > cost; j--) {
			terms[j] = terms[j - 1];
			costs[j] = costs[j - 1];
		}
		terms[j] = term;
		costs[j] = cost;
	}
}

static fallible compile_leaf(struct detect_program *p, const struct sigma_expr *e, struct buf *key, uint32_t *ret)
{
	uint32_t pred;
	TRY(pred_of_leaf(p, e, key, &pred));
	struct leaf_pred leaf = { e, pred };
	*ret = pred | TERM_PRED;
	return vec_push(&p->leaves, &p->arena, leaf);
}

static fallible compile_expr(struct detect_program *p, const struct sigma_expr *e, struct buf *key, uint32_t depth,
                             uint32_t *ret)
{
	struct node n = { .all = e->kind == SIGMA_AND, .n = (uint32_t)e->n };

	if (depth == 0)
		return ERR_LIMIT;
	if (e->kind == SIGMA_LEAF)
		return compile_leaf(p, e, key, ret);
	if (e->kind == SIGMA_RULE_REF)
		return ERR_REFUSED;
	if (e->kind == SIGMA_NOT) {
		TRY(compile_expr(p, e->children[0], key, depth - 1, ret));
		*ret ^= TERM_NOT;
		return ERR_OK;
	}
	n.terms = arena_new_n(&p->arena, uint32_t, n.n);
	unsigned *costs = arena_new_n(&p->arena, unsigned, n.n);
	TRY(got(n.terms));
	TRY(got(costs));
	for (uint32_t i = 0; i < n.n; i++)
		TRY(compile_expr(p, e->children[i], key, depth - 1, &n.terms[i]));
	if (n.n == 1) {
		*ret = n.terms[0];
		return ERR_OK;
	}
	sort_terms(p, n.terms, costs, n.n);
	*ret = (uint32_t)p->nodes.n;
	return vec_push(&p->nodes, &p->arena, n);
}

/* ---- selection of rules ---- */

/* name equals or matches the glob (* and ?), case ignored. */
static bool name_matches(struct str glob, struct str name)
{
	size_t g = 0, n = 0, star = SIZE_MAX, star_n = 0;
	while (n < name.len) {
		if (g < glob.len && (glob.ptr[g] == '?' || ascii_lower(glob.ptr[g]) == ascii_lower(name.ptr[n]))) {
			g++;
			n++;
		} else if (g < glob.len && glob.ptr[g] == '*') {
			star = g++;
			star_n = n;
		} else if (star != SIZE_MAX) {
			g = star + 1;
			n = ++star_n;
		} else {
			return false;
		}
	}
	while (g < glob.len && glob.ptr[g] == '*')
		g++;
	return g == glob.len;
}

static bool listed(const struct str *list, size_t n, const struct sigma_rule *r)
{
	for (size_t i = 0; i < n; i++)
		if ((r->id.len > 0 && name_matches(list[i], r->id)) ||
		    (r->title.len > 0 && name_matches(list[i], r->title)) ||
		    (r->name.len > 0 && name_matches(list[i], r->name)))
			return true;
	return false;
}

static bool tagged(const struct str *tags, size_t n, const struct sigma_rule *r)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < r->tags.n; k++)
			if (name_matches(tags[i], r->tags.at[k]))
				return true;
	return false;
}

static bool selected(const struct detect_options *o, const struct sigma_rule *r)
{
	enum sigma_level level = r->level == SIGMA_LEVEL_NONE ? SIGMA_INFORMATIONAL : r->level;
	return r->kind == SIGMA_RULE && level >= o->level_min && (o->n_tags == 0 || tagged(o->tags, o->n_tags, r)) &&
	       (o->n_rules == 0 || listed(o->rules, o->n_rules, r)) && !listed(o->excludes, o->n_excludes, r);
}

static void rule_info(struct rule *r, uint32_t index)
{
	const struct sigma_rule *s = r->sigma;
	enum sigma_level level = s->level == SIGMA_LEVEL_NONE ? SIGMA_INFORMATIONAL : s->level;
	r->info = (struct detection_rule){
		.id = s->id,
		.title = s->title,
		.level = str_of(sigma_level_name(level)),
		.path = s->path,
		.description = s->description,
		.author = s->author,
		.status = s->status,
		.tags = s->tags.at,
		.n_tags = s->tags.n,
		.references = s->references.at,
		.n_references = s->references.n,
		.falsepositives = s->falsepositives.at,
		.n_falsepositives = s->falsepositives.n,
		.level_rank = (int)level,
		.index = index,
	};
}

static fallible compile_rule(struct detect_program *p, struct rule *r, struct buf *key, struct diag_list *diags)
{
	r->first_leaf = (uint32_t)p->leaves.n;
	enum err e = compile_expr(p, r->sigma->condition, key, CONDITION_DEPTH, &r->root);
	r->n_leaves = (uint32_t)p->leaves.n - r->first_leaf;
	if (e == ERR_MEMORY)
		return e;
	if (e != ERR_OK) {
		r->refused = "its condition is nested too deeply";
		diag_add(diags, &(struct diag){ .severity = DIAG_ERROR,
		                                .code = "rule-depth",
		                                .file = r->sigma->path,
		                                .line = r->sigma->line,
		                                .text = STR("the rule's condition is nested too deeply") });
		return ERR_OK;
	}
	r->active = true;
	p->n_active++;
	return ERR_OK;
}

static fallible program_fill(struct detect_program *p, struct diag_list *diags)
{
	auto_buf key = { .max = (size_t)64 << 20 };
	p->rules = arena_new_n(&p->arena, struct rule, p->n_rules);
	TRY(got(p->rules));
	for (uint32_t i = 0; i < p->n_rules; i++) {
		struct rule *r = &p->rules[i];
		r->sigma = p->set->rules[i];
		rule_info(r, i);
		if (selected(&p->options, r->sigma))
			TRY(compile_rule(p, r, &key, diags));
	}
	return ERR_OK;
}

fallible detect_program_new(const struct sigma_set *set, const struct detect_options *o, struct diag_list *diags,
                            struct detect_program **ret)
{
	struct detect_program *p = sys_zalloc(sizeof(*p));
	TRY(got(p));
	p->set = set;
	p->options = *o;
	p->n_rules = (uint32_t)set->n;
	enum err e = program_fill(p, diags);
	if (e != ERR_OK) {
		detect_program_free(&p);
		return e;
	}
	*ret = p;
	return ERR_OK;
}

void detect_program_free(struct detect_program **pp)
{
	struct detect_program *p = *pp;
	if (p == NULL)
		return;
	for (size_t i = 0; i < PLAN_TABLE; i++)
		plan_free(atomic_load(&p->table[i]));
	for (size_t i = 0; i < p->preds.n; i++)
		for (uint32_t k = 0; k < p->preds.at[i].n; k++)
			regex_free(&p->preds.at[i].patterns[k].regex);
	map_free(&p->field_ids);
	map_free(&p->pred_ids);
	arena_clear(&p->arena);
	sys_free(p);
	*pp = NULL;
}

bool detect_rule_active(const struct detect_program *p, uint32_t index)
{
	return index < p->n_rules && p->rules[index].active;
}
const char *detect_rule_refused(const struct detect_program *p, uint32_t index)
{
	return index < p->n_rules ? p->rules[index].refused : NULL;
}
const struct detection_rule *detect_rule_info(const struct detect_program *p, uint32_t index)
{
	must(index < p->n_rules);
	return &p->rules[index].info;
}
size_t detect_active_count(const struct detect_program *p)
{
	return p->n_active;
}

/* ---- logsources ---- */

static bool part_admits(struct str rule, struct str event)
{
	return rule.len == 0 || ascii_eq_nocase(rule, event);
}

bool detect_logsource_admits(const struct sigma_logsource *rule, const struct logsource *event)
{
	if (!part_admits(rule->product, event->product) || !part_admits(rule->service, event->service))
		return false;
	if (part_admits(rule->category, event->category))
		return true;
	for (uint32_t i = 0; i < event->n_more; i++)
		if (ascii_eq_nocase(rule->category, event->more[i]))
			return true;
	return false;
}
