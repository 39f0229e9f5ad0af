#include "base/arena.h"

#include "test.h"

TEST(memory_is_zeroed_and_aligned)
{
	auto_arena a = { 0 };
	for (size_t size = 0; size < 300; size++) {
		unsigned char *p = arena_alloc(&a, size);
		CHECK(p != NULL && (uintptr_t)p % 16 == 0);
		for (size_t i = 0; i < size; i++)
			CHECKF(p[i] == 0, "size %zu byte %zu", size, i);
		memset(p, 0xff, size);
	}
}

TEST(memory_is_zeroed_again_after_a_reset)
{
	auto_arena a = { 0 };
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 100; i++) {
			unsigned char *p = arena_alloc(&a, 5000);
			CHECK(p != NULL);
			for (size_t k = 0; k < 5000; k++)
				CHECK(p[k] == 0);
			memset(p, 0xaa, 5000);
		}
		arena_reset(&a);
		CHECK(a.used == 0);
	}
}

TEST(pieces_do_not_overlap_whatever_their_sizes)
{
	enum { N = 2000 };
	auto_arena a = { 0 };
	static unsigned char *at[N];
	static size_t sizes[N];
	uint32_t state = 1;
	for (size_t i = 0; i < N; i++) {
		state = state * 1664525 + 1013904223;
		sizes[i] = 1 + (i % 97 == 0 ? state % 400000 : state % 300);
		at[i] = arena_alloc(&a, sizes[i]);
		CHECK(at[i] != NULL);
		memset(at[i], (int)(i & 0xff), sizes[i]);
	}
	for (size_t i = 0; i < N; i++)
		for (size_t k = 0; k < sizes[i]; k++)
			CHECKF(at[i][k] == (i & 0xff), "piece %zu byte %zu", i, k);
}

TEST(an_empty_piece_has_a_pointer_of_its_own)
{
	auto_arena a = { 0 };
	volatile size_t none = 0;
	void *p = arena_alloc(&a, none), *q = arena_alloc(&a, none);
	CHECK(p != NULL && q != NULL && p != q);
}

TEST(the_limit_is_exact_and_small_pieces_still_fit_after_a_refusal)
{
	auto_arena a = { .max = 100 };
	CHECK(arena_alloc(&a, 60) != NULL);
	CHECK(arena_alloc(&a, 41) == NULL);
	CHECK(arena_alloc(&a, 40) != NULL);
	CHECK(arena_alloc(&a, 1) == NULL);
	CHECK(arena_str(&a, STR("x")).ptr == NULL);
	CHECK(arena_printf(&a, "%d", 1).ptr == NULL);
	arena_reset(&a);
	CHECK(arena_alloc(&a, 100) != NULL);
}

TEST(sizes_that_overflow_give_null)
{
	auto_arena a = { 0 };
	volatile size_t huge = SIZE_MAX;
	CHECK(arena_alloc(&a, huge) == NULL);
	CHECK(arena_alloc(&a, huge / 2) == NULL);
	CHECK(arena_array(&a, huge / 2, 3) == NULL);
	CHECK(arena_str(&a, (struct str){ "x", huge }).ptr == NULL);
	CHECK(arena_alloc(&a, 8) != NULL);
}

TEST(strings_are_copied_with_a_nul_behind)
{
	auto_arena a = { 0 };
	char from[] = "hello";
	struct str s = arena_str(&a, (struct str){ from, 5 });
	from[0] = 'j';
	CHECK(str_is(s, "hello") && s.ptr[5] == '\0');
	struct str empty = arena_str(&a, (struct str){ NULL, 0 });
	CHECK(empty.ptr != NULL && empty.len == 0 && empty.ptr[0] == '\0');
	struct str f = arena_printf(&a, "%s-%d", "x", 42);
	CHECK(str_is(f, "x-42") && f.ptr[4] == '\0');
	CHECK(arena_printf(&a, "%5000d", 1).len == 5000);
}

TEST(a_reset_reuses_the_memory_instead_of_growing)
{
	auto_arena a = { 0 };
	CHECK(arena_alloc(&a, 3 << 20) != NULL);
	CHECK(arena_alloc(&a, 1000) != NULL);
	arena_reset(&a);
	struct arena_chunk *largest = a.spare;
	CHECK(largest != NULL && a.head == NULL);
	for (int round = 0; round < 50; round++) {
		CHECK(arena_alloc(&a, 2 << 20) != NULL);
		CHECK(a.head == largest);
		arena_reset(&a);
	}
}

TEST(a_cleared_arena_is_ready_for_use)
{
	struct arena a = { 0 };
	arena_clear(&a);
	CHECK(arena_alloc(&a, 100) != NULL);
	arena_clear(&a);
	CHECK(a.head == NULL && a.spare == NULL && a.used == 0);
	CHECK(arena_alloc(&a, 100) != NULL);
	arena_clear(&a);
}
