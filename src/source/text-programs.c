/*
 * What the messages of well-known Linux programs say, from tables of patterns. A pattern is literal text with
 * {captures}; it must match from the start of the message, what follows its end is ignored. {name} is one word, {name*}
 * the rest. {user} may hold anything and reaches to the LAST place where the text behind it occurs: who chooses the
 * user name "x from 10.0.0.1 port 1" does not choose the address that is reported. One pass per literal: linear.
 */
#include "source/text-parts.h"

enum { CAPTURES_MAX = 8 };
struct pattern {
	const char *action, *text;
};
struct capture {
	struct str name, val;
};

static const struct pattern sshd[] = {
	{ "accepted", "Accepted {auth_method} for {user} from {source_ip} port {source_port}" },
	{ "failed", "Failed {auth_method} for invalid user {user} from {source_ip} port {source_port}" },
	{ "failed", "Failed {auth_method} for {user} from {source_ip} port {source_port}" },
	{ "postponed", "Postponed {auth_method} for invalid user {user} from {source_ip} port {source_port}" },
	{ "postponed", "Postponed {auth_method} for {user} from {source_ip} port {source_port}" },
	{ "invalid_user", "Invalid user {user} from {source_ip} port {source_port}" },
	{ "invalid_user", "Invalid user {user} from {source_ip}" },
	{ "invalid_user", "input_userauth_request: invalid user {user} [preauth]" },
	{ "max_attempts", "error: maximum authentication attempts exceeded for invalid user {user} from {source_ip} "
	                  "port {source_port}" },
	{ "max_attempts",
	  "error: maximum authentication attempts exceeded for {user} from {source_ip} port {source_port}" },
	{ "max_attempts",
	  "Disconnecting authenticating user {user} {source_ip} port {source_port}: Too many authentication failures" },
	{ "max_attempts",
	  "Disconnecting invalid user {user} {source_ip} port {source_port}: Too many authentication failures" },
	{ "denied", "User {user} from {source_ip} not allowed because {reason*}" },
	{ "denied", "User {user} not allowed because {reason*}" },
	{ "denied", "ROOT LOGIN REFUSED FROM {source_ip} port {source_port}" },
	{ "denied", "refused connect from {source_ip}" },
	{ "connection", "Connection from {source_ip} port {source_port} on {destination_ip} port {destination_port}" },
	{ "connection", "Connection from {source_ip} port {source_port}" },
	{ "connection_closed", "Connection closed by authenticating user {user} {source_ip} port {source_port}" },
	{ "connection_closed", "Connection closed by invalid user {user} {source_ip} port {source_port}" },
	{ "connection_closed", "Connection closed by {source_ip} port {source_port}" },
	{ "connection_closed", "Connection closed by {source_ip}" },
	{ "connection_reset", "Connection reset by authenticating user {user} {source_ip} port {source_port}" },
	{ "connection_reset", "Connection reset by invalid user {user} {source_ip} port {source_port}" },
	{ "connection_reset", "Connection reset by {source_ip} port {source_port}" },
	{ "disconnected", "Disconnected from authenticating user {user} {source_ip} port {source_port}" },
	{ "disconnected", "Disconnected from invalid user {user} {source_ip} port {source_port}" },
	{ "disconnected", "Disconnected from user {user} {source_ip} port {source_port}" },
	{ "disconnected", "Disconnected from {source_ip} port {source_port}" },
	{ "disconnected", "Received disconnect from {source_ip} port {source_port}:{reason*}" },
	{ "disconnected", "Received disconnect from {source_ip}: {reason*}" },
	{ "scan", "Did not receive identification string from {source_ip} port {source_port}" },
	{ "scan", "Did not receive identification string from {source_ip}" },
	{ "scan", "banner exchange: Connection from {source_ip} port {source_port}: {reason*}" },
	{ "negotiation_failed", "Unable to negotiate with {source_ip} port {source_port}: {reason*}" },
	{ "session_started", "Starting session: {session_type} for {user} from {source_ip} port {source_port}" },
	{ "session_started",
	  "Starting session: {session_type} on {tty} for {user} from {source_ip} port {source_port}" },
	{ "subsystem", "subsystem request for {subsystem} by user {user}" },
	{ "reverse_mapping_failed", "reverse mapping checking getaddrinfo for {source_host} [{source_ip}] failed" },
	{ "listening", "Server listening on {destination_ip} port {destination_port}" },
};
static const struct pattern su[] = {
	{ "failed", "FAILED SU (to {target_user}) {user} on {TTY}" },
	{ "failed", "FAILED su for {target_user} by {user}" },
	{ "accepted", "Successful su for {target_user} by {user}" },
	{ "accepted", "(to {target_user}) {user} on {TTY}" },
};
static const struct pattern cron[] = {
	{ "command", "({user}) CMD ({COMMAND*}" },
	{ "crontab_reload", "({user}) RELOAD ({file*}" },
	{ "crontab_replace", "({user}) REPLACE ({target_user*}" },
	{ "crontab_list", "({user}) LIST ({target_user*}" },
	{ "crontab_delete", "({user}) DELETE ({target_user*}" },
	{ "crontab_edit", "({user}) BEGIN EDIT ({target_user*}" },
	{ "crontab_edit_end", "({user}) END EDIT ({target_user*}" },
	{ "denied", "({user}) AUTH ({reason*}" },
	{ "error", "({user}) ERROR ({reason*}" },
};
static const struct pattern accounts[] = {
	{ "user_add_failed", "failed adding user '{target_user}'" },
	{ "group_member_add", "add '{target_user}' to group '{target_group}'" },
	{ "group_member_add", "add '{target_user}' to shadow group '{target_group}'" },
	{ "group_member_add", "user {target_user} added by {user} to group {target_group}" },
	{ "group_member_remove", "delete '{target_user}' from group '{target_group}'" },
	{ "group_member_remove", "delete '{target_user}' from shadow group '{target_group}'" },
	{ "group_member_remove", "removed '{target_user}' from group '{target_group}'" },
	{ "user_delete", "delete user '{target_user}'" },
	{ "group_delete", "removed group '{target_group}' owned by '{target_user}'" },
	{ "group_delete", "group '{target_group}' removed" },
	{ "password_change", "change user '{target_user}' password" },
	{ "password_change", "password changed for {target_user}" },
	{ "password_change", "password for '{target_user}' changed by '{user}'" },
	{ "user_change", "change user name '{target_user}' to '{new_name}'" },
	{ "user_change", "change user '{target_user}' {change*}" },
	{ "user_lock", "lock user '{target_user}' password" },
	{ "user_unlock", "unlock user '{target_user}' password" },
};
static const struct pattern login[] = {
	{ "session_opened", "New session {session} of user {user}." },
	{ "session_closed", "Removed session {session}." },
	{ "failed", "FAILED LOGIN ({attempt}) on '{TTY}' FOR '{user}', {reason*}" },
	{ "failed", "FAILED LOGIN {attempt} FROM {source_ip} FOR {user}, {reason*}" },
	{ "accepted", "ROOT LOGIN  on '{TTY}'" },
	{ "accepted", "ROOT LOGIN on {TTY}" },
};
static const struct pattern pkexec[] = {
	{ "command", "{user}: Executing command [USER={USER}] [TTY={TTY}] [CWD={PWD}] [COMMAND={COMMAND*}" },
};
/* Behind "pam_unix(sshd:session): ". */
static const struct pattern pam[] = {
	{ "session_opened", "session opened for user {user!}(uid={uid}) by {by*}" },
	{ "session_opened", "session opened for user {user} by {by*}" },
	{ "session_closed", "session closed for user {user}" },
	{ "password_change", "password changed for {target_user}" },
	{ "denied", "account {user} has {reason*}" },
	{ "invalid_user", "check pass; user unknown" },
};
#define SET(words, table)                      \
	{                                      \
		words, table, ARRAY_LEN(table) \
	}
static const struct {
	const char *programs; /* each between blanks */
	const struct pattern *patterns;
	size_t n;
} sets[] = {
	SET(" sshd sshd-session sshd-auth ", sshd),
	SET(" su ", su),
	SET(" cron crond crontab anacron ", cron),
	SET(" useradd userdel usermod groupadd groupdel groupmod gpasswd passwd chage chfn chsh newusers ", accounts),
	SET(" login systemd-logind ", login),
	SET(" pkexec polkit-agent-helper-1 ", pkexec),
};

/* Where a user's name ends that `next` follows: at its last place. A blank is one behind the name's own only as the
 * last before " port ". */
static size_t user_end(struct str tail, struct str next)
{
	if (!str_is(next, " "))
		return text_find_last(tail, next);
	size_t port = text_find_last(tail, STR(" port "));
	size_t end = text_find_last(str_cut(tail, 0, port), next);
	return end < port ? end : tail.len;
}

/* Matches one capture of the pattern p (behind its '{') at *at of s. Returns the pattern behind its '}', NULL when it
 * does not match. */
static const char *match_capture(const char *p, struct str s, size_t *at, struct capture *ret)
{
	const char *close = strchr(p, '}');
	struct str name = { p, (size_t)(close - p) };
	bool rest = close[-1] == '*', first = close[-1] == '!';
	name.len -= rest || first ? 1 : 0;
	bool user = !first && (str_is(name, "user") || str_is(name, "target_user"));
	const char *literal = close + 1;
	size_t literal_len = strcspn(literal, "{");
	struct str tail = text_from(s, *at);
	size_t end;
	if (rest) {
		end = tail.len;
	} else if (literal_len == 0) {
		end = text_find(tail, 0, ' ');
	} else {
		struct str next = { literal, literal_len };
		end = user ? user_end(tail, next) : text_find_str(tail, 0, next);
		if (end == tail.len || (!user && text_find(str_cut(tail, 0, end), 0, ' ') < end))
			return NULL;
	}
	*ret = (struct capture){ name, str_cut(tail, 0, end) };
	*at += end;
	return literal;
}

static bool match(const struct pattern *p, struct str s, struct capture *captures, size_t *ret_n)
{
	const char *text = p->text;
	size_t at = 0, n = 0;
	while (*text != '\0') {
		size_t literal = strcspn(text, "{");
		if (!str_starts(text_from(s, at), (struct str){ text, literal }))
			return false;
		at += literal;
		text += literal;
		if (*text == '\0')
			break;
		if (n == CAPTURES_MAX)
			return false;
		text = match_capture(text + 1, s, &at, &captures[n++]);
		if (text == NULL)
			return false;
	}
	*ret_n = n;
	return true;
}

static bool put_first_match(struct text *t, const struct pattern *patterns, size_t n_patterns, struct str message)
{
	struct capture captures[CAPTURES_MAX];
	size_t n;
	for (size_t i = 0; i < n_patterns; i++) {
		if (!match(&patterns[i], message, captures, &n))
			continue;
		text_pair(t, STR("event_action"), str_of(patterns[i].action));
		for (size_t c = 0; c < n; c++) {
			struct str val = text_trim(captures[c].val);
			/* "(root) CMD (run-parts /etc/cron.daily)": the last bracket is the frame's. */
			bool framed = message.ptr[0] == '(' && c + 1 == n && val.len > 0 && val.ptr[val.len - 1] == ')';
			bool bracket = patterns == pkexec && c + 1 == n && val.len > 0 && val.ptr[val.len - 1] == ']';
			val.len -= framed || bracket ? 1 : 0;
			text_pair(t, captures[c].name, val);
		}
		return true;
	}
	return false;
}

/* "name=value" words: PAM's "logname= uid=0 ... rhost=10.0.0.1  user=root" and shadow's "name=x, UID=1001, ...". */
static void put_words(struct text *t, struct str s, char separator)
{
	for (size_t at = 0; at < s.len;) {
		size_t end = text_find(s, at, separator);
		struct str word = text_trim(str_cut(s, at, end));
		size_t equals = text_find(word, 0, '=');
		at = end + 1;
		if (equals == 0 || equals + 1 >= word.len)
			continue;
		struct str name = str_cut(word, 0, equals), val = text_from(word, equals + 1);
		text_pair(t, str_is(name, "rhost") ? STR("source_ip") : name, val);
		if (separator == ',' && str_is(name, "name"))
			text_pair(t, STR("target_user"), val);
	}
}

static bool put_pam(struct text *t, struct str message)
{
	static const struct str more = { " more authentication failure", 28 },
	                        failure = { "authentication failure; ", 24 };
	struct str s = message;
	if (str_starts(s, STR("pam_"))) {
		size_t end = text_find_str(str_cut(s, 0, 128), 0, STR("): "));
		if (end + 3 >= s.len || end >= 128)
			return false;
		text_pair(t, STR("pam_service"), str_cut(s, text_find(s, 0, '(') + 1, end));
		s = text_from(s, end + 3);
	}
	size_t semicolon = text_find(str_cut(s, 0, 64), 0, ';');
	bool again = str_starts(s, STR("PAM ")) && text_find_str(str_cut(s, 0, semicolon), 0, more) < semicolon;
	if (str_starts(s, failure) || again) {
		text_pair(t, STR("event_action"), STR("failed"));
		put_words(t, text_from(s, semicolon + 1), ' ');
		return true;
	}
	return s.ptr != message.ptr && put_first_match(t, pam, ARRAY_LEN(pam), s);
}

/* "alice : [why ;] TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/sh -c ..." */
static void put_sudo(struct text *t, struct str message)
{
	size_t colon = text_find_str(message, 0, STR(" : "));
	if (colon == message.len)
		return;
	text_pair(t, STR("user"), text_trim(str_cut(message, 0, colon)));
	struct str s = text_from(message, colon + 3), reason = { 0 };
	for (size_t at = 0; at < s.len;) {
		size_t end = text_find_str(s, at, STR(" ; "));
		struct str part = text_trim_left(str_cut(s, at, end));
		size_t name = 0;
		while (name < part.len && part.ptr[name] >= 'A' && part.ptr[name] <= 'Z')
			name++;
		bool command = str_starts(part, STR("COMMAND="));
		if (command) { /* the rest, whatever it holds */
			part = text_trim_left(text_from(s, at));
			end = s.len;
		}
		if (name > 0 && name < part.len && part.ptr[name] == '=')
			text_pair(t, str_cut(part, 0, name), text_from(part, name + 1));
		else if (reason.len == 0)
			reason = part;
		at = end + 3;
	}
	bool failed = text_find_str(reason, 0, STR("password")) < reason.len;
	text_pair(t, STR("event_action"), reason.len == 0 ? STR("command") : failed ? STR("failed") : STR("denied"));
	if (reason.len > 0)
		text_pair(t, STR("reason"), reason);
}

static bool put_new_account(struct text *t, struct str message)
{
	static const struct {
		struct str prefix, action;
	} kinds[] = { { { "new user: ", 10 }, { "user_add", 8 } },
		      { { "new group: ", 11 }, { "group_add", 9 } },
		      { { "group added to /etc/group: ", 27 }, { "group_add", 9 } } };
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_starts(message, kinds[i].prefix)) {
			text_pair(t, STR("event_action"), kinds[i].action);
			put_words(t, text_from(message, kinds[i].prefix.len), ',');
			return true;
		}
	return false;
}

/* /usr/sbin/CRON -> cron, su(pam_unix) -> su: into out between blanks. */
static bool program_word(struct str program, char *out, size_t size)
{
	size_t slash = text_find_last(program, STR("/"));
	program = slash < program.len ? text_from(program, slash + 1) : program;
	program = str_cut(program, 0, text_find(program, 0, '('));
	if (program.len == 0 || program.len + 3 > size || text_find(program, 0, ' ') < program.len ||
	    text_find(program, 0, '\0') < program.len)
		return false;
	out[0] = ' ';
	for (size_t i = 0; i < program.len; i++)
		out[i + 1] = str_is(program, "CRON") ? (char)(program.ptr[i] | 32) : program.ptr[i];
	out[program.len + 1] = ' ';
	out[program.len + 2] = '\0';
	return true;
}

void text_program_facts(struct text *t, struct str program, struct str message)
{
	char word[40];
	if (message.len == 0 || !program_word(program, word, sizeof(word)) || put_pam(t, message))
		return;
	if (strcmp(word, " sudo ") == 0) {
		put_sudo(t, message);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		if (strstr(sets[i].programs, word) == NULL)
			continue;
		if (sets[i].patterns != accounts || !put_new_account(t, message))
			put_first_match(t, sets[i].patterns, sets[i].n, message);
		return;
	}
}
