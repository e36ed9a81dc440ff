"""The work of the benchmarks as a good numpy or PyTorch user would write it: batched, preallocated, on all cores.

Reads one JSON request per line and answers each with one line: {"seconds": ..., "file": ...}. Started by bench/run.mjs.
"""
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

import gaussian_study

CORES = os.cpu_count() or 1
POOL = ThreadPoolExecutor(CORES)


def load(path, shape):
    return np.fromfile(path, dtype=np.float32).reshape(shape)


def in_parts(count, work):
    """Splits a batch among the cores: numpy gives its lock back in matrix products and in random numbers."""
    bounds = np.linspace(0, count, CORES + 1).astype(int)
    list(POOL.map(lambda part: work(slice(bounds[part], bounds[part + 1])), range(CORES)))


def numpy_descent(request):
    count, d, steps, rate = request["count"], request["dim"], request["steps"], request["rate"]
    shape = (count, d, d)
    first, second, target = (load(request[name], shape) for name in ("first", "second", "target"))
    two_eta = np.float32(2 * rate)

    def work(part):
        w1, w2, a = first[part], second[part], target[part]
        residual, g1, g2 = np.empty_like(a), np.empty_like(w1), np.empty_like(w2)
        for _ in range(steps):
            np.matmul(w1, w2, out=residual)
            residual -= a
            residual *= two_eta
            np.matmul(residual, w2.transpose(0, 2, 1), out=g1)
            np.matmul(w1.transpose(0, 2, 1), residual, out=g2)
            w1 -= g1
            w2 -= g2

    start = time.perf_counter()
    in_parts(count, work)
    seconds = time.perf_counter() - start
    first.tofile(request["out"])
    return seconds


def torch_descent(request):
    count, d, steps, rate = request["count"], request["dim"], request["steps"], request["rate"]
    shape = (count, d, d)
    w1, w2, a = (torch.from_numpy(load(request[name], shape)) for name in ("first", "second", "target"))
    residual, minus_two_eta = torch.empty_like(a), -2 * rate
    start = time.perf_counter()
    with torch.no_grad():
        for _ in range(steps):
            torch.baddbmm(a, w1, w2, beta=-1, out=residual)
            step = torch.bmm(residual, w2.transpose(1, 2))
            w2.baddbmm_(w1.transpose(1, 2), residual, alpha=minus_two_eta)
            w1.add_(step, alpha=minus_two_eta)
    seconds = time.perf_counter() - start
    w1.numpy().tofile(request["out"])
    return seconds


def numpy_modes(request):
    count, steps, rate = request["count"], request["steps"], request["rate"]
    factors, sigmas = load(request["factors"], count), load(request["sigmas"], count)
    c2 = np.float32(2 * rate)
    block = 8192

    def work(part):
        mine, its = factors[part], sigmas[part]
        square = np.empty(block, np.float32)
        for begin in range(0, len(mine), block):
            d = mine[begin : begin + block]
            c1 = 1 + c2 * its[begin : begin + block]
            t = square[: len(d)]
            for _ in range(steps):
                np.multiply(d, d, out=t)
                np.multiply(t, c2, out=t)
                np.subtract(c1, t, out=t)
                np.multiply(d, t, out=d)

    start = time.perf_counter()
    in_parts(count, work)
    seconds = time.perf_counter() - start
    factors.tofile(request["out"])
    return seconds


def numpy_sensitivity(request):
    d, replicates, gamma = request["dim"], request["replicates"], np.float32(request["gamma"])
    w1, w2, target = (load(request[name], (d, d)) for name in ("first", "second", "target"))
    before = np.float64(np.sum((w1 @ w2 - target) ** 2, dtype=np.float64))
    excess = np.empty(replicates)
    seeds = np.random.SeedSequence(request["seed"]).spawn(CORES)
    batch = 64

    def work(part):
        generator = np.random.Generator(np.random.SFC64(seeds[part.start * CORES // replicates]))
        e1, e2, product = (np.empty((batch, d, d), np.float32) for _ in range(3))
        for begin in range(part.start, part.stop, batch):
            size = min(batch, part.stop - begin)
            a, b, c = e1[:size], e2[:size], product[:size]
            generator.standard_normal(out=a, dtype=np.float32)
            generator.standard_normal(out=b, dtype=np.float32)
            a *= gamma
            a += w1
            b *= gamma
            b += w2
            np.matmul(a, b, out=c)
            c -= target
            flat = c.reshape(size, -1)
            excess[begin : begin + size] = np.einsum("ij,ij->i", flat, flat) - before

    start = time.perf_counter()
    in_parts(replicates, work)
    seconds = time.perf_counter() - start
    np.array([excess.mean(), excess.std(ddof=1) / np.sqrt(replicates)], np.float32).tofile(request["out"])
    return seconds


def numpy_study(request):
    with open(request["plan"]) as file:
        plan = json.load(file)
    start = time.perf_counter()
    rows = gaussian_study.study(plan)
    seconds = time.perf_counter() - start
    with open(request["out"], "w") as file:
        json.dump(rows, file)
    return seconds


WORKS = {"descent": numpy_descent, "modes": numpy_modes, "sensitivity": numpy_sensitivity, "study": numpy_study}
VERSION = f"numpy {np.__version__}"
if sys.argv[1] == "torch":
    import torch

    torch.set_num_threads(CORES)
    WORKS = {"descent": torch_descent}
    VERSION = f"torch {torch.__version__}"

GREETING = {"version": VERSION, "python": sys.version.split()[0], "threads": CORES, "works": list(WORKS)}
print(json.dumps(GREETING), flush=True)
for line in sys.stdin:
    message = json.loads(line)
    print(json.dumps({"seconds": WORKS[message["work"]](message)}), flush=True)
