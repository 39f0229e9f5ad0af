#ifndef SOURCE_DECODE_H
#define SOURCE_DECODE_H
/*
 * decode: records to events. First the text becomes a value document (JSON by json/, the line formats by decode-*.c),
 * then the record is recognised by content/mappings (built into the binary, more with --mapping), which give its
 * logsource, its field view and its facts. Recognition is a pure function of the record.
 */
#include "model/event.h"
#include "source/source.h"
#include "json/json.h"
struct arena;

/* The compiled mappings: immutable, shared by all threads. */
struct decode_set;
struct decode_text {
	struct str path, text;
};
/* The mappings built into the binary, in order of precedence. */
const struct decode_text *decode_builtin(size_t *ret_n);
/* User mappings take precedence over built-in ones, in the order given. A bad one is refused alone (diags). */
fallible decode_set_new(const struct decode_text *user, size_t n_user, struct diag_list *diags,
                        struct decode_set **ret);
void decode_set_free(struct decode_set **s);
size_t decode_set_count(const struct decode_set *s);
/* "aws-cloudtrail" and "AWS CloudTrail". */
struct str decode_set_name(const struct decode_set *s, uint32_t decoder);
struct str decode_set_title(const struct decode_set *s, uint32_t decoder);
/* Class ids are 1 ... count; each stands for one (view, logsource). */
uint32_t decode_set_classes(const struct decode_set *s);

/* One thread's working memory. */
struct decoder;
struct decode_options {
	struct logsource forced; /* non-empty parts replace what recognition found */
	bool has_forced;
};
fallible decoder_new(const struct decode_set *s, const struct decode_options *options, struct decoder **ret);
void decoder_free(struct decoder **d);

/*
 * Starts reading one record of a batch: one record may hold several events (an envelope {"Records":[...]} on one line).
 * Then decoder_next until it gives false. ERR_PARSE: nothing readable; *ret_why is a static reason and *ret_offset the
 * place in the record. Nothing allocates for well-formed records once warm.
 */
fallible decoder_record(struct decoder *d, const struct source_batch *b, const struct source_record *r,
                        const char **ret_why, size_t *ret_offset);
/* Fills *ret; record and strings are valid until the next decoder_record. */
bool decoder_next(struct decoder *d, struct event *ret);
/* Why decoder_next gave false: ERR_OK at the record's end, ERR_MEMORY or ERR_LIMIT when an inner document could not be
 * held (the record's remaining events are unread). */
enum err decoder_error(const struct decoder *d);
/* The provider's id of an event, ptr NULL if its kind has none: cheap, for de-duplication. */
struct str decode_event_id(struct decoder *d, const struct event *e);
/* The event's own time, TIME_NONE if it has none that can be read. */
int64_t decode_event_time(struct decoder *d, const struct event *e);
/* All facts. Strings that must be made (joined names, numbers as text) go to the arena. */
fallible decode_event_facts(struct decoder *d, const struct event *e, struct arena *arena, struct event_facts *ret);
/* The event's text: event.raw, or, where that has ptr NULL because the event is one of several in its record, its
 * compact JSON in the arena. */
fallible decode_event_raw(struct decoder *d, const struct event *e, struct arena *arena, struct str *ret);
#endif
