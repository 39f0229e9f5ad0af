/* Modifier chains. A value goes through the chain from left to right as a struct sigma_value; a modifier changes it, or
 * turns it into several that are ORed (windash, base64offset). modifiers.def says which kinds each takes; everything
 * else about a modifier is its handler. */
#include "base/option.h"
#include "lang/sigma/internal.h"

enum {
	K_STRING = 1 << SIGMA_STRING,
	K_NUMBER = 1 << SIGMA_NUMBER,
	K_BOOL = 1 << SIGMA_BOOL,
	K_REGEX = 1 << SIGMA_REGEX,
	K_FIELDREF = 1 << SIGMA_FIELDREF,
	K_COMPARE = 1 << SIGMA_COMPARE,
	K_TEXT = K_STRING | K_NUMBER,
	K_ANY = 0xFFFF,
};

struct step {
	struct reader *r;
	const struct item *item;
	struct place at;
	unsigned index; /* in the chain */
	const char *name;
	value_list *out; /* further values */
};
typedef enum err handler(struct step *st, struct sigma_value *v);

static enum err mod_whole(struct step *st, struct sigma_value *v)
{
	(void)st;
	(void)v; /* all, neq and expand are about the whole item: item.c */
	return ERR_OK;
}

/* A number under a string modifier is its text. */
static enum err to_string(struct step *st, struct sigma_value *v)
{
	if (v->kind != SIGMA_NUMBER)
		return ERR_OK;
	v->kind = SIGMA_STRING;
	v->string = string_of_text(st->r->arena, v->text);
	return got(v->string.parts);
}

static enum err anchor_regex(struct step *st, struct sigma_value *v, const char *front, const char *back)
{
	v->text = arena_printf(st->r->arena, "%s(?:%.*s)%s", front, STR_FMT(v->text), back);
	return got(v->text.ptr);
}

static enum err mod_contains(struct step *st, struct sigma_value *v)
{
	TRY(to_string(st, v));
	v->contains = v->kind == SIGMA_FIELDREF;
	return v->kind == SIGMA_STRING ? string_wrap(st->r->arena, &v->string, true, true) : ERR_OK;
}

static enum err mod_startswith(struct step *st, struct sigma_value *v)
{
	TRY(to_string(st, v));
	v->starts = v->kind == SIGMA_FIELDREF;
	if (v->kind == SIGMA_REGEX)
		return anchor_regex(st, v, "\\A", "");
	return v->kind == SIGMA_STRING ? string_wrap(st->r->arena, &v->string, false, true) : ERR_OK;
}

static enum err mod_endswith(struct step *st, struct sigma_value *v)
{
	TRY(to_string(st, v));
	v->ends = v->kind == SIGMA_FIELDREF;
	if (v->kind == SIGMA_REGEX)
		return anchor_regex(st, v, "", "\\z");
	return v->kind == SIGMA_STRING ? string_wrap(st->r->arena, &v->string, true, false) : ERR_OK;
}

static enum err mod_exists(struct step *st, struct sigma_value *v)
{
	if (st->item->field.ptr == NULL)
		return refuse(st->r, st->at, "sigma-modifier", "name the field before the modifier",
		              "\"exists\" needs a field");
	bool yes = v->kind == SIGMA_BOOL && v->yes;
	if (v->kind != SIGMA_BOOL) {
		yes = ascii_eq_nocase(v->text, STR("true")) || ascii_eq_nocase(v->text, STR("yes"));
		if (!yes && !ascii_eq_nocase(v->text, STR("false")) && !ascii_eq_nocase(v->text, STR("no")))
			return refuse(st->r, st->at, "sigma-value", "write true or false",
			              "\"exists\" takes a boolean, not \"%.*s\"", STR_FMT(v->text));
	}
	v->kind = SIGMA_EXISTS;
	v->yes = yes;
	return ERR_OK;
}

static enum err mod_cased(struct step *st, struct sigma_value *v)
{
	TRY(to_string(st, v));
	v->cased = true;
	if (v->kind == SIGMA_REGEX)
		warn(st->r, st->at, "sigma-modifier", NULL,
		     "\"cased\" changes nothing: a regular expression heeds case already");
	return ERR_OK;
}

static enum err mod_windash(struct step *st, struct sigma_value *v)
{
	TRY(to_string(st, v));
	struct sigma_string *forms;
	size_t n;
	enum err e = encode_windash(st->r->arena, &v->string, LIMIT_RULE_NODES, &forms, &n);
	if (e == ERR_LIMIT)
		return refuse(st->r, st->at, "sigma-limit", "split the value into several with \"all\"",
		              "too many dashes for \"windash\" in one value");
	TRY(e);
	v->string = forms[0];
	for (size_t i = 1; i < n; i++) {
		struct sigma_value more = *v;
		more.string = forms[i];
		TRY(vec_push(st->out, st->r->arena, more));
	}
	return ERR_OK;
}

static enum err encodable(struct step *st, struct sigma_value *v, struct str *ret)
{
	TRY(to_string(st, v));
	if (string_has_wildcard(&v->string))
		return refuse(
		    st->r, st->at, "sigma-modifier",
		    "write contains, startswith or endswith after it, and escape a literal * or ? with a backslash",
		    "\"%s\" cannot encode a wildcard", st->name);
	return string_plain(st->r->arena, &v->string, ret);
}

static enum err mod_base64(struct step *st, struct sigma_value *v)
{
	struct str plain, coded;
	TRY(encodable(st, v, &plain));
	TRY(encode_base64(st->r->arena, plain, &coded));
	v->string = string_of_text(st->r->arena, coded);
	return got(v->string.parts);
}

static enum err mod_base64offset(struct step *st, struct sigma_value *v)
{
	struct str plain, coded[3];
	TRY(encodable(st, v, &plain));
	TRY(encode_base64_offsets(st->r->arena, plain, coded));
	for (size_t i = 0; i < 3; i++) {
		if (coded[i].len == 0)
			return refuse(st->r, st->at, "sigma-value", "give at least two characters",
			              "the value is too short for \"base64offset\"");
		struct sigma_value one = *v;
		one.string = string_of_text(st->r->arena, coded[i]);
		TRY(got(one.string.parts));
		if (i == 0)
			*v = one;
		else
			TRY(vec_push(st->out, st->r->arena, one));
	}
	return ERR_OK;
}

static enum err utf16(struct step *st, struct sigma_value *v, enum utf16 how)
{
	TRY(to_string(st, v));
	struct sigma_string out;
	TRY(encode_utf16(st->r->arena, &v->string, how, &out));
	v->string = out;
	return ERR_OK;
}
static enum err mod_utf16le(struct step *st, struct sigma_value *v)
{
	return utf16(st, v, UTF16_LE);
}
static enum err mod_utf16be(struct step *st, struct sigma_value *v)
{
	return utf16(st, v, UTF16_BE);
}
static enum err mod_utf16(struct step *st, struct sigma_value *v)
{
	return utf16(st, v, UTF16_BOM);
}

/* re and cidr read the value as it was written: nothing but these may stand before them. */
static enum err check_first(struct step *st)
{
	for (unsigned i = 0; i < st->index; i++) {
		unsigned char m = st->item->chain.at[i];
		if (m != MOD_ALL && m != MOD_NEQ && m != MOD_EXPAND)
			return refuse(st->r, st->at, "sigma-modifier", "put it first",
			              "\"%s\" works on the value as it is written", st->name);
	}
	return ERR_OK;
}

static enum err mod_re(struct step *st, struct sigma_value *v)
{
	TRY(check_first(st));
	v->kind = SIGMA_REGEX;
	return ERR_OK;
}

static enum err mod_re_i(struct step *st, struct sigma_value *v)
{
	(void)st;
	v->flags |= SIGMA_RE_I;
	return ERR_OK;
}
static enum err mod_re_m(struct step *st, struct sigma_value *v)
{
	(void)st;
	v->flags |= SIGMA_RE_M;
	return ERR_OK;
}
static enum err mod_re_s(struct step *st, struct sigma_value *v)
{
	(void)st;
	v->flags |= SIGMA_RE_S;
	return ERR_OK;
}

static enum err mod_cidr(struct step *st, struct sigma_value *v)
{
	TRY(check_first(st));
	struct str plain;
	TRY(string_plain(st->r->arena, &v->string, &plain));
	if (ip_net_parse(plain, false, &v->net) != ERR_OK) {
		if (ip_net_parse(plain, true, &v->net) != ERR_OK)
			return refuse(st->r, st->at, "sigma-cidr", "write a prefix such as 10.0.0.0/8 or fe80::/10",
			              "\"%.*s\" is not an address range", STR_FMT(v->text));
		warn(st->r, st->at, "sigma-cidr", "write the first address of the range",
		     "\"%.*s\" has bits set behind its prefix; they are ignored", STR_FMT(v->text));
	}
	v->kind = SIGMA_CIDR;
	return ERR_OK;
}

/* Numbers, and strings that hold one. */
static enum err to_number(struct step *st, struct sigma_value *v)
{
	if (v->kind == SIGMA_STRING && !number_read(v->text, v))
		return refuse(st->r, st->at, "sigma-value", "write a number", "\"%s\" takes a number, not \"%.*s\"",
		              st->name, STR_FMT(v->text));
	if (v->kind == SIGMA_STRING)
		v->kind = SIGMA_NUMBER;
	return ERR_OK;
}

static enum err compare(struct step *st, struct sigma_value *v, enum sigma_compare how)
{
	if (v->kind == SIGMA_COMPARE)
		return refuse(st->r, st->at, "sigma-modifier", "a range is two entries joined by \"and\"",
		              "two comparisons in one chain");
	TRY(to_number(st, v));
	v->kind = SIGMA_COMPARE;
	v->compare = how;
	return ERR_OK;
}
static enum err mod_lt(struct step *st, struct sigma_value *v)
{
	return compare(st, v, SIGMA_LT);
}
static enum err mod_lte(struct step *st, struct sigma_value *v)
{
	return compare(st, v, SIGMA_LTE);
}
static enum err mod_gt(struct step *st, struct sigma_value *v)
{
	return compare(st, v, SIGMA_GT);
}
static enum err mod_gte(struct step *st, struct sigma_value *v)
{
	return compare(st, v, SIGMA_GTE);
}

static enum err time_part(struct step *st, struct sigma_value *v, enum sigma_time_part part)
{
	if (v->time_part != SIGMA_TIME_WHOLE)
		return refuse(st->r, st->at, "sigma-modifier", NULL, "two parts of a time in one chain");
	if (st->item->field.ptr == NULL)
		return refuse(st->r, st->at, "sigma-modifier", "name the field before the modifier",
		              "\"%s\" needs a field", st->name);
	TRY(to_number(st, v));
	v->time_part = part;
	return ERR_OK;
}
static enum err mod_minute(struct step *st, struct sigma_value *v)
{
	return time_part(st, v, SIGMA_MINUTE);
}
static enum err mod_hour(struct step *st, struct sigma_value *v)
{
	return time_part(st, v, SIGMA_HOUR);
}
static enum err mod_day(struct step *st, struct sigma_value *v)
{
	return time_part(st, v, SIGMA_DAY);
}
static enum err mod_week(struct step *st, struct sigma_value *v)
{
	return time_part(st, v, SIGMA_WEEK);
}
static enum err mod_month(struct step *st, struct sigma_value *v)
{
	return time_part(st, v, SIGMA_MONTH);
}
static enum err mod_year(struct step *st, struct sigma_value *v)
{
	return time_part(st, v, SIGMA_YEAR);
}

static enum err mod_fieldref(struct step *st, struct sigma_value *v)
{
	if (st->item->field.ptr == NULL)
		return refuse(st->r, st->at, "sigma-modifier", "name the field before the modifier",
		              "\"fieldref\" needs a field");
	TRY(to_string(st, v));
	/* startswith|fieldref means the same as fieldref|startswith: the wildcards at the ends become flags. */
	bool front = string_starts_any(&v->string), back = string_ends_any(&v->string) && v->string.n > 1;
	struct sigma_string inner = v->string;
	inner.parts += front;
	inner.n -= (size_t)front + back;
	if (string_has_wildcard(&inner) || inner.n == 0)
		return refuse(st->r, st->at, "sigma-modifier", NULL, "\"%.*s\" is not the name of a field",
		              STR_FMT(v->text));
	TRY(string_plain(st->r->arena, &inner, &v->text));
	v->kind = SIGMA_FIELDREF;
	v->contains = front && back;
	v->ends = front && !back;
	v->starts = back && !front;
	return ERR_OK;
}

static const struct {
	const char *name;
	unsigned kinds;
	handler *run;
} table[] = {
#define MODIFIER(name, id, kinds, handler) { name, kinds, handler },
#include "lang/sigma/modifiers.def"
#undef MODIFIER
};

static bool modifier_find(struct str name, unsigned char *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (str_eq(name, str_of(table[i].name))) {
			*ret = (unsigned char)i;
			return true;
		}
	return false;
}

static enum err unknown_modifier(struct reader *r, struct place at, struct str name)
{
	const char *names[ARRAY_LEN(table)];
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		names[i] = table[i].name;
	return refuse(r, at, "sigma-modifier", nearest_hint(r, name, names, ARRAY_LEN(table)),
	              "unknown modifier \"%.*s\"", STR_FMT(str_cut(name, 0, 64)));
}

enum err chain_parse(struct reader *r, struct place at, struct str text, struct chain *ret)
{
	struct chain c = { .text = text };
	for (size_t from = 0; from < text.len;) {
		size_t to = from;
		while (to < text.len && text.ptr[to] != '|')
			to++;
		struct str name = str_cut(text, from, to);
		from = to + 1;
		unsigned char m;
		if (!modifier_find(name, &m)) {
			TRY(unknown_modifier(r, at, name));
		} else {
			if (c.n == CHAIN_MAX)
				return refuse(r, at, "sigma-modifier", NULL, "more than %d modifiers on one field",
				              CHAIN_MAX);
			c.all |= m == MOD_ALL;
			c.neq |= m == MOD_NEQ;
			c.expand |= m == MOD_EXPAND;
			c.regex |= m == MOD_RE;
			c.at[c.n++] = m;
		}
	}
	*ret = c;
	return ERR_OK;
}

static const char *kind_name(enum sigma_value_kind k)
{
	static const char *const names[] = {
		[SIGMA_STRING] = "string",
		[SIGMA_NUMBER] = "number",
		[SIGMA_BOOL] = "boolean",
		[SIGMA_NULL] = "null",
		[SIGMA_REGEX] = "regular expression",
		[SIGMA_CIDR] = "address range",
		[SIGMA_COMPARE] = "comparison",
		[SIGMA_EXISTS] = "test for existence",
		[SIGMA_FIELDREF] = "field reference",
	};
	return names[k];
}

enum err chain_apply(struct reader *r, const struct item *item, struct sigma_value *v, value_list *ret)
{
	size_t first = ret->n;
	TRY(vec_push(ret, r->arena, *v));
	struct step st = { .r = r, .item = item, .at = { v->line, v->column, 0 }, .out = ret };
	for (unsigned m = 0; m < item->chain.n; m++) {
		unsigned char which = item->chain.at[m];
		st.index = m;
		st.name = table[which].name;
		size_t n = ret->n;
		for (size_t i = first; i < n; i++) {
			/* A copy: the list may move while a handler adds to it. */
			struct sigma_value one = ret->at[i];
			if ((table[which].kinds & 1u << one.kind) == 0)
				return refuse(r, st.at, "sigma-modifier", NULL, "\"%s\" does not apply to a %s",
				              st.name, kind_name(one.kind));
			TRY(table[which].run(&st, &one));
			ret->at[i] = one;
		}
		if (ret->n - first > LIMIT_RULE_NODES)
			return refuse(r, st.at, "sigma-limit", NULL, "one value becomes more than %d",
			              LIMIT_RULE_NODES);
	}
	return ERR_OK;
}
