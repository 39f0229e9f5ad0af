/*
 * What a person reads about bad YAML: libyaml's terse reasons in plain words, with the place and what to do.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"
#include "lang/yaml/read.h"

enum err yaml_problem(struct yaml_reader *r, struct yaml_place at, const char *code, const char *hint, const char *fmt,
                      ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	r->bad = true;
	struct diag d = { .severity = DIAG_ERROR,
		          .code = code,
		          .file = r->path,
		          .line = at.line,
		          .column = at.column,
		          .length = at.length,
		          .hint = str_of(hint) };
	d.text = (struct str){ text, n < 0 ? 0 : strlen(text) };
	if (at.line > 0)
		d.excerpt = diag_excerpt(r->text, at.line);
	diag_add(r->diags, &d);
	return ++r->problems < YAML_PROBLEMS_MAX ? ERR_OK : ERR_PARSE;
}

struct yaml_place yaml_place_of(const yaml_mark_t *mark)
{
	return (struct yaml_place){ (uint32_t)mark->line + 1, (uint32_t)mark->column + 1, 1 };
}

/* The place of a byte. */
static struct yaml_place place_of_offset(const struct yaml_reader *r, size_t offset)
{
	struct yaml_place at = { 1, 1, 1 };
	for (size_t i = 0; i < offset && i < r->text.len; i++) {
		if (r->text.ptr[i] == '\n') {
			at.line++;
			at.column = 1;
		} else if (((unsigned char)r->text.ptr[i] & 0xC0) != 0x80) {
			at.column++;
		}
	}
	return at;
}

struct wording {
	const char *theirs, *text, *hint;
	bool at_context; /* the place where it began says more */
};

static const struct wording wordings[] = {
	{ "mapping values are not allowed in this context", "a ':' is not allowed here",
	  "check the indentation; a text that holds ': ' must be in quotes", false },
	{ "could not find expected ':'", "this key has no ':'",
	  "write 'key: value'; check the indentation of the next line too", true },
	{ "did not find expected key", "this does not fit the lines above it",
	  "keys of one map start in the same column; a text that starts with a quote must end with it", false },
	{ "did not find expected '-' indicator", "this does not fit the list above it",
	  "entries of one list start with '- ' in the same column", false },
	{ "block sequence entries are not allowed in this context", "a list entry ('- ') is not allowed here",
	  "put the list on the line after its key", false },
	{ "block mapping keys are not allowed in this context", "a key is not allowed here", "check the indentation",
	  false },
	{ "did not find expected ',' or ']'", "the list opened with '[' is not closed or lacks a comma",
	  "separate entries with commas and close the list with ']'", true },
	{ "did not find expected ',' or '}'", "the map opened with '{' is not closed or lacks a comma",
	  "separate entries with commas and close the map with '}'; a text that starts with '{' must be in quotes",
	  true },
	{ "found unexpected end of stream", "the text in quotes is not closed", "add the closing quote", true },
	{ "found unexpected document indicator", "the text in quotes is not closed before '---' or '...'",
	  "add the closing quote", true },
	{ "found unknown escape character", "this escape is not known in a text in double quotes",
	  "double the backslash, or use single quotes, where a backslash is itself", false },
	{ "did not find expected hexdecimal number", "the escape lacks hexadecimal digits",
	  "double the backslash, or use single quotes, where a backslash is itself", false },
	{ "found a tab character where an indentation space is expected", "a tab is used for indentation",
	  "indent with spaces", false },
	{ "found a tab character that violates indentation", "a tab is used for indentation", "indent with spaces",
	  false },
	{ "found incompatible YAML document", "this YAML version is not supported",
	  "remove the %YAML line, or write %YAML 1.2", false },
	{ "did not find expected <document start>", "a second document begins without '---'",
	  "write '---' on a line of its own between documents; check the indentation", false },
	{ "found undefined tag handle", "this tag's prefix is not declared",
	  "remove the tag, or put the text in quotes", false },
	{ "did not find expected alphabetic or numeric character", "a name is missing after '*' or '&'",
	  "a text that starts with '*' or '&' must be in quotes", true },
	{ "did not find expected digit or '-' or '+'", "unexpected text after '|' or '>'",
	  "start the text on the next line", true },
	{ "did not find expected comment or line break", "unexpected text after '|' or '>'",
	  "start the text on the next line", true },
	{ "did not find expected node content", "a value is missing here",
	  "a text that starts with a special character must be in quotes", false },
	{ "control characters are not allowed", "a control character is not allowed here",
	  "remove it, or write it as an escape in double quotes", false },
};

static enum err start_of_token(struct yaml_reader *r, struct yaml_place at)
{
	size_t offset = r->parser.problem_mark.index;
	struct str line = diag_excerpt(r->text, at.line);
	char c = '\0';
	for (size_t i = 0, column = 1; i < line.len && r->text.len > offset; i++) {
		if (column == at.column) {
			c = line.ptr[i];
			break;
		}
		column += ((unsigned char)line.ptr[i] & 0xC0) != 0x80 ? 1 : 0;
	}
	if (c == '\t')
		return yaml_problem(r, at, "yaml-tab", "indent with spaces", "a tab is used where YAML needs spaces");
	if (c > ' ' && c < 0x7F)
		return yaml_problem(r, at, "yaml-syntax", "put the text in quotes", "a text cannot start with '%c'", c);
	return yaml_problem(r, at, "yaml-syntax", "put the text in quotes", "a text cannot start with this character");
}

static enum err reader_problem(struct yaml_reader *r)
{
	struct yaml_place at = place_of_offset(r, r->parser.problem_offset);
	if (r->parser.problem_value == 0)
		return yaml_problem(r, at, "yaml-encoding", "save the file as UTF-8 text",
		                    "a NUL byte: this is not a text file");
	if (strcmp(r->parser.problem, "control characters are not allowed") == 0)
		return yaml_problem(r, at, "yaml-encoding", "remove it, or write it as an escape in double quotes",
		                    "the control character U+%04X is not allowed", (unsigned)r->parser.problem_value);
	return yaml_problem(r, at, "yaml-encoding", "save the file as UTF-8 text", "the bytes here are not UTF-8");
}

static enum err scanner_problem(struct yaml_reader *r)
{
	const yaml_parser_t *p = &r->parser;
	struct yaml_place at = yaml_place_of(&p->problem_mark), from = yaml_place_of(&p->context_mark);
	const char *theirs = p->problem != NULL ? p->problem : "malformed";
	if (strcmp(theirs, "found character that cannot start any token") == 0)
		return start_of_token(r, at);
	for (size_t i = 0; i < ARRAY_LEN(wordings); i++) {
		const struct wording *w = &wordings[i];
		if (strcmp(theirs, w->theirs) != 0)
			continue;
		bool tab = diag_excerpt(r->text, at.line).len > 0 && diag_excerpt(r->text, at.line).ptr[0] == '\t';
		return yaml_problem(
		    r, w->at_context && p->context != NULL ? from : at, tab ? "yaml-tab" : "yaml-syntax",
		    tab ? "indent with spaces; YAML does not allow tabs there" : w->hint, "%s", w->text);
	}
	return yaml_problem(r, at, "yaml-syntax", "check the indentation and quotes around this place", "%s", theirs);
}

enum err yaml_syntax_problem(struct yaml_reader *r)
{
	enum err e = ERR_OK;
	switch (r->parser.error) {
	case YAML_MEMORY_ERROR:
		return ERR_MEMORY;
	case YAML_READER_ERROR:
		e = reader_problem(r);
		break;
	case YAML_SCANNER_ERROR:
	case YAML_PARSER_ERROR:
	case YAML_NO_ERROR:
	case YAML_COMPOSER_ERROR:
	case YAML_WRITER_ERROR:
	case YAML_EMITTER_ERROR:
		e = scanner_problem(r);
		break;
	}
	return e == ERR_OK ? ERR_PARSE : e;
}
