"""Nets judged by a call of `assess` stand in the same report as a suite's."""

import jax.numpy as jnp
import msgspec
import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.adding import add
from benchmarks.cli import main
from benchmarks.store import Identity, identity_of, in_order, open_run, read_records, write_record, write_text
from benchmarks.suite import read_suite
from compare import assess, by_position
from compare.record import Record
from nets import wrap
from synth import Fn, Spec, Z, solve

P = 7
A, B = np.divmod(np.arange(P * P), P)
SPEC = Spec(type=Fn((Z("p"), Z("p")), Z("p")), inputs=(A, B), outputs=(A + B) % P, domain=(A, B), terminals={"p": P})


def apply(params, x, edits):
    pre = edits.get("hidden.0.pre", params["A"][x[:, 0]] + params["A"][x[:, 1]])
    hidden = edits.get("hidden.0", pre**2)
    return hidden @ params["U"], {"hidden.0.pre": pre, "hidden.0": hidden}


@pytest.fixture(scope="module")
def found():
    turn = 2 * np.pi / P * np.outer(np.arange(P), [1, 2, 3])[:, :, None]
    phase = 2 * np.pi / 3 * np.arange(3)  # three units a wave
    params = {
        "A": jnp.asarray(np.cos(turn + phase).reshape(P, -1), jnp.float32),
        "U": jnp.asarray(np.cos(turn + 2 * phase).reshape(P, -1).T, jnp.float32),
    }
    return assess(wrap(apply, ("hidden.0.pre", "hidden.0")), params, SPEC, by_position(P, P))


def test_a_net_enters_a_directory_of_its_own_and_its_report(found, tmp_path):
    folder = tmp_path / "mine"
    solution = solve(SPEC)
    record = add(
        found, folder, task="sum", net="two waves", size=P, asked="a + b modulo 7.", spec=SPEC, solution=solution
    )
    add(found, folder, task="sum", net="two waves", size=P, seed=1)
    add(found, folder, task="sum", net="two waves", size=P, seed=1)
    assert record.program is not None
    assert record.verdict == found.verdict.outcome
    assert (record.net_program, record.same_function) == ("(mod (add a b) p)", "equal")
    assert [each.cell for each in in_order(folder, read_records(folder).records)] == [
        "sum-7-two_waves-own-s0", "sum-7-two_waves-own-s1",
    ]  # fmt: skip
    done = CliRunner().invoke(main, ["report", str(folder)])
    assert done.exit_code == 0, done.output
    page = (folder / "report.html").read_text()
    assert "a + b modulo 7." in page
    assert f'<pre class="program">{record.program}</pre>' in page
    assert page.count('<article class="card"') == 1
    assert page.count('<details class="net"') == 2


def test_a_net_enters_the_report_of_a_suite_and_stays_when_the_suite_grows(found, tmp_path):
    suite = read_suite("quick")
    open_run(tmp_path, suite, "synthnet run quick")
    first = suite.cells[0]
    write_record(
        tmp_path, Record(suite="quick", task="mod_add", size=59, net="mlp", recipe="r", seed=0, cell=first.name)
    )
    record = add(found, tmp_path, task="mod_add", net="mine", size=P)
    assert record.suite == "quick"
    assert [each.cell for each in in_order(tmp_path, read_records(tmp_path).records)] == [first.name, record.cell]
    shorter = Identity(suite="quick", command="", cells=(first.name,), added=identity_of(tmp_path).added)
    write_text(tmp_path / "suite.json", msgspec.json.encode(shorter).decode())
    open_run(tmp_path, suite, "synthnet run quick")
    assert identity_of(tmp_path).added == (record.cell,)


def test_a_cell_of_the_suite_is_not_written_over(found, tmp_path):
    cells = ("sum-7-mine-own-s0",)
    write_text(tmp_path / "suite.json", msgspec.json.encode(Identity(suite="s", command="", cells=cells)).decode())
    with pytest.raises(ValueError, match="got its cell 'sum-7-mine-own-s0'; give another net, recipe or seed"):
        add(found, tmp_path, task="sum", net="mine", size=P)
    add(found, tmp_path, task="sum", net="mine", size=P, recipe="again")


def test_a_solution_needs_its_specification(found, tmp_path):
    with pytest.raises(ValueError, match="expected the specification that it answers"):
        add(found, tmp_path, task="sum", net="mine", size=P, solution=solve(SPEC))


@pytest.mark.parametrize("names", [{"task": " ", "net": "n"}, {"task": "t", "net": ""}])
def test_a_net_without_a_name_is_refused(found, tmp_path, names):
    with pytest.raises(ValueError, match="expected a name"):
        add(found, tmp_path, size=P, **names)
    assert not list(tmp_path.glob("records/*"))
