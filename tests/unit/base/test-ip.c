#include "base/ip.h"

#include <arpa/inet.h>

#include "test.h"

TEST(reads_and_writes_the_canonical_form)
{
	static const struct {
		const char *text, *shown;
		bool v4;
	} cases[] = {
		{ "0.0.0.0", "0.0.0.0", true },
		{ "255.255.255.255", "255.255.255.255", true },
		{ "10.1.2.3", "10.1.2.3", true },
		{ "::", "::", false },
		{ "::1", "::1", false },
		{ "1::", "1::", false },
		{ "2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a", false },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", false },
		{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1", false },
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1", false },
		{ "0:0:0:0:0:0:0:0", "::", false },
		{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", false },
		{ "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8", false },
		{ "::ffff:1.2.3.4", "1.2.3.4", true },
		{ "::ffff:102:304", "1.2.3.4", true },
		{ "64:ff9b::192.0.2.33", "64:ff9b::c000:221", false },
		{ "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304", false },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ip ip = { 0 };
		char out[46];
		CHECKF(ip_parse(str_of(cases[i].text), &ip) == ERR_OK, "%s", cases[i].text);
		size_t n = ip_format(&ip, out);
		CHECKF(strcmp(out, cases[i].shown) == 0 && n == strlen(out), "%s gives %s", cases[i].text, out);
		CHECKF(ip.v4 == cases[i].v4, "%s", cases[i].text);
	}
}

TEST(rejects_each_malformed_address)
{
	static const char *const cases[] = {
		"",
		".",
		":",
		":::",
		"1",
		"1.2.3",
		"1.2.3.",
		".1.2.3",
		"1.2.3.4.",
		"1.2.3.4.5",
		"1.2.3.256",
		"01.2.3.4",
		"1.2.3.04",
		"1.2.3.4 ",
		" 1.2.3.4",
		"1.2.3.-4",
		"1.2.3.0x4",
		"1..2.3",
		"1.2.3.4444",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7:8::",
		"::1:2:3:4:5:6:7:8",
		"1::2::3",
		"12345::",
		"g::",
		":1::",
		"1:::2",
		"1:2:3:4:5:6:7:",
		":1:2:3:4:5:6:7",
		"::1.2.3",
		"::1.2.3.4:5",
		"1:2:3:4:5:6:7:1.2.3.4",
		"::01.2.3.4",
		"fe80::1%eth0",
		"[::1]",
		"1.2.3.4:80",
		"::1/64",
		"1.2.3.4::",
		"1:2:3:4:5:6:7:8:",
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ip ip = { .v4 = true };
		CHECKF(ip_parse(str_of(cases[i]), &ip) == ERR_PARSE, "\"%s\"", cases[i]);
		CHECK(ip.bytes[0] == 0 && ip.v4);
	}
}

TEST(agrees_with_the_c_library_on_random_texts)
{
	static const char letters[] = "0123456789abf::::....";
	uint32_t state = 7;
	size_t valid = 0;
	for (int i = 0; i < 300000; i++) {
		char text[24], out[46], theirs[INET6_ADDRSTRLEN];
		struct ip ip;
		state = state * 1664525 + 1013904223;
		size_t n = 2 + (state >> 24) % 12;
		for (size_t k = 0; k < n; k++) {
			state = state * 1664525 + 1013904223;
			text[k] = letters[(state >> 16) % (sizeof(letters) - 1)];
		}
		text[n] = '\0';
		unsigned char bytes[16];
		bool v6 = strchr(text, ':') != NULL;
		bool expected = inet_pton(v6 ? AF_INET6 : AF_INET, text, bytes) == 1;
		enum err e = ip_parse((struct str){ text, n }, &ip);
		CHECKF((e == ERR_OK) == expected, "\"%s\"", text);
		if (!expected)
			continue;
		valid++;
		CHECKF(memcmp(v6 ? ip.bytes : ip.bytes + 12, bytes, v6 ? 16 : 4) == 0, "%s", text);
		ip_format(&ip, out);
		struct ip back;
		CHECKF(ip_parse(str_of(out), &back) == ERR_OK && memcmp(&back, &ip, sizeof(ip)) == 0, "%s", out);
		if (v6 && !ip.v4 && inet_ntop(AF_INET6, bytes, theirs, sizeof(theirs)) != NULL &&
		    strchr(theirs, '.') == NULL)
			CHECKF(strcmp(out, theirs) == 0, "%s and %s", out, theirs);
	}
	CHECK(valid > 100);
}

TEST(prefixes_hold_what_they_should)
{
	static const struct {
		const char *net, *ip;
		bool in;
	} cases[] = {
		{ "10.0.0.0/8", "10.255.255.255", true },
		{ "10.0.0.0/8", "11.0.0.0", false },
		{ "0.0.0.0/0", "1.2.3.4", true },
		{ "192.168.1.7/32", "192.168.1.7", true },
		{ "192.168.1.7", "192.168.1.6", false },
		{ "192.168.0.0/23", "192.168.1.255", true },
		{ "192.168.0.0/23", "192.168.2.0", false },
		{ "2001:db8::/32", "2001:db8:ffff::1", true },
		{ "2001:db8::/33", "2001:db8:8000::", false },
		{ "::/0", "fe80::1", true },
		{ "::/0", "1.2.3.4", false },
		{ "0.0.0.0/0", "::1", false },
		{ "::ffff:10.0.0.0/104", "10.9.9.9", true },
		{ "::ffff:10.0.0.0/104", "11.0.0.0", false },
		{ "10.0.0.0/8", "::ffff:10.1.1.1", true },
		{ "::1/128", "::1", true },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ip_net net;
		struct ip ip;
		CHECKF(ip_net_parse(str_of(cases[i].net), false, &net) == ERR_OK, "%s", cases[i].net);
		CHECK(ip_parse(str_of(cases[i].ip), &ip) == ERR_OK);
		CHECKF(ip_in_net(&ip, &net) == cases[i].in, "%s in %s", cases[i].ip, cases[i].net);
	}
}

TEST(rejects_malformed_prefixes_and_host_bits)
{
	static const char *const cases[] = {
		"10.0.0.0/",    "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08",    "10.0.0.0/8x",
		"/8",           "::/129",      "10.0.0.1/8",  "2001:db8::1/32", "::ffff:0.0.0.0/90",
		"10.0.0.0/8/8", "10.0.0.0/ 8", "10.0.0.0 /8", "::/99999"
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ip_net net;
		CHECKF(ip_net_parse(str_of(cases[i]), false, &net) == ERR_PARSE, "%s", cases[i]);
	}
}

TEST(a_lax_prefix_loses_its_host_bits)
{
	struct ip_net net;
	char out[46];
	CHECK(ip_net_parse(STR("10.1.2.3/12"), true, &net) == ERR_OK && net.bits == 12);
	ip_format(&net.base, out);
	CHECK(strcmp(out, "10.0.0.0") == 0);
	CHECK(ip_net_parse(STR("2001:db8:ffff::1/35"), true, &net) == ERR_OK && net.bits == 35);
	ip_format(&net.base, out);
	CHECK(strcmp(out, "2001:db8:e000::") == 0);
}
