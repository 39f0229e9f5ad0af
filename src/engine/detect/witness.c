/*
 * Choosing a rule's witness: a set of atoms of which at least one must hold for the rule to be true. Of a conjunction
 * the cheapest conjunct serves; of a disjunction all parts are needed; a negation gives nothing. Cheap means rare: an
 * estimate of how often a literal occurs in ordinary events, from its length and a short table of words that are
 * everywhere. The estimate only decides speed, never a verdict.
 */
#include <math.h>

#include "base/utf8.h"
#include "engine/detect/program.h"

/* Literals that ordinary logs are full of, with the share of events (of the field they are looked for in) that hold
 * them. */
static const struct {
	const char *word;
	double share;
} common_words[] = {
	{ "\\powershell.exe", 0.15 },
	{ "\\cmd.exe", 0.2 },
	{ "\\svchost.exe", 0.25 },
	{ "\\explorer.exe", 0.2 },
	{ "\\rundll32.exe", 0.05 },
	{ "\\conhost.exe", 0.2 },
	{ "\\services.exe", 0.2 },
	{ "\\chrome.exe", 0.15 },
	{ "powershell.exe", 0.15 },
	{ "powershell", 0.2 },
	{ "cmd.exe", 0.2 },
	{ "svchost.exe", 0.25 },
	{ "rundll32.exe", 0.05 },
	{ "\\reg.exe", 0.03 },
	{ "\\net.exe", 0.03 },
	{ "\\wmiprvse.exe", 0.08 },
	{ "\\winlogon.exe", 0.08 },
	{ "\\msiexec.exe", 0.04 },
	{ "c:\\windows\\system32\\", 0.6 },
	{ "c:\\program files\\", 0.4 },
	{ "c:\\program files (x86)\\", 0.3 },
	{ "c:\\users\\", 0.4 },
	{ "\\appdata\\local\\temp\\", 0.1 },
	{ "\\appdata\\roaming\\", 0.1 },
	{ "microsoft", 0.5 },
	{ "windows", 0.6 },
	{ "c:\\programdata\\", 0.15 },
	{ "/bin/bash", 0.25 },
	{ "/usr/bin/", 0.5 },
	{ "/bin/sh", 0.25 },
	{ "/tmp/", 0.1 },
	{ "http://", 0.2 },
	{ "https://", 0.3 },
	{ ".exe", 0.8 },
	{ ".dll", 0.3 },
	{ ".ps1", 0.1 },
	{ "system", 0.5 },
	{ "success", 0.5 },
	{ "true", 0.4 },
	{ "false", 0.4 },
	{ "s3.amazonaws.com", 0.3 },
	{ "ec2.amazonaws.com", 0.3 },
	{ "iam.amazonaws.com", 0.15 },
	{ "sts.amazonaws.com", 0.2 },
	{ "execve", 0.3 },
	{ "path", 0.3 },
	{ "syscall", 0.5 },
	{ "nt authority\\system", 0.3 },
	{ "administrator", 0.2 },
};

static bool holds(struct str hay, struct str needle)
{
	return needle.len <= hay.len && memmem(hay.ptr, hay.len, needle.ptr, needle.len) != NULL;
}

/* Very short literals: what matters is whether their bytes are letters or signs that commands seldom hold. */
static double short_share(struct str text)
{
	double share = 1;
	for (size_t i = 0; i < text.len; i++)
		share *= strchr("`^{}|%$!~<>#@;&()[]*?", text.ptr[i]) != NULL && text.ptr[i] != '\0' ? 0.06 : 0.6;
	return share;
}

/* How often a value of the field meets the literal; kind matters: whole values are rarer than parts. */
static double literal_share(enum atom_kind kind, struct str text)
{
	double share = kind == ATOM_EXACT ? 0.02
	               : text.len < 4     ? short_share(text)
	                                  : 0.9 * pow(0.62, (double)text.len) + 0.0008;
	for (size_t i = 0; i < ARRAY_LEN(common_words); i++) {
		struct str w = str_of(common_words[i].word);
		bool inside = kind == ATOM_EXACT ? str_eq(w, text) : holds(w, text);
		if (inside && common_words[i].share > share)
			share = common_words[i].share;
	}
	return share < 1 ? share : 1;
}

double witness_literal_share(struct str text)
{
	return literal_share(ATOM_CONTAINS, text) + 0.003;
}

/* What looking for an atom costs each event, beside the candidates it makes. */
static double atom_cost(const struct atom *a)
{
	switch (a->kind) {
	case ATOM_EXACT:
		return literal_share(ATOM_EXACT, a->text);
	case ATOM_PREFIX:
	case ATOM_SUFFIX:
		return literal_share(a->kind, a->text) + 0.0005;
	case ATOM_NUMBER:
		return 0.04;
	case ATOM_CONTAINS:
		return literal_share(ATOM_CONTAINS, a->text) + 0.003;
	case ATOM_KEYWORD:
		return literal_share(ATOM_CONTAINS, a->text) + 0.05;
	case ATOM_PRESENT:
		return 0.7;
	}
	return 1;
}

/* A keyword that could be the text of a number or a constant is not found in the string pool. */
static bool maybe_number(struct str text)
{
	if (holds(STR("true"), text) || holds(STR("false"), text))
		return true;
	for (size_t i = 0; i < text.len; i++)
		if ((text.ptr[i] < '0' || text.ptr[i] > '9') && memchr("+-.e", text.ptr[i], 4) == NULL)
			return false;
	return true;
}

/* The longest literal of a glob: it must occur. */
static struct str longest_part(const struct pattern *p)
{
	struct str best = { "", 0 };
	for (size_t i = 0; i < p->glob->n; i++)
		if (p->glob->parts[i].kind == SIGMA_PART_TEXT && p->glob->parts[i].text.len > best.len)
			best = p->glob->parts[i].text;
	return best;
}

static fallible folded(struct arena *arena, const struct pattern *p, struct str text, struct str *ret)
{
	*ret = text;
	if (!p->value->cased)
		return ERR_OK;
	char *out = arena_alloc(arena, 3 * text.len + 1);
	TRY(got(out));
	*ret = (struct str){ out, utf8_fold_into(text.ptr, text.len, out) };
	return ERR_OK;
}

static fallible string_atom(struct arena *arena, const struct pattern *p, bool keyword, struct atom *ret,
                            bool *ret_some)
{
	struct str text = p->kind == PATTERN_GLOB ? longest_part(p) : p->text;
	TRY(folded(arena, p, text, &ret->text));
	ret->kind = p->kind == PATTERN_EXACT    ? ATOM_EXACT
	            : p->kind == PATTERN_PREFIX ? ATOM_PREFIX
	            : p->kind == PATTERN_SUFFIX ? ATOM_SUFFIX
	                                        : ATOM_CONTAINS;
	if (keyword) {
		ret->kind = ATOM_KEYWORD;
		*ret_some = text.len > 0 && !maybe_number(ret->text);
		return ERR_OK;
	}
	if (text.len == 0 && ret->kind != ATOM_EXACT)
		ret->kind = ATOM_PRESENT;
	*ret_some = true;
	return ERR_OK;
}

/* The atom that must hold when this pattern matches; *ret_some false when there is none. */
static fallible pattern_atom(struct arena *arena, const struct pattern *p, uint32_t field, struct atom *ret,
                             bool *ret_some)
{
	bool keyword = field == NO_FIELD;
	*ret = (struct atom){ .kind = ATOM_PRESENT, .field = field };
	*ret_some = !keyword;
	switch (p->kind) {
	case PATTERN_EXACT:
	case PATTERN_PREFIX:
	case PATTERN_SUFFIX:
	case PATTERN_CONTAINS:
	case PATTERN_GLOB:
		return string_atom(arena, p, keyword, ret, ret_some);
	case PATTERN_NUMBER:
		if (!keyword && p->value->is_integer && p->value->time_part == SIGMA_TIME_WHOLE) {
			ret->kind = ATOM_NUMBER;
			ret->number = p->value->integer;
		}
		return ERR_OK;
	case PATTERN_EXISTS:
		*ret_some = !keyword && p->value->yes;
		return ERR_OK;
	case PATTERN_NULL:
		*ret_some = false;
		return ERR_OK;
	case PATTERN_ANY:
	case PATTERN_BOOL:
	case PATTERN_CIDR:
	case PATTERN_COMPARE:
	case PATTERN_FIELDREF:
	case PATTERN_REGEX:
		return ERR_OK;
	}
	return ERR_OK;
}

struct atoms {
	VEC(struct atom) list;
	double cost;
};

static fallible add_atom(struct arena *arena, const struct atom *atom, struct atoms *to)
{
	to->cost += atom_cost(atom);
	return vec_push(&to->list, arena, *atom);
}

/* A regex by literals it needs one of, when they are rare; else wherever the field is present. */
static fallible add_regex(struct arena *arena, struct str regex, const struct atom *present, struct atoms *to)
{
	enum { LITERALS_MAX = 16 };
	struct str *literals;
	uint32_t n;
	double cost;
	TRY(regex_required(arena, regex, &literals, &n, &cost));
	if (n == 0 || n > LITERALS_MAX || cost > 0.3)
		return add_atom(arena, present, to);
	for (uint32_t i = 0; i < n; i++) {
		struct atom literal = { .kind = ATOM_CONTAINS, .field = present->field, .text = literals[i] };
		TRY(add_atom(arena, &literal, to));
	}
	return ERR_OK;
}

static fallible pred_witness(const struct detect_program *p, uint32_t pred, struct arena *arena, struct witness *ret)
{
	const struct pred *pr = &p->preds.at[pred];
	struct atoms atoms = { .cost = 0 };
	*ret = (struct witness){ 0 };
	for (uint32_t i = 0; i < pr->n; i++) {
		struct atom atom;
		bool some;
		TRY(pattern_atom(arena, &pr->patterns[i], pr->field, &atom, &some));
		if (!some)
			return ERR_OK;
		if (pr->patterns[i].kind == PATTERN_REGEX)
			TRY(add_regex(arena, pr->patterns[i].value->text, &atom, &atoms));
		else
			TRY(add_atom(arena, &atom, &atoms));
	}
	*ret = (struct witness){ atoms.list.at, (uint32_t)atoms.list.n, atoms.cost };
	return ERR_OK;
}

static fallible either(struct arena *arena, const struct witness *parts, uint32_t n, struct witness *ret)
{
	uint32_t total = 0;
	*ret = (struct witness){ 0 };
	for (uint32_t i = 0; i < n; i++) {
		if (parts[i].n == 0)
			return ERR_OK;
		total += parts[i].n;
	}
	struct atom *atoms = arena_new_n(arena, struct atom, total);
	TRY(got(atoms));
	struct witness w = { atoms, 0, 0 };
	for (uint32_t i = 0; i < n; i++) {
		memcpy(atoms + w.n, parts[i].atoms, parts[i].n * sizeof(*atoms));
		w.n += parts[i].n;
		w.cost += parts[i].cost;
	}
	*ret = w;
	return ERR_OK;
}

fallible witness_choose(const struct detect_program *p, uint32_t root, struct arena *arena, struct witness *ret)
{
	*ret = (struct witness){ 0 };
	if (root & TERM_NOT)
		return ERR_OK;
	if (root & TERM_PRED)
		return pred_witness(p, root & TERM_INDEX, arena, ret);
	const struct node *n = &p->nodes.at[root & TERM_INDEX];
	struct witness *parts = arena_new_n(arena, struct witness, n->n);
	TRY(got(parts));
	for (uint32_t i = 0; i < n->n; i++)
		TRY(witness_choose(p, n->terms[i], arena, &parts[i]));
	if (!n->all)
		return either(arena, parts, n->n, ret);
	for (uint32_t i = 0; i < n->n; i++)
		if (parts[i].n > 0 && (ret->n == 0 || parts[i].cost < ret->cost))
			*ret = parts[i];
	return ERR_OK;
}
