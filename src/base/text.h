#ifndef BASE_TEXT_H
#define BASE_TEXT_H
#include "base/base.h"
struct buf;
/*
 * Text from outside, made safe to show. A terminal obeys what is printed on it, so control characters, direction
 * overrides, invisible characters and invalid bytes are written as \n, \x1b or \u{202e}; everything else as it is.
 */
void text_show(struct buf *out, struct str s);
/* One character at s[0..n), n > 0: appends what is shown, returns the bytes consumed, *ret_width the columns it takes.
 */
size_t text_show_char(struct buf *out, const char *s, size_t n, size_t *ret_width);
/* s as a JSON string with its quotes; invalid bytes become U+FFFD, control characters and U+2028/2029 are escaped. */
void text_json(struct buf *out, struct str s);
#endif
