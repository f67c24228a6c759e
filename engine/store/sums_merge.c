#include "engine/store/sums_merge.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/base/octave.h"
#include "engine/store/chunk.h"
#include "engine/store/sums.h"

#define GROUPS_MAX 65536u		/* of what is made */
#define RUNS_MAX (1u << 21)		/* of durations, while it is made */
#define LEFT_OUT UINT32_MAX		/* some part has none of that kind */

/* N durations of a group that are VALUE, or in that bucket. */
struct run {
	uint64_t value;
	uint32_t n;
	uint32_t next;			/* of the same group, index + 1; 0: no more */
};

struct list {
	uint64_t *values;
	size_t n, cap;
};

/* Sums in the making. */
struct merging {
	const struct sums_part *parts;
	unsigned n_parts;
	struct sums_group *groups;	/* in the order of their first rows */
	size_t n_groups, cap_groups;
	uint32_t *slots;		/* open addressing: index + 1 */
	size_t n_slots;			/* a power of two; more than twice as many as groups */
	uint64_t kinds;			/* of descriptors that all parts have */
	uint32_t *group_of;		/* of each group of all parts in their order; LEFT_OUT */
	size_t n_met, cap_met;
	size_t n_merged;		/* of these, without those that are left out */
	struct combined *combined;
	size_t n_combined, cap_combined;
	struct map codes;		/* by combined_key() + 1: code + 1 */
	struct run *runs;		/* of durations */
	size_t n_runs, cap_runs;
	uint32_t *run_of;		/* the last of each group: index + 1 */
	struct list lists[SUMS_COLUMNS - SUMS_OF_GROUPS];
};

/* Groups -------------------------------------------------------------- */

/* What is the result of each of G's rows, if they failed; else 0. */
static uint64_t
failure_of(const struct merging *m, const struct sums_group *g)
{
	return m->combined[g->values[SUMS_CODE]].flags & ROW_FAILED ?
	       g->values[SUMS_RESULT_LEAST] : 0;
}

static bool
is_same(const struct merging *m, const struct sums_group *a, const struct sums_group *b)
{
	return a->values[SUMS_THREAD] == b->values[SUMS_THREAD] &&
	       a->values[SUMS_FD] == b->values[SUMS_FD] &&
	       a->values[SUMS_CODE] == b->values[SUMS_CODE] &&
	       failure_of(m, a) == failure_of(m, b);
}

/* Where the group of OF is noted, or will be. */
static size_t
slot_of(const struct merging *m, const struct sums_group *of)
{
	uint64_t key = (of->values[SUMS_THREAD] << 20 ^ of->values[SUMS_CODE]) ^
		       failure_of(m, of) << 52;
	size_t i;

	key ^= of->values[SUMS_FD] * 0xD6E8FEB86659FD93u;
	i = hash_mix(key, 0x9E3779B97F4A7C15u) & (m->n_slots - 1);
	while (m->slots[i] && !is_same(m, &m->groups[m->slots[i] - 1], of))
		i = (i + 1) & (m->n_slots - 1);
	return i;
}

static void
grow_slots(struct merging *m)
{
	m->n_slots = m->n_slots ? m->n_slots * 2 : 4096;
	free(m->slots);
	m->slots = xzalloc(m->n_slots * sizeof(*m->slots));
	for (size_t k = 0; k < m->n_groups; k++)
		m->slots[slot_of(m, &m->groups[k])] = (uint32_t)k + 1;
}

static void
add_to(struct sums_group *g, const struct sums_group *more)
{
	static const enum sums_column sums[] = { SUMS_ROWS, SUMS_SPAN, SUMS_RESULT };
	uint64_t *v = g->values;
	const uint64_t *w = more->values;

	for (size_t i = 0; i < ARRAY_LEN(sums); i++)
		v[sums[i]] += w[sums[i]];
	if (w[SUMS_LAST] > v[SUMS_LAST])
		v[SUMS_LAST] = w[SUMS_LAST];
	if (w[SUMS_SPAN_LEAST] < v[SUMS_SPAN_LEAST])
		v[SUMS_SPAN_LEAST] = w[SUMS_SPAN_LEAST];
	if (w[SUMS_SPAN_MOST] > v[SUMS_SPAN_MOST])
		v[SUMS_SPAN_MOST] = w[SUMS_SPAN_MOST];
	if ((int64_t)w[SUMS_RESULT_LEAST] < (int64_t)v[SUMS_RESULT_LEAST])
		v[SUMS_RESULT_LEAST] = w[SUMS_RESULT_LEAST];
	if ((int64_t)w[SUMS_RESULT_MOST] > (int64_t)v[SUMS_RESULT_MOST])
		v[SUMS_RESULT_MOST] = w[SUMS_RESULT_MOST];
}

/* Add MORE, whose code is ours, to the group that it is of: the index of that. */
static uint32_t
add_group(struct merging *m, const struct sums_group *more)
{
	size_t i;

	if ((m->n_groups + 1) * 2 > m->n_slots)
		grow_slots(m);
	i = slot_of(m, more);
	if (m->slots[i]) {
		add_to(&m->groups[m->slots[i] - 1], more);
		return m->slots[i] - 1;
	}
	xgrow(&m->groups, &m->cap_groups, m->n_groups + 1, sizeof(*m->groups));
	m->groups[m->n_groups] = *more;
	m->slots[i] = (uint32_t)++m->n_groups;
	return m->slots[i] - 1;
}

/* The code for what OF is. */
static uint32_t
code_of(struct merging *m, const struct combined *of)
{
	uint64_t key = combined_key(of) + 1;
	uintptr_t code = (uintptr_t)map_get(&m->codes, key);

	if (code)
		return (uint32_t)code - 1;
	xgrow(&m->combined, &m->cap_combined, m->n_combined + 1, sizeof(*m->combined));
	m->combined[m->n_combined] = *of;
	map_put(&m->codes, key, (void *)(uintptr_t)++m->n_combined);
	return (uint32_t)m->n_combined - 1;
}

/* The columns of the groups of S from FIRST on, a pack of them. */
static void
load_pack(const struct sums *s, uint32_t first, uint64_t values[SUMS_OF_GROUPS][PACK_ROWS])
{
	for (unsigned id = 0; id < SUMS_OF_GROUPS; id++)
		sums_load(s, id, first, values[id]);
}

/* Do all parts have what OF is? */
static bool
is_everywhere(const struct merging *m, const struct combined *of)
{
	return of->kind >= SUMS_KINDS || m->kinds >> of->kind & 1;
}

/* Add the groups of PART. False: there are too many. */
static bool
add_part(struct merging *m, const struct sums_part *part)
{
	uint64_t values[SUMS_OF_GROUPS][PACK_ROWS], shift = part->first - m->parts[0].first;
	uint32_t *codes = xzalloc(part->n_combined * sizeof(*codes));
	uint32_t n = sums_count(part->sums);

	xgrow(&m->group_of, &m->cap_met, m->n_met + n, sizeof(*m->group_of));
	for (uint32_t at = 0; at < n && m->n_groups < GROUPS_MAX; at++) {
		struct sums_group more;

		if (at % PACK_ROWS == 0)
			load_pack(part->sums, at, values);
		for (unsigned id = 0; id < SUMS_OF_GROUPS; id++)
			more.values[id] = values[id][at % PACK_ROWS];
		m->group_of[m->n_met++] = LEFT_OUT;
		if (!is_everywhere(m, &part->combined[more.values[SUMS_CODE]]))
			continue;
		if (!codes[more.values[SUMS_CODE]])
			codes[more.values[SUMS_CODE]] =
				code_of(m, &part->combined[more.values[SUMS_CODE]]) + 1;
		more.values[SUMS_CODE] = codes[more.values[SUMS_CODE]] - 1;
		more.values[SUMS_FIRST] += shift;
		more.values[SUMS_LAST] += shift;
		m->group_of[m->n_met - 1] = add_group(m, &more);
		m->n_merged++;
	}
	free(codes);
	return m->n_groups < GROUPS_MAX;
}

/* May there be at least PAYS groups of parts for each one of what they come to? The first N, more
 * than one, are there, of which the first one had N_FIRST: the others tell how many are new in
 * each. As they are few, half as many more are no reason to give up. */
static bool
may_pay(const struct merging *m, unsigned n, size_t n_first, unsigned pays)
{
	size_t new = (m->n_groups - n_first) * (m->n_parts - 1) / (n - 1);

	return (n_first + new) * pays * 2 <= m->n_merged * m->n_parts / n * 3;
}

/* Add all groups of the parts. False: it would not pay. */
static bool
add_parts(struct merging *m, unsigned pays)
{
	size_t n_first = 0;

	for (unsigned i = 0; i < m->n_parts; i++) {
		if (!add_part(m, &m->parts[i]))
			return false;
		n_first = i ? n_first : m->n_groups;
		if (i && !may_pay(m, i + 1, n_first, pays))
			return false;
	}
	return m->n_groups && m->n_groups * pays <= m->n_merged;
}

/* Durations ----------------------------------------------------------- */

static enum sums_form
form_of(const struct sums_group *g)
{
	return sums_form(g->values[SUMS_ROWS], g->values[SUMS_SPAN_LEAST],
			 g->values[SUMS_SPAN_MOST]);
}

static void
put(struct list *l, uint64_t value)
{
	xgrow(&l->values, &l->cap, l->n + 1, sizeof(*l->values));
	l->values[l->n++] = value;
}

static struct list *
list_of(struct merging *m, enum sums_column id)
{
	return &m->lists[id - SUMS_OF_GROUPS];
}

/* N durations of GROUP are VALUE, or in that bucket. */
static void
add_run(struct merging *m, uint32_t group, uint64_t value, uint64_t n)
{
	xgrow(&m->runs, &m->cap_runs, m->n_runs + 1, sizeof(*m->runs));
	m->runs[m->n_runs] = (struct run){ value, (uint32_t)n, m->run_of[group] };
	m->run_of[group] = (uint32_t)++m->n_runs;
}

/* N durations of GROUP are VALUE, of which its bucket may be what is wanted. */
static void
add_value(struct merging *m, uint32_t group, uint64_t value, uint64_t n)
{
	bool is_many = form_of(&m->groups[group]) == SUMS_MANY;

	add_run(m, group, is_many ? octave_bucket(value) : value, n);
}

/* Where the durations of a group are in the lists of its part. */
struct spans_at {
	uint64_t exact, bucket;
};

/* Add the durations of PIECE, which are in LISTS from AT on, to GROUP if that needs them. */
static void
add_piece(struct merging *m, const struct sums_group *piece, uint32_t group,
	  const struct list *lists, struct spans_at *at)
{
	uint64_t n = piece->values[SUMS_ROWS], least = piece->values[SUMS_SPAN_LEAST];
	uint64_t most = piece->values[SUMS_SPAN_MOST];
	bool needs = form_of(&m->groups[group]) >= SUMS_SOME;
	enum sums_form form = form_of(piece);

	if (needs && form <= SUMS_THREE)
		add_value(m, group, least, form == SUMS_ALIKE ? n : 1);
	if (needs && (form == SUMS_TWO || form == SUMS_THREE))
		add_value(m, group, most, 1);
	if (needs && form == SUMS_THREE)
		add_value(m, group, piece->values[SUMS_SPAN] - least - most, 1);
	for (; form == SUMS_SOME && n; n--)
		add_value(m, group, lists[0].values[at->exact++], 1);
	for (; form == SUMS_MANY && n; n -= lists[2].values[at->bucket++])
		add_run(m, group, lists[1].values[at->bucket], lists[2].values[at->bucket]);
}

/* The durations of PIECE, which are in LISTS from AT on, are of no use. */
static void
skip_piece(const struct sums_group *piece, const struct list *lists, struct spans_at *at)
{
	uint64_t n = piece->values[SUMS_ROWS];
	enum sums_form form = form_of(piece);

	at->exact += form == SUMS_SOME ? n : 0;
	for (; form == SUMS_MANY && n; at->bucket++)
		n -= lists[2].values[at->bucket];
}

/* All that S has in the columns that are none of groups. */
static void
load_lists(const struct sums *s, struct list *lists)
{
	for (unsigned id = SUMS_OF_GROUPS; id < SUMS_COLUMNS; id++) {
		struct list *l = &lists[id - SUMS_OF_GROUPS];

		l->n = sums_length(s, id);
		xgrow(&l->values, &l->cap, l->n, sizeof(*l->values));
		for (uint32_t first = 0; first < l->n; first += PACK_ROWS)
			sums_load(s, id, first, l->values + first);
	}
}

/* Take the durations of PART's groups, which are parts of those at GROUP_OF. */
static void
take_spans(struct merging *m, const struct sums_part *part, const uint32_t *group_of)
{
	static const enum sums_column needed[] = { SUMS_ROWS, SUMS_SPAN, SUMS_SPAN_LEAST,
						   SUMS_SPAN_MOST };
	struct list lists[SUMS_COLUMNS - SUMS_OF_GROUPS] = { 0 };
	uint64_t values[ARRAY_LEN(needed)][PACK_ROWS];
	struct spans_at at = { 0, 0 };
	struct sums_group piece = { { 0 } };

	load_lists(part->sums, lists);
	for (uint32_t i = 0, n = sums_count(part->sums); i < n && m->n_runs < RUNS_MAX; i++) {
		for (size_t k = 0; k < ARRAY_LEN(needed); k++) {
			if (i % PACK_ROWS == 0)
				sums_load(part->sums, needed[k], i, values[k]);
			piece.values[needed[k]] = values[k][i % PACK_ROWS];
		}
		if (group_of[i] == LEFT_OUT)
			skip_piece(&piece, lists, &at);
		else
			add_piece(m, &piece, group_of[i], lists, &at);
	}
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		free(lists[i].values);
}

/* Put in the lists which buckets the durations of group I are in. */
static void
put_buckets(struct merging *m, uint32_t i, uint64_t *counts)
{
	const struct sums_group *g = &m->groups[i];
	unsigned most = octave_bucket(g->values[SUMS_SPAN_MOST]);

	for (uint32_t at = m->run_of[i]; at; at = m->runs[at - 1].next)
		counts[m->runs[at - 1].value] += m->runs[at - 1].n;
	for (unsigned k = octave_bucket(g->values[SUMS_SPAN_LEAST]); k <= most; k++) {
		if (!counts[k])
			continue;
		put(list_of(m, SUMS_BUCKET), k);
		put(list_of(m, SUMS_COUNT), counts[k]);
		counts[k] = 0;
	}
}

/* Put the durations of all groups in the lists. False: there are too many. */
static bool
put_spans(struct merging *m)
{
	uint64_t counts[OCTAVE_BUCKETS] = { 0 };
	const uint32_t *group_of = m->group_of;

	m->run_of = xzalloc(m->n_groups * sizeof(*m->run_of));
	for (unsigned i = 0; i < m->n_parts; i++) {
		take_spans(m, &m->parts[i], group_of);
		group_of += sums_count(m->parts[i].sums);
	}
	if (m->n_runs >= RUNS_MAX)
		return false;
	for (uint32_t i = 0; i < m->n_groups; i++) {
		enum sums_form form = form_of(&m->groups[i]);

		if (form == SUMS_MANY)
			put_buckets(m, i, counts);
		for (uint32_t at = m->run_of[i]; form == SUMS_SOME && at;
		     at = m->runs[at - 1].next)
			for (uint32_t n = m->runs[at - 1].n; n; n--)
				put(list_of(m, SUMS_EXACT), m->runs[at - 1].value);
	}
	return true;
}

/* All ----------------------------------------------------------------- */

static void
merging_fini(struct merging *m)
{
	free(m->groups);
	free(m->slots);
	free(m->group_of);
	free(m->combined);
	map_fini(&m->codes);
	free(m->runs);
	free(m->run_of);
	for (size_t i = 0; i < ARRAY_LEN(m->lists); i++)
		free(m->lists[i].values);
}

static struct sums *
pack(const struct merging *m)
{
	struct sums_made made = { .groups = m->groups, .n = (uint32_t)m->n_groups,
				  .kinds = m->kinds };

	for (size_t i = 0; i < ARRAY_LEN(m->lists); i++) {
		made.lists[i] = m->lists[i].values;
		made.lengths[i] = (uint32_t)m->lists[i].n;
	}
	return sums_of(&made);
}

struct sums *
sums_merge(const struct sums_part *parts, unsigned n, unsigned pays, struct combined **combined,
	   uint32_t *n_combined)
{
	struct merging m = { .parts = parts, .n_parts = n, .kinds = UINT64_MAX };
	struct sums *s = NULL;

	for (unsigned i = 0; i < n; i++)
		m.kinds &= sums_kinds(parts[i].sums);
	for (uint32_t i = 0; i < *n_combined; i++)
		code_of(&m, &(*combined)[i]);
	if (add_parts(&m, pays) && put_spans(&m))
		s = pack(&m);
	free(*combined);
	*combined = xreallocarray(m.combined, m.n_combined, sizeof(*m.combined));
	*n_combined = (uint32_t)m.n_combined;
	m.combined = NULL;
	merging_fini(&m);
	return s;
}
