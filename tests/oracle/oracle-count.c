/*
 * oracle-count count RULES EVENTS...: how many detections the slow evaluator finds, read and decoded as `merlon detect`
 * reads and decodes. Prints `events N detections N`. With `list` instead of `count`: also a line `rule-id file line`
 * for each.
 */
#include <stdio.h>
#include <stdlib.h>

#include "app/ruleset.h"
#include "base/map.h"
#include "oracle/oracle.h"
#include "source/decode.h"
#include "source/source.h"

struct counting {
	struct arena arena;
	struct diag_list diags;
	struct app_ruleset *rules;
	struct decode_set *decode;
	struct decoder *decoder;
	struct source *source;
	struct source_batch *batch;
	struct oracle *oracle;
	struct map ids; /* provider's ids seen */
	bool list;
	uint64_t events, detections;
};

static fallible seen_before(struct counting *c, const struct event *e, bool *ret)
{
	struct str id = decode_event_id(c->decoder, e);
	struct map_entry *entry;
	bool new;
	*ret = false;
	if (id.ptr == NULL || id.len == 0 || map_get(&c->ids, id) != NULL) {
		*ret = id.ptr != NULL && id.len > 0;
		return ERR_OK;
	}
	struct str kept = arena_str(&c->arena, id);
	TRY(got(kept.ptr));
	return map_put(&c->ids, kept, &entry, &new);
}

static fallible judge(struct counting *c, const struct event *e)
{
	const struct sigma_set *set = &c->rules->set;
	bool again;
	TRY(seen_before(c, e, &again));
	if (again)
		return ERR_OK;
	c->events++;
	oracle_event(c->oracle, e);
	for (size_t i = 0; i < set->n; i++) {
		const struct sigma_rule *r = set->rules[i];
		enum oracle_truth t;
		if (r->kind != SIGMA_RULE || !oracle_admits(&r->logsource, &e->logsource))
			continue;
		TRY(oracle_rule(c->oracle, r, &t));
		c->detections += t == ORACLE_TRUE;
		if (t == ORACLE_TRUE && c->list)
			printf("%.*s %.*s %llu\n", STR_FMT(r->id), STR_FMT(e->file), (unsigned long long)e->line);
	}
	return ERR_OK;
}

static void unread(void *arg, const struct source_unread *u)
{
	(void)arg;
	(void)u;
}

static fallible count(struct counting *c, const char *rules, const struct str *events, size_t n)
{
	struct str path = str_of(rules), places[1] = { path };
	struct app_ruleset_options o = { .paths = { places, 1 }, .threads = 1 };
	struct source_options so = { .since_ns = INT64_MIN, .until_ns = INT64_MIN };
	enum err e;

	TRY(app_ruleset_load(&o, &c->diags, &c->rules));
	TRY(decode_set_new(NULL, 0, &c->diags, &c->decode));
	TRY(decoder_new(c->decode, &(struct decode_options){ 0 }, &c->decoder));
	TRY(source_batch_new(&c->batch));
	TRY(oracle_new(&c->oracle));
	TRY(source_open(events, n, &so, &c->diags, unread, NULL, &c->source));
	while ((e = source_next(c->source, c->batch, 0)) == ERR_OK) {
		for (size_t i = 0; i < c->batch->n; i++) {
			const char *why;
			size_t offset;
			struct event event;
			if (decoder_record(c->decoder, c->batch, &c->batch->records[i], &why, &offset) != ERR_OK)
				continue;
			while (decoder_next(c->decoder, &event))
				TRY(judge(c, &event));
		}
	}
	return e == ERR_END ? ERR_OK : e;
}

int main(int argc, char **argv)
{
	struct counting c = { 0 };
	struct str events[64];
	size_t n = 0;
	if (argc < 4 || argc - 3 > 64 || (strcmp(argv[1], "count") != 0 && strcmp(argv[1], "list") != 0)) {
		(void)fprintf(stderr, "usage: oracle-count count|list RULES EVENTS...\n");
		return 2;
	}
	for (int i = 3; i < argc; i++)
		events[n++] = str_of(argv[i]);
	c.list = strcmp(argv[1], "list") == 0;
	c.diags.arena = &c.arena;
	enum err e = count(&c, argv[2], events, n);
	if (e == ERR_OK)
		printf("events %llu detections %llu\n", (unsigned long long)c.events, (unsigned long long)c.detections);
	else
		(void)fprintf(stderr, "oracle-count: %s\n", err_text(e));
	source_close(&c.source);
	source_batch_free(&c.batch);
	decoder_free(&c.decoder);
	decode_set_free(&c.decode);
	app_ruleset_free(&c.rules);
	oracle_free(&c.oracle);
	map_free(&c.ids);
	arena_clear(&c.arena);
	return e == ERR_OK ? 0 : 1;
}
