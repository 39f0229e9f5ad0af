#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H
#include "base/base.h"
/* Every bound on what an outsider controls; see limits.def. LIMIT_x is the default value. */
enum limit_id {
#define LIMIT(name, value, unit, reason) LIMIT_ID_##name,
#include "base/limits.def"
#undef LIMIT
	LIMIT_COUNT
};
enum limit_value {
#define LIMIT(name, value, unit, reason) LIMIT_##name = (value),
#include "base/limits.def"
#undef LIMIT
};
struct limit_info {
	const char *name, *unit, *reason;
	int64_t value;
};
const struct limit_info *limit_info(enum limit_id id);
#endif
