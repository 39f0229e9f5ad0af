/*
 * One event through the engine: find the plan, take the fields, let witnesses nominate rules, decide the nominated
 * ones.
 */
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
	regex_scratch_free(&s->regex);
	buf_free(&s->text);
	arena_clear(&s->event);
	sys_free(s);
	*ps = NULL;
}

/* ---- witnesses ---- */

static ALWAYS_INLINE void probe(struct detect_scratch *s, const struct literal_table *t, enum atom_kind kind,
                                uint64_t key, struct str v)
{
	for (uint32_t i = t->buckets[key >> 20 & t->mask]; i != NO_INDEX; i = t->literals[i].next) {
		const struct literal *l = &t->literals[i];
		if (l->key != key || l->text.len > v.len || (kind == ATOM_EXACT && l->text.len != v.len))
			continue;
		if (text_stands_at(kind == ATOM_SUFFIX ? v.ptr + v.len - l->text.len : v.ptr, l->text))
			nominate(s, l->rules);
	}
}

/* The first or last (at most) eight bytes of v as one word: the first in the low bytes, the last in the high ones. */
static ALWAYS_INLINE uint64_t end_word(struct str v, bool suffix)
{
	uint64_t word = 0;
	if (LIKELY(v.len >= 8))
		memcpy(&word, suffix ? v.ptr + v.len - 8 : v.ptr, 8);
	else
		memcpy((char *)&word + (suffix ? 8 - v.len : 0), v.ptr, v.len);
	return word;
}

/* Prefix and suffix tables: one probe for literals of eight bytes and more, one for each shorter length there is. */
static ALWAYS_INLINE void probe_ends(struct detect_scratch *s, const struct literal_table *t, enum atom_kind kind,
                                     struct str v)
{
	bool suffix = kind == ATOM_SUFFIX;
	uint64_t word = end_word(v, suffix);
	if (t->has_long && v.len >= 8)
		probe(s, t, kind, word_key(word, 8), v);
	for (uint32_t lengths = t->short_lengths; lengths != 0; lengths &= lengths - 1) {
		unsigned n = (unsigned)__builtin_ctz(lengths);
		if (n > v.len)
			return; /* lengths come in order */
		uint64_t part = n == 0 ? 0 : suffix ? word >> (64 - 8 * n) : word << (64 - 8 * n) >> (64 - 8 * n);
		probe(s, t, kind, word_key(part, n), v);
	}
}

static void probe_number(struct detect_scratch *s, const struct slot *slot, struct cell *c)
{
	bool integer;
	int64_t n;
	double d;
	if (c->type == '"') {
		struct str t = c->text;
		if (t.len == 0 ||
		    !((t.ptr[0] >= '0' && t.ptr[0] <= '9') || t.ptr[0] == '-' || t.ptr[0] == '+' || t.ptr[0] == '.'))
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

static void witness_cell(struct detect_scratch *s, const struct slot *slot, struct cell *c)
{
	if (slot->n_numbers > 0)
		probe_number(s, slot, c);
	if (slot->exact.n == 0 && slot->prefix.n == 0 && slot->suffix.n == 0 && slot->grams.n == 0)
		return;
	struct str v = cell_text(s, c);
	if (!cell_ascii(s, c))
		v = cell_folded(s, c);
	if (slot->exact.n > 0)
		probe(s, &slot->exact, ATOM_EXACT, exact_key(v.ptr, v.len), v);
	if (slot->prefix.n > 0)
		probe_ends(s, &slot->prefix, ATOM_PREFIX, v);
	if (slot->suffix.n > 0)
		probe_ends(s, &slot->suffix, ATOM_SUFFIX, v);
	grams_scan(&slot->grams, v, s);
}

static bool keyword_fold(void *arg, struct detect_scratch *s, struct cell *c)
{
	(void)arg;
	if (c->type == '"' && !cell_ascii(s, c))
		grams_scan(&s->plan->keywords, cell_folded(s, c), s);
	return false;
}

/* Keywords: one walk over all strings of the record, keys and length words with them: it only nominates. */
static void witness_keywords(struct detect_scratch *s)
{
	if (s->plan->keywords.n == 0 || s->pool.len == 0)
		return;
	grams_scan(&s->plan->keywords, s->pool, s);
	if (!utf8_is_ascii(s->pool.ptr, s->pool.len))
		each_scalar(s, keyword_fold, NULL);
}

static void witness_event(struct detect_scratch *s)
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
				witness_cell(s, slot, c);
	}
	witness_keywords(s);
}

/* ---- deciding ---- */

static enum truth decide_profiled(struct detect_scratch *s, uint32_t rule)
{
	struct detect_rule_cost *c = &s->costs[rule];
	int64_t from = sys_monotonic_ns();
	enum truth t = term_eval(s, s->program->rules[rule].root);
	c->nanoseconds += (uint64_t)(sys_monotonic_ns() - from);
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

/* ---- one event ---- */

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
	s->truncated = s->memory_gone = false;
	s->lower_ready = false;
	s->pool = record_pool(e->record);
	if (s->event.used > 0)
		arena_reset(&s->event);
}

fallible scratch_start(struct detect_scratch *s, const struct plan *plan, const struct event *e)
{
	scratch_begin(s, plan, e);
	return plan->n_rules > 0 ? walk_record(s, plan, e->record) : ERR_OK;
}

fallible detect_match(const struct detect_program *p, struct detect_scratch *s, const struct event *e,
                      struct detect_matches *ret)
{
	must(s->program == p);
	const struct plan *plan = plan_find(p, e);
	if (plan == NULL)
		return ERR_UNPREPARED;
	TRY(scratch_start(s, plan, e));
	if (plan->n_rules > 0) {
		witness_event(s);
		decide_candidates(s);
	}
	if (UNLIKELY(s->memory_gone))
		return ERR_MEMORY;
	*ret = (struct detect_matches){ .rules = s->matched,
		                        .n = s->n_matched,
		                        .undetermined = s->undetermined,
		                        .n_undetermined = s->n_undetermined,
		                        .truncated = s->truncated };
	return ERR_OK;
}

void detect_profile(const struct detect_scratch *s, struct detect_rule_cost *costs)
{
	if (s->costs == NULL)
		return;
	for (uint32_t i = 0; i < s->program->n_rules; i++) {
		costs[i].evaluations += s->costs[i].evaluations;
		costs[i].matches += s->costs[i].matches;
		costs[i].nanoseconds += s->costs[i].nanoseconds;
	}
}
