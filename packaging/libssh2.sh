#!/bin/sh
# packaging/libssh2.sh DIR: prints the make variables LIBSSH2_CFLAGS and LIBSSH2_LIBS.
#
# Uses the system's libssh2 where it is new and patched enough, else builds a
# static one in DIR from Debian 13's patched source package (plain 1.11.1 has
# known holes, and 1.10 fails with RSA keys and hardened servers).  The address
# comes from this machine's own apt configuration; the files are pinned.
#
#	packaging/libssh2.sh --newer	says whether Debian has a newer revision (then: 1)
#
#   LIBSSH2_SOURCES=DIR   take the four source files from there, no network
#   LIBSSH2_MIRROR=URL    ask this Debian mirror first
#   LIBSSH2_OWN=1         build our own even where the system's would do
#
# A newer revision: change `revision` and the checksums below, from its .dsc.
set -eu

least=1.11.1
revision=1.11.1-1+deb13u2
sums="
f584c22bccd948a432cc56f64adb896af2cb26d9b38bcaac13cdc7907e766599 libssh2_$revision.dsc
d9ec76cbe34db98eec3539fe2c899d26b0c837cb3eb466a56b0f109cabf658f7 libssh2_$least.orig.tar.gz
f5618c9356a1d5a8059d6cf64015d86547f06b2b8b1f542fbbaf381a736c8075 libssh2_$least.orig.tar.gz.asc
ee81e3ea0d65fdbc979c50f1433966d0139e33ac09242d7dc7c83567139126a7 libssh2_$revision.debian.tar.xz"
# Debian keeps security updates in another branch of the pool.
pools="pool/main/libs/libssh2 pool/updates/main/libs/libssh2"

die() { echo "packaging/libssh2.sh: $*" >&2; exit 1; }

# The addresses that apt itself uses on this machine.
find_mirrors() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | sort -u
}

# The newest revision in Debian 13, with package lists of its own: nothing of
# this machine's configuration is changed.
newest() {
	lists=$(mktemp -d)
	trap 'rm -rf "$lists"' EXIT
	mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial"
	key=/usr/share/keyrings/debian-archive-keyring.gpg
	apt="-qq -o Dir::Etc::SourceList=$lists/one -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists=$lists/lists
		-o Dir::Cache=$lists/cache -o APT::Sandbox::User=root -o Acquire::Languages=none"
	for mirror in ${LIBSSH2_MIRROR:-} $(find_mirrors); do
		for suite in trixie trixie-security; do
			echo "deb-src [signed-by=$key] $mirror $suite main" >"$lists/one"
			# shellcheck disable=SC2086
			apt-get $apt update >/dev/null 2>&1 || continue
			# shellcheck disable=SC2086
			apt-cache $apt showsrc libssh2 2>/dev/null | sed -n 's/^Version: //p'
		done
	done | while read -r v; do
		if [ -z "${best:-}" ] || dpkg --compare-versions "$v" gt "$best"; then best=$v; echo "$v"; fi
	done | tail -n 1
}

if [ "${1:-}" = --newer ]; then
	found=$(newest)
	[ -n "$found" ] || die "no mirror answers"
	echo "libssh2: pinned $revision, Debian 13 has $found"
	dpkg --compare-versions "$found" le "$revision"
	exit
fi
[ $# -eq 1 ] || die "usage: packaging/libssh2.sh DIR"
dir=$1
mkdir -p "$dir"

# The system's, when its upstream version is newer, or its Debian revision is
# at least the one that carries the security patches.
system_is_good() {
	[ -z "${LIBSSH2_OWN:-}" ] || return 1
	has=$(pkg-config --modversion libssh2 2>/dev/null) || return 1
	pkg-config --atleast-version="$least" libssh2 || return 1
	[ "$has" = "$least" ] || { built="$has (system)"; return 0; }
	package=$(dpkg-query -W -f='${source:Version}' libssh2-1-dev 2>/dev/null) || return 1
	dpkg --compare-versions "$package" ge "$revision" || return 1
	built="$package (system)"
}

if system_is_good; then
	echo "LIBSSH2_CFLAGS := $(pkg-config --cflags libssh2) -DLIBSSH2_BUILT='\"$built\"'"
	echo "LIBSSH2_LIBS := $(pkg-config --libs libssh2)"
	exit 0
fi

# One build for all modes and all makes that run at the same time.
exec 9>"$dir/libssh2.lock"
flock 9

made=$dir/libssh2-$revision
lib=$made/lib/libssh2.a

good() {	# good FILE SUM: there, and the right bytes
	[ -f "$1" ] && [ "$(sha256sum <"$1")" = "$2  -" ]
}

fetch() {	# fetch NAME SUM: into $made/src; each mirror that apt knows is tried
	! good "$made/src/$1" "$2" || return 0
	rm -f "$made/src/$1"
	if [ -n "${LIBSSH2_SOURCES:-}" ]; then
		cp "$LIBSSH2_SOURCES/$1" "$made/src/$1" 2>/dev/null || :
		good "$made/src/$1" "$2" || die "LIBSSH2_SOURCES: $1 is missing or not the pinned file"
		return 0
	fi
	[ -x /usr/lib/apt/apt-helper ] || die "the system has no libssh2 >= $revision, and without apt the
patched source cannot be fetched: put its files into a folder and set LIBSSH2_SOURCES"
	mirrors=$(find_mirrors)
	for mirror in ${LIBSSH2_MIRROR:-} $mirrors; do
		for pool in $pools; do
			/usr/lib/apt/apt-helper -qq -o Acquire::Retries=2 -o APT::Sandbox::User=root \
				download-file "${mirror%/}/$pool/$1" "$made/src/$1" "SHA256:$2" >>"$dir/libssh2.log" 2>&1 || :
			! good "$made/src/$1" "$2" || return 0
			rm -f "$made/src/$1"
		done
	done
	tail -n 5 "$dir/libssh2.log" >&2
	die "$1 cannot be fetched from: ${LIBSSH2_MIRROR:-} $(echo "$mirrors" | tr '\n' ' ')
If the mirror cannot be reached, set LIBSSH2_SOURCES=DIR with the files or LIBSSH2_MIRROR=URL.
If Debian has replaced $revision by a newer one, change revision and sums in packaging/libssh2.sh."
}

# Not with the flags of the make that called: one library for all modes.  No
# path of this machine in it, so that packages can be built again byte by byte.
flags="-O2 -g -fPIC -fstack-protector-strong -fstack-clash-protection -D_FORTIFY_SOURCE=2"

compile() (
	unset MAKEFLAGS MAKELEVEL MFLAGS CPPFLAGS LDFLAGS LIBS
	unset CCACHE_BASEDIR	# it would write its paths into the objects
	cd "$1/build" &&
	"$1/tree/configure" --prefix="$1/stage" --disable-shared --enable-static \
		--disable-examples-build --disable-tests --disable-docker-tests --disable-sshd-tests \
		--disable-dependency-tracking --with-crypto=openssl --without-libz CC=cc \
		CFLAGS="$flags -ffile-prefix-map=$1=/usr/src/libssh2" &&
	make -C src install
)

build() {
	rm -rf "$made/tree" "$made/build" "$made/stage"
	dpkg-source --no-check -x "$made/src/libssh2_$revision.dsc" "$made/tree" >>"$dir/libssh2.log" 2>&1 ||
		die "dpkg-source failed; see $dir/libssh2.log"
	rm -f "$made/libssh2_$least.orig.tar.gz"	# dpkg-source's copy
	mkdir "$made/build"
	compile "$(cd "$made" && pwd)" >>"$dir/libssh2.log" 2>&1 9>&- ||
		{ tail -n 20 "$dir/libssh2.log" >&2; die "the build failed; see $dir/libssh2.log"; }
	mkdir -p "$made/lib"
	rm -rf "$made/include"
	mv "$made/tree/include" "$made/include"
	mv "$made/tree/COPYING" "$made/COPYING"
	echo "$flags" >"$made/lib/flags"
	# The library comes last: while it is missing, the build is not done.
	mv "$made/stage/lib/libssh2.a" "$lib"
	rm -rf "$made/stage" "$made/build" "$made/tree"
}

if [ ! -f "$lib" ] || [ "$(cat "$made/lib/flags" 2>/dev/null)" != "$flags" ]; then
	rm -f "$lib"
	echo "building libssh2 $revision (Debian's patched source) in $made" >&2
	mkdir -p "$made/src"
	: >"$dir/libssh2.log"
	echo "$sums" | while read -r sum name; do
		[ -z "$name" ] || fetch "$name" "$sum"
	done
	build
fi

# libcurl.so needs the system's libssh2.so: not one symbol of ours may be
# exported, or each of the two would call into the other.
echo "LIBSSH2_CFLAGS := -isystem $made/include -DLIBSSH2_BUILT='\"$revision (own build)\"'"
echo "LIBSSH2_LIBS := $lib -Wl,--exclude-libs,libssh2.a"
