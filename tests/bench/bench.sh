#!/bin/sh
# Measure what tracing costs, and compare sysreel with sysdig, where that is installed,
# on large captures:
#
#	bench.sh BUILD-FOLDER [RUNS [EVENTS]]
#
# The captures are made from the demonstration and, when SYSREEL_CAPTURES names
# a folder, from the largest one in there. Times are medians.
set -eu

build=${1:?usage: bench.sh BUILD-FOLDER [RUNS [EVENTS]]}
runs=${2:-5}
events=${3:-3000000}
export TZ=UTC

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM

# Without blanks: bench_run splits at them.
fields='*%evt.num,%evt.outputtime,%evt.cpu,%proc.name,%thread.tid,%evt.dir,%evt.type'
fields="$fields,%proc.pid,%fd.num,%fd.name,%evt.latency"

repeat() {
	"$build/tests/bench/repeat_capture" "$events" "$@"
}

# compare TITLE EVENTS FILE OPTIONS: replay FILE in turn.
compare() {
	title=$1 n=$2 file=$3
	shift 3
	set -- sysreel "$build/sysreel print -r $file $*" \
	       sysdig "sysdig -r $file $*"
	if ! command -v sysdig >/dev/null; then
		set -- "$1" "$2"
	fi
	printf '\n%s: %s events, %s MB\n' "$title" "$n" "$(($(wc -c <"$file") / 1000000))"
	"$build/tests/bench/bench_run" "$runs" "$n" "$@"
}

measure() {
	name=$1 input=$2
	n=$(repeat "$input" "$tmp/plain.scap")
	compare "$name, no lines" "$n" "$tmp/plain.scap" -q
	compare "$name, default lines" "$n" "$tmp/plain.scap"
	compare "$name, lines of 11 fields" "$n" "$tmp/plain.scap" -p "$fields"
	compare "$name, JSON" "$n" "$tmp/plain.scap" -j
	compare "$name, evt.args contains" "$n" "$tmp/plain.scap" evt.args contains O_RDONLY
	rm "$tmp/plain.scap"
	n=$(repeat "$input" "$tmp/packed.scap.gz" 6)
	compare "$name, gzip, no lines" "$n" "$tmp/packed.scap.gz" -q
	gzip -dc "$tmp/packed.scap.gz" >"$tmp/plain.scap"
	printf '\n%s: a gzip capture beside its two halves\n' "$name"
	"$build/tests/bench/bench_run" "$runs" "$n" \
		gzip "$build/sysreel print -q -r $tmp/packed.scap.gz" \
		inflate "$build/tests/bench/inflate_only $tmp/packed.scap.gz" \
		decode "$build/sysreel print -q -r $tmp/plain.scap"
	rm "$tmp/packed.scap.gz" "$tmp/plain.scap"
}

# What tracing costs those who are traced; it says so where it may not trace.
if [ -x "$build/tests/bench/bench_probe" ]; then
	"$build/tests/bench/bench_probe" "$build/tests/bench/floor.bpf.o" "$runs" || :
	printf '\na record becomes an event\n'
	"$build/tests/bench/encode_only"
	echo
fi
sh "$(dirname "$0")/record_rate.sh" "$build"
echo

printf 'medians of %s runs, in turn; %s cpus\n' "$runs" "$(nproc)"
measure demonstration "$build/tests/tools/demo.scap"
# From a file to a table, then in one process: see bench_store.
tables() {
	file=$1
	shift
	n=$("$build/tests/bench/repeat_capture" 5000000 "$build/tests/tools/demo.scap" "$file" "$@")
	"$build/tests/bench/bench_store" "$file"
	for filter in '' 'evt.buffer contains a' 'evt.arg.fd=3' 'evt.info contains O_RDONLY' \
	              'fdlist.nums contains 3'; do
		printf '\nthe table of processes, %s, %s events: %s\n' "$(basename "$file")" "$n" \
			"${filter:-of all}"
		set -- sysreel "$build/sysreel view procs -r $file $filter" \
		       csysdig "csysdig --raw -r $file $filter"
		if ! command -v csysdig >/dev/null; then
			set -- "$1" "$2"
		fi
		"$build/tests/bench/bench_run" "$runs" "$n" "$@"
		"$build/tests/bench/bench_store" "$file" 5 "$filter" procs | tail -n 1
	done
	rm "$file"
}
tables "$tmp/plain.scap"
tables "$tmp/packed.scap.gz" 6
# The explorer, beside csysdig where that is installed.
screens() {
	file=$1
	shift
	n=$("$build/tests/bench/repeat_capture" 5000000 "$build/tests/tools/demo.scap" "$file" "$@")
	printf '\nscreens: %s, %s events\n' "$(basename "$file")" "$n"
	"$build/tests/bench/screens" "$build/sysreel" "$file"
	rm "$file"
}
if [ -x "$build/tests/bench/screens" ]; then
	screens "$tmp/plain.scap"
	screens "$tmp/packed.scap.gz" 6
fi
# The explorer on a program that does 200,000 calls a second.
if [ -x "$build/tests/bench/screens_live" ] &&
   "$build/sysreel" print -q -- true >/dev/null 2>&1; then
	printf '\nlive:\n'
	"$build/tests/bench/screens_live" "$build/sysreel" "$build/tests/bench/calls_at_rate"
fi
if [ -n "${SYSREEL_CAPTURES:-}" ]; then
	other=$(find "$SYSREEL_CAPTURES" -name '*.scap' -printf '%s %p\n' | sort -n |
		tail -n 1 | cut -d ' ' -f 2-)
	measure "$(basename "$other")" "$other"
fi
