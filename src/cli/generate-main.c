/* merlon-generate man|bash|markdown: writes a document made from the command tables. Used by the build; not installed.
 */
#include <unistd.h>

#include "base/sys.h"
#include "cli/cli.h"

int main(int argc, char *argv[])
{
	static const struct {
		const char *name;
		void (*make)(struct buf *out);
	} kinds[] = { { "man", cli_generate_man },
		      { "bash", cli_generate_bash },
		      { "markdown", cli_generate_markdown } };
	auto_buf out = { 0 };
	for (size_t i = 0; argc == 2 && i < ARRAY_LEN(kinds); i++) {
		if (strcmp(argv[1], kinds[i].name) != 0)
			continue;
		kinds[i].make(&out);
		return buf_err(&out) != ERR_OK || sys_write_all(STDOUT_FILENO, out.ptr, out.len) != ERR_OK;
	}
	return 2;
}
