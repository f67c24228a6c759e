"""test_readers SYSREEL ACTOR - what is recorded of the running system, others read.

Recordings of known programs are read by tshark without complaint. With --format
0.29, sysdig 0.29.3 prints our lines of them, numbers included.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'compat'))

from programs import Tap, run, why_no_sysdig  # noqa: E402
from same import check_lines  # noqa: E402

# 0.29.3 knows nothing of what close_range() closes, which `state` does.
BEYOND_0_29 = {'state'}
SCENARIOS = ['files', 'paths', 'sockets', 'processes', 'system', 'storm', 'state', 'ipc',
             'edges', 'every', 'messages', 'uring', 'exec', 'compat', 'narrow']
COMMANDS = [
    ['sh', '-c', 'ls -l / | sort -r > /dev/null; cat /etc/passwd | (read a; echo $a)'],
    ['python3', '-c', 'import subprocess, socket, threading\n'
     's = socket.create_server(("127.0.0.1", 0))\n'
     't = threading.Thread(target=lambda: s.accept()[0].sendall(b"hello"))\n'
     't.start()\nc = socket.create_connection(s.getsockname())\nprint(c.recv(9))\n'
     't.join()\nsubprocess.run(["id"])'],
]


class Bench:
    """A folder for files, and the program."""

    def __init__(self, sysreel, folder):
        self.sysreel = sysreel
        self.folder = folder

    def record(self, name, command, *words):
        """(the path, what it said, its exit status)"""
        path = os.path.join(self.folder, name)
        done = subprocess.run([self.sysreel, 'record', '-w', path, *words, '--', *command],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, check=False)
        return path, done.stderr.decode('latin-1'), done.returncode

    def lines(self, path, *words):
        return run([self.sysreel, 'print', '-r', path, *words])[0]


def check_tshark(tap, bench, name, command, words):
    path, said, _ = bench.record('new', command, *words)
    done = subprocess.run(['tshark', '-r', path], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    bad = [line for line in done.stderr.decode().split('\n') if line and 'root' not in line]
    # Those for the state only are in blocks that tshark 4.0 does not know.
    n = len(done.stdout.split(b'\n')) - 1
    want = len(bench.lines(path))
    tap.check(done.returncode == 0 and not bad and n >= want > 0,
              f'{name} {words}: tshark reads {n} events', [said] + bad + [f'{n} and {want}'])


def check_sysdig(tap, bench, name, command, words):
    path, said, _ = bench.record('old', command, '--format', '0.29', *words)
    theirs, bad, status = run(['sysdig', '-r', path])
    tap.check(status == 0 and not bad, f'{name} {words}: sysdig reads it', [said, bad])
    check_lines(tap, f'{name} {words}', theirs, bench.lines(path),
                bench.lines(path, '--all'))


def why_not(bench):
    if os.geteuid():
        return 'needs root'
    said, status = bench.record('try', ['true'])[1:]
    return said.strip() if status else None


def main():
    sysreel, actor = map(os.path.abspath, sys.argv[1:])
    tap = Tap()
    with tempfile.TemporaryDirectory(dir='/tmp', prefix='sysreel-readers-') as folder:
        bench = Bench(sysreel, folder)
        reason = why_not(bench)
        commands = [(re.sub(r'\W.*', '', c[0]), c) for c in COMMANDS]
        for scenario in SCENARIOS:
            work = os.path.join(folder, f'work-{scenario}')
            commands.append((scenario, [actor, scenario, work, work + '.expects']))
        for name, command in [] if reason else commands:
            for words in ([], ['-s', '0'], ['evt.type!=read']) if name == 'sh' else ([],):
                for check, missing in (
                        (check_tshark, None if shutil.which('tshark') else 'no tshark'),
                        (check_sysdig, why_no_sysdig())):
                    if name in SCENARIOS:
                        shutil.rmtree(command[2], ignore_errors=True)
                        os.mkdir(command[2])
                    if missing:
                        tap.skip(missing)
                    elif check is not check_sysdig or name not in BEYOND_0_29:
                        check(tap, bench, name, command, words)
        if reason:
            tap.skip(reason)
    return tap.done()


sys.exit(main())
