#include "engine/lua/sandbox.h"

#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/mem.h"

#define HOOK_STEPS 100			/* instructions between two looks at the clock */

static uint64_t
thread_cpu_ns(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static struct sandbox *
sandbox_of(lua_State *state)
{
	void *s;

	lua_getallocf(state, &s);
	return s;
}

static const char *
limit_met(const struct sandbox *s, size_t old_len, size_t len)
{
	if (len > SANDBOX_BLOCK)
		return "makes a text, table or stack of more than 256 KiB";
	if (s->used - old_len + len > SANDBOX_MEMORY)
		return "takes more than 8 MiB of memory";
	if (s->churn + len > SANDBOX_CHURN)
		return "goes through more than 512 MiB of memory";
	return NULL;
}

/* The state's only allocator. Lua collects garbage and tries again after NULL;
 * what shrinks must not fail. */
static void *
allocate(void *ctx, void *p, size_t old_len, size_t len)
{
	struct sandbox *s = ctx;
	void *made;

	if (!p)
		old_len = 0;			/* it was a type of object */
	if (!len) {
		free(p);
		s->used -= old_len;
		return NULL;
	}
	if (len > old_len && limit_met(s, old_len, len)) {
		s->stopped = limit_met(s, old_len, len);
		return NULL;
	}
	made = realloc(p, len);
	if (made) {
		s->used += len - old_len;
		s->churn += len > old_len ? len : 0;
	}
	return made;
}

void
sandbox_charge(lua_State *state, uint64_t steps)
{
	struct sandbox *s = sandbox_of(state);

	s->steps += steps;
	if (s->steps > SANDBOX_STEPS)
		s->stopped = "takes more than 10 million instructions";
	else if (thread_cpu_ns() > s->end_ns)
		s->stopped = "takes more than 2 s";
	else
		return;
	luaL_error(state, "%s", s->stopped);
}

/* Where memory ends, Lua tells no line; so it is noted as lines begin. */
static void
on_steps(lua_State *state, lua_Debug *why)
{
	if (why->event == LUA_HOOKLINE)
		sandbox_of(state)->line = why->currentline;
	else
		sandbox_charge(state, HOOK_STEPS);
}

int
sandbox_open(struct sandbox *s)
{
	s->state = lua_newstate(allocate, s);
	if (!s->state)
		return -ENOMEM;
	s->end_ns = thread_cpu_ns() + SANDBOX_CPU_NS;
	lua_sethook(s->state, on_steps, LUA_MASKCOUNT | LUA_MASKLINE, HOOK_STEPS);
	return 0;
}

void
sandbox_close(struct sandbox *s)
{
	if (s->state)
		lua_close(s->state);
	s->state = NULL;
}

/*
 * What a script may call. Functions whose work grows with what they are given
 * are charged for it first; what they allocate is charged by the allocator.
 */

/* Call the function of a library that the closure carries. */
static int
call_library(lua_State *state)
{
	lua_pushvalue(state, lua_upvalueindex(1));
	lua_insert(state, 1);
	lua_call(state, lua_gettop(state) - 1, LUA_MULTRET);
	return lua_gettop(state);
}

/* What walks a table. */
static int
walk_list(lua_State *state)
{
	if (lua_istable(state, 1))
		sandbox_charge(state, lua_rawlen(state, 1));
	return call_library(state);
}

/* string.rep(): how long it gets is asked before it is made. */
static int
repeat(lua_State *state)
{
	size_t len, sep_len;
	lua_Integer n = luaL_checkinteger(state, 2);

	luaL_checklstring(state, 1, &len);
	luaL_optlstring(state, 3, "", &sep_len);
	if (len + sep_len == 0) {
		lua_pushliteral(state, "");
		return 1;
	}
	if (n > 0 && (size_t)n > SANDBOX_BLOCK / (len + sep_len))
		return luaL_error(state, "makes a text of more than 256 KiB");
	return call_library(state);
}

/* tostring(): an address of ours is nobody's business. */
static int
to_text(lua_State *state)
{
	int type = lua_type(state, 1);

	luaL_checkany(state, 1);
	if (type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TBOOLEAN || type == LUA_TNIL)
		luaL_tolstring(state, 1, NULL);
	else
		lua_pushstring(state, lua_typename(state, type));
	return 1;
}

/* string.format(): "%p" and "%s" of a table would show addresses as well. */
static int
format(lua_State *state)
{
	size_t len;
	const char *pattern = luaL_checklstring(state, 1, &len);

	sandbox_charge(state, len / 8);
	for (size_t i = 0; i < len; i++) {
		if (pattern[i] != '%')
			continue;
		i += 1 + strspn(pattern + i + 1, "-+ #0123456789.");
		if (pattern[i] == 'p')
			return luaL_error(state, "%%p is not allowed in formats");
	}
	for (int i = 2, n = lua_gettop(state); i <= n; i++) {
		if (lua_type(state, i) > LUA_TSTRING || lua_type(state, i) == LUA_TLIGHTUSERDATA) {
			lua_pushstring(state, luaL_typename(state, i));
			lua_replace(state, i);
		}
	}
	return call_library(state);
}

struct allowed {
	const char *name;
	lua_CFunction in_place;		/* NULL: the library's own */
};

static const struct allowed base_allowed[] = {
	{ "assert", NULL }, { "error", NULL }, { "ipairs", NULL }, { "next", NULL },
	{ "pairs", NULL }, { "select", NULL }, { "tonumber", NULL }, { "tostring", to_text },
	{ "type", NULL }, { NULL, NULL },
};

static const struct allowed string_allowed[] = {
	{ "format", format }, { "len", NULL }, { "lower", NULL }, { "rep", repeat },
	{ "reverse", NULL }, { "sub", NULL }, { "upper", NULL }, { NULL, NULL },
};

static const struct allowed table_allowed[] = {
	{ "concat", walk_list }, { "insert", walk_list }, { "remove", walk_list },
	{ "unpack", walk_list }, { NULL, NULL },
};

static const struct allowed math_allowed[] = {
	{ "abs", NULL }, { "ceil", NULL }, { "floor", NULL }, { "fmod", NULL },
	{ "huge", NULL }, { "max", NULL }, { "maxinteger", NULL }, { "min", NULL },
	{ "mininteger", NULL }, { "pi", NULL }, { "sqrt", NULL }, { "tointeger", NULL },
	{ "type", NULL }, { NULL, NULL },
};

static const struct {
	const char *name;
	lua_CFunction open;
	const struct allowed *allowed;
} libraries[] = {
	{ LUA_GNAME, luaopen_base, base_allowed },
	{ LUA_STRLIBNAME, luaopen_string, string_allowed },
	{ LUA_TABLIBNAME, luaopen_table, table_allowed },
	{ LUA_MATHLIBNAME, luaopen_math, math_allowed },
};

bool
sandbox_name(size_t i, const char **library, const char **name)
{
	for (size_t k = 0; k < ARRAY_LEN(libraries); k++) {
		for (const struct allowed *a = libraries[k].allowed; a->name; a++) {
			if (i--)
				continue;
			*library = k ? libraries[k].name : NULL;
			*name = a->name;
			return true;
		}
	}
	return false;
}

/* Copy what is ALLOWED from the library on top of the stack, which is popped, to
 * the table at TO. */
static void
take_allowed(lua_State *state, const struct allowed *allowed, int to)
{
	for (const struct allowed *a = allowed; a->name; a++) {
		lua_getfield(state, -1, a->name);
		if (a->in_place)
			lua_pushcclosure(state, a->in_place, 1);
		lua_setfield(state, to, a->name);
	}
	lua_pop(state, 1);
}

/* Push what LIBRARY makes. */
static void
open_library(lua_State *state, lua_CFunction library, const char *name)
{
	lua_pushcfunction(state, library);
	lua_pushstring(state, name);
	lua_call(state, 1, 1);
}

/* ("x"):rep(3) finds its function behind the metatable that all texts share. */
static void
limit_methods(lua_State *state, int methods)
{
	lua_pushliteral(state, "");
	if (lua_getmetatable(state, -1)) {
		lua_pushvalue(state, methods);
		lua_setfield(state, -2, "__index");
		lua_pop(state, 1);
	}
	lua_pop(state, 1);
}

void
sandbox_push_globals(lua_State *state)
{
	int globals, library;

	lua_newtable(state);
	globals = lua_gettop(state);
	open_library(state, libraries[0].open, libraries[0].name);
	take_allowed(state, libraries[0].allowed, globals);
	for (size_t i = 1; i < ARRAY_LEN(libraries); i++) {
		lua_newtable(state);
		library = lua_gettop(state);
		open_library(state, libraries[i].open, libraries[i].name);
		take_allowed(state, libraries[i].allowed, library);
		if (libraries[i].open == luaopen_string)
			limit_methods(state, library);
		lua_setfield(state, globals, libraries[i].name);
	}
	lua_pushvalue(state, globals);
	lua_setfield(state, globals, LUA_GNAME);
}
