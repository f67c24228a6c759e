"""same - lines of sysdig 0.29.3 next to ours, of a capture that was written for it.

What docs/differences.md tells of for the lines of any capture is made the same in
both; all else must be as it is.
"""

import os
import re

SHOWN = 4                       # pairs of lines that differ
# What sysdig 0.29.3 neither shows nor numbers (types from 336 on that have no older
# form), by name.
TOO_NEW = set('''
    capset chown close_range delete_module epoll_create epoll_create1 fchown fchownat
    finit_module fsconfig init_module io_uring_enter io_uring_register io_uring_setup keyctl
    lchown memfd_create mknod mknodat mlock mlock2 mlockall munlock munlockall newfstatat
    open_by_handle_at pidfd_getfd pidfd_open prctl process_vm_readv process_vm_writev setregid
    setreuid useradded userdeleted groupadded groupdeleted asyncevent io_uring
'''.split())
# What docs/differences.md tells of, for lines of any capture: made the same in both.
ALWAYS = [
    (r' data= ', ' data=NULL '), (r' args= tid=', ' args=NULL tid='),
    (r' cgroups= ', ' cgroups=NULL '), (r' env= tty=', ' env=NULL tty='),
    (r' fds= timeout=', ' fds=NULL timeout='), (r'=INVALID DYNAMIC PARAMETER ', '=NULL '),
    (r'(name=\w{100})\w*(\([^)]*\))?', r'\1'),
    # A child that has ended before its maker goes on is made again by sysdig.
    (r'(< v?fork res=\d+)\([^)]*\)', r'\1'),
    (r'\(AF_LOCAL\|AF_UNIX\)', '(AF_LOCAL)'), (r'\|O_F_CREATED\)', ')'),
    (r'\|CLONE_CHILD_IN_PIDNS\)', ')'), (r' rt_sigreturn $', ' sigreturn '),
    (r' v?pgid=(\S+) loginuid=(-?\d+)(?:\([^)]*\))?', r' pgid=\1 loginuid=\2'),
    (r'(fd=\d+)\(<u>[^)]*\)', r'\1(<u>)'), (r'(fd=\d+\(<6)[tu]>', r'\1>'),
    # The result of setpgid is a pid in its table.
    (r'(setpgid res=-\d+)\(\w+\)', r'\1'),
    # The own address of a socket for datagrams is taken from the wrong bytes there.
    (r'(fd=\d+\(<4u>[^)]*->)[\d.]+:', r'\1:'),
    # An error as the address that mmap() returns has its name behind it.
    (r'(mmap2? res=F{8}\w+)\(\w+\)', r'\1'),
    # What is younger than 0.29.3, or has no name there.
    (r'(fd=\d+)\(<(?:m>[^)]*|r>)\)', r'\1'), (r'\|EXE_FROM_MEMFD\)', ')'),
    (r'(fd=\d+)\(<l>\)', r'\1'), (r'([ug]id=\d+)\([^)]*\)', r'\1'),
]
# What differs in some lines only: what is found in that of sysdig, and stands for it in ours.
IN_SOME = [
    # An unsigned -1, and what stands in its memory behind a list of nothing.
    (r'\b18446744073709551615:', '-1:'), (r'(< poll res=0 fds=).*', r'\1NULL '),
    (r'domain=16\(AF_ROUTE\)', 'domain=16(AF_ROUTE|AF_NETLINK)'),
    (r'domain=40\(AF_IUCV\|AF_ATMPVC\)', 'domain=40'), (r'\(<n>family \d+\)', '(<n>)'),
    # A child that has ended before its maker goes on is made again by sysdig.
    (r'(< clone res=\d+)\([^)]*\)', r'\1'),
    # A thread that gives itself another name: only a recording of ours tells of it.
    (r'\bactor(?=[ )])', 'renamed'),
    # What exec closed is still there when a call that it does not know makes it anew.
    (r'\bfd=(\d+)\(<p>[^)]*\)', r'fd=\1'),
]


def same_for_both(line):
    """LINE without what differs in each capture."""
    for find, put in ALWAYS:
        line = re.sub(find, put, line)
    return line


def are_same(their, our):
    """Calls of a newer table have no name there."""
    if their.endswith(' <unknown> '):
        return our.rsplit(' ', 2)[0] == their.rsplit(' ', 2)[0]
    for find, put in IN_SOME if their != our else []:
        if re.sub(find, put, their) == our:
            return True
    return their == our


def is_too_new(line):
    return line.split(') ', 1)[1].split(' ')[1] in TOO_NEW


def renumbered(shown, every):
    """The lines SHOWN of EVERY, as who does not number what is too new numbers them."""
    n_new, numbers = 0, {}
    for line in every:
        number = line.split(' ', 1)[0]
        n_new += is_too_new(line)
        numbers[number] = str(int(number) - n_new)
    return [numbers[number] + ' ' + rest
            for number, rest in (line.split(' ', 1) for line in shown)]


def shortened(line, pair):
    """LINE of the PAIR from a bit before the first difference."""
    at = len(os.path.commonprefix(pair))
    return line[:60] + ' ... ' + line[max(at - 20, 60):at + 60]


def check_lines(tap, what, theirs, ours, every=None):
    """With EVERY line of ours, numbers are compared, too: files that go on are numbered
    otherwise there."""
    if every:
        ours = renumbered(ours, every)
    else:
        theirs = [line.split(' ', 1)[1] for line in theirs]
        ours = [line.split(' ', 1)[1] for line in ours]
    theirs = [same_for_both(line) for line in theirs]
    ours = [same_for_both(line) for line in ours if not is_too_new(line)]
    wrong = [f'{who} {shortened(line, pair)}' for pair in zip(theirs, ours) if not are_same(*pair)
             for who, line in zip(('sysdig: ', 'sysreel:'), pair)]
    tap.check(len(theirs) == len(ours) > 0 and not wrong, f'{what}: {len(ours)} lines of sysdig',
              [f'{len(theirs)} and {len(ours)} lines'] + wrong[:2 * SHOWN])
