#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H
/* An event: one record read from an input, what kind it is, and (when asked) the facts that every kind has. Strings
 * borrow the record. */
#include "model/logsource.h"
#include "model/view.h"
#include "value/value.h"

/* Absent texts have ptr NULL. */
struct event_actor {
	struct str id, type, name, account, issuer, session, access_key;
};
struct event_resource {
	struct str id, type, account, region;
};
enum { EVENT_RESOURCES_MAX = 16 };
enum event_outcome { OUTCOME_UNKNOWN, OUTCOME_SUCCESS, OUTCOME_FAILURE };
const char *event_outcome_name(enum event_outcome o); /* "success", "failure"; NULL for unknown */
struct event_facts {
	struct str id;   /* the provider's own id; ptr NULL if it has none */
	int64_t time_ns; /* TIME_NONE when the record has no readable time */
	struct event_actor actor;
	struct str action_service, action_name;
	struct event_resource resources[EVENT_RESOURCES_MAX];
	uint32_t n_resources, resources_total; /* total > n: more than could be kept */
	struct str origin_ip, origin_user_agent;
	enum event_outcome outcome;
	struct str error;
	struct str scope_account, scope_region, scope_cluster, scope_host;
};
enum event_flag {
	EVENT_TRUNCATED = 1,    /* judged on what was kept */
	EVENT_TOLERANT = 2,     /* read by the tolerant parser */
	EVENT_TIME_ASSUMED = 4, /* time taken from the input, not from the record */
};
struct event {
	struct value record; /* the decoded record, root of its view */
	struct str raw;      /* the untouched text; ptr NULL for one of several events in a record: decode_event_raw makes it */
	const struct view *view;
	struct logsource logsource;
	uint32_t class_id; /* > 0: equal ids mean equal view and logsource; 0: logsource taken from the record itself */
	uint32_t decoder;  /* index in the decode_set */
	unsigned flags;    /* enum event_flag */
	struct str file;   /* display name of the input; a zip member is "a.zip!member" */
	uint64_t line;     /* 1-based line, or ordinal for formats without lines */
	uint64_t offset;   /* byte offset of raw in the (decompressed) input */
};
#endif
