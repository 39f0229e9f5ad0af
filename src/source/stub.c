#include "source/internal.h"
fallible follow_new(struct reading *r, struct walk *w, struct follow **ret) { (void)r; (void)w; (void)ret; return ERR_REFUSED; }
fallible follow_next(struct follow *f, struct source_batch *b, int wait_ms) { (void)f; (void)b; (void)wait_ms; return ERR_END; }
void follow_free(struct follow **f) { (void)f; }
