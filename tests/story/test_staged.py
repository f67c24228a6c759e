"""test_staged SYSREEL CAST [--bless FILE] - the story can be staged and recorded, and
leaves nothing. With --bless, what was recorded becomes FILE if all is well; from a build
folder:

    python3 -B ../tests/story/test_staged.py ./sysreel tests/story/cast \\
        --bless ../captures/shop.scap.gz
"""

import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'style'))

from kernel import own_cgroups  # noqa: E402
from record_story import SKIPPED  # noqa: E402
from tap import Tap  # noqa: E402
from witness import Witness  # noqa: E402

TIDY_S = 10
FROZEN_S = 4.8                  # after the start; the story begins one to two seconds later


def left_over(pid):
    """What a script with this pid would have left: cgroups, folders, loop devices."""
    cgroups = [top for folder in own_cgroups()
               for top in glob.glob(os.path.join(folder, f'sysreel-story-{pid}'))]
    loops = []
    for path in glob.glob('/sys/block/loop*/loop/backing_file'):
        with open(path, encoding='utf-8') as f:
            loops += [path] if f'orders-{pid}.img' in f.read() else []
    return cgroups + loops + glob.glob(os.path.join(tempfile.gettempdir(), f'story-{pid}-*'))


def is_tidy(pid):
    """Kernels end devices and cgroups a little later."""
    deadline = time.monotonic() + TIDY_S
    while left_over(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not left_over(pid)


def start(sysreel, cast, path):
    return subprocess.Popen([sys.executable, '-B', os.path.join(HERE, 'record_story.py'),
                             sysreel, cast, path], stderr=subprocess.PIPE)


def check_whole(tap, sysreel, cast, path):
    script = start(sysreel, cast, path)
    said = script.communicate()[1].decode('utf-8', 'replace').strip()
    if script.returncode == SKIPPED:
        tap.skip(said or 'the story cannot be staged')
        return False
    if tap.check(script.returncode == 0, 'the story is staged and recorded', [said]):
        witness = Witness(tap, sysreel, path)
        witness.check_all()
        witness.check_bytes()
        if '--bless' in sys.argv and not tap.failed:
            shutil.copyfile(path, sys.argv[sys.argv.index('--bless') + 1])
    tap.check(is_tidy(script.pid), 'nothing of it is left', left_over(script.pid))
    return True


def check_interrupted(tap, sysreel, cast, path):
    """While the disk is frozen, and whoever waits for it cannot be killed."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        script = start(sysreel, cast, path)
        time.sleep(FROZEN_S)
        script.send_signal(number)
        script.communicate()
        tap.check(is_tidy(script.pid), f'{number.name} leaves nothing', left_over(script.pid))


def main():
    sysreel, cast = sys.argv[1:3]
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'story.scap.gz')
        if check_whole(tap, sysreel, cast, path) and '--bless' not in sys.argv:
            check_interrupted(tap, sysreel, cast, path)
    return tap.done()


sys.exit(main())
