#include "lang/sigma/link.h"
enum err sigma_pipeline_parse(struct arena *arena, struct str path, struct str text, struct sigma_pipeline **ret,
                              struct diag_list *diags)
{
	(void)arena;
	(void)path;
	(void)text;
	(void)ret;
	(void)diags;
	return ERR_REFUSED;
}
enum err pipelines_apply(struct reader *r, struct linker *l, const struct sigma_options *options, struct doc *d)
{
	(void)r;
	(void)l;
	(void)options;
	(void)d;
	return ERR_OK;
}
