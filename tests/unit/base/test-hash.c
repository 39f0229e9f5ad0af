/*
 * SipHash is checked against OpenSSL's MAC of the same name, which takes the numbers of rounds as parameters, and
 * against fixed values; SHA-256 against the vectors of FIPS 180-4.
 */
#include "base/hash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "test.h"

static const struct hash_key counting = { 0x0706050403020100U, 0x0f0e0d0c0b0a0908U };

static bool reference(const unsigned char *data, size_t n, size_t size, unsigned char *out)
{
	unsigned char key[16];
	for (unsigned i = 0; i < 16; i++)
		key[i] = (unsigned char)i;
	unsigned int c = 1, d = 3;
	OSSL_PARAM params[] = { OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
		                OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_C_ROUNDS, &c),
		                OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_D_ROUNDS, &d), OSSL_PARAM_construct_end() };
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
	size_t len = 0;
	bool ok = EVP_MAC_init(ctx, key, sizeof(key), params) == 1 && EVP_MAC_update(ctx, data, n) == 1 &&
	          EVP_MAC_final(ctx, out, &len, size) == 1 && len == size;
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
	return ok;
}

TEST(siphash_agrees_with_openssl_at_every_length)
{
	unsigned char data[80], expected[16];
	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)(i * 7);
	for (size_t n = 0; n <= sizeof(data); n++) {
		uint64_t h = hash_sip(&counting, data, n);
		CHECK(reference(data, n, 8, expected));
		CHECKF(memcmp(&h, expected, 8) == 0, "64 bits, length %zu", n);
		struct hash128 wide = hash_sip128(&counting, data, n);
		CHECK(reference(data, n, 16, expected));
		CHECKF(memcmp(&wide.lo, expected, 8) == 0 && memcmp(&wide.hi, expected + 8, 8) == 0,
		       "128 bits, length %zu", n);
	}
}

TEST(siphash_depends_on_every_key_bit_and_byte)
{
	uint64_t base = hash_sip(&counting, "merlon", 6);
	for (unsigned bit = 0; bit < 64; bit++) {
		struct hash_key k = counting;
		k.k0 ^= (uint64_t)1 << bit;
		CHECK(hash_sip(&k, "merlon", 6) != base);
		k = counting;
		k.k1 ^= (uint64_t)1 << bit;
		CHECK(hash_sip(&k, "merlon", 6) != base);
	}
	CHECK(hash_sip(&counting, "merlon", 5) != base && hash_sip(&counting, "merloN", 6) != base);
	CHECK(hash_sip(&counting, NULL, 0) == hash_sip(&counting, "", 0));
}

TEST(random_keys_differ)
{
	struct hash_key a = hash_key_random(), b = hash_key_random();
	CHECK(a.k0 != b.k0 && a.k1 != b.k1);
}

TEST(sha256_gives_the_published_digests)
{
	static const struct {
		const char *text, *hex;
	} cases[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	CLEANUP(hash_sha_free) struct hash_sha *h = NULL;
	CHECK(hash_sha_new(&h) == ERR_OK);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char out[65];
		struct str part = str_of(cases[i].text);
		CHECK(hash_sha_hex(h, &part, 1, 32, out) == ERR_OK);
		CHECKF(strcmp(out, cases[i].hex) == 0, "case %zu: %s", i, out);
	}
}

TEST(sha256_hashes_the_concatenation_and_cuts_the_hex)
{
	CLEANUP(hash_sha_free) struct hash_sha *h = NULL;
	CHECK(hash_sha_new(&h) == ERR_OK);
	const struct str parts[] = { STR("a"), STR(""), { NULL, 0 }, STR("bc") };
	char out[65];
	CHECK(hash_sha_hex(h, parts, 4, 8, out) == ERR_OK);
	CHECK(strcmp(out, "ba7816bf8f01cfea") == 0);
	CHECK(hash_sha_hex(h, NULL, 0, 4, out) == ERR_OK);
	CHECK(strcmp(out, "e3b0c442") == 0);
	CHECK(hash_sha_hex(h, parts, 4, 0, out) == ERR_OK);
	CHECK(out[0] == '\0');
}

TEST(freeing_twice_is_harmless)
{
	struct hash_sha *h = NULL;
	hash_sha_free(&h);
	CHECK(hash_sha_new(&h) == ERR_OK);
	hash_sha_free(&h);
	hash_sha_free(&h);
	CHECK(h == NULL);
}
