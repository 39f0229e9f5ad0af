/* What writing one detection costs, in each format: bench-report [N]. */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/sys.h"
#include "base/time.h"
#include "report/report.h"

static const struct str tags[] = { { "attack.persistence", 18 }, { "attack.t1098.001", 16 } };
static const struct detection_rule rule = { .id = { "0a1b2c3d-0000-4000-8000-000000000001", 36 },
	                                    .title = { "Access key created for another user", 35 },
	                                    .level = { "high", 4 },
	                                    .path = { "rules/cloud/aws/cloudtrail/aws_iam_access_key.yml", 49 },
	                                    .description = { "Detects an access key that was made for another user.",
	                                                     53 },
	                                    .tags = tags,
	                                    .n_tags = ARRAY_LEN(tags),
	                                    .level_rank = 4 };

static void fill(struct event *e, struct event_facts *f)
{
	e->logsource = (struct logsource){ .product = STR("aws"), .service = STR("cloudtrail") };
	e->file = STR("logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2024/11/22/trail.json.gz");
	e->line = 4711;
	f->time_ns = 1732250706123000000;
	f->actor.id = STR("arn:aws:iam::111122223333:user/alice");
	f->actor.type = STR("IAMUser");
	f->actor.name = STR("alice");
	f->actor.account = f->scope_account = STR("111122223333");
	f->actor.access_key = STR("AKIAIOSFODNN7EXAMPLE");
	f->action_service = STR("iam.amazonaws.com");
	f->action_name = STR("CreateAccessKey");
	f->resources[0].id = STR("arn:aws:iam::111122223333:user/bob");
	f->resources[0].type = STR("AWS::IAM::User");
	f->n_resources = f->resources_total = 1;
	f->origin_ip = STR("203.0.113.7");
	f->origin_user_agent = STR("aws-cli/2.15.0 Python/3.11.6 Linux/6.1.0 exe/x86_64.debian.12");
	f->scope_region = STR("eu-west-1");
	f->outcome = OUTCOME_SUCCESS;
}

typedef void render_fn(struct buf *out, const struct detection *d, const struct report_options *o);

static void run(const char *name, render_fn *render, struct detection *d, size_t n)
{
	const struct report_options o = { .version = "0" };
	auto_buf out = { 0 };
	size_t bytes = 0;
	int64_t from = sys_monotonic_ns();
	for (size_t i = 0; i < n; i++) {
		buf_reset(&out);
		render(&out, d, &o);
		bytes += out.len;
	}
	double seconds = (double)(sys_monotonic_ns() - from) / 1e9;
	printf("%-18s %8.0f ns  %10.0f/s  %6zu bytes  %7.0f MB/s\n", name, seconds * 1e9 / (double)n,
	       (double)n / seconds, bytes / n, (double)bytes / 1e6 / seconds);
}

static enum err bench(size_t n)
{
	struct event event = { 0 };
	struct event_facts facts = { 0 };
	struct match_reason reasons[] = {
		{ STR("eventSource"), STR("iam.amazonaws.com"), STR(""), STR("iam.amazonaws.com"), false },
		{ STR("eventName"), STR("CreateAccessKey"), STR(""), STR("CreateAccessKey"), false },
	};
	auto_arena arena = { 0 };
	struct detection_rule json, ocsf;
	fill(&event, &facts);
	struct detection d = { &rule,
		               &event,
		               &facts,
		               facts.time_ns,
		               STR("1b5a6d0e-7c1f-4f55-9a33-0123456789ab"),
		               STR("00112233445566778899aabbccddeeff"),
		               reasons,
		               ARRAY_LEN(reasons) };
	TRY(report_rule_prerender(&rule, REPORT_JSON, &arena, &json));
	TRY(report_rule_prerender(&rule, REPORT_OCSF, &arena, &ocsf));
	run("json", report_json_detection, &d, n);
	run("ocsf", report_ocsf_detection, &d, n);
	d.rule = &json;
	run("json prerendered", report_json_detection, &d, n);
	d.rule = &ocsf;
	run("ocsf prerendered", report_ocsf_detection, &d, n);
	struct report_table *t;
	TRY(report_table_new(false, 80, &t));
	int64_t from = sys_monotonic_ns();
	enum err e = ERR_OK;
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = report_table_add(t, &d);
	printf("%-18s %8.0f ns\n", "table", (double)(sys_monotonic_ns() - from) / (double)n);
	report_table_free(&t);
	return e;
}

int main(int argc, char **argv)
{
	enum err e = bench(argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000);
	if (e != ERR_OK)
		(void)fprintf(stderr, "bench-report: %s\n", err_text(e));
	return err_exit_code(e);
}
