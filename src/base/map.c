/*
 * Open addressing over a dense entry array: slots hold entry number + 1 (0 = empty), linear probing, at most half full.
 * Entries never move except when the array grows, so iteration is in insertion order. The key of the hash is random
 * per map: who chooses the strings cannot choose the collisions.
 */
#include "base/map.h"

#include "base/sys.h"

enum { FIRST_CAP = 8 };

/* The slot that holds the key, or the empty one where it belongs. */
static size_t slot_of(const struct map *m, struct str key, uint64_t hash)
{
	size_t at = hash & m->mask;
	for (;; at = (at + 1) & m->mask) {
		uint32_t slot = m->slots[at];
		if (slot == 0)
			return at;
		const struct map_entry *e = &m->entries[slot - 1];
		if (e->hash == hash && str_eq(e->key, key))
			return at;
	}
}

struct map_entry *map_get(const struct map *m, struct str key)
{
	if (m->n == 0)
		return NULL;
	uint32_t slot = m->slots[slot_of(m, key, hash_sip(&m->key, key.ptr, key.len))];
	return slot != 0 ? &m->entries[slot - 1] : NULL;
}

static fallible grow(struct map *m)
{
	size_t cap = m->cap > 0 ? m->cap * 2 : FIRST_CAP;
	if (cap > UINT32_MAX / 2)
		return ERR_LIMIT;
	struct map_entry *entries = sys_realloc(m->entries, cap * sizeof(*entries));
	TRY(got(entries));
	m->entries = entries; /* cap stays until the slots are there too */
	uint32_t *slots = sys_zalloc(2 * cap * sizeof(*slots));
	TRY(got(slots));
	sys_free(m->slots);
	m->slots = slots;
	m->cap = cap;
	m->mask = 2 * cap - 1;
	for (size_t i = 0; i < m->n; i++) {
		size_t at = entries[i].hash & m->mask;
		while (slots[at] != 0)
			at = (at + 1) & m->mask;
		slots[at] = (uint32_t)(i + 1);
	}
	return ERR_OK;
}

fallible map_put(struct map *m, struct str key, struct map_entry **ret, bool *ret_new)
{
	if (!m->keyed) {
		m->key = hash_key_random();
		m->keyed = true;
	}
	uint64_t hash = hash_sip(&m->key, key.ptr, key.len);
	uint32_t slot = m->cap > 0 ? m->slots[slot_of(m, key, hash)] : 0;
	if (slot != 0) {
		*ret = &m->entries[slot - 1];
		if (ret_new != NULL)
			*ret_new = false;
		return ERR_OK;
	}
	if (m->max > 0 && m->n >= m->max)
		return ERR_LIMIT;
	if (m->n == m->cap)
		TRY(grow(m));
	m->slots[slot_of(m, key, hash)] = (uint32_t)(m->n + 1);
	m->entries[m->n] = (struct map_entry){ .key = key, .hash = hash };
	*ret = &m->entries[m->n++];
	if (ret_new != NULL)
		*ret_new = true;
	return ERR_OK;
}

void map_reset(struct map *m)
{
	if (m->n > 0)
		memset(m->slots, 0, (m->mask + 1) * sizeof(*m->slots));
	m->n = 0;
}

void map_free(struct map *m)
{
	sys_free(m->entries);
	sys_free(m->slots);
	m->entries = NULL;
	m->slots = NULL;
	m->n = m->cap = m->mask = 0;
}
