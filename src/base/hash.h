#ifndef BASE_HASH_H
#define BASE_HASH_H
#include "base/base.h"
/* SipHash-1-3 (Aumasson and Bernstein), keyed: for tables whose keys come from outside. */
struct hash_key {
	uint64_t k0, k1;
};
struct hash_key hash_key_random(void);
uint64_t hash_sip(const struct hash_key *key, const void *p, size_t n);
/* Two independent halves, for identities where 64 bits are too few. */
struct hash128 {
	uint64_t lo, hi;
};
struct hash128 hash_sip128(const struct hash_key *key, const void *p, size_t n);
/* XXH3, unkeyed and fast: tells contents apart where nobody gains from making two collide. Stable across machines and versions. */
struct hash128 hash_content(const void *p, size_t n);
/* SHA-256 of the concatenation of parts, lower-case hex of the first `bytes` (<= 32) into out[2*bytes+1]. Stable across
 * machines and versions: used for fingerprints and ids that others keep. One context per thread, reused. */
struct hash_sha;
fallible hash_sha_new(struct hash_sha **ret);
void hash_sha_free(struct hash_sha **h);
fallible hash_sha_hex(struct hash_sha *h, const struct str *parts, size_t n, size_t bytes, char *out);
#endif
