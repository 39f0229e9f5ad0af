/*
 * The growth step of VEC: a doubled copy in the same arena.
 */
#include "base/vec.h"

#include "base/arena.h"

enum { FIRST_CAP = 8 };

fallible vec_room(struct arena *a, void **at, size_t n, size_t *cap, size_t size)
{
	if (LIKELY(n < *cap))
		return ERR_OK;
	if (*cap > SIZE_MAX / 2)
		return ERR_MEMORY;
	size_t bigger = *cap > 0 ? *cap * 2 : FIRST_CAP;
	void *p = arena_array(a, bigger, size);
	TRY(got(p));
	if (n > 0)
		memcpy(p, *at, n * size);
	*at = p;
	*cap = bigger;
	return ERR_OK;
}
