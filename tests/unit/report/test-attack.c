/* ATT&CK in tags. */
#include "report/attack.h"
#include "test.h"

TEST(technique_tags_give_upper_case_ids)
{
	static const struct {
		const char *tag, *want;
		bool sub;
	} cases[] = {
		{ "attack.t1098", "T1098", false },
		{ "attack.T1098.001", "T1098.001", true },
		{ "ATTACK.t1098.001", "T1098.001", true },
		{ "attack.t109", NULL, false },
		{ "attack.t1098.01", NULL, false },
		{ "attack.t1098x001", NULL, false },
		{ "attack.t10a8", NULL, false },
		{ "attack.g0032", NULL, false },
		{ "attack.s0002", NULL, false },
		{ "attack.", NULL, false },
		{ "t1098", NULL, false },
		{ "", NULL, false },
		{ "attack.t1098.00x", NULL, false },
		{ "attack.ds0001", NULL, false },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char id[ATTACK_ID_MAX] = "";
		bool sub = false, ok = attack_technique(str_of(cases[i].tag), id, &sub);
		CHECKF(ok == (cases[i].want != NULL), "%s", cases[i].tag);
		CHECKF(!ok || (strcmp(id, cases[i].want) == 0 && sub == cases[i].sub), "%s: %s", cases[i].tag, id);
	}
}

TEST(tactic_tags_are_known_in_every_spelling)
{
	static const struct {
		const char *tag, *id;
	} cases[] = {
		{ "attack.stealth", "TA0005" },
		{ "attack.defense-evasion", "TA0005" },
		{ "attack.defense_evasion", "TA0005" },
		{ "attack.Defense-Impairment", "TA0112" },
		{ "attack.initial-access", "TA0001" },
		{ "attack.command-and-control", "TA0011" },
		{ "attack.impact", "TA0040" },
		{ "attack.impacts", NULL },
		{ "attack.t1098", NULL },
		{ "impact", NULL },
		{ "attack.", NULL },
		{ "detection.emerging-threats", NULL },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct attack_tactic *t = attack_tactic(str_of(cases[i].tag));
		CHECKF((t != NULL) == (cases[i].id != NULL), "%s", cases[i].tag);
		CHECKF(t == NULL || strcmp(t->id, cases[i].id) == 0, "%s: %s", cases[i].tag, t->id);
	}
}

TEST(the_version_follows_the_tactics_that_only_one_has)
{
	struct str new_tag = STR("attack.defense-impairment"), old = STR("attack.defense-evasion"),
	           any = STR("attack.impact");
	CHECK(strcmp(attack_version(&new_tag, 1), "19") == 0);
	CHECK(strcmp(attack_version(&old, 1), "18.1") == 0);
	CHECK(strcmp(attack_version(&any, 1), "18.1") == 0);
	CHECK(strcmp(attack_version(NULL, 0), "18.1") == 0);
}
