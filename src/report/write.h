#ifndef REPORT_WRITE_H
#define REPORT_WRITE_H
/* JSON objects member by member; absent texts leave no trace. A comma goes before every member but the first. */
#include "base/buf.h"
#include "base/time.h"
#include "json/json.h"

struct writer {
	struct buf *out;
	bool comma;
};
static inline bool is_text(struct str s)
{
	return s.ptr != NULL && s.len > 0;
}
/* A key as it is written, with quotes and colon: W_KEY(w, "uid"). */
static inline void write_key(struct writer *w, struct str quoted)
{
	if (w->comma)
		buf_char(w->out, ',');
	w->comma = true;
	buf_str(w->out, quoted);
}
static inline void write_text(struct writer *w, struct str quoted, struct str s)
{
	if (!is_text(s))
		return;
	write_key(w, quoted);
	json_write_str(w->out, s);
}
static inline void write_int(struct writer *w, struct str quoted, int64_t n)
{
	write_key(w, quoted);
	buf_int(w->out, n);
}
static inline void write_open(struct writer *w, struct str quoted_and_open)
{
	write_key(w, quoted_and_open);
	w->comma = false;
}
static inline void write_close(struct writer *w, char c)
{
	buf_char(w->out, c);
	w->comma = true;
}
#define W_TEXT(w, key, s) write_text((w), STR("\"" key "\":"), (s))
#define W_LIT(w, key, lit) write_key((w), STR("\"" key "\":\"" lit "\""))
#define W_INT(w, key, n) write_int((w), STR("\"" key "\":"), (n))
#define W_RAW(w, text) write_key((w), STR(text)) /* members written out in the source */
#define W_OBJECT(w, key) write_open((w), STR("\"" key "\":{"))
#define W_LIST(w, key) write_open((w), STR("\"" key "\":["))
#define W_ITEM(w) write_open((w), STR("{"))

/* RFC 3339 UTC in quotes, or null. */
static inline void write_time(struct buf *out, int64_t ns)
{
	char text[TIME_TEXT_MAX];
	if (ns == TIME_NONE) {
		buf_lit(out, "null");
		return;
	}
	buf_char(out, '"');
	buf_add(out, text, time_format(ns, text));
	buf_char(out, '"');
}
/* matched[]'s members, as the JSON contract has them. */
struct match_reason;
void write_reasons(struct buf *out, const struct match_reason *reasons, size_t n);
/* The run of an OCSF finding that the rule alone decides: the end of metadata and the start of finding_info. */
struct detection_rule;
void ocsf_write_rule(struct buf *out, const struct detection_rule *rule);
/* The rule object of the JSON contract. */
void json_write_rule(struct buf *out, const struct detection_rule *rule);
/* The counters of a run. */
struct report_summary;
void summary_write_members(struct writer *w, const struct report_summary *s);
#endif
