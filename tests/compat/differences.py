"""differences - each way in which a line of sysreel may differ from sysdig's.

A row of RULES says where it applies (the captures by name), what is found in
the line of sysdig, and what stands there instead in ours. A rule is tried only
on lines that differ, and the line must be the same afterwards, byte for byte. A
rule that a capture no longer needs makes the test fail, and so does one whose
heading docs/differences.md does not have.
"""

import collections
import re

Rule = collections.namedtuple('Rule', 'name heading inputs find put')

# What 0.36 numbers and sysreel names: operations of futex with newer flags.
FUTEX = {
    '129': 'FUTEX_PRIVATE_FLAG|FUTEX_WAKE',
    '137': 'FUTEX_PRIVATE_FLAG|FUTEX_WAIT_BITSET',
    '265': 'FUTEX_CLOCK_REALTIME|FUTEX_WAIT_BITSET',
    '393': 'FUTEX_CLOCK_REALTIME|FUTEX_PRIVATE_FLAG|FUTEX_WAIT_BITSET',
}

V036 = ['story-a-sysdig036']

RULES = [
    Rule('call of its own number', 'System calls of a newer table', ['cat_write'],
         r'( [<>]) <unknown> $', r'\1 fadvise64 '),
    Rule('empty data', 'Empty data',
         ['cat_write', 'curl_google', 'run_as_user_0_container', 'test_ipv6_client', 'demo'],
         r'( [<>] (?:read|sendto) .*) data= $', r'\1 data=NULL '),
    Rule('empty arguments', 'Empty data',
         ['run_as_user_0_container', 'test_ipv6_client', 'demo'],
         r'( < (?:clone|execve) res=\S+ exe=.*?) args= tid=', r'\1 args=NULL tid='),
    Rule('both names of a family', 'Names of flags',
         ['connect_localhost', 'curl_google', 'demo'],
         r'( > socket) domain=1\(AF_LOCAL\)', r'\1 domain=1(AF_LOCAL|AF_UNIX)'),
    Rule('a clone in a pid namespace', 'Names of flags', ['demo'],
         r'( < clone .* flags=555745280\(CLONE_CHILD_SETTID)\)',
         r'\1|CLONE_CHILD_IN_PIDNS)'),
    Rule('rt_sigreturn', 'Names of calls', ['run_as_user_0_container'],
         r' > sigreturn $', ' > rt_sigreturn '),
    Rule('vpgid', 'Process groups and login users of execve',
         ['run_as_user_0_container', 'demo'] + V036,
         r'( < execve .*) pgid=(\S+ loginuid=)', r'\1 vpgid=\2'),
    Rule('no login user', 'Process groups and login users of execve',
         ['run_as_user_0_container', 'demo'],
         r'( < execve .*) loginuid=-1 ', r'\1 loginuid=-1(<NONE>) '),
    Rule('the login user', 'Process groups and login users of execve', ['demo'],
         r'( < execve .*) loginuid=1000 ', r'\1 loginuid=1000(alice) '),
    Rule('connected again', 'A datagram socket that connects again', ['test_ipv6_client'],
         r'^(2(?:32|37) .* > sendto fd=3\(<6u>::1:38255->)::1:2345\)',
         r'\g<1>2001:4860:4860::8888:53)'),
    Rule('not connected yet', 'Unix sockets that are not connected', ['demo'],
         r'( > connect fd=3\(<u>)/run/docker.sock\)', r'\1)'),
    Rule('not connected', 'Unix sockets that are not connected', V036,
         r'( (?:> connect|< connect res=-2\(ENOENT\) tuple=NULL|> close) '
         r'fd=\d+\(<u>)/var/run/nscd/socket\)', r'\1)'),
    Rule('users of the host', "The host's users are not the container's", ['demo'],
         r'( nginx \(1222\) > set[ug]id [ug]id=101)\(nginx\)', r'\1(<NA>)'),
    Rule('root of a container', "The host's users are not the container's", V036,
         r'( < (?:gete?[ug]id e?[ug]id=0|execve .* uid=0))\(<NA>\)', r'\1(root)'),
    Rule('address of a mapping', 'Addresses that mmap returns', V036,
         r'( < mmap res=)(\d+) ', lambda m: f'{m.group(1)}{int(m.group(2)):X} '),
    Rule('futex', 'Names of flags', V036,
         r'( > futex addr=\S+ op=(129|137|265|393)) ',
         lambda m: f'{m.group(1)}({FUTEX[m.group(2)]}) '),
]


class Tally:
    """How the lines of one capture compare."""

    def __init__(self):
        self.equal = 0
        self.documented = 0
        self.by_rule = collections.Counter()
        self.wrong = []

    def text(self):
        parts = [f'{n} {name}' for name, n in sorted(self.by_rule.items())]
        listed = f' ({", ".join(parts)})' if parts else ''
        return (f'{self.equal} equal, {self.documented} different as documented{listed}, '
                f'{len(self.wrong)} wrong')


def translate(name, line):
    """(what we print for the LINE of sysdig from the capture NAME, the rules used)."""
    used = []
    for rule in RULES:
        if name in rule.inputs:
            line, n = re.subn(rule.find, rule.put, line, count=1)
            if n:
                used.append(rule.name)
    return line, used


def compare(name, theirs, ours):
    """Compare line by line. Both come in the order of the events."""
    tally = Tally()
    for i in range(max(len(theirs), len(ours))):
        their = theirs[i] if i < len(theirs) else '(no line)'
        our = ours[i] if i < len(ours) else '(no line)'
        if their == our:
            tally.equal += 1
            continue
        translated, used = translate(name, their)
        if translated == our:
            tally.documented += 1
            tally.by_rule.update(used)
        else:
            tally.wrong.append((their, our))
    return tally


def stale_rules(name, tally):
    """Rules that the capture NAME no longer needs."""
    return [r.name for r in RULES if name in r.inputs and not tally.by_rule[r.name]]


def headings(document):
    """What docs/differences.md explains."""
    with open(document, encoding='utf-8') as f:
        return {m.group(1).strip() for m in re.finditer(r'^#+ (.*)$', f.read(), re.M)}
