/*
 * Diagnostics: kept within bounds, then rendered for people (GNU style, the place underlined) or as JSON. Everything in
 * them may come from hostile input: long texts and lines are cut visibly, control characters are shown escaped.
 */
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/utf8.h"

enum { TEXT_KEPT = 4096, EXCERPT_KEPT = 4096, EXCERPT_SHOWN = 160, TAB = 8 };

static bool keep(struct arena *a, struct str *s)
{
	if (s->len == 0) {
		*s = STR("");
		return true;
	}
	*s = s->len <= TEXT_KEPT ? arena_str(a, *s) : arena_printf(a, "%.*s ...", STR_FMT(utf8_prefix(*s, TEXT_KEPT)));
	return s->ptr != NULL;
}

/* A line is kept up to a bound; when the place lies beyond it, no line is better than the wrong part of one. */
static struct str excerpt_of(const struct diag *d)
{
	return d->column <= EXCERPT_KEPT / 4 ? utf8_prefix(d->excerpt, EXCERPT_KEPT) : STR("");
}

static bool count(struct diag_list *list, enum diag_severity severity)
{
	list->errors += severity == DIAG_ERROR;
	list->warnings += severity == DIAG_WARNING;
	return list->items.n < (list->max > 0 ? list->max : LIMIT_DIAGS);
}

void diag_add(struct diag_list *list, const struct diag *d)
{
	if (!count(list, d->severity))
		return;
	struct diag copy = *d;
	copy.excerpt = excerpt_of(d);
	if (keep(list->arena, &copy.file) && keep(list->arena, &copy.text) && keep(list->arena, &copy.hint) &&
	    keep(list->arena, &copy.excerpt))
		IGNORE(vec_push(&list->items, list->arena, copy)); /* the counters still tell */
}

void diag_addf(struct diag_list *list, const struct diag *d, const char *fmt, ...)
{
	char text[TEXT_KEPT + 1];
	struct diag copy = *d;
	va_list args;
	va_start(args, fmt);
	int len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	copy.text = (struct str){ text, len > 0 ? (size_t)len : 0 };
	if (copy.text.len >= sizeof(text)) {
		static const char more[] = " ...";
		struct str cut = utf8_prefix((struct str){ text, sizeof(text) - 1 }, sizeof(text) - sizeof(more));
		memcpy(text + cut.len, more, sizeof(more));
		copy.text.len = cut.len + sizeof(more) - 1;
	}
	diag_add(list, &copy);
}

struct str diag_excerpt(struct str text, uint32_t line)
{
	size_t at = 0;
	for (uint32_t i = 1; i < line && at < text.len; i++) {
		const char *end = memchr(text.ptr + at, '\n', text.len - at);
		at = end != NULL ? (size_t)(end - text.ptr) + 1 : text.len;
	}
	if (line == 0 || at >= text.len)
		return STR("");
	const char *end = memchr(text.ptr + at, '\n', text.len - at);
	size_t to = end != NULL ? (size_t)(end - text.ptr) : text.len;
	if (to > at && text.ptr[to - 1] == '\r')
		to--;
	return str_cut(text, at, to);
}

static const char *severity_word(enum diag_severity severity)
{
	static const char *const words[] = { [DIAG_NOTE] = "note", [DIAG_WARNING] = "warning", [DIAG_ERROR] = "error" };
	return words[severity];
}

static const char *severity_colour(enum diag_severity severity)
{
	static const char *const codes[] = {
		[DIAG_NOTE] = "\x1b[1;36m", [DIAG_WARNING] = "\x1b[1;35m", [DIAG_ERROR] = "\x1b[1;31m"
	};
	return codes[severity];
}

static void colour_text(struct buf *out, bool colour, const char *code)
{
	if (colour)
		buf_str(out, str_of(code));
}

static void render_place(struct buf *out, const struct diag *d)
{
	text_show(out, d->file);
	if (d->line > 0)
		buf_printf(out, "%s%u", d->file.len > 0 ? ":" : "line ", d->line);
	if (d->line > 0 && d->column > 0)
		buf_printf(out, ":%u", d->column);
	if (d->file.len > 0 || d->line > 0)
		buf_lit(out, ": ");
}

/* Where the shown part starts: long lines are shown from some characters before the place. */
static size_t excerpt_start(const struct diag *d, uint32_t *ret_column)
{
	size_t at = 0;
	uint32_t column = 1, cp;
	while (at < d->excerpt.len && d->column > EXCERPT_SHOWN / 2 && column + EXCERPT_SHOWN / 4 < d->column) {
		at += utf8_decode(d->excerpt.ptr + at, d->excerpt.len - at, &cp);
		column++;
	}
	*ret_column = column;
	return at;
}

static void pad(struct buf *out, char c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_char(out, c);
}

/* The line and, in `marks`, what goes under it. */
static void render_excerpt(struct buf *out, struct buf *marks, const struct diag *d)
{
	uint32_t column, length = d->length > 0 ? d->length : 1;
	size_t at = excerpt_start(d, &column), shown = 0;
	if (at > 0) {
		buf_lit(out, "... ");
		pad(marks, ' ', 4);
	}
	for (; at < d->excerpt.len && shown < EXCERPT_SHOWN; column++) {
		size_t width = TAB - shown % TAB;
		if (d->excerpt.ptr[at] == '\t') {
			pad(out, ' ', width);
			at++;
		} else {
			at += text_show_char(out, d->excerpt.ptr + at, d->excerpt.len - at, &width);
		}
		shown += width;
		if (column == d->column) {
			buf_char(marks, '^');
			pad(marks, length > 1 ? '~' : ' ', width - 1);
		} else {
			pad(marks, column > d->column && column - d->column < length ? '~' : ' ', width);
		}
	}
	if (at < d->excerpt.len)
		buf_lit(out, " ...");
	if (column == d->column) /* just behind the end of the line */
		buf_char(marks, '^');
	while (marks->len > 0 && marks->ptr[marks->len - 1] == ' ')
		marks->len--;
}

void diag_render(struct buf *out, const struct diag *d, bool colour)
{
	static const char off[] = "\x1b[0m", bold[] = "\x1b[1m", green[] = "\x1b[1;32m";
	colour_text(out, colour, bold);
	render_place(out, d);
	colour_text(out, colour, severity_colour(d->severity));
	buf_printf(out, "%s: ", severity_word(d->severity));
	colour_text(out, colour, off);
	text_show(out, d->text);
	if (d->code != NULL && d->code[0] != '\0')
		buf_printf(out, " [%s]", d->code);
	buf_char(out, '\n');
	if (d->excerpt.len > 0) {
		auto_buf marks = { 0 };
		buf_lit(out, "  ");
		render_excerpt(out, &marks, d);
		buf_char(out, '\n');
		if (d->column > 0 && marks.len > 0) {
			buf_lit(out, "  ");
			colour_text(out, colour, green);
			buf_str(out, buf_view(&marks));
			colour_text(out, colour, off);
			buf_char(out, '\n');
		}
	}
	if (d->hint.len > 0) {
		buf_lit(out, "  hint: ");
		text_show(out, d->hint);
		buf_char(out, '\n');
	}
}

void diag_render_json(struct buf *out, const struct diag *d)
{
	buf_printf(out, "{\"severity\":\"%s\",\"code\":", severity_word(d->severity));
	text_json(out, str_of(d->code));
	buf_lit(out, ",\"file\":");
	text_json(out, d->file);
	buf_printf(out, ",\"line\":%u,\"column\":%u,\"text\":", d->line, d->column);
	text_json(out, d->text);
	buf_lit(out, ",\"hint\":");
	text_json(out, d->hint);
	buf_char(out, '}');
}
