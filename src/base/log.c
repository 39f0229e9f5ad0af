/*
 * One line a message, written with one call so that lines of several threads do not mix. What is logged may quote
 * hostile input: control characters are escaped in both forms.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/time.h"

static const char *const words[] = {
	[LOG_ERROR] = "error", [LOG_WARN] = "warn", [LOG_INFO] = "info", [LOG_DEBUG] = "debug"
};

static void line_json(struct buf *out, enum log_level level, struct str text)
{
	char now[TIME_TEXT_MAX];
	time_format(sys_now_ns(), now);
	buf_printf(out, "{\"time\":\"%s\",\"level\":\"%s\",\"text\":", now, words[level]);
	text_json(out, text);
	buf_lit(out, "}\n");
}

static void line_text(struct buf *out, enum log_level level, bool colour, struct str text)
{
	static const char *const colours[] = {
		[LOG_ERROR] = "\x1b[1;31m", [LOG_WARN] = "\x1b[1;35m", [LOG_INFO] = "", [LOG_DEBUG] = "\x1b[2m"
	};
	bool coloured = colour && colours[level][0] != '\0';
	buf_printf(out, "merlon: %s%s:%s ", coloured ? colours[level] : "", words[level], coloured ? "\x1b[0m" : "");
	text_show(out, text);
	buf_char(out, '\n');
}

void log_write(const struct log *log, enum log_level level, const char *fmt, ...)
{
	static const char lost[] = "merlon: error: a message could not be written: out of memory\n";
	char text[2048];
	va_list args;
	if (level > log->level)
		return;
	va_start(args, fmt);
	int len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (len >= (int)sizeof(text)) {
		len = sizeof(text) - 1;
		memcpy(text + len - 4, " ...", 4);
	}
	struct str view = { text, len > 0 ? (size_t)len : 0 };
	auto_buf line = { 0 };
	if (log->json)
		line_json(&line, level, view);
	else
		line_text(&line, level, log->colour, view);
	struct str whole = buf_err(&line) == ERR_OK ? buf_view(&line) : STR(lost);
	IGNORE(sys_write_all(log->fd, whole.ptr, whole.len)); /* there is nowhere left to say so */
}

fallible log_level_parse(struct str s, enum log_level *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_eq(s, str_of(words[i]))) {
			*ret = (enum log_level)i;
			return ERR_OK;
		}
	}
	return ERR_USAGE;
}
