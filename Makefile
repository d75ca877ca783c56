PREFIX ?= /usr/local

.PHONY: help build install uninstall wheel trial-wheel trial-docker test-python test test-debug test-text test-kernels test-address test-thread coverage torture instructions demo format lint architecture docs check-documentation dependencies build-mpi trial-ranks trial-hosts trial-slurm

export PREFIX DESTDIR

SWIFT_SOURCES = $(wildcard Sources Tests Examples) Package.swift

help: ## Say what can be made.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-19s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dependencies: ## Install the C libraries and tools that are missing.
	@scripts/install-dependencies

build: dependencies ## Build the libraries and the command pdeop.
	swift build -c release

install: ## Install the built command, its man pages and completions under PREFIX (/usr/local); DESTDIR is put before it.
	@scripts/install-command

uninstall: ## Remove what make install has installed under PREFIX.
	@scripts/uninstall-command

wheel: dependencies ## Make the Python wheel with the command in it, statically linked, in dist.
	scripts/make-wheel

trial-wheel: ## Install the wheel in dist into a bare system and work with it there; needs root.
	scripts/trial-wheel

trial-docker: ## Take the steps of the Dockerfile in root file systems, without a container engine; needs root.
	scripts/trial-docker

test-python: build ## Test the Python package with PYTHON (python3); what needs PyTorch or others is skipped where they are missing.
	$(or $(PYTHON),python3) -m pytest -q -rs python/tests

test: dependencies ## Build and run all tests.
	swift build -c release --build-tests
	swift test -c release --skip-build

torture: build ## Try to make the command crash, hang or lose data: for hours, or for a minute with QUICK=1.
	scripts/torture $(if $(QUICK),--quick)

test-debug: dependencies ## Build and run all tests without Swift's optimization, where arithmetic and bounds are checked.
	swift build --build-tests -Xcc -O2
	swift test --skip-build -Xcc -O2

test-text: dependencies ## Build and test the example TextFineTuning, a package of its own; TEXT_PYTHON names a Python with transformers.
	cd Examples/TextFineTuning && swift build -c release --build-tests && swift test -c release --skip-build

test-kernels: dependencies ## Run all tests with every kernel that this CPU can run, on one CPU, as another user.
	scripts/test-kernels

test-address: dependencies ## Run all tests under AddressSanitizer, leaks included.
	scripts/test-sanitized address

test-thread: dependencies ## Run all tests under ThreadSanitizer.
	scripts/test-sanitized thread

coverage: dependencies ## Run all tests and print the covered lines of each target.
	scripts/coverage

build-mpi: ## Install Open MPI where it is missing, and build the command with it in .build-mpi.
	@scripts/install-dependencies libopenmpi-dev openmpi-bin
	swift build -c release --traits MPI --scratch-path .build-mpi --product pdeop

trial-ranks: build build-mpi ## Train, generate and predict on MPI ranks, and let them fail; with QUICK=1 without failures.
	scripts/trial-ranks $(if $(QUICK),--quick)

trial-hosts: build-mpi ## Train on two hosts that are network namespaces, and cut the cable; needs root.
	scripts/trial-hosts

trial-slurm: build build-mpi ## Run the batch scripts on a real Slurm; needs root.
	scripts/trial-slurm

instructions: ## Count the instructions of training steps, and compare them with those noted before.
	@scripts/install-dependencies valgrind
	benchmarks/instructions

demo: dependencies ## Train on a small file with and without TempBalance, and compare.
	scripts/demo

format: ## Format the Swift sources in place.
	swift format -i -r $(SWIFT_SOURCES)

lint: ## Check the format, the documentation comments, the spelling and where unsafe pointers are.
	swift format lint --strict -r $(SWIFT_SOURCES)
	scripts/check-spelling
	scripts/check-unsafe

architecture: ## Print and draw which library imports which, and check it against ARCHITECTURE.md.
	@scripts/architecture

docs: build ## Make one site of the pages and of the symbols of all libraries, in .build/documentation; with BASE=NAME to be served from NAME/.
	scripts/documentation $(if $(BASE),--base-path $(BASE))

check-documentation: build ## Run the commands of README.md and of all pages, on small data.
	scripts/check-documentation
