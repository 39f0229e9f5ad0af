/*
 * Batches, the inputs they refer to, and the names of formats. A batch may live longer than the source that filled
 * it, on another thread, so inputs are counted atomically and freed with their last user.
 */
#include "source/internal.h"

struct input_box {
	struct source_input in; /* first: the public pointer is the box */
	atomic_uint refs;
	char *header;
};

const char *source_format_name(enum source_format f)
{
	static const char *const names[FORMAT_COUNT] = {
#define FORMAT(name, word, line_based, help) word,
#include "source/formats.def"
#undef FORMAT
	};
	must(f < FORMAT_COUNT);
	return names[f];
}

fallible source_format_parse(struct str word, enum source_format *ret)
{
	for (unsigned i = 0; i < FORMAT_COUNT; i++)
		if (str_eq(word, str_of(source_format_name((enum source_format)i)))) {
			*ret = (enum source_format)i;
			return ERR_OK;
		}
	return ERR_USAGE;
}

fallible input_new(struct str name, struct source_input **ret)
{
	struct input_box *box = sys_zalloc(sizeof(*box) + name.len + 1);
	TRY(got(box));
	char *copy = (char *)(box + 1);
	if (name.len > 0)
		memcpy(copy, name.ptr, name.len);
	box->in.name = (struct str){ copy, name.len };
	box->in.header = STR("");
	box->in.mtime_ns = TIME_NONE;
	atomic_init(&box->refs, 1);
	*ret = &box->in;
	return ERR_OK;
}

struct source_input *input_ref(struct source_input *in)
{
	struct input_box *box = (struct input_box *)(void *)in;
	(void)atomic_fetch_add_explicit(&box->refs, 1, memory_order_relaxed);
	return in;
}

void input_unref(struct source_input **in)
{
	struct input_box *box = (struct input_box *)(void *)*in;
	*in = NULL;
	if (box != NULL && atomic_fetch_sub_explicit(&box->refs, 1, memory_order_acq_rel) == 1) {
		sys_free(box->header);
		sys_free(box);
	}
}

fallible input_set_header(struct source_input *in, struct str header)
{
	struct input_box *box = (struct input_box *)(void *)in;
	char *copy = sys_alloc(header.len + 1);
	TRY(got(copy));
	if (header.len > 0)
		memcpy(copy, header.ptr, header.len);
	copy[header.len] = '\0';
	sys_free(box->header);
	box->header = copy;
	in->header = (struct str){ copy, header.len };
	return ERR_OK;
}

fallible source_batch_new(struct source_batch **ret)
{
	struct source_batch *b = sys_zalloc(sizeof(*b));
	TRY(got(b));
	*ret = b;
	return ERR_OK;
}

void source_batch_free(struct source_batch **b)
{
	if (*b == NULL)
		return;
	input_unref(&(*b)->input);
	sys_free((*b)->data);
	sys_free((*b)->records);
	sys_free(*b);
	*b = NULL;
}

void sink_unread(struct sink *k, uint64_t line, uint64_t offset, const char *reason, struct str bytes)
{
	k->count.unread++;
	if (k->unread != NULL) {
		struct source_unread u = { k->file, line, offset, str_of(reason), str_cut(bytes, 0, UNREAD_SHOWN) };
		k->unread(k->unread_arg, &u);
	} else if (k->diags != NULL) {
		struct diag d = { .severity = DIAG_WARNING, .code = "input-unread", .file = k->file };
		diag_addf(k->diags, &d, "%s at offset %llu", reason, (unsigned long long)offset);
	}
}

void sink_failed(struct sink *k, struct str file, const char *what, enum err why)
{
	k->count.files_failed++;
	if (k->diags == NULL)
		return;
	struct diag d = { .severity = DIAG_ERROR, .code = "input-failed", .file = file };
	if (why == ERR_MISSING)
		diag_addf(k->diags, &d, "%s", glob_has_magic(file) ? what : "there is no such file or folder");
	else
		diag_addf(k->diags, &d, "%s: %s", what, err_text(why));
}
