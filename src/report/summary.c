/* What a run was, as a few aligned lines for people or one JSON object. The counters come from summary.def. */
#include "report/columns.h"
#include "report/paint.h"
#include "report/report.h"
#include "report/write.h"

static const char *const level_names[] = { "none", "informational", "low", "medium", "high", "critical" };

enum { LABEL_COLUMNS = 14 };

static void label(struct buf *out, const struct paint *p, struct str word)
{
	paint_on(out, p, PAINT_DIM);
	columns_padded(out, word, LABEL_COLUMNS);
	paint_off(out, p);
}

static void counted(struct buf *out, uint64_t n, const char *one, const char *many)
{
	columns_number(out, n);
	buf_char(out, ' ');
	buf_str(out, str_of(n == 1 ? one : many));
}

/* A rate as a whole number; nothing for times too short to tell. */
static uint64_t rate(double amount, double seconds)
{
	double r = seconds > 1e-6 ? amount / seconds : 0;
	return r > 0 && r < 1e18 ? (uint64_t)r : 0;
}

static void write_detections(struct buf *out, const struct report_summary *s, const struct paint *p)
{
	label(out, p, STR("detections"));
	columns_number(out, s->detections);
	const char *separator = "  ";
	for (int rank = 5; rank >= 1; rank--) {
		if (s->by_level[rank] == 0)
			continue;
		buf_str(out, str_of(separator));
		paint_level(out, p, rank);
		columns_number(out, s->by_level[rank]);
		buf_char(out, ' ');
		buf_str(out, str_of(level_names[rank]));
		paint_off(out, p);
		separator = ", ";
	}
	buf_char(out, '\n');
}

static void write_events(struct buf *out, const struct report_summary *s, const struct paint *p)
{
	label(out, p, STR("events"));
	columns_number(out, s->events);
	buf_lit(out, " from ");
	counted(out, s->files, "file", "files");
	if (s->seconds > 0)
		buf_printf(out, " in %.*f s", s->seconds < 10 ? 2 : 1, s->seconds);
	uint64_t events = rate((double)s->events, s->seconds), bytes = rate((double)s->bytes, s->seconds);
	if (events > 0) {
		paint_on(out, p, PAINT_DIM);
		buf_lit(out, "  ");
		columns_number(out, events);
		buf_lit(out, " events/s");
		if (bytes >= 100000)
			buf_printf(out, ", %.*f MB/s", bytes < 10000000 ? 1 : 0, (double)bytes / 1e6);
		paint_off(out, p);
	}
	if (s->interrupted)
		buf_lit(out, "  (interrupted)");
	buf_char(out, '\n');
}

static void write_sources(struct buf *out, const struct report_summary *s, const struct paint *p)
{
	size_t columns = 0, digits = 0;
	auto_buf number = { 0 };
	for (size_t i = 0; i < s->n_sources; i++) {
		if (s->sources[i].events == 0)
			continue;
		size_t w = columns_of(s->sources[i].title, 40);
		columns = w > columns ? w : columns;
		buf_reset(&number);
		columns_number(&number, s->sources[i].events);
		digits = number.len > digits ? number.len : digits;
	}
	struct str word = STR("sources");
	for (size_t i = 0; i < s->n_sources; i++) {
		if (s->sources[i].events == 0)
			continue;
		label(out, p, word);
		columns_padded(out, s->sources[i].title, columns);
		buf_reset(&number);
		columns_number(&number, s->sources[i].events);
		columns_spaces(out, 2 + digits - (number.len < digits ? number.len : digits));
		buf_str(out, buf_view(&number));
		buf_char(out, '\n');
		word = STR("");
	}
}

static void write_rules(struct buf *out, const struct report_summary *s, const struct paint *p)
{
	label(out, p, STR("rules"));
	columns_number(out, s->rules_loaded);
	buf_lit(out, " loaded");
	if (s->rules_seconds > 0)
		buf_printf(out, " in %.2f s", s->rules_seconds);
	if (s->rules_refused > 0) {
		buf_lit(out, ", ");
		paint_on(out, p, PAINT_WARN);
		columns_number(out, s->rules_refused);
		buf_lit(out, " refused");
		paint_off(out, p);
	}
	if (s->rules_placeholder > 0) {
		buf_lit(out, ", ");
		columns_number(out, s->rules_placeholder);
		buf_str(out,
		        s->rules_placeholder == 1 ? STR(" needs placeholder values") : STR(" need placeholder values"));
	}
	if (s->rules_correlation > 0) {
		buf_lit(out, ", ");
		columns_number(out, s->rules_correlation);
		buf_str(out, s->rules_correlation == 1 ? STR(" correlation") : STR(" correlations"));
	}
	buf_char(out, '\n');
}

static void write_count(struct buf *out, const struct paint *p, const char *word, uint64_t n, const char *meaning)
{
	if (n == 0)
		return;
	label(out, p, str_of(word));
	columns_number(out, n);
	paint_on(out, p, PAINT_DIM);
	buf_lit(out, "  ");
	buf_str(out, str_of(meaning));
	paint_off(out, p);
	buf_char(out, '\n');
}

void report_summary_text(struct buf *out, const struct report_summary *s, bool colour)
{
	const struct paint paint = { colour }, *p = &paint;
	write_detections(out, s, p);
	write_events(out, s, p);
	write_sources(out, s, p);
	write_rules(out, s, p);
#define COUNT(member, key, word, meaning) write_count(out, p, word, s->member, meaning);
#include "report/summary.def"
#undef COUNT
}

static void write_double(struct writer *w, struct str quoted, double d)
{
	write_key(w, quoted);
	json_write_double(w->out, d);
}

static void write_uint(struct writer *w, struct str quoted, uint64_t n)
{
	write_key(w, quoted);
	buf_uint(w->out, n);
}
#define W_UINT(w, key, n) write_uint((w), STR("\"" key "\":"), (n))

void summary_write_members(struct writer *w, const struct report_summary *s)
{
	W_UINT(w, "events", s->events);
	W_UINT(w, "detections", s->detections);
	W_UINT(w, "files", s->files);
	W_UINT(w, "bytes", s->bytes);
#define COUNT(member, key, word, meaning) W_UINT(w, key, s->member);
#include "report/summary.def"
#undef COUNT
	write_double(w, STR("\"seconds\":"), s->seconds);
	W_OBJECT(w, "rules");
	W_UINT(w, "loaded", s->rules_loaded);
	W_UINT(w, "refused", s->rules_refused);
	W_UINT(w, "placeholder", s->rules_placeholder);
	W_UINT(w, "correlation", s->rules_correlation);
	write_double(w, STR("\"seconds\":"), s->rules_seconds);
	write_close(w, '}');
	W_OBJECT(w, "by_level");
	for (size_t rank = 1; rank < ARRAY_LEN(level_names); rank++) {
		write_key(w, STR(""));
		json_write_str(w->out, str_of(level_names[rank]));
		buf_char(w->out, ':');
		buf_uint(w->out, s->by_level[rank]);
	}
	write_close(w, '}');
	W_OBJECT(w, "sources");
	for (size_t i = 0; i < s->n_sources; i++) {
		write_key(w, STR(""));
		json_write_str(w->out, s->sources[i].title);
		buf_char(w->out, ':');
		buf_uint(w->out, s->sources[i].events);
	}
	write_close(w, '}');
	W_RAW(w, "\"interrupted\":");
	buf_str(w->out, s->interrupted ? STR("true") : STR("false"));
}

void report_summary_json(struct buf *out, const struct report_summary *s)
{
	struct writer writer = { out, false }, *w = &writer;
	W_ITEM(w);
	W_RAW(w, "\"kind\":\"summary\",\"schema\":1");
	summary_write_members(w, s);
	write_close(w, '}');
	buf_char(out, '\n');
}
