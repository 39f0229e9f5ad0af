/* Transformations of values. */
#include "lang/sigma/pipeline.h"

static struct str text_arg(const struct pipe_item *it, const char *name)
{
	return value_str_or_empty(value_get(it->args, str_of(name)));
}

enum err value_map_string(struct run *x, struct pipe_item *it, struct target *t)
{
	struct sigma_expr *e = t->leaf != NULL ? t->leaf->node : NULL;
	value_list out = { 0 };
	for (size_t i = 0; e != NULL && i < e->n_values; i++) {
		struct sigma_value v = e->values[i];
		struct value to = VALUE_NONE;
		struct str text;
		if (v.kind == SIGMA_STRING) {
			TRY(string_format(x->r->arena, &v.string, &text));
			TRY(mapping_find(x, it, text, &to));
		}
		bool list = value_kind(to) == VALUE_LIST;
		struct value_iter members = value_iter(to);
		if (value_kind(to) == VALUE_ABSENT || value_kind(to) == VALUE_NULL)
			TRY(vec_push(&out, x->r->arena, v));
		for (bool more = list ? value_next(&members) : value_kind(to) == VALUE_STRING; more;
		     more = list && value_next(&members)) {
			v.text = value_str_or_empty(list ? members.val : to);
			TRY(sigma_string_parse(x->r->arena, v.text, &v.string));
			TRY(vec_push(&out, x->r->arena, v));
		}
	}
	if (e == NULL)
		return ERR_OK;
	if (out.n > e->n_values)
		TRY(doc_spend(x->r, x->d, it->at, out.n - e->n_values));
	if (out.n == 0)
		return pipe_refuse(x, it->at, "pipeline-mapping", NULL, "the mapping leaves \"%.*s\" without values",
		                   STR_FMT(e->field));
	e->values = out.at;
	e->n_values = out.n;
	return ERR_OK;
}

/* A regular expression that is plain text with optional ^ and $. */
struct literal {
	struct str text;
	bool start, end;
};

static enum err literal_of(struct arena *a, struct str regex, struct literal *ret)
{
	struct literal l = { 0 };
	char *out = arena_alloc(a, regex.len);
	TRY(got(out));
	size_t n = 0, i = 0;
	l.start = regex.len > 0 && regex.ptr[0] == '^';
	for (i = l.start; i < regex.len; i++) {
		char c = regex.ptr[i];
		if (c == '$' && i + 1 == regex.len) {
			l.end = true;
			continue;
		}
		if (c == '\\' && i + 1 < regex.len) {
			c = regex.ptr[++i];
			if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
				return ERR_REFUSED;
		} else if (memchr("\\^$.|?*+()[]{}", c, 14) != NULL) {
			return ERR_REFUSED;
		}
		out[n++] = c;
	}
	l.text = (struct str){ out, n };
	*ret = l;
	return n > 0 || l.start || l.end ? ERR_OK : ERR_REFUSED;
}

enum err replace_check(struct reader *r, struct value args)
{
	struct value regex = value_get(args, STR("regex")), to = value_get(args, STR("replacement"));
	struct literal l;
	struct str text;
	enum err e = literal_of(r->arena, value_str_or_empty(regex), &l);
	if (e == ERR_REFUSED)
		return refuse(r, place_of(regex), "pipeline-parameter", "write plain text, with ^ and $ where needed",
		              "replace_string takes regular expressions without operators only");
	TRY(e);
	if (!value_str(to, &text))
		return refuse(r, place_of(args), "pipeline-parameter", NULL,
		              "replace_string needs the parameter \"replacement\"");
	for (size_t i = 0; i + 1 < text.len; i++)
		if (text.ptr[i] == '\\' && text.ptr[i + 1] >= '0' && text.ptr[i + 1] <= '9')
			return refuse(r, place_of(to), "pipeline-parameter", NULL,
			              "replace_string has no groups to refer to");
	return ERR_OK;
}

typedef VEC(struct sigma_part) part_list;

static enum err add_text(struct run *x, part_list *out, struct str text)
{
	struct sigma_part p = { SIGMA_PART_TEXT, text };
	return text.len > 0 ? vec_push(out, x->r->arena, p) : ERR_OK;
}

static enum err add_parts(struct run *x, part_list *out, const struct sigma_string *s)
{
	for (size_t i = 0; i < s->n; i++)
		TRY(vec_push(out, x->r->arena, s->parts[i]));
	return ERR_OK;
}

/* Every occurrence in one literal run; first and last tell whether ^ and $ can hold there. */
static enum err replace_text(struct run *x, const struct literal *l, const struct sigma_string *to, struct str text,
                             bool first, bool last, part_list *out)
{
	size_t from = 0, i = 0;
	while (i + l->text.len <= text.len) {
		bool here = memcmp(text.ptr + i, l->text.ptr, l->text.len) == 0 && (!l->start || (first && i == 0)) &&
		            (!l->end || (last && i + l->text.len == text.len));
		if (!here) {
			i++;
			continue;
		}
		TRY(add_text(x, out, str_cut(text, from, i)));
		TRY(add_parts(x, out, to));
		i += l->text.len > 0 ? l->text.len : 1;
		from = i < text.len + 1 && l->text.len > 0 ? i : i - 1;
	}
	return add_text(x, out, str_cut(text, from, text.len));
}

/* Neighbouring texts and wildcards are joined, so that the pattern looks like one that was written. */
static enum err tidy(struct run *x, const part_list *parts, struct sigma_string *ret)
{
	struct sigma_string raw = { parts->at, parts->n };
	struct str text;
	TRY(string_format(x->r->arena, &raw, &text));
	return sigma_string_parse(x->r->arena, text, ret);
}

enum err value_replace(struct run *x, struct pipe_item *it, struct target *t)
{
	struct sigma_expr *e = t->leaf != NULL ? t->leaf->node : NULL;
	struct literal l;
	struct sigma_string to;
	bool skip_special = false, interpret = false;
	TRY(literal_of(x->r->arena, text_arg(it, "regex"), &l));
	IGNORE(value_bool(value_get(it->args, STR("skip_special")), &skip_special)); /* absent = false */
	IGNORE(value_bool(value_get(it->args, STR("interpret_special")), &interpret));
	if (skip_special && !interpret) {
		to = string_of_text(x->r->arena, text_arg(it, "replacement"));
		TRY(got(to.parts));
	} else {
		TRY(sigma_string_parse(x->r->arena, text_arg(it, "replacement"), &to));
	}
	for (size_t i = 0; e != NULL && i < e->n_values; i++) {
		struct sigma_value *v = &e->values[i];
		part_list parts = { 0 };
		if (v->kind != SIGMA_STRING)
			continue;
		for (size_t p = 0; p < v->string.n; p++) {
			if (v->string.parts[p].kind == SIGMA_PART_TEXT)
				TRY(replace_text(x, &l, &to, v->string.parts[p].text, p == 0, p + 1 == v->string.n,
				                 &parts));
			else
				TRY(vec_push(&parts, x->r->arena, v->string.parts[p]));
		}
		TRY(tidy(x, &parts, &v->string));
	}
	return ERR_OK;
}

enum err convert_check(struct reader *r, struct value args)
{
	struct value type = value_get(args, STR("target_type"));
	if (str_is(value_str_or_empty(type), "str") || str_is(value_str_or_empty(type), "num"))
		return ERR_OK;
	return refuse(r, place_of(type), "pipeline-parameter", NULL, "target_type is \"str\" or \"num\"");
}

static enum err to_string(struct run *x, struct sigma_value *v)
{
	if (v->kind != SIGMA_NUMBER && v->kind != SIGMA_BOOL)
		return ERR_OK;
	v->kind = SIGMA_STRING;
	v->string = string_of_text(x->r->arena, v->text);
	return got(v->string.parts);
}

enum err value_convert(struct run *x, struct pipe_item *it, struct target *t)
{
	struct sigma_expr *e = t->leaf != NULL ? t->leaf->node : NULL;
	bool text = str_is(text_arg(it, "target_type"), "str");
	for (size_t i = 0; e != NULL && i < e->n_values; i++) {
		struct sigma_value *v = &e->values[i];
		if (text) {
			TRY(to_string(x, v));
		} else if (v->kind == SIGMA_STRING) {
			if (!number_read(v->text, v))
				return refuse(x->r, (struct place){ v->line, v->column, 0 }, "pipeline-value", NULL,
				              "the pipeline cannot make a number of \"%.*s\"",
				              STR_FMT(str_cut(v->text, 0, 64)));
			v->kind = SIGMA_NUMBER;
		}
	}
	return ERR_OK;
}

enum err value_set(struct run *x, struct pipe_item *it, struct target *t)
{
	struct sigma_expr *e = t->leaf != NULL ? t->leaf->node : NULL;
	struct str force = text_arg(it, "force_type");
	for (size_t i = 0; e != NULL && i < e->n_values; i++) {
		struct sigma_value *v = &e->values[i], old = *v;
		TRY(value_plain(x->r, value_get(it->args, STR("value")), v));
		v->line = old.line;
		v->column = old.column;
		if (str_is(force, "str"))
			TRY(to_string(x, v));
		if (str_is(force, "num") && v->kind == SIGMA_STRING && number_read(v->text, v))
			v->kind = SIGMA_NUMBER;
	}
	return ERR_OK;
}

enum err case_check(struct reader *r, struct value args)
{
	struct value how = value_get(args, STR("transform_func"));
	if (value_kind(how) == VALUE_ABSENT)
		how = value_get(args, STR("method"));
	struct str s = value_str_or_empty(how);
	if (str_is(s, "lower") || str_is(s, "upper") || str_is(s, "snake_case"))
		return ERR_OK;
	return refuse(r, place_of(how), "pipeline-parameter", NULL, "lower, upper or snake_case is expected");
}

enum err value_case(struct run *x, struct pipe_item *it, struct target *t)
{
	struct sigma_expr *e = t->leaf != NULL ? t->leaf->node : NULL;
	bool upper = str_is(text_arg(it, "method"), "upper");
	for (size_t i = 0; e != NULL && i < e->n_values; i++) {
		struct sigma_string *s = &e->values[i].string;
		if (e->values[i].kind != SIGMA_STRING)
			continue;
		struct sigma_part *parts = arena_new_n(x->r->arena, struct sigma_part, s->n);
		TRY(got(parts));
		for (size_t p = 0; p < s->n; p++) {
			struct str text = s->parts[p].text;
			char *out = arena_alloc(x->r->arena, text.len);
			TRY(got(out));
			for (size_t k = 0; k < text.len; k++) {
				char c = text.ptr[k];
				out[k] = (char)(upper && c >= 'a' && c <= 'z' ? c - 32 : upper ? c : ascii_lower(c));
			}
			parts[p] = (struct sigma_part){ s->parts[p].kind, { out, text.len } };
		}
		s->parts = parts;
	}
	return ERR_OK;
}
