#ifndef BASE_DIAG_H
#define BASE_DIAG_H
#include "base/arena.h"
#include "base/base.h"
#include "base/vec.h"
struct buf;
/*
 * What a person must read about bad input: where it is, what is wrong, what to do. Collected in lists; printed only by
 * the command line, with the offending text underlined.
 */
enum diag_severity { DIAG_NOTE, DIAG_WARNING, DIAG_ERROR };
struct diag {
	enum diag_severity severity;
	const char *code;	/* short stable word: "yaml-syntax", "sigma-modifier"; static */
	struct str file;	/* "" when it is not about a file */
	uint32_t line, column;	/* 1-based; 0 = unknown */
	uint32_t length;	/* characters to underline, 0 = one */
	struct str text;	/* what is wrong, a sentence without full stop */
	struct str hint;	/* what to do, or "" */
	struct str excerpt;	/* the source line, or "" */
};
struct diag_list {
	struct arena *arena;	/* strings are copied into it */
	VEC(struct diag) items;
	size_t errors, warnings; /* counted also past the limit */
	size_t max;		/* items kept; 0 = 10,000 */
};
/* Copies d's strings. Memory loss is silent here: the counters still count. */
void diag_add(struct diag_list *list, const struct diag *d);
/* As diag_add with a formatted text; d->text is ignored. */
void diag_addf(struct diag_list *list, const struct diag *d, const char *fmt, ...) PRINTF(3, 4);
/* The line of `text` (whole file) that holds 1-based `line`, for excerpts; "" if there is none. */
struct str diag_excerpt(struct str text, uint32_t line);
/* file:line:column: error: text [code] / excerpt / underline / hint. ANSI colour if asked; control characters shown escaped. */
void diag_render(struct buf *out, const struct diag *d, bool colour);
/* One JSON object: {"severity","code","file","line","column","text","hint"}. */
void diag_render_json(struct buf *out, const struct diag *d);
#endif
