/*
 * The JSON contract: one object a line, keys in a fixed order, so that it can be written front to back without looking.
 * At a million detections a second each member is one literal and one escaped string; the rule's part is rendered once.
 */
#include "report/report.h"
#include "report/write.h"

static void text_or_null(struct buf *out, struct str s)
{
	if (is_text(s))
		json_write_str(out, s);
	else
		buf_lit(out, "null");
}
#define MEMBER(out, prefix, s)            \
	do {                              \
		buf_lit((out), prefix);   \
		text_or_null((out), (s)); \
	} while (0)

void json_write_rule(struct buf *out, const struct detection_rule *rule)
{
	MEMBER(out, "{\"id\":", rule->id);
	MEMBER(out, ",\"title\":", rule->title);
	MEMBER(out, ",\"level\":", rule->level);
	buf_lit(out, ",\"tags\":[");
	for (size_t i = 0; i < rule->n_tags; i++) {
		if (i > 0)
			buf_char(out, ',');
		json_write_str(out, rule->tags[i]);
	}
	MEMBER(out, "],\"path\":", rule->path);
	buf_char(out, '}');
}

static void write_event(struct buf *out, const struct detection *d)
{
	const struct event *e = d->event;
	MEMBER(out, ",\"event\":{\"id\":", d->event_id);
	MEMBER(out, ",\"file\":", e->file);
	buf_lit(out, ",\"line\":");
	buf_uint(out, e->line);
	MEMBER(out, ",\"logsource\":{\"category\":", e->logsource.category);
	MEMBER(out, ",\"product\":", e->logsource.product);
	MEMBER(out, ",\"service\":", e->logsource.service);
	if ((e->flags & EVENT_TRUNCATED) != 0)
		buf_lit(out, "},\"truncated\":true}");
	else
		buf_lit(out, "},\"truncated\":false}");
}

static void write_scope(struct buf *out, const struct event_facts *f)
{
	buf_lit(out, ",\"scope\":");
	if (!is_text(f->scope_account) && !is_text(f->scope_region) && !is_text(f->scope_cluster) &&
	    !is_text(f->scope_host)) {
		buf_lit(out, "null");
		return;
	}
	MEMBER(out, "{\"account\":", f->scope_account);
	MEMBER(out, ",\"region\":", f->scope_region);
	MEMBER(out, ",\"cluster\":", f->scope_cluster);
	MEMBER(out, ",\"host\":", f->scope_host);
	buf_char(out, '}');
}

static void write_actor(struct buf *out, const struct event_actor *a)
{
	buf_lit(out, ",\"actor\":");
	if (!is_text(a->id) && !is_text(a->type) && !is_text(a->name) && !is_text(a->account) && !is_text(a->issuer) &&
	    !is_text(a->session) && !is_text(a->access_key)) {
		buf_lit(out, "null");
		return;
	}
	MEMBER(out, "{\"id\":", a->id);
	MEMBER(out, ",\"type\":", a->type);
	MEMBER(out, ",\"name\":", a->name);
	MEMBER(out, ",\"account\":", a->account);
	MEMBER(out, ",\"issuer\":", a->issuer);
	MEMBER(out, ",\"session\":", a->session);
	MEMBER(out, ",\"access_key\":", a->access_key);
	buf_char(out, '}');
}

static void write_deed(struct buf *out, const struct event_facts *f)
{
	buf_lit(out, ",\"action\":");
	if (is_text(f->action_service) || is_text(f->action_name)) {
		MEMBER(out, "{\"service\":", f->action_service);
		MEMBER(out, ",\"name\":", f->action_name);
		buf_char(out, '}');
	} else {
		buf_lit(out, "null");
	}
	buf_lit(out, ",\"resources\":[");
	for (uint32_t i = 0; i < f->n_resources; i++) {
		const struct event_resource *r = &f->resources[i];
		if (i > 0)
			buf_char(out, ',');
		MEMBER(out, "{\"id\":", r->id);
		MEMBER(out, ",\"type\":", r->type);
		MEMBER(out, ",\"account\":", r->account);
		MEMBER(out, ",\"region\":", r->region);
		buf_char(out, '}');
	}
	buf_lit(out, "],\"origin\":");
	if (is_text(f->origin_ip) || is_text(f->origin_user_agent)) {
		MEMBER(out, "{\"ip\":", f->origin_ip);
		MEMBER(out, ",\"user_agent\":", f->origin_user_agent);
		buf_char(out, '}');
	} else {
		buf_lit(out, "null");
	}
	MEMBER(out, ",\"outcome\":", str_of(event_outcome_name(f->outcome)));
	MEMBER(out, ",\"error\":", f->error);
}

void write_reasons(struct buf *out, const struct match_reason *reasons, size_t n)
{
	buf_char(out, '[');
	for (size_t i = 0; i < n; i++) {
		const struct match_reason *r = &reasons[i];
		if (i > 0)
			buf_char(out, ',');
		buf_lit(out, "{\"field\":");
		json_write_str_or_null(out, r->field);
		buf_lit(out, ",\"value\":");
		json_write_str_or_null(out, r->value);
		MEMBER(out, ",\"modifier\":", r->modifier);
		buf_lit(out, ",\"pattern\":");
		json_write_str_or_null(out, r->pattern);
		if (r->truncated)
			buf_lit(out, ",\"truncated\":true");
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

void report_json_detection(struct buf *out, const struct detection *d, const struct report_options *o)
{
	buf_lit(out, "{\"kind\":\"detection\",\"schema\":1,\"fingerprint\":");
	text_or_null(out, d->fingerprint);
	buf_lit(out, ",\"time\":");
	write_time(out, d->time_ns);
	buf_lit(out, ",\"rule\":");
	if (d->rule->json.ptr != NULL)
		buf_str(out, d->rule->json);
	else
		json_write_rule(out, d->rule);
	write_event(out, d);
	write_scope(out, d->facts);
	write_actor(out, &d->facts->actor);
	write_deed(out, d->facts);
	buf_lit(out, ",\"matched\":");
	write_reasons(out, d->reasons, d->n_reasons);
	if (d->facts->resources_total > d->facts->n_resources) {
		buf_lit(out, ",\"resources_total\":");
		buf_uint(out, d->facts->resources_total);
	}
	if ((d->event->flags & EVENT_TIME_ASSUMED) != 0)
		buf_lit(out, ",\"time_assumed\":true");
	if ((d->event->flags & EVENT_TOLERANT) != 0)
		buf_lit(out, ",\"tolerant\":true");
	if (o->with_raw)
		MEMBER(out, ",\"raw\":", d->event->raw);
	buf_lit(out, "}\n");
}
