/* What the options of detect mean; every mistake is told at once. */
#include "app/run.h"
#include "base/sys.h"
#include "base/time.h"
#include "base/utf8.h"

static void usage(struct diag_list *diags, const char *option, struct str value, const char *hint)
{
	diag_addf(diags, &(struct diag){ .severity = DIAG_ERROR, .code = "usage", .hint = str_of(hint) },
	          "--%s: \"%.*s\" is not understood", option, STR_FMT(value));
}

fallible logsource_parse(struct str text, struct logsource *ret, struct diag_list *diags)
{
	struct logsource ls = { 0 };
	while (text.len > 0) {
		const char *comma = memchr(text.ptr, ',', text.len);
		struct str part = { text.ptr, comma != NULL ? (size_t)(comma - text.ptr) : text.len };
		const char *eq = memchr(part.ptr, '=', part.len);
		struct str key = { part.ptr, eq != NULL ? (size_t)(eq - part.ptr) : part.len };
		struct str value = eq != NULL ? str_cut(part, key.len + 1, part.len) : (struct str){ NULL, 0 };
		struct str *into = str_is(key, "product")    ? &ls.product
		                   : str_is(key, "service")  ? &ls.service
		                   : str_is(key, "category") ? &ls.category
		                                             : NULL;
		if (into == NULL || value.len == 0) {
			usage(diags, "logsource", part,
			      "write it as product=linux,service=sshd (any of product, service, category)");
			return ERR_USAGE;
		}
		*into = value;
		text = str_cut(text, part.len + (comma != NULL), text.len);
	}
	*ret = ls;
	return ERR_OK;
}

static fallible parse_level(struct str text, const char *option, enum sigma_level *ret, struct diag_list *diags)
{
	*ret = SIGMA_LEVEL_NONE;
	if (text.len == 0 || sigma_level_parse(text, ret) == ERR_OK)
		return ERR_OK;
	usage(diags, option, text, "one of informational, low, medium, high, critical");
	return ERR_USAGE;
}

static fallible parse_time(struct str text, const char *option, int64_t *ret, struct diag_list *diags)
{
	*ret = TIME_NONE;
	if (text.len == 0 || time_parse_user(text, sys_now_ns(), ret) == ERR_OK)
		return ERR_OK;
	usage(diags, option, text, "an RFC 3339 time, a date such as 2026-01-31, or how long ago, such as 24h");
	return ERR_USAGE;
}

static fallible parse_formats(const struct app_detect_options *o, struct detect_plan *p, struct diag_list *diags)
{
	p->input_format = FORMAT_AUTO;
	if (o->input_format.len > 0 && source_format_parse(o->input_format, &p->input_format) != ERR_OK) {
		usage(diags, "input-format", o->input_format, "see merlon detect --help for the formats");
		return ERR_USAGE;
	}
	if (o->format.len == 0) {
		bool table = o->output.len == 0 && sys_is_terminal(1);
		p->format = table ? REPORT_TABLE : REPORT_JSON;
	} else if (report_format_parse(o->format, &p->format) != ERR_OK) {
		usage(diags, "format", o->format, "one of table, json, ocsf, sarif");
		return ERR_USAGE;
	}
	return ERR_OK;
}

static enum err worst(enum err a, enum err b)
{
	return a != ERR_OK ? a : b;
}

fallible detect_plan_make(const struct app_detect_options *o, struct detect_plan *ret, struct diag_list *diags)
{
	struct detect_plan p = { .account = o->account,
		                 .region = o->region,
		                 .filters = o->account.len > 0 || o->region.len > 0,
		                 .has_logsource = o->logsource.len > 0,
		                 .report = { .with_raw = o->with_raw, .version = MERLON_VERSION } };
	enum err e = parse_formats(o, &p, diags);
	e = worst(e, parse_level(o->level, "level", &p.level_min, diags));
	e = worst(e, parse_level(o->fail_on, "fail-on", &p.fail_on, diags));
	e = worst(e, parse_time(o->since, "since", &p.since_ns, diags));
	e = worst(e, parse_time(o->until, "until", &p.until_ns, diags));
	e = worst(e, logsource_parse(o->logsource, &p.logsource, diags));
	p.threads = o->threads > 0 ? (size_t)o->threads : sys_processors();
	p.threads = p.threads < 64 ? p.threads : 64;
	*ret = p;
	return e;
}
