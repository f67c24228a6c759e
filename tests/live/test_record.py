"""test_record SYSREEL ACTOR - record the running system, as users do.

Only processes that this test starts are recorded. What a recording holds is asked
of `sysreel print`; that other programs read it, too, is test_readers.py's subject.
"""

import glob
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'style'))

from tap import Tap  # noqa: E402

NOBODY = 65534
TICKS = '''
import os, sys, time
out = os.open('/dev/null', os.O_WRONLY)
n = 0
while True:
    os.write(out, b'tick %d' % n)
    n += 1
    time.sleep(0.002)
'''


# Much to read of it, and much that happens meanwhile.
BUSY = '''
import os, resource
most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
null = os.open('/dev/null', os.O_RDONLY)
for i in range(min(most, 12000) - 100):
    os.dup(null)
while True:
    for i in range(400):
        os.getppid()
    os.close(os.dup(null))
'''


# Opens and closes more than can be recorded, is quiet, and uses what it has.
STORM = '''
import os, sys, time
for i in range(100):
    path = f'{sys.argv[1]}/kept{i}'
    with open(path, 'w') as f:
        f.write('x')
    for k in range(400):
        os.close(os.dup2(0, 1000))
    fd = os.open(path, os.O_RDONLY)
    os.dup2(fd, 500 + i)
    os.close(fd)
time.sleep(2.5)
for i in range(100):
    time.sleep(0.01)
    os.read(500 + i, 1)
time.sleep(0.01)
try:
    os.read(1000, 1)
except OSError:
    pass
'''


class Bench:
    """A folder for files, and the program."""

    def __init__(self, sysreel, folder):
        self.sysreel = sysreel
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *words, **more):
        """(what it wrote, what it said, its exit status)"""
        more.setdefault('env', os.environ)
        done = subprocess.run([self.sysreel, *words], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=50,
                              check=False, **more)
        return done.stdout, done.stderr.decode('latin-1'), done.returncode

    def record(self, name, *words, **more):
        """(what it said, its exit status)"""
        return self.run('record', '-w', self.path(name), *words, **more)[1:]

    def lines(self, name, *words):
        out = self.run('print', '-r', self.path(name), *words)[0]
        return out.decode('latin-1').split('\n')[:-1]

    def start(self, *words, least=20000):
        """A recording that goes on, once its (first) file has so many bytes."""
        path = words[words.index('-w') + 1]
        if os.path.exists(path):
            os.unlink(path)
        program = subprocess.Popen([self.sysreel, 'record', *words], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(1000):
            if any(os.path.getsize(x) >= least for x in glob.glob(path + '*')):
                break
            time.sleep(0.01)
        return program


class Ticker:
    """A process that writes `tick N` all the time, or does something else."""

    def __init__(self, script=TICKS):
        self.script = script

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, '-c', self.script])
        return str(self.process.pid)

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def ended(program):
    said = program.communicate(timeout=20)[1].decode('latin-1')
    return said, program.returncode


def check_command(tap, bench):
    said, status = bench.record('a', '--', 'sh', '-c', 'cat /etc/passwd > /dev/null; exit 3')
    lines = bench.lines('a')
    tap.check(status == 3 and not said, 'the exit status of the command is passed on', [said])
    tap.check(any(re.search(r' cat \(\d+\) < openat fd=\d+\(<f>/etc/passwd\)', line)
                  for line in lines), 'what it does is recorded', lines[-9:])
    tap.check('procexit' in lines[-1] and 'ret=3' in lines[-1], 'to the end', lines[-1:])
    tap.check(os.stat(bench.path('a')).st_mode & 0o777 == 0o600, 'the file is private')
    said, status = bench.record('b', '--', 'sh', '-c', 'kill -KILL $$')
    tap.check(status == 128 + 9, 'so is the signal that killed it', [said])
    said, status = bench.record('b', '--', '/nowhere/program')
    tap.check(status == 127 and 'cannot run /nowhere/program' in said,
              'a command that is not there is told', [said, str(status)])


def check_forms(tap, bench):
    words = ['--', 'head', '-c', '20', '/etc/passwd']
    out, said, status = bench.run('record', '-w', '-', *words)
    with open(bench.path('pipe'), 'wb') as f:
        f.write(out[20:])
    tap.check(status == 0 and not said and
              any('/etc/passwd' in line for line in bench.lines('pipe')), 'into a pipe', [said])
    bench.record('z', '-z', *words)
    with open(bench.path('z'), 'rb') as f:
        tap.check(f.read(2) == b'\x1f\x8b', 'compressed')
    tap.check(any('/etc/passwd' in line for line in bench.lines('z')), 'and read again')
    bench.record('s', '-s', '5', *words)
    data = [line for line in bench.lines('s', 'evt.type=read and evt.dir=< and '
                                         'fd.name=/etc/passwd')]
    tap.check(data and 'data=root: ' in data[0] + ' ', 'five bytes of data', data)
    bench.record('s', '-s', '0', *words)
    data = [line for line in bench.lines('s', 'evt.type in (read, write) and evt.dir=<')]
    tap.check(data and all(re.search(r'data=(NULL)? ', line + ' ') for line in data),
              'no data at all', data)
    said, status = bench.record('v', '-v', *words)
    tap.check(re.search(r'recording the command head -c 20 /etc/passwd, with all that it starts; '
                        r'80 bytes of data, a ring of 8192 KiB for each CPU\n', said) and
              re.search(r'wrote [\d,]+ events', said), 'it tells when asked to', [said])


def check_exit_only(tap, bench):
    bench.record('x', '--exit-only', '--', 'cat', '/etc/passwd')
    lines = bench.lines('x', '--all')
    entered = [line for line in lines if ') > ' in line]
    no_calls = ('procexit', 'signaldeliver', 'procinfo')
    tap.check(len(lines) > 20 and all(any(name in line for name in no_calls)
                                      for line in entered), 'returns only', entered[:5])
    tap.check(bench.lines('x', 'evt.type=read and fd.name=/etc/passwd'), 'with their names')


def check_filter(tap, bench):
    words = ['--', 'sh', '-c', 'cat /etc/passwd /etc/group > /dev/null']
    bench.record('f', 'evt.type=read', *words)
    lines = bench.lines('f')
    tap.check(lines and all(re.search(r'\) [<>] read ', line) for line in lines),
              'only what passes the filter shows', lines[:3])
    bad = [line for line in lines if 'fd=' in line and re.search(r'fd=\d+ ', line)]
    tap.check(not bad, 'and has the names of files', bad[:3])


def check_stops(tap, bench):
    with Ticker() as pid:
        start = time.time()
        said, status = bench.record('m', '-M', '1', '--tree', pid)
        took = time.time() - start
        tap.check(status == 0 and not said and 1 <= took < 4, f'-M 1 ended after {took:.2f} s',
                  [said])
        said, status = bench.record('n', '-n', '10', '--tree', pid)
        tap.check(status == 0 and len(bench.lines('n')) == 10, '-n 10: ten events', [said])
        said, status = bench.record('e', '-e', '50', '-W', '3', '-n', '400', '--tree', pid)
        names = sorted(os.path.basename(p) for p in glob.glob(bench.path('e[0-9]*')))
        tap.check(status == 0 and names == ['e0', 'e1', 'e2'], 'the last three files', names)
        tap.check(all(bench.lines(name) for name in names), 'each is readable alone')
        said, status = bench.record('g%S', '-G', '1', '-M', '3', '--tree', pid)
        names = glob.glob(bench.path('g[0-9]*'))
        tap.check(status == 0 and 3 <= len(names) <= 5, f'{len(names)} files in three seconds',
                  [said])
    start = time.time()
    with subprocess.Popen(['sleep', '30']) as idle:
        said, status = bench.record('m', '-M', '1', '--tree', str(idle.pid))
        took = time.time() - start
        tap.check(status == 0 and 1 <= took < 4, f'although nothing happens: {took:.2f} s', [said])
        idle.kill()


def check_signals(tap, bench):
    """What happened right before the signal is recorded, and nothing is torn."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with subprocess.Popen(['cat'], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as cat:
            program = bench.start('-w', bench.path('i'), '--tree', str(cat.pid), least=1)
            word = f'the last word before {number.name}\n'.encode()
            cat.stdin.write(word)
            cat.stdin.flush()
            cat.stdout.readline()
            program.send_signal(number)
            said, status = ended(program)
            cat.stdin.close()
        lines = bench.lines('i', 'evt.type=write and evt.dir=<')
        tap.check(status == 0 and not said and word.decode().strip() in lines[-1],
                  f'{number.name} ends it in good order', [said] + lines[-1:])


def check_killed(tap, bench):
    for words in ([], ['-z']):
        with Ticker() as pid:
            program = bench.start('-w', bench.path('k'), '--tree', pid, *words)
            time.sleep(1.3)
            killed = time.time()
            program.kill()
            ended(program)
            lines = bench.lines('k', '-p', '%evt.rawtime.s.%evt.rawtime.ns %evt.buffer',
                                'evt.type=write and evt.dir=<')
        lacks = killed - float(lines[-1].split(' ')[0])
        ticks = [int(line.split(' ')[-1]) for line in lines]
        tap.check(lacks < 1 and len(ticks) > 100, f'killed {words}: the last {lacks:.2f} s lack')
        tap.check(ticks == list(range(ticks[0], ticks[0] + len(ticks))), '  and nothing before')


def check_killed_early(tap, bench):
    """What there was is in the file although nothing happened since."""
    with subprocess.Popen(['sleep', '30']) as idle:
        program = bench.start('-w', bench.path('k'), '--tree', str(idle.pid), least=1)
        program.kill()
        ended(program)
        idle.kill()
    out, said, status = bench.run('info', bench.path('k'))
    tap.check(status == 0 and not said and re.search(rb'At start +\d+ processes', out),
              'killed before anything happened: it has the state', [said])


def check_full(tap, bench):
    script = ('mount -t tmpfs -o size=300k none "$1" || exit 77; '
              '"$2" record -w "$1/x" --tree $3; echo $? > "$1/../status"; '
              'cp "$1/x" "$1/../full"')
    os.mkdir(bench.path('small'))
    with Ticker() as pid:
        done = subprocess.run(['unshare', '-m', 'sh', '-c', script, 'sh', bench.path('small'),
                               os.path.abspath(bench.sysreel), pid], stderr=subprocess.PIPE,
                              timeout=50, check=False)
    said = done.stderr.decode()
    if done.returncode == 77 or not os.path.exists(bench.path('status')):
        tap.skip(f'no small file system: {said.strip()}')
        return
    with open(bench.path('status'), encoding='ascii') as f:
        status = f.read().strip()
    tap.check(status == '1' and said.endswith('/x: no space left on device\n'),
              'a full disk is told', [said])
    out, said, status = bench.run('print', '-r', bench.path('full'))
    tap.check(status == 0 and not said and out, 'what is written is whole', [said])


def check_gone(tap, bench):
    with Ticker() as pid:
        program = bench.start('-w', bench.path('gone'), '--tree', pid)
        os.unlink(bench.path('gone'))
        said, status = ended(program)
        tap.check(status == 1 and said.endswith('/gone: it was removed while it was written\n'),
                  'a file that is removed is told', [said])
        os.mkdir(bench.path('folder'))
        program = bench.start('-w', bench.path('folder/x'), '-G', '1', '--tree', pid)
        for name in os.listdir(bench.path('folder')):
            os.unlink(bench.path('folder/' + name))
        os.rmdir(bench.path('folder'))
        said, status = ended(program)
        tap.check(status == 1 and '/folder/x' in said and said.count('\n') == 1,
                  'so is a folder', [said])
    os.symlink('elsewhere', bench.path('link'))
    said, status = bench.record('link', '--', 'true')
    tap.check(status == 1 and 'symbolic link' in said, 'a planted link is not followed', [said])


def check_only(tap, bench):
    """A capture that can be shown to others tells nothing of them."""
    env = dict(os.environ, SECRET='never-told')
    words = ['--', 'sh', '-c', 'cat /etc/passwd']
    for more in ([], ['--ancestors']):
        bench.record('o', '--only', *more, *words, env=env)
        with open(bench.path('o'), 'rb') as f:
            data = f.read()
        tap.check((b'test_record.py' in data) is False, f'{more}: arguments of others are not told')
        tap.check(bench.lines('o', 'proc.name=cat and evt.type=openat'), 'its own are there')
        above = {line for line in bench.lines('o', '-p', '*%proc.aname[2]',
                                           'proc.name=cat')}
        tap.check((above != {'<NA>'}) == bool(more), f'{more}: names above: {above}')
    for more in ([], ['--format', '0.29']):
        bench.record('o', '--only', *more, 'fd.name=/etc/passwd', '--', 'sh', '-c',
                     'cat /etc/group; cat /etc/passwd; true')
        lines = bench.lines('o', '-p', '*%proc.name %proc.cmdline %evt.type %fd.name')
        tap.check(len(lines) > 4 and all(line.startswith('cat cat /etc/passwd') and
                                         line.endswith(' /etc/passwd') for line in lines),
                  f'{more}: a process is told of when an event of it passes', lines)
        with open(bench.path('o'), 'rb') as f:
            tap.check(b'/etc/group' not in f.read(), '  and no other')
        bench.record('o', '--only', '--ancestors', *more, 'proc.name=cat', '--', 'sh', '-c',
                     'cat /etc/passwd; true')
        above = set(bench.lines('o', '-p', '*%proc.pname %proc.aname[2]'))
        tap.check(above == {'sh sysreel'}, '  with those above it', above)
    bench.record('o', '--no-env', *words, env=env)
    with open(bench.path('o'), 'rb') as f:
        tap.check(b'never-told' not in f.read(), 'no environment')
    bench.record('o', '--no-args', '--', 'sh', '-c', 'cat /etc/passwd # hidden-word')
    with open(bench.path('o'), 'rb') as f:
        tap.check(b'hidden-word' not in f.read(), 'no arguments')
    bench.record('o', '--', 'sh', '-c', 'cat /etc/passwd # hidden-word', env=env)
    with open(bench.path('o'), 'rb') as f:
        data = f.read()
    tap.check(b'never-told' in data and b'hidden-word' in data, 'both, if nobody minds')


def lost_in(bench, name):
    """(events, lost) as `info` and `print` tell of NAME."""
    out = bench.run('info', bench.path(name))[0].decode('latin-1')
    lost = re.search(r'  Lost +([\d,]+) events', out).group(1)
    return len(bench.lines(name)), int(lost.replace(',', ''))


def check_losses(tap, bench, actor):
    """At a rate that cannot be held, what was recorded and what was lost is what the
    same program does when nothing is lost."""
    os.mkdir(bench.path('work'))
    words = ['--', actor, 'burst', bench.path('work'), bench.path('expects')]
    # Room for all of it: a reader with sanitizers is slower than the program.
    bench.record('whole', '--ring-size', '65536', *words)
    n_whole, n_lost = lost_in(bench, 'whole')
    tap.check(n_whole > 200000 and not n_lost, f'{n_whole} events, none of them lost')
    said, status = bench.record('part', '--ring-size', '16', *words)
    n, n_lost = lost_in(bench, 'part')
    tap.check(status == 0 and n + n_lost == n_whole and n_lost > 100000,
              f'{n} events and {n_lost} lost are {n_whole}', [said])
    tap.check(f'lost: {n_lost:,} events about data, 0 that change' in said, 'it says so', [said])
    again = bench.run('print', '-q', '-r', bench.path('part'))[1]
    tap.check(again == said, 'and again when it is read', [again, said])
    bench.run('record', '-r', bench.path('part'), '-w', bench.path('copy'))
    tap.check(lost_in(bench, 'copy') == (n, n_lost), 'and when it was copied')


def check_healing(tap, bench):
    """After a loss what is open is read again: here, and wherever it is read later."""
    os.mkdir(bench.path('storm'))
    said, status = bench.record('heal', '--ring-size', '16', '--', sys.executable, '-c', STORM,
                                bench.path('storm'))
    found = re.search(r'lost: ([\d,]+) events about data, ([\d,]+) that change', said)
    lost = found and int(found.group(2).replace(',', ''))
    tap.check(status == 0 and lost and lost > 10000, f'{lost} events that open and close', [said])
    filters = 'evt.type=read and evt.dir=> and fd.num >= 500 and fd.num < 600'
    names = bench.lines('heal', '-p', '*%fd.num %fd.name', filters)
    want = [f'{500 + i} {bench.path("storm")}/kept{i}' for i in range(100)]
    tap.check(names == want, 'what is open is known all the same',
              [f'{a} / {b}' for a, b in zip(names, want) if a != b][:5])
    closed = bench.lines('heal', '-p', '*%fd.num %fd.name', 'evt.type=read and fd.num=1000')
    tap.check(closed and set(closed) == {'1000 <NA>'}, 'and what is not', closed[:3])
    again = bench.run('print', '-q', '-r', bench.path('heal'))[1]
    tap.check(again == said, 'the losses are the same when it is read', [again, said])


def check_scan(tap, bench):
    """Nothing is lost while the state is read, although that takes long."""
    with Ticker(BUSY) as pid:
        for _ in range(500):
            if len(os.listdir(f'/proc/{pid}/fd')) > 5000:
                break
            time.sleep(0.01)
        start = time.time()
        said, status = bench.record('scan', '-n', '5000', '--ring-size', '4096', '--tree', pid)
        took = time.time() - start
    lines = bench.lines('scan')
    tap.check(status == 0 and 'lost' not in said and len(lines) == 5000,
              f'nothing is lost while much is read, in {took:.2f} s', [said])
    fds = bench.lines('scan', '-p', '*%fd.name', 'evt.type=close and evt.dir=>')
    tap.check(fds and set(fds) == {'/dev/null'}, 'and what was read is right', fds[:3])


def check_slow(tap, bench):
    """Who cannot keep up says so first; what is lost then is accounted for."""
    with Ticker(BUSY) as pid:
        program = subprocess.Popen([bench.sysreel, 'record', '-w', '-', '-M', '60', '--tree', pid],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        first = ''
        if select.select([program.stderr], [], [], 50)[0]:
            first = program.stderr.readline().decode()
        program.send_signal(signal.SIGINT)
        out, said = program.communicate(timeout=50)
    with open(bench.path('slow'), 'wb') as f:
        f.write(out)
    said = said.decode()
    tap.check(re.fullmatch(r'sysreel: writing cannot keep up: \d+ MB wait, and events will be '
                           r'lost if it goes on\n', first), 'it cannot keep up, and says so',
              [first])
    events, lost = lost_in(bench, 'slow')
    tap.check(program.returncode == 0 and events > 10000 and bool(lost) == ('lost: ' in said),
              f'{events} events are whole, {lost} lost', [said])


def niceness(pid):
    """How nice PID is, and whether it goes before all who only are nice."""
    with open(f'/proc/{pid}/stat', encoding='ascii') as f:
        words = f.read().rsplit(') ', 1)[1].split(' ')
    return int(words[16]), int(words[38]) == os.SCHED_RR


def check_niceness(tap, bench):
    out, said, status = bench.run('record', '-w', bench.path('nice'), '--', 'nice')
    tap.check(status == 0 and out == b'%d\n' % os.nice(0), 'the command is not in a hurry',
              [out.decode(), said])
    with Ticker() as pid:
        program = bench.start('-w', bench.path('nice'), '--tree', pid)
        own = {t: niceness(f'{program.pid}/task/{t}')
               for t in os.listdir(f'/proc/{program.pid}/task')}
        program.send_signal(signal.SIGINT)
        ended(program)
    tap.check(len(own) == 2 and set(own.values()) == {(-20, True)}, 'but who reads and writes is',
              [str(own)])
    with Ticker() as pid:
        program = bench.start('-z', '-w', bench.path('nice'), '--tree', pid, least=100)
        own = {t: niceness(f'{program.pid}/task/{t}')
               for t in os.listdir(f'/proc/{program.pid}/task')}
        program.send_signal(signal.SIGINT)
        ended(program)
    tap.check(own.pop(str(program.pid)) == (-20, True) and
              set(own.values()) == {(0, False)},
              'who compresses is not', [str(own)])


def rights_of(pid):
    """The rights that each thread of PID has."""
    found = []
    for path in glob.glob(f'/proc/{pid}/task/*/status'):
        with open(path, encoding='ascii') as f:
            fields = dict(line.rstrip('\n').split(':\t', 1) for line in f if ':\t' in line)
        found.append((fields['CapEff'], fields['CapPrm'], fields['NoNewPrivs']))
    return found


def check_rights(tap, bench):
    with Ticker() as pid:
        program = bench.start('-w', bench.path('r'), '--tree', pid)
        rights = rights_of(program.pid)
        n = len(bench.lines('r'))
        time.sleep(1.2)
        more = len(bench.lines('r'))
        program.send_signal(signal.SIGINT)
        ended(program)
    none = '0' * 16
    tap.check(len(rights) > 1 and all(r == (none, none, '1') for r in rights),
              f'its {len(rights)} threads have no rights any more', map(str, rights))
    tap.check(more > n > 0, f'and record all the same: {n}, then {more} events')


def check_refused(tap, bench):
    os.chmod(bench.folder, 0o777)
    said, status = bench.record('u', '--', 'true', user=NOBODY, group=NOBODY, extra_groups=[])
    tap.check(status == 1 and 'CAP_BPF' in said and 'setcap' in said and said.count('\n') == 1,
              'without rights: one sentence', [said])
    done = subprocess.run(['unshare', '-m', 'sh', '-c', 'mount -t tmpfs none /sys/kernel/btf '
                           '|| exit 77; exec "$0" "$@"', bench.sysreel, 'record', '-w',
                           bench.path('u'), '--', 'true'], stderr=subprocess.PIPE, check=False)
    said = done.stderr.decode()
    if done.returncode == 77:
        tap.skip(f'BTF cannot be hidden: {said.strip()}')
    else:
        tap.check(done.returncode == 1 and 'BTF' in said and said.count('\n') == 1,
                  'without BTF: one sentence', [said])
    done = subprocess.run(['unshare', '-pf', '--mount-proc', bench.sysreel, 'record', '-w',
                           bench.path('u'), '--', 'true'], stderr=subprocess.PIPE, check=False,
                          timeout=60)
    said = done.stderr.decode()
    tap.check(done.returncode == 1 and '--pid=host' in said and said.count('\n') == 1,
              'in a pid namespace of its own: one sentence', [said])
    os.mkdir(bench.path('theirs'))
    os.chown(bench.path('theirs'), NOBODY, NOBODY)
    os.chmod(bench.path('theirs'), 0o755)
    said, status = bench.record('theirs/x', '-G', '1', '--', 'true')
    tap.check(status == 1 and 'theirs' in said and said.count('\n') == 1,
              'a folder that will not be writable later is told first', [said])


def why_not(bench):
    if os.geteuid():
        return 'needs root'
    said, status = bench.record('try', '--', 'true')
    return said.strip() if status else None


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory(dir='/tmp', prefix='sysreel-record-') as folder:
        bench = Bench(os.path.abspath(sys.argv[1]), folder)
        reason = why_not(bench)
        if reason:
            tap.skip(reason)
            return tap.done()
        for check in (check_command, check_forms, check_exit_only, check_filter, check_stops,
                      check_signals, check_killed, check_killed_early, check_full, check_gone,
                      check_only, check_healing, check_scan, check_slow, check_niceness,
                      check_rights, check_refused):
            check(tap, bench)
        check_losses(tap, bench, os.path.abspath(sys.argv[2]))
    return tap.done()


sys.exit(main())
