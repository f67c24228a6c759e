"""test_heal SYSREEL - after losses, what is known of processes is what /proc has of them.

Workers do so much that most of it is lost; in the middle of that they become what they
are afterwards. When it has been quiet for a while they tell what that is.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'style'))

from tap import Tap  # noqa: E402

WORKERS = 3
SECONDS = 3

WORKER = """
import ctypes, json, os, random, subprocess, sys, threading, time
folder, seed, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
libc = ctypes.CDLL(None)
tell = threading.Event()
rng = random.Random(seed)

def beget():
    child = os.fork()
    if not child:
        if rng.randrange(2):
            os.execv('/bin/true', ['true'])
        os._exit(0)
    os.waitpid(child, 0)

def storm(seconds):
    end = time.time() + seconds
    while time.time() < end:
        for _ in range(200):
            os.close(os.open('/dev/null', os.O_RDONLY))
        os.chdir(rng.choice(['/', '/tmp', folder]))
        beget()
        t = threading.Thread(target=os.getpid)
        t.start()
        t.join()

# A single one may be lost still.
def say():
    for _ in range(20):
        os.getppid()
        time.sleep(0.02)

def kept():
    tell.wait()
    say()

def of_process(pid):
    with open(f'/proc/{pid}/status') as f:
        status = dict(x.rstrip().split(':', 1) for x in f)
    with open(f'/proc/{pid}/cmdline') as f:
        args = f.read().rstrip('\\0').split('\\0')
    return {'pid': pid, 'ppid': int(status['PPid']), 'name': status['Name'].strip(),
            'threads': int(status['Threads']), 'exe': os.readlink(f'/proc/{pid}/exe'),
            'args': args[1:], 'cwd': os.readlink(f'/proc/{pid}/cwd')}

SAY = '''import os, sys, time
sys.stdin.read(1)
for _ in range(20):
    os.getppid()
    time.sleep(0.02)
'''
storm(seconds / 2)
children = [subprocess.Popen([sys.executable, '-c', SAY, f'child{i}'], cwd='/var',
                             stdin=subprocess.PIPE) for i in range(2)]
thread = threading.Thread(target=kept, daemon=True)
thread.start()
with open(f'/proc/self/task/{thread.native_id}/comm', 'w') as f:
    f.write(f'kept{seed}')
storm(seconds / 2)
os.chdir('/usr')
libc.prctl(15, f'worker{seed}'.encode(), 0, 0, 0)
for _ in range(5000):
    os.close(os.open('/dev/null', os.O_RDONLY))
os.write(1, b'done')
os.read(0, 1)
told = [of_process(os.getpid())] + [of_process(c.pid) for c in children]
told[0]['kept'] = [thread.native_id, f'kept{seed}']
say()
tell.set()
for c in children:
    c.communicate(b'x')
thread.join()
os.write(1, json.dumps(told).encode() + b'\\n')
os._exit(0)
"""

# When all are done it is quiet for as long as healing takes.
PARENT = '''
import os, subprocess, sys, time
workers = [subprocess.Popen([sys.executable, '-c', sys.argv[1], sys.argv[2], str(i),
                             sys.argv[3]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
           for i in range(int(sys.argv[4]))]
for w in workers:
    os.read(w.stdout.fileno(), 4)
time.sleep(4)
out = [w.communicate(b'x')[0].decode() for w in workers]
print(''.join(out), end='', flush=True)
sys.exit(any(w.returncode for w in workers))
'''

FORM = ('*%proc.pid\t%thread.tid\t%proc.ppid\t%proc.name\t%proc.exepath\t%proc.args\t%proc.cwd\t'
        '%proc.nthreads')


def known(sysreel, path):
    """{tid: what is known at its last getppid()}"""
    out = subprocess.run([sysreel, 'print', '-r', path, '-p', FORM,
                          'evt.type=getppid and evt.dir=<'],
                         stdout=subprocess.PIPE, check=False).stdout.decode()
    rows = {}
    for line in out.split('\n')[:-1]:
        pid, tid, ppid, name, exe, args, cwd, threads = line.split('\t')
        rows[int(tid)] = {'pid': int(pid), 'ppid': int(ppid), 'name': name, 'exe': exe,
                          'args': args, 'cwd': cwd.rstrip('/') or '/', 'threads': int(threads)}
    return rows


def check_told(tap, told, rows):
    have = rows.get(told['pid'])
    if not tap.check(have, f'{told["pid"]} is known'):
        return
    told['args'] = ' '.join(told['args']).replace('\n', '\\x0a')
    wrong = [f'{what} is {str(told[what])[-60:]}, known as {str(have[what])[-60:]}'
             for what in have if what in told and str(told[what]).strip() !=
             str(have[what]).strip()]
    tap.check(not wrong, 'and what it is', wrong)
    if 'kept' not in told:
        return
    tid, name = told['kept']
    have = rows.get(tid)
    tap.check(have and have['pid'] == told['pid'] and have['name'] == name,
              f'its thread is {name}', [have])


def heal(tap, sysreel, folder):
    path = os.path.join(folder, 'capture')
    done = subprocess.run([sysreel, 'record', '-w', path, '--ring-size', '16', '--',
                           sys.executable, '-c', PARENT, WORKER, folder, str(SECONDS),
                           str(WORKERS)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False, timeout=90)
    said = done.stderr.decode('latin-1')
    found = re.search(r'lost: [\d,]+ events about data, ([\d,]+) that change', said)
    lost = int(found.group(1).replace(',', '')) if found else 0
    tap.check(done.returncode == 0 and lost > 10000, f'{lost} events that change are lost', [said])
    rows = known(sysreel, path)
    processes = [p for x in done.stdout.decode().split('\n') if x for p in json.loads(x)]
    tap.check(len(processes) == 3 * WORKERS, 'all tell what they are')
    for told in processes:
        check_told(tap, told, rows)


def main():
    tap = Tap()
    sysreel = sys.argv[1]
    done = subprocess.run([sysreel, 'print', '-q', '--', 'true'], stderr=subprocess.PIPE,
                          stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        tap.skip(done.stderr.decode('latin-1').strip())
        return tap.done()
    with tempfile.TemporaryDirectory() as folder:
        heal(tap, sysreel, folder)
    return tap.done()


sys.exit(main())
