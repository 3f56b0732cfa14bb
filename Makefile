# Two commands: `make run` for a working site, `make test` for everything CI checks. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV  := .venv
BIN   := $(VENV)/bin
STAMP := $(VENV)/.setup
PORT  ?= 8000
CASES ?= 100000
SIZES ?= 10000 100000 1000000
# The first interpreter that is new enough; PYTHON=/path/to/python3 overrides it.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
# The pages and the commands speak Chinese whatever the terminal's locale is.
export PYTHONUTF8 := 1

# Strict types where a mistake costs most; the packages' actions and queries join as soon as they exist.
TYPED := src/samequestion src/worktime src/tongti/shared src/tongti/project src/tongti/jobs \
	$(wildcard src/tongti/*/actions.py src/tongti/*/actions src/tongti/*/queries.py src/tongti/*/queries)

.PHONY: help setup run test ci-tools lint format types imports migrations messages tests unit browser readme lock bench-web bench-scale bench-engine bench-year clean guide-pictures

help: ## 列出全部命令
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

setup: $(STAMP) ## 建立 .venv，安装锁定的依赖和 tongti 命令；第二次什么也不做

$(STAMP): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更新的版本（含 venv 和 pip）。装好后再试，或用 make PYTHON=/路径/python3 指定。" >&2; exit 1; }
	@start=$$SECONDS; \
	if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
		echo "[setup] 建立 $(VENV)（$$($(PYTHON) --version)）"; \
		$(PYTHON) -m venv --clear $(VENV) || { echo "建立虚拟环境失败：请先安装 python3-venv（Debian/Ubuntu：apt-get install python3-venv）。" >&2; exit 1; }; \
	fi; \
	echo "[setup] 安装锁定的依赖（首次要下载约 250 MB，请稍候）"; \
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock; \
	echo "[setup] 安装 tongti 命令"; \
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .; \
	touch $@; \
	echo "[setup] 完成，用时 $$((SECONDS - start)) 秒"

run: setup ## 启动带演示数据的完整站点：make run [PORT=8000] [DATABASE_URL=…]
	@exec $(BIN)/tongti up --demo --port $(PORT)

test: setup ci-tools ## 运行全部检查和测试（CI 运行的就是它）
	@start=$$SECONDS; \
	for step in lint types imports migrations tests; do \
		printf '\n== %s（第 %s 秒）\n' $$step $$((SECONDS - start)); \
		$(MAKE) $$step; \
	done; \
	printf '\n全部通过，用时 %s 秒\n' $$((SECONDS - start))

ci-tools: # a browser and a Chinese font for the browser tests
	@bash tests/ops/browser.sh

lint: setup ## 代码规范：ruff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: setup ## 自动整理代码格式
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

types: setup ## 类型检查：mypy strict
	@TONGTI_DATA=build/types $(BIN)/mypy $(TYPED)

imports: setup ## 各包之间的引用方向：import-linter
	@$(BIN)/lint-imports --no-logo

migrations: setup ## 模型与迁移文件是否一致
	@TONGTI_DATA=build/migrations $(BIN)/tongti manage makemigrations --check --dry-run

messages: setup ## 收集界面用语、更新英文目录（django.po 和 django.mo），列出还没译的
	@DJANGO_SETTINGS_MODULE=tongti.project.settings TONGTI_DATA=build/messages $(BIN)/python -m tools.messages

# All together, the README's commands too, so that neither process waits while the other makes its database or ends its last journey.
tests: setup ci-tools
	@$(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder $(ARGS)

unit: setup ## 单元测试和数据库测试（两个进程）：make unit ARGS='-k 名字'
	@$(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder -m 'not browser and not readme' $(ARGS)

guide-pictures: setup ci-tools ## 重拍手册里变了样的图（src/tongti/web/static/tongti/guide/）
	@TONGTI_GUIDE_PICTURES=1 $(BIN)/pytest -q -n 0 -m browser tests/browser/test_tour.py -k pictures

browser: setup ci-tools ## 浏览器测试：make browser ARGS='-k 名字'
	@$(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder -m browser $(ARGS)

readme: setup ## README 里的命令真能运行
	@$(BIN)/pytest -m readme $(ARGS)

lock: ## 重新生成 requirements.lock（UPGRADE=1 时升级全部依赖）
	@test -x build/lock/bin/uv || { $(PYTHON) -m venv build/lock && build/lock/bin/pip install --quiet uv; }
	@UV_CUSTOM_COMPILE_COMMAND="make lock" build/lock/bin/uv pip compile --quiet pyproject.toml --group dev --group build \
		--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		$(if $(UPGRADE),--upgrade) --output-file requirements.lock
	@echo "requirements.lock：$$(grep -c '^[a-zA-Z]' requirements.lock) 个包"

bench-web: setup ## 网站性能：make bench-web CASES=100000
	@$(BIN)/python -m bench.web --cases $(CASES)

bench-scale: setup ## 看板和每个列表多快：make bench-scale CASES=1000000
	@$(BIN)/python -m bench.scale_web --cases $(CASES)

# What the engine is compared with, for this bench only: aside, so that neither users nor CI install it. Listed one by one
# because BERTopic and SemHash would otherwise bring a gigabyte of deep-learning libraries that this comparison does not use.
PEERS := datasketch semhash vicinity usearch numkong simsimd model2vec pyversity frozendict orjson bertopic pandas plotly narwhals tqdm \
	safetensors tokenizers huggingface_hub httpx httpcore httpcore2 anyio h11 idna certifi click filelock fsspec pyyaml requests \
	python-dateutil pytz tzdata six packaging jinja2 markupsafe truststore

bench-engine: setup ## 同题引擎：质量、速度、百万件、与同类相比（SIZES="10000 100000"）
	@test -e build/peers/.whole || { $(BIN)/python -m pip install --quiet --no-deps --target build/peers $(PEERS) && touch build/peers/.whole; }
	@PYTHONPATH=build/peers $(BIN)/python -W ignore -m bench.engine --peers
	@$(BIN)/python -m bench.scale --real --agree --burst --counts $(SIZES)

bench-year: setup ## 一个区的一年：make bench-year CASES=30000
	@$(BIN)/python -m bench.year --cases $(CASES)

clean: ## 删除 .venv、缓存和构建产物；data/ 里的数据不动
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
