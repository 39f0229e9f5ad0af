/* Small readers of the tables' texts. */
#include "cli/layout.h"

enum { CHOICES_INLINE_MAX = 24 };

struct str layout_until(struct str *rest, char sep)
{
	const char *at = rest->len > 0 ? memchr(rest->ptr, sep, rest->len) : NULL;
	size_t n = at != NULL ? (size_t)(at - rest->ptr) : rest->len;
	struct str one = str_cut(*rest, 0, n);
	*rest = str_cut(*rest, n + 1, rest->len);
	return one;
}

bool layout_choices_apart(const struct option_spec *o)
{
	return o->kind == OPTION_CHOICE && strlen(o->value_name) > CHOICES_INLINE_MAX;
}

struct str layout_value(const struct option_spec *o)
{
	if (o->kind == OPTION_FLAG || o->value_name == NULL)
		return STR("");
	return layout_choices_apart(o) ? STR("WORD") : str_of(o->value_name);
}

void layout_choices(struct buf *out, const struct option_spec *o, const char *before, const char *after,
                    const char *between)
{
	struct str rest = str_of(o->value_name);
	for (bool first = true; rest.len > 0; first = false) {
		struct str one = layout_until(&rest, '|');
		buf_printf(out, "%s%s%.*s%s", first ? "" : between, before, STR_FMT(one), after);
	}
}

struct str layout_paragraph(struct str *rest)
{
	const char *at = memmem(rest->ptr, rest->len, "\n\n", 2);
	size_t n = at != NULL ? (size_t)(at - rest->ptr) : rest->len;
	struct str one = str_cut(*rest, 0, n);
	*rest = str_cut(*rest, n + 2, rest->len);
	return one;
}

bool layout_example(struct str *rest, struct str *ret_command, struct str *ret_text)
{
	if (rest->len == 0)
		return false;
	struct str line = layout_until(rest, '\n');
	*ret_command = layout_until(&line, '\t');
	*ret_text = line;
	return true;
}
