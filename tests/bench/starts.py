#!/usr/bin/env python3
"""How long programs take to load: zod from node_modules with a cold and a warm cache, and an archive against a file.

    starts.py --rt target/release/cronflow-rt --dir /dev/shm/starts [--rounds 20]

Installs zod with npm into the directory once. Prints one JSON document: medians and the least, in milliseconds, of
`cronflow-rt check`, and the same less what an empty workflow takes (`load`).
"""
import argparse, json, os, shutil, statistics, subprocess, time

EMPTY = "import { cronflow } from 'cronflow';\ncronflow.define({ id: 'w' }).step('s', () => 1);\n"
ZOD = "import { z } from 'zod';\nexport const name = z.string().min(1);\n" + EMPTY


def once(opt, file, cache):
    env = dict(os.environ, CRONFLOW_CACHE=cache)
    began = time.perf_counter()
    subprocess.run([opt.rt, "check", file], cwd=opt.dir, env=env, check=True, stdout=subprocess.DEVNULL)
    return 1000 * (time.perf_counter() - began)


def measure(opt, file, cold=False):
    cache = os.path.join(opt.dir, "cache")
    times = []
    once(opt, file, cache)
    for _ in range(opt.rounds):
        if cold:
            shutil.rmtree(cache, ignore_errors=True)
        times.append(once(opt, file, cache))
    return {"median": round(statistics.median(times), 1), "least": round(min(times), 1)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rt", required=True)
    parser.add_argument("--dir", required=True)
    parser.add_argument("--rounds", type=int, default=20)
    opt = parser.parse_args()
    opt.rt = os.path.abspath(opt.rt)
    os.makedirs(opt.dir, exist_ok=True)
    for name, text in {"empty.ts": EMPTY, "zod.ts": ZOD, "package.json": '{"private":true}'}.items():
        with open(os.path.join(opt.dir, name), "w") as file:
            file.write(text)
    if not os.path.isdir(os.path.join(opt.dir, "node_modules/zod")):
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "zod@4.6.7"], cwd=opt.dir, check=True,
                       stdout=subprocess.DEVNULL)
    subprocess.run([opt.rt, "build", "zod.ts", "-o", "zod.cfar"], cwd=opt.dir, check=True, stdout=subprocess.DEVNULL)
    report = {
        "empty": measure(opt, "empty.ts"),
        "empty_cold": measure(opt, "empty.ts", cold=True),
        "zod_cold": measure(opt, "zod.ts", cold=True),
        "zod_warm": measure(opt, "zod.ts"),
        "zod_archive": measure(opt, "zod.cfar"),
    }
    report["load"] = {
        name: round(report[name]["median"] - report["empty_cold" if name == "zod_cold" else "empty"]["median"], 1)
        for name in ["zod_cold", "zod_warm", "zod_archive"]
    }
    print(json.dumps(report, indent=2))


main()
