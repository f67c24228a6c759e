"""test_namespace SYSREEL - forks of those who live in a pid namespace.

Their results are numbers that nobody outside knows. The child has what its parent had at
the fork, whatever that closes before the child runs.
"""

import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'style'))

from tap import Tap  # noqa: E402

ROUNDS = 50
# On one CPU, so that the parent goes on first.
STORY = f'''
import os
os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
for i in range({ROUNDS}):
    r, w = os.pipe()
    f = os.open('/etc/passwd', os.O_RDONLY)
    if not os.fork():
        os.pread(f, 1, 0)
        os.write(w, b'x')
        os._exit(0)
    os.close(f)
    os.close(w)
    os.read(r, 1)
    os.close(r)
    os.wait()
'''


def run(*words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, timeout=50, check=False)
    return done.stdout.decode('latin-1'), done.stderr.decode('latin-1'), done.returncode


def check(tap, what, lines):
    """LINES are TYPE VPID KIND NAME of the calls."""
    rows = [x.split(' ') for x in lines]
    reads = [x for x in rows if x[0] == 'pread' and 'libc' not in x[3]]
    writes = [x for x in rows if x[0] == 'write' and x[1] != '1']
    tap.check(len(reads) == ROUNDS and all(x[3] == '/etc/passwd' for x in reads),
              f'{what}: files that the parent has closed', reads[:5])
    tap.check(len(writes) == ROUNDS and all(x[2] == 'p' for x in writes),
              f'{what}: ends of pipes', writes[:5])


def main():
    tap = Tap()
    sysreel = os.path.abspath(sys.argv[1])
    command = ['unshare', '-pf', sys.executable, '-c', STORY]
    if not shutil.which('unshare'):
        tap.skip('no unshare')
        return tap.done()
    form = ['-p', '*%evt.type %proc.vpid %fd.typechar %fd.name']
    wanted = ['evt.type', 'in', '(pread,', 'write)', 'and', 'evt.dir=<', 'and', 'proc.vpid>0']
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'x.scap')
        said, status = run(sysreel, 'record', '-w', path, '--', *command)[1:]
        if status:
            tap.skip(said.strip())
            return tap.done()
        lines = run(sysreel, 'print', '-r', path, *form, *wanted)[0].split('\n')[:-1]
        check(tap, 'a recording', lines)
        first = run(sysreel, 'print', '-r', path, '-p', '*%evt.dir %evt.type %evt.rawres '
                    '%proc.vpid', 'evt.type', 'in', '(clone,', 'fork,', 'clone3,', 'vfork)',
                    'and', 'evt.dir=<')[0].split('\n')[:-1]
        late = sum(a.split()[2] != '0' and b.split()[2] == '0'
                   for a, b in zip(first, first[1:]))
        tap.check(late > 0, f'{late} children ran after their parent went on', first[:6])
    return tap.done()


sys.exit(main())
