"""test_staged SYSREEL CAST [--bless FILE] - the story can be staged and recorded, and
leaves nothing. With --bless, what was recorded becomes FILE if all is well; from a build
folder:

    python3 -B ../tests/story/test_staged.py ./sysreel tests/story/cast \\
        --bless ../captures/shop.scap.gz
"""

import glob
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'style'))

from kernel import own_cgroups  # noqa: E402
from record_story import SKIPPED  # noqa: E402
from tap import Tap  # noqa: E402
from witness import Witness  # noqa: E402


def left_over(pid):
    """What a script with this pid would have left: cgroups, folders, loop devices."""
    cgroups = [top for folder in own_cgroups()
               for top in glob.glob(os.path.join(folder, f'sysreel-story-{pid}'))]
    loops = []
    for path in glob.glob('/sys/block/loop*/loop/backing_file'):
        with open(path, encoding='utf-8') as f:
            loops += [path] if 'orders.img' in f.read() else []
    return cgroups + loops + glob.glob(os.path.join(tempfile.gettempdir(), f'story-{pid}-*'))


def main():
    sysreel, cast = sys.argv[1:3]
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'story.scap.gz')
        script = subprocess.Popen([sys.executable, '-B', os.path.join(HERE, 'record_story.py'),
                                   sysreel, cast, path], stderr=subprocess.PIPE)
        said = script.communicate()[1].decode('utf-8', 'replace').strip()
        if script.returncode == SKIPPED:
            tap.skip('the story is staged', said)
        elif tap.check(script.returncode == 0, 'the story is staged and recorded', [said]):
            witness = Witness(tap, sysreel, path)
            witness.check_all()
            witness.check_bytes()
            if '--bless' in sys.argv and not tap.failed:
                shutil.copyfile(path, sys.argv[sys.argv.index('--bless') + 1])
        left = left_over(script.pid)
        tap.check(not left, 'nothing of it is left', left)
    return tap.done()


sys.exit(main())
