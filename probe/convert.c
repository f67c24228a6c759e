#include "probe/convert.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/dqblk_xfs.h>
#include <linux/openat2.h>
#include <linux/quota.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/socket.h>

#include "engine/base/mem.h"

/* FROM, all of its bits, is TO. */
struct bits {
	uint64_t from, to;
};

static uint64_t
map_bits(const struct bits *bits, size_t n, uint64_t raw)
{
	uint64_t out = 0;

	for (size_t i = 0; i < n; i++)
		if ((raw & bits[i].from) == bits[i].from)
			out |= bits[i].to;
	return out;
}

/* What the kernel means by O_LARGEFILE, which 64-bit headers call 0. */
#if defined(__aarch64__)
#define KERNEL_O_LARGEFILE 0400000
#else
#define KERNEL_O_LARGEFILE 0100000
#endif

#define X86_MAP_32BIT 0x40		/* other machines have nothing there */

/* O_SYNC and O_TMPFILE contain O_DSYNC and O_DIRECTORY. */
static const struct bits open_bits[] = {
	{ O_CREAT, 0x4 }, { O_APPEND, 0x8 }, { O_DSYNC, 0x10 }, { O_EXCL, 0x20 },
	{ O_NONBLOCK, 0x40 }, { O_SYNC, 0x80 }, { O_TRUNC, 0x100 }, { O_DIRECT, 0x200 },
	{ O_DIRECTORY, 0x400 }, { KERNEL_O_LARGEFILE, 0x800 }, { O_CLOEXEC, 0x1000 },
	{ O_TMPFILE, 0x2000 },
};

uint64_t
convert_open_flags(uint64_t raw)
{
	static const uint64_t modes[] = { 1, 2, 3, 0 };	/* read, write, both */

	return modes[raw & O_ACCMODE] | map_bits(open_bits, ARRAY_LEN(open_bits), raw);
}

uint64_t
convert_cloexec_flags(uint64_t raw)
{
	return map_bits(open_bits, ARRAY_LEN(open_bits),
			raw & (O_CLOEXEC | O_NONBLOCK | O_DIRECT));
}

static const struct bits clone_bits[] = {
	{ CLONE_FILES, 1 << 0 }, { CLONE_FS, 1 << 1 }, { CLONE_IO, 1 << 2 },
	{ CLONE_NEWIPC, 1 << 3 }, { CLONE_NEWNET, 1 << 4 }, { CLONE_NEWNS, 1 << 5 },
	{ CLONE_NEWPID, 1 << 6 }, { CLONE_NEWUTS, 1 << 7 }, { CLONE_PARENT, 1 << 8 },
	{ CLONE_PARENT_SETTID, 1 << 9 }, { CLONE_PTRACE, 1 << 10 },
	{ CLONE_SIGHAND, 1 << 11 }, { CLONE_SYSVSEM, 1 << 12 }, { CLONE_THREAD, 1 << 13 },
	{ CLONE_UNTRACED, 1 << 14 }, { CLONE_VM, 1 << 15 }, { CLONE_NEWUSER, 1 << 20 },
	{ CLONE_CHILD_CLEARTID, 1 << 23 }, { CLONE_CHILD_SETTID, 1 << 24 },
	{ CLONE_SETTLS, 1 << 25 }, { CLONE_VFORK, 1 << 27 }, { CLONE_NEWCGROUP, 1 << 28 },
};

uint64_t
convert_clone_flags(uint64_t raw)
{
	return map_bits(clone_bits, ARRAY_LEN(clone_bits), raw);
}

uint64_t
convert_prot(uint64_t raw)
{
	static const struct bits bits[] = {
		{ PROT_READ, 1 }, { PROT_WRITE, 2 }, { PROT_EXEC, 4 }, { 0x8, 8 },
		{ PROT_GROWSDOWN, 16 }, { PROT_GROWSUP, 32 },
	};

	return map_bits(bits, ARRAY_LEN(bits), raw);
}

uint64_t
convert_mmap_flags(uint64_t raw)
{
	static const struct bits bits[] = {
		{ MAP_SHARED, 1 }, { MAP_PRIVATE, 2 }, { MAP_FIXED, 4 }, { MAP_ANONYMOUS, 8 },
		{ X86_MAP_32BIT, 16 },
		{ MAP_NORESERVE, 64 }, { MAP_POPULATE, 128 }, { MAP_NONBLOCK, 256 },
		{ MAP_GROWSDOWN, 512 }, { MAP_DENYWRITE, 1024 }, { MAP_EXECUTABLE, 2048 },
		{ MAP_LOCKED, 16384 },
	};

	return map_bits(bits, ARRAY_LEN(bits), raw);
}

uint64_t
convert_fcntl_command(uint64_t raw)
{
	static const struct bits commands[] = {
		{ F_DUPFD, 1 }, { F_GETFD, 2 }, { F_SETFD, 3 }, { F_GETFL, 4 }, { F_SETFL, 5 },
		{ 5, 6 }, { 6, 8 }, { 7, 9 }, { F_SETOWN, 10 }, { F_GETOWN, 12 },
		{ F_SETSIG, 13 }, { F_GETSIG, 15 }, { F_SETOWN_EX, 21 }, { F_GETOWN_EX, 22 },
		{ F_SETLEASE, 23 }, { F_GETLEASE, 24 }, { 1029, 25 }, { F_DUPFD_CLOEXEC, 26 },
		{ F_NOTIFY, 27 }, { F_SETPIPE_SZ, 28 }, { F_GETPIPE_SZ, 29 },
		{ F_OFD_GETLK, 30 }, { F_OFD_SETLK, 31 }, { F_OFD_SETLKW, 32 },
	};

	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (commands[i].from == (raw & 0xffffffff))
			return commands[i].to;
	return 0;
}

uint64_t
convert_at_flags(uint64_t raw)
{
	return raw & (AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW);
}

uint64_t
convert_chown_at_flags(uint64_t raw)
{
	static const struct bits bits[] = {
		{ AT_SYMLINK_NOFOLLOW, 0x400 }, { AT_EMPTY_PATH, 0x1000 },
	};

	return map_bits(bits, ARRAY_LEN(bits), raw);
}

uint64_t
convert_link_at_flags(uint64_t raw)
{
	return raw & (AT_SYMLINK_FOLLOW | AT_EMPTY_PATH);
}

uint64_t
convert_unlink_at_flags(uint64_t raw)
{
	return raw & AT_REMOVEDIR;
}

uint64_t
convert_exec_at_flags(uint64_t raw)
{
	static const struct bits bits[] = {
		{ AT_EMPTY_PATH, 1 }, { AT_SYMLINK_NOFOLLOW, 2 },
	};

	return map_bits(bits, ARRAY_LEN(bits), raw);
}

uint64_t
convert_resolve(uint64_t raw)
{
	static const struct bits bits[] = {
		{ RESOLVE_BENEATH, 1 }, { RESOLVE_IN_ROOT, 2 }, { RESOLVE_NO_MAGICLINKS, 4 },
		{ RESOLVE_NO_SYMLINKS, 8 }, { RESOLVE_NO_XDEV, 16 }, { RESOLVE_CACHED, 32 },
	};

	return map_bits(bits, ARRAY_LEN(bits), raw);
}

uint64_t
convert_access(uint64_t raw)
{
	return raw & 7;
}

uint64_t
convert_flock(uint64_t raw)
{
	static const struct bits bits[] = {
		{ LOCK_SH, 1 }, { LOCK_EX, 2 }, { LOCK_NB, 4 }, { LOCK_UN, 8 },
	};

	return map_bits(bits, ARRAY_LEN(bits), raw);
}

uint64_t
convert_poll_events(uint64_t raw)
{
	static const struct bits bits[] = {
		{ 0x1, 1 }, { 0x2, 2 }, { 0x4, 4 }, { 0x2000, 8 }, { 0x8, 16 }, { 0x10, 32 },
		{ 0x20, 64 }, { 0x40, 128 }, { 0x80, 256 }, { 0x100, 512 }, { 0x200, 1024 },
	};

	return map_bits(bits, ARRAY_LEN(bits), raw);
}

uint64_t
convert_delete_module_flags(uint64_t raw)
{
	static const struct bits bits[] = { { O_TRUNC, 1 }, { O_NONBLOCK, 2 } };

	return map_bits(bits, ARRAY_LEN(bits), raw);
}

uint64_t
convert_semget_flags(uint64_t raw)
{
	static const struct bits bits[] = { { IPC_CREAT, 0x2000 }, { IPC_EXCL, 0x4000 } };

	return map_bits(bits, ARRAY_LEN(bits), raw);
}

uint64_t
convert_semop_flags(uint64_t raw)
{
	static const struct bits bits[] = { { IPC_NOWAIT, 1 }, { SEM_UNDO, 2 } };

	return map_bits(bits, ARRAY_LEN(bits), raw);
}

/* The value that stands for the number RAW, or 0. */
static uint64_t
map_number(const struct bits *numbers, size_t n, uint64_t raw)
{
	for (size_t i = 0; i < n; i++)
		if (numbers[i].from == raw)
			return numbers[i].to;
	return 0;
}

/* With the bit that asks for the structures of today, or without. */
uint64_t
convert_semctl_command(uint64_t raw)
{
	static const struct bits commands[] = {
		{ IPC_STAT, 1 << 0 }, { IPC_SET, 1 << 1 }, { IPC_RMID, 1 << 2 },
		{ IPC_INFO, 1 << 3 }, { SEM_INFO, 1 << 4 }, { SEM_STAT, 1 << 5 },
		{ GETALL, 1 << 6 }, { GETNCNT, 1 << 7 }, { GETPID, 1 << 8 },
		{ GETVAL, 1 << 9 }, { GETZCNT, 1 << 10 }, { SETALL, 1 << 11 },
		{ SETVAL, 1 << 12 },
	};

	return map_number(commands, ARRAY_LEN(commands), (uint32_t)raw & ~0x100u);
}

uint64_t
convert_ptrace_request(uint64_t raw)
{
	static const struct bits requests[] = {
		{ 12, 26 }, { 13, 27 }, { 14, 28 }, { 15, 29 }, { 16, 11 }, { 17, 12 },
		{ 18, 30 }, { 19, 31 }, { 21, 32 }, { 24, 13 }, { 25, 33 }, { 26, 34 },
		{ 30, 35 }, { 31, 36 }, { 32, 37 }, { 33, 38 },
	};

	raw = (uint32_t)raw;
	if (raw >= 0x4200 && raw <= 0x420b)
		return raw - 0x4200 + 14;
	return raw <= 9 ? raw + 1 : map_number(requests, ARRAY_LEN(requests), raw);
}

uint64_t
convert_quota_command(uint64_t raw)
{
	static const struct bits commands[] = {
		{ Q_SYNC, 1 << 7 }, { Q_QUOTAON, 1 << 0 }, { Q_QUOTAOFF, 1 << 1 },
		{ Q_GETFMT, 1 << 2 }, { Q_GETINFO, 1 << 3 }, { Q_SETINFO, 1 << 4 },
		{ Q_GETQUOTA, 1 << 5 }, { Q_SETQUOTA, 1 << 6 }, { Q_XQUOTAON, 1 << 8 },
		{ Q_XQUOTAOFF, 1 << 9 }, { Q_XGETQUOTA, 1 << 10 }, { Q_XSETQLIM, 1 << 11 },
		{ Q_XGETQSTAT, 1 << 12 }, { Q_XQUOTARM, 1 << 13 }, { Q_XQUOTASYNC, 1 << 14 },
	};
	uint64_t command = (uint32_t)raw >> SUBCMDSHIFT;

	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if ((commands[i].from & (UINT32_MAX >> SUBCMDSHIFT)) == command)
			return commands[i].to;
	return 0;
}

uint64_t
convert_quota_type(uint64_t raw)
{
	raw &= SUBCMDMASK;
	return raw == USRQUOTA ? 1 : raw == GRPQUOTA ? 2 : 0;
}

uint64_t
convert_quota_format(uint64_t raw)
{
	static const struct bits formats[] = {
		{ QFMT_VFS_OLD, 2 }, { QFMT_VFS_V0, 4 }, { QFMT_VFS_V1, 8 },
	};

	return map_number(formats, ARRAY_LEN(formats), (uint32_t)raw);
}

/* The format has one more in between. */
uint64_t
convert_ring_setup_flags(uint64_t raw)
{
	return (raw & 3) | (raw & 0x7c) << 1;
}

uint64_t
convert_ring_features(uint64_t raw)
{
	return raw & 0x7ff;
}

uint64_t
convert_ring_enter_flags(uint64_t raw)
{
	return raw & 0xf;
}

/* The kernel's numbers are the format's, as far as both go. */
uint64_t
convert_rlimit(uint64_t raw)
{
	return raw <= 15 ? raw : 255;
}

uint64_t
convert_epoll_flags(uint64_t raw)
{
	return raw & O_CLOEXEC ? 1 : 0;
}

uint64_t
convert_memfd_flags(uint64_t raw)
{
	return raw & (MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB);
}

uint64_t
convert_pidfd_flags(uint64_t raw)
{
	return raw & O_NONBLOCK ? 1 : 0;
}

uint64_t
convert_close_range_flags(uint64_t raw)
{
	return raw & (CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC);
}

uint64_t
convert_mount_flags(uint64_t raw)
{
	/* A mark that very old programs put there. */
	return (raw & 0xffff0000) == 0xc0ed0000 ? raw & 0xffff : raw;
}

uint64_t
convert_vfork_flags(uint64_t raw)
{
	(void)raw;
	return convert_clone_flags(CLONE_VFORK | CLONE_VM);
}

uint64_t
convert_to_zero(uint64_t raw)
{
	(void)raw;
	return 0;
}

uint64_t
convert_mode(uint64_t raw)
{
	return raw & 07777;
}

uint64_t
convert_mknod_mode(uint64_t raw)
{
	return raw & 0177777;
}

uint64_t
convert_option_level(uint64_t raw)
{
	return raw == SOL_SOCKET ? 1 : raw == IPPROTO_TCP ? 2 : 0;
}

/* The older ones have the kernel's numbers. */
uint64_t
convert_option_name(uint64_t raw)
{
	switch (raw) {
	case SO_PEERGROUPS:
		return 51;
	case SO_MEMINFO:
		return 52;
	case SO_COOKIE:
		return 53;
	default:
		return raw <= SO_ATTACH_BPF ? raw : 0;
	}
}

uint64_t
convert_device(uint64_t raw)
{
	uint64_t major = raw >> 20, minor = raw & 0xfffff;

	return (minor & 0xff) | major << 8 | (minor & ~0xffull) << 12;
}

/* The highest is none; others are as they are. */
uint64_t
convert_id16(uint64_t raw)
{
	return (uint16_t)raw == UINT16_MAX ? UINT64_MAX : (uint16_t)raw;
}

uint64_t
convert_limit32(uint64_t raw)
{
	return (uint32_t)raw == UINT32_MAX ? UINT64_MAX : (uint32_t)raw;
}

/* Keys with a meaning of their own are negative, and on the last page nothing is mapped. */
uint64_t
convert_key32(uint64_t raw)
{
	return (uint32_t)raw >= 0xfffff000u ? (uint64_t)(int64_t)(int32_t)raw : (uint32_t)raw;
}

/* Bits of the processor: the page is there, writing, from the program, a reserved bit
 * is set, fetching an instruction. */
uint64_t
convert_page_fault(uint64_t raw)
{
	return (raw & 1 ? 0x1 : 0x2) | (raw & 2 ? 0x4 : 0x8) | (raw & 4 ? 0x10 : 0x20) |
	       (raw & 8 ? 0x40 : 0) | (raw & 16 ? 0x80 : 0);
}
