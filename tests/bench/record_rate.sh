#!/bin/sh
# How many system calls a second can be recorded into a plain file, and at what cost:
#
#	record_rate.sh BUILD-FOLDER [SECONDS [RATE...]]
#
# Each call is two events. The last rate is more than can be held with so small a ring:
# there, what was recorded and what was lost must be what happened.
set -eu

build=${1:?usage: record_rate.sh BUILD-FOLDER [SECONDS [RATE...]]}
seconds=${2:-30}
[ $# -lt 2 ] || shift
shift
[ $# -gt 0 ] || set -- 100000 300000 1000000

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM

# one RATE OPTION...: record a program that does so many calls a second.
one() {
	rate=$1
	shift
	"$build/sysreel" record -v "$@" -w "$tmp/rate.scap" -- \
		"$build/tests/bench/calls_at_rate" "$rate" "$seconds" \
		>"$tmp/calls" 2>"$tmp/said" || { cat "$tmp/said"; return 1; }
	awk -v wanted="$rate" -v seconds="$seconds" -v options="$*" '
		function number(word) { gsub(",", "", word); return word + 0 }
		FILENAME ~ /calls$/ { calls = $1; rate = $2 }
		/lost: / { lost = number($3) + number($7) }
		/wrote / {
			events = number($3)
			for (i = 1; i <= NF; i++) {
				if ($i ~ /^bytes/) bytes = number($(i - 1))
				if ($i == "s" && $(i + 2) == "CPU") cpu = $(i - 1)
			}
		}
		END {
			printf "%9d %9d %11d %9d %8.1f %6.0f %%  %s\n", wanted, rate, events,
				lost, bytes / 1e6, 100 * cpu / seconds, options
			sides = options ~ /exit-only/ ? 1 : 2
			if (events + lost < sides * calls) {
				print "some are neither recorded nor lost"
				exit 1
			}
		}' "$tmp/calls" "$tmp/said"
	rm -f "$tmp/rate.scap"
}

if ! "$build/sysreel" record -w "$tmp/try" -- true 2>"$tmp/said"; then
	cat "$tmp/said"
	exit 0
fi
printf 'recording for %s s; %s cpus; CPU is what the recorder takes of one\n' "$seconds" \
	"$(nproc)"
printf '%9s %9s %11s %9s %8s %8s\n' calls/s done/s events lost MB CPU
for rate; do
	one "$rate"
done
one "$rate" --exit-only
one "$rate" --ring-size 16
