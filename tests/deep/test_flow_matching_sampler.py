"""FlowMatchingSampler: where noise flows to, what stays as it was, and how good the rows are."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import logistic, norm
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skaug.deep import FlowMatchingSampler
from skaug.deep._encoding import Block
from skaug.deep._flow_matching_sampler import gathered, spread

torch = pytest.importorskip("torch")

TINY = {"max_iter": 3, "hidden": (8, 8), "n_steps": 2, "random_state": 0}


def table(n=60):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "amount": rng.lognormal(size=n),
            "visits": rng.poisson(2, n),
            "colour": pd.Categorical(rng.choice(["red", "green"], n)),
            "gaps": np.where(rng.random(n) < 0.3, np.nan, rng.normal(size=n)),
            "constant": 1.5,
            "nothing": np.nan,
        }
    )
    return X, np.repeat(["common", "rare"], [n - 10, 10])


def test_a_mixed_table_comes_back_as_one():
    X, y = table()
    sampler = FlowMatchingSampler(**TINY)
    X_res, y_res = sampler.fit_resample(X, y)
    assert pd.Series(y_res).value_counts().to_dict() == {"common": 50, "rare": 50}
    pd.testing.assert_frame_equal(X_res.iloc[:60], X)
    made = X_res.iloc[60:]
    assert (X_res.dtypes == X.dtypes).all()
    assert set(made["amount"]) <= set(X["amount"])
    assert (made["constant"] == 1.5).all()
    assert made["nothing"].isna().all()
    assert_array_equal(sampler.sample_indices_, [*range(60), *[-1] * 40])


def test_a_seed_says_all_and_nothing_global_moves():
    X, y = table()
    before = torch.random.get_rng_state()
    first = FlowMatchingSampler(**TINY).fit_resample(X, y)[0]
    assert torch.equal(before, torch.random.get_rng_state())
    torch.manual_seed(5)
    pd.testing.assert_frame_equal(first, FlowMatchingSampler(**TINY).fit_resample(X, y)[0])
    other = FlowMatchingSampler(**{**TINY, "random_state": 1}).fit_resample(X, y)[0]
    assert not first.equals(other)


def test_a_fitted_model_travels_and_its_draws_differ():
    X, y = table()
    sampler = FlowMatchingSampler(**TINY).fit(X, y)
    travelled = pickle.loads(pickle.dumps(sampler))
    first, second = sampler.sample(20)[0], sampler.sample(20)[0]
    assert not first.equals(second)
    pd.testing.assert_frame_equal(first, travelled.sample(20)[0])
    assert all(isinstance(value, np.ndarray) for value in sampler._weights.values())
    sampler.set_params(hidden=(5,)).sample(2)  # its network is that of the fit


@pytest.mark.parametrize("shape", [(8, 8), (4, 4, 4)])
def test_images_come_back_in_their_shape_and_range(shape):
    X, y = load_digits(return_X_y=True)
    images = X[:40].reshape(-1, *shape)
    X_new, y_new = FlowMatchingSampler(**TINY).fit(images, y[:40]).sample(y={0: 2, 3: 5})
    assert X_new.shape == (7, *shape)
    assert y_new.tolist() == [0] * 2 + [3] * 5
    assert X_new.min() >= 0
    assert X_new.max() <= 16


def test_numbers_to_predict_are_given_and_come_back():
    X = np.random.default_rng(0).normal(size=(80, 3))
    sampler = FlowMatchingSampler(sampling_strategy=0.5, **TINY)
    assert len(sampler.fit_resample(X, X[:, 0])[0]) == 120
    assert sampler.fit(X, X[:, 0]).sample(y=np.array([0.25, 0.75]))[1].tolist() == [0.25, 0.75]


def test_a_flow_that_is_known_is_followed():
    """To rows N(m, s^2), the straight velocity is linear, and ends at m + s * noise."""
    from skaug.deep._flow import flown

    mean, scale = 3.0, 0.5

    def velocity(Z, time, condition):
        spread = (1 - time) ** 2 + (time * scale) ** 2
        return mean + (time * scale**2 - (1 - time)) / spread * (Z - time * mean)

    noise = torch.linspace(-2, 2, 9, dtype=torch.float64)[:, None]
    wanted = mean + scale * noise
    errors = [float((flown(velocity, noise, noise, n) - wanted).abs().max()) for n in (10, 20, 40)]
    assert errors[2] < 0.001
    assert errors[0] > 3 * errors[1] > 9 * errors[2]  # of second order


def test_the_loss_is_the_squared_error_of_the_velocity():
    from skaug.deep._flow import flow_loss

    seen = []

    def network(Z, time, condition):
        seen.append((Z, time))
        return torch.zeros_like(Z)

    Z = torch.arange(12.0).reshape(4, 3)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        loss = flow_loss(network, Z, Z)
    between, time = seen[0]
    noise = (between - time * Z) / (1 - time)
    assert_allclose(float(loss), ((Z - noise) ** 2).sum(dim=1).mean(), rtol=1e-4)
    rank = norm.cdf(logistic.ppf(time.numpy().ravel()))
    assert_array_equal(np.sort(np.floor(rank * 4)), range(4))  # one time from each quarter


def test_marks_and_levels_are_spread_and_gathered():
    Z = np.array([[0.3, 0.0, 1.0, 0.0], [-2.0, 1.0, 0.0, 1.0]], dtype=np.float32)
    blocks = [
        Block("normal", slice(0, 1)),
        Block("unit", slice(1, 2)),
        Block("levels", slice(2, 4)),
    ]
    wide = spread(Z, blocks)
    assert_array_equal(wide, [[np.float32(0.3), -1, 1, -1], [-2, 1, -1, 1]])
    assert_array_equal(gathered(wide, blocks), Z)


@pytest.mark.slow
def test_digits_drawn_are_varied_and_of_their_class():
    from sklearn.svm import SVC

    from skaug.metrics import precision_recall_density_coverage

    X, y = load_digits(return_X_y=True)
    X, X_out, y, y_out = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)
    sampler = FlowMatchingSampler(image_shape=(8, 8), max_iter=700, random_state=0)
    X_new, y_new = sampler.fit(X, y).sample(y=y_out)
    found = precision_recall_density_coverage(X_out, X_new)
    assert found.recall > 0.5
    assert found.precision > 0.8
    assert SVC().fit(X_new, y_new).score(X_out, y_out) > 0.9


def test_wrong_widths_are_told():
    X, y = table()
    with pytest.raises(ValueError, match="hidden of FlowMatchingSampler must hold the widths"):
        FlowMatchingSampler(hidden=(0,)).fit(X, y)
