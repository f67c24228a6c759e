/* What at_hand says of a parameter is what the event's bytes say: for each field of one
 * parameter whose name some event has, or whose place, and each row of a capture, of random ones
 * and of those in $SYSREEL_CAPTURES. Arguments: a capture, a seed. */
#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/event/source.h"
#include "engine/field/operand.h"
#include "engine/query/at_hand.h"
#include "engine/query/cursor.h"
#include "engine/store/store.h"
#include "tests/lib/check.h"
#include "tests/lib/life.h"
#include "tests/lib/others.h"
#include "tests/lib/replay.h"
#include "tests/lib/rng.h"
#include "tests/lib/sample.h"

#define SAMPLES 12
#define LIVES 12
#define LIFE_EVENTS 250			/* of each section */
#define CHUNK_LEAST 20u
#define LONG_CAPTURE 1000000u		/* bytes: its chunks have some thousand rows */

static const char *const fields[] = {
	"evt.arg.fd", "evt.rawarg.fd", "evt.arg.res", "evt.rawarg.res", "evt.arg.oldfd",
	"evt.arg.dirfd", "evt.rawarg.dirfd", "evt.arg.pid", "evt.arg.name", "evt.arg.fd1",
	"evt.arg.in_fd", "evt.arg.size", "evt.rawarg.addr", "evt.arg.cmd", "evt.arg[0]",
	"evt.arg[1]", "evt.arg[2]", "evt.arg[40]", "evt.arg.queuepct", "evt.rawarg.queuepct",
	"evt.rawarg.queuelen", "evt.arg.queuemax", "evt.arg.sig", "evt.rawarg.spid",
	"evt.arg.spid", "evt.arg.dpid",
};

struct told {
	size_t n_here, n_nothing, n_not;	/* answers */
	size_t n_wrong;
};

static bool
is_same(enum value_type type, const struct value *a, const struct value *b)
{
	if (type == T_STR || type == T_DATA)
		return a->s.len == b->s.len && !memcmp(a->s.p, b->s.p, a->s.len);
	if (type == T_IP)
		return !memcmp(&a->ip, &b->ip, sizeof(a->ip));
	return a->u == b->u;
}

/* Compare what is said of the row that both cursors are on: H for O by C; by PLAIN's bytes. */
static void
look_at_row(struct at_hand *h, struct operand *o, struct cursor *c, struct cursor *plain,
	    struct told *t)
{
	const struct eval *ev;
	enum at_hand_answer answer = at_hand_look(h, c, &ev);
	struct value is, want;
	char *text = NULL;
	bool there;

	t->n_here += answer == AT_HAND_HERE;
	t->n_nothing += answer == AT_HAND_NOTHING;
	t->n_not += answer == AT_HAND_NOT;
	if (answer == AT_HAND_NOT)
		return;
	there = answer == AT_HAND_HERE && operand_get(o, ev, &is);
	if (there && (operand_type(o) == T_STR || operand_type(o) == T_DATA)) {
		text = xmalloc(is.s.len + 1);
		memcpy(text, is.s.p, is.s.len);
		is.s.p = (const uint8_t *)text;
	}
	if (operand_get(o, cursor_eval(plain, CURSOR_EVENT), &want) != there ||
	    (there && !is_same(operand_type(o), &is, &want)))
		t->n_wrong++;
	free(text);
}

static void
look(const struct snapshot *snap, const char *field, struct told *t)
{
	struct cursor *c = cursor_new(snap, NULL), *plain = cursor_new(snap, NULL);
	size_t len;
	struct operand *o = operand_parse(field, &len, NULL);
	struct at_hand *h = at_hand_new(o);

	for (uint64_t i = snap->first; i < snap->end; i++) {
		cursor_go_to(c, i);
		cursor_go_to(plain, i);
		look_at_row(h, o, c, plain, t);
	}
	at_hand_free(h);
	operand_free(o);
	cursor_free(c);
	cursor_free(plain);
}

static void
check_capture(const char *name, const struct scap *b, struct rng *rng, struct told *all)
{
	struct source *source = replay_open(b->p, b->len, NULL);
	struct store *s = store_new(0);
	struct snapshot *snap;
	struct record rec;

	store_set_chunks(s, (b->len > LONG_CAPTURE ? 3000 : CHUNK_LEAST) +
			 (uint32_t)rng_below(rng, 300), 1);
	while (source && source_next(source, &rec))
		store_take(s, &rec);
	store_end(s);
	store_publish(s);
	snap = store_snapshot(s);
	for (size_t i = 0; i < ARRAY_LEN(fields) && snap->end > snap->first; i++) {
		struct told t = { 0 };

		look(snap, fields[i], &t);
		CHECK(!t.n_wrong, "%s: %s: %zu rows are wrong; %zu of %zu need their bytes", name,
		      fields[i], t.n_wrong, t.n_not, t.n_here + t.n_nothing + t.n_not);
		all->n_here += t.n_here;
		all->n_nothing += t.n_nothing;
		all->n_not += t.n_not;
	}
	snapshot_free(snap);
	store_free(s);
	source_close(source);
}

struct asking {
	struct rng *rng;
	struct told *all;
};

static void
check_other(void *ctx, const char *name, const struct scap *b)
{
	const struct asking *a = ctx;

	check_capture(name, b, a->rng, a->all);
}

int
main(int argc, char **argv)
{
	struct rng rng = rng_from_args(argc - 1, argv + 1);
	struct scap b = { 0 };
	struct told all = { 0 };
	size_t len;
	struct operand *other = operand_parse("tolower(evt.arg.fd)", &len, NULL);

	if (argc < 2 || !others_read(&b, argv[1]))
		die("which capture?");
	CHECK(!at_hand_new(other), "a transformer is no field of one parameter");
	operand_free(other);
	check_capture("capture", &b, &rng, &all);
	CHECK(all.n_here > all.n_not, "%zu rows are at hand, %zu need their bytes", all.n_here,
	      all.n_not);
	for (int i = 0; i < SAMPLES; i++) {
		b.len = 0;
		sample_everything(&b, &rng);
		check_capture("records", &b, &rng, &all);
	}
	for (int i = 0; i < LIVES; i++) {
		b.len = 0;
		life_capture(&b, &rng, LIFE_EVENTS);
		check_capture("life", &b, &rng, &all);
	}
	CHECK(all.n_here && all.n_nothing && all.n_not, "%zu are here, %zu nowhere, %zu in bytes",
	      all.n_here, all.n_nothing, all.n_not);
	if (!others_each(check_other, &(struct asking){ &rng, &all }))
		check_skip(OTHERS_LACKING);
	scap_fini(&b);
	return check_done();
}
