#ifndef SOURCE_TEXT_AUDIT_H
#define SOURCE_TEXT_AUDIT_H
/* Between text-auditd.c (records and fields) and text-audit-event.c (what the records together say). */
#include "source/text-parts.h"

/* A value as written: where it stands in the record and whether it was quoted, so that it can be decoded again without
 * being kept. */
struct audit_raw {
	struct str text;
	bool quoted;
};
enum audit_record { AUDIT_OTHER, AUDIT_SYSCALL, AUDIT_EXECVE, AUDIT_PATH, AUDIT_CWD, AUDIT_SOCKADDR, AUDIT_PROCTITLE };
enum { AUDIT_PATHS_MAX = 128 }; /* PATH records of one event; the kernel writes a handful */
struct audit_path {
	struct audit_raw name;
	struct str nametype;
};
struct audit {
	struct text *t;
	enum audit_record record;
	bool nested; /* inside msg='...' */
	/* of the event */
	bool executed, failed, interpreted_saddr;
	struct audit_raw exe, cwd, proctitle;
	struct str pid, ppid, uid_name, auid_name, arch, number, call, call_a0, saddr;
	struct audit_path paths[AUDIT_PATHS_MAX];
	size_t n_paths;
	/* EXECVE: the arguments joined are in scratch `line`; the parts of a long one gather in `words`. */
	bool has_line, gathers;
	struct str gathering; /* "a1" */
};
/* Decodes the kernel's upper-case hexadecimal; false when s is none. */
bool audit_unhex(struct text *t, struct buf *into, struct str s);
/* The value decoded: in place, or in `into`. */
struct str audit_decoded(struct text *t, struct buf *into, struct audit_raw raw);
/* Adds what the records together say: CommandLine, Image, TargetFilename, event_kinds ... */
void audit_put_event(struct audit *a);
#endif
