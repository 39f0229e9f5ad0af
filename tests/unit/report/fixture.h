#ifndef TESTS_REPORT_FIXTURE_H
#define TESTS_REPORT_FIXTURE_H
/* One detection with every part present; tests take parts away. */
#include "base/buf.h"
#include "base/time.h"
#include "model/detection.h"
#include "report/report.h"
#include "test.h"
#include "json/json.h"

struct fixture {
	struct str tags[4], references[2];
	struct detection_rule rule;
	struct event event;
	struct event_facts facts;
	struct match_reason reasons[3];
	struct detection detection;
};
__attribute__((unused)) static const struct report_options plain_options = { .version = "1.2.3" };

static inline void fixture_rule(struct fixture *f)
{
	f->tags[0] = STR("attack.persistence");
	f->tags[1] = STR("attack.t1098.001");
	f->tags[2] = STR("attack.t1136");
	f->tags[3] = STR("cve.2021-44228");
	f->references[0] = STR("see the runbook");
	f->references[1] = STR("https://example.org/why");
	f->rule = (struct detection_rule){ .id = STR("0a1b2c3d-0000-4000-8000-000000000001"),
		                           .title = STR("Access key for \"root\""),
		                           .level = STR("high"),
		                           .path = STR("rules/aws/key.yml"),
		                           .description = STR("An access key was made for the root user."),
		                           .status = STR("stable"),
		                           .tags = f->tags,
		                           .n_tags = 4,
		                           .references = f->references,
		                           .n_references = 2,
		                           .level_rank = 4,
		                           .index = 7 };
}

static inline void fixture_facts(struct event_facts *f)
{
	f->id = STR("ev-1");
	f->time_ns = 1732250706123000000;
	f->actor = (struct event_actor){ STR("arn:aws:iam::111122223333:user/alice"),
		                         STR("IAMUser"),
		                         STR("alice"),
		                         STR("111122223333"),
		                         STR("issuer-1"),
		                         STR("session-1"),
		                         STR("AKIAEXAMPLE") };
	f->action_service = STR("iam.amazonaws.com");
	f->action_name = STR("CreateAccessKey");
	f->resources[0] = (struct event_resource){ STR("arn:aws:iam::111122223333:user/root2"), STR("AWS::IAM::User"),
		                                   STR("111122223333"), STR("us-east-1") };
	f->n_resources = f->resources_total = 1;
	f->origin_ip = STR("203.0.113.7");
	f->origin_user_agent = STR("aws-cli/2");
	f->outcome = OUTCOME_FAILURE;
	f->error = STR("AccessDenied");
	f->scope_account = STR("111122223333");
	f->scope_region = STR("eu-west-1");
	f->scope_cluster = STR("prod");
	f->scope_host = STR("web-1.example.org");
}

static inline void fixture_init(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	fixture_rule(f);
	fixture_facts(&f->facts);
	f->event.raw = STR("{\"eventName\":\"CreateAccessKey\"}");
	f->event.logsource = (struct logsource){ .product = STR("aws"), .service = STR("cloudtrail") };
	f->event.file = STR("logs/a b.zip!trail.json");
	f->event.line = 12;
	f->reasons[0] =
	    (struct match_reason){ STR("eventName"), STR("CreateAccessKey"), STR(""), STR("CreateAccessKey"), false };
	f->reasons[1] = (struct match_reason){ STR("userIdentity.arn"), STR("arn:aws:iam::1"), STR("contains|all"),
		                               STR("iam"), true };
	f->reasons[2] = (struct match_reason){ { NULL, 0 }, STR("some text"), STR(""), STR("text"), false };
	f->detection = (struct detection){ .rule = &f->rule,
		                           .event = &f->event,
		                           .facts = &f->facts,
		                           .time_ns = f->facts.time_ns,
		                           .event_id = STR("ev-1"),
		                           .fingerprint = STR("00112233445566778899aabbccddeeff"),
		                           .reasons = f->reasons,
		                           .n_reasons = 3 };
}

/* Everything that can be absent is. */
static inline void fixture_bare(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	f->rule.title = STR("Bare");
	f->rule.level = STR("low");
	f->rule.level_rank = 2;
	f->facts.time_ns = TIME_NONE;
	f->detection = (struct detection){ .rule = &f->rule,
		                           .event = &f->event,
		                           .facts = &f->facts,
		                           .time_ns = TIME_NONE,
		                           .event_id = STR("sha256:00"),
		                           .fingerprint = STR("ff") };
}

/* Reads one JSON text; the reader must outlive the document. */
static inline bool fixture_read(struct json_reader *r, struct str text, struct value_doc *doc)
{
	struct json_note note;
	return json_read_tolerant(r, text, false, doc, &note) == ERR_OK && note.reason == NULL;
}

static inline bool text_at(struct value v, const char *path, const char *want)
{
	struct str got;
	return value_str(value_path(v, str_of(path)), &got) && str_eq(got, str_of(want));
}

static inline bool number_at(struct value v, const char *path, int64_t want)
{
	int64_t got;
	return value_int(value_path(v, str_of(path)), &got) && got == want;
}

/* Where `what` stands in b, or NULL. */
static inline const char *find(const struct buf *b, const char *what)
{
	return b->ptr != NULL && b->len > 0 ? memmem(b->ptr, b->len, what, strlen(what)) : NULL;
}

static inline bool has(const struct buf *b, const char *what)
{
	return find(b, what) != NULL;
}
#endif
