/* Event XML: any bytes give a document of valid UTF-8 or a refusal with its reason, and the same again from used
 * memory. */
#include "fuzz-text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_text(FORMAT_XML, data, size);
}
