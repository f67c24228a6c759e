#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/live/actor.h"

/* Device and inode of FD as an event shows them. */
static const char *
place_of(int fd)
{
	static char text[64];
	struct stat st;

	MUST(fstat(fd, &st) == 0);
	snprintf(text, sizeof(text), "dev=%X ino=%llu",
		 (unsigned)(major(st.st_dev) << 8 | (minor(st.st_dev) & 0xff)),
		 (unsigned long long)st.st_ino);
	return text;
}

static int
make_file(void)
{
	int fd = openat(AT_FDCWD, "one", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	MUST(fd >= 0);
	expect("> openat ");
	expect("< openat fd=%d(<f>%s/one) dirfd=-100(AT_FDCWD) name=one(%s/one) "
	       "flags=20519(O_EXCL|O_CREAT|O_RDWR|O_CLOEXEC|O_F_CREATED) mode=0640 %s", fd,
	       actor_folder, actor_folder, place_of(fd));
	return fd;
}

static void
write_and_read(int fd)
{
	char ab[] = "ab", cde[] = "cde";
	struct iovec out[2] = { { ab, 2 }, { cde, 3 } }, in[2];
	char data[128], big[300], a[4], b[8];

	memset(big, 'x', sizeof(big));
	MUST(write(fd, "hello", 5) == 5);
	expect("> write fd=%d(<f>%s/one) size=5", fd, actor_folder);
	expect("< write res=5 data=hello fd=%d(<f>%s/one) size=5", fd, actor_folder);
	MUST(pwrite(fd, "J", 1, 0) == 1);
	expect("< pwrite res=1 data=J fd=%d(<f>%s/one) size=1 pos=0", fd, actor_folder);
	MUST(pread(fd, data, sizeof(data), 1) == 4);
	expect("< pread res=4 data=ello fd=%d(<f>%s/one) size=128 pos=1", fd, actor_folder);
	MUST(lseek(fd, 2, SEEK_SET) == 2);
	expect("< lseek res=2 fd=%d(<f>%s/one) offset=2 whence=0(SEEK_SET)", fd, actor_folder);
	MUST(read(fd, data, sizeof(data)) == 3);
	expect("> read fd=%d(<f>%s/one) size=128", fd, actor_folder);
	expect("< read res=3 data=llo fd=%d(<f>%s/one) size=128", fd, actor_folder);
	MUST(read(fd, data, sizeof(data)) == 0);
	expect("< read res=0 data=NULL fd=%d(<f>%s/one) size=128", fd, actor_folder);
	MUST(writev(fd, out, 2) == 5);
	expect("> writev fd=%d(<f>%s/one) size=5", fd, actor_folder);
	expect("< writev res=5 data=abcde fd=%d(<f>%s/one) size=5", fd, actor_folder);
	in[0] = (struct iovec){ a, sizeof(a) };
	in[1] = (struct iovec){ b, sizeof(b) };
	MUST(lseek(fd, 0, SEEK_SET) == 0 && readv(fd, in, 2) == 10);
	expect("< readv res=10 size=12 data=Jelloabcde fd=%d(<f>%s/one)", fd, actor_folder);
	MUST(write(fd, big, sizeof(big)) == sizeof(big));
	expect("< write res=300 data=%.80s fd=%d(<f>%s/one) size=300", big, fd, actor_folder);
	MUST(write(-1, "lost", 4) < 0);
	expect("< write res=-9(EBADF) data=lost fd=-1(EPERM) size=4");
	MUST(read(fd, NULL, 0) == 0);
	expect("< read res=0 data=NULL fd=%d(<f>%s/one) size=0", fd, actor_folder);
}

static void
duplicate(int fd)
{
	int other = dup(fd);

	MUST(other >= 0);
	expect("< dup res=%d(<f>%s/one) oldfd=%d(<f>%s/one)", other, actor_folder, fd,
	       actor_folder);
	MUST(dup2(fd, 50) == 50);
	expect("< dup2 res=50(<f>%s/one) oldfd=%d(<f>%s/one) newfd=50(<f>%s/one)",
	       actor_folder, fd, actor_folder, actor_folder);
	MUST(dup3(fd, 51, O_CLOEXEC) == 51);
	expect("< dup3 res=51(<f>%s/one) oldfd=%d(<f>%s/one) newfd=51(<f>%s/one) "
	       "flags=4096(O_CLOEXEC)", actor_folder, fd, actor_folder, actor_folder);
	MUST(fcntl(fd, F_DUPFD_CLOEXEC, 60) == 60);
	expect("< fcntl res=60(<f>%s/one) fd=%d(<f>%s/one) cmd=26(F_DUPFD_CLOEXEC) arg=3C",
	       actor_folder, fd, actor_folder);
	MUST(flock(fd, LOCK_EX | LOCK_NB) == 0);
	expect("< flock res=0 fd=%d(<f>%s/one) operation=6(LOCK_EX|LOCK_NB)", fd, actor_folder);
	MUST(syscall(SYS_close_range, 50, 51, 0) == 0);
	expect("< close_range res=0 first=50 last=51 flags=0");
	MUST(close(60) == 0 && close(other) == 0);
	expect("> close fd=60(<f>%s/one)", actor_folder);
	expect("< close res=0 fd=60(<f>%s/one)", actor_folder);
}

void
act_files(void)
{
	int fd = make_file();

	write_and_read(fd);
	duplicate(fd);
	MUST(close(fd) == 0);
	expect("< close res=0 fd=%d(<f>%s/one)", fd, actor_folder);
	MUST(openat(AT_FDCWD, "absent", O_RDONLY) < 0);
	expect("< openat fd=-2(ENOENT) dirfd=-100(AT_FDCWD) name=absent(%s/absent) "
	       "flags=1(O_RDONLY) mode=0 dev=<NA> ino=<NA>", actor_folder);
	MUST(openat(AT_FDCWD, (char *)8, O_RDONLY) < 0);
	expect("< openat fd=-14(EFAULT) dirfd=-100(AT_FDCWD) name=<NA>");
}

static void
make_paths(int dir)
{
	MUST(mkdirat(dir, "sub", 0750) == 0);
	expect("< mkdirat res=0 dirfd=%d(<d>%s) path=sub(%s/sub) mode=1E8", dir, actor_folder,
	       actor_folder);
	MUST(symlinkat("target", dir, "link") == 0);
	expect("< symlinkat res=0 target=target linkdirfd=%d(<d>%s) linkpath=link(%s/link)", dir,
	       actor_folder, actor_folder);
	MUST(linkat(dir, "link", dir, "hard", 0) == 0);
	expect("< linkat res=0 olddir=%d(<d>%s) oldpath=link(%s/link) newdir=%d(<d>%s) "
	       "newpath=hard(%s/hard) flags=0", dir, actor_folder, actor_folder, dir,
	       actor_folder, actor_folder);
	MUST(renameat2(dir, "hard", dir, "soft", 1) == 0);
	expect("< renameat2 res=0 olddirfd=%d(<d>%s) oldpath=hard(%s/hard) newdirfd=%d(<d>%s) "
	       "newpath=soft(%s/soft) flags=1(RENAME_NOREPLACE)", dir, actor_folder,
	       actor_folder, dir, actor_folder, actor_folder);
	MUST(fchmodat(dir, "sub", 0711, 0) == 0);
	expect("< fchmodat res=0 dirfd=%d(<d>%s) filename=sub(%s/sub) "
	       "mode=0711(S_IXOTH|S_IXGRP|S_IXUSR|S_IWUSR|S_IRUSR)", dir, actor_folder,
	       actor_folder);
	MUST(fchownat(dir, "link", 0, 0, AT_SYMLINK_NOFOLLOW) == 0);
	expect("< fchownat res=0 dirfd=%d(<d>%s) pathname=link(%s/link) uid=0 gid=0 "
	       "flags=1024(AT_SYMLINK_NOFOLLOW)", dir, actor_folder, actor_folder);
}

static void
look_at_paths(int dir)
{
	struct stat st;
	char here[4096];

	MUST(fstatat(dir, "link", &st, AT_SYMLINK_NOFOLLOW) == 0);
	expect("< newfstatat res=0 dirfd=%d(<d>%s) path=link(%s/link) "
	       "flags=256(AT_SYMLINK_NOFOLLOW)", dir, actor_folder, actor_folder);
	MUST(syscall(SYS_chdir, "sub") == 0);
	expect("< chdir res=0 path=sub");
	MUST(syscall(SYS_getcwd, here, sizeof(here)) > 0);
	expect("< getcwd res=%zu path=%s/sub", strlen(here) + 1, actor_folder);
	MUST(openat(AT_FDCWD, "none", O_RDONLY) < 0);
	expect("< openat fd=-2(ENOENT) dirfd=-100(AT_FDCWD) name=none(%s/sub/none)",
	       actor_folder);
	MUST(fchdir(dir) == 0);
	expect("< fchdir res=0 fd=%d(<d>%s)", dir, actor_folder);
}

void
act_paths(void)
{
	int dir = openat(AT_FDCWD, actor_folder, O_RDONLY | O_DIRECTORY);
	char name[4096 + 64];

	MUST(dir >= 0);
	expect("< openat fd=%d(<d>%s) dirfd=-100(AT_FDCWD) name=%s flags=1025(O_DIRECTORY|"
	       "O_RDONLY) mode=0 ", dir, actor_folder, actor_folder);
	make_paths(dir);
	look_at_paths(dir);
	MUST(unlinkat(dir, "soft", 0) == 0 && unlinkat(dir, "link", 0) == 0);
	expect("< unlinkat res=0 dirfd=%d(<d>%s) name=soft(%s/soft) flags=0", dir, actor_folder,
	       actor_folder);
	MUST(unlinkat(dir, "sub", AT_REMOVEDIR) == 0);
	expect("< unlinkat res=0 dirfd=%d(<d>%s) name=sub(%s/sub) flags=512(AT_REMOVEDIR)", dir,
	       actor_folder, actor_folder);
	/* As long as a name may be, and a little longer. */
	memset(name, 'n', sizeof(name));
	name[4095] = '\0';
	MUST(openat(AT_FDCWD, name, O_RDONLY) < 0);
	expect("< openat fd=-36(ENAMETOOLONG) dirfd=-100(AT_FDCWD) name=nnnnnnnn");
	name[4095] = 'n';
	name[4096] = '\0';
	MUST(openat(AT_FDCWD, name, O_RDONLY) < 0);
	expect("< openat fd=-36(ENAMETOOLONG) dirfd=-100(AT_FDCWD) name=nnnnnnnn");
}

/* Descriptors and a folder that were there before anybody looked. */
void
act_inherited(void)
{
	char go;

	MUST(read(3, &go, 1) == 1);
	expect("< read res=1 data=g fd=3(<p>");
	MUST(write(4, "old", 3) == 3);
	expect("< write res=3 data=old fd=4(<f>%s/before) size=3", actor_folder);
	MUST(openat(AT_FDCWD, "after", O_RDONLY) < 0);
	expect("< openat fd=-2(ENOENT) dirfd=-100(AT_FDCWD) name=after(%s/after)", actor_folder);
	MUST(write(5, "x", 1) == 1);
	expect("< write res=1 data=x fd=5(<4t>127.0.0.1:");
}
