#ifndef LANG_REGEX_REGEX_H
#define LANG_REGEX_REGEX_H
/*
 * regex: PCRE2 with JIT behind match limits. A hit limit is ERR_UNDETERMINED, never a silent non-match. Programs are
 * immutable; a scratch is one thread's working memory.
 */
#include "base/base.h"
struct arena;
struct diag;

enum regex_flag { REGEX_CASELESS = 1, REGEX_MULTILINE = 2, REGEX_DOTALL = 4 };
struct regex;
struct regex_scratch;
/*
 * Compiles. Patterns are UTF-8, `.` stops at LF only, \C is refused, classes such as \w are ASCII, caseless is Unicode.
 * ERR_PARSE also when longer than LIMIT_REGEX_BYTES, nested past 200 groups or too big when compiled. On ERR_PARSE
 * *ret_offset is the byte where it is wrong and why (256 bytes) the reason.
 */
fallible regex_new(struct str pattern, unsigned flags, struct regex **ret, size_t *ret_offset, char why[static 256]);
void regex_free(struct regex **re);
fallible regex_scratch_new(struct regex_scratch **ret);
void regex_scratch_free(struct regex_scratch **s);
/*
 * Unanchored search in UTF-8 text (invalid bytes allowed: nothing matches across them). ERR_UNDETERMINED when
 * LIMIT_REGEX_MATCH_STEPS, the stack (1 MiB) or the heap (8 MiB) bound was hit. After a few searches it no longer
 * allocates.
 */
fallible regex_search(const struct regex *re, struct regex_scratch *s, struct str text, bool *ret_found);
#endif
