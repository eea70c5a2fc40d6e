"""A net whose state is the board keeps it by a linear code and follows its exchange; one with its parities does not."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import jax
import jax.numpy as jnp
import msgspec
import numpy as np
import pytest

from benchmarks.names import find
from benchmarks.tasks import TASKS
from benchmarks.tasks.boards import INFECTION_RULES, asked, games
from compare.beside.board_codes import code_bits
from compare.beside.board_pairs import APART, SHOWN, continued, reachable
from compare.beside.live_discs import LIVE, measure_live
from compare.beside.squares import Squares, measure_squares
from compare.read import Reading, read
from compare.record import Record
from compare.sample import Sample, Samples
from compare.sites.states import answered_from
from nets.edits import tapping
from nets.net import wrap
from tests.benchmarks import plain_boards

TASK, N = find("task", "infection", TASKS), 4
infection = asked(INFECTION_RULES)
BESIDE = np.array([[abs(a // N - b // N) + abs(a % N - b % N) == 1 for a in range(N * N)] for b in range(N * N)])
MIDDLE = 5  # a square on which a disc lies from the first
START = np.zeros((2, N * N))  # taken, and of them the mover's
START[0, [5, 6, 9, 10]] = START[1, [6, 9]] = 1
Change = Callable[[jax.Array], jax.Array]


def parities(bits: jax.Array) -> jax.Array:
    """Of the first one, two, three and so on."""
    return jnp.cumsum(bits, axis=1) % 2


def bits(parities: jax.Array) -> jax.Array:
    """Which of them make these parities."""
    given = parities > 0.5
    return (given ^ jnp.pad(given[:, :-1], ((0, 0), (1, 0)))).astype(float)


def same(state: jax.Array) -> jax.Array:
    return (state > 0.5).astype(float)


def player(held: Change, seen: Change, *, late: bool = False):
    """Plays by the rules on a state that holds the board somehow; a `late` one is not read before the next move."""

    def apply(params, x, edits):
        tap, values = tapping(edits)
        beside = jnp.asarray(BESIDE, float)

        def stepped(tap, state, move):
            taken, mine = jnp.split(seen(state), 2, axis=1)
            at = jax.nn.one_hot(move, N * N)
            taken, mine = jnp.maximum(taken, at), jnp.maximum(mine, jnp.maximum(at, (at @ beside) * taken))
            after = held(jnp.concatenate([taken, taken - mine], axis=1))
            edited = tap("state", after)
            return edited, after if late else edited

        start = jnp.broadcast_to(held(jnp.asarray(START.reshape(1, -1))), (len(x), 2 * N * N))
        states = tap.over_time(stepped, start, x)[1]
        taken, mine = jnp.split(seen(states.reshape(-1, 2 * N * N)), 2, axis=1)
        squares = ((taken < 0.5) & ((taken - mine) @ beside > 0.5)).reshape(*x.shape, -1)
        legal = jnp.concatenate([squares, ~squares.any(axis=-1, keepdims=True)], axis=-1)
        return legal - 0.5, values

    return wrap(apply, ("state",))


def reading_of(net) -> Reading:
    parts = [games(INFECTION_RULES).function(N, 400, np.random.default_rng(seed)) for seed in (1, 2)]
    fit, report = (Sample(arguments=(moves,), targets=infection(N, moves)) for moves in parts)
    return read(net, {}, None, TASK.view(N), samples=Samples(fit=fit, report=report))


def features(reading: Reading) -> dict[str, np.ndarray]:
    found = TASK.boarded(N, reading.arguments)
    assert found is not None
    return found


@cache
def measured(held: Change, seen: Change) -> tuple[Reading, Squares]:
    reading = reading_of(player(held, seen))
    found = measure_squares(reading, features(reading), lambda moves: infection(N, moves), reading)
    assert found is not None
    return reading, found


def test_a_state_that_is_the_board_is_kept_and_moved_to_other_boards() -> None:
    reading, found = measured(same, same)
    assert reading.match(reading.answers) == 1
    assert found.codes[-1].groups == ("occupied", "mine or yours")
    assert found.codes[-1].explained > 0.999
    assert found.kept[0] < 0.7
    assert found.kept[-1] == found.kept_right == found.kept_once == 1
    assert found.kept_wrong_frame < 0.7
    assert found.wrong is not None
    taken, both, wrong_frame = found.wrong.codes
    assert both == [0, 0, 0]
    assert min(*found.wrong.nothing, *taken) > 1
    assert min(wrong_frame) > 0.9
    assert min(found.wrong.pairs) > 50


def test_a_state_of_parities_is_not() -> None:
    reading, found = measured(parities, bits)
    assert reading.match(reading.answers) == 1
    assert found.codes[-1].explained < 0.6
    assert found.kept[-1] < 0.5
    assert found.wrong is not None
    assert found.wrong.codes[-2][0] > 0.8 * found.wrong.nothing[0]


def test_a_site_that_is_not_answered_from_is_none() -> None:
    reading = reading_of(player(same, same, late=True))
    assert answered_from(reading) is None
    assert measure_squares(reading, features(reading), lambda moves: infection(N, moves)) is None
    assert answered_from(measured(same, same)[0]) == "state"


def test_what_is_measured_is_in_the_record() -> None:
    found = measured(same, same)[1].fields()
    assert {name for name in Record.__struct_fields__ if name.startswith("squares_")} == set(found)
    bare = {"suite": "s", "task": "t", "size": 4, "net": "n", "recipe": "r", "seed": 0, "cell": "c"}
    record = msgspec.convert(bare | found, Record)
    assert record.squares_groups == ["occupied", "mine or yours"]


def test_live_discs_are_read_off_a_state_that_holds_them() -> None:
    reading, other = measured(same, same)[0], measured(parities, bits)[0]
    found = measure_live(reading, "state", features(reading), other)
    assert found is not None
    assert found.told == 1
    assert found.untrained is not None
    assert found.untrained < 0.8
    assert measure_live(other, "state", features(other), None) == (found.untrained, None, found.majority)


def test_what_is_usual_is_counted_for_each_square_and_time() -> None:
    reading = measured(same, same)[0]
    discs = features(reading)[LIVE][..., N * N :]
    right, whole = 0, 0
    for time in range(reading.x.shape[1]):
        for square in range(N * N):
            known, asked = (discs[rows, time, square] for rows in (reading.fitted, reading.reported))
            usual = 1 if (known == 1).sum() > (known == -1).sum() else -1
            right, whole = right + (asked == usual).sum(), whole + (asked != 0).sum()
    found = measure_live(reading, "state", features(reading), None)
    assert found is not None
    assert found.majority == right / whole


def test_without_live_discs_none_are_read() -> None:
    reading = measured(same, same)[0]
    given = features(reading)
    assert measure_live(reading, "state", {**given, LIVE: 0 * given[LIVE]}, None) is None
    del given[LIVE]
    assert measure_live(reading, "state", given, None) is None


def test_some_pairs_are_kept_with_the_sets_before_and_after() -> None:
    reading, found = measured(same, same)
    arrays = found.arrays()
    assert {name: each.shape for name, each in arrays.items()} == {
        "boards.colours": (SHOWN, 2, N * N), "boards.answered": (SHOWN, 2, 17), "boards.legal": (SHOWN, 2, 17),
    }  # fmt: skip
    assert np.array_equal(arrays["boards.answered"], arrays["boards.legal"])
    assert (arrays["boards.legal"][:, 0] != arrays["boards.legal"][:, 1]).any(axis=1).all()
    pairs, boards = reachable(reading, features(reading)), features(reading)["colours"]
    for place, rows in enumerate((pairs.rows, pairs.others)):
        assert np.array_equal(arrays["boards.colours"][:, place], boards[rows[:SHOWN], pairs.time[:SHOWN]])
    assert found._replace(wrong=None).arrays() == {}


def test_pairs_are_two_boards_of_one_time_and_go_on_by_the_rules() -> None:
    reading = measured(same, same)[0]
    pairs, boards, moves = reachable(reading, features(reading)), features(reading), reading.arguments[0]
    mine, theirs = ({name: boards[name][rows, pairs.time] for name in boards} for rows in (pairs.rows, pairs.others))
    assert np.isin(pairs.rows, reading.reported).all()
    assert np.array_equal(mine["occupied"], theirs["occupied"])
    apart = (mine["colours"] != theirs["colours"]).sum(axis=1)
    assert set(apart) == {*range(1, APART + 1)}
    right, goes_on = continued(reading, pairs, lambda moves: infection(N, moves), 2)
    assert 0.05 < goes_on.mean() < 0.95
    for pair in np.flatnonzero(goes_on)[:20]:
        time = pairs.time[pair]
        spliced = [*moves[pairs.others[pair], : time + 1], *moves[pairs.rows[pair], time + 1 : time + 3]]
        assert plain_boards.infection(N, np.array(spliced))[-1] == right[pair].tolist()


def test_of_a_net_that_errs_the_sets_that_are_right_are_counted_apart() -> None:
    reading = measured(same, same)[0]
    late, targets = reading.targets.copy(), reading.targets.copy()
    late[:, 5:, MIDDLE], targets[..., MIDDLE] = True, True
    assert replace(reading, targets=late).right(reading.reported).mean() == pytest.approx(5 / 11)
    found = measure_squares(replace(reading, targets=targets), features(reading), lambda moves: infection(N, moves))
    assert found is not None
    assert (found.kept[-1], found.kept_right) == (1, None)


@pytest.mark.parametrize(("noise", "saves"), [(0.5, True), (0.0, False)])
def test_a_feature_is_worth_its_bits_where_the_state_holds_it(noise: float, saves: bool) -> None:
    rng = np.random.default_rng(0)
    feature, one = rng.integers(0, 2, (1000, 1)), np.ones((1000, 1))
    state = rng.normal(size=(1000, 4)) + noise * feature
    with_it = code_bits(state, np.concatenate([one, feature], axis=1))
    assert (with_it < code_bits(state, one)) == saves
