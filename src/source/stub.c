#include "source/internal.h"
enum codec_kind codec_recognise(struct str head) { (void)head; return CODEC_NONE; }
fallible codec_take(struct codec_pool *p, enum codec_kind kind, struct stream *below, struct sink *sink, struct codec **ret)
{ (void)p; (void)kind; (void)below; (void)sink; (void)ret; return ERR_REFUSED; }
void codec_put(struct codec_pool *p, struct codec **c) { (void)p; (void)c; }
void codec_pool_free(struct codec_pool *p) { (void)p; }
bool archive_recognise(struct str head) { (void)head; return false; }
fallible stream_archive_open(struct stream_archive *a, struct stream *below, struct sink *sink) { (void)a; (void)below; (void)sink; return ERR_REFUSED; }
fallible stream_archive_next(struct stream_archive *a, struct buf *name, int64_t *ret_mtime_ns) { (void)a; (void)name; (void)ret_mtime_ns; return ERR_END; }
void stream_archive_close(struct stream_archive *a) { (void)a; }
void stream_utf16_init(struct stream_utf16 *u, struct stream *below, bool big) { (void)u; (void)below; (void)big; }
fallible follow_new(struct reading *r, struct walk *w, struct follow **ret) { (void)r; (void)w; (void)ret; return ERR_REFUSED; }
fallible follow_next(struct follow *f, struct source_batch *b, int wait_ms) { (void)f; (void)b; (void)wait_ms; return ERR_END; }
void follow_free(struct follow **f) { (void)f; }
