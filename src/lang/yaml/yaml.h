#ifndef LANG_YAML_YAML_H
#define LANG_YAML_YAML_H
/*
 * yaml: YAML text (libyaml's events) to value documents with spans. Scalars are typed by the YAML 1.2 core schema
 * (null, true, false, ints also 0x and 0o, floats) when plain; quoted and block scalars are strings. Anchors and
 * aliases are expanded, `<<` merge keys too, within LIMIT_YAML_NODES and LIMIT_YAML_DEPTH. Duplicate keys in a map are
 * errors. Tags other than !!str, !!int, !!float, !!bool, !!null are refused.
 */
#include "value/build.h"
struct diag_list;

struct yaml_docs {
	struct value *at; /* roots, in order; arena memory */
	size_t n;
};
/* Reads all documents of a file into memory of `arena`. Problems go to diags with file, line, column, hint and excerpt;
 * a syntax error ends the file but keeps the documents before it: then ERR_PARSE is returned with *ret filled.
 * ERR_LIMIT likewise. */
struct arena;
fallible yaml_read(struct arena *arena, struct str path, struct str text, struct yaml_docs *ret,
                   struct diag_list *diags);
#endif
