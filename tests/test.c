/* The TAP runner every test program links. Arguments, if any, name the tests to run. */
#include "test.h"

#include <stdarg.h>
#include <unistd.h>

struct test *test_list;
const char *test_why;
const char *test_skip;
static char why_text[2048];

void test_fail(const char *where, const char *fmt, ...)
{
	int n = snprintf(why_text, sizeof(why_text), "%s: ", where);
	va_list ap;
	va_start(ap, fmt);
	if (n > 0 && (size_t)n < sizeof(why_text))
		(void)vsnprintf(why_text + n, sizeof(why_text) - (size_t)n, fmt, ap);
	va_end(ap);
	test_why = why_text;
}

const char *test_root(void)
{
	const char *root = getenv("MERLON_SOURCE_ROOT");
	return root != NULL ? root : ".";
}

const char *test_corpora(void)
{
	static char path[4096];
	const char *env = getenv("MERLON_CORPORA");
	(void)snprintf(path, sizeof(path), "%s%s", env != NULL ? env : test_root(),
	               env != NULL ? "" : "/../shared/corpora");
	return access(path, R_OK) == 0 ? path : NULL;
}

static int wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return 1;
	return argc < 2;
}

int main(int argc, char **argv)
{
	int n = 0, bad = 0;
	for (struct test *t = test_list; t != NULL; t = t->next) {
		if (!wanted(t->name, argc, argv))
			continue;
		test_why = test_skip = NULL;
		t->run();
		n++;
		if (test_why != NULL) {
			bad++;
			printf("not ok %d - %s\n# %s\n", n, t->name, test_why);
		} else if (test_skip != NULL) {
			printf("ok %d - %s # SKIP %s\n", n, t->name, test_skip);
		} else {
			printf("ok %d - %s\n", n, t->name);
		}
		(void)fflush(stdout);
	}
	printf("1..%d\n", n);
	return bad != 0;
}
