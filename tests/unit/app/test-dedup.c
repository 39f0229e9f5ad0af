/* Ids seen before: none of the last half of the limit is forgotten, and older ones are. */
#include "test.h"

#include "app/dedup.h"
#include "base/limits.h"

static uint64_t number_hash(const struct dedup *d, uint64_t n)
{
	return dedup_hash(d, (struct str){ (const char *)&n, sizeof(n) });
}

TEST(an_id_is_seen_from_its_second_time_on)
{
	struct dedup d;
	CHECK(dedup_init(&d, 100) == ERR_OK);
	uint64_t a = dedup_hash(&d, STR("event-a")), b = dedup_hash(&d, STR("event-b"));
	CHECK(a != b && !dedup_seen(&d, a) && !dedup_seen(&d, b));
	CHECK(dedup_seen(&d, a) && dedup_seen(&d, b) && dedup_seen(&d, a));
	dedup_clear(&d);
	CHECK(d.young == NULL && d.old == NULL);
}

TEST(hashes_differ_from_run_to_run_and_are_never_0)
{
	struct dedup d, other;
	size_t equal = 0;
	CHECK(dedup_init(&d, 16) == ERR_OK && dedup_init(&other, 16) == ERR_OK);
	for (uint64_t i = 0; i < 1000; i++) {
		CHECK(number_hash(&d, i) != 0 && number_hash(&d, i) == number_hash(&d, i));
		equal += number_hash(&d, i) == number_hash(&other, i);
	}
	dedup_clear(&d);
	dedup_clear(&other);
	CHECK(equal == 0);
}

/* Ids 1, 2, 3 ... : after each, the last `horizon` are remembered and nothing is remembered past two generations. */
TEST(the_last_half_of_the_limit_is_remembered)
{
	enum { IDS = 64 };
	for (size_t n = 1; n <= 5 * IDS; n++) {
		for (size_t back = 0; back < 3 * IDS && back < n; back++) {
			struct dedup d;
			CHECK(dedup_init(&d, IDS) == ERR_OK);
			for (size_t i = 1; i <= n; i++)
				(void)dedup_seen(&d, number_hash(&d, i));
			bool seen = dedup_seen(&d, number_hash(&d, n - back));
			dedup_clear(&d);
			CHECKF(back >= IDS / 2 || seen, "%zu ids, the one %zu before the last is forgotten", n, back);
			CHECKF(back < IDS || !seen, "%zu ids, the one %zu before the last is remembered", n, back);
			back += back > 2 && back + 2 < IDS / 2 ? 5 : 0;
		}
		n += n > 2 * IDS ? 7 : 0;
	}
}

TEST(the_limit_of_a_run_holds_its_half_at_least)
{
	struct dedup d;
	CHECK(dedup_init(&d, LIMIT_DEDUP_IDS) == ERR_OK);
	for (uint64_t i = 0; i < 3ull * LIMIT_DEDUP_IDS; i++)
		CHECK(!dedup_seen(&d, number_hash(&d, i)));
	size_t remembered = 0;
	for (uint64_t i = 3ull * LIMIT_DEDUP_IDS - LIMIT_DEDUP_IDS / 2; i < 3ull * LIMIT_DEDUP_IDS; i++)
		remembered += dedup_seen(&d, number_hash(&d, i));
	bool first = dedup_seen(&d, number_hash(&d, 0));
	dedup_clear(&d);
	CHECKF(remembered == LIMIT_DEDUP_IDS / 2, "%zu", remembered);
	CHECK(!first);
}

TEST(one_that_is_seen_again_stays_remembered)
{
	struct dedup d;
	CHECK(dedup_init(&d, 64) == ERR_OK);
	uint64_t kept = dedup_hash(&d, STR("kept"));
	CHECK(!dedup_seen(&d, kept));
	for (uint64_t i = 0; i < 2000; i++) {
		CHECK(!dedup_seen(&d, number_hash(&d, i)));
		CHECKF(i % 20 != 0 || dedup_seen(&d, kept), "after %llu", (unsigned long long)i);
	}
	dedup_clear(&d);
}

TEST(hashes_that_fall_in_one_place_are_told_apart)
{
	struct dedup d;
	CHECK(dedup_init(&d, 64) == ERR_OK);
	for (uint64_t i = 1; i <= 30; i++)
		CHECK(!dedup_seen(&d, i << 40 | 63)); /* the last place: they wrap around */
	for (uint64_t i = 1; i <= 30; i++)
		CHECK(dedup_seen(&d, i << 40 | 63));
	CHECK(!dedup_seen(&d, 31ull << 40 | 63));
	dedup_clear(&d);
}
