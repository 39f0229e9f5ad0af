#ifndef SIGMA_TEST_H
#define SIGMA_TEST_H
/* Rules in memory: parse and link texts, and write what came out in one line:
 *	and(label: ...) or(...) not(...)	nodes; "label:" only where there is one
 *	Field~v1~v2		a leaf with its values; a keyword leaf is #~v
 * Values: text with * and ? for wildcards and \ before literal ones; 12 a number; re/x/ims; <5 <=5 >5 >=5; @hour first;
 *null; true; net/bits; exists; absent; &field. */
#include "base/buf.h"
#include "lang/sigma/sigma.h"
#include "test.h"

struct loaded {
	struct arena arena;
	struct diag_list diags;
	struct sigma_docs docs[8];
	size_t n;
	struct sigma_set set;
	struct buf text;
	enum err err;
};
void loaded_clear(struct loaded *l);
#define auto_loaded __attribute__((cleanup(loaded_clear))) struct loaded
void load_add(struct loaded *l, const char *path, const char *text);
void load_link(struct loaded *l, const struct sigma_options *options);
/* One file, linked without options. */
void load_one(struct loaded *l, const char *text);
/* The line for an expression; valid until the next call. */
const char *shown(struct loaded *l, const struct sigma_expr *e);
/* The condition of the only rule, or why there is none. */
const char *only(struct loaded *l);
/* Is there a message whose text or hint holds `part`? */
bool told(const struct loaded *l, const char *part);
/* A YAML value for options. */
struct value yaml_of(struct loaded *l, const char *text);
struct sigma_pipeline *pipeline_of(struct loaded *l, const char *text);
/* A rule whose one selection holds these lines (each with its own indentation of 4) under the condition "sel". */
const char *rule_with(struct loaded *l, const char *selection);
#endif
