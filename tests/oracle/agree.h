#ifndef TESTS_AGREE_H
#define TESTS_AGREE_H
/* The engine with its prefilter, the engine without, and the oracle, asked the same. */
#include "base/buf.h"
#include "oracle/oracle.h"
#include "support/engine.h"

struct agree {
	struct engine fast, slow;
	struct oracle *oracle;
	struct arena arena;
	size_t asked, held; /* pairs of rule and event; those that match */
};
/* What the event is, beside its text. */
struct agree_shape {
	const struct view *view; /* NULL: generic */
	struct logsource logsource;
	uint32_t class_id;
};
/* ERR_MISSING when no rule loads. */
fallible agree_open(struct agree *a, const char *rules);
/* Asks all three about the event; what they disagree on is told in `wrong` (which stays empty when they agree). `explain`: asks for each rule's tree too. */
fallible agree_event(struct agree *a, const char *json, const struct agree_shape *shape, bool explain, struct buf *wrong);
/* The same for an event that is there already. */
fallible agree_on(struct agree *a, const struct event *e, bool explain, struct buf *wrong);
void agree_close(struct agree *a);
#define auto_agree CLEANUP(agree_close) struct agree
#endif
