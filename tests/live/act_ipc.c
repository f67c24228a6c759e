#include <errno.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/live/actor.h"

#define P(x) (long)(intptr_t)(x)

static long secret = 0x5ec4e7;

static void
use_semaphores(void)
{
	struct sembuf op = { 1, 2, IPC_NOWAIT };
	int id = semget(IPC_PRIVATE, 3, IPC_CREAT | 0600);

	MUST(id >= 0);
	expect("< semget res=%d key=0 nsems=3 semflg=8192(IPC_CREAT)", id);
	MUST(syscall(SYS_semop, id, &op, 1) == 0);
	expect("> semop semid=%d", id);
	expect("< semop res=0 nsops=1 sem_num_0=1 sem_op_0=2 sem_flg_0=1(IPC_NOWAIT) "
	       "sem_num_1=<NA> sem_op_1=<NA> sem_flg_1=<NA> semid=%d", id);
	MUST(syscall(SYS_semctl, id, 1, SETVAL, 5) == 0);
	expect("> semctl semid=%d semnum=1 cmd=4096(SETVAL) val=5", id);
	expect("< semctl res=0 semid=%d semnum=1 cmd=4096(SETVAL) val=5", id);
	MUST(syscall(SYS_semctl, id, 1, GETVAL, 0) == 5);
	expect("< semctl res=5 semid=%d semnum=1 cmd=512(GETVAL) val=<NA>", id);
	MUST(syscall(SYS_semctl, id, 0, IPC_RMID, 0) == 0);
	expect("< semctl res=0 semid=%d semnum=0 cmd=4(IPC_RMID) val=<NA>", id);
}

static void
look_into(pid_t child)
{
	char data[8] = "";
	struct iovec here = { data, sizeof(data) }, there = { &secret, sizeof(secret) };
	long word = 0;

	MUST(syscall(SYS_ptrace, PTRACE_PEEKDATA, child, &secret, &word) == 0 && word == secret);
	expect("> ptrace request=3(PTRACE_PEEKDATA) pid=%d(actor)", child);
	expect("< ptrace res=0 addr=%lX data=%lX request=3(PTRACE_PEEKDATA) pid=%d(actor)",
	       P(&secret), secret, child);
	MUST(syscall(SYS_ptrace, PTRACE_POKEDATA, child, &secret, 0x1234) == 0);
	expect("< ptrace res=0 addr=%lX data=1234 request=6(PTRACE_POKEDATA) pid=%d(actor)",
	       P(&secret), child);
	MUST(process_vm_readv(child, &here, 1, &there, 1, 0) == 8 && data[0] == 0x34);
	expect("< process_vm_readv res=8 pid=%d(actor) data=4", child);
	memcpy(data, "newvalue", 8);
	MUST(process_vm_writev(child, &here, 1, &there, 1, 0) == 8);
	expect("< process_vm_writev res=8 pid=%d(actor) data=newvalue", child);
}

static void
trace_a_child(void)
{
	pid_t child = fork();
	int status;

	if (!child) {
		syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		_exit(3);
	}
	MUST(child > 0 && waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status));
	look_into(child);
	MUST(syscall(SYS_ptrace, PTRACE_CONT, child, 0, 0) == 0);
	expect("< ptrace res=0 addr=0 data=0 request=8(PTRACE_CONT) pid=%d(actor)", child);
	MUST(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 3);
}

static void
keep_keys(void)
{
	long key = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "actor-ring");

	/* A kernel without keys refuses, and that is recorded. */
	expect("< keyctl res=%ld operation=1(KEYCTL_JOIN_SESSION_KEYRING) arg2=actor-ring ",
	       key < 0 ? -errno : key);
	if (key < 0)
		return;
	MUST(syscall(SYS_keyctl, KEYCTL_SEARCH, key, "user", "absent", 0) < 0);
	expect("< keyctl res=-126 operation=10(KEYCTL_SEARCH) arg2=%ld arg3=user arg4=absent "
	       "arg5=0", key);
	MUST(syscall(SYS_keyctl, KEYCTL_SET_TIMEOUT, key, 100) == 0);
	expect("< keyctl res=0 operation=15(KEYCTL_SET_TIMEOUT) arg2=%ld arg3=100 ", key);
}

/* The last, because it takes rights away. */
static void
give_up_rights(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	MUST(syscall(SYS_capget, &head, data) == 0);
	data[0].effective = 1u << CAP_CHOWN & data[0].permitted;
	data[1].effective = 0;
	MUST(syscall(SYS_capset, &head, data) == 0);
	expect("< capset res=0 cap_inheritable=%llX cap_permitted=%llX cap_effective=%X",
	       (unsigned long long)data[1].inheritable << 32 | data[0].inheritable,
	       (unsigned long long)data[1].permitted << 32 | data[0].permitted,
	       data[0].effective);
}

void
act_ipc(void)
{
	use_semaphores();
	trace_a_child();
	keep_keys();
	give_up_rights();
}
