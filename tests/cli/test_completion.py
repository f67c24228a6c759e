"""What shells complete: asked of bash, fish and zsh.

    test_completion.py SYSREEL
"""

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'style'))

from tap import Tap  # noqa: E402

# Runs in bash: the words behind are those of the line; what is printed is offered.
ASK_BASH = '''
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_sysreel 2> >(grep -v 'compopt: not currently executing' >&2)
printf '%s\\n' "${COMPREPLY[@]}"
'''

# Words of a line, the last one unfinished; what must be offered, what must not.
CASES = [
    ([''], ['print', 'view', 'record', 'list', 'completion'], ['-r', 'procs']),
    (['li'], ['list'], ['print']),
    (['-'], ['-r', '--view', '--theme', '--help'], ['print', '--gzip']),
    (['--the'], ['--theme'], ['--tree']),
    (['--theme', ''], ['dark', 'light', 'mono'], ['-r']),
    (['--theme', 'd'], ['dark'], ['light']),
    (['-v', 'pro'], ['procs', 'process_tree'], ['files']),
    (['explore', '--view', 'con'], ['connections', 'containers'], ['procs']),
    (['view', ''], ['procs', 'files', 'connections'], ['proc.name']),
    (['view', 'procs', 'proc.na'], ['proc.name'], ['procs']),
    (['view', 'procs', '--format', ''], ['text', 'csv', 'json'], []),
    (['print', 'fd.typ'], ['fd.type', 'fd.typechar'], ['fd.name']),
    (['print', '-'], ['-p', '--format', '-X'], ['--gzip']),
    (['print', '-t', ''], ['h', 'a', 'r', 'd', 'D'], []),
    (['record', '--g'], ['--gzip'], []),
    (['record', '--format', ''], ['newest', '0.29'], []),
    (['list', ''], ['fields', 'views', 'operators', 'view-keys'], ['procs']),
    (['completion', ''], ['bash', 'zsh', 'fish'], []),
    (['manual', 'x'], [], ['fields']),
]

# Files that are there while these are asked; names that a shell could obey.
FILES = ['one.scap', 'tw o.scap', '$(touch harmed)', '`touch harmed`;x']
FILE_CASES = [
    (['-r', ''], FILES, ['print']), (['info', 'tw'], ['tw o.scap'], ['one.scap']),
    (['record', '-w', 'on'], ['one.scap'], []), (['-r', '$('], ['$(touch harmed)'], []),
    (['print', '--read', 'o'], ['one.scap'], []), (['-r', '`'], ['`touch harmed`;x'], []),
]

# zsh lists what is there when several are.
ZSH_CASES = [
    ([''], ['explore', 'print', 'completion']), (['view', 'proc'], ['procs_cpu', 'process_tree']),
    (['--theme', ''], ['dark', 'light', 'mono']), (['list', ''], ['operators', 'view-keys']),
    (['print', 'fd.l'], ['fd.lport']), (['print', '--'], ['--displayflt', '--format']),
    (['record', '--'], ['--gzip', '--ring-size']), (['view', 'procs', 'proc.a'], ['proc.args']),
    (['completion', ''], ['bash', 'fish']), (['-r', ''], ['one.scap']),
]
WAIT_S = 10

# bash alone: it takes "=" for a word, and commands behind "--".
BASH_CASES = [
    (['--theme', '='], ['dark', 'mono'], []), (['--theme', '=', 'l'], ['light'], ['dark']),
    (['record', '-w', 'x', '--', 'tru'], ['true'], []),
    (['print', '-n', '1', '--', 'cat', 'one'], ['one.scap'], ['print']),
]


def said(words, **more):
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          encoding='utf-8', check=False, **more)


def ask_bash(script, line):
    got = said(['bash', '--norc', '-c', ASK_BASH, 'bash', script, 'sysreel'] + line)
    return got.stdout.splitlines(), got.stderr


def quoted(word):
    return "'" + word.replace('\\', '\\\\').replace("'", "\\'") + "'" if word else ''


def ask_fish(script, line):
    # The last word is not finished: it stands as somebody types it.
    text = ' '.join(['sysreel'] + line[:-1] + [re.sub(r'([$`()\\;])', r'\\\1', line[-1])])
    got = said(['fish', '--no-config', '-c',
                f'source {quoted(script)}; complete -C {quoted(text)}'])
    offered = [o.split('\t')[0] for o in got.stdout.splitlines()]
    return [re.sub(r'\\(.)', r'\1', o) for o in offered], got.stderr


class Zsh:
    """zsh completes at a terminal only; what it lists there is looked for."""

    def __init__(self, folder, script):
        os.mkdir(os.path.join(folder, 'zsh'))
        shutil.copy(script, os.path.join(folder, 'zsh', '_sysreel'))
        pid, self.fd = pty.fork()
        if not pid:
            os.environ.update(TERM='dumb', ZDOTDIR=folder, COLUMNS='200', LINES='100')
            os.execvp('zsh', ['zsh', '-f'])
        self.pid = pid
        self.send(f'stty rows 100 cols 200; PS1="zsh-is-here> "; fpath=({folder}/zsh $fpath); '
                  f'autoload -U compinit; compinit -u -d {folder}/dump; echo re""ady\n')
        self.sees(['ready'])

    def send(self, text):
        os.write(self.fd, text.encode())

    def sees(self, wanted):
        """Those of WANTED that do not come."""
        seen, end = '', time.monotonic() + WAIT_S
        while time.monotonic() < end:
            if select.select([self.fd], [], [], 0.1)[0]:
                seen += os.read(self.fd, 65536).decode('utf-8', 'replace')
            missing = [w for w in wanted if w not in seen]
            if not missing:
                return []
        return missing

    def asked(self, line, wanted):
        self.send('\x15clear; sysreel ' + ' '.join(line) + '\t')
        missing = self.sees(wanted)
        self.send('\x03')
        return missing

    def end(self):
        os.close(self.fd)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def ask_zsh(tap, folder, script):
    zsh = Zsh(folder, script)
    for line, wanted in ZSH_CASES:
        missing = zsh.asked(line, wanted)
        tap.check(not missing, f'zsh: sysreel {" ".join(line)}', f'missing {missing}')
    zsh.end()


def ask(tap, shell, how, script, cases):
    for line, wanted, unwanted in cases:
        offered, errors = how(script, line)
        missing = [w for w in wanted if w not in offered]
        wrong = [w for w in unwanted if w in offered]
        tap.check(not missing and not wrong and not errors, f'{shell}: sysreel {" ".join(line)}',
                  f'missing {missing}, wrong {wrong}, offered {offered[:20]}', errors)


def all_options(tap, sysreel, script):
    """Each option that the help of a command has is offered."""
    listed = said([sysreel, '--help']).stdout.split('Commands:')[1]
    for command in re.findall(r'^  ([a-z]+) ', listed, re.M):
        words = said([sysreel, command, '--help']).stdout
        wanted = re.findall(r'^  (-\w)?(?:, |    )?(--[-\w]+)?', words, re.M)
        wanted = {w for pair in wanted for w in pair if w}
        offered, _ = ask_bash(script, [command, '-'])
        tap.check(len(wanted) >= 1 and wanted <= set(offered),
                  f'bash: all {len(wanted)} options of {command}', wanted - set(offered))


def main():
    tap, sysreel = Tap(), os.path.abspath(sys.argv[1])
    os.environ['PATH'] = os.path.dirname(sysreel) + ':' + os.environ['PATH']
    with tempfile.TemporaryDirectory() as folder:
        os.environ['HOME'] = os.environ['XDG_CONFIG_HOME'] = folder
        os.environ['XDG_DATA_HOME'] = folder
        scripts = {}
        for shell in ('bash', 'zsh', 'fish'):
            scripts[shell] = os.path.join(folder, 'script.' + shell)
            got = said([sysreel, 'completion', shell])
            tap.check(got.returncode == 0 and len(got.stdout) > 1000, f'a script for {shell}')
            with open(scripts[shell], 'w', encoding='utf-8') as f:
                f.write(got.stdout)
            if not shutil.which(shell):
                tap.skip(f'{shell} is not installed')
                continue
            got = said([shell, '-n', scripts[shell]])
            tap.check(got.returncode == 0 and not got.stderr, f'{shell} can read it', got.stderr)
        files = os.path.join(folder, 'files')
        os.mkdir(files)
        os.chdir(files)
        for name in FILES:
            with open(name, 'w', encoding='utf-8'):
                pass
        if shutil.which('bash'):
            ask(tap, 'bash', ask_bash, scripts['bash'], CASES + FILE_CASES + BASH_CASES)
            all_options(tap, sysreel, scripts['bash'])
        if shutil.which('fish'):
            ask(tap, 'fish', ask_fish, scripts['fish'], CASES + FILE_CASES)
        if shutil.which('zsh'):
            ask_zsh(tap, folder, scripts['zsh'])
        tap.check(not os.path.exists('harmed'), 'no name of a file was obeyed')
        os.chdir('/')
    got = said([sysreel, 'completion', 'csh'])
    tap.check(got.returncode == 2 and 'csh' in got.stderr, 'there is none for csh')
    return tap.done()


sys.exit(main())
