/*
 * What a worker does with a batch: records to events, events to matches, matches to rendered detections. Nothing here
 * is shared but the program (whose plans are built under the plan lock) and immutable tables.
 */
#include "app/run.h"
#include "base/limits.h"
#include "base/sys.h"
#include "base/time.h"
#include "base/utf8.h"
#include "json/json.h"

fallible worker_init(struct worker *w, struct run *run)
{
	struct decode_options o = { .forced = run->plan.logsource, .has_forced = run->plan.has_logsource };
	*w = (struct worker){ .run = run };
	TRY(decoder_new(run->decode, &o, &w->decoder));
	TRY(detect_scratch_new(run->program, &w->scratch));
	return hash_sha_new(&w->sha);
}

void worker_clear(struct worker *w)
{
	decoder_free(&w->decoder);
	detect_scratch_free(&w->scratch);
	hash_sha_free(&w->sha);
	arena_clear(&w->arena);
}

void job_reset(struct job *job)
{
	buf_reset(&job->out);
	buf_reset(&job->dead);
	arena_reset(&job->arena);
	job->detections.n = job->detections.cap = 0;
	job->detections.at = NULL;
	job->n_events = 0;
	job->counts = (struct job_counts){ 0 };
	job->last_time = TIME_NONE;
	job->late = false;
	job->err = ERR_OK;
}

/* ---- what could not be read ---- */

static void write_dead_letter(struct buf *b, struct str file, uint64_t line, uint64_t offset, struct str reason,
                              struct str bytes)
{
	buf_lit(b, "{\"kind\":\"unread\",\"schema\":1,\"file\":");
	json_write_str(b, file);
	buf_lit(b, ",\"line\":");
	buf_uint(b, line);
	buf_lit(b, ",\"offset\":");
	buf_uint(b, offset);
	buf_lit(b, ",\"reason\":");
	json_write_str(b, reason);
	buf_lit(b, ",\"bytes\":");
	json_write_str(b, bytes);
	buf_lit(b, "}\n");
}

void job_note_unread(struct job *job, bool dead_letters, struct str file, uint64_t line, uint64_t offset,
                     struct str reason, struct str bytes)
{
	if (job->counts.unread < JOB_UNREAD_SHOWN)
		job->unread[job->counts.unread] =
		    (struct job_unread){ line, offset, arena_str(&job->arena, file), arena_str(&job->arena, reason) };
	job->counts.unread++;
	if (dead_letters)
		write_dead_letter(&job->dead, file, line, offset, reason, bytes);
}

/* ---- one event ---- */

static fallible note_event(struct worker *w, struct job *job, const struct event *e)
{
	if (job->n_events == job->events_cap) {
		size_t cap = job->events_cap == 0 ? 4096 : job->events_cap * 2;
		uint64_t *ids = sys_realloc(job->ids, cap * sizeof(*ids));
		TRY(got(ids));
		job->ids = ids;
		uint16_t *decoders = sys_realloc(job->decoders, cap * sizeof(*decoders));
		TRY(got(decoders));
		job->decoders = decoders;
		job->events_cap = cap;
	}
	struct str id = decode_event_id(w->decoder, e);
	job->ids[job->n_events] = id.ptr != NULL && id.len > 0 ? dedup_hash(&w->run->dedup, id) : 0;
	job->decoders[job->n_events++] = (uint16_t)e->decoder;
	job->counts.events++;
	job->counts.tolerant += (e->flags & EVENT_TOLERANT) != 0;
	job->counts.unknown_source +=
	    e->logsource.product.len == 0 && e->logsource.service.len == 0 && e->logsource.category.len == 0;
	return ERR_OK;
}

/* The account and region asked for; an event that does not say where it is from is kept. */
static bool scope_wanted(const struct detect_plan *p, const struct event_facts *f)
{
	bool account = p->account.len == 0 || f->scope_account.len == 0 || str_eq(p->account, f->scope_account);
	return account && (p->region.len == 0 || f->scope_region.len == 0 || str_eq(p->region, f->scope_region));
}

/* Apart from `wanted`, so that only runs with filters pay for clearing facts. */
static NOINLINE fallible filter_scope(struct worker *w, const struct event *e, bool *ret)
{
	struct event_facts facts;
	TRY(decode_event_facts(w->decoder, e, &w->arena, &facts));
	*ret = scope_wanted(&w->run->plan, &facts);
	return ERR_OK;
}

static fallible wanted(struct worker *w, const struct event *e, int64_t time, bool *ret)
{
	const struct detect_plan *p = &w->run->plan;
	*ret = time == TIME_NONE ||
	       ((p->since_ns == TIME_NONE || time >= p->since_ns) && (p->until_ns == TIME_NONE || time < p->until_ns));
	return *ret && p->filters ? filter_scope(w, e, ret) : ERR_OK;
}

static fallible match(struct worker *w, const struct event *e, struct detect_matches *ret)
{
	enum err err = detect_match(w->run->program, w->scratch, e, ret);
	if (err != ERR_UNPREPARED)
		return err;
	must(pthread_mutex_lock(&w->run->plan_lock) == 0);
	err = detect_prepare(w->run->program, e);
	must(pthread_mutex_unlock(&w->run->plan_lock) == 0);
	TRY(err);
	return detect_match(w->run->program, w->scratch, e, ret);
}

/* Of the provider, or made of where the event stands and what it is. One for all detections of the event. */
static fallible event_id(struct worker *w, const struct job *job, const struct event *e, const struct event_facts *f,
                         struct str *ret)
{
	char hex[65];
	*ret = f->id;
	if (f->id.len > 0)
		return ERR_OK;
	struct hash128 content = hash_content(e->raw.ptr, e->raw.len);
	uint64_t words[] = { job->batch->input->identity, e->offset, e->raw.len, content.lo, content.hi };
	struct str part = { (const char *)words, sizeof(words) };
	TRY(hash_sha_hex(w->sha, &part, 1, 16, hex));
	char *text = arena_alloc(&w->arena, 40);
	TRY(got(text));
	memcpy(text, "sha256:", 7);
	memcpy(text + 7, hex, 32);
	*ret = (struct str){ text, 39 };
	return ERR_OK;
}

static fallible fingerprint(struct worker *w, struct detection *d)
{
	char hex[65];
	const struct event_facts *f = d->facts;
	struct str zero = { "", 1 };
	struct str rule = d->rule->id.len > 0 ? d->rule->id : d->rule->title;
	struct str about = f->n_resources > 0 ? f->resources[0].id : (struct str){ "", 0 };
	struct str actor = f->actor.id.len > 0 ? f->actor.id : f->actor.name;
	struct str parts[] = { rule, zero, actor, zero, about };

	TRY(hash_sha_hex(w->sha, parts, ARRAY_LEN(parts), 16, hex));
	d->fingerprint = arena_str(&w->arena, (struct str){ hex, 32 });
	return got(d->fingerprint.ptr);
}

static fallible emit(struct worker *w, struct job *job, const struct detection *d, bool late_time)
{
	const struct detect_plan *p = &w->run->plan;
	struct job_detection jd = {
		.event = (uint32_t)job->n_events - 1, .rule = d->rule->index, .at = job->out.len, .late_time = late_time
	};
	if (p->format == REPORT_TABLE || p->format == REPORT_SARIF || (late_time && p->format != REPORT_JSON))
		TRY(detection_copy(&job->arena, d, p->report.with_raw, &jd.copy));
	else if (p->format == REPORT_JSON)
		report_json_detection(&job->out, d, &p->report);
	else
		report_ocsf_detection(&job->out, d, &p->report);
	jd.len = job->out.len - jd.at;
	job->late |= late_time && jd.copy == NULL;
	TRY(buf_err(&job->out));
	return vec_push(&job->detections, &job->arena, jd);
}

static NOINLINE fallible report_matches(struct worker *w, struct job *job, struct event *e, int64_t time,
                                        const struct detect_matches *m)
{
	struct event_facts facts;
	struct str id;
	TRY(decode_event_facts(w->decoder, e, &w->arena, &facts));
	if (facts.id.len == 0 || w->run->plan.report.with_raw)
		TRY(decode_event_raw(w->decoder, e, &w->arena, &e->raw));
	TRY(event_id(w, job, e, &facts, &id));
	bool assumed = time == TIME_NONE;
	if (assumed) {
		e->flags |= EVENT_TIME_ASSUMED;
		time = job->last_time != TIME_NONE || !job->carry_known ? job->last_time : job->carry_time;
	}
	for (size_t i = 0; i < m->n; i++) {
		struct detection d = { .rule = &w->run->rules[m->rules[i]],
			               .event = e,
			               .facts = &facts,
			               .time_ns = time,
			               .event_id = id };
		TRY(detect_reasons(w->run->program, w->scratch, m->rules[i], &w->arena, &d.reasons, &d.n_reasons));
		TRY(fingerprint(w, &d));
		TRY(emit(w, job, &d, assumed && time == TIME_NONE && !job->carry_known));
	}
	return ERR_OK;
}

static fallible process_event(struct worker *w, struct job *job, struct event *e)
{
	struct detect_matches m;
	bool keep;

	TRY(note_event(w, job, e));
	int64_t time = decode_event_time(w->decoder, e);
	if (time != TIME_NONE)
		job->last_time = time;
	else
		job->counts.time_assumed++;
	TRY(wanted(w, e, time, &keep));
	if (!keep) {
		job->counts.filtered++;
		job->decoders[job->n_events - 1] |= JOB_FILTERED;
		return ERR_OK;
	}
	TRY(match(w, e, &m));
	if (m.truncated)
		e->flags |= EVENT_TRUNCATED;
	job->counts.truncated += (e->flags & EVENT_TRUNCATED) != 0;
	job->counts.undetermined += m.n_undetermined;
	if (m.n > 0)
		TRY(report_matches(w, job, e, time, &m));
	if (w->arena.used > 0)
		arena_reset(&w->arena);
	return ERR_OK;
}

/* The first batch of an input follows nothing; with one worker, all before is committed. */
static void know_carry(const struct run *run, struct job *job)
{
	const struct source_input *input = job->batch->input;
	bool first = job->batch->n > 0 && job->batch->records[0].offset == 0;
	bool alone = run->plan.threads == 1;
	bool follows = !first && alone && run->carry_ordinal == input->ordinal && run->carry_time != TIME_NONE;
	job->carry_known = first || alone;
	job->carry_time = follows ? run->carry_time : input->mtime_ns;
}

fallible worker_process(struct worker *w, struct job *job)
{
	const struct source_batch *b = job->batch;
	know_carry(w->run, job);
	for (size_t i = 0; i < b->n; i++) {
		const struct source_record *r = &b->records[i];
		const char *why = NULL;
		size_t offset = 0;
		struct event e;
		enum err err = decoder_record(w->decoder, b, r, &why, &offset);
		if (err == ERR_PARSE || err == ERR_LIMIT) {
			job_note_unread(job, w->run->dead_fd >= 0, b->input->name, r->line, r->offset + offset,
			                str_of(why != NULL ? why : "not readable"),
			                (struct str){ b->data + r->at, r->len });
			continue;
		}
		TRY(err);
		while (decoder_next(w->decoder, &e))
			TRY(process_event(w, job, &e));
		TRY(decoder_error(w->decoder));
	}
	return ERR_OK;
}
