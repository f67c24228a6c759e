"""test_kernels BUILD-FOLDER TEST_LISTED TEST_LIVE ACTOR - the live tests under other kernels.

For each folder in the folder that SYSREEL_KERNELS names, which in_kernel.py takes as a
kernel, a virtual machine does what the live tests do here. Without that variable nothing
is done: no test fetches kernels, and without a processor that helps one takes minutes.
"""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'style'))

from tap import Tap  # noqa: E402

SCENARIOS = ['files', 'paths', 'sockets', 'processes', 'system', 'storm', 'burst', 'inherited',
             'state', 'every', 'messages', 'ipc', 'uring', 'exec', 'compat', 'narrow', 'edges',
             'refused']
# All in one machine. A line for each that ended, below it what did not hold.
SCRIPT = '''
say() {
	name=$1
	shift
	"$@" >/tmp/said 2>&1
	echo "ended $name $?"
	grep -A3 "^not ok" /tmp/said
}
say listed "$1"
test=$2 actor=$3
shift 3
for scenario; do
	say $scenario "$test" "$actor" $scenario
done
'''


def check_kernel(tap, kernel, programs):
    """Run everything under KERNEL."""
    name = os.path.basename(kernel)
    tool = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'in_kernel.py')
    done = subprocess.run(
        [sys.executable, '-B', tool, '--seconds', '1500', kernel, 'sh', '-c', SCRIPT, 'sh',
         *programs, *SCENARIOS],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    said = done.stdout.decode('utf-8', 'replace')
    if done.returncode == 77:
        tap.skip(said.strip())
        return
    ended = {}
    for part in said.replace('\r', '').split('ended ')[1:]:
        head, _, rest = part.partition('\n')
        scenario, _, status = head.partition(' ')
        ended[scenario] = (status, rest)
    for scenario in ['listed'] + SCENARIOS:
        status, rest = ended.get(scenario, ('none', said[-2000:]))
        tap.check(status == '0', f'{name}: {scenario}', [f'exit status {status}', rest])


def main():
    tap = Tap()
    folder = os.environ.get('SYSREEL_KERNELS')
    programs = [os.path.abspath(x) for x in sys.argv[2:]]
    if not folder:
        tap.skip('SYSREEL_KERNELS names no folder of kernels')
        return tap.done()
    # What stands below it is seen there, too.
    os.chdir(sys.argv[1])
    for name in sorted(os.listdir(folder)):
        check_kernel(tap, os.path.join(folder, name), programs)
    return tap.done()


if __name__ == '__main__':
    sys.exit(main())
