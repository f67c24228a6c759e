"""test_lines TOP SYSREEL DEMO - our lines of whole captures are sysdig's.

Byte for byte, but for what differences.py lists. Where neither sysdig nor its
recorded lines are at hand, a comparison is skipped.
"""

import os
import sys

import differences
from programs import READABLE, Tap, find_capture, recorded_lines, run, why_no_sysdig

LEAST_LINES = {'cat_write': 85, 'connect_localhost': 8, 'curl_google': 1221,
               'run_as_user_0_container': 3796, 'syscall': 12, 'test_ipv6_client': 68,
               'demo': 2000, 'story-a-sysdig036': 13838}
SHOWN = 5                       # pairs of lines that differ


def check_lines(tap, name, theirs, ours):
    tally = differences.compare(name, theirs, ours)
    details = [f'{who} {line[:400]}' for pair in tally.wrong[:SHOWN]
               for who, line in zip(('sysdig: ', 'sysreel:'), pair)]
    tap.check(not tally.wrong, f'{name}: {len(ours)} lines: {tally.text()}', details)
    tap.check(len(ours) >= LEAST_LINES[name], f'{name}: at least {LEAST_LINES[name]} lines')
    stale = differences.stale_rules(name, tally)
    tap.check(not stale, f'{name}: each rule for it is needed', stale)


def with_sysdig(tap, name, path, sysreel):
    theirs, said, status = run(['sysdig', '-r', path])
    tap.check(status == 0, f'{name}: sysdig reads it', [said])
    ours, said, status = run([sysreel, 'print', '-r', path])
    tap.check(status == 0 and not said, f'{name}: sysreel reads it', [said])
    check_lines(tap, name, theirs, ours)


def check_times(tap, name, path, sysreel):
    """Each way to show the time but d, which docs/differences.md tells of (Durations)."""
    for mode in 'hraD':
        words = ['-t', mode, '-p', '*%evt.num %evt.outputtime']
        theirs = run(['sysdig', '-r', path] + words)[0]
        ours = run([sysreel, 'print', '-r', path] + words)[0]
        wrong = [f'sysdig {a!r}, sysreel {b!r}' for a, b in zip(theirs, ours) if a != b]
        tap.check(len(theirs) == len(ours) > 0 and not wrong,
                  f'{name}: {len(ours)} times of -t {mode}', wrong[:SHOWN])


def check_rewritten(tap, top, sysreel):
    """The same capture, written again by another program: 0.29.3 cannot open it."""
    one, why = find_capture(top, 'curl_google.scap')
    two, why_not = find_capture(top, 'curl_google_comments.scap')
    if not one or not two:
        tap.skip(f'curl_google_comments: {why or why_not}')
        return
    lines = [run([sysreel, 'print', '-r', path])[0] for path in (one, two)]
    tap.check(len(lines[0]) > 1000 and lines[0] == lines[1],
              'curl_google_comments: the lines of curl_google')


def check_story(tap, top, sysreel):
    name = 'story-a-sysdig036'
    path, why = find_capture(top, f'{name}.scap.gz')
    lines, why_not = find_capture(top, f'{name}.lines.xz')
    if not path or not lines:
        tap.skip(f'{name}: {why or why_not}')
        return
    ours, said, status = run([sysreel, 'print', '-r', path])
    tap.check(status == 0 and not said, f'{name}: sysreel reads it', [said])
    check_lines(tap, name, recorded_lines(lines), ours)


def check_rules(tap, top):
    known = differences.headings(os.path.join(top, 'docs', 'differences.md'))
    for rule in differences.RULES:
        tap.check(rule.heading in known, f'differences.md explains: {rule.name}',
                  [f'no heading {rule.heading!r}'])
    names = [r.name for r in differences.RULES]
    tap.check(len(set(names)) == len(names), 'no two rules have one name')
    strays = [f'{r.name}: {i}' for r in differences.RULES for i in r.inputs
              if i not in LEAST_LINES]
    tap.check(not strays, 'each rule is for captures that are compared', strays)


def main():
    top, sysreel, demo = sys.argv[1:4]
    tap = Tap()
    check_rules(tap, top)
    no_sysdig = why_no_sysdig()
    for name in READABLE:
        path, why = find_capture(top, f'{name}.scap')
        if no_sysdig or not path:
            tap.skip(f'{name}: {no_sysdig or why}')
        else:
            with_sysdig(tap, name, path, sysreel)
            check_times(tap, name, path, sysreel)
    if no_sysdig:
        tap.skip(f'demo: {no_sysdig}')
    else:
        with_sysdig(tap, 'demo', demo, sysreel)
    check_rewritten(tap, top, sysreel)
    check_story(tap, top, sysreel)
    return tap.done()


sys.exit(main())
