/* What each kind of pattern matches: one rule and one event a row, with the prefilter on and off. */
#include "test.h"

#include "support/engine.h"

static const struct {
	const char *detection; /* lines under `detection:` but for the condition */
	const char *event;
	int match;
} rows[] = {
	/* plain values: case ignored, whole value */
	{ "s: {a: foo}", "{\"a\":\"foo\"}", 1 },
	{ "s: {a: foo}", "{\"a\":\"FOO\"}", 1 },
	{ "s: {a: foo}", "{\"a\":\"food\"}", 0 },
	{ "s: {a: foo}", "{\"b\":\"foo\"}", 0 },
	{ "s: {a: foo}", "{\"a\":[\"x\",\"Foo\"]}", 1 },
	{ "s: {a: foo}", "{\"a\":\"x\",\"a\":\"foo\"}", 1 },
	{ "s: {a: ''}", "{\"a\":\"\"}", 1 },
	{ "s: {a: ''}", "{\"a\":null}", 0 },
	{ "s: {a: ''}", "{}", 0 },
	{ "s: {a: null}", "{}", 1 },
	{ "s: {a: null}", "{\"a\":null}", 1 },
	{ "s: {a: null}", "{\"a\":\"\"}", 0 },
	{ "s: {a: null}", "{\"a\":{\"b\":1}}", 0 },
	/* paths: flat key first, then dotted; lists on the way */
	{ "s: {a.b: foo}", "{\"a\":{\"b\":\"foo\"}}", 1 },
	{ "s: {a.b: foo}", "{\"a.b\":\"foo\"}", 1 },
	{ "s: {a.b: foo}", "{\"a.b\":\"bar\",\"a\":{\"b\":\"foo\"}}", 0 },
	{ "s: {a.b: foo}", "{\"a\":{\"b\":\"foo\"},\"a.b\":\"bar\"}", 0 },
	{ "s: {a.b: foo}", "{\"a\":[{\"b\":\"bar\"},{\"b\":\"foo\"}]}", 1 },
	{ "s: {a.b: foo}", "{\"a\":[[{\"b\":[\"foo\"]}]]}", 1 },
	{ "s: {a b-c: foo}", "{\"a b-c\":\"foo\"}", 1 },
	{ "s: {A: foo}", "{\"a\":\"foo\"}", 0 },
	/* wildcards and escapes */
	{ "s: {a: 'f*o'}", "{\"a\":\"fooo\"}", 1 },
	{ "s: {a: 'f?o'}", "{\"a\":\"foo\"}", 1 },
	{ "s: {a: 'f?o'}", "{\"a\":\"fo\"}", 0 },
	{ "s: {a: 'f?o'}", "{\"a\":\"f\\u00e9o\"}", 1 },
	{ "s: {a: 'f\\*o'}", "{\"a\":\"f*o\"}", 1 },
	{ "s: {a: 'f\\*o'}", "{\"a\":\"fxo\"}", 0 },
	{ "s: {a: 'f\\\\*o'}", "{\"a\":\"f\\\\xo\"}", 1 },
	{ "s: {a: '*'}", "{\"a\":\"\"}", 1 },
	{ "s: {a: '*'}", "{\"a\":null}", 0 },
	{ "s: {a: '*a*b*c'}", "{\"a\":\"xxaxxbxxbxc\"}", 1 },
	{ "s: {a: '*a*b*c'}", "{\"a\":\"xxaxxbxxbxcd\"}", 0 },
	{ "s: {a: '*ab'}", "{\"a\":\"abab\"}", 1 },
	{ "s: {a: 'C:\\Windows\\\\*'}", "{\"a\":\"c:\\\\windows\\\\x\"}", 1 },
	{ "s: {a: 'C:\\Windows\\*'}", "{\"a\":\"c:\\\\windows*\"}", 1 },
	{ "s: {a: 'C:\\Windows\\*'}", "{\"a\":\"c:\\\\windows\\\\x\"}", 0 },
	/* ends */
	{ "s: {a|startswith: foo}", "{\"a\":\"FooBar\"}", 1 },
	{ "s: {a|startswith: foo}", "{\"a\":\"xfoo\"}", 0 },
	{ "s: {a|endswith: '\\cmd.exe'}", "{\"a\":\"C:\\\\x\\\\CMD.EXE\"}", 1 },
	{ "s: {a|endswith: x}", "{\"a\":\"X\"}", 1 },
	{ "s: {a|endswith: abcdefghij}", "{\"a\":\"ABCDEFGHIJ\"}", 1 },
	{ "s: {a|endswith: abcdefghij}", "{\"a\":\"bcdefghij\"}", 0 },
	{ "s: {a|contains: oo}", "{\"a\":\"FOOD\"}", 1 },
	{ "s: {a|contains: oo}", "{\"a\":\"fod\"}", 0 },
	{ "s: {a|contains|all: [x, y]}", "{\"a\":\"yx\"}", 1 },
	{ "s: {a|contains|all: [x, y]}", "{\"a\":\"xx\"}", 0 },
	/* all over several values of a list: each may be found in another member */
	{ "s: {a|contains|all: [x, y]}", "{\"a\":[\"x\",\"y\"]}", 1 },
	/* case */
	{ "s: {a|cased: Foo}", "{\"a\":\"Foo\"}", 1 },
	{ "s: {a|cased: Foo}", "{\"a\":\"foo\"}", 0 },
	{ "s: {a|contains|cased: Oo}", "{\"a\":\"fOod\"}", 1 },
	{ "s: {a|contains|cased: Oo}", "{\"a\":\"food\"}", 0 },
	{ "s: {a: straße}", "{\"a\":\"STRA\\u1e9eE\"}", 1 },
	{ "s: {a: ÀÉ}", "{\"a\":\"\\u00e0\\u00e9\"}", 1 },
	{ "s: {a: k}", "{\"a\":\"\\u212a\"}", 1 }, /* the Kelvin sign folds to k */
	{ "s: {a|contains: kelvin}", "{\"a\":\"300 \\u212aELVIN\"}", 1 },
	{ "s: {a|cased: k}", "{\"a\":\"\\u212a\"}", 0 },
	/* numbers */
	{ "s: {a: 5}", "{\"a\":5}", 1 },
	{ "s: {a: 5}", "{\"a\":\"5\"}", 1 },
	{ "s: {a: 5}", "{\"a\":5.0}", 1 },
	{ "s: {a: 5}", "{\"a\":\"05\"}", 1 },
	{ "s: {a: 5}", "{\"a\":\"5x\"}", 0 },
	{ "s: {a: '5'}", "{\"a\":5}", 1 },
	{ "s: {a: '5*'}", "{\"a\":55}", 1 },
	{ "s: {a: 1.5}", "{\"a\":\"1.50\"}", 1 },
	{ "s: {a: -3}", "{\"a\":\"-3\"}", 1 },
	{ "s: {a: 9007199254740993}", "{\"a\":9007199254740992}", 0 },
	{ "s: {a: 9007199254740993}", "{\"a\":9007199254740993}", 1 },
	{ "s: {a|contains: '23'}", "{\"a\":1234}", 1 },
	{ "s: {a|gt: 5}", "{\"a\":6}", 1 },
	{ "s: {a|gt: 5}", "{\"a\":5}", 0 },
	{ "s: {a|gte: 5}", "{\"a\":\"5\"}", 1 },
	{ "s: {a|lt: 5}", "{\"a\":4.9}", 1 },
	{ "s: {a|lte: 5}", "{\"a\":\"x\"}", 0 },
	/* bools */
	{ "s: {a: true}", "{\"a\":true}", 1 },
	{ "s: {a: true}", "{\"a\":\"True\"}", 1 },
	{ "s: {a: true}", "{\"a\":false}", 0 },
	{ "s: {a: 'true'}", "{\"a\":true}", 1 },
	/* exists, neq */
	{ "s: {a|exists: true}", "{\"a\":0}", 1 },
	{ "s: {a|exists: true}", "{\"a\":null}", 0 },
	{ "s: {a|exists: false}", "{}", 1 },
	{ "s: {a|exists: false}", "{\"a\":1}", 0 },
	{ "s: {a|neq: foo}", "{\"a\":\"bar\"}", 1 },
	{ "s: {a|neq: foo}", "{\"a\":\"FOO\"}", 0 },
	{ "s: {a|neq: foo}", "{}", 1 },
	/* regex: unanchored, case counts */
	{ "s: {a|re: 'f.o'}", "{\"a\":\"xfoox\"}", 1 },
	{ "s: {a|re: 'f.o'}", "{\"a\":\"xFOOx\"}", 0 },
	{ "s: {a|re|i: 'f.o'}", "{\"a\":\"xFOOx\"}", 1 },
	{ "s: {a|re: '^a.c$'}", "{\"a\":\"a\\u00e9c\"}", 1 },
	{ "s: {a|re: '^$'}", "{\"a\":\"\"}", 1 },
	{ "s: {a|re: '(?<=x)y'}", "{\"a\":\"xy\"}", 1 },
	{ "s: {a|re: '(?<=x)y'}", "{\"a\":\"zy\"}", 0 },
	{ "s: {a|re: '^b'}", "{\"a\":\"a\\nb\"}", 0 },
	{ "s: {a|re|m: '^b'}", "{\"a\":\"a\\nb\"}", 1 },
	{ "s: {a|re|s: 'a.b'}", "{\"a\":\"a\\nb\"}", 1 },
	/* addresses */
	{ "s: {a|cidr: 10.0.0.0/8}", "{\"a\":\"10.200.3.4\"}", 1 },
	{ "s: {a|cidr: 10.0.0.0/8}", "{\"a\":\"11.0.0.1\"}", 0 },
	{ "s: {a|cidr: '2001:db8::/32'}", "{\"a\":\"2001:DB8::1\"}", 1 },
	/* dashes, encodings */
	{ "s: {a|windash|contains: ' -x'}", "{\"a\":\"cmd /X\"}", 1 },
	{ "s: {a|windash|contains: ' -x'}", "{\"a\":\"cmd \\u2013x\"}", 1 },
	{ "s: {a|base64offset|contains: foobar}", "{\"a\":\"xxZm9vYmFy\"}", 1 },
	{ "s: {a|wide|base64offset|contains: ping}", "{\"a\":\"cABpAG4AZwA=\"}", 1 },
	/* other fields */
	{ "s: {a|fieldref: b}", "{\"a\":\"X\",\"b\":\"x\"}", 1 },
	{ "s: {a|fieldref: b}", "{\"a\":\"X\"}", 0 },
	{ "s: {a|fieldref|startswith: b}", "{\"a\":\"Xyz\",\"b\":\"x\"}", 1 },
	/* parts of times */
	{ "s: {a|hour: 4}", "{\"a\":\"2026-11-22T04:05:06Z\"}", 1 },
	{ "s: {a|hour|gte: 5}", "{\"a\":\"2026-11-22T04:05:06Z\"}", 0 },
	{ "s: {a|year: 2026}", "{\"a\":\"2026-11-22 04:05:06\"}", 1 },
	/* a container under a string pattern: its compact JSON */
	{ "s: {a|contains: '\"b\":1'}", "{\"a\":{\"b\":1}}", 1 },
	/* keywords: any value, anywhere in it; not keys */
	{ "s: [oo]", "{\"x\":{\"y\":[\"FOOD\"]}}", 1 },
	{ "s: [foo]", "{\"foo\":1}", 0 },
	{ "s: [oo, zz]", "{\"x\":\"bar\"}", 0 },
	{ "s: {'|all': [aa, bb]}", "{\"x\":\"aa\",\"y\":\"bb\"}", 1 },
	{ "s: {'|all': [aa, bb]}", "{\"x\":\"aa\"}", 0 },
	{ "s: ['4104']", "{\"x\":41049}", 1 },
	{ "s: ['a*c']", "{\"x\":\"zzabczz\"}", 1 },
	{ "s: [kelvin]", "{\"x\":\"\\u212aelvin\"}", 1 },
	/* a list of maps is any of them */
	{ "s: [{a: 1}, {b: 2}]", "{\"b\":2}", 1 },
	{ "s: [{a: 1, c: 3}, {b: 2}]", "{\"a\":1}", 0 },
	/* negation of what is not there */
	{ "s: {a: foo}\n  f: {b: bar}", "{\"a\":\"foo\"}", 1 },
};

static int try_row(size_t i, bool no_prefilter, const char *condition)
{
	auto_engine e = { 0 };
	char rule[4096];
	struct detect_matches m;
	struct detect_options o = { .no_prefilter = no_prefilter };
	(void)snprintf(rule, sizeof(rule),
	               "title: t\nid: 00000000-0000-4000-8000-000000000001\nlogsource: {product: test}\ndetection:\n  "
	               "%s\n  condition: %s\n",
	               rows[i].detection, condition);
	if (engine_open(&e, rule, &o) != ERR_OK || engine_match(&e, rows[i].event, &m) != ERR_OK)
		return -1;
	return (int)m.n;
}

TEST(each_pattern_matches_what_it_says)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *condition = strstr(rows[i].detection, "f: {") != NULL ? "s and not f" : "s";
		for (int slow = 0; slow < 2; slow++) {
			int n = try_row(i, slow != 0, condition);
			CHECKF(n == rows[i].match, "row %zu (%s on %s)%s: %d matches", i, rows[i].detection,
			       rows[i].event, slow ? " without prefilter" : "", n);
		}
	}
}

TEST(a_negated_condition_is_the_opposite)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strstr(rows[i].detection, "f: {") != NULL)
			continue;
		int n = try_row(i, false, "not s");
		CHECKF(n == !rows[i].match, "row %zu (%s on %s): %d matches", i, rows[i].detection, rows[i].event, n);
	}
}
