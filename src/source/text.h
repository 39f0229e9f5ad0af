#ifndef SOURCE_TEXT_H
#define SOURCE_TEXT_H
/*
 * text: one record of a line format to a value document. Private to source/. Every function reads the record once, in time linear in its length, and
 * writes only valid UTF-8: what is not is repaired with U+FFFD and flagged. Nothing allocates once the builder and the scratch are warm.
 *
 * The root is a map. Its keys, by format:
 *
 * plain    "message". A line that is an AWS VPC flow record ("2 123456789012 eni-..."), or any line of an input whose source_input.header is a flow log header
 *          ("version account-id interface-id ..."), gives the AWS field names instead ("account-id", "srcaddr", ...); "-" is left out.
 * syslog   "priority" "facility" "severity" (ints), "timestamp" (time), "hostname" "program" "pid" "msgid", "structured_data" {id: {param: value}}, "message" (what
 *          follows the tag) and "raw" (the line). A message that is a JSON object, also after "@cee:", is not parsed here: "payload" is "json". A message
 *          that is an audit record adds the keys of auditd; one that is an <Event> element adds "Event" as xml does (then "payload" is "auditd" / "xml"). Cisco's
 *          %FACILITY-SEVERITY-MNEMONIC gives "cisco_facility", "cisco_severity" (int), "mnemonic", and "sequence" where there is one. Messages of well-known programs (sshd, sudo, su, cron, useradd ...) give "event_action" and
 *          facts under "user" "source_ip" "source_port" "auth_method" "target_user" "USER" "COMMAND" "TTY" "PWD" ... (text-programs.c has the table).
 * auditd   every field of every record of the event, in order, duplicates kept ("type" for each record), values unquoted and un-hexed; fields inside msg='...' are
 *          fields too; enriched ones ("UID", "SYSCALL") as written. Made from them: "timestamp" (time), "serial" (int), "SYSCALL" (name, when not enriched),
 *          "CommandLine" "Image" "ProcessId" "ParentProcessId" "CurrentDirectory" "User" "TargetFilename" "DestinationIp" "DestinationPort", and "event_kinds": list of the
 *          Sigma categories that the event implies ("Initiated" is "true" for a connection); absent when there is none. An AVC's verdict and permissions are "seresult"
 *          and "seperms", the loose words of a record "text". An argument in parts (a1[0], a1[1] ...) is one field a1.
 * csv      header names to strings; a duplicate name is kept, a missing cell is absent, further cells are under "_extra" (list).
 * logfmt   keys to strings; a key without a value is true.
 * xml      {"Event": {...}} in the shape of EVTX as JSON: attributes under "#attributes" (then the text under "#text"), <Data Name="X"> as X, decimal numbers within
 *          System as ints, an empty element as null.
 * journal  fields to strings, as journald names them; a repeated field is a duplicate key. A MESSAGE that is an <Event> element adds "Event", one of a well-known
 *          program the same facts as in syslog.
 */
#include "source/source.h"
#include "value/build.h"

enum text_flag {
	TEXT_TRUNCATED = 1, /* a bound cut something, or the record ends inside an element, a quote or a field */
	TEXT_REPAIRED = 2,  /* bytes that were not UTF-8 were replaced */
};
/* What is to be said about a record. On ERR_PARSE reason (static) and offset tell why and where; else reason is NULL. */
struct text_note {
	unsigned flags;
	const char *reason;
	size_t offset;
};

/* One thread's working memory. */
struct text_scratch;
fallible text_scratch_new(struct text_scratch **ret);
void text_scratch_free(struct text_scratch **s);

/*
 * Begins a document in b and builds the record's map; the caller calls value_build_end. *note is filled in any case.
 * ERR_PARSE when the record is nothing of that format: the builder then holds nothing of use, and the caller may build it as FORMAT_PLAIN.
 * Every line is FORMAT_PLAIN, and every line that has a character is FORMAT_SYSLOG. FORMAT_NDJSON, FORMAT_JSON and FORMAT_AUTO are ERR_USAGE.
 */
fallible text_build(enum source_format format, const struct source_input *input, struct str record, struct text_scratch *scratch,
		    struct value_builder *b, struct text_note *note);
/*
 * Adds to the map that is open in b what the message of a program says: the facts that syslog gives for well-known programs, or "Event" when the message is an
 * <Event> element (*ret_event). ERR_PARSE when that element is broken: then the builder holds nothing of use.
 */
fallible text_build_message(struct str program, struct str message, struct text_scratch *scratch, struct value_builder *b, struct text_note *note,
			    bool *ret_event);
#endif
