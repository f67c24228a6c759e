"""test_cases TOP SYSREEL MKCASES - both programs on captures made for a difference.

Each case is one capture of mkcases.c, what both programs are asked, and what
each of them must print. So no line of docs/differences.md is hearsay: sysdig's
column is checked too, wherever it is installed.
"""

import collections
import os
import signal
import subprocess
import sys
import tempfile

import differences
from programs import Tap, run, why_no_sysdig

# CAPTURES are read one after the other. SAYS: our words on standard error.
Case = collections.namedtuple('Case', 'heading captures args theirs ours says status zone',
                              defaults=('', (0, 0), 'UTC'))
AT = '22:13:20.0000'

CASES = [
    Case('Control characters', ['control'], [],
         [f'1 {AT}00000 0 app (7) > open ',
          f'2 {AT}01000 0 app (7) < open fd=3(<f>/tmp/a.b.[31m) name=/tmp/ab[31m '
          'flags=1(O_RDONLY) mode=0 ',
          f'3 {AT}02000 0 app (7) > read fd=8(<f>/srv/[2Jred) size=64 ',
          f'4 {AT}03000 0 app (7) < read res=1 data=x '],
         [f'1 {AT}00000 0 app (7) > open ',
          f'2 {AT}01000 0 app (7) < open fd=3(<f>/tmp/a\\x0ab\\x1b[31m) '
          'name=/tmp/a\\x0ab\\x1b[31m flags=1(O_RDONLY) mode=0 ',
          f'3 {AT}02000 0 app (7) > read fd=8(<f>/srv/\\x1b[2Jred\\x07) size=64 ',
          f'4 {AT}03000 0 app (7) < read res=1 data=x ']),
    Case('Descriptors that are not known', ['lost-enter'],
         ['-p', '*%evt.num %evt.dir %evt.type %fd.num %fd.name'],
         ['1 < read 0 /dev/null', '2 > read 4 /srv/data', '3 < read 4 /srv/data',
          '4 < write 4 /srv/data', '5 > open -1 <NA>', '6 < open 3 /etc/hosts',
          '7 < write 3 /etc/hosts'],
         ['1 < read <NA> <NA>', '2 > read 4 /srv/data', '3 < read 4 /srv/data',
          '4 < write <NA> <NA>', '5 > open <NA> <NA>', '6 < open 3 /etc/hosts',
          '7 < write <NA> <NA>']),
    Case('The peer of a datagram server', ['udp-server'], [],
         [f'1 {AT}00000 0 app (7) > sendto fd=5(<4u>0.0.0.0:53) size=2 '
          'tuple=192.0.2.1:53->198.51.100.9:4444 ',
          f'2 {AT}01000 0 app (7) < sendto res=2 data=ok ',
          f'3 {AT}02000 0 app (7) > read fd=5(<4u>192.0.2.1:53->53.0.3.0:4444) size=64 ',
          f'4 {AT}03000 0 app (7) < read res=1 data=x '],
         [f'1 {AT}00000 0 app (7) > sendto fd=5(<4u>0.0.0.0:53) size=2 '
          'tuple=192.0.2.1:53->198.51.100.9:4444 ',
          f'2 {AT}01000 0 app (7) < sendto res=2 data=ok ',
          f'3 {AT}02000 0 app (7) > read fd=5(<4u>198.51.100.9:4444->192.0.2.1:53) size=64 ',
          f'4 {AT}03000 0 app (7) < read res=1 data=x ']),
    # sysdig takes the offset of the day when it runs: either line may be wrong.
    Case('Local time', ['summer'], ['-p', '%evt.datetime'],
         [['2024-01-15 13:00:00.000000000', '2024-07-15 13:00:00.000000000'],
          ['2024-01-15 14:00:00.000000000', '2024-07-15 14:00:00.000000000']],
         ['2024-01-15 13:00:00.000000000', '2024-07-15 14:00:00.000000000'],
         zone='Europe/Berlin'),
    Case('Several files', ['internal', 'internal'], [],
         [f'{n} {AT}{ns}000 0 app (7) {words} ' for n, ns, words in (
             (2, '01', '> read fd=4(<f>/srv/data) size=64'), (3, '02', '< read res=1 data=y'),
             (5, '04', '< getgid gid=1000(alice)'),
             (2, '01', '> read fd=4(<f>/srv/data) size=64'), (3, '02', '< read res=1 data=y'),
             (5, '04', '< getgid gid=1000(alice)'))],
         [f'{n} {AT}{ns}000 0 app (7) {words} ' for n, ns, words in (
             (2, '01', '> read fd=4(<f>/srv/data) size=64'), (3, '02', '< read res=1 data=y'),
             (5, '04', '< getgid gid=1000(alice)'),
             (7, '01', '> read fd=4(<f>/srv/data) size=64'), (8, '02', '< read res=1 data=y'),
             (10, '04', '< getgid gid=1000(alice)'))]),
    Case('Durations', ['internal'], ['-p', '%evt.num %evt.dir %evt.type %evt.latency'],
         ['2 > read 0', '3 < read 1000', '5 < getgid 3000'],
         ['2 > read 0', '3 < read 1000', '5 < getgid 0']),
    Case('Threads share the files of their process', ['thread-files'], [],
         [f'1 {AT}01000 0 app (7) > read fd=4(<f>/srv/data) size=64 ',
          f'2 {AT}02000 0 app (7) < read res=1 data=x ',
          f'3 {AT}03000 0 worker (9) > read fd=4 size=64 ',
          f'4 {AT}04000 0 worker (9) < read res=1 data=y '],
         [f'1 {AT}01000 0 app (7) > read fd=4(<f>/srv/data) size=64 ',
          f'2 {AT}02000 0 app (7) < read res=1 data=x ',
          f'3 {AT}03000 0 worker (9) > read fd=4(<f>/srv/data) size=64 ',
          f'4 {AT}04000 0 worker (9) < read res=1 data=y ']),
    Case("The host's users are not the container's", ['host-names'], [],
         [f'1 {AT}00000 0 app (7) < getuid uid=1000(alice) ',
          f'2 {AT}01000 0 web (8) < getuid uid=1000(alice) ',
          f'3 {AT}02000 0 web (8) < getuid uid=0(root) '],
         [f'1 {AT}00000 0 app (7) < getuid uid=1000(alice) ',
          f'2 {AT}01000 0 web (8) < getuid uid=1000(<NA>) ',
          f'3 {AT}02000 0 web (8) < getuid uid=0(root) ']),
    Case('Unix sockets that are not connected', ['unix-connect'],
         ['-p', '*%evt.num %evt.dir %evt.type %fd.name'],
         ['1 > socket <NA>', '2 < socket ', '3 > connect /run/none.sock', '4 < connect NULL',
          '5 > close /run/none.sock', '6 < close /run/none.sock'],
         ['1 > socket <NA>', '2 < socket ', '3 > connect ', '4 < connect NULL', '5 > close ',
          '6 < close ']),
    Case('Control characters', ['unix-line-end'], ['-p', '%evt.num %fd.name'],
         ['1 /run/app.sock', '2 /run/app.sock'], ['1 /run/app.sock', '2 /run/app.sock']),
    Case('Descriptors that exec closes', ['close-on-exec'],
         ['-p', '*%evt.num %evt.dir %evt.type %fd.num %fd.name'],
         ['1 > open -1 <NA>', '2 < open 3 /etc/hosts', '3 > execve <NA> <NA>',
          '4 < execve <NA> <NA>', '5 > read 3 /etc/hosts', '6 < read 3 /etc/hosts'],
         ['1 > open <NA> <NA>', '2 < open 3 /etc/hosts', '3 > execve <NA> <NA>',
          '4 < execve <NA> <NA>', '5 > read 3 <NA>', '6 < read 3 <NA>']),
    Case('Newer event types', ['newer-types'], [],
         [f'1 {AT}01000 0 app (7) > read fd=3 size=64 ',
          f'2 {AT}02000 0 app (7) < read res=1 data=x '],
         [f'1 {AT}00000 0 app (7) < memfd_create fd=3(<m>cache) name=cache '
          'flags=1(MFD_CLOEXEC) ',
          f'2 {AT}01000 0 app (7) > read fd=3(<m>cache) size=64 ',
          f'3 {AT}02000 0 app (7) < read res=1 data=x ']),
    Case('What events tell besides', ['owner'],
         ['-p', '*%evt.num %evt.type %user.name %group.name %proc.name'],
         ['1 getuid <NA> <NA> <NA>', '2 clone <NA> <NA> odd', '3 getuid <NA> <NA> odd'],
         ['1 getuid <NA> <NA> <NA>', '2 clone alice alice odd', '3 getuid alice alice odd']),
    Case('Descriptors that are not known', ['failed-open'],
         ['-p', '*%fd.num|%fd.name|%fd.directory|%fd.containername|%fd.containerdirectory'],
         ['-1|<NA>|<NA>|<NA>|<NA>', '-1|/etc/none|/etc|:/etc/none|:/etc'],
         ['<NA>|<NA>|<NA>|<NA>|<NA>', '<NA>|/etc/none|/etc|:/etc/none|:/etc']),
    Case('System calls of a newer table', ['generic'], ['-p', '%evt.type %evt.category'],
         ['rt_sigprocmask signal', '<unknown> other'],
         ['rt_sigprocmask signal', 'fadvise64 unknown']),
    Case('Events that are not shown', ['late-container'], ['-t', 'r'],
         ['2 0.000000000 0 app (7) > read fd=4(<f>/srv/data) size=64 ',
          '3 0.000001000 0 app (7) < read res=1 data=x '],
         ['2 0.000000000 0 app (7) > read fd=4(<f>/srv/data) size=64 ',
          '3 0.000001000 0 app (7) < read res=1 data=x ']),
    Case('Tracers', ['spans'], ['-p', '%evt.num %span.id %span.tags %span.duration '
                                '%span.enterargs', 'span.duration exists'],
         ['8 2 pay 4000 ', '10 1 shop 8000 user=7'],
         ['8 2 pay 4000 ', '10 1 shop 8000 user=7']),
    Case('Tracers', ['spans'], ['-p', '%evt.num %evt.dir %evt.type'],
         ['1 > write', '2 > tracer', '4 > tracer', '5 > read', '6 < read', '8 < tracer',
          '10 < tracer'],
         ['1 > write', '2 < write', '3 > write', '4 < write', '5 > read', '6 < read',
          '7 > write', '8 < write', '9 > write', '10 < write']),
    Case('Tracers', ['spans'], ['-p', '%evt.num %evt.type', 'evtin.span.id=2 and '
                                'evtin.span.id=1 and evt.type=read'],
         ['5 read', '6 read'], ['5 read', '6 read']),
    Case('Newer event types', ['newer-call'], [], [],
         [f'1 {AT}00000 0 app (7) > io_uring_setup '], status=(-signal.SIGSEGV, 0)),
    Case('Damaged captures', ['damaged'], ['-p', '%evt.num %evt.dir %evt.type %evt.args'],
         ['1 > read fd=4(<f>/srv/data) size=64 ', '2 < read res=6 data=before '],
         ['1 > read fd=4(<f>/srv/data) size=64 ', '2 < read res=6 data=before ',
          '3 > read fd=4(<f>/srv/data) size=64 ', '4 < read res=6 data=behind '],
         'damaged.scap: block 9 at byte 1288: a length of 2147483647 bytes cannot be: '
         'read 4 events in spite of it', (1, 0)),
    Case('Damaged captures', ['cut'], ['-p', '%evt.num %evt.dir %evt.type'],
         ['1 > read', '2 < read'], ['1 > read', '2 < read', '3 < getuid'],
         'cut.scap: truncated at byte 1330 (block 9): read 3 events before it', (1, 0)),
]

# What only sysreel can be asked.
OURS = [
    ('Events that are not shown', ['internal'], ['--all'],
     [f'1 {AT}00000 0 app (7) > procinfo cpu_usr=5 cpu_sys=6 ',
      f'2 {AT}01000 0 app (7) > read fd=4(<f>/srv/data) size=64 ',
      f'3 {AT}02000 0 app (7) < read res=1 data=y ',
      f'4 {AT}03000 0 app (7) < getuid uid=1000(alice) ',
      f'5 {AT}04000 0 app (7) < getgid gid=1000(alice) ']),
]


def read_words(folder, captures):
    return [word for c in captures for word in ('-r', os.path.join(folder, f'{c}.scap'))]


def check_ours(tap, case, name, sysreel, reads):
    lines, said, status = run([sysreel, 'print', *reads, *case.args], case.zone)
    tap.check(lines == case.ours, f'{name}: what sysreel prints', lines)
    tap.check(status == case.status[1], f'{name}: its exit status is {case.status[1]}')
    tap.check(said.count('\n') == (1 if case.says else 0) and case.says in said,
              f'{name}: what it says besides', [said])


def check_theirs(tap, case, name, reads):
    lines, _, status = run(['sysdig', *reads, *case.args], case.zone)
    is_choice = any(isinstance(lines, list) for lines in case.theirs)
    choices = case.theirs if is_choice else [case.theirs]
    tap.check(lines in choices, f'{name}: what sysdig prints', lines)
    tap.check(status == case.status[0], f'{name}: its exit status is {case.status[0]}')


def main():
    top, sysreel, mkcases = sys.argv[1:4]
    tap = Tap()
    known = differences.headings(os.path.join(top, 'docs', 'differences.md'))
    no_sysdig = why_no_sysdig()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([mkcases, folder], check=True)
        for case in CASES:
            name = f'{"+".join(case.captures)} ({case.heading})'
            reads = read_words(folder, case.captures)
            tap.check(case.heading in known, f'{name}: differences.md explains it')
            check_ours(tap, case, name, sysreel, reads)
            if no_sysdig:
                tap.skip(f'{name}: {no_sysdig}')
            else:
                check_theirs(tap, case, name, reads)
        for heading, captures, args, ours in OURS:
            lines = run([sysreel, 'print', *read_words(folder, captures), *args])[0]
            tap.check(heading in known, f'differences.md explains: {heading}')
            tap.check(lines == ours, f'{"+".join(captures)} {" ".join(args)}', lines)
        missing = [f for f in os.listdir(folder) if not any(
            f == f'{c}.scap' for case in CASES for c in case.captures)]
        tap.check(not missing, 'no capture of mkcases is left out', missing)
    return tap.done()


sys.exit(main())
