#ifndef APP_RUN_H
#define APP_RUN_H
/*
 * Inside `merlon detect`. Worker threads each take a batch (under the input lock), decode, match and render it on their own, and hand it back as a finished job; jobs are
 * committed strictly in input order by whoever completes the row (under the output lock). So output, counts and duplicates do not depend on the number of threads.
 *
 *	input lock:	source, unread notes of the source
 *	plan lock:	building of plans in the program
 *	output lock:	the ring of finished jobs, and who commits; de-duplication, the sink and totals belong to the one who does
 */
#include <pthread.h>
#include <stdatomic.h>

#include "app/dedup.h"
#include "app/detect.h"
#include "app/ruleset.h"
#include "base/buf.h"
#include "engine/detect/detect.h"
#include "report/report.h"
#include "source/decode.h"
#include "source/source.h"

/* What the options mean. */
struct detect_plan {
	enum report_format format;
	struct report_options report;
	enum sigma_level level_min, fail_on; /* fail_on NONE: never */
	int64_t since_ns, until_ns;
	struct str account, region;
	struct logsource logsource;
	bool has_logsource, filters; /* filters: account or region asked for */
	enum source_format input_format;
	size_t threads;
};

/* A detection of a job: where it was rendered, or a copy of it to be rendered or collected at commit. */
struct job_detection {
	uint32_t event; /* ordinal in the job */
	uint32_t rule;
	size_t at, len;
	struct detection *copy;
	bool late_time; /* takes the last time of its input before this batch: rendered with null, or a copy */
};
struct job_unread {
	uint64_t line, offset;
	struct str file, reason;
};
enum { JOB_UNREAD_SHOWN = 16, JOB_FILTERED = 0x8000 };
struct job_counts {
	uint64_t events, unread, truncated, tolerant, time_assumed, undetermined, filtered, unknown_source;
};
struct job {
	struct source_batch *batch;
	struct buf out, dead;
	struct arena arena; /* copies and unread notes of this batch */
	VEC(struct job_detection) detections;
	uint64_t *ids;	    /* hash of each event's provider id; 0 = none */
	uint16_t *decoders; /* which mapping each event was read by; JOB_FILTERED: and was outside of what was asked for */
	size_t n_events, events_cap;
	struct job_counts counts;
	struct job_unread unread[JOB_UNREAD_SHOWN];
	int64_t last_time; /* of the batch's events; TIME_NONE if none had one */
	bool carry_known;  /* what came before is committed: events without a time can be told theirs at once */
	int64_t carry_time;
	bool late;	   /* some rendered detection still lacks its time */
	enum err err;
};

struct run {
	const struct app_detect_options *options;
	const struct log *log;
	struct detect_plan plan;
	struct app_ruleset *ruleset;
	struct decode_set *decode;
	struct detect_program *program;
	struct detection_rule *rules; /* with their rendered parts */
	struct arena arena;

	pthread_mutex_t input_lock, plan_lock, output_lock;
	pthread_cond_t job_free;
	struct source *source;
	struct job *filling; /* the job source_next works for: gets the source's unread notes */
	bool input_done;
	atomic_bool stopping;
	_Atomic(enum err) failed;

	struct job **ring; /* finished jobs by sequence */
	size_t ring_size;
	struct job **free_jobs;
	size_t n_free, n_jobs;
	uint64_t next_commit;
	_Atomic(uint64_t) issued; /* batches handed out */
	bool committing;	  /* a thread commits, without the lock; nobody else touches what commits touch */

	struct dedup dedup;
	struct hash_sha *sha; /* of the committing thread: ids of late detections are made before */
	int fd, dead_fd;
	struct buf assembled; /* output of one job, with late times */
	struct report_table *table;
	struct report_sarif *sarif;
	struct diag_list *diags, source_diags;
	struct job_counts counts;
	uint64_t detections, duplicates, *by_decoder, by_level[6];
	struct source_input *carry_input;
	uint32_t carry_ordinal;
	int64_t carry_time;
	bool failing; /* something at least as severe as --fail-on was found */
	struct detect_rule_cost *costs;
	int64_t started_ns, progress_ns;
	bool progress;
};

/* One thread's tools. */
struct worker {
	struct run *run;
	struct decoder *decoder;
	struct detect_scratch *scratch;
	struct hash_sha *sha;
	struct arena arena; /* facts and reasons of one event */
	enum err err;
};

/* work.c */
fallible worker_init(struct worker *w, struct run *run);
void worker_clear(struct worker *w);
/* Fills in everything of the job but its batch. Only memory and internal errors fail. */
fallible worker_process(struct worker *w, struct job *job);
void job_reset(struct job *job);
/* Also for the source's own notes; `bytes` may be empty. */
void job_note_unread(struct job *job, bool dead_letters, struct str file, uint64_t line, uint64_t offset, struct str reason, struct str bytes);

/* copy.c: a deep copy of a detection, facts and event in the arena (not the record itself). */
fallible detection_copy(struct arena *arena, const struct detection *d, bool with_raw, struct detection **ret);

/* commit.c: under the output lock, in order. */
fallible run_commit(struct run *run, struct job *job);
/* Of a job without a batch: only what the source could not read at the end. */
fallible run_commit_end(struct run *run, struct job *job);
void run_summary(struct run *run, struct arena *arena, struct report_summary *ret);

/* plan.c: the options' meaning; problems go to diags. */
fallible detect_plan_make(const struct app_detect_options *o, struct detect_plan *ret, struct diag_list *diags);
/* "product=linux,service=sshd" */
fallible logsource_parse(struct str text, struct logsource *ret, struct diag_list *diags);
#endif
