#ifndef LANG_YAML_READ_H
#define LANG_YAML_READ_H
/* What the files of yaml/ share. Private. */
#include <yaml.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/limits.h"
#include "base/map.h"
#include "lang/yaml/yaml.h"

enum { YAML_PROBLEMS_MAX = 50 }; /* reported for one file; then reading it ends */

struct yaml_level {
	uint32_t open; /* tape index of the container */
	bool map, key_next;
};
struct yaml_reader {
	struct arena *arena;
	struct diag_list *diags;
	struct str path, text;
	yaml_parser_t parser;
	bool parser_ready;
	struct value_builder build; /* as written: aliases are 'b' words that hold the tape index they mean */
	struct value_builder expanded;
	struct map anchors;   /* name -> tape index */
	struct map keys;      /* scratch for large maps */
	VEC(uint32_t) merges; /* tape indexes of plain `<<` keys, ascending */
	size_t aliases;
	struct yaml_level levels[LIMIT_YAML_DEPTH];
	size_t depth, nodes, problems;
	bool bad; /* the document at hand has a problem */
	bool ascii;
	size_t mark_index, mark_offset; /* characters and bytes at the same place, for texts that are not ASCII */
	VEC(struct value) docs;
};

/* problem.c. Places are 1-based, columns in characters. */
struct yaml_place {
	uint32_t line, column, length;
};
/* Reports and returns ERR_OK, or ERR_PARSE when there were too many of them. */
fallible yaml_problem(struct yaml_reader *r, struct yaml_place at, const char *code, const char *hint, const char *fmt,
                      ...) PRINTF(5, 6);
struct yaml_place yaml_place_of(const yaml_mark_t *mark);
/* Reports why the parser stopped; ERR_PARSE or ERR_MEMORY. */
fallible yaml_syntax_problem(struct yaml_reader *r);

/* scalar.c. Builds a plain scalar by the core schema (YAML 1.2.2, 10.3.2). */
void yaml_build_plain(struct value_builder *b, struct str s);
/* As !!int, !!float, !!bool, !!null say; false when s is not one. */
bool yaml_build_tagged(struct value_builder *b, struct str s, const char *tag);

/* expand.c. Copies the document with aliases and merge keys expanded; problems are reported and leave r->bad set. */
fallible yaml_expand(struct yaml_reader *r, const struct value_doc *from, struct value_doc *ret);
#endif
