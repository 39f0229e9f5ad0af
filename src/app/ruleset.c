/*
 * Finding and loading rules. Parsing is most of the start of a run, and files are independent of each other, so it is
 * spread over a few threads, each with its own arena; linking sorts by path, so the result does not depend on how.
 */
#include "app/ruleset.h"

#include <errno.h>
#include <fcntl.h>

#include "app/content.h"
#include "base/limits.h"
#include "base/sys.h"
#include "lang/yaml/yaml.h"

struct app_rule_text {
	char *text;
	size_t len;
	enum err err;
};

/* ---- finding files ---- */

static bool is_rule_name(struct str name)
{
	bool yaml = str_ends(name, STR(".yml")) || str_ends(name, STR(".yaml"));
	return yaml && !str_ends(name, STR(".cases.yml")) && !str_ends(name, STR(".cases.yaml"));
}

static fallible push_path(struct arena *arena, struct app_paths *paths, struct str path)
{
	if (paths->n >= LIMIT_RULES)
		return ERR_LIMIT;
	return vec_push(paths, arena, path);
}

static fallible walk(struct arena *arena, struct str path, unsigned depth, struct app_paths *paths,
                     struct diag_list *diags);

static fallible walk_dir(struct arena *arena, struct str path, unsigned depth, struct app_paths *paths,
                         struct diag_list *diags)
{
	char **names = NULL;
	size_t n = 0;
	if (depth == 0)
		return ERR_LIMIT;
	TRY(sys_list_dir(path.ptr, LIMIT_RULES, &names, &n));
	enum err e = ERR_OK;
	bool slash = str_ends(path, STR("/"));
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		if (names[i][0] == '.')
			continue;
		struct str sub = arena_printf(arena, "%s%s%s", path.ptr, slash ? "" : "/", names[i]);
		e = got(sub.ptr);
		if (e == ERR_OK)
			e = walk(arena, sub, depth - 1, paths, diags);
	}
	sys_free(names);
	return e;
}

/* What can't be read is reported and passed over; only memory and limits end the walk. */
static fallible walk(struct arena *arena, struct str path, unsigned depth, struct app_paths *paths,
                     struct diag_list *diags)
{
	struct stat st;
	enum err e = sys_stat(path.ptr, &st);
	if (e == ERR_OK && S_ISDIR(st.st_mode))
		e = walk_dir(arena, path, depth, paths, diags);
	else if (e == ERR_OK && is_rule_name(path))
		e = push_path(arena, paths, path);
	if (e == ERR_OK || e == ERR_MEMORY || e == ERR_LIMIT)
		return e;
	diag_addf(diags, &(struct diag){ .severity = DIAG_ERROR, .code = "rules-read", .file = path },
	          "cannot be read: %s", err_text(e));
	return ERR_OK;
}

fallible app_rule_files(struct arena *arena, struct str path, struct app_paths *paths, struct diag_list *diags)
{
	struct stat st;
	struct str kept = arena_str(arena, path);
	TRY(got(kept.ptr));
	/* A file that is named is taken whatever its name. */
	if (sys_stat(kept.ptr, &st) == ERR_OK && !S_ISDIR(st.st_mode))
		return push_path(arena, paths, kept);
	return walk(arena, kept, LIMIT_DIR_DEPTH, paths, diags);
}

static fallible find_all(struct app_ruleset *r, const struct option_list *paths, struct app_paths *found,
                         struct diag_list *diags)
{
	struct str content;
	for (size_t i = 0; i < paths->n; i++) {
		if (!str_is(paths->at[i], "default")) {
			TRY(app_rule_files(&r->arena, paths->at[i], found, diags));
			continue;
		}
		enum err e = app_content_path(&r->arena, "detections", &content);
		if (e == ERR_MISSING)
			diag_add(
			    diags,
			    &(struct diag){
			        .severity = DIAG_ERROR,
			        .code = "content",
			        .text = STR("the shipped rules were not found"),
			        .hint = STR(
			            "name rules with --rules, or set MERLON_CONTENT to the folder with detections/") });
		TRY(e);
		TRY(app_rule_files(&r->arena, content, found, diags));
	}
	return ERR_OK;
}

/* ---- parsing on threads ---- */

struct loader {
	struct app_ruleset *r;
	struct arena *arena;
	struct sigma_docs docs;
	struct diag_list diags;
	size_t first, step;
	enum err err;
};

static fallible load_one(struct loader *l, size_t i)
{
	struct app_rule_text *t = &l->r->texts[i];
	t->err = sys_read_file(l->r->paths[i].ptr, LIMIT_YAML_BYTES, &t->text, &t->len);
	if (t->err == ERR_MEMORY)
		return t->err;
	if (t->err != ERR_OK) {
		diag_addf(&l->diags,
		          &(struct diag){ .severity = DIAG_ERROR, .code = "rules-read", .file = l->r->paths[i] },
		          "cannot be read: %s", err_text(t->err));
		return ERR_OK;
	}
	return sigma_parse(l->arena, l->r->paths[i], (struct str){ t->text, t->len }, &l->docs, &l->diags);
}

static void *load_some(void *arg)
{
	struct loader *l = arg;
	for (size_t i = l->first; i < l->r->n_files && l->err == ERR_OK; i += l->step)
		l->err = load_one(l, i);
	return NULL;
}

static void run_loaders(struct loader *loaders, pthread_t *threads, size_t n)
{
	bool started[64] = { false };
	must(n <= ARRAY_LEN(started));
	for (size_t i = 1; i < n; i++)
		started[i] = sys_thread_start(&threads[i], load_some, &loaders[i]) == ERR_OK;
	load_some(&loaders[0]);
	for (size_t i = 1; i < n; i++) {
		if (started[i])
			IGNORE(sys_thread_join(threads[i]) != NULL); /* they return nothing */
		else
			load_some(&loaders[i]); /* no thread to be had: here, then */
	}
}

static fallible parse_all(struct app_ruleset *r, size_t n, struct sigma_docs **ret, struct diag_list *diags)
{
	struct loader *loaders = arena_new_n(&r->arena, struct loader, n);
	pthread_t *threads = arena_new_n(&r->arena, pthread_t, n);
	struct sigma_docs *docs = arena_new_n(&r->arena, struct sigma_docs, n);
	r->thread_arenas = arena_new_n(&r->arena, struct arena, n);
	TRY(got(loaders));
	TRY(got(threads));
	TRY(got(docs));
	TRY(got(r->thread_arenas));
	r->n_threads = n;
	for (size_t i = 0; i < n; i++)
		loaders[i] = (struct loader){ .r = r,
			                      .arena = &r->thread_arenas[i],
			                      .first = i,
			                      .step = n,
			                      .diags = { .arena = &r->thread_arenas[i], .max = diags->max } };
	run_loaders(loaders, threads, n);
	for (size_t i = 0; i < n; i++) {
		TRY(loaders[i].err);
		docs[i] = loaders[i].docs;
		for (size_t k = 0; k < loaders[i].diags.items.n; k++)
			diag_add(diags, &loaders[i].diags.items.at[k]);
	}
	for (size_t i = 0; i < r->n_files; i++)
		r->n_failed += r->texts[i].err != ERR_OK;
	*ret = docs;
	return ERR_OK;
}

/* ---- pipelines and values ---- */

fallible read_named(struct arena *arena, struct str path, struct str *ret_path, struct str *ret_text,
                    struct diag_list *diags)
{
	auto_free char *text = NULL;
	size_t len = 0;
	*ret_path = arena_str(arena, path);
	TRY(got(ret_path->ptr));
	enum err e = sys_read_file(ret_path->ptr, LIMIT_YAML_BYTES, &text, &len);
	if (e != ERR_OK) {
		diag_addf(diags, &(struct diag){ .severity = DIAG_ERROR, .code = "file-read", .file = *ret_path },
		          "cannot be read: %s", err_text(e));
		return e;
	}
	*ret_text = arena_str(arena, (struct str){ text, len });
	return got(ret_text->ptr);
}

static fallible load_options(struct app_ruleset *r, const struct app_ruleset_options *o, struct sigma_options *ret,
                             struct diag_list *diags)
{
	struct str text, name;
	*ret = (struct sigma_options){ .n_pipelines = o->pipelines.n };
	ret->pipelines = arena_new_n(&r->arena, struct sigma_pipeline *, o->pipelines.n);
	TRY(got(ret->pipelines));
	for (size_t i = 0; i < o->pipelines.n; i++) {
		TRY(read_named(&r->arena, o->pipelines.at[i], &name, &text, diags));
		TRY(sigma_pipeline_parse(&r->arena, name, text, &ret->pipelines[i], diags));
	}
	if (o->values.len == 0)
		return ERR_OK;
	struct yaml_docs docs;
	TRY(read_named(&r->arena, o->values, &name, &text, diags));
	TRY(yaml_read(&r->arena, name, text, &docs, diags));
	if (docs.n != 1 || value_kind(docs.at[0]) != VALUE_MAP) {
		diag_add(diags, &(struct diag){
		                    .severity = DIAG_ERROR,
		                    .code = "values",
		                    .file = o->values,
		                    .text = STR("a values file is one map from placeholder names to a value or a list"),
		                    .hint = STR("break_glass_users: [alice, bob]") });
		return ERR_PARSE;
	}
	ret->placeholders = docs.at[0];
	return ERR_OK;
}

/* What linking finds wrong is known by place alone: the line is put beside it. */
static void add_excerpts(const struct app_ruleset *r, struct diag_list *diags, size_t from)
{
	enum { MOST = 1000 }; /* each looks for its file */
	for (size_t i = from; i < diags->items.n && i - from < MOST; i++) {
		struct diag *d = &diags->items.at[i];
		if (d->excerpt.len > 0 || d->line == 0)
			continue;
		for (size_t k = 0; k < r->n_files; k++)
			if (r->texts[k].text != NULL && str_eq(r->paths[k], d->file)) {
				struct str text = { r->texts[k].text, r->texts[k].len };
				d->excerpt = arena_str(diags->arena, diag_excerpt(text, d->line));
				break;
			}
	}
}

static fallible fill(struct app_ruleset *r, const struct app_ruleset_options *o, struct diag_list *diags)
{
	static const struct str standard = { "default", 7 };
	struct str paths_default[1] = { standard };
	struct option_list paths = o->paths.n > 0 ? o->paths : (struct option_list){ paths_default, 1 };
	struct app_paths found = { 0 };
	struct sigma_options options;
	struct sigma_docs *docs;

	TRY(load_options(r, o, &options, diags));
	TRY(find_all(r, &paths, &found, diags));
	r->paths = found.at;
	r->n_files = found.n;
	if (found.n == 0) {
		diag_add(diags, &(struct diag){ .severity = DIAG_ERROR,
		                                .code = "rules-none",
		                                .file = paths.at[0],
		                                .text = STR("no rule files found"),
		                                .hint = STR("rules are files that end in .yml or .yaml") });
		return ERR_MISSING;
	}
	r->texts = arena_new_n(&r->arena, struct app_rule_text, found.n);
	TRY(got(r->texts));
	size_t threads = o->threads == 0 ? 1 : o->threads;
	threads = threads < 8 ? threads : 8;
	threads = found.n < 64 ? 1 : threads;
	TRY(parse_all(r, threads, &docs, diags));
	size_t from = diags->items.n;
	TRY(sigma_link(&r->arena, docs, threads, &options, &r->set, diags));
	add_excerpts(r, diags, from);
	return ERR_OK;
}

fallible app_ruleset_load(const struct app_ruleset_options *o, struct diag_list *diags, struct app_ruleset **ret)
{
	struct app_ruleset *r = sys_zalloc(sizeof(*r));
	TRY(got(r));
	enum err e = fill(r, o, diags);
	if (e != ERR_OK) {
		app_ruleset_free(&r);
		return e;
	}
	*ret = r;
	return ERR_OK;
}

void app_ruleset_free(struct app_ruleset **pr)
{
	struct app_ruleset *r = *pr;
	if (r == NULL)
		return;
	for (size_t i = 0; r->texts != NULL && i < r->n_files; i++)
		sys_free(r->texts[i].text);
	for (size_t i = 0; i < r->n_threads; i++)
		arena_clear(&r->thread_arenas[i]);
	arena_clear(&r->arena);
	sys_free(r);
	*pr = NULL;
}
