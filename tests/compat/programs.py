"""programs - run sysreel and sysdig on the same captures.

Lines are text in latin-1: each byte is one character, whatever it means.
"""

import lzma
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'style'))

from tap import Tap  # noqa: E402,F401 - for those who import us

SYSDIG_VERSION = '0.29.3'
# Shared captures that this version can read, all of them.
READABLE = ['cat_write', 'connect_localhost', 'curl_google', 'run_as_user_0_container',
            'syscall', 'test_ipv6_client']


def capture_folder(top):
    """Where shared captures are, or None."""
    folder = os.environ.get('SYSREEL_CAPTURES') or os.path.join(top, '..', 'shared', 'captures')
    return folder if os.path.isdir(folder) else None


def find_capture(top, name):
    """(the path of a shared capture, None), or (None, why there is none)."""
    folder = capture_folder(top)
    if not folder:
        return None, 'no folder with captures: SYSREEL_CAPTURES names one'
    path = os.path.join(folder, name)
    return (path, None) if os.path.exists(path) else (None, f'{name} is not there')


def why_no_sysdig():
    """None when sysdig is here in the version whose output is written down."""
    if not shutil.which('sysdig'):
        return 'sysdig is not installed'
    done = subprocess.run(['sysdig', '--version'], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    words = done.stdout.decode('latin-1').split()
    if not any(word.startswith(SYSDIG_VERSION) for word in words):
        return f'this sysdig is not version {SYSDIG_VERSION}'
    return None


def run(command, zone='UTC'):
    """(lines, what it said on standard error, exit status) of COMMAND."""
    env = dict(os.environ, TZ=zone, LC_ALL='C.UTF-8')
    # meson fills memory with a random byte, and sysdig shows some of it.
    if command[0] in ('sysdig', 'csysdig'):
        env.pop('MALLOC_PERTURB_', None)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env,
                          stdin=subprocess.DEVNULL, check=False)
    return lines_of(done.stdout), done.stderr.decode('latin-1'), done.returncode


def lines_of(data):
    """The lines in DATA; a last one without an end is one too."""
    lines = data.decode('latin-1').split('\n')
    return lines[:-1] if lines[-1] == '' else lines


def recorded_lines(path):
    with lzma.open(path) as f:
        return lines_of(f.read())
