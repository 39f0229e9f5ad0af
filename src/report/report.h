#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H
/*
 * report: detections to bytes. Rendering of single detections (json, ocsf) is stateless and runs on any thread; table and sarif collect and are written at the end.
 */
#include "base/base.h"
#include "base/buf.h"
#include "model/detection.h"

enum report_format { REPORT_TABLE, REPORT_JSON, REPORT_OCSF, REPORT_SARIF };
fallible report_format_parse(struct str word, enum report_format *ret);

struct report_options {
	bool with_raw;
	const char *version; /* of merlon, for metadata.product */
};
/* One line of NDJSON (with '\n'), in the contract documented in docs/detect.md. */
void report_json_detection(struct buf *out, const struct detection *d, const struct report_options *o);
/* One OCSF 1.8.0 Detection Finding (class 2004), NDJSON. */
void report_ocsf_detection(struct buf *out, const struct detection *d, const struct report_options *o);

/* What a run was: for the table's end, SARIF's invocation and --format json's stderr summary. */
struct report_source_count {
	struct str title; /* "AWS CloudTrail" */
	uint64_t events;
};
struct report_summary {
	uint64_t files, files_failed, files_pruned, bytes, events, detections, duplicates, unread, truncated, tolerant, time_assumed, undetermined, filtered, unknown_source;
	uint64_t rules_loaded, rules_refused, rules_correlation, rules_placeholder;
	double seconds, rules_seconds;
	const struct report_source_count *sources;
	size_t n_sources;
	uint64_t by_level[6];
	bool interrupted;
};
/*
 * Collected reports. Bounded memory: the table keeps per rule the count, first and last time and the first rows; SARIF spills results to a temporary file.
 */
struct report_table;
fallible report_table_new(bool colour, size_t width, struct report_table **ret);
fallible report_table_add(struct report_table *t, const struct detection *d); /* copies what it keeps */
/* Grouped by rule, most severe first; then the summary. */
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
