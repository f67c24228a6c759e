"""test_cpu TOP CPU_TOTAL CAPTURE... - timelines of CPU time add up to what tables say, on
captures of our own and shared ones.
"""

import os
import sys

from programs import Tap, capture_folder, run


def main():
    top, tool, *captures = sys.argv[1:]
    tap = Tap()
    folder = capture_folder(top)
    if folder:
        captures += sorted(x.path for x in os.scandir(folder)
                           if x.name.endswith(('.scap', '.scap.gz')))
    else:
        tap.skip('no folder with captures: SYSREEL_CAPTURES names one')
    n_known = 0
    for path in captures:
        lines, said, status = run([tool, path])
        seconds, n, _ = lines[-1].split() if lines else ('0', '0', '')
        n_known += seconds not in ('0.000', 'nan')
        tap.check(status == 0 and int(n) > 6,
                  f'{os.path.basename(path)}: {seconds} s of CPU time, {n} tables', lines + [said])
    tap.check(n_known > 1, f'{n_known} captures tell of CPU time')
    return tap.done()


sys.exit(main())
