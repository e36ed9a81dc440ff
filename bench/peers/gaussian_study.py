"""The default study of `overtrain run gaussian` as a numpy script: train one network by the given steps, and at every recorded
time add Gaussian noise of four scales to it, 200 times each. Writes the means as JSON on stdout.

    python3 gaussian_study.py plan.json
"""
import json
import sys

import numpy as np


def study(plan):
    """Rows (gamma, time, loss, sensitivity, its standard error)."""
    d, tau, gammas, replicates = plan["dim"], plan["tau"], plan["gammas"], plan["replicates"]
    generator = np.random.Generator(np.random.SFC64(1))
    left, hidden, right = (np.linalg.qr(generator.standard_normal((d, d)))[0] for _ in range(3))
    target = ((left * np.array(plan["spectrum"])) @ right.T).astype(np.float32)
    w1 = (np.exp(-tau) * left @ hidden.T).astype(np.float32)
    w2 = (np.exp(-tau) * hidden @ right.T).astype(np.float32)
    e1 = generator.standard_normal((replicates, d, d), dtype=np.float32)
    e2 = generator.standard_normal((replicates, d, d), dtype=np.float32)
    second_order = e1 @ e2
    rows = []
    for recording in plan["recordings"]:
        for rate, steps in recording["segments"]:
            two_eta = np.float32(2 * rate)
            for _ in range(steps):
                residual = two_eta * (w1 @ w2 - target)
                w1, w2 = w1 - residual @ w2.T, w2 - w1.T @ residual
        residual = w1 @ w2 - target
        loss = float(np.sum(residual**2, dtype=np.float64))
        first_order = e1 @ w2 + w1 @ e2
        for gamma in gammas:
            change = gamma * first_order + gamma**2 * second_order
            excess = np.sum(change * (2 * residual + change), axis=(1, 2))
            rows.append([gamma, recording["time"], loss, float(excess.mean()), float(excess.std(ddof=1) / replicates**0.5)])
    return rows


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        json.dump(study(json.load(file)), sys.stdout)
