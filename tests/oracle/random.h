#ifndef TESTS_RANDOM_H
#define TESTS_RANDOM_H
/* Random rules and events over one small alphabet, so that they meet often. Equal seeds give equal texts. */
#include "base/buf.h"

enum { RANDOM_WORDS = 14 };
struct random {
	uint64_t state;
	char words[RANDOM_WORDS][64]; /* what strings of rules and events are made from */
};
void random_start(struct random *r, uint64_t seed);
uint64_t random_below(struct random *r, uint64_t n);
/* One rule document that ends in "---\n". */
void random_rule(struct random *r, unsigned number, struct buf *out);
/* One JSON object. */
void random_event(struct random *r, struct buf *out);
#endif
