"""witness - what a recording of the story must show, and what it must not hold.

The first is the story itself. The second is the machine that it was staged on: its
name, its users, its folders, its processes.
"""

import os
import pwd
import re
import socket
import subprocess
import sys
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'style'))

from scenery import TOOLS, USERS  # noqa: E402
from stage import UNITS  # noqa: E402

CAST = {'crond', 'httpd', 'init', 'ordersdb', 'pkill', 'sessiond', 'shop-api', 'sshd', 'statsd',
        'sudo', 'volsnap', 'backup', 'logrotate', 'session', 'checkpointer',
        'api-worker-1', 'api-worker-2', 'api-worker-3', 'api-worker-4'} | set(TOOLS)
FOLDERS = ('/bin/', '/dev/', '/etc/', '/home/alice', '/lib', '/proc', '/root/deploy.key', '/run/',
           '/sbin/', '/srv/www/', '/tmp', '/usr/', '/var/')
VARIABLES = {'PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TERM', 'PS1', 'PWD', 'OLDPWD',
             'container', '_'}
# At least so many, what is counted, and the filter that counts it.
SHOWN = [
    (50, 'requests of customers', 'proc.name = httpd and evt.type = accept4 and fd.sport = 80'),
    (3, 'writes that a frozen disk delays, and what waits behind them',
     'container.name = orders-db and evt.latency > 1s and evt.type in (write, futex, fdatasync)'),
    (1, 'a disk that is frozen', 'proc.name = volsnap and evt.type = ioctl and fd.name contains '
     '/var/lib/orders'),
    (15, 'requests for files that are not there',
     'container.name = frontend and evt.errno = ENOENT and fd.name startswith /srv/www'),
    (2, 'requests for what nobody may read',
     'container.name = frontend and evt.errno = EACCES and fd.name contains htpasswd'),
    (10, 'connections that the database refuses',
     'container.name = shop-api and evt.type = connect and evt.errno = ECONNREFUSED'),
    (1, 'a user who may not read passwords',
     'proc.name = cat and user.name = alice and fd.name = /etc/shadow and evt.errno = EACCES'),
    (1, 'and who reads them all the same',
     'proc.name = cat and user.name = root and fd.name = /etc/shadow and evt.type = read and '
     'evt.failed = false'),
    (1, 'a key that is read', 'proc.name = cat and fd.name = /root/deploy.key and evt.is_io_read '
     '= true'),
    (1, 'a job of cron', 'proc.name = backup and evt.type = execve and proc.aname[2] = crond'),
    (4, 'a log that is rotated', 'proc.name = httpd and evt.type = signaldeliver and evt.arg.sig '
     '= SIGHUP'),
    (1, 'a backup that is ended', 'proc.name = volsnap and evt.type = signaldeliver and '
     'evt.arg.sig = SIGTERM'),
    (1, 'a database that is ended', 'proc.name = ordersdb and evt.type = procexit'),
    (1, 'and started again', 'proc.name = ordersdb and evt.type = execve'),
    (20, 'datagrams that are sent', 'container.name = shop-api and fd.sport = 8125 and '
     'evt.type = sendto and evt.dir = <'),
    (20, 'and arrive', 'proc.name = statsd and fd.l4proto = udp and evt.type = recvfrom and '
     'evt.dir = <'),
    (10, 'sessions that are asked for', 'container.name = shop-api and fd.type = unix and '
     'evt.type = connect and evt.dir = <'),
    (5, 'orders in the clear', 'container.name = orders-db and evt.type = recvfrom and '
     'evt.buffer contains "INSERT INTO orders"'),
    (10, 'reads past the cache', 'container.name = orders-db and evt.type = pread and evt.dir = <'),
]


class Witness:
    """What is told is told to TAP."""

    def __init__(self, tap, sysreel, path):
        self.tap, self.sysreel, self.path = tap, sysreel, path

    def lines(self, *words):
        done = subprocess.run([self.sysreel, *words], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False)
        said = done.stderr.decode('utf-8', 'replace')
        self.tap.check(done.returncode == 0 and not said, f'content with {" ".join(words)[:160]}',
                       [said])
        return done.stdout.decode('latin-1').split('\n')[:-1]

    def ask(self, fields, question=''):
        """The distinct values of FIELDS of the events that answer QUESTION."""
        return set(self.lines('print', '-r', self.path, '-p', fields,
                              *([question] if question else [])))

    def check_story(self):
        for least, what, question in SHOWN:
            n = len(self.lines('print', '-r', self.path, question))
            self.tap.check(n >= least, f'{what}: {n}, at least {least}')
        names = self.ask('%container.name %container.type')
        self.tap.check(names >= {'frontend lxc', 'shop-api lxc', 'orders-db lxc', 'host host'},
                       'containers have names', sorted(names))

    def check_connections(self):
        """Both ends of a connection have a process that is known."""
        for client, server, port in (('frontend', 'shop-api', 8080),
                                     ('shop-api', 'orders-db', 5432)):
            ends = [self.ask('%fd.name', f'container.name = {name} and fd.sport = {port} and '
                             f'fd.cport > 0 and evt.type in (sendto, recvfrom)')
                    for name in (client, server)]
            both = ends[0] & ends[1]
            self.tap.check(len(both) >= 4, f'{client} to {server}: {len(both)} connections are '
                           'seen from both ends', sorted(ends[0])[:3] + sorted(ends[1])[:3])

    def check_machine(self):
        told = self.lines('info', self.path)
        host = [line.split()[1].rstrip(',') for line in told if line.startswith('  Host')]
        self.tap.check(host == ['shop-01'], 'the host is the story\'s', host)
        n = f'{len(USERS)} users, {len(USERS)} groups'
        self.tap.check(any(n in line for line in told), f'{n} are all that there are', told[:8])
        lost = [line for line in told if line.startswith('  Lost')]
        self.tap.check([line.split()[1] for line in lost] == ['0'], 'nothing is lost', lost)

    def check_processes(self):
        names = self.ask('%proc.name', 'proc.name exists')
        listed = [line.split() for line in self.lines('info', '--procs', self.path)[1:]]
        strangers = sorted((names | {words[-1] for words in listed}) - CAST - {'<NA>'})
        self.tap.check(not strangers, 'only the cast is in it', strangers)
        known = [words for words in listed if words[-2].isdigit() and int(words[-2]) > 0]
        self.tap.check(known and known == listed, 'what they may open is known of all', listed)
        paths = {p for p in self.ask('%fd.name', 'fd.typechar in (f, d)') if p.startswith('/')}
        odd = sorted(p for p in paths if p != '/' and not p.startswith(FOLDERS))
        self.tap.check(not odd, f'{len(paths)} paths are the story\'s', odd[:10])
        words = {w for line in self.ask('%proc.env', 'proc.env exists')
                 for w in re.findall(r'(\w+)=', line)}
        self.tap.check(not words - VARIABLES, 'environments are the story\'s',
                       sorted(words - VARIABLES))

    def check_bytes(self):
        """No name of the machine that it was just recorded on, in whatever structure."""
        with open(self.path, 'rb') as f:
            data = zlib.decompress(f.read(), 31)
        story = {u[0] for u in USERS} | {'lxc', 'daemon', 'backup', 'sys', 'bin', 'mail'}
        words = {u.pw_name for u in pwd.getpwall()} - story | {socket.gethostname()}
        words |= {'story', 'python', 'python3', 'sysreel', 'cast', 'unshare', 'nsenter'}
        with open('/proc/self/cgroup', encoding='utf-8') as f:
            words |= set(re.split('[/\n]', ''.join(line.split(':', 2)[2] for line in f)))
        words -= {part for unit in UNITS for part in unit.split('/')}
        found = [w for w in sorted(words) if len(w) > 3 and
                 re.search(rb'(?<!\w)' + re.escape(w.encode()) + rb'(?!\w)', data)]
        self.tap.check(not found, f'none of {len(words)} names of this machine is in it', found)
        self.tap.check(len(data) > 500000, f'{len(data)} bytes are a story')

    def check_all(self):
        self.check_story()
        self.check_connections()
        self.check_machine()
        self.check_processes()
