/* What all formats share: their names, and rendering ahead what a rule alone decides. */
#include "report/report.h"

#include "base/arena.h"
#include "report/write.h"

enum err report_format_parse(struct str word, enum report_format *ret)
{
	static const struct str words[] = { { "table", 5 }, { "json", 4 }, { "ocsf", 4 }, { "sarif", 5 } };
	static const enum report_format formats[] = { REPORT_TABLE, REPORT_JSON, REPORT_OCSF, REPORT_SARIF };
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (!str_eq(word, words[i]))
			continue;
		*ret = formats[i];
		return ERR_OK;
	}
	return ERR_USAGE;
}

enum err report_rule_prerender(const struct detection_rule *rule, enum report_format format, struct arena *arena,
                               struct detection_rule *ret)
{
	auto_buf text = { 0 };
	struct str kept = { NULL, 0 };
	if (format == REPORT_JSON)
		json_write_rule(&text, rule);
	else if (format == REPORT_OCSF)
		ocsf_write_rule(&text, rule);
	TRY(buf_err(&text));
	if (text.len > 0) {
		kept = arena_str(arena, buf_view(&text));
		TRY(got(kept.ptr));
	}
	*ret = *rule;
	ret->json = ret->ocsf = (struct str){ NULL, 0 };
	if (format == REPORT_JSON)
		ret->json = kept;
	else
		ret->ocsf = kept;
	return ERR_OK;
}
