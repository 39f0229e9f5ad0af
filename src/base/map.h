#ifndef BASE_MAP_H
#define BASE_MAP_H
#include "base/base.h"
#include "base/hash.h"
/*
 * Keyed-hash map from byte strings to pointers or numbers; keys may come from an attacker. Open addressing, insertion
 * order kept in the entry array (iterate 0..n). Keys are borrowed: they must outlive the map.
 */
struct map_entry {
	struct str key;
	uint64_t hash;
	union {
		void *ptr;
		uint64_t num;
	} val;
};
struct map {
	struct map_entry *entries;
	uint32_t *slots;
	size_t n, cap, mask;
	size_t max; /* 0 = no limit; past it map_put gives ERR_LIMIT */
	struct hash_key key;
	bool keyed;
};
/* NULL when absent. The pointer is valid until the next put. */
struct map_entry *map_get(const struct map *m, struct str key);
/* Finds or inserts (value zero). *ret_new may be NULL. */
fallible map_put(struct map *m, struct str key, struct map_entry **ret, bool *ret_new);
void map_reset(struct map *m);
void map_free(struct map *m);
#define auto_map CLEANUP(map_free) struct map
#endif
