"""Each row of weaknesses.md names a test that there is.

    test_weaknesses.py FOLDER
"""

import os
import re
import sys


def main():
    folder = sys.argv[1]
    with open(os.path.join(folder, 'weaknesses.md'), encoding='utf-8') as f:
        rows = re.findall(r'^\| (?!csysdig \|)(.+) \| (\S+): (.+) \|$', f.read(), re.M)
    print(f'1..{len(rows) + 1}')
    print(f'{"ok" if len(rows) > 50 else "not ok"} 1 - there are rows: {len(rows)}')
    for i, (what, name, text) in enumerate(rows, 2):
        path = os.path.join(folder, name)
        is_there = False
        if os.path.exists(path):
            with open(path, encoding='utf-8') as f:
                is_there = text in f.read()
        print(f'{"ok" if is_there else "not ok"} {i} - {what}')
        if not is_there:
            print(f'# {name} does not have `{text}`')


main()
