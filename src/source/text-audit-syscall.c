/* Numbers of the Linux audit system as names: system calls per machine (syscalls.def, generated) and record types
 * (linux/audit.h and libaudit's msg_typetab). */
#include "source/text-parts.h"

enum { NAME_MAX_LEN = 32 };
static const char x86_64[][NAME_MAX_LEN] = {
#define X86_64(n, name) [n] = name,
#include "source/syscalls.def"
#undef X86_64
};
static const char i386[][NAME_MAX_LEN] = {
#define I386(n, name) [n] = name,
#include "source/syscalls.def"
#undef I386
};
static const char generic[][NAME_MAX_LEN] = {
#define GENERIC(n, name) [n] = name,
#include "source/syscalls.def"
#undef GENERIC
};

struct str text_audit_syscall(struct str arch, struct str number)
{
	static const struct {
		struct str arch;
		const char (*names)[NAME_MAX_LEN];
		size_t n;
	} machines[] = {
		{ { "c000003e", 8 }, x86_64, ARRAY_LEN(x86_64) },   { { "x86_64", 6 }, x86_64, ARRAY_LEN(x86_64) },
		{ { "c00000b7", 8 }, generic, ARRAY_LEN(generic) }, { { "aarch64", 7 }, generic, ARRAY_LEN(generic) },
		{ { "c00000f3", 8 }, generic, ARRAY_LEN(generic) }, { { "riscv64", 7 }, generic, ARRAY_LEN(generic) },
		{ { "40000003", 8 }, i386, ARRAY_LEN(i386) },       { { "i386", 4 }, i386, ARRAY_LEN(i386) },
	};
	struct str none = { 0 };
	int64_t n;
	if (!text_number(number, &n))
		return number.len > 0 && number.ptr[0] >= 'a' && number.ptr[0] <= 'z' ? number
		                                                                      : none; /* a name already */
	for (size_t i = 0; i < ARRAY_LEN(machines); i++)
		if (str_eq(machines[i].arch, arch))
			return (uint64_t)n < machines[i].n && machines[i].names[n][0] != '\0'
			           ? str_of(machines[i].names[n])
			           : none;
	return none;
}

struct str text_audit_type(struct str type)
{
	static const struct {
		int16_t number;
		char name[22];
	} types[] = {
		{ 1006, "LOGIN" },
		{ 1100, "USER_AUTH" },
		{ 1101, "USER_ACCT" },
		{ 1102, "USER_MGMT" },
		{ 1103, "CRED_ACQ" },
		{ 1104, "CRED_DISP" },
		{ 1105, "USER_START" },
		{ 1106, "USER_END" },
		{ 1107, "USER_AVC" },
		{ 1108, "USER_CHAUTHTOK" },
		{ 1109, "USER_ERR" },
		{ 1110, "CRED_REFR" },
		{ 1112, "USER_LOGIN" },
		{ 1113, "USER_LOGOUT" },
		{ 1114, "ADD_USER" },
		{ 1115, "DEL_USER" },
		{ 1116, "ADD_GROUP" },
		{ 1117, "DEL_GROUP" },
		{ 1123, "USER_CMD" },
		{ 1124, "USER_TTY" },
		{ 1130, "SERVICE_START" },
		{ 1131, "SERVICE_STOP" },
		{ 1200, "DAEMON_START" },
		{ 1201, "DAEMON_END" },
		{ 1202, "DAEMON_ABORT" },
		{ 1203, "DAEMON_CONFIG" },
		{ 1300, "SYSCALL" },
		{ 1302, "PATH" },
		{ 1303, "IPC" },
		{ 1304, "SOCKETCALL" },
		{ 1305, "CONFIG_CHANGE" },
		{ 1306, "SOCKADDR" },
		{ 1307, "CWD" },
		{ 1309, "EXECVE" },
		{ 1318, "OBJ_PID" },
		{ 1319, "TTY" },
		{ 1320, "EOE" },
		{ 1321, "BPRM_FCAPS" },
		{ 1322, "CAPSET" },
		{ 1323, "MMAP" },
		{ 1324, "NETFILTER_PKT" },
		{ 1325, "NETFILTER_CFG" },
		{ 1326, "SECCOMP" },
		{ 1327, "PROCTITLE" },
		{ 1330, "KERN_MODULE" },
		{ 1331, "FANOTIFY" },
		{ 1334, "BPF" },
		{ 1335, "EVENT_LISTENER" },
		{ 1400, "AVC" },
		{ 1401, "SELINUX_ERR" },
		{ 1403, "MAC_POLICY_LOAD" },
		{ 1404, "MAC_STATUS" },
		{ 1405, "MAC_CONFIG_CHANGE" },
		{ 1700, "ANOM_PROMISCUOUS" },
		{ 1701, "ANOM_ABEND" },
		{ 1702, "ANOM_LINK" },
		{ 2000, "KERNEL" },
		{ 2100, "ANOM_LOGIN_FAILURES" },
		{ 2404, "CRYPTO_KEY_USER" },
		{ 2407, "CRYPTO_SESSION" },
	};
	struct str digits = type;
	if (str_starts(type, STR("UNKNOWN[")) && type.ptr[type.len - 1] == ']')
		digits = str_cut(type, 8, type.len - 1);
	int64_t n;
	if (!text_number(digits, &n))
		return type;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (types[i].number == n)
			return str_of(types[i].name);
	return type;
}
