"""Runs folders of a checkout of test262 against the binary, each file in a process of its own:

    python3 tests/test262.py target/release/cronflow-rt ../test262 JSON Array/prototype/splice

Files that need a second realm are left out. Asynchronous files and those that must not parse are not for it."""

import json, pathlib, re, subprocess, sys, tempfile
from concurrent.futures import ThreadPoolExecutor

PROGRAM = """import { cronflow } from 'cronflow';
let result = 'PASS';
// Loaded now: a file may delete the globals that it tests.
console.log('BEGINS');
try { (0, eval)(%s) } catch (error) { result = `FAIL ${error?.name ?? error?.constructor?.name}: ${error?.message}` }
console.log('RESULT ' + result);
cronflow.define({ id: 'w' }).step('s', () => 1);
"""


def main(binary, checkout, folders):
    root = pathlib.Path(checkout)
    harness = lambda name: (root / "harness" / name).read_text()
    tests = root / "test" / "built-ins"
    files = sorted(file for folder in folders for file in (tests / folder).rglob("*.js"))
    scratch = pathlib.Path(tempfile.mkdtemp())

    def run(item):
        index, file = item
        text = file.read_text()
        head = re.search(r"/\*---(.*?)---\*/", text, re.S).group(1)
        if "cross-realm" in head or "$262.createRealm" in text:
            return file, "SKIP"
        includes = re.search(r"includes:(.*?)(?:\n\w|$)", head, re.S)
        names = ["assert.js", "sta.js", *(re.findall(r"[\w.]+\.js", includes.group(1)) if includes else [])]
        source = "".join(map(harness, names)) + text
        if "onlyStrict" in head:
            source = '"use strict";\n' + source
        program = scratch / f"{index}.js"
        program.write_text(PROGRAM % json.dumps(source))
        done = subprocess.run([binary, "check", str(program)], capture_output=True, text=True)
        found = re.search("RESULT (.*)", done.stdout + done.stderr)
        return file, found.group(1) if found else "CRASH " + done.stderr[:200]

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(run, enumerate(files)))
    failed = [(file, result) for file, result in results if result not in ("PASS", "SKIP")]
    for file, result in failed:
        print(file.relative_to(tests), result)
    skipped = sum(result == "SKIP" for _, result in results)
    print(f"{len(results) - skipped - len(failed)} of {len(results) - skipped} pass, {skipped} need a second realm")
    return 1 if failed else 0


sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
