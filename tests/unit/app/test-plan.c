/* What the options of detect mean, and that every mistake in them is told at once. */
#include "test.h"

#include "app/run.h"
#include "base/time.h"

static const struct {
	const char *text, *product, *service, *category; /* product NULL: refused */
} logsources[] = {
	{ "", "", "", "" },
	{ "product=linux", "linux", "", "" },
	{ "product=linux,service=sshd", "linux", "sshd", "" },
	{ "category=process_creation,product=windows", "windows", "", "process_creation" },
	{ "product=a,product=b", "b", "", "" },
	{ "product=a=b", "a=b", "", "" },
	{ "product=linux,", "linux", "", "" },
	{ "linux", NULL, NULL, NULL },
	{ "product", NULL, NULL, NULL },
	{ "product=", NULL, NULL, NULL },
	{ "=linux", NULL, NULL, NULL },
	{ ",product=linux", NULL, NULL, NULL },
	{ "product=linux,,service=sshd", NULL, NULL, NULL },
	{ "Product=linux", NULL, NULL, NULL },
	{ "definition=x", NULL, NULL, NULL },
	{ "product=linux service=sshd,x", NULL, NULL, NULL },
};

TEST(a_log_source_is_written_as_pairs)
{
	for (size_t i = 0; i < ARRAY_LEN(logsources); i++) {
		auto_arena a = { 0 };
		struct diag_list diags = { .arena = &a };
		struct logsource ls = { .product = STR("untouched") };
		enum err e = logsource_parse(str_of(logsources[i].text), &ls, &diags);
		if (logsources[i].product == NULL) {
			CHECKF(e == ERR_USAGE && diags.errors == 1, "%s", logsources[i].text);
			CHECKF(str_is(ls.product, "untouched"), "%s", logsources[i].text);
			continue;
		}
		CHECKF(e == ERR_OK && diags.errors == 0, "%s", logsources[i].text);
		CHECKF(str_eq(ls.product, str_of(logsources[i].product)) &&
		           str_eq(ls.service, str_of(logsources[i].service)) &&
		           str_eq(ls.category, str_of(logsources[i].category)),
		       "%s", logsources[i].text);
	}
}

TEST(without_options_everything_is_wanted)
{
	auto_arena a = { 0 };
	struct diag_list diags = { .arena = &a };
	struct app_detect_options o = { 0 };
	struct detect_plan p;
	CHECK(detect_plan_make(&o, &p, &diags) == ERR_OK && diags.errors == 0);
	CHECK(p.level_min == SIGMA_LEVEL_NONE && p.fail_on == SIGMA_LEVEL_NONE && p.since_ns == TIME_NONE &&
	      p.until_ns == TIME_NONE);
	CHECK(!p.has_logsource && !p.filters && p.input_format == FORMAT_AUTO && p.threads >= 1 && p.threads <= 64);
}

TEST(options_are_understood)
{
	auto_arena a = { 0 };
	struct diag_list diags = { .arena = &a };
	struct app_detect_options o = { .level = STR("high"),
		                        .fail_on = STR("critical"),
		                        .since = STR("2026-01-31"),
		                        .until = STR("2026-02-01T00:00:00Z"),
		                        .region = STR("eu-west-1"),
		                        .format = STR("ocsf"),
		                        .input_format = STR("ndjson"),
		                        .logsource = STR("service=x"),
		                        .threads = 1000000,
		                        .with_raw = true };
	struct detect_plan p;
	CHECK(detect_plan_make(&o, &p, &diags) == ERR_OK);
	CHECK(p.level_min == SIGMA_HIGH && p.fail_on == SIGMA_CRITICAL &&
	      p.until_ns - p.since_ns == 86400ll * 1000000000);
	CHECK(p.format == REPORT_OCSF && p.input_format == FORMAT_NDJSON && p.has_logsource && p.filters &&
	      p.threads == 64 && p.report.with_raw);
}

TEST(each_mistake_is_told_at_once_with_what_would_be_right)
{
	auto_arena a = { 0 };
	struct diag_list diags = { .arena = &a };
	struct app_detect_options o = { .level = STR("severe"),
		                        .fail_on = STR("always"),
		                        .since = STR("yesterday"),
		                        .until = STR("31.1.2026"),
		                        .format = STR("xml"),
		                        .logsource = STR("linux") };
	struct detect_plan p;
	static const char *const told[] = {
		"--format: \"xml\"",      "--level: \"severe\"",    "--fail-on: \"always\"",
		"--since: \"yesterday\"", "--until: \"31.1.2026\"", "--logsource: \"linux\""
	};
	CHECK(detect_plan_make(&o, &p, &diags) == ERR_USAGE);
	CHECKF(diags.errors == ARRAY_LEN(told) && diags.items.n == ARRAY_LEN(told), "%zu", diags.errors);
	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		CHECKF(strncmp(diags.items.at[i].text.ptr, told[i], strlen(told[i])) == 0, "%s",
		       diags.items.at[i].text.ptr);
		CHECK(diags.items.at[i].hint.len > 0);
	}
	o = (struct app_detect_options){ .input_format = STR("word") };
	CHECK(detect_plan_make(&o, &p, &diags) == ERR_USAGE &&
	      strstr(diags.items.at[diags.items.n - 1].text.ptr, "--input-format: \"word\"") != NULL);
}
