#include "ui/cli/memory.h"

#include <stddef.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/capture/capture.h"
#include "engine/event/source.h"
#include "engine/store/ingest.h"
#include "engine/store/store.h"
#include "ui/cli/input.h"
#include "ui/cli/json_out.h"

/* What is kept, besides its bytes. */
static const struct {
	const char *name;
	const char *key;
	size_t offset;
} counts[] = {
	{ "events", "events", offsetof(struct store_size, n_events) },
	{ "processes", "processes", offsetof(struct store_size, n_processes) },
	{ "versions of them", "process_versions",
	  offsetof(struct store_size, n_process_versions) },
	{ "threads", "threads", offsetof(struct store_size, n_threads) },
	{ "versions of them", "thread_versions",
	  offsetof(struct store_size, n_thread_versions) },
	{ "versions of descriptors", "descriptor_versions",
	  offsetof(struct store_size, n_fd_versions) },
};

static uint64_t
count_at(const struct store_size *size, size_t i)
{
	uint64_t n;

	memcpy(&n, (const char *)size + counts[i].offset, sizeof(n));
	return n;
}

static void
put_text(const struct store_size *size, uint64_t index_bytes, struct text *out)
{
	double events = size->n_events ? (double)size->n_events : 1;
	uint64_t all = index_bytes;

	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		text_fmt(out, "%-24s %14llu\n", counts[i].name,
			 (unsigned long long)count_at(size, i));
	text_fmt(out, "\n%-24s %14s %12s\n", "MEMORY", "BYTES", "PER EVENT");
	for (unsigned k = 0; k < STORE_KINDS; k++) {
		all += size->bytes[k];
		text_fmt(out, "%-24s %14llu %12.2f\n", store_kind_name(k),
			 (unsigned long long)size->bytes[k], (double)size->bytes[k] / events);
	}
	text_fmt(out, "%-24s %14llu %12.2f\n", "inflate checkpoints",
		 (unsigned long long)index_bytes, (double)index_bytes / events);
	text_fmt(out, "%-24s %14llu %12.2f\n", "all", (unsigned long long)all,
		 (double)all / events);
}

static void
put_json(const struct store_size *size, uint64_t index_bytes, struct text *out)
{
	struct json_out j = { .t = out };

	json_open(&j, NULL, '{');
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		json_u64(&j, counts[i].key, count_at(size, i));
	json_open(&j, "bytes", '{');
	for (unsigned k = 0; k < STORE_KINDS; k++)
		json_u64(&j, store_kind_name(k), size->bytes[k]);
	json_u64(&j, "inflate checkpoints", index_bytes);
	json_close(&j, '}');
	json_close(&j, '}');
	text_char(out, '\n');
}

static uint64_t
checkpoint_bytes(const struct source *source, size_t n)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct capture_storage storage;

		capture_storage(source, i, &storage);
		bytes += storage.checkpoint_bytes;
	}
	return bytes;
}

bool
memory_report(struct input *input, bool as_json, struct text *out, bool *is_usable,
	      struct err *err)
{
	struct ingest *in = ingest_new(NULL);
	struct capture_options options = { .reread = true, .idle = ingest_idle, .ctx = in };
	struct source *source = input_open(input, &options, err);
	bool started = source && ingest_start(in, source, err) == 0;
	struct store_size size;

	if (started) {
		ingest_wait(in);
		store_size(ingest_store(in), &size);
		(as_json ? put_json : put_text)(&size, checkpoint_bytes(source, input->n), out);
		*is_usable = input_report(source);
	}
	ingest_free(in);
	return started;
}
