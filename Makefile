# `make up` deploys the shop of examples/ to a control plane of its own; `make test` tests.
PYTHON ?= python3
SEEDS ?= 1 2 3 4 5
COUNT ?= 20000

.PHONY: help demo up status down clean venv setup lock test unit coverage lint format ranges agreement agreement-servers recordings faults bench bench-quick wild rig dataplane

help:
	@echo "make demo      render and validate the shop, without an engine or a cluster (1 min)"
	@echo "make up        deploy the shop (RENDER=out: write its YAML instead)"
	@echo "               PROVIDER=upsert, create or a path: which Kubernetes provider; tests too"
	@echo "make status    show what is deployed"
	@echo "make down      destroy it and stop the control plane"
	@echo "make test      lint, and the tests (in CI with the ranges and the faults)"
	@echo "make unit      the unit tests alone, which need none of the real parts"
	@echo "make coverage  the same, and how many lines of the library they run; fails below the floor"
	@echo "make lint      ruff, mypy, pyright, and a check of the prose"
	@echo "make format    let ruff format the code"
	@echo "make ranges    run the unit tests with the oldest and the newest Pulumi that are supported"
	@echo "make agreement compare validation with kube-apiserver (SEEDS='6 7' COUNT=20000: which manifests)"
	@echo "make agreement-servers  the same with the API servers of all VERSIONS that can be built"
	@echo "make recordings  record what these API servers answer, for make test (VERSIONS='1.36': one alone)"
	@echo "make faults    kill pulumi 30 times, stop etcd, fill disks: what comes back (Linux, root)"
	@echo "make bench     measure, side by side, and print ratios"
	@echo "make bench-quick  the part of bench that changes most often, in 6 minutes"
	@echo "make wild      count what validate says about checkouts (CHECKOUTS=folder)"
	@echo "make dataplane connect to Services while stacks change, and count (Linux, root)"
	@echo "make rig       start what the dataplane tests run on, and hold it until Ctrl-C (Linux, root)"
	@echo "make lock      pin what requirements.txt needs, with hashes (UPGRADE=1: the newest)"
	@echo "make clean     down, and remove everything that was made"

demo up status down clean venv setup ranges lock:
	@$(PYTHON) -m tools $@

# Faults take as long as all else, ranges some minutes: `make faults ranges`, and CI, which skips
# nothing.
TIERS = tests/unit tests/typing tests/engine tests/cluster tests/dataplane $(if $(CI),tests/faults)

test: setup lint $(if $(CI),ranges)
	@.venv/bin/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(TIERS)

unit: venv
	@.venv/bin/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile tests/unit

# A figure of its own: measuring makes the tests about twice as slow.
coverage: venv
	@.venv/bin/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile \
		--cov=components tests/unit

lint: venv
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/python -m mypy
	@.venv/bin/python -m pyright
	@.venv/bin/python -m tools.prose

format: venv
	@.venv/bin/ruff check --fix --quiet || true
	@.venv/bin/ruff format

agreement: setup
	@AGREEMENT_SEEDS="$(SEEDS)" AGREEMENT_COUNT="$(COUNT)" \
		.venv/bin/python -m pytest tests/cluster/test_agreement.py

agreement-servers: SEEDS = 1
agreement-servers: setup
	@AGREEMENT_VERSIONS="$(VERSIONS)" AGREEMENT_SEEDS="$(SEEDS)" AGREEMENT_COUNT="$(COUNT)" \
		.venv/bin/python -m pytest tests/servers

recordings: setup
	@AGREEMENT_VERSIONS="$(VERSIONS)" .venv/bin/python -m tests.servers.record

faults: setup
	@.venv/bin/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile tests/faults

bench: setup
	@.venv/bin/python -m bench.placement
	@.venv/bin/python -m bench.validation
	@.venv/bin/python -m bench.sources
	@.venv/bin/python -m bench.startup
	@.venv/bin/python -m bench.preview
	@.venv/bin/python -m bench.shop
	@.venv/bin/python -m bench.deploy
	@.venv/bin/python -m bench.advice
	@.venv/bin/python -m bench.churn
	@.venv/bin/python -m bench.churn 50000
	@.venv/bin/python -m bench.proxy
	@.venv/bin/python -m bench.peers

bench-quick: setup
	@.venv/bin/python -m bench.placement
	@.venv/bin/python -m bench.startup
	@.venv/bin/python -m bench.rendering
	@.venv/bin/python -m bench.preview 100

wild: setup
	@CHECKOUTS="$(CHECKOUTS)" .venv/bin/python -m bench.wild

rig: setup
	@.venv/bin/python -m testbed.dataplane.rig

dataplane: setup
	@.venv/bin/python -m testbed.dataplane.packages
	@.venv/bin/python -m pytest tests/dataplane
