#include "app/progress.h"

#include <stdlib.h>

#include "base/sys.h"
#include "base/text.h"

enum { EVERY_NS = 200000000, PROFILE_ROWS = 25 };

/* The end of a name tells more than its beginning. */
static void add_name(struct buf *b, struct str name)
{
	size_t from = name.len > 48 ? name.len - 48 : 0;
	while (from > 0 && from < name.len && ((unsigned char)name.ptr[from] & 0xC0) == 0x80)
		from++;
	text_show(b, str_cut(name, from, name.len));
}

void progress_show(struct run *run)
{
	int64_t now = sys_monotonic_ns();
	if (!run->progress || now - run->progress_ns < EVERY_NS)
		return;
	run->progress_ns = now;
	struct source_counters c;
	source_count(run->source, &c);
	double seconds = (double)(now - run->started_ns) / 1e9, rate = seconds > 0 ? (double)c.bytes_read / seconds : 0;
	auto_buf b = { .max = 4096 };
	buf_printf(&b, "\r\x1b[K%llu/%llu files  %.0f MB  %.0f records/s", (unsigned long long)c.files,
	           (unsigned long long)c.files_total, (double)c.bytes / 1e6,
	           seconds > 0 ? (double)c.records / seconds : 0.0);
	if (!run->options->follow && rate > 0 && c.bytes_total_estimate > c.bytes_read)
		buf_printf(&b, "  %.0f s left", (double)(c.bytes_total_estimate - c.bytes_read) / rate);
	buf_lit(&b, "  ");
	add_name(&b, source_current(run->source));
	IGNORE(buf_err(&b) != ERR_OK || sys_write_all(2, b.ptr, b.len) != ERR_OK); /* only progress */
}

void progress_clear(struct run *run)
{
	if (run->progress && run->progress_ns != 0)
		IGNORE(sys_write_all(2, "\r\x1b[K", 4) != ERR_OK); /* only progress */
}

struct cost_row {
	uint32_t rule;
	const struct detect_rule_cost *cost;
};

static int dearer(const void *x, const void *y)
{
	const struct cost_row *a = x, *b = y;
	if (a->cost->nanoseconds != b->cost->nanoseconds)
		return a->cost->nanoseconds < b->cost->nanoseconds ? 1 : -1;
	return a->rule < b->rule ? -1 : a->rule > b->rule;
}

void profile_render(const struct run *run, struct buf *out)
{
	size_t n = run->ruleset->set.n;
	auto_arena a = { 0 };
	struct cost_row *rows = arena_new_n(&a, struct cost_row, n);
	if (rows == NULL)
		return;
	for (uint32_t i = 0; i < n; i++)
		rows[i] = (struct cost_row){ i, &run->costs[i] };
	qsort(rows, n, sizeof(*rows), dearer);
	buf_lit(out, "\ncost of rules (time spent evaluating rules that a witness nominated)\n  total ms  evaluated    "
	             "matched  ns each  rule\n");
	for (size_t i = 0; i < n && i < PROFILE_ROWS && rows[i].cost->evaluations > 0; i++) {
		const struct detect_rule_cost *c = rows[i].cost;
		const struct detection_rule *r = &run->rules[rows[i].rule];
		buf_printf(out, "%10.1f %10llu %10llu %8.0f  ", (double)c->nanoseconds / 1e6,
		           (unsigned long long)c->evaluations, (unsigned long long)c->matches,
		           (double)c->nanoseconds / (double)c->evaluations);
		text_show(out, r->title);
		buf_lit(out, " (");
		text_show(out, r->path);
		buf_lit(out, ")\n");
	}
}
