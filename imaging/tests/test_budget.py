"""What a process holds for photos stays below a number of bytes, and nobody overtakes."""

import threading
import time

from imaging.budget import Budget


def test_no_more_is_held_than_there_is() -> None:
    budget, held, most, lock = Budget(10), [0], [0], threading.Lock()

    def work(wanted: int) -> None:
        with budget.hold(wanted):
            with lock:
                held[0] += min(wanted, 10)
                most[0] = max(most[0], held[0])
            time.sleep(0.002)
            with lock:
                held[0] -= min(wanted, 10)

    threads = [threading.Thread(target=work, args=(n % 7 + 1,)) for n in range(40)]
    threads.append(threading.Thread(target=work, args=(1000,)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert 5 < most[0] <= 10
    assert held[0] == 0


def test_a_large_one_is_not_overtaken_by_small_ones() -> None:
    budget, order = Budget(10), list[str]()
    first = budget.hold(6)
    first.__enter__()

    def work(name: str, wanted: int) -> None:
        with budget.hold(wanted):
            order.append(name)

    threads = []
    for name, wanted in (("large", 8), ("small", 1)):
        threads.append(threading.Thread(target=work, args=(name, wanted)))
        threads[-1].start()
        time.sleep(0.05)
    assert order == []
    first.__exit__(None, None, None)
    for thread in threads:
        thread.join(10)
    assert order == ["large", "small"]


def test_what_was_held_is_free_again_after_an_error() -> None:
    budget = Budget(10)
    for _ in range(3):
        try:
            with budget.hold(10):
                raise ValueError
        except ValueError:
            continue
