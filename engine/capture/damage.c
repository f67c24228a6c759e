#include "engine/capture/damage.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "engine/capture/capture.h"
#include "engine/capture/stream.h"

static bool
is_first(const struct damage *d, uint32_t file, uint64_t offset)
{
	return !d->first.code || (d->first_file == file && d->first_offset >= offset);
}

static void
set_place(struct damage *d, uint32_t file, uint64_t offset)
{
	d->first_file = file;
	d->first_offset = offset;
}

void
damage_block(struct damage *d, const struct capture_block *b, const char *fmt, ...)
{
	char why[ERR_TEXT_MAX];
	va_list ap;

	d->n++;
	if (d->first.code)
		return;
	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	set_place(d, b->file, b->offset);
	err_set(&d->first, -EBADMSG, "%s: block %llu at byte %llu: %s", d->name,
		(unsigned long long)b->number, (unsigned long long)b->offset, why);
}

void
damage_cut(struct damage *d, const struct capture_block *b, uint64_t at)
{
	if (atomic_load(d->cancelled))
		return;
	d->n++;
	d->cut_short = true;
	d->cut_files = b->file + 1;
	if (d->first.code)
		return;
	set_place(d, b->file, at);
	err_set(&d->first, -EBADMSG, "%s: truncated at byte %llu (block %llu)", d->name,
		(unsigned long long)at, (unsigned long long)b->number);
}

void
damage_input(struct damage *d, uint32_t file, const struct err *why)
{
	d->n++;
	if (d->first.code)
		return;
	set_place(d, file, 0);
	err_set(&d->first, why->code, "%s: %s", d->name, why->text);
}

void
damage_stream(struct damage *d, const struct capture_block *b,
	      const struct stream_status *status)
{
	d->n += status->n_damages;
	if (status->n_damages && is_first(d, b->file, status->damage_offset)) {
		set_place(d, b->file, status->damage_offset);
		err_set(&d->first, status->damage.code, "%s: %s", d->name,
			status->damage.text);
	}
	if (status->broken)
		d->cut_short = true;
	if (!status->cut_short || atomic_load(d->cancelled))
		return;
	/* That the last block has no end is no damage of its own. */
	if (d->cut_files != b->file + 1)
		d->n++;
	d->cut_short = true;
	if (is_first(d, b->file, status->inflated_bytes)) {
		set_place(d, b->file, status->inflated_bytes);
		err_set(&d->first, -EBADMSG, "%s: truncated at byte %llu of its gzip data "
			"(block %llu)", d->name, (unsigned long long)status->stored_bytes,
			(unsigned long long)b->number);
	}
}
