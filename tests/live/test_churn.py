"""test_churn SYSREEL SECONDS [WORDS...] - after a spell of churn, what is known of
processes is what /proc has of them.

The recording begins in the middle of it. Only processes that this test starts are
recorded. WORDS are further ones for "record".
"""

import json
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'style'))

from tap import Tap  # noqa: E402

WORKERS = 4

# Opens, closes, connects, forks and starts threads at random; then tells of all
# descriptors that it has, and uses each of them once.
WORKER = '''
import fcntl, json, os, random, signal, socket, sys, threading, time
folder, seed, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
rng = random.Random(seed)
own = set(int(x) for x in os.listdir('/proc/self/fd'))
lock = threading.Lock()
server = socket.socket()
server.bind(('127.0.0.1', 0))
server.listen(50)
kept = []       # sockets: Python must not close them
children = []   # those that are not waited for
waiting = []    # threads, and what they wait for

def name():
    return os.path.join(folder, 'f%d' % rng.randrange(20))

def is_open(fd):
    try:
        os.fstat(fd)
        return True
    except OSError:         # it was that of the list itself
        return False

def mine():
    return [x for x in map(int, os.listdir('/proc/self/fd'))
            if x not in own and x != server.fileno() and is_open(x)]

def make():
    what = rng.randrange(8)
    if what < 2:
        os.open(name(), os.O_RDWR | os.O_CREAT)
    elif what == 2:
        os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    elif what == 3:
        os.pipe()
    elif what == 4:
        a = socket.create_connection(server.getsockname())
        a.detach()
        b, _ = server.accept()
        b.detach()
    elif what == 5:
        for s in socket.socketpair():
            s.detach()
    elif what == 6:
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        if rng.randrange(2):
            s.connect(('127.0.0.1', 9))
        s.detach()
    else:
        os.chdir(rng.choice(['/', folder, '/tmp']))

def spoil():
    fds = mine()
    if len(fds) < 2:
        return
    one, two = rng.choice(fds), rng.choice(fds)
    what = rng.randrange(4)
    if what == 0 and one != two:
        os.dup2(one, two, inheritable=bool(rng.randrange(2)))
    elif what == 1:
        fcntl.fcntl(one, fcntl.F_DUPFD, 40 + rng.randrange(20))
    elif what == 2:
        os.closerange(one, one + rng.randrange(4)) if one > max(own) + 1 else None
    elif one != server.fileno():
        os.close(one)

def beget():
    child = os.fork()
    if not child:
        for _ in range(rng.randrange(5)):
            make()
        os.chdir('/')
        if rng.randrange(2):
            os.execv('/bin/true', ['true'])
        os._exit(0)
    os.waitpid(child, 0)

def keep():
    child = os.fork()
    if not child:
        signal.alarm(300)               # whatever becomes of us
        if rng.randrange(2):
            os.execv('/bin/sleep', ['sleep', '600'])
        signal.pause()
    children.append(child)

def bury(child):
    children.remove(child)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)

def start():
    go = threading.Event()
    t = threading.Thread(target=go.wait)
    t.start()
    waiting.append((t, go))

def stop(t, go):
    waiting.remove((t, go))
    go.set()
    t.join()

def come_and_go():
    if rng.randrange(2):
        keep() if len(children) < 6 else bury(rng.choice(children))
    else:
        start() if len(waiting) < 6 else stop(*rng.choice(waiting))

def turn():
    with lock:
        if server.fileno() not in map(int, os.listdir('/proc/self/fd')):
            os._exit(3)
        make() if len(mine()) < 60 else None
        spoil()

def in_thread():
    for _ in range(20):
        turn()

end = time.time() + seconds
while time.time() < end:
    for _ in range(30):
        turn()
    time.sleep(0.02)        # it is not about how fast events can be recorded
    if rng.randrange(3) == 0:
        with lock:
            beget()
    with lock:
        come_and_go()
    if rng.randrange(3) == 0:
        t = threading.Thread(target=in_thread)
        t.start()
        t.join()
with lock:
    while len(mine()) > 80:
        os.close(rng.choice(mine()))

def ends(fd):
    s = socket.socket(fileno=fd)
    kept.append(s)
    if s.family != socket.AF_INET:
        return 'u', None
    try:
        return '4', '%s:%d' % s.getpeername()
    except OSError:
        return '4', None

told = {}
for fd in mine():
    try:
        link = os.readlink('/proc/self/fd/%d' % fd)
    except OSError:
        continue
    if link.startswith('/'):
        told[fd] = ('d' if os.path.isdir(link) else 'f', link)
    elif link.startswith('pipe:'):
        told[fd] = ('p', None)
    else:
        told[fd] = ends(fd)
for child in children:                  # one may be about to begin its program
    while open('/proc/%d/stat' % child).read().rsplit(')', 1)[1].split()[0] != 'S':
        time.sleep(0.01)
names = {x: open('/proc/%d/comm' % x).read().rstrip() for x in children}
while len(os.listdir('/proc/self/task')) > 1 + len(waiting):     # one may be about to end
    time.sleep(0.01)
threads = len(os.listdir('/proc/self/task'))
os.getppid()
for fd in told:
    fcntl.fcntl(fd, fcntl.F_GETFD)
os.write(1, json.dumps({'pid': os.getpid(), 'fds': told, 'cwd': os.getcwd(),
                        'children': names, 'threads': threads}).encode())
while children:
    bury(children[0])
os._exit(0)
'''

PARENT = '''
import subprocess, sys
workers = [subprocess.Popen([sys.executable, '-c', sys.argv[1], sys.argv[2], str(i),
                             sys.argv[3]], stdout=subprocess.PIPE)
           for i in range(int(sys.argv[4]))]
out = [w.communicate()[0].decode() for w in workers]
print('\\n'.join(out), flush=True)
sys.exit(any(w.returncode for w in workers))
'''


def known_of(sysreel, path, pid):
    """({descriptor: (letter, name)}, folder, number of threads, number of the event) as of the
    call of getppid()."""
    form = '*%evt.type %fd.num %fd.typechar %proc.nthreads %evt.num %proc.cwd %fd.name'
    out = subprocess.run([sysreel, 'print', '-r', path, '-p', form,
                          f'proc.pid={pid} and evt.dir=< and evt.type in (fcntl, getppid)'],
                         stdout=subprocess.PIPE, check=False).stdout.decode('latin-1')
    lines = out.split('\n')[:-1]
    at = max((i for i, x in enumerate(lines) if x.startswith('getppid')), default=None)
    if at is None:
        return None, None, None, None
    threads, number = lines[at].split(' ')[3:5]
    fds = {}
    for line in lines[at + 1:]:
        _, num, letter, _, _, cwd, name = line.split(' ', 6)
        fds[int(num)] = (letter, name)
    return fds, cwd.rstrip('/') or '/', int(threads), int(number)


def children_of(sysreel, path, pid, number):
    """{pid: name of the program} of those that PID has as of event NUMBER."""
    out = subprocess.run([sysreel, 'view', 'procs', '-r', path, '--from', f'#{number}', '--to',
                          f'#{number + 1}', '--path', f'proc.ppid={pid}', '--format', 'json'],
                         stdout=subprocess.PIPE, check=False).stdout
    return {str(x['PID']): os.path.basename(x['COMMAND'].split(' ')[0])
            for x in json.loads(out)['rows']}


def differences(told, known):
    """What is not the same. Of a connection its other end has to be in its name."""
    for fd, (letter, name) in told.items():
        have = known.get(int(fd), ('nothing', ''))
        if have[0] != letter:
            yield f'{fd} is {letter} {name}, known as {have}'
        elif name and letter == '4' and name not in have[1]:
            yield f'{fd} leads to {name}, known as {have}'
        elif name and letter != '4' and have[1].rstrip('/') != name.rstrip('/'):
            yield f'{fd} is {name}, known as {have}'


def churn(tap, sysreel, folder, seconds, words):
    path = os.path.join(folder, 'capture')
    work = os.path.join(folder, 'work')
    os.mkdir(work)
    with subprocess.Popen([sys.executable, '-c', PARENT, WORKER, work, str(seconds),
                           str(WORKERS)], stdout=subprocess.PIPE) as parent:
        time.sleep(2)
        recorder = subprocess.Popen([sysreel, 'record', '-w', path, '--tree', str(parent.pid),
                                     *words], stderr=subprocess.PIPE)
        out = parent.communicate()[0].decode()
        said = recorder.communicate(timeout=60)[1].decode('latin-1')
    tap.check(parent.returncode == 0 and recorder.returncode == 0, 'the workers end well', [said])
    tap.check('lost' not in said, 'nothing is lost', [said])
    for told in (json.loads(x) for x in out.split('\n') if x):
        known, cwd, threads, number = known_of(sysreel, path, told['pid'])
        if not tap.check(known is not None, f'{told["pid"]} is known'):
            continue
        wrong = list(differences(told['fds'], known))
        tap.check(not wrong and len(told['fds']) > 5,
                  f'{len(told["fds"])} descriptors are as they are', wrong)
        tap.check(cwd == told['cwd'], f'its folder is {told["cwd"]}', [cwd])
        tap.check(threads == told['threads'], f'it has {told["threads"]} threads', [threads])
        children = children_of(sysreel, path, told['pid'], number)
        tap.check(children == told['children'], f'it has {len(told["children"])} children',
                  [children, told['children']])


def main():
    tap = Tap()
    sysreel = sys.argv[1]
    seconds, words = sys.argv[2], sys.argv[3:]
    done = subprocess.run([sysreel, 'print', '-q', '--', 'true'], stderr=subprocess.PIPE,
                          stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        tap.skip(done.stderr.decode('latin-1').strip())
        return tap.done()
    with tempfile.TemporaryDirectory() as folder:
        churn(tap, sysreel, folder, seconds, words)
    return tap.done()


sys.exit(main())
