/* Words for what events say. */
#include "model/event.h"

const char *event_outcome_name(enum event_outcome o)
{
	switch (o) {
	case OUTCOME_SUCCESS:
		return "success";
	case OUTCOME_FAILURE:
		return "failure";
	case OUTCOME_UNKNOWN:
		break;
	}
	return NULL;
}
