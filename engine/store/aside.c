#include "engine/store/aside.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/store/chunk.h"
#include "engine/world/entity.h"

#define TEXTS_MAX (1u << 20)		/* bytes of all texts of an open chunk */
#define TEXT_MAX (ENTER_BYTES_MAX + 3 + 2 * EVENT_PARAMS_MAX)	/* of one */
#define KINDS 4u
#define MEMO_SIZE 4096u			/* texts that are found again; a power of two */

/*
 * A text is what some parameters were: of which type of event (two bytes), how many (one),
 * how long each is (two bytes), then their bytes. A key is a row and a kind.
 */
struct aside {
	_Atomic uint32_t n;		/* keys */
	uint32_t len;			/* of TEXTS */
	uint32_t *keys;			/* the least first; owned, with what follows */
	uint32_t *at;			/* where their texts begin */
	uint8_t *texts;
	uint32_t *memo;			/* by hash: where a text begins + 1; NULL: it is packed */
};

int
aside_params_from(uint16_t id)
{
	if (id == EV_SIGNALDELIVER_E)
		return 0;
	return event_type_param(&event_types[id], "queuepct");
}

/* With room for N keys and LEN bytes. What is not used takes no memory. */
static struct aside *
make(size_t n, size_t len)
{
	struct aside *f = xzalloc(sizeof(*f));

	f->keys = xmalloc(n * (sizeof(*f->keys) + sizeof(*f->at)) + len);
	f->at = f->keys + n;
	f->texts = (uint8_t *)(f->at + n);
	return f;
}

struct aside *
aside_new(void)
{
	struct aside *f = make((size_t)KINDS * CHUNK_ROWS, TEXTS_MAX);

	f->memo = xzalloc(MEMO_SIZE * sizeof(*f->memo));
	return f;
}

void
aside_free(struct aside *f)
{
	if (!f)
		return;
	free(f->keys);
	free(f->memo);
	free(f);
}

void
aside_clear(struct aside *f)
{
	atomic_store_explicit(&f->n, 0, memory_order_relaxed);
	f->len = 0;
	memset(f->memo, 0, MEMO_SIZE * sizeof(*f->memo));
}

/* Write type and parameters of EV to TO. 0: they are too long; else how long it is. */
static uint32_t
put_text(uint8_t *to, const struct event *ev)
{
	uint32_t n = ev->n_params, all = n ? ev->ends[n - 1] : 0, head = 3 + 2 * n;

	if (all > ENTER_BYTES_MAX)
		return 0;
	memcpy(to, &ev->id, 2);
	to[2] = (uint8_t)n;
	for (uint32_t i = 0; i < n; i++) {
		uint16_t len = (uint16_t)event_bytes(ev, i).len;

		memcpy(to + 3 + 2 * i, &len, 2);
	}
	if (all)
		memcpy(to + head, ev->values, all);
	return head + all;
}

/* Where the text at the end of F, of LEN bytes, is found: there, or where it was before. */
static uint32_t
keep_text(struct aside *f, uint32_t len)
{
	const uint8_t *text = f->texts + f->len;
	uint32_t *memo = &f->memo[hash_bytes(text, len, 0) % MEMO_SIZE];
	uint32_t at = f->len;

	if (*memo && *memo - 1 + len <= f->len && !memcmp(f->texts + *memo - 1, text, len))
		return *memo - 1;
	*memo = at + 1;
	f->len += len;
	return at;
}

static uint32_t
key_of(uint32_t row, enum aside_kind kind)
{
	return row * KINDS + kind;
}

bool
aside_add(struct aside *f, uint32_t row, enum aside_kind kind, const struct event *ev)
{
	uint32_t i = atomic_load_explicit(&f->n, memory_order_relaxed), len;

	if (f->len + TEXT_MAX > TEXTS_MAX)
		return false;
	len = put_text(f->texts + f->len, ev);
	if (!len)
		return false;
	f->keys[i] = key_of(row, kind);
	f->at[i] = keep_text(f, len);
	atomic_store_explicit(&f->n, i + 1, memory_order_release);
	return true;
}

struct aside *
aside_pack(const struct aside *f)
{
	uint32_t n = f ? atomic_load_explicit(&f->n, memory_order_relaxed) : 0;
	struct aside *out;

	if (!n)
		return NULL;
	out = make(n, f->len);
	memcpy(out->keys, f->keys, n * sizeof(*f->keys));
	memcpy(out->at, f->at, n * sizeof(*f->at));
	memcpy(out->texts, f->texts, f->len);
	out->len = f->len;
	atomic_init(&out->n, n);
	return out;
}

static void
take_text(const uint8_t *text, struct event *ev)
{
	uint32_t end = 0;

	memcpy(&ev->id, text, 2);
	ev->type = event_type_find(ev->id);
	ev->n_params = text[2];
	ev->values = text + 3 + 2 * ev->n_params;
	for (uint32_t i = 0; i < ev->n_params; i++) {
		uint16_t len;

		memcpy(&len, text + 3 + 2 * i, 2);
		end += len;
		ev->ends[i] = end;
	}
}

bool
aside_get(const struct aside *f, uint32_t row, enum aside_kind kind, struct event *ev)
{
	uint32_t low = 0, n = f ? atomic_load_explicit(&f->n, memory_order_acquire) : 0, high = n;
	uint32_t key = key_of(row, kind);

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (f->keys[mid] < key)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == n || f->keys[low] != key)
		return false;
	take_text(f->texts + f->at[low], ev);
	return true;
}

size_t
aside_bytes(const struct aside *f)
{
	uint32_t n;

	if (!f)
		return 0;
	n = atomic_load_explicit(&f->n, memory_order_relaxed);
	return sizeof(*f) + n * (sizeof(*f->keys) + sizeof(*f->at)) + f->len +
	       (f->memo ? MEMO_SIZE * sizeof(*f->memo) : 0);
}
