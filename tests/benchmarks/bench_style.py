"""Milliseconds an image of StyleTransferSampler, by method and size; one thread, run it alone.

python tests/benchmarks/bench_style.py
"""

import time

import numpy as np
import torch

from skaug.deep._style_transfer_sampler import StyleTransferSampler

SHAPES = [(8, 8, 1), (28, 28, 1), (32, 32, 3), (64, 64, 3), (128, 128, 3), (224, 224, 3)]
N_IMAGES = {"gatys": (64, 64, 64, 32, 8, 4), "adain": (512,) * 4 + (64, 32)}
N_IMAGES["fourier"] = N_IMAGES["adain"]


def main():
    torch.set_num_threads(1)
    print(f"{'ms an image':12}", *(f"{'x'.join(map(str, shape)):>11}" for shape in SHAPES))
    for method, numbers in N_IMAGES.items():
        times = []
        for shape, n in zip(SHAPES, numbers, strict=True):
            X = np.random.default_rng(0).integers(256, size=(n, *shape), dtype=np.uint8)
            sampler = StyleTransferSampler(method=method, random_state=0)
            sampler.set_params(n_iter=2).augment(X[:2])  # what the first call loads
            seconds = []
            for _ in range(1 if method == "gatys" else 3):
                begin = time.perf_counter()
                sampler.set_params(n_iter=100).augment(X)
                seconds.append(time.perf_counter() - begin)
            times.append(1e3 * min(seconds) / n)
        print(f"{method:12}", *(f"{ms:11.2f}" for ms in times), flush=True)


if __name__ == "__main__":
    main()
