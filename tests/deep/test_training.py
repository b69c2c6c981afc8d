"""The session, the plan and the trainer, which all networks share."""

import contextlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skaug.deep._plan import TrainingPlan
from skaug.deep._session import _on_cpu, torch_session

torch = pytest.importorskip("torch")

from skaug.deep._networks import ImageDecoder, ImageEncoder  # noqa: E402 - needs PyTorch
from skaug.deep._trainer import descent, load, train, weights_of  # noqa: E402


def plan(**params):
    defaults = {
        "owner": "Net",
        "max_iter": 100,
        "batch_size": 10,
        "learning_rate": 0.1,
        "weight_decay": 0.0,
        "early_stopping": True,
        "validation_fraction": 0.25,
        "n_iter_no_change": 3,
        "verbose": 0,
    }
    return TrainingPlan(**{**defaults, **params})


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.integers(0, 5))
def test_each_group_gives_its_share_rounded_down(groups, seed):
    groups = np.array(groups)
    rows, out = plan().split(groups, np.random.default_rng(seed))
    assert np.array_equal(np.sort(np.concatenate([rows, out])), np.arange(len(groups)))
    for group in np.unique(groups):
        assert (groups[out] == group).sum() == (groups == group).sum() // 4


@pytest.mark.parametrize(("n", "held_out"), [(999, 0), (1000, 250)])
def test_auto_holds_rows_out_where_there_are_enough(n, held_out):
    split = plan(early_stopping="auto").split(np.zeros(n, dtype=int), np.random.default_rng(0))
    assert len(split[1]) == held_out


def test_a_session_gives_back_what_it_found():
    torch.set_default_dtype(torch.float64)
    try:
        n_threads, state = torch.get_num_threads(), torch.random.get_rng_state()
        with torch.inference_mode(), torch_session("Net", device="cpu", seed=1):
            weight = torch.ones(1, requires_grad=True)
            (weight * torch.randn(1)).backward()
            assert weight.dtype == torch.float32
            assert torch.get_num_threads() == 1
        with pytest.raises(KeyError, match="oops"), torch_session("Net", device="cpu", seed=1):
            raise KeyError("oops")
        assert torch.get_default_dtype() == torch.float64
        assert torch.get_num_threads() == n_threads
        assert torch.equal(state, torch.random.get_rng_state())
    finally:
        torch.set_default_dtype(torch.float32)


def test_sessions_of_threads_do_not_share_their_stream():
    def draws(seed):
        with torch_session("Net", device="cpu", seed=seed):
            return [float(torch.randn(())) for _ in range(300)]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(draws, range(8)))
    assert together == [draws(seed) for seed in range(8)]


def test_a_session_is_on_the_cpu_whatever_the_default_device():
    with torch.device("meta"):
        with torch_session("Net", device="cpu", seed=1) as device:
            network = torch.nn.Linear(2, 1).to(device)
            assert {weight.device.type for weight in network.parameters()} == {"cpu"}
            assert torch.ones(3).sum().item() == 3
        assert torch.ones(3).device.type == "meta"
    torch.set_default_device("meta")
    try:
        with torch_session("Net", device="cpu", seed=1):
            assert torch.ones(3).sum().item() == 3
        assert torch.ones(3).device.type == "meta"
    finally:
        torch.set_default_device(None)


def test_a_default_device_that_is_the_cpu_costs_nothing():
    assert isinstance(_on_cpu(torch), contextlib.nullcontext)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_named():
    with (
        pytest.raises(ValueError, match="Net cannot use device='cuda': PyTorch finds no CUDA"),
        torch_session("Net", device="cuda", seed=0),
    ):
        pass


def test_the_best_weights_come_back_and_it_stops():
    network = torch.nn.Linear(1, 1, bias=False)
    judged = iter([3.0, 1.0, 2.0, 2.0, 2.0, 0.0])
    seen = []

    def step(batch):
        with torch.no_grad():
            network.weight += 1
        return network.weight.sum()

    def judge():
        seen.append(float(network.weight))
        return next(judged)

    history = train(network, step, judge, np.arange(20), plan())
    assert history.held_out_losses == [3.0, 1.0, 2.0, 2.0, 2.0]
    assert history.n_iter == 10  # five looks, two steps apart
    assert history.weights["weight"].item() == seen[1]


def test_every_row_is_in_one_batch_of_each_epoch():
    network = torch.nn.Linear(1, 1)
    seen = []

    def step(batch):
        seen.append(batch.tolist())
        return torch.zeros(())

    train(network, step, None, np.arange(5, 29), plan(max_iter=4, batch_size=11))
    assert sorted(seen[0] + seen[1]) == sorted(seen[2] + seen[3]) == list(range(5, 29))
    assert seen[0] != seen[2]


def test_progress_is_printed_where_asked(capsys):
    network = torch.nn.Linear(2, 1)
    X = torch.ones(20, 2)
    settings = plan(max_iter=2, verbose=1)
    step = descent(network, lambda rows: network(X[rows]).square().mean(), settings)
    train(network, step, None, np.arange(20), settings)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Net: step 1 of 2, loss ")
    assert len(lines) == 2


def test_weights_are_arrays_that_make_the_same_network():
    first, second = torch.nn.Linear(3, 2), torch.nn.Linear(3, 2)
    weights = weights_of(first)
    load(second, weights, torch.device("cpu"))
    assert torch.equal(first(torch.ones(1, 3)), second(torch.ones(1, 3)))
    assert not np.shares_memory(weights["weight"], first.weight.detach().numpy())


@given(st.integers(4, 40), st.integers(4, 40), st.integers(1, 4))
def test_convolutions_keep_the_size(height, width, n_channels):
    shape = (height, width, n_channels)
    rows = torch.zeros(2, height * width * n_channels)
    assert ImageEncoder(shape, 0, 5, width=2)(rows).shape == (2, 5)
    assert ImageDecoder(5, shape, width=2)(torch.zeros(2, 5)).shape == rows.shape
