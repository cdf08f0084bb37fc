# The commands of the portal. All names are relative: the folder may hold spaces.
# GNU make passes variables given on its command line (PORT=8011, RESET=1) on to the commands.

PYTHON_ENV = .venv/bin/python

.PHONY: help demo test bench lint format messages lock

help:
	@echo "make demo      run the portal with its demonstration data (PORT=8011, RESET=1)"
	@echo "make test      lint, then pass all tests"
	@echo "make bench     how fast it is, beside its limits (SCALE=small: a quick look)"
	@echo "make lint      what programs can judge about the code"
	@echo "make format    format code and templates"
	@echo "make messages  bring the translation catalogues up to date"
	@echo "make lock      lock the dependencies (ARGS=--upgrade: newest versions)"

demo:
	@bin/setup requirements.txt
	@exec $(PYTHON_ENV) manage.py demo

test:
	@bin/setup requirements-dev.txt
	@bin/lint
	@exec $(PYTHON_ENV) -m pytest --numprocesses=2 --dist=loadfile

bench:
	@bin/setup requirements.txt
	@exec $(PYTHON_ENV) -m bench

lint:
	@bin/setup requirements-dev.txt
	@bin/lint

format:
	@bin/setup requirements-dev.txt
	@bin/lint --fix

messages:
	@bin/setup requirements-dev.txt
	@DEMO=1 $(PYTHON_ENV) manage.py messages

lock:
	@bin/setup requirements-dev.txt
	@bin/lock $(ARGS)
