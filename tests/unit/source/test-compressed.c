/* Compressed files and archives: the same records as the plain file, and every way to be broken. */
#include <archive.h>
#include <archive_entry.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "../../test.h"
#include "collect.h"

struct bytes {
	unsigned char *at;
	size_t n;
};
static void bytes_free(struct bytes *b)
{
	free(b->at);
}
#define auto_bytes CLEANUP(bytes_free) struct bytes

static struct bytes gzip(struct str s)
{
	z_stream z = { .next_in = (z_const Bytef *)(uintptr_t)s.ptr, .avail_in = (uInt)s.len };
	if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	size_t cap = deflateBound(&z, s.len) + 64;
	struct bytes b = { malloc(cap), 0 };
	z.next_out = b.at;
	z.avail_out = (uInt)cap;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	b.n = cap - z.avail_out;
	(void)deflateEnd(&z);
	return b;
}

static struct bytes zstd(struct str s)
{
	struct bytes b = { malloc(ZSTD_compressBound(s.len)), 0 };
	b.n = ZSTD_compress(b.at, ZSTD_compressBound(s.len), s.ptr, s.len, 3);
	return b;
}

static struct bytes xz(struct str s)
{
	size_t cap = lzma_stream_buffer_bound(s.len);
	struct bytes b = { malloc(cap), 0 };
	if (lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL, (const uint8_t *)s.ptr, s.len, b.at, &b.n, cap) !=
	    LZMA_OK)
		abort();
	return b;
}

/* Members a.json, sub/b.json.gz and an empty one. */
static struct bytes pack(bool zip, struct str a, struct bytes gz)
{
	struct bytes b = { malloc(a.len + gz.n + 65536), 0 };
	struct archive *w = archive_write_new();
	(void)(zip ? archive_write_set_format_zip(w) : archive_write_set_format_ustar(w));
	if (archive_write_open_memory(w, b.at, a.len + gz.n + 65536, &b.n) != ARCHIVE_OK)
		abort();
	const struct {
		const char *name;
		const void *at;
		size_t n;
	} members[] = { { "a.json", a.ptr, a.len }, { "../sub/b\n.json.gz", gz.at, gz.n }, { "empty", "", 0 } };
	for (size_t i = 0; i < 3; i++) {
		struct archive_entry *e = archive_entry_new();
		archive_entry_set_pathname(e, members[i].name);
		archive_entry_set_size(e, (la_int64_t)members[i].n);
		archive_entry_set_filetype(e, AE_IFREG);
		archive_entry_set_perm(e, 0600);
		archive_entry_set_mtime(e, 1700000000, 0);
		if (archive_write_header(w, e) != ARCHIVE_OK || archive_write_data(w, members[i].at, members[i].n) < 0)
			abort();
		archive_entry_free(e);
	}
	(void)archive_write_close(w);
	(void)archive_write_free(w);
	return b;
}

static void make_text(struct buf *text)
{
	for (unsigned i = 0; i < 20000; i++)
		buf_printf(text, "{\"n\":%u,\"x\":\"%u\"}\n", i, i * 2654435761U);
}

static enum err read_bytes(const void *at, size_t n, size_t chunk, bool places, struct collected *c)
{
	struct str path = str_of(scratch_write("packed.bin", at, n));
	struct collect_options o = collect_defaults();
	o.o.read_bytes = chunk;
	o.no_places = !places;
	return collect_paths(&path, 1, &o, NULL, c);
}

TEST(each_compression_gives_the_records_of_the_plain_file)
{
	auto_buf text = { .max = 0 };
	make_text(&text);
	auto_collected plain;
	CHECK(read_bytes(text.ptr, text.len, 0, true, &plain) == ERR_END && plain.n == 20000);
	struct bytes (*const packers[])(struct str) = { gzip, zstd, xz };
	for (size_t i = 0; i < ARRAY_LEN(packers); i++) {
		auto_bytes one = packers[i](buf_view(&text));
		size_t half = text.len / 2;
		auto_bytes first = packers[i](str_cut(buf_view(&text), 0, half));
		auto_bytes second = packers[i](str_cut(buf_view(&text), half, text.len));
		auto_buf two = { .max = 0 };
		buf_add(&two, first.at, first.n);
		buf_add(&two, second.at, second.n);
		static const size_t chunks[] = { 0, 1, 1000 };
		for (size_t k = 0; k < ARRAY_LEN(chunks); k++) {
			auto_collected c, d;
			CHECK(read_bytes(one.at, one.n, chunks[k], true, &c) == ERR_END);
			CHECKF(str_eq(buf_view(&c.text), buf_view(&plain.text)), "codec %zu, reads of %zu", i,
			       chunks[k]);
			CHECK(read_bytes(two.ptr, two.len, chunks[k], true, &d) == ERR_END);
			CHECKF(str_eq(buf_view(&d.text), buf_view(&plain.text)), "codec %zu, two members, reads of %zu",
			       i, chunks[k]);
			CHECK(c.count.unread == 0 && d.count.unread == 0 && c.count.bytes == text.len &&
			      c.count.bytes_read == one.n);
		}
	}
}

TEST(members_of_archives_are_inputs_with_names_that_are_safe_to_show)
{
	auto_buf text = { .max = 0 };
	make_text(&text);
	auto_bytes gz = gzip(buf_view(&text));
	for (int zip = 0; zip < 2; zip++) {
		auto_bytes packed = pack(zip != 0, buf_view(&text), gz);
		for (int outer = 0; outer < 2; outer++) {
			auto_bytes again = gzip((struct str){ (char *)packed.at, packed.n });
			struct bytes file = outer != 0 ? again : packed;
			struct str path = str_of(scratch_write("packed.bin", file.at, file.n));
			struct source_options o = collect_defaults().o;
			struct source *s = NULL;
			struct source_batch *b = NULL;
			CHECK(source_open(&path, 1, &o, NULL, NULL, NULL, &s) == ERR_OK &&
			      source_batch_new(&b) == ERR_OK);
			size_t ends = 0, n = 0;
			bool nice = true, times = true;
			enum err err;
			while ((err = source_next(s, b, 0)) == ERR_OK) {
				static const char *const names[] = { "packed.bin!a.json",
					                             "packed.bin!../sub/b?.json.gz",
					                             "packed.bin!empty" };
				nice = nice && str_ends(b->input->name, str_of(names[b->input->ordinal]));
				times = times && b->input->mtime_ns == INT64_C(1700000000) * 1000000000;
				ends += b->ends_input;
				n += b->n;
			}
			source_batch_free(&b);
			source_close(&s);
			CHECKF(err == ERR_END && ends == 3 && n == 40000 && nice && times,
			       "zip %d outer %d: %zu ends, %zu records", zip, outer, ends, n);
		}
	}
}

TEST(what_came_out_of_a_truncated_or_corrupt_file_is_used_and_the_rest_reported)
{
	auto_buf text = { .max = 0 };
	make_text(&text);
	struct bytes (*const packers[])(struct str) = { gzip, zstd, xz };
	for (size_t i = 0; i < ARRAY_LEN(packers); i++) {
		auto_bytes one = packers[i](buf_view(&text));
		auto_collected cut, broken;
		CHECK(read_bytes(one.at, one.n * 3 / 4, 0, false, &cut) == ERR_END);
		CHECKF(cut.count.unread == 1 && cut.ends == 1 && strstr(cut.unread.ptr, "ends too early") != NULL,
		       "codec %zu", i);
		CHECKF(i == 1 || (cut.n > 1000 && cut.n < 20000), "codec %zu: %zu", i, cut.n);
		CHECK(cut.n == 0 || cut.count.records_truncated <= 1);
		memset(one.at + one.n / 2, 0xA5, 64);
		CHECK(read_bytes(one.at, one.n, 0, false, &broken) == ERR_END);
		CHECKF(broken.count.unread == 1 && broken.ends == 1, "codec %zu", i);
	}
	auto_bytes gz = gzip(STR("{\"a\":1}\n"));
	auto_buf tail = { .max = 0 };
	buf_add(&tail, gz.at, gz.n);
	buf_lit(&tail, "and more");
	auto_collected c;
	CHECK(read_bytes(tail.ptr, tail.len, 0, false, &c) == ERR_END);
	CHECK(c.n == 1 && c.count.unread == 1);
}

TEST(broken_archives_are_reported_and_do_not_stop_the_rest)
{
	auto_buf text = { .max = 0 };
	make_text(&text);
	auto_bytes gz = gzip(buf_view(&text));
	for (int zip = 0; zip < 2; zip++) {
		auto_bytes packed = pack(zip != 0, buf_view(&text), gz);
		struct str paths[2] = { str_of(scratch_write("broken.bin", packed.at, packed.n / 3)),
			                str_of(scratch_write("good.json", "{\"a\":1}\n", 8)) };
		struct collect_options o = collect_defaults();
		auto_collected c;
		CHECK(collect_paths(paths, 2, &o, NULL, &c) == ERR_END);
		CHECKF(c.count.unread >= 1 && c.n >= 1 && str_ends(buf_view(&c.text), STR(":{\"a\":1}\n")), "zip %d",
		       zip);
	}
}

TEST(a_bomb_is_refused_in_bounded_memory)
{
	/* 1 GiB of spaces, made in pieces: gzip members of 64 MiB each would not be one stream, so one deflate run. */
	z_stream z = { .avail_in = 0 };
	CHECK(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK);
	size_t cap = 2 << 20, block = 1 << 20;
	auto_bytes packed = { malloc(cap), 0 };
	auto_bytes spaces = { malloc(block), block };
	memset(spaces.at, ' ', block);
	z.next_out = packed.at;
	z.avail_out = (uInt)cap;
	for (int i = 0; i < 1024; i++) {
		z.next_in = spaces.at;
		z.avail_in = (uInt)block;
		CHECK(deflate(&z, i == 1023 ? Z_FINISH : Z_NO_FLUSH) >= 0);
	}
	packed.n = cap - z.avail_out;
	(void)deflateEnd(&z);
	CHECK((UINT64_C(1) << 30) / packed.n > LIMIT_ZIP_RATIO);
	auto_collected c;
	CHECK(read_bytes(packed.at, packed.n, 0, false, &c) == ERR_END);
	CHECK(c.count.unread == 1 && strstr(c.unread.ptr, "bomb") != NULL);
	CHECK(c.count.bytes <= (UINT64_C(70) << 20));
}

TEST(what_compresses_well_within_LIMIT_ZIP_RATIO_is_read_whole)
{
	/* 96 MiB of lines that are spaces but for a number of many digits. */
	enum { LINES = 96, LINE = 1 << 20 };
	z_stream z = { .avail_in = 0 };
	CHECK(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK);
	size_t cap = 1 << 20;
	auto_bytes packed = { malloc(cap), 0 };
	auto_bytes line = { malloc(LINE), LINE };
	z.next_out = packed.at;
	z.avail_out = (uInt)cap;
	uint32_t digits = 1;
	for (int i = 0; i < LINES; i++) {
		memset(line.at, ' ', LINE);
		memcpy(line.at, "{\"a\":\"", 6);
		for (size_t k = 6; k < 600; k++) {
			digits = digits * 1664525u + 1013904223u;
			((char *)line.at)[k] = (char)('0' + (digits >> 16) % 10);
		}
		memcpy((char *)line.at + 600, "\"}", 2);
		((char *)line.at)[LINE - 1] = '\n';
		z.next_in = line.at;
		z.avail_in = LINE;
		CHECK(deflate(&z, i == LINES - 1 ? Z_FINISH : Z_NO_FLUSH) >= 0);
	}
	packed.n = cap - z.avail_out;
	(void)deflateEnd(&z);
	uint64_t ratio = (UINT64_C(96) << 20) / packed.n;
	CHECKF(ratio > LIMIT_ZIP_RATIO / 4 && ratio < LIMIT_ZIP_RATIO, "%llu", (unsigned long long)ratio);
	auto_collected c;
	CHECK(read_bytes(packed.at, packed.n, 0, false, &c) == ERR_END);
	CHECKF(c.count.unread == 0 && c.n == LINES && c.count.bytes == (UINT64_C(96) << 20), "%zu records", c.n);
}

TEST(compression_within_compression_is_refused)
{
	auto_bytes once = gzip(STR("{\"a\":1}\n"));
	auto_bytes twice = gzip((struct str){ (char *)once.at, once.n });
	auto_collected c;
	CHECK(read_bytes(twice.at, twice.n, 0, false, &c) == ERR_END || c.n == 0);
	CHECK(c.n == 0 && c.count.unread == 1 && c.count.files_failed == 1);
}

TEST(utf16_files_are_transcoded)
{
	static const char little[] = "\xff\xfe{\0\"\0a\0\"\0:\0\"\0\xe9\0\x3d\xd8\x00\xde\"\0}\0\n\0";
	static const char big[] = "\xfe\xff\0{\0\"\0a\0\"\0:\0\"\0\xe9\xd8\x3d\xde\x00\0\"\0}\0\n";
	static const char lost[] = "\xff\xfe\x3d\xd8x\0\x00\xde";
	static const size_t chunks[] = { 0, 1, 3 };
	for (size_t i = 0; i < ARRAY_LEN(chunks); i++) {
		auto_collected a, b, c;
		CHECK(read_bytes(little, sizeof(little) - 1, chunks[i], false, &a) == ERR_END);
		CHECK(str_is(buf_view(&a.text), "{\"a\":\"\xc3\xa9\xf0\x9f\x98\x80\"}\n"));
		CHECK(read_bytes(big, sizeof(big) - 1, chunks[i], false, &b) == ERR_END);
		CHECK(str_eq(buf_view(&a.text), buf_view(&b.text)));
		CHECK(read_bytes(lost, sizeof(lost) - 1, chunks[i], false, &c) == ERR_END);
		CHECK(str_is(buf_view(&c.text), "\xef\xbf\xbdx\xef\xbf\xbd\n"));
	}
	auto_collected d;
	CHECK(read_bytes("\xef\xbb\xbf{\"a\":1}", 10, 0, true, &d) == ERR_END);
	CHECK(str_is(buf_view(&d.text), "0:1:3::{\"a\":1}\n"));
}
