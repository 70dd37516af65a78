#!/bin/sh
# tests/e2e/29-linking.sh: one libssh2 for us and, apart from it, libcurl's own.
# Were a symbol of our static build exported, the system's libssh2 (which
# libcurl.so pulls in) would call into ours.
set -u
program=$BUILD/assetscan
count=0 bad=0
say() {	# say STATUS WHAT
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then echo "ok $count - $2"; else echo "not ok $count - $2"; bad=1; fi
}

nm -D --defined-only "$program" >"$BUILD/nm.out" || { echo "not ok 1 - nm reads the program"; exit 1; }
! grep -E ' _?libssh2_' "$BUILD/nm.out"
say $? "the program exports no symbol of libssh2"
if grep -q 'libssh2[.]a' build/deps/libssh2.mk; then
	# What is ours must not be asked from the system's library either.
	! nm -D --undefined-only "$program" | grep -E ' _?libssh2_'
	say $? "the program takes no symbol from another libssh2"
fi
rm -f "$BUILD/nm.out"
echo "1..$count"
exit $bad
