#ifndef APP_CACHE_H
#define APP_CACHE_H
/*
 * The pattern cache: serialised vectorscan databases in $XDG_CACHE_HOME/merlon or ~/.cache/merlon (0700), one file each, named by their key. A file is used only when it and its
 * folder belong to this user and nobody else can write to them, and its checksum holds: a database from elsewhere is code for the matcher. It holds nothing but
 * what can be made again; any failure means no cache.
 */
#include "engine/detect/detect.h"
struct app_cache;
/* *ret NULL when there is no usable folder. */
fallible app_cache_new(struct app_cache **ret);
/* For detect_options; valid as long as the cache. */
struct detect_cache app_cache_ops(struct app_cache *c);
void app_cache_free(struct app_cache **c);
#endif
