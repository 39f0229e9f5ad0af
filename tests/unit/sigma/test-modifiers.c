/* What modifiers make of values. */
#include "base/limits.h"
#include "sigma-test.h"

#define EN "{e2}{80}{93}"
#define EM "{e2}{80}{94}"
#define BAR "{e2}{80}{95}"

static const struct {
	const char *line, *want;
} rows[] = {
	{ "    F: abc", "F~abc" },
	{ "    F: 'a*b?c'", "F~a*b?c" },
	{ "    F: 'a\\*b'", "F~a\\*b" },
	{ "    F: 'a\\\\*b'", "F~a\\*b" },
	{ "    F: 'a\\\\\\*b'", "F~a\\\\*b" },
	{ "    F: 'C:\\Windows\\x'", "F~C:\\Windows\\x" },
	{ "    F: 'a**b'", "F~a*b" },
	{ "    F: ''", "F~" },
	{ "    F: null", "F~null" },
	{ "    F:", "F~null" },
	{ "    F: true", "F~true" },
	{ "    F: 'true'", "F~true" },
	{ "    F: 42", "F~42" },
	{ "    F: -7", "F~-7" },
	{ "    F: 1.5", "F~1.5f" },
	{ "    F: 2.0", "F~2" },
	{ "    F: 123456789012345678901234567890", "F~123456789012345678901234567890" },
	{ "    F: [a, 1, null]", "F~a~1~null" },
	{ "    F|contains: abc", "F~*abc*" },
	{ "    F|contains: '*abc'", "F~*abc*" },
	{ "    F|contains: 'abc*'", "F~*abc*" },
	{ "    F|contains: ''", "F~*" },
	{ "    F|contains: 'a\\*'", "F~*a\\**" },
	{ "    F|contains: 'C:\\'", "F~*C:\\*" },
	{ "    F|contains: 12", "F~*12*" },
	{ "    F|startswith: abc", "F~abc*" },
	{ "    F|startswith: 'abc*'", "F~abc*" },
	{ "    F|startswith: '*abc'", "F~*abc*" },
	{ "    F|endswith: abc", "F~*abc" },
	{ "    F|endswith: ['\\a.exe', b]", "F~*\\a.exe~*b" },
	{ "    F|all: [a, b]", "and(F~a F~b)" },
	{ "    F|contains|all: [a, b, 'c*d']", "and(F~*a* F~*b* F~*c*d*)" },
	{ "    F|all|contains: [a, b]", "and(F~*a* F~*b*)" },
	{ "    F|contains|all: a", "F~*a*" },
	{ "    F|contains|all: [a]", "F~*a*" },
	{ "    F|neq: a", "not(F~a)" },
	{ "    F|neq: [a, b]", "not(F~a~b)" },
	{ "    F|contains|neq: a", "not(F~*a*)" },
	{ "    F|neq|contains|all: [a, b]", "not(and(F~*a* F~*b*))" },
	{ "    F|neq: null", "not(F~null)" },
	{ "    F|cased: aB", "F~cased:aB" },
	{ "    F|contains|cased: aB", "F~cased:*aB*" },
	{ "    F|cased|startswith: aB", "F~cased:aB*" },
	{ "    F|exists: true", "F~exists" },
	{ "    F|exists: false", "F~absent" },
	{ "    F|exists: yes", "F~exists" },
	{ "    F|exists|neq: true", "not(F~exists)" },
	{ "    F|re: 'a.*\\d+'", "F~re/a.*\\d+/" },
	{ "    F|re|i: 'a\\*'", "F~re/a\\*/i" },
	{ "    F|re|i|m|s: a", "F~re/a/ims" },
	{ "    F|re|ignorecase|multiline|dotall: a", "F~re/a/ims" },
	{ "    F|re|startswith: a|b", "F~re/\\A(?:a|b)/" },
	{ "    F|re|endswith: a|b", "F~re/(?:a|b)\\z/" },
	{ "    F|re|contains: a|b", "F~re/a|b/" },
	{ "    F|neq|re: a", "not(F~re/a/)" },
	{ "    F|re|all: [a, b]", "and(F~re/a/ F~re/b/)" },
	{ "    F|cidr: 10.0.0.0/8", "F~10.0.0.0/8" },
	{ "    F|cidr: 10.1.2.3", "F~10.1.2.3/32" },
	{ "    F|cidr: fe80::/10", "F~fe80::/10" },
	{ "    F|cidr: ['10.0.0.0/8', '::1/128']", "F~10.0.0.0/8~::1/128" },
	{ "    F|lt: 5", "F~<5" },
	{ "    F|lte: 5", "F~<=5" },
	{ "    F|gt: 5.5", "F~>5.5f" },
	{ "    F|gte: '7'", "F~>=7" },
	{ "    F|gte: '-7.5e1'", "F~>=-75" },
	{ "    F|hour: 5", "F~@hour5" },
	{ "    F|hour|gte: 18", "F~@hour>=18" },
	{ "    F|gte|hour: 18", "F~@hour>=18" },
	{ "    F|minute: [1, 2]", "F~@minute1~@minute2" },
	{ "    F|day|lt: 3", "F~@day<3" },
	{ "    F|week: 3", "F~@week3" },
	{ "    F|month|neq: 3", "not(F~@month3)" },
	{ "    F|year|lte: '2020'", "F~@year<=2020" },
	{ "    F|fieldref: G", "F~&G" },
	{ "    F|fieldref|startswith: G", "F~&G+starts" },
	{ "    F|startswith|fieldref: G", "F~&G+starts" },
	{ "    F|fieldref|endswith: G", "F~&G+ends" },
	{ "    F|fieldref|contains: G.h", "F~&G.h+contains" },
	{ "    F|contains|fieldref: G.h", "F~&G.h+contains" },
	{ "    F|fieldref|neq: G", "not(F~&G)" },
	{ "    F|base64: foo bar", "F~Zm9vIGJhcg==" },
	{ "    F|base64|contains: 'http://'", "F~*aHR0cDovLw==*" },
	{ "    F|base64offset|contains: foobar", "F~*Zm9vYmFy*~*Zvb2Jhc*~*mb29iYX*" },
	{ "    F|base64offset: foo", "F~Zm9v~Zvb~mb2" },
	{ "    F|base64offset|contains|all: [foo, bar]", "and(F~*Zm9v*~*Zvb*~*mb2* F~*YmFy*~*Jhc*~*iYX*)" },
	{ "    F|wide: ab", "F~a{00}b{00}" },
	{ "    F|utf16le: ab", "F~a{00}b{00}" },
	{ "    F|utf16be: ab", "F~{00}a{00}b" },
	{ "    F|utf16: ab", "F~{ff}{fe}a{00}b{00}" },
	{ "    F|wide: \"\\U0001F600\\u00e9\"", "F~={d8}{00}{de}{e9}{00}" },
	{ "    F|wide: 'a*b'", "F~a{00}*b{00}" },
	{ "    F|utf16: '*b'", "F~{ff}{fe}*b{00}" },
	{ "    F|wide|base64: ab", "F~YQBiAA==" },
	{ "    F|utf16|base64: ab", "F~//5hAGIA" },
	{ "    F|wide|base64offset|contains: abc", "F~*YQBiAGMA*~*EAYgBjA*~*hAGIAYw*" },
	{ "    F|windash: a", "F~a" },
	{ "    F|windash: '-a'", "F~-a~/a~" EN "a~" EM "a~" BAR "a" },
	{ "    F|windash: '/a-b'", "F~-a-b~/a-b~" EN "a-b~" EM "a-b~" BAR "a-b" },
	{ "    F|contains|windash: ' -f '", "F~* -f *~* /f *~* " EN "f *~* " EM "f *~* " BAR "f *" },
	{ "    F|windash|contains: '-f'", "F~*-f*~*/f*~*" EN "f*~*" EM "f*~*" BAR "f*" },
	{ "    F|windash: 'a -'", "F~a -" },
	{ "    F|windash: '--a'", "F~--a~-/a~-" EN "a~-" EM "a~-" BAR "a" },
	{ "    '|contains': [a, b]", "#~*a*~*b*" },
	{ "    '|all': [a, 200]", "and(#~a #~200)" },
	{ "    '': [a, b]", "#~a~b" },
	{ "    '|re': a", "#~re/a/" },
	{ "    a b.c-d|contains: x", "a b.c-d~*x*" },
};

TEST(modifiers_expand_as_the_table_says)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_loaded l = { 0 };
		const char *got = rule_with(&l, rows[i].line);
		CHECKF(strcmp(got, rows[i].want) == 0, "%s: got %s, want %s", rows[i].line, got, rows[i].want);
	}
}

TEST(two_dashes_give_every_combination)
{
	auto_loaded l = { 0 };
	rule_with(&l, "    F|windash: '-a /b'");
	CHECK(l.set.n == 1);
	CHECK(l.set.rules[0]->condition->n_values == 25);
}

static const struct {
	const char *line, *reason, *hint;
} wrong[] = {
	{ "    F|containts: a", "unknown modifier \"containts\"", "contains" },
	{ "    F|contains|: a", NULL, NULL },
	{ "    F||contains: a", "unknown modifier", NULL },
	{ "    F|xyzzy: a", "unknown modifier", NULL },
	{ "    F|contains: null", "\"contains\" does not apply to a null", NULL },
	{ "    F|contains: true", "\"contains\" does not apply to a boolean", NULL },
	{ "    F|startswith: null", "does not apply", NULL },
	{ "    F|re: true", "does not apply", NULL },
	{ "    F|i: a", "does not apply to a string", NULL },
	{ "    F|contains|re: a", "works on the value as it is written", "put it first" },
	{ "    F|re: 'a('", "regular expression is wrong", NULL },
	{ "    F|re: '*a'", "regular expression is wrong", NULL },
	{ "    F|re: 'a)'", "regular expression is wrong", NULL },
	{ "    F|re: '[z-a]'", "regular expression is wrong", NULL },
	{ "    F|re: 'a{3,2}'", "regular expression is wrong", NULL },
	{ "    F|re: 'a\\'", "regular expression is wrong", NULL },
	{ "    F|cidr: 10.0.0/8", "is not an address range", NULL },
	{ "    F|cidr: 10.0.0.0/33", "is not an address range", NULL },
	{ "    F|cidr: '192.168.*'", "is not an address range", NULL },
	{ "    F|contains|cidr: 10.0.0.0/8", "works on the value as it is written", NULL },
	{ "    F|lt: abc", "takes a number, not \"abc\"", NULL },
	{ "    F|lt: '1*'", "takes a number", NULL },
	{ "    F|gt: ''", "takes a number", NULL },
	{ "    F|gt: null", "does not apply to a null", NULL },
	{ "    F|lt|gt: 1", "two comparisons", NULL },
	{ "    F|hour: x", "takes a number", NULL },
	{ "    F|hour|day: 1", "two parts of a time", NULL },
	{ "    F|exists: maybe", "takes a boolean", NULL },
	{ "    F|exists: 1", "takes a boolean", NULL },
	{ "    '|exists': true", "needs a field", NULL },
	{ "    '|fieldref': a", "needs a field", NULL },
	{ "    F|fieldref: 'a*'", NULL, NULL },
	{ "    F|fieldref: 'a*b'", "is not the name of a field", NULL },
	{ "    F|fieldref: ''", "is not the name of a field", NULL },
	{ "    F|base64: 'a*'", "cannot encode a wildcard", NULL },
	{ "    F|contains|base64offset: 'a'", "cannot encode a wildcard", NULL },
	{ "    F|base64offset: ''", "too short", NULL },
	{ "    F|windash: '-a -b -c -d -e -f -g -h -i'", "too many dashes", NULL },
	{ "    F|windash: null", "does not apply", NULL },
	{ "    F|cased: null", "does not apply", NULL },
	{ "    F: []", "an empty list", NULL },
	{ "    F: {a: b}", "a map cannot be the value of a field", "dots" },
	{ "    F: [[a]]", "a list cannot be the value of a field", NULL },
	{ "    F|expand: '%x%'", "the placeholder %x% has no value", "--values" },
	{ "    F|all|all|all|all|all|all|all|all|all|all|all|all|all|all|all|all|all: a", "more than 16 modifiers",
	  NULL },
};

TEST(wrong_values_refuse_the_rule_with_place_and_hint)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		auto_loaded l = { 0 };
		rule_with(&l, wrong[i].line);
		bool refused = wrong[i].reason != NULL;
		CHECKF(l.set.n_refused == refused, "%s: %zu refused", wrong[i].line, l.set.n_refused);
		if (!refused)
			continue;
		CHECKF(strstr(only(&l), wrong[i].reason) != NULL, "%s: %s", wrong[i].line, only(&l));
		CHECKF(wrong[i].hint == NULL || told(&l, wrong[i].hint), "%s: no hint %s", wrong[i].line,
		       wrong[i].hint);
		CHECKF(l.diags.errors == 1 && l.diags.items.at[0].line == 5 && l.diags.items.at[0].column >= 5,
		       "%s: %u:%u", wrong[i].line, l.diags.items.at[0].line, l.diags.items.at[0].column);
	}
}

TEST(host_bits_in_a_range_warn)
{
	auto_loaded l = { 0 };
	CHECK(strncmp(rule_with(&l, "    F|cidr: 10.1.2.3/8"), "F~10.", 5) == 0);
	CHECK(told(&l, "bits set behind its prefix"));
}

TEST(string_patterns_resolve_escapes)
{
	static const struct {
		const char *text;
		size_t n;
		const char *first;
	} cases[] = {
		{ "", 0, "" },       { "abc", 1, "abc" },  { "\\*", 1, "*" },     { "\\?", 1, "?" },
		{ "\\\\", 1, "\\" }, { "\\\\*", 2, "\\" }, { "a\\b", 1, "a\\b" }, { "\\\\\\*", 1, "\\*" },
		{ "a\\", 1, "a\\" }, { "***", 1, "" },     { "a?*?b", 5, "a" },   { "\\\\\\\\srv", 1, "\\\\srv" }
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_arena a = { 0 };
		struct sigma_string s;
		CHECK(sigma_string_parse(&a, str_of(cases[i].text), &s) == ERR_OK);
		CHECKF(s.n == cases[i].n, "%s: %zu parts", cases[i].text, s.n);
		CHECKF(s.n == 0 || s.parts[0].kind != SIGMA_PART_TEXT ||
		           str_eq(s.parts[0].text, str_of(cases[i].first)),
		       "%s: %.*s", cases[i].text, STR_FMT(s.parts[0].text));
	}
}

TEST(keywords_are_leaves_without_a_field)
{
	static const struct {
		const char *selection, *want;
	} cases[] = {
		{ "    - a\n    - 2\n    - 'b*c'", "#~a~2~b*c" },
		{ "    - A: x\n      B: y\n    - C: z", "or(and(A~x B~y) C~z)" },
		{ "    - A: x\n    - word", "or(A~x #~word)" },
		{ "    - - a\n      - b\n    - C: z", "or(#~a~b C~z)" },
		{ "    A: x\n    B: y", "and(A~x B~y)" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_loaded l = { 0 };
		const char *got = rule_with(&l, cases[i].selection);
		CHECKF(strcmp(got, cases[i].want) == 0, "%s: %s", cases[i].want, got);
	}
}

TEST(long_regular_expressions_are_refused)
{
	for (int more = 0; more < 2; more++) {
		auto_loaded l = { 0 };
		auto_buf b = { 0 };
		buf_lit(&b, "    F|re: ");
		for (int i = 0; i < LIMIT_REGEX_BYTES + more; i++)
			buf_char(&b, 'a');
		buf_char(&b, 0);
		const char *got = rule_with(&l, b.ptr);
		CHECK((strstr(got, "regular expression of 16385 bytes") != NULL) == (more == 1));
		CHECK(l.set.n_refused == (size_t)more);
	}
}
