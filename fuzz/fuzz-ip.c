/* What is accepted survives format and parse, and lies in its own prefix. */
#include "base/ip.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { (const char *)data, size };
	struct ip ip, back;
	struct ip_net net;
	char text[46];
	if (ip_parse(s, &ip) == ERR_OK) {
		struct str shown = { text, ip_format(&ip, text) };
		must(shown.len < sizeof(text) && ip_parse(shown, &back) == ERR_OK);
		must(memcmp(ip.bytes, back.bytes, 16) == 0 && ip.v4 == back.v4);
		must(ip_net_parse(s, false, &net) == ERR_OK && ip_in_net(&ip, &net));
	}
	if (ip_net_parse(s, true, &net) == ERR_OK)
		must(net.bits <= (net.base.v4 ? 32 : 128) && ip_in_net(&net.base, &net));
	return 0;
}
