/*
 * Lua files as plain values: what is read, on which line it stood, and that no
 * file can do more than be refused.
 */
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/lua/tree.h"
#include "tests/lib/check.h"

static struct span
span_of(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

static const struct tree_value *
entry(const struct tree_value *v, const char *key)
{
	static const struct tree_value none;

	if (v->kind != TREE_TABLE)
		return &none;
	for (size_t i = 0; i < v->table->n_entries; i++)
		if (!strcmp(v->table->entries[i].key, key))
			return &v->table->entries[i].value;
	return &none;
}

static const struct tree_value *
item(const struct tree_value *v, size_t i)
{
	static const struct tree_value none;

	return v->kind == TREE_TABLE && i < v->table->n_items ? &v->table->items[i] : &none;
}

static void
values_and_lines(void)
{
	static const char text[] =
		"-- a comment with { braces = 1 }\n"
		"local deep = { x = 1 }\n"
		"view_info = {\n"
		"\tid = 'a', --[[ a\n long comment ]] on = true,\n"
		"\t[\"na-me\"] = \"= {\",\n"
		"\tlist = { 'x', 'y',\n"
		"\t\t'z' },\n"
		"\tcolumns = {\n"
		"\t\t{ name = [[A\n]],\n"
		"\t\t  width = 7 + 1 },\n"
		"\t\t{ name = string.format('%s-%d', 'b', 2) },\n"
		"\t},\n"
		"\tf = function(a, b) local c = { d = 1 } return a == b end,\n"
		"\tdeep = deep;\n"
		"\tlast = 1.5\n"
		"}\n";
	struct err err = { 0 };
	struct tree *t = tree_read("a.lua", span_of(text), "view_info", &err);
	const struct tree_value *v, *columns;

	if (!CHECK(t, "a file is read: %s", err.text))
		return;
	v = tree_global(t);
	columns = entry(v, "columns");
	CHECK(tree_returned(t)->kind == TREE_NONE, "it returned nothing");
	CHECK(v->kind == TREE_TABLE && v->table->n_entries == 8, "the global is a table of 8");
	CHECK_STR(v->table->entries[0].key, "id", "entries are in the order of lines");
	CHECK(entry(v, "id")->line == 4 && entry(v, "on")->line == 5, "comments count lines");
	CHECK(entry(v, "on")->is_true, "true is true");
	CHECK(item(entry(v, "list"), 2)->line == 8, "items have lines");
	CHECK_STR(item(entry(v, "list"), 1)->text, "y", "items have values");
	CHECK(entry(item(columns, 0), "width")->line == 12, "a long text counts lines");
	CHECK(entry(item(columns, 0), "width")->number == 8, "numbers are computed");
	CHECK_STR(entry(item(columns, 1), "name")->text, "b-2", "texts are formatted");
	CHECK(item(columns, 1)->line == 13, "a table in a list has a line");
	CHECK(entry(v, "f")->kind == TREE_OTHER, "a function is something else");
	CHECK_STR(tree_kind_name(entry(v, "f")), "function", "and is called so");
	CHECK(entry(v, "deep")->line == 16, "a line behind a function");
	CHECK(entry(entry(v, "deep"), "x")->line == 16, "made elsewhere: the line of its place");
	CHECK(entry(v, "last")->number == 1.5, "the last entry needs no comma");
	tree_free(t);
}

static void
returned(void)
{
	struct err err = { 0 };
	struct tree *t = tree_read("a.lua", span_of("local x = 1\nreturn {\n a = x }"), "v", &err);

	if (!CHECK(t, "a file that returns is read: %s", err.text))
		return;
	CHECK(entry(tree_returned(t), "a")->line == 3, "what it returned has lines");
	CHECK(tree_global(t)->kind == TREE_NONE, "there is no global");
	tree_free(t);
	/* What editors and people put before it. */
	t = tree_read("a.lua", span_of("\xEF\xBB\xBF#!/usr/bin/lua\nreturn {\n a = 1 }"), "v",
		      &err);
	if (!CHECK(t, "a file for the kernel is read: %s", err.text))
		return;
	CHECK(entry(tree_returned(t), "a")->line == 3, "its lines are counted");
	tree_free(t);
	/* No line means that there is no such key. */
	t = tree_read("a.lua", span_of("local v = {}\nv.a = 1 return v"), "v", &err);
	if (!CHECK(t, "a file that puts a table together is read: %s", err.text))
		return;
	CHECK(entry(tree_returned(t), "a")->line > 0, "what it put together has a line");
	tree_free(t);
}

/* What is refused: the file, and how the error begins. */
static const struct {
	const char *text, *error;
} refused[] = {
	/* Mistakes. */
	{ "return {", "a.lua:1: unexpected symbol near <eof>" },
	{ "return {\n\n a = = 1 }", "a.lua:3: unexpected symbol" },
	{ "return { a = b.c }", "a.lua:1: attempt to index a nil value (global 'b')" },
	{ "\nerror('no')", "a.lua:2: no" },
	{ "error({})", "a.lua:1: it raises an error without a text" },
	{ "error()", "a.lua:1: it raises an error without a text" },
	{ "\n\nlocal x = string.rep({}, 1)", "a.lua:3: bad argument #1" },
	{ "return { [1.5] = 1 }", "a.lua:1: a table has a key that is no name" },
	{ "return {\n a = { [{}] = 1 } }", "a.lua:2: a table has a key that is no name" },
	{ "return { a = { 1, nil, 3, [9] = 1 } }", "a.lua:1: a list has an entry behind a hole" },
	{ "return { a = 'x\\0y' }", "a.lua:1: a text has a zero byte in it" },
	{ "return { ['x\\0y'] = 1 }", "a.lua:1: a text has a zero byte in it" },
	/* What is not there. */
	{ "os.execute('true')", "a.lua:1: attempt to index a nil value (global 'os')" },
	{ "io.open('/etc/passwd')", "a.lua:1: attempt to index a nil value (global 'io')" },
	{ "require('os')", "a.lua:1: attempt to call a nil value (global 'require'); `sysreel list "
	  "view-keys` tells what a file can call" },
	{ "load('x = 1')", "a.lua:1: attempt to call a nil value (global 'load')" },
	{ "dofile('/dev/zero')", "a.lua:1: attempt to call a nil value (global 'dofile')" },
	{ "loadfile('/dev/zero')", "a.lua:1: attempt to call a nil value (global 'loadfile')" },
	{ "loadstring('x')", "a.lua:1: attempt to call a nil value (global 'loadstring')" },
	{ "setmetatable({}, { __gc = error })", "a.lua:1: attempt to call a nil value" },
	{ "getmetatable('').__index = nil", "a.lua:1: attempt to call a nil value" },
	{ "debug.getregistry()", "a.lua:1: attempt to index a nil value (global 'debug')" },
	{ "package.loaded = 1", "a.lua:1: attempt to index a nil value (global 'package')" },
	{ "coroutine.wrap(error)()", "a.lua:1: attempt to index a nil value" },
	{ "collectgarbage()", "a.lua:1: attempt to call a nil value" },
	{ "rawset({}, 1, 2)", "a.lua:1: attempt to call a nil value" },
	{ "pcall(error)", "a.lua:1: attempt to call a nil value (global 'pcall')" },
	{ "print('x')", "a.lua:1: attempt to call a nil value (global 'print')" },
	{ "string.dump(type)", "a.lua:1: attempt to call a nil value (field 'dump')" },
	{ "string.find('x', 'x')", "a.lua:1: attempt to call a nil value (field 'find')" },
	{ "('x'):gsub('x', 'y')", "a.lua:1: attempt to call a nil value (method 'gsub')" },
	{ "('x'):match('x')", "a.lua:1: attempt to call a nil value (method 'match')" },
	{ "table.sort({})", "a.lua:1: attempt to call a nil value (field 'sort')" },
	{ "math.random()", "a.lua:1: attempt to call a nil value (field 'random')" },
	{ "string.format('%p', {})", "a.lua:1: %p is not allowed" },
	{ "string.format('%-5p', {})", "a.lua:1: %p is not allowed" },
	{ "string.format('a\\0%p', {})", "a.lua:1: %p is not allowed" },
	{ "\x1bLua", "a.lua: compiled Lua" },
	{ "\xEF\xBB\xBF\x1bLua", "a.lua: compiled Lua" },
	{ "#\n\x1bLua", "a.lua:2: unexpected symbol" },
	{ "\xEF\xBB", "a.lua:1: unexpected symbol" },
	/* What takes too much. */
	{ "while true do end", "a.lua:1: takes more than 10 million instructions" },
	{ "\n::a:: goto a", "a.lua:2: takes more than 10 million instructions" },
	{ "local function f() return f() end f()", "a.lua:1: takes more than 10 million" },
	{ "local function f() f() end f()", "a.lua:1: makes a text, table or stack" },
	{ "local t = {} while true do t = { t } end", "a.lua:1: takes more than 8 MiB of memory" },
	{ "local s = 'x' while true do s = s .. s end", "a.lua:1: makes a text, table or stack" },
	{ "local s = string.rep('x', 1e15)", "a.lua:1: makes a text of more than 256 KiB" },
	{ "local s = ('x'):rep(99999999999)", "a.lua:1: makes a text of more than 256 KiB" },
	{ "local s = string.rep('', 9e15) error(s .. 'short')", "a.lua:1: short" },
	{ "local s = string.rep('', 9e15, 'ab')", "a.lua:1: makes a text of more than 256 KiB" },
	{ "local s = ('x'):rep(2e5) while true do local t = s .. 'y' end",
	  "a.lua:1: goes through more than 512 MiB of memory" },
	{ "local s = 'x'\nfor i = 1, 99 do s = s .. s end\n", "a.lua:2: makes a text, table" },
	{ "local t = {} for i = 1, 1e9 do t[i] = 1 end", "a.lua:1: makes a text, table or stack" },
	{ "local t = {} for i = 1, 9e3 do t[i] = '' end while true do table.concat(t) end",
	  "a.lua:1: takes more than 10 million instructions" },
	{ "local t = {} for i = 1, 9e3 do t[i] = '' end while true do table.insert(t, 1, '') "
	  "table.remove(t, 1) end", "a.lua:1: takes more than 10 million instructions" },
	{ "table.unpack({}, 1, 1e8)", "a.lua:1: " },
	{ "table.concat({}, '', 1, 1e18)", "a.lua:1: " },
	{ "string.format('%99999d', 1)", "a.lua:1: " },
	{ "return { a = {{{{{{{{{{}}}}}}}}}} }", "a.lua:1: tables stand in each other" },
	{ "local t = {} t.t = t return t", "a.lua:1: tables stand in each other" },
	{ "local t = {} for i = 1, 6000 do t[i] = 1 end return t", "a.lua:1: it has more than" },
	{ "local a = {} for i = 1, 99 do a[i] = i end local b = {} for i = 1, 99 do b[i] = a end"
	  " return { b, b, b }", "a.lua:1: it has more than 5,000 values" },
	{ "local s = ('x'):rep(2e5) return { s, s }", "a.lua:1: all its texts together" },
};

static void
refusals(void)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		const char *want = refused[i].error;
		struct err err = { 0 };
		struct tree *t = tree_read("a.lua", span_of(refused[i].text), "v", &err);
		bool fits = !t && !strncmp(err.text, want, strlen(want));

		CHECK(fits, "refused: %zu", i);
		if (!fits)
			printf("# %s\n# got %s\n", refused[i].text, t ? "a tree" : err.text);
		tree_free(t);
	}
}

/* Comparing long texts is one instruction each, which the clock must end. */
static void
slow_steps(void)
{
	static const char text[] = "local a, b = ('x'):rep(2e5), ('x'):rep(2e5)\n"
				   "while true do local c = a <= b and a == b end";
	struct err err = { 0 };
	struct tree *t = tree_read("a.lua", span_of(text), "v", &err);

	CHECK(!t && strstr(err.text, "takes more than "), "slow steps are ended: %s", err.text);
	tree_free(t);
}

/* Texts of which brackets and quotes do not match have lines, too. */
static void
odd_texts(void)
{
	static const char *const texts[] = {
		"", "}", "{", "((((", "]]", "[[", "[==[", "--[[", "'", "\"\\", "return", "v =",
		"{ [ [ 'a' ] = 1 }", "return { [", "return { ['a'", "v = { a = { b = (", "--",
	};
	char deep[512];

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct err err = { 0 };
		struct tree *t = tree_read("a.lua", span_of(texts[i]), "v", &err);

		CHECK((t != NULL) == (err.code == 0), "read or refused: %s", texts[i]);
		tree_free(t);
	}
	memset(deep, '{', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	CHECK(!tree_read("a.lua", span_of(deep), "v", NULL), "brackets without an end");
}

/* Numbers shown as texts, and what tables and functions are shown as. */
static void
harmless(void)
{
	static const char text[] =
		"return { tostring({}), string.format('%s', print or {}),\n"
		"  tostring(12), ('a'):upper(), #'abc', math.floor(2.5),\n"
		"  table.concat({ 'a', 'b' }, '+'), string.format('%5.2f%%', 1) }";
	static const char *const want[] = {
		"table", "table", "12", "A", NULL, NULL, "a+b", " 1.00%",
	};
	struct err err = { 0 };
	struct tree *t = tree_read("a.lua", span_of(text), "v", &err);

	if (!CHECK(t, "functions that are allowed: %s", err.text))
		return;
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		const struct tree_value *v = item(tree_returned(t), i);

		if (want[i])
			CHECK_STR(v->text, want[i], "value %zu", i + 1);
		else
			CHECK(v->kind == TREE_NUMBER, "value %zu is a number", i + 1);
	}
	tree_free(t);
}

int
main(void)
{
	values_and_lines();
	returned();
	refusals();
	slow_steps();
	odd_texts();
	harmless();
	return check_done();
}
