#include "ui/cli/lost.h"

#include "engine/base/text.h"
#include "engine/event/source.h"
#include "ui/cli/cli.h"

void
lost_add(struct lost *l, const struct loss_record *loss)
{
	switch (loss->class) {
	case LOSS_OF_STATE:
		l->state += loss->count;
		break;
	case LOSS_OF_DATA:
		l->data += loss->count;
		break;
	default:
		l->any += loss->count;
	}
}

uint64_t
lost_sum(const struct lost *l)
{
	return l->state + l->data + l->any;
}

void
lost_report(const struct lost *l)
{
	struct text t = { 0 };

	if (!lost_sum(l))
		return;
	text_count(&t, l->data);
	text_str(&t, " events about data, ");
	text_count(&t, l->state);
	text_str(&t, " that change what is known of processes and files");
	if (l->any) {
		text_str(&t, ", ");
		text_count(&t, l->any);
		text_str(&t, " of either kind");
	}
	text_str(&t, "; ");
	text_count(&t, l->delivered);
	text_str(&t, " were delivered");
	text_char(&t, '\0');
	cli_error("lost: %s", t.p);
	text_fini(&t);
}
