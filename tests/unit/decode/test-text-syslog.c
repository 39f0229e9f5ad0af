#include "text-case.h"

static const struct source_input input = { .mtime_ns = 1768730400000000000 };
#define T2026 " timestamp=@2026-01-18T11:29:03Z"

TEST(rfc5424_gives_every_part)
{
	static const struct text_case cases[] = {
		CASE("<34>1 2003-10-11T22:14:15.003Z host.example.com su 42 ID47 [a@1 iut=\"3\" "
		     "s=\"x\\\"\\]\\\\\\n\"][b] hello",
		     "{priority=34 facility=4 severity=2 timestamp=@2003-10-11T22:14:15.003Z "
		     "hostname='host.example.com' program='su' pid='42'"
		     " msgid='ID47' structured_data={a@1={iut='3' s='x\"]\\\\n'} b={}} message='hello'"
		     " raw='<34>1 2003-10-11T22:14:15.003Z host.example.com su 42 ID47 [a@1 iut=\"3\" "
		     "s=\"x\\\"\\]\\\\\\n\"][b] hello'}"),
		CASE("<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 app 8710 - - %% It's time.",
		     "{priority=165 facility=20 severity=5 timestamp=@2003-08-24T12:14:15.000003Z hostname='192.0.2.1' "
		     "program='app' pid='8710'"
		     " message='%% It's time.' raw='<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 app 8710 - - %% "
		     "It's time.'}"),
		CASE("<0>1 - - - - - -", "{priority=0 facility=0 severity=0 message='' raw='<0>1 - - - - - -'}"),
		CASE("1 2024-01-01T00:00:00Z h p - - - m", "{timestamp=@2024-01-01T00:00:00Z hostname='h' program='p' "
		                                           "message='m' raw='1 2024-01-01T00:00:00Z h p - - - m'}"),
		CASE("<13>1 2024-01-01T00:00:00Z h p - - - \xEF\xBB\xBFm",
		     "{priority=13 facility=1 severity=5 timestamp=@2024-01-01T00:00:00Z hostname='h' program='p' "
		     "message='m'"
		     " raw='<13>1 2024-01-01T00:00:00Z h p - - - \xEF\xBB\xBFm'}"),
		CASE_FLAG("<13>1 2024-01-01T00:00:00Z h p - - [x y=\"z",
		          "{priority=13 facility=1 severity=5 timestamp=@2024-01-01T00:00:00Z hostname='h' program='p' "
		          "structured_data={x={y='z'}}"
		          " message='' raw='<13>1 2024-01-01T00:00:00Z h p - - [x y=\"z'}",
		          TEXT_TRUNCATED),
	};
	text_check(FORMAT_SYSLOG, &input, cases, ARRAY_LEN(cases));
}

#define PLAIN(line, head, message) CASE(line, "{" head " message='" message "' raw='" line "'}")

TEST(rfc3164_is_read_in_all_its_variations)
{
	static const struct text_case cases[] = {
		PLAIN("<34>Oct 11 22:14:15 mymachine su: 'su root' failed",
		      "priority=34 facility=4 severity=2 timestamp=@2025-10-11T22:14:15Z hostname='mymachine' "
		      "program='su'",
		      "'su root' failed"),
		PLAIN("Jan 18 11:29:03 web01 app[77]: x",
		      "timestamp=@2026-01-18T11:29:03Z hostname='web01' program='app' pid='77'", "x"),
		PLAIN("Jan  8 01:02:03 web01 app: x", "timestamp=@2026-01-08T01:02:03Z hostname='web01' program='app'",
		      "x"),
		PLAIN("Jan 18 11:29:03 app[77]: no host", "timestamp=@2026-01-18T11:29:03Z program='app' pid='77'",
		      "no host"),
		PLAIN("Jan 18 11:29:03 2001:db8::1 app[77]: v6",
		      "timestamp=@2026-01-18T11:29:03Z hostname='2001:db8::1' program='app' pid='77'", "v6"),
		PLAIN("Jan 18 11:29:03 fe80:: app[77]: v6",
		      "timestamp=@2026-01-18T11:29:03Z hostname='fe80::' program='app' pid='77'", "v6"),
		PLAIN("Jan 18 11:29:03 [10.0.0.1] app: x",
		      "timestamp=@2026-01-18T11:29:03Z hostname='10.0.0.1' program='app'", "x"),
		PLAIN("Jan 18 11:29:03 h postfix/smtpd[9]: x",
		      "timestamp=@2026-01-18T11:29:03Z hostname='h' program='postfix/smtpd' pid='9'", "x"),
		PLAIN("Jan 18 11:29:03 h /usr/sbin/a[b-9] x",
		      "timestamp=@2026-01-18T11:29:03Z hostname='h' program='/usr/sbin/a' pid='b-9'", "x"),
		PLAIN("Jan 18 11:29:03 h last message repeated 2 times", "timestamp=@2026-01-18T11:29:03Z hostname='h'",
		      "last message repeated 2 times"),
		PLAIN("Jan 18 2024 11:29:03 h app: x", "timestamp=@2024-01-18T11:29:03Z hostname='h' program='app'",
		      "x"),
		PLAIN("Jan 18 11:29:03 2024 h app: x", "timestamp=@2024-01-18T11:29:03Z hostname='h' program='app'",
		      "x"),
		PLAIN("Thu Jan 18 11:29:03 2024 h app: x", "timestamp=@2024-01-18T11:29:03Z hostname='h' program='app'",
		      "x"),
		PLAIN("Jan 18 11:29:03.5 EST h app: x", "timestamp=@2026-01-18T16:29:03.5Z hostname='h' program='app'",
		      "x"),
		PLAIN("2024-05-01T10:00:00.123456+02:00 h app[1]: x",
		      "timestamp=@2024-05-01T08:00:00.123456Z hostname='h' program='app' pid='1'", "x"),
		PLAIN("2024-05-01 10:00:00 h app: x", "timestamp=@2024-05-01T10:00:00Z hostname='h' program='app'",
		      "x"),
		PLAIN("<134>1 1374543213.342705328 MX84 urls src=1.2.3.4",
		      "priority=134 facility=16 severity=6 timestamp=@2013-07-23T01:33:33.342705328Z hostname='MX84'",
		      "urls src=1.2.3.4"),
		PLAIN("<13>app: no time", "priority=13 facility=1 severity=5 program='app'", "no time"),
		CASE("just a line: really", "{message='just a line: really' raw='just a line: really'}"),
		CASE("<999>x", "{message='<999>x' raw='<999>x'}"),
		CASE("<13", "{message='<13' raw='<13'}"),
		CASE("Feb 31 10:00:00 h a: x", "{message='Feb 31 10:00:00 h a: x' raw='Feb 31 10:00:00 h a: x'}"),
		CASE("   ", NULL),
	};
	text_check(FORMAT_SYSLOG, &input, cases, ARRAY_LEN(cases));
}

TEST(a_time_without_year_is_not_guessed_when_the_input_has_no_age)
{
	static const struct source_input stream = { .mtime_ns = TIME_NONE };
	static const struct text_case cases[] = {
		PLAIN("Feb 29 11:29:03 h app: x", "hostname='h' program='app'", "x"),
		PLAIN("Jan 18 2024 11:29:03 h app: x", "timestamp=@2024-01-18T11:29:03Z hostname='h' program='app'",
		      "x"),
	};
	text_check(FORMAT_SYSLOG, &stream, cases, ARRAY_LEN(cases));
	text_check(FORMAT_SYSLOG, NULL, cases, ARRAY_LEN(cases));
}

#define CISCO(f, s, m) " program='%" f "-" #s "-" m "'"
#define CODE(f, s, m) " cisco_facility='" f "' cisco_severity=" #s " mnemonic='" m "'"
TEST(cisco_headers_are_understood)
{
	static const struct text_case cases[] = {
		PLAIN("<189>123: *Mar  1 18:46:11.123 UTC: %SYS-5-CONFIG_I: c",
		      "priority=189 facility=23 severity=5 timestamp=@2025-03-01T18:46:11.123Z" CISCO(
		          "SYS", 5, "CONFIG_I") " sequence='123'" CODE("SYS", 5, "CONFIG_I"),
		      "c"),
		PLAIN("Jan 18 2024 11:29:03 fw01 : %ASA-6-302013: Built",
		      "timestamp=@2024-01-18T11:29:03Z hostname='fw01'" CISCO("ASA", 6, "302013")
		          CODE("ASA", 6, "302013"),
		      "Built"),
		PLAIN("<189>Jan 18 11:29:03 sw03 %AAA-5-USER_LOGGED: User x executed: ping",
		      "priority=189 facility=23 severity=5" T2026 " hostname='sw03'" CISCO("AAA", 5, "USER_LOGGED")
		          CODE("AAA", 5, "USER_LOGGED"),
		      "User x executed: ping"),
		PLAIN("Jan 18 11:29:04 10.0.0.1 55: r1: 000055: Jan 18 11:29:03.5: %SYS-5-CONFIG_I: c",
		      "timestamp=@2026-01-18T11:29:03.5Z hostname='r1'" CISCO(
		          "SYS", 5, "CONFIG_I") " sequence='000055'" CODE("SYS", 5, "CONFIG_I"),
		      "c"),
		PLAIN("Jan 18 11:29:04 10.0.0.1 55: Jan 18 11:29:03: %SYS-SP-5-CONFIG_I: c",
		      "timestamp=@2026-01-18T11:29:03Z hostname='10.0.0.1' program='%SYS-SP-5-CONFIG_I' sequence='55' "
		      "cisco_facility='SYS-SP' cisco_severity=5 mnemonic='CONFIG_I'",
		      "c"),
		PLAIN("2013 Oct 17 10:42:25 UTC: %ETHPORT-5-IF_UP: up",
		      "timestamp=@2013-10-17T10:42:25Z" CISCO("ETHPORT", 5, "IF_UP") CODE("ETHPORT", 5, "IF_UP"), "up"),
		PLAIN("Jan 18 11:29:03 r1: %SYS-5-X: c",
		      "timestamp=@2026-01-18T11:29:03Z hostname='r1'" CISCO("SYS", 5, "X") CODE("SYS", 5, "X"), "c"),
		PLAIN("Jan 18 11:29:03 h app: %d-5-x", "timestamp=@2026-01-18T11:29:03Z hostname='h' program='app'",
		      "%d-5-x"),
		PLAIN("Jan 18 11:29:03 r1 %SYS-X: c", "timestamp=@2026-01-18T11:29:03Z hostname='r1' program='%SYS-X'",
		      "c"),
	};
	text_check(FORMAT_SYSLOG, &input, cases, ARRAY_LEN(cases));
}

#define WITH(head, message, facts)                                                         \
	CASE("Jan 18 11:29:03 h " head " " message,                                        \
	     "{timestamp=@2026-01-18T11:29:03Z hostname='h' program='p' message='" message \
	     "' raw='Jan 18 11:29:03 h " head " " message "' " facts "}")

TEST(payloads_are_named_or_read)
{
	static const struct text_case cases[] = {
		CASE("Jan 18 11:29:03 h p: @cee: {\"a\":1}",
		     "{timestamp=@2026-01-18T11:29:03Z hostname='h' program='p' message='{\"a\":1}'"
		     " raw='Jan 18 11:29:03 h p: @cee: {\"a\":1}' payload='json'}"),
		WITH("p:", "{\"a\":1}", "payload='json'"),
		CASE("Jan 18 11:29:03 h p: {\"a\":1",
		     "{timestamp=@2026-01-18T11:29:03Z hostname='h' program='p' message='{\"a\":1'"
		     " raw='Jan 18 11:29:03 h p: {\"a\":1'}"),
		CASE("Jan 18 11:29:03 h p: type=CWD msg=audit(1.5:3): cwd=\"/x\"",
		     "{hostname='h' program='p' message='type=CWD msg=audit(1.5:3): cwd=\"/x\"' raw='Jan 18 11:29:03 h "
		     "p: type=CWD msg=audit(1.5:3): cwd=\"/x\"'"
		     " payload='auditd' timestamp=@1970-01-01T00:00:01.5Z serial=3 type='CWD' cwd='/x' "
		     "CurrentDirectory='/x'}"),
		CASE("Jan 18 11:29:03 h p: [ 12.5] audit: type=1307 audit(1.5:3): cwd=\"/x\"",
		     "{hostname='h' program='p' message='[ 12.5] audit: type=1307 audit(1.5:3): cwd=\"/x\"'"
		     " raw='Jan 18 11:29:03 h p: [ 12.5] audit: type=1307 audit(1.5:3): cwd=\"/x\"'"
		     " payload='auditd' timestamp=@1970-01-01T00:00:01.5Z serial=3 type='CWD' cwd='/x' "
		     "CurrentDirectory='/x'}"),
		WITH("p:", "<Event><EventData><Data Name=\"Image\">/a</Data></EventData></Event>",
		     "payload='xml' Event={EventData={Image='/a'}}"),
	};
	text_check(FORMAT_SYSLOG, &input, cases, ARRAY_LEN(cases));
}

/* What a program's message gives, behind the members that every line has. */
struct fact_case {
	const char *program, *message, *want;
};

TEST(messages_of_known_programs_give_facts)
{
	static const struct fact_case cases[] = {
		{ "sshd", "Accepted publickey for root from 1.2.3.4 port 22 ssh2: RSA SHA256:x",
		  " event_action='accepted' auth_method='publickey' user='root' source_ip='1.2.3.4' "
		  "source_port='22'}" },
		{ "sshd", "Failed password for bob from 1.2.3.4 port 22 ssh2",
		  " event_action='failed' auth_method='password' user='bob' source_ip='1.2.3.4' source_port='22'}" },
		{ "sshd", "Failed password for invalid user x from 9.9.9.9 port 1 from 10.0.0.5 port 44 ssh2",
		  " event_action='failed' auth_method='password' user='x from 9.9.9.9 port 1' source_ip='10.0.0.5' "
		  "source_port='44'}" },
		{ "sshd", "Invalid user  from 10.0.0.5 port 44",
		  " event_action='invalid_user' user='' source_ip='10.0.0.5' source_port='44'}" },
		{ "sshd", "Disconnected from user a 10.0.0.5 port 44",
		  " event_action='disconnected' user='a' source_ip='10.0.0.5' source_port='44'}" },
		{ "sshd-session", "Connection closed by invalid user a b 10.0.0.5 port 44 [preauth]",
		  " event_action='connection_closed' user='a b' source_ip='10.0.0.5' source_port='44'}" },
		{ "sshd", "pam_unix(sshd:auth): authentication failure; logname= uid=0 rhost=10.0.0.1  user=root",
		  " pam_service='sshd:auth' event_action='failed' uid='0' source_ip='10.0.0.1' user='root'}" },
		{ "sshd", "pam_unix(sshd:session): session opened for user root(uid=0) by (uid=0)",
		  " pam_service='sshd:session' event_action='session_opened' user='root' uid='0' by='(uid=0)'}" },
		{ "sudo", "alice : TTY=pts/0 ; PWD=/home/a ; USER=root ; COMMAND=/bin/sh -c id ; USER=x",
		  " user='alice' TTY='pts/0' PWD='/home/a' USER='root' COMMAND='/bin/sh -c id ; USER=x' "
		  "event_action='command'}" },
		{ "sudo", "eve : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=#-1 ; COMMAND=/bin/id",
		  " user='eve' TTY='pts/0' PWD='/' USER='#-1' COMMAND='/bin/id' event_action='denied' reason='user NOT "
		  "in sudoers'}" },
		{ "sudo", "eve : 3 incorrect password attempts ; TTY=a ; COMMAND=b",
		  " user='eve' TTY='a' COMMAND='b' event_action='failed' reason='3 incorrect password attempts'}" },
		{ "su", "FAILED SU (to root) bob on pts/1",
		  " event_action='failed' target_user='root' user='bob' TTY='pts/1'}" },
		{ "su(pam_unix)", "Successful su for root by bob",
		  " event_action='accepted' target_user='root' user='bob'}" },
		{ "CRON", "(root) CMD (run-parts (x) /etc)",
		  " event_action='command' user='root' COMMAND='run-parts (x) /etc'}" },
		{ "crontab", "(bob) REPLACE (bob)", " event_action='crontab_replace' user='bob' target_user='bob'}" },
		{ "useradd", "new user: name=evil, UID=0, home=/h, shell=/bin/sh",
		  " event_action='user_add' name='evil' target_user='evil' UID='0' home='/h' shell='/bin/sh'}" },
		{ "/usr/sbin/groupadd", "new group: name=g, GID=1",
		  " event_action='group_add' name='g' target_user='g' GID='1'}" },
		{ "usermod", "add 'evil' to group 'sudo'",
		  " event_action='group_member_add' target_user='evil' target_group='sudo'}" },
		{ "userdel", "delete user 'evil'", " event_action='user_delete' target_user='evil'}" },
		{ "passwd", "pam_unix(passwd:chauthtok): password changed for root",
		  " pam_service='passwd:chauthtok' event_action='password_change' target_user='root'}" },
		{ "systemd-logind", "New session 3 of user root.",
		  " event_action='session_opened' session='3' user='root'}" },
		{ "pkexec", "bob: Executing command [USER=root] [TTY=/dev/pts/0] [CWD=/] [COMMAND=/bin/a b]",
		  " event_action='command' user='bob' USER='root' TTY='/dev/pts/0' PWD='/' COMMAND='/bin/a b'}" },
		{ "sshd", "Connection closed by authenticating user a 6.6.6.6 port 1 10.0.0.5 port 44",
		  " event_action='connection_closed' user='a 6.6.6.6 port 1' source_ip='10.0.0.5' source_port='44'}" },
		{ "sshd", "Accepted publickey for", NULL },
		{ "sshd", "Failed pass word for x from 1.2.3.4 port 2", NULL },
		{ "nginx", "Accepted publickey for root from 1.2.3.4 port 22", NULL },
		{ "sudo", "something else", NULL },
		{ "su", "", NULL },
	};
	struct text_scratch *scratch = NULL;
	CHECK(text_scratch_new(&scratch) == ERR_OK);
	auto_buf line = { 0 }, out = { 0 };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		buf_reset(&line);
		buf_printf(&line, "Jan 18 11:29:03 h %s[1]: %s", cases[i].program, cases[i].message);
		IGNORE(
		    text_render(FORMAT_SYSLOG, &input, buf_view(&line), scratch, &out)); /* flags are not the matter */
		buf_char(&line, '\0');
		const char *at = strstr(out.ptr, line.ptr); /* the end of raw */
		const char *facts = at != NULL ? at + line.len : "no raw";
		if (strcmp(facts, cases[i].want != NULL ? cases[i].want : "}") != 0)
			text_scratch_free(&scratch);
		CHECKF(strcmp(facts, cases[i].want != NULL ? cases[i].want : "}") == 0, "case %zu: %s", i, out.ptr);
	}
	text_scratch_free(&scratch);
}

TEST(bytes_that_are_no_text_are_repaired_and_flagged)
{
	static const struct text_case cases[] = {
		CASE_BYTES("<13>p: a\xff\x00z",
		           "{priority=13 facility=1 severity=5 program='p' message='a\xEF\xBF\xBD\\x00z' raw='<13>p: "
		           "a\xEF\xBF\xBD\\x00z'}",
		           TEXT_REPAIRED),
		CASE_FLAG("<13>1 - - - - - [\xff \xfe=\"\xed\xa0\x80\"]",
		          "{priority=13 facility=1 severity=5 "
		          "structured_data={\xEF\xBF\xBD={\xEF\xBF\xBD='\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD'}}"
		          " message='' raw='<13>1 - - - - - [\xEF\xBF\xBD "
		          "\xEF\xBF\xBD=\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"]'}",
		          TEXT_REPAIRED),
	};
	text_check(FORMAT_SYSLOG, &input, cases, ARRAY_LEN(cases));
}

TEST(a_string_past_the_limit_is_cut_and_flagged)
{
	struct text_scratch *scratch = NULL;
	CHECK(text_scratch_new(&scratch) == ERR_OK);
	auto_buf line = { 0 };
	auto_value_builder b = { 0 };
	struct text_note note;
	struct value_doc doc;
	struct str message;
	buf_lit(&line, "<13>p: ");
	while (line.len < 3u << 20)
		buf_lit(&line, "\xC3\xA4");
	CHECK(text_build(FORMAT_SYSLOG, &input, buf_view(&line), scratch, &b, &note) == ERR_OK);
	CHECK(value_build_end(&b, &doc) == ERR_OK);
	CHECK(value_str(value_get(value_root(&doc), STR("message")), &message));
	CHECK(message.len == LIMIT_STRING_BYTES);
	CHECK(note.flags == TEXT_TRUNCATED); /* and not repaired: the cut is between characters */
	CHECK(value_str(value_get(value_root(&doc), STR("raw")), &message));
	CHECK(message.len == LIMIT_STRING_BYTES - 1);
	text_scratch_free(&scratch);
}

TEST(formats_of_other_parsers_are_a_wrong_use)
{
	static const enum source_format others[] = { FORMAT_AUTO, FORMAT_JSON, FORMAT_NDJSON };
	struct text_scratch *scratch = NULL;
	CHECK(text_scratch_new(&scratch) == ERR_OK);
	auto_value_builder b = { 0 };
	struct text_note note;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		CHECK(text_build(others[i], NULL, STR("x"), scratch, &b, &note) == ERR_USAGE);
	text_scratch_free(&scratch);
}
