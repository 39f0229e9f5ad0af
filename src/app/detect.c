/*
 * `merlon detect` from start to end: load, open, run workers, report. See run.h for how work is shared.
 */
#include "app/detect.h"

#include <fcntl.h>

#include "app/progress.h"
#include "app/run.h"
#include "base/limits.h"
#include "base/sys.h"
#include "base/time.h"

/* Several threads take larger batches than one, as waiting for each other costs more than the cache gives. */
enum { FOLLOW_WAIT_MSEC = 500, BATCH_SHARED = 512 << 10 };

/* ---- jobs ---- */

static void job_free(struct job **pj)
{
	struct job *j = *pj;
	if (j == NULL)
		return;
	source_batch_free(&j->batch);
	buf_free(&j->out);
	buf_free(&j->dead);
	arena_clear(&j->arena);
	sys_free(j->ids);
	sys_free(j->decoders);
	sys_free(j);
	*pj = NULL;
}

static fallible job_new(struct job **ret)
{
	struct job *j = sys_zalloc(sizeof(*j));
	TRY(got(j));
	enum err e = source_batch_new(&j->batch);
	if (e != ERR_OK) {
		job_free(&j);
		return e;
	}
	*ret = j;
	return ERR_OK;
}

static fallible jobs_make(struct run *run)
{
	size_t n = run->plan.threads == 1 ? 1 : 2 * run->plan.threads + 1;
	run->ring_size = n;
	run->ring = arena_new_n(&run->arena, struct job *, n);
	run->free_jobs = arena_new_n(&run->arena, struct job *, n);
	TRY(got(run->ring));
	TRY(got(run->free_jobs));
	for (; run->n_jobs < n; run->n_jobs++)
		TRY(job_new(&run->free_jobs[run->n_free++]));
	return ERR_OK;
}

/* ---- locks ---- */

static void lock(pthread_mutex_t *m)
{
	must(pthread_mutex_lock(m) == 0);
}
static void unlock(pthread_mutex_t *m)
{
	must(pthread_mutex_unlock(m) == 0);
}

static void fail(struct run *run, enum err e)
{
	enum err none = ERR_OK;
	(void)atomic_compare_exchange_strong(&run->failed, &none, e);
}

static bool over(struct run *run)
{
	return atomic_load(&run->failed) != ERR_OK;
}

/* Waits under the output lock until nobody commits: totals, diagnostics and outputs are then the caller's until it
 * unlocks. */
static void lock_commits(struct run *run)
{
	lock(&run->output_lock);
	while (run->committing)
		must(pthread_cond_wait(&run->job_free, &run->output_lock) == 0);
}

/* ---- a worker's round: a free job, a batch, the work, the commit ---- */

static struct job *take_job(struct run *run)
{
	lock(&run->output_lock);
	while (run->n_free == 0 && !over(run))
		must(pthread_cond_wait(&run->job_free, &run->output_lock) == 0);
	struct job *j = over(run) ? NULL : run->free_jobs[--run->n_free];
	unlock(&run->output_lock);
	return j;
}

static void give_back(struct run *run, struct job *j)
{
	lock(&run->output_lock);
	run->free_jobs[run->n_free++] = j;
	must(pthread_cond_broadcast(&run->job_free) == 0);
	unlock(&run->output_lock);
}

static void on_unread(void *arg, const struct source_unread *u)
{
	struct run *run = arg;
	if (run->filling != NULL)
		job_note_unread(run->filling, run->dead_fd >= 0, u->file, u->line, u->offset, u->reason, u->bytes);
}

static void take_source_diags(struct run *run)
{
	for (size_t i = 0; i < run->source_diags.items.n; i++)
		diag_add(run->diags, &run->source_diags.items.at[i]);
	run->source_diags.items.n = 0;
}

/* Who follows a log for days reads of problems when they come, not at the end. Under the input lock. */
static void show_news(struct run *run)
{
	const struct app_detect_options *o = run->options;
	if (!o->follow || o->show == NULL)
		return;
	lock_commits(run);
	take_source_diags(run);
	if (run->diags->items.n > 0) {
		progress_clear(run);
		o->show(o->show_arg);
	}
	unlock(&run->output_lock);
}

/* The next batch, or ERR_END. Waits while following. */
static fallible next_batch(struct run *run, struct job *j)
{
	enum err e = ERR_END;
	lock(&run->input_lock);
	job_reset(j);
	run->filling = j;
	while (!run->input_done && !over(run)) {
		e = source_next(run->source, j->batch, FOLLOW_WAIT_MSEC);
		if (e == ERR_MISSING)
			e = ERR_END; /* nothing could be read: the summary and the exit code say so */
		if (e != ERR_AGAIN)
			break;
		e = ERR_END;
		show_news(run);
		progress_show(run);
	}
	run->filling = NULL;
	run->input_done |= e != ERR_OK;
	if (e == ERR_OK)
		atomic_fetch_add(&run->issued, 1);
	progress_show(run);
	unlock(&run->input_lock);
	return e;
}

/* The finished job whose turn it is, taken out of its place; NULL when that one is still worked on. */
static struct job *next_in_turn(struct run *run)
{
	struct job **place = &run->ring[run->next_commit % run->ring_size], *next = *place;
	if (next == NULL || next->batch->sequence != run->next_commit)
		return NULL;
	*place = NULL;
	run->next_commit++;
	return next;
}

/*
 * Puts the finished job in its place and commits all that are in turn, unless somebody is at it. Committing itself is
 * done without the lock, so that others can put down their jobs and go on.
 */
static void finish_job(struct run *run, struct job *j)
{
	struct job *next;
	lock(&run->output_lock);
	run->ring[j->batch->sequence % run->ring_size] = j;
	while (!run->committing && (next = next_in_turn(run)) != NULL) {
		run->committing = true;
		unlock(&run->output_lock);
		enum err e = next->err != ERR_OK ? next->err : over(run) ? ERR_OK : run_commit(run, next);
		if (e != ERR_OK)
			fail(run, e);
		lock(&run->output_lock);
		run->committing = false;
		run->free_jobs[run->n_free++] = next;
		must(pthread_cond_broadcast(&run->job_free) == 0);
	}
	unlock(&run->output_lock);
}

/* Notes of a source that ended with nothing more still count, after all that came before. */
static fallible finish_end(struct run *run, struct job *j)
{
	lock_commits(run);
	while (run->next_commit < atomic_load(&run->issued) && !over(run)) {
		must(pthread_cond_wait(&run->job_free, &run->output_lock) == 0);
		while (run->committing)
			must(pthread_cond_wait(&run->job_free, &run->output_lock) == 0);
	}
	enum err e = run_commit_end(run, j);
	unlock(&run->output_lock);
	return e == ERR_OK ? ERR_END : e;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct run *run = w->run;
	struct job *j;
	while ((j = take_job(run)) != NULL) {
		enum err e = next_batch(run, j);
		if (e != ERR_OK) {
			if (j->counts.unread > 0 && e == ERR_END)
				e = finish_end(run, j);
			if (e != ERR_END)
				fail(run, e);
			give_back(run, j);
			break;
		}
		j->err = worker_process(w, j);
		finish_job(run, j);
	}
	return NULL;
}

static fallible run_workers(struct run *run)
{
	size_t n = run->plan.threads;
	struct worker *workers = arena_new_n(&run->arena, struct worker, n);
	pthread_t *threads = arena_new_n(&run->arena, pthread_t, n);
	enum err e = got(workers) != ERR_OK ? ERR_MEMORY : got(threads);
	size_t ready = 0, started = 1;
	for (; e == ERR_OK && ready < n; ready++)
		e = worker_init(&workers[ready], run);
	for (; e == ERR_OK && started < n; started++)
		if (sys_thread_start(&threads[started], work, &workers[started]) != ERR_OK)
			break; /* fewer threads, then */
	if (e == ERR_OK)
		work(&workers[0]);
	for (size_t i = 1; e == ERR_OK && i < started; i++)
		IGNORE(sys_thread_join(threads[i]) != NULL); /* they return nothing */
	for (size_t i = 0; workers != NULL && i < ready; i++) {
		if (run->costs != NULL && workers[i].scratch != NULL)
			detect_profile(workers[i].scratch, run->costs);
		worker_clear(&workers[i]);
	}
	return e != ERR_OK ? e : atomic_load(&run->failed);
}

/* ---- opening ---- */

static fallible load_mappings(struct run *run)
{
	const struct option_list *files = &run->options->mappings;
	struct decode_text *texts = arena_new_n(&run->arena, struct decode_text, files->n);
	TRY(got(texts));
	for (size_t i = 0; i < files->n; i++)
		TRY(read_named(&run->arena, files->at[i], &texts[i].path, &texts[i].text, run->diags));
	TRY(decode_set_new(texts, files->n, run->diags, &run->decode));
	run->by_decoder = arena_new_n(&run->arena, uint64_t, decode_set_count(run->decode) + 1);
	return got(run->by_decoder);
}

static fallible compile_rules(struct run *run)
{
	const struct app_detect_options *o = run->options;
	struct detect_options d = { .level_min = run->plan.level_min,
		                    .tags = o->tags.at,
		                    .n_tags = o->tags.n,
		                    .rules = o->rule.at,
		                    .n_rules = o->rule.n,
		                    .excludes = o->exclude.at,
		                    .n_excludes = o->exclude.n,
		                    .no_prefilter = o->no_prefilter,
		                    .profile = o->profile };
	size_t n = run->ruleset->set.n;
	TRY(detect_program_new(&run->ruleset->set, &d, run->diags, &run->program));
	run->rules = arena_new_n(&run->arena, struct detection_rule, n);
	TRY(got(run->rules));
	for (uint32_t i = 0; i < n; i++) {
		run->rules[i] = *detect_rule_info(run->program, i);
		if (detect_rule_active(run->program, i))
			TRY(report_rule_prerender(detect_rule_info(run->program, i), run->plan.format, &run->arena,
			                          &run->rules[i]));
	}
	if (o->profile) {
		run->costs = arena_new_n(&run->arena, struct detect_rule_cost, n);
		TRY(got(run->costs));
	}
	return ERR_OK;
}

/* A run without rules finds nothing in anything: that must not read as if all were well. */
static fallible check_rules(struct run *run)
{
	const struct app_detect_options *o = run->options;
	bool chosen = o->tags.n > 0 || o->rule.n > 0; /* --level and --exclude may well leave nothing */
	bool refused = run->ruleset->set.n_refused + run->ruleset->n_failed > 0;
	if (detect_active_count(run->program) > 0 || (!chosen && !refused))
		return ERR_OK;
	struct diag d = { .severity = DIAG_ERROR, .code = "rules-none" };
	d.text = chosen ? STR("no loaded rule is what --rule and --tag ask for") : STR("every rule was refused");
	d.hint = chosen ? STR("`merlon rules list` shows ids and titles")
	                : STR("`merlon rules lint` shows what is wrong with them");
	diag_add(run->diags, &d);
	return chosen ? ERR_USAGE : ERR_REFUSED;
}

static fallible open_file(struct run *run, struct str path, int flags, mode_t mode, int *ret_fd)
{
	struct str name = arena_str(&run->arena, path);
	TRY(got(name.ptr));
	enum err e = sys_open(name.ptr, flags, mode, ret_fd);
	if (e != ERR_OK)
		diag_addf(run->diags, &(struct diag){ .severity = DIAG_ERROR, .code = "output", .file = name },
		          "cannot be written: %s", err_text(e));
	return e;
}

static fallible open_outputs(struct run *run)
{
	const struct app_detect_options *o = run->options;
	run->fd = 1;
	if (o->output.len > 0)
		TRY(open_file(run, o->output, O_WRONLY | O_CREAT | O_TRUNC, 0666, &run->fd));
	if (o->dead_letter.len > 0)
		TRY(open_file(run, o->dead_letter, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600, &run->dead_fd));
	if (run->plan.format == REPORT_TABLE)
		return report_table_new(o->colour, sys_terminal_width(1), &run->table);
	if (run->plan.format == REPORT_SARIF)
		return report_sarif_new(&run->plan.report, &run->sarif);
	return ERR_OK;
}

static fallible open_source(struct run *run)
{
	struct str standard = STR("-");
	const struct app_detect_options *o = run->options;
	struct source_options s = { .format = run->plan.input_format,
		                    .follow = o->follow,
		                    .since_ns = run->plan.since_ns,
		                    .until_ns = run->plan.until_ns,
		                    .account = o->account,
		                    .region = o->region,
		                    .batch_bytes = run->plan.threads == 1 ? 0 : BATCH_SHARED };
	const struct str *paths = o->inputs.n > 0 ? o->inputs.at : &standard;
	return source_open(paths, o->inputs.n > 0 ? o->inputs.n : 1, &s, &run->source_diags, on_unread, run,
	                   &run->source);
}

/* ---- ending ---- */

static fallible write_report(struct run *run, struct report_summary *s)
{
	auto_buf b = { 0 };
	if (run->sarif != NULL)
		return report_sarif_write(run->sarif, s, run->fd);
	if (run->table == NULL)
		return ERR_OK;
	report_table_write(run->table, s, &b);
	TRY(buf_err(&b));
	return sys_write_all(run->fd, b.ptr, b.len);
}

static void write_summary(struct run *run, const struct report_summary *s)
{
	auto_buf b = { 0 };
	if (run->options->summary_json)
		report_summary_json(&b, s);
	else if (!run->options->quiet && (run->table == NULL || run->fd != 1))
		report_summary_text(&b, s, false);
	if (run->costs != NULL)
		profile_render(run, &b);
	IGNORE(buf_err(&b) != ERR_OK || sys_write_all(2, b.ptr, b.len) != ERR_OK); /* nowhere left to say so */
}

static int exit_code(const struct run *run, const struct report_summary *s, int signal_number)
{
	bool nothing = (s->files == 0 && s->files_pruned == 0) ||
	               (s->events + s->duplicates == 0 && (s->unread > 0 || s->files_failed > 0));
	bool refused = s->rules_refused > 0 || s->unread > 0 || s->files_failed > 0;
	if (signal_number != 0)
		return 128 + signal_number;
	if (nothing)
		return 3;
	if (run->failing)
		return 1;
	return run->options->strict && refused ? 3 : 0;
}

static void run_close(struct run *run)
{
	source_close(&run->source);
	for (size_t i = 0; i < run->n_free; i++)
		job_free(&run->free_jobs[i]);
	for (size_t i = 0; i < run->ring_size; i++)
		job_free(&run->ring[i]);
	detect_program_free(&run->program);
	decode_set_free(&run->decode);
	app_ruleset_free(&run->ruleset);
	report_table_free(&run->table);
	report_sarif_free(&run->sarif);
	dedup_clear(&run->dedup);
	buf_free(&run->assembled);
	if (run->fd > 1)
		sys_closep(&run->fd);
	sys_closep(&run->dead_fd);
	IGNORE(pthread_mutex_destroy(&run->input_lock) != 0); /* unlocked by now */
	IGNORE(pthread_mutex_destroy(&run->plan_lock) != 0);
	IGNORE(pthread_mutex_destroy(&run->output_lock) != 0);
	IGNORE(pthread_cond_destroy(&run->job_free) != 0);
	arena_clear(&run->arena);
}

static fallible run_prepare(struct run *run, double *ret_seconds)
{
	const struct app_detect_options *o = run->options;
	struct app_ruleset_options r = {
		.paths = o->rules, .pipelines = o->pipelines, .values = o->values, .threads = run->plan.threads
	};
	int64_t from = sys_monotonic_ns();
	TRY(app_ruleset_load(&r, run->diags, &run->ruleset));
	TRY(load_mappings(run));
	TRY(compile_rules(run));
	TRY(check_rules(run));
	*ret_seconds = (double)(sys_monotonic_ns() - from) / 1e9;
	TRY(dedup_init(&run->dedup, LIMIT_DEDUP_IDS));
	TRY(open_outputs(run));
	TRY(jobs_make(run));
	return open_source(run);
}

static fallible run_all(struct run *run, struct app_stop *stop, int *ret_exit)
{
	struct report_summary summary;
	double rules_seconds = 0;

	TRY(run_prepare(run, &rules_seconds));
	app_stop_attach(stop, run->source);
	show_news(run);
	enum err e = run_workers(run);
	app_stop_attach(stop, NULL);
	progress_clear(run);
	take_source_diags(run);
	TRY(e);
	int signal_number = stop != NULL ? stop->signal_number : 0;
	atomic_store(&run->stopping, signal_number != 0);
	run_summary(run, &run->arena, &summary);
	if (summary.files + summary.files_failed + summary.files_pruned == 0 && signal_number == 0)
		diag_add(run->diags, &(struct diag){ .severity = DIAG_ERROR,
		                                     .code = "input-none",
		                                     .text = STR("there is no file to read in what was named") });
	summary.rules_seconds = rules_seconds;
	TRY(write_report(run, &summary));
	write_summary(run, &summary);
	*ret_exit = exit_code(run, &summary, signal_number);
	return ERR_OK;
}

static void explain_failure(struct diag_list *diags, const struct app_detect_options *o, enum err e)
{
	for (size_t i = 0; i < diags->items.n; i++)
		if (strcmp(diags->items.at[i].code, "output") == 0)
			return; /* explained where it happened */
	if (e == ERR_FULL || e == ERR_IO)
		diag_addf(diags,
		          &(struct diag){ .severity = DIAG_ERROR,
		                          .code = "output",
		                          .file = o->output,
		                          .hint = STR("what was written before is complete; free some space or choose "
		                                      "another file, and run again") },
		          "the run stopped: %s", err_text(e));
	else if (e == ERR_MEMORY)
		diag_add(diags, &(struct diag){ .severity = DIAG_ERROR,
		                                .code = "memory",
		                                .text = STR("the run stopped: out of memory"),
		                                .hint = STR("fewer --threads need less memory") });
}

fallible app_detect(const struct app_detect_options *o, const struct log *log, struct diag_list *diags, int *ret_exit)
{
	struct run *run = sys_zalloc(sizeof(*run));
	TRY(got(run));
	run->options = o;
	run->log = log;
	run->diags = diags;
	run->fd = run->dead_fd = -1;
	run->carry_ordinal = UINT32_MAX;
	run->carry_time = TIME_NONE;
	run->source_diags = (struct diag_list){ .arena = &run->arena, .max = diags->max };
	run->started_ns = sys_monotonic_ns();
	run->progress = !o->quiet && sys_is_terminal(2);
	must(pthread_mutex_init(&run->input_lock, NULL) == 0 && pthread_mutex_init(&run->plan_lock, NULL) == 0 &&
	     pthread_mutex_init(&run->output_lock, NULL) == 0 && pthread_cond_init(&run->job_free, NULL) == 0);
	enum err e = detect_plan_make(o, &run->plan, diags);
	if (e == ERR_OK)
		e = run_all(run, o->stop, ret_exit);
	if (e != ERR_OK)
		explain_failure(diags, o, e);
	run_close(run);
	sys_free(run);
	return e;
}

void app_stop_attach(struct app_stop *stop, struct source *source)
{
	if (stop == NULL)
		return;
	atomic_store(&stop->source, source);
	if (source != NULL && stop->signal_number != 0)
		source_stop(source);
}

void app_stop_now(struct app_stop *stop, int signal_number)
{
	stop->signal_number = signal_number;
	struct source *s = atomic_load(&stop->source);
	if (s != NULL)
		source_stop(s);
}
