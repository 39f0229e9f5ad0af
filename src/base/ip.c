/*
 * Addresses from and to text. The strict grammars matter: what other programs read leniently (octal quads, short forms)
 * names different hosts to different readers.
 */
#include "base/ip.h"

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

/* A decimal of 0..max without leading zeros at s[*at]; moves behind it. */
static fallible parse_decimal(struct str s, size_t *at, unsigned max, unsigned *ret)
{
	unsigned value = 0;
	size_t from = *at, i = from;
	for (; i < s.len && i - from < 4 && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++)
		value = value * 10 + (unsigned)(s.ptr[i] - '0');
	if (i == from || value > max || (s.ptr[from] == '0' && i - from > 1))
		return ERR_PARSE;
	*ret = value;
	*at = i;
	return ERR_OK;
}

static fallible parse_quad(struct str s, uint8_t out[4])
{
	size_t at = 0;
	for (unsigned i = 0; i < 4; i++) {
		unsigned value = 0;
		if (i > 0 && (at >= s.len || s.ptr[at++] != '.'))
			return ERR_PARSE;
		TRY(parse_decimal(s, &at, 255, &value));
		out[i] = (uint8_t)value;
	}
	return at == s.len ? ERR_OK : ERR_PARSE;
}

static int hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One to four hex digits at s[*at]. */
static fallible parse_group(struct str s, size_t *at, uint8_t out[2])
{
	unsigned value = 0;
	size_t i = *at;
	for (; i < s.len && hex_of(s.ptr[i]) >= 0; i++) {
		if (i - *at == 4)
			return ERR_PARSE;
		value = value << 4 | (unsigned)hex_of(s.ptr[i]);
	}
	if (i == *at)
		return ERR_PARSE;
	out[0] = (uint8_t)(value >> 8);
	out[1] = (uint8_t)value;
	*at = i;
	return ERR_OK;
}

/* True when the rest of s from at holds a dot before any colon: the IPv4 tail. */
static bool quad_follows(struct str s, size_t at)
{
	for (; at < s.len && s.ptr[at] != ':'; at++)
		if (s.ptr[at] == '.')
			return true;
	return false;
}

/* RFC 4291 section 2.2: groups, at most one "::", perhaps a quad at the end. */
static fallible parse_v6(struct str s, uint8_t out[16])
{
	uint8_t bytes[16] = { 0 };
	size_t n = 0, gap = SIZE_MAX, at = 0;
	if (str_starts(s, STR("::"))) {
		gap = 0;
		at = 2;
	}
	while (at < s.len) {
		if (n <= 12 && quad_follows(s, at)) {
			TRY(parse_quad(str_cut(s, at, s.len), bytes + n));
			n += 4;
			break;
		}
		if (n == 16)
			return ERR_PARSE;
		TRY(parse_group(s, &at, bytes + n));
		n += 2;
		if (at == s.len)
			break;
		if (s.ptr[at++] != ':' || at == s.len)
			return ERR_PARSE;
		if (s.ptr[at] == ':') {
			if (gap != SIZE_MAX)
				return ERR_PARSE;
			gap = n;
			at++;
		}
	}
	if (gap == SIZE_MAX ? n != 16 : n > 14)
		return ERR_PARSE;
	size_t head = gap == SIZE_MAX ? n : gap;
	memset(out, 0, 16);
	memcpy(out, bytes, head);
	memcpy(out + 16 - (n - head), bytes + head, n - head);
	return ERR_OK;
}

fallible ip_parse(struct str s, struct ip *ret)
{
	struct ip ip = { .v4 = true };
	if (s.len < 2 || s.len > 45)
		return ERR_PARSE;
	if (memchr(s.ptr, ':', s.len) == NULL) {
		memcpy(ip.bytes, mapped, sizeof(mapped));
		TRY(parse_quad(s, ip.bytes + 12));
	} else {
		TRY(parse_v6(s, ip.bytes));
		ip.v4 = memcmp(ip.bytes, mapped, sizeof(mapped)) == 0;
	}
	*ret = ip;
	return ERR_OK;
}

/* Clears all behind the first `bits`; true when nothing was there. */
static bool clear_host(uint8_t bytes[16], unsigned bits)
{
	bool clean = true;
	for (unsigned i = bits / 8; i < 16; i++) {
		uint8_t keep = (uint8_t)(i == bits / 8 ? 0xff00U >> bits % 8 : 0U);
		clean = clean && (bytes[i] & ~keep) == 0;
		bytes[i] = (uint8_t)(bytes[i] & keep);
	}
	return clean;
}

fallible ip_net_parse(struct str s, bool lax, struct ip_net *ret)
{
	struct ip_net net = { 0 };
	const char *slash = s.len > 0 ? memchr(s.ptr, '/', s.len) : NULL;
	size_t at = slash != NULL ? (size_t)(slash - s.ptr) : s.len;
	struct str address = str_cut(s, 0, at);
	TRY(ip_parse(address, &net.base));
	bool quad = memchr(address.ptr, ':', address.len) == NULL;
	unsigned bits = quad ? 32 : 128;
	if (slash != NULL) {
		at++;
		TRY(parse_decimal(s, &at, bits, &bits));
		if (at != s.len)
			return ERR_PARSE;
	}
	if (net.base.v4 && !quad && bits < 96)
		return ERR_PARSE;
	if (!clear_host(net.base.bytes, quad ? bits + 96 : bits) && !lax)
		return ERR_PARSE;
	net.bits = (uint8_t)(net.base.v4 && !quad ? bits - 96 : bits);
	*ret = net;
	return ERR_OK;
}

bool ip_in_net(const struct ip *ip, const struct ip_net *net)
{
	if (ip->v4 != net->base.v4)
		return false;
	unsigned bits = net->bits + (net->base.v4 ? 96U : 0U), whole = bits / 8;
	if (memcmp(ip->bytes, net->base.bytes, whole) != 0)
		return false;
	return bits % 8 == 0 || ((ip->bytes[whole] ^ net->base.bytes[whole]) & (0xff00 >> bits % 8) & 0xff) == 0;
}

static size_t put_decimal(char *out, unsigned value)
{
	size_t n = 0;
	if (value >= 100)
		out[n++] = (char)('0' + value / 100);
	if (value >= 10)
		out[n++] = (char)('0' + value / 10 % 10);
	out[n++] = (char)('0' + value % 10);
	return n;
}

static size_t put_quad(char *out, const uint8_t bytes[4])
{
	size_t n = 0;
	for (unsigned i = 0; i < 4; i++) {
		if (i > 0)
			out[n++] = '.';
		n += put_decimal(out + n, bytes[i]);
	}
	out[n] = '\0';
	return n;
}

static unsigned group_at(const struct ip *ip, unsigned i)
{
	return (unsigned)ip->bytes[2 * i] << 8 | ip->bytes[2 * i + 1];
}

/* The first longest run of two or more zero groups. */
static unsigned longest_zeros(const struct ip *ip, unsigned *ret_len)
{
	unsigned best = 8, best_len = 1;
	for (unsigned i = 0; i < 8; i++) {
		unsigned len = 0;
		while (i + len < 8 && group_at(ip, i + len) == 0)
			len++;
		if (len > best_len) {
			best = i;
			best_len = len;
		}
		i += len;
	}
	*ret_len = best_len;
	return best;
}

static size_t put_group(char *out, unsigned value)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;
	for (unsigned shift = 12; shift > 0; shift -= 4)
		if (value >> shift != 0)
			out[n++] = hex[value >> shift & 15];
	out[n++] = hex[value & 15];
	return n;
}

size_t ip_format(const struct ip *ip, char *out)
{
	if (ip->v4)
		return put_quad(out, ip->bytes + 12);
	if (memcmp(ip->bytes, mapped, sizeof(mapped)) == 0) {
		memcpy(out, "::ffff:", 7);
		return 7 + put_quad(out + 7, ip->bytes + 12);
	}
	unsigned zeros_len, zeros = longest_zeros(ip, &zeros_len);
	size_t n = 0;
	for (unsigned i = 0; i < 8;) {
		if (i == zeros) {
			out[n++] = ':';
			out[n++] = ':';
			i += zeros_len;
			continue;
		}
		if (n > 0 && out[n - 1] != ':')
			out[n++] = ':';
		n += put_group(out + n, group_at(ip, i++));
	}
	out[n] = '\0';
	return n;
}
