/*
 * Random rules against random events: the engine with and without its prefilter finds what the oracle finds, in each of
 * several views. What disagrees is printed with its seed, rule and event; MERLON_ORACLE_SEED=N runs that seed alone.
 * MERLON_LONG=1 runs many more.
 */
#include "test.h"

#include "oracle/agree.h"
#include "oracle/random.h"

enum { RULES = 40, EVENTS = 80, SHAPES = 3, SEEDS = 100, SEEDS_LONG = 5000 };

#define KEY(text)                                           \
	{                                                   \
		(char *)(uintptr_t)(text), sizeof(text) - 1 \
	}
static struct str key_r = KEY("R"), key_a = KEY("a"), key_u = KEY("u"), keys_ra[] = { KEY("R"), KEY("a") },
                  keys_de[] = { KEY("d"), KEY("e") }, key_flat = KEY("user.name"),
                  keys_user[] = { KEY("user"), KEY("name") };
static struct view_path roots[] = { { NULL, 0 }, { &key_r, 1 }, { keys_de, 2 } };
static struct view_path paths_a[] = { { &key_u, 1 }, { &key_a, 1 }, { keys_ra, 2 } }, paths_u[] = { { keys_de, 2 } },
                        paths_user[] = { { &key_flat, 1 }, { keys_user, 2 }, { &key_u, 1 } };
static struct view_alias aliases[] = { { KEY("a"), paths_a, 3 },
	                               { KEY("u"), paths_u, 1 },
	                               { KEY("user.name"), paths_user, 3 } };
static const struct view views[] = {
	{ .name = KEY("top"), .id = 0, .roots = roots, .n_roots = 1 },
	{ .name = KEY("two"), .id = 1, .roots = roots, .n_roots = 2 },
	{ .name = KEY("inner"), .id = 2, .roots = roots + 1, .n_roots = 1 },
	{ .name = KEY("three"), .id = 3, .roots = roots, .n_roots = 3, .aliases = aliases, .n_aliases = 3 },
	{ .name = KEY("alias"), .id = 4, .roots = roots + 1, .n_roots = 2, .aliases = aliases + 1, .n_aliases = 2 },
};
static const struct logsource logsources[] = {
	{ .product = KEY("test") },
	{ .product = KEY("Test"), .service = KEY("SVC") },
	{ .product = KEY("test"), .category = KEY("one"), .more = { KEY("two") }, .n_more = 1 },
	{ .category = KEY("two") },
	{ .product = KEY("unheard") },
};

/* Equal class ids must mean equal view and logsource; id 0 says nothing. */
static struct agree_shape shape_of(uint64_t n)
{
	size_t view = n % (sizeof(views) / sizeof(views[0])),
	       source = n / 8 % (sizeof(logsources) / sizeof(logsources[0]));
	return (struct agree_shape){ &views[view], logsources[source],
		                     n % 3 == 0 ? 0 : (uint32_t)(1 + view * 16 + source) };
}

struct totals {
	size_t rules, loaded, asked, held, wrong;
};

static void show(uint64_t seed, const struct agree *a, const char *event, const struct agree_shape *shape,
                 const struct buf *wrong)
{
	unsigned rule = 0;
	printf("# seed %llu, view %s, class %u, product '%.*s', service '%.*s'\n", (unsigned long long)seed,
	       shape->view->name.ptr, shape->class_id, STR_FMT(shape->logsource.product),
	       STR_FMT(shape->logsource.service));
	for (const char *p = wrong->ptr; p < wrong->ptr + wrong->len;) {
		const char *end = memchr(p, '\n', (size_t)(wrong->ptr + wrong->len - p));
		printf("# %.*s\n", (int)(end - p), p);
		if (sscanf(p, "rule %u", &rule) == 1 && rule < a->fast.set.n)
			printf("#   the rule at line %u\n", a->fast.set.rules[rule]->line);
		p = end + 1;
	}
	printf("# event %s\n", event);
}

static void show_rules(const char *text)
{
	unsigned line = 1;
	for (const char *p = text; *p != '\0'; line++) {
		const char *end = strchr(p, '\n');
		printf("# %4u %.*s\n", line, (int)(end - p), p);
		p = end + 1;
	}
}

static bool try_seed(uint64_t seed, struct totals *t)
{
	auto_buf rules = { 0 };
	auto_agree a = { 0 };
	struct random r;
	size_t wrongs = 0;
	uint64_t shapes[SHAPES];

	random_start(&r, seed);
	for (unsigned i = 0; i < RULES; i++)
		random_rule(&r, i, &rules);
	buf_char(&rules, '\0');
	if (buf_err(&rules) != ERR_OK || agree_open(&a, rules.ptr) != ERR_OK)
		return false;
	t->rules += RULES;
	t->loaded += a.fast.set.n;
	for (unsigned i = 0; i < SHAPES; i++)
		shapes[i] = random_below(&r, 1 << 20);
	for (unsigned i = 0; i < EVENTS && wrongs < 3; i++) {
		auto_buf event = { 0 }, wrong = { 0 };
		struct agree_shape shape = shape_of(shapes[i % SHAPES]);
		random_event(&r, &event);
		buf_char(&event, '\0');
		if (buf_err(&event) != ERR_OK || agree_event(&a, event.ptr, &shape, i % 4 == 0, &wrong) != ERR_OK)
			return false;
		if (wrong.len > 0) {
			show(seed, &a, event.ptr, &shape, &wrong);
			wrongs++;
		}
	}
	if (wrongs > 0)
		show_rules(rules.ptr);
	t->wrong += wrongs;
	t->asked += a.asked;
	t->held += a.held;
	return true;
}

TEST(the_engine_finds_what_the_oracle_finds)
{
	struct totals t = { 0 };
	const char *one = getenv("MERLON_ORACLE_SEED"), *more = getenv("MERLON_LONG");
	uint64_t first = one != NULL ? strtoull(one, NULL, 10) : 1;
	uint64_t n = one != NULL ? 1 : more != NULL ? SEEDS_LONG : SEEDS;
	for (uint64_t seed = first; seed < first + n && t.wrong < 5; seed++)
		CHECKF(try_seed(seed, &t), "seed %llu could not be tried", (unsigned long long)seed);
	printf("# seeds %llu to %llu: %zu of %zu rules loaded, %zu pairs, %zu match\n", (unsigned long long)first,
	       (unsigned long long)(first + n - 1), t.loaded, t.rules, t.asked, t.held);
	CHECKF(t.wrong == 0, "%zu events are judged differently", t.wrong);
	CHECK(t.loaded * 10 >= t.rules * 7);
	CHECKF(one != NULL || (t.held * 100 >= t.asked * 5 && t.held * 100 <= t.asked * 70), "%zu of %zu pairs match",
	       t.held, t.asked);
}
