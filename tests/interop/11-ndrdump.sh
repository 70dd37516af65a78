#!/bin/sh
# Samba's ndrdump decodes our stubs: every octet of them, and the values that we
# put in.  (It refuses genuine stubs of ExecQuery, GetObject, ExecMethod,
# RemQueryInterface and RemoteCreateInstance too, so it is no judge of those.)
set -u
cd "$(dirname "$0")/../.." || exit 1
tool=${BUILD:-build/release}/tests/wmi/stub_tool
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0 failed=0

says() {	# says WHAT GOOD: one TAP line
	n=$((n + 1))
	if [ "$2" = yes ]; then
		echo "ok $n - $1"
	else
		failed=1
		echo "not ok $n - $1"
		sed 's/^/# /' "$dir/out"
	fi
}

decodes() {	# decodes STUB INTERFACE CALL EXPECTED...: each expected text is in the dump
	stub=$1 iface=$2 call=$3; shift 3
	"$tool" "$stub" >"$dir/stub" || { echo "no stub $stub" >"$dir/out"; says "$stub" no; return; }
	good=no
	if ndrdump --validate "$iface" "$call" in "$dir/stub" >"$dir/out" 2>&1 &&
	    grep -q '^dump OK' "$dir/out" && ! grep -qi 'unread\|fail' "$dir/out"; then
		good=yes
		for text; do
			tr -s ' \t' ' ' <"$dir/out" | grep -qF -- "$text" || good=no
		done
	fi
	says "$iface::$call: ndrdump reads $stub to its end" $good
}

decodes NTLMLogin IWbemLevel1Login NTLMLogin "'//./root/cimv2'" "'en-US'" 'MinorVersion : 0x0007'
decodes NTLMLogin-without-locale IWbemLevel1Login NTLMLogin "'//./root/cimv2'" 'wszPreferredLocale : NULL'
decodes Next IEnumWbemClassObject IEnumWbemClassObject_Next 'lTimeout : 10000' 'uCount : 0x0000012c'
decodes RemRelease IRemUnknown RemRelease 'cInterfaceRefs : 0x0003' 'cccccccc-cccc-cccc-cccc-cccccccccccc' \
	'cPublicRefs : 0x00000005' 'cPrivateRefs : 0x00000000'
decodes RemoteActivation IRemoteActivation RemoteActivation 'Clsid : 8bc3f05e-d86b-11d0-a075-00c04fb68820' \
	'f309ad18-d86a-11d0-a075-00c04fb68820'
decodes ServerAlive2 IOXIDResolver ServerAlive2

# It can say no: a stub without its last octets is not read.
"$tool" NTLMLogin | head -c 60 >"$dir/stub"
ndrdump IWbemLevel1Login NTLMLogin in "$dir/stub" >"$dir/out" 2>&1
grep -q '^dump OK' "$dir/out" && says 'a stub cut short is refused' no || says 'a stub cut short is refused' yes
echo "1..$n"
exit $failed
