#ifndef REPORT_COLUMNS_H
#define REPORT_COLUMNS_H
/*
 * columns: text from logs cut and padded to the columns of a terminal. What a terminal would obey comes out escaped
 * (base/text.h).
 */
#include "base/base.h"
struct buf;

/* Columns of a visible character: 0 for combining marks, 2 for East Asian wide ones, else 1. */
size_t columns_of_char(uint32_t cp);
/* Appends s in at most `columns` columns, the last being "…" when it was cut. Returns the columns used. */
size_t columns_cell(struct buf *out, struct str s, size_t columns);
/* As columns_cell, then spaces up to `columns`. */
void columns_padded(struct buf *out, struct str s, size_t columns);
/* The columns s needs, counted up to `max`. */
size_t columns_of(struct str s, size_t max);
void columns_spaces(struct buf *out, size_t n);
/* 1234567 as "1,234,567". */
void columns_number(struct buf *out, uint64_t n);
#endif
