#ifndef SOURCE_TEXT_PARTS_H
#define SOURCE_TEXT_PARTS_H
/* What the text-*.c files share: one record being built, repaired strings, and the builders that other formats embed.
 * See text.h for what each gives. */
#include "base/buf.h"
#include "base/limits.h"
#include "base/time.h"
#include "source/text.h"

/* The parsed header of the CSV input seen last. */
struct text_columns {
	struct buf header; /* its text, to know it again */
	struct buf names;  /* the names, one after the other */
	uint32_t *ends;    /* of each name in `names` */
	size_t n, cap;
	char separator;
	bool zeek, cut;
};
struct text_scratch {
	struct buf key, value, line, words, path, sub;
	struct text_columns columns;
};
struct text {
	struct value_builder *b;
	struct text_scratch *s;
	struct text_note *note;
	const struct source_input *input; /* may be NULL */
};

/* A string as value or as key: cut at LIMIT_STRING_BYTES, repaired to UTF-8, both flagged. `key` of the scratch is
 * text_key's. */
void text_str(struct text *t, struct str s);
void text_key(struct text *t, struct str s);
static inline void text_pair(struct text *t, struct str key, struct str val)
{
	text_key(t, key);
	text_str(t, val);
}
/* Appends to a scratch buffer up to LIMIT_STRING_BYTES; what does not fit is cut and flagged. */
void text_add(struct text *t, struct buf *into, struct str piece);
static inline void text_add_char(struct text *t, struct buf *into, char c)
{
	text_add(t, into, (struct str){ &c, 1 });
}
/* ERR_PARSE with its reason. */
fallible text_refuse(struct text *t, const char *reason, size_t offset);

static inline bool text_is_digit(char c)
{
	return c >= '0' && c <= '9';
}
static inline bool text_is_space(char c)
{
	return c == ' ' || c == '\t';
}
static inline struct str text_from(struct str s, size_t at)
{
	return str_cut(s, at, s.len);
}
/* Spaces, tabs, CR and LF off both ends. */
struct str text_trim(struct str s);
struct str text_trim_left(struct str s);
/* Position of the first c or of a string at or after `at`; s.len when there is none. */
size_t text_find(struct str s, size_t at, char c);
size_t text_find_str(struct str s, size_t at, struct str what);
/* Position of the last occurrence of `what`; s.len when there is none. */
size_t text_find_last(struct str s, struct str what);
/* All of s as a decimal number of at most 18 digits. */
bool text_number(struct str s, int64_t *ret);

/* The parsers. Each adds members to the open map. */
fallible text_plain(struct text *t, struct str line);
fallible text_syslog(struct text *t, struct str line);
fallible text_auditd(struct text *t, struct str record);
fallible text_csv(struct text *t, struct str record);
fallible text_logfmt(struct text *t, struct str line);
fallible text_xml(struct text *t, struct str record);
fallible text_journal(struct text *t, struct str record);

/* True when the line is an audit record: "type=... msg=audit(" with an optional node, or the kernel's "audit: type=1400
 * audit(". */
bool text_is_auditd(struct str line);
/* True when s starts with an <Event> element. */
bool text_is_event_xml(struct str s);
/* True when the header is one of a VPC flow log. */
bool text_is_flow_header(struct str header);
/* Adds the flow record's fields; false (nothing added) when the line is none. */
bool text_flow(struct text *t, struct str line);
/* What a message of a known program says; nothing for others. text-programs.c */
void text_program_facts(struct text *t, struct str program, struct str message);
/* Name of a system call, ptr NULL when unknown; arch as audit writes it ("c000003e"). text-audit-syscall.c */
struct str text_audit_syscall(struct str arch, struct str number);
/* Name of a numeric record type ("1400", "UNKNOWN[1400]"), else type itself. */
struct str text_audit_type(struct str type);

/* A time stamp of any of the usual forms at the start of s: how many bytes it takes (0 = none). *ret_ns is TIME_NONE
 * when the year is neither in it nor given by the input's age. text-stamp.c */
size_t text_stamp(struct text *t, struct str s, int64_t *ret_ns);
#endif
