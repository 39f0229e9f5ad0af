/*
 * JSON documents to records, without parsing them: only strings, escapes and the depth of brackets are followed, 64
 * bytes at a time as bit masks (the method of Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019), so
 * that a document of any size streams. Elements of a top-level array are records; so are objects one after the other;
 * an object that is an envelope, {"Records":[{...},...]}, gives the elements of its array instead of itself.
 *
 * A document that was torn (a line half written) never closes and would take all that follows along. When one reaches
 * the end of the input or the size limit, what was read of it is gone through again, cut at lines that start with an
 * object.
 */
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "source/internal.h"

enum mode {
	AT_TOP,     /* between documents */
	IN_ARRAY,   /* between the elements of a top-level array or an envelope's */
	IN_VALUE,   /* inside an object or array, to its closing bracket */
	IN_STRING,  /* an element that is a string */
	IN_SCALAR,  /* an element that is a number or a word */
	AT_PROBE,   /* behind the '[' of what may be an envelope's array */
	IN_REST,    /* behind the array, to the envelope's end */
	IN_GARBAGE, /* looking for the next beginning */
};
struct json_frame {
	enum mode mode, after; /* after: where a value or garbage ends */
	size_t depth;
	bool in_string, escaped;
	bool hook;         /* the value is a top-level object: look at what opens at depth 1 */
	bool envelope;     /* the array is an envelope's */
	bool actor;        /* the object has an "actor" object: it is an event that has events, not an envelope */
	bool may_be_empty; /* the probed key says envelope even of an empty array */
	/* Up to here (offset in the input) a document was found not to close: in it, a line that starts with an object
	 * ends the value before it. bound: the next such line, lines_until when there is none. */
	uint64_t lines_until, bound;
};

struct masks {
	uint64_t quote, backslash, open, close;
};

static ALWAYS_INLINE struct masks masks_of(const char *p)
{
	struct masks m = { 0, 0, 0, 0 };
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), bit = _mm_set1_epi8(0x20);
	const __m128i open = _mm_set1_epi8('{'), close = _mm_set1_epi8('}');
	for (int i = 0; i < 4; i++) {
		__m128i c = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
		__m128i folded = _mm_or_si128(c, bit); /* [ to {, ] to } */
		m.quote |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(c, quote)) << (16 * i);
		m.backslash |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(c, backslash)) << (16 * i);
		m.open |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(folded, open)) << (16 * i);
		m.close |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(folded, close)) << (16 * i);
	}
#else
	for (unsigned i = 0; i < 64; i++) {
		uint64_t at = UINT64_C(1) << i;
		m.quote |= p[i] == '"' ? at : 0;
		m.backslash |= p[i] == '\\' ? at : 0;
		m.open |= p[i] == '{' || p[i] == '[' ? at : 0;
		m.close |= p[i] == '}' || p[i] == ']' ? at : 0;
	}
#endif
	return m;
}

static ALWAYS_INLINE uint64_t prefix_xor(uint64_t x)
{
	x ^= x << 1;
	x ^= x << 2;
	x ^= x << 4;
	x ^= x << 8;
	x ^= x << 16;
	return x ^ x << 32;
}

static ALWAYS_INLINE size_t bits_in(uint64_t x)
{
	x -= x >> 1 & UINT64_C(0x5555555555555555);
	x = (x & UINT64_C(0x3333333333333333)) + (x >> 2 & UINT64_C(0x3333333333333333));
	x = (x + (x >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (size_t)(x * UINT64_C(0x0101010101010101) >> 56);
}

/* Which characters follow a backslash that is not itself escaped; *escaped is carried from block to block of n bytes.
 */
static ALWAYS_INLINE uint64_t escaped_by(uint64_t backslash, bool *escaped, size_t n)
{
	const uint64_t even = UINT64_C(0x5555555555555555);
	uint64_t carry = *escaped, starts_even = 0;
	backslash &= ~carry;
	uint64_t follows = backslash << 1 | carry;
	uint64_t odd_starts = backslash & ~even & ~follows;
	bool over = __builtin_add_overflow(odd_starts, backslash, &starts_even);
	uint64_t result = (even ^ starts_even << 1) & follows;
	*escaped = n < 64 ? (result >> n & 1) != 0 : over;
	return result;
}

enum hit { HIT_NOTHING, HIT_END, HIT_OPEN };

/* What the brackets of one block do to the depth; the bit of the one that ends the value or (hook) opens at depth 1. */
static enum hit follow_brackets(struct json_frame *j, uint64_t open, uint64_t close, unsigned *ret_bit)
{
	uint64_t both = open | close;
	if (both == 0)
		return HIT_NOTHING;
	size_t closing = bits_in(close);
	if (j->depth > closing + 1) { /* stays below depth 1 throughout */
		j->depth += bits_in(open) - closing;
		return HIT_NOTHING;
	}
	for (; both != 0; both &= both - 1) {
		*ret_bit = (unsigned)__builtin_ctzll(both);
		if ((close >> *ret_bit & 1) != 0) {
			if (--j->depth == 0)
				return HIT_END;
		} else if (j->depth++ == 1 && j->hook) {
			return HIT_OPEN;
		}
	}
	return HIT_NOTHING;
}

/* Goes on inside a value until it ends, or something opens at depth 1 of a top-level object, or `end` is reached. */
static enum hit scan_value(struct frame *f, struct json_frame *j, size_t end)
{
	size_t i = f->scan;
	while (i < end) {
		size_t n = end - i < 64 ? end - i : 64;
		uint64_t valid = n < 64 ? (UINT64_C(1) << n) - 1 : ~UINT64_C(0);
		struct masks m = masks_of(f->data + i);
		uint64_t escaped = 0;
		if ((m.backslash & valid) != 0 || j->escaped)
			escaped = escaped_by(m.backslash & valid, &j->escaped, n);
		uint64_t quote = m.quote & valid & ~escaped;
		uint64_t string = prefix_xor(quote) ^ (j->in_string ? ~UINT64_C(0) : 0);
		unsigned bit = 0;
		enum hit hit = follow_brackets(j, m.open & valid & ~string, m.close & valid & ~string, &bit);
		if (hit != HIT_NOTHING) {
			j->in_string = j->escaped = false;
			f->scan = i + bit + 1;
			return hit;
		}
		j->in_string = (string >> (n - 1) & 1) != 0;
		i += n;
	}
	f->scan = end;
	return HIT_NOTHING;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* The key before position at, where a value opens: back over spaces, a colon, spaces, a string. "" if it is not there.
 */
static struct str key_before(const struct frame *f, size_t at)
{
	enum { LONGEST = 16 };
	const char *p = f->data + at;
	while (p > f->data && is_space(p[-1]))
		p--;
	if (p == f->data || *--p != ':')
		return STR("");
	while (p > f->data && is_space(p[-1]))
		p--;
	if (p == f->data || *--p != '"')
		return STR("");
	const char *end = p;
	while (p > f->data && end - p < LONGEST && p[-1] != '"' && p[-1] != '\\')
		p--;
	if (p == f->data || p[-1] != '"')
		return STR("");
	return (struct str){ p, (size_t)(end - p) };
}

/* The next line in [from, to) that starts with an object; `to` when none does. */
static size_t next_line_object(const struct frame *f, size_t from, size_t to)
{
	while (from < to) {
		const char *nl = memchr(f->data + from, '\n', to - from);
		if (nl == NULL)
			return to;
		from = (size_t)(nl - f->data) + 1;
		if (to - from >= 2 && f->data[from] == '{' && f->data[from + 1] == '"')
			return from;
	}
	return to;
}

/* Where a value must end at the latest: at its bound, if it has one. */
static size_t value_end(const struct frame *f, const struct json_frame *j)
{
	bool bounded = j->bound < j->lines_until && j->bound >= f->base + f->scan;
	return bounded && j->bound < f->base + f->len ? (size_t)(j->bound - f->base) : f->len;
}

static void find_bound(const struct frame *f, struct json_frame *j)
{
	uint64_t at = f->base + f->scan;
	if (at < j->lines_until && j->bound <= at)
		j->bound = f->base + next_line_object(f, f->scan, (size_t)(j->lines_until - f->base));
}

static void begin_value(struct frame *f, struct json_frame *j, enum mode after)
{
	if (UNLIKELY(j->lines_until > 0))
		find_bound(f, j);
	j->mode = IN_VALUE;
	j->after = after;
	j->depth = 1;
	j->in_string = j->escaped = j->actor = false;
	j->hook = after == AT_TOP && f->data[f->scan] == '{';
	f->start = f->scan++;
}

static enum err end_value(struct frame *f, struct source_batch *b, struct json_frame *j, bool truncated)
{
	TRY(frame_end_record(f, b, f->scan, f->line, truncated));
	f->start = f->scan;
	f->line++;
	j->mode = j->after;
	return ERR_OK;
}

static void begin_garbage(struct frame *f, struct json_frame *j, const char *why)
{
	sink_unread(f->sink, f->line, f->base + f->scan, why, (struct str){ f->data + f->scan, f->len - f->scan });
	j->after = j->mode;
	j->mode = IN_GARBAGE;
	f->start = f->scan++;
}

/* Skips white space and commas to what comes next. */
static bool skip_space(struct frame *f)
{
	while (f->scan < f->len) {
		char c = f->data[f->scan];
		if (!is_space(c) && c != ',' && c != 0x1e)
			break;
		f->scan++;
	}
	f->start = f->scan;
	return f->scan < f->len;
}

static void step_top(struct frame *f, struct json_frame *j)
{
	if (!skip_space(f))
		return;
	char c = f->data[f->scan];
	if (c == '{') {
		begin_value(f, j, AT_TOP);
	} else if (c == '[') {
		j->mode = IN_ARRAY;
		j->envelope = false;
		f->start = ++f->scan;
	} else {
		begin_garbage(f, j, "not JSON");
	}
}

static void step_array(struct frame *f, struct json_frame *j)
{
	if (!skip_space(f))
		return;
	char c = f->data[f->scan];
	if (c == '{' || c == '[') {
		begin_value(f, j, IN_ARRAY);
	} else if (c == ']') {
		f->start = ++f->scan;
		j->mode = j->envelope ? IN_REST : AT_TOP;
		j->depth = 1;
		j->hook = j->in_string = j->escaped = false;
	} else if (c == '}' || c == ':') {
		begin_garbage(f, j, "not JSON between the elements of an array");
	} else {
		j->mode = c == '"' ? IN_STRING : IN_SCALAR;
		j->after = IN_ARRAY;
		j->escaped = false;
		f->start = f->scan++;
	}
}

/* The value that is open was torn when a line within [start, to) starts an object: it ends there, and the rest is read
 * again. True when so. */
static enum err split_unclosed(struct frame *f, struct source_batch *b, struct json_frame *j, size_t to,
                               bool *ret_split)
{
	*ret_split = false;
	if (j->mode != IN_VALUE || f->dropping || f->base + to <= j->lines_until)
		return ERR_OK;
	size_t at = next_line_object(f, f->start, to);
	if (at == to)
		return ERR_OK;
	*ret_split = true;
	j->lines_until = f->base + to;
	j->in_string = j->escaped = false;
	f->scan = at;
	return end_value(f, b, j, true);
}

static enum err step_value(struct frame *f, struct source_batch *b, struct json_frame *j)
{
	size_t end = value_end(f, j);
	enum hit hit = scan_value(f, j, end);
	if (hit == HIT_END)
		return end_value(f, b, j, false);
	if (hit != HIT_OPEN)
		return end < f->len ? end_value(f, b, j, true) : ERR_OK;
	struct str key = key_before(f, f->scan - 1);
	if (f->data[f->scan - 1] == '{') {
		j->actor = j->actor || str_is(key, "actor");
	} else if (!j->actor && recognise_is_envelope_key(key)) {
		j->mode = AT_PROBE;
		j->may_be_empty = str_is(key, "Records") || str_is(key, "records");
	}
	return ERR_OK;
}

/* Behind the '[': an object makes it an envelope; what was kept of the outer object is let go. */
static void step_probe(struct frame *f, struct json_frame *j)
{
	while (f->scan < f->len && is_space(f->data[f->scan]))
		f->scan++;
	if (f->scan == f->len)
		return;
	char c = f->data[f->scan];
	if (c != '{' && !(c == ']' && j->may_be_empty)) {
		j->mode = IN_VALUE;
		return;
	}
	j->mode = IN_ARRAY;
	j->envelope = true;
	f->start = f->scan;
	f->dropping = false;
}

static enum err step_string(struct frame *f, struct source_batch *b, struct json_frame *j)
{
	while (f->scan < f->len) {
		char c = f->data[f->scan++];
		if (j->escaped)
			j->escaped = false;
		else if (c == '\\')
			j->escaped = true;
		else if (c == '"')
			return end_value(f, b, j, false);
	}
	return ERR_OK;
}

static enum err step_scalar(struct frame *f, struct source_batch *b, struct json_frame *j)
{
	for (; f->scan < f->len; f->scan++) {
		char c = f->data[f->scan];
		if (is_space(c) || c == ',' || c == ']' || c == '}' || c == '[' || c == '{')
			return end_value(f, b, j, false);
	}
	return ERR_OK;
}

static void step_rest(struct frame *f, struct json_frame *j)
{
	if (scan_value(f, j, f->len) == HIT_END)
		j->mode = AT_TOP;
	f->start = f->scan;
}

/* Could a document begin at scan? *ret_sure false: more bytes are needed to tell. */
static bool is_beginning(const struct frame *f, const struct json_frame *j, bool at_end, bool *ret_sure)
{
	enum { LOOK = 256 };
	size_t i = f->scan + 1;
	char c = f->data[f->scan];
	*ret_sure = true;
	if (c == ']' && j->after == IN_ARRAY)
		return true;
	while (i < f->len && i - f->scan < LOOK && is_space(f->data[i]))
		i++;
	if (i == f->len) {
		*ret_sure = at_end;
		return false;
	}
	return c == '{' ? f->data[i] == '"' || f->data[i] == '}' : c == '[' && f->data[i] == '{';
}

static bool step_garbage(struct frame *f, struct json_frame *j, bool at_end)
{
	for (; f->scan < f->len; f->scan++) {
		char c = f->data[f->scan];
		bool sure = true;
		if (c != '{' && c != '[' && c != ']')
			continue;
		if (is_beginning(f, j, at_end, &sure)) {
			j->mode = j->after;
			break;
		}
		if (!sure)
			break;
	}
	bool stuck = f->scan < f->len && j->mode == IN_GARBAGE;
	f->sink->count.bytes_dropped += f->scan - f->start;
	f->start = f->scan;
	return !stuck;
}

static enum err end_input(struct frame *f, struct source_batch *b, struct json_frame *j)
{
	bool split = false;
	TRY(split_unclosed(f, b, j, f->len, &split));
	if (split)
		return ERR_OK;
	if (j->mode == IN_SCALAR || j->mode == IN_VALUE || j->mode == IN_STRING || j->mode == AT_PROBE) {
		bool whole = j->mode == IN_SCALAR;
		j->after = whole ? j->after : AT_TOP; /* a truncated record says enough */
		TRY(end_value(f, b, j, !whole));
	}
	if ((j->mode == IN_ARRAY || j->mode == IN_REST) && !f->cut_short)
		sink_unread(f->sink, f->line, f->base + f->len, "the JSON document ends too early", STR(""));
	j->mode = AT_TOP;
	f->start = f->scan = f->len;
	return ERR_OK;
}

static enum err check_size(struct frame *f, struct source_batch *b, struct json_frame *j)
{
	bool split = false;
	if (f->scan - f->start > LIMIT_RECORD_BYTES)
		TRY(split_unclosed(f, b, j, f->start + LIMIT_RECORD_BYTES, &split));
	return split ? ERR_OK : frame_check_size(f, b, f->line);
}

static enum err cut_window(struct frame *f, struct source_batch *b, struct json_frame *j, bool at_end)
{
	while (f->scan < f->len && !frame_is_full(f, b)) {
		switch (j->mode) {
		case AT_TOP:
			step_top(f, j);
			break;
		case IN_ARRAY:
			step_array(f, j);
			break;
		case IN_VALUE:
			TRY(step_value(f, b, j));
			break;
		case IN_STRING:
			TRY(step_string(f, b, j));
			break;
		case IN_SCALAR:
			TRY(step_scalar(f, b, j));
			break;
		case AT_PROBE:
			step_probe(f, j);
			break;
		case IN_REST:
			step_rest(f, j);
			break;
		case IN_GARBAGE:
			if (!step_garbage(f, j, at_end))
				return ERR_OK;
			break;
		}
	}
	if (f->scan < f->len)
		return ERR_OK;
	if (at_end)
		return end_input(f, b, j);
	return f->start < f->scan ? check_size(f, b, j) : ERR_OK;
}

static enum err json_cut(struct frame *f, struct source_batch *b, bool at_end)
{
	struct json_frame *j = f->state;
	size_t before = 0;
	memset(f->data + f->len, 0, SOURCE_PADDING); /* the masks read whole blocks */
	do {                                         /* again, when a torn document gave back what it had taken */
		before = f->scan;
		TRY(cut_window(f, b, j, at_end));
	} while (f->scan < f->len && f->scan != before && !frame_is_full(f, b));
	return ERR_OK;
}

static enum err json_init(struct frame *f)
{
	f->state = sys_zalloc(sizeof(struct json_frame));
	return got(f->state);
}

static void json_free(struct frame *f)
{
	sys_free(f->state);
	f->state = NULL;
}

const struct frame_ops frame_json = { .cut = json_cut, .free = json_free, .init = json_init };
