/* `merlon rules explain`: the condition of one rule as a tree, with what each node came to on each event. */
#include <string.h>

#include "app/session.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/utf8.h"
#include "json/json.h"

struct explainer {
	struct session *s;
	struct buf out;
	bool json, colour;
	size_t events, matched;
};

static const char *truth_word(const struct detect_explained *e)
{
	return e->truth == EXPLAIN_TRUE ? "true" : e->truth == EXPLAIN_FALSE ? "false" : "undetermined";
}

/* ---- text ---- */

/* At most `max` bytes of s, at a character's end. */
static void visible(struct buf *b, struct str s, size_t max)
{
	text_show(b, utf8_prefix(s, max));
	if (s.len > max)
		buf_lit(b, "...");
}

/* 'x', or what a null pattern means. */
static void pattern_text(struct buf *b, struct str text, bool is_null)
{
	if (is_null) {
		buf_lit(b, "null or absent");
		return;
	}
	buf_char(b, '\'');
	visible(b, text, 60);
	buf_char(b, '\'');
}

static void leaf_text(struct explainer *x, const struct detect_explained *e)
{
	const struct sigma_expr *leaf = e->expr;
	struct buf *b = &x->out;
	if (leaf->field.ptr == NULL)
		buf_lit(b, "any value");
	else
		visible(b, leaf->field, 100);
	if (leaf->modifiers.len > 0)
		buf_printf(b, "|%.*s", STR_FMT(leaf->modifiers));
	buf_lit(b, ": ");
	for (size_t i = 0; i < leaf->n_values && i < 4; i++) {
		buf_str(b, i > 0 ? STR(" or ") : STR(""));
		pattern_text(b, leaf->values[i].text, leaf->values[i].kind == SIGMA_NULL);
	}
	if (leaf->n_values > 4)
		buf_printf(b, " or %zu more", leaf->n_values - 4);
}

static void leaf_values(struct explainer *x, const struct detect_explained *e)
{
	struct buf *b = &x->out;
	if (e->truth == EXPLAIN_TRUE && e->expr->field.ptr != NULL && e->n_values == 0) {
		buf_lit(b, "   <- absent");
	} else if (e->n_reasons > 0 && e->reasons[0].value.ptr != NULL) {
		buf_lit(b, "   <- '");
		visible(b, e->reasons[0].value, 100);
		buf_lit(b, "' matches '");
		visible(b, e->reasons[0].pattern, 60);
		buf_char(b, '\'');
	} else if (e->expr->field.ptr != NULL && e->n_values == 0) {
		buf_lit(b, "   <- the event has no such field");
	} else if (e->n_values > 0) {
		buf_lit(b, "   <- ");
		for (size_t i = 0; i < e->n_values && i < 3; i++) {
			buf_str(b, i > 0 ? STR(", '") : STR("'"));
			visible(b, e->values[i].ptr != NULL ? e->values[i] : STR("null"), 100);
			buf_char(b, '\'');
		}
		if (e->n_values > 3)
			buf_printf(b, " and %zu more", e->n_values - 3);
	}
}

static void node_text(struct explainer *x, const struct detect_explained *e, unsigned depth)
{
	static const char *const words[] = { [SIGMA_AND] = "all of",
		                             [SIGMA_OR] = "any of",
		                             [SIGMA_NOT] = "not",
		                             [SIGMA_LEAF] = "",
		                             [SIGMA_RULE_REF] = "rule" };
	const char *paint = !x->colour                  ? ""
	                    : e->truth == EXPLAIN_TRUE  ? "\x1b[32m"
	                    : e->truth == EXPLAIN_FALSE ? "\x1b[31m"
	                                                : "\x1b[33m";
	struct buf *b = &x->out;
	buf_printf(b, "  %s%-12s%s ", paint, truth_word(e), x->colour ? "\x1b[0m" : "");
	for (unsigned i = 0; i < depth; i++)
		buf_lit(b, "  ");
	if (e->expr->kind == SIGMA_LEAF) {
		leaf_text(x, e);
		leaf_values(x, e);
	} else if (e->expr->label.len > 0) {
		visible(b, e->expr->label, 100);
		if (e->expr->kind != SIGMA_NOT && e->n > 1)
			buf_printf(b, " (%s)", words[e->expr->kind]);
	} else {
		buf_str(b, str_of(words[e->expr->kind]));
	}
	buf_char(b, '\n');
	for (size_t i = 0; i < e->n; i++)
		node_text(x, &e->children[i], depth + 1);
}

static void logsource_text(struct buf *b, const struct sigma_rule *r, const struct event *e, bool admits)
{
	buf_printf(b, "  %-12s logsource of the rule: ", admits ? "true" : "false");
	const struct {
		const char *name;
		struct str rule;
	} parts[] = { { "product", r->logsource.product },
		      { "category", r->logsource.category },
		      { "service", r->logsource.service } };
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (parts[i].rule.len > 0) {
			buf_printf(b, "%s=", parts[i].name);
			visible(b, parts[i].rule, 60);
			buf_char(b, ' ');
		}
	buf_lit(b, "  <- the event: ");
	const struct {
		const char *name;
		struct str event;
	} of[] = { { "product", e->logsource.product },
		   { "category", e->logsource.category },
		   { "service", e->logsource.service } };
	size_t shown = 0;
	for (size_t i = 0; i < ARRAY_LEN(of); i++)
		if (of[i].event.len > 0) {
			buf_printf(b, "%s%s=", shown > 0 ? " " : "", of[i].name);
			visible(b, of[i].event, 60);
			shown++;
		}
	buf_str(b, shown == 0 ? STR("of no known kind\n") : STR("\n"));
}

/* ---- JSON ---- */

static void node_json(struct explainer *x, const struct detect_explained *e)
{
	static const char *const kinds[] = { [SIGMA_AND] = "and",
		                             [SIGMA_OR] = "or",
		                             [SIGMA_NOT] = "not",
		                             [SIGMA_LEAF] = "field",
		                             [SIGMA_RULE_REF] = "rule" };
	struct buf *b = &x->out;
	buf_printf(b, "{\"kind\":\"%s\",\"result\":\"%s\",\"label\":", kinds[e->expr->kind], truth_word(e));
	json_write_str_or_null(b, e->expr->label.len > 0 ? e->expr->label : (struct str){ NULL, 0 });
	if (e->expr->kind == SIGMA_LEAF) {
		buf_lit(b, ",\"field\":");
		json_write_str_or_null(b, e->expr->field);
		buf_lit(b, ",\"modifier\":");
		json_write_str_or_null(b, e->expr->modifiers.len > 0 ? e->expr->modifiers : (struct str){ NULL, 0 });
		buf_lit(b, ",\"patterns\":[");
		for (size_t i = 0; i < e->expr->n_values; i++) {
			buf_str(b, i > 0 ? STR(",") : STR(""));
			json_write_str(b, e->expr->values[i].text);
		}
		buf_lit(b, "],\"values\":[");
		for (size_t i = 0; i < e->n_values; i++) {
			buf_str(b, i > 0 ? STR(",") : STR(""));
			json_write_str_or_null(b, e->values[i]);
		}
		buf_char(b, ']');
	}
	buf_lit(b, ",\"children\":[");
	for (size_t i = 0; i < e->n; i++) {
		buf_str(b, i > 0 ? STR(",") : STR(""));
		node_json(x, &e->children[i]);
	}
	buf_lit(b, "]}");
}

static fallible explain_rule(struct explainer *x, uint32_t rule, const struct event *e)
{
	auto_arena a = { 0 };
	struct detect_explained tree;
	bool admits;
	const struct detection_rule *info = detect_rule_info(x->s->program, rule);
	struct buf *b = &x->out;

	TRY(detect_explain(x->s->program, x->s->scratch, rule, e, &a, &tree, &admits));
	bool match = admits && tree.truth == EXPLAIN_TRUE;
	x->matched += match;
	if (x->json) {
		buf_lit(b, "{\"kind\":\"explanation\",\"schema\":1,\"rule\":{\"id\":");
		json_write_str_or_null(b, info->id.len > 0 ? info->id : (struct str){ NULL, 0 });
		buf_lit(b, ",\"title\":");
		json_write_str(b, info->title);
		buf_lit(b, "},\"event\":{\"file\":");
		json_write_str(b, e->file);
		buf_printf(b,
		           ",\"line\":%llu},\"match\":%s,\"logsource\":%s,\"condition\":", (unsigned long long)e->line,
		           match ? "true" : "false", admits ? "true" : "false");
		node_json(x, &tree);
		buf_lit(b, "}\n");
		return buf_err(b);
	}
	visible(b, e->file, 400);
	buf_printf(b, ":%llu: ", (unsigned long long)e->line);
	visible(b, info->title, 200);
	bool open = admits && tree.truth == EXPLAIN_UNDETERMINED;
	buf_str(b, match ? STR(": MATCH\n") : open ? STR(": undetermined\n") : STR(": no match\n"));
	logsource_text(b, x->s->ruleset->set.rules[rule], e, admits);
	node_text(x, &tree, 0);
	buf_char(b, '\n');
	return buf_err(b);
}

static fallible explain_event(struct explainer *x, const struct event *e)
{
	x->events++;
	for (uint32_t i = 0; i < x->s->ruleset->set.n; i++)
		if (detect_rule_active(x->s->program, i))
			TRY(explain_rule(x, i, e));
	if (x->out.len > 1 << 20) {
		TRY(sys_write_all(1, x->out.ptr, x->out.len));
		buf_reset(&x->out);
	}
	return ERR_OK;
}

static void on_unread(void *arg, const struct source_unread *u)
{
	struct diag_list *diags = arg;
	diag_add(diags, &(struct diag){ .severity = DIAG_WARNING,
	                                .code = "unread",
	                                .file = u->file,
	                                .line = (uint32_t)u->line,
	                                .text = u->reason });
}

static fallible explain_batch(struct explainer *x, const struct source_batch *b, struct diag_list *diags)
{
	for (size_t i = 0; i < b->n; i++) {
		const char *why = NULL;
		size_t offset = 0;
		struct event e;
		enum err err = decoder_record(x->s->decoder, b, &b->records[i], &why, &offset);
		if (err == ERR_PARSE || err == ERR_LIMIT) {
			on_unread(diags, &(struct source_unread){ .file = b->input->name,
			                                          .line = b->records[i].line,
			                                          .reason = str_of(why) });
			continue;
		}
		TRY(err);
		while (decoder_next(x->s->decoder, &e))
			TRY(explain_event(x, &e));
		TRY(decoder_error(x->s->decoder));
	}
	return ERR_OK;
}

static fallible explain_file(struct explainer *x, struct str path, struct diag_list *diags)
{
	struct source *source = NULL;
	struct source_batch *batch = NULL;
	struct source_options so = { .format = x->s->format, .since_ns = INT64_MIN, .until_ns = INT64_MIN };
	TRY(source_open(&path, 1, &so, diags, on_unread, diags, &source));
	enum err e = source_batch_new(&batch);
	while (e == ERR_OK && (e = source_next(source, batch, 0)) == ERR_OK)
		e = explain_batch(x, batch, diags);
	source_batch_free(&batch);
	source_close(&source);
	return e == ERR_END ? ERR_OK : e;
}

/* "did you mean ...?" of the loaded titles, or where they are listed. */
static struct str near_title(const struct session *s, struct arena *a, struct str name)
{
	struct str hint = STR("`merlon rules list` shows the rules that are loaded; --rules PATH names others");
	size_t n = s->ruleset->set.n;
	const char **titles = arena_new_n(a, const char *, n + 1);
	if (titles == NULL)
		return hint;
	for (size_t i = 0; i < n; i++) {
		titles[i] = arena_str(a, s->ruleset->set.rules[i]->title).ptr;
		if (titles[i] == NULL)
			return hint;
	}
	const char *near = option_nearest(name, titles, n);
	struct str better = near != NULL ? arena_printf(a, "did you mean \"%s\"?", near) : hint;
	return better.ptr != NULL ? better : hint;
}

/* The operand is a rule file when there is one of that name, else an id or title among the loaded rules. */
fallible app_rules_explain(const struct app_rules_options *o, const struct log *log, struct diag_list *diags,
                           int *ret_exit)
{
	auto_session s = { 0 };
	struct stat st;
	auto_arena a = { 0 };
	(void)log;
	struct str name = arena_str(&a, o->operands.at[0]);
	TRY(got(name.ptr));
	bool file = sys_stat(name.ptr, &st) == ERR_OK;

	TRY(session_open(&s, o, file ? o->operands : o->rules, file ? (struct option_list){ 0 } : o->operands, diags));
	if (detect_active_count(s.program) == 0) {
		diag_addf(
		    diags,
		    &(struct diag){ .severity = DIAG_ERROR, .code = "rule-unknown", .hint = near_title(&s, &a, name) },
		    "no loaded rule has the id or title \"%.*s\"", STR_FMT(name));
		return ERR_MISSING;
	}
	struct explainer x = { .s = &s,
		               .json = str_is(o->format, "json") || (o->format.len == 0 && !sys_is_terminal(1)),
		               .colour = o->colour };
	enum err e = explain_file(&x, o->event, diags);
	if (e == ERR_OK)
		e = session_print(&x.out);
	buf_free(&x.out);
	*ret_exit = x.events == 0 ? 3 : 0;
	return e;
}
