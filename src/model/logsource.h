#ifndef MODEL_LOGSOURCE_H
#define MODEL_LOGSOURCE_H
/* What kind of log an event comes from, in Sigma's words. Absent parts have len 0. */
#include "base/base.h"
enum { LOGSOURCE_CATEGORIES_MAX = 4 };
struct logsource {
	struct str product, service;
	struct str category; /* the most telling one; shown */
	struct str more[LOGSOURCE_CATEGORIES_MAX -
	                1]; /* further categories that hold too (registry_event beside registry_set) */
	uint32_t n_more;
};
#endif
