/*
 * libyaml's events to value documents. The first pass writes the tape as the file is written, with types, spans,
 * duplicate keys checked, and aliases as references; a second pass (expand.c) follows the references where there are
 * any. libyaml allocates by itself; its failures are ERR_MEMORY.
 */
#include "lang/yaml/read.h"

#include "base/sys.h"
#include "base/utf8.h"

static void reader_free(struct yaml_reader *r)
{
	if (r->parser_ready)
		yaml_parser_delete(&r->parser);
	value_builder_free(&r->build);
	value_builder_free(&r->expanded);
	map_free(&r->anchors);
	map_free(&r->keys);
}

/* The byte offset of a character index. Marks come nearly in order, so the steps are few. */
static size_t offset_of(struct yaml_reader *r, size_t index)
{
	if (r->ascii)
		return index < r->text.len ? index : r->text.len;
	const char *p = r->text.ptr;
	while (r->mark_index < index && r->mark_offset < r->text.len) {
		r->mark_offset++;
		while (r->mark_offset < r->text.len && ((unsigned char)p[r->mark_offset] & 0xC0) == 0x80)
			r->mark_offset++;
		r->mark_index++;
	}
	while (r->mark_index > index && r->mark_offset > 0) {
		r->mark_offset--;
		while (r->mark_offset > 0 && ((unsigned char)p[r->mark_offset] & 0xC0) == 0x80)
			r->mark_offset--;
		r->mark_index--;
	}
	return r->mark_offset;
}

static void set_span(struct yaml_reader *r, const yaml_event_t *ev)
{
	size_t from = offset_of(r, ev->start_mark.index), to = offset_of(r, ev->end_mark.index);
	r->build.span = (struct value_span){ (uint32_t)ev->start_mark.line + 1, (uint32_t)ev->start_mark.column + 1,
		                             (uint32_t)from, (uint32_t)(to > from ? to - from : 0) };
}

static struct yaml_place place_of_word(const struct yaml_reader *r, uint32_t at)
{
	const struct value_span *s = &r->build.spans[at];
	return (struct yaml_place){ s->line, s->column, 1 };
}

static enum err duplicate(struct yaml_reader *r, uint32_t at, uint32_t first)
{
	struct str key = tape_str(r->build.strings, r->build.tape[at]);
	struct yaml_place place = place_of_word(r, at);
	place.length = (uint32_t)(key.len < 200 ? key.len : 200);
	return yaml_problem(r, place, "yaml-duplicate-key", "remove one of them, or make a list of the values",
	                    "the key '%.*s' stands here again; the first is in line %u",
	                    (int)(key.len < 100 ? key.len : 100), key.ptr, r->build.spans[first].line);
}

static enum err check_large(struct yaml_reader *r, uint32_t open, uint32_t end)
{
	const uint64_t *tape = r->build.tape;
	map_reset(&r->keys);
	for (uint32_t at = open + 1; at < end; at = tape_skip(tape, at + 1)) {
		struct map_entry *entry;
		bool is_new;
		TRY(map_put(&r->keys, tape_str(r->build.strings, tape[at]), &entry, &is_new));
		if (!is_new)
			TRY(duplicate(r, at, (uint32_t)entry->val.num));
		else
			entry->val.num = at;
	}
	return ERR_OK;
}

/* The map whose opening word is `open` was just closed. */
static enum err check_keys(struct yaml_reader *r, uint32_t open)
{
	enum { SMALL = 16 };
	const uint64_t *tape = r->build.tape;
	uint32_t end = (uint32_t)tape[open] - 1, seen[SMALL];
	size_t n = 0;
	if (((tape_payload(tape[open]) >> 32)) > SMALL)
		return check_large(r, open, end);
	for (uint32_t at = open + 1; at < end; at = tape_skip(tape, at + 1)) {
		struct str key = tape_str(r->build.strings, tape[at]);
		for (size_t i = 0; i < n; i++)
			if (str_eq(tape_str(r->build.strings, tape[seen[i]]), key))
				TRY(duplicate(r, at, seen[i]));
		if (n < SMALL)
			seen[n++] = at;
	}
	return ERR_OK;
}

static struct yaml_level *level_of(struct yaml_reader *r)
{
	return r->depth > 0 ? &r->levels[r->depth - 1] : NULL;
}

/* True when the next node is a key; turns the level to what follows. */
static bool take_key_turn(struct yaml_reader *r)
{
	struct yaml_level *level = level_of(r);
	if (level == NULL || !level->map)
		return false;
	bool key = level->key_next;
	level->key_next = !key;
	return key;
}

static enum err count_node(struct yaml_reader *r, const yaml_event_t *ev)
{
	if (++r->nodes <= LIMIT_YAML_NODES)
		return ERR_OK;
	IGNORE(yaml_problem(r, yaml_place_of(&ev->start_mark), "yaml-limit", "split the file",
	                    "more than %d values in one file", LIMIT_YAML_NODES)); /* the limit ends it anyway */
	return ERR_LIMIT;
}

static enum err add_anchor(struct yaml_reader *r, const yaml_char_t *name)
{
	if (name == NULL)
		return ERR_OK;
	struct str key = arena_str(r->arena, str_of((const char *)name));
	TRY(got(key.ptr));
	struct map_entry *entry;
	TRY(map_put(&r->anchors, key, &entry, NULL));
	entry->val.num = r->build.words;
	return ERR_OK;
}

/* The part behind "tag:yaml.org,2002:", or NULL. */
static const char *core_tag(const yaml_char_t *tag)
{
	static const char prefix[] = "tag:yaml.org,2002:";
	const char *t = (const char *)tag;
	return strncmp(t, prefix, sizeof(prefix) - 1) == 0 ? t + sizeof(prefix) - 1 : NULL;
}

static enum err refuse_tag(struct yaml_reader *r, const yaml_event_t *ev, const yaml_char_t *tag)
{
	return yaml_problem(r, yaml_place_of(&ev->start_mark), "yaml-tag",
	                    "remove the tag; only !!str, !!int, !!float, !!bool and !!null are known",
	                    "the tag '%.100s' is not known here", (const char *)tag);
}

static enum err tagged_scalar(struct yaml_reader *r, const yaml_event_t *ev, struct str s)
{
	static const char *const known[] = { "int", "float", "bool", "null" };
	const yaml_char_t *tag = ev->data.scalar.tag;
	const char *core = core_tag(tag);
	if (strcmp((const char *)tag, "!") == 0 || (core != NULL && strcmp(core, "str") == 0)) {
		value_build_str(&r->build, s);
		return ERR_OK;
	}
	for (size_t i = 0; core != NULL && i < ARRAY_LEN(known); i++) {
		if (strcmp(core, known[i]) != 0)
			continue;
		if (yaml_build_tagged(&r->build, s, core))
			return ERR_OK;
		value_build_null(&r->build);
		return yaml_problem(r, yaml_place_of(&ev->start_mark), "yaml-tag",
		                    "write a value of that type, or remove the tag", "'%.*s' is not of type !!%s",
		                    (int)(s.len < 100 ? s.len : 100), s.ptr, core);
	}
	value_build_str(&r->build, s);
	return refuse_tag(r, ev, tag);
}

static enum err on_scalar(struct yaml_reader *r, const yaml_event_t *ev)
{
	struct str s = { (const char *)ev->data.scalar.value, ev->data.scalar.length };
	bool plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	TRY(add_anchor(r, ev->data.scalar.anchor));
	set_span(r, ev);
	if (take_key_turn(r)) {
		if (plain && ev->data.scalar.tag == NULL && str_is(s, "<<"))
			TRY(vec_push(&r->merges, r->arena, (uint32_t)r->build.words));
		value_build_key(&r->build, s);
	} else if (ev->data.scalar.tag != NULL) {
		TRY(tagged_scalar(r, ev, s));
	} else if (plain) {
		yaml_build_plain(&r->build, s);
	} else {
		value_build_str(&r->build, s);
	}
	return r->build.err;
}

static enum err complex_key(struct yaml_reader *r, const yaml_event_t *ev)
{
	IGNORE(yaml_problem(r, yaml_place_of(&ev->start_mark), "yaml-key",
	                    "a text that starts with '{' or '[' must be in quotes",
	                    "a list or map cannot be a key")); /* ends the file anyway */
	return ERR_PARSE;
}

static enum err on_alias(struct yaml_reader *r, const yaml_event_t *ev)
{
	const char *name = (const char *)ev->data.alias.anchor;
	struct map_entry *entry = map_get(&r->anchors, str_of(name));
	bool key = take_key_turn(r);
	set_span(r, ev);
	uint32_t target = entry != NULL ? (uint32_t)entry->val.num : 0;
	uint64_t word = entry != NULL ? r->build.tape[target] : 0;
	bool container = tape_type(word) == '{' || tape_type(word) == '[';
	if (key && container)
		return complex_key(r, ev);
	if (key) {
		struct str text =
		    entry != NULL && tape_type(word) == '"' ? tape_str(r->build.strings, word) : str_of(name);
		text = arena_str(r->arena, text); /* the pool may move while it is written */
		TRY(got(text.ptr));
		value_build_key(&r->build, text);
	} else {
		value_build_bytes(&r->build, (struct str){ (const char *)&target, sizeof(target) });
		r->aliases++;
	}
	TRY(r->build.err);
	if (entry == NULL)
		return yaml_problem(r, yaml_place_of(&ev->start_mark), "yaml-alias",
		                    "define it before with '&name', or put the text in quotes",
		                    "the alias '*%.100s' is not defined", name);
	if (container && (uint32_t)word == 0)
		return yaml_problem(r, yaml_place_of(&ev->start_mark), "yaml-alias",
		                    "an alias cannot stand inside what it names", "the alias '*%.100s' contains itself",
		                    name);
	return ERR_OK;
}

static enum err on_open(struct yaml_reader *r, const yaml_event_t *ev, bool map, const yaml_char_t *anchor,
                        const yaml_char_t *tag)
{
	if (take_key_turn(r))
		return complex_key(r, ev);
	if (r->depth == LIMIT_YAML_DEPTH) {
		IGNORE(yaml_problem(r, yaml_place_of(&ev->start_mark), "yaml-limit", "nest less deeply",
		                    "nested more than %d levels", LIMIT_YAML_DEPTH)); /* the limit ends it anyway */
		return ERR_LIMIT;
	}
	TRY(add_anchor(r, anchor));
	set_span(r, ev);
	r->levels[r->depth++] = (struct yaml_level){ (uint32_t)r->build.words, map, true };
	if (map)
		value_build_map(&r->build);
	else
		value_build_list(&r->build);
	TRY(r->build.err);
	const char *core = tag != NULL ? core_tag(tag) : NULL;
	if (tag != NULL && (core == NULL || strcmp(core, map ? "map" : "seq") != 0) &&
	    strcmp((const char *)tag, "!") != 0)
		return refuse_tag(r, ev, tag);
	return ERR_OK;
}

static enum err on_close(struct yaml_reader *r, const yaml_event_t *ev)
{
	struct yaml_level *level = level_of(r);
	must(level != NULL);
	set_span(r, ev);
	value_build_close(&r->build);
	TRY(r->build.err);
	r->depth--;
	struct value_span *open = &r->build.spans[level->open];
	size_t end = offset_of(r, ev->end_mark.index);
	open->length = end > open->offset ? (uint32_t)(end - open->offset) : 0;
	return level->map ? check_keys(r, level->open) : ERR_OK;
}

static void begin_document(struct yaml_reader *r)
{
	r->bad = false;
	r->aliases = r->merges.n = r->depth = 0;
	map_reset(&r->anchors);
	r->build.with_spans = true;
	value_build_begin(&r->build);
}

/* A copy of doc in the arena, of exactly its size. */
static enum err keep_document(struct yaml_reader *r, const struct value_doc *doc)
{
	struct value_doc *kept = arena_new(r->arena, struct value_doc);
	uint64_t *tape = arena_new_n(r->arena, uint64_t, doc->words);
	struct value_span *spans = arena_new_n(r->arena, struct value_span, doc->words);
	char *strings = arena_alloc(r->arena, doc->string_bytes);
	if (kept == NULL || tape == NULL || spans == NULL || strings == NULL)
		return ERR_MEMORY;
	memcpy(tape, doc->tape, doc->words * sizeof(*tape));
	memcpy(spans, doc->spans, doc->words * sizeof(*spans));
	if (doc->string_bytes > 0)
		memcpy(strings, doc->strings, doc->string_bytes);
	*kept = (struct value_doc){ tape, strings, doc->words, doc->string_bytes, spans };
	return vec_push(&r->docs, r->arena, value_root(kept));
}

static enum err end_document(struct yaml_reader *r)
{
	struct value_doc doc;
	TRY(value_build_end(&r->build, &doc));
	if (r->bad)
		return ERR_OK;
	if (r->aliases > 0 || r->merges.n > 0) {
		struct value_doc written = doc;
		TRY(yaml_expand(r, &written, &doc));
	}
	return r->bad ? ERR_OK : keep_document(r, &doc);
}

static enum err on_event(struct yaml_reader *r, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_DOCUMENT_START_EVENT:
		begin_document(r);
		return r->build.err;
	case YAML_DOCUMENT_END_EVENT:
		return end_document(r);
	case YAML_ALIAS_EVENT:
		TRY(count_node(r, ev));
		return on_alias(r, ev);
	case YAML_SCALAR_EVENT:
		TRY(count_node(r, ev));
		return on_scalar(r, ev);
	case YAML_SEQUENCE_START_EVENT:
		TRY(count_node(r, ev));
		return on_open(r, ev, false, ev->data.sequence_start.anchor, ev->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		TRY(count_node(r, ev));
		return on_open(r, ev, true, ev->data.mapping_start.anchor, ev->data.mapping_start.tag);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return on_close(r, ev);
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
		return ERR_OK;
	}
	return ERR_INTERNAL;
}

static enum err read_events(struct yaml_reader *r)
{
	for (bool end = false; !end;) {
		yaml_event_t ev;
		if (!yaml_parser_parse(&r->parser, &ev))
			return yaml_syntax_problem(r);
		end = ev.type == YAML_STREAM_END_EVENT;
		enum err e = on_event(r, &ev);
		yaml_event_delete(&ev);
		TRY(e);
	}
	return r->problems == 0 ? ERR_OK : ERR_PARSE;
}

/* What libyaml would take amiss or misread before it starts. */
static enum err check_text(struct yaml_reader *r)
{
	static const struct yaml_place nowhere = { 0 };
	const unsigned char *p = (const unsigned char *)r->text.ptr;
	if (r->text.len > LIMIT_YAML_BYTES) {
		IGNORE(yaml_problem(r, nowhere, "yaml-limit", "split the file", "the file is longer than %d bytes",
		                    LIMIT_YAML_BYTES)); /* the limit ends it anyway */
		return ERR_LIMIT;
	}
	bool wide = r->text.len >= 2 &&
	            ((p[0] == 0xFE && p[1] == 0xFF) || (p[0] == 0xFF && p[1] == 0xFE) || p[0] == 0 || p[1] == 0);
	if (wide) {
		IGNORE(yaml_problem(r, nowhere, "yaml-encoding", "save the file as UTF-8",
		                    "the file is UTF-16, UTF-32 or not text")); /* ends it anyway */
		return ERR_PARSE;
	}
	return ERR_OK;
}

static enum err read_text(struct yaml_reader *r)
{
	TRY(check_text(r));
	if (sys_fault_here() || yaml_parser_initialize(&r->parser) == 0)
		return ERR_MEMORY;
	r->parser_ready = true;
	yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r->parser, (const unsigned char *)r->text.ptr, r->text.len);
	return read_events(r);
}

enum err yaml_read(struct arena *arena, struct str path, struct str text, struct yaml_docs *ret,
                   struct diag_list *diags)
{
	CLEANUP(reader_free) struct yaml_reader r = { .arena = arena, .diags = diags, .path = path };
	r.text = str_starts(text, STR("\xEF\xBB\xBF")) ? str_cut(text, 3, text.len) : text;
	r.ascii = utf8_is_ascii(r.text.ptr, r.text.len);
	enum err e = read_text(&r);
	*ret = (struct yaml_docs){ r.docs.at, r.docs.n };
	return e;
}
