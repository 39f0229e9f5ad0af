/*
 * SipHash-1-3 after Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012), with the 128-bit output of their
 * reference code; SHA-256 from OpenSSL, through its plain functions: inputs are short, and the newer interface costs as
 * much as the hashing itself; XXH3 from xxHash.
 */
#include "base/hash.h"

#define OPENSSL_SUPPRESS_DEPRECATED /* the plain functions: see above */
#include <openssl/sha.h>
#include <xxhash.h>

#include "base/sys.h"

struct hash_key hash_key_random(void)
{
	uint8_t bytes[16];
	struct hash_key key;
	sys_random_key(bytes);
	memcpy(&key.k0, bytes, 8);
	memcpy(&key.k1, bytes + 8, 8);
	return key;
}

struct sip {
	uint64_t v0, v1, v2, v3;
};

static ALWAYS_INLINE uint64_t rotl(uint64_t x, unsigned b)
{
	return x << b | x >> (64 - b);
}

static ALWAYS_INLINE void sip_round(struct sip *s)
{
	s->v0 += s->v1;
	s->v1 = rotl(s->v1, 13) ^ s->v0;
	s->v0 = rotl(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotl(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotl(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotl(s->v1, 17) ^ s->v2;
	s->v2 = rotl(s->v2, 32);
}

static ALWAYS_INLINE uint64_t load64(const unsigned char *p)
{
	uint64_t m;
	memcpy(&m, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	m = __builtin_bswap64(m);
#endif
	return m;
}

static ALWAYS_INLINE void sip_absorb(struct sip *s, const void *data, size_t n)
{
	const unsigned char *p = data;
	size_t left = n;
	for (; left >= 8; left -= 8, p += 8) {
		uint64_t m = load64(p);
		s->v3 ^= m;
		sip_round(s);
		s->v0 ^= m;
	}
	uint64_t last = (uint64_t)n << 56;
	for (size_t i = 0; i < left; i++)
		last |= (uint64_t)p[i] << (8 * i);
	s->v3 ^= last;
	sip_round(s);
	s->v0 ^= last;
}

static ALWAYS_INLINE uint64_t sip_finish(struct sip *s)
{
	sip_round(s);
	sip_round(s);
	sip_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

static ALWAYS_INLINE struct sip sip_start(const struct hash_key *key)
{
	return (struct sip){ key->k0 ^ 0x736f6d6570736575U, key->k1 ^ 0x646f72616e646f6dU,
		             key->k0 ^ 0x6c7967656e657261U, key->k1 ^ 0x7465646279746573U };
}

uint64_t hash_sip(const struct hash_key *key, const void *p, size_t n)
{
	struct sip s = sip_start(key);
	sip_absorb(&s, p, n);
	s.v2 ^= 0xff;
	return sip_finish(&s);
}

struct hash128 hash_sip128(const struct hash_key *key, const void *p, size_t n)
{
	struct sip s = sip_start(key);
	struct hash128 h;
	s.v1 ^= 0xee;
	sip_absorb(&s, p, n);
	s.v2 ^= 0xee;
	h.lo = sip_finish(&s);
	s.v1 ^= 0xdd;
	h.hi = sip_finish(&s);
	return h;
}

struct hash_sha {
	SHA256_CTX ctx;
};

fallible hash_sha_new(struct hash_sha **ret)
{
	struct hash_sha *h = sys_zalloc(sizeof(*h));
	TRY(got(h));
	*ret = h;
	return ERR_OK;
}

void hash_sha_free(struct hash_sha **h)
{
	sys_free(*h);
	*h = NULL;
}

fallible hash_sha_hex(struct hash_sha *h, const struct str *parts, size_t n, size_t bytes, char *out)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char digest[SHA256_DIGEST_LENGTH];
	must(bytes <= 32);
	if (SHA256_Init(&h->ctx) != 1)
		return ERR_INTERNAL;
	for (size_t i = 0; i < n; i++)
		if (SHA256_Update(&h->ctx, parts[i].ptr, parts[i].len) != 1)
			return ERR_INTERNAL;
	if (SHA256_Final(digest, &h->ctx) != 1)
		return ERR_INTERNAL;
	for (size_t i = 0; i < bytes; i++) {
		out[2 * i] = hex[digest[i] >> 4];
		out[2 * i + 1] = hex[digest[i] & 15];
	}
	out[2 * bytes] = '\0';
	return ERR_OK;
}

struct hash128 hash_content(const void *p, size_t n)
{
	XXH128_hash_t h = XXH3_128bits(p, n);
	return (struct hash128){ h.low64, h.high64 };
}
