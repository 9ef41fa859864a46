# The two commands of a fresh checkout, and what grew beside them.  All the building is meson's
# (./configure and ninja work as well); this file only strings steps together.

MESON := $(or $(wildcard /usr/bin/meson),meson)
ROUNDS ?= 5
FUZZ ?= ir-parse
TIME ?= 60

.PHONY: all demo check check-slow check-help fuzz bench roots install clean help FORCE

all: build/build.ninja
	@ninja -C build

# The program alone, without the tests.
build/dragoman: build/build.ninja FORCE
	@ninja -C build dragoman

FORCE:

help:
	@sed -n 's/^## //p' Makefile

## make demo        install what is missing, build, run a riscv64 program beside a native one
demo:
	@scripts/install-deps build cross
	@$(MAKE) --no-print-directory build/dragoman
	@scripts/demo build/dragoman

## make check       install the test needs, build with all checks, run every fast test
check:
	@scripts/install-deps build cross test roots
	@scripts/check build-check

## make check-slow  the slow suite: Debian's own programs, from the roots of `make roots`, and a
##                  minimal system set up by its own programs (debootstrap; as root)
check-slow: roots
	@scripts/install-deps build cross test bootstrap
	@scripts/check build-check --suite slow

## make check-help  list the test suites and how to run one test
check-help: build-check/build.ninja
	@scripts/check-help build-check

## make fuzz        libFuzzer on one target for a while (FUZZ=lift-riscv64 TIME=600), with clang
fuzz: build-fuzz/build.ninja
	@scripts/fuzz build-fuzz $(FUZZ) $(TIME)

## make bench       kernels run native, under qemu-user and under dragoman (ROUNDS=5 BENCH=...)
bench:
	@scripts/install-deps build cross qemu
	@$(MAKE) --no-print-directory build/dragoman
	@scripts/bench.py --dragoman build/dragoman --rounds $(ROUNDS) $(BENCH)

## make roots       unpack Debian 13 for riscv64 and amd64 into roots/ (2 GB to fetch)
roots:
	@scripts/install-deps roots
	@scripts/test-roots roots

## make install     install into PREFIX of ./configure, under DESTDIR
install: all
	@DESTDIR=$(DESTDIR) ninja -C build install

clean:
	rm -rf build build-check build-fuzz

build/build.ninja:
	@./configure

build-check/build.ninja:
	@scripts/check build-check --configure-only

build-fuzz/build.ninja:
	@scripts/install-deps build test
	@CC=clang ./configure --build-dir=build-fuzz --enable-fuzzers --enable-checks \
		--enable-sanitizers >/dev/null
