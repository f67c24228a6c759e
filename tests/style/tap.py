"""tap - say what must hold, in TAP; what check.h is for C."""

import signal


class Tap:
    def __init__(self):
        self.n = 0
        self.failed = 0
        # What is started here is hung up as usual, although we were started by nohup.
        signal.signal(signal.SIGHUP, signal.SIG_DFL)

    def check(self, ok, what, *details):
        """DETAILS, texts or what has some, are told when it does not hold."""
        self.n += 1
        self.failed += not ok
        print(f'{"ok" if ok else "not ok"} {self.n} - {what}')
        for detail in () if ok else details:
            texts = [detail] if isinstance(detail, str) else detail
            for line in '\n'.join(map(str, texts)).splitlines():
                print(f'# {line}')
        return ok

    def skip(self, why):
        self.n += 1
        print(f'ok {self.n} # SKIP {why}')

    def done(self):
        """End the test: its exit status."""
        print(f'1..{self.n}', flush=True)
        return 1 if self.failed else 0
