"""kernel - namespaces and cgroups, of which Python knows nothing before 3.12."""

import ctypes
import os
import signal

NEWNS, NEWCGROUP, NEWNET = 0x20000, 0x2000000, 0x40000000
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class Unable(Exception):
    """Why it cannot be done here."""


def called(result, what):
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f'{what}: {os.strerror(error)}')


def unshare(flags):
    called(LIBC.unshare(flags), 'unshare')


def setns(path):
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        called(LIBC.setns(fd, 0), f'setns {path}')
    finally:
        os.close(fd)


def end_with_parent():
    called(LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM), 'prctl')


def own_cgroups():
    """The folder of this process in each tree of cgroups."""
    mine = {}
    with open('/proc/self/cgroup', encoding='utf-8') as f:
        for line in f:
            names, path = line.rstrip('\n').split(':', 2)[1:]
            mine[names] = path
    folders = []
    with open('/proc/self/mountinfo', encoding='utf-8') as f:
        for line in f:
            words = line.split()
            kind, options = words[words.index('-') + 1], words[-1].split(',')
            if kind not in ('cgroup', 'cgroup2') or words[3] != '/':
                continue
            for names, path in mine.items():
                is_it = set(names.split(',')) <= set(options) if names else kind == 'cgroup2'
                if is_it and (names or kind == 'cgroup2') and (kind == 'cgroup2') == (not names):
                    folders.append(words[4] + path.rstrip('/'))
    return folders


class Cgroups:
    """A folder of our own in each tree, and the units in it."""

    def __init__(self, name, units):
        self.tops = []
        self.made = []
        for folder in own_cgroups():
            top = os.path.join(folder, name)
            self.make(top)
            self.tops.append(top)
            for unit in units:
                parts = unit.split('/')
                for i in range(len(parts)):
                    self.make(os.path.join(top, *parts[:i + 1]))
        if not self.tops:
            raise Unable('no tree of cgroups is mounted')

    def make(self, path):
        if os.path.isdir(path):
            return
        os.mkdir(path)
        self.made.append(path)
        # A cpuset without cpus takes nobody in.
        for name in ('cpuset.cpus', 'cpuset.mems'):
            above = os.path.join(os.path.dirname(path), name)
            if os.path.exists(os.path.join(path, name)) and os.path.exists(above):
                with open(above, encoding='ascii') as f:
                    text = f.read().strip()
                if text:
                    with open(os.path.join(path, name), 'w', encoding='ascii') as f:
                        f.write(text)

    def join(self):
        for top in self.tops:
            with open(os.path.join(top, 'cgroup.procs'), 'w', encoding='ascii') as f:
                f.write('0')

    def remove(self):
        """True when all are gone; those that still hold somebody stay for another try."""
        for path in reversed(list(self.made)):
            try:
                os.rmdir(path)
                self.made.remove(path)
            except FileNotFoundError:
                self.made.remove(path)
            except OSError:
                pass
        return not self.made
