/* Merging of documents, for collections (`action: global`, `repeat`) and attributes that pipelines set. The result is a
 * new document in the arena that keeps the places of both, so that messages still point into the file. */
#include "lang/sigma/internal.h"
#include "value/build.h"

enum { MERGE_DEPTH_MAX = 2 * LIMIT_YAML_DEPTH };

static void put_scalar(struct value_builder *b, struct value v)
{
	b->span = value_where(v);
	value_build_copy(b, v);
}

static void put_key(struct value_builder *b, const struct value_iter *it)
{
	b->span = value_where(it->key_value);
	value_build_key(b, it->key);
}

/* A deep copy that keeps spans. */
static void put(struct value_builder *b, struct value v, unsigned depth)
{
	enum value_kind k = value_kind(v);
	if (depth > MERGE_DEPTH_MAX || (k != VALUE_MAP && k != VALUE_LIST)) {
		put_scalar(b, v);
		return;
	}
	b->span = value_where(v);
	if (k == VALUE_MAP)
		value_build_map(b);
	else
		value_build_list(b);
	struct value_iter it = value_iter(v);
	while (value_next(&it)) {
		if (k == VALUE_MAP)
			put_key(b, &it);
		put(b, it.val, depth + 1);
	}
	value_build_close(b);
}

static void put_merged(struct value_builder *b, struct value under, struct value over, unsigned depth)
{
	bool maps = value_kind(under) == VALUE_MAP && value_kind(over) == VALUE_MAP;
	if (!maps || depth > MERGE_DEPTH_MAX) {
		put(b, value_kind(over) == VALUE_ABSENT ? under : over, depth);
		return;
	}
	b->span = value_where(over);
	value_build_map(b);
	struct value_iter it = value_iter(under);
	while (value_next(&it)) {
		put_key(b, &it);
		put_merged(b, it.val, value_get(over, it.key), depth + 1);
	}
	it = value_iter(over);
	while (value_next(&it)) {
		if (value_kind(value_get(under, it.key)) != VALUE_ABSENT)
			continue;
		put_key(b, &it);
		put(b, it.val, depth + 1);
	}
	value_build_close(b);
}

/* The built document moves into the arena. */
static enum err finish(struct arena *a, struct value_builder *b, struct value *ret)
{
	struct value_doc built;
	TRY(value_build_end(b, &built));
	uint64_t *tape = arena_array(a, built.words, sizeof(*tape));
	char *strings = arena_alloc(a, built.string_bytes);
	struct value_span *spans = arena_array(a, built.words, sizeof(*spans));
	struct value_doc *doc = arena_new(a, struct value_doc);
	TRY(got(tape));
	TRY(got(strings));
	TRY(got(spans));
	TRY(got(doc));
	memcpy(tape, built.tape, built.words * sizeof(*tape));
	if (built.string_bytes > 0)
		memcpy(strings, built.strings, built.string_bytes);
	if (built.spans != NULL)
		memcpy(spans, built.spans, built.words * sizeof(*spans));
	*doc = (struct value_doc){ tape, strings, built.words, built.string_bytes, spans };
	*ret = value_root(doc);
	return ERR_OK;
}

enum err collection_merge(struct arena *a, struct value under, struct value over, struct value *ret)
{
	auto_value_builder b = { .with_spans = true };
	value_build_begin(&b);
	put_merged(&b, under, over, 0);
	return finish(a, &b, ret);
}

enum err collection_set(struct arena *a, struct value map, struct str key, struct value val, struct value *ret)
{
	auto_value_builder b = { .with_spans = true };
	value_build_begin(&b);
	b.span = value_where(map);
	value_build_map(&b);
	struct value_iter it = value_iter(map);
	while (value_next(&it)) {
		if (str_eq(it.key, key))
			continue;
		put_key(&b, &it);
		put(&b, it.val, 1);
	}
	b.span = value_where(val);
	value_build_key(&b, key);
	put(&b, val, 1);
	value_build_close(&b);
	return finish(a, &b, ret);
}
