/*
 * The second pass, only for documents that hold aliases or merge keys: copies the tape, following aliases, and adds the
 * members of `<<` that the map does not have itself (https://yaml.org/type/merge.html). Every node copied or looked at
 * counts against LIMIT_YAML_NODES.
 */
#include "base/map.h"
#include "lang/yaml/read.h"

struct expand {
	struct yaml_reader *r;
	const struct value_doc *from;
	struct value_builder *to;
	size_t nodes;
};

static struct yaml_place place_at(const struct expand *e, uint32_t at)
{
	const struct value_span *s = &e->from->spans[at];
	return (struct yaml_place){ s->line, s->column, 1 };
}

static enum err count(struct expand *e, uint32_t at)
{
	if (++e->nodes <= LIMIT_YAML_NODES)
		return ERR_OK;
	IGNORE(yaml_problem(e->r, place_at(e, at), "yaml-limit", "use fewer aliases",
	                    "more than %d values after aliases are expanded",
	                    LIMIT_YAML_NODES)); /* the limit ends it anyway */
	return ERR_LIMIT;
}

/* Where an alias leads; anything else is itself. */
static uint32_t target_of(const struct expand *e, uint32_t at)
{
	uint64_t word = e->from->tape[at];
	if (tape_type(word) != 'b')
		return at;
	uint32_t target;
	memcpy(&target, tape_str(e->from->strings, word).ptr, sizeof(target));
	return target;
}

static bool is_merge(const struct expand *e, uint32_t at)
{
	size_t low = 0, high = e->r->merges.n;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (e->r->merges.at[mid] < at)
			low = mid + 1;
		else
			high = mid;
	}
	return low < e->r->merges.n && e->r->merges.at[low] == at;
}

static enum err expand_value(struct expand *e, uint32_t at, size_t depth);

static enum err expand_member(struct expand *e, uint32_t at, size_t depth)
{
	e->to->span = e->from->spans[at];
	value_build_key(e->to, tape_str(e->from->strings, e->from->tape[at]));
	return expand_value(e, at + 1, depth);
}

static enum err merge_from(struct expand *e, struct map *seen, uint32_t at, size_t depth);

/* The value of a `<<` key: a map, or a list of maps. */
static enum err merge_value(struct expand *e, struct map *seen, uint32_t at, size_t depth)
{
	uint32_t target = target_of(e, at);
	uint64_t word = e->from->tape[target];
	if (tape_type(word) == '{')
		return merge_from(e, seen, target, depth);
	bool good = tape_type(word) == '[';
	for (uint32_t i = target + 1; good && i + 1 < (uint32_t)word; i = tape_skip(e->from->tape, i)) {
		uint32_t entry = target_of(e, i);
		good = tape_type(e->from->tape[entry]) == '{';
		if (good)
			TRY(merge_from(e, seen, entry, depth));
	}
	if (good)
		return ERR_OK;
	return yaml_problem(e->r, place_at(e, at), "yaml-merge", "write '<<: *name' or '<<: [*one, *two]'",
	                    "'<<' needs a map or a list of maps");
}

static enum err merge_from(struct expand *e, struct map *seen, uint32_t at, size_t depth)
{
	if (depth > LIMIT_YAML_DEPTH) {
		IGNORE(yaml_problem(e->r, place_at(e, at), "yaml-limit", "nest less deeply",
		                    "nested more than %d levels", LIMIT_YAML_DEPTH)); /* the limit ends it anyway */
		return ERR_LIMIT;
	}
	const uint64_t *tape = e->from->tape;
	uint32_t end = (uint32_t)tape[at] - 1;
	bool nested = false;
	for (uint32_t i = at + 1; i < end; i = tape_skip(tape, i + 1)) {
		TRY(count(e, i));
		if (is_merge(e, i)) {
			nested = true;
			continue;
		}
		bool is_new;
		struct map_entry *entry;
		TRY(map_put(seen, tape_str(e->from->strings, tape[i]), &entry, &is_new));
		if (is_new)
			TRY(expand_member(e, i, depth));
	}
	for (uint32_t i = at + 1; nested && i < end; i = tape_skip(tape, i + 1))
		if (is_merge(e, i))
			TRY(merge_value(e, seen, i + 1, depth + 1));
	return ERR_OK;
}

static enum err expand_map(struct expand *e, uint32_t at, size_t depth)
{
	auto_map seen = { 0 };
	const uint64_t *tape = e->from->tape;
	uint32_t end = (uint32_t)tape[at] - 1;
	bool merges = false;
	for (uint32_t i = at + 1; i < end; i = tape_skip(tape, i + 1))
		merges |= is_merge(e, i);
	value_build_map(e->to);
	for (uint32_t i = at + 1; i < end; i = tape_skip(tape, i + 1)) {
		if (merges && is_merge(e, i))
			continue;
		struct map_entry *entry;
		if (merges)
			TRY(map_put(&seen, tape_str(e->from->strings, tape[i]), &entry, NULL));
		TRY(expand_member(e, i, depth));
	}
	for (uint32_t i = at + 1; merges && i < end; i = tape_skip(tape, i + 1))
		if (is_merge(e, i))
			TRY(merge_value(e, &seen, i + 1, depth));
	value_build_close(e->to);
	return e->to->err;
}

static enum err expand_list(struct expand *e, uint32_t at, size_t depth)
{
	uint32_t end = (uint32_t)e->from->tape[at] - 1;
	value_build_list(e->to);
	for (uint32_t i = at + 1; i < end; i = tape_skip(e->from->tape, i))
		TRY(expand_value(e, i, depth));
	value_build_close(e->to);
	return e->to->err;
}

static enum err expand_value(struct expand *e, uint32_t at, size_t depth)
{
	at = target_of(e, at);
	TRY(count(e, at));
	unsigned char type = tape_type(e->from->tape[at]);
	e->to->span = e->from->spans[at];
	if (type != '{' && type != '[') {
		value_build_copy(e->to, (struct value){ e->from, at });
		return e->to->err;
	}
	if (depth >= LIMIT_YAML_DEPTH) {
		IGNORE(yaml_problem(e->r, place_at(e, at), "yaml-limit", "nest less deeply",
		                    "nested more than %d levels after aliases are expanded",
		                    LIMIT_YAML_DEPTH)); /* ends anyway */
		return ERR_LIMIT;
	}
	return type == '{' ? expand_map(e, at, depth + 1) : expand_list(e, at, depth + 1);
}

enum err yaml_expand(struct yaml_reader *r, const struct value_doc *from, struct value_doc *ret)
{
	r->expanded.with_spans = true;
	value_build_begin(&r->expanded);
	struct expand e = { .r = r, .from = from, .to = &r->expanded };
	TRY(expand_value(&e, 1, 0));
	return value_build_end(&r->expanded, ret);
}
