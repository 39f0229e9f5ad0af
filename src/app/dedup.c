/* See dedup.h. Open addressing, at most half full. */
#include "app/dedup.h"

#include "base/sys.h"

fallible dedup_init(struct dedup *d, size_t ids)
{
	size_t cap = 16;
	while (cap < ids)
		cap *= 2;
	*d = (struct dedup){ .mask = cap - 1, .key = hash_key_random() };
	d->young = sys_zalloc(cap * sizeof(*d->young));
	d->old = sys_zalloc(cap * sizeof(*d->old));
	if (d->young == NULL || d->old == NULL) {
		dedup_clear(d);
		return ERR_MEMORY;
	}
	return ERR_OK;
}

void dedup_clear(struct dedup *d)
{
	sys_free(d->young);
	sys_free(d->old);
	*d = (struct dedup){ 0 };
}

uint64_t dedup_hash(const struct dedup *d, struct str id)
{
	uint64_t h = hash_sip(&d->key, id.ptr, id.len);
	return h != 0 ? h : 1;
}

static bool held(const uint64_t *table, size_t mask, uint64_t hash, size_t *ret_at)
{
	size_t i = hash & mask;
	for (; table[i] != 0; i = (i + 1) & mask)
		if (table[i] == hash)
			return true;
	*ret_at = i;
	return false;
}

bool dedup_seen(struct dedup *d, uint64_t hash)
{
	size_t at, old_at;
	if (held(d->young, d->mask, hash, &at))
		return true;
	bool seen = held(d->old, d->mask, hash, &old_at);
	if (d->n >= (d->mask + 1) / 2) {
		uint64_t *t = d->old;
		d->old = d->young;
		d->young = t;
		memset(t, 0, (d->mask + 1) * sizeof(*t));
		d->n = 0;
		at = hash & d->mask;
	}
	d->young[at] = hash;
	d->n++;
	return seen;
}
