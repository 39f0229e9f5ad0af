/* Flags, pattern, newline, text: JIT and interpreter agree wherever both come to an answer. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "lang/regex/regex.h"

static enum err search(struct str pattern, unsigned flags, struct str text, bool *ret)
{
	CLEANUP(regex_free) struct regex *re = NULL;
	CLEANUP(regex_scratch_free) struct regex_scratch *s = NULL;
	size_t offset = 0;
	char why[256] = "";
	enum err e = regex_new(pattern, flags, &re, &offset, why);
	must(e == ERR_OK || (e == ERR_PARSE && why[0] != '\0' && offset <= pattern.len));
	TRY(e);
	must(regex_scratch_new(&s) == ERR_OK);
	return regex_search(re, s, text, ret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > 4096)
		return 0;
	unsigned flags = data[0] & 7;
	struct str rest = { (const char *)data + 1, size - 1 };
	const char *nl = memchr(rest.ptr, '\n', rest.len);
	struct str pattern = nl != NULL ? str_cut(rest, 0, (size_t)(nl - rest.ptr)) : rest;
	struct str text = nl != NULL ? str_cut(rest, pattern.len + 1, rest.len) : STR("aab");
	auto_buf slow = { 0 };
	buf_lit(&slow, "(*NO_JIT)");
	buf_str(&slow, pattern);
	bool a = false, b = false;
	enum err e = search(pattern, flags, text, &a), f = search(buf_view(&slow), flags, text, &b);
	must(e == ERR_OK || e == ERR_PARSE || e == ERR_UNDETERMINED);
	must((e == ERR_PARSE) == (f == ERR_PARSE));
	/* On invalid UTF-8 the two differ in corners, such as `$` behind an invalid last byte. */
	if (e == ERR_OK && f == ERR_OK && utf8_is_valid(text.ptr, text.len))
		must(a == b);
	return 0;
}
