/*
 * PCRE2, 8 bit, UTF-8 with invalid bytes allowed. Patterns are compiled with JIT where the machine has it. Every search
 * runs under a match limit, a heap limit and a JIT stack of fixed size; hitting one is "undetermined". Memory goes
 * through the sys seam.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "lang/regex/regex.h"

#include <pcre2.h>

#include "base/limits.h"
#include "base/sys.h"

enum { JIT_STACK_FIRST = 32 << 10, JIT_STACK_MAX = 1 << 20, HEAP_KIB_MAX = 8 << 10, PARENS_MAX = 200 };

struct regex {
	pcre2_general_context *memory;
	pcre2_code *code;
	bool jit;
};
struct regex_scratch {
	pcre2_general_context *memory;
	pcre2_match_data *data;
	pcre2_match_context *limits;
	pcre2_jit_stack *stack;
};

static void *hook_alloc(PCRE2_SIZE size, void *arg)
{
	(void)arg;
	return sys_alloc(size);
}

static void hook_free(void *p, void *arg)
{
	(void)arg;
	sys_free(p);
}

static uint32_t options_of(unsigned flags)
{
	uint32_t o = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
	o |= (flags & REGEX_CASELESS) != 0 ? PCRE2_CASELESS : 0;
	o |= (flags & REGEX_MULTILINE) != 0 ? PCRE2_MULTILINE : 0;
	o |= (flags & REGEX_DOTALL) != 0 ? PCRE2_DOTALL : 0;
	return o;
}

static void say(char why[static 256], const char *text)
{
	size_t n = strlen(text);
	n = n < 255 ? n : 255;
	memcpy(why, text, n);
	why[n] = '\0';
}

static enum err compile(struct regex *re, struct str pattern, unsigned flags, size_t *ret_offset, char why[static 256])
{
	re->memory = pcre2_general_context_create(hook_alloc, hook_free, NULL);
	TRY(got(re->memory));
	pcre2_compile_context *context = pcre2_compile_context_create(re->memory);
	TRY(got(context));
	IGNORE(pcre2_set_newline(context, PCRE2_NEWLINE_LF));     /* a known constant is never refused */
	IGNORE(pcre2_set_parens_nest_limit(context, PARENS_MAX)); /* always succeeds */
	int code;
	PCRE2_SIZE offset;
	const char *text = pattern.len > 0 ? pattern.ptr : "";
	re->code = pcre2_compile((PCRE2_SPTR)text, pattern.len, options_of(flags), &code, &offset, context);
	pcre2_compile_context_free(context);
	if (re->code == NULL) {
		if (code == PCRE2_ERROR_HEAP_FAILED || code == PCRE2_ERROR_NOMEMORY)
			return ERR_MEMORY;
		*ret_offset = offset < pattern.len ? offset : pattern.len;
		PCRE2_UCHAR message[256];
		say(why,
		    pcre2_get_error_message(code, message, sizeof(message)) > 0 ? (const char *)message : "malformed");
		return ERR_PARSE;
	}
	/* Without JIT (no executable memory, or a pattern it does not take) the interpreter gives the same answers,
	 * slower. */
	size_t size = 0;
	re->jit = pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE) == 0 &&
	          pcre2_pattern_info(re->code, PCRE2_INFO_JITSIZE, &size) == 0 && size > 0;
	return ERR_OK;
}

enum err regex_new(struct str pattern, unsigned flags, struct regex **ret, size_t *ret_offset, char why[static 256])
{
	if (pattern.len > LIMIT_REGEX_BYTES) {
		*ret_offset = LIMIT_REGEX_BYTES;
		say(why, "the regular expression is too long");
		return ERR_PARSE;
	}
	struct regex *re = sys_zalloc(sizeof(*re));
	TRY(got(re));
	enum err e = compile(re, pattern, flags, ret_offset, why);
	if (e != ERR_OK) {
		regex_free(&re);
		return e;
	}
	*ret = re;
	return ERR_OK;
}

void regex_free(struct regex **re)
{
	if (*re == NULL)
		return;
	pcre2_code_free((*re)->code);
	pcre2_general_context_free((*re)->memory);
	sys_free(*re);
	*re = NULL;
}

static enum err scratch_fill(struct regex_scratch *s)
{
	s->memory = pcre2_general_context_create(hook_alloc, hook_free, NULL);
	TRY(got(s->memory));
	s->data = pcre2_match_data_create(1, s->memory);
	TRY(got(s->data));
	s->limits = pcre2_match_context_create(s->memory);
	TRY(got(s->limits));
	IGNORE(pcre2_set_match_limit(s->limits, LIMIT_REGEX_MATCH_STEPS)); /* always succeeds */
	IGNORE(pcre2_set_depth_limit(s->limits, LIMIT_REGEX_MATCH_STEPS)); /* always succeeds */
	IGNORE(pcre2_set_heap_limit(s->limits, HEAP_KIB_MAX));             /* always succeeds */
	s->stack = pcre2_jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MAX, s->memory);
	int has_jit = 0;
	if (s->stack == NULL && pcre2_config(PCRE2_CONFIG_JIT, &has_jit) >= 0 && has_jit != 0)
		return ERR_MEMORY;
	if (s->stack != NULL)
		pcre2_jit_stack_assign(s->limits, NULL, s->stack);
	return ERR_OK;
}

enum err regex_scratch_new(struct regex_scratch **ret)
{
	struct regex_scratch *s = sys_zalloc(sizeof(*s));
	TRY(got(s));
	enum err e = scratch_fill(s);
	if (e != ERR_OK) {
		regex_scratch_free(&s);
		return e;
	}
	*ret = s;
	return ERR_OK;
}

void regex_scratch_free(struct regex_scratch **s)
{
	if (*s == NULL)
		return;
	if ((*s)->stack != NULL)
		pcre2_jit_stack_free((*s)->stack);
	pcre2_match_context_free((*s)->limits);
	pcre2_match_data_free((*s)->data);
	pcre2_general_context_free((*s)->memory);
	sys_free(*s);
	*s = NULL;
}

enum err regex_search(const struct regex *re, struct regex_scratch *s, struct str text, bool *ret_found)
{
	PCRE2_SPTR p = (PCRE2_SPTR)(text.len > 0 ? text.ptr : "");
	int rc = re->jit ? pcre2_jit_match(re->code, p, text.len, 0, 0, s->data, s->limits)
	                 : pcre2_match(re->code, p, text.len, 0, 0, s->data, s->limits);
	if (LIKELY(rc >= 0 || rc == PCRE2_ERROR_NOMATCH)) {
		*ret_found = rc >= 0;
		return ERR_OK;
	}
	must(rc != PCRE2_ERROR_JIT_BADOPTION && rc != PCRE2_ERROR_BADOPTION);
	return rc == PCRE2_ERROR_NOMEMORY ? ERR_MEMORY : ERR_UNDETERMINED;
}
