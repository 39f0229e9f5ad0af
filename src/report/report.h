#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H
/*
 * report: detections to bytes. Rendering of single detections (json, ocsf) is stateless and runs on any thread; table
 * and sarif collect and are written at the end.
 */
#include "base/base.h"
#include "base/buf.h"
#include "model/detection.h"
struct arena;

enum report_format { REPORT_TABLE, REPORT_JSON, REPORT_OCSF, REPORT_SARIF };
fallible report_format_parse(struct str word, enum report_format *ret);

struct report_options {
	bool with_raw;
	const char *version;  /* of merlon, for metadata.product */
	const char *temp_dir; /* for what is spilled; NULL = "/tmp" */
};
/*
 * A copy of `rule` with the part of the report that the rule alone decides rendered once into the arena. Detections
 * that point to the copy cost half as much to write; nothing else changes. The strings stay borrowed. Formats other
 * than json and ocsf have no such part.
 */
fallible report_rule_prerender(const struct detection_rule *rule, enum report_format format, struct arena *arena,
                               struct detection_rule *ret);
/* Where the value of "time" begins in a line, as fingerprints are 32 digits: a time not yet known is written as null and put in later. */
enum { REPORT_JSON_TIME_AT = sizeof("{\"kind\":\"detection\",\"schema\":1,\"fingerprint\":\"0123456789abcdef0123456789abcdef\",\"time\":") - 1 };
/*
 * One line of NDJSON (with '\n'), in the contract documented in docs/detect.md. Keys come in this order and are always
 * there: kind schema fingerprint time rule event scope actor action resources origin outcome error matched. Absent or
 * empty texts are null; so are scope, actor, action and origin when every member is absent (rule and event are always
 * objects; resources and matched always lists). In matched[] field is null for keywords, value for absent or null,
 * modifier when the rule has none; "truncated":true is appended when the value was cut. After matched come, only where
 * they hold: "resources_total":N (more resources than could be kept), "time_assumed":true (from the input, not the
 * record), "tolerant":true (read by the tolerant parser) and, with with_raw, "raw":TEXT (invalid UTF-8 repaired).
 */
void report_json_detection(struct buf *out, const struct detection *d, const struct report_options *o);
/*
 * One OCSF 1.8.0 Detection Finding (class 2004, activity Create), NDJSON. The actor, API call, source, host and what
 * matched are one entry of evidences[]; resources[] are those of the event; the cloud profile is applied for AWS, Azure
 * and Google Cloud. A detection without any time has time 0, as the class requires one.
 */
void report_ocsf_detection(struct buf *out, const struct detection *d, const struct report_options *o);

/* What a run was: for the table's end, SARIF's invocation and --format json's stderr summary. */
struct report_source_count {
	struct str title; /* "AWS CloudTrail" */
	uint64_t events;
};
struct report_summary {
	uint64_t files, files_failed, files_pruned, files_skipped, bytes, events, detections, duplicates, unread, truncated, tolerant,
	    time_assumed, undetermined, filtered, unknown_source;
	uint64_t rules_loaded, rules_refused, rules_correlation, rules_placeholder;
	double seconds, rules_seconds;
	const struct report_source_count *sources;
	size_t n_sources;
	uint64_t by_level[6];
	bool interrupted;
};
/*
 * Collected reports. Bounded memory: the table keeps per rule the count, first and last time and the first few
 * different rows; SARIF spills results to an unlinked temporary file past 1 MiB. One thread at a time.
 */
struct report_table;
/* width in columns, 0 = 120; less than 60 counts as 60. */
fallible report_table_new(bool colour, size_t width, struct report_table **ret);
fallible report_table_add(struct report_table *t, const struct detection *d); /* copies what it keeps */
/* Grouped by rule, most severe first; then the summary. Nothing from a log reaches the terminal but as visible text. */
void report_table_write(struct report_table *t, const struct report_summary *s, struct buf *out);
void report_table_free(struct report_table **t);

struct report_sarif;
fallible report_sarif_new(const struct report_options *o, struct report_sarif **ret);
fallible report_sarif_add(struct report_sarif *r, const struct detection *d);
/* The whole SARIF 2.1.0 log. */
fallible report_sarif_write(struct report_sarif *r, const struct report_summary *s, int fd);
void report_sarif_free(struct report_sarif **r);

/* The summary as text (a few aligned lines) or one JSON object {"kind":"summary","schema":1,...}. */
void report_summary_text(struct buf *out, const struct report_summary *s, bool colour);
void report_summary_json(struct buf *out, const struct report_summary *s);
#endif
