/* Any text as a string pattern: written out and read again it is the same. */
#include "base/arena.h"
#include "fuzz.h"
#include "lang/sigma/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena arena = { 0 };
	struct sigma_string s, again, *dashes;
	struct str text = { (const char *)data, size }, out, offsets[3];
	size_t n = 0;
	must(sigma_string_parse(&arena, text, &s) == ERR_OK);
	must(string_format(&arena, &s, &out) == ERR_OK);
	must(sigma_string_parse(&arena, out, &again) == ERR_OK);
	must(s.n == again.n);
	for (size_t i = 0; i < s.n; i++) {
		must(s.parts[i].kind == again.parts[i].kind && str_eq(s.parts[i].text, again.parts[i].text));
		must(i == 0 || s.parts[i].kind != s.parts[i - 1].kind || s.parts[i].kind == SIGMA_PART_ONE);
	}
	struct sigma_string wrapped = s;
	must(string_wrap(&arena, &wrapped, true, true) == ERR_OK);
	must(string_starts_any(&wrapped) && string_ends_any(&wrapped));
	if (encode_windash(&arena, &s, 700, &dashes, &n) == ERR_OK)
		must(n > 0 && n <= 700);
	must(encode_base64_offsets(&arena, text, offsets) == ERR_OK);
	must(encode_utf16(&arena, &s, UTF16_BOM, &wrapped) == ERR_OK && wrapped.n >= s.n);
	return 0;
}
