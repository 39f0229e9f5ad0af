#ifndef BASE_SYS_FAULT_H
#define BASE_SYS_FAULT_H
/*
 * The fault build's trigger, for sys.c alone. In other builds both fold to constants, so the seam costs nothing.
 * MERLON_FAULT_AT=N makes the Nth seam call of the process fail (1 = the first), MERLON_FAULT_KIND=full makes a failing
 * write say "no space left", MERLON_FAULT_COUNT=FILE receives the number of seam calls at exit.
 */
#include "base/base.h"
#ifdef MERLON_FAULT
bool fault_hit(void);
/* What a write that was hit reports: ERR_IO, or ERR_FULL. */
enum err fault_write_err(void);
#else
static inline bool fault_hit(void)
{
	return false;
}
static inline enum err fault_write_err(void)
{
	return ERR_IO;
}
#endif
#endif
