"""What the scripts beside this one share: where pyfix is, repositories, and a Git without the user's settings."""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def add_pyfix(parser):
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser.add_argument("--pyfix", default=str(target / "release" / "pyfix"), help="the binary to run")


def environment(**more):
    """The environment for runs that must come out the same each time."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    variables.update(GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1", SOURCE_DATE_EPOCH="1700000000")
    for role in ("AUTHOR", "COMMITTER"):
        variables[f"GIT_{role}_NAME"], variables[f"GIT_{role}_EMAIL"] = "T", "t@localhost"
        variables[f"GIT_{role}_DATE"] = "1700000000 +0000"
    variables.update(more)
    return variables


def git(directory, *arguments):
    """What `git` prints; an exception when it fails."""
    command = ["git", "-C", str(directory), *arguments]
    return subprocess.run(command, env=environment(), check=True, capture_output=True, text=True).stdout


def make_repository(directory):
    """Makes a repository of one commit of everything in `directory`."""
    git(directory, "init", "--quiet", "--initial-branch=main")
    git(directory, "add", "--all", "--force")
    git(directory, "commit", "--quiet", "--message=as it is")


def tip(directory, branch="pyfix"):
    """The commit of a branch; nothing where there is no such branch."""
    try:
        return git(directory, "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}").strip()
    except subprocess.CalledProcessError:
        return ""
