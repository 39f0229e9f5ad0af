/* A time that is accepted formats to a text that parses to the same time; the other readers only must not break. */
#include "base/time.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { (const char *)data, size };
	int64_t ns = 0, back = 0, n = 0;
	double x = 0;
	size_t used = 0;
	if (time_parse(s, &ns) == ERR_OK) {
		char text[TIME_TEXT_MAX];
		struct str shown = { text, time_format(ns, text) };
		must(time_parse(shown, &back) == ERR_OK && back == ns);
	}
	if (time_parse_rfc3164(s, 1795320306000000000, &ns, &used) == ERR_OK)
		must(used <= size && ns <= 1795320306000000000 + 86400000000000);
	if (time_parse_user(s, 0, &ns) == ERR_OK)
		(void)time_split(ns);
	if (size >= sizeof(n)) {
		memcpy(&n, data, sizeof(n));
		memcpy(&x, data, sizeof(x));
		if (time_from_integer(n, &ns) == ERR_OK)
			must(ns != TIME_NONE);
		if (time_from_number(x, &ns) == ERR_OK)
			must(ns != TIME_NONE);
		struct time_parts parts = time_split(n);
		must(parts.month >= 1 && parts.month <= 12 && parts.day >= 1 && parts.day <= 31 &&
		     parts.iso_week <= 53);
	}
	return 0;
}
