# Two commands for a stranger: `make run` and `make test`.  `make` alone prints this help.
.DEFAULT_GOAL := help
.PHONY: help run test api faults chaos cluster promises pi docs check audit format setup setup-test clean a11y pictures

PORT ?= 8000
VENV := .venv/bin
# Three processes read 430 modules of tests, and a hundred programs are started: what one compiled
# is kept for the others, also where the machine asks for no bytecode.
PYTEST := PYTHONDONTWRITEBYTECODE= $(VENV)/python -m pytest -q

help:  ## Liệt kê các lệnh make · Say what can be made
	@echo "Ghép Mẫu: ghép người với ống mẫu · pairs people with sample tubes"
	@echo
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup:
	@tools/setup.sh run

setup-test:
	@tools/setup.sh test

run: setup  ## Cài đặt, diễn tập một ngày, mở sẵn các trang · Set up, play a rehearsal day, stay up on http://127.0.0.1:8000 (PORT=...)
	@$(VENV)/ghepmau-rehearse --port $(PORT)

test: setup-test  ## Cài đặt và chạy kiểm thử · Set up and run the tests
	@$(PYTEST) -n 3 --dist loadfile --no-loadscope-reorder

check: setup-test  ## Cửa kiểm tra trước khi ghi · The gate: format, lint, strict types, import contracts, tests
	@$(VENV)/ruff format --check .
	@$(VENV)/ruff check .
	@$(VENV)/bandit -q -c pyproject.toml -r contract device labels server rehearsal -ll
	@$(VENV)/mypy
	@$(VENV)/lint-imports --no-logo
	@$(PYTEST) -n 3 --dist loadfile --no-loadscope-reorder

faults: setup-test  ## Mất điện, tắt ngang, thẻ nhớ đầy hoặc hỏng · Power cuts, kills, full and lying cards, rot, lost answers: half an hour (ARGS='-k rot': some of it)
	@tools/faults.sh $(ARGS)

a11y: setup-test  ## Mọi trang qua axe · Every page by axe: two widths, two languages, light and dark (PAGES=folder keeps pictures)
	@LOOKS=all PAGES=$(PAGES) $(VENV)/python -m pytest -q tests/server/pages

pictures: setup-test  ## Chụp lại hình cho tài liệu · Retake the pictures of the docs; `make run` must be up
	@$(VENV)/python -m tools.screenshots $(ARGS)
	@$(VENV)/python -m tools.bench_pictures

docs: setup-test  ## Tài liệu thành trang web · The documentation as a site, in var/site
	@$(VENV)/python -m tools.reference.build

api: setup-test  ## Hỏi API theo chính mô tả của nó · The API asked what a machine makes of its description (EXAMPLES=500 SEED=26)
	@EXAMPLES=$(or $(EXAMPLES),500) SEED=$(or $(SEED),26) $(VENV)/python -m pytest -q -n 2 tests/server/test_api_as_described.py tests/server/exchange/test_facade_as_described.py

promises: setup-test  ## Liệt kê điều đã hứa và chạy kiểm thử giữ chúng · List the promises with the tests that keep them, and run those (ARGS=--list, --table, --without-cluster)
	@tools/promises.sh $(ARGS)

chaos: setup-test  ## Một tháng mọi thứ đều hỏng · A month of everything going wrong, held against a reference (SEED=7 DAYS=30 ENGINE=postgresql)
	@$(VENV)/python -m faults.chaos --seed $(or $(SEED),7) --days $(or $(DAYS),30) --engine $(or $(ENGINE),sqlite)

cluster: setup-test  ## Cụm PostgreSQL ba máy và sự cố của nó · A PostgreSQL cluster of three nodes on this machine, and its faults: some ten minutes (ARGS=--install: only bring what it needs)
	@tools/cluster.sh $(ARGS)

pi: setup  ## Trạm trên Raspberry Pi giả lập · The station on an emulated Raspberry Pi, its power cut in mid-pairing: minutes, as root
	@pi/run.sh

audit: setup-test  ## Hỏi xem các gói có lỗ hổng đã biết không · Ask whether the pinned versions have known holes; fails where it could not look (ADVISORIES=folder or zip)
	@ADVISORIES=$(ADVISORIES) $(VENV)/python -m tools.audit

format: setup-test  ## Định dạng mã nguồn · Put the code into its form
	@$(VENV)/ruff check --fix --quiet .
	@$(VENV)/ruff format --quiet .

clean:  ## Xóa những gì đã cài và dữ liệu diễn tập · Remove what was set up and the rehearsal's data
	rm -rf .venv .stamps .peers var
