#include "text-case.h"

#define H(type) "type=" type " msg=audit(1364481363.243:24287): "
#define AT "timestamp=@2013-03-28T14:36:03.243Z serial=24287 "
#define GS "\x1d"

TEST(records_of_one_event_become_one_map)
{
	static const struct text_case cases[] = {
		CASE(H("SYSCALL") "arch=c000003e syscall=59 success=yes exit=0 a0=7ff a1=0 items=2 ppid=26 pid=35 "
		                  "auid=1000 uid=0 tty=pts0 comm=\"cat\""
		                  " exe=\"/bin/cat\" key=\"k\"" GS "ARCH=x86_64 SYSCALL=execve AUID=\"user\" "
		                  "UID=\"root\"\n" H(
		                      "EXECVE") "argc=2 a0=\"cat\" "
		                                "a1="
		                                "2F746D702F6120622E7"
		                                "47874\n" H("CWD") " cwd=\"/home/u\"\n" H(
		                                    "PATH") "item=0 "
		                                            "name="
		                                            "\"/bin/"
		                                            "cat\" "
		                                            "inode="
		                                            "1 "
		                                            "nametyp"
		                                            "e="
		                                            "NORMAL"
		                                            "\n" H("PROCTITLE") "proctitle=636174002F746D702F6100",
		     "{" AT "type='SYSCALL' arch='c000003e' syscall='59' success='yes' exit='0' a0='7ff' a1='0' "
		     "items='2' ppid='26' pid='35' auid='1000' uid='0'"
		     " tty='pts0' comm='cat' exe='/bin/cat' key='k' ARCH='x86_64' SYSCALL='execve' AUID='user' "
		     "UID='root' type='EXECVE' argc='2' a0='cat'"
		     " a1='/tmp/a b.txt' type='CWD' cwd='/home/u' type='PATH' item='0' name='/bin/cat' inode='1' "
		     "nametype='NORMAL' type='PROCTITLE'"
		     " proctitle='cat /tmp/a' CommandLine='cat /tmp/a b.txt' Image='/bin/cat' ProcessId='35' "
		     "ParentProcessId='26' CurrentDirectory='/home/u'"
		     " User='root' event_kinds=['process_creation']}"),
		CASE(H("SYSCALL") "arch=c00000b7 syscall=221 success=no exit=-13 pid=1\n" H("EXECVE") "argc=1 a0=\"x\"",
		     "{" AT "type='SYSCALL' arch='c00000b7' syscall='221' success='no' exit='-13' pid='1' "
		     "SYSCALL='execve' type='EXECVE' argc='1' a0='x'"
		     " CommandLine='x' ProcessId='1'}"),
		CASE(H("PROCTITLE") "proctitle=\"bash\"",
		     "{" AT "type='PROCTITLE' proctitle='bash' CommandLine='bash'}"),
		CASE(H("PROCTITLE") "proctitle=cat /etc/passwd",
		     "{" AT "type='PROCTITLE' proctitle='cat /etc/passwd' CommandLine='cat /etc/passwd'}"),
	};
	text_check(FORMAT_AUDITD, NULL, cases, ARRAY_LEN(cases));
}

TEST(long_arguments_in_parts_are_joined_over_records)
{
	static const struct text_case cases[] = {
		CASE(H("EXECVE") "argc=3 a0=\"sh\" a1_len=12 a1[0]=\"hello\" a1[1]=20\n" H(
		         "EXECVE") "a1[2]=\"world\" a2=\"end\"",
		     "{" AT "type='EXECVE' argc='3' a0='sh' a1_len='12' type='EXECVE' a1='hello world' a2='end' "
		     "CommandLine='sh hello world end'"
		     " event_kinds=['process_creation']}"),
		CASE(H("EXECVE") "a0[0]=41 a0[1]=42 a1[0]=43",
		     "{" AT "type='EXECVE' a0='AB' a1='C' CommandLine='AB C' event_kinds=['process_creation']}"),
	};
	text_check(FORMAT_AUDITD, NULL, cases, ARRAY_LEN(cases));
}

TEST(files_are_named_by_absolute_path_and_kind)
{
	static const struct text_case cases[] = {
		CASE(H("CWD") "cwd=2F612062\n" H("PATH") "name=\"../x/./y\" nametype=CREATE\n" H(
		         "PATH") "name=\"/etc//../../etc/z/..\" nametype=DELETE\n" H("PATH") "name=\"d/\" "
		                                                                             "nametype=PARENT\n" H(
		                                                                                 "PAT"
		                                                                                 "H") "name=(null) "
		                                                                                      "nametype=CREATE",
		     "{" AT "type='CWD' cwd='/a b' type='PATH' name='../x/./y' nametype='CREATE' type='PATH' "
		     "name='/etc//../../etc/z/..' nametype='DELETE'"
		     " type='PATH' name='d/' nametype='PARENT' type='PATH' name='(null)' nametype='CREATE' "
		     "CurrentDirectory='/a b'"
		     " TargetFilename='/x/y' TargetFilename='/etc' event_kinds=['file_event' 'file_delete']}"),
		CASE(H("PATH") "name=\"y\" nametype=NORMAL",
		     "{" AT "type='PATH' name='y' nametype='NORMAL' TargetFilename='y'}"),
		CASE(H("PATH") "name=\"/..\" nametype=NORMAL",
		     "{" AT "type='PATH' name='/..' nametype='NORMAL' TargetFilename='/'}"),
		CASE(H("SYSCALL") "success=no\n" H("PATH") "name=\"/y\" nametype=CREATE",
		     "{" AT "type='SYSCALL' success='no' type='PATH' name='/y' nametype='CREATE' TargetFilename='/y'}"),
	};
	text_check(FORMAT_AUDITD, NULL, cases, ARRAY_LEN(cases));
}

TEST(addresses_are_decoded)
{
	static const struct text_case cases[] = {
		CASE(H("SYSCALL") "arch=c000003e syscall=42 success=no exit=-115\n" H(
		         "SOCKADDR") "saddr=020001BB01020304000000000000000000",
		     "{" AT "type='SYSCALL' arch='c000003e' syscall='42' success='no' exit='-115' SYSCALL='connect' "
		     "type='SOCKADDR'"
		     " saddr='020001BB01020304000000000000000000' saddr_fam='inet' DestinationIp='1.2.3.4' "
		     "DestinationPort=443 Initiated='true'"
		     " event_kinds=['network_connection']}"),
		CASE(H("SOCKADDR") "saddr=0A00003500000000200106F8000000000000000000000001" GS
		                   "SADDR={ saddr_fam=inet6 laddr=2001:6f8::1 lport=53 }",
		     "{" AT "type='SOCKADDR' saddr='0A00003500000000200106F8000000000000000000000001' SADDR='{ "
		     "saddr_fam=inet6 laddr=2001:6f8::1 lport=53 }'"
		     " saddr_fam='inet6' laddr='2001:6f8::1' lport='53' DestinationIp='2001:6f8::1' "
		     "DestinationPort=53}"),
		CASE(H("SOCKADDR") "saddr=01002F72756E2F6100",
		     "{" AT "type='SOCKADDR' saddr='01002F72756E2F6100' saddr_fam='local' path='/run/a'}"),
		CASE(H("SOCKADDR") "saddr=0200", "{" AT "type='SOCKADDR' saddr='0200' saddr_fam='inet'}"),
		CASE(H("SOCKADDR") "saddr=zz", "{" AT "type='SOCKADDR' saddr='zz'}"),
		CASE(H("SYSCALL") "arch=40000003 syscall=102 a0=3\n" H("SOCKADDR") "saddr=0002001601020304",
		     "{" AT "type='SYSCALL' arch='40000003' syscall='102' a0='3' SYSCALL='socketcall' type='SOCKADDR' "
		     "saddr='0002001601020304'"
		     " saddr_fam='inet' DestinationIp='1.2.3.4' DestinationPort=22 Initiated='true' "
		     "event_kinds=['network_connection']}"),
	};
	text_check(FORMAT_AUDITD, NULL, cases, ARRAY_LEN(cases));
}

TEST(fields_of_every_shape_are_read)
{
	static const struct text_case cases[] = {
		CASE("node=h1 " H(
		         "USER_CMD") "pid=1 msg='cwd=\"/home/o'neil\" cmd=6C73202D6C terminal=pts/0 res=success'",
		     "{" AT "node='h1' type='USER_CMD' pid='1' cwd='/home/o'neil' cmd='ls -l' terminal='pts/0' "
		     "res='success' ProcessId='1' CurrentDirectory='/home/o'neil'}"),
		CASE(H("USER_AUTH") "msg='PAM: authentication acct=\"root\" : exe=\"/s\" (hostname=?, addr=?, "
		                    "terminal=ssh res=success)'",
		     "{" AT "type='USER_AUTH' acct='root' exe='/s' hostname='?' addr='?' terminal='ssh' res='success' "
		     "text='PAM: authentication' Image='/s'}"),
		CASE(H("USER_AUTH") "msg='op=PAM:authentication acct=28756E6B6E6F776E207573657229 res=failed'",
		     "{" AT "type='USER_AUTH' op='PAM:authentication' acct='(unknown user)' res='failed'}"),
		CASE(H("ADD_USER") "msg='op=adding user id=5'", "{" AT "type='ADD_USER' op='adding user' id='5'}"),
		CASE(
		    H("AVC") "avc:  denied  { read write } for  pid=1 comm=\"x\" scontext=a:b",
		    "{" AT
		    "type='AVC' seresult='denied' seperms='read write' pid='1' comm='x' scontext='a:b' ProcessId='1'}"),
		CASE("audit: type=1400 audit(1364481363.243:24287): apparmor=\"DENIED\" name=2F6120",
		     "{" AT "type='AVC' apparmor='DENIED' name='/a '}"),
		CASE("type=UNKNOWN[1334] msg=audit(1364481363.243:24287): prog-id=7", "{" AT "type='BPF' prog-id='7'}"),
		CASE(H("CONFIG_CHANGE") "key=6B316B0132 list=4",
		     "{" AT "type='CONFIG_CHANGE' key=['k1k' '2'] list='4'}"),
		/* not upper-case hexadecimal of whole bytes: as it is */
		CASE(H("X") "comm=abcd acct=ABC name=\"4142\" key=(null) a0=4142",
		     "{" AT "type='X' comm='abcd' acct='ABC' name='4142' key='(null)' a0='4142'}"),
		CASE("type=X msg=audit(01/02/2024 10:00:00.123:456) : a=b", "{serial=456 type='X' a='b'}"),
		CASE("type=X msg=audit(1.5): a=b", "{timestamp=@1970-01-01T00:00:01.5Z type='X' a='b'}"),
		CASE(H("TTY") "data=6C730D", "{" AT "type='TTY' data='ls\\x0d'}"),
		CASE_BYTES(H("X") "exe=FF00", "{" AT "type='X' exe='\xEF\xBF\xBD\\x00' Image='\xEF\xBF\xBD\\x00'}",
		           TEXT_REPAIRED),
	};
	text_check(FORMAT_AUDITD, NULL, cases, ARRAY_LEN(cases));
}

TEST(what_is_no_record_is_refused_and_what_is_cut_is_flagged)
{
	static const struct text_case cases[] = {
		CASE("", NULL),
		CASE("type=X", NULL),
		CASE("type= msg=audit(1.2:3): a=b", NULL),
		CASE("type=X msg=audit(1.2:3 a=b", NULL),
		CASE("hello " H("X"), NULL),
		CASE(H("X") "=b = c== d", "{" AT "type='X' c='=' text='b'}"),
		CASE_FLAG(H("X") "exe=\"/bin", "{" AT "type='X' exe='/bin' Image='/bin'}", TEXT_TRUNCATED),
		CASE_FLAG(H("X") "msg='op=a b=\"c", "{" AT "type='X' op='a' b='c'}", TEXT_TRUNCATED),
		CASE(H("X") "a=1\nnot a header b=2", "{" AT "type='X' a='1' b='2' text='not a header'}"),
	};
	text_check(FORMAT_AUDITD, NULL, cases, ARRAY_LEN(cases));
}

TEST(more_paths_than_are_kept_are_flagged)
{
	struct text_scratch *scratch = NULL;
	CHECK(text_scratch_new(&scratch) == ERR_OK);
	auto_buf record = { 0 }, out = { 0 };
	for (int i = 0; i < 128; i++)
		buf_lit(&record, H("PATH") "name=\"/x\" nametype=CREATE\n");
	unsigned whole = text_render(FORMAT_AUDITD, NULL, buf_view(&record), scratch, &out);
	buf_lit(&record, H("PATH") "name=\"/y\" nametype=CREATE\n");
	unsigned cut = text_render(FORMAT_AUDITD, NULL, buf_view(&record), scratch, &out);
	text_scratch_free(&scratch);
	CHECK(whole == 0);
	CHECK(cut == TEXT_TRUNCATED);
	CHECK(strstr(out.ptr, "name='/y'") != NULL);
}
