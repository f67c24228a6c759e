#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mman.h>

#include "engine/base/mem.h"
#include "probe/convert.h"
#include "tests/lib/check.h"

static const struct {
	const char *name;
	uint64_t (*convert)(uint64_t);
	uint64_t raw, want;
} cases[] = {
	{ "reading only", convert_open_flags, O_RDONLY, 1 },
	{ "writing only", convert_open_flags, O_WRONLY, 2 },
	{ "both", convert_open_flags, O_RDWR, 3 },
	{ "make a file", convert_open_flags, O_WRONLY | O_CREAT | O_TRUNC, 0x106 },
	{ "append", convert_open_flags, O_WRONLY | O_APPEND | O_CLOEXEC, 0x100a },
	{ "a folder", convert_open_flags, O_DIRECTORY | O_NONBLOCK, 0x441 },
	{ "O_SYNC has O_DSYNC in it", convert_open_flags, O_SYNC, 0x91 },
	{ "O_DSYNC has not O_SYNC", convert_open_flags, O_DSYNC, 0x11 },
	{ "O_TMPFILE has O_DIRECTORY in it", convert_open_flags, O_RDWR | O_TMPFILE, 0x2403 },
	{ "no access mode", convert_cloexec_flags, O_CLOEXEC | O_NONBLOCK, 0x1040 },
	{ "a thread", convert_clone_flags, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
	  CLONE_THREAD, 0xa803 },
	{ "namespaces", convert_clone_flags, CLONE_NEWPID | CLONE_NEWUSER, 0x100040 },
	{ "the signal at the end is no flag", convert_clone_flags, 17, 0 },
	{ "vfork", convert_vfork_flags, 0, 0x8008000 },
	{ "protection", convert_prot, PROT_READ | PROT_EXEC, 5 },
	{ "anonymous memory", convert_mmap_flags, MAP_PRIVATE | MAP_ANONYMOUS, 10 },
	{ "F_SETFD", convert_fcntl_command, F_SETFD, 3 },
	{ "F_DUPFD", convert_fcntl_command, F_DUPFD, 1 },
	{ "F_DUPFD_CLOEXEC", convert_fcntl_command, F_DUPFD_CLOEXEC, 26 },
	{ "no such command", convert_fcntl_command, 999, 0 },
	{ "fchownat's flag is another", convert_chown_at_flags, AT_SYMLINK_NOFOLLOW, 0x400 },
	{ "fstatat's is not", convert_at_flags, AT_SYMLINK_NOFOLLOW, 0x100 },
	{ "a page that lacks is written", convert_page_fault, 6, 0x16 },
	{ "a page that may only be read", convert_page_fault, 7, 0x15 },
	{ "the kernel reads", convert_page_fault, 0, 0x2a },
	{ "a program jumps, a bit is wrong", convert_page_fault, 28, 0xda },
	{ "lock", convert_flock, LOCK_EX | LOCK_NB, 6 },
	{ "poll", convert_poll_events, POLLIN | POLLHUP, 0x21 },
	{ "poll, the other end", convert_poll_events, POLLRDHUP, 8 },
	{ "device", convert_device, (uint64_t)8 << 20 | 300, 0x10082c },
	{ "mode", convert_mode, 0104755, 04755 },
	{ "kind of a node", convert_mknod_mode, 0010600, 0010600 },
	{ "an unknown limit", convert_rlimit, 99, 255 },
	{ "old mount mark", convert_mount_flags, 0xc0ed0021, 0x21 },
};

int
main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK(cases[i].convert(cases[i].raw) == cases[i].want, "%s: %llx", cases[i].name,
		      (unsigned long long)cases[i].convert(cases[i].raw));
	return check_done();
}
