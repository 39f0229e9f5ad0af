/*
 * One event through the engine: find the plan, take the fields, let witnesses nominate rules, decide the nominated ones.
 */
#include <time.h>

#include "base/sys.h"
#include "base/utf8.h"
#include "engine/detect/program.h"

fallible detect_scratch_new(const struct detect_program *p, struct detect_scratch **ret)
{
	struct detect_scratch *s = sys_zalloc(sizeof(*s));
	TRY(got(s));
	s->program = p;
	s->memo = sys_zalloc((p->preds.n + 1) * sizeof(*s->memo));
	s->matched = sys_zalloc((p->n_rules + 1) * sizeof(*s->matched));
	s->undetermined = sys_zalloc((p->n_rules + 1) * sizeof(*s->undetermined));
	s->slots = sys_zalloc((p->fields.n + 1) * sizeof(*s->slots));
	s->bits = sys_zalloc((p->n_rules / 64 + 1) * sizeof(*s->bits));
	if (p->options.profile)
		s->costs = sys_zalloc((p->n_rules + 1) * sizeof(*s->costs));
	enum err e = regex_scratch_new(&s->regex);
	if (s->memo == NULL || s->matched == NULL || s->undetermined == NULL || s->slots == NULL || s->bits == NULL ||
	    (p->options.profile && s->costs == NULL))
		e = ERR_MEMORY;
	if (e != ERR_OK) {
		detect_scratch_free(&s);
		return e;
	}
	*ret = s;
	return ERR_OK;
}

void detect_scratch_free(struct detect_scratch **ps)
{
	struct detect_scratch *s = *ps;
	if (s == NULL)
		return;
	sys_free(s->memo);
	sys_free(s->matched);
	sys_free(s->undetermined);
	sys_free(s->slots);
	sys_free(s->bits);
	sys_free(s->costs);
	sys_free(s->cells);
	sys_free(s->lower);
	sys_free(s->plans_ready);
	IGNORE(hs_free_scratch(s->hs) != HS_SUCCESS); /* fails only for what is no scratch */
	regex_scratch_free(&s->regex);
	buf_free(&s->text);
	arena_clear(&s->event);
	sys_free(s);
	*ps = NULL;
}

/* ---- witnesses ---- */

static ALWAYS_INLINE void nominate(struct detect_scratch *s, struct rule_list list)
{
	const uint32_t *rules = s->plan->lists.at + list.first;
	for (uint32_t i = 0; i < list.n; i++)
		s->bits[rules[i] / 64] |= 1ull << rules[i] % 64;
}

/* text (folded) stands at p, ASCII case ignored. */
static bool stands_at(const char *p, struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (ascii_lower(p[i]) != text.ptr[i])
			return false;
	return true;
}

static ALWAYS_INLINE void probe(struct detect_scratch *s, const struct literal_table *t, enum atom_kind kind, uint64_t key, struct str v)
{
	for (uint32_t i = t->buckets[key >> 20 & t->mask]; i != NO_INDEX; i = t->literals[i].next) {
		const struct literal *l = &t->literals[i];
		if (l->key != key || l->text.len > v.len || (kind == ATOM_EXACT && l->text.len != v.len))
			continue;
		if (stands_at(kind == ATOM_SUFFIX ? v.ptr + v.len - l->text.len : v.ptr, l->text))
			nominate(s, l->rules);
	}
}

/* Prefix and suffix tables: one probe for literals of eight bytes and more, one for each shorter length there is. */
static void probe_ends(struct detect_scratch *s, const struct literal_table *t, enum atom_kind kind, struct str v)
{
	if (t->has_long && v.len >= 8)
		probe(s, t, kind, window_key(kind == ATOM_SUFFIX ? v.ptr + v.len - 8 : v.ptr, 8), v);
	for (uint32_t lengths = t->short_lengths; lengths != 0; lengths &= lengths - 1) {
		size_t n = (size_t)__builtin_ctz(lengths);
		if (n <= v.len)
			probe(s, t, kind, window_key(kind == ATOM_SUFFIX ? v.ptr + v.len - n : v.ptr, n), v);
	}
}

static int on_hit(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *arg)
{
	struct detect_scratch *s = arg;
	(void)from;
	(void)to;
	(void)flags;
	nominate(s, s->scan_rules[id]);
	return 0;
}

static fallible scan(struct detect_scratch *s, const hs_database_t *db, const struct rule_list *rules, const char *p, size_t n)
{
	s->scan_rules = rules;
	while (n > 0) {
		/* hs_scan takes 32 bits; records are far smaller */
		hs_error_t e = hs_scan(db, p, (unsigned)n, 0, s->hs, on_hit, s);
		if (e != HS_SUCCESS)
			return e == HS_NOMEM ? ERR_MEMORY : ERR_INTERNAL;
		break;
	}
	return ERR_OK;
}

static void probe_number(struct detect_scratch *s, const struct slot *slot, struct cell *c)
{
	bool integer;
	int64_t n;
	double d;
	if (c->type == '"') {
		struct str t = c->text;
		if (t.len == 0 || !((t.ptr[0] >= '0' && t.ptr[0] <= '9') || t.ptr[0] == '-' || t.ptr[0] == '+' || t.ptr[0] == '.'))
			return;
	}
	if (!cell_number(s, c, &integer, &n, &d) || !integer)
		return;
	uint32_t low = 0, high = slot->n_numbers;
	while (low < high) {
		uint32_t mid = (low + high) / 2;
		if (slot->numbers[mid].number < n)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < slot->n_numbers && slot->numbers[low].number == n)
		nominate(s, slot->numbers[low].rules);
}

static fallible witness_cell(struct detect_scratch *s, const struct slot *slot, struct cell *c)
{
	if (slot->n_numbers > 0)
		probe_number(s, slot, c);
	if (slot->exact.n == 0 && slot->prefix.n == 0 && slot->suffix.n == 0 && slot->db == NULL)
		return ERR_OK;
	struct str v = cell_text(s, c);
	if (!cell_ascii(s, c)) {
		v = cell_folded(s, c);
		nominate(s, slot->regex_rules); /* their databases work on ASCII */
	}
	if (slot->exact.n > 0)
		probe(s, &slot->exact, ATOM_EXACT, exact_key(v.ptr, v.len), v);
	if (slot->prefix.n > 0)
		probe_ends(s, &slot->prefix, ATOM_PREFIX, v);
	if (slot->suffix.n > 0)
		probe_ends(s, &slot->suffix, ATOM_SUFFIX, v);
	if (slot->db == NULL)
		return ERR_OK;
	if (v.len == 0) {
		nominate(s, slot->regex_rules); /* a regex may match the empty text, which is not scanned */
		return ERR_OK;
	}
	return scan(s, slot->db, slot->db_rules, v.ptr, v.len);
}

static bool keyword_fold(void *arg, struct detect_scratch *s, struct cell *c)
{
	enum err *err = arg;
	if (c->type != '"' || cell_ascii(s, c))
		return false;
	struct str f = cell_folded(s, c);
	*err = f.len > 0 ? scan(s, s->plan->keyword_db, s->plan->keyword_rules, f.ptr, f.len) : ERR_OK;
	return *err != ERR_OK;
}

/* Keywords: one scan over all strings of the record, keys and length words with them: it only nominates. */
static fallible witness_keywords(struct detect_scratch *s)
{
	enum err err = ERR_OK;
	if (s->plan->keyword_db == NULL || s->pool.len == 0)
		return ERR_OK;
	TRY(scan(s, s->plan->keyword_db, s->plan->keyword_rules, s->pool.ptr, s->pool.len));
	if (!utf8_is_ascii(s->pool.ptr, s->pool.len))
		each_scalar(s, keyword_fold, &err);
	return err;
}

static fallible witness_event(struct detect_scratch *s)
{
	const struct plan *plan = s->plan;
	for (uint32_t i = 0; i < plan->n_witness_slots; i++) {
		const struct slot *slot = &plan->slots[plan->witness_slots[i]];
		struct cell *c = slot_cells(s, plan->witness_slots[i]);
		if (c == NULL)
			continue;
		nominate(s, slot->present);
		for (; c != NULL; c = cell_next(s, c))
			if (c->type != 'n')
				TRY(witness_cell(s, slot, c));
	}
	return witness_keywords(s);
}

/* ---- deciding ---- */

static int64_t profile_clock(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static enum truth decide_profiled(struct detect_scratch *s, uint32_t rule)
{
	struct detect_rule_cost *c = &s->costs[rule];
	int64_t from = profile_clock();
	enum truth t = term_eval(s, s->program->rules[rule].root);
	c->nanoseconds += (uint64_t)(profile_clock() - from);
	c->evaluations++;
	c->matches += t == TRUTH_TRUE;
	return t;
}

static void decide_rule(struct detect_scratch *s, uint32_t rule)
{
	const struct rule *r = &s->program->rules[rule];
	if (s->plan->checks_logsource && !detect_logsource_admits(&r->sigma->logsource, &s->current->logsource))
		return;
	enum truth t = s->costs != NULL ? decide_profiled(s, rule) : term_eval(s, r->root);
	if (t == TRUTH_TRUE)
		s->matched[s->n_matched++] = rule;
	else if (t == TRUTH_UNDETERMINED)
		s->undetermined[s->n_undetermined++] = rule;
}

static void decide_candidates(struct detect_scratch *s)
{
	const struct plan *plan = s->plan;
	for (uint32_t w = 0; w < plan->words; w++) {
		uint64_t bits = s->bits[w] | plan->always[w];
		s->bits[w] = 0;
		for (; bits != 0; bits &= bits - 1)
			decide_rule(s, plan->rules[w * 64 + (uint32_t)__builtin_ctzll(bits)]);
	}
}

/* ---- readiness ---- */

static NOINLINE fallible scratch_ready(struct detect_scratch *s, const struct plan *plan)
{
	if (plan->serial >= s->plans_ready_cap) {
		uint32_t cap = plan->serial * 2 + 16;
		bool *grown = sys_realloc(s->plans_ready, cap * sizeof(*grown));
		TRY(got(grown));
		memset(grown + s->plans_ready_cap, 0, cap - s->plans_ready_cap);
		s->plans_ready = grown;
		s->plans_ready_cap = cap;
	}
	for (uint32_t i = 0; i < plan->n_slots; i++)
		if (plan->slots[i].db != NULL && hs_alloc_scratch(plan->slots[i].db, &s->hs) != HS_SUCCESS)
			return ERR_MEMORY;
	if (plan->keyword_db != NULL && hs_alloc_scratch(plan->keyword_db, &s->hs) != HS_SUCCESS)
		return ERR_MEMORY;
	s->plans_ready[plan->serial] = true;
	return ERR_OK;
}

/* The part of the document's strings that the record uses: strings stand in the order of the tape. */
static struct str record_pool(struct value record)
{
	const struct value_doc *doc = record.doc;
	if (doc == NULL || value_kind(record) != VALUE_MAP)
		return (struct str){ "", 0 };
	uint32_t at = record.at;
	while (tape_type(doc->tape[at]) == 'm')
		at++;
	uint32_t end = (uint32_t)doc->tape[at];
	if (tape_type(doc->tape[at + 1]) != '"')
		return (struct str){ "", 0 };
	size_t from = tape_payload(doc->tape[at + 1]), to = doc->string_bytes;
	if (end + 1 < doc->words && tape_type(doc->tape[end]) == '"')
		to = tape_payload(doc->tape[end]);
	else if (end + 1 < doc->words && tape_type(doc->tape[end]) == '{' && tape_type(doc->tape[end + 1]) == '"')
		to = tape_payload(doc->tape[end + 1]);
	must(from <= to && to <= doc->string_bytes);
	return (struct str){ doc->strings + from, to - from };
}

static void scratch_begin(struct detect_scratch *s, const struct plan *plan, const struct event *e)
{
	if (++s->epoch >= UINT32_MAX >> 2) {
		s->epoch = 1;
		memset(s->memo, 0, (s->program->preds.n + 1) * sizeof(*s->memo));
		memset(s->slots, 0, (s->program->fields.n + 1) * sizeof(*s->slots));
	}
	s->plan = plan;
	s->current = e;
	s->n_matched = s->n_undetermined = 0;
	s->truncated = false;
	s->lower_ready = false;
	s->pool = record_pool(e->record);
	if (s->event.used > 0)
		arena_reset(&s->event);
}

fallible scratch_start(struct detect_scratch *s, const struct plan *plan, const struct event *e)
{
	if (UNLIKELY(plan->serial >= s->plans_ready_cap || !s->plans_ready[plan->serial]))
		TRY(scratch_ready(s, plan));
	scratch_begin(s, plan, e);
	return plan->n_rules > 0 ? walk_record(s, plan, e->record) : ERR_OK;
}

fallible detect_match(const struct detect_program *p, struct detect_scratch *s, const struct event *e, struct detect_matches *ret)
{
	must(s->program == p);
	const struct plan *plan = plan_find(p, e);
	if (plan == NULL)
		return ERR_UNPREPARED;
	TRY(scratch_start(s, plan, e));
	if (plan->n_rules > 0) {
		TRY(witness_event(s));
		decide_candidates(s);
	}
	*ret = (struct detect_matches){ .rules = s->matched, .n = s->n_matched, .undetermined = s->undetermined,
					.n_undetermined = s->n_undetermined, .truncated = s->truncated };
	return ERR_OK;
}

void detect_profile(const struct detect_scratch *s, struct detect_rule_cost *costs)
{
	if (s->costs == NULL)
		return;
	for (uint32_t i = 0; i < s->program->n_rules; i++) {
		costs[i].candidates += s->costs[i].candidates;
		costs[i].evaluations += s->costs[i].evaluations;
		costs[i].matches += s->costs[i].matches;
		costs[i].nanoseconds += s->costs[i].nanoseconds;
	}
}
