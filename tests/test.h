#ifndef TESTS_TEST_H
#define TESTS_TEST_H
/* TAP in a few lines. A test file is a list of TEST bodies; each runs in the same process, in order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test {
	const char *name;
	void (*run)(void);
	struct test *next;
};
extern struct test *test_list;
extern const char *test_why;	/* set by the first failing CHECK */
extern const char *test_skip;	/* set by SKIP */
void test_fail(const char *where, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The corpora folder (../shared/corpora beside the source tree, or MERLON_CORPORA), or NULL when absent. */
const char *test_corpora(void);
/* The source tree's root. */
const char *test_root(void);

#define TEST(id)                                                                  \
	static void test_##id(void);                                              \
	static struct test entry_##id = { #id, test_##id, NULL };                 \
	__attribute__((constructor)) static void add_##id(void)                   \
	{                                                                         \
		struct test **at = &test_list;                                    \
		while (*at != NULL)                                               \
			at = &(*at)->next;                                        \
		*at = &entry_##id;                                                \
	}                                                                         \
	static void test_##id(void)
#define WHERE2(line) #line
#define WHERE(line) WHERE2(line)
#define CHECK(cond)                                                               \
	do {                                                                      \
		if (!(cond)) {                                                    \
			test_why = __FILE__ ":" WHERE(__LINE__) ": " #cond;       \
			return;                                                   \
		}                                                                 \
	} while (0)
/* With words of one's own: CHECKF(a == b, "case %zu: got %d", i, a). */
#define CHECKF(cond, ...)                                                         \
	do {                                                                      \
		if (!(cond)) {                                                    \
			test_fail(__FILE__ ":" WHERE(__LINE__) ": " #cond, __VA_ARGS__); \
			return;                                                   \
		}                                                                 \
	} while (0)
#define SKIP(reason)                \
	do {                        \
		test_skip = reason; \
		return;             \
	} while (0)
#endif
