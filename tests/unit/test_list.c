#include <stdint.h>
#include <string.h>

#include "engine/base/mem.h"
#include "tests/lib/check.h"
#include "tests/unit/capture_kit.h"

static void
each_process_list_is_read(void)
{
	static const uint32_t ids[] = { 0x202, 0x207, 0x209, 0x210, 0x211, 0x212, 0x213, 0x214 };
	static const char *const want[] = {
		"\nproc 42,42,1 sid=-1 vpgid=-1 vtid=-1 vpid=-1 comm=cat exe=/bin/cat path= "
		"args=a.txt cwd=/tmp env= cg= root= lim=1024 fl=5 uid=7 gid=8 vm=0,0,0 pf=0,0 "
		"login=4294967295\n",
		"vm=100,100,100 pf=9,10", " env=A=1 ", " vtid=3 vpid=2 ", " root=/root ",
		" sid=55 ", " path=/usr/bin/cat ", " vpgid=66 ",
	};

	for (int swap = 0; swap < 2; swap++) {
		for (size_t i = 0; i < ARRAY_LEN(ids) + KIT_TAILS; i++) {
			static struct kit_bytes b;
			const struct kit_tail *tail = i < ARRAY_LEN(ids) ? NULL :
				&kit_tails[i - ARRAY_LEN(ids)];
			struct kit_played got;

			b = (struct kit_bytes){ .swap = swap };
			kit_put_section(&b, false);
			kit_put_procs(&b, tail ? 0x215 : ids[i], tail ? 9 : (unsigned)i + 1,
				  tail ? tail->len : 0);
			kit_put_event(&b, &kit_events[3], "x", false);
			got = kit_play(b.p, b.len);
			CHECK(kit_count(&got, "\nproc ") == 2 && kit_count(&got, "\nevent ") == 1 &&
			      !got.end.n_damages, "process list %zu, swap %d: %s", i + 1, swap,
			      got.end.damage.text);
			if (!CHECK(strstr(got.text.p, tail ? tail->shown : want[i]),
				   "  its fields"))
				printf("# %s\n", got.text.p);
			if (tail)
				CHECK(strstr(strstr(got.text.p, tail->shown), "\n") ==
				      strstr(got.text.p, tail->shown) + strlen(tail->shown),
				      "  and no other");
			kit_forget(&got);
		}
	}
}

static void
has_line(const struct kit_played *got, const char *line, const char *what)
{
	if (!CHECK(strstr(got->text.p, line), "  %s", what))
		printf("# %s\n", got->text.p);
}

static void
check_lists(bool has_len, bool swap)
{
	static struct kit_bytes b;
	struct kit_played got;

	b = (struct kit_bytes){ .swap = swap };
	kit_put_section(&b, false);
	kit_put_ifaces(&b, has_len, 0);
	kit_put_users(&b, has_len);
	kit_put_fds(&b, has_len);
	got = kit_play(b.p, b.len);
	CHECK(!got.end.damage.code, "lists v%d, swap %d: %s", has_len + 1, swap,
	      got.end.damage.text);
	CHECK(kit_count(&got, "\niface ") == 4, "  interfaces");
	has_line(&got, "\niface v6=1 10 speed=1000 name=eth0\n", "one with speed");
	has_line(&got, "\niface v6=0 10 speed=0 name=eth0\n", "one without");
	has_line(&got, "\nuser 1000 100 name=ann home=/home/ann shell=/bin/sh\n"
		 "group 0 100 name=users home= shell=\n", "users");
	CHECK(kit_count(&got, "\nfd 41:") == (has_len ? 23 : 21), "  descriptors");
	has_line(&got, "\nfd 41:104 kind=4 ino=9000 l4=2 127.9-127.9 80>80", "a connection");
	has_line(&got, "\nfd 41:105 kind=5 ino=9000 l4=2 127.0-0.0 80>0", "a server");
	has_line(&got, " aa>bb fl=0 dev=0 name=name\n", "a unix socket");
	has_line(&got, has_len ? "\nfd 41:116 kind=1 ino=9000 l4=0 0.0-0.0 0>0 0>0 fl=41 dev=2049 "
		 "name=name\n" : "fl=41 dev=0", "a file with details");
	has_line(&got, "\nfd 41:121 kind=21", "the last known kind");
	if (has_len)
		has_line(&got, "\nfd 41:123 kind=10", "an unknown kind");
	kit_forget(&got);
}

static void
other_lists_are_read(void)
{
	for (int swap = 0; swap < 2; swap++)
		for (int has_len = 0; has_len < 2; has_len++)
			check_lists(has_len, swap);
}

static void
iface_lists_too_short_are_found_out(void)
{
	static struct kit_bytes b;
	struct kit_played got;

	b.len = 0;
	kit_put_section(&b, false);
	kit_put_ifaces(&b, true, 16);
	kit_put_users(&b, true);
	kit_put_event(&b, &kit_events[3], "x", false);
	got = kit_play(b.p, b.len);
	CHECK(kit_count(&got, "\niface ") == 4 && kit_count(&got, "\nuser ") == 1 &&
	      kit_count(&got, "\nevent ") == 1 && !got.end.n_damages,
	      "4 bytes too few an entry: %s", got.end.damage.text);
	kit_forget(&got);
}

int
main(void)
{
	each_process_list_is_read();
	other_lists_are_read();
	iface_lists_too_short_are_found_out();
	return check_done();
}
