/*
 * Plain lines, and the one plain format that is told by its look: AWS VPC flow records. The default layout (version 2)
 * starts "2 <account> eni-"; any other layout needs the header line, which AWS writes at the top of each file (Amazon
 * VPC User Guide, "Flow log records").
 */
#include "source/text-parts.h"

static const struct str flow_default[] = {
#define F(name)                        \
	{                              \
		name, sizeof(name) - 1 \
	}
	F("version"),  F("account-id"), F("interface-id"), F("srcaddr"), F("dstaddr"), F("srcport"), F("dstport"),
	F("protocol"), F("packets"),    F("bytes"),        F("start"),   F("end"),     F("action"),  F("log-status"),
#undef F
};

/* The next run of non-blanks at or after *at; empty at the end. */
static struct str next_word(struct str s, size_t *at)
{
	while (*at < s.len && text_is_space(s.ptr[*at]))
		(*at)++;
	size_t from = *at;
	while (*at < s.len && !text_is_space(s.ptr[*at]))
		(*at)++;
	return str_cut(s, from, *at);
}

bool text_is_flow_header(struct str header)
{
	size_t at = 0, n = 0;
	bool src = false, dst = false;
	for (struct str w = next_word(header, &at); w.len > 0; w = next_word(header, &at)) {
		for (size_t i = 0; i < w.len; i++)
			if (!(w.ptr[i] >= 'a' && w.ptr[i] <= 'z') && w.ptr[i] != '-' && !text_is_digit(w.ptr[i]))
				return false;
		src = src || str_is(w, "srcaddr") || str_is(w, "pkt-srcaddr");
		dst = dst || str_is(w, "dstaddr") || str_is(w, "pkt-dstaddr");
		n++;
	}
	return n >= 4 && src && dst;
}

static bool is_default_flow(struct str line)
{
	if (line.len < 20 || memcmp(line.ptr, "2 ", 2) != 0 || memcmp(line.ptr + 14, " eni-", 5) != 0)
		return false;
	for (size_t i = 2; i < 14; i++)
		if (!text_is_digit(line.ptr[i]))
			return false;
	size_t at = 0, n = 0;
	while (next_word(line, &at).len > 0)
		if (++n > ARRAY_LEN(flow_default))
			return false;
	return n == ARRAY_LEN(flow_default);
}

bool text_flow(struct text *t, struct str line)
{
	bool named = t->input != NULL && t->input->header.len > 0 && text_is_flow_header(t->input->header);
	if (!named && !is_default_flow(line))
		return false;
	size_t at = 0, in_header = 0, i = 0;
	for (struct str w = next_word(line, &at); w.len > 0; w = next_word(line, &at), i++) {
		struct str name = named ? next_word(t->input->header, &in_header) : flow_default[i];
		if (name.len == 0) {
			t->note->flags |= TEXT_TRUNCATED;
			break;
		}
		if (!str_is(w, "-"))
			text_pair(t, name, w);
	}
	return true;
}

fallible text_plain(struct text *t, struct str line)
{
	if (line.len > 0 && !text_is_flow_header(line) && text_flow(t, line))
		return ERR_OK;
	text_pair(t, STR("message"), line);
	return ERR_OK;
}
