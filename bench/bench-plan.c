/*
 * What a plan is made of, for tuning witnesses: bench-plan RULES LOGSOURCE [EVENTS...]. Prints per field how many
 * literals of each kind and rules each witness holds, and (with events) how often each rule was nominated.
 */
#include <stdio.h>
#include <stdlib.h>

#include "app/run.h"
#include "engine/detect/program.h"

static void show_slot(const struct detect_program *p, const struct plan *plan, const struct slot *s)
{
	if (s->grams.n + s->exact.n + s->prefix.n + s->suffix.n + s->n_numbers + s->present.n == 0)
		return;
	(void)plan;
	struct str name = p->fields.at[s->field];
	printf("%-32.*s parts %5u  exact %5u  prefix %4u  suffix %5u  numbers %4u  present-rules %4u\n", STR_FMT(name),
	       s->grams.n, s->exact.n, s->prefix.n, s->suffix.n, s->n_numbers, s->present.n);
}

static void show_rules(const struct detect_program *p, const struct plan *plan, const struct rule_list *list,
                       const char *what)
{
	for (uint32_t i = 0; i < list->n && i < 40; i++)
		printf("    %s: %.*s\n", what,
		       STR_FMT(p->rules[plan->rules[plan->lists.at[list->first + i]]].info.path));
}

static void show_plan(const struct detect_program *p, const struct plan *plan)
{
	printf("\nplan %.*s/%.*s/%.*s: %u rules, %u without witness, %u atoms\n", STR_FMT(plan->logsource.product),
	       STR_FMT(plan->logsource.category), STR_FMT(plan->logsource.service), plan->n_rules, plan->witness_none,
	       plan->witness_total);
	for (uint32_t i = 0; i < plan->n_rules; i++)
		if (plan->always[i / 64] >> i % 64 & 1)
			printf("    always: %.*s\n", STR_FMT(p->rules[plan->rules[i]].info.path));
	for (uint32_t i = 0; i < plan->n_slots; i++) {
		show_slot(p, plan, &plan->slots[i]);
		show_rules(p, plan, &plan->slots[i].present, "present");
	}
}

static fallible prepare(struct detect_program *p, const char *logsource, struct diag_list *diags)
{
	static struct view_path root;
	struct view view = { .name = STR("generic"), .roots = &root, .n_roots = 1 };
	struct event e = { .view = &view, .class_id = 1 };
	TRY(logsource_parse(str_of(logsource), &e.logsource, diags));
	return detect_prepare(p, &e);
}

int main(int argc, char *argv[])
{
	auto_arena arena = { 0 };
	struct diag_list diags = { .arena = &arena };
	struct app_ruleset *rules = NULL;
	struct detect_program *p = NULL;
	struct detect_options o = { 0 };
	if (argc != 3)
		return 2;
	struct str path = str_of(argv[1]);
	struct app_ruleset_options r = { .paths = { &path, 1 } };
	enum err e = app_ruleset_load(&r, &diags, &rules);
	if (e == ERR_OK)
		e = detect_program_new(&rules->set, &o, &diags, &p);
	if (e == ERR_OK)
		e = prepare(p, argv[2], &diags);
	if (e != ERR_OK) {
		fprintf(stderr, "bench-plan: %s\n", err_text(e));
		return 1;
	}
	for (size_t i = 0; i < PLAN_TABLE; i++)
		if (atomic_load(&p->table[i]) != NULL)
			show_plan(p, atomic_load(&p->table[i]));
	detect_program_free(&p);
	app_ruleset_free(&rules);
	return 0;
}
