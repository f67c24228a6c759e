#include <fcntl.h>
#include <linux/keyctl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/live/actor.h"
#include "tests/live/call32.h"

/* Calls of 32-bit programs that lay out something in memory in another way. */

#define I386_O_LARGEFILE 0100000	/* or positions end at 2 GiB */
#define TOO_MANY 600			/* more than two chunks of iovecs hold */
#define FAR 0x100000003ull		/* a position that takes two arguments */

struct iovec32 {
	unsigned base, len;
};

/* What they may point to. */
struct room {
	char name[64], data[512], more[64];
	struct iovec32 v[TOO_MANY];
	int32_t time32[2], offset32;
	int64_t time64[2], offset64;
	struct {
		int fd;
		short events, revents;
	} poll[1];
	unsigned limits[2], args[6];
	uint16_t ids[3];
	unsigned argv[3], envp[2];
	struct sembuf op;
	struct stat stat;
};

static int
open_file(struct room *r, const char *name)
{
	int fd;

	strcpy(r->name, name);
	fd = CALL32(I386_OPENAT, (unsigned)AT_FDCWD, low(r->name),
		    O_RDWR | O_CREAT | I386_O_LARGEFILE, 0600);
	MUST(fd >= 0);
	return fd;
}

static void
move_buffers(struct room *r)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	int fd = open_file(r, "buffers");

	strcpy(r->data, letters);
	r->v[0] = (struct iovec32){ low(r->data), 5 };
	r->v[1] = (struct iovec32){ low(r->data + 10), 3 };
	MUST(CALL32(I386_WRITEV, fd, low(r->v), 2) == 8);
	expect("> writev fd=%d(<f>%s/buffers) size=8", fd, actor_folder);
	expect("< writev res=8 data=abcdeklm fd=%d(<f>%s/buffers) size=8", fd, actor_folder);
	MUST(CALL32(I386_PWRITEV, fd, low(r->v), 1, FAR & UINT32_MAX, FAR >> 32) == 5);
	expect("> pwritev fd=%d(<f>%s/buffers) size=5 pos=%llu", fd, actor_folder, FAR);
	expect("< pwritev res=5 data=abcde fd=%d(<f>%s/buffers) size=5 pos=%llu", fd,
	       actor_folder, FAR);
	r->v[0] = (struct iovec32){ low(r->more), 2 };
	r->v[1] = (struct iovec32){ low(r->more + 8), 8 };
	MUST(CALL32(I386_PREADV, fd, low(r->v), 2, FAR & UINT32_MAX, FAR >> 32) == 5);
	expect("> preadv fd=%d(<f>%s/buffers) pos=%llu", fd, actor_folder, FAR);
	expect("< preadv res=5 size=10 data=abcde fd=%d(<f>%s/buffers) pos=%llu", fd,
	       actor_folder, FAR);
	for (int i = 0; i < TOO_MANY; i++)
		r->v[i] = (struct iovec32){ low(r->data + i % 26), 1 };
	MUST(CALL32(I386_WRITEV, fd, low(r->v), TOO_MANY) == TOO_MANY);
	expect("> writev fd=%d(<f>%s/buffers) size=%d", fd, actor_folder, TOO_MANY);
	expect("< writev res=%d data=%s%s%s%.2s fd=%d(<f>%s/buffers) size=%d", TOO_MANY, letters,
	       letters, letters, letters, fd, actor_folder, TOO_MANY);
	MUST(CALL32(I386_READV, -1, low(r->v), 2) < 0);
	expect("< readv res=-9(EBADF) size=2 data=NULL fd=-1(EPERM)");
	CALL32(I386_CLOSE, fd);
}

static void
move_to_places(struct room *r)
{
	int fd = open_file(r, "places"), to = open_file(r, "copy");

	strcpy(r->data, "ninebytes");
	MUST(CALL32(I386_PWRITE64, fd, low(r->data), 9, FAR & UINT32_MAX, FAR >> 32) == 9);
	expect("> pwrite fd=%d(<f>%s/places) size=9 pos=%llu", fd, actor_folder, FAR);
	expect("< pwrite res=9 data=ninebytes fd=%d(<f>%s/places) size=9 pos=%llu", fd,
	       actor_folder, FAR);
	MUST(CALL32(I386_PREAD64, fd, low(r->more), 4, FAR & UINT32_MAX, FAR >> 32) == 4);
	expect("< pread res=4 data=nine fd=%d(<f>%s/places) size=4 pos=%llu", fd, actor_folder,
	       FAR);
	MUST(CALL32(I386_WRITE, fd, low(r->data), 9) == 9);
	MUST(CALL32(I386_LSEEK, fd, -2, SEEK_CUR) == 7);
	expect("< lseek res=7 fd=%d(<f>%s/places) offset=-2 whence=1(SEEK_CUR)", fd,
	       actor_folder);
	r->offset32 = 3;
	MUST(CALL32(I386_SENDFILE, to, fd, low(&r->offset32), 2) == 2 && r->offset32 == 5);
	expect("> sendfile out_fd=%d(<f>%s/copy) in_fd=%d(<f>%s/places) offset=3 size=2", to,
	       actor_folder, fd, actor_folder);
	expect("< sendfile res=2 offset=5 out_fd=%d", to);
	r->offset64 = FAR;
	MUST(CALL32(I386_SENDFILE64, to, fd, low(&r->offset64), 2) == 2);
	expect("< sendfile res=2 offset=%llu out_fd=%d", FAR + 2, to);
	MUST(CALL32(I386_FSTAT64, fd, low(&r->stat)) == 0);
	expect("> fstat64 fd=%d(<f>%s/places)", fd, actor_folder);
	expect("< fstat64 res=0");
	CALL32(I386_CLOSE, fd);
	CALL32(I386_CLOSE, to);
}

static void
wait_a_little(struct room *r)
{
	r->time32[1] = 1000;
	MUST(CALL32(I386_NANOSLEEP, low(r->time32), 0) == 0);
	expect("> nanosleep interval=1000(");
	expect("< nanosleep res=0 interval=1000(");
	r->poll[0].fd = -1;
	r->poll[0].events = 1;
	r->time32[1] = 2000;
	MUST(CALL32(I386_PPOLL, low(r->poll), 1, low(r->time32), 0, 8) == 0);
	expect("> ppoll fds=-1:?1 timeout=2000(");
	expect("< ppoll res=0 fds=-1:?0 timeout=2000(");
	r->time64[1] = 3000;
	MUST(CALL32(I386_PPOLL_TIME64, low(r->poll), 1, low(r->time64), 0, 8) == 0);
	expect("> ppoll fds=-1:?1 timeout=3000(");
	memset(r->args, 0, sizeof(r->args));
	r->args[4] = low(r->time32);
	r->time32[1] = 5;
	MUST(CALL32(I386_OLD_SELECT, low(r->args)) == 0);
	expect("> select");
	expect("< select res=0");
}

static void
set_limits(struct room *r)
{
	r->limits[0] = 70;
	r->limits[1] = UINT32_MAX;
	MUST(CALL32(I386_SETRLIMIT, RLIMIT_CORE, low(r->limits)) == 0);
	expect("< setrlimit res=0 cur=70 max=-1 resource=4(RLIMIT_CORE)");
	MUST(CALL32(I386_UGETRLIMIT, RLIMIT_CORE, low(r->limits)) == 0);
	expect("> getrlimit resource=4(RLIMIT_CORE)");
	expect("< getrlimit res=0 cur=70 max=-1 resource=4(RLIMIT_CORE)");
}

static void
be_somebody(struct room *r)
{
	MUST(CALL32(I386_SETRESUID, UINT16_MAX, 0, 0) == 0);
	expect("< setresuid res=0 ruid=-1(<NONE>) euid=0(root) suid=0(root)");
	MUST(CALL32(I386_GETRESUID, low(r->ids), low(r->ids + 1), low(r->ids + 2)) == 0);
	expect("< getresuid res=0 ruid=0(root) euid=0(root) suid=0(root)");
	strcpy(r->name, "/none/a");
	MUST(CALL32(I386_LCHOWN, low(r->name), UINT16_MAX, 7) < 0);
	expect("< lchown res=-2(ENOENT) path=/none/a uid=-1 gid=7");
	MUST(CALL32(I386_KEYCTL, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 0) != 1);
	expect("< keyctl res=");
	expect("~ operation=0(KEYCTL_GET_KEYRING_ID) arg2=-2 arg3=0");
}

static void
use_semaphores(struct room *r)
{
	enum { SEMOP = 1, SEMGET, SEMCTL, SHMAT = 21 };
	int id = CALL32(I386_IPC, SEMGET, IPC_PRIVATE, 3, IPC_CREAT | 0600);

	MUST(id >= 0);
	expect("< semget res=%d key=0 nsems=3 semflg=8192(IPC_CREAT)", id);
	r->op = (struct sembuf){ 1, 2, IPC_NOWAIT };
	MUST(CALL32(I386_IPC, SEMOP, id, 1, 0, low(&r->op)) == 0);
	expect("> semop semid=%d", id);
	expect("< semop res=0 nsops=1 sem_num_0=1 sem_op_0=2 sem_flg_0=1(IPC_NOWAIT) "
	       "sem_num_1=<NA> sem_op_1=<NA> sem_flg_1=<NA> semid=%d", id);
	r->args[0] = 5;
	MUST(CALL32(I386_IPC, SEMCTL, id, 1, SETVAL, low(r->args)) == 0);
	expect("> semctl semid=%d semnum=1 cmd=4096(SETVAL) val=5", id);
	expect("< semctl res=0 semid=%d semnum=1 cmd=4096(SETVAL) val=5", id);
	MUST(CALL32(I386_IPC, SEMCTL, id, 0, IPC_RMID, low(r->args)) == 0);
	expect("< semctl res=0 semid=%d semnum=0 cmd=4(IPC_RMID) val=<NA>", id);
	MUST(CALL32(I386_IPC, SHMAT, -1, 0, 0, 0) < 0);
	expect("> shmat");
	expect("< shmat");
}

static void
map(struct room *r)
{
	static const unsigned wish[6] = { 0, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 };
	int at;

	memcpy(r->args, wish, sizeof(wish));
	at = CALL32(I386_OLD_MMAP, low(r->args));
	MUST((unsigned)at < 0xfffff000u);
	expect("> mmap addr=0 length=8192 prot=1(PROT_READ) flags=10(MAP_PRIVATE|MAP_ANONYMOUS) "
	       "fd=-1(EPERM) offset=0");
	expect("< mmap res=%X vm_size=", (unsigned)at);
	expect("~ length=8192");
}

static void
start_nothing(struct room *r)
{
	strcpy(r->name, "/none/prog");
	strcpy(r->data, "first");
	strcpy(r->data + 16, "second");
	strcpy(r->more, "WHERE=here");
	r->argv[0] = low(r->data);
	r->argv[1] = low(r->data + 16);
	r->envp[0] = low(r->more);
	MUST(CALL32(I386_EXECVE, low(r->name), low(r->argv), low(r->envp)) < 0);
	expect("> execve filename=/none/prog");
	expect("< execve res=-2(ENOENT) exe=first args=second. ");
	expect("~ env=WHERE=here. ");
}

static void
look_into(struct room *r, pid_t child)
{
	unsigned *secret = r->args;
	int status;

	MUST(ptrace(PTRACE_INTERRUPT, child, 0, 0) == 0 && waitpid(child, &status, 0) == child);
	MUST(CALL32(I386_PTRACE, PTRACE_PEEKDATA, child, low(secret), low(r->limits)) == 0 &&
	     r->limits[0] == *secret);
	expect("< ptrace res=0 addr=%X data=%X request=3(PTRACE_PEEKDATA) pid=%d(actor)",
	       low(secret), *secret, child);
	MUST(ptrace(PTRACE_DETACH, child, 0, 0) == 0);
}

/* Who is looked into already (strace) is left alone. */
static void
look_into_a_child(struct room *r)
{
	int status, pipe_ends[2];
	pid_t child;

	r->args[0] = 0x5ec4e7;
	MUST(pipe(pipe_ends) == 0);
	child = fork();
	if (child == 0) {
		char c;

		close(pipe_ends[1]);
		_exit(read(pipe_ends[0], &c, 1) != 0);
	}
	MUST(child > 0);
	if (ptrace(PTRACE_SEIZE, child, 0, 0) == 0)
		look_into(r, child);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	MUST(waitpid(child, &status, 0) == child);
}

void
act_narrow(void)
{
	struct room *r = (struct room *)(void *)call32_room();

	_Static_assert(sizeof(*r) <= CALL32_ROOM, "all of it is in reach");
	if (!r)
		return;
	move_buffers(r);
	move_to_places(r);
	wait_a_little(r);
	set_limits(r);
	be_somebody(r);
	use_semaphores(r);
	map(r);
	start_nothing(r);
	look_into_a_child(r);
	act_socketcall(r);
}
