# Two commands do everything: `make demo` and `make test`.
PYTHON ?= python3.11
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: demo test test-slow check tests readme lock clean

demo: $(STAMP)
	$(BIN)/synthnet run quick --out runs/quick

test: check tests

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright --level error

tests: $(STAMP)
	$(BIN)/pytest -n 2 --dist worksteal -m "not slow"

test-slow: $(STAMP)
	$(BIN)/pytest -n 2 --dist worksteal

# What the README and docs/ take from the code and from a run of the demo, written anew.
readme: $(STAMP)
	rm -rf runs/readme
	$(BIN)/synthnet run quick --out runs/readme
	$(BIN)/python -m benchmarks.readme runs/readme

# The environment, from the lock file alone; made again when the lock file or the project's metadata change.
$(STAMP): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv || python3 -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

lock: $(STAMP)
	$(BIN)/uv pip compile pyproject.toml --extra dev --python-version 3.11 --universal --generate-hashes \
		--no-header --no-annotate --no-emit-index-url --quiet --output-file requirements.lock

clean:
	rm -rf .venv build *.egg-info .pytest_cache .ruff_cache .hypothesis
