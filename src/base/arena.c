/*
 * Arenas: chunks that grow from 64 KiB to 4 MiB, handed out from the front. Full chunks hang behind the current one in
 * `head`; after a reset all chunks wait in `spare`, largest first, so that a steady user soon needs one chunk.
 * A piece that would waste much of a chunk gets one of its own. Under AddressSanitizer what is not handed out
 * is poisoned: use after reset is found like use after free.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/sys.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) __asan_poison_memory_region((p), (n))
#define UNPOISON(p, n) __asan_unpoison_memory_region((p), (n))
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

enum { ALIGN = 16, CHUNK_MIN = 64 << 10, CHUNK_MAX = 4 << 20 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t size; /* of data */
	_Alignas(ALIGN) char data[];
};

/* A chunk for at least `size` bytes: the largest spare one, or a new one of `wanted`. */
static struct arena_chunk *chunk_get(struct arena *a, size_t size, size_t wanted)
{
	struct arena_chunk *c = a->spare;
	if (c != NULL && c->size >= size) {
		a->spare = c->next;
		return c;
	}
	if (wanted > SIZE_MAX / 2)
		return NULL;
	c = sys_alloc(sizeof(*c) + wanted);
	if (c == NULL)
		return NULL;
	c->size = wanted;
	POISON(c->data, c->size);
	return c;
}

static size_t chunk_size(const struct arena *a)
{
	size_t last = a->head != NULL ? a->head->size : 0;
	if (last < CHUNK_MIN)
		return CHUNK_MIN;
	return last < CHUNK_MAX / 2 ? last * 2 : CHUNK_MAX;
}

/* Room in a new chunk; the pointer, or NULL. */
static NOINLINE char *take_more(struct arena *a, size_t size)
{
	size_t wanted = chunk_size(a);
	bool own = size > wanted / 2;
	struct arena_chunk *c = chunk_get(a, size, own ? size : wanted);
	if (c == NULL)
		return NULL;
	if (a->head != NULL && c->size - size < (size_t)(a->end - a->at)) {
		c->next = a->head->next; /* the current chunk has more left than this one will have */
		a->head->next = c;
		return c->data;
	}
	c->next = a->head;
	a->head = c;
	a->at = c->data + size;
	a->end = c->data + c->size;
	return c->data;
}

/* Unzeroed bytes. */
static char *take(struct arena *a, size_t size, size_t align)
{
	if (UNLIKELY(size > SIZE_MAX / 4 || (a->max > 0 && size > a->max - (a->used < a->max ? a->used : a->max))))
		return NULL;
	size_t pad = -(uintptr_t)a->at & (align - 1);
	char *p;
	if (LIKELY(a->at != NULL && size + pad <= (size_t)(a->end - a->at))) {
		p = a->at + pad;
		a->at = p + size;
	} else {
		p = take_more(a, size);
		if (p == NULL)
			return NULL;
	}
	UNPOISON(p, size);
	a->used += size;
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size = size > 0 ? size : 1;
	char *p = take(a, size, ALIGN);
	return p != NULL ? memset(p, 0, size) : NULL;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t total;
	return __builtin_mul_overflow(n, size, &total) ? NULL : arena_alloc(a, total);
}

struct str arena_str(struct arena *a, struct str s)
{
	char *p = s.len < SIZE_MAX / 4 ? take(a, s.len + 1, 1) : NULL;
	if (p == NULL)
		return (struct str){ NULL, 0 };
	if (s.len > 0)
		memcpy(p, s.ptr, s.len);
	p[s.len] = '\0';
	return (struct str){ p, s.len };
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	int len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	char *p = len >= 0 ? take(a, (size_t)len + 1, 1) : NULL;
	if (p == NULL)
		return (struct str){ NULL, 0 };
	va_start(args, fmt);
	vsnprintf(p, (size_t)len + 1, fmt, args);
	va_end(args);
	return (struct str){ p, (size_t)len };
}

void arena_reset(struct arena *a)
{
	while (a->head != NULL) {
		struct arena_chunk *c = a->head, **at = &a->spare;
		a->head = c->next;
		while (*at != NULL && (*at)->size > c->size)
			at = &(*at)->next;
		c->next = *at;
		*at = c;
		POISON(c->data, c->size);
	}
	a->at = a->end = NULL;
	a->used = 0;
}

void arena_clear(struct arena *a)
{
	arena_reset(a);
	while (a->spare != NULL) {
		struct arena_chunk *c = a->spare;
		a->spare = c->next;
		UNPOISON(c->data, c->size);
		sys_free(c);
	}
}
