#ifndef APP_DETECT_H
#define APP_DETECT_H
/* `merlon detect`: wires source, decode, engine and report; owns threads, progress, output. */
#include <signal.h>
#include <stdatomic.h>

#include "base/base.h"
#include "base/diag.h"
#include "base/log.h"
#include "base/option.h"
#include "report/report.h"

/*
 * How a signal reaches a run: owned by main, zeroed; app_stop_now is async-signal-safe and asks the run to stop, commit and report.
 */
struct source;
struct app_stop {
	volatile sig_atomic_t signal_number;
	_Atomic(struct source *) source;
};
void app_stop_now(struct app_stop *stop, int signal_number);
void app_stop_attach(struct app_stop *stop, struct source *source);

struct app_detect_options {
	struct option_list inputs;	/* operands; none = "-" */
	struct option_list rules;	/* --rules DIR|FILE|default, repeatable; none = default */
	struct option_list pipelines;	/* --pipeline FILE */
	struct str values;		/* --values FILE: placeholders */
	struct option_list mappings;	/* --mapping FILE */
	struct option_list tags, rule, exclude; /* --tag --rule --exclude */
	struct str level;		/* --level: least severity */
	struct str fail_on;		/* --fail-on LEVEL: exit 1 when a detection is at least this severe */
	struct str input_format;	/* --input-format */
	struct str logsource;		/* --logsource product=linux,service=sshd */
	struct str since, until, account, region;
	struct str format;		/* table json ocsf sarif; "" = table on a terminal, json otherwise */
	struct str output;		/* --output FILE; "" = stdout */
	struct str dead_letter;		/* --dead-letter FILE */
	uint64_t threads;		/* 0 = number of processors */
	bool follow, strict, with_raw, profile, no_prefilter, quiet, summary_json;
	struct app_stop *stop;		/* NULL: signals are not handled */
	void (*show)(void *arg);	/* following: called when diags has something to be read now, and may empty its items; may be NULL */
	void *show_arg;
	bool colour;			/* paint the table; the command line decided by --color, NO_COLOR and the terminal */
};
/* *ret_exit: the process exit code (0, 1, 3, 5, 130 ...). Errors that stop the run are returned and explained in diags. */
fallible app_detect(const struct app_detect_options *o, const struct log *log, struct diag_list *diags, int *ret_exit);
#endif
