/* Finding and loading rules: what counts as a rule file, and that one bad file loses no other. */
#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/content.h"
#include "app/ruleset.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/sys.h"

#define RULE(title) "title: " title "\nlogsource: {product: test}\ndetection: {s: {a: foo}, condition: s}\n"

struct place {
	char root[32];
	struct arena arena;
	struct diag_list diags;
	struct app_ruleset *rules;
};

static bool place_open(struct place *p)
{
	*p = (struct place){ .root = "/tmp/merlon-test-XXXXXX" };
	p->diags.arena = &p->arena;
	return mkdtemp(p->root) != NULL;
}

static void remove_tree(const char *path)
{
	char **names = NULL;
	size_t n = 0;
	(void)chmod(path, 0700);
	if (sys_list_dir(path, 1000, &names, &n) != ERR_OK) {
		(void)unlink(path);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		char sub[512];
		(void)snprintf(sub, sizeof(sub), "%s/%s", path, names[i]);
		struct stat st;
		if (lstat(sub, &st) == 0 && S_ISDIR(st.st_mode))
			remove_tree(sub);
		else
			(void)unlink(sub);
	}
	sys_free(names);
	(void)rmdir(path);
}

static void place_close(struct place *p)
{
	app_ruleset_free(&p->rules);
	remove_tree(p->root);
	arena_clear(&p->arena);
}
#define auto_place CLEANUP(place_close) struct place

static struct str at(struct place *p, const char *name)
{
	return arena_printf(&p->arena, "%s/%s", p->root, name);
}

static bool put(struct place *p, const char *name, const char *text)
{
	auto_fd fd = -1;
	for (const char *slash = strchr(name, '/'); slash != NULL; slash = strchr(slash + 1, '/'))
		(void)mkdir(arena_printf(&p->arena, "%s/%.*s", p->root, (int)(slash - name), name).ptr, 0700);
	return sys_open(at(p, name).ptr, O_WRONLY | O_CREAT | O_TRUNC, 0600, &fd) == ERR_OK &&
	       sys_write_all(fd, text, strlen(text)) == ERR_OK;
}

static enum err load(struct place *p, const char *name, size_t threads)
{
	struct str path = at(p, name);
	struct app_ruleset_options o = { .paths = { &path, 1 }, .threads = threads };
	app_ruleset_free(&p->rules);
	return app_ruleset_load(&o, &p->diags, &p->rules);
}

TEST(rule_files_are_those_that_end_in_yml_and_are_no_cases)
{
	static const char *const names[] = { "b.yml", "a.yaml", "sub/deep/c.yml" };
	static const char *const others[] = { "readme.md",   "x.yml.bak",  "b.cases.yml", "b.cases.yaml",
		                              ".hidden.yml", ".git/d.yml", "yml" };
	auto_place p;
	CHECK(place_open(&p));
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		CHECK(put(&p, names[i], RULE("t")));
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		CHECK(put(&p, others[i], "{{{ nothing to be read"));
	CHECK(load(&p, "", 1) == ERR_OK && p.diags.errors == 0);
	CHECK(p.rules->n_files == 3 && p.rules->n_failed == 0 && p.rules->set.n == 3);
	CHECK(str_ends(p.rules->paths[0], STR("/a.yaml")) && str_ends(p.rules->paths[1], STR("/b.yml")) &&
	      str_ends(p.rules->paths[2], STR("/sub/deep/c.yml")));
	CHECK(memmem(p.rules->paths[0].ptr, p.rules->paths[0].len, "//", 2) == NULL);
}

TEST(a_file_that_is_named_is_taken_whatever_its_name)
{
	auto_place p;
	CHECK(place_open(&p) && put(&p, "rules.txt", RULE("One") "---\n" RULE("Two")) &&
	      put(&p, "r.cases.yml", RULE("Three")));
	CHECK(load(&p, "rules.txt", 1) == ERR_OK && p.rules->set.n == 2);
	CHECK(load(&p, "r.cases.yml", 1) == ERR_OK && p.rules->set.n == 1);
}

TEST(a_file_that_cannot_be_read_is_told_and_the_others_are_loaded)
{
	auto_place p;
	CHECK(place_open(&p) && put(&p, "a.yml", RULE("One")) && put(&p, "c.yml", RULE("Two")));
	CHECK(symlink("nowhere", at(&p, "b.yml").ptr) == 0);
	CHECK(load(&p, "", 1) == ERR_OK && p.rules->set.n == 2);
	CHECK(p.diags.errors == 1 && str_ends(p.diags.items.at[0].file, STR("/b.yml")) &&
	      strcmp(p.diags.items.at[0].code, "rules-read") == 0);
}

TEST(a_file_larger_than_a_rule_may_be_is_told)
{
	auto_place p;
	CHECK(place_open(&p) && put(&p, "a.yml", RULE("One")) && put(&p, "big.yml", RULE("Two")));
	CHECK(truncate(at(&p, "big.yml").ptr, (off_t)LIMIT_YAML_BYTES + 1) == 0);
	CHECK(load(&p, "", 1) == ERR_OK && p.rules->set.n == 1 && p.rules->n_failed == 1 && p.diags.errors == 1);
}

TEST(a_broken_file_is_refused_alone)
{
	auto_place p;
	CHECK(place_open(&p) && put(&p, "a.yml", RULE("One")) && put(&p, "b.yml", "title: [never closed\n") &&
	      put(&p, "c.yml", RULE("Two")));
	CHECK(load(&p, "", 1) == ERR_OK && p.rules->set.n == 2 && p.rules->n_failed == 0 && p.diags.errors >= 1);
}

TEST(no_rule_files_are_an_error)
{
	auto_place p;
	CHECK(place_open(&p) && put(&p, "empty/readme.md", "x"));
	CHECK(load(&p, "empty", 1) == ERR_MISSING && p.rules == NULL && p.diags.errors == 1 &&
	      strcmp(p.diags.items.at[0].code, "rules-none") == 0);
	CHECK(load(&p, "nowhere", 1) == ERR_MISSING && p.diags.errors >= 2);
}

TEST(any_number_of_threads_loads_the_same_in_the_same_order)
{
	auto_place p;
	CHECK(place_open(&p));
	for (int i = 0; i < 150; i++)
		CHECK(put(&p, arena_printf(&p.arena, "d%d/r%03d.yml", i % 7, i).ptr,
		          arena_printf(&p.arena, RULE("Rule %d") "%s", i, i % 50 == 0 ? "x: [\n" : "").ptr));
	CHECK(load(&p, "", 1) == ERR_OK && p.rules->set.n == 147);
	auto_buf one = { 0 };
	for (size_t i = 0; i < p.rules->set.n; i++)
		buf_printf(&one, "%.*s %.*s\n", STR_FMT(p.rules->set.rules[i]->path),
		           STR_FMT(p.rules->set.rules[i]->title));
	for (size_t threads = 2; threads <= 20; threads += 3) {
		auto_buf many = { 0 };
		CHECK(load(&p, "", threads) == ERR_OK && p.rules->set.n == 147);
		for (size_t i = 0; i < p.rules->set.n; i++)
			buf_printf(&many, "%.*s %.*s\n", STR_FMT(p.rules->set.rules[i]->path),
			           STR_FMT(p.rules->set.rules[i]->title));
		CHECKF(str_eq(buf_view(&one), buf_view(&many)), "%zu threads", threads);
	}
	CHECK(p.diags.errors >= 3);
}

TEST(a_values_file_is_one_map)
{
	auto_place p;
	CHECK(place_open(&p));
	CHECK(put(&p, "r.yml",
	          "title: t\nlogsource: {product: test}\ndetection: {s: {'a|expand': '%x%'}, condition: s}\n"));
	CHECK(put(&p, "good", "x: [foo, bar]\n") && put(&p, "list", "[x]\n") &&
	      put(&p, "two", "x: foo\n---\nx: bar\n"));
	struct str path = at(&p, "r.yml");
	static const struct {
		const char *values;
		enum err err;
		size_t rules;
	} rows[] = { { NULL, ERR_OK, 0 },
		     { "good", ERR_OK, 1 },
		     { "list", ERR_PARSE, 0 },
		     { "two", ERR_PARSE, 0 },
		     { "nowhere", ERR_MISSING, 0 } };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct app_ruleset_options o = { .paths = { &path, 1 }, .threads = 1 };
		o.values = rows[i].values != NULL ? at(&p, rows[i].values) : o.values;
		enum err e = app_ruleset_load(&o, &p.diags, &p.rules);
		CHECKF(e == rows[i].err, "%zu: %s", i, err_text(e));
		CHECKF(e != ERR_OK || p.rules->set.n == rows[i].rules, "%zu", i);
		app_ruleset_free(&p.rules);
	}
}

TEST(a_bad_pipeline_stops_the_load)
{
	auto_place p;
	CHECK(place_open(&p) && put(&p, "r.yml", RULE("t")) && put(&p, "bad", "transformations: 5\n"));
	struct str path = at(&p, "r.yml"), pipelines[] = { at(&p, "bad"), at(&p, "nowhere") };
	for (size_t i = 0; i < 2; i++) {
		struct app_ruleset_options o = { .paths = { &path, 1 },
			                         .pipelines = { &pipelines[i], 1 },
			                         .threads = 1 };
		CHECKF(app_ruleset_load(&o, &p.diags, &p.rules) != ERR_OK && p.rules == NULL && p.diags.errors == i + 1,
		       "%zu", i);
	}
}

TEST(the_content_is_where_the_environment_says_or_beside_the_binary)
{
	auto_place p;
	struct str found;
	CHECK(place_open(&p) && put(&p, "usr/share/merlon/content/detections/a.yml", RULE("t")) &&
	      put(&p, "elsewhere/detections/a.yml", RULE("t")));
	CHECK(put(&p, "src/app/content.h", "") && put(&p, "content/detections/a.yml", RULE("t")));
	struct str installed = at(&p, "usr/bin/merlon"), built = at(&p, "build/dev/merlon"),
	           other = at(&p, "opt/bin/merlon");
	const char *elsewhere = at(&p, "elsewhere").ptr;
	CHECK(app_content_path_from(&p.arena, installed, NULL, "detections", &found) == ERR_OK &&
	      str_eq(found, at(&p, "usr/share/merlon/content/detections")));
	CHECK(app_content_path_from(&p.arena, installed, "", "detections", &found) == ERR_OK);
	CHECK(app_content_path_from(&p.arena, installed, elsewhere, "detections", &found) == ERR_OK &&
	      str_eq(found, at(&p, "elsewhere/detections")));
	CHECK(app_content_path_from(&p.arena, installed, elsewhere, "nothing", &found) == ERR_MISSING);
	CHECK(app_content_path_from(&p.arena, installed, "/nowhere", "detections", &found) == ERR_MISSING);
	CHECK(app_content_path_from(&p.arena, built, NULL, "detections", &found) == ERR_OK &&
	      str_eq(found, at(&p, "content/detections")));
	CHECK(unlink(at(&p, "src/app/content.h").ptr) == 0);
	CHECK(app_content_path_from(&p.arena, other, NULL, "detections", &found) == ERR_MISSING);
	CHECK(app_content_path_from(&p.arena, built, NULL, "detections", &found) == ERR_MISSING);
}
