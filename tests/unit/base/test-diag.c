/* diag, text and log: what people read, safe from what hostile input says. */
#include "base/diag.h"

#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/sys.h"
#include "base/text.h"
#include "test.h"

static bool shows(const struct diag *d, const char *expected)
{
	auto_buf out = { 0 };
	diag_render(&out, d, false);
	bool same = buf_err(&out) == ERR_OK && str_eq(buf_view(&out), str_of(expected));
	if (!same)
		printf("# got:\n%.*s# wanted:\n%s", STR_FMT(buf_view(&out)), expected);
	return same;
}

TEST(underlines_the_place)
{
	const struct diag d = { DIAG_ERROR,     "yaml-syntax",    STR("a.yml"),      3, 5, 4,
		                STR("bad key"), STR("remove it"), STR("abc deff: 1") };
	CHECK(shows(&d, "a.yml:3:5: error: bad key [yaml-syntax]\n  abc deff: 1\n      ^~~~\n  hint: remove it\n"));
}

TEST(shows_only_what_is_known)
{
	struct diag d = { .severity = DIAG_WARNING, .code = "usage", .text = STR("odd") };
	CHECK(shows(&d, "warning: odd [usage]\n"));
	d.file = STR("f");
	CHECK(shows(&d, "f: warning: odd [usage]\n"));
	d.line = 2;
	d.severity = DIAG_NOTE;
	d.code = NULL;
	CHECK(shows(&d, "f:2: note: odd\n"));
	d.file = STR("");
	d.excerpt = STR("line");
	CHECK(shows(&d, "line 2: note: odd\n  line\n"));
}

TEST(the_underline_follows_tabs_wide_characters_and_escapes)
{
	struct diag d = { .severity = DIAG_ERROR, .code = "c", .line = 1, .column = 2, .length = 2, .text = STR("t") };
	d.excerpt = STR("\tab");
	CHECK(shows(&d, "line 1:2: error: t [c]\n          ab\n          ^~\n"));
	d.excerpt = STR("\xe4\xb8\x80"
	                "ab");
	CHECK(shows(&d, "line 1:2: error: t [c]\n  \xe4\xb8\x80"
	                "ab\n    ^~\n"));
	d.excerpt = STR("\x1b"
	                "ab");
	CHECK(shows(&d, "line 1:2: error: t [c]\n  \\x1b"
	                "ab\n      ^~\n"));
	d.excerpt = STR("a");
	CHECK(shows(&d, "line 1:2: error: t [c]\n  a\n   ^\n"));
	d.column = 9;
	CHECK(shows(&d, "line 1:9: error: t [c]\n  a\n"));
}

TEST(long_lines_are_shown_around_the_place)
{
	char line[3000];
	memset(line, '.', sizeof(line));
	line[999] = 'X';
	struct diag d = { .severity = DIAG_ERROR,
		          .code = "c",
		          .line = 1,
		          .column = 1000,
		          .length = UINT32_MAX,
		          .text = STR("t"),
		          .excerpt = { line, sizeof(line) } };
	auto_buf out = { 0 };
	diag_render(&out, &d, false);
	CHECK(buf_err(&out) == ERR_OK && out.len < 500);
	buf_char(&out, '\0');
	const char *x = strchr(out.ptr, 'X'), *mark = strchr(out.ptr, '^'), *lf = strchr(out.ptr, '\n') + 1;
	CHECK(x != NULL && mark != NULL);
	CHECK(x - lf == mark - (strchr(lf, '\n') + 1));
	CHECK(strncmp(lf, "  ... ", 6) == 0 && strstr(lf, " ...\n") != NULL);
}

TEST(hostile_text_cannot_drive_the_terminal)
{
	const struct str evil = STR("a\x1b[2J\n\r\t\x07\x7f\xc2\x9b"
	                            "31m\xff\xe2\x80\xae\xef\xbb\xbf\xf3\xa0\x81\x81z");
	auto_buf out = { 0 };
	text_show(&out, evil);
	CHECK(str_is(buf_view(&out), "a\\x1b[2J\\n\\r\\t\\x07\\x7f\\u{9b}31m\\xff\\u{202e}\\u{feff}\\u{e0041}z"));
	const struct diag d = { DIAG_ERROR, "c", evil, 1, 1, 1, evil, evil, evil };
	buf_reset(&out);
	diag_render(&out, &d, false);
	for (size_t i = 0; i < out.len; i++)
		CHECKF((unsigned char)out.ptr[i] >= 0x20 || out.ptr[i] == '\n', "byte %zu", i);
}

TEST(colour_comes_only_when_asked)
{
	const struct diag d = { DIAG_ERROR, "c", STR("f"), 1, 1, 1, STR("t"), STR("h"), STR("e") };
	auto_buf out = { 0 };
	diag_render(&out, &d, true);
	CHECK(memchr(out.ptr, 0x1b, out.len) != NULL);
	CHECK(str_starts(buf_view(&out), STR("\x1b[1mf:1:1: \x1b[1;31merror: \x1b[0mt [c]\n")));
}

TEST(json_escapes_everything)
{
	const struct diag d = {
		DIAG_WARNING, "c", STR("a\"b\\"), 1, 2, 0, STR("x\n\x01\x7f\xff\xe2\x80\xa8\xc3\xa4"), STR(""), STR("")
	};
	auto_buf out = { 0 };
	diag_render_json(&out, &d);
	CHECK(str_is(buf_view(&out),
	             "{\"severity\":\"warning\",\"code\":\"c\",\"file\":\"a\\\"b\\\\\",\"line\":1,\"column\":2,"
	             "\"text\":\"x\\n\\u0001\\u007f\xef\xbf\xbd\\u2028\xc3\xa4\",\"hint\":\"\"}"));
	buf_reset(&out);
	text_json(&out, STR("\b\f\r\t\v"));
	CHECK(str_is(buf_view(&out), "\"\\b\\f\\r\\t\\u000b\""));
}

TEST(messages_past_the_limit_are_counted)
{
	auto_arena a = { 0 };
	struct diag_list list = { .arena = &a, .max = 3 };
	const struct diag e = { .severity = DIAG_ERROR, .text = STR("e") }, w = { .severity = DIAG_WARNING };
	for (int i = 0; i < 5; i++) {
		diag_add(&list, &e);
		diag_addf(&list, &w, "w%d", i);
	}
	CHECK(list.items.n == 3 && list.errors == 5 && list.warnings == 5);
	CHECK(str_is(list.items.at[1].text, "w0") && str_is(list.items.at[0].text, "e"));
	struct diag_list standard = { .arena = &a };
	for (size_t i = 0; i < LIMIT_DIAGS + 5; i++)
		diag_add(&standard, &e);
	CHECK(standard.items.n == LIMIT_DIAGS && standard.errors == LIMIT_DIAGS + 5);
}

TEST(messages_are_copied_and_cut_visibly)
{
	static char big[100000];
	auto_arena a = { 0 };
	struct diag_list list = { .arena = &a };
	char text[] = "mine";
	struct diag d = { .severity = DIAG_ERROR, .text = { text, 4 } };
	memset(big, 'x', sizeof(big));
	diag_add(&list, &d);
	text[0] = 'X';
	CHECK(str_is(list.items.at[0].text, "mine"));
	d.text = d.excerpt = d.hint = d.file = (struct str){ big, sizeof(big) };
	diag_add(&list, &d);
	diag_addf(&list, &d, "%.*s", STR_FMT(d.text));
	d.column = 50000;
	diag_add(&list, &d);
	CHECK(list.items.n == 4);
	for (size_t i = 1; i < 4; i++) {
		CHECKF(list.items.at[i].text.len <= 5000 && str_ends(list.items.at[i].text, STR(" ...")), "message %zu",
		       i);
		CHECK(list.items.at[i].excerpt.len <= 5000);
	}
	CHECK(list.items.at[3].excerpt.len == 0);
}

TEST(without_memory_messages_still_count)
{
	auto_arena a = { .max = 1 };
	struct diag_list list = { .arena = &a };
	const struct diag e = { .severity = DIAG_ERROR, .text = STR("eeee") };
	diag_add(&list, &e);
	diag_addf(&list, &e, "text %d", 1);
	CHECK(list.items.n == 0 && list.errors == 2);
}

TEST(excerpts_are_whole_lines)
{
	struct str text = STR("one\r\ntwo\n\nfour");
	CHECK(str_is(diag_excerpt(text, 1), "one") && str_is(diag_excerpt(text, 2), "two"));
	CHECK(str_is(diag_excerpt(text, 3), "") && str_is(diag_excerpt(text, 4), "four"));
	CHECK(diag_excerpt(text, 5).len == 0 && diag_excerpt(text, 0).len == 0 &&
	      diag_excerpt(text, UINT32_MAX).len == 0);
	CHECK(diag_excerpt((struct str){ NULL, 0 }, 1).len == 0);
}

static size_t logged(struct log log, enum log_level level, const char *text, char *out, size_t size)
{
	size_t n = 0;
	auto_fd fd = -1;
	if (sys_memfd("log", &fd) != ERR_OK)
		return 0;
	log.fd = fd;
	log_write(&log, level, "%s", text);
	if (sys_pread(fd, out, size - 1, 0, &n) != ERR_OK)
		return 0;
	out[n] = '\0';
	return n;
}

TEST(log_lines_are_single_and_filtered)
{
	char out[8192], big[5000];
	CHECK(logged((struct log){ .level = LOG_INFO }, LOG_DEBUG, "x", out, sizeof(out)) == 0);
	CHECK(logged((struct log){ .level = LOG_INFO }, LOG_INFO, "a\nb\x1b", out, sizeof(out)) > 0);
	CHECK(strcmp(out, "merlon: info: a\\nb\\x1b\n") == 0);
	CHECK(logged((struct log){ .level = LOG_INFO, .json = true }, LOG_ERROR, "a\n\"", out, sizeof(out)) > 0);
	CHECK(strncmp(out, "{\"time\":\"2", 10) == 0 &&
	      strstr(out, ",\"level\":\"error\",\"text\":\"a\\n\\\"\"}\n") != NULL);
	CHECK(logged((struct log){ .colour = true }, LOG_ERROR, "a", out, sizeof(out)) > 0 &&
	      strchr(out, 0x1b) != NULL);
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	size_t n = logged((struct log){ 0 }, LOG_ERROR, big, out, sizeof(out));
	CHECK(n > 2000 && n < 2200 && strcmp(out + n - 5, " ...\n") == 0);
}

TEST(log_levels_have_names)
{
	enum log_level level = LOG_ERROR;
	CHECK(log_level_parse(STR("debug"), &level) == ERR_OK && level == LOG_DEBUG);
	CHECK(log_level_parse(STR("warn"), &level) == ERR_OK && level == LOG_WARN);
	CHECK(log_level_parse(STR("loud"), &level) == ERR_USAGE && level == LOG_WARN);
	CHECK(log_level_parse(STR(""), &level) == ERR_USAGE);
}
