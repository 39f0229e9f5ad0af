#ifndef APP_DEDUP_H
#define APP_DEDUP_H
/*
 * Remembers the provider ids of the last LIMIT_DEDUP_IDS events (half of them at least), by keyed 64-bit hash, so that an event delivered twice counts once. Two
 * generations: when the young one is full it becomes the old one, and the oldest ids are forgotten.
 */
#include "base/base.h"
#include "base/hash.h"

struct dedup {
	uint64_t *young, *old;
	size_t n, mask;
	struct hash_key key;
};
fallible dedup_init(struct dedup *d, size_t ids);
void dedup_clear(struct dedup *d);
/* Never 0. Any thread. */
uint64_t dedup_hash(const struct dedup *d, struct str id);
static inline void dedup_prefetch(const struct dedup *d, uint64_t hash)
{
	PREFETCH(&d->young[hash & d->mask]);
	PREFETCH(&d->old[hash & d->mask]);
}
/* True when the id was seen before; remembers it. One thread at a time. */
bool dedup_seen(struct dedup *d, uint64_t hash);
#endif
