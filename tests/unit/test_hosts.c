/* Names of hosts: out of a file, from a resolver that answers, and from one that
 * takes too long. And that nobody asks the network who was not told to. */
#include "ui/cli/hosts.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/event/event_type.h"
#include "tests/lib/check.h"
#include "tests/lib/scapbuild.h"
#include "tests/lib/tempdir.h"
#include "ui/cli/cli.h"

static struct ip
ip(const char *words)
{
	struct ip v = { .is_v6 = strchr(words, ':') };

	inet_pton(v.is_v6 ? AF_INET6 : AF_INET, words, v.bytes);
	return v;
}

static unsigned n_asked;
static int gate[2];			/* a resolver waits for a byte of it */

static bool
quick_name(const struct ip *of, char *name)
{
	n_asked++;
	strcpy(name, of->is_v6 ? "six" : "four");
	return of->bytes[0] != 10;
}

static size_t
quick_addresses(const char *name, struct ip *out, size_t max)
{
	if (strcmp(name, "two.example") || max < 2)
		return 0;
	out[0] = ip("198.51.100.7");
	out[1] = ip("2001:db8::7");
	return 2;
}

static bool
slow_name(const struct ip *of, char *name)
{
	char byte;

	(void)of;
	strcpy(name, "late");
	return read(gate[0], &byte, 1) == 1;
}

static const char *
name_of(struct hosts *h, const char *address)
{
	struct ip v = ip(address);
	struct span name;

	return hosts_name(h, &v, &name) ? (const char *)name.p : "-";
}

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
write_file(const char *path)
{
	FILE *f = fopen(path, "w");

	fputs("# comment\n127.0.0.1 me  self # and more\n127.0.0.1\tagain\n::1 me6\n"
	      "300.1.1.1 wrong\nonly\n\n192.0.2.5 five\n192.0.2.6 five\n", f);
	fclose(f);
}

static void
test_file(const char *path)
{
	const struct hosts_source from = { path, quick_name, quick_addresses };
	struct hosts *h = hosts_new(&from);

	CHECK_STR(name_of(h, "127.0.0.1"), "me", "the first name in the file");
	CHECK_STR(name_of(h, "::1"), "me6", "of IPv6 as well");
	CHECK(!n_asked, "the resolver is not asked for those");
	CHECK_STR(name_of(h, "192.0.2.99"), "four", "it is for others");
	CHECK_STR(name_of(h, "10.0.0.1"), "-", "which may have none");
	CHECK(n_asked == 2, "each once");
	name_of(h, "10.0.0.1");
	name_of(h, "192.0.2.99");
	CHECK(n_asked == 2, "and never again");
	CHECK(hosts_learn(h, "five") && hosts_learn(h, "self") && hosts_learn(h, "two.example"),
	      "names of a filter");
	CHECK(!hosts_learn(h, "nobody"), "one without an address");
	CHECK_STR(name_of(h, "192.0.2.6"), "five", "any of its addresses is called so");
	CHECK_STR(name_of(h, "127.0.0.1"), "self", "as the filter calls it");
	CHECK_STR(name_of(h, "2001:db8::7"), "two.example", "the resolver's, too");
	hosts_free(h);
}

static void
test_slow(void)
{
	const struct hosts_source from = { "/nonexistent", slow_name, quick_addresses };
	struct hosts *h = hosts_new(&from);
	double start = now_s();
	char address[32];
	unsigned n = 0;

	for (unsigned i = 0; i < 200; i++) {
		snprintf(address, sizeof(address), "192.0.2.%u", i);
		name_of(h, address);
	}
	CHECK(now_s() - start < 4, "200 addresses without an answer take %.1f s",
	      now_s() - start);
	CHECK(write(gate[1], "xx", 2) == 2, "two answers come");
	/* Not later than in a minute, and usually at once. */
	while (strcmp(name_of(h, "192.0.2.0"), "late") && n++ < 60000)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	CHECK_STR(name_of(h, "192.0.2.0"), "late", "and are known then");
	hosts_free(h);			/* while it is asking */
	close(gate[1]);
}

/* From now on socket() ends this process. */
static bool
forbid_sockets(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { ARRAY_LEN(code), code };

	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	       !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* Print CAPTURE where no socket may be made. The wait status; -1: that cannot be
 * forbidden here. */
static int
print_without_network(const char *option, char *capture)
{
	char print[] = "print", r[] = "-r", shown[3], p[] = "-p",
	     format[] = "*%fd.name %fd.sip.name %fd.cip.name";
	char *words[] = { print, r, capture, shown, p, format, NULL };
	int status;
	pid_t pid;

	snprintf(shown, sizeof(shown), "%s", option);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (!forbid_sockets())
			_exit(99);
		if (!freopen("/dev/null", "w", stdout))
			_exit(98);
		_exit(print_command.run(&print_command, 6, words));
	}
	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) && WEXITSTATUS(status) == 99 ? -1 : status;
}

static void
put_capture(const char *path)
{
	struct scap b = { 0 };
	FILE *f = fopen(path, "wb");

	scap_section(&b, 2);
	scap_at(&b, 1700000000000000000, 7, 0);
	scap_event(&b, EV_SOCKET_E, scap_num(2), scap_num(1), scap_num(0));
	scap_event(&b, EV_SOCKET_X, scap_num(3));
	scap_event(&b, EV_CONNECT_E, scap_num(3), scap_addr("192.0.2.77", 80));
	scap_event(&b, EV_CONNECT_X, scap_num(0),
		   scap_tuple("192.0.2.78", 4000, "192.0.2.77", 80));
	fwrite(b.p, 1, b.len, f);
	fclose(f);
	scap_fini(&b);
}

static void
test_no_network(char *path)
{
	int without = print_without_network("-q", path), with;

	if (without == -1) {
		check_skip("system calls cannot be forbidden here");
		return;
	}
	with = print_without_network("-R", path);
	CHECK(without == 0, "without -R nothing makes a socket");
	CHECK(print_without_network("-v", path) == 0, "whatever is shown");
	CHECK(WIFSIGNALED(with) && WTERMSIG(with) == SIGSYS, "with -R the resolver is asked");
}

int
main(void)
{
	struct tempdir dir;
	char path[256];

	if (!CHECK(!pipe2(gate, O_CLOEXEC), "a pipe"))
		return check_done();
	tempdir_init(&dir);
	write_file(tempdir_path(&dir, "hosts", path));
	test_file(path);
	test_slow();
	put_capture(tempdir_path(&dir, "net.scap", path));
	test_no_network(path);
	tempdir_fini(&dir);
	return check_done();
}
