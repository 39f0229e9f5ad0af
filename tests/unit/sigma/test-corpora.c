/* The public rules and the specification's documents: all load, save the rules that wait for placeholders. */
#include <stdio.h>

#include "base/limits.h"
#include "base/sys.h"
#include "sigma-test.h"

enum { FILES_MAX = 8000 };
struct corpus {
	struct arena arena;
	struct diag_list diags;
	struct sigma_docs docs;
	struct sigma_set set;
	char *texts[FILES_MAX];
	size_t n;
	enum err err;
};

static void corpus_clear(struct corpus *c)
{
	for (size_t i = 0; i < c->n; i++)
		sys_free(c->texts[i]);
	arena_clear(&c->arena);
}

static void add_file(struct corpus *c, const char *path)
{
	size_t len;
	if (c->n == FILES_MAX || sys_read_file(path, LIMIT_YAML_BYTES, &c->texts[c->n], &len) != ERR_OK) {
		c->err = ERR_IO;
		return;
	}
	struct str name = arena_str(&c->arena, str_of(path)), text = { c->texts[c->n++], len };
	c->err = sigma_parse(&c->arena, name, text, &c->docs, &c->diags);
}

static void add_dir(struct corpus *c, const char *path, int depth)
{
	char **names;
	size_t n;
	if (depth > 8 || c->err != ERR_OK || sys_list_dir(path, FILES_MAX, &names, &n) != ERR_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		struct stat st;
		struct str child = arena_printf(&c->arena, "%s/%s", path, names[i]);
		if (child.ptr != NULL && c->err == ERR_OK && sys_stat(child.ptr, &st) == ERR_OK) {
			if (S_ISDIR(st.st_mode))
				add_dir(c, child.ptr, depth + 1);
			else if (str_ends(child, STR(".yml")))
				add_file(c, child.ptr);
		}
	}
	sys_free(names);
}

static bool load(struct corpus *c, const char *folder)
{
	char path[4096];
	const char *root = test_corpora();
	if (root == NULL)
		return false;
	c->diags.arena = &c->arena;
	snprintf(path, sizeof(path), "%s/%s", root, folder);
	add_dir(c, path, 0);
	return c->n > 0;
}

static void print_refused(const struct corpus *c)
{
	for (size_t i = 0; i < c->set.n_refused; i++)
		printf("# %.*s: %.*s\n", STR_FMT(c->set.refused[i].path), STR_FMT(c->set.refused[i].reason));
}

static bool waits_for_placeholder(struct str reason)
{
	return str_starts(reason, STR("the placeholder %"));
}

TEST(every_public_rule_loads_save_those_that_wait_for_placeholders)
{
	static struct corpus c;
	if (!load(&c, "sigma-rules"))
		SKIP("the corpus sigma-rules is not there");
	CHECK(c.err == ERR_OK);
	CHECK(sigma_link(&c.arena, &c.docs, 1, NULL, &c.set, &c.diags) == ERR_OK);
	size_t waiting = 0;
	for (size_t i = 0; i < c.set.n_refused; i++)
		waiting += waits_for_placeholder(c.set.refused[i].reason);
	printf("# %zu files, %zu rules loaded, %zu wait for placeholders\n", c.n, c.set.n, waiting);
	print_refused(&c);
	CHECK(waiting == c.set.n_refused);
	CHECK(c.set.n + waiting == c.n);
	CHECK(waiting == 25);
	corpus_clear(&c);
}

TEST(every_public_rule_loads_when_placeholders_have_values)
{
	static struct corpus c;
	static const char *const names[] = {
		"Administrators",
		"Admins_Workstations",
		"ApprovedUserUpn",
		"Approved_Inviters",
		"DomainControllers",
		"HomeTenantID",
		"Important_AppIds",
		"KNOWN_LOCATION",
		"Known_Location",
		"Legitimate_Countries",
		"Legitimate_IP_Ranges",
		"ServerSystems",
		"UnApprovedDevice",
		"UnApprovedIp",
		"UnLegitCountries",
		"Workstations",
		"dc_ip_addresses",
		"dc_machine_accounts",
		"domain_controller_hostnames",
		"internal_domains",
		"DC-MACHINE-NAME",
		"known_cdcs",
		"legit_ips",
		"legtimate_identifiers",
		"userdomain",
	};
	if (!load(&c, "sigma-rules"))
		SKIP("the corpus sigma-rules is not there");
	auto_loaded values = { 0 };
	auto_buf b = { 0 };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		buf_printf(&b, "%s: [one, two]\n", names[i]);
	buf_char(&b, 0);
	struct sigma_options o = { .placeholders = yaml_of(&values, b.ptr) };
	CHECK(sigma_link(&c.arena, &c.docs, 1, &o, &c.set, &c.diags) == ERR_OK);
	print_refused(&c);
	CHECK(c.set.n_refused == 0 && c.set.n == c.n);
	corpus_clear(&c);
}

TEST(every_specification_document_loads)
{
	static struct corpus c;
	if (!load(&c, "sigma-spec-tests"))
		SKIP("the corpus sigma-spec-tests is not there");
	CHECK(c.err == ERR_OK);
	CHECK(sigma_link(&c.arena, &c.docs, 1, NULL, &c.set, &c.diags) == ERR_OK);
	print_refused(&c);
	CHECK(c.set.n_refused == 0);
	CHECK(c.set.n == 10 && c.set.n_filters == 2);
	corpus_clear(&c);
}
