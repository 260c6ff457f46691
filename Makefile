# Everything a newcomer or an operator types. `make run` and `make test` are all that is needed to begin.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: backup restore move help run test serve upgrade administrator doctor call agent long day browser-day screenshots crash chaos hosts crawl bench load storm lint rules watch rotate deeds audit hostile resident assets clean ready ready-for-tests requirements

# who works in `make agent`: one who is at the extended-hours desk too, so that evenings can be tried
AGENT ?= bertil

PY := .venv/bin/python
PREPARE := python=$$(sh operations/find-python.sh) && "$$python" -m operations.prepare

help:
	@echo "make run     everything on this machine, with an emulator in place of Twilio"
	@echo "make call    a resident's telephone in this terminal      make agent   an agent at work"
	@echo "make test    linters, types and tests                     make lint    linters and types only"
	@echo "make long    the long tests: make test runs them not, or only with Chromium; new generated examples"
	@echo "make day     a day's calls at sixty times the speed       make crash   every fault at every moment"
	@echo "make browser-day  a day with agents in real pages        make screenshots  every page and state, as pictures"
	@echo "make chaos   the fault suite: 41 faults and more, under load, on both databases (ARGS=--help tells more)"
	@echo "make hosts   seven hosts on this machine, their links cut and their stores lost while calls go on"
	@echo "make crawl   every key at five moments of the week, in three languages"
	@echo "make bench   CPU, growth and memory against the bars; on a quiet machine (at most 15 minutes)"
	@echo "make load    calls a second until the bar breaks, a day of 6,000 calls, a million past calls (ARGS=--help)"
	@echo "make storm   a water cut: as many webhooks a second as this machine carries, every page open (ARGS=--help)"
	@echo "make serve   the service for a real account (docs/running.md)"
	@echo "make upgrade a newer release takes over while calls go on (docs/running.md)"
	@echo "make backup  all of the city but its keys into one file, while calls go on (docs/running.md)"
	@echo "make restore ARGS=FILE   a backup into an empty place; what happened since then a person decides"
	@echo "make move    ARGS='--to -'   a running city from SQLite to PostgreSQL; the new address is read from standard input"
	@echo "make administrator ARGS='--sign-in NAME --name \"First Last\"'   the account that makes all others"
	@echo "make doctor  what would fail residents, and how to mend it (ARGS=--help tells more)"
	@echo "make rules ARGS='check FILE'   the routing rules in files: check, try, diff, publish, export (docs/running.md)"
	@echo "make watch   the night's look at the rules of the coming fortnight, at once"
	@echo "make deeds   whether the log of deeds is whole (ARGS=--help)    make audit   known flaws of the packages we use"
	@echo "make hostile every hostile input with every field of every page and webhook (some ten minutes)"
	@echo "make rotate  every recording under the current RECORDINGS_KEY, so that a former one can go"
	@echo "make resident ARGS='access NUMBER --to DIR --by NAME --why REASON'   what is held about a number; erase: forget it"
	@echo "make assets  fetch the browser telephone again            make clean   remove everything but var/data"

run: ready
	@exec $(PY) -m operations.run

serve: ready
	@exec $(PY) -m operations.run --serve

upgrade: ready
	@exec $(PY) -m operations.upgrade $(ARGS)

administrator: ready
	@exec $(PY) -m console.first_administrator $(ARGS)

doctor: ready
	@exec $(PY) -m ivr.doctor $(ARGS)

rules: ready
	@exec $(PY) -m operations.rules_command $(ARGS)

watch: ready
	@exec $(PY) -m operations.watchdog

backup: ready
	@exec $(PY) -m operations.backup_command $(ARGS)

restore: ready
	@exec $(PY) -m operations.restore_command $(ARGS)

move: ready
	@exec $(PY) -m operations.move_command $(ARGS)

deeds: ready
	@exec $(PY) -m operations.deeds_command $(ARGS)

audit: ready
	@exec $(PY) -m operations.package_audit $(ARGS)

hostile: ready-for-tests
	@exec $(PY) -m tests.hostile $(ARGS)

rotate: ready
	@exec $(PY) -m operations.rotate_command $(ARGS)

resident: ready
	@exec $(PY) -m operations.resident_command $(ARGS)

call: ready
	@exec $(PY) -m emulator.terminal call $(ARGS)

agent: ready
	@exec $(PY) -m emulator.terminal_agent --sign-in $(AGENT) --password demo-$(AGENT) $(ARGS)

test: ready-for-tests
	@$(PY) -m operations.check all

lint: ready-for-tests
	@$(PY) -m operations.check lint

long: ready-for-tests
	@$(PY) -m operations.check long

day: ready-for-tests
	@exec $(PY) -m tests.day $(ARGS)

browser-day: ready-for-tests
	@exec $(PY) -m tests.browser_day $(ARGS)

screenshots: ready-for-tests
	@exec $(PY) -m tests.screenshots

bench: ready-for-tests
	@exec $(PY) -m tests.bench $(ARGS)

crash: ready-for-tests
	@exec $(PY) -m tests.crash.matrix $(ARGS)

chaos: ready-for-tests
	@exec $(PY) -m tests.chaos $(ARGS)

hosts: ready-for-tests
	@exec $(PY) -m tests.hosts $(ARGS)

crawl: ready-for-tests
	@exec $(PY) -m tests.crawl $(ARGS)

load: ready-for-tests
	@exec $(PY) -m tests.load $(ARGS)

storm: ready-for-tests
	@exec $(PY) -m tests.storm $(ARGS)

assets:
	@rm -f console/static/vendor/.tried
	@$(PREPARE)

ready:
	@$(PREPARE)

ready-for-tests:
	@$(PREPARE) --tests

clean:
	@rm -rf .venv node_modules console/static/vendor var/log var/run artefacts .pytest_cache .mypy_cache .ruff_cache .hypothesis

# developers only: needs uv on the PATH
requirements:
	@for name in requirements requirements-dev requirements-node; do \
	    UV_PYTHON_DOWNLOADS=never uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	    --python-version 3.11 --output-file $$name.txt $$name.in || exit 1; done
