/* The language of filters: what means what, what is refused, and where. */
#include "engine/filter/filter.h"

#include "engine/base/err.h"
#include "engine/base/explain.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "tests/lib/check.h"
#include "tests/lib/scene.h"

static int32_t
port_of(const char *name)
{
	return !strcmp(name, "http") ? 80 : !strcmp(name, "terabase") ? 4000 : -1;
}

/* The scene's reader lives two hours east. */
static int32_t
two_hours(int64_t epoch_s)
{
	(void)epoch_s;
	return 7200;
}

static int know_host_ctx;

/* One host is known. */
static const char *
know_host(void *ctx, const char *name)
{
	CHECK(ctx == &know_host_ctx, "the context comes back");
	return !name ? "names are not known" : strcmp(name, "here") ? "no such host" : NULL;
}

static const struct filter_options options = {
	.utc_offset = two_hours, .service_port = port_of, .host = know_host,
	.ctx = &know_host_ctx,
};

/* One test value of each type of field: read(3) of "/etc/passwd" in "bash". */
static const struct {
	const char *type, *field, *value, *list, *operators;
} types[] = {
	{ "integer", "fd.num", "3", "(3, -4)", "= == != < <= > >= in intersects exists" },
	{ "count", "evt.num", "42", "(1)", "= == != < <= > >= in intersects exists" },
	{ "bool", "evt.failed", "false", "(true)", "= == != in intersects exists" },
	{ "number", "proc.fdusage", "0.5", "(1e-2)", "= == != < <= > >= in intersects exists" },
	{ "text", "proc.name", "bash", "(a, bash)", "= == != < <= > >= contains icontains "
	  "startswith endswith glob iglob regex ~ in intersects pmatch exists" },
	{ "data", "evt.buffer", "6162", "(a)", "= == != contains bcontains startswith "
	  "bstartswith endswith in intersects exists" },
	{ "address", "fd.cip", "::1", "(10.0.0.1)", "= == != in intersects exists" },
	{ "time", "evt.rawtime", "5", "(2018-08-17)", "= == != < <= > >= in intersects exists" },
	{ "span", "evt.latency", "1.5ms", "(1s)", "= == != < <= > >= in intersects exists" },
	{ "clock", "evt.time", "10:02", "(10:02:03.5)", "= == != < <= > >= contains icontains "
	  "startswith endswith glob iglob regex ~ in intersects pmatch exists" },
};

static bool
has_word(const char *words, const char *word)
{
	size_t len = strlen(word);
	const char *at = words;

	while ((at = strstr(at, word))) {
		bool starts = at == words || at[-1] == ' ';

		if (starts && (at[len] == ' ' || !at[len]))
			return true;
		at += len;
	}
	return false;
}

/* Every operator with every type: it compiles, or the operator is refused. */
static void
operators_and_types(void)
{
	char text[200];

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		for (size_t j = 0; j < n_filter_operators; j++) {
			const char *op = filter_operators[j].name;
			bool is_list = !strcmp(op, "in") || !strcmp(op, "intersects") ||
				       !strcmp(op, "pmatch");
			struct err err = { 0 };
			struct filter *f;

			snprintf(text, sizeof(text), "%s %s %s", types[i].field, op,
				 !strcmp(op, "exists") ? "" :
				 is_list ? types[i].list : types[i].value);
			f = filter_compile(text, &options, &err);
			if (has_word(types[i].operators, op))
				CHECK(f, "%s: `%s` %s", types[i].type, text, err.text);
			else
				CHECK(!f && err.at == (int)strlen(types[i].field) + 1 &&
				      strstr(err.text, "does not compare"),
				      "%s: `%s` is refused: %s", types[i].type, text, err.text);
			filter_free(f);
		}
	}
}

static void
operators_are_whole(void)
{
	for (size_t i = 0; i < n_filter_operators; i++) {
		const struct filter_operator *op = &filter_operators[i];

		CHECK(op->doc[strlen(op->doc) - 1] == '.' && strlen(op->doc) < 80,
		      "%s: a sentence", op->name);
		CHECK(op->types && op->how, "%s: types and how", op->name);
		for (size_t j = 0; j < i; j++)
			CHECK(strcmp(op->name, filter_operators[j].name) != 0,
			      "%s and %s differ", op->name, filter_operators[j].name);
	}
}

/* Of the event that main() makes: read of "GET /\0" from fd 3 in bash. */
static const struct {
	const char *filter;
	bool matches;
} events[] = {
	/* Words, blanks and brackets. */
	{ "evt.num=42", true },
	{ "  evt.num\t=\t42\t", true },
	{ "evt.num = 41", false },
	{ "not evt.num=41", true },
	{ "not not evt.num=41", false },
	{ "not not not evt.num=41", true },
	{ "not(evt.num=42)", false },
	{ "not (not evt.num=42)", true },
	{ "((((evt.num=42))))", true },
	{ "evt.num=1 and evt.num=42 or evt.num=42", true },
	{ "evt.num=42 or evt.num=42 and evt.num=1", true },
	{ "(evt.num=42 or evt.num=42) and evt.num=1", false },
	{ "evt.num=42 and(evt.num=42)or(evt.num=1)", true },
	{ "not evt.num=42 and evt.num=1", false },
	{ "not (evt.num=42 and evt.num=1)", true },
	{ "evt.num existsand evt.num=42", true },
	{ "evt.num in(42)and evt.num=42", true },
	/* Values. */
	{ "proc.name=bash", true },
	{ "proc.name==bash", true },
	{ "proc.name == \"bash\"", true },
	{ "proc.name = 'bash'and evt.num=42", true },
	{ "proc.name = \"b\\x61sh\"", true },
	{ "proc.name = \"\\x62\\x61\\x73\\x68\"", true },
	{ "proc.name = b\\x61sh", false },
	{ "proc.name != \"a\\\"b\\\\c\\/\\b\\f\\n\\r\\t\"", true },
	{ "proc.name != 'a\\'b\\\\'", true },
	{ "proc.name != \"\"", true },
	{ "proc.name = not", false },
	{ "proc.name = and", false },
	{ "proc.name = oneof", false },
	{ "proc.name != oneof and evt.num=42", true },
	{ "(proc.name != oneof)", true },
	{ "proc.name = a,b", false },
	{ "proc.name = a=b", false },
	{ "evt.args contains size=1", false },
	{ "evt.args contains \"fd=3(\"", true },
	{ "evt.dir=<", true },
	{ "evt.dir = <", true },
	{ "evt.dir=>", false },
	{ "evt.dir=\"<\"", true },
	/* Missing values. */
	{ "fd.rip exists", false },
	{ "fd.rip = 1.2.3.4", false },
	{ "fd.rip != 1.2.3.4", false },
	{ "not fd.rip != 1.2.3.4", true },
	{ "fd.rport in (80)", false },
	{ "fd.rport > 0 or fd.rport <= 0", false },
	{ "proc.name exists", true },
	{ "not proc.name exists", false },
	/* Numbers. */
	{ "fd.sip.name=here", false },
	{ "evt.cpu <= 65535 and evt.cpu < 70000 and not evt.cpu >= 65535", true },
	{ "fd.type = file", true },
	{ "fd.type contains ile and not fd.type startswith ip", true },
	{ "evt.errno = -600", false },
	{ "not evt.category in (ipc, IPC)", true },
	{ "fd.num < 4", true },
	{ "fd.num < 3", false },
	{ "fd.num <= 3", true },
	{ "fd.num>=4", false },
	{ "fd.num > -1", true },
	{ "fd.num = +3", true },
	{ "fd.num = 0x3", true },
	{ "fd.num = 0x03", true },
	{ "fd.num = 003", true },
	{ "fd.num = -9223372036854775808", false },
	{ "evt.num < 18446744073709551615", true },
	{ "evt.num in (1, 2, 0x2a)", true },
	{ "evt.num in (1, 2, 3, 4, 5, 6, 7, 8, 9, 42)", true },
	{ "evt.num in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)", false },
	{ "evt.num in ()", false },
	{ "not evt.num in ( )", true },
	{ "evt.num intersects (42)", true },
	{ "evt.failed = false", true },
	{ "evt.failed != false", false },
	{ "evt.failed in (true,false)", true },
	{ "proc.fdusage > 0.48", true },
	{ "proc.fdusage < 5e-1", true },
	{ "proc.fdusage > 48e-2 and proc.fdusage < +1", true },
	/* Units. */
	{ "evt.latency = 1250000", true },
	{ "evt.latency = 1250us", true },
	{ "evt.latency = 1.25ms", true },
	{ "evt.latency > 1ms", true },
	{ "evt.latency > 0.002s", false },
	{ "evt.latency < 1m and evt.latency < 1h and evt.latency < 1d", true },
	{ "evt.latency in (1ms, 1.25ms)", true },
	{ "evt.latency.s = 0", true },
	{ "evt.latency.s < 2m", true },
	{ "evt.rawtime.s > 17000d", true },
	{ "evt.buflen = 6", true },
	{ "evt.buflen = 6B", true },
	{ "evt.buflen >= 4K", false },
	{ "evt.buflen >= 4k", false },
	{ "evt.buflen < 1KiB and evt.buflen < 1.5M and evt.buflen < 1Gi and evt.buflen < 2T",
	  true },
	{ "proc.fdusage < 50%", true },
	{ "proc.vmsize = 20", true },
	{ "proc.vmsize = 20K and proc.vmsize < 0.5M and proc.vmsize = 20480B", true },
	/* Texts. */
	{ "proc.name < bb", true },
	{ "proc.name < bash", false },
	{ "proc.name <= bash", true },
	{ "proc.name > bas", true },
	{ "proc.name >= bashful", false },
	{ "proc.name contains as", true },
	{ "proc.name contains \"\"", true },
	{ "proc.name contains bashful", false },
	{ "proc.name contains AS", false },
	{ "proc.name icontains AS", true },
	{ "proc.name icontains bAsHf", false },
	{ "proc.name startswith ba", true },
	{ "proc.name startswith as", false },
	{ "proc.name endswith sh", true },
	{ "proc.name endswith bashbash", false },
	{ "proc.name glob b*h", true },
	{ "proc.name glob b?h", false },
	{ "proc.name glob [a-c]?[!x]h", true },
	{ "proc.name glob B*", false },
	{ "proc.name iglob B*[A-S]H", true },
	{ "fd.name glob /*", true },
	{ "fd.name regex /etc/.*", true },
	{ "fd.name regex etc", false },
	{ "fd.name ~ \"/(etc|usr)/p[a-z]+\"", true },
	{ "fd.name regex \".*(passwd|group|shadow)\"", true },
	{ "proc.name regex \"b|ba|bash|bas\"", true },
	{ "proc.name in (sh, bash)", true },
	{ "proc.name in (\"bash\",'a,b')", true },
	{ "proc.name in (sh, ash, dash, zsh, fish, ksh)", false },
	{ "proc.name in (sh, ash, dash, zsh, fish, bash)", true },
	{ "fd.name pmatch (/etc)", true },
	{ "fd.name pmatch (/usr, /etc/passwd)", true },
	{ "fd.name pmatch(/etcetera, /etc/pass, /et)", false },
	{ "fd.name pmatch (/)", true },
	{ "fd.name pmatch (//etc//)", true },
	{ "fd.name pmatch (/*/p?sswd)", true },
	{ "fd.name pmatch ()", false },
	/* Data. */
	{ "evt.buffer contains GET", true },
	{ "evt.buffer contains \"T /\\x00\"", true },
	{ "evt.buffer = \"GET /\\x00\"", true },
	{ "evt.buffer = \"GET /\"", false },
	{ "evt.buffer bcontains 4554", true },
	{ "evt.buffer bcontains 2F00", true },
	{ "evt.buffer bstartswith 4554", false },
	{ "evt.buffer bstartswith 474554", true },
	{ "evt.buffer startswith GET", true },
	{ "evt.buffer endswith GET", false },
	/* Modifiers. */
	{ "proc.name = oneof (bash, sh)", true },
	{ "proc.name = oneof (bash, bash)", false },
	{ "proc.name contains anyof (x, as)", true },
	{ "proc.name contains anyof (x, y)", false },
	{ "proc.name contains allof (a, s)", true },
	{ "proc.name contains allof (a, x)", false },
	{ "proc.name contains oneof (a, s)", false },
	{ "proc.name != anyof (bash, sh)", true },
	{ "proc.name != allof (bash, sh)", false },
	{ "proc.name == anyof ()", false },
	{ "proc.name = allof ()", false },
	{ "not proc.name = oneof ()", true },
	{ "proc.name regex oneof (\"b.*\", \"c.*\")", true },
	{ "evt.num = anyof (41, 42)", true },
	/* Two operands. */
	{ "proc.name = val(proc.exe)", true },
	{ "proc.name != val( proc.exe )", false },
	{ "proc.pname = val(proc.name)", false },
	{ "proc.name in val(proc.exe)", true },
	{ "proc.name < val(proc.pname)", true },
	{ "fd.name contains val(fd.filename)", true },
	{ "fd.cport = val(fd.sport)", false },
	{ "not fd.cport != val(fd.sport)", true },
	{ "proc.name = tolower(proc.exe)", true },
	{ "toupper(proc.name) = BASH", true },
	{ "toupper(proc.name) = toupper(proc.exe)", true },
	{ "len(proc.name) = 4", true },
	{ "len(evt.buffer) = 6", true },
	{ "basename(fd.name) in (passwd)", true },
	{ "concat(proc.name, \"-\", proc.pname) = bash-init", true },
	{ "join(\"+\", (proc.name, \"x\")) = bash+x", true },
	{ "tolower(toupper(proc.name)) contains bas", true },
	/* Times: the event was at 17:35:48.514632619 UTC, two hours less here. */
	{ "evt.rawtime = 1534527348514632619", true },
	{ "evt.rawtime > 2018-08-17", true },
	{ "evt.rawtime > 2018-08-17T19:35:48.514632618", true },
	{ "evt.rawtime > \"2018-08-17 19:35:48.514632619\"", false },
	{ "evt.rawtime = 2018-08-17T17:35:48.514632619Z", true },
	{ "evt.rawtime = 2018-08-17T12:35:48.514632619-05:00", true },
	{ "evt.rawtime < 2018-08-18 and evt.rawtime >= 2018-08-17", true },
	{ "evt.rawtime >= 19:35", true },
	{ "evt.rawtime < 19:35", false },
	{ "evt.rawtime in (19:35:48.514632619)", true },
	{ "evt.time >= 19:35:48.514", true },
	{ "evt.time > 19:35:48.514632619", false },
	{ "evt.time = 19:35:48.514632619", true },
	{ "evt.time >= 10:02:05.25 and evt.time < 23:00", true },
	{ "evt.time < 9:02", false },
	{ "evt.time.s = 19:35:48", true },
	{ "evt.time.s = 19:35:48.5", true },
	{ "evt.time.s in (19:35:47, 19:35:48)", true },
	{ "evt.datetime >= \"2018-08-17 19:35:48.5\"", true },
	{ "evt.datetime.s = \"2018-08-17 19:35:48\"", true },
	{ "evt.time.iso8601 >= 2018-08-17T17:35:48", true },
	{ "evt.time.iso8601 < 2018-08-17T17:35:48", false },
	{ "evt.time exists", true },
	{ "evt.time contains 35:48", true },
	{ "evt.time glob *:48.5*", true },
	/* Event names. */
	{ "evt.type = read", true },
	{ "evt.type in (open, close, read)", true },
	{ "evt.type != read", false },
	{ "evt.type startswith re", true },
	{ "evt.type contains ope", false },
	{ "evt.type glob r*", true },
	{ "evt.type regex \"re.*\" and evt.num=42", true },
	{ "evt.type = anyof (read, write)", true },
	{ "evt.type in (io_uring, loss, cpu)", false },
	{ "evt.type exists", true },
};

static bool
match(struct scene *s, const char *text, bool *matches)
{
	struct err err = { 0 };
	struct filter *f = filter_compile(text, &options, &err);

	if (!CHECK(f, "compiles: %s %s", text, err.text))
		return false;
	CHECK_STR(filter_text(f), text, "  its text");
	*matches = filter_match(f, &s->eval);
	CHECK(filter_wants_type(f, s->ev.id) || !*matches, "  it wants the type");
	filter_free(f);
	return true;
}

static void
matching(struct scene *s)
{
	bool matches;

	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (match(s, events[i].filter, &matches))
			CHECK(matches == events[i].matches, "%s: %s",
			      events[i].matches ? "matches" : "does not match",
			      events[i].filter);
}

static const struct {
	const char *filter;
	int at;
	const char *why;
} refusals[] = {
	/* Where something is missing or too much. */
	{ "", 0, "expected a field, `not` or `(`" },
	{ "  ", 2, "expected a field, `not` or `(`" },
	{ "not", 3, "expected a field, `not` or `(`" },
	{ "()", 1, "expected a field, `not` or `(`, not `)`" },
	{ "(evt.num=1", 10, "expected `)`: a bracket is not closed" },
	{ "(evt.num=1 evt.num=2)", 11, "expected `and`, `or` or `)`" },
	{ "evt.num=1)", 9, "this `)` closes no bracket" },
	{ "evt.num", 7, "expected an operator, such as = or exists" },
	{ "evt.num ", 8, "expected an operator, such as = or exists" },
	{ "evt.num !", 8, "expected an operator, such as = or contains, not `!`" },
	{ "evt.num like 1", 8, "expected an operator, such as = or contains, not `like`" },
	{ "proc.name contain x", 10, "unknown operator `contain`, did you mean `contains`?" },
	{ "proc.name containsx", 10, "unknown operator `containsx`, did you mean `contains`?" },
	{ "evt.num =", 9, "expected a value; \"\" is the empty text" },
	{ "evt.num = )", 10, "expected a value, not `)`" },
	{ "evt.num === 1", 10, "a value that starts with `=` needs quotes" },
	{ "or evt.num=1", 0, "expected a field, `not` or `(`, not `or`" },
	{ "evt.num=1 or and evt.num=2", 13, "expected a field, `not` or `(`, not `and`" },
	{ "orx=1", 0, "unknown field `orx`" },
	{ "evt.num=1 and", 13, "expected a field, `not` or `(`" },
	{ "evt.num=1 and and evt.num=2", 14, "expected a field, `not` or `(`, not `and`" },
	{ "evt.num=1 evt.num=2", 10, "expected `and` or `or`, not `evt.num`; a value with "
	  "blanks or brackets in it needs quotes" },
	{ "evt.num=1 not evt.num=2", 10, "expected `and` or `or`, not `not`; a value with "
	  "blanks or brackets in it needs quotes" },
	{ "evt.num=1 && evt.num=2", 10, "expected `and` or `or`; `&&` is written `and`" },
	{ "evt.num=1 || evt.num=2", 10, "expected `and` or `or`; `||` is written `or`" },
	{ "evt.num=1 AND evt.num=2", 10, "expected `and` or `or`; `AND` is written `and`" },
	{ "!evt.num=1", 0, "expected a field, `not` or `(`; `!` is written `not`" },
	{ "evt.num =< 5", 8, "`=<` is written `<=`" },
	{ "evt.num=>5", 7, "`=>` is written `>=`" },
	{ "evt.num =~ 5", 8, "`=~` is written `~`" },
	{ "proc.name<>curl", 9, "`<>` is written `!=`" },
	{ "evt.num in 1", 11, "expected a list such as (a, b)" },
	{ "evt.num in (1", 13, "expected `,` or `)` behind a value" },
	{ "evt.num in (1 2)", 14, "expected `,` or `)` behind a value" },
	{ "evt.num in (1,)", 14, "expected a value, not `)`" },
	{ "evt.num in (,1)", 12, "expected a value, not `,1)`" },
	{ "evt.num = oneof 1", 10, "`oneof` is no integer" },
	{ "proc.name = oneof 1", 18, "expected `and` or `or`, not `1`; a value with blanks or "
	  "brackets in it needs quotes" },
	{ "proc.name =oneof (a)", 17, "expected `and` or `or`, not `(a)`; a value with blanks "
	  "or brackets in it needs quotes" },
	{ "evt.num < oneof (1)", 8, "`<` takes no oneof" },
	{ "proc.name = a(b", 13, "expected `and` or `or`, not `(b`; a value with blanks or "
	  "brackets in it needs quotes" },
	/* Quotes. */
	{ "proc.name = \"curl", 12, "the quote is not closed" },
	{ "proc.name = 'curl\"", 12, "the quote is not closed" },
	{ "proc.name = \"a\\", 12, "the quote is not closed" },
	{ "proc.name = \"a\\q\"", 14, "no such escape; a backslash is written `\\\\`" },
	{ "proc.name = 'a\\\"b'", 14, "no such escape; a backslash is written `\\\\`" },
	{ "proc.name = \"\\x4\"", 13, "two hex digits must follow \\x" },
	{ "proc.name = \"\\xzz\"", 13, "two hex digits must follow \\x" },
	{ "proc.name = \"a\\x00\"", 12, "`a\\x00` has a NUL byte, which no text has" },
	/* Names. */
	{ "proc.nmae=sh", 0, "unknown field `proc.nmae`, did you mean `proc.name`?" },
	{ "proc.names=sh", 0, "unknown field `proc.names`, did you mean `proc.name`?" },
	{ "evt.num=1 or foo.bar=1", 13, "unknown field `foo.bar`" },
	{ "evt.type = opne", 11, "no event is called `opne`, did you mean `open`?" },
	{ "evt.type in (open, qqqqqqqq)", 19, "no event is called `qqqqqqqq`" },
	{ "evt.type contains qqq", 18, "no name of an event passes `contains` with this" },
	/* Values that cannot be. */
	{ "fd.type=ipv44", 8, "`fd.type` is never `ipv44`, did you mean `ipv4`?" },
	{ "fd.type in (file, xx)", 18, "`fd.type` is never `xx`" },
	{ "fd.type != ipv44", 11, "`fd.type` is never `ipv44`, did you mean `ipv4`?" },
	{ "fd.type = oneof (ipv4, ipv66)", 23, "`fd.type` is never `ipv66`, did you mean "
	  "`ipv6`?" },
	{ "fd.types intersects (ipv4,fiel)", 26, "`fd.types` is never `fiel`, did you mean "
	  "`file`?" },
	{ "proc.stdin.type=pip", 16, "`proc.stdin.type` is never `pip`, did you mean `pipe`?" },
	{ "evt.errno=ENOENTT", 10, "`evt.errno` is never `ENOENTT`, did you mean `ENOENT`?" },
	{ "evt.errno=2", 10, "`evt.errno` is never `2`, did you mean `ENOENT`?" },
	{ "evt.errno in (EIO, -13)", 19, "`evt.errno` is never `-13`, did you mean `EACCES`?" },
	{ "evt.errno=1-", 10, "`evt.errno` is never `1-`" },
	{ "evt.res=0", 8, "`evt.res` is never `0`, did you mean `SUCCESS`?" },
	{ "evt.errno=QQQQQQQQ", 10, "`evt.errno` is never `QQQQQQQQ`" },
	{ "evt.res=SUCESS", 8, "`evt.res` is never `SUCESS`, did you mean `SUCCESS`?" },
	{ "evt.category=fiel", 13, "`evt.category` is never `fiel`, did you mean `file`?" },
	{ "fd.l4proto=xx", 11, "`fd.l4proto` is never `xx`; it is one of tcp udp icmp raw" },
	{ "fd.sockfamily=xx", 14, "`fd.sockfamily` is never `xx`; it is one of ip unix" },
	{ "fd.sockfamily startswith x", 25, "no value of `fd.sockfamily` passes `startswith` "
	  "with this; it is one of ip unix" },
	{ "container.type=dokcer", 15, "`container.type` is never `dokcer`, did you mean "
	  "`docker`?" },
	{ "syslog.severity.str=erro", 20, "`syslog.severity.str` is never `erro`, did you mean "
	  "`err`?" },
	{ "fd.sip.name=there", 12, "no such host" },
	{ "fd.sip.name in (here,there)", 21, "no such host" },
	{ "fd.sip.name contains here", 21, "names are not known" },
	{ "evt.num=1 and fd.rip.name exists", 14, "names are not known" },
	{ "evt.cpu=65536", 8, "`evt.cpu` is at most 65535, and never negative" },
	{ "evt.cpu in (1,65536)", 14, "`evt.cpu` is at most 65535, and never negative" },
	{ "evt.cpu>65535", 8, "`evt.cpu` is at most 65535, and never negative" },
	{ "evt.cpu>=65536", 9, "`evt.cpu` is at most 65535, and never negative" },
	{ "evt.cpu!=-1", 9, "`evt.cpu` is at most 65535, and never negative" },
	{ "user.uid=4294967296", 9, "`user.uid` is at most 4294967295, and never negative" },
	{ "evt.count=2", 10, "`evt.count` is at most 1, and never negative" },
	{ "syslog.facility=24", 16, "`syslog.facility` is at most 23, and never negative" },
	{ "proc.name = val(proc.nam)", 16, "unknown field `proc.nam`, did you mean "
	  "`proc.name`?" },
	/* Values that fit no type. */
	{ "evt.num = abc", 10, "`abc` is no integer" },
	{ "evt.num = 10abc", 10, "`10abc` is no integer" },
	{ "evt.num = 1e2", 10, "`1e2` is no integer" },
	{ "evt.num = 10.0", 10, "`10.0` is no integer" },
	{ "evt.num = 1s", 10, "`1s` is no integer" },
	{ "evt.num = \"\"", 10, "`` is no integer" },
	{ "evt.num = 0x", 10, "`0x` is no integer" },
	{ "evt.num = -1", 10, "`-1` is negative, which the field never is" },
	{ "evt.num = 18446744073709551616", 10, "`18446744073709551616` is too large" },
	{ "fd.num = 9223372036854775808", 9, "`9223372036854775808` is too large" },
	{ "fd.num = -9223372036854775809", 9, "`-9223372036854775809` is too large" },
	{ "evt.num in (1,2,x)", 16, "`x` is no integer" },
	{ "evt.latency > 1xs", 14, "`1xs` is no span of time such as 500, 1.5ms, 20s or 3m" },
	{ "evt.latency > 1K", 14, "`1K` is no span of time such as 500, 1.5ms, 20s or 3m" },
	{ "evt.latency > 1.5", 14, "`1.5` needs a unit, as in 1.5ms: without one it would be "
	  "whole ns or s" },
	{ "evt.latency > 1.5ns", 14, "`1.5ns` is no whole number in the unit of the field" },
	{ "evt.latency.s > 1.5s", 16, "`1.5s` is too fine: the field has whole units only" },
	{ "evt.latency > 999999999d", 14, "`999999999d` is too large" },
	{ "evt.buflen >= 4s", 14, "`4s` is no size such as 500, 4K or 1.5M" },
	{ "proc.vmsize > 1.5B", 14, "`1.5B` is too fine: the field has whole units only" },
	{ "proc.vmsize > 100B", 14, "`100B` is too fine: the field has whole units only" },
	{ "evt.failed = 1", 13, "`1` is neither true nor false" },
	{ "evt.failed = True", 13, "`True` is neither true nor false" },
	{ "evt.failed > false", 11, "`>` does not compare `evt.failed`, which is true or "
	  "false; try = != in intersects exists" },
	{ "proc.fdusage > x", 15, "`x` is no number" },
	{ "proc.fdusage > 1e", 15, "`1e` is no number" },
	{ "proc.fdusage > 1e999", 15, "`1e999` is too large" },
	{ "fd.sport = htpp", 11, "`htpp` is neither a port nor a service that is known here" },
	{ "fd.sport = 65536", 11, "`65536` is no port: they end at 65535" },
	{ "fd.cip = localhost", 9, "`localhost` is no IP address; names of hosts are for "
	  "`fd.sip.name`" },
	{ "fd.cip = 10.0.0.256", 9, "`10.0.0.256` is no IP address; names of hosts are for "
	  "`fd.sip.name`" },
	{ "fd.cip = 10.0.0.0/8", 9, "`10.0.0.0/8` is a network, no address: `fd.net` compares "
	  "with those" },
	{ "evt.rawtime > yesterday", 14, "`yesterday` is neither a date such as "
	  "2026-01-31T10:02 nor a time of day nor a number of ns since 1970" },
	{ "evt.rawtime > 2026-02-29", 14, "`2026-02-29` is neither a date such as "
	  "2026-01-31T10:02 nor a time of day nor a number of ns since 1970" },
	{ "evt.time > 5", 11, "`5` is neither a time of day such as 10:02:05.25 nor a date "
	  "such as \"2026-01-31 10:02\"" },
	{ "evt.time > 24:00", 11, "`24:00` is neither a time of day such as 10:02:05.25 nor a "
	  "date such as \"2026-01-31 10:02\"" },
	{ "evt.buffer bcontains 4", 21, "`4` is no bytes as pairs of hex digits, such as 0d0a" },
	{ "evt.buffer bcontains 4g", 21, "`4g` is no bytes as pairs of hex digits, such as "
	  "0d0a" },
	{ "proc.name regex \"a(\"", 16, "no regular expression: missing closing parenthesis" },
	{ "proc.name regex ab[", 19, "no regular expression: missing terminating ] for "
	  "character class" },
	/* Two operands. */
	{ "proc.name = val(proc.pid)", 12, "expected text to compare with, not integer" },
	{ "proc.name regex val(proc.exe)", 16, "`regex` compares with constants only" },
	{ "proc.name pmatch val(proc.exe)", 17, "`pmatch` compares with constants only" },
	{ "proc.name = val(proc.exe", 24, "expected `)` to end val()" },
	{ "proc.name = val(tolower(proc.exe))", 16, "val() takes a field; a transformer needs "
	  "no val()" },
	{ "evt.outputtime = x", 0, "`evt.outputtime` depends on what was shown before, so that "
	  "no filter can use it" },
};

static void
refusing(void)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct err err = { 0 };

		CHECK(!filter_compile(refusals[i].filter, &options, &err), "refused: %s",
		      refusals[i].filter);
		CHECK_STR(err.text, refusals[i].why, "  it says why");
		CHECK(err.at == refusals[i].at, "  at byte %d", err.at);
		CHECK(!filter_compile(refusals[i].filter, &options, NULL), "  or to nobody");
	}
}

static const struct {
	const char *filter, *printed;
} prints[] = {
	{ " evt.num==1 ", "evt.num = 1" },
	{ "not not not (evt.num=1)", "not evt.num = 1" },
	{ "((evt.num=1 and (evt.num=2 and evt.num=3)))",
	  "evt.num = 1 and evt.num = 2 and evt.num = 3" },
	{ "(evt.num=1 or evt.num=2) and not (evt.num=3 and evt.num=4)",
	  "(evt.num = 1 or evt.num = 2) and not (evt.num = 3 and evt.num = 4)" },
	{ "proc.name in('a' ,b c'", NULL },
	{ "proc.name in('a' ,\"b c\")", "proc.name in (a, \"b c\")" },
	{ "proc.name ~ \"\\\\d+\"", "proc.name regex \\d+" },
	{ "proc.name = 'a\"\\\\b\\'\\n'", "proc.name = \"a\\\"\\\\b'\\x0a\"" },
	{ "proc.name = \"\"", "proc.name = \"\"" },
	{ "proc.name = \"oneof\"", "proc.name = \"oneof\"" },
	{ "proc.name = \"=x\"", "proc.name = \"=x\"" },
	{ "proc.name = \xC3\xA4", "proc.name = \"\xC3\xA4\"" },
	{ "proc.name = \xE4", "proc.name = \"\\xe4\"" },
	{ "proc.name contains   anyof (a,b)", "proc.name contains anyof (a, b)" },
	{ "proc.name = val( proc.exe )", "proc.name = val(proc.exe)" },
	{ "evt.num exists", "evt.num exists" },
};

static void
printing(void)
{
	struct text t = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(prints); i++) {
		struct filter *f = filter_compile(prints[i].filter, &options, NULL);

		t.len = 0;
		if (f)
			filter_print(f, &t);
		text_char(&t, '\0');
		CHECK_STR(t.p, prints[i].printed ? prints[i].printed : "", "printed: %s",
			  prints[i].filter);
		filter_free(f);
	}
	text_fini(&t);
}

static const struct {
	const char *filter, *shown;
} explanations[] = {
	{ "proc.nmae = sh", "unknown field `proc.nmae`, did you mean `proc.name`?\n"
	  "  proc.nmae = sh\n"
	  "  ^\n" },
	{ "proc.name = \"\xC3\xA4\" and\tevt.num = \033", "`\\x1b` is no integer\n"
	  "  proc.name = \"\xC3\xA4\" and\\x09evt.num = \\x1b\n"
	  "                                   ^\n" },
	{ "proc.name in (aaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbb, cccccccccccccccccccc) and "
	  "evt.num = x and proc.name in (aaaaaaaaaaaaaaaaaa)", "`x` is no integer\n"
	  "  ...bbbbbbbbbb, cccccccccccccccccccc) and evt.num = x and proc.name in (aaaa...\n"
	  "                                                     ^\n" },
	{ "fd.name=\xE6\x97\xA5\xE6\x9C\xAC/e\xCC\x81 and evt.num=x", "`x` is no integer\n"
	  "  fd.name=\xE6\x97\xA5\xE6\x9C\xAC/e\xCC\x81 and evt.num=x\n"
	  "                             ^\n" },
	{ "fd.name=\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF and "
	  "evt.num=\xFE\xFE\xFE\xFE\xFE\xFE\xFE",
	  "`\\xfe\\xfe\\xfe\\xfe\\xfe\\xfe\\xfe` is no integer\n"
	  "  ...\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff and evt.num="
	  "\\xfe\\xfe\\xfe\\xfe\\xfe\\xfe...\n"
	  "                                                  ^\n" },
	{ "evt.num = 1 and", "expected a field, `not` or `(`\n"
	  "  evt.num = 1 and\n"
	  "                 ^\n" },
};

static void
explaining(void)
{
	struct text t = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(explanations); i++) {
		struct err err = { 0 };

		CHECK(!filter_compile(explanations[i].filter, &options, &err), "refused");
		t.len = 0;
		explain_error(explanations[i].filter, &err, &t);
		text_char(&t, '\0');
		CHECK_STR(t.p, explanations[i].shown, "  explained");
	}
	text_fini(&t);
}

static const struct {
	const char *filter;
	bool wants_open, wants_read, wants_generic;
} wishes[] = {
	{ "evt.type = open", true, false, true },
	{ "not evt.type = open", false, true, true },
	{ "evt.type = open and proc.name = x", true, false, true },
	{ "evt.type = open or proc.name = x", true, true, true },
	{ "evt.type = open and evt.type = read", false, false, true },
	{ "evt.type in (open, read) and not (evt.type = read or evt.num = 1)", true, false, true },
	{ "proc.name in ()", false, false, false },
	{ "evt.type = open and proc.name = anyof ()", false, false, false },
	{ "evt.num = 1 or not proc.name in ()", true, true, true },
	{ "evt.dir = <", true, false, true },
	{ "evt.dir != < and proc.name = x", false, true, false },
	/* Who has no such parameter, and was not entered by what has it. */
	{ "evt.arg.flags contains O_RDONLY", true, false, false },
	{ "not evt.arg.flags contains O_RDONLY", true, true, true },
	{ "evt.arg.size = 5 or evt.rawarg.size > 7", false, true, false },
	{ "evt.arg[3] exists", true, false, false },
	{ "toupper(evt.arg.flags) = x", true, true, true },
	{ "fdlist.nums contains 3", false, false, false },
	{ "not fdlist.names contains x", true, true, true },
	{ "evt.dir contains x or evt.dir exists and evt.dir in (<)", true, false, true },
};

static void
types_wanted(void)
{
	for (size_t i = 0; i < ARRAY_LEN(wishes); i++) {
		struct filter *f = filter_compile(wishes[i].filter, NULL, NULL);

		CHECK(filter_wants_type(f, EV_OPEN_X) == wishes[i].wants_open &&
		      filter_wants_type(f, EV_READ_E) == wishes[i].wants_read &&
		      filter_wants_type(f, EV_GENERIC_X) == wishes[i].wants_generic,
		      "types of %s", wishes[i].filter);
		CHECK(filter_wants_type(f, EVENT_TYPES), "and one that is not known");
		filter_free(f);
	}
}

/* Calls without a type of their own, by code or only by number. */
static void
generic_calls(struct scene *s)
{
	const struct bytes by_number[] = { N16(0), N16(39) }, by_code[] = { N16(364), N16(1) };
	const char *name = syscall_code_name(364);
	char text[100];
	bool matches;

	scene_event(s, EV_GENERIC_E, 100, by_number, 2);
	if (match(s, "evt.type = getpid", &matches))
		CHECK(matches, "call 39 is getpid");
	if (match(s, "evt.type != getpid and evt.num=42", &matches))
		CHECK(!matches, "and nothing else");
	scene_event(s, EV_GENERIC_E, 100, by_code, 2);
	snprintf(text, sizeof(text), "evt.type = %s", name);
	if (match(s, text, &matches))
		CHECK(matches, "%s", text);
	if (match(s, "evt.type = open", &matches))
		CHECK(!matches, "it is not open");
}

static const struct {
	const char *filter;
	uint16_t id;
	const char *call;
	bool is_wanted;
} calls[] = {
	{ "evt.type = read", EV_GENERIC_E, "getppid", false },
	{ "evt.type = getppid", EV_GENERIC_E, "getppid", true },
	{ "evt.type = getppid", EV_GENERIC_X, "getpid", false },
	{ "not evt.type = getppid", EV_GENERIC_X, "getppid", false },
	{ "evt.type = getppid and evt.dir = <", EV_GENERIC_E, "getppid", false },
	{ "evt.type = read or proc.name = x", EV_GENERIC_E, "getppid", true },
	{ "evt.type = read", EV_READ_X, NULL, true },
	{ "evt.type = read", EV_GENERIC_X, NULL, true },
};

static uint16_t
code_of(const char *name)
{
	uint16_t code = 0;

	while (name && strcmp(syscall_code_name(code), name) != 0)
		code++;
	return code;
}

static void
calls_wanted(void)
{
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		struct filter *f = filter_compile(calls[i].filter, NULL, NULL);

		CHECK(filter_wants_call(f, calls[i].id, code_of(calls[i].call)) ==
		      calls[i].is_wanted, "%s and %s", calls[i].filter,
		      calls[i].call ? calls[i].call : "a type that says it, or no code");
		filter_free(f);
	}
}

/* "-": with any; a "!" goes before what is excluded. */
static const struct {
	const char *filter, *names;
} values[] = {
	{ "proc.name = cat", "cat" },
	{ "proc.name == cat and evt.type = read", "cat" },
	{ "evt.type = read", "-" },
	{ "proc.name in (a, b, a)", "a b" },
	{ "proc.name = a or proc.name = b", "a b" },
	{ "proc.name = a or evt.type = read", "-" },
	{ "proc.name = a or proc.name != b", "-" },
	{ "not proc.name = a", "!a" },
	{ "proc.name != a", "!a" },
	{ "not proc.name != a", "a" },
	{ "not not proc.name = a", "a" },
	{ "not proc.name in (a, b)", "!a b" },
	{ "not (proc.name = a or proc.name = b)", "-" },
	{ "proc.name != a and proc.name = b", "b" },
	{ "proc.name = b and proc.name != a", "b" },
	{ "proc.name = anyof (a, b)", "a b" },
	{ "proc.name = oneof (a, b)", "a b" },
	{ "proc.name != anyof (a, b)", "-" },
	{ "not proc.name = oneof (a, a)", "-" },
	{ "proc.name = allof (a, b)", "-" },
	{ "proc.name contains a", "-" },
	{ "proc.name >= a", "-" },
	{ "proc.pname = a", "-" },
	{ "proc.name = val(proc.pname)", "-" },
	{ "tolower(proc.name) = a", "-" },
	{ "proc.name in (a, b, c, d, e, f, g, h)", "a b c d e f g h" },
	{ "proc.name in (a, b, c, d, e, f, g, h, i)", "-" },
};

static void
values_known(void)
{
	struct text t = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct filter *f = filter_compile(values[i].filter, NULL, NULL);
		struct filter_values v;

		bool are_known;

		t.len = 0;
		if (!CHECK(f, "%s", values[i].filter))
			continue;
		are_known = filter_values(f, "proc.name", &v);
		text_str(&t, are_known ? "" : "-");
		for (size_t k = 0; are_known && k < v.n; k++)
			text_fmt(&t, "%s%.*s", k ? " " : v.are_excluded ? "!" : "",
				 (int)v.list[k].len, (const char *)v.list[k].p);
		text_char(&t, '\0');
		CHECK_STR(t.p, values[i].names, "  names with which it can match");
		filter_free(f);
	}
	text_fini(&t);
}

/* A regular expression that takes for ever. */
static void
limits(struct scene *s)
{
	const char *text = "proc.cmdline regex \"(a*)*(a*)*(a*)*(a*)*b\\\\1\"";
	struct filter *f = filter_compile(text, NULL, NULL);
	const struct bytes read[] = { N64(3), BYTES("GET /\0"), N64(3) };
	static char args[2001];

	memset(args, 'a', sizeof(args) - 1);
	scene_event(s, EV_READ_X, 100, read, ARRAY_LEN(read));
	CHECK(f && !filter_limits_hit(f), "compiles");
	CHECK(!filter_match(f, &s->eval) && !filter_limits_hit(f), "a short text is no problem");
	filter_free(f);
	scene_proc(s, 900, 1, args, "/");
	scene_event(s, EV_READ_X, 900, read, ARRAY_LEN(read));
	f = filter_compile(text, NULL, NULL);
	CHECK(!filter_match(f, &s->eval), "a long one does not match");
	CHECK(filter_limits_hit(f) == 1, "and that is counted");
	filter_free(f);
}

/* The text of N times PART, between BEFORE and AFTER. */
static char *
repeated(const char *before, const char *part, size_t n, const char *after)
{
	struct text t = { 0 };

	text_str(&t, before);
	for (size_t i = 0; i < n; i++)
		text_str(&t, part);
	text_str(&t, after);
	text_char(&t, '\0');
	return t.p;
}

static const struct {
	const char *before, *part;
	size_t n;
	const char *after;
	const char *why;		/* NULL: it compiles */
} sizes[] = {
	{ "proc.name in (bash", ", other", 5000, ")", NULL },
	{ "evt.num in (1", ", 77", 5000, ")", NULL },
	{ "fd.name pmatch (/etc", ", /usr/*/lib", 4000, ")", NULL },
	{ "evt.num=1", " or evt.num=2", 4000, "", NULL },
	{ "", "not ", 10000, "evt.num=1", NULL },
	{ "proc.name = ", "a", 10000, "", NULL },
	{ "", "(", 100, "evt.num=1", "expected `)`: a bracket is not closed" },
	{ "", "(", 101, "evt.num=1", "more than 100 brackets in each other" },
	{ "", "(", 30000, "evt.num=1", "more than 100 brackets in each other" },
	{ "", "not (", 10000, "evt.num=1", "more than 100 brackets in each other" },
	{ "", "tolower(", 8000, "proc.name", "there are more than 16 transformers in one "
	  "another" },
	{ "proc.name = ", "a", 65536, "", "a filter has at most 65536 bytes" },
};

static void
large_ones(void)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		char *text = repeated(sizes[i].before, sizes[i].part, sizes[i].n,
				      sizes[i].after);
		struct err err = { 0 };
		struct filter *f = filter_compile(text, NULL, &err);

		CHECK(!f == !!sizes[i].why, "%zu times `%s`", sizes[i].n, sizes[i].part);
		CHECK_STR(err.text, sizes[i].why ? sizes[i].why : "", "  it says why");
		filter_free(f);
		free(text);
	}
}

int
main(void)
{
	static struct scene s;
	const struct bytes read[] = { N64(6), BYTES("GET /\0"), N64(3) };

	scene_init(&s);
	scene_event(&s, EV_READ_X, 100, read, ARRAY_LEN(read));
	s.m.has_latency = true;
	s.m.latency_ns = 1250000;
	operators_are_whole();
	operators_and_types();
	matching(&s);
	refusing();
	printing();
	explaining();
	types_wanted();
	calls_wanted();
	values_known();
	generic_calls(&s);
	limits(&s);
	large_ones();
	scene_fini(&s);
	return check_done();
}
