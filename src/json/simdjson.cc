/*
 * simdjson behind C functions. simdjson does not say how much of its string pool a document uses. The strings lie in
 * the pool in the order of their tape words, so the end of the last string is the answer; it is found by walking the
 * list of structural characters (stage 1's output) and the tape backwards in step: each structural character accounts
 * for a known number of tape words, and the first one that is a quote is the last string. The walk is as long as the
 * non-string tokens after the last string, a handful in practice.
 */
#include "json/simdjson-shim.h"

#include <cstring>
#include <new>
#include <simdjson.h>

static_assert(simdjson::SIMDJSON_PADDING <= 64, "JSON_PADDING is too small for this simdjson");

struct simdjson_shim {
	simdjson::dom::parser parser;
	size_t depth_max;
	size_t capacity;
};

static size_t used_strings(const simdjson::dom::parser &parser, const char *text, size_t words)
{
	const auto &impl = *parser.implementation;
	const uint64_t *tape = parser.doc.tape.get();
	size_t at = words - 1; /* the closing root word */
	for (uint32_t i = impl.n_structural_indexes; i-- > 0;) {
		switch (text[impl.structural_indexes[i]]) {
		case ',':
		case ':':
			break;
		case '"': {
			uint64_t offset = tape[at - 1] & 0x00FFFFFFFFFFFFFFull;
			uint32_t len;
			std::memcpy(&len, parser.doc.string_buf.get() + offset, sizeof(len));
			return offset + sizeof(len) + len + 1;
		}
		case '{':
		case '[':
		case '}':
		case ']':
		case 't':
		case 'f':
		case 'n':
			at -= 1;
			break;
		default: /* a number */
			at -= 2;
		}
	}
	return 0;
}

extern "C" {

struct simdjson_shim *simdjson_shim_new(size_t depth_max)
{
	auto *s = new (std::nothrow) simdjson_shim;
	if (s == nullptr)
		return nullptr;
	s->depth_max = depth_max + 1; /* simdjson rejects at this many */
	s->capacity = 0;
#ifdef SIMDJSON_THREADS_ENABLED
	s->parser.threaded = false;
#endif
	return s;
}

void simdjson_shim_free(struct simdjson_shim *s)
{
	delete s;
}

size_t simdjson_shim_capacity(const struct simdjson_shim *s)
{
	return s->capacity;
}

enum simdjson_shim_result simdjson_shim_reserve(struct simdjson_shim *s, size_t capacity)
{
	if (capacity <= s->capacity)
		return SIMDJSON_SHIM_OK;
	/* Everything anew, so that a failure half way leaves nothing mismatched, and the old memory is gone before the
	 * new is taken. */
	s->capacity = 0;
	s->parser.implementation.reset();
	if (s->parser.doc.allocate(0) != simdjson::SUCCESS || s->parser.doc.allocate(capacity) != simdjson::SUCCESS)
		return SIMDJSON_SHIM_MEMORY;
	if (s->parser.allocate(capacity, s->depth_max) != simdjson::SUCCESS) {
		s->parser.implementation.reset();
		return SIMDJSON_SHIM_MEMORY;
	}
	s->capacity = capacity;
	return SIMDJSON_SHIM_OK;
}

enum simdjson_shim_result simdjson_shim_parse(struct simdjson_shim *s, const char *text, size_t len,
                                              struct simdjson_tape *ret)
{
	if (len == 0 || len > s->capacity)
		return SIMDJSON_SHIM_REJECTED;
	auto &doc = s->parser.doc;
	simdjson::error_code e = s->parser.implementation->parse(reinterpret_cast<const uint8_t *>(text), len, doc);
	if (e != simdjson::SUCCESS)
		return e == simdjson::MEMALLOC ? SIMDJSON_SHIM_MEMORY : SIMDJSON_SHIM_REJECTED;
	ret->tape = doc.tape.get();
	ret->strings = reinterpret_cast<const char *>(doc.string_buf.get());
	ret->words = static_cast<size_t>(ret->tape[0] & 0x00FFFFFFFFFFFFFFull);
	ret->string_bytes = used_strings(s->parser, text, ret->words);
	return SIMDJSON_SHIM_OK;
}

const char *simdjson_shim_kernel(void)
{
	return simdjson::get_active_implementation()->name().c_str();
}
}
