#ifndef JSON_TOLERANT_H
#define JSON_TOLERANT_H
/* The tolerant parser over a builder; see json.h for what it accepts. Private to json/. */
#include "json/json.h"
fallible tolerant_parse(struct value_builder *b, struct str text, struct json_note *note);
#endif
