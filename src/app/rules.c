/* `merlon rules list` and `merlon rules lint`. */
#include "app/rules.h"

#include <stdlib.h>

#include "app/session.h"
#include "base/sys.h"
#include "base/text.h"
#include "json/json.h"

static struct option_list rule_paths(const struct app_rules_options *o)
{
	return o->operands.n > 0 ? o->operands : o->rules;
}

struct list_row {
	struct str id, title, path, reason;
	const char *type, *level;
	uint32_t line;
	bool loaded;
};

static const char *kind_name(enum sigma_kind k)
{
	return k == SIGMA_RULE ? "rule" : k == SIGMA_CORRELATION ? "correlation" : "filter";
}

static int by_path(const void *x, const void *y)
{
	const struct list_row *a = x, *b = y;
	size_t n = a->path.len < b->path.len ? a->path.len : b->path.len;
	int c = memcmp(a->path.ptr, b->path.ptr, n);
	if (c != 0 || a->path.len != b->path.len)
		return c != 0 ? c : a->path.len < b->path.len ? -1 : 1;
	return (a->line > b->line) - (a->line < b->line);
}

static struct list_row rule_row(const struct session *s, const struct sigma_rule *r, bool numbered)
{
	const char *refused = numbered ? detect_rule_refused(s->program, r->index) : NULL;
	return (struct list_row){ .id = r->id,
		                  .title = r->title,
		                  .path = r->path,
		                  .type = kind_name(r->kind),
		                  .line = r->line,
		                  .level = sigma_level_name(r->level),
		                  .loaded = refused == NULL,
		                  .reason = str_of(refused) };
}

static fallible collect_rows(struct session *s, struct list_row **ret, size_t *ret_n)
{
	const struct sigma_set *set = &s->ruleset->set;
	struct list_row *rows = arena_new_n(&s->arena, struct list_row, set->n + set->n_filters + set->n_refused);
	size_t n = 0;
	TRY(got(rows));
	for (size_t i = 0; i < set->n; i++)
		rows[n++] = rule_row(s, set->rules[i], true);
	for (size_t i = 0; i < set->n_filters; i++)
		rows[n++] = rule_row(s, set->filters[i], false);
	for (size_t i = 0; i < set->n_refused; i++) {
		const struct sigma_refused *r = &set->refused[i];
		rows[n++] = (struct list_row){ .id = r->id,
			                       .title = r->title,
			                       .path = r->path,
			                       .reason = r->reason,
			                       .line = r->line,
			                       .type = kind_name(r->kind),
			                       .level = "" };
	}
	qsort(rows, n, sizeof(*rows), by_path);
	*ret = rows;
	*ret_n = n;
	return ERR_OK;
}

static void row_json(struct buf *b, const struct list_row *r)
{
	const struct {
		const char *key;
		struct str value;
	} members[] = {
		{ "{\"id\":", r->id },
		{ ",\"title\":", r->title },
		{ ",\"path\":", r->path },
		{ ",\"type\":", str_of(r->type) },
		{ ",\"status\":", r->loaded ? STR("loaded") : STR("refused") },
		{ ",\"reason\":", r->reason },
	};
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		buf_str(b, str_of(members[i].key));
		json_write_str_or_null(b, members[i].value.len > 0 ? members[i].value : (struct str){ NULL, 0 });
	}
	buf_lit(b, "}\n");
}

static void row_table(struct buf *b, const struct list_row *r, bool colour)
{
	const char *paint = !colour ? "" : r->loaded ? "" : "\x1b[31m", *plain = colour ? "\x1b[0m" : "";
	buf_printf(b, "%s%-13s %-11s ", paint, r->loaded ? r->level : "refused", r->type);
	text_show(b, r->title.len > 0 ? r->title : STR("(no title)"));
	buf_lit(b, "  ");
	text_show(b, r->path);
	if (r->reason.len > 0) {
		buf_lit(b, "\n              ");
		text_show(b, r->reason);
	}
	buf_printf(b, "%s\n", plain);
}

/* What the rows of a list say of rules is not said again. */
static void drop_rule_diags(struct diag_list *diags)
{
	size_t kept = 0;
	diags->errors = diags->warnings = 0;
	for (size_t i = 0; i < diags->items.n; i++) {
		const struct diag *d = &diags->items.at[i];
		if (strncmp(d->code, "sigma-", 6) == 0 || strncmp(d->code, "yaml-", 5) == 0)
			continue;
		diags->errors += d->severity == DIAG_ERROR;
		diags->warnings += d->severity == DIAG_WARNING;
		diags->items.at[kept++] = *d;
	}
	diags->items.n = kept;
}

fallible app_rules_list(const struct app_rules_options *o, const struct log *log, struct diag_list *diags,
                        int *ret_exit)
{
	auto_session s = { 0 };
	auto_buf b = { 0 };
	struct list_row *rows;
	size_t n, refused = 0;
	bool json = str_is(o->format, "json") || (o->format.len == 0 && !sys_is_terminal(1));
	(void)log;

	TRY(session_open(&s, o, rule_paths(o), (struct option_list){ 0 }, diags));
	TRY(collect_rows(&s, &rows, &n));
	for (size_t i = 0; i < n; i++) {
		refused += !rows[i].loaded;
		if (json)
			row_json(&b, &rows[i]);
		else
			row_table(&b, &rows[i], o->colour);
	}
	if (!json)
		buf_printf(&b, "%zu loaded, %zu refused\n", n - refused, refused);
	*ret_exit = o->strict && refused + s.ruleset->n_failed > 0 ? 3 : 0;
	drop_rule_diags(diags);
	return session_print(&b);
}

fallible app_rules_lint(const struct app_rules_options *o, const struct log *log, struct diag_list *diags,
                        int *ret_exit)
{
	auto_session s = { 0 };
	auto_buf b = { 0 };
	struct list_row *rows;
	size_t n, refused = 0;
	(void)log;

	TRY(session_open(&s, o, rule_paths(o), (struct option_list){ 0 }, diags));
	TRY(collect_rows(&s, &rows, &n));
	for (size_t i = 0; i < n; i++)
		refused += !rows[i].loaded;
	if (str_is(o->format, "json"))
		for (size_t i = 0; i < diags->items.n; i++) {
			diag_render_json(&b, &diags->items.at[i]);
			buf_char(&b, '\n');
		}
	else
		buf_printf(&b, "%zu files: %zu loaded, %zu refused, %zu warnings\n", s.ruleset->n_files, n - refused,
		           refused, diags->warnings);
	if (str_is(o->format, "json"))
		diags->items.n = 0; /* shown */
	*ret_exit = o->strict && refused + s.ruleset->n_failed > 0 ? 3 : 0;
	return session_print(&b);
}
