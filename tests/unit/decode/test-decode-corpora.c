/* Recorded events of others: each must be recognised as what it is, with time, actor and action where it has them. */
#include "kit.h"

struct tally {
	size_t events, wrong, no_time, no_actor, no_action, unread;
	char first_wrong[256];
};

static void count(struct kit *k, const char *decoder, struct tally *t)
{
	struct event e;
	while (decoder_next(k->decoder, &e)) {
		struct event_facts f;
		arena_reset(&k->arena);
		t->events++;
		if (!kit_is(k, &e, decoder) && t->wrong++ == 0)
			snprintf(t->first_wrong, sizeof(t->first_wrong), "%.200s", e.raw.ptr != NULL ? e.raw.ptr : "");
		if (decode_event_facts(k->decoder, &e, &k->arena, &f) != ERR_OK)
			t->wrong++;
		t->no_time += f.time_ns == TIME_NONE;
		t->no_actor += f.actor.id.ptr == NULL;
		t->no_action += f.action_name.ptr == NULL;
	}
}

static bool read_file(struct kit *k, const char *path, const char *decoder, struct tally *t)
{
	char *text = NULL;
	size_t len = 0;
	if (sys_read_file(path, (size_t)1 << 30, &text, &len) != ERR_OK)
		return false;
	for (size_t at = 0; at < len;) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = end != NULL ? (size_t)(end - text) - at : len - at;
		if (n > 0) {
			if (kit_record(k, (struct str){ text + at, n }) != ERR_OK)
				t->unread++;
			else
				count(k, decoder, t);
		}
		at += n + 1;
	}
	sys_free(text);
	return true;
}

static bool read_folder(struct kit *k, const char *folder, const char *decoder, struct tally *t)
{
	char **names = NULL, path[2048];
	size_t n = 0;
	if (sys_list_dir(folder, 10000, &names, &n) != ERR_OK)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], "labels.ndjson") != 0) {
			snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
			(void)read_file(k, path, decoder, t);
		}
	sys_free(names);
	return true;
}

static void check_folder(const char *name, const char *decoder, size_t at_least)
{
	auto_kit k;
	struct tally t = { 0 };
	char folder[1024];
	if (test_corpora() == NULL)
		SKIP("no corpora");
	CHECK(kit_open(&k, NULL, NULL));
	snprintf(folder, sizeof(folder), "%s/%s", test_corpora(), name);
	if (!read_folder(&k, folder, decoder, &t))
		SKIP("this corpus is absent");
	CHECKF(t.events >= at_least, "%zu events", t.events);
	CHECKF(t.wrong == 0 && t.unread == 0, "%zu of %zu are not recognised, %zu unread: %s", t.wrong, t.events,
	       t.unread, t.first_wrong);
	CHECKF(t.no_time == 0 && t.no_actor == 0 && t.no_action == 0, "of %zu without time %zu, actor %zu, action %zu",
	       t.events, t.no_time, t.no_actor, t.no_action);
}

TEST(cloudtrail_of_stratus_is_recognised)
{
	check_folder("cloudtrail/stratus", "aws-cloudtrail", 15);
}

TEST(kubernetes_traces_are_recognised)
{
	check_folder("k8s-audit/traces", "kubernetes-audit", 20);
}

TEST(windows_events_of_the_rule_tests_are_recognised)
{
	check_folder("sigma-regression/events", "windows", 100);
}

static const struct {
	const char *log_type, *decoder, *also;
} types[] = {
	{ "AWS.CloudTrail", "aws-cloudtrail", NULL },
	{ "Azure.MonitorActivity", "azure-monitor", "kubernetes-audit" },
	{ "Azure.Audit", "azure-monitor", NULL },
	{ "Amazon.EKS.Audit", "kubernetes-audit", NULL },
	{ "GCP.AuditLog", "gcp-audit", "generic" /* a few hold nothing but a method name, or not even that */ },
};

TEST(events_of_panther_are_recognised)
{
	auto_kit k, reader;
	auto_free char *text = NULL;
	char path[1024];
	size_t len = 0, generic = 0, all = 0;
	if (test_corpora() == NULL)
		SKIP("no corpora");
	snprintf(path, sizeof(path), "%s/panther/tests.ndjson", test_corpora());
	CHECK(kit_open(&k, NULL, NULL));
	CHECK(kit_open(&reader, NULL, NULL));
	if (sys_read_file(path, (size_t)1 << 30, &text, &len) != ERR_OK) {
		kit_close(&reader);
		SKIP("this corpus is absent");
	}
	for (size_t at = 0; at < len && test_why == NULL;) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = end != NULL ? (size_t)(end - text) - at : len - at;
		struct event outer, e;
		auto_buf event = { 0 };
		if (n > 0 && kit_record(&reader, (struct str){ text + at, n }) == ERR_OK &&
		    decoder_next(reader.decoder, &outer)) {
			struct str type = value_str_or_empty(value_get(outer.record, STR("log_type")));
			json_write_value(&event, value_get(outer.record, STR("event")));
			bool found = kit_record(&k, buf_view(&event)) == ERR_OK && decoder_next(k.decoder, &e);
			bool right = false;
			for (size_t i = 0; i < ARRAY_LEN(types) && found; i++)
				right |= str_eq(type, str_of(types[i].log_type)) &&
				         (kit_is(&k, &e, types[i].decoder) ||
				          (types[i].also != NULL && kit_is(&k, &e, types[i].also)));
			if (!right)
				test_fail("panther", "%.*s: %.300s", STR_FMT(type), event.ptr != NULL ? event.ptr : "");
			generic += found && kit_is(&k, &e, "generic");
			all++;
		}
		at += n + 1;
	}
	kit_close(&reader);
	if (test_why == NULL)
		CHECKF(all > 500 && generic <= 8, "%zu of %zu events generic", generic, all);
}
