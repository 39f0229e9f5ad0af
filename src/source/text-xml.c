/*
 * Windows event XML (and Sysmon for Linux) in one pass, without a tree, into the shape that EVTX-to-JSON converters
 * give. What an element becomes is known only at what follows its start tag, so one element is kept pending: a child
 * makes it a map, its end tag a leaf. Not a validating parser: unclosed elements, stray end tags and bare ampersands
 * are read as well as they can be.
 */
#include "base/utf8.h"
#include "source/text-parts.h"

enum { XML_DEPTH = 64 };
struct xml {
	struct text *t;
	struct str s;
	size_t at;
	struct str open[XML_DEPTH]; /* names of the open maps */
	size_t depth;
	struct str name, attributes; /* of the pending element */
	bool pending;
	struct buf *text; /* decoded character data since the last tag */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static uint32_t numeric_entity(struct str digits, unsigned base)
{
	uint32_t cp = 0;
	for (size_t i = 0; i < digits.len; i++) {
		char c = digits.ptr[i];
		unsigned d = text_is_digit(c) ? (unsigned)(c - '0') : (unsigned)((c | 32) - 'a') + 10;
		if (d >= base || cp > 0x10FFFF)
			return 0xFFFD;
		cp = cp * base + d;
	}
	return digits.len == 0 || cp == 0 || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF) ? 0xFFFD : cp;
}

/* The character an entity (between & and ;) stands for; 0 when it is not known. */
static uint32_t entity(struct str e)
{
	static const struct {
		struct str name;
		uint32_t cp;
	} known[] = { { { "lt", 2 }, '<' },
		      { { "gt", 2 }, '>' },
		      { { "amp", 3 }, '&' },
		      { { "quot", 4 }, '"' },
		      { { "apos", 4 }, '\'' } };
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_eq(e, known[i].name))
			return known[i].cp;
	if (e.len >= 2 && e.ptr[0] == '#')
		return e.ptr[1] == 'x' || e.ptr[1] == 'X' ? numeric_entity(text_from(e, 2), 16)
		                                          : numeric_entity(text_from(e, 1), 10);
	return 0;
}

static void add_decoded(struct text *t, struct buf *out, struct str s)
{
	enum { ENTITY_MAX = 12 };
	for (size_t at = 0; at < s.len;) {
		size_t amp = text_find(s, at, '&');
		text_add(t, out, str_cut(s, at, amp));
		if (amp == s.len)
			return;
		struct str near = str_cut(s, amp + 1, amp + 1 + ENTITY_MAX);
		size_t semicolon = text_find(near, 0, ';');
		uint32_t cp = semicolon < near.len ? entity(str_cut(near, 0, semicolon)) : 0;
		if (cp == 0) {
			text_add_char(t, out, '&');
			at = amp + 1;
			continue;
		}
		if (cp == 0xFFFD)
			t->note->flags |= TEXT_REPAIRED;
		char utf8[4];
		text_add(t, out, (struct str){ utf8, utf8_encode(cp, utf8) });
		at = amp + 1 + semicolon + 1;
	}
}

/* The next attribute of a start tag; false at the end. The value is as written, without its quotes. */
static bool next_attribute(struct str s, size_t *at, struct str *ret_name, struct str *ret_value)
{
	size_t i = *at;
	while (i < s.len && (is_blank(s.ptr[i]) || s.ptr[i] == '='))
		i++;
	if (i >= s.len)
		return false;
	size_t from = i;
	while (i < s.len && !is_blank(s.ptr[i]) && s.ptr[i] != '=')
		i++;
	*ret_name = str_cut(s, from, i);
	*ret_value = STR("");
	while (i < s.len && is_blank(s.ptr[i]))
		i++;
	if (i < s.len && s.ptr[i] == '=') {
		i++;
		while (i < s.len && is_blank(s.ptr[i]))
			i++;
		if (i < s.len && (s.ptr[i] == '"' || s.ptr[i] == '\'')) {
			size_t end = text_find(s, i + 1, s.ptr[i]);
			*ret_value = str_cut(s, i + 1, end);
			i = end + 1;
		} else {
			from = i;
			while (i < s.len && !is_blank(s.ptr[i]))
				i++;
			*ret_value = str_cut(s, from, i);
		}
	}
	*at = i < s.len ? i : s.len;
	return true;
}

static bool in_system(const struct xml *x)
{
	return x->depth >= 2 && str_is(x->open[1], "System");
}

/* Text of an element or attribute: a number where the System part has one. */
static void put_text(struct xml *x, struct str s)
{
	int64_t n;
	if (in_system(x) && text_number(s, &n) && (s.ptr[0] != '0' || s.len == 1))
		value_build_int(x->t->b, n);
	else
		text_str(x->t, s);
}

static bool is_namespace(struct str attribute)
{
	return str_starts(attribute, STR("xmlns"));
}

/* The value of an attribute, ptr NULL when absent. */
static struct str attribute_of(struct str attributes, struct str wanted, size_t *ret_others)
{
	struct str name, val, found = { 0 };
	*ret_others = 0;
	for (size_t at = 0; next_attribute(attributes, &at, &name, &val);)
		if (str_eq(name, wanted) && found.ptr == NULL)
			found = val;
		else if (!is_namespace(name))
			(*ret_others)++;
	return found;
}

static void put_attributes(struct xml *x)
{
	if (text_trim(x->attributes).len == 0)
		return;
	struct buf *out = &x->t->s->sub;
	struct str name, val;
	value_build_key(x->t->b, STR("#attributes"));
	value_build_map(x->t->b);
	for (size_t at = 0; next_attribute(x->attributes, &at, &name, &val);) {
		buf_reset(out);
		add_decoded(x->t, out, val);
		text_key(x->t, name);
		put_text(x, buf_view(out));
	}
	value_build_close(x->t->b);
}

static void put_loose_text(struct xml *x)
{
	struct str s = text_trim(buf_view(x->text));
	if (s.len > 0) {
		value_build_key(x->t->b, STR("#text"));
		put_text(x, s);
	}
	buf_reset(x->text);
}

/* The pending element has no children. */
static void put_leaf(struct xml *x)
{
	struct text *t = x->t;
	size_t others;
	struct str text = buf_view(x->text);
	struct str named = attribute_of(x->attributes, STR("Name"), &others);
	bool data = str_is(x->name, "Data") || str_is(x->name, "ComplexData");
	x->pending = false;
	if (data && named.ptr != NULL && named.len > 0) {
		buf_reset(&t->s->sub);
		add_decoded(t, &t->s->sub, named);
		text_pair(t, buf_view(&t->s->sub), text);
	} else {
		text_key(t, x->name);
		if (others > 0 || named.ptr != NULL) {
			value_build_map(t->b);
			put_attributes(x);
			put_loose_text(x);
			value_build_close(t->b);
		} else if (text.len > 0 || data) {
			put_text(x, text);
		} else {
			value_build_null(t->b);
		}
	}
	buf_reset(x->text);
}

static void close_map(struct xml *x)
{
	put_loose_text(x);
	value_build_close(x->t->b);
	x->depth--;
}

/* The pending element gets a child: it becomes a map. False when it is too deep. */
static bool open_map(struct xml *x)
{
	if (x->depth == XML_DEPTH) {
		x->t->note->flags |= TEXT_TRUNCATED;
		return false;
	}
	text_key(x->t, x->name);
	value_build_map(x->t->b);
	x->open[x->depth++] = x->name;
	put_attributes(x);
	put_loose_text(x);
	x->pending = false;
	return true;
}

static struct str local_name(struct str name)
{
	size_t colon = text_find(name, 0, ':');
	return colon < name.len ? text_from(name, colon + 1) : name;
}

/* Position of the '>' that ends the tag at x->at, outside quotes. */
static size_t tag_end(struct xml *x)
{
	char quote = '\0';
	size_t i = x->at + 1;
	for (; i < x->s.len; i++) {
		char c = x->s.ptr[i];
		if (quote != '\0')
			quote = c == quote ? '\0' : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (c == '>')
			return i;
	}
	x->t->note->flags |= TEXT_TRUNCATED;
	return i;
}

static void start_tag(struct xml *x)
{
	size_t end = tag_end(x);
	bool empty = x->s.ptr[end - 1] == '/';
	struct str inside = str_cut(x->s, x->at + 1, empty ? end - 1 : end);
	x->at = end < x->s.len ? end + 1 : x->s.len;
	if (x->pending && !open_map(x)) {
		x->at = x->s.len;
		return;
	}
	if (x->depth > 0)
		put_loose_text(x);
	size_t n = 0;
	while (n < inside.len && !is_blank(inside.ptr[n]) && inside.ptr[n] != '/')
		n++;
	x->name = local_name(str_cut(inside, 0, n));
	x->attributes = text_from(inside, n);
	x->pending = true;
	if (empty)
		put_leaf(x);
}

static void end_tag(struct xml *x)
{
	size_t end = text_find(x->s, x->at, '>');
	struct str name = local_name(text_trim(str_cut(x->s, x->at + 2, end)));
	x->at = end < x->s.len ? end + 1 : x->s.len;
	if (end == x->s.len)
		x->t->note->flags |= TEXT_TRUNCATED;
	if (x->pending && str_eq(name, x->name)) {
		put_leaf(x);
		return;
	}
	size_t d = x->depth;
	while (d > 0 && !str_eq(x->open[d - 1], name))
		d--;
	if (d == 0) { /* ends nothing that is open */
		x->t->note->flags |= TEXT_TRUNCATED;
		return;
	}
	if (x->pending || d != x->depth)
		x->t->note->flags |= TEXT_TRUNCATED;
	if (x->pending)
		put_leaf(x);
	while (x->depth >= d)
		close_map(x);
}

/* Comments, CDATA, processing instructions, declarations; false when x->at is at none. */
static bool special(struct xml *x)
{
	static const struct {
		struct str open, close;
	} kinds[] = { { { "<![CDATA[", 9 }, { "]]>", 3 } },
		      { { "<!--", 4 }, { "-->", 3 } },
		      { { "<?", 2 }, { "?>", 2 } },
		      { { "<!", 2 }, { ">", 1 } } };
	struct str rest = text_from(x->s, x->at);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!str_starts(rest, kinds[i].open))
			continue;
		size_t end = text_find_str(rest, kinds[i].open.len, kinds[i].close);
		if (i == 0)
			text_add(x->t, x->text, str_cut(rest, kinds[i].open.len, end));
		if (end == rest.len)
			x->t->note->flags |= TEXT_TRUNCATED;
		x->at += end + kinds[i].close.len;
		x->at = x->at < x->s.len ? x->at : x->s.len;
		return true;
	}
	return false;
}

static bool starts_name(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || (unsigned char)c >= 0x80;
}

static void step(struct xml *x)
{
	char next = x->at + 1 < x->s.len ? x->s.ptr[x->at + 1] : '\0';
	if (x->s.ptr[x->at] == '<' && next == '/') {
		end_tag(x);
	} else if (x->s.ptr[x->at] == '<' && starts_name(next)) {
		start_tag(x);
	} else if (x->s.ptr[x->at] != '<' || !special(x)) {
		size_t end = text_find(x->s, x->at + 1, '<');
		add_decoded(x->t, x->text, str_cut(x->s, x->at, end));
		x->at = end;
	}
}

bool text_is_event_xml(struct str s)
{
	return str_starts(s, STR("<Event")) && s.len > 6 && (is_blank(s.ptr[6]) || s.ptr[6] == '>' || s.ptr[6] == '/');
}

fallible text_xml(struct text *t, struct str record)
{
	struct xml x = { .t = t, .s = record, .text = &t->s->value };
	x.at = text_find_str(record, 0, STR("<Event"));
	while (x.at < record.len && !text_is_event_xml(text_from(record, x.at)))
		x.at = text_find_str(record, x.at + 1, STR("<Event"));
	if (x.at >= record.len)
		return text_refuse(t, "no Event element", 0);
	buf_reset(x.text);
	do
		step(&x);
	while (x.at < record.len && (x.depth > 0 || x.pending));
	if (x.pending || x.depth > 0)
		t->note->flags |= TEXT_TRUNCATED;
	if (x.pending)
		put_leaf(&x);
	while (x.depth > 0)
		close_map(&x);
	return ERR_OK;
}
