/* Shown text holds no control character, whatever the input; folding is idempotent and bounded; hints do not break. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/option.h"
#include "base/text.h"
#include "base/utf8.h"
#include "fuzz.h"

static void check_fold(struct str s)
{
	auto_arena a = { 0 };
	char *once = arena_alloc(&a, 3 * s.len), *twice = arena_alloc(&a, 9 * s.len);
	must(once != NULL && twice != NULL);
	size_t n = utf8_fold_into(s.ptr, s.len, once);
	must(n <= 3 * s.len);
	if (utf8_is_valid(s.ptr, s.len)) {
		must(utf8_is_valid(once, n));
		must(utf8_fold_into(once, n, twice) == n && (n == 0 || memcmp(once, twice, n) == 0));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "contains", "startswith", "endswith", "re", "cidr" };
	struct str s = { (const char *)data, size };
	auto_buf out = { 0 };
	struct diag d = { .severity = DIAG_ERROR, .code = "c", .file = s, .text = s, .hint = s, .line = 1 };
	if (size > 4096)
		return 0;
	d.column = size > 0 ? data[0] : 0;
	d.length = size > 1 ? data[1] : 0;
	d.excerpt = diag_excerpt(s, 1);
	diag_render(&out, &d, false);
	must(buf_err(&out) == ERR_OK && utf8_is_valid(out.ptr, out.len));
	for (size_t i = 0; i < out.len; i++)
		must(((unsigned char)out.ptr[i] >= 0x20 && out.ptr[i] != 0x7f) || out.ptr[i] == '\n');
	buf_reset(&out);
	diag_render_json(&out, &d);
	must(buf_err(&out) == ERR_OK && utf8_is_valid(out.ptr, out.len) && memchr(out.ptr, '\n', out.len) == NULL);
	check_fold(s);
	(void)option_nearest(s, names, ARRAY_LEN(names));
	return 0;
}
