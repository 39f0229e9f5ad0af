#ifndef MODEL_VIEW_H
#define MODEL_VIEW_H
/*
 * How rule fields are found in a record of one shape: the field view that public Sigma rules expect. Pure data,
 *compiled from content/mappings, immutable, shared by the fast engine and the oracle.
 *
 * A field F is looked up by candidate paths in order of rank; the first rank at which at least one value (null
 *included) is present decides, and all values found at that rank count. With an alias entry for F the candidates are
 *exactly its paths, in order (an entry usually lists F itself first). Otherwise, for each root R in order:
 *	1. flat: R, then F as one key;
 *	2. dotted: R, then F split at its dots (left out when F has no dot, where it equals 1, or an empty segment);
 *	3. joined: one key at the record's top, R's keys and F joined with dots, as flattened exports write it (left out
 *when R is
 *	   [], where it equals 1).
 * R is itself a path of keys; [] is the record's top. So ranks are: root 0 flat, root 0 dotted, root 0 joined, root 1
 *flat, ... Duplicate keys all count. On the way and at the end, lists mean each of their members. Keys are compared
 *byte for byte.
 */
#include "base/base.h"
struct view_path {
	struct str *keys; /* one exact key a step */
	uint32_t n;
};
struct view_alias {
	struct str field;
	struct view_path *paths;
	uint32_t n;
};
struct view {
	struct str name; /* of the mapping: "aws-cloudtrail" */
	uint32_t id;     /* dense, stable within one decode_set */
	struct view_path *roots;
	uint32_t n_roots;
	struct view_alias *aliases; /* sorted by field */
	uint32_t n_aliases;
};
/* Binary search (aliases are sorted by view_field_compare); NULL when F has no alias entry. */
const struct view_alias *view_alias_find(const struct view *v, struct str field);
/* Byte order, the shorter first: how aliases are sorted. */
int view_field_compare(struct str a, struct str b);
/*
 * The candidate paths of `field` in order of rank, at least one if the view has a root. Built in the arena, or borrowed
 * from the view's alias entry: read them only. Keys borrow `field` and the view. ERR_MEMORY.
 */
struct arena;
fallible view_candidates(const struct view *v, struct str field, struct arena *arena, struct view_path **ret,
                         uint32_t *ret_n);
#endif
