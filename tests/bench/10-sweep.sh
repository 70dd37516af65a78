#!/bin/sh
# 10-sweep: the sweep beside the plainest epoll loop (tests/bench/bare_epoll.c)
# and beside a tuned nmap.  Ratios over one run, best of three each; above 1 is
# better than the peer.  In a network namespace of its own.
set -u
BUILD=${BUILD:-build/${MODE:-release}}
sweep=$BUILD/tests/bench/sweep_cli
bare=$BUILD/tests/bench/bare_epoll

if [ "${1:-}" != inside ]; then
	unshare -n true 2>/dev/null || { echo "10-sweep: needs root (unshare -n)"; exit 0; }
	exec unshare -n sh "$0" inside
fi

work=$(mktemp -d) || exit 1
listener=
trap 'kill $listener 2>/dev/null; rm -rf "$work"' EXIT
ip link set lo up
export QUIET=1

# best OF COMMAND...: runs it three times; the least "seconds" goes to the file OF.
best() {
	of=$1; shift
	for i in 1 2 3; do
		"$@" 2>&1 | tee -a "$work/all" | awk '/^seconds/ { print $2 }'
	done | sort -n | head -1 >"$work/$of"
}
ratio() {	# ratio PEER OURS WHAT
	awk -v p="$(cat "$work/$1")" -v o="$(cat "$work/$2")" -v what="$3" \
		'BEGIN { printf "ratio %.2f  %s (%.3f s against %.3f s)\n", p / o, what, o, p }'
}

# A /16 of hosts that refuse, one port and two.
best bare1 "$bare" 127.0 2000 1000 9
best ours1 "$sweep" 127.0.0.0/16 9 1
ratio bare1 ours1 "127.0.0.0/16, 1 port closed: sweep against a bare epoll loop (aim 0.8)"
best bare2 "$bare" 127.0 2000 1000 9 10
best ours2 "$sweep" 127.0.0.0/16 9,10 1
ratio bare2 ours2 "127.0.0.0/16, 2 ports closed: sweep against a bare epoll loop (aim 0.8)"

# A /16 of which 95 % drop.
/usr/bin/python3 - "$work/alive" <<'X'
import random, sys
random.seed(10)
ips = sorted(random.sample(range(65536), 3328))
open(sys.argv[1], 'w').write('\n'.join('127.1.%d.%d' % (i >> 8, i & 255) for i in ips) + '\n')
X
nft -f - <<X
table ip t {
	set alive { type ipv4_addr; elements = { $(paste -sd, "$work/alive") } }
	chain in { type filter hook input priority 0
		ip saddr @alive accept
		ip daddr 127.1.0.0/16 ip daddr != @alive drop
	}
}
X
/usr/bin/python3 - <<'X' &
import signal, socket
signal.alarm(120)
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('0.0.0.0', 2222)); s.listen(4000)
while True:
    try: s.accept()[0].close()
    except OSError: pass
X
listener=$!
sleep 0.5
best bare3 "$bare" 127.1 16000 100 2222
best ours3 "$sweep" 127.1.0.0/16 2222 2
ratio bare3 ours3 "95 % dropped: sweep, which asks twice, against a bare loop, which asks once for 100 ms"

nmap_sweep() {
	began=$(date +%s.%N)
	nmap -n -Pn -sT -p2222 -T5 --min-parallelism 1000 --max-retries 1 \
		--min-hostgroup 4096 --open -oG "$work/nmap.found" 127.1.0.0/16 >/dev/null 2>&1
	echo "$began $(date +%s.%N)" | awk '{ printf "seconds %.3f\n", $2 - $1 }'
}
if command -v nmap >/dev/null; then
	best nmap nmap_sweep
	ratio nmap ours3 "95 % dropped: sweep against nmap -sT -T5 --min-parallelism 1000 --max-retries 1 --min-hostgroup 4096 (aim 5)"
	unset QUIET
	"$sweep" 127.1.0.0/16 2222 2 2>/dev/null | awk '{ print $1 }' | sort >"$work/found"
	awk '/\/open\// { print $2 }' "$work/nmap.found" | sort >"$work/found.nmap"
	sort "$work/alive" >"$work/want"
	echo "hosts: $(wc -l <"$work/want") there, sweep found $(comm -12 "$work/want" "$work/found" | wc -l)," \
		"nmap found $(comm -12 "$work/want" "$work/found.nmap" | wc -l)"
else
	echo "10-sweep: no nmap here to compare with"
fi
