# `make up` deploys the shop of examples/ to a control plane of its own; `make test` tests everything.
PYTHON ?= python3

.PHONY: help up status down clean setup test lint format bench

help:
	@echo "make up       deploy the shop (RENDER=out: write its YAML instead)"
	@echo "make status   show what is deployed"
	@echo "make down     destroy it and stop the control plane"
	@echo "make test     lint, unit, engine and cluster tests"
	@echo "make lint     ruff, mypy, pyright"
	@echo "make format   let ruff format the code"
	@echo "make bench    measure, side by side, and print ratios"
	@echo "make clean    down, and remove everything that was made"

up status down clean setup:
	@$(PYTHON) -m tools $@

test: lint
	@.venv/bin/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

lint: setup
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/pyright

format: setup
	@.venv/bin/ruff check --fix --quiet || true
	@.venv/bin/ruff format

bench: setup
	@.venv/bin/python -m bench.placement
	@.venv/bin/python -m bench.churn
