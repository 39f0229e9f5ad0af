/* The language of mapping files: what it does, and that what is wrong is refused with its place. */
#include "kit.h"

static const struct {
	const char *what, *yaml;
	uint32_t line; /* 0 = any */
} bad[] = {
	{ "no map", "- a\n", 1 },
	{ "an unknown part", "name: x\ntitle: y\nrecognise: [{ has: [a] }]\nlogsorce: { product: p }\n", 4 },
	{ "no name", "title: y\nrecognise: [{ has: [a] }]\n", 0 },
	{ "no recognise", "name: x\ntitle: y\n", 0 },
	{ "an alternative without a key", "name: x\ntitle: y\nrecognise: [{ lacks: [a] }]\n", 3 },
	{ "an unknown test", "name: x\ntitle: y\nrecognise:\n  - { has: [a], like: { b: c } }\n", 4 },
	{ "a test that is no map", "name: x\ntitle: y\nrecognise:\n  - { is: a }\n", 4 },
	{ "an empty path", "name: x\ntitle: y\nrecognise:\n  - { has: [\"\"] }\n", 4 },
	{ "a path with an empty key", "name: x\ntitle: y\nrecognise:\n  - { has: [a..b] }\n", 4 },
	{ "a path that ends in a dot", "name: x\ntitle: y\nrecognise:\n  - { has: [a.] }\n", 4 },
	{ "a pick without a value", "name: x\ntitle: y\nrecognise:\n  - { has: [\"a[b].c\"] }\n", 4 },
	{ "a pick without an end", "name: x\ntitle: y\nrecognise:\n  - { has: [\"a[b=c\"] }\n", 4 },
	{ "a path of too many keys",
	  "name: x\ntitle: y\nrecognise:\n  - { has: [a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q] }\n", 4 },
	{ "values without by",
	  "name: x\ntitle: y\nrecognise: [{ has: [a] }]\nlogsource: { values: { a: { service: s } } }\n", 4 },
	{ "by without values", "name: x\ntitle: y\nrecognise: [{ has: [a] }]\nlogsource: { by: a }\n", 4 },
	{ "values that are no map", "name: x\ntitle: y\nrecognise: [{ has: [a] }]\nlogsource: { by: a, values: [b] }\n",
	  4 },
	{ "a child that is a text",
	  "name: x\ntitle: y\nrecognise: [{ has: [a] }]\nlogsource: { by: a, values: { b: c } }\n", 4 },
	{ "five categories", "name: x\ntitle: y\nrecognise: [{ has: [a] }]\nlogsource: { category: [a, b, c, d, e] }\n",
	  4 },
	{ "decisions of a mapping that is not there",
	  "name: x\ntitle: y\nrecognise: [{ has: [a] }]\nlogsource: { like: nobody }\n", 0 },
	{ "an alias with a pick",
	  "name: x\ntitle: y\nrecognise: [{ has: [a] }]\nview: { aliases: { F: \"a[b=c]\" } }\n", 4 },
	{ "aliases that are no map", "name: x\ntitle: y\nrecognise: [{ has: [a] }]\nview: { aliases: [a] }\n", 4 },
	{ "an unknown fact", "name: x\ntitle: y\nrecognise: [{ has: [a] }]\nfacts: { actor: { nickname: a } }\n", 4 },
	{ "an unknown group of facts", "name: x\ntitle: y\nrecognise: [{ has: [a] }]\nfacts: { weather: a }\n", 4 },
	{ "an unknown step", "name: x\ntitle: y\nrecognise: [{ has: [a] }]\nfacts: { error: a | upper x }\n", 4 },
	{ "a step without its text", "name: x\ntitle: y\nrecognise: [{ has: [a] }]\nfacts: { error: a | before }\n",
	  4 },
	{ "too many steps",
	  "name: x\ntitle: y\nrecognise: [{ has: [a] }]\nfacts: { error: "
	  "a|lower|lower|lower|lower|lower|lower|lower|lower|lower }\n",
	  4 },
	{ "a resource without id",
	  "name: x\ntitle: y\nrecognise: [{ has: [a] }]\nfacts: { resources: [{ type: a }] }\n", 4 },
	{ "pairs without at", "name: x\ntitle: y\nrecognise: [{ has: [a] }]\npairs: [{ name: a, value: b }]\n", 4 },
	{ "an order that is no number", "name: x\ntitle: y\norder: first\nrecognise: [{ has: [a] }]\n", 3 },
	{ "text that is no YAML", "name: [x\n", 0 },
};

TEST(refuses_each_way_to_be_wrong_alone_and_with_its_line)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		auto_kit k;
		struct event e;
		CHECKF(kit_open(&k, bad[i].yaml, NULL), "%s", bad[i].what);
		CHECKF(k.diags.errors > 0, "%s is accepted", bad[i].what);
		CHECKF(k.diags.items.n > 0, "%s", bad[i].what);
		const struct diag *d = &k.diags.items.at[0];
		CHECKF(str_is(d->file, "user.yml"), "%s: %.*s", bad[i].what, STR_FMT(d->file));
		CHECKF(bad[i].line == 0 || d->line == bad[i].line, "%s: line %u", bad[i].what, d->line);
		CHECKF(kit_first(&k, "{\"eventVersion\":1,\"eventSource\":\"s\",\"eventName\":\"n\"}", &e), "%s",
		       bad[i].what);
		CHECKF(kit_is(&k, &e, "aws-cloudtrail"), "%s: built-in mappings are gone", bad[i].what);
	}
}

static const char acme[] = "name: acme\n"
                           "title: Acme door\n"
                           "recognise:\n"
                           "  - has: [door, badge.number]\n"
                           "    is: { door: [north, 7] }\n"
                           "    starts: { site: B }\n"
                           "    ends: { site: x }\n"
                           "    contains: { site: er }\n"
                           "    type: { badge: map }\n"
                           "    lacks: [test]\n"
                           "logsource:\n"
                           "  product: acme\n"
                           "  by: [act, badge.kind]\n"
                           "  values:\n"
                           "    open: { category: [door_open, door_any] }\n"
                           "    3: { service: three }\n"
                           "    a+b: { service: both }\n"
                           "  starts: { clo: { category: door_close } }\n"
                           "  present: { service: other }\n"
                           "  otherwise: { service: none }\n"
                           "view:\n"
                           "  roots: [badge, .]\n"
                           "  aliases: { Door: [gate, door], Who: badge.owner }\n"
                           "facts:\n"
                           "  id: badge.number\n"
                           "  time: at\n"
                           "  actor:\n"
                           "    id: badge.owner | after ':' | before @\n"
                           "    name: [badge.nick, badge.owner | after-last /]\n"
                           "    account: badge.arn | arn account\n"
                           "    type: { from: badge.kind, map: { s: staff, \"*\": guest } }\n"
                           "    session: { join: [door, site], with: \"-\" }\n"
                           "    issuer: badge.owner | has nobody\n"
                           "  action: { service: \"'door | bar'\", name: act | lower | prefix do- | suffix -now }\n"
                           "  origin: { ip: \"list[k=ip].v\" }\n"
                           "  outcome: [badge.bad | gives failure, { from: act, map: { open: success } }]\n"
                           "  error: badge.err | not none | starts E\n"
                           "  resources: [{ each: things, id: [n, m], type: t }, { id: door | before-last r }]\n";

TEST(a_user_mapping_comes_first_and_every_part_of_it_works)
{
	auto_kit k;
	struct event e;
	struct event_facts f;
	CHECK(kit_open(&k, acme, NULL));
	CHECKF(k.diags.errors == 0, "%.*s", STR_FMT(k.diags.items.at[0].text));
	CHECK(kit_first(&k,
	                "{\"door\":\"north\",\"site\":\"Berlx-erx\",\"act\":\"OPEN\",\"at\":1772359200,\"badge\":{"
	                "\"number\":12,\"kind\":\"s\",\"owner\":\"user:al/ice@x\","
	                "\"arn\":\"arn:aws:iam::123:role/"
	                "r\",\"err\":\"E1\"},\"list\":[{\"k\":\"x\"},{\"k\":\"ip\",\"v\":\"1.2.3.4\"}],\"things\":[{"
	                "\"n\":\"t1\",\"t\":\"T\"},"
	                "{\"m\":\"t2\"},{\"n\":\"t1\"},{}]}",
	                &e));
	CHECK(kit_is(&k, &e, "acme"));
	CHECK(str_is(e.logsource.product, "acme") && str_is(e.logsource.service, "other"));
	CHECK(decode_event_facts(k.decoder, &e, &k.arena, &f) == ERR_OK);
	CHECK(str_is(f.id, "12") && f.time_ns == 1772359200000000000);
	CHECKF(str_is(f.actor.id, "al/ice"), "%.*s", STR_FMT(f.actor.id));
	CHECK(str_is(f.actor.name, "ice@x") && str_is(f.actor.account, "123") && str_is(f.actor.type, "staff"));
	CHECK(str_is(f.actor.session, "north-Berlx-erx") && f.actor.issuer.ptr == NULL);
	CHECK(str_is(f.action_service, "door | bar") && str_is(f.action_name, "do-open-now") &&
	      str_is(f.origin_ip, "1.2.3.4"));
	CHECK(f.outcome == OUTCOME_UNKNOWN && str_is(f.error, "E1"));
	CHECK(f.n_resources == 3 && f.resources_total == 3 && str_is(f.resources[0].id, "t1") &&
	      str_is(f.resources[0].type, "T"));
	CHECK(str_is(f.resources[1].id, "t2") && str_is(f.resources[2].id, "no"));
}

static const struct {
	const char *json, *mapping, *service, *category;
} decisions[] = {
	{ "{\"door\":\"north\",\"site\":\"Berx\",\"badge\":{\"number\":1},\"act\":\"open\"}", "acme", "", "door_open" },
	{ "{\"door\":7,\"site\":\"Berx\",\"badge\":{\"number\":1},\"act\":3}", "acme", "three", "" },
	{ "{\"door\":7,\"site\":\"Berx\",\"badge\":{\"number\":1},\"act\":\"3\"}", "acme", "three", "" },
	{ "{\"door\":7,\"site\":\"Berx\",\"badge\":{\"number\":1},\"act\":[\"a\",\"b\"]}", "acme", "both", "" },
	{ "{\"door\":7,\"site\":\"Berx\",\"badge\":{\"number\":1},\"act\":\"closing\"}", "acme", "", "door_close" },
	{ "{\"door\":7,\"site\":\"Berx\",\"badge\":{\"number\":1},\"act\":null}", "acme", "none", "" },
	{ "{\"door\":7,\"site\":\"Berx\",\"badge\":{\"number\":1},\"act\":{}}", "acme", "none", "" },
	{ "{\"door\":7,\"site\":\"Berx\",\"badge\":{\"number\":1,\"kind\":\"open\"}}", "acme", "", "door_open" },
	{ "{\"door\":8,\"site\":\"Berx\",\"badge\":{\"number\":1}}", "generic", "", "" },
	{ "{\"door\":7,\"site\":\"Aerx\",\"badge\":{\"number\":1}}", "generic", "", "" },
	{ "{\"door\":7,\"site\":\"Berl\",\"badge\":{\"number\":1}}", "generic", "", "" },
	{ "{\"door\":7,\"site\":\"Belx\",\"badge\":{\"number\":1}}", "generic", "", "" },
	{ "{\"door\":7,\"site\":\"Berx\",\"badge\":{}}", "generic", "", "" },
	{ "{\"door\":7,\"site\":\"Berx\",\"badge\":[{\"number\":1}]}", "generic", "", "" },
	{ "{\"door\":7,\"site\":\"Berx\",\"badge\":{\"number\":1},\"test\":1}", "generic", "", "" },
	{ "{\"site\":\"Berx\",\"badge\":{\"number\":1}}", "generic", "", "" },
};

TEST(each_test_must_hold_and_the_tree_decides_by_value)
{
	auto_kit k;
	CHECK(kit_open(&k, acme, NULL));
	for (size_t i = 0; i < ARRAY_LEN(decisions); i++) {
		struct event e;
		CHECKF(kit_first(&k, decisions[i].json, &e), "%s", decisions[i].json);
		CHECKF(kit_is(&k, &e, decisions[i].mapping), "%s", decisions[i].json);
		CHECKF(str_eq(e.logsource.service, str_of(decisions[i].service)), "%s: %.*s", decisions[i].json,
		       STR_FMT(e.logsource.service));
		CHECKF(str_eq(e.logsource.category, str_of(decisions[i].category)), "%s: %.*s", decisions[i].json,
		       STR_FMT(e.logsource.category));
		CHECKF(e.class_id > 0 && e.class_id <= decode_set_classes(k.set), "%s: class %u", decisions[i].json,
		       e.class_id);
	}
}

TEST(equal_classes_mean_equal_logsources_and_own_words_have_none)
{
	auto_kit k;
	struct event a, b;
	CHECK(kit_open(&k, NULL, NULL));
	CHECK(kit_first(&k, "{\"product\":\"cisco\",\"service\":\"aaa\",\"message\":\"x\"}", &a));
	uint32_t known = a.class_id;
	CHECK(known > 0);
	CHECK(kit_first(&k, "{\"product\":\"cisco\",\"service\":\"aaa\",\"category\":\"new\"}", &b) && b.class_id == 0);
	CHECK(kit_first(&k, "{\"product\":\"cisco\",\"service\":\"bgp\"}", &b) && b.class_id != known &&
	      b.class_id > 0);
	CHECK(kit_first(&k, "{\"logsource\":{\"product\":\"cisco\",\"service\":\"aaa\"}}", &b) && b.class_id == known);
}

TEST(forced_parts_replace_what_was_found)
{
	auto_kit k;
	struct event e;
	struct decode_options o = { .forced = { .product = STR("p"), .category = STR("c") }, .has_forced = true };
	CHECK(kit_open(&k, NULL, &o));
	CHECK(kit_first(&k, "{\"EventID\":13,\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"Computer\":\"h\"}",
	                &e));
	CHECK(str_is(e.logsource.product, "p") && str_is(e.logsource.service, "sysmon") &&
	      str_is(e.logsource.category, "c"));
	CHECK(e.logsource.n_more == 0);
}

TEST(a_line_that_is_no_object_is_unread_with_its_reason)
{
	static const char *const lines[] = { "", "42", "\"text\"", "null", "[1,2]", "2026-03-01 plain words", "{" };
	auto_kit k;
	CHECK(kit_open(&k, NULL, NULL));
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct event e;
		enum err err = kit_record(&k, str_of(lines[i]));
		if (i == 6) { /* an object cut short is an object */
			CHECK(err == ERR_OK && decoder_next(k.decoder, &e) && (e.flags & EVENT_TRUNCATED) != 0);
			continue;
		}
		CHECKF(err == ERR_PARSE, "%s: %s", lines[i], err_text(err));
		CHECKF(k.why != NULL && k.why[0] != 0, "%s", lines[i]);
	}
}

TEST(json_behind_a_syslog_header_is_found)
{
	auto_kit k;
	struct event e;
	const char *line = "<134>Mar  1 10:00:00 {x} gw: "
	                   "{\"eventVersion\":\"1\",\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"N\"}";
	CHECK(kit_open(&k, NULL, NULL));
	CHECK(kit_first(&k, line, &e));
	CHECK(kit_is(&k, &e, "aws-cloudtrail"));
	CHECK(str_eq(e.raw, str_of(line)));
}

TEST(an_array_is_its_members_and_scalars_among_them_are_kept)
{
	auto_kit k;
	struct event e;
	struct str raw;
	CHECK(kit_open(&k, NULL, NULL));
	CHECK(kit_record(&k, STR("[{\"a\":1}, \"word\", [{\"b\":2}]]")) == ERR_OK);
	CHECK(decoder_next(k.decoder, &e) && value_get(e.record, STR("a")).at != 0 && e.raw.ptr == NULL);
	CHECK(decode_event_raw(k.decoder, &e, &k.arena, &raw) == ERR_OK && str_is(raw, "{\"a\":1}"));
	CHECK(decoder_next(k.decoder, &e) && str_is(value_str_or_empty(value_get(e.record, STR("message"))), "word"));
	CHECK(decoder_next(k.decoder, &e) && value_get(e.record, STR("b")).at != 0 && e.line == 7 && e.offset == 70);
	CHECK(!decoder_next(k.decoder, &e) && decoder_error(k.decoder) == ERR_OK);
	CHECK(kit_record(&k, STR("[]")) == ERR_OK && !decoder_next(k.decoder, &e));
}

TEST(envelopes_in_envelopes_end)
{
	auto_kit k;
	auto_buf text = { 0 };
	struct event e;
	int n = 0;
	CHECK(kit_open(&k, NULL, NULL));
	for (int i = 0; i < 100; i++)
		buf_lit(&text, "{\"Records\":[");
	buf_lit(&text, "{\"a\":1}");
	for (int i = 0; i < 100; i++)
		buf_lit(&text, "]}");
	CHECK(kit_record(&k, buf_view(&text)) == ERR_OK);
	while (decoder_next(k.decoder, &e))
		n++;
	CHECKF(n == 1 && decoder_error(k.decoder) == ERR_OK, "%d events", n);
}

TEST(the_first_of_duplicate_root_keys_decides)
{
	auto_kit k;
	struct event e;
	CHECK(kit_open(&k, NULL, NULL));
	CHECK(kit_first(&k,
	                "{\"eventVersion\":1,\"eventSource\":\"a\",\"eventName\":\"n\",\"eventID\":\"first\","
	                "\"eventID\":\"second\"}",
	                &e));
	CHECK(str_is(decode_event_id(k.decoder, &e), "first"));
}

TEST(events_stay_readable_until_the_next_record)
{
	auto_kit k;
	struct event e[3];
	CHECK(kit_open(&k, NULL, NULL));
	CHECK(kit_record(&k, STR("{\"logEvents\":[{\"message\":\"{\\\"eventVersion\\\":1,\\\"eventSource\\\":\\\"s\\\","
	                         "\\\"eventName\\\":\\\"n\\\",\\\"eventID\\\":\\\"1\\\"}\"},"
	                         "{\"message\":\"{\\\"eventVersion\\\":1,\\\"eventSource\\\":\\\"s\\\","
	                         "\\\"eventName\\\":\\\"n\\\",\\\"eventID\\\":\\\"2\\\"}\"},"
	                         "{\"message\":\"{broken\"}]}")) == ERR_OK);
	for (int i = 0; i < 3; i++)
		CHECK(decoder_next(k.decoder, &e[i]));
	CHECK(!decoder_next(k.decoder, &e[0]) && decoder_error(k.decoder) == ERR_OK);
	CHECK(str_is(decode_event_id(k.decoder, &e[0]), "1") && str_is(decode_event_id(k.decoder, &e[1]), "2"));
	CHECK(str_is(value_str_or_empty(value_get(e[2].record, STR("message"))), "{broken"));
}

static const struct {
	const char *json, *time;
} times[] = {
	{ "\"2026-03-01T10:00:00Z\"", "2026-03-01T10:00:00Z" },
	{ "\"2026-03-01 10:00:00.250\"", "2026-03-01T10:00:00.25Z" },
	{ "\"2026-03-01T10:00:00+0200\"", "2026-03-01T08:00:00Z" },
	{ "1772359200", "2026-03-01T10:00:00Z" },
	{ "1772359200000", "2026-03-01T10:00:00Z" },
	{ "\"1772359200000000\"", "2026-03-01T10:00:00Z" },
	{ "\"1772359200.125\"", "2026-03-01T10:00:00.125Z" },
	{ "1772359200.5", "2026-03-01T10:00:00.5Z" },
	{ "\"/Date(1772359200000)/\"", "2026-03-01T10:00:00Z" },
	{ "\"Mar  1 10:00:00\"", "2023-03-01T10:00:00Z" },
	{ "[\"2026-03-01T10:00:00Z\"]", "2026-03-01T10:00:00Z" },
	{ "\"yesterday\"", NULL },
	{ "\"\"", NULL },
	{ "\"17\"", NULL },
	{ "\"/Date(x\"", NULL },
	{ "\"99999999999999999999999\"", NULL },
	{ "\"1772359200.x\"", NULL },
	{ "-5", NULL },
	{ "true", NULL },
	{ "{}", NULL },
};

TEST(reads_the_ways_in_which_logs_write_times)
{
	auto_kit k;
	CHECK(kit_open(&k, NULL, NULL));
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		struct event e;
		char text[TIME_TEXT_MAX];
		struct str json = arena_printf(&k.arena, "{\"timestamp\":%s}", times[i].json);
		CHECK(kit_record(&k, json) == ERR_OK && decoder_next(k.decoder, &e));
		int64_t ns = decode_event_time(k.decoder, &e);
		size_t len = ns == TIME_NONE ? 0 : time_format(ns, text);
		CHECKF(str_eq((struct str){ text, len }, str_of(times[i].time)), "%s: %.*s", times[i].json, (int)len,
		       text);
	}
}

TEST(more_resources_than_are_kept_are_counted)
{
	auto_kit k;
	auto_buf text = { 0 };
	struct event e;
	struct event_facts f;
	CHECK(kit_open(&k, NULL, NULL));
	buf_lit(&text, "{\"eventVersion\":1,\"eventSource\":\"s\",\"eventName\":\"n\",\"resources\":[");
	for (int i = 0; i < 40; i++)
		buf_printf(&text, "%s{\"ARN\":\"arn:aws:s3:::b%d\"}", i > 0 ? "," : "", i);
	buf_lit(&text, "]}");
	CHECK(kit_record(&k, buf_view(&text)) == ERR_OK && decoder_next(k.decoder, &e));
	CHECK(decode_event_facts(k.decoder, &e, &k.arena, &f) == ERR_OK);
	CHECK(f.n_resources == EVENT_RESOURCES_MAX && f.resources_total == 40);
}

/* Keys of every length, near those that mappings know: the table must tell them apart. */
TEST(keys_that_resemble_known_ones_are_not_taken_for_them)
{
	static const char *const near[] = { "eventVersio",  "eventVersionX", "eventXersion",
		                            "EventVersion", "eventVersion ", "e",
		                            "ev",           "eve",           "even" };
	auto_kit k;
	CHECK(kit_open(&k, NULL, NULL));
	for (size_t i = 0; i < ARRAY_LEN(near); i++) {
		struct event e;
		struct str json =
		    arena_printf(&k.arena, "{\"%s\":1,\"eventSource\":\"s\",\"eventName\":\"n\"}", near[i]);
		CHECK(kit_record(&k, json) == ERR_OK && decoder_next(k.decoder, &e));
		CHECKF(kit_is(&k, &e, "generic"), "%s", near[i]);
	}
}
