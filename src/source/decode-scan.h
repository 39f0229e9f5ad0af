#ifndef SOURCE_DECODE_SCAN_H
#define SOURCE_DECODE_SCAN_H
/*
 * decode-scan: one pass over the root keys of a record. Private to source/. Nested values are stepped over in O(1); the
 * keys that some mapping looks at are remembered with their places, so that recognition, logsource, id and time need no
 * second pass. The first of duplicate keys counts.
 *
 * The table is built from mapping files, never from records: crafted keys can only miss it.
 */
#include "source/mapping.h"

struct decode_scan {
	struct value record; /* what was scanned; doc NULL = nothing */
	uint64_t present[MAPPING_KEY_WORDS];
	uint64_t worth[MAPPING_ALT_WORDS]; /* alternatives whose anchor is there */
	uint32_t at[MAPPING_KEYS_MAX];     /* tape index of the value, where present */
};
void decode_scan_record(struct decode_scan *scan, const struct decode_set *set, struct value record);
/* The tag of a string that stands anywhere. */
struct mapping_tag mapping_tag_of(struct str s);
/* The tag of a string in a tape's pool: p is at its length. Equal to mapping_tag_of. */
static inline struct mapping_tag mapping_tag_at(const char *p)
{
	struct mapping_tag t = { 0, 0 };
	uint32_t len;
	memcpy(&len, p, sizeof(len));
	if (LIKELY(len >= 4)) {
		memcpy(&t.a, p, 8);
		memcpy(&t.b, p + len - 4, 8); /* the last eight bytes; for short ones from the length on */
		return t;
	}
	t.a = len;
	for (uint32_t i = 0; i < len; i++)
		t.a |= (uint64_t)(unsigned char)p[4 + i] << (32 + 8 * i);
	return t;
}
static inline uint64_t mapping_tag_hash(struct mapping_tag t)
{
	uint64_t h = (t.a * 0x9E3779B97F4A7C15ull) ^ (t.b * 0xC2B2AE3D27D4EB4Full);
	return (h ^ (h >> 32)) * 0x9FB21C651E98DF25ull;
}
static inline bool mapping_tag_eq(struct mapping_tag t, const char *p, struct mapping_tag u, struct str key)
{
	return t.a == u.a && t.b == u.b && (key.len <= 12 || memcmp(p, key.ptr, key.len) == 0);
}
static inline bool decode_scan_has(const struct decode_scan *scan, uint16_t slot)
{
	return ((scan->present[slot / 64] >> (slot % 64)) & 1) != 0;
}
/* The value at a path whose first key has a slot. */
static inline struct value decode_scan_get(const struct decode_scan *scan, const struct mapping_path *p)
{
	if (p->slot == MAPPING_NO_SLOT)
		return mapping_walk(p, 0, scan->record);
	if (!decode_scan_has(scan, p->slot))
		return VALUE_NONE;
	struct value v = { scan->record.doc, scan->at[p->slot] };
	return p->n == 1 && p->steps[0].pick_key.ptr == NULL ? v : mapping_walk(p, 1, v);
}
/* The mapping that recognises the scanned record (its index in the set). */
uint32_t decode_recognise(const struct decode_scan *scan, const struct decode_set *set);
/* The node of the mapping's tree that the scanned record leads to. */
const struct mapping_node *decode_decide(const struct decode_scan *scan, const struct mapping_node *tree);
#endif
