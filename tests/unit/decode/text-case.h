#ifndef TESTS_UNIT_DECODE_TEXT_CASE_H
#define TESTS_UNIT_DECODE_TEXT_CASE_H
/*
 * A record of a text format beside what it becomes, in a notation that can be read: {key='string' n=5 list=['a'] map={...} t=@2024-01-01T00:00:00Z b=true z=null}.
 * Bytes below blank are shown as \xNN.
 */
#include "base/buf.h"
#include "base/limits.h"
#include "base/time.h"
#include "source/text.h"
#include "test.h"

struct text_case {
	const char *record;
	size_t len; /* 0 = strlen */
	const char *want; /* NULL: refused */
	unsigned flags;
};

static inline void text_show_value(struct buf *out, struct value v);

static inline void text_show_members(struct buf *out, struct value v, char open, char close)
{
	struct value_iter it = value_iter(v);
	buf_char(out, open);
	for (size_t n = 0; value_next(&it); n++) {
		if (n > 0)
			buf_char(out, ' ');
		buf_str(out, it.key);
		if (it.map)
			buf_char(out, '=');
		text_show_value(out, it.val);
	}
	buf_char(out, close);
}

static inline void text_show_value(struct buf *out, struct value v)
{
	char scratch[VALUE_TEXT_MAX], when[TIME_TEXT_MAX];
	struct str s = STR("");
	enum value_kind kind = value_kind(v);
	if (kind == VALUE_MAP || kind == VALUE_LIST) {
		text_show_members(out, v, kind == VALUE_MAP ? '{' : '[', kind == VALUE_MAP ? '}' : ']');
	} else if (kind == VALUE_TIME) {
		buf_char(out, '@');
		buf_add(out, when, time_format((int64_t)v.doc->tape[v.at + 1], when));
	} else if (kind == VALUE_STRING) {
		IGNORE(value_str(v, &s)); /* it is one */
		buf_char(out, '\'');
		for (size_t i = 0; i < s.len; i++)
			if ((unsigned char)s.ptr[i] < ' ')
				buf_printf(out, "\\x%02x", (unsigned)(unsigned char)s.ptr[i]);
			else
				buf_char(out, s.ptr[i]);
		buf_char(out, '\'');
	} else {
		IGNORE(value_text(v, scratch, &s)); /* a scalar */
		buf_str(out, s);
	}
}

/* Builds the record; *out holds what it became, or "refused: REASON". */
static inline unsigned text_render(enum source_format format, const struct source_input *input, struct str record, struct text_scratch *scratch,
				   struct buf *out)
{
	auto_value_builder b = { 0 };
	struct text_note note;
	struct value_doc doc;
	enum err e = text_build(format, input, record, scratch, &b, &note);
	buf_reset(out);
	if (e == ERR_OK)
		e = value_build_end(&b, &doc);
	if (e == ERR_OK)
		text_show_value(out, value_root(&doc));
	else
		buf_printf(out, "refused: %s", note.reason != NULL ? note.reason : err_text(e));
	buf_char(out, '\0');
	return note.flags;
}

static inline void text_check(enum source_format format, const struct source_input *input, const struct text_case *cases, size_t n)
{
	struct text_scratch *scratch = NULL;
	CHECK(text_scratch_new(&scratch) == ERR_OK);
	auto_buf out = { 0 };
	for (size_t i = 0; i < n; i++) {
		struct str record = { cases[i].record, cases[i].len > 0 ? cases[i].len : strlen(cases[i].record) };
		unsigned flags = text_render(format, input, record, scratch, &out);
		bool equal = cases[i].want != NULL ? strcmp(out.ptr, cases[i].want) == 0 : str_starts(buf_view(&out), STR("refused: "));
		if (!equal || flags != cases[i].flags) {
			text_scratch_free(&scratch);
			CHECKF(equal, "case %zu: got  %s\n#     want %s", i, out.ptr, cases[i].want != NULL ? cases[i].want : "a refusal");
			CHECKF(flags == cases[i].flags, "case %zu: flags %u, want %u", i, flags, cases[i].flags);
		}
	}
	text_scratch_free(&scratch);
}

/* 2026-01-18T10:00:00Z, for times without a year. */
#define TEXT_INPUT ((struct source_input){ .mtime_ns = 1768730400000000000, .csv_separator = ',' })
#define CASE(r, w) { .record = (r), .want = (w) }
#define CASE_FLAG(r, w, f) { .record = (r), .want = (w), .flags = (f) }
#define CASE_BYTES(r, w, f) { .record = (r), .len = sizeof(r) - 1, .want = (w), .flags = (f) }
#endif
