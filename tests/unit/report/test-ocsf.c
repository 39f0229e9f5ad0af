/*
 * OCSF 1.8.0 conformance of the findings: a table of the class and the objects used, with what the schema requires of
 * each and which "at least one" rules hold, and a checker that knows nothing else. Attributes that are not in the table
 * are errors.
 */
#include "base/arena.h"
#include "base/ip.h"
#include "fixture.h"

enum kind { INTEGER, TEXT, TIME_MS, IP, URL, LOGICAL, JSON, STAMP };
struct attribute {
	const char *object, *name;
	const char *type; /* an object's name, or NULL for a scalar */
	enum kind kind;
	bool required, list;
};
static const struct attribute attributes[] = {
	{ "detection_finding", "activity_id", NULL, INTEGER, true, false },
	{ "detection_finding", "activity_name", NULL, TEXT, false, false },
	{ "detection_finding", "category_uid", NULL, INTEGER, true, false },
	{ "detection_finding", "category_name", NULL, TEXT, false, false },
	{ "detection_finding", "class_uid", NULL, INTEGER, true, false },
	{ "detection_finding", "class_name", NULL, TEXT, false, false },
	{ "detection_finding", "type_uid", NULL, INTEGER, true, false },
	{ "detection_finding", "type_name", NULL, TEXT, false, false },
	{ "detection_finding", "severity_id", NULL, INTEGER, true, false },
	{ "detection_finding", "severity", NULL, TEXT, false, false },
	{ "detection_finding", "status_id", NULL, INTEGER, false, false },
	{ "detection_finding", "status", NULL, TEXT, false, false },
	{ "detection_finding", "confidence_id", NULL, INTEGER, false, false },
	{ "detection_finding", "confidence", NULL, TEXT, false, false },
	{ "detection_finding", "is_alert", NULL, LOGICAL, false, false },
	{ "detection_finding", "message", NULL, TEXT, false, false },
	{ "detection_finding", "time", NULL, TIME_MS, true, false },
	{ "detection_finding", "raw_data", NULL, TEXT, false, false },
	{ "detection_finding", "metadata", "metadata", TEXT, true, false },
	{ "detection_finding", "finding_info", "finding_info", TEXT, true, false },
	{ "detection_finding", "evidences", "evidences", TEXT, false, true },
	{ "detection_finding", "resources", "resource_details", TEXT, false, true },
	{ "detection_finding", "cloud", "cloud", TEXT, false, false },
	{ "metadata", "version", NULL, TEXT, true, false },
	{ "metadata", "product", "product", TEXT, true, false },
	{ "metadata", "profiles", NULL, TEXT, false, true },
	{ "metadata", "labels", NULL, TEXT, false, true },
	{ "metadata", "uid", NULL, TEXT, false, false },
	{ "metadata", "log_name", NULL, TEXT, false, false },
	{ "metadata", "log_provider", NULL, TEXT, false, false },
	{ "metadata", "original_time", NULL, STAMP, false, false },
	{ "product", "name", NULL, TEXT, true, false },
	{ "product", "vendor_name", NULL, TEXT, true, false },
	{ "product", "version", NULL, TEXT, false, false },
	{ "finding_info", "uid", NULL, TEXT, true, false },
	{ "finding_info", "title", NULL, TEXT, false, false },
	{ "finding_info", "desc", NULL, TEXT, false, false },
	{ "finding_info", "types", NULL, TEXT, false, true },
	{ "finding_info", "src_url", NULL, URL, false, false },
	{ "finding_info", "first_seen_time", NULL, TIME_MS, false, false },
	{ "finding_info", "last_seen_time", NULL, TIME_MS, false, false },
	{ "finding_info", "analytic", "analytic", TEXT, false, false },
	{ "finding_info", "attacks", "attack", TEXT, false, true },
	{ "analytic", "type_id", NULL, INTEGER, true, false },
	{ "analytic", "type", NULL, TEXT, false, false },
	{ "analytic", "uid", NULL, TEXT, false, false },
	{ "analytic", "name", NULL, TEXT, false, false },
	{ "attack", "tactic", "tactic", TEXT, false, false },
	{ "attack", "technique", "technique", TEXT, false, false },
	{ "attack", "sub_technique", "technique", TEXT, false, false },
	{ "attack", "version", NULL, TEXT, false, false },
	{ "tactic", "uid", NULL, TEXT, false, false },
	{ "tactic", "name", NULL, TEXT, false, false },
	{ "technique", "uid", NULL, TEXT, false, false },
	{ "evidences", "uid", NULL, TEXT, false, false },
	{ "evidences", "actor", "actor", TEXT, false, false },
	{ "evidences", "api", "api", TEXT, false, false },
	{ "evidences", "src_endpoint", "network_endpoint", TEXT, false, false },
	{ "evidences", "http_request", "http_request", TEXT, false, false },
	{ "evidences", "device", "device", TEXT, false, false },
	{ "evidences", "data", NULL, JSON, false, false },
	{ "actor", "user", "user", TEXT, false, false },
	{ "actor", "session", "session", TEXT, false, false },
	{ "user", "uid", NULL, TEXT, false, false },
	{ "user", "name", NULL, TEXT, false, false },
	{ "user", "type_id", NULL, INTEGER, false, false },
	{ "user", "type", NULL, TEXT, false, false },
	{ "user", "credential_uid", NULL, TEXT, false, false },
	{ "user", "account", "account", TEXT, false, false },
	{ "account", "uid", NULL, TEXT, false, false },
	{ "account", "type_id", NULL, INTEGER, false, false },
	{ "account", "type", NULL, TEXT, false, false },
	{ "session", "uid", NULL, TEXT, false, false },
	{ "session", "issuer", NULL, TEXT, false, false },
	{ "api", "operation", NULL, TEXT, true, false },
	{ "api", "service", "service", TEXT, false, false },
	{ "api", "response", "response", TEXT, false, false },
	{ "service", "name", NULL, TEXT, false, false },
	{ "response", "error", NULL, TEXT, false, false },
	{ "network_endpoint", "ip", NULL, IP, false, false },
	{ "network_endpoint", "hostname", NULL, TEXT, false, false },
	{ "network_endpoint", "name", NULL, TEXT, false, false },
	{ "http_request", "user_agent", NULL, TEXT, false, false },
	{ "device", "type_id", NULL, INTEGER, true, false },
	{ "device", "ip", NULL, IP, false, false },
	{ "device", "hostname", NULL, TEXT, false, false },
	{ "device", "name", NULL, TEXT, false, false },
	{ "resource_details", "uid", NULL, TEXT, false, false },
	{ "resource_details", "type", NULL, TEXT, false, false },
	{ "resource_details", "region", NULL, TEXT, false, false },
	{ "resource_details", "owner", "user", TEXT, false, false },
	{ "cloud", "provider", NULL, TEXT, true, false },
	{ "cloud", "account", "account", TEXT, false, false },
	{ "cloud", "region", NULL, TEXT, false, false },
};
/* At least one of these (space separated) must be there. */
static const struct {
	const char *object, *names;
} at_least_one[] = {
	{ "analytic", "name uid" },
	{ "attack", "tactic technique sub_technique" },
	{ "tactic", "name uid" },
	{ "technique", "name uid" },
	{ "evidences", "actor api data device src_endpoint" },
	{ "actor", "process user invoked_by session app_name app_uid" },
	{ "user", "account name uid" },
	{ "account", "name uid" },
	{ "service", "name uid" },
	{ "network_endpoint", "ip uid name hostname svc_name instance_uid interface_uid interface_name" },
	{ "device", "ip uid name hostname instance_uid interface_uid interface_name" },
	{ "resource_details", "name uid" },
};
/* Integers with a closed set of values, and the caption their sibling must carry. */
static const struct {
	const char *object, *name, *sibling;
	int64_t id;
	const char *caption; /* NULL: any */
} enums[] = {
	{ "detection_finding", "activity_id", "activity_name", 1, "Create" },
	{ "detection_finding", "category_uid", "category_name", 2, "Findings" },
	{ "detection_finding", "class_uid", "class_name", 2004, "Detection Finding" },
	{ "detection_finding", "type_uid", "type_name", 200401, "Detection Finding: Create" },
	{ "detection_finding", "severity_id", "severity", 0, "Unknown" },
	{ "detection_finding", "severity_id", "severity", 1, "Informational" },
	{ "detection_finding", "severity_id", "severity", 2, "Low" },
	{ "detection_finding", "severity_id", "severity", 3, "Medium" },
	{ "detection_finding", "severity_id", "severity", 4, "High" },
	{ "detection_finding", "severity_id", "severity", 5, "Critical" },
	{ "detection_finding", "status_id", "status", 1, "New" },
	{ "detection_finding", "confidence_id", "confidence", 1, "Low" },
	{ "detection_finding", "confidence_id", "confidence", 2, "Medium" },
	{ "detection_finding", "confidence_id", "confidence", 3, "High" },
	{ "analytic", "type_id", "type", 1, "Rule" },
	{ "user", "type_id", "type", 1, NULL },
	{ "user", "type_id", "type", 2, NULL },
	{ "user", "type_id", "type", 4, NULL },
	{ "user", "type_id", "type", 99, NULL },
	{ "account", "type_id", "type", 10, "AWS Account" },
	{ "account", "type_id", "type", 11, "GCP Project" },
	{ "account", "type_id", "type", 13, "Azure Subscription" },
	{ "device", "type_id", "type", 0, NULL },
};

struct fault {
	char text[200];
};

static bool wrong(struct fault *f, const char *object, struct str name, const char *what)
{
	(void)snprintf(f->text, sizeof(f->text), "%.40s.%.*s %.60s", object, (int)(name.len < 60 ? name.len : 60),
	               name.ptr, what);
	return false;
}

static bool scalar_ok(enum kind kind, struct value v)
{
	struct str s;
	struct ip ip;
	int64_t n;
	bool b;
	switch (kind) {
	case INTEGER:
	case TIME_MS:
		return value_kind(v) == VALUE_INT && value_int(v, &n);
	case LOGICAL:
		return value_bool(v, &b);
	case IP:
		return value_str(v, &s) && ip_parse(s, &ip) == ERR_OK;
	case URL:
		return value_str(v, &s) && (str_starts(s, STR("https://")) || str_starts(s, STR("http://")));
	case STAMP:
		return value_str(v, &s) && time_parse(s, &n) == ERR_OK;
	case JSON:
		return true;
	case TEXT:
		break;
	}
	return value_str(v, &s) && s.len > 0;
}

static bool enum_ok(const char *object, struct value map, const char *name, struct value v)
{
	bool closed = false;
	int64_t n = 0;
	for (size_t i = 0; i < ARRAY_LEN(enums); i++) {
		if (strcmp(enums[i].object, object) != 0 || strcmp(enums[i].name, name) != 0)
			continue;
		closed = true;
		if (value_int(v, &n) && n == enums[i].id)
			return enums[i].caption == NULL || text_at(map, enums[i].sibling, enums[i].caption);
	}
	return !closed;
}

static bool check_object(const char *object, struct value map, struct fault *f);

static bool check_attribute(const struct attribute *a, struct value map, struct value v, struct fault *f)
{
	struct str name = str_of(a->name);
	if (!a->list)
		return a->type != NULL          ? check_object(a->type, v, f)
		       : !scalar_ok(a->kind, v) ? wrong(f, a->object, name, "is not of its type")
		                                : enum_ok(a->object, map, a->name, v) ||
		                                      wrong(f, a->object, name, "is not one of its values");
	if (value_kind(v) != VALUE_LIST || value_count(v) == 0)
		return wrong(f, a->object, name, "is not a list of something");
	for (struct value_iter it = value_iter(v); value_next(&it);)
		if (a->type != NULL ? !check_object(a->type, it.val, f) : !scalar_ok(a->kind, it.val))
			return f->text[0] != '\0' ? false
			                          : wrong(f, a->object, name, "holds something of another type");
	return true;
}

static const struct attribute *find_attribute(const char *object, struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(attributes); i++)
		if (strcmp(attributes[i].object, object) == 0 && str_eq(str_of(attributes[i].name), name))
			return &attributes[i];
	return NULL;
}

static bool has_one_of(struct value map, const char *names)
{
	struct str rest = str_of(names);
	while (rest.len > 0) {
		size_t n = 0;
		while (n < rest.len && rest.ptr[n] != ' ')
			n++;
		if (value_kind(value_get(map, str_cut(rest, 0, n))) != VALUE_ABSENT)
			return true;
		rest = str_cut(rest, n + 1, rest.len);
	}
	return false;
}

static bool check_object(const char *object, struct value map, struct fault *f)
{
	if (value_kind(map) != VALUE_MAP || value_count(map) == 0)
		return wrong(f, object, STR(""), "is not an object with members");
	for (struct value_iter it = value_iter(map); value_next(&it);) {
		const struct attribute *a = find_attribute(object, it.key);
		if (a == NULL)
			return wrong(f, object, it.key, "is not in the schema");
		if (!check_attribute(a, map, it.val, f))
			return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(attributes); i++) {
		const struct attribute *a = &attributes[i];
		if (strcmp(a->object, object) == 0 && a->required &&
		    value_kind(value_get(map, str_of(a->name))) == VALUE_ABSENT)
			return wrong(f, object, str_of(a->name), "is required");
	}
	for (size_t i = 0; i < ARRAY_LEN(at_least_one); i++)
		if (strcmp(at_least_one[i].object, object) == 0 && !has_one_of(map, at_least_one[i].names))
			return wrong(f, object, STR(""), "lacks one of its alternatives");
	return true;
}

/* The class's own rules beyond its attributes. */
static bool check_finding(struct value root, struct fault *f)
{
	int64_t class_uid = 0, activity = 0, type = 0;
	if (!check_object("detection_finding", root, f))
		return false;
	(void)value_int(value_get(root, STR("class_uid")), &class_uid);
	(void)value_int(value_get(root, STR("activity_id")), &activity);
	(void)value_int(value_get(root, STR("type_uid")), &type);
	if (type != class_uid * 100 + activity)
		return wrong(f, "detection_finding", STR("type_uid"), "is not class_uid * 100 + activity_id");
	bool cloud = value_kind(value_get(root, STR("cloud"))) == VALUE_MAP;
	bool profile = text_at(root, "metadata.profiles", "cloud") ||
	               value_kind(value_path(root, STR("metadata.profiles"))) == VALUE_LIST;
	if (cloud != profile)
		return wrong(f, "detection_finding", STR("cloud"), "and its profile come together");
	return true;
}

struct rendered {
	struct buf text;
	struct json_reader *reader;
	struct value_doc doc;
};

static void rendered_free(struct rendered *r)
{
	buf_free(&r->text);
	json_reader_free(&r->reader);
}
#define auto_rendered CLEANUP(rendered_free) struct rendered

static bool render(struct rendered *r, const struct detection *d, const struct report_options *o)
{
	buf_reset(&r->text);
	report_ocsf_detection(&r->text, d, o);
	if (buf_err(&r->text) != ERR_OK || (r->reader == NULL && json_reader_new(1 << 20, &r->reader) != ERR_OK))
		return false;
	return r->text.ptr[r->text.len - 1] == '\n' && memchr(r->text.ptr, '\n', r->text.len - 1) == NULL &&
	       fixture_read(r->reader, buf_view(&r->text), &r->doc);
}

TEST(a_full_finding_conforms)
{
	struct fixture f;
	auto_rendered r = { 0 };
	struct fault fault = { "" };
	struct report_options raw = { .version = "1.2.3", .with_raw = true };
	fixture_init(&f);
	CHECK(render(&r, &f.detection, &raw));
	struct value v = value_root(&r.doc);
	CHECKF(check_finding(v, &fault), "%s in %.*s", fault.text, STR_FMT(buf_view(&r.text)));
	CHECK(number_at(v, "time", 1732250706123));
	CHECK(number_at(v, "severity_id", 4));
	CHECK(number_at(v, "confidence_id", 3));
	CHECK(text_at(v, "metadata.uid", "ev-1/0a1b2c3d-0000-4000-8000-000000000001"));
	CHECK(text_at(v, "metadata.product.version", "1.2.3"));
	CHECK(text_at(v, "finding_info.uid", "00112233445566778899aabbccddeeff"));
	CHECK(text_at(v, "finding_info.src_url", "https://example.org/why"));
	CHECK(text_at(v, "cloud.provider", "AWS") && text_at(v, "cloud.account.uid", "111122223333"));
	CHECK(text_at(v, "evidences.actor.user.uid", "arn:aws:iam::111122223333:user/alice"));
	CHECK(text_at(v, "evidences.api.operation", "CreateAccessKey"));
	CHECK(text_at(v, "evidences.api.response.error", "AccessDenied"));
	CHECK(text_at(v, "evidences.src_endpoint.ip", "203.0.113.7"));
	CHECK(text_at(v, "evidences.device.hostname", "web-1.example.org"));
	CHECK(text_at(v, "evidences.data.matched.field", "eventName"));
	CHECK(text_at(v, "resources.owner.account.uid", "111122223333"));
	CHECK(text_at(v, "raw_data", "{\"eventName\":\"CreateAccessKey\"}"));
}

TEST(a_bare_finding_conforms)
{
	struct fixture f;
	auto_rendered r = { 0 };
	struct fault fault = { "" };
	fixture_bare(&f);
	CHECK(render(&r, &f.detection, &plain_options));
	CHECKF(check_finding(value_root(&r.doc), &fault), "%s in %.*s", fault.text, STR_FMT(buf_view(&r.text)));
	CHECK(number_at(value_root(&r.doc), "time", 0));
	CHECK(value_kind(value_path(value_root(&r.doc), STR("raw_data"))) == VALUE_ABSENT);
}

TEST(every_single_part_alone_conforms)
{
	static const size_t parts[] = {
		offsetof(struct event_facts, actor.id),
		offsetof(struct event_facts, actor.type),
		offsetof(struct event_facts, actor.name),
		offsetof(struct event_facts, actor.account),
		offsetof(struct event_facts, actor.issuer),
		offsetof(struct event_facts, actor.session),
		offsetof(struct event_facts, actor.access_key),
		offsetof(struct event_facts, action_service),
		offsetof(struct event_facts, action_name),
		offsetof(struct event_facts, resources[0].id),
		offsetof(struct event_facts, resources[0].type),
		offsetof(struct event_facts, resources[0].account),
		offsetof(struct event_facts, resources[0].region),
		offsetof(struct event_facts, origin_ip),
		offsetof(struct event_facts, origin_user_agent),
		offsetof(struct event_facts, error),
		offsetof(struct event_facts, scope_account),
		offsetof(struct event_facts, scope_region),
		offsetof(struct event_facts, scope_cluster),
		offsetof(struct event_facts, scope_host),
	};
	static const char *const products[] = { "aws", "azure", "gcp", "windows", "" };
	for (size_t p = 0; p < ARRAY_LEN(products); p++)
		for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
			struct fixture f;
			auto_rendered r = { 0 };
			struct fault fault = { "" };
			struct str x = STR("x y");
			fixture_bare(&f);
			f.event.logsource.product = str_of(products[p]);
			f.facts.n_resources = f.facts.resources_total = 1;
			memcpy((char *)&f.facts + parts[i], &x, sizeof(x));
			CHECK(render(&r, &f.detection, &plain_options));
			CHECKF(check_finding(value_root(&r.doc), &fault), "part %zu: %s in %.*s", i, fault.text,
			       STR_FMT(buf_view(&r.text)));
		}
}

TEST(severity_follows_the_level_and_alerts_begin_at_medium)
{
	for (int rank = -1; rank <= 6; rank++) {
		struct fixture f;
		auto_rendered r = { 0 };
		struct fault fault = { "" };
		fixture_init(&f);
		f.rule.level_rank = rank;
		CHECK(render(&r, &f.detection, &plain_options));
		struct value v = value_root(&r.doc);
		CHECKF(check_finding(v, &fault), "%s", fault.text);
		CHECK(number_at(v, "severity_id", rank < 0 || rank > 5 ? 0 : rank));
		CHECK((value_kind(value_get(v, STR("is_alert"))) == VALUE_BOOL) == (rank >= 3 && rank <= 5));
	}
}

static size_t count_attacks(struct fixture *f, struct rendered *r, const char *const *tags, size_t n)
{
	static struct str list[8];
	struct fault fault = { "" };
	for (size_t i = 0; i < n; i++)
		list[i] = str_of(tags[i]);
	f->rule.tags = list;
	f->rule.n_tags = n;
	if (!render(r, &f->detection, &plain_options) || !check_finding(value_root(&r->doc), &fault))
		return SIZE_MAX;
	return value_count(value_path(value_root(&r->doc), STR("finding_info.attacks")));
}

TEST(a_tactic_goes_with_techniques_only_when_it_is_the_only_one)
{
	struct fixture f;
	auto_rendered r = { 0 };
	fixture_init(&f);
	const char *one[] = { "attack.impact", "attack.t1485", "attack.t1486.001" };
	CHECK(count_attacks(&f, &r, one, 3) == 2);
	struct value first = value_path(value_root(&r.doc), STR("finding_info.attacks"));
	CHECK(text_at(first, "technique.uid", "T1485") && text_at(first, "tactic.uid", "TA0040"));
	CHECK(has(&r.text, "{\"sub_technique\":{\"uid\":\"T1486.001\"},\"technique\":{\"uid\":\"T1486\"},"
	                   "\"tactic\":{\"uid\":\"TA0040\",\"name\":\"Impact\"},\"version\":\"18.1\"}"));
	const char *two[] = { "attack.impact", "attack.stealth", "attack.t1485" };
	CHECK(count_attacks(&f, &r, two, 3) == 3);
	CHECK(has(&r.text, "{\"technique\":{\"uid\":\"T1485\"},\"version\":\"19\"}"));
	const char *tactic[] = { "attack.impact" };
	CHECK(count_attacks(&f, &r, tactic, 1) == 1);
	const char *technique[] = { "attack.t1485" };
	CHECK(count_attacks(&f, &r, technique, 1) == 1);
	const char *other[] = { "cve.2021-44228", "attack.g0001", "tlp.red" };
	CHECK(count_attacks(&f, &r, other, 3) == 0);
	CHECK(count_attacks(&f, &r, NULL, 0) == 0);
}

TEST(sources_that_are_no_address_become_names)
{
	static const struct {
		const char *source, *member;
	} cases[] = { { "203.0.113.7", "ip" },    { "2001:db8::1", "ip" }, { "ec2.amazonaws.com", "hostname" },
		      { "AWS Internal", "name" }, { "host_1", "name" },    { "-x", "name" },
		      { "a..b", "name" },         { "a-", "name" },        { "a-.b", "name" },
		      { "999.1.1.1", "hostname" } };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fixture f;
		auto_rendered r = { 0 };
		struct fault fault = { "" };
		fixture_init(&f);
		f.facts.origin_ip = f.facts.scope_host = str_of(cases[i].source);
		CHECK(render(&r, &f.detection, &plain_options));
		CHECKF(check_finding(value_root(&r.doc), &fault), "%s", fault.text);
		char path[64];
		(void)snprintf(path, sizeof(path), "evidences.src_endpoint.%s", cases[i].member);
		CHECKF(text_at(value_root(&r.doc), path, cases[i].source), "%s", cases[i].source);
	}
}

TEST(a_prerendered_rule_changes_no_byte)
{
	struct fixture f;
	auto_buf before = { 0 }, after = { 0 };
	auto_arena arena = { 0 };
	struct detection_rule ready;
	fixture_init(&f);
	for (size_t tags = 0; tags <= 4; tags += 4) {
		buf_reset(&before);
		buf_reset(&after);
		f.rule.n_tags = tags;
		f.detection.rule = &f.rule;
		report_ocsf_detection(&before, &f.detection, &plain_options);
		CHECK(report_rule_prerender(&f.rule, REPORT_OCSF, &arena, &ready) == ERR_OK && ready.ocsf.ptr != NULL);
		f.detection.rule = &ready;
		report_ocsf_detection(&after, &f.detection, &plain_options);
		CHECK(str_eq(buf_view(&before), buf_view(&after)));
	}
}

TEST(times_before_the_epoch_round_down)
{
	struct fixture f;
	auto_rendered r = { 0 };
	fixture_init(&f);
	f.detection.time_ns = -1;
	CHECK(render(&r, &f.detection, &plain_options));
	CHECK(number_at(value_root(&r.doc), "time", -1));
}

TEST(the_checker_itself_refuses_what_the_schema_refuses)
{
	static const char *const bad[] = {
		"{}",
		"{\"nonsense\":1}",
		"{\"activity_id\":1,\"class_uid\":2004,\"type_uid\":200401,\"severity_id\":4,\"time\":0}",
		"{\"activity_id\":\"1\"}",
		"{\"evidences\":[]}",
		"{\"evidences\":[{\"uid\":\"x\"}]}",
		"{\"cloud\":{\"region\":\"x\"}}",
		"{\"finding_info\":{\"title\":\"x\"}}",
		"{\"severity_id\":4,\"severity\":\"Low\"}",
	};
	struct json_reader *reader = NULL;
	CHECK(json_reader_new(1 << 20, &reader) == ERR_OK);
	size_t accepted = 0;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct value_doc doc;
		struct fault fault = { "" };
		accepted += !fixture_read(reader, str_of(bad[i]), &doc) || check_finding(value_root(&doc), &fault);
	}
	json_reader_free(&reader);
	CHECKF(accepted == 0, "%zu accepted", accepted);
}
