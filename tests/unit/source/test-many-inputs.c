/* More files than a run may have: the walk ends with an error, not as if it had seen all. */
#include <sys/stat.h>
#include <unistd.h>

#include "../../test.h"
#include "collect.h"
#include "source/internal.h"

enum { FILES = 2000 };

TEST(more_than_LIMIT_INPUT_FILES_end_the_walk_with_an_error)
{
	size_t n_paths = LIMIT_INPUT_FILES / FILES + 2, seen = 0;
	struct str *paths = calloc(n_paths, sizeof(*paths));
	struct source_options o = collect_defaults().o;
	struct sink sink = { .diags = NULL };
	struct walk *w = NULL;
	struct walk_entry e;
	CHECK(paths != NULL);
	for (unsigned i = 0; i < FILES; i++) {
		char name[32];
		(void)snprintf(name, sizeof(name), "many/%04u.log", i);
		CHECK(scratch_write(name, "", 0) != NULL);
	}
	struct str folder = str_of(scratch_path("many"));
	for (size_t i = 0; i < n_paths; i++)
		paths[i] = folder;
	CHECK(walk_new(paths, n_paths, &o, &sink, &w) == ERR_OK);
	enum err err = walk_next(w, &e);
	for (; err == ERR_OK; seen++)
		err = walk_next(w, &e);
	walk_free(&w);
	free(paths);
	CHECKF(err == ERR_LIMIT && seen == (size_t)LIMIT_INPUT_FILES + 1, "%s after %zu files", err_text(err), seen);
}
