/*
 * CSV by RFC 4180, as forgiving as spreadsheets are: a quote inside a bare cell is a character, text behind a closing
 * quote belongs to the cell, a missing closing quote ends with the record. The header is parsed once and kept in the
 * scratch as long as records bring the same one. Zeek's "#fields" header is understood.
 */
#include "base/sys.h"
#include "source/text-parts.h"

/* Reads the cell at *at (a cell's first byte) and moves behind its separator; *ret_more tells whether another follows.
 * The cell is in place or in `out`. */
static struct str next_cell(struct text *t, struct str s, char separator, size_t *at, bool *ret_more, struct buf *out)
{
	size_t i = *at;
	struct str cell;
	if (i < s.len && s.ptr[i] == '"') {
		buf_reset(out);
		i++;
		for (;;) {
			size_t quote = text_find(s, i, '"');
			text_add(t, out, str_cut(s, i, quote));
			i = quote + 1;
			if (quote == s.len)
				t->note->flags |= TEXT_TRUNCATED;
			if (quote == s.len || i >= s.len || s.ptr[i] != '"')
				break;
			text_add_char(t, out, '"');
			i++;
		}
		size_t end = text_find(s, i, separator);
		text_add(t, out, str_cut(s, i, end));
		cell = buf_view(out);
		i = end;
	} else {
		size_t end = text_find(s, i, separator);
		cell = str_cut(s, i, end);
		i = end;
	}
	*ret_more = i < s.len;
	*at = i + 1;
	return cell;
}

static fallible add_column(struct text *t, struct text_columns *c, struct str name)
{
	if (c->n == c->cap) {
		size_t cap = c->cap > 0 ? c->cap * 2 : 64;
		uint32_t *ends = sys_realloc(c->ends, cap * sizeof(*ends));
		TRY(got(ends));
		c->ends = ends;
		c->cap = cap;
	}
	name = text_trim(name);
	if (name.len > 0) {
		text_add(t, &c->names, name);
	} else {
		buf_char(&c->names, '_'); /* a column without a name is called by its number */
		buf_uint(&c->names, c->n + 1);
	}
	c->ends[c->n++] = (uint32_t)c->names.len;
	return buf_err(&c->names);
}

static fallible read_header(struct text *t, struct str header, char separator)
{
	struct text_columns *c = &t->s->columns;
	if (c->n > 0 && c->separator == separator && str_eq(buf_view(&c->header), header))
		return ERR_OK;
	buf_reset(&c->header);
	buf_reset(&c->names);
	c->n = 0;
	c->cut = false;
	c->separator = separator;
	buf_str(&c->header, header);
	struct str s = header;
	if (str_starts(s, STR("\xEF\xBB\xBF")))
		s = text_from(s, 3);
	c->zeek = str_starts(s, STR("#fields")) && s.len > 7 && s.ptr[7] == separator;
	if (c->zeek)
		s = text_from(s, 8);
	size_t at = 0;
	bool more = s.len > 0;
	while (more && !c->cut) {
		if (c->n >= LIMIT_CSV_COLUMNS) {
			c->cut = true;
			break;
		}
		TRY(add_column(t, c, next_cell(t, s, separator, &at, &more, &t->s->value)));
	}
	return buf_err(&c->header);
}

fallible text_csv(struct text *t, struct str record)
{
	struct str header = t->input != NULL ? t->input->header : STR("");
	while (header.len > 0 && (header.ptr[header.len - 1] == '\n' || header.ptr[header.len - 1] == '\r'))
		header.len--;
	if (header.len == 0)
		return text_refuse(t, "CSV without a header line", 0);
	if (text_is_flow_header(header) && text_flow(t, record))
		return ERR_OK;
	char separator = t->input->csv_separator != '\0' ? t->input->csv_separator : t->input->csv_tab ? '\t' : ',';
	enum err e = read_header(t, header, separator);
	const struct text_columns *c = &t->s->columns;
	if (e != ERR_OK) {
		t->s->columns.n = 0; /* half a header is none */
		return e;
	}
	if (record.len == 0 || (c->zeek && record.ptr[0] == '#'))
		return text_refuse(t, record.len == 0 ? "empty record" : "comment line", 0);
	if (c->cut)
		t->note->flags |= TEXT_TRUNCATED;
	size_t at = 0, i = 0, from = 0;
	bool more = true;
	for (; more && i < c->n; i++) {
		struct str name = str_cut(buf_view(&c->names), from, c->ends[i]);
		from = c->ends[i];
		struct str cell = next_cell(t, record, separator, &at, &more, &t->s->value);
		if (c->zeek && str_is(cell, "-"))
			continue;
		text_pair(t, name, c->zeek && str_is(cell, "(empty)") ? STR("") : cell);
	}
	if (!more)
		return ERR_OK;
	value_build_key(t->b, STR("_extra"));
	value_build_list(t->b);
	for (; more && i < LIMIT_CSV_COLUMNS; i++)
		text_str(t, next_cell(t, record, separator, &at, &more, &t->s->value));
	if (more)
		t->note->flags |= TEXT_TRUNCATED;
	value_build_close(t->b);
	return ERR_OK;
}
