/* Which atoms stand for a rule: at least one of them holds whenever the rule does. */
#include "test.h"

#include "engine/detect/program.h"
#include "support/engine.h"

static const char *const kinds[] = { "exact", "prefix", "suffix", "contains", "number", "present", "keyword" };

static const struct {
	const char *detection, *witness; /* atoms as KIND:TEXT, a space between; "" = none */
} rows[] = {
	{ "s: {a: Foo}\n  condition: s", "exact:foo" },
	{ "s: {a|cased: Foo}\n  condition: s", "exact:foo" },
	{ "s: {a: ''}\n  condition: s", "exact:" },
	{ "s: {a|startswith: Foo}\n  condition: s", "prefix:foo" },
	{ "s: {a|endswith: Foo}\n  condition: s", "suffix:foo" },
	{ "s: {a|contains: Foo}\n  condition: s", "contains:foo" },
	{ "s: {a|contains|cased: Foo}\n  condition: s", "contains:foo" },
	{ "s: {a: 'a*longer*b'}\n  condition: s", "contains:longer" },
	{ "s: {a: '?*?'}\n  condition: s", "present:" },
	{ "s: {a: '*'}\n  condition: s", "present:" },
	{ "s: {a: 5}\n  condition: s", "number:5" },
	{ "s: {a: -5}\n  condition: s", "number:-5" },
	{ "s: {a: 1.5}\n  condition: s", "present:" },
	{ "s: {a|hour: 4}\n  condition: s", "present:" },
	{ "s: {a|gt: 5}\n  condition: s", "present:" },
	{ "s: {a: true}\n  condition: s", "present:" },
	{ "s: {a|cidr: 10.0.0.0/8}\n  condition: s", "present:" },
	{ "s: {a|fieldref: b}\n  condition: s", "present:" },
	{ "s: {a|exists: true}\n  condition: s", "present:" },
	{ "s: {a|exists: false}\n  condition: s", "" },
	{ "s: {a: null}\n  condition: s", "" },
	{ "s: {a: [foo, null]}\n  condition: s", "" },
	{ "s: {a|re: 'foo\\d+'}\n  condition: s", "contains:foo" },
	{ "s: {a|re: '\\d+'}\n  condition: s", "present:" },
	/* keywords are looked for in strings alone: what could be a number or a constant has no witness */
	{ "s: [foo]\n  condition: s", "keyword:foo" },
	{ "s: ['f*longer']\n  condition: s", "keyword:longer" },
	{ "s: ['4104']\n  condition: s", "" },
	{ "s: ['tru']\n  condition: s", "" },
	{ "s: ['1e5']\n  condition: s", "" },
	{ "s: [4104]\n  condition: s", "" },
	{ "s: {'|re': ['foo']}\n  condition: s", "" },
	/* any value: all are needed */
	{ "s: {a: [foo, bar]}\n  condition: s", "exact:foo exact:bar" },
	{ "s: {a|endswith: [foo, bar]}\n  condition: s", "suffix:foo suffix:bar" },
	/* of a conjunction the rarest; of a disjunction all, or none when one has none; of a negation none */
	{ "s: {a: '*', b: foo}\n  condition: s", "exact:foo" },
	{ "s: {a|contains: e, b|contains: something_rare}\n  condition: s", "contains:something_rare" },
	{ "s: {a: foo}\n  t: {b: bar}\n  condition: s or t", "exact:foo exact:bar" },
	{ "s: {a: foo}\n  t: {b: null}\n  condition: s or t", "" },
	{ "s: {a: foo}\n  t: {b: null}\n  condition: s and t", "exact:foo" },
	{ "s: {a: foo}\n  t: {b: bar}\n  condition: s and not t", "exact:foo" },
	{ "s: {a: foo}\n  condition: not s", "" },
	{ "s: {a: foo}\n  condition: not not s", "exact:foo" },
	{ "s: {a: foo}\n  t: {b: bar}\n  condition: not (s or t)", "" },
};

static void write_witness(const struct witness *w, struct buf *b)
{
	for (uint32_t i = 0; i < w->n; i++) {
		const struct atom *a = &w->atoms[i];
		buf_printf(b, "%s%s:", i > 0 ? " " : "", kinds[a->kind]);
		if (a->kind == ATOM_NUMBER)
			buf_int(b, a->number);
		else
			buf_str(b, a->text);
	}
}

/* Every word of `wanted` is in `text` and as many: the order of terms has no meaning. */
static bool same_words(const char *wanted, struct str text)
{
	size_t total = 0;
	for (const char *at = wanted; *at != '\0';) {
		size_t n = strcspn(at, " ");
		if (memmem(text.ptr, text.len, at, n) == NULL)
			return false;
		total += n + 1;
		at += n + (at[n] == ' ');
	}
	return total == (text.len > 0 ? text.len + 1 : 0);
}

TEST(the_witness_of_each_kind_of_rule)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		auto_engine e = { 0 };
		auto_buf rule = { 0 }, said = { 0 };
		struct detect_options o = { 0 };
		struct witness w;
		buf_printf(&rule, "title: t\nlogsource: {product: test}\ndetection:\n  %s\n", rows[i].detection);
		buf_char(&rule, '\0');
		CHECKF(engine_open(&e, rule.ptr, &o) == ERR_OK, "%s", rows[i].detection);
		CHECK(witness_choose(e.program, e.program->rules[0].root, &e.arena, &w) == ERR_OK);
		write_witness(&w, &said);
		CHECKF(same_words(rows[i].witness, buf_view(&said)), "%s: %.*s", rows[i].detection,
		       STR_FMT(buf_view(&said)));
	}
}

TEST(the_share_of_events_is_between_none_and_all)
{
	static const char *const words[] = { "", "e", "powershell", "c:\\windows\\system32\\",
		                             "zzzzzzzzzzzzzzzzzzzzzzzzzzzz" };
	double last = 2;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		double share = witness_literal_share(str_of(words[i]));
		CHECK(share > 0 && share < 1.1);
	}
	for (size_t i = 1; i < 20; i++) {
		double share = witness_literal_share((struct str){ "qxqxqxqxqxqxqxqxqxqx", i });
		CHECKF(share <= last, "a longer literal is no more common: %zu", i);
		last = share;
	}
}
