#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/live/actor.h"
#include "tests/live/call32.h"

/* Calls of 32-bit programs whose arguments differ in nothing but their width. */

static void
use_file(char *room)
{
	int64_t *position = (int64_t *)(void *)(room + 512);
	int fd;

	strcpy(room, "small");
	fd = CALL32(I386_OPENAT, (unsigned)AT_FDCWD, low(room), O_RDWR | O_CREAT, 0600);
	MUST(fd >= 0);
	expect("< openat fd=%d(<f>%s/small) dirfd=-100(AT_FDCWD) name=small(%s/small) "
	       "flags=16391(O_CREAT|O_RDWR|O_F_CREATED) mode=0600 ", fd, actor_folder,
	       actor_folder);
	strcpy(room + 64, "thirty-two");
	MUST(CALL32(I386_WRITE, (unsigned)fd, low(room + 64), 10, 0) == 10);
	expect("> write fd=%d(<f>%s/small) size=10", fd, actor_folder);
	expect("< write res=10 data=thirty-two fd=%d(<f>%s/small) size=10", fd, actor_folder);
	MUST(CALL32(I386_LLSEEK, (unsigned)fd, 1, 5, low(position), SEEK_END) == 0 &&
	     *position == 0x10000000a + 5);
	expect("< llseek res=0 fd=%d(<f>%s/small) offset=%lld whence=2(SEEK_END)", fd,
	       actor_folder, 0x100000005ll);
	MUST(CALL32(I386_FCNTL64, (unsigned)fd, F_SETFD, FD_CLOEXEC, 0) == 0);
	expect("< fcntl res=0(<f>");
	MUST(CALL32(I386_CLOSE, (unsigned)fd, 0, 0, 0) == 0);
	expect("< close res=0 fd=%d(<f>%s/small)", fd, actor_folder);
}

static void
use_the_rest(char *room)
{
	int fd, *ends = (int *)(void *)(room + 128);

	strcpy(room, "/none/a");
	MUST(CALL32(I386_OPEN, low(room), O_RDONLY, 0, 0) < 0);
	expect("< open fd=-2(ENOENT) name=/none/a flags=1(O_RDONLY) mode=0 ");
	MUST(CALL32(I386_STAT64, low(room), low(room + 256), 0, 0) < 0);
	expect("< stat64 res=-2(ENOENT) path=/none/a");
	MUST(CALL32(I386_LSTAT64, low(room), low(room + 256)) < 0);
	expect("< lstat64 res=-2(ENOENT) path=/none/a");
	MUST(CALL32(I386_UMOUNT, low(room), 0, 0, 0) < 0);
	expect("< umount res=-2(ENOENT) name=/none/a");
	MUST(CALL32(I386_GETUID32, 0, 0, 0, 0) == 0);
	expect("< getuid uid=0");
	MUST(CALL32(I386_MMAP2, 0, 4096, 0, MAP_SHARED, 2) < 0);
	expect("> mmap2 addr=0 length=4096 prot=0(PROT_NONE) flags=1(MAP_SHARED) fd=2");
	MUST(CALL32(I386_GETTID, 0, 0, 0, 0) == getpid());
	expect("> gettid");
	expect("< gettid");
	MUST(CALL32(I386_READ, (unsigned)-1, 8, 5, 0) < 0);
	expect("< read res=-9(EBADF) data=NULL fd=-1(EPERM) size=5");
	fd = CALL32(I386_SOCKET, 2, 2, 0, 0);
	MUST(fd >= 0);
	expect("< socket fd=%d(<4>) domain=2(AF_INET) type=2 proto=0", fd);
	MUST(CALL32(I386_PIPE2, low(ends), O_CLOEXEC, 0, 0) == 0);
	expect("< pipe2 res=0 fd1=%d(<p>) fd2=%d(<p>)", ends[0], ends[1]);
}

void
act_compat(void)
{
	char *room = call32_room();

	if (!room)
		return;
	use_file(room);
	use_the_rest(room);
}
