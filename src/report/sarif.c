/*
 * SARIF 2.1.0 (OASIS). The log names its rules before its results, and rules are known only when all results are, so
 * results are rendered as they come, kept up to 1 MiB and then spilled to a file that has no name any more; the end
 * stitches the log together.
 */
#include <fcntl.h>

#include "base/limits.h"
#include "base/sys.h"
#include "base/utf8.h"
#include "report/cells.h"
#include "report/columns.h"
#include "report/report.h"
#include "report/write.h"

enum { SPILL_BYTES = 1 << 20, MESSAGE_BYTES = 1000 };

struct report_sarif {
	struct report_options options;
	uint32_t *numbers; /* by rule index: 1 + ruleIndex, 0 = not seen */
	size_t cap;
	uint32_t n_rules;
	struct buf rules, results, scratch;
	uint64_t spilled; /* bytes in the file */
	int fd;           /* -1 until the first spill */
	bool any;         /* a result was written */
	enum err err;     /* of a spill: the log would have a hole */
};

enum err report_sarif_new(const struct report_options *o, struct report_sarif **ret)
{
	struct report_sarif *r = sys_zalloc(sizeof(*r));
	TRY(got(r));
	r->options = *o;
	r->fd = -1;
	*ret = r;
	return ERR_OK;
}

void report_sarif_free(struct report_sarif **r)
{
	if (*r == NULL)
		return;
	sys_free((*r)->numbers);
	buf_free(&(*r)->rules);
	buf_free(&(*r)->results);
	buf_free(&(*r)->scratch);
	sys_closep(&(*r)->fd);
	sys_free(*r);
	*r = NULL;
}

static const char *sarif_level(int rank)
{
	return rank >= 4 ? "error" : rank == 3 ? "warning" : "note";
}

/* GitHub's scale: above 9.0 critical, 7.0 high, 4.0 medium, above 0 low. */
static const char *security_severity(int rank)
{
	static const char *const scores[] = { "0.0", "0.0", "2.0", "5.0", "8.0", "9.5" };
	return scores[rank >= 0 && rank <= 5 ? rank : 0];
}

static void write_message(struct writer *w, struct str quoted, struct str s)
{
	write_open(w, quoted);
	write_key(w, STR("\"text\":"));
	json_write_str(w->out, s);
	write_close(w, '}');
}

static struct str rule_id(const struct detection_rule *rule)
{
	return is_text(rule->id) ? rule->id : is_text(rule->title) ? rule->title : rule->path;
}

static void write_rule(struct buf *out, const struct detection_rule *rule)
{
	struct writer writer = { out, false }, *w = &writer;
	W_ITEM(w);
	write_key(w, STR("\"id\":"));
	json_write_str(out, rule_id(rule));
	W_TEXT(w, "name", rule->title);
	write_message(w, STR("\"shortDescription\":{"), is_text(rule->title) ? rule->title : rule_id(rule));
	if (is_text(rule->description))
		write_message(w, STR("\"fullDescription\":{"), rule->description);
	for (size_t i = 0; i < rule->n_references; i++) {
		if (!str_starts(rule->references[i], STR("https://")))
			continue;
		W_TEXT(w, "helpUri", rule->references[i]);
		break;
	}
	W_OBJECT(w, "defaultConfiguration");
	W_TEXT(w, "level", str_of(sarif_level(rule->level_rank)));
	write_close(w, '}');
	W_OBJECT(w, "properties");
	W_LIST(w, "tags");
	W_RAW(w, "\"security\"");
	for (size_t i = 0; i < rule->n_tags; i++) {
		write_key(w, STR(""));
		json_write_str(out, rule->tags[i]);
	}
	write_close(w, ']');
	W_TEXT(w, "security-severity", str_of(security_severity(rule->level_rank)));
	W_TEXT(w, "path", rule->path);
	write_close(w, '}');
	write_close(w, '}');
}

/* The rule's place in the log, which it gets when first seen. */
static enum err rule_number(struct report_sarif *r, const struct detection_rule *rule, uint32_t *ret)
{
	if (rule->index >= LIMIT_RULES)
		return ERR_LIMIT;
	if (rule->index >= r->cap) {
		size_t more = r->cap < 32 ? 64 : r->cap * 2;
		more = more > rule->index ? more : (size_t)rule->index + 1;
		uint32_t *p = sys_realloc(r->numbers, more * sizeof(*p));
		TRY(got(p));
		memset(p + r->cap, 0, (more - r->cap) * sizeof(*p));
		r->numbers = p;
		r->cap = more;
	}
	if (r->numbers[rule->index] == 0) {
		size_t before = r->rules.len;
		if (r->n_rules > 0)
			buf_lit(&r->rules, ",\n");
		write_rule(&r->rules, rule);
		if (buf_err(&r->rules) != ERR_OK) {
			r->rules.len = before;
			return buf_err(&r->rules);
		}
		r->numbers[rule->index] = ++r->n_rules;
	}
	*ret = r->numbers[rule->index] - 1;
	return ERR_OK;
}

/* RFC 3986: what may stand in a path as it is. A colon could be taken for a scheme. */
static bool is_path_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~/!$&'()*+,;=@", c) != NULL);
}

static void write_uri(struct buf *out, struct str path)
{
	static const char hex[] = "0123456789ABCDEF";
	buf_char(out, '"');
	if (path.len > 0 && path.ptr[0] == '/')
		buf_lit(out, "file://");
	for (size_t i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.ptr[i];
		if (is_path_char(path.ptr[i])) {
			buf_char(out, path.ptr[i]);
			continue;
		}
		char code[3] = { '%', hex[c >> 4], hex[c & 15] };
		buf_add(out, code, 3);
	}
	buf_char(out, '"');
}

/* "title: who, what, from where (outcome)". */
static void make_message(struct buf *out, const struct detection *d)
{
	buf_str(out, is_text(d->rule->title) ? d->rule->title : rule_id(d->rule));
	size_t at = out->len;
	buf_lit(out, ": ");
	cells_who(out, d);
	if (out->len == at + 2)
		buf_lit(out, "unknown actor");
	at = out->len;
	buf_lit(out, ", ");
	cells_what(out, d);
	if (out->len == at + 2)
		out->len = at;
	at = out->len;
	buf_lit(out, ", ");
	cells_where(out, d);
	if (out->len == at + 2)
		out->len = at;
	at = out->len;
	buf_lit(out, " (");
	cells_outcome(out, d);
	if (out->len == at + 2)
		out->len = at;
	else
		buf_char(out, ')');
}

static void write_location(struct writer *w, const struct event *e)
{
	if (!is_text(e->file))
		return;
	W_LIST(w, "locations");
	W_ITEM(w);
	W_OBJECT(w, "physicalLocation");
	W_OBJECT(w, "artifactLocation");
	write_key(w, STR("\"uri\":"));
	write_uri(w->out, e->file);
	write_close(w, '}');
	if (e->line > 0 && e->line <= INT32_MAX) {
		W_OBJECT(w, "region");
		W_INT(w, "startLine", (int64_t)e->line);
		write_close(w, '}');
	}
	write_close(w, '}');
	write_close(w, '}');
	write_close(w, ']');
}

static void write_result(struct report_sarif *r, const struct detection *d, uint32_t number)
{
	struct writer writer = { &r->results, false }, *w = &writer;
	W_ITEM(w);
	write_key(w, STR("\"ruleId\":"));
	json_write_str(w->out, rule_id(d->rule));
	W_INT(w, "ruleIndex", number);
	W_TEXT(w, "level", str_of(sarif_level(d->rule->level_rank)));
	write_message(w, STR("\"message\":{"), utf8_prefix(buf_view(&r->scratch), MESSAGE_BYTES));
	write_location(w, d->event);
	W_OBJECT(w, "partialFingerprints");
	W_TEXT(w, "merlonDetection/v1", d->fingerprint);
	write_close(w, '}');
	W_OBJECT(w, "properties");
	write_key(w, STR("\"time\":"));
	write_time(w->out, d->time_ns);
	W_TEXT(w, "eventId", d->event_id);
	W_TEXT(w, "severity", d->rule->level);
	W_TEXT(w, "actor", d->facts->actor.id);
	W_TEXT(w, "account", d->facts->scope_account);
	W_TEXT(w, "region", d->facts->scope_region);
	W_TEXT(w, "cluster", d->facts->scope_cluster);
	W_TEXT(w, "host", d->facts->scope_host);
	if ((d->event->flags & EVENT_TRUNCATED) != 0)
		W_RAW(w, "\"truncated\":true");
	write_key(w, STR("\"matched\":"));
	write_reasons(w->out, d->reasons, d->n_reasons);
	if (r->options.with_raw)
		W_TEXT(w, "raw", d->event->raw);
	write_close(w, '}');
	write_close(w, '}');
}

/* A file that vanishes with its descriptor. */
static enum err open_temp(const char *dir, int *ret_fd)
{
	static const char hex[] = "0123456789abcdef";
	enum err e = sys_open(dir, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600, ret_fd);
	if (e != ERR_IO && e != ERR_MISSING) /* what file systems without O_TMPFILE say */
		return e;
	uint8_t key[16];
	char name[33];
	sys_random_key(key);
	for (size_t i = 0; i < 16; i++) {
		name[2 * i] = hex[key[i] >> 4];
		name[2 * i + 1] = hex[key[i] & 15];
	}
	name[32] = '\0';
	auto_buf path = { 0 };
	buf_printf(&path, "%s/.merlon-%s", dir, name);
	buf_char(&path, '\0');
	TRY(buf_err(&path));
	int fd;
	TRY(sys_open(path.ptr, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600, &fd));
	e = sys_unlink(path.ptr);
	if (e != ERR_OK) {
		sys_closep(&fd);
		return e;
	}
	*ret_fd = fd;
	return ERR_OK;
}

static enum err spill(struct report_sarif *r)
{
	if (r->fd < 0)
		TRY(open_temp(r->options.temp_dir != NULL ? r->options.temp_dir : "/tmp", &r->fd));
	TRY(sys_write_all(r->fd, r->results.ptr, r->results.len));
	r->spilled += r->results.len;
	r->results.len = 0;
	return ERR_OK;
}

enum err report_sarif_add(struct report_sarif *r, const struct detection *d)
{
	uint32_t number;
	TRY(r->err);
	TRY(rule_number(r, d->rule, &number));
	buf_reset(&r->scratch);
	make_message(&r->scratch, d);
	TRY(buf_err(&r->scratch));
	size_t before = r->results.len;
	if (r->any)
		buf_lit(&r->results, ",\n");
	write_result(r, d, number);
	if (buf_err(&r->results) != ERR_OK) {
		enum err e = buf_err(&r->results);
		r->results.len = before;
		r->results.err = ERR_OK;
		return e;
	}
	r->any = true;
	if (r->results.len >= SPILL_BYTES)
		r->err = spill(r);
	return r->err;
}

static void notify(struct writer *w, const char *id, uint64_t n, const char *meaning)
{
	if (n == 0)
		return;
	W_ITEM(w);
	W_RAW(w, "\"level\":\"warning\"");
	W_OBJECT(w, "descriptor");
	W_TEXT(w, "id", str_of(id));
	write_close(w, '}');
	W_OBJECT(w, "message");
	write_key(w, STR("\"text\":\""));
	buf_uint(w->out, n);
	buf_char(w->out, ' ');
	buf_str(w->out, str_of(meaning));
	buf_char(w->out, '"');
	write_close(w, '}');
	write_close(w, '}');
}

static void write_invocation(struct writer *w, const struct report_summary *s)
{
	W_LIST(w, "invocations");
	W_ITEM(w);
	W_RAW(w, "\"executionSuccessful\":");
	buf_str(w->out, s->interrupted ? STR("false") : STR("true"));
	W_LIST(w, "toolExecutionNotifications");
#define COUNT(member, key, word, meaning) notify(w, key, s->member, meaning);
#include "report/summary.def"
#undef COUNT
	write_close(w, ']');
	W_LIST(w, "toolConfigurationNotifications");
	notify(w, "rules_refused", s->rules_refused, "rules that could not be loaded");
	notify(w, "rules_placeholder", s->rules_placeholder, "rules that need placeholder values");
	write_close(w, ']');
	W_OBJECT(w, "properties");
	summary_write_members(w, s);
	write_close(w, '}');
	write_close(w, '}');
	write_close(w, ']');
}

static enum err copy_spilled(const struct report_sarif *r, int fd)
{
	auto_free char *chunk = sys_alloc(SPILL_BYTES / 8);
	TRY(got(chunk));
	for (uint64_t at = 0; at < r->spilled;) {
		size_t n, want = SPILL_BYTES / 8;
		if (r->spilled - at < want)
			want = (size_t)(r->spilled - at);
		TRY(sys_pread(r->fd, chunk, want, at, &n));
		if (n == 0)
			return ERR_IO;
		TRY(sys_write_all(fd, chunk, n));
		at += n;
	}
	return ERR_OK;
}

enum err report_sarif_write(struct report_sarif *r, const struct report_summary *s, int fd)
{
	TRY(r->err);
	auto_buf out = { 0 };
	struct writer writer = { &out, false }, *w = &writer;
	buf_lit(&out, "{\"$schema\":\"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
	              "sarif-schema-2.1.0.json\","
	              "\"version\":\"2.1.0\",\"runs\":[{");
	W_OBJECT(w, "tool");
	W_OBJECT(w, "driver");
	W_RAW(w, "\"name\":\"Merlon\"");
	W_TEXT(w, "version", str_of(r->options.version));
	write_key(w, STR("\"rules\":[\n"));
	buf_str(&out, buf_view(&r->rules));
	buf_lit(&out, "]}}");
	write_invocation(w, s);
	write_key(w, STR("\"results\":[\n"));
	TRY(buf_err(&out));
	TRY(sys_write_all(fd, out.ptr, out.len));
	TRY(copy_spilled(r, fd));
	TRY(sys_write_all(fd, r->results.ptr, r->results.len));
	return sys_write_all(fd, "]}]}\n", 5);
}
