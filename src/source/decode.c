/*
 * A record's life: its text becomes a document; the document is an event, or holds events (an array, an envelope, JSON
 * in a string), which a small stack of iterators yields one by one; each is scanned once, recognised and given its
 * logsource. What well-formed records need was allocated before; only unwrapped strings and rewritten lists draw on an
 * arena that is reset with every record.
 */
#include "source/decode.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/sys.h"
#include "base/time.h"
#include "source/decode-scan.h"
#include "source/mapping.h"
#include "source/text.h"

enum { FRAMES_MAX = 6, ID_TEXT_MAX = 512 };

/* What is still to be yielded of one container. */
struct frame {
	struct value_iter it;
	struct value one;    /* a single member, or absent */
	struct value record; /* an envelope not yet begun, with its mapping */
	const struct mapping *mapping;
	const struct mapping_unwrap *from; /* how the members are unwrapped, NULL for a plain list */
};
struct decoder {
	const struct decode_set *set;
	struct decode_options options;
	struct json_reader *json, *inner; /* inner: JSON inside strings, made when first met */
	struct text_scratch *text;        /* likewise, for the line formats */
	struct value_builder builder, rewriter;
	struct buf padded;
	struct arena arena; /* of the record */
	struct value_doc doc;
	struct decode_scan scan;
	struct value only; /* a record that is one map, not yet taken */
	struct frame frames[FRAMES_MAX];
	uint32_t n_frames;
	const struct source_batch *batch;
	const struct source_record *record;
	unsigned flags;
	bool from_json; /* the document was read as JSON, not made of text */
	bool whole;     /* the record is one event, so its text is the event's */
	enum err err;
	char id_text[ID_TEXT_MAX];
};

fallible decoder_new(const struct decode_set *s, const struct decode_options *options, struct decoder **ret)
{
	struct decoder *d = sys_zalloc(sizeof(*d));
	TRY(got(d));
	d->set = s;
	d->padded.max = (size_t)LIMIT_RECORD_BYTES + JSON_PADDING;
	if (options != NULL)
		d->options = *options;
	enum err e = json_reader_new(LIMIT_RECORD_BYTES, &d->json);
	if (e != ERR_OK) {
		decoder_free(&d);
		return e;
	}
	*ret = d;
	return ERR_OK;
}

void decoder_free(struct decoder **d)
{
	if (*d == NULL)
		return;
	json_reader_free(&(*d)->json);
	json_reader_free(&(*d)->inner);
	text_scratch_free(&(*d)->text);
	value_builder_free(&(*d)->builder);
	value_builder_free(&(*d)->rewriter);
	buf_free(&(*d)->padded);
	arena_clear(&(*d)->arena);
	sys_free(*d);
	*d = NULL;
}

/* ---- text to document */

static bool has_maps(struct value list)
{
	struct value_iter it = value_iter(list);
	while (value_next(&it))
		if (value_kind(it.val) == VALUE_MAP)
			return true;
	return value_count(list) == 0;
}

static bool is_readable(struct value root)
{
	enum value_kind k = value_kind(root);
	return k == VALUE_MAP || (k == VALUE_LIST && has_maps(root));
}

/* Padding behind `text` must be readable. */
static fallible read_json(struct decoder *d, struct str text, struct json_note *note)
{
	TRY(json_read(d->json, text, &d->doc, note));
	if (!is_readable(value_root(&d->doc))) {
		note->reason = "there is no JSON object in it";
		note->offset = 0;
		return ERR_PARSE;
	}
	d->from_json = true;
	d->flags |=
	    (note->tolerant ? (unsigned)EVENT_TOLERANT : 0u) | (note->truncated ? (unsigned)EVENT_TRUNCATED : 0u);
	return ERR_OK;
}

/* A JSON object behind other text, as when syslog carries it. */
static struct str json_behind(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		const char *brace = memchr(text.ptr + i, '{', text.len - i);
		if (brace == NULL)
			break;
		i = (size_t)(brace - text.ptr);
		size_t next = i + 1;
		while (next < text.len && text.ptr[next] == ' ')
			next++;
		if (next < text.len && text.ptr[next] == '"')
			return str_cut(text, i, text.len);
	}
	return (struct str){ 0 };
}

static fallible open_json(struct decoder *d, struct str text, struct json_note *note)
{
	enum err e = read_json(d, text, note);
	if (e != ERR_PARSE)
		return e;
	struct str rest = json_behind(text);
	struct json_note second = { 0 };
	if (rest.ptr == NULL || rest.ptr == text.ptr)
		return e;
	e = read_json(d, rest, &second);
	return e;
}

/* A copy with padding behind it, for strings of a document. */
static fallible pad(struct decoder *d, struct str text, struct str *ret)
{
	static const char zeros[JSON_PADDING];
	buf_reset(&d->padded);
	buf_str(&d->padded, text);
	buf_add(&d->padded, zeros, sizeof(zeros));
	TRY(buf_err(&d->padded));
	*ret = (struct str){ d->padded.ptr, text.len };
	return ERR_OK;
}

static bool falls_back_to_plain(enum source_format f)
{
	return f == FORMAT_SYSLOG || f == FORMAT_AUDITD || f == FORMAT_LOGFMT;
}

static fallible open_text(struct decoder *d, struct str text, struct json_note *note)
{
	struct text_note text_note;
	enum source_format format = d->batch->input->format;
	if (d->text == NULL)
		TRY(text_scratch_new(&d->text));
	value_build_begin(&d->builder);
	enum err e = text_build(format, d->batch->input, text, d->text, &d->builder, &text_note);
	if (e == ERR_PARSE && falls_back_to_plain(format)) {
		value_build_begin(&d->builder);
		e = text_build(FORMAT_PLAIN, d->batch->input, text, d->text, &d->builder, &text_note);
	}
	note->reason = text_note.reason;
	note->offset = text_note.offset;
	TRY(e);
	TRY(value_build_end(&d->builder, &d->doc));
	d->flags |= (text_note.flags & TEXT_TRUNCATED) != 0 ? (unsigned)EVENT_TRUNCATED : 0u;
	d->flags |= (text_note.flags & TEXT_REPAIRED) != 0 ? (unsigned)EVENT_TOLERANT : 0u;
	struct value root = value_root(&d->doc);
	if (format != FORMAT_SYSLOG || !str_is(value_str_or_empty(value_get(root, STR("payload"))), "json"))
		return ERR_OK;
	struct value_doc line = d->doc;
	struct json_note inner = { 0 };
	struct str payload = json_behind(value_str_or_empty(value_get(root, STR("message"))));
	if (payload.ptr == NULL)
		return ERR_OK;
	TRY(pad(d, payload, &payload));
	e = read_json(d, payload, &inner);
	if (e == ERR_OK || e == ERR_MEMORY)
		return e;
	d->doc = line; /* then the line is the event */
	return ERR_OK;
}

static void push(struct decoder *d, struct frame f)
{
	must(d->n_frames < FRAMES_MAX);
	d->frames[d->n_frames++] = f;
}

fallible decoder_record(struct decoder *d, const struct source_batch *b, const struct source_record *r,
                        const char **ret_why, size_t *ret_offset)
{
	struct str text = { b->data + r->at, r->len };
	struct json_note note = { 0 };
	enum source_format format = b->input->format;
	d->batch = b;
	d->record = r;
	d->n_frames = 0;
	d->from_json = false;
	d->only = VALUE_NONE;
	d->err = ERR_OK;
	d->scan.record = VALUE_NONE;
	d->flags = r->truncated ? (unsigned)EVENT_TRUNCATED : 0u;
	if (UNLIKELY(d->arena.used > 0))
		arena_reset(&d->arena);
	enum err e = format == FORMAT_NDJSON || format == FORMAT_JSON || format == FORMAT_AUTO
	                 ? open_json(d, text, &note)
	                 : open_text(d, text, &note);
	if (UNLIKELY(e != ERR_OK)) {
		*ret_why = note.reason != NULL ? note.reason : err_text(e);
		*ret_offset = note.offset;
		return e;
	}
	struct value root = value_root(&d->doc);
	d->whole = value_kind(root) == VALUE_MAP;
	d->only = d->whole ? root : VALUE_NONE;
	if (!d->whole)
		push(d, (struct frame){ .it = value_iter(root) });
	return ERR_OK;
}

/* ---- documents to events */

/* A document that stays until the next record. */
static fallible keep_doc(struct decoder *d, const struct value_doc *doc, struct value *ret)
{
	struct value_doc *copy = arena_new(&d->arena, struct value_doc);
	uint64_t *tape = arena_new_n(&d->arena, uint64_t, doc->words);
	char *strings = arena_alloc(&d->arena, doc->string_bytes + JSON_PADDING);
	if (copy == NULL || tape == NULL || strings == NULL)
		return ERR_MEMORY;
	memcpy(tape, doc->tape, doc->words * sizeof(*tape));
	if (doc->string_bytes > 0)
		memcpy(strings, doc->strings, doc->string_bytes);
	*copy = (struct value_doc){
		.tape = tape, .strings = strings, .words = doc->words, .string_bytes = doc->string_bytes
	};
	*ret = value_root(copy);
	return ERR_OK;
}

/* JSON in a string. *ret stays absent when it is none. */
static fallible open_string(struct decoder *d, struct str s, struct value *ret)
{
	struct value_doc doc;
	struct json_note note = { 0 };
	size_t i = 0;
	while (i < s.len && (s.ptr[i] == ' ' || s.ptr[i] == '\n' || s.ptr[i] == '\t'))
		i++;
	if (i == s.len || (s.ptr[i] != '{' && s.ptr[i] != '['))
		return ERR_OK;
	if (d->inner == NULL)
		TRY(json_reader_new(LIMIT_RECORD_BYTES, &d->inner));
	TRY(pad(d, str_cut(s, i, s.len), &s));
	enum err e = json_read(d->inner, s, &doc, &note);
	if (e == ERR_MEMORY)
		return e;
	if (e != ERR_OK || note.tolerant || !is_readable(value_root(&doc)))
		return ERR_OK;
	return keep_doc(d, &doc, ret);
}

/* A member that is no map becomes {"message": member}, so that nothing is lost. */
static fallible wrap(struct decoder *d, struct value v, struct value *ret)
{
	struct value_doc doc;
	value_build_begin(&d->rewriter);
	value_build_map(&d->rewriter);
	value_build_key(&d->rewriter, STR("message"));
	value_build_copy(&d->rewriter, v);
	value_build_close(&d->rewriter);
	TRY(value_build_end(&d->rewriter, &doc));
	return keep_doc(d, &doc, ret);
}

/* The members of the first part that is there. */
static void start(struct frame *f)
{
	struct value v = VALUE_NONE;
	for (uint32_t i = 0; i < f->mapping->n_unwraps && v.at == 0; i++) {
		f->from = &f->mapping->unwraps[i];
		v = mapping_path_get(&f->from->each, f->record);
	}
	f->mapping = NULL;
	if (value_kind(v) == VALUE_LIST)
		f->it = value_iter(v);
	else
		f->one = v;
}

/* The next member of the innermost container, absent when all is done. */
static struct value take(struct decoder *d, const struct mapping_unwrap **ret_from)
{
	while (d->n_frames > 0) {
		struct frame *f = &d->frames[d->n_frames - 1];
		if (f->mapping != NULL)
			start(f);
		*ret_from = f->from;
		if (f->one.at != 0) {
			struct value v = f->one;
			f->one = VALUE_NONE;
			return v;
		}
		if (value_next(&f->it))
			return f->it.val;
		d->n_frames--;
	}
	return VALUE_NONE;
}

/* What a member stands for: itself, or the JSON in one of its strings. *ret_again is false when unwrapping it once more
 * would lead to it again. */
static fallible resolve(struct decoder *d, const struct mapping_unwrap *from, struct value *v, bool *ret_again)
{
	struct value inner = VALUE_NONE;
	*ret_again = true;
	if (from != NULL && from->has_text) {
		TRY(open_string(d, value_str_or_empty(mapping_path_get(&from->text, *v)), &inner));
		*ret_again = inner.at != 0 || from->each.n > 0;
		*v = inner.at != 0 ? inner : *v;
	}
	if (value_kind(*v) == VALUE_MAP || value_kind(*v) == VALUE_LIST)
		return ERR_OK;
	*ret_again = false;
	return wrap(d, *v, v);
}

/* ---- rewriting name-value lists */

static void build_pairs(struct value_builder *b, const struct mapping_pairs *p, struct str key, struct value list)
{
	struct value_iter it = value_iter(value_kind(list) == VALUE_LIST ? list : VALUE_NONE);
	bool single = value_kind(list) != VALUE_LIST, open = false;
	while (single || value_next(&it)) {
		struct value member = single ? list : it.val;
		struct str name = value_str_or_empty(mapping_path_get(&p->name, member));
		single = false;
		if (name.len == 0)
			continue;
		value_build_key(b, name);
		value_build_copy(b, mapping_path_get(&p->value, member));
	}
	it = value_iter(value_kind(list) == VALUE_LIST ? list : VALUE_NONE);
	while (value_next(&it)) {
		if (value_str_or_empty(mapping_path_get(&p->name, it.val)).len > 0)
			continue;
		if (!open) {
			value_build_key(b, key);
			value_build_list(b);
		}
		open = true;
		value_build_copy(b, it.val);
	}
	if (open)
		value_build_close(b);
}

static void rewrite(struct value_builder *b, const struct mapping_pairs *p, uint32_t step, struct value v)
{
	if (value_kind(v) != VALUE_MAP) {
		value_build_copy(b, v);
		return;
	}
	value_build_map(b);
	struct value_iter it = value_iter(v);
	while (value_next(&it)) {
		bool here = str_eq(it.key, p->at.steps[step].key);
		if (here && step + 1 == p->at.n) {
			build_pairs(b, p, it.key, it.val);
			continue;
		}
		value_build_key(b, it.key);
		if (here)
			rewrite(b, p, step + 1, it.val);
		else
			value_build_copy(b, it.val);
	}
	value_build_close(b);
}

static fallible apply_pairs(struct decoder *d, const struct mapping *m, struct value *v)
{
	for (uint32_t i = 0; i < m->n_pairs; i++) {
		const struct mapping_pairs *p = &m->pairs[i];
		struct value list = mapping_path_get(&p->at, *v);
		struct value_iter it = value_iter(list);
		struct value first = value_kind(list) != VALUE_LIST ? list : value_next(&it) ? it.val : VALUE_NONE;
		if (value_str_or_empty(mapping_path_get(&p->name, first)).len == 0)
			continue;
		struct value_doc doc;
		value_build_begin(&d->rewriter);
		rewrite(&d->rewriter, p, 0, *v);
		TRY(value_build_end(&d->rewriter, &doc));
		TRY(keep_doc(d, &doc, v));
		decode_scan_record(&d->scan, d->set, *v);
	}
	return ERR_OK;
}

/* ---- rewriting root members */

static struct str stripped(const struct mapping *m, struct str key)
{
	for (uint32_t i = 0; i < m->n_strip; i++)
		if (str_starts(key, m->strip[i]) && key.len > m->strip[i].len)
			return str_cut(key, m->strip[i].len, key.len);
	return key;
}

static bool is_bytes(const struct mapping *m, struct str key, struct value v)
{
	if (value_kind(v) != VALUE_LIST)
		return false;
	for (uint32_t i = 0; i < m->n_bytes; i++)
		if (str_eq(m->bytes[i], key))
			return true;
	return false;
}

/* [104,105] as "hi"; a list of anything else stays. */
static void build_bytes(struct value_builder *b, struct value list)
{
	int64_t n;
	struct value_iter it = value_iter(list);
	while (value_next(&it))
		if (!value_int(it.val, &n) || n < 0 || n > 255) {
			value_build_copy(b, list);
			return;
		}
	value_build_str_begin(b);
	it = value_iter(list);
	while (value_next(&it) && value_int(it.val, &n)) {
		char c = (char)n;
		value_build_str_add(b, (struct str){ &c, 1 });
	}
	value_build_str_end(b);
}

static bool needs_members(const struct mapping *m, struct value v)
{
	for (uint32_t i = 0; i < m->n_bytes; i++)
		if (is_bytes(m, m->bytes[i], value_get(v, m->bytes[i])))
			return true;
	return m->n_strip > 0;
}

static fallible apply_members(struct decoder *d, const struct mapping *m, struct value *v)
{
	struct value_doc doc;
	struct value_iter it = value_iter(*v);
	value_build_begin(&d->rewriter);
	value_build_map(&d->rewriter);
	while (value_next(&it)) {
		value_build_key(&d->rewriter, stripped(m, it.key));
		if (is_bytes(m, it.key, it.val))
			build_bytes(&d->rewriter, it.val);
		else
			value_build_copy(&d->rewriter, it.val);
	}
	value_build_close(&d->rewriter);
	TRY(value_build_end(&d->rewriter, &doc));
	TRY(keep_doc(d, &doc, v));
	decode_scan_record(&d->scan, d->set, *v);
	return ERR_OK;
}

/* ---- what a program's message says */

static struct str first_text(const struct mapping_paths *paths, struct value v)
{
	struct str s = STR("");
	for (uint32_t i = 0; i < paths->n && s.len == 0; i++)
		s = value_str_or_empty(mapping_path_get(&paths->at[i], v));
	return s;
}

/* The members that reading the message as text would have given; those from text have them already. *ret_event: it was
 * an event of its own, so the record is to be recognised anew. */
static fallible apply_message(struct decoder *d, const struct mapping *m, struct value *v, bool *ret_event)
{
	struct str message = value_str_or_empty(mapping_path_get(&m->message, *v));
	struct text_note note = { 0 };
	struct value_doc doc;
	if (message.len == 0)
		return ERR_OK;
	if (d->text == NULL)
		TRY(text_scratch_new(&d->text));
	struct value_iter it = value_iter(*v);
	value_build_begin(&d->rewriter);
	value_build_map(&d->rewriter);
	while (value_next(&it)) {
		value_build_key(&d->rewriter, it.key);
		value_build_copy(&d->rewriter, it.val);
	}
	enum err e = text_build_message(first_text(&m->program, *v), message, d->text, &d->rewriter, &note, ret_event);
	if (e == ERR_PARSE)
		return ERR_OK; /* it stays the text it is */
	TRY(e);
	value_build_close(&d->rewriter);
	TRY(value_build_end(&d->rewriter, &doc));
	TRY(keep_doc(d, &doc, v));
	decode_scan_record(&d->scan, d->set, *v);
	return ERR_OK;
}

/* ---- logsource */

static struct str own_part(const struct decode_scan *scan, uint16_t slot, struct str key)
{
	struct str s = { 0 };
	if (decode_scan_has(scan, slot))
		s = value_str_or_empty((struct value){ scan->record.doc, scan->at[slot] });
	if (s.len == 0 && decode_scan_has(scan, SLOT_LOGSOURCE))
		s = value_str_or_empty(value_get((struct value){ scan->record.doc, scan->at[SLOT_LOGSOURCE] }, key));
	return s;
}

static bool has_category(const struct logsource *ls, struct str category)
{
	bool has = str_eq(ls->category, category);
	for (uint32_t i = 0; i < ls->n_more; i++)
		has |= str_eq(ls->more[i], category);
	return has;
}

/* What the record says of itself counts where it differs from what was found. True when it did. */
static bool merge_explicit(const struct decode_scan *scan, struct logsource *ls)
{
	struct str product = own_part(scan, SLOT_PRODUCT, STR("product")),
	           service = own_part(scan, SLOT_SERVICE, STR("service"));
	struct str category = own_part(scan, SLOT_CATEGORY, STR("category"));
	bool changed = false;
	if (product.len > 0 && !str_eq(product, ls->product)) {
		if (ls->product.len > 0)
			*ls = (struct logsource){ 0 };
		ls->product = product;
		changed = true;
	}
	if (service.len > 0 && !str_eq(service, ls->service)) {
		ls->service = service;
		changed = true;
	}
	if (category.len > 0 && !has_category(ls, category)) {
		if (ls->category.len > 0 && ls->n_more < LOGSOURCE_CATEGORIES_MAX - 1)
			ls->more[ls->n_more++] = ls->category;
		ls->category = category;
		changed = true;
	}
	return changed;
}

static void force(const struct logsource *forced, struct logsource *ls)
{
	if (forced->product.len > 0)
		ls->product = forced->product;
	if (forced->service.len > 0)
		ls->service = forced->service;
	if (forced->category.len == 0)
		return;
	ls->category = forced->category;
	ls->n_more = 0;
}

/* ---- events */

static void fill(struct decoder *d, uint32_t index, struct value v, struct event *ret)
{
	const struct mapping *m = &d->set->mappings[index];
	const struct mapping_node *node = decode_decide(&d->scan, m->tree);
	const struct source_record *r = d->record;
	ret->record = v;
	ret->raw = d->whole ? (struct str){ d->batch->data + r->at, r->len } : (struct str){ 0 };
	ret->view = &m->view;
	ret->logsource = node->logsource;
	ret->class_id = node->class_id;
	ret->decoder = index;
	ret->flags = d->flags;
	ret->file = d->batch->input->name;
	ret->line = r->line;
	ret->offset = r->offset;
	if (m->explicit_source && merge_explicit(&d->scan, &ret->logsource))
		ret->class_id = 0;
	if (d->options.has_forced)
		force(&d->options.forced, &ret->logsource);
}

static fallible next(struct decoder *d, struct event *ret, bool *ret_found)
{
	for (;;) {
		const struct mapping_unwrap *from = NULL;
		struct value v = d->only;
		d->only = VALUE_NONE;
		if (v.at == 0)
			v = take(d, &from);
		*ret_found = v.at != 0;
		if (v.at == 0)
			return ERR_OK;
		bool again = true;
		if (from != NULL || tape_type(v.doc->tape[v.at]) != '{')
			TRY(resolve(d, from, &v, &again));
		bool room = d->n_frames < FRAMES_MAX;
		if (value_kind(v) == VALUE_LIST && room) {
			push(d, (struct frame){ .it = value_iter(v) });
			continue;
		}
		if (value_kind(v) == VALUE_LIST)
			TRY(wrap(d, v, &v));
		decode_scan_record(&d->scan, d->set, v);
		uint32_t index = decode_recognise(&d->scan, d->set);
		const struct mapping *m = &d->set->mappings[index];
		if (m->n_unwraps > 0 && again && room) {
			push(d, (struct frame){ .record = v, .mapping = m });
			d->whole = false;
			continue;
		}
		if (UNLIKELY(m->n_strip + m->n_bytes > 0) && needs_members(m, v))
			TRY(apply_members(d, m, &v));
		if (UNLIKELY(m->has_message && d->from_json)) {
			bool event = false;
			TRY(apply_message(d, m, &v, &event));
			index = event ? decode_recognise(&d->scan, d->set) : index;
			m = &d->set->mappings[index];
		}
		if (UNLIKELY(m->n_pairs > 0))
			TRY(apply_pairs(d, m, &v));
		fill(d, index, v, ret);
		return ERR_OK;
	}
}

bool decoder_next(struct decoder *d, struct event *ret)
{
	bool found = false;
	if (d->err != ERR_OK)
		return false;
	d->err = next(d, ret, &found);
	return d->err == ERR_OK && found;
}

enum err decoder_error(const struct decoder *d)
{
	return d->err;
}

static void scan_event(struct decoder *d, const struct event *e)
{
	if (d->scan.record.doc != e->record.doc || d->scan.record.at != e->record.at)
		decode_scan_record(&d->scan, d->set, e->record);
}

/* The text of the first path that holds one; numbers are written to scratch. */
static struct str text_at(const struct decode_scan *scan, const struct mapping_paths *paths, char *scratch)
{
	struct str s;
	for (uint32_t i = 0; i < paths->n; i++) {
		struct value v = decode_scan_get(scan, &paths->at[i]);
		if (v.at != 0 && value_kind(v) != VALUE_NULL && value_text(v, scratch, &s) && s.len > 0)
			return s;
	}
	return (struct str){ 0 };
}

struct str decode_event_id(struct decoder *d, const struct event *e)
{
	const struct mapping_facts *f = &d->set->mappings[e->decoder].facts;
	char scratch[VALUE_TEXT_MAX];
	if (f->id.n == 0)
		return (struct str){ 0 };
	scan_event(d, e);
	struct str id = text_at(&d->scan, &f->id, d->id_text);
	struct str with = id.len > 0 && f->id_with.n > 0 ? text_at(&d->scan, &f->id_with, scratch) : (struct str){ 0 };
	if (with.len == 0)
		return id;
	if (id.len + 1 + with.len > sizeof(d->id_text))
		return (struct str){ 0 }; /* half an id would be shared */
	memmove(d->id_text, id.ptr, id.len);
	d->id_text[id.len] = '/';
	memcpy(d->id_text + id.len + 1, with.ptr, with.len);
	return (struct str){ d->id_text, id.len + 1 + with.len };
}

int64_t decode_event_time(struct decoder *d, const struct event *e)
{
	const struct mapping_paths *paths = &d->set->mappings[e->decoder].facts.time;
	if (paths->n > 0)
		scan_event(d, e);
	for (uint32_t i = 0; i < paths->n; i++) {
		struct value v = decode_scan_get(&d->scan, &paths->at[i]);
		int64_t ns = v.at != 0 ? mapping_time(v, d->batch->input->mtime_ns) : TIME_NONE;
		if (ns != TIME_NONE)
			return ns;
	}
	return TIME_NONE;
}

fallible decode_event_facts(struct decoder *d, const struct event *e, struct arena *arena, struct event_facts *ret)
{
	*ret = (struct event_facts){ 0 };
	ret->time_ns = decode_event_time(d, e);
	ret->id = decode_event_id(d, e);
	if (ret->id.ptr == d->id_text) {
		ret->id = arena_str(arena, ret->id);
		TRY(got(ret->id.ptr));
	}
	scan_event(d, e);
	return mapping_facts_read(&d->set->mappings[e->decoder].facts, &d->scan, arena, ret);
}

fallible decode_event_raw(struct decoder *d, const struct event *e, struct arena *arena, struct str *ret)
{
	*ret = e->raw;
	if (e->raw.ptr != NULL)
		return ERR_OK;
	buf_reset(&d->padded);
	json_write_value(&d->padded, e->record);
	TRY(buf_err(&d->padded));
	*ret = arena_str(arena, buf_view(&d->padded));
	return got(ret->ptr);
}
