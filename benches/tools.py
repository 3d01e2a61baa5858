"""The tools that are measured: where they come from and how they are called, with and without a cache."""

import os
import subprocess

import index_tools

# Everything else is installed at these versions, so that figures of two days can be compared.
VERSIONS = {"ruff": "0.17.6", "ast-grep": "0.51.1", "flynt": "1.0.6", "ty": "0.0.105"}
PACKAGES = {"ast-grep": "ast-grep-cli"}

# What comes nearest to the transforms of pyfix.
RUFF_RULES = "PERF401,PERF403,FLY002,C4,SIM110,FURB,UP031,UP032"


class Tool:
    """A name, the executable, and what it is called with.

    `calls` gives from the roots and a cache directory (or None) the arguments of each process that is to be run one
    after the other. `statuses` are those of a run that went well.
    """

    def __init__(self, name, executable, calls, statuses=(0,)):
        self.name = name
        self.executable = str(executable)
        self.calls = calls
        self.statuses = statuses

    def commands(self, roots, cache):
        return [[self.executable, *call] for call in self.calls([str(root) for root in roots], cache)]

    def version(self):
        done = subprocess.run([self.executable, "--version"], capture_output=True, text=True, check=True)
        return " ".join(done.stdout.split())


def pyfix(name, executable, types):
    def calls(roots, cache):
        return [["--isolated", "--dry-run", "--types", types, *([] if cache else ["--no-cache"]), *roots]]

    return Tool(name, executable, calls)


def ruff():
    def calls(roots, cache):
        kept = ["--cache-dir", cache] if cache else ["--no-cache"]
        flags = ["--preview", "-q", "--diff", "--unsafe-fixes", "--select", RUFF_RULES]
        return [["check", "--isolated", *kept, *flags, *roots]]

    # 1 says that there is something to fix.
    return installed("ruff", calls, statuses=(0, 1))


def ast_grep():
    """One rule, and no rewriting: what it costs to parse and look."""

    def calls(roots, cache):
        return [["run", "--lang", "python", "--pattern", "for $X in $XS: $R.append($Y)", *roots]]

    return installed("ast-grep", calls, statuses=(0, 1))


def flynt():
    """Its default transforms: `%` and `format`."""
    return installed("flynt", lambda roots, cache: [["--dry-run", "--quiet", *roots]])


def ty():
    """A process for every root, since a root is what it takes for a project, as pyfix does."""

    def calls(roots, cache):
        flags = ["--exit-zero", "--no-progress", "--output-format", "concise"]
        return [["check", "--project", root, *flags] for root in roots]

    return installed("ty", calls)


def installed(name, calls, statuses=(0,)):
    executable = index_tools.install(PACKAGES.get(name, name), VERSIONS[name], name)
    return Tool(name, executable, calls, statuses)


OTHERS = {"ruff": ruff, "ast-grep": ast_grep, "flynt": flynt, "ty": ty}


def environment(cache):
    """Returns the variables of a run: no environment of the user's for type checkers, and this cache directory."""
    kept = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    if cache:
        kept["PYFIX_CACHE_DIR"] = cache
    return kept
