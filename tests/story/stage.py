"""stage - the machine of the story, from its files to its first process, and its end.

All of it is in namespaces of its own: mounts vanish with this process, networks with
the files that stand for them, processes with the story's init. Cgroups are folders of
our own below those that this process is in.
"""

import os
import shutil
import signal
import struct
import subprocess
import tempfile
import time

import scenery
from kernel import NEWCGROUP, NEWNS, Cgroups, Unable, end_with_parent, setns, unshare

UNITS = ['init.scope', 'system.slice/statsd.service', 'system.slice/cron.service',
         'system.slice/ssh.service'] + ['lxc.payload.' + c for c in scenery.CONTAINERS]
ADDRESSES = {'frontend': '10.0.3.11', 'shop-api': '10.0.3.12', 'orders-db': '10.0.3.13'}
PUBLIC = '203.0.113.80'                 # of the front end
CUSTOMERS = [f'203.0.113.{n}' for n in range(21, 31)]
SCANNER = '198.51.100.66'
OPERATOR = '203.0.113.7'
PROGRAMS = ('ip', 'ldconfig', 'unshare', 'nsenter', 'mount', 'umount', 'losetup', 'mkfs.ext4', 'ldd')
VOLUME_MIB = 16
PATIENCE_S = 15


def do(*command):
    """Run COMMAND, which is not expected to fail where a story can be staged."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    if done.returncode:
        said = done.stderr.decode('utf-8', 'replace').strip()
        raise Unable(f'{" ".join(command[:4])} ...: {said}')
    return done.stdout.decode().strip()


def wait_until(what, holds, patience_s=PATIENCE_S):
    deadline = time.monotonic() + patience_s
    while not holds():
        if time.monotonic() > deadline:
            raise RuntimeError(f'waited for nothing: {what}')
        time.sleep(0.01)


class Stage:
    """with Stage(CAST) as stage: the machine runs; stage.init is its first process."""

    def __init__(self, cast):
        self.cast = cast
        self.top = self.cgroups = self.boot = None
        self.volume = '/nowhere'
        self.init = 0
        self.helpers = []

    def __enter__(self):
        try:
            self.check()
            self.build()
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_):
        self.remove()

    def check(self):
        if os.geteuid() != 0:
            raise Unable('only root can')
        for name in PROGRAMS:
            if not shutil.which(name):
                raise Unable(f'there is no {name}')
        if not is_static(self.cast):
            raise Unable('the cast is not linked statically')

    def build(self):
        unshare(NEWNS)
        do('mount', '--make-rprivate', '/')
        self.top = tempfile.mkdtemp(prefix=f'story-{os.getpid()}-')
        self.cgroups = Cgroups(f'sysreel-story-{os.getpid()}', UNITS)
        # From here on there is somebody who tidies up, whatever becomes of this process.
        self.boot = subprocess.Popen(['boot', self.top] + self.cgroups.tops, env={},
                                     executable=self.cast, stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE)
        do('mount', '-t', 'tmpfs', '-o', 'mode=755,size=128m', 'story', self.top)
        cast = os.path.join(self.top, 'cast')
        shutil.copy(self.cast, cast)
        self.build_networks()
        host = os.path.join(self.top, 'host')
        roots = {c: f'{host}/var/lib/lxc/{c}/rootfs' for c in scenery.CONTAINERS}
        number = self.mount_volume(roots['orders-db'] + '/var/lib/orders')
        scenery.host(host, cast, number)
        for name, root in roots.items():
            scenery.common(root, name, cast)
        scenery.frontend(roots['frontend'], cast)
        scenery.api(roots['shop-api'], cast)
        scenery.database(roots['orders-db'], cast)

    def mount_volume(self, where):
        """The device number of a small disk that is mounted there."""
        image = os.path.join(self.top, f'orders-{os.getpid()}.img')
        with open(image, 'wb') as f:
            f.truncate(VOLUME_MIB << 20)
        do('mkfs.ext4', '-q', '-L', 'orders', image)
        os.makedirs(where)
        do('mount', '-o', 'loop', image, where)
        self.volume = where
        return os.stat(where).st_dev

    def network(self, name):
        return os.path.join(self.top, 'net', name)

    def inside(self, name, *command):
        do('nsenter', '--net=' + self.network(name), *command)

    def build_networks(self):
        os.mkdir(os.path.join(self.top, 'net'))
        for name in ('host', 'outside') + scenery.CONTAINERS:
            with open(self.network(name), 'w', encoding='ascii'):
                pass
            do('unshare', '--net=' + self.network(name), 'true')
            self.inside(name, 'ip', 'link', 'set', 'lo', 'up')
        self.inside('host', 'ip', 'link', 'add', 'lxcbr0', 'type', 'bridge')
        self.wire('host', 'lxcbr0', ['10.0.3.1/24'])
        self.inside('host', 'ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0',
                    'netns', self.network('outside'))
        self.wire('host', 'eth0', ['203.0.113.10/24'])
        self.wire('outside', 'eth0',
                  [f'{a}/24' for a in ['203.0.113.1', OPERATOR] + CUSTOMERS] + [SCANNER + '/32'])
        for name, address in ADDRESSES.items():
            veth = 'veth-' + name
            self.inside('host', 'ip', 'link', 'add', veth, 'type', 'veth', 'peer', 'name', 'eth0',
                        'netns', self.network(name))
            self.inside('host', 'ip', 'link', 'set', veth, 'master', 'lxcbr0', 'up')
            self.wire(name, 'eth0', [address + '/24'])
            self.inside(name, 'ip', 'route', 'add', 'default', 'via', '10.0.3.1')
        self.inside('frontend', 'ip', 'addr', 'add', PUBLIC + '/32', 'dev', 'eth0')
        self.inside('host', 'ip', 'route', 'add', PUBLIC, 'via', ADDRESSES['frontend'])
        self.inside('host', 'ip', 'route', 'add', 'default', 'via', '203.0.113.1')
        self.inside('host', 'sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward')
        self.inside('outside', 'ip', 'route', 'add', PUBLIC, 'via', '203.0.113.10')

    def wire(self, name, interface, addresses):
        # Link-local addresses would appear seconds later; where there is no IPv6, none do.
        if os.path.exists('/proc/sys/net/ipv6'):
            self.inside(name, 'ip', 'link', 'set', interface, 'addrgenmode', 'none')
        for address in addresses:
            self.inside(name, 'ip', 'addr', 'add', address, 'dev', interface)
        self.inside(name, 'ip', 'link', 'set', interface, 'up')

    def start(self):
        self.boot.stdin.write(b'g')
        self.boot.stdin.flush()
        self.init = int(self.boot.stdout.readline() or b'0')
        if not self.init:
            raise Unable('the machine of the story does not start')
        wait_until('a front end', lambda: self.answers('frontend', 80))
        wait_until('an application', lambda: self.answers('shop-api', 8080))
        wait_until('a database', lambda: self.answers('orders-db', 5432))
        wait_until('an ssh daemon', lambda: self.answers('host', 22))

    def answers(self, name, port):
        """Does somebody listen there? To connect would wake the story."""
        told = do('nsenter', '--net=' + self.network(name), 'cat', '/proc/net/tcp')
        wanted = f':{port:04X}'
        return any(line.split()[1].endswith(wanted) and line.split()[3] == '0A'
                   for line in told.split('\n')[1:])

    def spawn(self, command, preparation, **options):
        """Start COMMAND, which ends with the stage, and with this process."""
        def prepare():
            end_with_parent()
            preparation()
        helper = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=prepare,
                                  **options)
        self.helpers.append(helper)
        return helper

    def record(self, command):
        """Run a recorder that sees the machine of the story as its own."""
        def prepare():
            self.cgroups.join()
            setns(self.network('host'))
            setns(f'/proc/{self.init}/ns/uts')
            unshare(NEWNS | NEWCGROUP)
            for name in ('passwd', 'group', 'nsswitch.conf'):
                do('mount', '--bind', f'{self.top}/host/etc/{name}', f'/etc/{name}')
        recorder = self.spawn(command, prepare, stderr=subprocess.PIPE)
        wait_until('the recorder', lambda: recorder.poll() is not None or
                   gave_up_rights(recorder.pid))
        if recorder.poll() is not None:
            raise Unable(recorder.stderr.read().decode('utf-8', 'replace').strip())
        return recorder

    def from_outside(self, command):
        """Run COMMAND on the other side of the machine's network."""
        return self.spawn(command, lambda: setns(self.network('outside')))

    def schedule(self, jobs):
        """JOBS are (seconds from now, command): cron's table. Whole seconds count."""
        lines = [time.strftime('%H:%M:%S', time.gmtime(time.time() + after)) +
                 f' root {command}\n' for after, command in jobs]
        path = f'{self.top}/host/etc/crontab'
        with open(path, 'w', encoding='ascii') as f:
            f.write('# when who what\n' + ''.join(lines))

    def remove(self):
        for helper in self.helpers:
            end(helper, signal.SIGKILL)
        if self.boot:
            end(self.boot, signal.SIGTERM)
        if self.cgroups:
            wait_until('empty cgroups', self.cgroups.remove)
        if self.top:
            # The disk first: in a tree that is torn off as one, it and the file that it is
            # made of would keep each other.
            for options in ([self.volume], ['-l', self.top]):
                subprocess.run(['umount', *options], check=False, stderr=subprocess.DEVNULL)
            remove_folder(self.top)
        self.top = self.cgroups = self.boot = None


def end(child, number):
    if child.poll() is None:
        child.send_signal(number)
    child.wait()


def remove_folder(path):
    """It may be gone: boot tidies up, too."""
    try:
        os.rmdir(path)
    except FileNotFoundError:
        pass


def is_static(path):
    """An executable that needs no loader (program header PT_INTERP)."""
    with open(path, 'rb') as f:
        elf = f.read(4096)
    at, = struct.unpack_from('<Q', elf, 0x20)
    size, n = struct.unpack_from('<HH', elf, 0x36)
    return all(struct.unpack_from('<I', elf, at + i * size)[0] != 3 for i in range(n))


def gave_up_rights(pid):
    """sysreel does as soon as all that it needs has been read and traced."""
    try:
        with open(f'/proc/{pid}/status', encoding='utf-8') as f:
            return 'NoNewPrivs:\t1' in f.read()
    except FileNotFoundError:
        return False
