/* Any bytes as a file: compression, archives, transcoding, recognition and framing, by the whole source. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/sys.h"
#include "base/time.h"
#include "fuzz.h"
#include "source/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	struct str name = str_of(path);
	struct source_options o = { .since_ns = TIME_NONE, .until_ns = TIME_NONE, .batch_bytes = 4096 };
	struct source *s = NULL;
	struct source_batch *b = NULL;
	if (source_open(&name, 1, &o, NULL, NULL, NULL, &s) != ERR_OK || source_batch_new(&b) != ERR_OK)
		abort();
	enum err err;
	size_t ends = 0;
	while ((err = source_next(s, b, 0)) == ERR_OK) {
		for (size_t i = 0; i < b->n; i++)
			must((size_t)b->records[i].at + b->records[i].len + SOURCE_PADDING <= b->data_cap);
		ends += b->ends_input;
		if (ends > 1000)
			break;
	}
	must(err == ERR_END || err == ERR_OK || err == ERR_MISSING);
	source_batch_free(&b);
	source_close(&s);
	(void)close(fd);
	return 0;
}
