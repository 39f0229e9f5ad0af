#ifndef ENGINE_DETECT_DETECT_H
#define ENGINE_DETECT_DETECT_H
/*
 * detect: which Sigma rules does an event satisfy? A function of (program, scratch, event): no I/O, clock, globals or locks inside.
 *
 * A program is compiled once from a sigma_set and is immutable, but for one thing: a *plan* (what concerns events of one view and logsource) is built when
 * such events are first seen, because most logsources never are. detect_match says ERR_UNPREPARED then; the caller builds it with detect_prepare under a
 * lock of its own and asks again. A scratch is one thread's working memory, reused; after warm-up an event that matches nothing costs no allocation.
 */
#include "base/arena.h"
#include "base/base.h"
#include "base/diag.h"
#include "lang/sigma/sigma.h"
#include "model/detection.h"
#include "model/event.h"

struct detect_program;
struct detect_scratch;

struct detect_options {
	enum sigma_level level_min;	/* rules below are left out */
	const struct str *tags, *rules, *excludes; /* keep only rules with one of tags; ids, titles or globs of these; not these */
	size_t n_tags, n_rules, n_excludes;
	bool no_prefilter;		/* evaluate every rule of the logsource: for tests, same detections */
	bool profile;			/* count evaluations and time per rule */
};
/* set must outlive the program. Rules that cannot be compiled (a regex PCRE2 refuses) are refused alone, in diags and detect_rule_refused. */
fallible detect_program_new(const struct sigma_set *set, const struct detect_options *o, struct diag_list *diags, struct detect_program **ret);
void detect_program_free(struct detect_program **p);
/* Rules as numbered by sigma_set.rules: true when it takes part. */
bool detect_rule_active(const struct detect_program *p, uint32_t index);
/* Why a rule of the set was refused while compiling, or NULL. */
const char *detect_rule_refused(const struct detect_program *p, uint32_t index);
const struct detection_rule *detect_rule_info(const struct detect_program *p, uint32_t index);
size_t detect_active_count(const struct detect_program *p);

/* Builds the plan for this event's view and logsource if it is missing. Callers hold a lock of their own; matching on other threads may go on. */
fallible detect_prepare(struct detect_program *p, const struct event *e);

fallible detect_scratch_new(const struct detect_program *p, struct detect_scratch **ret);
void detect_scratch_free(struct detect_scratch **s);

/* Rules that matched one event: indexes, ascending. Borrowed until the next match. */
struct detect_matches {
	const uint32_t *rules;
	size_t n;
	const uint32_t *undetermined; /* rules a bound stopped */
	size_t n_undetermined;
	bool truncated; /* more values than LIMIT_EVENT_VALUES */
};
fallible detect_match(const struct detect_program *p, struct detect_scratch *s, const struct event *e, struct detect_matches *ret);
/* Why rule matched the event of the last detect_match with this scratch: the values that decided, in the arena. */
fallible detect_reasons(const struct detect_program *p, struct detect_scratch *s, uint32_t rule, struct arena *arena, const struct match_reason **ret, size_t *ret_n);

/* The condition with the truth of each node, for explain. */
struct detect_explained {
	const struct sigma_expr *expr;
	enum { EXPLAIN_FALSE, EXPLAIN_TRUE, EXPLAIN_UNDETERMINED } truth;
	struct detect_explained *children;
	size_t n;
	/* leaves: the values found, and which pattern matched which */
	struct str *values;
	size_t n_values;
	const struct match_reason *reasons;
	size_t n_reasons;
};
/* Evaluates every node (no short cuts), whether the logsource admits the event (*ret_logsource) or not. Builds a plan: callers hold their lock. */
fallible detect_explain(struct detect_program *p, struct detect_scratch *s, uint32_t rule, const struct event *e, struct arena *arena,
			struct detect_explained *ret, bool *ret_logsource);

/* Does a rule's logsource admit an event's? Each part the rule names must be equal (ASCII case ignored); category may be any of the event's. */
bool detect_logsource_admits(const struct sigma_logsource *rule, const struct logsource *event);

struct detect_rule_cost {
	uint64_t evaluations, matches, nanoseconds;
};
/* Sums a scratch's counts into costs[n rules of the set]; only with options.profile. */
void detect_profile(const struct detect_scratch *s, struct detect_rule_cost *costs);
#endif
