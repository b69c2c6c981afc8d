"""What threads of a search work with is made once, and lent."""

from threading import Barrier

import pytest

from skaug.neighbors import _workers
from skaug.neighbors._workers import Loans, workers


@pytest.mark.parametrize("threads", [1, 3])
def test_as_many_things_as_threads_are_enough(monkeypatch, threads):
    monkeypatch.setattr(_workers, "_MANY", 0)
    made = []

    def make():
        made.append(set())
        return made[-1]

    with workers(1, threads) as each:
        loans = Loans(make, each.n_threads)
        assert len(made) == each.n_threads == threads
        all_at_work = Barrier(threads)

        def work(item):
            with loans() as thing:
                all_at_work.wait()
                thing.add(item)
                all_at_work.wait()
                assert thing == {item}  # nobody else has it now
                thing.clear()
            return item

        assert each(work, range(10 * threads)) == list(range(10 * threads))
    assert len(made) == threads


def test_a_thing_comes_back_from_who_fails():
    loans = Loans(list, 1)
    with pytest.raises(ValueError, match="fails"), loans():
        raise ValueError("who fails")
    with loans() as thing:
        assert thing == []
