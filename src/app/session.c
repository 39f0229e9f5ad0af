/* See session.h. */
#include "app/session.h"

#include "app/run.h"
#include "base/limits.h"
#include "base/sys.h"
#include "base/time.h"

static fallible load_mappings(struct session *s, const struct option_list *files, struct diag_list *diags)
{
	struct decode_text *texts = arena_new_n(&s->arena, struct decode_text, files->n);
	TRY(got(texts));
	for (size_t i = 0; i < files->n; i++)
		TRY(read_named(&s->arena, files->at[i], &texts[i].path, &texts[i].text, diags));
	return decode_set_new(texts, files->n, diags, &s->decode);
}

static fallible session_fill(struct session *s, const struct app_rules_options *o, struct option_list paths,
                             struct option_list only, struct diag_list *diags)
{
	struct app_ruleset_options r = {
		.paths = paths, .pipelines = o->pipelines, .values = o->values, .threads = sys_processors()
	};
	struct detect_options d = { .rules = only.at, .n_rules = only.n };
	struct decode_options decode = { 0 };

	s->format = FORMAT_AUTO;
	if (o->input_format.len > 0)
		TRY(source_format_parse(o->input_format, &s->format));
	TRY(logsource_parse(o->logsource, &decode.forced, diags));
	decode.has_forced = o->logsource.len > 0;
	TRY(app_ruleset_load(&r, diags, &s->ruleset));
	TRY(load_mappings(s, &o->mappings, diags));
	TRY(detect_program_new(&s->ruleset->set, &d, diags, &s->program));
	TRY(decoder_new(s->decode, &decode, &s->decoder));
	TRY(detect_scratch_new(s->program, &s->scratch));
	TRY(source_batch_new(&s->batch));
	return ERR_OK;
}

fallible session_open(struct session *s, const struct app_rules_options *o, struct option_list paths,
                      struct option_list only, struct diag_list *diags)
{
	*s = (struct session){ 0 };
	return session_fill(s, o, paths, only, diags);
}

void session_close(struct session *s)
{
	if (s->batch != NULL)
		s->batch->input = NULL; /* ours, not the source's */
	source_batch_free(&s->batch);
	detect_scratch_free(&s->scratch);
	decoder_free(&s->decoder);
	detect_program_free(&s->program);
	decode_set_free(&s->decode);
	app_ruleset_free(&s->ruleset);
	arena_clear(&s->arena);
}

fallible session_print(struct buf *b)
{
	TRY(buf_err(b));
	return sys_write_all(1, b->ptr, b->len);
}

fallible session_record(struct session *s, enum source_format format, struct str name, struct str text,
                        const char **ret_why)
{
	struct source_batch *b = s->batch;
	struct source_input *input = arena_new(&s->arena, struct source_input);
	char *copy = arena_alloc(&s->arena, text.len + SOURCE_PADDING);
	size_t offset = 0;

	TRY(got(input));
	TRY(got(copy));
	if (text.len > LIMIT_RECORD_BYTES)
		return ERR_LIMIT;
	memcpy(copy, text.ptr, text.len);
	*input = (struct source_input){ .name = name, .format = format, .mtime_ns = TIME_NONE };
	s->record = (struct source_record){ .len = (uint32_t)text.len, .line = 1 };
	char *own = b->data;
	b->data = copy;
	b->data_len = text.len;
	b->input = input;
	enum err e = decoder_record(s->decoder, b, &s->record, ret_why, &offset);
	b->data = own;
	return e;
}

fallible session_match(struct session *s, const struct event *e, struct detect_matches *ret)
{
	enum err err = detect_match(s->program, s->scratch, e, ret);
	if (err != ERR_UNPREPARED)
		return err;
	TRY(detect_prepare(s->program, e));
	return detect_match(s->program, s->scratch, e, ret);
}
