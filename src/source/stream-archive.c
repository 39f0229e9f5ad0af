/*
 * Members of zip and tar archives by libarchive, read as a stream: nothing is unpacked to disk, and member names are
 * only shown, never used as paths. What a member may grow to is bounded like any compressed data.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

#include "source/internal.h"

/* A tar header without "ustar" (version 7): its checksum is the sum of its bytes with the field itself as blanks. */
static bool is_old_tar(struct str h)
{
	unsigned long sum = 0, want = 0;
	size_t digits = 0;
	if (h.len < 512 || h.ptr[0] == '\0')
		return false;
	for (size_t i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : (unsigned char)h.ptr[i];
	for (size_t i = 148; i < 156; i++)
		if (h.ptr[i] >= '0' && h.ptr[i] <= '7') {
			want = want * 8 + (unsigned long)(h.ptr[i] - '0');
			digits++;
		}
	return digits >= 4 && want == sum;
}

bool archive_recognise(struct str head)
{
	if (str_starts(head, (struct str){ "PK\x03\x04", 4 }) || str_starts(head, (struct str){ "PK\x05\x06", 4 }))
		return true;
	return (head.len >= 512 && memcmp(head.ptr + 257, "ustar", 5) == 0) || is_old_tar(head);
}

static la_ssize_t give_bytes(struct archive *archive, void *arg, const void **ret_bytes)
{
	struct stream_archive *a = arg;
	size_t n = 0;
	a->below_err = stream_read(a->s.below, a->in, CODEC_BYTES, &n);
	if (a->below_err != ERR_OK) {
		archive_set_error(archive, EIO, "reading failed");
		return ARCHIVE_FATAL;
	}
	a->total_in += n;
	*ret_bytes = a->in;
	return (la_ssize_t)n;
}

static enum err fail(struct stream_archive *a)
{
	a->failed = true;
	if (a->below_err != ERR_OK) {
		a->s.why = a->s.below->why;
		return a->below_err;
	}
	if (a->s.why == NULL)
		a->s.why = "the archive is corrupt";
	return ERR_PARSE;
}

static enum err archive_stream_read(struct stream *s, void *into, size_t size, size_t *ret)
{
	struct stream_archive *a = (struct stream_archive *)s;
	*ret = 0;
	la_ssize_t n = sys_fault_here() ? ARCHIVE_FATAL : archive_read_data(a->archive, into, size);
	if (n >= 0) {
		*ret = (size_t)n;
		a->out += (uint64_t)n;
		if (!codec_is_bomb(a->total_in - a->in_before, a->out))
			return ERR_OK;
		*ret = 0;
		s->why = "decompresses to so much that it is refused as a bomb";
		return ERR_LIMIT;
	}
	bool encrypted = archive_read_has_encrypted_entries(a->archive) > 0;
	s->why = encrypted ? "the member is encrypted" : "the member is corrupt";
	if (n == ARCHIVE_FATAL && !encrypted)
		return fail(a);
	return ERR_PARSE;
}

static bool archive_stream_ready(struct stream *s, int wait_ms)
{
	(void)s;
	(void)wait_ms;
	return true; /* libarchive holds bytes of its own */
}

fallible stream_archive_open(struct stream_archive *a, struct stream *below, struct sink *sink)
{
	static const struct stream_ops ops = { archive_stream_read, archive_stream_ready };
	*a = (struct stream_archive){ .s = { .ops = &ops, .below = below }, .sink = sink };
	a->in = sys_alloc(CODEC_BYTES);
	TRY(got(a->in));
	a->archive = sys_fault_here() ? NULL : archive_read_new();
	TRY(got(a->archive));
	/* Only what was asked for: no filters (ours are bounded), no other formats. */
	bool ok = archive_read_support_format_zip_streamable(a->archive) == ARCHIVE_OK &&
	          archive_read_support_format_tar(a->archive) == ARCHIVE_OK;
	if (!ok)
		return ERR_MEMORY;
	if (archive_read_open(a->archive, a, NULL, give_bytes, NULL) != ARCHIVE_OK && a->below_err != ERR_OK)
		return a->below_err;
	return ERR_OK; /* what else is wrong shows at the first member */
}

fallible stream_archive_next(struct stream_archive *a, struct buf *name, int64_t *ret_mtime_ns)
{
	struct archive_entry *e = NULL;
	while (!a->failed) {
		if (atomic_load_explicit(&a->sink->stopped, memory_order_relaxed))
			return ERR_SIGNAL;
		a->s.why = NULL;
		int code = sys_fault_here() ? ARCHIVE_FATAL : archive_read_next_header(a->archive, &e);
		if (code == ARCHIVE_EOF)
			return ERR_END;
		if (code < ARCHIVE_WARN)
			return fail(a);
		a->ordinal++;
		if (archive_entry_filetype(e) != AE_IFREG && archive_entry_filetype(e) != 0)
			continue;
		if (a->ordinal > LIMIT_INPUT_FILES) {
			a->s.why = "too many members";
			a->failed = true;
			return ERR_LIMIT;
		}
		const char *path = archive_entry_pathname(e);
		if (path == NULL)
			buf_printf(name, "member-%llu", (unsigned long long)a->ordinal);
		else
			buf_str(name, str_cut(str_of(path), 0, 4096));
		*ret_mtime_ns = TIME_NONE;
		if (archive_entry_mtime_is_set(e) && archive_entry_mtime(e) > 0 &&
		    archive_entry_mtime(e) < INT64_C(9000000000))
			*ret_mtime_ns = (int64_t)archive_entry_mtime(e) * 1000000000;
		a->in_before = a->total_in > CODEC_BYTES ? a->total_in - CODEC_BYTES : 0;
		a->out = 0;
		return ERR_OK;
	}
	return ERR_END;
}

void stream_archive_close(struct stream_archive *a)
{
	if (a->archive != NULL)
		IGNORE(archive_read_free(a->archive) != ARCHIVE_OK); /* reading: nothing is lost */
	a->archive = NULL;
	sys_free(a->in);
	a->in = NULL;
}
