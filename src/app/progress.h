#ifndef APP_PROGRESS_H
#define APP_PROGRESS_H
/* What a run shows while and after it goes: a line on a terminal's stderr, and the cost of rules. */
#include "app/run.h"
/* At most five times a second, under the input lock. */
void progress_show(struct run *run);
void progress_clear(struct run *run);
/* The dearest rules of --profile, as a table. */
void profile_render(const struct run *run, struct buf *out);
#endif
