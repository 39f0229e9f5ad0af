#ifndef BASE_ARENA_H
#define BASE_ARENA_H
#include "base/base.h"
/*
 * A batch of allocations with one lifetime: many small pieces, released together. Zero-initialised
 * `struct arena a = { 0 };` is ready for use (no limit). Not thread-safe; pass it as a parameter.
 */
struct arena_chunk;
struct arena {
	struct arena_chunk *head, *spare;
	char *at, *end;
	size_t used;  /* bytes handed out since the last clear */
	size_t max;   /* 0 = no limit; past it allocations return NULL */
};
/* Zeroed memory aligned for any type; NULL when memory or the limit is gone. size 0 gives a unique pointer. */
void *arena_alloc(struct arena *a, size_t size) __attribute__((malloc, alloc_size(2)));
/* n * size with overflow check. */
void *arena_array(struct arena *a, size_t n, size_t size) __attribute__((malloc));
/* A copy of s (with a NUL behind it, not counted in len). ptr NULL on failure. */
struct str arena_str(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);
/* Everything allocated becomes invalid; memory is kept for reuse (largest chunk first). */
void arena_reset(struct arena *a);
/* As reset, and the memory goes back. Cleanup attribute. */
void arena_clear(struct arena *a);
#define arena_new(a, T) ((T *)arena_alloc((a), sizeof(T)))
#define arena_new_n(a, T, n) ((T *)arena_array((a), (n), sizeof(T)))
#define auto_arena CLEANUP(arena_clear) struct arena
#endif
