#!/bin/sh
# packaging/libssh2.sh DIR: prints the make variables LIBSSH2_CFLAGS and LIBSSH2_LIBS.
set -eu
echo "LIBSSH2_CFLAGS :="
echo "LIBSSH2_LIBS := -lssh2"
