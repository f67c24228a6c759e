"""tap - what must hold, in TAP."""


class Tap:
    def __init__(self):
        self.n = self.failed = 0

    def check(self, ok, what, *notes):
        self.n += 1
        print(f'{"ok" if ok else "not ok"} {self.n} - {what}')
        if not ok:
            self.failed += 1
            for note in notes:
                for line in str(note).splitlines():
                    print('#', line)
        return ok

    def skip(self, why):
        self.n += 1
        print(f'ok {self.n} # SKIP {why}')

    def done(self):
        print(f'1..{self.n}')
        return 1 if self.failed else 0
