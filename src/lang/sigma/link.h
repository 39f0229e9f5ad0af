#ifndef LANG_SIGMA_LINK_H
#define LANG_SIGMA_LINK_H
/* What the files that link share. */
#include "base/map.h"
#include "lang/regex/regex.h"
#include "lang/sigma/internal.h"

struct pipe_item;

struct linker {
	struct reader r;
	struct doc **docs; /* all documents, sorted */
	size_t n;
	struct map ids, names; /* lower case -> struct doc *; a second taxonomy's under "taxonomy\nkey" */
	struct map any;        /* logsource -> first filter for any rule of it */
	VEC(struct sigma_refused) refused;
	VEC(struct regex **) regexes;     /* compiled for pipelines; freed, and set to NULL, at the end */
	VEC(struct pipe_item *) mappings; /* with a map to free */
	struct regex_scratch *scratch;
	struct sigma_pipeline **pipelines; /* by priority */
	size_t n_items;
};
/* Messages are about d from here on. */
void link_point_at(struct linker *l, const struct doc *d);
struct place link_place(const struct doc *d);
fallible link_outcome(struct linker *l, struct doc *d, enum err e);

/* apply-filter.c. With `copy` every rule gets its own copy of the filter's condition, for pipelines to change. */
fallible filters_apply(struct linker *l, bool copy);
/* pipeline-run.c */
fallible pipelines_prepare(struct linker *l, const struct sigma_options *options);
void pipelines_release(struct linker *l);
/* resolve.c */
fallible correlations_resolve(struct linker *l);
#endif
