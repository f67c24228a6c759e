#include "engine/lua/tree.h"

#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/lua/lines.h"
#include "engine/lua/sandbox.h"

#define DEPTH_MAX 8			/* tables in tables */
#define VALUES_MAX 5000		/* of one file */
#define TEXT_MAX (256u << 10)		/* bytes of all its texts */
#define KEY_MAX 64			/* bytes */
#define CHUNK "view"			/* what Lua calls the file */

struct tree {
	struct arena arena;
	struct tree_value returned, global;
};

/* One reading of a file. It owns all that is made, whatever Lua jumps over. */
struct reading {
	const char *name;
	struct span text;
	const char *global_name;
	struct tree *tree;
	struct sandbox sandbox;
	struct lines lines;
	struct err *err;
	int line;			/* where it went wrong; 0: not known */
	size_t n_values, text_len;
};

/* Which line an error of Lua is from: that of the innermost function in Lua. */
static int
note_line(lua_State *state)
{
	struct reading *r = lua_touserdata(state, lua_upvalueindex(1));
	lua_Debug d;

	for (int level = 0; lua_getstack(state, level, &d); level++) {
		lua_getinfo(state, "Sl", &d);
		if (d.currentline > 0) {
			r->line = d.currentline;
			break;
		}
	}
	return 1;
}

/* Raise an error at LINE. */
static int
refuse(lua_State *state, struct reading *r, int line, const char *why)
{
	r->line = line;
	lua_pushstring(state, why);
	return lua_error(state);
}

/* Where a value stands. */
struct place {
	size_t constructor;		/* of the table that it is in */
	const char *key;		/* NULL: .index */
	int64_t index;
	int line;			/* of that table */
	int depth;
};

static struct tree_value copy(lua_State *state, struct reading *r, const struct place *at);

static const char *
copy_text(lua_State *state, struct reading *r, int index, int line)
{
	size_t len;
	const char *s = lua_tolstring(state, index, &len);

	if (memchr(s, '\0', len))
		refuse(state, r, line, "a text has a zero byte in it");
	r->text_len += len;
	if (r->text_len > TEXT_MAX)
		refuse(state, r, line, "all its texts together are longer than 256 KiB");
	return arena_strndup(&r->tree->arena, s, len);
}

static void
count_value(lua_State *state, struct reading *r, int line)
{
	if (++r->n_values > VALUES_MAX)
		refuse(state, r, line, "it has more than 5,000 values");
}

static int
by_line(const void *a, const void *b)
{
	const struct tree_entry *x = a, *y = b;

	if (x->value.line != y->value.line)
		return x->value.line < y->value.line ? -1 : 1;
	return strcmp(x->key, y->key);
}

/* The list part of the table on top of the stack. */
static void
copy_items(lua_State *state, struct reading *r, struct tree_table *t, const struct place *in)
{
	struct place at = *in;
	struct tree_value *items;
	size_t n = 0;

	at.key = NULL;
	while (lua_rawgeti(state, -1, (lua_Integer)n + 1) != LUA_TNIL) {
		count_value(state, r, at.line);
		lua_pop(state, 1);
		n++;
	}
	lua_pop(state, 1);
	items = arena_alloc(&r->tree->arena, (n + 1) * sizeof(*items));
	for (size_t i = 0; i < n; i++) {
		at.index = (int64_t)i + 1;
		lua_rawgeti(state, -1, at.index);
		items[i] = copy(state, r, &at);
		lua_pop(state, 1);
	}
	t->items = items;
	t->n_items = n;
}

/* Is the key below the top of the stack one of the list part? */
static bool
is_item(lua_State *state, size_t n_items)
{
	return lua_isinteger(state, -2) && lua_tointeger(state, -2) >= 1 &&
	       lua_tointeger(state, -2) <= (lua_Integer)n_items;
}

/* The other entries of the table on top of the stack. */
static void
copy_entries(lua_State *state, struct reading *r, struct tree_table *t, const struct place *in)
{
	struct place at = *in;
	struct tree_entry *entries;
	size_t n = 0;

	for (lua_pushnil(state); lua_next(state, -2); lua_pop(state, 1)) {
		if (is_item(state, t->n_items))
			continue;
		if (lua_isinteger(state, -2))
			refuse(state, r, at.line, "a list has an entry behind a hole");
		if (lua_type(state, -2) != LUA_TSTRING || lua_rawlen(state, -2) > KEY_MAX)
			refuse(state, r, at.line, "a table has a key that is no name");
		count_value(state, r, at.line);
		n++;
	}
	entries = arena_alloc(&r->tree->arena, (n + 1) * sizeof(*entries));
	for (lua_pushnil(state); lua_next(state, -2); lua_pop(state, 1)) {
		if (is_item(state, t->n_items))
			continue;
		at.key = copy_text(state, r, -2, at.line);
		entries[t->n_entries].key = at.key;
		entries[t->n_entries++].value = copy(state, r, &at);
	}
	qsort(entries, n, sizeof(*entries), by_line);
	t->entries = entries;
}

/* The table on top of the stack, which CONSTRUCTOR may have made. */
static const struct tree_table *
copy_table(lua_State *state, struct reading *r, struct place at)
{
	struct tree_table *t = arena_alloc(&r->tree->arena, sizeof(*t));

	if (++at.depth > DEPTH_MAX)
		refuse(state, r, at.line, "tables stand in each other more than 8 deep");
	luaL_checkstack(state, 4, NULL);
	copy_items(state, r, t, &at);
	copy_entries(state, r, t, &at);
	return t;
}

/* What is on top of the stack and stands at AT. */
static struct tree_value
copy(lua_State *state, struct reading *r, const struct place *at)
{
	const struct line_entry *e = lines_find(&r->lines, at->constructor, at->key, at->index);
	struct tree_value v = { .kind = TREE_NONE, .line = e ? e->line : at->line };
	struct place inside = { .constructor = e ? e->value : NO_LINES, .line = v.line,
				.depth = at->depth };

	switch (lua_type(state, -1)) {
	case LUA_TNONE: case LUA_TNIL:
		break;
	case LUA_TBOOLEAN:
		v.kind = TREE_BOOL;
		v.is_true = lua_toboolean(state, -1);
		break;
	case LUA_TNUMBER:
		v.kind = TREE_NUMBER;
		v.number = lua_tonumber(state, -1);
		break;
	case LUA_TSTRING:
		v.kind = TREE_TEXT;
		v.text = copy_text(state, r, -1, v.line);
		break;
	case LUA_TTABLE:
		v.kind = TREE_TABLE;
		v.table = copy_table(state, r, inside);
		break;
	default:
		v.kind = TREE_OTHER;
		v.type = luaL_typename(state, -1);	/* Lua's own constant */
	}
	return v;
}

/* The table on top of the stack, as one that CONSTRUCTOR made. What is put together by
 * code is said to stand on the first line. */
static struct tree_value
copy_root(lua_State *state, struct reading *r, size_t constructor)
{
	struct place nowhere = { .constructor = SIZE_MAX - 1, .line = 1 };
	struct tree_value v = { .kind = TREE_TABLE };

	if (!lua_istable(state, -1))
		return copy(state, r, &nowhere);
	v.table = copy_table(state, r, (struct place){ .constructor = constructor, .line = 1 });
	return v;
}

/* Run the file and copy what came of it. Called by lua_pcall(). */
static int
run(lua_State *state)
{
	struct reading *r = lua_touserdata(state, 1);
	int status;

	lua_settop(state, 0);
	status = luaL_loadbufferx(state, (const char *)r->text.p, r->text.len, "=" CHUNK, "t");
	if (status != LUA_OK)
		return lua_error(state);
	sandbox_push_globals(state);
	lua_pushvalue(state, -1);
	lua_insert(state, 1);
	if (!lua_setupvalue(state, 2, 1))
		lua_pop(state, 1);
	lua_call(state, 0, 1);
	r->line = 0;
	r->tree->returned = copy_root(state, r, r->lines.returned);
	lua_pop(state, 1);
	lua_pushstring(state, r->global_name);
	lua_rawget(state, 1);
	r->tree->global = copy_root(state, r, lines_global(&r->lines, r->global_name));
	return 0;
}

/* What a message of Lua says behind "view:LINE: ", and the line. */
static const char *
split_message(const char *s, int *line)
{
	const char *at = s;
	char *end;
	long n;

	if (strncmp(at, CHUNK ":", sizeof(CHUNK)) != 0)
		return s;
	at += sizeof(CHUNK);
	n = strtol(at, &end, 10);
	if (end == at || strncmp(end, ": ", 2) != 0)
		return s;
	*line = (int)n;
	return end + 2;
}

/* Say in r->err why the call failed. */
static void
explain_failure(lua_State *state, struct reading *r)
{
	const char *why = lua_type(state, -1) == LUA_TSTRING ? lua_tostring(state, -1) :
							       "it raises an error without a text";
	const char *hint = "";

	why = split_message(why, &r->line);
	if (r->sandbox.stopped)
		why = r->sandbox.stopped;
	if (!r->line)
		r->line = r->sandbox.line;
	if (strstr(why, " a nil value ("))
		hint = "; `sysreel list view-keys` tells what a file can call";
	if (r->line)
		err_set(r->err, -EINVAL, "%s:%d: %s%s", r->name, r->line, why, hint);
	else
		err_set(r->err, -EINVAL, "%s: %s%s", r->name, why, hint);
}

/* Run R in its sandbox, which is open. */
static int
read_in_sandbox(struct reading *r)
{
	lua_State *state = r->sandbox.state;

	lua_pushlightuserdata(state, r);
	lua_pushcclosure(state, note_line, 1);
	lua_pushcfunction(state, run);
	lua_pushlightuserdata(state, r);
	if (lua_pcall(state, 1, 0, 1) == LUA_OK)
		return 0;
	explain_failure(state, r);
	return -EINVAL;
}

static void
skip(struct span *text, size_t n)
{
	text->p += n;
	text->len -= n;
}

/* What the Lua of a command line passes over, too: a mark of UTF-8, and a first line for the
 * kernel, whose end stays so that lines have their numbers. */
static void
skip_head(struct span *text)
{
	const uint8_t *end;

	if (text->len >= 3 && !memcmp(text->p, "\xEF\xBB\xBF", 3))
		skip(text, 3);
	if (!text->len || *text->p != '#')
		return;
	end = memchr(text->p, '\n', text->len);
	skip(text, end ? (size_t)(end - text->p) : text->len);
}

static int
fill_tree(struct reading *r)
{
	int status = -EINVAL;

	if (r->text.len > TREE_FILE_MAX)
		return err_set(r->err, -EFBIG, "%s: longer than 256 KiB", r->name);
	skip_head(&r->text);
	if (r->text.len && *r->text.p == '\x1b')
		return err_set(r->err, -EINVAL, "%s: compiled Lua, only text is read", r->name);
	lines_read(&r->lines, r->text);
	if (sandbox_open(&r->sandbox) < 0)
		err_set(r->err, -ENOMEM, "%s: no memory for Lua", r->name);
	else
		status = read_in_sandbox(r);
	sandbox_close(&r->sandbox);
	lines_fini(&r->lines);
	return status;
}

struct tree *
tree_read(const char *name, struct span text, const char *global, struct err *err)
{
	struct tree *t = xzalloc(sizeof(*t));
	struct reading r = {
		.name = name, .text = text, .global_name = global, .tree = t, .err = err,
	};

	if (fill_tree(&r) == 0)
		return t;
	tree_free(t);
	return NULL;
}

void
tree_free(struct tree *t)
{
	if (t)
		arena_fini(&t->arena);
	free(t);
}

const struct tree_value *
tree_returned(const struct tree *t)
{
	return &t->returned;
}

const struct tree_value *
tree_global(const struct tree *t)
{
	return &t->global;
}

const char *
tree_kind_name(const struct tree_value *v)
{
	static const char *const names[] = {
		[TREE_NONE] = "nothing", [TREE_BOOL] = "true or false", [TREE_NUMBER] = "a number",
		[TREE_TEXT] = "a text", [TREE_TABLE] = "a table",
	};

	return v->kind == TREE_OTHER ? v->type : names[v->kind];
}

bool
tree_function(size_t i, struct text *t)
{
	const char *library, *name;

	if (!sandbox_name(i, &library, &name))
		return false;
	text_fmt(t, "%s%s%s", library ? library : "", library ? "." : "", name);
	return true;
}
