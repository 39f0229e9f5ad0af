/* The JSON contract: byte for byte, since other programs depend on it. */
#include "base/arena.h"
#include "fixture.h"

static bool is(const struct buf *b, const char *want)
{
	return str_eq(buf_view(b), str_of(want));
}

TEST(a_full_detection_has_every_key_in_the_documented_order)
{
	struct fixture f;
	auto_buf out = { 0 };
	fixture_init(&f);
	report_json_detection(&out, &f.detection, &plain_options);
	CHECK(buf_err(&out) == ERR_OK);
	CHECKF(
	    is(&out,
	       "{\"kind\":\"detection\",\"schema\":1,\"fingerprint\":\"00112233445566778899aabbccddeeff\","
	       "\"time\":\"2024-11-22T04:45:06.123Z\","
	       "\"rule\":{\"id\":\"0a1b2c3d-0000-4000-8000-000000000001\",\"title\":\"Access key for \\\"root\\\"\","
	       "\"level\":\"high\",\"tags\":[\"attack.persistence\",\"attack.t1098.001\",\"attack.t1136\",\"cve.2021-"
	       "44228\"],"
	       "\"path\":\"rules/aws/key.yml\"},"
	       "\"event\":{\"id\":\"ev-1\",\"file\":\"logs/a b.zip!trail.json\",\"line\":12,"
	       "\"logsource\":{\"category\":null,\"product\":\"aws\",\"service\":\"cloudtrail\"},\"truncated\":false},"
	       "\"scope\":{\"account\":\"111122223333\",\"region\":\"eu-west-1\",\"cluster\":\"prod\",\"host\":\"web-1."
	       "example.org\"},"
	       "\"actor\":{\"id\":\"arn:aws:iam::111122223333:user/alice\",\"type\":\"IAMUser\",\"name\":\"alice\","
	       "\"account\":\"111122223333\",\"issuer\":\"issuer-1\",\"session\":\"session-1\",\"access_key\":"
	       "\"AKIAEXAMPLE\"},"
	       "\"action\":{\"service\":\"iam.amazonaws.com\",\"name\":\"CreateAccessKey\"},"
	       "\"resources\":[{\"id\":\"arn:aws:iam::111122223333:user/root2\",\"type\":\"AWS::IAM::User\","
	       "\"account\":\"111122223333\",\"region\":\"us-east-1\"}],"
	       "\"origin\":{\"ip\":\"203.0.113.7\",\"user_agent\":\"aws-cli/"
	       "2\"},\"outcome\":\"failure\",\"error\":\"AccessDenied\","
	       "\"matched\":[{\"field\":\"eventName\",\"value\":\"CreateAccessKey\",\"modifier\":null,\"pattern\":"
	       "\"CreateAccessKey\"},"
	       "{\"field\":\"userIdentity.arn\",\"value\":\"arn:aws:iam::1\",\"modifier\":\"contains|all\",\"pattern\":"
	       "\"iam\",\"truncated\":true},"
	       "{\"field\":null,\"value\":\"some text\",\"modifier\":null,\"pattern\":\"text\"}]}\n"),
	    "%.*s", STR_FMT(buf_view(&out)));
}

TEST(absent_parts_are_null_and_lists_stay_lists)
{
	struct fixture f;
	auto_buf out = { 0 };
	fixture_bare(&f);
	report_json_detection(&out, &f.detection, &plain_options);
	CHECKF(is(&out,
	          "{\"kind\":\"detection\",\"schema\":1,\"fingerprint\":\"ff\",\"time\":null,"
	          "\"rule\":{\"id\":null,\"title\":\"Bare\",\"level\":\"low\",\"tags\":[],\"path\":null},"
	          "\"event\":{\"id\":\"sha256:00\",\"file\":null,\"line\":0,"
	          "\"logsource\":{\"category\":null,\"product\":null,\"service\":null},\"truncated\":false},"
	          "\"scope\":null,\"actor\":null,\"action\":null,\"resources\":[],\"origin\":null,\"outcome\":null,"
	          "\"error\":null,\"matched\":[]}\n"),
	       "%.*s", STR_FMT(buf_view(&out)));
}

TEST(one_present_member_makes_the_object_appear)
{
	static const struct {
		size_t at;
		const char *want;
	} cases[] = {
		{ offsetof(struct event_facts, scope_host),
		  "\"scope\":{\"account\":null,\"region\":null,\"cluster\":null,\"host\":\"x\"}" },
		{ offsetof(struct event_facts, scope_account), "\"scope\":{\"account\":\"x\"," },
		{ offsetof(struct event_facts, actor.access_key), "\"session\":null,\"access_key\":\"x\"}" },
		{ offsetof(struct event_facts, actor.id), "\"actor\":{\"id\":\"x\",\"type\":null," },
		{ offsetof(struct event_facts, action_name), "\"action\":{\"service\":null,\"name\":\"x\"}" },
		{ offsetof(struct event_facts, action_service), "\"action\":{\"service\":\"x\",\"name\":null}" },
		{ offsetof(struct event_facts, origin_user_agent), "\"origin\":{\"ip\":null,\"user_agent\":\"x\"}" },
		{ offsetof(struct event_facts, origin_ip), "\"origin\":{\"ip\":\"x\",\"user_agent\":null}" },
		{ offsetof(struct event_facts, error), "\"outcome\":null,\"error\":\"x\"" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fixture f;
		auto_buf out = { 0 };
		struct str x = STR("x");
		fixture_bare(&f);
		memcpy((char *)&f.facts + cases[i].at, &x, sizeof(x));
		report_json_detection(&out, &f.detection, &plain_options);
		CHECKF(has(&out, cases[i].want), "case %zu: %.*s", i, STR_FMT(buf_view(&out)));
	}
}

TEST(a_prerendered_rule_changes_no_byte)
{
	struct fixture f;
	auto_buf before = { 0 }, after = { 0 };
	auto_arena arena = { 0 };
	struct detection_rule ready;
	fixture_init(&f);
	report_json_detection(&before, &f.detection, &plain_options);
	CHECK(report_rule_prerender(&f.rule, REPORT_JSON, &arena, &ready) == ERR_OK);
	CHECK(ready.json.ptr != NULL && ready.ocsf.ptr == NULL && ready.index == 7);
	f.detection.rule = &ready;
	report_json_detection(&after, &f.detection, &plain_options);
	CHECK(str_eq(buf_view(&before), buf_view(&after)));
	CHECK(report_rule_prerender(&f.rule, REPORT_TABLE, &arena, &ready) == ERR_OK);
	CHECK(ready.json.ptr == NULL && ready.ocsf.ptr == NULL);
}

TEST(prerendering_without_memory_is_an_error)
{
	struct fixture f;
	struct detection_rule ready;
	auto_arena arena = { .max = 8 };
	fixture_init(&f);
	CHECK(report_rule_prerender(&f.rule, REPORT_JSON, &arena, &ready) == ERR_MEMORY);
}

TEST(flags_that_hold_are_appended_after_matched)
{
	struct fixture f;
	auto_buf out = { 0 };
	struct report_options raw = { .with_raw = true };
	fixture_bare(&f);
	f.event.flags = EVENT_TRUNCATED | EVENT_TOLERANT | EVENT_TIME_ASSUMED;
	f.facts.resources_total = 40;
	f.event.raw = STR("bad \xff\n\x1b byte");
	report_json_detection(&out, &f.detection, &raw);
	CHECK(has(&out, "\"truncated\":true},\"scope\""));
	CHECKF(has(&out, "\"matched\":[],\"resources_total\":40,\"time_assumed\":true,\"tolerant\":true,"
	                 "\"raw\":\"bad \xef\xbf\xbd\\n\\u001b byte\"}\n"),
	       "%.*s", STR_FMT(buf_view(&out)));
}

TEST(the_raw_event_stays_out_unless_asked)
{
	struct fixture f;
	auto_buf out = { 0 };
	fixture_init(&f);
	report_json_detection(&out, &f.detection, &plain_options);
	CHECK(!has(&out, "\"raw\""));
}

TEST(null_and_empty_values_differ_in_matched)
{
	struct fixture f;
	auto_buf out = { 0 };
	fixture_bare(&f);
	f.reasons[0] = (struct match_reason){ STR("a"), { NULL, 0 }, STR("exists"), STR("false"), false };
	f.reasons[1] = (struct match_reason){ STR("b"), STR(""), STR(""), STR(""), false };
	f.detection.reasons = f.reasons;
	f.detection.n_reasons = 2;
	report_json_detection(&out, &f.detection, &plain_options);
	CHECK(has(&out, "[{\"field\":\"a\",\"value\":null,\"modifier\":\"exists\",\"pattern\":\"false\"},"
	                "{\"field\":\"b\",\"value\":\"\",\"modifier\":null,\"pattern\":\"\"}]"));
}

TEST(hostile_text_stays_one_line_of_valid_json)
{
	struct fixture f;
	auto_buf out = { 0 };
	struct json_reader *r = NULL;
	struct value_doc doc;
	fixture_init(&f);
	f.facts.actor.name = STR("a\"},\n\"kind\":\"x\xc3\x28\xed\xa0\x80\0\x7f");
	f.rule.title = STR("t\r\n\xff");
	report_json_detection(&out, &f.detection, &plain_options);
	CHECK(buf_err(&out) == ERR_OK && memchr(out.ptr, '\n', out.len) == out.ptr + out.len - 1);
	CHECK(json_reader_new(1 << 20, &r) == ERR_OK);
	bool ok = fixture_read(r, buf_view(&out), &doc) && text_at(value_root(&doc), "kind", "detection");
	json_reader_free(&r);
	CHECK(ok);
}

TEST(a_buffer_that_is_full_says_so)
{
	struct fixture f;
	fixture_init(&f);
	for (size_t max = 1; max < 900; max += 41) {
		auto_buf out = { .max = max };
		report_json_detection(&out, &f.detection, &plain_options);
		report_ocsf_detection(&out, &f.detection, &plain_options);
		CHECK(buf_err(&out) != ERR_OK);
	}
}

TEST(formats_have_names_and_nothing_else_is_one)
{
	enum report_format format = REPORT_TABLE;
	CHECK(report_format_parse(STR("sarif"), &format) == ERR_OK && format == REPORT_SARIF);
	CHECK(report_format_parse(STR("table"), &format) == ERR_OK && format == REPORT_TABLE);
	CHECK(report_format_parse(STR("ocsf"), &format) == ERR_OK && format == REPORT_OCSF);
	CHECK(report_format_parse(STR("json"), &format) == ERR_OK && format == REPORT_JSON);
	CHECK(report_format_parse(STR("JSON"), &format) == ERR_USAGE && format == REPORT_JSON);
	CHECK(report_format_parse(STR(""), &format) == ERR_USAGE);
}
