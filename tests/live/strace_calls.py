"""Which parameter of an event is which argument of a call, for the comparison with strace.

A row is words PARAMETER@ARGUMENT:KIND. ARGUMENT counts from 0, and 2.flags is a member of
the structure that is argument 2. KIND is a function in test_strace.py.
"""

# Where strace has another name.
NAMES = {
    'pread64': 'pread', 'pwrite64': 'pwrite', 'prlimit64': 'prlimit',
    '_llseek': 'llseek', 'getuid32': 'getuid', 'fcntl64': 'fcntl',
    'sendfile64': 'sendfile', 'ugetrlimit': 'getrlimit', 'ppoll_time64': 'ppoll',
    'recvmmsg_time64': 'recvmmsg',
}

ROWS = '''
open name@0:path flags@1:flags mode@2:mode
openat dirfd@0:fd name@1:path flags@2:flags mode@3:mode
openat2 dirfd@0:fd name@1:path flags@2.flags:flags mode@2.mode:mode resolve@2.resolve:flags
creat name@0:path mode@1:mode
open_by_handle_at mountfd@0:fd flags@2:flags
close fd@0:fd
close_range first@0:num last@1:num flags@2:flags
stat path@0:path
lstat path@0:path
fstat fd@0:fd
newfstatat dirfd@0:fd path@1:path flags@3:flags
access name@0:path mode@1:flags
mkdir path@0:path mode@1:hex
mkdirat dirfd@0:fd path@1:path mode@2:hex
rmdir path@0:path
unlink path@0:path
unlinkat dirfd@0:fd name@1:path flags@2:flags
rename oldpath@0:path newpath@1:path
renameat olddirfd@0:fd oldpath@1:path newdirfd@2:fd newpath@3:path
renameat2 olddirfd@0:fd oldpath@1:path newdirfd@2:fd newpath@3:path flags@4:flags
link oldpath@0:path newpath@1:path
linkat olddir@0:fd oldpath@1:path newdir@2:fd newpath@3:path flags@4:flags
symlink target@0:path linkpath@1:path
symlinkat target@0:path linkdirfd@1:fd linkpath@2:path
chmod filename@0:path mode@1:mode
fchmod fd@0:fd mode@1:mode
fchmodat dirfd@0:fd filename@1:path mode@2:mode
chown path@0:path uid@1:num gid@2:num
lchown path@0:path uid@1:num gid@2:num
fchown fd@0:fd uid@1:num gid@2:num
fchownat dirfd@0:fd pathname@1:path uid@2:num gid@3:num flags@4:flags
mknod path@0:path mode@1:mode
mknodat dirfd@0:fd path@1:path mode@2:mode
chdir path@0:path
fchdir fd@0:fd
chroot path@0:path
getcwd path@0:path
mount dev@0:path dir@1:path type@2:path flags@3:flags
umount2 name@0:path flags@1:flags
flock fd@0:fd operation@1:flags
getdents fd@0:fd
getdents64 fd@0:fd
lseek fd@0:fd offset@1:num whence@2:flags
llseek fd@0:fd whence@3:flags
stat64 path@0:path
umount name@0:path
mmap2 addr@0:hex length@1:num prot@2:flags flags@3:flags fd@4:fd
read data@1:data fd@0:fd size@2:num
write data@1:data fd@0:fd size@2:num
pread data@1:data fd@0:fd size@2:num pos@3:num
pwrite data@1:data fd@0:fd size@2:num pos@3:num
readv size@1:vector_size data@1:vector fd@0:fd
writev size@1:vector_size data@1:vector fd@0:fd
preadv size@1:vector_size data@1:vector fd@0:fd pos@3:num
pwritev size@1:vector_size data@1:vector fd@0:fd pos@3:num
sendfile out_fd@0:fd in_fd@1:fd offset@2:pointed size@3:num
splice fd_in@0:fd fd_out@2:fd size@4:num flags@5:flags
copy_file_range fdin@0:fd offin@1:pointed fdout@2:fd offout@3:pointed len@4:num
ioctl fd@0:fd
fcntl fd@0:fd cmd@1:flags
dup oldfd@0:fd
dup2 oldfd@0:fd newfd@1:fd
dup3 oldfd@0:fd newfd@1:fd flags@2:flags
poll fds@0:polled timeout@2:num
ppoll fds@0:polled
epoll_create size@0:num
epoll_create1 flags@0:flags
epoll_wait maxevents@2:num
socket domain@0:flags type@1:socket_type
bind addr@1:address fd@0:fd
connect addr@1:address fd@0:fd
listen fd@0:fd backlog@1:num
sendto data@1:data fd@0:fd size@2:num
recvfrom data@1:data fd@0:fd size@2:num
sendmsg fd@0:fd size@1.msg_iov:vector_size data@1.msg_iov:vector
recvmsg fd@0:fd size@1.msg_iov:vector_size data@1.msg_iov:vector
sendmmsg fd@0:fd
recvmmsg fd@0:fd
shutdown fd@0:fd how@1:flags
socketpair domain@0:flags type@1:socket_type fd1@3:first fd2@3:second
setsockopt fd@0:fd level@1:option optname@2:option optlen@4:num
getsockopt fd@0:fd level@1:option optname@2:option optlen@4:pointed
pipe fd1@0:first fd2@0:second
pipe2 fd1@0:first fd2@0:second flags@1:flags
eventfd initval@0:num
eventfd2 initval@0:num flags@1:flags
inotify_init1 flags@0:flags
signalfd4 fd@0:fd flags@3:flags
memfd_create name@0:path flags@1:flags
pidfd_open pid@0:num flags@1:flags
pidfd_getfd pid_fd@0:fd target_fd@1:fd flags@2:hex
userfaultfd flags@0:flags
bpf cmd@0:flags
futex addr@0:hex op@1:flags val@2:num
brk addr@0:hex
mmap addr@0:hex length@1:num prot@2:flags flags@3:flags fd@4:fd offset@5:num
munmap addr@0:hex length@1:num
mprotect addr@0:hex length@1:num prot@2:flags
mlock addr@0:hex len@1:num
mlock2 addr@0:hex len@1:num flags@2:flags
munlock addr@0:hex len@1:num
mlockall flags@0:flags
clone flags@1.flags:flags
execve filename@0:path exe@1:first_text args@1:more_texts env@2:texts
kill pid@0:num sig@1:flags
tkill tid@0:num sig@1:flags
tgkill pid@0:num tid@1:num sig@2:flags
setuid uid@0:num
setgid gid@0:num
setreuid ruid@0:num euid@1:num
setregid rgid@0:num egid@1:num
setresuid ruid@0:num euid@1:num suid@2:num
setresgid rgid@0:num egid@1:num sgid@2:num
getresuid ruid@0:pointed euid@1:pointed suid@2:pointed
getresgid rgid@0:pointed egid@1:pointed sgid@2:pointed
setpgid pid@0:num pgid@1:num
getrlimit resource@0:flags cur@1.rlim_cur:num max@1.rlim_max:num
setrlimit resource@0:flags cur@1.rlim_cur:num max@1.rlim_max:num
prlimit pid@0:num resource@1:flags newcur@2.rlim_cur:num newmax@2.rlim_max:num
prctl option@0:flags
seccomp flags@1:flags
setns fd@0:fd nstype@1:flags
unshare flags@0:flags
nanosleep interval@0:time
init_module length@1:num uargs@2:path
finit_module fd@0:fd uargs@1:path flags@2:flags
delete_module name@0:path flags@1:flags
fsconfig fd@0:fd cmd@1:flags key@2:path aux@4:num
ptrace request@0:flags pid@1:num
process_vm_readv pid@0:num data@1:vector
process_vm_writev pid@0:num data@1:vector
keyctl operation@0:flags
semget nsems@1:num semflg@2:flags
semop semid@0:num nsops@2:num
semctl semid@0:num semnum@1:num cmd@2:flags
io_uring_setup entries@0:num flags@1.flags:flags sq_entries@1.sq_entries:num
io_uring_enter fd@0:fd to_submit@1:num min_complete@2:num flags@3:flags
io_uring_register fd@0:fd opcode@1:flags nr_args@3:num
'''

# Names that only one of the two has, by event and parameter; * is any.
NAME_DIFFERENCES = {
    ('*', 'flags'): ({'O_F_CREATED', 'O_NONE', 'O_LARGEFILE', 'O_NOFOLLOW', 'O_NOATIME',
                      'O_PATH', 'O_NOCTTY', 'O_ASYNC'},
                     'the format tells whether a file was made, and has no names for some'),
    ('futex', 'op'): ({'FUTEX_WAIT'}, 'it is 0, which is shown only where nothing else is'),
    ('mmap', 'flags'): ({'MAP_STACK', 'MAP_FIXED_NOREPLACE', 'MAP_HUGETLB', 'MAP_FILE'},
                        'the format has no name for it'),
    ('clone', 'flags'): ({'CLONE_CHILD_IN_PIDNS', 'CLONE_PIDFD', 'SIGCHLD', 'CLONE_DETACHED'},
                         'the format tells of namespaces, and of no signal'),
    ('socket', 'domain'): ({'AF_VSOCK'}, 'the format has no name for it'),
}

# One name in the format for several in C.
SPELLINGS = {
    'EFD_NONBLOCK': 'O_NONBLOCK', 'EFD_CLOEXEC': 'O_CLOEXEC', 'IN_CLOEXEC': 'O_CLOEXEC',
    'IN_NONBLOCK': 'O_NONBLOCK', 'SFD_NONBLOCK': 'O_NONBLOCK', 'SFD_CLOEXEC': 'O_CLOEXEC',
    'SO_RCVTIMEO_OLD': 'SO_RCVTIMEO', 'SO_SNDTIMEO_OLD': 'SO_SNDTIMEO',
    'PTRACE_PEEKUSER': 'PTRACE_PEEKUSR', 'PTRACE_POKEUSER': 'PTRACE_POKEUSR',
}

# What is spelled otherwise on one side: strace's prefix is left out.
PREFIXES = {('mount', 'flags'): 'MS_', ('umount2', 'flags'): 'MNT_'}
