/* YAML texts and the documents or problems they give. JSON text is used to say what a document holds. */
#include <dirent.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/limits.h"
#include "lang/yaml/yaml.h"
#include "test.h"

/* A short form of a value: strings in quotes, numbers kept as text between #, others as value_text writes them. */
static void show(struct buf *out, struct value v)
{
	char scratch[VALUE_TEXT_MAX];
	struct str s;
	enum value_kind kind = value_kind(v);
	if (kind == VALUE_LIST || kind == VALUE_MAP) {
		bool first = true;
		buf_char(out, kind == VALUE_LIST ? '[' : '{');
		for (struct value_iter it = value_iter(v); value_next(&it); first = false) {
			if (!first)
				buf_char(out, ',');
			buf_str(out, it.key);
			if (it.map)
				buf_char(out, ':');
			show(out, it.val);
		}
		buf_char(out, kind == VALUE_LIST ? ']' : '}');
	} else if (value_text(v, scratch, &s)) {
		const char *quote = kind == VALUE_STRING ? "'" : kind == VALUE_NUMBER ? "#" : "";
		buf_str(out, str_of(quote));
		buf_str(out, s);
		buf_str(out, str_of(quote));
	}
}

struct reading {
	const char *in, *out; /* documents, joined by ';' */
};

static void check_readings(const struct reading *cases, size_t n_cases)
{
	for (size_t i = 0; i < n_cases; i++) {
		auto_arena arena = { 0 };
		struct diag_list diags = { .arena = &arena };
		struct yaml_docs docs = { 0 };
		enum err e = yaml_read(&arena, STR("t.yml"), str_of(cases[i].in), &docs, &diags);
		auto_buf out = { 0 };
		for (size_t k = 0; k < docs.n; k++) {
			if (k > 0)
				buf_char(&out, ';');
			show(&out, docs.at[k]);
		}
		CHECKF(e == ERR_OK, "%s: %s: %.*s", cases[i].in, err_text(e),
		       STR_FMT(diags.items.n > 0 ? diags.items.at[0].text : STR("")));
		CHECKF(str_eq(buf_view(&out), str_of(cases[i].out)), "%s gave %.*s", cases[i].in,
		       STR_FMT(buf_view(&out)));
	}
}

TEST(scalars_are_typed_by_the_core_schema)
{
	static const struct reading cases[] = {
		{ "[null, Null, NULL, ~, ]", "[null,null,null,null]" },
		{ "a:\nb:", "{a:null,b:null}" },
		{ "[true, True, TRUE, false, False, FALSE]", "[true,true,true,false,false,false]" },
		{ "[yes, no, on, off, y, n, tRUE, nuLL]", "['yes','no','on','off','y','n','tRUE','nuLL']" },
		{ "[0, -1, +2, 007, 0x1F, 0o17, 0xfg, 0o8, -0x1]", "[0,-1,2,7,31,15,'0xfg','0o8','-0x1']" },
		{ "[1.5, .5, 5., -1e3, +1E-2, 1e]", "[1.5,0.5,5.0,-1000.0,0.01,'1e']" },
		{ "[.inf, -.INF, +.Inf, .nan, -.nan, .]", "[inf,-inf,inf,nan,'-.nan','.']" },
		{ "[9223372036854775808, 18446744073709551616, 1e999, 0xFFFFFFFFFFFFFFFFF]",
		  "[9223372036854775808,#18446744073709551616#,#1e999#,#0xFFFFFFFFFFFFFFFFF#]" },
		{ "['1', \"true\", '', \"~\"]", "['1','true','','~']" },
		{ "a: |\n  12\nb: >-\n  true\n", "{a:'12\n',b:'true'}" },
		{ "[!!str 1, !!int '2', !!float 3, !!bool 'true', !!null '', ! 5]", "['1',2,3.0,true,null,'5']" },
		{ "[2021-01-01, 12:30, 1_000, 0b1, --1]", "['2021-01-01','12:30','1_000','0b1','--1']" },
		{ "!!map {a: !!seq [1]}", "{a:[1]}" },
		{ "1: a\ntrue: b\nnull: c\n", "{1:'a',true:'b',null:'c'}" },
		{ "\"a\\tb\\u00e9\": 1", "{a\tb\xC3\xA9:1}" },
	};
	check_readings(cases, ARRAY_LEN(cases));
}

TEST(documents_come_in_order)
{
	static const struct reading cases[] = {
		{ "", "" },
		{ "# only a comment\n", "" },
		{ "a: 1\n---\nb: 2\n---\n- 3\n", "{a:1};{b:2};[3]" },
		{ "---\n---\na: 1", "null;{a:1}" },
		{ "\xEF\xBB\xBF"
		  "a: 1",
		  "{a:1}" },
		{ "%YAML 1.2\n---\na: 1\n", "{a:1}" },
		{ "a: 1\r\nb:\r\n  - 2\r\n", "{a:1,b:[2]}" },
	};
	check_readings(cases, ARRAY_LEN(cases));
}

TEST(aliases_and_merge_keys_are_expanded)
{
	static const struct reading cases[] = {
		{ "a: &x 1\nb: *x", "{a:1,b:1}" },
		{ "a: &x [1, {k: v}]\nb: [*x, *x]", "{a:[1,{k:'v'}],b:[[1,{k:'v'}],[1,{k:'v'}]]}" },
		{ "a: &x 1\nb: &x 2\nc: *x", "{a:1,b:2,c:2}" },
		{ "- &k key\n- *k : 2\n", "['key',{key:2}]" },
		{ "a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3\n  r: 4\n", "{a:{p:1,q:2},b:{q:3,r:4,p:1}}" },
		{ "a: &x {p: 1}\nb: &y {p: 2, q: 2}\nc: {<<: [*x, *y], z: 0}",
		  "{a:{p:1},b:{p:2,q:2},c:{z:0,p:1,q:2}}" },
		{ "a: &x {p: 1}\nb: &y {<<: *x, q: 2}\nc: {<<: *y, r: 3}", "{a:{p:1},b:{q:2,p:1},c:{r:3,q:2,p:1}}" },
		{ "b: {<<: {p: 1}, p: 2}", "{b:{p:2}}" },
		{ "'<<': 1", "{<<:1}" },
		{ "a: &x {'<<': 1}\nb: *x", "{a:{<<:1},b:{<<:1}}" },
		{ "a: &x !!str 12\nb: *x", "{a:'12',b:'12'}" },
		{ "a: &x\nb: *x", "{a:null,b:null}" },
	};
	check_readings(cases, ARRAY_LEN(cases));
}

struct wrong {
	const char *in, *code;
	uint32_t line, column;
	const char *text, *hint; /* parts of them */
	size_t docs;
};

static void check_wrong(const struct wrong *cases, size_t n_cases)
{
	for (size_t i = 0; i < n_cases; i++) {
		auto_arena arena = { 0 };
		struct diag_list diags = { .arena = &arena };
		struct yaml_docs docs = { 0 };
		const struct wrong *c = &cases[i];
		enum err e = yaml_read(&arena, STR("t.yml"), str_of(c->in), &docs, &diags);
		CHECKF(e == ERR_PARSE, "%s: %s", c->in, err_text(e));
		CHECKF(diags.items.n >= 1, "%s", c->in);
		const struct diag *d = &diags.items.at[0];
		CHECKF(strcmp(d->code, c->code) == 0, "%s: code %s", c->in, d->code);
		CHECKF(d->line == c->line && d->column == c->column, "%s: at %u:%u", c->in, d->line, d->column);
		CHECKF(memmem(d->text.ptr, d->text.len, c->text, strlen(c->text)) != NULL, "%s: %.*s", c->in,
		       STR_FMT(d->text));
		CHECKF(memmem(d->hint.ptr, d->hint.len, c->hint, strlen(c->hint)) != NULL, "%s: hint %.*s", c->in,
		       STR_FMT(d->hint));
		CHECKF(str_eq(d->file, STR("t.yml")), "%s", c->in);
		CHECKF(docs.n == c->docs, "%s: %zu documents", c->in, docs.n);
	}
}

TEST(problems_are_told_in_plain_words_with_their_place)
{
	static const struct wrong cases[] = {
		{ "a: 1\na: 2\n", "yaml-duplicate-key", 2, 1, "first is in line 1", "remove one", 0 },
		{ "a: 1\nb:\n  c: 1\n  d: 1\n  c: 2\n", "yaml-duplicate-key", 5, 3, "'c'", "remove one", 0 },
		{ "{<<: {a: 1}, <<: {b: 2}}", "yaml-duplicate-key", 1, 14, "'<<'", "", 0 },
		{ "a: *x\n", "yaml-alias", 1, 4, "'*x' is not defined", "quotes", 0 },
		{ "a: *.exe\n", "yaml-syntax", 1, 4, "after '*'", "in quotes", 0 },
		{ "a: &x [*x]\n", "yaml-alias", 1, 8, "contains itself", "", 0 },
		{ "a: !foo 1\n", "yaml-tag", 1, 4, "'!foo'", "remove the tag", 0 },
		{ "a: !!int x\n", "yaml-tag", 1, 4, "not of type !!int", "", 0 },
		{ "a: !!set {x}\n", "yaml-tag", 1, 4, "set", "", 0 },
		{ "a: !!binary eA==\n", "yaml-tag", 1, 4, "binary", "", 0 },
		{ "a: !foo {x: 1}\n", "yaml-tag", 1, 4, "'!foo'", "remove the tag", 0 },
		{ "a:\n\tb: 1\n", "yaml-tab", 2, 1, "tab", "spaces", 0 },
		{ "a: 1\n\tb: 1\n", "yaml-tab", 2, 1, "", "", 0 },
		{ "a: b: c\n", "yaml-syntax", 1, 5, "':' is not allowed here", "quotes", 0 },
		{ "a: @x\n", "yaml-syntax", 1, 4, "cannot start with '@'", "quotes", 0 },
		{ "\xC3\xA9\xC3\xA9: @x\n", "yaml-syntax", 1, 5, "cannot start with '@'", "quotes", 0 },
		{ "a: 'x\nb: 1\n", "yaml-syntax", 1, 4, "not closed", "closing quote", 0 },
		{ "a: \"\\d\"\n", "yaml-syntax", 1, 5, "escape", "single quotes", 0 },
		{ "a: [1, 2\nb: 3\n", "yaml-syntax", 1, 4, "[", "", 0 },
		{ "a: {x: 1\n", "yaml-syntax", 1, 4, "{", "close", 0 },
		{ "{{x}}: 1\n", "yaml-key", 1, 1, "cannot be a key", "quotes", 0 },
		{ "? [a]\n: 1\n", "yaml-key", 1, 3, "cannot be a key", "quotes", 0 },
		{ "a: 1\n---\nb: [\n", "yaml-syntax", 4, 1, "a value is missing", "", 1 },
		{ "a: 1\n---\nb: 1\nb: 2\n---\nc: 3\n", "yaml-duplicate-key", 4, 1, "'b'", "", 2 },
		{ "a:\n  - 1\n b: 2\n", "yaml-syntax", 3, 2, "does not fit", "column", 0 },
		{ "a: x\xFFy\n", "yaml-encoding", 1, 5, "not UTF-8", "UTF-8", 0 },
		{ "a: x\x01y\n", "yaml-encoding", 1, 5, "U+0001", "", 0 },
		{ "a: 1\n<<: 2\n", "yaml-merge", 2, 5, "needs a map", "<<: *name", 0 },
		{ "a: 1\n<<: [{b: 1}, 2]\n", "yaml-merge", 2, 5, "needs a map", "", 0 },
		{ "\xFE\xFF", "yaml-encoding", 0, 0, "UTF-16", "UTF-8", 0 },
		{ "%YAML 3.0\n---\na: 1\n", "yaml-syntax", 1, 1, "version", "", 0 },
		{ "a: |x\n  b\n", "yaml-syntax", 1, 4, "after '|'", "next line", 0 },
	};
	check_wrong(cases, ARRAY_LEN(cases));
}

TEST(a_nul_byte_is_a_problem_not_an_end)
{
	auto_arena arena = { 0 };
	struct diag_list diags = { .arena = &arena };
	struct yaml_docs docs;
	CHECK(yaml_read(&arena, STR("t"), STR("abc: 1\nd: \0 2\n"), &docs, &diags) == ERR_PARSE);
	CHECK(str_eq(str_of(diags.items.at[0].code), STR("yaml-encoding")) && diags.items.at[0].line == 2);
}

TEST(problems_carry_the_source_line)
{
	auto_arena arena = { 0 };
	struct diag_list diags = { .arena = &arena };
	struct yaml_docs docs;
	CHECK(yaml_read(&arena, STR("t"), STR("one: 1\ntwo: 2\none: 3\n"), &docs, &diags) == ERR_PARSE);
	CHECK(str_is(diags.items.at[0].excerpt, "one: 3") && diags.items.at[0].length == 3);
}

static struct str repeat(char *into, size_t at, const char *piece, size_t n)
{
	size_t len = strlen(piece);
	for (size_t i = 0; i < n; i++)
		memcpy(into + at + i * len, piece, len);
	return (struct str){ into, at + n * len };
}

TEST(hostile_nesting_size_and_aliases_stop_at_the_limits)
{
	char *text = malloc(LIMIT_YAML_BYTES + 2);
	CHECK(text != NULL);
	static const char bomb[] = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
	                           "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
	                           "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n"
	                           "g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
	for (int i = 0; i < 6; i++) {
		struct str s = repeat(text, 0, "[", 100000);
		if (i == 1)
			s = repeat(text, 0, "- ", 100000);
		else if (i == 2)
			s = STR(bomb);
		else if (i == 3)
			s = repeat(text, 0, "- 1\n", LIMIT_YAML_NODES + 1);
		else if (i == 4)
			s = repeat(text, 0, "#", LIMIT_YAML_BYTES + 1);
		else if (i == 5)
			s = repeat(text, 0, "{a: ", 100000);
		auto_arena arena = { 0 };
		struct diag_list diags = { .arena = &arena };
		struct yaml_docs docs;
		CHECKF(yaml_read(&arena, STR("t"), s, &docs, &diags) == ERR_LIMIT, "case %d", i);
		CHECKF(diags.items.n == 1 && str_eq(str_of(diags.items.at[0].code), STR("yaml-limit")), "case %d", i);
		CHECKF(docs.n == 0, "case %d", i);
	}
	free(text);
}

TEST(nesting_at_the_limit_is_read)
{
	char text[400];
	size_t n = repeat(text, 0, "[", LIMIT_YAML_DEPTH).len;
	n = repeat(text, n, "]", LIMIT_YAML_DEPTH).len;
	auto_arena arena = { 0 };
	struct diag_list diags = { .arena = &arena };
	struct yaml_docs docs;
	CHECK(yaml_read(&arena, STR("t"), (struct str){ text, n }, &docs, &diags) == ERR_OK && docs.n == 1);
}

TEST(many_problems_end_the_file)
{
	char text[4000];
	struct str s = repeat(text, 0, "a: 1\n", 700);
	auto_arena arena = { 0 };
	struct diag_list diags = { .arena = &arena };
	struct yaml_docs docs;
	CHECK(yaml_read(&arena, STR("t"), s, &docs, &diags) == ERR_PARSE);
	CHECK(diags.items.n == 50);
}

TEST(spans_count_columns_in_characters_and_offsets_in_bytes)
{
	auto_arena arena = { 0 };
	struct diag_list diags = { .arena = &arena };
	struct yaml_docs docs;
	CHECK(yaml_read(&arena, STR("t"), STR("\xC3\xA9: 'x'\nlist:\n  - \xE2\x82\xAC\xE2\x82\xAC\n  - end\n"), &docs,
	                &diags) == ERR_OK);
	struct value_iter it = value_iter(docs.at[0]);
	CHECK(value_next(&it));
	struct value_span s = value_where(it.val);
	CHECKF(s.line == 1 && s.column == 4 && s.offset == 4 && s.length == 3, "%u:%u %u+%u", s.line, s.column,
	       s.offset, s.length);
	CHECK(value_where(it.key_value).length == 2);
	CHECK(value_next(&it));
	it = value_iter(it.val);
	CHECK(value_next(&it));
	s = value_where(it.val);
	CHECKF(s.line == 3 && s.column == 5 && s.offset == 18 && s.length == 6, "%u:%u %u+%u", s.line, s.column,
	       s.offset, s.length);
	CHECK(value_next(&it));
	s = value_where(it.val);
	CHECKF(s.line == 4 && s.column == 5 && s.offset == 29 && s.length == 3, "%u:%u %u+%u", s.line, s.column,
	       s.offset, s.length);
}

TEST(large_maps_are_checked_for_duplicates_too)
{
	char text[2000] = "";
	size_t n = 0;
	for (int i = 0; i < 100; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "k%d: 1\n", i == 99 ? 7 : i);
	auto_arena arena = { 0 };
	struct diag_list diags = { .arena = &arena };
	struct yaml_docs docs;
	CHECK(yaml_read(&arena, STR("t"), (struct str){ text, n }, &docs, &diags) == ERR_PARSE);
	CHECK(diags.items.n == 1 && diags.items.at[0].line == 100);
	CHECK(memmem(diags.items.at[0].text.ptr, diags.items.at[0].text.len, "line 8", 6) != NULL);
}

static size_t files_read, files_bad;

static void read_tree(const char *path)
{
	DIR *d = opendir(path);
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		char sub[4096];
		struct stat st;
		(void)snprintf(sub, sizeof(sub), "%s/%s", path, e->d_name);
		if (e->d_name[0] == '.' || stat(sub, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode)) {
			read_tree(sub);
			continue;
		}
		size_t len = strlen(sub);
		FILE *f = len > 4 && strcmp(sub + len - 4, ".yml") == 0 ? fopen(sub, "rb") : NULL;
		if (f == NULL)
			continue;
		static char text[1 << 20];
		size_t n = fread(text, 1, sizeof(text), f);
		(void)fclose(f);
		auto_arena arena = { 0 };
		struct diag_list diags = { .arena = &arena };
		struct yaml_docs docs;
		files_read++;
		if (yaml_read(&arena, str_of(sub), (struct str){ text, n }, &docs, &diags) != ERR_OK || docs.n == 0)
			files_bad++;
	}
	if (d != NULL)
		(void)closedir(d);
}

TEST(all_public_rules_are_read)
{
	char path[4096];
	if (test_corpora() == NULL)
		SKIP("no corpora");
	(void)snprintf(path, sizeof(path), "%s/sigma-rules", test_corpora());
	files_read = files_bad = 0;
	read_tree(path);
	CHECKF(files_read > 3000 && files_bad == 0, "%zu read, %zu bad", files_read, files_bad);
}
