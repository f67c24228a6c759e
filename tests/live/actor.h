/*
 * actor - perform system calls with known arguments, and say what a recording
 * of them has to show.
 *
 * An expectation is the line of an event from its "(TID)" on, as far as it is
 * known; the expectations of a scenario come in the order of their events. "(TID) ~ " begins
 * words that stand somewhere in the event of the expectation before. A line "fd NUMBER NAME"
 * is a descriptor that is open at the first getppid().
 */
#ifndef TESTS_LIVE_ACTOR_H
#define TESTS_LIVE_ACTOR_H

#include <stdio.h>
#include <stdlib.h>

/* Where expectations go: a file in memory until the scenario is over. */
extern FILE *actor_expects;

/* The folder to work in, which is empty. */
extern const char *actor_folder;

/* "(TID) " and what FMT says. */
void expect(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* End with a message unless COND holds: then the test is wrong, not the probe. */
#define MUST(cond) \
	do { \
		if (!(cond)) { \
			fprintf(stderr, "actor: %s:%d: %s\n", __FILE__, __LINE__, #cond); \
			exit(99); \
		} \
	} while (0)

void act_files(void);
void act_paths(void);
void act_sockets(void);
void act_processes(void);
void act_system(void);
void act_storm(void);
void act_burst(void);
void act_inherited(void);
void act_state(void);
void act_every(void);
void act_messages(void);
void act_ipc(void);
void act_uring(void);
void act_exec(void);
void act_compat(void);
void act_narrow(void);
void act_socketcall(void *room);	/* CALL32_ROOM bytes; a part of act_narrow() */
void act_edges(void);

#endif
