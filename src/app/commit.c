/* The ordered end of the pipeline: what was seen before is dropped (and counted), late times are filled in, output is
 * written, totals are kept. */
#include "app/run.h"
#include "base/sys.h"
#include "base/time.h"

static void add_counts(struct job_counts *to, const struct job_counts *from)
{
	to->events += from->events;
	to->unread += from->unread;
	to->truncated += from->truncated;
	to->tolerant += from->tolerant;
	to->time_assumed += from->time_assumed;
	to->undetermined += from->undetermined;
	to->filtered += from->filtered;
	to->unknown_source += from->unknown_source;
}

static void show_unread(struct run *run, const struct job *job)
{
	uint64_t shown = job->counts.unread < JOB_UNREAD_SHOWN ? job->counts.unread : JOB_UNREAD_SHOWN;
	for (uint64_t i = 0; i < shown; i++) {
		const struct job_unread *u = &job->unread[i];
		struct diag d = {
			.severity = DIAG_WARNING, .code = "unread", .file = u->file, .line = (uint32_t)u->line
		};
		if (u->line > 0)
			diag_addf(run->diags, &d, "not read (offset %llu): %.*s", (unsigned long long)u->offset,
			          STR_FMT(u->reason));
		else
			diag_addf(run->diags, &d, "not read: %.*s", STR_FMT(u->reason));
	}
	run->diags->warnings += job->counts.unread - shown;
}

static fallible write_late(struct run *run, struct job *job, const struct job_detection *jd)
{
	struct buf *out = &job->dead; /* empty by now, and reused */
	if (run->plan.format == REPORT_TABLE)
		return report_table_add(run->table, jd->copy);
	if (run->plan.format == REPORT_SARIF)
		return report_sarif_add(run->sarif, jd->copy);
	buf_reset(out);
	if (run->plan.format == REPORT_JSON)
		report_json_detection(out, jd->copy, &run->plan.report);
	else
		report_ocsf_detection(out, jd->copy, &run->plan.report);
	TRY(buf_err(out));
	return sys_write_all(run->fd, out->ptr, out->len);
}

static void count_detection(struct run *run, const struct job_detection *jd)
{
	int rank = run->rules[jd->rule].level_rank;
	run->detections++;
	run->by_level[rank >= 0 && rank < 6 ? rank : 0]++;
	run->failing |= run->plan.fail_on != SIGMA_LEVEL_NONE && rank >= (int)run->plan.fail_on;
}

/* Forgets the event when its provider id was seen before. */
static bool duplicate(struct run *run, const struct job *job, size_t event)
{
	if (event + 8 < job->n_events && job->ids[event + 8] != 0)
		dedup_prefetch(&run->dedup, job->ids[event + 8]);
	if (job->ids[event] == 0 || !dedup_seen(&run->dedup, job->ids[event])) {
		run->by_decoder[job->decoders[event] & ~JOB_FILTERED]++;
		return false;
	}
	run->duplicates++;
	run->counts.filtered -= (job->decoders[event] & JOB_FILTERED) != 0;
	run->counts.events--;
	return true;
}

static fallible write_span(struct run *run, const struct job *job, size_t from, size_t to)
{
	return to > from ? sys_write_all(run->fd, job->out.ptr + from, to - from) : ERR_OK;
}

static int64_t late_time(const struct run *run, const struct job *job)
{
	return run->carry_time != TIME_NONE ? run->carry_time : job->batch->input->mtime_ns;
}

/* A rendered detection, its null time replaced by the late one, if there is one. */
static void assemble(struct run *run, const struct job *job, const struct job_detection *jd, struct str time)
{
	const char *line = job->out.ptr + jd->at;
	if (!jd->late_time || time.len == 0) {
		buf_add(&run->assembled, line, jd->len);
		return;
	}
	must(jd->len > REPORT_JSON_TIME_AT + 4 && memcmp(line + REPORT_JSON_TIME_AT, "null", 4) == 0);
	buf_add(&run->assembled, line, REPORT_JSON_TIME_AT);
	buf_str(&run->assembled, time);
	buf_add(&run->assembled, line + REPORT_JSON_TIME_AT + 4, jd->len - REPORT_JSON_TIME_AT - 4);
}

/* Consecutive rendered detections not yet written: [from, to) of the job's output; and the job's late time as JSON. */
struct span {
	size_t from, to;
	struct str time;
};

static fallible put_detection(struct run *run, struct job *job, struct job_detection *jd, struct span *span)
{
	count_detection(run, jd);
	if (jd->copy == NULL && job->late) {
		assemble(run, job, jd, span->time);
	} else if (jd->copy == NULL) {
		span->to = jd->at + jd->len;
	} else {
		if (jd->late_time)
			jd->copy->time_ns = late_time(run, job);
		return write_late(run, job, jd);
	}
	return ERR_OK;
}

/* Writes rendered detections in as few pieces as duplicates and copies allow. */
static fallible write_detections(struct run *run, struct job *job)
{
	size_t next = 0;
	char time[TIME_TEXT_MAX + 2] = "\"";
	struct span span = { .from = 0 };
	buf_reset(&run->assembled);
	if (job->late && late_time(run, job) != TIME_NONE) {
		span.time = (struct str){ time, 2 + time_format(late_time(run, job), time + 1) };
		time[span.time.len - 1] = '"';
	}
	for (size_t e = 0; e < job->n_events; e++) {
		bool drop = duplicate(run, job, e);
		for (; next < job->detections.n && job->detections.at[next].event == e; next++) {
			struct job_detection *jd = &job->detections.at[next];
			if (drop || jd->copy != NULL) {
				TRY(write_span(run, job, span.from, span.to));
				span.from = span.to = jd->at + jd->len;
			}
			if (!drop)
				TRY(put_detection(run, job, jd, &span));
		}
	}
	TRY(buf_err(&run->assembled));
	TRY(write_span(run, job, span.from, span.to));
	return run->assembled.len > 0 ? sys_write_all(run->fd, run->assembled.ptr, run->assembled.len) : ERR_OK;
}

/* Counts are added, what was not read is shown and kept. */
static fallible commit_unread(struct run *run, struct job *job)
{
	if (job->counts.unread > 0)
		show_unread(run, job);
	if (run->dead_fd < 0)
		return ERR_OK;
	TRY(buf_err(&job->dead));
	enum err e = job->dead.len > 0 ? sys_write_all(run->dead_fd, job->dead.ptr, job->dead.len) : ERR_OK;
	if (e != ERR_OK)
		diag_addf(run->diags,
		          &(struct diag){ .severity = DIAG_ERROR, .code = "output", .file = run->options->dead_letter },
		          "what could not be read cannot be kept: %s", err_text(e));
	return e;
}

fallible run_commit_end(struct run *run, struct job *job)
{
	add_counts(&run->counts, &job->counts);
	return commit_unread(run, job);
}

fallible run_commit(struct run *run, struct job *job)
{
	const struct source_input *input = job->batch->input;

	if (input != NULL && input->ordinal != run->carry_ordinal) {
		run->carry_ordinal = input->ordinal;
		run->carry_time = TIME_NONE;
	}
	add_counts(&run->counts, &job->counts);
	TRY(commit_unread(run, job));
	TRY(write_detections(run, job));
	if (job->last_time != TIME_NONE)
		run->carry_time = job->last_time;
	return ERR_OK;
}

static fallible summary_sources(struct run *run, struct arena *arena, struct report_summary *s)
{
	size_t n = decode_set_count(run->decode), used = 0;
	struct report_source_count *counts = arena_new_n(arena, struct report_source_count, n);
	TRY(got(counts));
	for (size_t i = 0; i < n; i++)
		if (run->by_decoder[i] > 0)
			counts[used++] = (struct report_source_count){ decode_set_title(run->decode, (uint32_t)i),
				                                       run->by_decoder[i] };
	s->sources = counts;
	s->n_sources = used;
	return ERR_OK;
}

static void summary_rules(const struct run *run, struct report_summary *s)
{
	const struct sigma_set *set = &run->ruleset->set;
	s->rules_loaded = detect_active_count(run->program);
	s->rules_refused = set->n_refused + run->ruleset->n_failed;
	for (size_t i = 0; i < set->n; i++) {
		s->rules_correlation += set->rules[i]->kind == SIGMA_CORRELATION;
		s->rules_refused += detect_rule_refused(run->program, (uint32_t)i) != NULL;
	}
	for (size_t i = 0; i < set->n_refused; i++)
		s->rules_placeholder +=
		    memmem(set->refused[i].reason.ptr, set->refused[i].reason.len, "placeholder", 11) != NULL;
}

void run_summary(struct run *run, struct arena *arena, struct report_summary *ret)
{
	struct source_counters c = { 0 };
	if (run->source != NULL)
		source_count(run->source, &c);
	*ret = (struct report_summary){
		.files = c.files,
		.files_failed = c.files_failed,
		.files_pruned = c.files_pruned,
		.files_skipped = c.files_skipped,
		.bytes = c.bytes,
		.events = run->counts.events,
		.detections = run->detections,
		.duplicates = run->duplicates,
		.unread = run->counts.unread,
		.truncated = run->counts.truncated,
		.tolerant = run->counts.tolerant,
		.time_assumed = run->counts.time_assumed,
		.undetermined = run->counts.undetermined,
		.filtered = run->counts.filtered,
		.unknown_source = run->counts.unknown_source,
		.seconds = (double)(sys_monotonic_ns() - run->started_ns) / 1e9,
		.interrupted = atomic_load(&run->stopping),
	};
	memcpy(ret->by_level, run->by_level, sizeof(ret->by_level));
	summary_rules(run, ret);
	IGNORE(summary_sources(run, arena, ret) != ERR_OK); /* without memory: no per-source lines */
}
