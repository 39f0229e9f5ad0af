#ifndef REPORT_CELLS_H
#define REPORT_CELLS_H
/* A detection in a person's words: who did what, where, and why the rule says so. Raw text, not yet made harmless for a
 * terminal. Empty when not known. */
#include "base/buf.h"
#include "model/detection.h"

void cells_who(struct buf *out, const struct detection *d);
/* service:action and the first resource; for processes the command line that matched. */
void cells_what(struct buf *out, const struct detection *d);
/* Address, host or cluster, account and region. */
void cells_where(struct buf *out, const struct detection *d);
/* The error or "failed"; empty unless it went wrong. */
void cells_outcome(struct buf *out, const struct detection *d);
/* field = value, field contains pattern, ... on one line. */
void cells_why(struct buf *out, const struct detection *d);
/* The last telling part of an ARN, path or URN: "alice" of arn:aws:iam::1:user/alice, "Admin/bob" of an assumed role.
 */
struct str cells_short_id(struct str id);
#endif
