/*
 * Finding inputs: the named paths in the order given, directories depth first in byte order of names, globs by walking
 * from their literal part and matching whole paths, so that nothing is met twice. Listing is lazy (one directory a
 * level is held), and each entry is looked at once, which also gives the totals for progress.
 */
#include "source/internal.h"

struct found {
	char *name;
	uint64_t size;
	enum { FOUND_FILE, FOUND_DIR, FOUND_SKIP, FOUND_PRUNED } kind;
};
struct level {
	struct found *found;
	char **names; /* the block the names live in */
	size_t n, at;
	size_t path_len; /* of the directory, in walk.path */
	bool all;        /* everything below is meant, not what the glob matches */
};
struct named {
	struct named *next;
	struct str path;
	bool in_directory;
};
struct walk {
	const struct source_options *o;
	struct sink *sink;
	struct named *first, **last, *current;
	struct level *levels; /* LIMIT_DIR_DEPTH of them */
	size_t depth;
	char path[4096];
	size_t path_len;
	struct str glob; /* of the named path being walked, or "" */
	size_t glob_found;
	uint64_t seen;
	walk_directory_fn *on_directory;
	void *on_directory_arg;
};

static void note(struct walk *w, const char *why)
{
	if (w->sink->diags == NULL)
		return;
	struct diag d = { .severity = DIAG_NOTE, .code = "input-skipped", .file = { w->path, w->path_len } };
	diag_addf(w->sink->diags, &d, "%s", why);
}

fallible walk_add(struct walk *w, struct str path, bool in_directory)
{
	struct named *n = sys_zalloc(sizeof(*n) + path.len + 1);
	TRY(got(n));
	memcpy(n + 1, path.ptr, path.len);
	n->path = (struct str){ (char *)(n + 1), path.len };
	n->in_directory = in_directory;
	*w->last = n;
	w->last = &n->next;
	return ERR_OK;
}

fallible walk_new(const struct str *paths, size_t n, const struct source_options *o, struct sink *sink,
                  struct walk **ret)
{
	struct walk *w = sys_zalloc(sizeof(*w));
	TRY(got(w));
	w->o = o;
	w->sink = sink;
	w->last = &w->first;
	w->levels = sys_zalloc((LIMIT_DIR_DEPTH + 1) * sizeof(*w->levels));
	enum err err = got(w->levels);
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		err = walk_add(w, paths[i], false);
	if (err != ERR_OK) {
		walk_free(&w);
		return err;
	}
	*ret = w;
	return ERR_OK;
}

void walk_on_directory(struct walk *w, walk_directory_fn *fn, void *arg)
{
	w->on_directory = fn;
	w->on_directory_arg = arg;
}

static void leave_level(struct walk *w)
{
	struct level *l = &w->levels[--w->depth];
	sys_free(l->found);
	sys_free(l->names);
	*l = (struct level){ .found = NULL };
}

void walk_free(struct walk **pw)
{
	struct walk *w = *pw;
	if (w == NULL)
		return;
	while (w->depth > 0)
		leave_level(w);
	while (w->first != NULL) {
		struct named *n = w->first;
		w->first = n->next;
		sys_free(n);
	}
	sys_free(w->current);
	sys_free(w->levels);
	sys_free(w);
	*pw = NULL;
}

static bool path_set(struct walk *w, struct str path)
{
	if (path.len >= sizeof(w->path) || memchr(path.ptr, '\0', path.len) != NULL)
		return false;
	if (path.len > 0)
		memcpy(w->path, path.ptr, path.len);
	w->path[path.len] = '\0';
	w->path_len = path.len;
	return true;
}

/* The directory's path, a slash, the name. */
static bool path_join(struct walk *w, size_t dir_len, const char *name)
{
	size_t n = strlen(name);
	bool slash = dir_len > 0 && w->path[dir_len - 1] != '/';
	if (dir_len + slash + n >= sizeof(w->path))
		return false;
	if (slash)
		w->path[dir_len] = '/';
	memcpy(w->path + dir_len + slash, name, n + 1);
	w->path_len = dir_len + slash + n;
	return true;
}

/* What an entry of a directory is, and whether it is wanted. w->path names it. */
static void look_at(struct walk *w, struct found *e, bool all)
{
	struct stat st;
	struct str path = { w->path, w->path_len };
	e->kind = FOUND_SKIP;
	bool magic = !all;
	if (e->name[0] == '.' && !magic)
		return;
	if (os_lstat(w->path, &st) != ERR_OK) {
		e->kind = FOUND_FILE; /* reported when its turn comes */
		return;
	}
	bool link = S_ISLNK(st.st_mode);
	if (link && sys_stat(w->path, &st) != ERR_OK) {
		note(w, "a symbolic link to nothing");
		return;
	}
	if (S_ISDIR(st.st_mode)) {
		/* a glob says how deep it goes, unless it has ** */
		if (link && (!magic || memmem(w->glob.ptr, w->glob.len, "**", 2) != NULL))
			note(w, "a symbolic link to a directory is not followed");
		else if (!magic || glob_may_descend(w->glob, path) || glob_matches(w->glob, path))
			e->kind = prune_path(w->o, path) ? FOUND_PRUNED : FOUND_DIR;
		return;
	}
	if (magic && !glob_matches(w->glob, path))
		return;
	if (!S_ISREG(st.st_mode)) {
		note(w, "neither a file nor a directory");
		return;
	}
	e->kind = prune_path(w->o, path) ? FOUND_PRUNED : FOUND_FILE;
	e->size = (uint64_t)st.st_size;
}

static void count_found(struct walk *w, const struct level *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct source_counters *c = &w->sink->count;
		if (l->found[i].kind == FOUND_FILE) {
			c->files_total++;
			c->bytes_total_estimate += l->found[i].size;
		}
		c->files_pruned += l->found[i].kind == FOUND_PRUNED;
		c->files_skipped += l->found[i].kind == FOUND_SKIP && l->all;
	}
}

/* w->path is a directory: list it and make it the current level. */
static enum err enter_level(struct walk *w, bool all)
{
	struct str dir = { w->path, w->path_len };
	if (w->depth > LIMIT_DIR_DEPTH) {
		sink_failed(w->sink, dir, "directories nested too deep", ERR_LIMIT);
		return ERR_OK;
	}
	if (w->on_directory != NULL)
		TRY(w->on_directory(w->on_directory_arg, dir));
	struct level *l = &w->levels[w->depth];
	*l = (struct level){ .path_len = w->path_len, .all = all };
	enum err err = sys_list_dir(w->path_len > 0 ? w->path : ".", LIMIT_INPUT_FILES, &l->names, &l->n);
	if (err == ERR_MEMORY)
		return err;
	if (err != ERR_OK) {
		sink_failed(w->sink, dir, "the directory cannot be read", err);
		return ERR_OK;
	}
	l->found = sys_zalloc((l->n + 1) * sizeof(*l->found));
	w->depth++;
	TRY(got(l->found));
	for (size_t i = 0; i < l->n; i++) {
		l->found[i].name = l->names[i];
		l->found[i].kind = FOUND_SKIP;
		if (path_join(w, l->path_len, l->names[i]))
			look_at(w, &l->found[i], all);
		else
			note(w, "the path is too long");
		w->path[l->path_len] = '\0';
		w->path_len = l->path_len;
	}
	count_found(w, l);
	return ERR_OK;
}

/* A glob begins at the directory before its first component with magic. */
static enum err begin_glob(struct walk *w)
{
	w->glob_found = 0;
	size_t at = 0, dir = 0;
	while (at < w->glob.len) {
		const char *slash = memchr(w->glob.ptr + at, '/', w->glob.len - at);
		size_t end = slash != NULL ? (size_t)(slash - w->glob.ptr) : w->glob.len;
		if (glob_has_magic(str_cut(w->glob, at, end)))
			break;
		dir = end + 1 < w->glob.len ? end : w->glob.len;
		dir = dir == 0 ? 1 : dir; /* the root */
		at = end + 1;
	}
	if (!path_set(w, str_cut(w->glob, 0, dir)))
		return ERR_OK;
	return enter_level(w, false);
}

static enum err begin_named(struct walk *w, const struct named *n, struct walk_entry *ret, bool *ret_found)
{
	struct stat st;
	*ret_found = false;
	w->glob = STR("");
	if (str_is(n->path, "-") || str_is(n->path, "/dev/stdin")) {
		*ret = (struct walk_entry){ .path = STR("-"), .is_stdin = true };
		*ret_found = true;
		w->sink->count.files_total++;
		return ERR_OK;
	}
	if (!path_set(w, n->path)) {
		sink_failed(w->sink, n->path, "the path is too long", ERR_LIMIT);
		return ERR_OK;
	}
	enum err err = sys_stat(w->path, &st);
	if (err == ERR_MISSING && glob_has_magic(n->path)) {
		w->glob = n->path;
		return begin_glob(w);
	}
	if (err == ERR_OK && n->in_directory && prune_path(w->o, n->path)) {
		w->sink->count.files_pruned++;
		return ERR_OK;
	}
	if (err == ERR_OK && S_ISDIR(st.st_mode))
		return enter_level(w, true);
	w->sink->count.files_total++;
	w->sink->count.bytes_total_estimate += err == ERR_OK && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	*ret = (struct walk_entry){ .path = { w->path, w->path_len }, .in_directory = n->in_directory };
	*ret_found = true; /* one that is missing fails when it is opened, and is counted there */
	return ERR_OK;
}

/* The next entry of the current level: a file, or a directory to go into. */
static enum err step_level(struct walk *w, struct walk_entry *ret, bool *ret_found)
{
	struct level *l = &w->levels[w->depth - 1];
	*ret_found = false;
	if (l->at == l->n) {
		leave_level(w);
		if (w->depth == 0 && w->glob.len > 0 && w->glob_found == 0)
			sink_failed(w->sink, w->glob, "no file matches", ERR_MISSING);
		return ERR_OK;
	}
	const struct found *e = &l->found[l->at++];
	if (e->kind == FOUND_SKIP || e->kind == FOUND_PRUNED || !path_join(w, l->path_len, e->name))
		return ERR_OK;
	if (e->kind == FOUND_DIR) {
		/* a glob that names a directory means everything below it */
		return enter_level(w, l->all || glob_matches(w->glob, (struct str){ w->path, w->path_len }));
	}
	w->glob_found++;
	w->seen++;
	*ret = (struct walk_entry){ .path = { w->path, w->path_len }, .in_directory = true };
	*ret_found = true;
	return ERR_OK;
}

fallible walk_next(struct walk *w, struct walk_entry *ret)
{
	bool found = false;
	while (!found) {
		if (atomic_load_explicit(&w->sink->stopped, memory_order_relaxed))
			return ERR_SIGNAL;
		if (w->seen > LIMIT_INPUT_FILES)
			return ERR_LIMIT;
		if (w->depth > 0) {
			TRY(step_level(w, ret, &found));
			continue;
		}
		struct named *n = w->first;
		if (n == NULL)
			return ERR_END;
		w->first = n->next;
		if (w->first == NULL)
			w->last = &w->first;
		struct named *gone = w->current;
		w->current = n; /* the glob refers to it */
		sys_free(gone);
		TRY(begin_named(w, n, ret, &found));
	}
	return ERR_OK;
}
