/*
 * render - the parameters of an event as text, as sysdig shows them.
 *
 * A parameter is "name=VALUE(RESOLVED)": what stands in the event, and what
 * that means at its moment: the name of a descriptor, of a thread, of a user,
 * of flags. Text from traced programs is made harmless here, unless the reader
 * of the output is no terminal and wants it as it is (JSON, --raw).
 *
 * Nothing is allocated once the buffers have grown to their largest line.
 */
#ifndef ENGINE_FIELD_RENDER_H
#define ENGINE_FIELD_RENDER_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/reader.h"
#include "engine/base/text.h"
#include "engine/event/syscall.h"
#include "engine/field/address.h"
#include "engine/field/clock.h"
#include "engine/field/data.h"

struct descriptor;
struct event;
struct moment;
struct world;

#define RENDER_NAME_MAX 63		/* of parameters' names; a test holds it */

/* Embedded: render_init(), render_fini(). */
struct render {
	const struct world *world;	/* borrowed */
	struct clock *clock;		/* borrowed; for absolute times */
	enum syscall_machine machine;	/* of calls that only have a number */
	struct data_style data;		/* how buffers are shown */
	address_service_fn *service;	/* names of ports; NULL: their numbers */
	address_host_fn *host;		/* names of hosts; NULL: none is known */
	void *host_ctx;			/* borrowed */
	bool is_raw;			/* texts from outside as they are */
	bool no_owner_names;		/* users and groups by their numbers only */
	struct text scratch;
};

void render_init(struct render *r, const struct world *w, struct clock *clock);
void render_fini(struct render *r);

/* Append a text from outside: harmless, unless R is raw. */
static inline void
render_text(const struct render *r, struct span s, struct text *t)
{
	if (r->is_raw)
		text_bytes(t, s.p, s.len);
	else
		text_safe(t, s.p, s.len);
}

/* Append all parameters of M's event: "fd=3(<f>/etc/passwd) size=4096 ", with
 * a blank behind each. Nothing for a system call that is not decoded. */
void render_args(struct render *r, const struct moment *m, struct text *t);

/* Append parameter I of EV, which is M's event or its enter event: "3(<f>/etc/passwd)". */
void render_param(struct render *r, const struct moment *m, const struct event *ev,
		  unsigned i, struct text *t);

/* The same, but only what it means, or else only what it is: "<f>/etc/passwd". */
void render_param_short(struct render *r, const struct moment *m, const struct event *ev,
			unsigned i, struct text *t);

/* The name of the event: of the system call for one that is not decoded.
 * Append it. */
void render_type(struct render *r, const struct moment *m, struct text *t);

/* Which call the generic event of M tells of; 0: it is not known. */
uint16_t render_call_code(const struct render *r, const struct moment *m);

/* Descriptor NUM of M's process, as its event has it; NULL: not known. */
const struct descriptor *render_find_fd(const struct moment *m, int64_t num);

/* Append the name of FD, as render_text() does; or as it is. */
void render_fd_name(struct render *r, const struct descriptor *fd, struct text *t);
void render_fd_bytes(const struct render *r, const struct descriptor *fd, struct text *t);

/* Append PORT of FD: its number, or the name that R knows. */
void render_port(const struct render *r, const struct descriptor *fd, uint16_t port,
		 struct text *t);

#endif
