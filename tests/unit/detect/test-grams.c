/* Finding literals anywhere in a text: everything that stands in it is found, and nothing else. */
#include "test.h"

#include "base/utf8.h"
#include "engine/detect/program.h"

enum { LITERALS_MAX = 64 };

/* A table over some literals with the least around it that grams_scan touches. */
struct fixture {
	struct arena arena;
	struct str texts[LITERALS_MAX];
	struct rule_list rules[LITERALS_MAX];
	uint32_t lists[LITERALS_MAX];
	uint64_t bits[1];
	size_t n;
	struct grams grams;
	struct plan plan;
	struct detect_scratch scratch;
};

static bool fixture_build(struct fixture *f)
{
	for (uint32_t i = 0; i < f->n; i++) {
		f->lists[i] = i;
		f->rules[i] = (struct rule_list){ i, 1 };
	}
	f->plan.lists.at = f->lists;
	f->plan.lists.n = f->n;
	f->scratch.plan = &f->plan;
	f->scratch.bits = f->bits;
	return grams_build(&f->grams, f->texts, f->rules, f->n, &f->arena) == ERR_OK;
}

static uint64_t scan(struct fixture *f, struct str text)
{
	f->bits[0] = 0;
	grams_scan(&f->grams, text, &f->scratch);
	return f->bits[0];
}

static uint64_t wanted(const struct fixture *f, struct str text)
{
	char lower[512];
	uint64_t bits = 0;
	for (size_t i = 0; i < text.len; i++)
		lower[i] = ascii_lower(text.ptr[i]);
	for (size_t i = 0; i < f->n; i++)
		if (memmem(lower, text.len, f->texts[i].ptr, f->texts[i].len) != NULL)
			bits |= 1ull << i;
	return bits;
}

TEST(literals_of_each_length_are_found_at_each_place)
{
	static const char letters[] = "qwxyzjkvbpghfm";
	for (size_t len = 1; len <= 14; len++) {
		struct fixture f = { .texts = { { letters, len } }, .n = 1 };
		char text[64];
		CHECK(fixture_build(&f));
		for (size_t at = 0; at + len <= 40; at++) {
			memset(text, '.', sizeof(text));
			for (size_t i = 0; i < len; i++)
				text[at + i] = (char)(letters[i] - 32 * (int)(i & 1));
			CHECKF(scan(&f, (struct str){ text, 40 }) == 1, "length %zu at %zu", len, at);
			CHECKF(scan(&f, (struct str){ text, at + len }) == 1, "length %zu at the end", len);
			CHECKF(scan(&f, (struct str){ text, at + len - 1 }) == 0, "length %zu cut off", len);
		}
		CHECK(scan(&f, (struct str){ "", 0 }) == 0);
		arena_clear(&f.arena);
	}
}

static uint64_t seed = 88172645463325252u;
static uint32_t random_below(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed >> 20) % n);
}

/* Of few letters, so that much overlaps; bytes that differ in bit 5 alone are among them. */
static size_t random_letters(char *into, const char *alphabet, size_t max)
{
	size_t n = 1 + random_below((uint32_t)max);
	for (size_t i = 0; i < n; i++)
		into[i] = alphabet[random_below((uint32_t)strlen(alphabet))];
	return n;
}

TEST(random_literals_in_random_texts)
{
	static const char *const folded[] = { "ab", "ab\\|[{", "e.xc:\\wind", "\xc3\xa9\x81\x89z" };
	static const char *const free[] = { "abAB", "abAB\\|[{;", "eE.Xxc:\\WINd", "\xc3\xa9\x81\x89zZ" };
	for (uint32_t round = 0; round < 3000; round++) {
		struct fixture f = { .n = 1 + random_below(LITERALS_MAX) };
		char text[256];
		for (size_t i = 0; i < f.n; i++) {
			char *at = arena_alloc(&f.arena, 12);
			CHECK(at != NULL);
			f.texts[i] = (struct str){ at, random_letters(at, folded[round % 4], 10) };
		}
		CHECK(fixture_build(&f));
		for (int i = 0; i < 8; i++) {
			struct str t = { text, random_letters(text, free[round % 4], 200) };
			CHECKF(scan(&f, t) == wanted(&f, t), "round %u", round);
		}
		arena_clear(&f.arena);
	}
}

TEST(without_memory_it_says_so)
{
	struct fixture f = { .arena = { .max = 64 }, .texts = { STR("foo") }, .n = 1 };
	CHECK(!fixture_build(&f));
	arena_clear(&f.arena);
}
