/* Paths of mapping files: their grammar, and the walk along one through a record. */
#include "source/mapping.h"

#include "base/diag.h"

fallible mapping_path_parse_text(struct mapping_reader *r, struct value where, struct str text,
                                 struct mapping_path *ret)
{
	*ret = (struct mapping_path){ .slot = MAPPING_NO_SLOT };
	struct mapping_step steps[MAPPING_STEPS_MAX];
	uint32_t n = 0;
	char *key = arena_alloc(r->arena, text.len + 1);
	TRY(got(key));
	if (text.len == 0)
		mapping_complain(r, where, "write \".\" for the record itself", "a path is empty");
	if (text.len == 0 || str_is(text, "."))
		return ERR_OK;
	for (size_t i = 0; i <= text.len;) {
		struct mapping_step step = { .key = { key, 0 } };
		for (; i < text.len && text.ptr[i] != '.' && text.ptr[i] != '['; i++) {
			if (text.ptr[i] == '\\' && i + 1 < text.len)
				i++;
			key[step.key.len++] = text.ptr[i];
		}
		key += step.key.len;
		if (i < text.len && text.ptr[i] == '[') {
			struct str rest = str_cut(text, i + 1, text.len);
			const char *equals = memchr(rest.ptr, '=', rest.len), *close = memchr(rest.ptr, ']', rest.len);
			if (equals == NULL || close == NULL || equals > close) {
				mapping_complain(r, where, "as in Parameters[Name=Identity].Value",
				                 "\"[\" without name=value]");
				return ERR_OK;
			}
			step.pick_key = (struct str){ rest.ptr, (size_t)(equals - rest.ptr) };
			step.pick_value = (struct str){ equals + 1, (size_t)(close - equals - 1) };
			i += 2 + (size_t)(close - rest.ptr);
		}
		if (n == MAPPING_STEPS_MAX || step.key.len == 0 || (i < text.len && text.ptr[i] != '.')) {
			mapping_complain(r, where, "keys are separated by dots; \"\\.\" is a dot inside a key",
			                 "this is no path");
			return ERR_OK;
		}
		steps[n++] = step;
		i++; /* the dot, or past the end */
	}
	ret->steps = arena_new_n(r->arena, struct mapping_step, n);
	TRY(got(ret->steps));
	memcpy(ret->steps, steps, n * sizeof(*steps));
	ret->n = n;
	return ERR_OK;
}

fallible mapping_path_parse(struct mapping_reader *r, struct value v, struct mapping_path *ret)
{
	struct str s;
	*ret = (struct mapping_path){ .slot = MAPPING_NO_SLOT };
	if (!value_str(v, &s)) {
		mapping_complain(r, v, "write the keys with dots between them", "a path must be a string");
		return ERR_OK;
	}
	s = arena_str(r->arena, s);
	TRY(got(s.ptr));
	return mapping_path_parse_text(r, v, s, ret);
}

fallible mapping_paths_parse(struct mapping_reader *r, struct value v, struct mapping_paths *ret)
{
	size_t n = mapping_many(v);
	*ret = (struct mapping_paths){ 0 };
	if (n == 0)
		return ERR_OK;
	ret->at = arena_new_n(r->arena, struct mapping_path, n);
	TRY(got(ret->at));
	for (size_t i = 0; i < n; i++)
		TRY(mapping_path_parse(r, mapping_nth(v, i), &ret->at[i]));
	ret->n = (uint32_t)n;
	return ERR_OK;
}

static struct value first_member(struct value list)
{
	struct value_iter it = value_iter(list);
	return value_next(&it) ? it.val : VALUE_NONE;
}

static struct value picked_member(struct value list, const struct mapping_step *step)
{
	if (value_kind(list) != VALUE_LIST)
		return str_eq(value_str_or_empty(value_get(list, step->pick_key)), step->pick_value) ? list
		                                                                                     : VALUE_NONE;
	struct value_iter it = value_iter(list);
	while (value_next(&it))
		if (str_eq(value_str_or_empty(value_get(it.val, step->pick_key)), step->pick_value))
			return it.val;
	return VALUE_NONE;
}

/* `from` > 0: v is what the key of step from - 1 gave, whose pick is still to be done. */
struct value mapping_walk(const struct mapping_path *p, uint32_t from, struct value v)
{
	if (from > 0 && p->steps[from - 1].pick_key.ptr != NULL)
		v = picked_member(v, &p->steps[from - 1]);
	for (uint32_t i = from; i < p->n && v.at != 0; i++) {
		for (int depth = 0; depth < 4 && value_kind(v) == VALUE_LIST; depth++)
			v = first_member(v);
		v = value_get(v, p->steps[i].key);
		if (v.at != 0 && p->steps[i].pick_key.ptr != NULL)
			v = picked_member(v, &p->steps[i]);
	}
	return v;
}
