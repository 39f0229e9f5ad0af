/* Rules, a line "====", one event as JSON: the engine with its prefilter, without, and the oracle find the same. */
#include <stdio.h>
#include <stdlib.h>

#include "base/sys.h"
#include "fuzz.h"
#include "oracle/agree.h"

static void disagree(const struct buf *wrong)
{
	(void)fprintf(stderr, "%.*s", (int)wrong->len, wrong->ptr);
	must(wrong->len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char mark[] = "\n====\n";
	auto_buf rules = { 0 }, wrong = { 0 };
	auto_agree a = { 0 };
	const char *text = (const char *)data;
	const char *split = size > 0 ? memmem(text, size, mark, sizeof(mark) - 1) : NULL;

	if (split == NULL || size > 8192)
		return 0;
	buf_add(&rules, text, (size_t)(split - text) + 1);
	buf_char(&rules, '\0');
	const char *event = split + sizeof(mark) - 1;
	auto_free char *json = sys_zalloc((size_t)(text + size - event) + 1);
	must(json != NULL && buf_err(&rules) == ERR_OK);
	memcpy(json, event, (size_t)(text + size - event));
	enum err e = agree_open(&a, rules.ptr);
	must(e == ERR_OK || e == ERR_MISSING);
	if (e != ERR_OK)
		return 0;
	e = agree_event(&a, json, NULL, true, &wrong);
	must(e == ERR_OK || e == ERR_PARSE || e == ERR_LIMIT);
	disagree(&wrong);
	return 0;
}
