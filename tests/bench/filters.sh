#!/bin/sh
# Compare filters with sysdig, and with reading everything:
#
#	filters.sh BUILD-FOLDER CAPTURE EVENTS [RUNS]
#
# CAPTURE is a large one (repeat_capture makes it), EVENTS how many it holds.
# Times are medians of runs in turn: sysreel with the filter, sysdig with it, and
# sysreel without any. "kept" is the rate that is left of the unfiltered one.
set -eu

build=${1:?usage: filters.sh BUILD-FOLDER CAPTURE EVENTS [RUNS]}
capture=$2 events=$3 runs=${4:-5}
export TZ=UTC

row() {
	"$build/tests/bench/bench_run" "$runs" "$events" \
		sysreel "$build/sysreel print -q -r $capture $1" \
		sysdig "sysdig -q -r $capture $1" \
		plain "$build/sysreel print -q -r $capture" |
	awk -v filter="$1" '
		$1 == "sysreel" { wall = $2; cpu = $3 }
		$1 == "sysdig" { their_wall = $2; their_cpu = $3 }
		$1 == "plain" { plain_cpu = $3; plain_wall = $2 }
		END { printf "%-52s %6.3f %6.3f   %5.2f %5.2f   %5.2f %5.2f\n",
		      substr(filter, 1, 52), wall, cpu, their_wall / wall, their_cpu / cpu,
		      plain_wall / wall, plain_cpu / cpu }'
}

command -v sysdig >/dev/null || {
	echo "filters.sh: sysdig is not installed" >&2
	exit 0
}
printf '%-52s %6s %6s   %5s %5s   %5s %5s\n' filter 'wall s' 'cpu s' 'x wall' 'x cpu' \
	'kept w' 'kept c'
while IFS= read -r filter; do
	row "$filter"
done <<'FILTERS'
evt.num<0
evt.type=open
proc.name=nginx
proc.name in (nginx,bash,ls,cat,cron,sshd,dockerd,shop-api,systemd,sh)
fd.name contains /etc
fd.name pmatch (/etc,/lib,/usr)
proc.aname=systemd
evt.buffer contains GET
evt.args contains O_RDONLY
fd.ip=192.0.2.20
fd.net=192.0.2.0/24
evt.latency>1000000
fd.name glob /usr/*/lib*
(evt.type=read or evt.type=write or evt.type=open) and proc.name!=bash and (fd.name contains log or evt.latency>1000)
container.name=host
FILTERS
