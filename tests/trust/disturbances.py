"""The parts of `faults.py`: each disturbs runs in one way and checks what they leave behind."""

import os
import pathlib
import shutil
import signal
import stat
import subprocess
import threading
import time

import trees

# An ordinary user's number on every system, where the run has the rights of root.
NOBODY = 65534

# How many threads a run is given.
THREADS = (1, 2, 4)

CHANGED_MEANWHILE = "changed while pyfix worked on it"


def kills(bench):
    """Kills runs, and lets the next one end."""
    moments = {threads: bench.measured(threads) for threads in THREADS}
    for threads, measured in moments.items():
        bench.tell(
            f"with {threads} threads a run takes {measured.seconds:.3f} s and writes from "
            f"{measured.first_write:.3f} s to {measured.last_write:.3f} s"
        )
    landed = {"before any file was new": 0, "while writing": 0, "when all were new": 0, "too late": 0}
    left = 0
    for number in bench.numbers(bench.options.kills):
        draw = bench.random(number)
        threads = draw.choice(THREADS)
        measured = moments[threads]
        awaited = draw.random() < 0.5
        moment = draw.random() * (writing_time(measured) if awaited else measured.seconds)
        bench.restore()
        process = bench.start(threads)
        if awaited:
            bench.wait_for_writing(process)
        time.sleep(moment)
        process.kill()
        ended = bench.finish(process).status
        found = trees.snapshot(bench.root)
        new = sum(found.get(name) is not None and found[name].content == bench.new[name].content for name in bench.changed)
        if ended != -signal.SIGKILL:
            landed["too late"] += 1
        elif new == 0:
            landed["before any file was new"] += 1
        elif new < len(bench.changed):
            landed["while writing"] += 1
        else:
            landed["when all were new"] += 1
        left += bool(trees.temporaries(found))
        wrong = trees.differences(found, bench.old, bench.new)
        when = f"{moment:.4f} s after its {'first write' if awaited else 'start'}"
        bench.check(number, f"killed {when} with {threads} threads", wrong or bench.recovery())
    counts = ", ".join(f"{count} {what}" for what, count in landed.items())
    bench.tell(f"{bench.options.kills} kills: {counts}; {left} left a temporary file for the next run")


def writing_time(measured):
    """Returns for how many seconds behind the first write files are written, and a little longer."""
    return (measured.last_write - measured.first_write) * 1.1


def disk(bench):
    """Lets the disk run full, or what seems to be one."""
    full_disks(bench)
    sizes = sorted(len(bench.new[name].content) for name in bench.changed)
    for number, limit in enumerate([0, 1, sizes[0], sizes[len(sizes) // 2], sizes[-1] - 1]):
        for answer in (signal.SIG_IGN, signal.SIG_DFL):
            bench.restore()
            run = bench.finish(bench.start(preexec_fn=lambda: limit_files(limit, answer), restore_signals=False))
            found = trees.snapshot(bench.root)
            wrong = trees.differences(found, bench.old, bench.new)
            if answer == signal.SIG_IGN:
                failed = [name for name in bench.changed if len(bench.new[name].content) > limit]
                wrong += bench.complaints(run, "cannot be written: File too large")
                wrong += unnamed(failed, run) + [f"{name} was left behind" for name in trees.temporaries(found)]
            bench.check(number, f"files of at most {limit} bytes, {answer.name}", wrong or bench.recovery())
    bench.tell("10 limits to the size of a file tried")


def limit_files(limit, answer):
    import resource

    signal.signal(signal.SIGXFSZ, answer)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


def full_disks(bench):
    """Tries file systems in memory with little room, where one may be mounted."""
    place = os.path.join(bench.holder, "small")
    os.mkdir(place)
    content = sum(-(-len(entry.content) // 4096) * 4096 for entry in bench.old.values() if entry.kind == "file")
    largest = max(len(bench.new[name].content) for name in bench.changed)
    tried = full = 0
    for number, room in enumerate([0, 4096, 3 * 4096, largest // 2, largest + 4096, 4 * largest]):
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={content + (1 << 20)}", "tmpfs", place], capture_output=True, text=True
        )
        if mounted.returncode != 0:
            bench.tell(f"a full disk cannot be tried here: {mounted.stderr.strip()}")
            return
        root, bench.root = bench.root, os.path.join(place, "tree")
        try:
            bench.restore()
            ballast(os.path.join(place, "ballast"), room)
            run = bench.finish()
            found = trees.snapshot(bench.root)
            wrong = trees.differences(found, bench.old, bench.new)
            wrong += [f"{name} was left behind" for name in trees.temporaries(found)]
            wrong += bench.complaints(run, "cannot be written: No space left on device")
            failed = [name for name in bench.changed if found[name].content == bench.old[name].content]
            wrong += unnamed(failed, run)
            if failed and run.status != 2:
                wrong.append(f"{len(failed)} files were not written, and the run ended with {run.status}")
            os.remove(os.path.join(place, "ballast"))
            bench.check(number, f"a disk with {room} free bytes", wrong or bench.recovery())
            tried += 1
            full += bool(failed)
        finally:
            bench.root = root
            subprocess.run(["umount", place], check=True)
    bench.tell(f"{tried} small disks tried, {full} were too small for some file")


def ballast(path, room):
    """Fills the file system of `path` with one file until `room` bytes are free."""
    with open(path, "wb") as file:
        state = os.statvfs(path)
        file.write(bytes(max(0, state.f_bavail * state.f_frsize - room)))


def unnamed(failed, run):
    """Returns those of `failed` that no error of `run` is about."""
    return [f"no line tells of {name}" for name in failed if not any(line.startswith(name) for line in run.errors)]


def permissions(bench):
    """Takes rights away, from one file or directory at a time."""
    as_root = os.geteuid() == 0
    if as_root and subprocess.run([bench.binary, "--version"], preexec_fn=become_nobody, capture_output=True).returncode:
        bench.tell("nothing can be tried: this process is root, whom no mode stops, and cannot become somebody else")
        return
    deep = next(name for name in bench.changed if "/" in name)
    directory = os.path.dirname(deep)
    inside = [name for name in bench.changed if os.path.dirname(name) == directory]
    below = [name for name in bench.changed if name.startswith(directory + "/")]
    cases = [
        ("a read-only file", deep, 0o444, [deep], "is read-only; make it writable first"),
        ("a file that nobody may touch", deep, 0o000, [deep], "cannot be read: Permission denied"),
        ("a file that can only be written", deep, 0o200, [deep], "cannot be read: Permission denied"),
        ("a file of others' rights", deep, 0o466, [deep], "cannot be written: Permission denied"),
        ("a read-only directory", directory, 0o555, inside, "cannot be written: Permission denied"),
        ("a directory that cannot be listed", directory, 0o300, below, "cannot be read: Permission denied"),
        ("a directory that cannot be entered", directory, 0o600, below, "cannot be read: Permission denied"),
        ("a directory that is closed", directory, 0o000, below, "cannot be read: Permission denied"),
    ]
    for number, (what, name, mode, untouched, message) in enumerate(cases):
        number_of_lines = len(untouched) if name == deep or "read-only" in what else None
        restricted(bench, number, what, untouched, message, number_of_lines, lambda path: os.chmod(path, mode), name)
    tried = len(cases)
    if as_root:
        restricted(
            bench, tried, "a file of somebody else", [deep], "cannot be written: Permission denied", 1,
            lambda path: os.chown(path, 0, 0), deep,
        )
        kept_owner(bench, tried + 1)
        tried += 2
    else:
        bench.tell("files of somebody else cannot be tried without the rights of root")
    bench.tell(f"{tried} cases tried")


def become_nobody():
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def restricted(bench, number, what, untouched, message, lines, restrict, name):
    """Lets an ordinary user run pyfix over a tree of his in which `restrict` was done to `name`."""
    as_root = os.geteuid() == 0
    bench.restore()
    if as_root:
        for directory, names, files in os.walk(bench.root):
            for path in [directory] + [os.path.join(directory, file) for file in files + names]:
                os.lchown(path, NOBODY, NOBODY)
    path = os.path.join(bench.root, name)
    mode = stat.S_IMODE(os.stat(path).st_mode)
    before = trees.snapshot(bench.root)
    restrict(path)
    run = bench.finish(bench.start(preexec_fn=become_nobody if as_root else None))
    restricted_mode = stat.S_IMODE(os.stat(path).st_mode)
    owner = os.stat(path).st_uid
    os.chmod(path, mode | 0o700)
    found = trees.snapshot(bench.root)
    expected = {name: entry._replace(content=bench.new[name].content) for name, entry in before.items()}
    expected.update((name, before[name]) for name in untouched)
    if name in found:
        # What was done to it is not what is asked about.
        found[name] = found[name]._replace(mode=before[name].mode, owner=before[name].owner)
    wrong = trees.differences(found, expected)
    wrong += [f"{name} was left behind" for name in trees.temporaries(found)]
    told = [line for line in run.errors if message in line]
    if run.status != 2 or not told or lines is not None and len(told) != lines:
        wrong.append(f"ended with {run.status} and said {run.errors}")
    wrong += bench.complaints(run, message)
    if owner != os.stat(path).st_uid or restricted_mode & 0o7000:
        wrong.append("its owner or mode was changed")
    bench.check(number, what, wrong)


def kept_owner(bench, number):
    """Root rewrites the files of somebody else, which stay his."""
    bench.restore()
    for name in bench.changed:
        os.chown(os.path.join(bench.root, name), NOBODY, 1)
    run = bench.finish()
    found = trees.snapshot(bench.root)
    owned = {name: bench.new[name]._replace(owner=(NOBODY, 1)) for name in bench.changed}
    # Hard links share their owner.
    wrong = [line for line in trees.differences(found, {**bench.new, **owned}) if "linked" not in line]
    bench.check(number, "files of somebody else, rewritten by root", wrong + bench.complaints(run))


def editor(bench):
    """Changes files while pyfix runs."""
    measured = bench.measured(2)
    kept = fixed = silent = 0
    for number in bench.numbers(bench.options.rounds):
        draw = bench.random(number)
        names = draw.sample(bench.changed, min(12, len(bench.changed)))
        awaited = number % 2 == 1
        span = (0, writing_time(measured)) if awaited else (measured.first_write * 0.5, measured.last_write * 1.1)
        edits = [Edit(bench, draw, name, draw.uniform(*span)) for name in names]
        edits.sort(key=lambda edit: edit.moment)
        # What pyfix makes of the edited files.
        bench.restore()
        for edit in edits:
            edit.perform(bench.root)
        edited = trees.snapshot(bench.root)
        bench.finish()
        edited_and_fixed = trees.snapshot(bench.root)
        bench.restore()
        process = bench.start(2)
        if awaited:
            bench.wait_for_writing(process)
        started = time.monotonic()
        thread = threading.Thread(target=perform_all, args=(edits, bench.root, started))
        thread.start()
        run = bench.finish(process)
        thread.join()
        found = trees.snapshot(bench.root)
        wrong = [f"{name} was left behind" for name in trees.temporaries(found)]
        wrong += bench.complaints(run, CHANGED_MEANWHILE, "cannot be read: No such file", "is read-only")
        touched = {edit.name for edit in edits}
        for edit in edits:
            wrong += edit.judge(found, edited, edited_and_fixed)
            here, then = found.get(edit.name), edited.get(edit.name)
            if here is not None and then is not None:
                kept += here.content == then.content
                fixed += here.content != then.content
        silent += not any(CHANGED_MEANWHILE in line for line in run.errors)
        others = {name: entry for name, entry in found.items() if name not in touched}
        # Whoever writes into a file that has two names edits both.
        inodes = {bench.old[name].inode for name in touched}
        twins = {name: edited[name] for name in bench.old if name in others and bench.old[name].inode in inodes}
        allowed = [{name: all_[name] for name in others if name in all_} for all_ in (bench.new, edited_and_fixed)]
        wrong += trees.differences(others, *allowed, {**allowed[0], **twins})
        behind = "the first write" if awaited else "the start"
        bench.check(number, f"{len(edits)} edits {span[0]:.3f} s to {span[1]:.3f} s behind {behind}", wrong)
    rounds = bench.options.rounds
    bench.tell(
        f"{rounds} rounds of up to 12 edits: {kept} edited texts were left alone, {fixed} were rewritten; "
        f"{rounds - silent} runs told of a change"
    )


def perform_all(edits, root, started):
    for edit in edits:
        time.sleep(max(0, started + edit.moment - time.monotonic()))
        edit.perform(root)


class Edit:
    """What another program does to one file."""

    def __init__(self, bench, draw, name, moment):
        self.name = name
        self.moment = moment
        self.kind = draw.choice(["write", "replace", "replace", "delete", "anew", "mode", "link"])
        self.mode = draw.choice([0o600, 0o640, 0o444, 0o755])
        old = bench.old[name].content
        end = b"\r\n" if b"\r\n" in old else b"\n"
        mark = b"# edited in the meantime: %d" % draw.randrange(1 << 30)
        at = draw.choice([0, len(old)]) if not old.startswith((b"\xef\xbb\xbf", b"# -*-")) else len(old)
        self.content = old[:at] + mark + end + old[at:]
        self.new = bench.new[name].content

    def perform(self, root):
        path = os.path.join(root, self.name)
        if self.kind == "write":
            with open(path, "wb", buffering=0) as file:
                file.write(self.content)
        elif self.kind == "replace":
            pathlib.Path(path + ".swap").write_bytes(self.content)
            os.replace(path + ".swap", path)
        elif self.kind == "delete":
            os.remove(path)
        elif self.kind == "anew":
            os.remove(path)
            pathlib.Path(path).write_bytes(self.content)
        elif self.kind == "mode":
            os.chmod(path, self.mode)
        else:
            pathlib.Path(path + ".moved").write_bytes(self.content)
            os.symlink(os.path.basename(path) + ".moved", path + ".swap")
            os.replace(path + ".swap", path)

    def judge(self, found, edited, edited_and_fixed):
        """Returns what is wrong with the file, if anything is."""
        here, then = found.get(self.name), edited.get(self.name)
        what = f"{self.name}, edited ({self.kind}) after {self.moment:.4f} s,"
        if then is None:
            return [f"{what} came back"] if here is not None else []
        if here is None:
            return [f"{what} is lost"]
        if self.kind == "link":
            target = found.get(self.name + ".moved")
            kept = here == then and target is not None and target.content == self.content
            return [] if kept else [f"{what} lost its link, or its text"]
        allowed = [then.content, edited_and_fixed[self.name].content]
        if self.kind == "mode":
            # Whoever takes the right to write away may come too late for that.
            allowed.append(self.new)
        if here.content not in allowed:
            return [f"{what} lost the edit"]
        if self.kind == "mode" and here.mode != self.mode:
            return [f"{what} has mode {here.mode:o}, not {self.mode:o}"]
        return []


def together(bench):
    """Runs several pyfix at once."""
    seconds = bench.measured(2).seconds
    killed = collisions = 0
    for number in bench.numbers(bench.options.rounds):
        draw = bench.random(number)
        count = draw.choice([2, 4])
        bench.restore()
        processes = []
        awaited = draw.random() < 0.3
        for _ in range(count):
            processes.append(bench.start(draw.choice([1, 2])))
            if awaited and len(processes) == 1:
                bench.wait_for_writing(processes[0])
            else:
                time.sleep(draw.choice([0, 0, seconds * draw.random() / 2]))
        kill = draw.random() < 0.3
        if kill:
            time.sleep(seconds * draw.random())
            processes.pop().kill()
            killed += 1
        runs = [bench.finish(process) for process in processes]
        found = trees.snapshot(bench.root)
        wrong = trees.differences(found, bench.new)
        if not kill:
            wrong += [f"{name} was left behind" for name in trees.temporaries(found)]
        for run in runs:
            wrong += bench.complaints(run, CHANGED_MEANWHILE)
            collisions += any(CHANGED_MEANWHILE in line for line in run.errors)
        bench.check(number, f"{count} at once" + (", one of them killed" if kill else ""), wrong or bench.recovery())
    bench.tell(f"{bench.options.rounds} rounds, one pyfix killed in {killed}; {collisions} runs met another's write")
