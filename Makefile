# The tests and the demo share one debug build; the benchmark and the installation share a release build.
SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
# STRICT=1 makes the package's own warnings errors; CI sets it.
STRICT ?=
FLAGS = --explicit-target-dependency-import-check error
ifneq ($(STRICT),)
FLAGS += -Xswiftc -warnings-as-errors
endif

# What is killed leaves nothing either.
TIDY = scripts/with-temporary-folder.sh
DEMO = .runbook/demo
SHARE = $(DESTDIR)$(PREFIX)/share/runbook
# Linked statically, the program starts in two thirds of the time.
RELEASE = --scratch-path .build-release -c release --static-swift-stdlib

.PHONY: help demo test check-runbooks crash-test property-test fuzz bench build release format lint install uninstall clean dependencies
.DEFAULT_GOAL := help

help: ## Say what there is to make
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1: /p' $(MAKEFILE_LIST) | column -t -s:

dependencies:
	@scripts/install-dependencies.sh

demo: dependencies ## Break a throwaway PostgreSQL, recover it, and write the incident report
	$(SWIFT) build $(FLAGS) --product runbook
	@scripts/demo.sh "$$($(SWIFT) build $(FLAGS) --show-bin-path)/runbook" $(DEMO)

# The properties keep every core busy for minutes: beside them, what waits for a server waits too long.
PROPERTIES = $$(grep -rl --include='*Tests.swift' 'Property(' Tests | xargs -n1 basename -s .swift | paste -sd'|')

# So many tests at once: all of them at once keep each waiting for minutes, longer than a server waits for a session.
WIDTH = SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=16

test: dependencies ## Build everything and run all tests
	$(SWIFT) build $(FLAGS) --build-tests
	$(WIDTH) $(TIDY) $(SWIFT) test $(FLAGS) --skip-build --disable-xctest --parallel --skip "$(PROPERTIES)"
	$(TIDY) $(SWIFT) test $(FLAGS) --skip-build --disable-xctest --parallel --filter "$(PROPERTIES)"

check-runbooks: dependencies ## Break and recover the sandbox of every runbook, unattended
	$(SWIFT) build $(FLAGS) --product runbook
	@bin="$$($(SWIFT) build $(FLAGS) --show-bin-path)/runbook"; state=.runbook/check; \
	"$$bin" runs --state "$$state" >/dev/null 2>&1 || state=$$(mktemp -d); \
	"$$bin" drill --check-all --path runbooks --state "$$state" --reports .runbook/check/reports </dev/null

crash-test: dependencies ## Kill runs at random instants and compare (N=50 MODE=kill|server|takeover|skip|abandon|promote|pooler SEED=)
	$(SWIFT) build $(FLAGS) --product runbook
	$(SWIFT) build $(FLAGS) --product crash-test
	@bin=$$($(SWIFT) build $(FLAGS) --show-bin-path) && $(TIDY) "$$bin/crash-test" "$$bin/runbook" \
	  --rounds $(or $(N),50) --mode $(or $(MODE),kill) $(if $(SEED),--seed $(SEED))

property-test: dependencies ## Hold the properties against many generated cases (N=100000 SEED=)
	$(SWIFT) build $(FLAGS) --build-tests
	RUNBOOK_PROPERTY_CASES=$(or $(N),100000) RUNBOOK_PROPERTY_SEED=$(or $(SEED),$$(date +%s)) \
	  $(TIDY) $(SWIFT) test $(FLAGS) --skip-build --disable-xctest --filter "$(PROPERTIES)"

fuzz: dependencies ## Run the program on mutated inputs of every sort (N=20000 SEED= ONLY=)
	$(SWIFT) build $(FLAGS) --product runbook
	$(SWIFT) build $(FLAGS) --product fuzz
	@bin=$$($(SWIFT) build $(FLAGS) --show-bin-path) && nice $(TIDY) "$$bin/fuzz" "$$bin/runbook" \
	  --cases $(or $(N),20000) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))

bench: dependencies release ## Measure a release build beside its goals
	@Benchmarks/run.sh "$$($(SWIFT) build $(RELEASE) --show-bin-path)/runbook"

build: dependencies ## Build the program (debug)
	$(SWIFT) build $(FLAGS) --product runbook

release: dependencies ## Build the program (release)
	$(SWIFT) build $(RELEASE) --product runbook

format: ## Format the sources
	$(SWIFT) format --in-place --recursive --parallel Sources Tests Package.swift

lint: ## Check the sources' form, and who imports what
	$(SWIFT) format lint --strict --recursive --parallel Sources Tests Package.swift
	scripts/check-imports.sh
	scripts/check-folders.py
	scripts/check-printing.sh
	scripts/check-transactions.sh

install: release ## Install the program and its runbooks below PREFIX (/usr/local)
	install -D -m 755 "$$($(SWIFT) build $(RELEASE) --show-bin-path)/runbook" \
	  "$(DESTDIR)$(PREFIX)/bin/runbook"
	install -d "$(SHARE)"
	rm -rf "$(SHARE)/runbooks" "$(SHARE)/templates"
	cp -R runbooks templates "$(SHARE)/"

uninstall: ## Remove what install put below PREFIX
	rm -rf "$(DESTDIR)$(PREFIX)/bin/runbook" "$(SHARE)"

clean: ## Remove what was built and the demo's runs
	rm -rf .build .build-release .build-bench .runbook
