# packaging/parts.sh: what the three package builders share.  Read with `.`.
#
#	$version $epoch     of packaging/VERSION and SOURCE_DATE_EPOCH
#	stage DIR PREFIX    the installed tree, the program stripped
#	libssh2_notice      the licence notice of the libssh2 that is linked in, if any
#	settle DIR          one time and plain modes for all of it
set -eu
export LC_ALL=C
umask 022
version=$(cat packaging/VERSION)
epoch=${SOURCE_DATE_EPOCH:?is set by the Makefile}
# Whoever builds for others puts a name of their own here.
maintainer=${MAINTAINER:-assetscan maintainers <maintainers@assetscan.invalid>}

stage() {
	rm -rf "$1"
	packaging/install-tree "$build" "$1" "$2"
	strip --strip-all --remove-section=.comment --remove-section=.note.gnu.gold-version "$1$2/bin/assetscan"
}

# Debian's own list of its authors and licences travels with the patched source.
libssh2_notice() {
	for archive in build/deps/libssh2-*/src/*.debian.tar.xz; do
		! grep -q 'LIBSSH2_LIBS.*libssh2[.]a' build/deps/libssh2.mk ||
			tar -xOf "$archive" debian/copyright
	done
}

# The version of the libssh2 that is linked in, nothing where it is the system's.
libssh2_version() {
	sed -n "s/.*LIBSSH2_BUILT='\"\([^ ]*\) (own build).*/\1/p" build/deps/libssh2.mk
}

settle() {
	find "$1" -exec touch -h -d "@$epoch" {} +
}
