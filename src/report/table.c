/*
 * Detections for people. Per rule the count, first and last time and a few rows are kept, whatever the number of
 * events: a detection whose who, what, where and outcome are those of a kept row only counts there, so that five rows
 * show five different things. Rows are kept raw (bounded) and made harmless when written.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/sys.h"
#include "base/time.h"
#include "base/utf8.h"
#include "report/attack.h"
#include "report/cells.h"
#include "report/columns.h"
#include "report/paint.h"
#include "report/report.h"

enum { ROWS_MAX = 5, CELL_BYTES = 240, WHY_BYTES = 480, INDENT = 10, GAP = 2 };
enum cell { WHO, WHAT, WHERE, OUTCOME, CELLS };

struct row {
	int64_t time_ns;
	uint64_t n;
	struct str cells[CELLS];
};
struct group {
	struct str title, level, techniques, why;
	int rank;
	uint32_t index;
	uint64_t n;
	int64_t first_ns, last_ns; /* TIME_NONE while no event had a time */
	struct row rows[ROWS_MAX];
	size_t n_rows;
};
struct report_table {
	bool colour;
	size_t width;
	struct arena arena;
	struct group **by_index; /* of the rule; NULL = not seen */
	size_t cap;
	struct group **list;
	size_t n, list_cap;
	struct buf scratch;
};

enum err report_table_new(bool colour, size_t width, struct report_table **ret)
{
	struct report_table *t = sys_zalloc(sizeof(*t));
	TRY(got(t));
	t->colour = colour;
	t->width = width == 0 ? 120 : width < 60 ? 60 : width > 500 ? 500 : width;
	*ret = t;
	return ERR_OK;
}

void report_table_free(struct report_table **t)
{
	if (*t == NULL)
		return;
	arena_clear(&(*t)->arena);
	buf_free(&(*t)->scratch);
	sys_free((*t)->by_index);
	sys_free((*t)->list);
	sys_free(*t);
	*t = NULL;
}

/* Room for index `need` in an array of pointers; new ones are NULL. */
static enum err grow(struct group ***at, size_t *cap, size_t need)
{
	if (need < *cap)
		return ERR_OK;
	size_t more = *cap < 32 ? 64 : *cap * 2;
	more = more > need ? more : need + 1;
	struct group **p = sys_realloc(*at, more * sizeof(struct group *));
	TRY(got(p));
	memset(p + *cap, 0, (more - *cap) * sizeof(struct group *));
	*at = p;
	*cap = more;
	return ERR_OK;
}

static enum err keep(struct report_table *t, struct str s, size_t bytes, struct str *ret)
{
	struct str copy = arena_str(&t->arena, utf8_prefix(s, bytes));
	TRY(got(copy.ptr));
	*ret = copy;
	return ERR_OK;
}

static enum err keep_techniques(struct report_table *t, const struct detection_rule *rule, struct str *ret)
{
	buf_reset(&t->scratch);
	for (size_t i = 0; i < rule->n_tags; i++) {
		char id[ATTACK_ID_MAX];
		bool sub;
		if (!attack_technique(rule->tags[i], id, &sub))
			continue;
		if (t->scratch.len > 0)
			buf_char(&t->scratch, ' ');
		buf_str(&t->scratch, str_of(id));
	}
	TRY(buf_err(&t->scratch));
	return keep(t, buf_view(&t->scratch), CELL_BYTES, ret);
}

static enum err find_group(struct report_table *t, const struct detection *d, struct group **ret)
{
	const struct detection_rule *rule = d->rule;
	if (rule->index < t->cap && t->by_index[rule->index] != NULL) {
		*ret = t->by_index[rule->index];
		return ERR_OK;
	}
	if (rule->index >= LIMIT_RULES)
		return ERR_LIMIT;
	TRY(grow(&t->by_index, &t->cap, rule->index));
	TRY(grow(&t->list, &t->list_cap, t->n));
	struct group *g = arena_new(&t->arena, struct group);
	TRY(got(g));
	g->first_ns = g->last_ns = TIME_NONE;
	g->rank = rule->level_rank >= 0 && rule->level_rank <= 5 ? rule->level_rank : 0;
	g->index = rule->index;
	TRY(keep(t, rule->title.len > 0 ? rule->title : rule->id, CELL_BYTES, &g->title));
	TRY(keep(t, rule->level, 32, &g->level));
	TRY(keep_techniques(t, rule, &g->techniques));
	buf_reset(&t->scratch);
	cells_why(&t->scratch, d);
	TRY(buf_err(&t->scratch));
	TRY(keep(t, buf_view(&t->scratch), WHY_BYTES, &g->why));
	t->by_index[rule->index] = g;
	t->list[t->n++] = g;
	*ret = g;
	return ERR_OK;
}

static enum err make_cells(struct report_table *t, const struct detection *d, struct str cells[CELLS])
{
	struct buf *b = &t->scratch;
	size_t ends[CELLS];
	buf_reset(b);
	cells_who(b, d);
	ends[WHO] = b->len;
	cells_what(b, d);
	ends[WHAT] = b->len;
	cells_where(b, d);
	ends[WHERE] = b->len;
	cells_outcome(b, d);
	ends[OUTCOME] = b->len;
	TRY(buf_err(b));
	for (size_t i = 0, from = 0; i < CELLS; from = ends[i++])
		cells[i] = utf8_prefix(str_cut(buf_view(b), from, ends[i]), CELL_BYTES);
	return ERR_OK;
}

static bool same_cells(const struct row *r, const struct str cells[CELLS])
{
	for (size_t i = 0; i < CELLS; i++)
		if (!str_eq(r->cells[i], cells[i]))
			return false;
	return true;
}

static enum err add_row(struct report_table *t, struct group *g, const struct detection *d)
{
	struct str cells[CELLS];
	TRY(make_cells(t, d, cells));
	for (size_t i = 0; i < g->n_rows; i++) {
		struct row *r = &g->rows[i];
		if (!same_cells(r, cells))
			continue;
		r->n++;
		if (d->time_ns != TIME_NONE && (r->time_ns == TIME_NONE || d->time_ns < r->time_ns))
			r->time_ns = d->time_ns;
		return ERR_OK;
	}
	if (g->n_rows == ROWS_MAX)
		return ERR_OK;
	struct row row = { .time_ns = d->time_ns, .n = 1 };
	for (size_t i = 0; i < CELLS; i++)
		TRY(keep(t, cells[i], CELL_BYTES, &row.cells[i]));
	g->rows[g->n_rows++] = row;
	return ERR_OK;
}

enum err report_table_add(struct report_table *t, const struct detection *d)
{
	struct group *g;
	TRY(find_group(t, d, &g));
	TRY(add_row(t, g, d));
	g->n++;
	if (d->time_ns == TIME_NONE)
		return ERR_OK;
	if (g->first_ns == TIME_NONE || d->time_ns < g->first_ns)
		g->first_ns = d->time_ns;
	if (g->last_ns == TIME_NONE || d->time_ns > g->last_ns)
		g->last_ns = d->time_ns;
	return ERR_OK;
}

/* Writing. */

static int by_severity(const void *a, const void *b)
{
	const struct group *x = *(struct group *const *)a, *y = *(struct group *const *)b;
	if (x->rank != y->rank)
		return y->rank - x->rank;
	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static void sort_rows(struct group *g)
{
	for (size_t i = 1; i < g->n_rows; i++)
		for (size_t k = i; k > 0 && g->rows[k].time_ns < g->rows[k - 1].time_ns; k--) {
			struct row r = g->rows[k];
			g->rows[k] = g->rows[k - 1];
			g->rows[k - 1] = r;
		}
}

/* How the rows of one rule are laid out. */
struct layout {
	size_t indent;
	size_t columns[3]; /* who, what with outcome, where */
	bool dates;        /* the events span days */
	size_t times;      /* width of the "12x" column, 0 = none */
};

static size_t what_width(const struct row *r)
{
	size_t outcome = columns_of(r->cells[OUTCOME], 40);
	return columns_of(r->cells[WHAT], 160) + (outcome > 0 ? outcome + 3 : 0);
}

static bool same_day(int64_t a, int64_t b)
{
	const int64_t day = 86400LL * 1000000000LL;
	return a / day - (a % day < 0) == b / day - (b % day < 0);
}

static size_t digits(uint64_t n)
{
	size_t count = 1;
	for (; n >= 10; n /= 10)
		count++;
	return count;
}

/* What is above its floor by most gives way first: the action needs more room than names and addresses. */
static void shrink(size_t columns[3], size_t room)
{
	static const size_t floors[3] = { 14, 26, 15 };
	while (columns[0] + columns[1] + columns[2] > room) {
		size_t victim = 3, most = 0;
		for (size_t c = 0; c < 3; c++) {
			if (columns[c] <= floors[c] || columns[c] - floors[c] <= most)
				continue;
			most = columns[c] - floors[c];
			victim = c;
		}
		if (victim == 3)
			victim = columns[0] > columns[2] ? 0 : columns[2] > 8 ? 2 : 1;
		columns[victim]--;
	}
}

static struct layout make_layout(const struct report_table *t, const struct group *g)
{
	struct layout l = { .indent = t->width < 100 ? 4 : INDENT, .columns = { 1, 1, 0 } };
	l.dates = g->first_ns != TIME_NONE && !same_day(g->first_ns, g->last_ns);
	for (size_t k = 0; k < g->n_rows; k++) {
		const struct row *r = &g->rows[k];
		size_t w[] = { columns_of(r->cells[WHO], 60), what_width(r), columns_of(r->cells[WHERE], 80) };
		for (size_t c = 0; c < 3; c++)
			l.columns[c] = w[c] > l.columns[c] ? w[c] : l.columns[c];
		if (r->n > 1 && digits(r->n) + 1 > l.times)
			l.times = digits(r->n) + 1;
	}
	size_t fixed = l.indent + (l.dates ? 14U : 8U) + 3U * GAP;
	fixed += l.times > 0 ? l.times + GAP : 0;
	shrink(l.columns, t->width > fixed + 18 ? t->width - fixed : 18);
	return l;
}

static void write_date(struct buf *out, const struct time_parts *p)
{
	buf_printf(out, "%04d-%02d-%02d", p->year, p->month, p->day);
}

static void write_clock(struct buf *out, const struct time_parts *p)
{
	buf_printf(out, "%02d:%02d:%02d", p->hour, p->minute, p->second);
}

static void write_span(struct buf *out, const struct group *g)
{
	struct time_parts a = time_split(g->first_ns), b = time_split(g->last_ns);
	write_date(out, &a);
	buf_char(out, ' ');
	write_clock(out, &a);
	if (!same_day(g->first_ns, g->last_ns)) {
		buf_lit(out, " to ");
		write_date(out, &b);
		buf_char(out, ' ');
		write_clock(out, &b);
	} else if (a.hour != b.hour || a.minute != b.minute || a.second != b.second) {
		buf_lit(out, " to ");
		write_clock(out, &b);
	}
	buf_lit(out, " UTC");
}

/* When, and the techniques: on one line if they fit; nothing when neither is known. */
static void write_meta(struct buf *out, const struct report_table *t, const struct group *g, const struct paint *p)
{
	if (g->first_ns == TIME_NONE && g->techniques.len == 0)
		return;
	size_t indent = t->width < 100 ? 4 : INDENT;
	columns_spaces(out, indent);
	paint_on(out, p, PAINT_DIM);
	if (g->first_ns != TIME_NONE) {
		size_t before = out->len;
		write_span(out, g);
		size_t used = indent + out->len - before + 3;
		if (g->techniques.len > 0 && used + g->techniques.len > t->width) {
			buf_char(out, '\n');
			columns_spaces(out, indent);
		} else if (g->techniques.len > 0) {
			columns_spaces(out, 3);
		}
	}
	columns_cell(out, g->techniques, t->width - indent);
	paint_off(out, p);
	buf_char(out, '\n');
}

static void write_header(struct buf *out, const struct report_table *t, const struct group *g, const struct paint *p)
{
	auto_buf count = { 0 };
	columns_number(&count, g->n);
	buf_str(&count, g->n == 1 ? STR(" event") : STR(" events"));
	if (out->err == ERR_OK)
		out->err = buf_err(&count);
	struct str level = str_is(g->level, "informational") ? STR("info") : g->level.len > 0 ? g->level : STR("none");
	size_t room = t->width - INDENT - GAP - count.len;
	paint_level(out, p, g->rank);
	columns_padded(out, level, INDENT - 1);
	paint_off(out, p);
	buf_char(out, ' ');
	paint_on(out, p, PAINT_BOLD);
	size_t used = columns_cell(out, g->title, room);
	paint_off(out, p);
	columns_spaces(out, room - used + GAP);
	buf_str(out, buf_view(&count));
	buf_char(out, '\n');
}

/* The outcome gets its place first: a refused attempt must not read as a success because the line was cut. */
static void write_what(struct buf *out, const struct row *r, size_t columns, const struct paint *p)
{
	size_t outcome = columns_of(r->cells[OUTCOME], 40), most = columns / 2 > 4 ? columns / 2 - 3 : 1;
	if (outcome == 0) {
		columns_padded(out, r->cells[WHAT], columns);
		return;
	}
	outcome = outcome < most ? outcome : most;
	size_t used = columns_cell(out, r->cells[WHAT], columns - outcome - 3) + 1;
	buf_char(out, ' ');
	paint_on(out, p, PAINT_WARN);
	buf_char(out, '(');
	used += columns_cell(out, r->cells[OUTCOME], outcome) + 2;
	buf_char(out, ')');
	paint_off(out, p);
	columns_spaces(out, columns > used ? columns - used : 0);
}

static void write_row(struct buf *out, const struct row *r, const struct layout *l, const struct paint *p)
{
	columns_spaces(out, l->indent);
	if (r->time_ns == TIME_NONE) {
		columns_padded(out, STR("no time"), l->dates ? 14 : 8);
	} else {
		struct time_parts parts = time_split(r->time_ns);
		if (l->dates)
			buf_printf(out, "%02d-%02d ", parts.month, parts.day);
		write_clock(out, &parts);
	}
	columns_spaces(out, GAP);
	if (l->times > 0) {
		size_t used = r->n > 1 ? digits(r->n) + 1 : 0;
		columns_spaces(out, l->times - used);
		if (r->n > 1)
			buf_printf(out, "%llu\u00d7", (unsigned long long)r->n);
		columns_spaces(out, GAP);
	}
	columns_padded(out, r->cells[WHO].len > 0 ? r->cells[WHO] : STR("-"), l->columns[0]);
	columns_spaces(out, GAP);
	write_what(out, r, l->columns[1], p);
	columns_spaces(out, GAP);
	columns_cell(out, r->cells[WHERE], l->columns[2]);
	while (out->len > 0 && out->ptr[out->len - 1] == ' ')
		out->len--;
	buf_char(out, '\n');
}

static void write_group(struct buf *out, const struct report_table *t, struct group *g, const struct paint *p)
{
	struct layout l = make_layout(t, g);
	uint64_t shown = 0;
	sort_rows(g);
	write_header(out, t, g, p);
	write_meta(out, t, g, p);
	for (size_t i = 0; i < g->n_rows; i++) {
		write_row(out, &g->rows[i], &l, p);
		shown += g->rows[i].n;
	}
	paint_on(out, p, PAINT_DIM);
	if (g->n > shown) {
		columns_spaces(out, l.indent);
		buf_char(out, '+');
		columns_number(out, g->n - shown);
		buf_lit(out, " more\n");
	}
	if (g->why.len > 0) {
		columns_spaces(out, l.indent);
		buf_lit(out, "because ");
		columns_cell(out, g->why, t->width - l.indent - 8);
		buf_char(out, '\n');
	}
	paint_off(out, p);
	buf_char(out, '\n');
}

void report_table_write(struct report_table *t, const struct report_summary *s, struct buf *out)
{
	const struct paint paint = { t->colour }, *p = &paint;
	if (t->n > 1)
		qsort(t->list, t->n, sizeof(struct group *), by_severity);
	for (size_t i = 0; i < t->n; i++)
		write_group(out, t, t->list[i], p);
	if (t->n == 0)
		buf_lit(out, "No detections.\n\n");
	report_summary_text(out, s, t->colour);
}
