#ifndef TESTS_ORACLE_H
#define TESTS_ORACLE_H
/*
 * What a rule means, told as plainly as possible and shared with nothing of the engine: each rule is evaluated by itself, by walking its condition; each field
 * is looked up by following its candidate paths through the value tree; texts are compared character by character. It follows lang/sigma/sigma.h and
 * model/view.h. The engine must find the same.
 */
#include "base/arena.h"
#include "lang/sigma/sigma.h"
#include "model/event.h"

enum oracle_truth { ORACLE_FALSE, ORACLE_TRUE, ORACLE_UNDETERMINED };
struct oracle;
fallible oracle_new(struct oracle **ret);
void oracle_free(struct oracle **o);
/* The event that the next questions are about; it must stay as it is until the next. */
void oracle_event(struct oracle *o, const struct event *e);
/* Does the rule's condition hold? The logsource is not looked at. ERR_MEMORY. */
fallible oracle_rule(struct oracle *o, const struct sigma_rule *r, enum oracle_truth *ret);
/* Does the rule's logsource admit the event's? */
bool oracle_admits(const struct sigma_logsource *rule, const struct logsource *event);
#endif
