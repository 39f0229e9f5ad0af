#include "base/map.h"

#include "base/arena.h"
#include "test.h"

TEST(finds_what_was_put_and_nothing_else)
{
	auto_map m = { 0 };
	struct map_entry *e = NULL, *again = NULL;
	bool is_new = false;
	CHECK(map_get(&m, STR("a")) == NULL);
	CHECK(map_put(&m, STR("a"), &e, &is_new) == ERR_OK && is_new && e->val.num == 0);
	e->val.num = 7;
	CHECK(map_put(&m, STR("a"), &again, &is_new) == ERR_OK && !is_new && again == e);
	CHECK(map_put(&m, STR("a"), &again, NULL) == ERR_OK);
	CHECK(map_get(&m, STR("a"))->val.num == 7);
	CHECK(map_get(&m, STR("")) == NULL && map_get(&m, STR("aa")) == NULL);
	CHECK(m.n == 1);
}

TEST(keys_may_be_empty_or_hold_nul_bytes)
{
	auto_map m = { 0 };
	struct map_entry *e;
	CHECK(map_put(&m, (struct str){ NULL, 0 }, &e, NULL) == ERR_OK);
	e->val.num = 1;
	CHECK(map_put(&m, (struct str){ "a\0b", 3 }, &e, NULL) == ERR_OK);
	e->val.num = 2;
	CHECK(map_put(&m, (struct str){ "a\0c", 3 }, &e, NULL) == ERR_OK);
	e->val.num = 3;
	CHECK(m.n == 3);
	CHECK(map_get(&m, STR(""))->val.num == 1);
	CHECK(map_get(&m, (struct str){ "a\0b", 3 })->val.num == 2);
}

TEST(many_keys_are_kept_in_insertion_order)
{
	enum { N = 100000 };
	auto_arena a = { 0 };
	auto_map m = { 0 };
	struct map_entry *e;
	bool is_new;
	for (uint64_t i = 0; i < N; i++) {
		struct str key = arena_printf(&a, "key-%llu", (unsigned long long)i);
		CHECK(map_put(&m, key, &e, &is_new) == ERR_OK && is_new);
		e->val.num = i;
	}
	for (uint64_t i = 0; i < N; i++) {
		CHECK(m.entries[i].val.num == i);
		struct map_entry *found = map_get(&m, m.entries[i].key);
		CHECKF(found == &m.entries[i], "key %llu", (unsigned long long)i);
	}
	CHECK(map_get(&m, STR("key-100000")) == NULL);
}

TEST(past_its_limit_it_refuses_new_keys_and_knows_the_old_ones)
{
	auto_map m = { .max = 2 };
	struct map_entry *e = NULL;
	bool is_new = true;
	CHECK(map_put(&m, STR("a"), &e, NULL) == ERR_OK);
	CHECK(map_put(&m, STR("b"), &e, NULL) == ERR_OK);
	struct map_entry *before = e;
	CHECK(map_put(&m, STR("c"), &e, &is_new) == ERR_LIMIT);
	CHECK(e == before && is_new);
	CHECK(map_put(&m, STR("a"), &e, &is_new) == ERR_OK && !is_new);
	CHECK(m.n == 2);
}

TEST(a_reset_map_is_empty_and_usable)
{
	auto_map m = { 0 };
	struct map_entry *e;
	map_reset(&m);
	CHECK(map_put(&m, STR("a"), &e, NULL) == ERR_OK);
	map_reset(&m);
	CHECK(m.n == 0 && map_get(&m, STR("a")) == NULL);
	CHECK(map_put(&m, STR("b"), &e, NULL) == ERR_OK);
	CHECK(map_get(&m, STR("b")) == e && map_get(&m, STR("a")) == NULL);
	map_free(&m);
	CHECK(map_get(&m, STR("b")) == NULL);
	CHECK(map_put(&m, STR("c"), &e, NULL) == ERR_OK);
}

TEST(two_maps_hash_the_same_key_differently)
{
	auto_map m = { 0 }, n = { 0 };
	struct map_entry *e = NULL, *f = NULL;
	CHECK(map_put(&m, STR("a"), &e, NULL) == ERR_OK && map_put(&n, STR("a"), &f, NULL) == ERR_OK);
	CHECK(e->hash != f->hash);
}
