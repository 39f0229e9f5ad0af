#ifndef MODEL_DETECTION_H
#define MODEL_DETECTION_H
/* One match of one rule, with everything a report needs. All borrowed: a detection lives as long as its batch. */
#include "model/event.h"

/* Why it matched: one entry per value and pattern that decided. */
struct match_reason {
	struct str field;    /* ptr NULL for a keyword */
	struct str value;    /* the event's value as text; ptr NULL for absent or null */
	struct str modifier; /* as in the rule: "contains", "endswith|cased", "" */
	struct str pattern;  /* as in the rule */
	bool truncated;      /* value was longer than shown */
};
struct detection_rule {
	struct str id, title, level, path, description, author, status;
	const struct str *tags;
	size_t n_tags;
	const struct str *references, *falsepositives;
	size_t n_references, n_falsepositives;
	int level_rank; /* 1 informational ... 5 critical */
	uint32_t index; /* dense number of the rule in the run */
	/* The rule's part of a report, already rendered by report_rule_prerender; ptr NULL: it is rendered each time.
	 */
	struct str json, ocsf;
};
struct detection {
	const struct detection_rule *rule;
	const struct event *event;
	const struct event_facts *facts;
	int64_t time_ns;        /* facts' time or the assumed one */
	struct str event_id;    /* provider's id, or "sha256:<32 hex>" of (input identity, offset, bytes) */
	struct str fingerprint; /* 32 hex: sha256 of rule id, actor id, first resource id */
	const struct match_reason *reasons;
	size_t n_reasons;
};
#endif
