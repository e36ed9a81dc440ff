"""The work of the benchmarks as a good PyTorch user would write it for a card: batched, preallocated, float32 without TF32.

Started as `peer_cuda.py torch-eager|torch-graph [--processor]`; says in one line of JSON what it is or what is missing, then
answers each request, one line of JSON, with one line: seconds of the whole call, with the way to the card and back, and of
the steps alone. `torch-graph` records all steps of a request as one CUDA graph beforehand.
"""
import ctypes
import json
import sys
import time

KIND = sys.argv[1]
DEVICE = "cpu" if "--processor" in sys.argv else "cuda"


def say(message):
    print(json.dumps(message), flush=True)


def stop(reason):
    say({"missing": reason})
    sys.exit(0)


try:
    import torch
except ImportError as error:
    stop(f"PyTorch does not load: {error}")
if DEVICE == "cuda" and not torch.cuda.is_available():
    stop("PyTorch finds no CUDA device")
if DEVICE == "cpu" and KIND == "torch-graph":
    stop("CUDA graphs need a CUDA device")
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
torch.set_grad_enabled(False)


def load(path, shape):
    with open(path, "rb") as file:
        values = torch.frombuffer(bytearray(file.read()), dtype=torch.float32).reshape(shape)
    return values.pin_memory() if DEVICE == "cuda" else values


def store(values, path):
    values = values.contiguous()
    with open(path, "wb") as file:
        file.write(ctypes.string_at(values.data_ptr(), 4 * values.numel()))


def synchronize():
    if DEVICE == "cuda":
        torch.cuda.synchronize()


class Descent:
    def __init__(self, request):
        shape = (request["count"], request["dim"], request["dim"])
        self.hosts = [load(request[name], shape) for name in ("first", "second", "target")]
        self.w1, self.w2, self.a = (torch.empty(shape, device=DEVICE) for _ in self.hosts)
        self.inputs = [self.w1, self.w2, self.a]
        self.residual, self.gradient = torch.empty_like(self.a), torch.empty_like(self.w1)
        self.count, self.factor = request["steps"], -2 * request["rate"]
        self.result = self.w1

    def steps(self):
        for _ in range(self.count):
            torch.baddbmm(self.a, self.w1, self.w2, beta=-1, out=self.residual)
            torch.bmm(self.residual, self.w2.transpose(1, 2), out=self.gradient)
            self.w2.baddbmm_(self.w1.transpose(1, 2), self.residual, alpha=self.factor)
            self.w1.add_(self.gradient, alpha=self.factor)


class Modes:
    def __init__(self, request):
        self.hosts = [load(request[name], (request["count"],)) for name in ("factors", "sigmas")]
        self.d, self.sigma = (torch.empty(request["count"], device=DEVICE) for _ in self.hosts)
        self.inputs = [self.d, self.sigma]
        self.t, self.c1 = torch.empty_like(self.d), torch.empty_like(self.d)
        self.count, self.c2 = request["steps"], 2 * request["rate"]
        self.result = self.d

    def steps(self):
        torch.mul(self.sigma, self.c2, out=self.c1).add_(1)
        for _ in range(self.count):
            torch.mul(self.d, self.d, out=self.t)
            torch.add(self.c1, self.t, alpha=-self.c2, out=self.t)
            self.d.mul_(self.t)


class Sensitivity:
    def __init__(self, request):
        d, self.replicates, self.gamma = request["dim"], request["replicates"], request["gamma"]
        self.hosts = [load(request[name], (d, d)) for name in ("first", "second", "target")]
        self.w1, self.w2, self.a = (torch.empty(d, d, device=DEVICE) for _ in self.hosts)
        self.inputs = [self.w1, self.w2, self.a]
        noisy = (self.replicates, d, d)
        self.e1, self.e2, self.product = (torch.empty(noisy, device=DEVICE) for _ in range(3))
        self.excess = torch.empty(self.replicates, device=DEVICE)
        self.result = torch.empty(2, device=DEVICE)

    def steps(self):
        before = (self.w1 @ self.w2 - self.a).square().sum()
        self.e1.normal_().mul_(self.gamma).add_(self.w1)
        self.e2.normal_().mul_(self.gamma).add_(self.w2)
        torch.bmm(self.e1, self.e2, out=self.product).sub_(self.a).square_()
        torch.sum(self.product, dim=(1, 2), out=self.excess)
        self.excess.sub_(before)
        self.result[0].copy_(self.excess.mean())
        self.result[1].copy_(self.excess.std().div_(self.replicates**0.5))


WORKS = {"descent": Descent, "modes": Modes, "sensitivity": Sensitivity}


def upload(work):
    for device, host in zip(work.inputs, work.hosts):
        device.copy_(host, non_blocking=True)


def recorded(work):
    """All steps as one graph; PyTorch asks for a few runs on another stream first."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(2):
            work.steps()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        work.steps()
    return graph.replay


# Work of one request and its graph: the rounds of a measurement ask the same again.
prepared = {}


def measured(request):
    key = json.dumps(request, sort_keys=True)
    if key not in prepared:
        prepared.clear()
        work = WORKS[request["work"]](request)
        upload(work)
        prepared[key] = work, recorded(work) if KIND == "torch-graph" else work.steps
    work, steps = prepared[key]
    synchronize()
    start = time.perf_counter()
    upload(work)
    if DEVICE == "cuda":
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        steps()
        end.record()
        result = work.result.cpu()
        seconds = time.perf_counter() - start
        alone = begin.elapsed_time(end) / 1000
    else:
        begin = time.perf_counter()
        steps()
        alone = time.perf_counter() - begin
        result = work.result
        seconds = time.perf_counter() - start
    store(result, request["out"])
    return {"seconds": seconds, "steps_seconds": alone}


device = torch.cuda.get_device_name() if DEVICE == "cuda" else "processor"
version = f"torch {torch.__version__}, CUDA {torch.version.cuda}"
say({"version": version, "python": sys.version.split()[0], "device": device, "works": list(WORKS)})
for line in sys.stdin:
    say(measured(json.loads(line)))
