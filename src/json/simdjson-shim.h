#ifndef JSON_SIMDJSON_SHIM_H
#define JSON_SIMDJSON_SHIM_H
/*
 * The only door to simdjson (C++): its DOM parser and the raw tape. Private to json/. No exception leaves; nothing here
 * allocates but simdjson_shim_new and simdjson_shim_reserve.
 */
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
struct simdjson_shim;
struct simdjson_tape {
	const uint64_t *tape;
	const char *strings;
	size_t words, string_bytes;
};
enum simdjson_shim_result { SIMDJSON_SHIM_OK, SIMDJSON_SHIM_REJECTED, SIMDJSON_SHIM_MEMORY };

/* NULL when memory is gone. depth_max: containers within containers; one deeper is rejected (an empty one passes). */
struct simdjson_shim *simdjson_shim_new(size_t depth_max);
void simdjson_shim_free(struct simdjson_shim *s);
/* The longest text that simdjson_shim_parse takes now. */
size_t simdjson_shim_capacity(const struct simdjson_shim *s);
/* Makes that at least `capacity`; *s stays usable (with any capacity) on failure. */
enum simdjson_shim_result simdjson_shim_reserve(struct simdjson_shim *s, size_t capacity);
/* Parses text[0..len), len <= capacity, with 64 readable bytes behind it. *ret borrows s until the next call. */
enum simdjson_shim_result simdjson_shim_parse(struct simdjson_shim *s, const char *text, size_t len,
                                              struct simdjson_tape *ret);
/* The instruction set chosen at run time: "icelake", "haswell", ... */
const char *simdjson_shim_kernel(void);
#ifdef __cplusplus
}
#endif
#endif
