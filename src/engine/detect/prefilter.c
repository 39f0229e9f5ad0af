/*
 * Vectorscan databases for regex witnesses of one field that need no rare literal. They only nominate rules, so anything may match too often but never too
 * seldom: regexes are compiled in prefilter mode. Compiled databases go through the cache when there is one; its key covers patterns, flags, the library's
 * version and the processor.
 */
#include "base/hash.h"
#include "base/sys.h"
#include "engine/detect/program.h"

/*
 * Vectorscan 5.4.9 (Debian 12) misses matches in texts of 64 bytes and more when a database holds few literals, and literals of one byte that are reported
 * once only. Databases are therefore filled up to LITERALS_MIN with literals that do not occur, and single bytes are reported each time.
 */
enum { KEY_BYTES = 16, LITERALS_MIN = 32 };

static unsigned hs_flags(const struct prefilter_pattern *p)
{
	unsigned f = HS_FLAG_SINGLEMATCH;
	if (!p->regex)
		return p->text.len > 1 ? f | HS_FLAG_CASELESS : HS_FLAG_CASELESS;
	f |= HS_FLAG_ALLOWEMPTY | HS_FLAG_PREFILTER;
	f |= p->flags & SIGMA_RE_I ? HS_FLAG_CASELESS : 0;
	f |= p->flags & SIGMA_RE_M ? HS_FLAG_MULTILINE : 0;
	f |= p->flags & SIGMA_RE_S ? HS_FLAG_DOTALL : 0;
	return f;
}

static fallible cache_key(const struct prefilter_pattern *patterns, const char *const *texts, size_t n, char key[static 2 * KEY_BYTES + 1])
{
	auto_buf b = { .max = (size_t)256 << 20 };
	hs_platform_info_t platform = { 0 };
	struct hash_sha *sha = NULL;

	if (hs_populate_platform(&platform) != HS_SUCCESS)
		return ERR_INTERNAL;
	buf_str(&b, str_of(hs_version()));
	buf_lit(&b, "\nfilled\n");
	buf_uint(&b, platform.tune);
	buf_char(&b, ' ');
	buf_uint(&b, platform.cpu_features);
	for (size_t i = 0; i < n; i++) {
		buf_char(&b, '\n');
		buf_uint(&b, hs_flags(&patterns[i]) | (patterns[i].refused ? 1u << 31 : 0));
		buf_char(&b, ' ');
		buf_str(&b, str_of(texts[i]));
	}
	TRY(buf_err(&b));
	TRY(hash_sha_new(&sha));
	struct str all = buf_view(&b);
	enum err e = hash_sha_hex(sha, &all, 1, KEY_BYTES, key);
	hash_sha_free(&sha);
	return e;
}

/* Compiles those not refused; a regex that is in the way is refused and the rest compiled again. */
static fallible compile(struct prefilter_pattern *patterns, const char *const *texts, size_t n, struct arena *a, hs_database_t **ret)
{
	const char **kept = arena_new_n(a, const char *, n + LITERALS_MIN);
	unsigned *flags = arena_new_n(a, unsigned, n + LITERALS_MIN), *ids = arena_new_n(a, unsigned, n + LITERALS_MIN);
	TRY(got(kept));
	TRY(got(flags));
	TRY(got(ids));
	for (;;) {
		unsigned used = 0;
		for (size_t i = 0; i < n; i++) {
			if (patterns[i].refused)
				continue;
			kept[used] = texts[i];
			flags[used] = hs_flags(&patterns[i]);
			ids[used++] = (unsigned)i;
		}
		*ret = NULL;
		if (used == 0)
			return ERR_OK;
		unsigned total = used;
		for (; total < LITERALS_MIN; total++) {
			kept[total] = arena_printf(a, "\\xff\\x00\\xfe%c%c\\xfd", (int)('A' + total % 16), (int)('a' + total / 16)).ptr;
			TRY(got(kept[total]));
			flags[total] = flags[0] & HS_FLAG_SINGLEMATCH; /* one id, one way of reporting */
			ids[total] = ids[0]; /* a hit only nominates once too often */
		}
		hs_compile_error_t *error = NULL;
		hs_error_t e = hs_compile_multi(kept, flags, ids, total, HS_MODE_BLOCK, NULL, ret, &error);
		int bad = error != NULL ? error->expression : -1;
		if (error != NULL)
			IGNORE(hs_free_compile_error(error) != HS_SUCCESS); /* nothing to do about it */
		if (e == HS_SUCCESS)
			return ERR_OK;
		if (e != HS_COMPILER_ERROR || bad < 0 || (unsigned)bad >= used)
			return ERR_MEMORY;
		patterns[ids[bad]].refused = true;
	}
}

/*
 * No regex is given to Vectorscan 5.4.9: in texts of 64 bytes and more its automata miss matches of the simplest ones (`a{0,2}b`, `(foo|ba[rx])q`), whatever
 * stands beside them. Their rules are nominated by required literals where they have some, else wherever the field is present.
 */
static void refuse_regexes(struct prefilter_pattern *patterns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		patterns[i].refused |= patterns[i].regex;
}

static bool from_cache(struct detect_program *p, const char *key, hs_database_t **ret)
{
	struct str data;
	return p->cache.load(p->cache.arg, key, &data) && hs_deserialize_database(data.ptr, data.len, ret) == HS_SUCCESS;
}

static void to_cache(struct detect_program *p, const char *key, const hs_database_t *db)
{
	char *data = NULL;
	size_t len = 0;
	if (hs_serialize_database(db, &data, &len) == HS_SUCCESS)
		p->cache.save(p->cache.arg, key, (struct str){ data, len });
	sys_free(data);
}

fallible prefilter_compile(struct detect_program *p, struct prefilter_pattern *patterns, size_t n, hs_database_t **ret)
{
	auto_arena a = { 0 };
	char key[2 * KEY_BYTES + 1];
	const char **texts = arena_new_n(&a, const char *, n);

	TRY(got(texts));
	for (size_t i = 0; i < n; i++) {
		texts[i] = arena_str(&a, patterns[i].text).ptr;
		TRY(got(texts[i]));
	}
	refuse_regexes(patterns, n);
	TRY(cache_key(patterns, texts, n, key));
	if (p->has_cache && from_cache(p, key, ret))
		return ERR_OK;
	TRY(compile(patterns, texts, n, &a, ret));
	if (p->has_cache && *ret != NULL)
		to_cache(p, key, *ret);
	return ERR_OK;
}
