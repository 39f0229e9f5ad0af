#include "text-case.h"

#define CSV_INPUT(h, s) ((struct source_input){ .header = { (h), sizeof(h) - 1 }, .csv_separator = (s) })
#define FLOW "2 123456789012 eni-0a1b 10.0.0.1 - 443 50000 6 10 840 1700000000 1700000060 ACCEPT OK"

TEST(csv_cells_get_the_names_of_the_header)
{
	static const struct source_input input = { .header = { "\xEF\xBB\xBF"
		                                               "a, b ,b,,\"c \"\"q\"\"\"",
		                                               21 },
		                                   .csv_separator = ',' };
	static const struct text_case cases[] = {
		CASE("1,2,3,4,5", "{a='1' b='2' b='3' _4='4' c \"q\"='5'}"),
		CASE("1", "{a='1'}"),
		CASE(",", "{a='' b=''}"),
		CASE("\"x,\"\"y\"\"\n z\",\"q\" tail,3\"4\r\n", "{a='x,\"y\"\\x0a z' b='q tail' b='3\"4'}"),
		CASE("1,2,3,4,5,6,\"7\"", "{a='1' b='2' b='3' _4='4' c \"q\"='5' _extra=['6' '7']}"),
		CASE_FLAG("1,\"open", "{a='1' b='open'}", TEXT_TRUNCATED),
		CASE_FLAG("\xff", "{a='\xEF\xBF\xBD'}", TEXT_REPAIRED),
		CASE("", NULL),
	};
	text_check(FORMAT_CSV, &input, cases, ARRAY_LEN(cases));
}

TEST(csv_knows_other_separators_and_layouts)
{
	static const struct source_input tabs = { .header = { "\ta\t", 3 }, .csv_tab = true },
	                                 semicolons = { .header = { "a;b", 3 }, .csv_separator = ';' },
	                                 zeek = { .header = { "#fields\tts\tuid\tx", 16 }, .csv_separator = '\t' },
	                                 none = { .csv_separator = ',' },
	                                 flow = { .header = { "version srcaddr dstaddr flow-direction", 38 },
		                                  .csv_separator = ' ' };
	static const struct text_case tab_cases[] = { CASE("1\t2\t3", "{_1='1' a='2' _3='3'}") };
	static const struct text_case semicolon_cases[] = { CASE("1,5;2", "{a='1,5' b='2'}") };
	static const struct text_case zeek_cases[] = { CASE("1\t-\t(empty)", "{ts='1' x=''}"), CASE("#close", NULL) };
	static const struct text_case none_cases[] = { CASE("1,2", NULL) };
	static const struct text_case flow_cases[] = {
		CASE("5 10.0.0.1 - egress", "{version='5' srcaddr='10.0.0.1' flow-direction='egress'}"),
		CASE_FLAG("5 10.0.0.1 - egress more", "{version='5' srcaddr='10.0.0.1' flow-direction='egress'}",
		          TEXT_TRUNCATED),
	};
	text_check(FORMAT_CSV, &tabs, tab_cases, ARRAY_LEN(tab_cases));
	text_check(FORMAT_CSV, &semicolons, semicolon_cases, ARRAY_LEN(semicolon_cases));
	text_check(FORMAT_CSV, &zeek, zeek_cases, ARRAY_LEN(zeek_cases));
	text_check(FORMAT_CSV, &none, none_cases, ARRAY_LEN(none_cases));
	text_check(FORMAT_CSV, NULL, none_cases, ARRAY_LEN(none_cases));
	text_check(FORMAT_CSV, &flow, flow_cases, ARRAY_LEN(flow_cases));
	text_check(FORMAT_PLAIN, &flow, flow_cases, ARRAY_LEN(flow_cases));
}

TEST(one_scratch_serves_inputs_with_different_headers)
{
	struct source_input a = CSV_INPUT("x,y", ','), b = CSV_INPUT("y,x", ','), c = CSV_INPUT("x,y", ';');
	struct text_scratch *scratch = NULL;
	CHECK(text_scratch_new(&scratch) == ERR_OK);
	auto_buf out = { 0 };
	const struct source_input *inputs[] = { &a, &b, &a, &c };
	static const char *const want[] = { "{x='1' y='2'}", "{y='1' x='2'}", "{x='1' y='2'}", "{x,y='1,2'}" };
	bool equal = true;
	for (size_t i = 0; i < ARRAY_LEN(inputs); i++) {
		IGNORE(text_render(FORMAT_CSV, inputs[i], STR("1,2"), scratch, &out)); /* no flags expected */
		equal = equal && strcmp(out.ptr, want[i]) == 0;
	}
	text_scratch_free(&scratch);
	CHECK(equal);
}

TEST(columns_past_the_limit_are_cut_and_flagged)
{
	auto_buf header = { 0 }, line = { 0 };
	for (int i = 0; i < LIMIT_CSV_COLUMNS; i++) {
		buf_printf(&header, "%sc%d", i > 0 ? "," : "", i);
		buf_printf(&line, "%s%d", i > 0 ? "," : "", i);
	}
	struct source_input input = { .header = buf_view(&header), .csv_separator = ',' };
	struct text_scratch *scratch = NULL;
	CHECK(text_scratch_new(&scratch) == ERR_OK);
	auto_buf out = { 0 };
	unsigned whole = text_render(FORMAT_CSV, &input, buf_view(&line), scratch, &out);
	buf_lit(&header, ",more");
	buf_lit(&line, ",more");
	input.header = buf_view(&header);
	unsigned cut = text_render(FORMAT_CSV, &input, buf_view(&line), scratch, &out);
	text_scratch_free(&scratch);
	CHECK(whole == 0);
	CHECK(cut == TEXT_TRUNCATED);
	CHECK(strstr(out.ptr, "c4095='4095'") != NULL && strstr(out.ptr, "more=") == NULL);
}

TEST(logfmt_pairs_are_read)
{
	static const struct text_case cases[] = {
		CASE("level=info msg=\"a \\\"b\\\" \\\\ \\n \\u00e9 \\x\" bare k=v e= u=x\"y",
		     "{level='info' msg='a \"b\" \\ \\x0a é \\x' bare=true k='v' e='' u='x\"y'}"),
		CASE("a=b=c =d", "{a='b=c' d=true}"),
		CASE("a=\"\\ud800 \\u12\"", "{a='\\ud800 \\u12'}"),
		CASE_FLAG("a=\"open", "{a='open'}", TEXT_TRUNCATED),
		CASE_FLAG("a=\"open\\", "{a='open\\'}", TEXT_TRUNCATED),
		CASE_FLAG("\xff=\xfe", "{\xEF\xBF\xBD='\xEF\xBF\xBD'}", TEXT_REPAIRED),
		CASE("no pairs here", NULL),
		CASE("", NULL),
	};
	text_check(FORMAT_LOGFMT, NULL, cases, ARRAY_LEN(cases));
}

TEST(windows_event_xml_has_the_shape_of_evtx_json)
{
	static const struct text_case cases[] = {
		CASE("<?xml version='1.0'?><!-- <Eventx> --><Event xmlns='http://x'><System><Provider Name='P' "
		     "Guid=\"{1}\"/><EventID Qualifiers='16'>4624</EventID>"
		     "<Version>2</Version><Keywords>0x80</Keywords><TimeCreated "
		     "SystemTime='2024-01-01T00:00:00Z'/><Correlation/><Execution ProcessID='4' ThreadID='08'/>"
		     "<Channel>Security</Channel></System>\r\n<EventData>\n<Data Name='A'>x "
		     "&lt;&amp;&#x41;&#66;&quot;&apos; &bad; &</Data><Data>v</Data><Data Name='B'/>"
		     "<Data Name='N'>5</Data><Data Name='C'><![CDATA[<raw>&amp;]]></Data></EventData></Event> trailing",
		     "{Event={#attributes={xmlns='http://x'} System={Provider={#attributes={Name='P' Guid='{1}'}} "
		     "EventID={#attributes={Qualifiers=16} #text=4624}"
		     " Version=2 Keywords='0x80' TimeCreated={#attributes={SystemTime='2024-01-01T00:00:00Z'}} "
		     "Correlation=null"
		     " Execution={#attributes={ProcessID=4 ThreadID='08'}} Channel='Security'} EventData={A='x <&AB\"' "
		     "&bad; &' Data='v' B='' N='5' C='<raw>&amp;'}}}"),
		CASE("<Event><UserData><e:X xmlns:e='u'><e:Y>1</e:Y><Z xmlns='v'>2</Z></e:X></UserData></Event>",
		     "{Event={UserData={X={#attributes={xmlns:e='u'} Y='1' Z='2'}}}}"),
		CASE("<Event/>", "{Event=null}"),
		CASE("<Event><a>1<b/>2</a></Event>", "{Event={a={#text='1' b=null #text='2'}}}"),
		CASE("<Event><Data Name='a>b'>1</Data> < 5 </Event>", "{Event={a>b='1' #text='< 5'}}"),
	};
	text_check(FORMAT_XML, NULL, cases, ARRAY_LEN(cases));
}

TEST(broken_xml_is_read_as_well_as_it_can_be)
{
	static const struct text_case cases[] = {
		CASE_FLAG("<Event><a><b>1</a></Event>", "{Event={a={b='1'}}}", TEXT_TRUNCATED),
		CASE_FLAG("<Event><a>1", "{Event={a='1'}}", TEXT_TRUNCATED),
		CASE_FLAG("<Event><a></z>1</a></Event>", "{Event={a='1'}}", TEXT_TRUNCATED),
		CASE_FLAG("<Event><a x='1", "{Event={a={#attributes={x='1'}}}}", TEXT_TRUNCATED),
		CASE_FLAG("<Event><a/", "{Event={a=null}}", TEXT_TRUNCATED),
		CASE_FLAG("<Event><a>1</a", "{Event={a='1'}}", TEXT_TRUNCATED),
		CASE_FLAG("<Event><!-- x", "{Event=null}", TEXT_TRUNCATED),
		CASE_FLAG("<Event><a>&#0;&#xD800;&#99999999;</a></Event>",
		          "{Event={a='\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD'}}", TEXT_REPAIRED),
		CASE_FLAG("<Event><a\xff>\xfe</a\xff></Event>", "{Event={a\xEF\xBF\xBD='\xEF\xBF\xBD'}}",
		          TEXT_REPAIRED),
		CASE("<Events>", NULL),
		CASE("<Eventful/>", NULL),
		CASE("", NULL),
	};
	text_check(FORMAT_XML, NULL, cases, ARRAY_LEN(cases));
}

TEST(deep_xml_is_cut_and_flagged)
{
	auto_buf s = { 0 }, out = { 0 };
	buf_lit(&s, "<Event>");
	for (int i = 0; i < 100000; i++)
		buf_lit(&s, "<a>");
	struct text_scratch *scratch = NULL;
	CHECK(text_scratch_new(&scratch) == ERR_OK);
	unsigned flags = text_render(FORMAT_XML, NULL, buf_view(&s), scratch, &out);
	text_scratch_free(&scratch);
	CHECK(flags == TEXT_TRUNCATED);
	CHECK(str_starts(buf_view(&out), STR("{Event={a={a=")) && out.len < 400);
}

TEST(journal_entries_give_their_fields)
{
	static const struct text_case cases[] = {
		CASE("__CURSOR=s=1\n_PID=5\nMESSAGE=a=b\nMESSAGE=again\n",
		     "{__CURSOR='s=1' _PID='5' MESSAGE='a=b' MESSAGE='again'}"),
		CASE_BYTES("MESSAGE\n\3\0\0\0\0\0\0\0a\nb\n_PID=5", "{MESSAGE='a\\x0ab' _PID='5'}", 0),
		CASE_BYTES("X\n\2\0\0\0\0\0\0\0\xff\0\n", "{X='\xEF\xBF\xBD\\x00'}", TEXT_REPAIRED),
		CASE_BYTES("X\n\5\0\0\0\0\0\0\0ab", "{X='ab'}", TEXT_TRUNCATED),
		CASE_BYTES("X\n\xff\xff\xff\xff\xff\xff\xff\xff"
		           "ab",
		           "{X='ab'}", TEXT_TRUNCATED),
		CASE_BYTES("A=b\nX\n\5\0\0", "{A='b'}", TEXT_TRUNCATED),
		CASE("SYSLOG_IDENTIFIER=sudo\nMESSAGE=bob : TTY=a ; COMMAND=b",
		     "{SYSLOG_IDENTIFIER='sudo' MESSAGE='bob : TTY=a ; COMMAND=b' user='bob' TTY='a' COMMAND='b' "
		     "event_action='command'}"),
		CASE("MESSAGE=<Event><a>1</a></Event>", "{MESSAGE='<Event><a>1</a></Event>' Event={a='1'}}"),
		CASE("=x", NULL),
		CASE("hello world", NULL),
		CASE("\n\n", NULL),
		CASE("", NULL),
	};
	text_check(FORMAT_JOURNAL, NULL, cases, ARRAY_LEN(cases));
}

TEST(plain_lines_are_messages_and_flow_records_are_told_apart)
{
	static const struct text_case cases[] = {
		CASE(FLOW, "{version='2' account-id='123456789012' interface-id='eni-0a1b' srcaddr='10.0.0.1' "
		           "srcport='443' dstport='50000' protocol='6' packets='10'"
		           " bytes='840' start='1700000000' end='1700000060' action='ACCEPT' log-status='OK'}"),
		CASE(FLOW " more", "{message='" FLOW " more'}"),
		CASE("2 12345678901x eni-0a1b a b c d e f g h i j k",
		     "{message='2 12345678901x eni-0a1b a b c d e f g h i j k'}"),
		CASE("2 123456789012 eni-1 a", "{message='2 123456789012 eni-1 a'}"),
		CASE("", "{message=''}"),
		CASE("x\r\n", "{message='x'}"),
		CASE_BYTES("a\0b\xc3", "{message='a\\x00b\xEF\xBF\xBD'}", TEXT_REPAIRED),
	};
	text_check(FORMAT_PLAIN, NULL, cases, ARRAY_LEN(cases));
}

/* Each would take hours if a parser looked at its megabytes more than a few times. */
TEST(hostile_records_take_linear_time)
{
	static const char *const pieces[] = { "a=\"",
		                              "a='",
		                              "a={",
		                              "\"",
		                              "'",
		                              "<Event><",
		                              "<!--",
		                              "&",
		                              "&#",
		                              "=",
		                              "[",
		                              "<Event ",
		                              "]",
		                              " op=a ",
		                              "</a>",
		                              "msg='",
		                              ",\"",
		                              "\\",
		                              "type=X msg=audit(1:1): ",
		                              "\n",
		                              "type=EXECVE msg=audit(1.1:1): a1[0]=41 ",
		                              " ; COMMAND",
		                              ": ",
		                              "1: ",
		                              " from ",
		                              "\xff",
		                              "<a x='",
		                              "X\n" };
	static const char *const heads[] = { "",
		                             "<34>1 - - - - - [a ",
		                             "type=EXECVE msg=audit(1.1:1): ",
		                             "<Event>",
		                             "Jan 18 11:29:03 h sshd[1]: Failed password for ",
		                             "Jan 18 11:29:03 h sudo: a : ",
		                             "A=b\n" };
	static const enum source_format formats[] = { FORMAT_PLAIN,  FORMAT_SYSLOG, FORMAT_AUDITD, FORMAT_CSV,
		                                      FORMAT_LOGFMT, FORMAT_XML,    FORMAT_JOURNAL };
	static const struct source_input input = { .header = { "a,b", 3 }, .csv_separator = ',' };
	struct text_scratch *scratch = NULL;
	CHECK(text_scratch_new(&scratch) == ERR_OK);
	auto_buf record = { 0 };
	auto_value_builder b = { 0 };
	struct value_doc doc;
	struct text_note note;
	size_t read = 0;
	for (size_t h = 0; h < ARRAY_LEN(heads); h++)
		for (size_t p = 0; p < ARRAY_LEN(pieces); p++) {
			buf_reset(&record);
			buf_str(&record, str_of(heads[h]));
			while (record.len < 200000)
				buf_str(&record, str_of(pieces[p]));
			for (size_t f = 0; f < ARRAY_LEN(formats); f++)
				read +=
				    text_build(formats[f], &input, buf_view(&record), scratch, &b, &note) == ERR_OK &&
				    value_build_end(&b, &doc) == ERR_OK;
		}
	text_scratch_free(&scratch);
	CHECK(read > ARRAY_LEN(heads) * ARRAY_LEN(pieces) * 2); /* plain and syslog take anything */
}
