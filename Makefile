# One command each; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help env run test lint bench lock

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /make \1	/p' Makefile

env: ## the Python environment in .venv, with the command .venv/bin/yihu
	@bin/bootstrap

run: env ## the whole system: prepares everything, then serves (PORT, YIHU_HOME, YIHU_DATABASE_URL)
	@exec .venv/bin/yihu run

test: ## checks, all tests on SQLite and in the browser, kernel and queries on PostgreSQL
	@bin/bootstrap test
	@.venv/bin/python bin/test

lint: ## style, types and architecture alone
	@bin/bootstrap test
	@.venv/bin/python bin/test lint

bench: ## the measured bars (bench/)
	@bin/bootstrap bench
	@.venv/bin/python -m bench

lock: ## requirements/*.txt anew from pyproject.toml
	@uv=$$(bin/bootstrap uv) && \
	for group in main test bench; do \
	  case $$group in main) extra= ;; test) extra="--group test" ;; \
	    bench) extra="--group test --group bench" ;; esac; \
	  $$uv pip compile --quiet --universal --python-version 3.12 --generate-hashes \
	    --no-annotate --no-header $$extra pyproject.toml -o requirements/$$group.txt || exit 1; \
	done
