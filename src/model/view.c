/*
 * Rule fields to candidate paths. Both the fast engine and the slow evaluator ask here, so that the order of ranks,
 * which decides what a rule sees, exists once.
 */
#include "model/view.h"

#include "base/arena.h"

int view_field_compare(struct str a, struct str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n > 0 ? memcmp(a.ptr, b.ptr, n) : 0;
	if (c != 0)
		return c;
	return (a.len > b.len) - (a.len < b.len);
}

const struct view_alias *view_alias_find(const struct view *v, struct str field)
{
	size_t low = 0, high = v->n_aliases;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = view_field_compare(field, v->aliases[mid].field);
		if (c == 0)
			return &v->aliases[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

/* Segments between the dots of field; 1 (no dotted form) when there is no dot or an empty segment. */
static uint32_t count_segments(struct str field)
{
	uint32_t n = 1;
	bool empty = true;
	for (size_t i = 0; i < field.len; i++) {
		if (field.ptr[i] != '.') {
			empty = false;
			continue;
		}
		if (empty)
			return 1;
		empty = true;
		n++;
	}
	return empty ? 1 : n;
}

/* A path of the root's keys and room for `more` behind them; *ret_more is where those go. */
static enum err path_begin(struct view_path *path, const struct view_path *root, uint32_t more, struct arena *arena,
                           struct str **ret_more)
{
	path->n = root->n + more;
	path->keys = arena_new_n(arena, struct str, path->n);
	TRY(got(path->keys));
	for (uint32_t i = 0; i < root->n; i++)
		path->keys[i] = root->keys[i];
	*ret_more = path->keys + root->n;
	return ERR_OK;
}

static void split(struct str field, struct str *keys)
{
	size_t from = 0;
	for (size_t i = 0; i <= field.len; i++) {
		if (i < field.len && field.ptr[i] != '.')
			continue;
		*keys++ = str_cut(field, from, i);
		from = i + 1;
	}
}

/* "winlog.event_data" + "Image" as one key. */
static enum err join(const struct view_path *root, struct str field, struct arena *arena, struct str *ret)
{
	size_t len = field.len;
	for (uint32_t i = 0; i < root->n; i++)
		len += root->keys[i].len + 1;
	char *to = arena_alloc(arena, len);
	TRY(got(to));
	*ret = (struct str){ to, len };
	for (uint32_t i = 0; i < root->n; i++) {
		if (root->keys[i].len > 0)
			memcpy(to, root->keys[i].ptr, root->keys[i].len);
		to += root->keys[i].len;
		*to++ = '.';
	}
	if (field.len > 0)
		memcpy(to, field.ptr, field.len);
	return ERR_OK;
}

enum err view_candidates(const struct view *v, struct str field, struct arena *arena, struct view_path **ret,
                         uint32_t *ret_n)
{
	static const struct view_path top = { NULL, 0 };
	const struct view_alias *alias = view_alias_find(v, field);
	if (alias != NULL) {
		*ret = alias->paths;
		*ret_n = alias->n;
		return ERR_OK;
	}
	uint32_t segments = count_segments(field), n = 0;
	struct view_path *paths = arena_array(arena, v->n_roots, 3 * sizeof(*paths));
	TRY(got(paths));
	for (uint32_t i = 0; i < v->n_roots; i++) {
		const struct view_path *root = &v->roots[i];
		struct str *more;
		TRY(path_begin(&paths[n], root, 1, arena, &more));
		*more = field;
		n++;
		if (segments > 1) {
			TRY(path_begin(&paths[n], root, segments, arena, &more));
			split(field, more);
			n++;
		}
		if (root->n > 0) {
			TRY(path_begin(&paths[n], &top, 1, arena, &more));
			TRY(join(root, field, arena, more));
			n++;
		}
	}
	*ret = paths;
	*ret_n = n;
	return ERR_OK;
}
