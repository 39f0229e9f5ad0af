/* Sigma tags to ATT&CK tactics and techniques; the table is attack.def. */
#include "report/attack.h"

#include "base/utf8.h"

static const struct attack_tactic tactics[] = {
#define TACTIC(word, id, name, version) { word, id, name, version },
#include "report/attack.def"
#undef TACTIC
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What follows "attack.", or empty. */
static struct str attack_part(struct str tag)
{
	if (tag.len <= 7 || !ascii_eq_nocase(str_cut(tag, 0, 7), STR("attack.")))
		return (struct str){ NULL, 0 };
	return str_cut(tag, 7, tag.len);
}

static bool word_is(struct str s, const char *word)
{
	if (s.len != strlen(word))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if ((s.ptr[i] == '_' ? '-' : ascii_lower(s.ptr[i])) != word[i])
			return false;
	return true;
}

const struct attack_tactic *attack_tactic(struct str tag)
{
	struct str word = attack_part(tag);
	for (size_t i = 0; i < ARRAY_LEN(tactics); i++)
		if (word_is(word, tactics[i].word))
			return &tactics[i];
	return NULL;
}

bool attack_technique(struct str tag, char out[ATTACK_ID_MAX], bool *ret_sub)
{
	struct str s = attack_part(tag);
	if ((s.len != 5 && s.len != 9) || ascii_lower(s.ptr[0]) != 't' || (s.len == 9 && s.ptr[5] != '.'))
		return false;
	for (size_t i = 1; i < s.len; i++)
		if (i != 5 && !is_digit(s.ptr[i]))
			return false;
	out[0] = 'T';
	memcpy(out + 1, s.ptr + 1, s.len - 1);
	out[s.len] = '\0';
	*ret_sub = s.len == 9;
	return true;
}

const char *attack_version(const struct str *tags, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct attack_tactic *t = attack_tactic(tags[i]);
		if (t != NULL && t->version != NULL)
			return t->version;
	}
	return "18.1";
}
