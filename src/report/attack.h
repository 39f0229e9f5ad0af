#ifndef REPORT_ATTACK_H
#define REPORT_ATTACK_H
/* ATT&CK in a rule's tags: "attack.t1098.001" is a technique, "attack.persistence" a tactic. Names of groups, software
 * and data sources are left alone. */
#include "base/base.h"

struct attack_tactic {
	const char *word, *id, *name, *version;
};
/* The tactic a tag names ('_' and '-' alike, any case), or NULL. */
const struct attack_tactic *attack_tactic(struct str tag);
enum { ATTACK_ID_MAX = 10 };
/* "T1098.001" from a technique tag into out, upper case, and true. *ret_sub: it has a sub-technique part. */
bool attack_technique(struct str tag, char out[ATTACK_ID_MAX], bool *ret_sub);
/* The ATT&CK version these tags are written for. */
const char *attack_version(const struct str *tags, size_t n);
#endif
