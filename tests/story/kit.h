/*
 * kit - what the programs of the story share: sockets, logs, and who they are.
 *
 * They are programs that wait for a peer no longer than they have patience, and
 * that end when something cannot be: the story is then no story.
 */
#ifndef TESTS_STORY_KIT_H
#define TESTS_STORY_KIT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define KIT_LINE_MAX 2048		/* of a request, an answer, a line of a log */

/* End the program with status 111 and a word on standard error unless COND holds. */
#define KIT_MUST(cond) \
	do { \
		if (!(cond)) \
			kit_give_up(#cond); \
	} while (0)
void kit_give_up(const char *what) __attribute__((noreturn));

/* A socket that listens on PORT, of all addresses. */
int kit_listen(uint16_t port);
/* Connect to PORT of the IPv4 address ADDR. A descriptor, or a negative errno. */
int kit_connect(const char *addr, uint16_t port, int patience_ms);
/* Read into BUF, of CAP bytes, until END (a text) was read, or (NULL) the peer has
 * closed. The length, BUF ends with a NUL; or a negative errno. */
ssize_t kit_read_until(int fd, char *buf, size_t cap, const char *end, int patience_ms);
/* Send FMT. 0 or a negative errno. */
int kit_send(int fd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A file to append lines to. */
int kit_open_log(const char *path);
/* Append FMT as a line with the time of day. */
void kit_log(int fd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Start a thread that runs to the end of the program, and is called NAME from its birth. */
void kit_start_thread(const char *name, void *(*run)(void *arg), void *arg);
/* Become a user for good. */
void kit_become(uid_t uid, gid_t gid);
void kit_sleep_ms(unsigned ms);
/* Copy TEXT into OUT, of CAP bytes, as far as it fits. */
void kit_copy(char *out, size_t cap, const char *text);

#endif
