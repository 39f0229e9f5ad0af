#include "support/engine.h"

#include "base/limits.h"

fallible engine_open(struct engine *e, const char *rules, const struct detect_options *o)
{
	struct sigma_options none = { 0 };
	*e = (struct engine){ 0 };
	e->diags.arena = &e->arena;
	e->view = (struct view){ .name = STR("generic"), .roots = e->roots, .n_roots = 1 };
	TRY(sigma_parse(&e->arena, STR("rules.yml"), str_of(rules), &e->docs, &e->diags));
	TRY(sigma_link(&e->arena, &e->docs, 1, &none, &e->set, &e->diags));
	if (e->set.n == 0)
		return ERR_MISSING;
	TRY(detect_program_new(&e->set, o, &e->diags, &e->program));
	TRY(detect_scratch_new(e->program, &e->scratch));
	return json_reader_new(LIMIT_RECORD_BYTES, &e->reader);
}

fallible engine_read(struct engine *e, const char *json)
{
	struct json_note note = { 0 };
	size_t len = strlen(json);
	char *padded = arena_alloc(&e->arena, len + JSON_PADDING);
	TRY(got(padded));
	memcpy(padded, json, len);
	TRY(json_read(e->reader, (struct str){ padded, len }, &e->doc, &note));
	e->event = (struct event){ .record = value_root(&e->doc),
		                   .raw = { padded, len },
		                   .view = &e->view,
		                   .class_id = 1,
		                   .logsource = { .product = STR("test") },
		                   .file = STR("events.ndjson"),
		                   .line = 1 };
	return ERR_OK;
}

fallible engine_match(struct engine *e, const char *json, struct detect_matches *ret)
{
	TRY(engine_read(e, json));
	enum err err = detect_match(e->program, e->scratch, &e->event, ret);
	if (err != ERR_UNPREPARED)
		return err;
	TRY(detect_prepare(e->program, &e->event));
	return detect_match(e->program, e->scratch, &e->event, ret);
}

void engine_close(struct engine *e)
{
	json_reader_free(&e->reader);
	detect_scratch_free(&e->scratch);
	detect_program_free(&e->program);
	arena_clear(&e->arena);
}
