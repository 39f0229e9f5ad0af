/* err, limits, vec and the string helpers of base.h. */
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/vec.h"
#include "test.h"

TEST(every_error_has_a_text_and_an_exit_code)
{
	static const struct {
		enum err e;
		int code;
	} cases[] = { { ERR_OK, 0 },     { ERR_USAGE, 2 }, { ERR_PARSE, 3 },    { ERR_UNDETERMINED, 4 },
		      { ERR_MEMORY, 5 }, { ERR_IO, 5 },    { ERR_SIGNAL, 130 }, { ERR_INTERNAL, 5 } };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECKF(err_exit_code(cases[i].e) == cases[i].code, "error %zu", i);
	for (int e = ERR_OK; e <= ERR_INTERNAL; e++) {
		const char *text = err_text((enum err)e);
		CHECKF(strlen(text) > 3 && text[strlen(text) - 1] != '.', "error %d: %s", e, text);
	}
	CHECK(strcmp(err_text(ERR_MEMORY), "out of memory") == 0);
}

TEST(an_unknown_error_number_is_still_answered)
{
	int past = ERR_INTERNAL + 1;
	enum err e;
	memcpy(&e, &past, sizeof(e));
	CHECK(strcmp(err_text(e), "unknown error") == 0);
	CHECK(err_exit_code(e) == 5);
}

TEST(a_broken_invariant_says_where_and_aborts)
{
	int ends[2], status = 0;
	char said[256] = { 0 };
	CHECK(pipe(ends) == 0);
	pid_t child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		dup2(ends[1], 2);
		must_failed("n < max", "some/file.c", 7);
	}
	close(ends[1]);
	ssize_t n = read(ends[0], said, sizeof(said) - 1);
	close(ends[0]);
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == 6);
	CHECK(n > 0 && strstr(said, "some/file.c:7:") != NULL && strstr(said, "n < max") != NULL);
}

TEST(every_limit_is_told_with_its_reason)
{
	for (int id = 0; id < LIMIT_COUNT; id++) {
		const struct limit_info *info = limit_info((enum limit_id)id);
		CHECKF(info->value > 0 && info->name[0] != '\0' && info->unit[0] != '\0', "limit %d", id);
		CHECKF(strlen(info->reason) > 5, "limit %s", info->name);
	}
	CHECK(limit_info(LIMIT_ID_YAML_DEPTH)->value == LIMIT_YAML_DEPTH);
}

TEST(strings_are_cut_and_compared_within_their_bounds)
{
	struct str s = STR("abcdef");
	CHECK(str_is(str_cut(s, 2, 4), "cd"));
	CHECK(str_is(str_cut(s, 4, 99), "ef"));
	CHECK(str_cut(s, 9, 12).len == 0);
	CHECK(str_cut(s, 3, 1).len == 0);
	CHECK(str_starts(s, STR("abc")) && !str_starts(s, STR("abcdefg")) && str_starts(s, STR("")));
	CHECK(str_ends(s, STR("def")) && !str_ends(s, STR("xabcdef")) && str_ends(s, STR("")));
	CHECK(str_eq((struct str){ NULL, 0 }, STR("")));
	CHECK(!str_eq(STR("a"), STR("b")));
	CHECK(str_of(NULL).len == 0);
}

TEST(a_vector_keeps_all_its_elements_while_it_grows)
{
	auto_arena a = { 0 };
	VEC(uint32_t) v = { 0 };
	for (uint32_t i = 0; i < 10000; i++)
		CHECK(vec_push(&v, &a, i * 3) == ERR_OK);
	for (uint32_t i = 0; i < 10000; i++)
		CHECKF(v.at[i] == i * 3, "element %u", i);
	CHECK(v.n == 10000);
}

TEST(a_vector_in_a_full_arena_reports_it_and_stays_whole)
{
	auto_arena a = { .max = 1000 };
	VEC(uint64_t) v = { 0 };
	enum err e = ERR_OK;
	while (e == ERR_OK)
		e = vec_push(&v, &a, (uint64_t)v.n);
	CHECK(e == ERR_MEMORY);
	CHECK(v.n >= 8 && v.n <= 125);
	for (size_t i = 0; i < v.n; i++)
		CHECK(v.at[i] == i);
}

TEST(a_vector_does_not_overflow_its_size)
{
	auto_arena a = { 0 };
	void *at = NULL;
	size_t cap = SIZE_MAX / 4;
	CHECK(vec_room(&a, &at, cap, &cap, 16) == ERR_MEMORY);
	cap = SIZE_MAX / 2 + 1;
	CHECK(vec_room(&a, &at, cap, &cap, 1) == ERR_MEMORY);
	CHECK(at == NULL && cap == SIZE_MAX / 2 + 1);
}
