#include "base/option.h"

#include "base/arena.h"
#include "base/diag.h"
#include "test.h"

struct options {
	bool all, verbose;
	struct str out, format;
	struct option_list rules;
	uint64_t count, size;
};
static const struct option_spec specs[] = {
	{ "all", 'a', OPTION_FLAG, NULL, "", offsetof(struct options, all) },
	{ "verbose", 'v', OPTION_FLAG, NULL, "", offsetof(struct options, verbose) },
	{ "output", 'o', OPTION_TEXT, "FILE", "", offsetof(struct options, out) },
	{ "rules", 'r', OPTION_LIST, "PATH", "", offsetof(struct options, rules) },
	{ "count", 'n', OPTION_COUNT, "N", "", offsetof(struct options, count) },
	{ "size", 0, OPTION_SIZE, "SIZE", "", offsetof(struct options, size) },
	{ "format", 'f', OPTION_CHOICE, "table|json|ocsf", "", offsetof(struct options, format) },
};

struct parsed {
	struct arena arena;
	struct options o;
	struct option_list operands;
	struct diag_list diags;
	enum err e;
};

/* Words separated by one space; "_" stands for an empty argument. */
static void parse(struct parsed *p, const char *line)
{
	char *argv[32] = { 0 };
	int argc = 0;
	struct str rest = str_of(line);
	memset(p, 0, sizeof(*p));
	p->diags.arena = &p->arena;
	while (rest.len > 0 && argc < 31) {
		const char *space = memchr(rest.ptr, ' ', rest.len);
		size_t n = space != NULL ? (size_t)(space - rest.ptr) : rest.len;
		argv[argc] = arena_alloc(&p->arena, n + 1);
		memcpy(argv[argc], rest.ptr, n);
		if (strcmp(argv[argc], "_") == 0)
			argv[argc][0] = '\0';
		argc++;
		rest = str_cut(rest, n + 1, rest.len);
	}
	p->e = option_parse(specs, ARRAY_LEN(specs), argc, argv, &p->o, &p->arena, &p->operands, &p->diags);
}

TEST(reads_every_form)
{
	struct parsed p;
	parse(&p, "x -av --output=a=b -r one -rtwo --rules three - -n 5 --size 10M --format json y -- -z --all");
	CHECKF(p.e == ERR_OK, "%s", p.diags.items.n > 0 ? p.diags.items.at[0].text.ptr : "");
	CHECK(p.o.all && p.o.verbose && str_is(p.o.out, "a=b") && str_is(p.o.format, "json"));
	CHECK(p.o.rules.n == 3 && str_is(p.o.rules.at[1], "two") && str_is(p.o.rules.at[2], "three"));
	CHECK(p.o.count == 5 && p.o.size == 10 << 20);
	CHECK(p.operands.n == 5 && str_is(p.operands.at[0], "x") && str_is(p.operands.at[1], "-"));
	CHECK(str_is(p.operands.at[3], "-z") && str_is(p.operands.at[4], "--all"));
	arena_clear(&p.arena);
	parse(&p, "-avofile -o last --output= _");
	CHECK(p.e == ERR_OK && p.o.all && p.o.out.len == 0 && p.operands.n == 1 && p.operands.at[0].len == 0);
	arena_clear(&p.arena);
	parse(&p, "--output --all");
	CHECK(p.e == ERR_OK && str_is(p.o.out, "--all") && !p.o.all);
	arena_clear(&p.arena);
	parse(&p, "");
	CHECK(p.e == ERR_OK && p.operands.n == 0);
	arena_clear(&p.arena);
}

TEST(each_mistake_is_told_with_a_hint)
{
	static const struct {
		const char *line, *text, *hint;
	} cases[] = {
		{ "--ouptut x", "unknown option \"--ouptut\"", "did you mean --output?" },
		{ "--FORMAT=json", "unknown option \"--FORMAT\"", "did you mean --format?" },
		{ "--xyzzy", "unknown option \"--xyzzy\"", "" },
		{ "--out x", "unknown option \"--out\"", "" },
		{ "-avx", "unknown option \"-x\"", "" },
		{ "-\xc3\xa4", "unknown option \"-\xc3\xa4\"", "" },
		{ "--all=yes", "option --all takes no value", "" },
		{ "--output", "option --output needs a value", "--output FILE" },
		{ "-vo", "option -o needs a value", "-o FILE" },
		{ "-n ten", "--count: \"ten\" is not a number", "" },
		{ "-n 5K", "--count: \"5K\" is not a number", "" },
		{ "-n -1", "--count: \"-1\" is not a number", "" },
		{ "-n 18446744073709551616", "--count: \"18446744073709551616\" is not a number", "" },
		{ "--size=5X", "--size: \"5X\" is not a size such as 64K, 10M or 1G", "" },
		{ "--size=_K", "--size: \"_K\" is not a size such as 64K, 10M or 1G", "" },
		{ "--size=99999999999T", "--size: \"99999999999T\" is not a size such as 64K, 10M or 1G", "" },
		{ "-f jsn", "--format: unknown value \"jsn\"", "did you mean \"json\"?" },
		{ "-f picture", "--format: unknown value \"picture\"", "one of: table|json|ocsf" },
		{ "--format=", "--format: unknown value \"\"", "one of: table|json|ocsf" },
		{ "--format=table|json", "--format: unknown value \"table|json\"", "one of: table|json|ocsf" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct parsed p;
		parse(&p, cases[i].line);
		CHECKF(p.e == ERR_USAGE && p.diags.items.n >= 1, "%s", cases[i].line);
		CHECKF(str_eq(p.diags.items.at[0].text, str_of(cases[i].text)), "%s", p.diags.items.at[0].text.ptr);
		CHECKF(str_eq(p.diags.items.at[0].hint, str_of(cases[i].hint)), "%s: %s", cases[i].line,
		       p.diags.items.at[0].hint.ptr);
		arena_clear(&p.arena);
	}
}

TEST(all_mistakes_are_told_at_once)
{
	struct parsed p;
	parse(&p, "--nope -x -n a --all");
	CHECK(p.e == ERR_USAGE && p.diags.errors == 3 && p.o.all);
	arena_clear(&p.arena);
}

TEST(without_memory_it_says_so)
{
	char arg[] = "x", *argv[] = { arg };
	auto_arena none = { .max = 1 };
	struct diag_list diags = { .arena = &none };
	struct option_list operands;
	struct options o = { 0 };
	CHECK(option_parse(specs, ARRAY_LEN(specs), 1, argv, &o, &none, &operands, &diags) == ERR_MEMORY);
}

TEST(the_nearest_name_is_within_a_few_edits)
{
	static const char *const names[] = { "contains", "startswith", "endswith", "re", "cidr", "base64offset" };
	static const struct {
		const char *word, *near;
	} cases[] = {
		{ "contians", "contains" },
		{ "contain", "contains" },
		{ "CONTAINS", "contains" },
		{ "startwith", "startswith" },
		{ "edswith", "endswith" },
		{ "er", "re" },
		{ "cird", "cidr" },
		{ "base64ofset", "base64offset" },
		{ "xx", NULL },
		{ "", NULL },
		{ "something", NULL },
		{ "ci", NULL },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *near = option_nearest(str_of(cases[i].word), names, ARRAY_LEN(names));
		CHECKF(near == NULL ? cases[i].near == NULL : cases[i].near != NULL && strcmp(near, cases[i].near) == 0,
		       "%s gives %s", cases[i].word, near != NULL ? near : "nothing");
	}
	static char big[10000];
	CHECK(option_nearest((struct str){ big, sizeof(big) }, names, ARRAY_LEN(names)) == NULL);
	CHECK(option_nearest(STR("re"), names, 0) == NULL);
}
