/*
 * What the records of one audit event say together, under the names that rules for Sysmon for Linux use: the command
 * line, the program, the files by their absolute path, the peer of a connection, and which Sigma categories the event
 * is. A failed call changed nothing, so it is of no category.
 */
#include "base/ip.h"
#include "source/text-audit.h"

/* Appends path's components to `out`, resolving "." and "..": what looks like another path must not hide one. */
static void add_components(struct text *t, struct buf *out, struct str path)
{
	for (size_t at = 0; at < path.len;) {
		size_t end = text_find(path, at, '/');
		struct str part = str_cut(path, at, end);
		at = end + 1;
		if (part.len == 0 || str_is(part, "."))
			continue;
		if (!str_is(part, "..")) {
			text_add_char(t, out, '/');
			text_add(t, out, part);
			continue;
		}
		size_t slash = text_find_last(buf_view(out), STR("/"));
		out->len = slash;
	}
}

static void put_target(struct audit *a, const struct audit_path *p)
{
	struct text *t = a->t;
	struct buf *out = &t->s->path;
	if (p->name.text.len == 0 || str_is(p->name.text, "(null)"))
		return;
	struct str name = audit_decoded(t, &t->s->value, p->name);
	buf_reset(out);
	if (name.len > 0 && name.ptr[0] != '/') {
		struct str cwd = audit_decoded(t, &t->s->sub, a->cwd);
		if (cwd.len == 0 || cwd.ptr[0] != '/') { /* no place to stand on: as written */
			text_pair(t, STR("TargetFilename"), name);
			return;
		}
		add_components(t, out, cwd);
	}
	add_components(t, out, name);
	if (out->len == 0)
		text_add_char(t, out, '/');
	text_pair(t, STR("TargetFilename"), buf_view(out));
}

/* Files made and removed; those only touched when nothing was, and the event is no start of a program. */
static void put_targets(struct audit *a, bool *ret_created, bool *ret_deleted)
{
	bool created = false, deleted = false;
	for (size_t i = 0; i < a->n_paths; i++) {
		created = created || str_is(a->paths[i].nametype, "CREATE");
		deleted = deleted || str_is(a->paths[i].nametype, "DELETE");
	}
	for (size_t i = 0; i < a->n_paths; i++) {
		struct str type = a->paths[i].nametype;
		bool changed = str_is(type, "CREATE") || str_is(type, "DELETE");
		bool touched = str_is(type, "NORMAL") && !created && !deleted && !a->executed;
		if (changed || touched)
			put_target(a, &a->paths[i]);
	}
	*ret_created = created;
	*ret_deleted = deleted;
}

/* struct sockaddr as the kernel dumps it. True when it names an internet address. */
static bool put_peer(struct audit *a)
{
	enum { INET = 2, INET6 = 10, LOCAL = 1 };
	struct text *t = a->t;
	struct buf *raw = &t->s->value;
	buf_reset(raw);
	if (a->saddr.ptr == NULL || a->saddr.len > 512 || !audit_unhex(t, raw, a->saddr) || raw->len < 2)
		return false;
	const unsigned char *p = (const unsigned char *)raw->ptr;
	unsigned family = p[1] == 0 ? p[0] : p[1]; /* the first byte is the high one on big-endian machines */
	struct ip ip = { .v4 = family == INET };
	const char *name = family == INET    ? "inet"
	                   : family == INET6 ? "inet6"
	                   : family == LOCAL ? "local"
	                   : family == 16    ? "netlink"
	                                     : NULL;
	if (name != NULL && !a->interpreted_saddr)
		text_pair(t, STR("saddr_fam"), str_of(name));
	if (family == LOCAL && !a->interpreted_saddr) {
		struct str path = text_from(buf_view(raw), 2);
		if (path.len > 0 && path.ptr[0] == '\0') /* abstract */
			path = text_from(path, 1);
		text_pair(t, STR("path"), str_cut(path, 0, text_find(path, 0, '\0')));
	}
	if (family == INET && raw->len >= 8) {
		memcpy(ip.bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
		memcpy(ip.bytes + 12, p + 4, 4);
	} else if (family == INET6 && raw->len >= 24) {
		memcpy(ip.bytes, p + 8, 16);
		ip.v4 = memcmp(ip.bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0;
	} else {
		return false;
	}
	char shown[64];
	text_pair(t, STR("DestinationIp"), (struct str){ shown, ip_format(&ip, shown) });
	value_build_key(t->b, STR("DestinationPort"));
	value_build_int(t->b, p[2] << 8 | p[3]);
	return true;
}

static void put_process(struct audit *a)
{
	struct text *t = a->t;
	if (a->has_line)
		text_pair(t, STR("CommandLine"), buf_view(&t->s->line));
	else if (a->proctitle.text.ptr != NULL) {
		struct str title = audit_decoded(t, &t->s->value, a->proctitle);
		buf_reset(&t->s->sub);
		for (size_t at = 0; at < title.len;) {
			size_t end = text_find(title, at, '\0');
			text_add(t, &t->s->sub, str_cut(title, at, end));
			if (end + 1 < title.len)
				text_add_char(t, &t->s->sub, ' ');
			at = end + 1;
		}
		text_pair(t, STR("CommandLine"), buf_view(&t->s->sub));
	}
	if (a->exe.text.ptr != NULL)
		text_pair(t, STR("Image"), audit_decoded(t, &t->s->value, a->exe));
	if (a->pid.ptr != NULL)
		text_pair(t, STR("ProcessId"), a->pid);
	if (a->ppid.ptr != NULL)
		text_pair(t, STR("ParentProcessId"), a->ppid);
	if (a->cwd.text.ptr != NULL)
		text_pair(t, STR("CurrentDirectory"), audit_decoded(t, &t->s->value, a->cwd));
	if (a->uid_name.ptr != NULL || a->auid_name.ptr != NULL)
		text_pair(t, STR("User"), a->uid_name.ptr != NULL ? a->uid_name : a->auid_name);
}

void audit_put_event(struct audit *a)
{
	struct text *t = a->t;
	bool created, deleted;
	put_process(a);
	put_targets(a, &created, &deleted);
	bool internet = put_peer(a);
	/* 32-bit x86: socketcall(SYS_CONNECT = 3). */
	bool connects = str_is(a->call, "connect") || (str_is(a->call, "socketcall") && str_is(a->call_a0, "3"));
	bool started = a->executed && (a->call.ptr == NULL || str_is(a->call, "execve") || str_is(a->call, "execveat"));
	const struct {
		struct str kind;
		bool holds;
	} kinds[] = { { { "process_creation", 16 }, started && !a->failed },
		      { { "file_event", 10 }, created && !a->failed },
		      { { "file_delete", 11 }, deleted && !a->failed },
		      /* A connect that does not block "fails" with EINPROGRESS and goes on. */
		      { { "network_connection", 18 }, connects && internet } };
	if (kinds[3].holds)
		text_pair(t, STR("Initiated"), STR("true"));
	if (!kinds[0].holds && !kinds[1].holds && !kinds[2].holds && !kinds[3].holds)
		return;
	value_build_key(t->b, STR("event_kinds"));
	value_build_list(t->b);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].holds)
			value_build_str(t->b, kinds[i].kind);
	value_build_close(t->b);
}
