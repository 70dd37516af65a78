#!/bin/sh
# 20-sweep: the sweep against networks that drop, refuse and lie.  Everything
# happens in a network namespace of its own, whose packet filter plays the
# network; nothing outside is touched.
set -u
BUILD=${BUILD:-build/release}
sweep=$PWD/$BUILD/tests/bench/sweep_cli
count=0 status=0

if [ "${1:-}" != inside ]; then
	if ! unshare -n true 2>/dev/null; then
		echo "ok 1 - sweep # SKIP network namespaces need root (unshare -n)"
		exit 0
	fi
	exec unshare -n sh "$0" inside
fi

work=$(mktemp -d) || exit 1
# Where another user may run it, too: the tree may lie in somebody's home.
chmod 755 "$work" && cp "$sweep" "$work/sweep" && sweep=$work/sweep
ip link set lo up
trap 'kill $listener 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT PIPE TERM

ok() {	# ok WHAT CONDITION...
	what=$1; shift
	count=$((count + 1))
	if "$@"; then
		echo "ok $count - $what"
	else
		echo "not ok $count - $what"
		sed 's/^/# /' "$work"/err "$work"/out 2>/dev/null | head -20
		status=1
	fi
}
run() { "$sweep" "$@" >"$work/out" 2>"$work/err"; }
says() { grep -q -- "$1" "$work/out" "$work/err"; }
rules() {
	nft flush ruleset
	nft -f - || { echo "not ok - the packet filter did not take the rules"; exit 1; }
}
seconds() { awk '/^seconds/ { print $2 }' "$work/err"; }
under() { awk -v a="$(seconds)" -v b="$1" 'BEGIN { exit !(a != "" && a < b) }'; }

# Who listens: port 2222 of all addresses, IPv4 and IPv6.
/usr/bin/python3 - <<'X' &
import signal, socket
signal.alarm(900)
s = socket.socket(socket.AF_INET6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('::', 2222)); s.listen(4000)
while True:
    try: s.accept()[0].close()
    except OSError: pass
X
listener=$!
i=0
while [ $i -lt 300 ]; do
	i=$((i + 1))
	sleep 0.1
	run 127.0.0.1 2222 && says 'open=1' && break
done

# 1: one host in twenty answers, the others drop.
/usr/bin/python3 - "$work/alive" <<'X'
import random, sys
random.seed(20)
ips = sorted(random.sample(range(4096), 205))
open(sys.argv[1], 'w').write('\n'.join('127.1.%d.%d' % (i >> 8, i & 255) for i in ips) + '\n')
X
rules <<X
table ip t {
	set alive { type ipv4_addr; elements = { $(paste -sd, "$work/alive") } }
	chain in { type filter hook input priority 0
		ip saddr @alive accept
		ip daddr 127.1.0.0/20 ip daddr != @alive drop
	}
}
X
run 127.1.0.0/20 2222 5
ok "of a network where 95 % are dropped all others are found" says "open 205 refused 0 unreachable 0 silent 3891"
awk '{ print $1 }' "$work/out" | sort >"$work/found"; sort "$work/alive" >"$work/want"
ok "they are the right ones" cmp -s "$work/found" "$work/want"
# 0.5 s; it would be six, a second and all that is allowed, for who does not learn from the others.
ok "it does not wait as long as it may for the silent ones" under 5.0

# 2: each way to say no.
rules <<'X'
table ip t {
	chain in {
	type filter hook input priority 0
	ip daddr 127.2.0.1 tcp flags syn reject with icmp type host-unreachable
	ip daddr 127.2.0.2 tcp flags syn reject with icmp type admin-prohibited
	ip daddr 127.2.0.3 tcp flags syn reject with tcp reset
	ip daddr 127.2.0.4 drop
	ip daddr 127.2.0.6 tcp dport 2223 tcp flags syn reject with icmp type host-prohibited
	ip daddr 127.2.0.7 tcp dport 2223 drop
	}
}
X
run 127.2.0.1-7 2222,2223 1
ok "ICMP host unreachable is unreachable" says '^127.2.0.1 unreachable .* errno=113$'
ok "ICMP prohibited is unreachable" says '^127.2.0.2 unreachable open=0 refused=0'
ok "a reset is refused" says '^127.2.0.3 refused open=0 refused=3'
ok "no answer is silent" says 'silent 1 '
ok "an answer is open, with the other port refused" says '^127.2.0.5 open open=1 refused=2'
ok "open beside prohibited is open" says '^127.2.0.6 open open=1 refused=0'
ok "open beside silent is open" says '^127.2.0.7 open open=1 refused=0'

# 3: the first packet to each address is lost.
rules <<'X'
table ip t {
	set seen { type ipv4_addr; flags dynamic; size 65535; }
	chain in { type filter hook input priority 0
		ip daddr 127.3.0.0/24 tcp flags syn / syn,ack ip daddr != @seen add @seen { ip daddr } drop
	}
}
X
run 127.3.0.0/24 2222 2
ok "a host whose first packet was lost is found by asking again" says "open 256 "

# 4: nobody at all.
rules <<'X'
table ip t {
	chain in {
	type filter hook input priority 0
	ip daddr 127.4.0.0/16 drop
	}
}
X
run 127.4.0.0/24 2222 2
ok "a network where nobody answers is silent" says "silent 256 "
# the first wait is a second at most, the other what is allowed
ok "it takes two timeouts" under 4.9
# Milliseconds; the best of some, for a processor may be taken away.  Who only notices
# at the end of a wait takes a second or two.
soon=no
for i in 1 2 3 4 5; do
	QUIET=1 CANCEL=400 "$sweep" 127.4.0.0/16 2222 2 >"$work/out" 2>"$work/err"
	awk '/^milliseconds/ { ms = $2 } END { exit !(ms != "" && ms < 250) }' "$work/err" && soon=yes && break
done
ok "cancelling with thousands in flight takes milliseconds" [ $soon = yes ]

# 5: IPv6.
ip -6 addr add 2001:db8::1/128 dev lo nodad; ip -6 addr add 2001:db8::2/128 dev lo nodad
rules <<'X'
table ip6 t {
	chain in {
	type filter hook input priority 0
	ip6 daddr 2001:db8::2 tcp dport 2222 drop
	}
}
X
run "2001:db8::/126" 2222 0.3
ok "an IPv6 address is open" says '^2001:db8::1 open'
ok "an IPv6 address without route is unreachable" says '^2001:db8::3 unreachable'
ok "an IPv6 address that drops is silent" says 'silent 1 '

# 6: echo first.
rules <<'X'
table ip t {
	counter knocked { }
	chain in { type filter hook input priority 0
		ip daddr 127.6.0.0/25 icmp type echo-request drop
		ip daddr 127.6.0.0/25 tcp flags syn counter name knocked
	}
}
X
ping() {	# ping USER RANGE
	setpriv --reuid "$1" --clear-groups -- "$sweep" "$2" 2222 2 0 0.4 >"$work/out" 2>"$work/err"
}
knocked() { nft list counter ip t knocked | grep -q 'packets 0 '; }
echo "0 2147483647" >/proc/sys/net/ipv4/ping_group_range
ping 65534 127.6.0.0/24
ok "an unprivileged datagram socket pings" says 'ping datagram'
ok "who answers the echo is asked, who does not is silent" says 'open 128 refused 0 unreachable 0 silent 128'
ok "a connect never follows an echo without answer" knocked
ok "the answer is noted" says '^127.6.0.128 open .* pinged$'
echo "1 0" >/proc/sys/net/ipv4/ping_group_range
ping 0 127.6.0.0/24
ok "root pings by a raw socket" says 'ping raw'
ok "with the same outcome" says 'open 128 refused 0 unreachable 0 silent 128'
ping 65534 127.6.0.0/24
ok "where echo is forbidden the connect decides" says 'open 256 refused 0'

echo "1..$count"
exit $status
