"""record_story SYSREEL CAST OUT - stage the story, and record it into OUT.

Needs root, and what a container needs: namespaces, cgroups, a bridge, a loop device.
Without, it says what is missing and ends with status 77. It ends whatever it started
and removes whatever it made.

    a second       what happens
    0              customers are in the shop
    1              cron: the front end's log is rotated
    2              cron: a backup freezes the database's disk for as long as it takes
    3              an operator logs in and looks around
    4.7            she ends the backup; what waited goes on
    5.2            she ends the database, which is started again
    5.9            somebody scans the front end for files that are not there
    7.3            the end
"""

import os
import shutil
import signal
import sys
import time

from kernel import Unable
from stage import Stage, wait_until

HERE = os.path.dirname(os.path.abspath(__file__))
SKIPPED = 77
SECONDS = 7.3
DATA_BYTES = 200
JOBS = [(1, '/usr/local/sbin/logrotate'), (2, '/usr/local/sbin/backup')]
SCAN_AT, OPERATE_AT = 5.9, 3.0
RECORDER_AT = 0.5               # of a second: it takes some tenths until it records


def until(part):
    """Wait for that PART of a second. Cron knows whole seconds only."""
    time.sleep((part - time.time()) % 1)


def play(stage):
    until(0.02)
    stage.schedule(JOBS)
    people = stage.from_outside([sys.executable, '-B', os.path.join(HERE, 'people.py'),
                                 str(SECONDS - 0.3), str(SCAN_AT), str(OPERATE_AT)])
    time.sleep(SECONDS)
    if people.poll() not in (None, 0):
        raise RuntimeError('the people of the story had an accident')


def record(sysreel, cast, out):
    """What the recorder said."""
    with Stage(cast) as stage:
        made = os.path.join(stage.top, 'story.scap.gz')
        until(RECORDER_AT)              # the story begins soon after
        recorder = stage.record([sysreel, 'record', '--tree', str(stage.init), '--only', '-z',
                                 '-s', str(DATA_BYTES), '-w', made])
        play(stage)
        recorder.send_signal(signal.SIGTERM)
        wait_until('the end of the recording', lambda: recorder.poll() is not None)
        said = recorder.stderr.read().decode('utf-8', 'replace')
        if recorder.returncode != 0:
            raise RuntimeError(f'the recorder ended with {recorder.returncode}: {said}')
        shutil.copyfile(made, out)
    return said


def stop(*_):
    raise KeyboardInterrupt


def main():
    sysreel, cast, out = (os.path.abspath(path) for path in sys.argv[1:4])
    for sig in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, stop)
    try:
        sys.stderr.write(record(sysreel, cast, out))
    except Unable as reason:
        print(f'record_story: not here: {reason}', file=sys.stderr)
        return SKIPPED
    return 0


if __name__ == '__main__':
    sys.exit(main())
