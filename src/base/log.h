#ifndef BASE_LOG_H
#define BASE_LOG_H
#include "base/base.h"
/* Leveled logging to stderr, as text or JSON lines. Only app, server and cli may log; libraries return errors. */
enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
struct log {
	enum log_level level; /* what is above it is not written */
	bool json;
	int fd;
	bool colour;
};
void log_write(const struct log *log, enum log_level level, const char *fmt, ...) PRINTF(3, 4);
/* "error" "warn" "info" "debug"; ERR_USAGE otherwise. */
fallible log_level_parse(struct str s, enum log_level *ret);
#endif
