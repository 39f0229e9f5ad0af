/* Candidate paths: which places a rule field is looked for in, and in which order. */
#include "base/arena.h"
#include "model/event.h"
#include "model/view.h"
#include "test.h"

/* "a|b.c" : the keys of a path joined with '|'. */
static void show(const struct view_path *p, char *out, size_t size)
{
	size_t at = 0;
	for (uint32_t i = 0; i < p->n; i++)
		at += (size_t)snprintf(out + at, size - at, "%s%.*s", i > 0 ? "|" : "", STR_FMT(p->keys[i]));
	out[at] = '\0';
}

static struct str root_event[] = { { "Event", 5 }, { "EventData", 9 } };
static struct str root_winlog[] = { { "winlog", 6 } };
static struct view_path roots_windows[] = { { root_event, 2 }, { root_winlog, 1 }, { NULL, 0 } };
static struct str alias_first[] = { { "event", 5 }, { "code", 4 } };
static struct str alias_second[] = { { "EventID", 7 } };
static struct view_path alias_paths[] = { { alias_first, 2 }, { alias_second, 1 } };
static struct view_alias aliases[] = { { { "Channel", 7 }, NULL, 0 },
	                               { { "EventID", 7 }, alias_paths, 2 },
	                               { { "EventIDs", 8 }, NULL, 0 } };

static struct view windows_view(void)
{
	struct view v = { .roots = roots_windows, .n_roots = 3, .aliases = aliases, .n_aliases = 3 };
	return v;
}

static void check_candidates(const struct view *v, struct str field, const char *const *want, size_t n_want)
{
	auto_arena arena = { 0 };
	struct view_path *paths;
	uint32_t n;
	CHECK(view_candidates(v, field, &arena, &paths, &n) == ERR_OK);
	CHECKF(n == n_want, "%.*s: %u candidates", STR_FMT(field), n);
	for (uint32_t i = 0; i < n; i++) {
		char got[200];
		show(&paths[i], got, sizeof(got));
		CHECKF(strcmp(got, want[i]) == 0, "%.*s: rank %u is %s, not %s", STR_FMT(field), i, got, want[i]);
	}
}

TEST(ranks_are_flat_then_dotted_then_joined_for_each_root_in_order)
{
	struct view v = windows_view();
	const char *plain[] = { "Event|EventData|Image", "Event.EventData.Image", "winlog|Image", "winlog.Image",
		                "Image" };
	check_candidates(&v, STR("Image"), plain, ARRAY_LEN(plain));
	if (test_why != NULL)
		return;
	const char *dotted[] = { "Event|EventData|a.b",
		                 "Event|EventData|a|b",
		                 "Event.EventData.a.b",
		                 "winlog|a.b",
		                 "winlog|a|b",
		                 "winlog.a.b",
		                 "a.b",
		                 "a|b" };
	check_candidates(&v, STR("a.b"), dotted, ARRAY_LEN(dotted));
}

TEST(empty_segments_leave_the_dotted_form_out)
{
	struct view v = { .roots = &roots_windows[2], .n_roots = 1 };
	static const char *const fields[] = { ".a", "a.", "a..b", ".", "..", "" };
	for (size_t i = 0; i < ARRAY_LEN(fields) && test_why == NULL; i++)
		check_candidates(&v, str_of(fields[i]), &fields[i], 1);
}

TEST(an_alias_replaces_every_root)
{
	struct view v = windows_view();
	const char *want[] = { "event|code", "EventID" };
	check_candidates(&v, STR("EventID"), want, ARRAY_LEN(want));
	if (test_why != NULL)
		return;
	check_candidates(&v, STR("Channel"), NULL, 0); /* an alias without paths finds nothing */
}

TEST(a_view_without_roots_has_no_candidates)
{
	struct view v = { 0 };
	check_candidates(&v, STR("a"), NULL, 0);
}

TEST(aliases_are_found_by_exact_name_only)
{
	struct view v = windows_view();
	CHECK(view_alias_find(&v, STR("EventID")) == &aliases[1]);
	CHECK(view_alias_find(&v, STR("EventIDs")) == &aliases[2]);
	CHECK(view_alias_find(&v, STR("Channel")) == &aliases[0]);
	CHECK(view_alias_find(&v, STR("eventid")) == NULL);
	CHECK(view_alias_find(&v, STR("Event")) == NULL);
	CHECK(view_alias_find(&v, STR("")) == NULL);
	CHECK(view_alias_find(&v, STR("zzz")) == NULL);
}

TEST(fields_compare_by_bytes_then_length)
{
	CHECK(view_field_compare(STR("a"), STR("b")) < 0);
	CHECK(view_field_compare(STR("a"), STR("aa")) < 0);
	CHECK(view_field_compare(STR("B"), STR("a")) < 0);
	CHECK(view_field_compare(STR("\xff"), STR("a")) > 0);
	CHECK(view_field_compare(STR("a"), STR("a")) == 0);
	CHECK(view_field_compare(STR(""), STR("")) == 0);
}

TEST(a_full_arena_is_a_memory_error)
{
	struct view v = windows_view();
	for (size_t max = 1; max < 400; max += 7) {
		auto_arena arena = { .max = max };
		struct view_path *paths = NULL;
		uint32_t n = 77;
		enum err e = view_candidates(&v, STR("a.b.c"), &arena, &paths, &n);
		CHECK(e == ERR_MEMORY || e == ERR_OK);
		CHECK(e == ERR_OK || (paths == NULL && n == 77));
		CHECKF(max > 8 || e == ERR_MEMORY, "max %zu", max);
	}
}

TEST(outcomes_have_words_and_the_unknown_has_none)
{
	CHECK(strcmp(event_outcome_name(OUTCOME_SUCCESS), "success") == 0);
	CHECK(strcmp(event_outcome_name(OUTCOME_FAILURE), "failure") == 0);
	CHECK(event_outcome_name(OUTCOME_UNKNOWN) == NULL);
}
