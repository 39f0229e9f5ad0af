#ifndef BASE_VEC_H
#define BASE_VEC_H
#include "base/base.h"
/*
 * Growing arrays in an arena: `struct { T *at; size_t n, cap; }`. Old copies stay in the arena (doubling wastes at
 * most as much as is used), so it fits build-once data.
 *	VEC(struct rule) rules = { 0 };
 *	TRY(vec_push(&rules, arena, rule));
 */
#define VEC(T)              \
	struct {            \
		T *at;      \
		size_t n, cap; \
	}
struct arena;
/* Makes room for one more element of `size` bytes; see vec_push. */
fallible vec_room(struct arena *a, void **at, size_t n, size_t *cap, size_t size);
#define vec_push(v, a, item)                                                                       \
	(vec_room((a), (void **)&(v)->at, (v)->n, &(v)->cap, sizeof(*(v)->at)) == ERR_OK ?          \
		 ((v)->at[(v)->n] = (item), (v)->n++, ERR_OK) :                                            \
		 ERR_MEMORY)
#endif
