/*
 * sandbox - a Lua state that can do no harm, whatever it is told to run.
 *
 * It knows no files, no clock, no other code and no finalisers; nothing in it
 * matches patterns. Memory, instructions and time have limits that it cannot
 * catch. For engine/lua only: no state leaves this folder.
 */
#ifndef ENGINE_LUA_SANDBOX_H
#define ENGINE_LUA_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lua_State;

#define SANDBOX_MEMORY (8u << 20)	/* bytes at any one time */
#define SANDBOX_BLOCK (256u << 10)	/* bytes of one text or table */
#define SANDBOX_CHURN (512u << 20)	/* bytes of all that is ever allocated */
#define SANDBOX_STEPS 10000000u		/* instructions */
#define SANDBOX_CPU_NS 2000000000u	/* of the thread; comparing long texts is one step */

/* Embedded: zeroes, then sandbox_open(). */
struct sandbox {
	struct lua_State *state;
	size_t used, churn;		/* bytes */
	uint64_t steps;
	uint64_t end_ns;		/* of the thread's CPU time */
	const char *stopped;		/* which limit it met; NULL: none */
	int line;			/* of the script: what runs, or ran last; 0: none yet */
};

/* Make a state without globals. 0, or -ENOMEM. What may fail in Lua is for the
 * caller to run in lua_pcall(). */
int sandbox_open(struct sandbox *s);
void sandbox_close(struct sandbox *s);

/* Push a new table with all that a script may call. May raise a Lua error. */
void sandbox_push_globals(struct lua_State *state);

/* The name of number I of what a script may call, and its library's, NULL where it needs
 * none. False: there are not so many. */
bool sandbox_name(size_t i, const char **library, const char **name);

/* STEPS instructions' worth of work is about to be done in C. Raises a Lua error
 * when that is too much. */
void sandbox_charge(struct lua_State *state, uint64_t steps);

#endif
