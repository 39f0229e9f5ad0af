#ifndef REPORT_PAINT_H
#define REPORT_PAINT_H
/* Colour for a terminal, or none. */
#include "base/buf.h"

enum paint_style { PAINT_BOLD, PAINT_DIM, PAINT_WARN };
struct paint {
	bool colour;
};
static inline void paint_on(struct buf *out, const struct paint *p, enum paint_style style)
{
	static const char *const codes[] = { "\x1b[1m", "\x1b[2m", "\x1b[33m" };
	if (p->colour)
		buf_str(out, str_of(codes[style]));
}
static inline void paint_level(struct buf *out, const struct paint *p, int rank)
{
	static const char *const codes[] = { "\x1b[2m", "\x1b[2m", "\x1b[36m", "\x1b[33m", "\x1b[31m", "\x1b[1;31m" };
	if (p->colour)
		buf_str(out, str_of(codes[rank >= 0 && rank <= 5 ? rank : 0]));
}
static inline void paint_off(struct buf *out, const struct paint *p)
{
	if (p->colour)
		buf_lit(out, "\x1b[0m");
}
#endif
