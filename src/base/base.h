#ifndef BASE_BASE_H
#define BASE_BASE_H
/*
 * base: what every folder shares. Errors are values (enum err, one table), strings are borrowed
 * runs of bytes, broken invariants stop the program. Nothing here allocates or does I/O.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Every condition a caller may want to tell apart; see err.def. */
enum err {
#define ERR(name, http, exit, text) ERR_##name,
#include "base/err.def"
#undef ERR
};
/* One line of English, without a full stop. Never NULL. */
const char *err_text(enum err e);
/* The process exit code of a command that failed for this reason. */
int err_exit_code(enum err e);

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))
#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define NONNULL __attribute__((nonnull))
#define PURE __attribute__((pure))
#define NOINLINE __attribute__((noinline))
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define PREFETCH(p) __builtin_prefetch(p)
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* A function that can fail: its result must be looked at. Values leave through ret_ parameters, which
 * are untouched on failure unless the header says otherwise. */
#define fallible MUST_USE enum err

/* The only macro in the tree that returns from its caller. */
#define TRY(call)                      \
	do {                           \
		enum err e_ = (call);  \
		if (e_ != ERR_OK)      \
			return e_;     \
	} while (0)

/* ERR_MEMORY for NULL: TRY(got(p)) after an allocation. */
static inline MUST_USE enum err got(const void *p)
{
	return p != NULL ? ERR_OK : ERR_MEMORY;
}

/* A result that is ignored on purpose; say why in a comment beside it. */
#define IGNORE(call)                  \
	do {                          \
		if (call) {           \
		}                     \
	} while (0)

/* An invariant. Always compiled in: prints the place to stderr and aborts when it does not hold. */
#define must(cond)                                             \
	do {                                                   \
		if (UNLIKELY(!(cond)))                         \
			must_failed(#cond, __FILE__, __LINE__); \
	} while (0)
_Noreturn void must_failed(const char *cond, const char *file, int line);

/* A borrowed run of bytes, not NUL terminated. The empty string may have any ptr. */
struct str {
	const char *ptr;
	size_t len;
};
#define STR(lit) ((struct str){ (lit), sizeof(lit) - 1 })
/* For printf("%.*s", STR_FMT(s)). */
#define STR_FMT(s) (int)(s).len, (s).ptr

static inline struct str str_of(const char *c)
{
	return (struct str){ c, c != NULL ? strlen(c) : 0 };
}
static inline bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
#define str_is(s, lit) str_eq((s), STR(lit))
static inline bool str_starts(struct str s, struct str prefix)
{
	return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}
static inline bool str_ends(struct str s, struct str suffix)
{
	return s.len >= suffix.len &&
	       (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}
/* Bytes [from, to) of s, both clamped to its length. */
static inline struct str str_cut(struct str s, size_t from, size_t to)
{
	to = to < s.len ? to : s.len;
	from = from < to ? from : to;
	return (struct str){ from > 0 ? s.ptr + from : s.ptr, to - from }; /* NULL + 0 is undefined in C */
}
#endif
