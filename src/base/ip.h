#ifndef BASE_IP_H
#define BASE_IP_H
#include "base/base.h"
/* IPv4 and IPv6 addresses and prefixes. IPv4 is kept as IPv4-mapped IPv6; v4 tells what was written. */
struct ip {
	uint8_t bytes[16];
	bool v4;
};
struct ip_net {
	struct ip base;
	uint8_t bits; /* 0-32 for v4, 0-128 for v6 */
};
/* Strict: dotted quad without leading zeros, or RFC 4291 text; "::ffff:1.2.3.4" counts as v4. */
fallible ip_parse(struct str s, struct ip *ret);
/* Address with optional /bits (all bits without); host bits must be zero unless lax, which clears them. A mapped prefix
 * of at least 96 bits ("::ffff:10.0.0.0/104") is the v4 prefix it stands for; a shorter one is refused. */
fallible ip_net_parse(struct str s, bool lax, struct ip_net *ret);
/* A v4 address is in no v6 prefix and the other way round. */
bool ip_in_net(const struct ip *ip, const struct ip_net *net);
/* RFC 5952 text (v4: dotted quad), NUL terminated; returns the length. out holds 46. */
size_t ip_format(const struct ip *ip, char *out);
#endif
