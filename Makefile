# Every habit of the house. `make help` lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PORT ?= 8000
PYTHON ?= python3.11
BIN := .venv/bin
PACKAGES := service_kit auth_service patient_service serving gateway local_stack
PROTOS := $(shell find protos -name '*.proto')

.PHONY: help
help: ## List what you can do here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

# --- Set-up: idempotent, takes only what is missing -------------------------------------------

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Dermis needs $(PYTHON); install it or say where it is: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Creating .venv"
	@$(PYTHON) -m venv .venv

.venv/torch.done: requirements/torch.txt | .venv/bin/python
	@echo "Installing torch (some minutes the first time)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

.venv/%.done: requirements/%.lock .venv/torch.done
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

.PHONY: setup setup-dev
setup: .venv/local.done dermis/.done ## Install what `make run` needs
setup-dev: .venv/dev.done dermis/.done ## Install what development and tests need
.venv/dev.done: setup
dermis/.done: | .venv/local.done
