"""tap - say what must hold, in TAP; what check.h is for C."""


class Tap:
    def __init__(self):
        self.n = 0
        self.failed = 0

    def check(self, ok, what, details=()):
        self.n += 1
        self.failed += not ok
        print(f'{"ok" if ok else "not ok"} {self.n} - {what}')
        for line in '\n'.join(map(str, () if ok else details)).splitlines():
            print(f'# {line}')
        return ok

    def skip(self, why):
        self.n += 1
        print(f'ok {self.n} # SKIP {why}')

    def done(self):
        """End the test: its exit status."""
        print(f'1..{self.n}', flush=True)
        return 1 if self.failed else 0
