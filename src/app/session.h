#ifndef APP_SESSION_H
#define APP_SESSION_H
/* What the rules commands share: rules loaded and compiled, mappings, and one thread's tools to look at single events. */
#include "app/rules.h"
#include "app/ruleset.h"
#include "base/buf.h"
#include "engine/detect/detect.h"
#include "source/decode.h"

struct session {
	struct arena arena;
	struct app_ruleset *ruleset;
	struct decode_set *decode;
	struct detect_program *program;
	struct decoder *decoder;
	struct detect_scratch *scratch;
	struct source_batch *batch; /* for single records; see session_record */
	struct source_record record; /* the decoder reads it until the last event */
	struct logsource logsource;
	enum source_format format;
};
/* paths: the rules to load (none = default). only: ids, titles or globs; none = all. */
fallible session_open(struct session *s, const struct app_rules_options *o, struct option_list paths, struct option_list only,
		      struct diag_list *diags);
void session_close(struct session *s);
#define auto_session CLEANUP(session_close) struct session
/* Writes to standard output. */
fallible session_print(struct buf *b);
/* Gives one record to the decoder as if it came from an input of that format; then decoder_next. `text` is copied. */
fallible session_record(struct session *s, enum source_format format, struct str name, struct str text, const char **ret_why);
/* detect_match, with the plan built when it is missing. */
fallible session_match(struct session *s, const struct event *e, struct detect_matches *ret);
#endif
