/* Deep copies of detections, for those that are reported later than their batch lives: collected reports, and
 * detections whose time is not yet known. */
#include "app/run.h"

static bool keep(struct arena *a, struct str *s)
{
	if (s->ptr == NULL)
		return true;
	*s = arena_str(a, *s);
	return s->ptr != NULL;
}

static bool keep_facts(struct arena *a, struct event_facts *f)
{
	struct str *strs[] = { &f->id,
		               &f->actor.id,
		               &f->actor.type,
		               &f->actor.name,
		               &f->actor.account,
		               &f->actor.issuer,
		               &f->actor.session,
		               &f->actor.access_key,
		               &f->action_service,
		               &f->action_name,
		               &f->origin_ip,
		               &f->origin_user_agent,
		               &f->error,
		               &f->scope_account,
		               &f->scope_region,
		               &f->scope_cluster,
		               &f->scope_host };
	bool ok = true;
	for (size_t i = 0; i < ARRAY_LEN(strs); i++)
		ok = ok && keep(a, strs[i]);
	for (uint32_t i = 0; i < f->n_resources; i++) {
		struct event_resource *r = &f->resources[i];
		ok = ok && keep(a, &r->id) && keep(a, &r->type) && keep(a, &r->account) && keep(a, &r->region);
	}
	return ok;
}

static bool keep_event(struct arena *a, struct event *e, bool with_raw)
{
	bool ok = keep(a, &e->file) && keep(a, &e->logsource.product) && keep(a, &e->logsource.service) &&
	          keep(a, &e->logsource.category);
	for (uint32_t i = 0; i < e->logsource.n_more; i++)
		ok = ok && keep(a, &e->logsource.more[i]);
	e->record = VALUE_NONE;
	if (!with_raw)
		e->raw = (struct str){ NULL, 0 };
	return ok && keep(a, &e->raw);
}

static bool keep_reasons(struct arena *a, struct detection *d)
{
	struct match_reason *r = arena_new_n(a, struct match_reason, d->n_reasons);
	if (r == NULL)
		return false;
	bool ok = true;
	for (size_t i = 0; i < d->n_reasons; i++) {
		r[i] = d->reasons[i];
		ok = ok && keep(a, &r[i].field) && keep(a, &r[i].value) && keep(a, &r[i].modifier) &&
		     keep(a, &r[i].pattern);
	}
	d->reasons = r;
	return ok;
}

fallible detection_copy(struct arena *arena, const struct detection *d, bool with_raw, struct detection **ret)
{
	struct detection *c = arena_new(arena, struct detection);
	struct event *e = arena_new(arena, struct event);
	struct event_facts *f = arena_new(arena, struct event_facts);
	TRY(got(c));
	TRY(got(e));
	TRY(got(f));
	*c = *d;
	*e = *d->event;
	*f = *d->facts;
	c->event = e;
	c->facts = f;
	bool ok = keep(arena, &c->event_id) && keep(arena, &c->fingerprint) && keep_event(arena, e, with_raw) &&
	          keep_facts(arena, f) && keep_reasons(arena, c);
	*ret = c;
	return ok ? ERR_OK : ERR_MEMORY;
}
