/*
 * Finding any of thousands of literals in a short text. Each literal is filed under a four-byte window of itself, one
 * that few other literals and few ordinary texts hold. A text is walked once: four bytes are hashed (bit 5 set, so that
 * ASCII case does not count) and looked up in a bitmap that stays in the first-level cache; only where a bit is set are
 * the literals of that window compared. For values of some fifty bytes this costs a fraction of an automaton over the
 * same literals, and there is nothing to compile. When all literals are long enough, each is filed under several
 * windows in a row and only every second to eighth place is looked at (after Wu and Manber, "A fast algorithm for
 * multi-pattern searching", 1994). Literals of two and three bytes are filed under two-byte windows, single bytes are
 * looked for by themselves.
 */
#include <stdlib.h>

#include "base/sys.h"
#include "base/utf8.h"
#include "engine/detect/program.h"

enum { WIDE = 4, NARROW = 2, STRIDE_MAX = 8, COMMON = 4000 };

static ALWAYS_INLINE uint32_t gram_wide(const char *p)
{
	uint32_t g;
	memcpy(&g, p, WIDE);
	return g | 0x20202020u;
}
static ALWAYS_INLINE uint32_t gram_narrow(const char *p)
{
	uint16_t g;
	memcpy(&g, p, NARROW);
	return (uint32_t)g | 0x2020u;
}
static ALWAYS_INLINE uint32_t spread(uint32_t gram)
{
	uint32_t h = gram * 0x9E3779B1u;
	return h ^ h >> 15;
}

/* ---- choosing windows: how many literals hold each, ordinary words counting as many */

struct gram_counts {
	struct gram_count {
		uint32_t gram, n; /* gram 0 = free */
	} * at;
	uint32_t mask;
};

static struct gram_count *count_of(const struct gram_counts *c, uint32_t gram)
{
	uint32_t i = spread(gram) & c->mask;
	while (c->at[i].gram != 0 && c->at[i].gram != gram)
		i = (i + 1) & c->mask;
	c->at[i].gram = gram;
	return &c->at[i];
}

static void count_common(const struct gram_counts *c)
{
	static const char words[] =
	    "powershell.exe cmd.exe /c c:\\windows\\system32\\ program files (x86) "
	    "c:\\users\\public\\appdata\\local\\temp "
	    "roaming microsoft svchost.exe rundll32.exe http://www. https:// .com/ .dll -command administrator "
	    "execution policy bypass software\\currentversion amazonaws.com /usr/bin/ /bin/bash service process config";
	for (size_t i = 0; i + WIDE < sizeof(words); i++)
		count_of(c, gram_wide(words + i))->n = COMMON;
}

static fallible count_windows(const struct str *texts, size_t n, struct arena *temp, struct gram_counts *ret)
{
	size_t windows = 512, cap = 1024;
	for (size_t i = 0; i < n; i++)
		windows += texts[i].len;
	while (cap < 2 * windows)
		cap *= 2;
	ret->at = arena_new_n(temp, struct gram_count, cap);
	TRY(got(ret->at));
	ret->mask = (uint32_t)cap - 1;
	count_common(ret);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k + WIDE <= texts[i].len; k++)
			count_of(ret, gram_wide(texts[i].ptr + k))->n++;
	return ERR_OK;
}

/* How common a byte is in paths, command lines and identifiers. */
static unsigned byte_weight(char c)
{
	static const char by_rank[] = "eitsonar.\\lmcdpu/hwxfgbv -_ykjqz0123456789";
	const char *at = c != '\0' ? strchr(by_rank, c) : NULL;
	if (at == NULL)
		return 0;
	size_t rank = (size_t)(at - by_rank);
	return rank < 8 ? 9 : rank < 16 ? 7 : rank < 24 ? 5 : rank < 32 ? 3 : 2;
}

static unsigned window_weight(const struct gram_counts *c, const char *p, size_t width)
{
	unsigned weight = 0;
	for (size_t k = 0; k < width; k++)
		weight += byte_weight(p[k]);
	if (width != WIDE)
		return weight;
	uint32_t n = count_of(c, gram_wide(p))->n;
	return weight + 8 * (unsigned)(32 - __builtin_clz(n | 1));
}

/* Where the `stride` windows in a row begin that are least likely to be met. */
static size_t best_window(const struct gram_counts *c, struct str text, size_t width, size_t stride)
{
	size_t best = 0;
	unsigned best_weight = UINT32_MAX;
	for (size_t i = 0; i + width + stride - 1 <= text.len; i++) {
		unsigned weight = 0;
		for (size_t k = 0; k < stride; k++)
			weight += window_weight(c, text.ptr + i + k, width);
		if (weight < best_weight) {
			best = i;
			best_weight = weight;
		}
	}
	return best;
}

/* ---- building */

struct filing {
	uint32_t gram;
	struct gram_entry entry;
};

static int order_filings(const void *x, const void *y)
{
	const struct filing *a = x, *b = y;
	if (a->gram != b->gram)
		return a->gram < b->gram ? -1 : 1;
	return (a->entry.literal > b->entry.literal) - (a->entry.literal < b->entry.literal);
}

static fallible add_literal(struct grams *g, struct str text, struct rule_list rules, struct arena *arena)
{
	struct gram_literal *l = &g->literals[g->n++];
	uint64_t fold = 0x2020202020202020ull;
	l->text = arena_str(arena, text);
	TRY(got(l->text.ptr));
	l->rules = rules;
	l->mask = text.len >= 8 ? ~0ull : (1ull << 8 * text.len) - 1;
	memcpy(&l->head, text.ptr, text.len < 8 ? text.len : 8);
	l->head = (l->head | fold) & l->mask;
	return ERR_OK;
}

/* Files every literal; *ret_n filings, sorted by gram. */
static fallible file_all(const struct grams *g, const struct gram_counts *counts, struct arena *temp,
                         struct filing **ret, size_t *ret_n)
{
	struct filing *filings = arena_new_n(temp, struct filing, (size_t)g->n * STRIDE_MAX);
	size_t n = 0;
	TRY(got(filings));
	for (uint32_t i = 0; i < g->n; i++) {
		struct str t = g->literals[i].text;
		if (t.len < NARROW)
			continue;
		bool wide = t.len >= WIDE;
		size_t stride = wide ? g->stride : 1, at = best_window(counts, t, wide ? WIDE : NARROW, stride);
		for (size_t k = 0; k < stride; k++) {
			const char *p = t.ptr + at + k;
			filings[n++] =
			    (struct filing){ wide ? gram_wide(p) : gram_narrow(p), { i, (uint32_t)(at + k) } };
		}
	}
	if (n > 1)
		qsort(filings, n, sizeof(*filings), order_filings);
	*ret = filings;
	*ret_n = n;
	return ERR_OK;
}

static void set_bit(struct grams *g, uint32_t gram)
{
	if (gram <= UINT16_MAX)
		g->narrow_bits[gram / 64] |= 1ull << gram % 64;
	else
		g->wide_bits[(spread(gram) & g->wide_mask) / 64] |= 1ull << spread(gram) % 64;
}

static fallible place_all(struct grams *g, const struct filing *filings, size_t n, struct arena *arena)
{
	uint32_t bits = 1024, slots = 16;
	while (bits < 32 * n && bits < 1u << 18)
		bits *= 2;
	while (slots < 2 * n)
		slots *= 2;
	g->wide_mask = bits - 1;
	g->slot_mask = slots - 1;
	g->wide_bits = arena_new_n(arena, uint64_t, bits / 64);
	g->narrow_bits = arena_new_n(arena, uint64_t, g->has_narrow ? (UINT16_MAX + 1) / 64 : 1);
	g->slots = arena_new_n(arena, struct gram_slot, slots);
	g->entries = arena_new_n(arena, struct gram_entry, n);
	if (g->wide_bits == NULL || g->narrow_bits == NULL || g->slots == NULL || g->entries == NULL)
		return ERR_MEMORY;
	for (size_t at = 0; at < n;) {
		uint32_t gram = filings[at].gram, i = spread(gram) & g->slot_mask;
		while (g->slots[i].gram != 0)
			i = (i + 1) & g->slot_mask;
		g->slots[i] = (struct gram_slot){ gram, (uint32_t)at, 0 };
		set_bit(g, gram);
		for (; at < n && filings[at].gram == gram; at++) {
			g->entries[at] = filings[at].entry;
			g->slots[i].n++;
		}
	}
	return ERR_OK;
}

fallible grams_build(struct grams *g, const struct str *texts, const struct rule_list *rules, size_t n,
                     struct arena *arena)
{
	auto_arena temp = { 0 };
	struct gram_counts counts;
	struct filing *filings;
	size_t n_filings, shortest = STRIDE_MAX + WIDE;

	*g = (struct grams){ .n = 0 };
	g->literals = arena_new_n(arena, struct gram_literal, n);
	g->singles = arena_new_n(arena, uint32_t, UINT8_MAX + 1); /* texts differ, so there are no more of one byte */
	TRY(got(g->literals));
	TRY(got(g->singles));
	for (size_t i = 0; i < n; i++) {
		TRY(add_literal(g, texts[i], rules[i], arena));
		if (texts[i].len == 1)
			g->singles[g->n_singles++] = (uint32_t)i;
		g->has_narrow |= texts[i].len > 1 && texts[i].len < WIDE;
		g->has_wide |= texts[i].len >= WIDE;
		if (texts[i].len >= WIDE && texts[i].len < shortest)
			shortest = texts[i].len;
	}
	g->stride = (uint32_t)(shortest - WIDE + 1 < STRIDE_MAX ? shortest - WIDE + 1 : STRIDE_MAX);
	TRY(count_windows(texts, n, &temp, &counts));
	TRY(file_all(g, &counts, &temp, &filings, &n_filings));
	return place_all(g, filings, n_filings, arena);
}

/* ---- scanning */

static ALWAYS_INLINE bool literal_at(const struct gram_literal *l, struct str v, size_t at)
{
	const char *p = v.ptr + at;
	size_t room = v.len - at;
	if (l->text.len > room)
		return false;
	if (room >= 8) {
		uint64_t head;
		memcpy(&head, p, 8);
		if (((head | 0x2020202020202020ull) & l->mask) != l->head)
			return false;
	}
	return text_stands_at(p, l->text);
}

/* The literals filed under this gram, at the place where it was met. */
static NOINLINE void compare_at(const struct grams *g, uint32_t gram, struct str v, size_t at, struct detect_scratch *s)
{
	uint32_t i = spread(gram) & g->slot_mask;
	while (g->slots[i].gram != gram) {
		if (g->slots[i].gram == 0)
			return;
		i = (i + 1) & g->slot_mask;
	}
	const struct gram_entry *e = &g->entries[g->slots[i].first];
	for (uint32_t k = 0; k < g->slots[i].n; k++) {
		const struct gram_literal *l = &g->literals[e[k].literal];
		if (e[k].offset <= at && literal_at(l, v, at - e[k].offset))
			nominate(s, l->rules);
	}
}

static ALWAYS_INLINE void scan_wide(const struct grams *g, struct str v, struct detect_scratch *s, size_t stride)
{
	const uint64_t *bits = g->wide_bits;
	uint32_t mask = g->wide_mask;
	for (size_t i = 0; i + WIDE <= v.len; i += stride) {
		uint32_t gram = gram_wide(v.ptr + i), h = spread(gram);
		if (UNLIKELY(bits[(h & mask) / 64] >> h % 64 & 1))
			compare_at(g, gram, v, i, s);
	}
}

/* Both in one walk: the narrow window is the beginning of the wide one. */
static void scan_both(const struct grams *g, struct str v, struct detect_scratch *s)
{
	const uint64_t *wide = g->wide_bits, *narrow = g->narrow_bits;
	uint32_t mask = g->wide_mask;
	size_t i = 0;
	for (; i + WIDE <= v.len; i++) {
		uint32_t gram = gram_wide(v.ptr + i), h = spread(gram), part = gram & UINT16_MAX;
		uint64_t hit = wide[(h & mask) / 64] >> h % 64, hit_narrow = narrow[part / 64] >> part % 64;
		if (LIKELY(((hit | hit_narrow) & 1) == 0))
			continue;
		if (hit & 1)
			compare_at(g, gram, v, i, s);
		if (hit_narrow & 1)
			compare_at(g, part, v, i, s);
	}
	for (; i + NARROW <= v.len; i++)
		if (narrow[gram_narrow(v.ptr + i) / 64] >> gram_narrow(v.ptr + i) % 64 & 1)
			compare_at(g, gram_narrow(v.ptr + i), v, i, s);
}

static void scan_narrow(const struct grams *g, struct str v, struct detect_scratch *s)
{
	const uint64_t *bits = g->narrow_bits;
	for (size_t i = 0; i + NARROW <= v.len; i++) {
		uint32_t gram = gram_narrow(v.ptr + i);
		if (UNLIKELY(bits[gram / 64] >> gram % 64 & 1))
			compare_at(g, gram, v, i, s);
	}
}

static void scan_single(const struct grams *g, struct str v, struct detect_scratch *s)
{
	for (uint32_t i = 0; i < g->n_singles; i++) {
		const struct gram_literal *l = &g->literals[g->singles[i]];
		char c = l->text.ptr[0], upper = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
		if (memchr(v.ptr, c, v.len) != NULL || (upper != c && memchr(v.ptr, upper, v.len) != NULL))
			nominate(s, l->rules);
	}
}

void grams_scan(const struct grams *g, struct str v, struct detect_scratch *s)
{
	if (g->has_wide && g->stride == 1 && g->has_narrow) {
		scan_both(g, v, s);
	} else {
		if (g->has_wide && g->stride == 1)
			scan_wide(g, v, s, 1);
		else if (g->has_wide)
			scan_wide(g, v, s, g->stride);
		if (g->has_narrow)
			scan_narrow(g, v, s);
	}
	if (g->n_singles > 0 && v.len > 0)
		scan_single(g, v, s);
}
