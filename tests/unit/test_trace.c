/* Spans that programs mark by writing to /dev/null: what is a mark, how begins
 * and ends find each other, and what fields and filters make of it. */
#include "engine/world/trace.h"

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/event/event_type.h"
#include "engine/field/field.h"
#include "engine/field/format.h"
#include "engine/field/render.h"
#include "engine/filter/filter.h"
#include "engine/world/world.h"
#include "tests/lib/check.h"
#include "tests/lib/stage.h"

#define DATA_MAX 100

/* What one write tells: "-" when it marks nothing. ID, begin or end, tags; then
 * the arguments. */
static const struct {
	const char *data, *told;
} marks[] = {
	{ ">:1:a.b:x=1,y=2:", "> 1 a.b x=1,y=2" },
	{ "<:1:a.b:z=3:\n", "< 1 a.b z=3" },
	{ ">:1:a.b::", "> 1 a.b " },
	{ ">::q::", "> 0 q " },
	{ ">:-5:q::", "> -5 q " },
	{ ">:t:q::", "> 10 q " },
	{ ">:p:q::", "> 10 q " },
	{ ">:pp:q::", "> 1 q " },
	{ ">:1:a b:x=a b,c=d=e:", "> 1 a b x=a b,c=d=e" },
	{ ">:1:a:x=:", "> 1 a x=" },
	{ "[\">\",12,[\"a\",\"b\"],[{\"x\":\"1\"}]]", "> 12 a.b x=1" },
	{ "[\"<\", \"p\", [\"a\"], []]", "< 10 a " },
	{ ">:1", "-" },
	{ ">:1:a", "-" },
	{ ">:1:a:", "-" },
	{ ">:1:a:x=1", "-" },
	{ ">:1:a:x=1:more", "-" },
	{ ">:1:::", "-" },
	{ ">:1:a..b::", "-" },
	{ ">:1:.a::", "-" },
	{ ">:1:a.::", "-" },
	{ ">:1:a:x:", "-" },
	{ ">:1:a:=x:", "-" },
	{ ">:x:a::", "-" },
	{ ">:-:a::", "-" },
	{ ">:99999999999999999999:a::", "-" },
	{ "=:1:a::", "-" },
	{ ">>1:a::", "-" },
	{ "hello", "-" },
	{ "", "-" },
	{ "[\">\",12,[\"a\",1],[]]", "-" },
	{ "[\">\",12,[],[]]", "-" },
	{ "[\">\",1.5,[\"a\"],[]]", "-" },
	{ "[\"?\",1,[\"a\"],[]]", "-" },
	{ "[\">\",1,[\"a\"],[{\"x\":1}]]", "-" },
	{ "[\">\",1,[\"\"],[]]", "-" },
	{ "[\">\"", "-" },
};

/* A world that is asked through fields. */
struct asked {
	struct stage s;
	struct render render;
	struct clock clock;
	struct text scratch, out;
	struct value list[FIELD_LIST_MAX];
	struct eval ev;
};

static void
asked_init(struct asked *a)
{
	stage_init(&a->s, NULL, NULL);
	stage_proc(&a->s, 10, 10, 1, "app");
	stage_proc(&a->s, 11, 10, 1, "app");
	stage_proc(&a->s, 20, 20, 10, "child");
	stage_fd(&a->s, 10, 3, FD_FILE, "/dev/null");
	stage_fd(&a->s, 10, 4, FD_FILE, "/dev/nullx");
	stage_fd(&a->s, 20, 3, FD_FILE, "/dev/null");
	clock_init(&a->clock, NULL);
	render_init(&a->render, a->s.world, &a->clock);
	a->ev = (struct eval){ .world = a->s.world, .render = &a->render,
			       .scratch = &a->scratch, .list = a->list, .is_output = true };
}

static void
asked_fini(struct asked *a)
{
	render_fini(&a->render);
	text_fini(&a->scratch);
	text_fini(&a->out);
	stage_fini(&a->s);
}

static void
put(struct asked *a, int64_t tid, int64_t fd, const char *data)
{
	stage_event(&a->s, tid, EV_WRITE_E, scap_num(fd), scap_num((int64_t)strlen(data)));
	stage_event(&a->s, tid, EV_WRITE_X, scap_num((int64_t)strlen(data)),
		    scap_bytes(data, strlen(data)));
	eval_moment(&a->ev, a->s.m);
}

static void
call(struct asked *a, int64_t tid)
{
	stage_event(&a->s, tid, EV_GETUID_X, scap_num(0));
	eval_moment(&a->ev, a->s.m);
}

/* What PATTERN makes of the newest event. */
static const char *
shown(struct asked *a, const char *pattern)
{
	struct err err = { 0 };
	struct format *f = format_compile(pattern, &err);

	a->out.len = 0;
	if (!f)
		text_str(&a->out, err.text);
	else if (!format_line(f, &a->ev, &a->out))
		text_str(&a->out, "(no line)");
	text_char(&a->out, '\0');
	format_free(f);
	return a->out.p;
}

static bool
matches(struct asked *a, const char *filter)
{
	struct err err = { 0 };
	struct filter *f = filter_compile(filter, NULL, &err);
	bool is_match;

	if (!CHECK(f, "%s: %s", filter, f ? "a filter" : err.text))
		return false;
	is_match = filter_match(f, &a->ev);
	filter_free(f);
	return is_match;
}

static void
test_marks(void)
{
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		struct asked a = { 0 };
		const char *got;

		asked_init(&a);
		put(&a, 10, 3, marks[i].data);
		got = shown(&a, "%span.id %span.tags %span.args");
		if (marks[i].told[0] == '-')
			CHECK_STR(got, "(no line)", "marks nothing: %s", marks[i].data);
		else
			CHECK_STR(got, marks[i].told + 2, "marks: %s", marks[i].data);
		if (marks[i].told[0] != '-')
			CHECK_STR(shown(&a, "%span.count"), marks[i].told[0] == '<' ? "1" : "0",
				  "  the right end of it");
		put(&a, 10, 4, marks[i].data);
		CHECK_STR(shown(&a, "%span.id"), "(no line)", "  not in another file");
		asked_fini(&a);
	}
}

static void
test_pairs(struct asked *a)
{
	put(a, 10, 3, ">:1:shop:user=7,n=2:");
	CHECK_STR(shown(a, "*%span.ntags %span.nargs %span.duration %span.rawparenttime"),
		  "1 2 <NA> <NA>", "a span begins");
	put(a, 10, 3, ">:1:shop.pay::");
	CHECK_STR(shown(a, "%span.tag[1] %span.tag[-2] %span.idtag[1]|%span.nargs"),
		  "pay shop 1pay|0", "one in it");
	CHECK(a->s.m->span_around && a->s.m->span_around->args.len, "which knows the first");
	put(a, 11, 3, ">:1:shop.pay:again=1:");
	call(a, 10);
	put(a, 20, 3, "<:1:shop.pay:ok=1:");
	CHECK_STR(shown(a, "%span.args|%span.enterargs|%span.enterarg.again|%span.arg[0]"),
		  "ok=1|again=1|1|1", "the newest ends first, whoever ends it");
	CHECK_STR(shown(a, "%span.count %span.count.fortag[1] %span.count.fortag[0] "
			"%span.childcount.fortag[0] %span.childcount.fortag[1]"), "1 1 0 1 0",
		  "it counts");
	put(a, 10, 3, "<:1:shop.pay::");
	CHECK(a->s.m->span && a->s.m->ev->ts_ns > a->s.m->span->start_ns, "then the other");
	CHECK_STR(shown(a, "*%span.duration.fortag[0]"), "<NA>", "it has two tags");
	put(a, 10, 3, "<:1:shop.pay::");
	CHECK_STR(shown(a, "*%span.tags %span.duration %span.enterargs"), "shop.pay <NA> <NA>",
		  "a third has no start");
	put(a, 10, 3, "<:2:shop::");
	CHECK(!a->s.m->span, "nor one of another id");
	put(a, 10, 3, "<:1:shop::");
	CHECK_STR(shown(a, "%span.enterarg.user %span.enterarg[-1]"), "7 2", "the first ends");
}

static void
test_around(struct asked *a)
{
	call(a, 10);
	CHECK_STR(shown(a, "*%evtin.span.id %evtin.span.m.tags"), "<NA> <NA>", "none is open");
	put(a, 10, 3, ">:1:shop:user=7:");
	CHECK_STR(shown(a, "*%evtin.span.id"), "<NA>", "its own mark is not in a span");
	put(a, 10, 3, ">:2:shop.pay::");
	call(a, 10);
	CHECK_STR(shown(a, "%evtin.span.id|%evtin.span.tags|%evtin.span.ntags|%evtin.span.nargs|"
			"%evtin.span.tag[0]|%evtin.span.tag[1]|%evtin.span.arg.user|"
			"%evtin.span.args"),
		  "2 1|shop.pay shop|2 1|0 1|shop shop|pay|7| user=7", "two are, the newest first");
	CHECK(matches(a, "evtin.span.id=1 and evtin.span.id=2 and not evtin.span.id=3"),
	      "one is enough");
	CHECK(matches(a, "evtin.span.tag[1]=pay and evtin.span.arg[0] in (7,8)"),
	      "with arguments, too");
	call(a, 11);
	CHECK_STR(shown(a, "*%evtin.span.id|%evtin.span.p.id|%evtin.span.s.id|%evtin.span.m.id"),
		  "<NA>|2 1|<NA>|2 1", "another thread of the process");
	call(a, 20);
	CHECK_STR(shown(a, "*%evtin.span.id|%evtin.span.p.id|%evtin.span.s.id|%evtin.span.m.id"),
		  "<NA>|<NA>|2 1|2 1", "a child of it");
	put(a, 10, 3, "<:1:shop::");
	CHECK(matches(a, "evtin.span.id=1"), "the end is in the span");
	call(a, 10);
	CHECK(!matches(a, "evtin.span.id=1") && matches(a, "evtin.span.id=2"),
	      "what follows is not");
	stage_section(&a->s);
	call(a, 10);
	CHECK_STR(shown(a, "*%evtin.span.m.id"), "<NA>", "a new section has none");
}

/* Spans that never end. */
static void
test_many(struct asked *a)
{
	char data[DATA_MAX];
	size_t n;

	for (unsigned i = 0; i < TRACE_OPEN_MAX + 10; i++) {
		snprintf(data, sizeof(data), ">:%u:many::", i);
		put(a, 10, 3, data);
	}
	call(a, 10);
	world_spans(a->s.world, &n);
	CHECK(n == TRACE_OPEN_MAX, "%zu spans are open at once", n);
	put(a, 10, 3, "<:3:many::");
	CHECK(!a->s.m->span, "the oldest are forgotten");
	put(a, 10, 3, "<:1000:many::");
	CHECK(a->s.m->span, "not the others");
}

/* Events of sysdig's own, which older captures hold. */
static void
test_events(struct asked *a)
{
	stage_event(&a->s, 10, EV_TRACER_E, scap_num(5), scap_bytes("web\0get\0", 8),
		    scap_bytes("url\0/x\0n\0" "7\0", 9 + 2));
	eval_moment(&a->ev, a->s.m);
	CHECK_STR(shown(a, "%span.id %span.tags|%span.args|%span.arg.n"), "5 web.get|url=/x,n=7|7",
		  "an event of a span");
	stage_event(&a->s, 10, EV_TRACER_E, scap_num(5), scap_bytes("\x90\x78\x56\x34\0\0\0\0", 8),
		    scap_bytes("\0\0\0\0\0\0\0\0", 8));
	eval_moment(&a->ev, a->s.m);
	CHECK_STR(shown(a, "*%span.id %span.tags %span.args"), "5 <NA> <NA>",
		  "one with addresses in the place of texts");
}

int
main(void)
{
	static void (*const tests[])(struct asked *a) = {
		test_pairs, test_around, test_many, test_events,
	};

	test_marks();
	for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
		struct asked a = { 0 };

		asked_init(&a);
		stage_fd(&a.s, 11, 3, FD_FILE, "/dev/null");
		tests[i](&a);
		asked_fini(&a);
	}
	return check_done();
}
