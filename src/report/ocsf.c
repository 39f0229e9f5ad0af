/*
 * OCSF 1.8.0 Detection Finding, class 2004 in category 2 (schema.ocsf.io/1.8.0/classes/detection_finding). What the
 * schema requires of the objects used here: api.operation, cloud.provider, device.type_id, analytic.type_id,
 * finding_info.uid; at least one of name and uid for entities, of ip/hostname/name for endpoints, of tactic and
 * technique for attacks. Every member below keeps to that: an object is opened only when its required part is there.
 */
#include "base/ip.h"
#include "base/utf8.h"
#include "report/attack.h"
#include "report/report.h"
#include "report/write.h"

struct cloud {
	const char *product, *provider, *account; /* members of cloud, and the account up to its uid */
};
static const struct cloud clouds[] = {
	{ "aws", "\"provider\":\"AWS\"", "\"account\":{\"type_id\":10,\"type\":\"AWS Account\"" },
	{ "gcp", "\"provider\":\"GCP\"", "\"account\":{\"type_id\":11,\"type\":\"GCP Project\"" },
	{ "azure", "\"provider\":\"Azure\"", "\"account\":{\"type_id\":13,\"type\":\"Azure Subscription\"" },
};
/* By level_rank. */
static const char *const severities[] = {
	"\"severity_id\":0,\"severity\":\"Unknown\"", "\"severity_id\":1,\"severity\":\"Informational\"",
	"\"severity_id\":2,\"severity\":\"Low\"",     "\"severity_id\":3,\"severity\":\"Medium\"",
	"\"severity_id\":4,\"severity\":\"High\"",    "\"severity_id\":5,\"severity\":\"Critical\"",
};

static const struct cloud *cloud_of(const struct event *e)
{
	for (size_t i = 0; i < ARRAY_LEN(clouds); i++)
		if (str_eq(e->logsource.product, str_of(clouds[i].product)))
			return &clouds[i];
	return NULL;
}

static int64_t milliseconds(int64_t ns)
{
	return ns == TIME_NONE ? 0 : ns / 1000000 - (ns % 1000000 < 0);
}

static void write_classification(struct writer *w, const struct detection_rule *rule)
{
	size_t rank = rule->level_rank >= 0 && rule->level_rank <= 5 ? (size_t)rule->level_rank : 0;
	W_RAW(w, "\"activity_id\":1,\"activity_name\":\"Create\",\"category_uid\":2,\"category_name\":\"Findings\","
	         "\"class_uid\":2004,\"class_name\":\"Detection Finding\",\"type_uid\":200401,"
	         "\"type_name\":\"Detection Finding: Create\",\"status_id\":1,\"status\":\"New\"");
	write_key(w, str_of(severities[rank]));
	if (str_is(rule->status, "stable"))
		W_RAW(w, "\"confidence_id\":3,\"confidence\":\"High\"");
	else if (str_is(rule->status, "test"))
		W_RAW(w, "\"confidence_id\":2,\"confidence\":\"Medium\"");
	else if (str_is(rule->status, "experimental"))
		W_RAW(w, "\"confidence_id\":1,\"confidence\":\"Low\"");
	if (rank >= 3)
		W_RAW(w, "\"is_alert\":true");
	W_TEXT(w, "message", rule->title);
}

static struct str rule_uid(const struct detection_rule *rule)
{
	return is_text(rule->id) ? rule->id : rule->title;
}

/* event/rule, which is the identity of a detection: two JSON strings become one. */
static void write_uid(struct writer *w, const struct detection *d)
{
	struct buf *out = w->out;
	write_key(w, STR("\"uid\":"));
	json_write_str(out, d->event_id);
	size_t seam = out->len;
	json_write_str(out, rule_uid(d->rule));
	if (buf_err(out) != ERR_OK || out->len < seam + 2)
		return;
	out->ptr[seam - 1] = '/';
	memmove(out->ptr + seam, out->ptr + seam + 1, out->len - seam - 1);
	out->len--;
}

/* metadata up to what the rule decides. */
static void write_metadata(struct writer *w, const struct detection *d, const struct report_options *o, bool cloud)
{
	const struct logsource *l = &d->event->logsource;
	W_OBJECT(w, "metadata");
	W_RAW(w, "\"version\":\"1.8.0\"");
	W_OBJECT(w, "product");
	W_RAW(w, "\"name\":\"Merlon\",\"vendor_name\":\"Merlon\"");
	W_TEXT(w, "version", str_of(o->version));
	write_close(w, '}');
	if (cloud)
		W_RAW(w, "\"profiles\":[\"cloud\"]");
	if (is_text(d->event_id))
		write_uid(w, d);
	W_TEXT(w, "log_provider", l->product);
	W_TEXT(w, "log_name", is_text(l->service) ? l->service : l->category);
	if (d->time_ns != TIME_NONE) {
		write_key(w, STR("\"original_time\":"));
		write_time(w->out, d->time_ns);
	}
}

static void write_tactic(struct writer *w, const struct attack_tactic *t)
{
	W_OBJECT(w, "tactic");
	W_TEXT(w, "uid", str_of(t->id));
	W_TEXT(w, "name", str_of(t->name));
	write_close(w, '}');
}

/*
 * Sigma's tags do not say which tactic a technique serves. With one tactic it goes into every entry; with several each
 * tactic is an entry of its own, so that nothing is claimed that the rule does not say.
 */
static void write_attacks(struct writer *w, const struct str *tags, size_t n)
{
	const struct attack_tactic *only = NULL;
	size_t n_tactics = 0, n_techniques = 0;
	char id[ATTACK_ID_MAX];
	bool sub;
	for (size_t i = 0; i < n; i++) {
		const struct attack_tactic *t = attack_tactic(tags[i]);
		n_tactics += t != NULL;
		only = t != NULL ? t : only;
		n_techniques += attack_technique(tags[i], id, &sub);
	}
	if (n_tactics + n_techniques == 0)
		return;
	bool pair = n_tactics == 1 && n_techniques > 0;
	struct str version = str_of(attack_version(tags, n));
	W_LIST(w, "attacks");
	for (size_t i = 0; i < n; i++) {
		const struct attack_tactic *t = attack_tactic(tags[i]);
		bool technique = attack_technique(tags[i], id, &sub);
		if (!technique && (t == NULL || pair))
			continue;
		W_ITEM(w);
		if (technique && sub) {
			W_OBJECT(w, "sub_technique");
			W_TEXT(w, "uid", str_of(id));
			write_close(w, '}');
			id[5] = '\0';
		}
		if (technique) {
			W_OBJECT(w, "technique");
			W_TEXT(w, "uid", str_of(id));
			write_close(w, '}');
		}
		if (t != NULL || pair)
			write_tactic(w, t != NULL ? t : only);
		W_TEXT(w, "version", version);
		write_close(w, '}');
	}
	write_close(w, ']');
}

static void write_types(struct writer *w, const struct str *tags, size_t n)
{
	bool open = false;
	for (size_t i = 0; i < n; i++) {
		const struct attack_tactic *t = attack_tactic(tags[i]);
		if (t == NULL)
			continue;
		if (!open)
			W_LIST(w, "types");
		open = true;
		write_key(w, STR(""));
		json_write_str(w->out, str_of(t->name));
	}
	if (open)
		write_close(w, ']');
}

void ocsf_write_rule(struct buf *out, const struct detection_rule *rule)
{
	struct writer writer = { out, true }, *w = &writer;
	if (rule->n_tags > 0) {
		W_LIST(w, "labels");
		for (size_t i = 0; i < rule->n_tags; i++) {
			write_key(w, STR(""));
			json_write_str(out, rule->tags[i]);
		}
		write_close(w, ']');
	}
	write_close(w, '}');
	W_OBJECT(w, "finding_info");
	W_TEXT(w, "title", rule->title);
	W_TEXT(w, "desc", rule->description);
	W_OBJECT(w, "analytic");
	W_RAW(w, "\"type_id\":1,\"type\":\"Rule\"");
	write_key(w, STR("\"uid\":"));
	json_write_str(out, rule_uid(rule));
	W_TEXT(w, "name", rule->title);
	write_close(w, '}');
	write_attacks(w, rule->tags, rule->n_tags);
	write_types(w, rule->tags, rule->n_tags);
	for (size_t i = 0; i < rule->n_references; i++) {
		if (!str_starts(rule->references[i], STR("https://")) &&
		    !str_starts(rule->references[i], STR("http://")))
			continue;
		W_TEXT(w, "src_url", rule->references[i]);
		break;
	}
}

/* user.type_id: 1 user, 2 admin, 4 service, 99 other. */
static int user_type(struct str type)
{
	static const struct {
		const char *word;
		int id;
	} known[] = { { "IAMUser", 1 },
		      { "User", 1 },
		      { "user", 1 },
		      { "Root", 2 },
		      { "root", 2 },
		      { "AWSService", 4 },
		      { "Service", 4 },
		      { "service", 4 },
		      { "ServiceAccount", 4 },
		      { "serviceAccount", 4 },
		      { "ServicePrincipal", 4 } };
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_eq(type, str_of(known[i].word)))
			return known[i].id;
	return 99;
}

static void write_actor(struct writer *w, const struct event_actor *a)
{
	bool user = is_text(a->id) || is_text(a->name) || is_text(a->account);
	bool session = is_text(a->session) || is_text(a->issuer);
	if (!user && !session)
		return;
	W_OBJECT(w, "actor");
	if (user) {
		W_OBJECT(w, "user");
		W_TEXT(w, "uid", a->id);
		W_TEXT(w, "name", a->name);
		if (is_text(a->type)) {
			W_INT(w, "type_id", user_type(a->type));
			W_TEXT(w, "type", a->type);
		}
		if (is_text(a->account)) {
			W_OBJECT(w, "account");
			W_TEXT(w, "uid", a->account);
			write_close(w, '}');
		}
		W_TEXT(w, "credential_uid", a->access_key);
		write_close(w, '}');
	}
	if (session) {
		W_OBJECT(w, "session");
		W_TEXT(w, "uid", a->session);
		W_TEXT(w, "issuer", a->issuer);
		write_close(w, '}');
	}
	write_close(w, '}');
}

static void write_api(struct writer *w, const struct event_facts *f)
{
	if (!is_text(f->action_name))
		return;
	W_OBJECT(w, "api");
	W_TEXT(w, "operation", f->action_name);
	if (is_text(f->action_service)) {
		W_OBJECT(w, "service");
		W_TEXT(w, "name", f->action_service);
		write_close(w, '}');
	}
	if (is_text(f->error)) {
		W_OBJECT(w, "response");
		W_TEXT(w, "error", f->error);
		write_close(w, '}');
	}
	write_close(w, '}');
}

/* hostname_t: labels of letters, digits and inner hyphens. */
static bool is_hostname(struct str s)
{
	bool edge = true; /* the last character was a dot, a hyphen or nothing */
	for (size_t i = 0; i < s.len; i++) {
		char c = ascii_lower(s.ptr[i]);
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			edge = false;
		else if (c == '-' && i > 0 && s.ptr[i - 1] != '.')
			edge = true;
		else if (c == '.' && !edge)
			edge = true;
		else
			return false;
	}
	return s.len > 0 && s.len <= 253 && !edge;
}

/* An endpoint's members: an address, a host name, or just a name ("AWS Internal"). */
static void write_endpoint(struct writer *w, struct str s)
{
	struct ip ip;
	if (ip_parse(s, &ip) == ERR_OK)
		W_TEXT(w, "ip", s);
	else if (is_hostname(s))
		W_TEXT(w, "hostname", s);
	else
		W_TEXT(w, "name", s);
}

static void write_resources(struct writer *w, const struct event_facts *f, bool cloud)
{
	bool open = false;
	for (uint32_t i = 0; i < f->n_resources; i++) {
		const struct event_resource *r = &f->resources[i];
		if (!is_text(r->id))
			continue;
		if (!open)
			W_LIST(w, "resources");
		open = true;
		W_ITEM(w);
		W_TEXT(w, "uid", r->id);
		W_TEXT(w, "type", r->type);
		if (cloud) /* the attribute comes with the profile */
			W_TEXT(w, "region", r->region);
		if (is_text(r->account)) {
			W_OBJECT(w, "owner");
			W_OBJECT(w, "account");
			W_TEXT(w, "uid", r->account);
			write_close(w, '}');
			write_close(w, '}');
		}
		write_close(w, '}');
	}
	if (open)
		write_close(w, ']');
}

/* evidences[].data: what no attribute holds. */
static void write_data(struct writer *w, const struct detection *d)
{
	const struct event *e = d->event;
	W_OBJECT(w, "data");
	write_key(w, STR("\"matched\":"));
	write_reasons(w->out, d->reasons, d->n_reasons);
	W_TEXT(w, "file", e->file);
	write_key(w, STR("\"line\":"));
	buf_uint(w->out, e->line);
	W_TEXT(w, "category", e->logsource.category);
	W_TEXT(w, "cluster", d->facts->scope_cluster);
	W_TEXT(w, "outcome", str_of(event_outcome_name(d->facts->outcome)));
	if (!is_text(d->facts->action_name))
		W_TEXT(w, "error", d->facts->error);
	if ((e->flags & EVENT_TRUNCATED) != 0)
		W_RAW(w, "\"truncated\":true");
	if ((e->flags & EVENT_TIME_ASSUMED) != 0)
		W_RAW(w, "\"time_assumed\":true");
	if (d->facts->resources_total > d->facts->n_resources)
		W_INT(w, "resources_total", d->facts->resources_total);
	write_close(w, '}');
}

static void write_evidence(struct writer *w, const struct detection *d)
{
	const struct event_facts *f = d->facts;
	W_LIST(w, "evidences");
	W_ITEM(w);
	W_TEXT(w, "uid", d->event_id);
	write_actor(w, &f->actor);
	write_api(w, f);
	if (is_text(f->origin_ip)) {
		W_OBJECT(w, "src_endpoint");
		write_endpoint(w, f->origin_ip);
		write_close(w, '}');
	}
	if (is_text(f->origin_user_agent)) {
		W_OBJECT(w, "http_request");
		W_TEXT(w, "user_agent", f->origin_user_agent);
		write_close(w, '}');
	}
	if (is_text(f->scope_host)) {
		W_OBJECT(w, "device");
		W_RAW(w, "\"type_id\":0");
		write_endpoint(w, f->scope_host);
		write_close(w, '}');
	}
	write_data(w, d);
	write_close(w, '}');
	write_close(w, ']');
}

static void write_cloud(struct writer *w, const struct cloud *c, const struct event_facts *f)
{
	W_OBJECT(w, "cloud");
	write_key(w, str_of(c->provider));
	if (is_text(f->scope_account)) {
		write_key(w, str_of(c->account));
		W_TEXT(w, "uid", f->scope_account);
		write_close(w, '}');
	}
	W_TEXT(w, "region", f->scope_region);
	write_close(w, '}');
}

void report_ocsf_detection(struct buf *out, const struct detection *d, const struct report_options *o)
{
	struct writer writer = { out, false }, *w = &writer;
	const struct cloud *cloud = cloud_of(d->event);
	int64_t ms = milliseconds(d->time_ns);
	W_ITEM(w);
	write_classification(w, d->rule);
	W_INT(w, "time", ms);
	write_metadata(w, d, o, cloud != NULL);
	if (d->rule->ocsf.ptr != NULL)
		buf_str(out, d->rule->ocsf);
	else
		ocsf_write_rule(out, d->rule);
	write_key(w, STR("\"uid\":"));
	json_write_str(out, d->fingerprint);
	if (d->time_ns != TIME_NONE) {
		W_INT(w, "first_seen_time", ms);
		W_INT(w, "last_seen_time", ms);
	}
	write_close(w, '}');
	if (cloud != NULL)
		write_cloud(w, cloud, d->facts);
	write_evidence(w, d);
	write_resources(w, d->facts, cloud != NULL);
	if (o->with_raw)
		W_TEXT(w, "raw_data", d->event->raw);
	write_close(w, '}');
	buf_char(out, '\n');
}
