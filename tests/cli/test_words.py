"""What sysreel makes of words that are no command: a filter, a file, an option, or nothing.

	test_words.py PROGRAM
"""
import os
import subprocess
import sys
import tempfile

program = os.path.abspath(sys.argv[1])
n_cases = 0
n_failed = 0


def check(ok, what, got=""):
    global n_cases, n_failed
    n_cases += 1
    n_failed += not ok
    print(f"{'ok' if ok else 'not ok'} {n_cases} - {what}")
    if not ok:
        print("#", got.replace("\n", "\n# "))


def run(words, folder):
    done = subprocess.run([program, *words], cwd=folder, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


# The words, the exit status, and what must be said. The explorer has no terminal here, or
# no right to trace: that it is refused shows that the words were a filter for it.
CASES = [
    ("a filter in one word", ["proc.nmae=nginx"], 2, "did you mean `proc.name`?"),
    ("a filter in several words", ["proc.name", "=", "nginx", "and"], 2, "expected a field"),
    ("a filter that begins with not", ["not", "proc.nmae=nginx"], 2, "`proc.name`"),
    ("a filter in parentheses", ["(proc.nmae=a)"], 2, "`proc.name`"),
    ("a file", ["web.scap"], 2, "`sysreel -r FILE` explores it"),
    ("a file by its path", ["./web.scap"], 2, "`sysreel -r FILE` explores it"),
    ("nearly a command", ["expore"], 2, "did you mean `explore`?"),
    ("nothing of these", ["zzzzz"], 2, "`sysreel --help` lists the commands"),
    ("no milliseconds", ["-d", "abc"], 2, "-d wants milliseconds, 100 to 3600000, not `abc`"),
    ("no variant", ["-pq"], 2, "-p wants c (containers) or k (pods), not `q`"),
    ("no number", ["-n", "0"], 2, "-n wants a number above 0, not `0`"),
    ("no bytes", ["-s", "-1"], 2, "-s wants a number of bytes, not `-1`"),
    ("no memory", ["--memory", "1"], 2, "--memory wants a number of MiB, 16 or more, not `1`"),
    ("no time", ["--from", "soon"], 2, "#12345, not `soon`; `sysreel explore --help`"),
]

with tempfile.TemporaryDirectory() as folder:
    with open(os.path.join(folder, "web.scap"), "wb"):
        pass
    for what, words, status, said in CASES:
        code, err = run(words, folder)
        check(code == status and said in err, f"{what}: {said}", f"{code} {err}")

print(f"1..{n_cases}")
sys.exit(n_failed != 0)
