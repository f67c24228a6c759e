"""test_ends SYSREEL CAPTURE - how it ends when what it says gets nowhere, and when it is ended before
anything came; and what comes of a damaged pipe before it ends.
"""

import os
import signal
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'style'))

from tap import Tap  # noqa: E402

TALKS = [['--help'], ['--version'], ['print', '--help'], ['record', '--help'],
         ['list', 'fields']]
READS = [['print', '-r', '-'], ['record', '-r', '-', '-w', '/dev/null'],
         ['view', 'files', '-r', '-'],
         ['info', '-']]


def is_waiting(pid):
    """Does it catch SIGTERM, and sleep?"""
    with open(f'/proc/{pid}/status', encoding='latin-1') as f:
        status = dict(line.rstrip('\n').split(':', 1) for line in f)
    caught = int(status['SigCgt'], 16)
    return caught >> (signal.SIGTERM - 1) & 1 and status['State'].strip().startswith('S')


def start(sysreel, words, **more):
    """A program that waits for its input, and what has to be closed."""
    ours, theirs = os.pipe()
    program = subprocess.Popen([sysreel, *words], stdin=ours, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, **more)
    os.close(ours)
    for _ in range(500):
        if is_waiting(program.pid):
            break
        time.sleep(0.01)
    return program, theirs


def check_damage(tap, sysreel, path):
    """What is behind a damage is shown while the pipe is still open."""
    with open(path, 'rb') as f:
        data = bytearray(f.read())
    at, offsets = 0, []
    while at < len(data):
        offsets.append(at)
        at += struct.unpack_from('<I', data, at + 4)[0]
    data[offsets[-20] + 4:offsets[-20] + 8] = b'\xff\xff\xff\x7f'
    number = subprocess.run([sysreel, 'print', '--all', '-r', path, '-p', '*%evt.num'],
                            stdout=subprocess.PIPE, check=False).stdout.split()[-1]
    with subprocess.Popen([sysreel, 'print', '--all', '-r', '-', '-p', '*%evt.num'],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as program:
        feeder = threading.Thread(target=lambda: (program.stdin.write(data),
                                                  program.stdin.flush()))
        feeder.start()
        wanted = b'%d' % (int(number) - 1)
        seen = any(line.rstrip() == wanted for line in program.stdout)
        feeder.join()
        tap.check(seen and program.poll() is None, 'what is behind a damage is not waited for')
        program.kill()


def main():
    tap = Tap()
    sysreel = sys.argv[1]
    for words in TALKS:
        with open('/dev/full', 'wb') as full:
            done = subprocess.run([sysreel, *words], stdout=full, stderr=subprocess.PIPE,
                                  check=False)
        tap.check(done.returncode == 1 and b'cannot write: No space left' in done.stderr,
                  f'{words}: nobody gets it', [f'{done.returncode} {done.stderr}'])
    for words in READS:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            program, pipe = start(sysreel, words)
            program.send_signal(number)
            said = program.communicate(timeout=20)[1].decode('latin-1')
            os.close(pipe)
            tap.check(program.returncode == 1 and
                      said == 'sysreel: -: interrupted before anything came\n',
                      f'{words}: {number.name}', [f'{program.returncode} {said}'])
    program, pipe = start(sysreel, READS[0],
                          preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    program.send_signal(signal.SIGHUP)
    os.close(pipe)
    said = program.communicate(timeout=20)[1].decode('latin-1')
    tap.check(said == 'sysreel: -: empty\n', 'with nohup it goes on', [said])
    check_damage(tap, sysreel, sys.argv[2])
    return tap.done()


sys.exit(main())
