"""scenery - the files of the story's machine: its root and those of its containers.

Nothing of the machine that this runs on gets in but a shell, a few of its tools, and
the libraries that they need.
"""

import os
import shutil
import stat
import subprocess

from kernel import Unable

CONTAINERS = ('frontend', 'shop-api', 'orders-db')
TOOLS = ('sh', 'cat', 'ls', 'tail', 'grep', 'mv', 'mkdir')
PAGES, PAGE = 1024, 4096

USERS = (
    ('root', 0, 0, '/root', '/bin/sh'),
    ('www-data', 33, 33, '/srv/www', '/usr/sbin/nologin'),
    ('orders', 101, 101, '/var/lib/orders', '/usr/sbin/nologin'),
    ('alice', 1000, 1000, '/home/alice', '/bin/sh'),
    ('nobody', 65534, 65534, '/nonexistent', '/usr/sbin/nologin'),
)

BACKUP = """#!/bin/sh
# A snapshot of the orders volume. Nobody writes there meanwhile.
set -e
mkdir -p /var/backups
echo "backup: begins" >>/var/log/backup.log
/usr/sbin/volsnap /dev/vg0/orders /var/lib/lxc/orders-db/rootfs/var/lib/orders \\
	/var/backups/orders.img 2>>/var/log/backup.log ||
	echo "backup: failed with status $?" >>/var/log/backup.log
"""

LOGROTATE = """#!/bin/sh
# A new access log for the front end.
cd /var/lib/lxc/frontend/rootfs/var/log/httpd || exit 1
mv access.log access.log.1
pkill -HUP httpd
"""


def write(root, path, text, mode=0o644, owner=0):
    path = root + path
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)
    os.chmod(path, mode)
    os.chown(path, owner, owner)


def folder(root, path, mode=0o755, owner=0):
    os.makedirs(root + path, exist_ok=True)
    os.chmod(root + path, mode)
    os.chown(root + path, owner, owner)


def device(root, path, kind, number, mode=0o666):
    os.makedirs(os.path.dirname(root + path), exist_ok=True)
    os.mknod(root + path, kind | mode, number)
    os.chmod(root + path, mode)


def common(root, hostname, cast):
    """What every machine and container has."""
    for path in ('/proc', '/run', '/var/log', '/dev/pts', '/etc', '/root'):
        folder(root, path)
    folder(root, '/tmp', 0o1777)
    device(root, '/dev/null', stat.S_IFCHR, os.makedev(1, 3))
    os.symlink('pts/ptmx', root + '/dev/ptmx')
    write(root, '/etc/hostname', hostname + '\n')
    write(root, '/etc/passwd', ''.join(
        f'{name}:x:{uid}:{gid}::{home}:{shell}\n' for name, uid, gid, home, shell in USERS))
    write(root, '/etc/group', ''.join(f'{name}:x:{gid}:\n' for name, _, gid, _, _ in USERS))
    write(root, '/etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files\n')
    program(root, '/sbin/init', cast)


def program(root, path, cast, mode=0o755):
    """A program of the cast. A copy where it has rights of its own."""
    os.makedirs(os.path.dirname(root + path), exist_ok=True)
    if mode == 0o755:
        os.link(cast, root + path)
    else:
        shutil.copy(cast, root + path)
        os.chmod(root + path, mode)


def tools(root):
    """The shell and its tools, from this machine, with their libraries."""
    libraries = set()
    for name in TOOLS:
        path = shutil.which(name)
        if not path:
            raise Unable(f'there is no {name}')
        os.makedirs(root + '/bin', exist_ok=True)
        shutil.copy(os.path.realpath(path), f'{root}/bin/{name}')
        told = subprocess.run(['ldd', path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              check=False).stdout.decode()
        libraries |= {w for w in told.split() if w.startswith('/') and not w.endswith(':')}
    for path in sorted(libraries):
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        shutil.copy(os.path.realpath(path), root + path)
    # Without its cache the loader looks in many places.
    subprocess.run(['ldconfig', '-r', root], stderr=subprocess.DEVNULL, check=False)


def host(root, cast, volume):
    common(root, 'shop-01', cast)
    tools(root)
    for name in ('statsd', 'crond', 'sshd', 'volsnap'):
        program(root, f'/usr/sbin/{name}', cast)
    program(root, '/bin/pkill', cast)
    program(root, '/usr/bin/sudo', cast, 0o4755)
    device(root, '/dev/tty', stat.S_IFCHR, os.makedev(5, 0))
    device(root, '/dev/vg0/orders', stat.S_IFBLK, volume, 0o600)
    write(root, '/etc/hosts', '127.0.0.1 localhost\n10.0.3.11 frontend\n10.0.3.12 shop-api\n'
                              '10.0.3.13 orders-db\n')
    write(root, '/etc/shadow', ''.join(f'{u[0]}:!:20000:0:99999:7:::\n' for u in USERS), 0o600)
    write(root, '/etc/sudoers', 'alice ALL=(ALL) NOPASSWD: ALL\n', 0o440)
    write(root, '/etc/crontab', '# nothing yet\n')
    write(root, '/usr/local/sbin/backup', BACKUP, 0o755)
    write(root, '/usr/local/sbin/logrotate', LOGROTATE, 0o755)
    write(root, '/root/deploy.key', 'not a key, and nobody should read it\n', 0o600)
    folder(root, '/home/alice', 0o750, 1000)
    write(root, '/home/alice/.profile', 'umask 022\n', owner=1000)
    write(root, '/home/alice/.ssh/authorized_keys', 'ssh-ed25519 not-a-key alice@laptop\n', 0o600,
          1000)


def frontend(root, cast):
    program(root, '/usr/sbin/httpd', cast)
    page = '<!doctype html><title>The shop</title><link rel=stylesheet href=/css/shop.css>\n'
    write(root, '/srv/www/index.html', page + '<p>All that you need.\n' * 40)
    write(root, '/srv/www/css/shop.css', 'body { font: 16px sans-serif }\n' * 60)
    write(root, '/srv/www/img/logo.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>\n' * 80)
    write(root, '/srv/www/admin/.htpasswd', 'admin:!\n', 0o600)
    folder(root, '/var/log/httpd', 0o755, 33)


def api(root, cast):
    program(root, '/usr/sbin/shop-api', cast)
    program(root, '/usr/sbin/sessiond', cast)


def database(root, cast):
    program(root, '/usr/sbin/ordersdb', cast)
    data = root + '/var/lib/orders/orders.db'
    people = ('mara', 'jonas', 'edith', 'carlos', 'yuki')
    with open(data, 'w', encoding='ascii') as f:
        row = 'id=1 name=teapot price=24.50 | id=2 name=lamp price=59.90 | id=3 name=chair'
        f.write((row + '\n').ljust(PAGE, '.'))
        for page in range(1, PAGES):
            row = f'id={page} customer={people[page % 5]} total={page % 90 + 9}.90 status=paid'
            f.write((row + '\n').ljust(PAGE, '.'))
    os.chmod(data, 0o600)
    os.chown(data, 101, 101)
    os.chown(os.path.dirname(data), 101, 101)
