/* merlon version */
#include "cli/cli.h"
#include "json/json.h"

/* name, version found by the build; filled in by Meson as LIBRARY("zlib", "1.2.13") rows */
static const struct {
	const char *name, *version;
} libraries[] = {
#define LIBRARY(name, version) { name, version },
#include "libraries.def"
#undef LIBRARY
};

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

static void member(struct buf *out, const char *name, const char *value)
{
	json_write_str(out, str_of(name));
	buf_char(out, ':');
	json_write_str(out, str_of(value));
}

static void version_json(struct buf *out)
{
	buf_char(out, '{');
	member(out, "name", "merlon");
	buf_char(out, ',');
	member(out, "version", MERLON_VERSION);
	buf_char(out, ',');
	member(out, "compiler", COMPILER);
	buf_char(out, ',');
	member(out, "json_kernel", json_kernel_name());
	buf_lit(out, ",\"libraries\":{");
	for (size_t i = 0; i < ARRAY_LEN(libraries); i++) {
		if (i > 0)
			buf_char(out, ',');
		member(out, libraries[i].name, libraries[i].version);
	}
	buf_lit(out, "}}\n");
}

fallible cli_version_run(struct cli *cli, int argc, char *const argv[], int *ret_exit)
{
	struct cli_version o = { 0 };
	TRY(cli_parse(cli, argc, argv, &o));
	auto_buf out = { 0 };
	*ret_exit = 0;
	if (o.app.json)
		version_json(&out);
	else
		buf_lit(&out, "merlon " MERLON_VERSION "\n");
	return cli_print(&out);
}
