/* SARIF 2.1.0: the structure that the specification (OASIS, sections 3.13 to 3.58) requires, checked on whole logs. */
#include <fcntl.h>
#include <unistd.h>

#include "base/sys.h"
#include "fixture.h"

static void sarif_free(struct report_sarif **r)
{
	report_sarif_free(r);
}

static enum err sarif_text(struct report_sarif *r, const struct report_summary *s, struct buf *out)
{
	char chunk[8192];
	FILE *file = tmpfile();
	if (file == NULL)
		return ERR_IO;
	int fd = fileno(file);
	enum err e = report_sarif_write(r, s, fd);
	(void)lseek(fd, 0, SEEK_SET);
	for (ssize_t n; e == ERR_OK && (n = read(fd, chunk, sizeof(chunk))) > 0;)
		buf_add(out, chunk, (size_t)n);
	(void)fclose(file);
	return e == ERR_OK ? buf_err(out) : e;
}

static const char *check_result(struct value result, struct value rules)
{
	int64_t index = -1, line;
	struct str id, uri, text;
	if (!value_str(value_get(result, STR("ruleId")), &id) ||
	    !value_int(value_get(result, STR("ruleIndex")), &index))
		return "result without ruleId and ruleIndex";
	int64_t at = 0;
	bool found = false;
	for (struct value_iter it = value_iter(rules); value_next(&it); at++)
		found = found || (at == index && str_eq(value_str_or_empty(value_get(it.val, STR("id"))), id));
	if (!found)
		return "ruleIndex does not point to ruleId";
	struct str level = value_str_or_empty(value_get(result, STR("level")));
	if (!str_is(level, "error") && !str_is(level, "warning") && !str_is(level, "note") && !str_is(level, "none"))
		return "level";
	if (!value_str(value_path(result, STR("message.text")), &text) || text.len == 0)
		return "message.text is required";
	struct value location = value_get(result, STR("locations"));
	if (value_kind(location) != VALUE_ABSENT) {
		if (!value_str(value_path(location, STR("physicalLocation.artifactLocation.uri")), &uri) ||
		    uri.len == 0)
			return "uri";
		for (size_t i = 0; i < uri.len; i++)
			if (uri.ptr[i] <= ' ' || (unsigned char)uri.ptr[i] >= 0x7F ||
			    strchr("\"<>\\^`{|}", uri.ptr[i]) != NULL)
				return "uri has a character that RFC 3986 does not allow";
		struct value start = value_path(location, STR("physicalLocation.region.startLine"));
		if (value_kind(start) != VALUE_ABSENT && (!value_int(start, &line) || line < 1))
			return "startLine";
	}
	if (value_kind(value_get(result, STR("partialFingerprints"))) != VALUE_MAP)
		return "partialFingerprints";
	for (struct value_iter it = value_iter(value_get(result, STR("partialFingerprints"))); value_next(&it);)
		if (value_kind(it.val) != VALUE_STRING)
			return "fingerprints are strings";
	return NULL;
}

static const char *check_notifications(struct value list)
{
	struct str text;
	if (value_kind(list) != VALUE_LIST)
		return "notifications are a list";
	for (struct value_iter it = value_iter(list); value_next(&it);)
		if (!value_str(value_path(it.val, STR("message.text")), &text) ||
		    value_kind(value_path(it.val, STR("descriptor.id"))) != VALUE_STRING)
			return "notification without message and descriptor";
	return NULL;
}

/* What is wrong with a log, or NULL. */
static const char *check_log(struct value log, size_t want_rules, size_t want_results)
{
	bool successful;
	struct value run = value_get(log, STR("runs"));
	if (!text_at(log, "version", "2.1.0") || value_kind(run) != VALUE_LIST || value_count(run) != 1)
		return "version and one run";
	if (!text_at(log, "runs.tool.driver.name", "Merlon"))
		return "driver name";
	struct value rules = value_path(log, STR("runs.tool.driver.rules"));
	if (value_kind(rules) != VALUE_LIST || value_count(rules) != want_rules)
		return "number of rules";
	for (struct value_iter it = value_iter(rules); value_next(&it);) {
		struct str severity;
		if (value_kind(value_get(it.val, STR("id"))) != VALUE_STRING ||
		    value_kind(value_path(it.val, STR("shortDescription.text"))) != VALUE_STRING ||
		    value_kind(value_path(it.val, STR("defaultConfiguration.level"))) != VALUE_STRING ||
		    !value_str(value_path(it.val, STR("properties.security-severity")), &severity))
			return "rule without id, description, level or severity";
	}
	if (!value_bool(value_path(log, STR("runs.invocations.executionSuccessful")), &successful))
		return "executionSuccessful is required";
	const char *bad = check_notifications(value_path(log, STR("runs.invocations.toolExecutionNotifications")));
	bad = bad != NULL
	          ? bad
	          : check_notifications(value_path(log, STR("runs.invocations.toolConfigurationNotifications")));
	struct value results = value_path(log, STR("runs.results"));
	if (bad == NULL && (value_kind(results) != VALUE_LIST || value_count(results) != want_results))
		bad = "number of results";
	for (struct value_iter it = value_iter(results); bad == NULL && value_next(&it);)
		bad = check_result(it.val, rules);
	return bad;
}

struct log {
	struct buf text;
	struct json_reader *reader;
	struct value_doc doc;
};

static void log_free(struct log *l)
{
	buf_free(&l->text);
	json_reader_free(&l->reader);
}
#define auto_log CLEANUP(log_free) struct log

static bool read_log(struct log *l)
{
	return json_reader_new(64 << 20, &l->reader) == ERR_OK && fixture_read(l->reader, buf_view(&l->text), &l->doc);
}

TEST(an_empty_log_is_whole)
{
	CLEANUP(sarif_free) struct report_sarif *r = NULL;
	auto_log log = { 0 };
	struct report_summary s = { 0 };
	CHECK(report_sarif_new(&plain_options, &r) == ERR_OK);
	CHECK(sarif_text(r, &s, &log.text) == ERR_OK && read_log(&log));
	const char *bad = check_log(value_root(&log.doc), 0, 0);
	CHECKF(bad == NULL, "%s", bad);
}

TEST(results_say_who_did_what_from_where)
{
	CLEANUP(sarif_free) struct report_sarif *r = NULL;
	auto_log log = { 0 };
	struct fixture f, g;
	struct report_summary s = { .events = 10, .unread = 3, .rules_refused = 2, .interrupted = true };
	fixture_init(&f);
	fixture_bare(&g);
	g.rule.index = 3;
	CHECK(report_sarif_new(&plain_options, &r) == ERR_OK);
	CHECK(report_sarif_add(r, &f.detection) == ERR_OK);
	CHECK(report_sarif_add(r, &g.detection) == ERR_OK);
	CHECK(report_sarif_add(r, &f.detection) == ERR_OK);
	CHECK(sarif_text(r, &s, &log.text) == ERR_OK && read_log(&log));
	struct value v = value_root(&log.doc);
	const char *bad = check_log(v, 2, 3);
	CHECKF(bad == NULL, "%s: %.*s", bad, STR_FMT(buf_view(&log.text)));
	CHECK(text_at(v, "runs.results.message.text",
	              "Access key for \"root\": alice, iam:CreateAccessKey root2, "
	              "203.0.113.7 web-1.example.org 111122223333/eu-west-1 (AccessDenied)"));
	CHECK(text_at(v, "runs.results.level", "error"));
	CHECK(text_at(v, "runs.results.locations.physicalLocation.artifactLocation.uri", "logs/a%20b.zip!trail.json"));
	CHECK(number_at(v, "runs.results.locations.physicalLocation.region.startLine", 12));
	CHECK(text_at(v, "runs.results.partialFingerprints.merlonDetection/v1", "00112233445566778899aabbccddeeff"));
	CHECK(text_at(v, "runs.tool.driver.rules.properties.security-severity", "8.0"));
	CHECK(text_at(v, "runs.tool.driver.rules.helpUri", "https://example.org/why"));
	CHECK(
	    text_at(v, "runs.invocations.toolExecutionNotifications.message.text", "3 records that could not be read"));
	CHECK(text_at(v, "runs.invocations.toolConfigurationNotifications.descriptor.id", "rules_refused"));
	CHECK(number_at(v, "runs.invocations.properties.events", 10));
	CHECK(has(&log.text, "\"executionSuccessful\":false"));
	CHECK(has(&log.text, "\"Bare: unknown actor\""));
}

TEST(paths_become_uris)
{
	static const struct {
		const char *file, *uri;
	} cases[] = { { "/var/log/a.json", "file:///var/log/a.json" },
		      { "-", "-" },
		      { "a:b", "a%3Ab" },
		      { "x#y?z%", "x%23y%3Fz%25" },
		      { "\xff", "%FF" },
		      { "a\nb", "a%0Ab" } };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(sarif_free) struct report_sarif *r = NULL;
		auto_log log = { 0 };
		struct fixture f;
		struct report_summary s = { 0 };
		fixture_init(&f);
		f.event.file = str_of(cases[i].file);
		CHECK(report_sarif_new(&plain_options, &r) == ERR_OK && report_sarif_add(r, &f.detection) == ERR_OK);
		CHECK(sarif_text(r, &s, &log.text) == ERR_OK && read_log(&log));
		const char *bad = check_log(value_root(&log.doc), 1, 1);
		CHECKF(bad == NULL, "%s: %s", cases[i].file, bad);
		CHECKF(text_at(value_root(&log.doc), "runs.results.locations.physicalLocation.artifactLocation.uri",
		               cases[i].uri),
		       "%s", cases[i].file);
	}
}

TEST(many_results_are_spilled_and_come_back_in_order)
{
	enum { MANY = 5000 };
	CLEANUP(sarif_free) struct report_sarif *r = NULL;
	auto_log log = { 0 };
	struct fixture f;
	struct report_summary s = { .detections = MANY };
	fixture_init(&f);
	CHECK(report_sarif_new(&plain_options, &r) == ERR_OK);
	for (unsigned i = 0; i < MANY; i++) {
		f.event.line = i + 1;
		f.rule.index = i % 50;
		CHECK(report_sarif_add(r, &f.detection) == ERR_OK);
	}
	CHECK(sarif_text(r, &s, &log.text) == ERR_OK && log.text.len > 3 << 20 && read_log(&log));
	const char *bad = check_log(value_root(&log.doc), 50, MANY);
	CHECKF(bad == NULL, "%s", bad);
	int64_t line, want = 1;
	for (struct value_iter it = value_iter(value_path(value_root(&log.doc), STR("runs.results"))); value_next(&it);
	     want++)
		CHECK(value_int(value_path(it.val, STR("locations.physicalLocation.region.startLine")), &line) &&
		      line == want);
}

TEST(a_spill_without_a_place_is_an_error_that_stays)
{
	CLEANUP(sarif_free) struct report_sarif *r = NULL;
	struct report_options o = { .version = "1", .temp_dir = "/nonexistent-merlon/x" };
	struct fixture f;
	struct report_summary s = { 0 };
	auto_buf out = { 0 };
	enum err e = ERR_OK;
	fixture_init(&f);
	CHECK(report_sarif_new(&o, &r) == ERR_OK);
	for (unsigned i = 0; i < 5000 && e == ERR_OK; i++)
		e = report_sarif_add(r, &f.detection);
	CHECK(e == ERR_MISSING);
	CHECK(report_sarif_add(r, &f.detection) == ERR_MISSING);
	CHECK(sarif_text(r, &s, &out) == ERR_MISSING);
}

TEST(a_rule_index_beyond_the_limit_is_refused)
{
	CLEANUP(sarif_free) struct report_sarif *r = NULL;
	struct fixture f;
	fixture_init(&f);
	f.rule.index = UINT32_MAX;
	CHECK(report_sarif_new(&plain_options, &r) == ERR_OK);
	CHECK(report_sarif_add(r, &f.detection) == ERR_LIMIT);
}

TEST(a_full_disk_is_reported)
{
	CLEANUP(sarif_free) struct report_sarif *r = NULL;
	struct report_summary s = { 0 };
	CHECK(report_sarif_new(&plain_options, &r) == ERR_OK);
	int fd = open("/dev/full", O_WRONLY);
	if (fd < 0)
		SKIP("no /dev/full");
	enum err e = report_sarif_write(r, &s, fd);
	(void)close(fd);
	CHECK(e == ERR_FULL);
}
