#!/usr/bin/env python3
"""Memory of runs that sleep, and the time of loops by their length. Prints one JSON document.

    durable.py --cmd "/path/to/cronflow-rt run durable.ts" [--port 3210] [--dir /dev/shm/durable]
               [--sleepers 10000] [--lengths 2500,5000,10000]

Starts the command in a fresh directory. Memory is the PSS of the whole process tree. Ends only what it started.
"""
import argparse, http.client, json, os, shutil, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from load import pss_mb, stop


class Client:
    def __init__(self, port):
        self.conn = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

    def call(self, method, path, body=None):
        text = None if body is None else json.dumps(body)
        self.conn.request(method, path, text, {"Content-Type": "application/json"})
        answer = self.conn.getresponse()
        return answer.status, json.loads(answer.read())


def start(opt):
    log = open(os.path.join(opt.dir, "out.txt"), "ab")
    env = dict(os.environ, PORT=str(opt.port), CRONFLOW_DB_PATH=os.path.join(opt.dir, "data.db"))
    proc = subprocess.Popen(opt.cmd.split(), cwd=opt.dir, env=env, stdout=log, stderr=subprocess.STDOUT,
                            start_new_session=True)
    for _ in range(1000):
        try:
            client = Client(opt.port)
            if client.call("GET", "/health")[0] == 200:
                return proc, client
        except OSError:
            time.sleep(0.01)
    stop(proc)
    sys.exit(f"the server did not start; see {opt.dir}/out.txt")


def sleepers(opt, report):
    proc, client = start(opt)
    time.sleep(1)
    report["idle_mb"] = pss_mb(proc.pid)
    began = time.perf_counter()
    for n in range(opt.sleepers):
        status, answer = client.call("POST", "/api/workflows/sleeper/trigger", {"payload": n})
        assert status == 202, answer
    while True:
        waiting = client.call("GET", "/api/runs?status=running&limit=1")[1]
        if not waiting["runs"]:
            break
        time.sleep(0.05)
    report["all_asleep_s"] = round(time.perf_counter() - began, 1)
    time.sleep(2)
    report["asleep_mb"] = pss_mb(proc.pid)
    stop(proc)
    began = time.perf_counter()
    proc, client = start(opt)
    report["restart_s"] = round(time.perf_counter() - began, 2)
    time.sleep(2)
    report["asleep_after_restart_mb"] = pss_mb(proc.pid)
    stop(proc)


def loops(opt, report):
    shutil.rmtree(opt.dir)
    os.makedirs(opt.dir)
    proc, client = start(opt)
    for workflow in ("values", "steps", "rounds"):
        report[workflow] = {}
        for length in opt.lengths:
            began = time.perf_counter()
            status, run = client.call("POST", f"/api/workflows/{workflow}/trigger", {"payload": length, "wait": True})
            assert status == 200 and run["status"] == "completed", (status, str(run)[:500])
            took = time.perf_counter() - began
            report[workflow][length] = {"s": round(took, 2), "us_per_item": round(took * 1e6 / length)}
    report["after_loops_mb"] = pss_mb(proc.pid)
    stop(proc)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cmd", required=True)
    parser.add_argument("--port", type=int, default=3210)
    parser.add_argument("--dir", default="/dev/shm/durable")
    parser.add_argument("--sleepers", type=int, default=10_000)
    parser.add_argument("--lengths", type=lambda text: [int(one) for one in text.split(",")], default=[2500, 5000, 10000])
    opt = parser.parse_args()
    shutil.rmtree(opt.dir, ignore_errors=True)
    os.makedirs(opt.dir)
    report = {}
    sleepers(opt, report)
    loops(opt, report)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
