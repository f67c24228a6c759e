"""test_record TOP SYSREEL DEMO BUNDLED - what `sysreel record` writes, other programs read.

A capture that is written again is shown as before: here byte for byte, by tshark
as many events, by sysdig with the lines that sysreel has for it. So are the files
of a recording that went on in new ones, alone and together. Killed at any
moment, it leaves all but the last second.
"""

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import differences
from programs import READABLE, Tap, capture_folder, run, why_no_sysdig
from same import SHOWN, check_lines

FILE_EVENTS = 700
# Captures whose files of many are compared with sysdig: large, and nothing in them
# differs but the above.
IN_FILES = ['demo', 'curl_google', 'run_as_user_0_container', 'story-a-sysdig036',
            'story-a-libs2026']


FILTERS = ['evt.type=read', 'evt.dir=<', 'fd.name contains /etc', 'evt.latency > 1ms',
           'proc.name=curl or container.id!=host', 'fd.type in (ipv4, ipv6)']


class Bench:
    """A folder for files, and the program."""

    def __init__(self, sysreel, folder):
        self.sysreel = sysreel
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def record(self, *words):
        """(what it said, its exit status)"""
        return run([self.sysreel, 'record', *words])[1:]

    def lines(self, *paths):
        words = [word for path in paths for word in ('-r', path)]
        return run([self.sysreel, 'print', '--all', *words])[0]

    def shown(self, path, *words):
        return run([self.sysreel, 'print', '-r', path, *words])[0]

    def record_pieces(self, path, *words):
        """The files of PATH, recorded in pieces."""
        for name in os.listdir(self.folder):
            if re.fullmatch(r'piece\d+', name):
                os.unlink(self.path(name))
        self.record('-r', path, '-w', self.path('piece'), '-e', str(FILE_EVENTS), *words)
        n = len([f for f in os.listdir(self.folder) if re.fullmatch(r'piece\d+', f)])
        return [self.path(f'piece{i}') for i in range(n)]


def inputs(top, demo, bundled):
    folder = capture_folder(top)
    found = [('demo', demo), ('bundled', bundled)]
    for name in sorted(os.listdir(folder)) if folder else []:
        if '.scap' in name:
            found.append((name.split('.')[0], os.path.join(folder, name)))
    return found


def check_again(tap, bench, name, path):
    want = bench.lines(path)
    for words in ([], ['-z']):
        out = bench.path('again')
        said, status = bench.record('-r', path, '-w', out, *words)
        tap.check(status == 0 and not said, f'{name} {words}: recorded', [said])
        tap.check(bench.lines(out) == want and want, f'{name} {words}: {len(want)} lines')
    pieces = bench.record_pieces(path)
    tap.check(bench.lines(*pieces) == want, f'{name}: the same lines from {len(pieces)} files')
    alone = sum(len(bench.lines(piece)) for piece in pieces)
    tap.check(alone == len(want), f'{name}: as many lines of each file alone')


def check_filters(tap, bench, name, path):
    """What a filter lets through of a capture is shown as it was in the whole."""
    out = bench.path('part')
    for words in FILTERS:
        want = [line.split(' ', 1)[1] for line in bench.shown(path, words)]
        bench.record('-r', path, '-w', out, words)
        got = [line.split(' ', 1)[1] for line in bench.shown(out)]
        tap.check(got == want, f'{name}: {len(want)} lines of {words}',
                  [f'{a[:200]} / {b[:200]}' for a, b in zip(want, got) if a != b][:SHOWN])


def check_ring(tap, bench, demo):
    bench.record('-r', demo, '-w', bench.path('ring%H%M%S'), '-G', '1', '-W', '3')
    last = sorted(f for f in os.listdir(bench.folder) if f.startswith('ring'))
    bench.record('-r', demo, '-w', bench.path('all%H%M%S'), '-G', '1')
    every = sorted(f[3:] for f in os.listdir(bench.folder) if f.startswith('all'))
    tap.check(len(every) > 5 and [f[4:] for f in last] == every[-3:],
              f'{len(every)} files of a second, the last three in a ring', last + every)


def check_tshark(tap, bench, name, path):
    if not shutil.which('tshark'):
        tap.skip('tshark is not installed')
        return
    out = bench.path('again')
    bench.record('-r', path, '-w', out)
    done = subprocess.run(['tshark', '-r', out], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    said = [line for line in done.stderr.decode().split('\n') if line and 'root' not in line]
    n = len(done.stdout.split(b'\n')) - 1
    # It steps over the blocks of what is there for the state only.
    told = json.loads('\n'.join(run([bench.sysreel, 'info', '--json', out])[0]))
    tap.check(done.returncode == 0 and not said and n == told['events'] - told['state_only'],
              f'{name}: tshark reads {n} events', said)
    if shutil.which('capinfos'):
        tap.check(run(['capinfos', out])[2] == 0, f'{name}: capinfos reads it')


def check_sysdig(tap, bench, name, path):
    """What is written for 0.29 is read there, with our lines."""
    out = bench.path('old')
    bench.record('-r', path, '-w', out, '--format', '0.29')
    theirs, said, status = run(['sysdig', '-r', out])
    tap.check(status == 0 and not said, f'{name}: sysdig reads it', [said])
    ours = bench.shown(out)
    if name in READABLE or name == 'demo':
        tally = differences.compare(name, theirs, ours)
        tap.check(not tally.wrong and theirs, f'{name}: its lines, {tally.text()}',
                  [line for pair in tally.wrong[:SHOWN] for line in pair])
    else:
        check_lines(tap, name, theirs, ours)


def check_sysdig_pieces(tap, bench, name, path):
    theirs, ours, bad = [], [], []
    for piece in bench.record_pieces(path, '--format', '0.29'):
        lines, said, status = run(['sysdig', '-r', piece])
        theirs += lines
        ours += bench.shown(piece)
        if status or said:
            bad.append(said)
    tap.check(not bad, f'{name}: sysdig reads each file of many', bad)
    check_lines(tap, f'{name} in files', theirs, ours)


def check_killed(tap, bench, demo, words):
    """Fed half of the demo, left alone for a second, and killed."""
    with open(demo, 'rb') as f:
        data = f.read()
    out = bench.path('killed')
    with subprocess.Popen([bench.sysreel, 'record', '-r', '-', '-w', out, *words],
                          stdin=subprocess.PIPE) as program:
        program.stdin.write(data[:len(data) // 2])
        program.stdin.flush()
        time.sleep(1.2)
        os.kill(program.pid, signal.SIGKILL)
        program.wait()
        program.stdin.close()
    half = bench.path('half')
    with open(half, 'wb') as f:
        f.write(data[:len(data) // 2])
    want = bench.lines(half)
    tap.check(len(want) > 1000 and bench.lines(out) == want,
              f'killed {words}: all {len(want)} lines are there')


def check_signalled(tap, bench, demo, number):
    with open(demo, 'rb') as f:
        data = f.read()
    out = bench.path('ended')
    with subprocess.Popen([bench.sysreel, 'record', '-r', '-', '-zw', out],
                          stdin=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        program.stdin.write(data)
        program.stdin.flush()
        time.sleep(0.3)
        program.send_signal(number)
        program.wait(10)
        program.stdin.close()
        said = program.stderr.read().decode()
    with open(out, 'rb') as f:
        whole = len(gzip.decompress(f.read()))
    tap.check(program.returncode == 0 and not said and whole > 100000,
              f'{number.name} ends it in good order', [said])


def check_refusals(tap, bench, demo):
    copy = bench.path('copy')
    shutil.copy(demo, copy)
    said, status = bench.record('-r', copy, '-w', copy)
    tap.check(status == 1 and said.endswith('/copy: this is what is being read\n') and
              os.path.getsize(copy) == os.path.getsize(demo), 'the input is not written over',
              [said])
    said, status = bench.record('-r', demo, '-w', '/dev/full')
    tap.check(status == 1 and said == 'sysreel: /dev/full: no space left on device\n',
              'a full disk is told', [said])
    said, status = bench.record('-r', demo, '-w', bench.path('not-there/x'))
    tap.check(status == 1 and said.endswith('/not-there/x: no such file or directory\n'),
              'a folder that is not there is told', [said])


def main():
    top, sysreel, demo, bundled = sys.argv[1:5]
    tap = Tap()
    why_not = why_no_sysdig()
    with tempfile.TemporaryDirectory(dir='.') as folder:
        bench = Bench(sysreel, folder)
        for name, path in inputs(top, demo, bundled):
            check_again(tap, bench, name, path)
            check_filters(tap, bench, name, path)
            check_tshark(tap, bench, name, path)
            if why_not:
                tap.skip(why_not)
                continue
            check_sysdig(tap, bench, name, path)
            if name in IN_FILES:
                check_sysdig_pieces(tap, bench, name, path)
        for words in ([], ['-z']):
            check_killed(tap, bench, demo, words)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            check_signalled(tap, bench, demo, number)
        check_refusals(tap, bench, demo)
        check_ring(tap, bench, demo)
    return tap.done()


sys.exit(main())
