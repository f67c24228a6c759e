/*
 * line - the default line of an event, in sysdig's layout.
 *
 *	215 17:35:48.514670468 0 curl (17497) < access res=-2(ENOENT) name=/etc/x
 *
 * The same as LINE_FORMAT gives, but without the detour over fields: printing
 * whole captures is what people do most.
 */
#ifndef UI_CLI_LINE_H
#define UI_CLI_LINE_H

struct moment;
struct render;
struct text;

#define LINE_FORMAT "*%evt.num %evt.outputtime %evt.cpu %proc.name (%thread.tid) " \
		    "%evt.dir %evt.type %evt.info"

/* What a terminal gets in its place: with colours, and the process's number before
 * the thread's. */
#define LINE_FORMAT_COLOURS "*%evt.num %evt.outputtime %evt.cpu \\e[01;32m%proc.name\\e[00m " \
			    "(\\e[01;36m%proc.pid\\e[00m.%thread.tid) %evt.dir " \
			    "\\e[01;34m%evt.type\\e[00m %evt.info"

/* Append the line of M, with its line end. */
void line_put(struct render *r, const struct moment *m, struct text *t);

#endif
