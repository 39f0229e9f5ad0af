# The commands of daily work, in front of Meson. `make run` and `make check` are the two a newcomer needs; both install
# what they miss. Everything that is made goes below build/.
#
#   make build        the release binary, build/release/merlon
#   make run          build it and look for attacks in examples/
#   make check        every test, under two compilers, sanitizers, fuzzers and lints (minutes)
#   make check-long   longer fuzzing and the suites that need more time
#   make bench        measure, where bench/ has something to measure
#   make fuzz         FUZZ_SECONDS=600 a target; TARGET=name for one only
#   make install      PREFIX=/usr/local DESTDIR=
#   make uninstall    removes what install put in place
#   make format       rewrites C sources with clang-format 14
#   make lint         only the lints (layers, symbols, sizes, words, docs, format)
#   make docs         writes docs/reference.md from the command tables
#   make clean        removes build/

PREFIX ?= /usr/local
DESTDIR ?=
FUZZ_SECONDS ?= 600
TARGET ?=
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
RELEASE := build/release
SETUP_RELEASE := meson setup $(RELEASE) --buildtype=release -Db_lto=true --prefix=$(PREFIX)

.DEFAULT_GOAL := build
.PHONY: build run check check-long bench fuzz install uninstall format lint docs clean packages

packages:
	@tools/install-packages

$(RELEASE)/build.ninja: | packages
	@mkdir -p build
	@$(SETUP_RELEASE) >build/release-setup.log 2>&1 || { cat build/release-setup.log; exit 1; }

build: packages $(RELEASE)/build.ninja
	@ninja -C $(RELEASE) -j$(JOBS) --quiet release
	@echo "built $(RELEASE)/merlon"

run: build
	@tools/run-example $(RELEASE)/merlon

check:
	@tools/install-packages || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
	@tools/check

check-long:
	@tools/install-packages || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
	@tools/check --long

lint:
	@tools/install-packages
	@tools/check --only lint

fuzz:
	@tools/install-packages
	@tools/check --only fuzz --fuzz-seconds $(FUZZ_SECONDS) --fuzz-target "$(TARGET)"

bench: build
	@if [ -x bench/run ]; then bench/run $(RELEASE); else echo "bench/ has nothing to measure yet"; fi

install: build
	@meson configure $(RELEASE) -Dprefix=$(PREFIX)
	@ninja -C $(RELEASE) -j$(JOBS) --quiet release
	@DESTDIR="$(DESTDIR)" meson install -C $(RELEASE) --no-rebuild

uninstall:
	@tools/uninstall "$(DESTDIR)$(PREFIX)"

format:
	@tools/check-format --write .

docs: build
	@ninja -C $(RELEASE) -j$(JOBS) --quiet merlon-generate
	@$(RELEASE)/merlon-generate markdown >docs/reference.md

clean:
	@rm -rf build
