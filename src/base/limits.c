/*
 * The table of limits.def for those who show it.
 */
#include "base/limits.h"

static const struct limit_info table[] = {
#define LIMIT(name, value, unit, reason) [LIMIT_ID_##name] = { #name, unit, reason, (value) },
#include "base/limits.def"
#undef LIMIT
};

const struct limit_info *limit_info(enum limit_id id)
{
	must((size_t)id < LIMIT_COUNT);
	return &table[id];
}
