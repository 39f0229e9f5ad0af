/*
 * The content folder is found from the binary, so that an installed tree can be moved and a build tree needs no
 * installation. The source tree is recognised by its sources, not by a folder that happens to be called content.
 */
#include "app/content.h"

#include <limits.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/sys.h"

static bool is_there(struct str path)
{
	struct stat st;
	return sys_stat(path.ptr, &st) == ERR_OK;
}

/* *ret is set and true when folder/sub exists. */
static fallible look(struct arena *arena, struct str folder, const char *sub, bool *found, struct str *ret)
{
	struct str path = arena_printf(arena, "%.*s/%s", STR_FMT(folder), sub);
	TRY(got(path.ptr));
	*found = is_there(path);
	if (*found)
		*ret = path;
	return ERR_OK;
}

/* The path without its last part; "." when it has only one. */
static struct str parent(struct str path)
{
	while (path.len > 0 && path.ptr[path.len - 1] != '/')
		path.len--;
	while (path.len > 1 && path.ptr[path.len - 1] == '/')
		path.len--;
	return path.len > 0 ? path : STR(".");
}

fallible app_content_path_from(struct arena *arena, struct str binary, const char *environment, const char *sub,
                               struct str *ret)
{
	bool found = false;
	if (environment != NULL && environment[0] != '\0') {
		TRY(look(arena, str_of(environment), sub, &found, ret));
		return found ? ERR_OK : ERR_MISSING;
	}
	struct str folder = parent(binary); /* PREFIX/bin, or ROOT/build/NAME */
	struct str installed = arena_printf(arena, "%.*s/share/merlon/content", STR_FMT(parent(folder)));
	TRY(got(installed.ptr));
	TRY(look(arena, installed, sub, &found, ret));
	if (found)
		return ERR_OK;
	struct str root = parent(parent(folder));
	bool is_source = false;
	struct str unused;
	TRY(look(arena, root, "src/app/content.h", &is_source, &unused));
	if (!is_source)
		return ERR_MISSING;
	struct str content = arena_printf(arena, "%.*s/content", STR_FMT(root));
	TRY(got(content.ptr));
	TRY(look(arena, content, sub, &found, ret));
	return found ? ERR_OK : ERR_MISSING;
}

fallible app_content_path(struct arena *arena, const char *sub, struct str *ret)
{
	char binary[PATH_MAX];
	TRY(sys_readlink("/proc/self/exe", binary, sizeof(binary)));
	return app_content_path_from(arena, str_of(binary), secure_getenv("MERLON_CONTENT"), sub, ret);
}
