#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/filter/types.h"
#include "engine/query/known.h"
#include "engine/query/sift_node.h"

/* What is known of the rows of a kind. */
enum of_kind { OF_KIND_UNKNOWN, OF_KIND_REFUSED, OF_KIND_WANTED, OF_KIND_RESULT, OF_KIND_SPAN,
	       OF_KIND_ASK };

/* Does N hold for row I of the cursor's pack? */
typedef bool test_row(struct sift_node *n, struct cursor *c, size_t i);

/* Leave of ROWS those that TEST holds for. */
static inline __attribute__((always_inline)) void
test_each(struct sift_node *n, struct cursor *c, uint64_t *rows, test_row *test)
{
	for (size_t w = 0; w < KNOWN_WORDS; w++) {
		uint64_t yes = 0;

		for (uint64_t left = rows[w]; left; left &= left - 1) {
			unsigned bit = (unsigned)__builtin_ctzll(left);

			yes |= (uint64_t)test(n, c, w * 64 + bit) << bit;
		}
		rows[w] = yes;
	}
}

/* Tests --------------------------------------------------------------- */

static bool
test_alone(struct sift_node *n, struct cursor *c, size_t i)
{
	cursor_go(c, c->chunk, (uint32_t)(c->first + i));
	return sift_node_row(n, c);
}

static inline const struct combined *
combined_of(const struct cursor *c, size_t i)
{
	return &c->chunk->combined[c->codes[i]];
}

static bool
test_slot(struct sift_node *n, struct cursor *c, size_t i)
{
	size_t slot = cursor_at(c, n->by, i);
	uint8_t answer = sift_answer(n, slot);

	return answer == SIFT_UNKNOWN ? sift_note(n, slot, test_alone(n, c, i)) :
					answer == SIFT_WANTED;
}

static bool
test_slot_or_bytes(struct sift_node *n, struct cursor *c, size_t i)
{
	return combined_of(c, i)->flags & ROW_NEEDS_BYTES ? test_alone(n, c, i) :
							    test_slot(n, c, i);
}

/* What does not write says what slot 0 says. */
static bool
test_write(struct sift_node *n, struct cursor *c, size_t i)
{
	size_t slot = combined_of(c, i)->flags & ROW_WRITES ? cursor_at(c, COL_FD, i) : 0;
	uint8_t answer = sift_answer(n, slot);

	return answer == SIFT_UNKNOWN ? test_alone(n, c, i) : answer == SIFT_WANTED;
}

static bool
test_type(struct sift_node *n, struct cursor *c, size_t i)
{
	enum verdict verdict = sift_node_type(n, combined_of(c, i));

	return verdict == VERDICT_MAYBE ? test_alone(n, c, i) : verdict == VERDICT_YES;
}

/* What N says of all rows of KIND, as far as its term knows that. */
static enum of_kind
find_kind(const struct sift_node *n, uint32_t kind)
{
	struct value v;

	switch (term_source(n->term, kind, &v)) {
	case KIND_UNKNOWN:
		return OF_KIND_UNKNOWN;
	case KIND_NONE:
		return OF_KIND_REFUSED;
	case KIND_CONSTANT:
		return check_value(n->check, &v) ? OF_KIND_WANTED : OF_KIND_REFUSED;
	case KIND_RESULT:
		return OF_KIND_RESULT;
	case KIND_SPAN:
		return OF_KIND_SPAN;
	default:
		return OF_KIND_ASK;
	}
}

static bool
test_value(const struct sift_node *n, struct cursor *c, enum column_id id, size_t i)
{
	struct value v = { .u = cursor_at(c, id, i) };

	return check_value(n->check, &v);
}

static bool
test_kind(struct sift_node *n, struct cursor *c, size_t i)
{
	uint32_t kind = c->by_code[c->codes[i]];

	if (kind == KINDS_MAX)
		return test_alone(n, c, i);
	if (n->by_kind[kind] == OF_KIND_UNKNOWN)
		n->by_kind[kind] = (uint8_t)find_kind(n, kind);
	switch (n->by_kind[kind]) {
	case OF_KIND_REFUSED:
		return false;
	case OF_KIND_WANTED:
		return true;
	case OF_KIND_RESULT:
		return test_value(n, c, COL_RESULT, i);
	case OF_KIND_SPAN:
		return test_value(n, c, COL_SPAN, i);
	default:
		return test_alone(n, c, i);
	}
}

/* Nodes ----------------------------------------------------------------- */

static void
check_by_kind(struct sift_node *n, struct cursor *c, uint64_t *rows)
{
	if (!cursor_kinds(c)) {
		test_each(n, c, rows, test_alone);
		return;
	}
	if (!n->by_kind)
		n->by_kind = xzalloc(KINDS_MAX);
	test_each(n, c, rows, test_kind);
}

/* Slots decide, also for what is no check: that there is none is one of them. */
static void
node_by_slot(struct sift_node *n, struct cursor *c, uint64_t *rows)
{
	sift_node_have_answers(n, c);
	if (n->by == COL_FD && n->needs_bytes)
		test_each(n, c, rows, test_slot_or_bytes);
	else
		test_each(n, c, rows, test_slot);
}

static void
check_writes(struct sift_node *n, struct cursor *c, uint64_t *rows)
{
	sift_node_have_answers(n, c);
	test_each(n, c, rows, test_write);
}

static void
check_rows(struct sift_node *n, struct cursor *c, uint64_t *rows)
{
	if (n->is_of_writes && n->how == TERM_BY_FD && !check_is_never(n->check))
		check_writes(n, c, rows);
	else if (n->check->types)
		test_each(n, c, rows, test_type);
	else if (n->how == TERM_BY_KIND && n->term && !n->is_of_tracers &&
		 !check_is_never(n->check))
		check_by_kind(n, c, rows);
	else
		test_each(n, c, rows, test_alone);
}

static void node_rows(struct sift_node *n, struct cursor *c, uint64_t *rows);

/* Leave of ROWS those that one of N's kids holds for. */
static void
any_rows(struct sift_node *n, struct cursor *c, uint64_t *rows)
{
	uint64_t yes[KNOWN_WORDS] = { 0 }, some[KNOWN_WORDS];

	for (struct sift_node *kid = n->first; kid; kid = kid->next) {
		for (size_t w = 0; w < KNOWN_WORDS; w++)
			some[w] = rows[w] & ~yes[w];
		node_rows(kid, c, some);
		for (size_t w = 0; w < KNOWN_WORDS; w++)
			yes[w] |= some[w];
	}
	for (size_t w = 0; w < KNOWN_WORDS; w++)
		rows[w] = yes[w];
}

static void
not_rows(struct sift_node *n, struct cursor *c, uint64_t *rows)
{
	uint64_t some[KNOWN_WORDS];

	for (size_t w = 0; w < KNOWN_WORDS; w++)
		some[w] = rows[w];
	node_rows(n->first, c, some);
	for (size_t w = 0; w < KNOWN_WORDS; w++)
		rows[w] &= ~some[w];
}

/* What was said before is taken; the rest is asked alone, so that it is kept. */
static void
known_rows(struct sift_node *n, struct cursor *c, uint64_t *rows)
{
	uint64_t yes[KNOWN_WORDS] = { 0 };

	known_take(n->known, c, rows, yes);
	test_each(n, c, rows, test_alone);
	for (size_t w = 0; w < KNOWN_WORDS; w++)
		rows[w] |= yes[w];
}

static bool
has_rows(const uint64_t *rows)
{
	uint64_t any = 0;

	for (size_t w = 0; w < KNOWN_WORDS; w++)
		any |= rows[w];
	return any;
}

static void
node_rows(struct sift_node *n, struct cursor *c, uint64_t *rows)
{
	if (!has_rows(rows))
		return;
	if (n->known)
		known_rows(n, c, rows);
	else if (n->by != COLUMNS)
		node_by_slot(n, c, rows);
	else if (n->kind == EXPR_CHECK)
		check_rows(n, c, rows);
	else if (n->kind == EXPR_NOT)
		not_rows(n, c, rows);
	else if (n->kind == EXPR_OR)
		any_rows(n, c, rows);
	else
		for (struct sift_node *kid = n->first; kid; kid = kid->next)
			node_rows(kid, c, rows);
}

void
sift_pack(struct sift *s, struct cursor *c, uint64_t *rows)
{
	if (!(c->loaded & 1u << COLUMNS))
		cursor_load_codes(c);
	node_rows(s->top, c, rows);
}
