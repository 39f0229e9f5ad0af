#ifndef TESTS_SUPPORT_ENGINE_H
#define TESTS_SUPPORT_ENGINE_H
/* Rules from text, events from JSON text, and the engine between them, for tests. Everything lives until engine_close. */
#include "engine/detect/detect.h"
#include "json/json.h"

struct engine {
	struct arena arena;
	struct diag_list diags;
	struct sigma_docs docs;
	struct sigma_set set;
	struct detect_program *program;
	struct detect_scratch *scratch;
	struct json_reader *reader;
	struct value_doc doc;
	struct view view;
	struct view_path roots[2];
	struct event event;
};
/* Zeroed options are fine. Fails when no rule loads. */
fallible engine_open(struct engine *e, const char *rules, const struct detect_options *o);
/* The event is generic JSON of logsource {product: test}; kept until the next one. */
fallible engine_read(struct engine *e, const char *json);
/* Reads and matches. */
fallible engine_match(struct engine *e, const char *json, struct detect_matches *ret);
void engine_close(struct engine *e);
#define auto_engine CLEANUP(engine_close) struct engine
#endif
