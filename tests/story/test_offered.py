"""test_offered SYSREEL CAPTURE - who may not trace is told of the capture that comes along.

It is found next to the build folder and, for an installed program, in share/.
"""

import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'style'))

from tap import Tap  # noqa: E402

NOBODY = 65534
OFFER = 'there is a recording to look at: sysreel '


def be_nobody():
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def run(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, preexec_fn=be_nobody, check=False)
    return done.stdout.decode('latin-1'), done.stderr.decode('latin-1'), done.returncode


def can_be_reached(path):
    return run('test', '-r', path)[2] == 0


def check_offer(tap, program, capture):
    out, said, status = run(program, 'print', '-n', '1')
    if status == 0:
        tap.skip('even nobody may trace here')
        return
    lines = said.strip().split('\n')
    tap.check(status == 1 and not out and len(lines) == 2, 'it says why not, and what else', [said])
    words = lines[-1].partition(OFFER)[2].split(' ')
    tap.check('CAP_BPF' in lines[0] or 'no probe' in lines[0], 'with what is missing', [said])
    tap.check(words == ['print', '-r', capture], f'{capture} is offered', [said])
    out, said, status = run(program, *words)
    tap.check(status == 0 and not said and out.count('\n') > 1000, 'and can be shown', [said])
    for explorer in [program], [program, 'explore', 'proc.name = sh']:
        said = run(*explorer)[1]
        tap.check(said.endswith(f'{OFFER}-r {capture}\n'), 'the explorer offers to browse it',
                  [said])
    said = run(program, 'print', '--tree', str(os.getpid()))[1]
    tap.check(OFFER not in said, 'not to who asks for somebody', [said])


def main():
    program, capture = (os.path.realpath(path) for path in sys.argv[1:3])
    tap = Tap()
    if can_be_reached(program) and can_be_reached(capture):
        check_offer(tap, program, capture)
    else:
        tap.skip('nobody can reach this folder')
    with tempfile.TemporaryDirectory() as top:
        os.chmod(top, 0o755)
        top = os.path.realpath(top)
        installed = os.path.join(top, 'share', 'sysreel', os.path.basename(capture))
        os.makedirs(os.path.dirname(installed))
        os.mkdir(os.path.join(top, 'bin'))
        moved = shutil.copy(program, os.path.join(top, 'bin'))
        shutil.copy(capture, installed)
        os.chmod(installed, 0o644)
        check_offer(tap, moved, installed)
        os.chmod(installed, 0)
        lines = run(moved, 'print', '-n', '1')[1].strip().split('\n')
        tap.check(installed not in lines[-1], 'what cannot be read is not offered', lines)
    return tap.done()


sys.exit(main())
