#ifndef APP_CONTENT_H
#define APP_CONTENT_H
/* Where the shipped content (rules, cases) lies. */
#include "base/base.h"
struct arena;
/*
 * The path of `sub` ("detections") in the content folder. Looked for in this order: MERLON_CONTENT in the environment (then nowhere else);
 * share/merlon/content beside the folder of the running binary, as installed; content/ of the source tree when the binary lies in its build/NAME/.
 * ERR_MISSING when none of them has it.
 */
fallible app_content_path(struct arena *arena, const char *sub, struct str *ret);
/* The same with the binary's path and the environment's value (NULL = unset) given. */
fallible app_content_path_from(struct arena *arena, struct str binary, const char *environment, const char *sub, struct str *ret);
#endif
