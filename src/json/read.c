/*
 * The reader: simdjson first; the tolerant parser for what it rejects. Both leave the same layout, and for valid JSON
 * the same values.
 */
#include "base/limits.h"
#include "base/sys.h"
#include "json/json.h"
#include "json/simdjson-shim.h"
#include "json/tolerant.h"

enum { FIRST_CAPACITY = 256 << 10 };

struct json_reader {
	struct simdjson_shim *fast;
	struct value_builder builder;
	size_t bytes_max;
};

/* simdjson allocates with operator new; the fault build counts such a call as one of ours. */
static enum err reserve(struct json_reader *r, size_t len)
{
	size_t capacity = simdjson_shim_capacity(r->fast);
	if (LIKELY(len <= capacity))
		return ERR_OK;
	capacity = capacity != 0 ? capacity : FIRST_CAPACITY;
	while (capacity < len)
		capacity *= 2;
	if (capacity > r->bytes_max)
		capacity = r->bytes_max;
	if (sys_fault_here() || simdjson_shim_reserve(r->fast, capacity) != SIMDJSON_SHIM_OK)
		return ERR_MEMORY;
	return ERR_OK;
}

enum err json_reader_new(size_t bytes_max, struct json_reader **ret)
{
	struct json_reader *r = sys_zalloc(sizeof(*r));
	TRY(got(r));
	r->bytes_max = bytes_max < (size_t)1 << 31 ? bytes_max : (size_t)1 << 31;
	r->builder.words_max = 2 * r->bytes_max + 64;
	r->builder.bytes_max = 6 * r->bytes_max + 64;
	r->builder.depth_max = LIMIT_JSON_DEPTH + 2;
	r->fast = sys_fault_here() ? NULL : simdjson_shim_new(LIMIT_JSON_DEPTH);
	if (r->fast == NULL || reserve(r, 1) != ERR_OK) {
		json_reader_free(&r);
		return ERR_MEMORY;
	}
	*ret = r;
	return ERR_OK;
}

void json_reader_free(struct json_reader **r)
{
	if (*r == NULL)
		return;
	if ((*r)->fast != NULL)
		simdjson_shim_free((*r)->fast);
	value_builder_free(&(*r)->builder);
	sys_free(*r);
	*r = NULL;
}

const char *json_kernel_name(void)
{
	return simdjson_shim_kernel();
}

static enum err read_tolerant(struct json_reader *r, struct str text, bool with_spans, struct value_doc *ret,
                              struct json_note *note)
{
	note->tolerant = true;
	r->builder.with_spans = with_spans;
	value_build_begin(&r->builder);
	TRY(tolerant_parse(&r->builder, text, note));
	return value_build_end(&r->builder, ret);
}

enum err json_read(struct json_reader *r, struct str text, struct value_doc *ret, struct json_note *note)
{
	*note = (struct json_note){ .end = text.len };
	if (text.len > r->bytes_max)
		return ERR_LIMIT;
	struct str body = str_starts(text, STR("\xEF\xBB\xBF")) ? str_cut(text, 3, text.len) : text;
	TRY(reserve(r, body.len));
	struct simdjson_tape tape;
	switch (simdjson_shim_parse(r->fast, body.ptr, body.len, &tape)) {
	case SIMDJSON_SHIM_OK:
		*ret = (struct value_doc){ tape.tape, tape.strings, tape.words, tape.string_bytes, NULL };
		return ERR_OK;
	case SIMDJSON_SHIM_MEMORY:
		return ERR_MEMORY;
	case SIMDJSON_SHIM_REJECTED:
		break;
	}
	return read_tolerant(r, text, false, ret, note);
}

enum err json_read_tolerant(struct json_reader *r, struct str text, bool with_spans, struct value_doc *ret,
                            struct json_note *note)
{
	*note = (struct json_note){ .end = text.len };
	if (text.len > r->bytes_max)
		return ERR_LIMIT;
	return read_tolerant(r, text, with_spans, ret, note);
}
