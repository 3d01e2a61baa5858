"""Downloads one source archive from wherever pip is configured to look, and nothing else.

Runs in a process of its own, because it uses pip's internals: `pip download` would build the metadata of the
package, which runs its setup.py, which is slow, fails for old packages and is foreign code. Going through pip
keeps the index, proxy, certificates and credentials that the user configured for it. It neither caches nor
checks hashes (`archives` does).

    pip_archive.py NAME VERSION DIRECTORY [FILE]

downloads the archive of exactly VERSION, called FILE when it is given, into DIRECTORY and prints its file
name. The exit status tells the caller what went wrong.
"""

import os
import sys

NOT_FOUND = 3
UNREACHABLE = 4
NO_PIP = 5


def main(arguments):
    name, version, directory = arguments[:3]
    wanted_file = arguments[3] if len(arguments) > 3 else None
    try:
        from pip._internal.commands import create_command
        from pip._vendor.packaging.version import Version
        from pip._vendor.requests.exceptions import RequestException
        from pip._vendor.urllib3.exceptions import HTTPError
    except ImportError as error:
        return fail(NO_PIP, f"this Python has no pip that can be asked ({error})")

    command = create_command("download")
    options, _ = command.parse_args(["--no-binary", ":all:", "--no-input", "--retries", "2", "--quiet"])
    with command.main_context():
        session = command.get_default_session(options)
        finder = command._build_package_finder(options, session, ignore_requires_python=True)
        candidates = finder.find_all_candidates(name)
        links = [
            found.link
            for found in candidates
            if found.version == Version(version) and not found.link.is_wheel
        ]
        links = [link for link in links if wanted_file in (None, link.filename)]
        if not links:
            return explain_absence(session, finder, name, version)
        link = min(links, key=lambda found: (not found.filename.endswith(".tar.gz"), found.filename))
        try:
            download(session, link, directory)
        except (RequestException, HTTPError) as error:  # the second while the body is read
            return fail(UNREACHABLE, f"downloading {link.filename}: {type(error).__name__}")
    print(link.filename)
    return 0


def download(session, link, directory):
    from pip._internal.network.utils import HEADERS, response_chunks

    response = session.get(link.url_without_fragment, headers=HEADERS, stream=True)
    response.raise_for_status()
    with open(os.path.join(directory, link.filename), "wb") as target:
        for chunk in response_chunks(response):
            target.write(chunk)


def explain_absence(session, finder, name, version):
    """The finder takes an index that does not answer for an empty one; asking again tells them apart."""
    from pip._vendor.requests.exceptions import RequestException

    for index in finder.index_urls:
        try:
            status = session.get(index.rstrip("/") + "/" + name.lower() + "/", stream=True).status_code
        except RequestException as error:
            return fail(UNREACHABLE, f"the package index does not answer ({type(error).__name__})")
        if status >= 500 or status in (401, 403, 407, 429):
            return fail(UNREACHABLE, f"the package index answers with status {status}")
    if not finder.index_urls:
        return fail(UNREACHABLE, f"pip is configured without an index and its other sources lack {name}")
    return fail(NOT_FOUND, f"no source archive of {name} {version}")


def fail(status, message):
    print(message, file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
