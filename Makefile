# Every target does its own set-up: on a machine with Rust, g++, make, git and Python 3, `make demo` is all there is to do.

CARGO ?= cargo
TRINE := $(CARGO) run --release --quiet --package trine-cli --bin trine --
TRAINER := $(CARGO) run --release --quiet --package trine-cli --features train --bin trine --
# All linear layers of one token of a model of two thousand million weights, in one simulated unit.
TOKEN := --model synthetic:bitnet-2b-4t --prompt A --tokens 1 --seed 1 --backend rtl --offload linear --weights memory --units 1
MEMORY := target/memory
XTASK := $(CARGO) run --release --quiet --package xtask --

.DEFAULT_GOAL := help
.PHONY: help setup setup-synth setup-litex build demo train-demo comparison llama-cpp test cases conformance prove fuzz verify-ci verify-full cocotb browser energy-gates mutate coverage presets book synth-smoke synth-full packaging litex dram-check memory soc-sim soc-boards clang neon lint deny rust-version ci clean

help: ## Show the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 13

setup: ## Bring the pinned external tools into .tools/ (does nothing when they are there)
	@scripts/setup

setup-synth: setup ## Bring the pinned tools that place and route into .tools/synth
	@scripts/setup-synth

setup-litex: ## Bring LiteX, LiteDRAM and pins of boards, pinned, into .tools/litex
	@sim/litex/setup

build: ## Build the trine command
	$(CARGO) build --release --package trine-cli

demo: setup build ## Check the hardware against the golden model, then let a BitNet model speak through it
	$(TRINE) verify --preset standard --cases 20 --seed 1 --stalls 0.3
	$(TRINE) run --model models/shakespeare --prompt "KING " --tokens 64 --seed 1 --backend rtl --offload linear --report target/demo

train-demo: setup build ## Train a BitNet model on Shakespeare (minutes), then let it speak through the simulated hardware
	@scripts/fetch-shakespeare target/shakespeare.txt
	$(TRAINER) train --data target/shakespeare.txt --output target/train-demo --steps 8000 --every 500
	$(TRINE) run --model target/train-demo/model --prompt "KING " --tokens 64 --seed 1 --backend rtl --offload linear

comparison: build ## Train, quantise and compare again (half an hour of CPU time), and write docs/results/comparison.md
	@scripts/fetch-shakespeare target/shakespeare.txt
	$(TRAINER) train --data target/shakespeare.txt --sweep 1e-3,2e-3,4e-3,8e-3,1.6e-2,3.2e-2 --batch 8 --steps 600 --json target/learning-rates.json
	$(XTASK) compare --data target/shakespeare.txt --out target/comparison --batch 8 --steps 3000 --lr 4e-3 --float-lr 2e-3 --sweep target/learning-rates.json --json docs/data/comparison.json --docs docs/results

llama-cpp: build ## Train small models and compare their GGUF files with llama.cpp itself (needs npm; two minutes)
	@train/scripts/install-llama
	TRINE="$(TRAINER)" TOKENS="$(XTASK) tokens" train/scripts/llama-check

test: setup ## Run all tests
	$(CARGO) test --workspace --features trine-cli/rust-hdl,trine-cli/train

prove: setup ## Prove the properties of docs/explanation/proofs.md for the generated Verilog, and refute broken ones
	$(CARGO) test --package trine-synth --test all prove:: -- --include-ignored --nocapture

fuzz: setup ## Fuzz every parser and the simulated unit for SECONDS=60 in all, guided by coverage; TARGETS="names" does some
	CARGO="$(CARGO)" SECONDS_IN_ALL="$(or $(SECONDS),60)" scripts/fuzz $(TARGETS)

verify-ci: setup build ## A thousand million MACs through RTL: odd units, odd shapes, pauses, a whole layer of a large model
	$(TRINE) verify --plan ci --json target/verify-ci.json

verify-full: setup build ## The same at length: ten times as many, all layers of three models, every depth there is on two buses
	$(TRINE) verify --plan full --json target/verify-full.json
	for board in tang-nano-20k icebreaker orangecrab ulx3s; do $(TRINE) verify --board $$board --cases 20 || exit 1; done

cases: setup build ## Replay faults that users of such programs have met, from cli/tests/cases
	@scripts/replay-cases

conformance: ## Compare stored checkpoints with their stored logits; docs/results/conformance.md must come out as it is committed
	@# Of the whole workspace: with the features of one package, its libraries would be compiled anew after `make test`.
	$(CARGO) test --quiet --workspace --test conformance
	git diff --exit-code HEAD -- docs/results/conformance.md

cocotb: build ## Check registers, streams, reads of memory and whole products of generated units with cocotb and Icarus Verilog
	@sim/cocotb/setup
	TRINE="$(TRINE)" PYTHONDONTWRITEBYTECODE=1 .tools/cocotb/bin/python3 -m pytest -q -p no:cacheprovider sim/cocotb

browser: build ## Open the report of a run in headless Chromium, on a phone and on a desk, in light and dark
	@scripts/setup-browser
	TRINE="$(TRINE)" node --test cli/tests/browser

energy-gates: setup-synth ## Measure energy at gate level again (5 CPU minutes); check the simulator against Icarus Verilog
	$(CARGO) test --package trine-synth --test all gates:: -- --include-ignored
	$(XTASK) gates --model models/shakespeare-small --opensta --json docs/data/gate-energy.json >docs/results/energy-gate-level.md.new
	mv docs/results/energy-gate-level.md.new docs/results/energy-gate-level.md
	git diff --exit-code HEAD -- docs/data/gate-energy.json docs/results/energy-gate-level.md

mutate: setup ## Run 1200 mutants of the generated RTL through verification; writes docs/results/mutation.md
	$(XTASK) mutate --mutants 1200 --json docs/data/mutation.json
	$(XTASK) mutate --from docs/data/mutation.json >docs/results/mutation.md.new
	mv docs/results/mutation.md.new docs/results/mutation.md

coverage: setup ## Measure line and toggle coverage of verification; writes docs/results/coverage.md
	$(XTASK) coverage --json docs/data/coverage.json
	$(XTASK) coverage --from docs/data/coverage.json >docs/results/coverage.md.new
	mv docs/results/coverage.md.new docs/results/coverage.md

presets: setup build ## Verify every preset (ten minutes) and write the table of README.md
	for preset in unit odd serial small standard wide; do \
	    $(TRINE) verify --preset $$preset --cases 200 --json docs/data/presets/$$preset.json || exit 1; done
	$(XTASK) presets --from docs/data --into README.md

book: ## Build the pages of docs/ as a book in target/book
	@scripts/setup-book
	.tools/book/bin/mdbook build

synth-smoke: setup-synth build ## Synthesise small units for every technology and verify what was mapped
	TRINE="$(TRINE)" scripts/synth-runs synth/runs/smoke target/synth-smoke

synth-full: setup-synth setup-litex build ## Measure area and clock again (about 85 minutes); RUNS="names" does some of synth/runs/full
	TRINE="$(TRINE)" scripts/synth-runs synth/runs/full docs/data/synth $(RUNS)
	$(XTASK) area --from docs/data/synth >docs/results/area.md.new
	mv docs/results/area.md.new docs/results/area.md

packaging: build ## Lint and simulate units with FuseSoC, and inside a SoC of LiteX
	@scripts/setup-packaging
	TRINE="$(TRINE)" CARGO="$(CARGO)" scripts/packaging

litex: setup-litex build ## Reach a simulated unit with LiteX's litex_server and RemoteClient through a pseudo-terminal
	TRINE="$(TRINE)" PYTHONDONTWRITEBYTECODE=1 .tools/litex/bin/python3 sim/litex/test_remote.py

dram-check: setup setup-litex ## Compare the simulated memory with LiteDRAM's own controller, within 2 % (four minutes)
	PYTHONDONTWRITEBYTECODE=1 .tools/litex/bin/python3 sim/litex/dram.py target/dram-check
	mkdir -p $(MEMORY)
	TRINE_RECORD=$(CURDIR)/$(MEMORY) TRINE_LITEDRAM=$(CURDIR)/target/dram-check $(CARGO) test --quiet --package trine-sim --test all litedram:: -- --include-ignored --nocapture

memory: dram-check verify-ci ## Run models whose weights are in simulated memories (twelve minutes); writes docs/results/memory.md
	TRINE_RECORD=$(CURDIR)/$(MEMORY) $(CARGO) test --quiet --package trine-sim --test all rows::
	cp target/verify-ci.json $(MEMORY)/plan.json
	$(TRINE) run $(TOKEN) --memory orangecrab --clock-hz 48e6 --lanes 40 --columns 8 --weight-bus 128 --json $(MEMORY)/token-orangecrab.json
	$(TRINE) run $(TOKEN) --memory ulx3s --clock-hz 50e6 --lanes 20 --columns 4 --weight-bus 16 --json $(MEMORY)/token-ulx3s.json
	$(TRINE) run --model models/shakespeare --tokens 9 --seed 1 --backend rtl --offload linear --weights memory --memory sdram-143 --units 1 --lanes 16 --columns 5 --weight-bus 64 --json $(MEMORY)/beside.json
	$(TRINE) estimate --model synthetic:bitnet-2b-4t --columns 16 --json $(MEMORY)/estimate-1.json
	$(TRINE) estimate --model synthetic:bitnet-2b-4t --columns 20 --json $(MEMORY)/estimate-2.json
	$(XTASK) memory --runs $(MEMORY) --json docs/data/memory.json
	$(XTASK) memory --from docs/data/memory.json >docs/results/memory.md.new
	mv docs/results/memory.md.new docs/results/memory.md

soc-sim: setup setup-litex build ## Compute real layers in whole LiteX SoCs whose units read weights from LiteDRAM (five minutes)
	PYTHONDONTWRITEBYTECODE=1 .tools/litex/bin/python3 sim/litex/test_start_memory.py
	TRINE="$(TRINE)" PYTHONDONTWRITEBYTECODE=1 .tools/litex/bin/python3 sim/litex/test_soc.py

soc-boards: setup-synth setup-litex build ## Place and route LiteX SoCs with LiteDRAM for ULX3S, OrangeCrab and ECPIX-5 (fifteen minutes)
	@for board in ulx3s-sdram orangecrab-ddr3 ecpix5-ddr3; do $(TRINE) synth --board $$board --output target/soc-boards/$$board || exit 1; done

clang: setup ## Check simulations that Clang compiles (needs Debian's clang; ten minutes)
	CXX=clang++ $(CARGO) test --package trine-sim

neon: ## Check the golden model's NEON kernel under QEMU (needs Debian's qemu-user and gcc-aarch64-linux-gnu, and rustup)
	@CARGO="$(CARGO)" golden-model/scripts/check-neon

lint: ## Check formatting, clippy and documentation, without a single warning
	@scripts/check-test-lists
	@scripts/check-words
	@scripts/check-links
	@CARGO="$(CARGO)" scripts/check-board-host
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) clippy --package trine-cli -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --features trine-cli/rust-hdl,trine-cli/train --quiet

deny: ## Check licences and sources of the dependencies, where cargo-deny is installed
	@if $(CARGO) deny --version >/dev/null 2>&1; then $(CARGO) deny check licenses bans sources; \
	else echo "deny: cargo-deny is not installed, dependencies not checked" >&2; fi

rust-version: ## Compile with the oldest Rust that Cargo.toml promises, where rustup can bring it
	@CARGO="$(CARGO)" scripts/check-rust-version

ci: lint deny rust-version test cases conformance demo verify-ci synth-smoke ## Everything a change must pass

clean: ## Remove what was built and the tools; cached simulations stay in the user's cache folder
	$(CARGO) clean
	rm -rf .tools
