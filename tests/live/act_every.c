#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/openat2.h>
#include <linux/quota.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "tests/live/actor.h"

/*
 * One call of each kind that does nothing or fails: its arguments are made up, and nothing
 * of the system can change. What succeeds stands in the other files.
 */

#define NOWHERE P("/none/a")
#define NOWHERE_ELSE P("/none/b")
#define P(x) (long)(intptr_t)(x)

struct deed {
	const char *expected;		/* the exit event, from its name on: expect_result() */
	long number;
	long args[6];
};

/* TEMPLATE with RESULT in the place of @, or, where it has no name, of #. */
static void
expect_result(const char *template, long result)
{
	size_t len = strcspn(template, "@#");
	char text[32] = "";

	if (template[len] == '@' && result < 0)
		snprintf(text, sizeof(text), "%ld(%s)", result, strerrorname_np((int)-result));
	else if (template[len])
		snprintf(text, sizeof(text), "%ld", result);
	expect("< %.*s%s%s", (int)len, template, text, template + len + !!template[len]);
}

static void
perform(const struct deed *deeds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const long *a = deeds[i].args;
		long result = syscall(deeds[i].number, a[0], a[1], a[2], a[3], a[4], a[5]);

		expect_result(deeds[i].expected, result < 0 ? -errno : result);
	}
}

static void
reach_for_files(void)
{
	struct open_how how = { O_WRONLY | O_CREAT, 0600, RESOLVE_BENEATH | RESOLVE_NO_XDEV };
	const struct deed deeds[] = {
		{ "open_by_handle_at fd=@ mountfd=-1(EPERM) flags=1(O_RDONLY) path=<NA> "
		  "dev=<NA> ino=<NA>", SYS_open_by_handle_at, { -1, 8, O_RDONLY } },
		{ "openat2 fd=@ dirfd=-100(AT_FDCWD) name=/none/a flags=6(O_CREAT|O_WRONLY) "
		  "mode=0600 resolve=17(RESOLVE_BENEATH|RESOLVE_NO_XDEV) dev=<NA> ino=<NA>",
		  SYS_openat2, { AT_FDCWD, NOWHERE, P(&how), sizeof(how) } },
		{ "close res=@ fd=-1(EPERM)", SYS_close, { -1 } },
		{ "close_range res=@ first=9 last=8 flags=4(CLOSE_RANGE_CLOEXEC)",
		  SYS_close_range, { 9, 8, 4 } },
		{ "fstat res=@ fd=-1(EPERM)", SYS_fstat, { -1, 0 } },
		{ "newfstatat res=@ dirfd=-1(EPERM) path=/none/a "
		  "flags=256(AT_SYMLINK_NOFOLLOW)", SYS_newfstatat,
		  { -1, NOWHERE, P(&how), AT_SYMLINK_NOFOLLOW } },
		{ "mkdirat res=@ dirfd=-1(EPERM) path=/none/a mode=1C0", SYS_mkdirat,
		  { -1, NOWHERE, 0700 } },
		{ "unlinkat res=@ dirfd=-1(EPERM) name=/none/a flags=512(AT_REMOVEDIR)",
		  SYS_unlinkat, { -1, NOWHERE, AT_REMOVEDIR } },
		{ "renameat res=@ olddirfd=-1(EPERM) oldpath=/none/a newdirfd=-1(EPERM) "
		  "newpath=/none/b", SYS_renameat, { -1, NOWHERE, -1, NOWHERE_ELSE } },
		{ "renameat2 res=@ olddirfd=-1(EPERM) oldpath=/none/a newdirfd=-1(EPERM) "
		  "newpath=/none/b flags=2(RENAME_EXCHANGE)", SYS_renameat2,
		  { -1, NOWHERE, -1, NOWHERE_ELSE, 2 } },
		{ "linkat res=@ olddir=-1(EPERM) oldpath=/none/a newdir=-1(EPERM) "
		  "newpath=/none/b flags=1024(AT_SYMLINK_FOLLOW)", SYS_linkat,
		  { -1, NOWHERE, -1, NOWHERE_ELSE, AT_SYMLINK_FOLLOW } },
		{ "symlinkat res=@ target=there linkdirfd=-1(EPERM) linkpath=/none/a",
		  SYS_symlinkat, { P("there"), -1, NOWHERE } },
		{ "fchmod res=@ fd=-1(EPERM) mode=0640(S_IRGRP|S_IWUSR|S_IRUSR)",
		  SYS_fchmod, { -1, 0640 } },
		{ "fchmodat res=@ dirfd=-1(EPERM) filename=/none/a "
		  "mode=04755(S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID)",
		  SYS_fchmodat, { -1, NOWHERE, 04755 } },
		{ "fchown res=@ fd=-1(EPERM) uid=7 gid=8", SYS_fchown, { -1, 7, 8 } },
		{ "fchownat res=@ dirfd=-1(EPERM) pathname=/none/a uid=7 gid=8 "
		  "flags=1024(AT_SYMLINK_NOFOLLOW)", SYS_fchownat,
		  { -1, NOWHERE, 7, 8, AT_SYMLINK_NOFOLLOW } },
		{ "mknodat res=@ dirfd=-1(EPERM) path=/none/a "
		  "mode=010644(S_IROTH|S_IRGRP|S_IWUSR|S_IRUSR|S_IFIFO) dev=259", SYS_mknodat,
		  { -1, NOWHERE, S_IFIFO | 0644, 259 } },
		{ "chdir res=@ path=/none/a", SYS_chdir, { NOWHERE } },
		{ "fchdir res=@ fd=-1(EPERM)", SYS_fchdir, { -1 } },
		{ "chroot res=@ path=/none/a", SYS_chroot, { NOWHERE } },
		{ "getcwd res=@ path=<NA>", SYS_getcwd, { 8, 0 } },
		{ "flock res=@ fd=-1(EPERM) operation=8(LOCK_UN)", SYS_flock,
		  { -1, LOCK_UN } },
		{ "getdents64 res=@ fd=-1(EPERM)", SYS_getdents64, { -1, 0, 0 } },
		{ "lseek res=@ fd=-1(EPERM) offset=77 whence=1(SEEK_CUR)", SYS_lseek,
		  { -1, 77, SEEK_CUR } },
		{ "mount res=@ dev=what dir=/none/a type=kind flags=5(RDONLY|NODEV)",
		  SYS_mount, { P("what"), NOWHERE, P("kind"), MS_RDONLY | MS_NODEV, 0 } },
		{ "umount2 res=@ name=/none/a flags=2(DETACH)", SYS_umount2,
		  { NOWHERE, MNT_DETACH } },
		{ "fsconfig res=@ fd=-1(EPERM) cmd=1(FSCONFIG_SET_STRING) key=source "
		  "value_bytebuf=NULL value_charbuf=here aux=0", SYS_fsconfig,
		  { -1, FSCONFIG_SET_STRING, P("source"), P("here"), 0 } },
		{ "fsconfig res=@ fd=-1(EPERM) cmd=2(FSCONFIG_SET_BINARY) key=blob "
		  "value_bytebuf=bytes value_charbuf=<NA> aux=5", SYS_fsconfig,
		  { -1, FSCONFIG_SET_BINARY, P("blob"), P("bytes"), 5 } },
	};

	perform(deeds, ARRAY_LEN(deeds));
}

static void
reach_for_data(void)
{
	char ab[] = "ab", cd[] = "cd";
	struct iovec v[2] = { { ab, 2 }, { cd, 2 } };
	struct pollfd fd = { -1, POLLIN | POLLPRI, 0 };
	struct timespec now = { 0, 5 };
	int64_t from = 11, to = 12;
	const struct deed deeds[] = {
		{ "read res=@ data=NULL fd=-1(EPERM) size=9", SYS_read, { -1, P(ab), 9 } },
		{ "write res=@ data=ab fd=-1(EPERM) size=2", SYS_write, { -1, P(ab), 2 } },
		{ "pread res=@ data=NULL fd=-1(EPERM) size=9 pos=5", SYS_pread64,
		  { -1, P(ab), 9, 5 } },
		{ "pwrite res=@ data=ab fd=-1(EPERM) size=2 pos=5", SYS_pwrite64,
		  { -1, P(ab), 2, 5 } },
		{ "readv res=@ size=4 data=NULL fd=-1(EPERM)", SYS_readv, { -1, P(v), 2 } },
		{ "writev res=@ data=abcd fd=-1(EPERM) size=4", SYS_writev,
		  { -1, P(v), 2 } },
		{ "preadv res=@ size=4 data=NULL fd=-1(EPERM) pos=6", SYS_preadv,
		  { -1, P(v), 2, 6 } },
		{ "pwritev res=@ data=abcd fd=-1(EPERM) size=4 pos=6", SYS_pwritev,
		  { -1, P(v), 2, 6 } },
		{ "sendfile res=@ offset=11 out_fd=-1(EPERM) in_fd=-1(EPERM) size=33",
		  SYS_sendfile, { -1, -1, P(&from), 33 } },
		{ "splice res=@ fd_in=-1(EPERM) fd_out=-1(EPERM) size=4 "
		  "flags=3(SPLICE_F_MOVE|SPLICE_F_NONBLOCK)", SYS_splice, { -1, 0, -1, 0, 4, 3 } },
		{ "copy_file_range res=@ fdout=-1(EPERM) offout=12 fdin=-1(EPERM) "
		  "offin=11 len=40", SYS_copy_file_range, { -1, P(&from), -1, P(&to), 40, 0 } },
		{ "ioctl res=@ fd=-1(EPERM) request=5401 argument=10", SYS_ioctl,
		  { -1, 0x5401, 16 } },
		{ "fcntl res=@ fd=-1(EPERM) cmd=5(F_SETFL) arg=800", SYS_fcntl,
		  { -1, F_SETFL, 0x800 } },
		{ "dup res=@ oldfd=-1(EPERM)", SYS_dup, { -1 } },
		{ "dup3 res=@ oldfd=-1(EPERM) newfd=300 flags=4096(O_CLOEXEC)", SYS_dup3,
		  { -1, 300, O_CLOEXEC } },
		{ "ppoll res=0 fds=-1:?0 timeout=5(5e-09s) sigmask=<NA>", SYS_ppoll,
		  { P(&fd), 1, P(&now), 0, 8 } },
		{ "epoll_create1 res=@ flags=0", SYS_epoll_create1, { 1 } },
		{ "process_vm_readv res=# pid=99999999 data=NULL", SYS_process_vm_readv,
		  { 99999999, P(v), 2, P(v), 2, 0 } },
		{ "process_vm_writev res=# pid=99999999 data=abcd", SYS_process_vm_writev,
		  { 99999999, P(v), 2, P(v), 2, 0 } },
	};

	perform(deeds, ARRAY_LEN(deeds));
}

static void
reach_for_sockets(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "shut" };
	const struct deed deeds[] = {
		{ "socket fd=@ domain=2(AF_INET) type=77 proto=5 flags=0(O_NONE)",
		  SYS_socket, { AF_INET, 77, 5 } },
		{ "bind res=@ addr=shut fd=-1(EPERM)", SYS_bind, { -1, P(&at), 7 } },
		{ "connect res=@ tuple=NULL fd=-1(EPERM) addr=shut", SYS_connect,
		  { -1, P(&at), 7 } },
		{ "listen res=@ fd=-1(EPERM) backlog=12", SYS_listen, { -1, 12 } },
		{ "accept fd=@ tuple=NULL queuepct=<NA> queuelen=<NA> queuemax=<NA>",
		  SYS_accept, { -1, 0, 0 } },
		{ "accept4 fd=@ tuple=NULL queuepct=<NA> queuelen=<NA> queuemax=<NA> "
		  "flags=800", SYS_accept4, { -1, 0, 0, SOCK_NONBLOCK } },
		{ "sendto res=@ data=shut fd=-1(EPERM) size=4 tuple=NULL", SYS_sendto,
		  { -1, P(at.sun_path), 4, 0, 0, 0 } },
		{ "recvfrom res=@ data=NULL tuple=NULL fd=-1(EPERM) size=4", SYS_recvfrom,
		  { -1, P(at.sun_path), 4, 0, 0, 0 } },
		{ "sendmsg res=@ data=NULL fd=-1(EPERM) size=<NA> tuple=NULL", SYS_sendmsg,
		  { -1, 8, 0 } },
		{ "recvmsg res=@ size=<NA> data=NULL tuple=NULL msgcontrol=NULL "
		  "fd=-1(EPERM)", SYS_recvmsg, { -1, 8, 0 } },
		{ "sendmmsg res=@ fd=-1(EPERM) size=<NA> data=NULL tuple=NULL",
		  SYS_sendmmsg, { -1, 8, 2, 0 } },
		{ "recvmmsg res=@ fd=-1(EPERM) size=<NA> data=NULL tuple=NULL "
		  "msgcontrol=NULL", SYS_recvmmsg, { -1, 8, 2, 0, 0 } },
		{ "getsockname", SYS_getsockname, { -1, 0, 0 } },
		{ "getpeername", SYS_getpeername, { -1, 0, 0 } },
		{ "shutdown res=@ fd=-1(EPERM) how=1(SHUT_WR)", SYS_shutdown,
		  { -1, SHUT_WR } },
		{ "socketpair res=@ fd1=", SYS_socketpair,
		  { AF_INET, SOCK_STREAM, 0, P(&at) } },
		{ "setsockopt res=@ fd=-1(EPERM) level=1(SOL_SOCKET) "
		  "optname=8(SO_RCVBUF) val=NULL optlen=0", SYS_setsockopt,
		  { -1, SOL_SOCKET, SO_RCVBUF, 0, 0 } },
		{ "getsockopt res=@ fd=-1(EPERM) level=1(SOL_SOCKET) "
		  "optname=8(SO_RCVBUF) val=NULL optlen=<NA>", SYS_getsockopt,
		  { -1, SOL_SOCKET, SO_RCVBUF, 0, 0 } },
		{ "pipe2 res=@ fd1=<NA> fd2=<NA> ino=<NA> flags=64(O_NONBLOCK)", SYS_pipe2,
		  { 8, O_NONBLOCK } },
		{ "eventfd2 res=@ flags=0(O_NONE) initval=3", SYS_eventfd2, { 3, 2 } },
		{ "timerfd_create res=@ clockid=77 flags=0", SYS_timerfd_create,
		  { 77, 0 } },
		{ "inotify_init1 res=@ flags=0(O_NONE)", SYS_inotify_init1, { 2 } },
		{ "signalfd4 res=@ flags=64(O_NONBLOCK) fd=-1(EPERM) mask=<NA>",
		  SYS_signalfd4, { -1, 8, 8, O_NONBLOCK } },
		{ "memfd_create fd=@ name=<NA> flags=3(MFD_CLOEXEC|MFD_ALLOW_SEALING)",
		  SYS_memfd_create, { 8, 3 } },
		{ "pidfd_open fd=@ pid=-5 flags=1(PIDFD_NONBLOCK)", SYS_pidfd_open,
		  { -5, O_NONBLOCK } },
		{ "pidfd_getfd fd=@ pid_fd=-1(EPERM) target_fd=300 flags=0", SYS_pidfd_getfd,
		  { -1, 300, 0 } },
		{ "userfaultfd res=@ flags=4096(O_CLOEXEC)", SYS_userfaultfd,
		  { O_CLOEXEC | 2 } },
	};

	perform(deeds, ARRAY_LEN(deeds));
}

static void
reach_for_processes(void)
{
	struct rlimit limit = { 9, 8 };
	struct timespec nap = { 0, 2000000000 };
	const struct deed deeds[] = {
		{ "kill res=@ pid=99999999 sig=15(SIGTERM)", SYS_kill, { 99999999, 15 } },
		{ "tkill res=@ tid=99999999 sig=15(SIGTERM)", SYS_tkill, { 99999999, 15 } },
		{ "tgkill res=@ pid=99999998 tid=99999999 sig=9(SIGKILL)", SYS_tgkill,
		  { 99999998, 99999999, 9 } },
		{ "setreuid res=0 ruid=-1(<NONE>) euid=-1(<NONE>)", SYS_setreuid, { -1, -1 } },
		{ "setregid res=0 rgid=-1(<NONE>) egid=-1(<NONE>)", SYS_setregid, { -1, -1 } },
		{ "setresuid res=0 ruid=-1(<NONE>) euid=-1(<NONE>) suid=-1(<NONE>)", SYS_setresuid,
		  { -1, -1, -1 } },
		{ "setresgid res=0 rgid=-1(<NONE>) egid=-1(<NONE>) sgid=-1(<NONE>)", SYS_setresgid,
		  { -1, -1, -1 } },
		{ "getresuid res=@ ruid=<NA> euid=<NA> suid=<NA>", SYS_getresuid,
		  { 8, 8, 8 } },
		{ "getresgid res=@ rgid=<NA> egid=<NA> sgid=<NA>", SYS_getresgid,
		  { 8, 8, 8 } },
		{ "setpgid res=@ pid=-7 pgid=-8", SYS_setpgid, { -7, -8 } },
		{ "getrlimit res=@ cur=<NA> max=<NA> resource=7(RLIMIT_NOFILE)",
		  SYS_getrlimit, { RLIMIT_NOFILE, 8 } },
		{ "setrlimit res=@ cur=9 max=8 resource=4(RLIMIT_CORE)", SYS_setrlimit,
		  { RLIMIT_CORE, P(&limit) } },
		{ "prlimit res=@ newcur=9 newmax=8 oldcur=<NA> oldmax=<NA> pid=0 "
		  "resource=4(RLIMIT_CORE)", SYS_prlimit64, { 0, RLIMIT_CORE, P(&limit), 0 } },
		{ "prctl res=@ option=8(PR_SET_KEEPCAPS) arg2_str=<NA> arg2_int=9",
		  SYS_prctl, { PR_SET_KEEPCAPS, 9 } },
		{ "seccomp res=@ op=99 flags=3", SYS_seccomp, { 99, 3, 0 } },
		{ "setns res=@ fd=-1(EPERM) nstype=16(CLONE_NEWNET)", SYS_setns,
		  { -1, CLONE_NEWNET } },
		{ "unshare res=@ flags=256(CLONE_PARENT)", SYS_unshare, { CLONE_PARENT } },
		{ "nanosleep res=@ interval=2000000000(2s)", SYS_nanosleep, { P(&nap), 0 } },
		{ "init_module res=@ img=nonsense length=8 uargs=x=1", SYS_init_module,
		  { P("nonsense"), 8, P("x=1") } },
		{ "finit_module res=@ fd=-1(EPERM) uargs=x=1 "
		  "flags=1(MODULE_INIT_IGNORE_MODVERSIONS)",
		  SYS_finit_module, { -1, P("x=1"), 1 } },
		{ "delete_module res=@ name=absent flags=3(O_NONBLOCK|O_TRUNC)",
		  SYS_delete_module, { P("absent"), O_NONBLOCK | O_TRUNC } },
		{ "capset res=@ cap_inheritable=", SYS_capset, { 8, 8 } },
		{ "bpf fd=@ cmd=33(BPF_ITER_CREATE)", SYS_bpf, { 33, 0, 0 } },
		{ "execve res=@ exe=<NA> args=NULL tid=", SYS_execve, { NOWHERE, 0, 0 } },
		{ "execveat res=@ exe=", SYS_execveat, { -1, NOWHERE, 0, 0, AT_EMPTY_PATH } },
		{ "clone res=# exe=", SYS_clone, { CLONE_THREAD, 0, 0, 0, 0 } },
		{ "clone3 res=# exe=", SYS_clone3, { 8, 1 } },
		{ "ptrace res=@ addr=20 data=30 request=4(PTRACE_PEEKUSR) pid=99999999",
		  SYS_ptrace, { PTRACE_PEEKUSER, 99999999, 0x20, 0x30 } },
		{ "keyctl res=# operation=6(KEYCTL_DESCRIBE) arg2=99999999 arg3=0 arg4=0 "
		  "arg5=0", SYS_keyctl, { KEYCTL_DESCRIBE, 99999999, 0, 0, 0 } },
	};

	perform(deeds, ARRAY_LEN(deeds));
}

static void
reach_for_the_rest(void)
{
	struct sembuf ops[2] = { { 1, -2, IPC_NOWAIT }, { 3, 4, SEM_UNDO } };
	struct io_uring_params ring = { .flags = IORING_SETUP_IOPOLL | 1u << 31 };
	const struct deed deeds[] = {
		{ "semget res=@ key=5EED nsems=2 semflg=0", SYS_semget, { 0x5eed, 2, 0600 } },
		{ "semop res=@ nsops=2 sem_num_0=1 sem_op_0=-2 sem_flg_0=1(IPC_NOWAIT) "
		  "sem_num_1=3 sem_op_1=4 sem_flg_1=2(SEM_UNDO) semid=-1", SYS_semop,
		  { -1, P(ops), 2 } },
		{ "semctl res=@ semid=-1 semnum=2 cmd=4096(SETVAL) val=77", SYS_semctl,
		  { -1, 2, SETVAL, 77 } },
		{ "semctl res=@ semid=-1 semnum=2 cmd=4(IPC_RMID) val=<NA>", SYS_semctl,
		  { -1, 2, IPC_RMID, 77 } },
		{ "quotactl res=@ special=/none/a quotafilepath=/none/b "
		  "dqb_bhardlimit=<NA> dqb_bsoftlimit=<NA> dqb_curspace=<NA> dqb_ihardlimit=<NA> "
		  "dqb_isoftlimit=<NA> dqb_btime=<NA> dqb_itime=<NA> dqi_bgrace=<NA> "
		  "dqi_igrace=<NA> dqi_flags=<NA> quota_fmt_out=<NA> cmd=1(Q_QUOTAON) "
		  "type=1(USRQUOTA) id=2 quota_fmt=4(QFMT_VFS_V0)", SYS_quotactl,
		  { QCMD(Q_QUOTAON, USRQUOTA), NOWHERE, QFMT_VFS_V0, NOWHERE_ELSE } },
		{ "futex res=@ addr=0 op=1(FUTEX_WAKE) val=1", SYS_futex,
		  { 0, 1, 1, 0, 0, 0 } },
		{ "munmap res=@ vm_size=", SYS_munmap, { 1, 4096 } },
		{ "mmap res=FFFFFFFFFFFFFFF7(EBADF) vm_size=", SYS_mmap, { 0, 0, 0, 0, -1, 0 } },
		{ "mprotect res=@ addr=1 length=4096 prot=5(PROT_READ|PROT_EXEC)",
		  SYS_mprotect, { 1, 4096, PROT_READ | PROT_EXEC } },
		{ "brk res=", SYS_brk, { 0 } },
		{ "mlock res=@ addr=1000 len=4096", SYS_mlock, { 4096, 4096 } },
		{ "mlock2 res=@ addr=1000 len=4096 flags=1(MLOCK_ONFAULT)", SYS_mlock2,
		  { 4096, 4096, 1 } },
		{ "munlock res=@ addr=1000 len=4096", SYS_munlock, { 4096, 4096 } },
		{ "mlockall res=@ flags=4(MCL_ONFAULT)", SYS_mlockall, { 4 } },
		{ "munlockall res=0", SYS_munlockall, { 0 } },
		{ "io_uring_setup res=@ entries=4 sq_entries=0 cq_entries=0 "
		  "flags=1(IORING_SETUP_IOPOLL) sq_thread_cpu=0 sq_thread_idle=0 features=0",
		  SYS_io_uring_setup, { 4, P(&ring) } },
		{ "io_uring_enter res=@ fd=-1(EPERM) to_submit=1 min_complete=2 "
		  "flags=1(IORING_ENTER_GETEVENTS) sig=<NA>", SYS_io_uring_enter,
		  { -1, 1, 2, IORING_ENTER_GETEVENTS, 0, 8 } },
		{ "io_uring_register res=@ fd=-1(EPERM) "
		  "opcode=2(IORING_REGISTER_FILES) arg=20 nr_args=3", SYS_io_uring_register,
		  { -1, IORING_REGISTER_FILES, 0x20, 3 } },
		{ "getuid uid=0", SYS_getuid, { 0 } },
		{ "geteuid euid=0", SYS_geteuid, { 0 } },
		{ "getgid gid=0", SYS_getgid, { 0 } },
		{ "getegid egid=0", SYS_getegid, { 0 } },
		{ "setuid res=0 uid=0", SYS_setuid, { 0 } },
		{ "setgid res=0 gid=0", SYS_setgid, { 0 } },
		{ "setsid res=", SYS_setsid, { 0 } },
	};

	perform(deeds, ARRAY_LEN(deeds));
}

/* What newer machines do without. */
#if defined(__x86_64__)
static void
reach_as_before(void)
{
	struct timeval now = { 0, 0 };
	int mask[2] = { 0x200, 0 };
	pid_t child;
	const struct deed deeds[] = {
		{ "open fd=@ name=/none/a flags=6(O_CREAT|O_WRONLY) mode=0640 dev=<NA> "
		  "ino=<NA>", SYS_open, { NOWHERE, O_WRONLY | O_CREAT, 0640 } },
		{ "creat fd=@ name=/none/a mode=0640 dev=<NA> ino=<NA> creat_flags=<NA>",
		  SYS_creat, { NOWHERE, 0640 } },
		{ "stat res=@ path=/none/a", SYS_stat, { NOWHERE, P(mask) } },
		{ "lstat res=@ path=/none/a", SYS_lstat, { NOWHERE, P(mask) } },
		{ "access res=@ name=/none/a mode=6(R_OK|W_OK)", SYS_access,
		  { NOWHERE, R_OK | W_OK } },
		{ "mkdir res=@ path=/none/a mode=1C0", SYS_mkdir, { NOWHERE, 0700 } },
		{ "rmdir res=@ path=/none/a", SYS_rmdir, { NOWHERE } },
		{ "unlink res=@ path=/none/a", SYS_unlink, { NOWHERE } },
		{ "rename res=@ oldpath=/none/a newpath=/none/b", SYS_rename,
		  { NOWHERE, NOWHERE_ELSE } },
		{ "link res=@ oldpath=/none/a newpath=/none/b", SYS_link,
		  { NOWHERE, NOWHERE_ELSE } },
		{ "symlink res=@ target=there linkpath=/none/a", SYS_symlink,
		  { P("there"), NOWHERE } },
		{ "chmod res=@ filename=/none/a mode=0640(S_IRGRP|S_IWUSR|S_IRUSR)",
		  SYS_chmod, { NOWHERE, 0640 } },
		{ "chown res=@ path=/none/a uid=7 gid=8", SYS_chown, { NOWHERE, 7, 8 } },
		{ "lchown res=@ path=/none/a uid=7 gid=8", SYS_lchown, { NOWHERE, 7, 8 } },
		{ "mknod res=@ path=/none/a "
		  "mode=010644(S_IROTH|S_IRGRP|S_IWUSR|S_IRUSR|S_IFIFO) dev=259", SYS_mknod,
		  { NOWHERE, S_IFIFO | 0644, 259 } },
		{ "getdents res=@ fd=-1(EPERM)", SYS_getdents, { -1, 0, 0 } },
		{ "dup2 res=@ oldfd=-1(EPERM) newfd=300", SYS_dup2, { -1, 300 } },
		{ "poll res=0 fds=NULL timeout=0", SYS_poll, { 0, 0, 0 } },
		{ "select res=0", SYS_select, { 0, 0, 0, 0, P(&now) } },
		{ "epoll_create res=@ size=-3", SYS_epoll_create, { -3 } },
		{ "epoll_wait res=@ maxevents=5", SYS_epoll_wait, { -1, P(mask), 5, 0 } },
		{ "pipe res=@ fd1=<NA> fd2=<NA> ino=<NA>", SYS_pipe, { 8 } },
		{ "signalfd res=@ fd=300 mask=200 flags=0", SYS_signalfd,
		  { 300, P(mask), 8 } },
	};

	perform(deeds, ARRAY_LEN(deeds));
	MUST(syscall(SYS_eventfd, 5) > 0);
	expect("> eventfd initval=5 flags=0");
	MUST(syscall(SYS_inotify_init) > 0);
	expect("> inotify_init flags=0");
	child = (pid_t)syscall(SYS_fork);
	if (!child)
		_exit(0);
	MUST(waitpid(child, NULL, 0) == child);
	expect("< fork res=%d(actor) exe=", child);
	child = vfork();
	if (!child)
		_exit(0);
	MUST(waitpid(child, NULL, 0) == child);
	expect("< vfork res=%d", child);
}
#else
static void
reach_as_before(void)
{
}
#endif

void
act_every(void)
{
	reach_for_files();
	reach_for_data();
	reach_for_sockets();
	reach_for_processes();
	reach_for_the_rest();
	reach_as_before();
}
