"""test_story TOP SYSREEL - one story, recorded twice, is told the same.

sysdig 0.36 recorded it as pairs of enter and exit events, newer libraries as
exit events alone that repeat what the enter would have said. From the exec of
story.sh on both did the same things, so for each program in the order of their
execs the same calls must have returned, as often, with the same descriptor,
name of it, size, result, path and container.

Left out is what the machine decides and not the story: threads of python3 wait
for each other (futex) as they meet, curl waits (poll, with the rt_sigaction
around it) as long as it takes, pids (clone, clone3) are the kernel's, and so are
the addresses that mmap and brk return; these are compared without their result. How a stream is cut into recvfrom calls is too; the bytes in all
are compared. Of copy_file_range the enter event tells where the data comes from
and the exit event where it goes; it is compared without its descriptor. Enter
events, switches and page faults are not in both captures. Ephemeral ports,
inodes and kernel addresses are made equal.
"""

import collections
import re
import sys

from programs import Tap, find_capture, run

FIELDS = ('evt.dir', 'evt.type', 'proc.name', 'proc.pid', 'proc.exepath', 'container.id',
          'fd.num', 'fd.name', 'evt.arg.size', 'evt.rawres', 'evt.arg.name', 'evt.arg.path')
Row = collections.namedtuple('Row', [f.replace('.', '_') for f in FIELDS])

LEFT_OUT = {'futex', 'poll', 'rt_sigaction', 'clone', 'clone3'}
ADDRESSES = {'mmap', 'brk'}
STREAM = 'recvfrom'
EQUAL = [
    (r':\d{5}(?!\d)', ':PORT'), (r'\[\d+\]', '[INODE]'),
    (r'/proc/\d+', '/proc/PID'), (r'^[0-9a-f]{8,}->[0-9a-f]{8,}', 'ADDRESS->ADDRESS'),
]
LEAST_CALLS = 3000              # that both must have in common


def rows_of(path, sysreel):
    words = '*' + '\\t'.join(f'%{f}' for f in FIELDS)
    lines = run([sysreel, 'print', '-r', path, '-p', words])[0]
    return [Row(*line.split('\t')) for line in lines]


def same_everywhere(name):
    for find, put in EQUAL:
        name = re.sub(find, put, name)
    return name


class Story:
    """What each program did: PROGRAMS are (name, path, container) by their exec."""

    def __init__(self, rows):
        self.programs = []
        self.calls = collections.defaultdict(collections.Counter)
        self.received = collections.Counter()
        by_pid = {}
        rows = [row for row in rows if row.evt_dir == '<']
        for row in rows[self.begin(rows):]:
            if row.evt_type == 'execve' and row.evt_rawres == '0':
                by_pid[row.proc_pid] = f'{len(self.programs)} {row.proc_name}'
                self.programs.append((row.proc_name, row.proc_exepath, row.container_id))
            # A child that did not exec yet goes by its name.
            self.take(by_pid.get(row.proc_pid, f'child {row.proc_name}'), row)

    @staticmethod
    def begin(rows):
        return next(i for i, row in enumerate(rows)
                    if row.evt_type == 'execve' and row.proc_name == 'story.sh')

    def take(self, program, row):
        name = same_everywhere(row.fd_name)
        if row.evt_type in LEFT_OUT:
            return
        if row.evt_type == STREAM:
            if row.evt_rawres.isdigit():
                self.received[(program, row.fd_num, name)] += int(row.evt_rawres)
            return
        num, result = row.fd_num, row.evt_rawres
        if row.evt_type in ADDRESSES:
            result = ''
        if row.evt_type == 'copy_file_range':
            num = name = ''
        self.calls[program][(row.evt_type, row.container_id, num, name, row.evt_arg_size,
                             result, row.evt_arg_name, row.evt_arg_path)] += 1


def check_program(tap, name, one, two):
    wrong = [f'{one[call]} and {two[call]} times: {call}'
             for call in sorted(set(one) | set(two)) if one[call] != two[call]]
    tap.check(not wrong, f'{name}: {sum(one.values())} calls', wrong[:9])


def check_story(tap, one, two):
    tap.check(len(one.programs) == 15 and one.programs == two.programs,
              f'{len(one.programs)} programs with path and container',
              [str(one.programs), str(two.programs)])
    for name in sorted(set(one.calls) | set(two.calls)):
        check_program(tap, name, one.calls[name], two.calls[name])
    tap.check(one.received and one.received == two.received, 'the same bytes were received',
              [str(one.received), str(two.received)])
    n = sum(sum(calls.values()) for calls in one.calls.values())
    tap.check(n >= LEAST_CALLS, f'{n} calls in all')
    with_fd = sum(n for calls in one.calls.values() for call, n in calls.items()
                  if call[0] in ('read', 'write', 'close') and call[2] != '<NA>')
    tap.check(with_fd > 500, f'{with_fd} of them read, write or close a known number')


def check_exits(tap, path, sysreel):
    """Only the enter events of this old capture tell descriptor and size."""
    exits = [r for r in rows_of(path, sysreel) if r.evt_dir == '<']
    for kind, least in (('read', 50), ('write', 5), ('close', 54)):
        of_kind = [r for r in exits if r.evt_type == kind]
        known = [r for r in of_kind if r.fd_num.isdigit()]
        tap.check(len(known) == len(of_kind) >= least,
                  f'curl_google: {len(of_kind)} exits of {kind} have a descriptor')
    sized = [r for r in exits if r.evt_type in ('read', 'write')]
    tap.check(sized and all(r.evt_arg_size.isdigit() for r in sized),
              f'curl_google: {len(sized)} exits have a size',
              [str(r) for r in sized if not r.evt_arg_size.isdigit()][:5])


def main():
    top, sysreel = sys.argv[1:3]
    tap = Tap()
    names = ('story-a-sysdig036.scap.gz', 'story-a-libs2026.scap.gz', 'curl_google.scap')
    paths, why = zip(*(find_capture(top, name) for name in names))
    if paths[0] and paths[1]:
        check_story(tap, *(Story(rows_of(path, sysreel)) for path in paths[:2]))
    else:
        tap.skip(f'the story: {why[0] or why[1]}')
    if paths[2]:
        check_exits(tap, paths[2], sysreel)
    else:
        tap.skip(f'curl_google: {why[2]}')
    return tap.done()


sys.exit(main())
