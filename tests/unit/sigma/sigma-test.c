#include "sigma-test.h"

#include "lang/yaml/yaml.h"

void loaded_clear(struct loaded *l)
{
	buf_free(&l->text);
	arena_clear(&l->arena);
}

static void begin(struct loaded *l)
{
	l->diags.arena = &l->arena;
}

void load_add(struct loaded *l, const char *path, const char *text)
{
	begin(l);
	l->err = sigma_parse(&l->arena, str_of(path), str_of(text), &l->docs[l->n++], &l->diags);
}

void load_link(struct loaded *l, const struct sigma_options *options)
{
	begin(l);
	if (l->err == ERR_OK)
		l->err = sigma_link(&l->arena, l->docs, l->n, options, &l->set, &l->diags);
}

void load_one(struct loaded *l, const char *text)
{
	load_add(l, "a.yml", text);
	load_link(l, NULL);
}

static void show_string(struct buf *b, const struct sigma_string *s)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->parts[i].kind != SIGMA_PART_TEXT)
			buf_char(b, s->parts[i].kind == SIGMA_PART_ANY ? '*' : '?');
		for (size_t k = 0; s->parts[i].kind == SIGMA_PART_TEXT && k < s->parts[i].text.len; k++) {
			char c = s->parts[i].text.ptr[k];
			if (c == '*' || c == '?')
				buf_char(b, '\\');
			if (c >= ' ' && c < 127)
				buf_char(b, c);
			else
				buf_printf(b, "{%02x}", (unsigned)(unsigned char)c);
		}
	}
}

static void show_value(struct buf *b, const struct sigma_value *v)
{
	static const char *const parts[] = { "", "@minute", "@hour", "@day", "@week", "@month", "@year" };
	static const char *const ops[] = { "<", "<=", ">", ">=", "=" };
	char ip[46];
	if (v->cased)
		buf_lit(b, "cased:");
	buf_printf(b, "%s", parts[v->time_part]);
	switch (v->kind) {
	case SIGMA_STRING:
		show_string(b, &v->string);
		return;
	case SIGMA_COMPARE:
	case SIGMA_NUMBER:
		buf_printf(b, "%s", v->kind == SIGMA_COMPARE ? ops[v->compare] : "");
		if (v->is_integer)
			buf_printf(b, "%lld", (long long)v->integer);
		else
			buf_printf(b, "%gf", v->number);
		return;
	case SIGMA_BOOL:
		buf_printf(b, "%s", v->yes ? "true" : "false");
		return;
	case SIGMA_NULL:
		buf_lit(b, "null");
		return;
	case SIGMA_REGEX:
		buf_printf(b, "re/%.*s/%s%s%s", STR_FMT(v->text), v->flags & SIGMA_RE_I ? "i" : "",
		           v->flags & SIGMA_RE_M ? "m" : "", v->flags & SIGMA_RE_S ? "s" : "");
		return;
	case SIGMA_CIDR:
		buf_printf(b, "%.*s/%u", (int)ip_format(&v->net.base, ip), ip, v->net.bits);
		return;
	case SIGMA_EXISTS:
		buf_printf(b, "%s", v->yes ? "exists" : "absent");
		return;
	case SIGMA_FIELDREF:
		buf_printf(b, "&%.*s%s%s%s", STR_FMT(v->text), v->starts ? "+starts" : "", v->ends ? "+ends" : "",
		           v->contains ? "+contains" : "");
		return;
	}
}

static void show(struct buf *b, const struct sigma_expr *e)
{
	static const char *const names[] = { "and", "or", "not", "", "ref" };
	if (e->kind == SIGMA_LEAF) {
		if (e->field.ptr == NULL)
			buf_char(b, '#');
		else
			buf_str(b, e->field);
		for (size_t i = 0; i < e->n_values; i++) {
			buf_char(b, '~');
			show_value(b, &e->values[i]);
		}
		return;
	}
	buf_printf(b, "%s(", names[e->kind]);
	if (e->kind == SIGMA_RULE_REF)
		buf_str(b, e->label);
	for (size_t i = 0; i < e->n; i++) {
		if (i > 0)
			buf_char(b, ' ');
		show(b, e->children[i]);
	}
	buf_char(b, ')');
}

const char *shown(struct loaded *l, const struct sigma_expr *e)
{
	buf_reset(&l->text);
	show(&l->text, e);
	buf_char(&l->text, 0);
	return l->text.ptr;
}

const char *only(struct loaded *l)
{
	if (l->err != ERR_OK)
		return err_text(l->err);
	if (l->set.n == 1 && l->set.rules[0]->kind == SIGMA_RULE)
		return shown(l, l->set.rules[0]->condition);
	buf_reset(&l->text);
	buf_lit(&l->text, "refused: ");
	if (l->set.n_refused > 0)
		buf_str(&l->text, l->set.refused[0].reason);
	buf_char(&l->text, 0);
	return l->text.ptr;
}

bool told(const struct loaded *l, const char *part)
{
	for (size_t i = 0; i < l->diags.items.n; i++) {
		const struct diag *d = &l->diags.items.at[i];
		if (memmem(d->text.ptr, d->text.len, part, strlen(part)) != NULL ||
		    (d->hint.len > 0 && memmem(d->hint.ptr, d->hint.len, part, strlen(part)) != NULL))
			return true;
	}
	return false;
}

struct value yaml_of(struct loaded *l, const char *text)
{
	struct yaml_docs docs = { 0 };
	begin(l);
	if (yaml_read(&l->arena, STR("values.yml"), str_of(text), &docs, &l->diags) != ERR_OK || docs.n == 0)
		return VALUE_NONE;
	return docs.at[0];
}

struct sigma_pipeline *pipeline_of(struct loaded *l, const char *text)
{
	struct sigma_pipeline *p = NULL;
	begin(l);
	if (sigma_pipeline_parse(&l->arena, STR("pipeline.yml"), str_of(text), &p, &l->diags) != ERR_OK)
		return NULL;
	return p;
}

const char *rule_with(struct loaded *l, const char *selection)
{
	struct str text = arena_printf(
	    &l->arena, "title: t\nlogsource: {product: p}\ndetection:\n  sel:\n%s\n  condition: sel\n", selection);
	load_one(l, text.ptr);
	return only(l);
}
