"""Time for an image of skaug's image samplers, side by side with the peers.

Run by hand, on an otherwise idle machine (figures go to docs/benchmarks.rst):

    python tests/benchmarks/bench_image.py                # what is installed of the peers
    python tests/benchmarks/bench_image.py --all          # every operation of skaug, too

One thread; every image gets parameters of its own; all run in one process, by turns, and the
table gives medians in microseconds for an image. Peers that are not installed are left out.
Albumentations takes one image a call; torch's grid_sample takes a batch.
"""

import argparse
import os
import sys
import time
from importlib.util import find_spec
from statistics import median

import numpy as np

import skaug.image as si

# must be said before they are loaded; albumentations would look for a newer version of itself
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NO_ALBUMENTATIONS_UPDATE": "1",
}
SHAPES = {(8, 8, 1): 2000, (28, 28, 1): 500, (32, 32, 3): 300, (224, 224, 3): 16}
DEGREES, SHIFT = 10, 0.1


def ours(shape, **settings):
    sampler = si.RandomAffine(
        degrees=DEGREES, translate=SHIFT, scale=0, value_range=(0, 1), random_state=0, **settings
    )
    return sampler.augment


def albumentations_affine():
    import albumentations as A
    import cv2

    cv2.setNumThreads(1)
    percent = {"x": (-SHIFT, SHIFT), "y": (-SHIFT, SHIFT)}
    affine = A.Affine(rotate=(-DEGREES, DEGREES), translate_percent=percent, p=1.0)
    return lambda images: [affine(image=image)["image"] for image in images]


def torch_affine():
    import torch
    from torch.nn.functional import affine_grid, grid_sample

    torch.set_num_threads(1)

    def run(images):
        m = len(images)
        angle = torch.deg2rad((2 * torch.rand(m) - 1) * DEGREES)
        shift = (2 * torch.rand(m, 2) - 1) * SHIFT * 2
        matrices = torch.empty(m, 2, 3)
        matrices[:, 0, 0] = matrices[:, 1, 1] = torch.cos(angle)
        matrices[:, 0, 1], matrices[:, 1, 0] = torch.sin(angle), -torch.sin(angle)
        matrices[:, :, 2] = shift
        batch = torch.from_numpy(images).permute(0, 3, 1, 2)
        grid = affine_grid(matrices, list(batch.shape), align_corners=False)
        return grid_sample(batch, grid, align_corners=False)

    return run


def affines(shape):
    yield "skaug", ours(shape)
    if find_spec("cv2"):
        yield "skaug, cv2", ours(shape, backend="cv2")
    if find_spec("albumentations"):
        yield "albumentations", albumentations_affine()
    if find_spec("torch"):
        yield "torch", torch_affine()


def policies(shape):
    yield "RandomAffine", ours(shape)
    settings = {"value_range": (0, 1), "random_state": 0}
    yield "RandAugment", si.RandAugment(**settings).augment
    yield "TrivialAugment", si.TrivialAugment(**settings).augment
    yield "AugMix", si.AugMix(**settings).augment


def operations(shape):
    for name in si.__all__:
        if name in ("BaseImageSampler", "Compose", "FunctionAugmenter", "OneOf"):
            continue
        sampler = getattr(si, name)(value_range=(0, 1), random_state=0)
        if isinstance(sampler, si.ColorJitter):
            sampler.set_params(brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1)
        yield name, sampler.set_params(p=1).augment


def timed(runs, shape, repeats):
    """Return the median time of each, in microseconds for an image."""
    images = np.random.default_rng(0).random((SHAPES[shape], *shape), dtype=np.float32)
    runs = dict(runs)
    spent = {name: [] for name in runs}
    for _ in range(repeats + 1):
        for name, run in runs.items():
            start = time.perf_counter()
            run(images)
            spent[name].append((time.perf_counter() - start) / len(images) * 1e6)
    return {name: median(times[1:]) for name, times in spent.items()}


def printed(title, tables):
    columns = {name: None for table in tables.values() for name in table}
    print(f"\n{title}\n\n.. list-table::\n   :header-rows: 1\n\n   * - Image")
    for name in columns:
        print(f"     - {name}")
    for shape, table in tables.items():
        print("   * - " + " x ".join(map(str, shape)))
        for name in columns:
            print(f"     - {table[name]:.3g}" if name in table else "     -")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--all", action="store_true", help="all operations of skaug, too")
    arguments = parser.parse_args()
    if any(name not in os.environ for name in ENVIRONMENT):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **ENVIRONMENT})
    kinds = {"Affine": affines, "Policies": policies}
    if arguments.all:
        kinds["Operations"] = operations
    for title, kind in kinds.items():
        tables = {shape: timed(kind(shape), shape, arguments.repeats) for shape in SHAPES}
        printed(f"{title}, microseconds for an image", tables)


if __name__ == "__main__":
    main()
