/*
 * Command-line options: one walk over the arguments, each handed to the table's entry. Every problem is reported, not
 * only the first, so that a command line is put right in one go.
 */
#include "base/option.h"

#include "base/arena.h"
#include "base/diag.h"
#include "base/utf8.h"

enum { WORD_MAX = 64 };

struct parse {
	const struct option_spec *specs;
	size_t n_specs;
	int argc, at;
	char *const *argv;
	char *into;
	struct arena *arena;
	struct diag_list *diags;
	bool wrong;
};

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edits (insert, delete, replace, swap neighbours) from a to b, both at most WORD_MAX long. */
static size_t distance(struct str a, struct str b)
{
	uint8_t rows[3][WORD_MAX + 1];
	for (size_t j = 0; j <= b.len; j++)
		rows[0][j] = (uint8_t)j;
	for (size_t i = 1; i <= a.len; i++) {
		uint8_t *now = rows[i % 3];
		const uint8_t *last = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
		now[0] = (uint8_t)i;
		for (size_t j = 1; j <= b.len; j++) {
			char x = ascii_lower(a.ptr[i - 1]), y = ascii_lower(b.ptr[j - 1]);
			size_t d = least(least(last[j], now[j - 1]) + (size_t)1, last[j - 1] + (size_t)(x != y));
			if (i > 1 && j > 1 && x == ascii_lower(b.ptr[j - 2]) && ascii_lower(a.ptr[i - 2]) == y)
				d = least(d, before[j - 2] + (size_t)1);
			now[j] = (uint8_t)d;
		}
	}
	return rows[a.len % 3][b.len];
}

const char *option_nearest(struct str word, const char *const *names, size_t n)
{
	const char *best = NULL;
	if (word.len == 0 || word.len > WORD_MAX)
		return NULL;
	size_t limit = word.len >= 8 ? 3 : 2;
	if (word.len < 5)
		limit = 1;
	for (size_t i = 0; i < n; i++) {
		struct str name = str_of(names[i]);
		size_t gap = name.len > word.len ? name.len - word.len : word.len - name.len;
		if (name.len > WORD_MAX || gap > limit)
			continue;
		size_t d = distance(word, name);
		if (d > limit || (best != NULL && d == limit))
			continue;
		best = names[i];
		limit = d;
		if (d == 0)
			break;
	}
	return best;
}

static void complain(struct parse *p, struct str text, struct str hint)
{
	const struct diag d = { .severity = DIAG_ERROR, .code = "usage", .text = text, .hint = hint };
	diag_add(p->diags, &d);
	p->wrong = true;
}

/* What the user wrote, for messages: "--format" or "-f". */
static struct str shown(struct parse *p, const struct option_spec *spec, bool by_letter)
{
	return by_letter ? arena_printf(p->arena, "-%c", spec->letter) : arena_printf(p->arena, "--%s", spec->name);
}

static void complain_value(struct parse *p, const struct option_spec *spec, struct str value, const char *wanted)
{
	complain(p, arena_printf(p->arena, "--%s: \"%.*s\" is not %s", spec->name, STR_FMT(value), wanted), STR(""));
}

static bool parse_number(struct str s, bool with_unit, uint64_t *ret)
{
	uint64_t n = 0;
	size_t i = 0;
	for (; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++)
		if (__builtin_mul_overflow(n, 10U, &n) || __builtin_add_overflow(n, (uint64_t)(s.ptr[i] - '0'), &n))
			return false;
	if (i == 0)
		return false;
	if (with_unit && i + 1 == s.len) {
		static const char units[] = "kmgt";
		const char *unit = memchr(units, ascii_lower(s.ptr[i]), sizeof(units) - 1);
		if (unit == NULL || __builtin_mul_overflow(n, (uint64_t)1 << (10 * (unit - units + 1)), &n))
			return false;
		i++;
	}
	*ret = n;
	return i == s.len;
}

/* The choices "a|b|c" cut into names, for hints. */
static fallible choices_of(struct parse *p, const char *text, const char ***ret, size_t *ret_n)
{
	size_t n = 1;
	for (const char *c = text; *c != '\0'; c++)
		n += *c == '|';
	const char **names = arena_new_n(p->arena, const char *, n);
	TRY(got(names));
	for (size_t i = 0; i < n; i++) {
		size_t len = strcspn(text, "|");
		struct str name = arena_str(p->arena, (struct str){ text, len });
		TRY(got(name.ptr));
		names[i] = name.ptr;
		text += len + (text[len] != '\0');
	}
	*ret = names;
	*ret_n = n;
	return ERR_OK;
}

static fallible take_choice(struct parse *p, const struct option_spec *spec, struct str value, struct str *target)
{
	const char **names;
	size_t n;
	TRY(choices_of(p, spec->value_name, &names, &n));
	for (size_t i = 0; i < n; i++) {
		if (str_eq(value, str_of(names[i]))) {
			*target = value;
			return ERR_OK;
		}
	}
	const char *near = option_nearest(value, names, n);
	struct str hint = near != NULL ? arena_printf(p->arena, "did you mean \"%s\"?", near)
	                               : arena_printf(p->arena, "one of: %s", spec->value_name);
	complain(p, arena_printf(p->arena, "--%s: unknown value \"%.*s\"", spec->name, STR_FMT(value)), hint);
	return ERR_OK;
}

/* Every list can hold all arguments, so it is allocated once. */
static fallible list_add(struct parse *p, struct option_list *list, struct str value)
{
	if (list->at == NULL) {
		list->at = arena_new_n(p->arena, struct str, (size_t)p->argc);
		list->n = 0;
	}
	TRY(got(list->at));
	must(list->n < (size_t)p->argc);
	list->at[list->n++] = value;
	return ERR_OK;
}

static fallible take_value(struct parse *p, const struct option_spec *spec, struct str value)
{
	void *target = p->into + spec->offset;
	switch (spec->kind) {
	case OPTION_FLAG:
		*(bool *)target = true;
		return ERR_OK;
	case OPTION_TEXT:
		*(struct str *)target = value;
		return ERR_OK;
	case OPTION_LIST:
		return list_add(p, target, value);
	case OPTION_COUNT:
		if (!parse_number(value, false, target))
			complain_value(p, spec, value, "a number");
		return ERR_OK;
	case OPTION_SIZE:
		if (!parse_number(value, true, target))
			complain_value(p, spec, value, "a size such as 64K, 10M or 1G");
		return ERR_OK;
	case OPTION_CHOICE:
		return take_choice(p, spec, value, target);
	}
	return ERR_INTERNAL;
}

/* The value stands behind the name or is the next argument. */
static fallible take_separate(struct parse *p, const struct option_spec *spec, bool by_letter)
{
	if (p->at + 1 < p->argc)
		return take_value(p, spec, str_of(p->argv[++p->at]));
	struct str name = shown(p, spec, by_letter);
	complain(
	    p, arena_printf(p->arena, "option %.*s needs a value", STR_FMT(name)),
	    arena_printf(p->arena, "%.*s %s", STR_FMT(name), spec->value_name != NULL ? spec->value_name : "VALUE"));
	return ERR_OK;
}

static fallible unknown_long(struct parse *p, struct str name)
{
	const char **names = arena_new_n(p->arena, const char *, p->n_specs);
	TRY(got(names));
	for (size_t i = 0; i < p->n_specs; i++)
		names[i] = p->specs[i].name;
	const char *near = option_nearest(name, names, p->n_specs);
	complain(p, arena_printf(p->arena, "unknown option \"--%.*s\"", STR_FMT(name)),
	         near != NULL ? arena_printf(p->arena, "did you mean --%s?", near) : STR(""));
	return ERR_OK;
}

static fallible take_long(struct parse *p, struct str arg)
{
	const char *equals = arg.len > 0 ? memchr(arg.ptr, '=', arg.len) : NULL;
	struct str name = equals != NULL ? str_cut(arg, 0, (size_t)(equals - arg.ptr)) : arg;
	const struct option_spec *spec = NULL;
	for (size_t i = 0; i < p->n_specs && spec == NULL; i++)
		if (str_eq(name, str_of(p->specs[i].name)))
			spec = &p->specs[i];
	if (spec == NULL)
		return unknown_long(p, name);
	if (equals != NULL && spec->kind == OPTION_FLAG) {
		complain(p, arena_printf(p->arena, "option --%s takes no value", spec->name), STR(""));
		return ERR_OK;
	}
	if (equals != NULL)
		return take_value(p, spec, str_cut(arg, name.len + 1, arg.len));
	return spec->kind == OPTION_FLAG ? take_value(p, spec, STR("")) : take_separate(p, spec, false);
}

/* "-abc": flags up to the first option with a value, which takes the rest. */
static fallible take_letters(struct parse *p, struct str arg)
{
	for (size_t i = 0; i < arg.len; i++) {
		const struct option_spec *spec = NULL;
		for (size_t k = 0; k < p->n_specs && spec == NULL; k++)
			if (p->specs[k].letter != 0 && p->specs[k].letter == arg.ptr[i])
				spec = &p->specs[k];
		if (spec == NULL) {
			uint32_t cp; /* a letter past ASCII is shown whole */
			size_t len = utf8_decode(arg.ptr + i, arg.len - i, &cp);
			complain(p, arena_printf(p->arena, "unknown option \"-%.*s\"", (int)len, arg.ptr + i), STR(""));
			i += len - 1;
		} else if (spec->kind == OPTION_FLAG) {
			TRY(take_value(p, spec, STR("")));
		} else {
			return i + 1 < arg.len ? take_value(p, spec, str_cut(arg, i + 1, arg.len))
			                       : take_separate(p, spec, true);
		}
	}
	return ERR_OK;
}

fallible option_parse(const struct option_spec *specs, size_t n_specs, int argc, char *const argv[], void *into,
                      struct arena *arena, struct option_list *ret_operands, struct diag_list *diags)
{
	struct parse p = { .specs = specs,
		           .n_specs = n_specs,
		           .argc = argc,
		           .argv = argv,
		           .into = into,
		           .arena = arena,
		           .diags = diags };
	struct option_list operands = { 0 };
	bool ended = false;
	for (; p.at < argc; p.at++) {
		struct str arg = str_of(argv[p.at]);
		if (ended || arg.len < 2 || arg.ptr[0] != '-')
			TRY(list_add(&p, &operands, arg));
		else if (str_is(arg, "--"))
			ended = true;
		else if (arg.ptr[1] == '-')
			TRY(take_long(&p, str_cut(arg, 2, arg.len)));
		else
			TRY(take_letters(&p, str_cut(arg, 1, arg.len)));
	}
	*ret_operands = operands;
	return p.wrong ? ERR_USAGE : ERR_OK;
}
