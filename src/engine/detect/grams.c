/*
 * Finding any of thousands of literals in a short text. Each literal is filed under one four-byte window of itself, the one least likely to occur in ordinary
 * text. A text is walked once: at each place four bytes are hashed (bit 5 set, so that ASCII case does not count) and looked up in a bitmap that stays in the
 * first-level cache; only where a bit is set are the literals of that window compared. For values of some fifty bytes this costs a tenth of an automaton over
 * the same literals, and nothing to compile. Literals shorter than four bytes are filed by length in the same way.
 */
#include "base/sys.h"
#include "base/utf8.h"
#include "engine/detect/program.h"

enum { GRAM = 4 };

static uint32_t load_gram(const char *p, size_t width)
{
	uint32_t g = 0;
	memcpy(&g, p, width);
	return g | (0x20202020u >> (32 - 8 * width));
}

static ALWAYS_INLINE uint32_t spread(uint32_t gram)
{
	uint32_t h = gram * 0x9E3779B1u;
	return h ^ h >> 15;
}

/* How common a byte is in paths, command lines and identifiers, 0 rare to 9 everywhere. */
static unsigned byte_weight(char c)
{
	static const char by_rank[] = "eitsonar.\\lmcdpu/hwxfgbv -_ykjqz0123456789";
	const char *at = c != '\0' ? strchr(by_rank, c) : NULL;
	if (at == NULL)
		return 0;
	size_t rank = (size_t)(at - by_rank);
	return rank < 8 ? 9 : rank < 16 ? 7 : rank < 24 ? 5 : rank < 32 ? 3 : 2;
}

/* Windows that ordinary events are full of: filed elsewhere if a literal has any other. */
static bool is_common(const char *gram)
{
	static const char words[] = "powershell.exe cmd.exe /c c:\\windows\\system32\\ program files (x86) c:\\users\\public\\appdata\\local\\temp "
				    "roaming microsoft svchost.exe rundll32.exe http://www. https:// .com/ .dll -command administrator "
				    "execution policy bypass software\\currentversion amazonaws.com /usr/bin/ /bin/bash service process config";
	return memmem(words, sizeof(words) - 1, gram, GRAM) != NULL;
}

static size_t best_window(struct str text, size_t width)
{
	size_t best = 0;
	unsigned best_weight = UINT32_MAX;
	for (size_t i = 0; i + width <= text.len; i++) {
		unsigned weight = width == GRAM && is_common(text.ptr + i) ? 40 : 0;
		for (size_t k = 0; k < width; k++)
			weight += byte_weight(text.ptr[i + k]);
		if (weight < best_weight) {
			best = i;
			best_weight = weight;
		}
	}
	return best;
}

static fallible table_init(struct gram_table *t, size_t n, size_t width, struct arena *arena)
{
	uint32_t bits = 1024, buckets = 16;
	while (bits < 32 * n && bits < 1u << 18)
		bits *= 2;
	while (buckets < 2 * n)
		buckets *= 2;
	*t = (struct gram_table){ .width = (uint32_t)width, .bit_mask = bits - 1, .bucket_mask = buckets - 1 };
	t->bits = arena_new_n(arena, uint64_t, bits / 64);
	t->buckets = arena_new_n(arena, uint32_t, buckets);
	t->literals = arena_new_n(arena, struct gram_literal, n);
	TRY(got(t->bits));
	TRY(got(t->buckets));
	TRY(got(t->literals));
	memset(t->buckets, 0xFF, buckets * sizeof(*t->buckets));
	return ERR_OK;
}

static fallible table_add(struct gram_table *t, struct str text, struct rule_list rules, struct arena *arena)
{
	struct gram_literal *l = &t->literals[t->n];
	l->text = arena_str(arena, text);
	TRY(got(l->text.ptr));
	l->offset = (uint32_t)best_window(l->text, t->width);
	l->gram = load_gram(l->text.ptr + l->offset, t->width);
	l->rules = rules;
	uint32_t h = spread(l->gram), *bucket = &t->buckets[h & t->bucket_mask];
	t->bits[(h & t->bit_mask) / 64] |= 1ull << h % 64;
	l->next = *bucket;
	*bucket = t->n++;
	return ERR_OK;
}

/* All literals of one width: GRAM for those at least that long, else exactly their length. */
fallible grams_build(struct grams *g, const struct str *texts, const struct rule_list *rules, size_t n, struct arena *arena)
{
	for (size_t width = 1; width <= GRAM; width++) {
		size_t count = 0;
		for (size_t i = 0; i < n; i++)
			count += texts[i].len == width || (width == GRAM && texts[i].len > GRAM);
		if (count == 0)
			continue;
		struct gram_table *t = &g->tables[g->n++];
		TRY(table_init(t, count, width, arena));
		for (size_t i = 0; i < n; i++)
			if (texts[i].len == width || (width == GRAM && texts[i].len > GRAM))
				TRY(table_add(t, texts[i], rules[i], arena));
	}
	return ERR_OK;
}

static NOINLINE void compare_at(const struct gram_table *t, uint32_t h, uint32_t gram, struct str v, size_t at, struct detect_scratch *s)
{
	for (uint32_t i = t->buckets[h & t->bucket_mask]; i != NO_INDEX; i = t->literals[i].next) {
		const struct gram_literal *l = &t->literals[i];
		if (l->gram == gram && l->offset <= at && l->text.len <= v.len - (at - l->offset) &&
		    text_stands_at(v.ptr + (at - l->offset), l->text))
			nominate(s, l->rules);
	}
}

static ALWAYS_INLINE void scan_width(const struct gram_table *t, struct str v, struct detect_scratch *s, size_t width)
{
	const uint64_t *bits = t->bits;
	uint32_t mask = t->bit_mask;
	for (size_t i = 0; i + width <= v.len; i++) {
		uint32_t gram = load_gram(v.ptr + i, width), h = spread(gram);
		if (UNLIKELY(bits[(h & mask) / 64] >> h % 64 & 1))
			compare_at(t, h, gram, v, i, s);
	}
}

void grams_scan(const struct grams *g, struct str v, struct detect_scratch *s)
{
	for (uint32_t i = 0; i < g->n; i++) {
		const struct gram_table *t = &g->tables[i];
		if (LIKELY(t->width == GRAM))
			scan_width(t, v, s, GRAM);
		else if (t->width == 3)
			scan_width(t, v, s, 3);
		else if (t->width == 2)
			scan_width(t, v, s, 2);
		else
			scan_width(t, v, s, 1);
	}
}
