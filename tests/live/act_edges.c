#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/live/actor.h"

#define DEPTH 90			/* more folders than a path is followed through */

/* The last bytes of readable memory, which LEN of are copied from TEXT. */
static char *
at_the_edge(const char *text, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	MUST(p != MAP_FAILED && munmap(p + page, page) == 0);
	memcpy(p + page - len, text, len);
	return p + page - len;
}

/* An address that nothing stands at, and the compiler does not know. */
static void *
nowhere(void)
{
	static volatile uintptr_t address = 8;

	return (void *)address;
}

/* Memory that ends in the middle of what is asked for. */
static void
run_over_the_edge(void)
{
	int fd = openat(AT_FDCWD, "edge", O_RDWR | O_CREAT | O_EXCL, 0600);
	char *edge = at_the_edge("0123456789", 10);
	struct iovec v[2] = { { edge, 10 }, { nowhere(), 5 } };

	ssize_t n;

	MUST(fd >= 0);
	/* Up to Linux 5.15 nothing is written where not all can be. */
	n = write(fd, edge, 30);
	MUST(n == 10 || n < 0);
	expect("< write res=%s data=0123456789 fd=%d(<f>%s/edge) size=30",
	       n < 0 ? "-14(EFAULT)" : "10", fd, actor_folder);
	MUST(write(-1, edge, 30) < 0);
	expect("< write res=-9(EBADF) data=0123456789 fd=-1(EPERM) size=30");
	n = writev(fd, v, 2);
	MUST(n == 10 || (n < 0 && pwrite(fd, "0123456789", 10, 0) == 10));
	if (n < 0)
		expect("< writev res=-14(EFAULT) ");
	else
		expect("< writev res=10 data=0123456789 fd=%d(<f>%s/edge) size=15", fd,
		       actor_folder);
	MUST(write(fd, nowhere(), 5) < 0);
	expect("< write res=-14(EFAULT) data=NULL fd=%d(<f>%s/edge) size=5", fd, actor_folder);
	MUST(lseek(fd, 0, SEEK_SET) == 0 && read(fd, nowhere(), 5) < 0);
	expect("< read res=-14(EFAULT) data=NULL fd=%d(<f>%s/edge) size=5", fd, actor_folder);
	/* A name without an end. */
	edge = at_the_edge("/none/a", 7);
	MUST(openat(AT_FDCWD, edge, O_RDONLY) < 0);
	expect("< openat fd=-14(EFAULT) dirfd=-100(AT_FDCWD) name=<NA> flags=1(O_RDONLY)");
	edge = at_the_edge("/none/a", 8);
	MUST(openat(AT_FDCWD, edge, O_RDONLY) < 0);
	expect("< openat fd=-2(ENOENT) dirfd=-100(AT_FDCWD) name=/none/a flags=1(O_RDONLY)");
	close(fd);
}

static int waiting_fd;

static void *
wait_for_byte(void *tid)
{
	char c;

	*(long *)tid = syscall(SYS_gettid);
	return read(waiting_fd, &c, 1) == 1 ? NULL : tid;
}

/* A descriptor that is closed while somebody waits for it. */
static void
close_while_in_call(void)
{
	struct timespec pause = { 0, 30000000 };
	pthread_t thread;
	int ends[2], kept;
	long tid = 0;

	MUST(pipe2(ends, O_CLOEXEC) == 0);
	waiting_fd = ends[0];
	kept = fcntl(ends[0], F_DUPFD_CLOEXEC, 200);
	MUST(kept >= 0 && pthread_create(&thread, NULL, wait_for_byte, &tid) == 0);
	nanosleep(&pause, NULL);
	MUST(close(ends[0]) == 0);
	expect("< close res=0 fd=%d(<p>)", ends[0]);
	MUST(write(ends[1], "w", 1) == 1 && pthread_join(thread, NULL) == 0);
	fprintf(actor_expects, "(%ld) < read res=1 data=w fd=%d", tid, ends[0]);
	fputc('\n', actor_expects);
	MUST(close(ends[1]) == 0 && close(kept) == 0);
}

/* A folder so deep that the way up is not followed to its end. */
static void
go_deep(void)
{
	char words[128];
	pid_t child;

	for (int i = 0; i < DEPTH; i++)
		MUST(mkdirat(AT_FDCWD, "deep", 0700) == 0 && chdir("deep") == 0);
	child = fork();
	if (!child)
		_exit(0);
	MUST(waitpid(child, NULL, 0) == child && chdir(actor_folder) == 0);
	snprintf(words, sizeof(words), "(%d) < clone res=0 exe=", child);
	fprintf(actor_expects, "%s\n(%d) ~ cwd=<NA> \n", words, child);
}

void
act_edges(void)
{
	run_over_the_edge();
	close_while_in_call();
	go_deep();
}
