"""The command line as a user meets it: what it prints, writes and refuses."""

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

import skaug
from skaug.cli import main
from skaug.cli._methods import CLASSIFIERS, METHODS, SAMPLERS

N = 90
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(Path(skaug.__file__).parents[1]),
    "PYTHONIOENCODING": "ascii",
    "OMP_NUM_THREADS": "1",
}


@pytest.fixture(autouse=True)
def _one_thread():
    """Keep small fits from waiting for each other's threads."""
    with threadpool_limits(limits=1):
        yield


@pytest.fixture
def table():
    """Make a table with every kind of column, missing values and an unbalanced target."""
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(
        {
            "age": rng.integers(18, 90, N),
            "visits": pd.array(rng.integers(0, 9, N), dtype="Int64"),
            "fraud": np.where(np.arange(N) % 4 == 0, "yes", "no"),
            "income": rng.normal(3e4, 1e4, N),
            "town": rng.choice(["Rome", "Oslo", "Köln"], N),
            "smoker": rng.random(N) < 0.3,
        }
    )
    rows.loc[::7, "visits"] = pd.NA
    rows.loc[::9, "income"] = np.nan
    rows.loc[::11, "town"] = None
    return rows


@pytest.fixture
def folder(tmp_path, monkeypatch, table):
    """Go to a folder with the table in two forms."""
    monkeypatch.chdir(tmp_path)
    table.to_csv("train.csv", index=False)
    table.to_parquet("train.parquet")
    return tmp_path


FAST = ["--folds", "2", "--repeats", "1", "--n-jobs", "1", "--k-neighbors", "2"]


# compare


def test_compare_shows_a_table_and_writes_a_report(folder, capsys):
    assert main(["compare", "train.csv", "--target", "fraud", "--out", "new/report", *FAST]) == 0
    shown = capsys.readouterr()
    assert "Rows       90\nColumns    5, of them 2 categorical\nMissing" in shown.out
    assert "fraud: no 67, yes 23" in shown.out
    assert "positive class 'yes' (23 of 90 rows)" in shown.out
    for label in ("no resampling", "class weights", "random over-sampling", "SMOTE"):
        assert shown.out.count(f"\n  {label} ") == 5
    assert "\nConclusion: " in shown.out
    assert "cross-validating: 8 of 8\n" in shown.err
    summary = pd.read_csv("new/report/comparison.csv")
    assert len(summary) == 5 * 4
    assert len(pd.read_csv("new/report/folds.csv")) == 2 * 4
    assert (folder / "new/report/comparison.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("estimator", CLASSIFIERS)
def test_compare_with_each_classifier(folder, capsys, estimator):
    arguments = ["train.parquet", "--target", "fraud", "--estimator", estimator, "--no-plot"]
    assert main(["compare", *arguments, "--methods", "smote", *FAST]) == 0
    assert not (folder / "skaug-report" / "comparison.png").exists()
    scores = pd.read_csv("skaug-report/folds.csv")
    assert scores["arm"].unique().tolist() == ["no resampling", "SMOTE"]
    assert np.isfinite(scores.drop(columns="arm")).all(axis=None)
    capsys.readouterr()


def test_compare_is_reproducible(folder, capsys):
    arguments = ["compare", "train.csv", "--target", "fraud", "--methods", "smote", "--no-plot"]
    seen = []
    for state in ("0", "0", "1"):
        main([*arguments, "--random-state", state, *FAST])
        seen.append(capsys.readouterr().out)
    assert seen[0] == seen[1] != seen[2]


def test_compare_leaves_out_what_no_classifier_can_use(folder, table, capsys):
    table["id"] = [f"row {i}" for i in range(N)]
    table["when"] = pd.Timestamp("2020-01-01")
    table.to_parquet("more.parquet")
    options = ["--methods", "random", "--no-plot", *FAST]
    assert main(["compare", "more.parquet", "--target", "fraud", *options]) == 0
    shown = capsys.readouterr().out
    assert "Left out   id (90 different values in 90 rows)" in shown
    assert "Left out   when (dtype datetime64" in shown


def test_compare_takes_several_classes_and_a_positive_class(folder, table, capsys):
    table["fraud"] = np.arange(N) % 3
    table.to_csv("three.csv", index=False)
    options = ["--no-plot", "--methods", "class_weight", *FAST]
    assert main(["compare", "three.csv", "--target", "fraud", *options]) == 0
    assert "positive class" not in capsys.readouterr().out
    options += ["--pos-label", "no"]
    assert main(["compare", "train.csv", "--target", "fraud", *options]) == 0
    assert "positive class 'no' (67 of 90 rows)" in capsys.readouterr().out


def test_the_demo_runs_on_the_shipped_tables(tmp_path, capsys):
    options = ["--methods", "class_weight", "--no-plot", "--out", str(tmp_path), *FAST]
    assert main(["compare", "--demo", "german", *options]) == 0
    assert "credit: good 700, bad 300" in capsys.readouterr().out


# resample


def plain(column):
    """Return the values as Python objects, None for what is missing."""
    return [None if pd.isna(value) else value for value in column.tolist()]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".csv.gz", ".parquet"])
@pytest.mark.parametrize("source", ["train.csv", "train.parquet"])
@pytest.mark.parametrize("method", SAMPLERS)
def test_resample_appends_rows(folder, table, capsys, source, suffix, method):
    out = f"out{suffix}"
    assert main(["resample", source, "--target", "fraud", "--method", method, "--out", out]) == 0
    shown = capsys.readouterr().out
    assert "90 rows read, 44 made, 134 written" in shown
    assert "fraud = yes: 23 -> 67" in shown
    if suffix == ".parquet":
        result = pd.read_parquet(out)
    else:
        result = pd.read_csv(out, sep="\t" if suffix == ".tsv" else ",", dtype={"visits": "Int64"})
    assert list(result.columns) == list(table.columns)
    assert result["fraud"].value_counts().to_dict() == {"no": 67, "yes": 67}
    for column in ("age", "visits", "smoker"):
        assert result[column].dtype == table[column].dtype
    kept = result.iloc[:N]
    for column in table:
        assert plain(kept[column]) == plain(table[column])


@pytest.mark.parametrize(
    "target",
    [
        np.where(np.arange(N) % 4, 7, 3),
        np.arange(N) % 4 == 0,
        np.where(np.arange(N) % 4, 1.0, 2.0),
        pd.Categorical(np.where(np.arange(N) % 4, "b", "a"), categories=["b", "a", "unused"]),
        pd.array(np.where(np.arange(N) % 4, "b", "a"), dtype="string"),
        pd.array(np.arange(N) % 4 == 0, dtype="boolean"),
    ],
    ids=["int", "bool", "float", "category", "string", "boolean"],
)
def test_resample_keeps_the_dtype_of_the_target(folder, table, capsys, target):
    table["fraud"] = target
    table.to_parquet("typed.parquet")
    assert main(["resample", "typed.parquet", "--target", "fraud", "--out", "out.parquet"]) == 0
    result = pd.read_parquet("out.parquet")
    pd.testing.assert_series_equal(result["fraud"].iloc[:N], table["fraud"])
    assert result["fraud"].value_counts().to_dict()[table["fraud"].iloc[0]] == 67
    capsys.readouterr()


def test_resample_marks_synthetic_rows(folder, capsys):
    options = ["--target", "fraud", "--out", "out.csv", "--is-synthetic"]
    assert main(["resample", "train.csv", *options]) == 0
    marks = pd.read_csv("out.csv")["is_synthetic"]
    assert marks.tolist() == [False] * N + [True] * 44
    capsys.readouterr()


@pytest.mark.parametrize(
    ("strategy", "count"), [("0.5", 34), ("yes=30", 30), ("auto", 67), ("yes=40,no=67", 40)]
)
def test_resample_takes_a_strategy(folder, capsys, strategy, count):
    options = ["--target", "fraud", "--out", "out.csv", "--sampling-strategy", strategy]
    assert main(["resample", "train.csv", *options]) == 0
    assert pd.read_csv("out.csv")["fraud"].value_counts()["yes"] == count
    capsys.readouterr()


def test_resample_depends_on_the_seed_alone(folder, capsys):
    written = []
    for seed in ("1", "1", "2"):
        options = ["--target", "fraud", "--out", "out.csv", "--random-state", seed]
        main(["resample", "train.csv", *options])
        written.append((folder / "out.csv").read_bytes())
    assert written[0] == written[1] != written[2]
    capsys.readouterr()


# Bad input: one line, exit code 2


def error_of(capsys, *arguments):
    """Run what must fail, and return the one line that it says."""
    try:
        code = main(list(arguments))
    except SystemExit as stop:  # argparse stops by itself
        code = stop.code
    assert code == 2
    said = capsys.readouterr().err
    assert said.startswith("skaug: error: ")
    assert said.count("\n") == 1
    return said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "arguments are required: COMMAND"),
        (["compare"], "a file and --target COLUMN, or --demo"),
        (["compare", "train.csv"], "a file and --target COLUMN, or --demo"),
        (["compare", "--demo", "--target", "y"], "--demo brings its own table"),
        (["compare", "trian.csv", "--target", "fraud"], "no such file: 'trian.csv'. Did you mean"),
        (["compare", "train.xlsx", "--target", "fraud"], "must end in .csv, .csv.gz"),
        (["compare", "train.csv", "--target", "frau"], "no column 'frau'; did you mean 'fraud'?"),
        (["compare", "train.csv", "--target", "q"], "no column 'q'; the columns are 'age', "),
        (["compare", "train.csv", "--target", "age"], "of the target 'age' has 1 row"),
        (["compare", "train.csv", "--target", "income"], "lacks a value in 10 of 90 rows, the"),
        (["compare", "train.csv", "--target", "fraud", "--methods", "smot"], "method 'smot'"),
        (["compare", "train.csv", "--target", "fraud", "--methods", "none"], "to compare with"),
        (["compare", "train.csv", "--target", "fraud", "--folds", "1"], "at least 2, got '1'"),
        (["compare", "train.csv", "--target", "fraud", "--folds", "30"], "at least 30 rows in"),
        (["compare", "train.csv", "--target", "fraud", "--k-neighbors", "0"], "at least 1, got"),
        (["compare", "train.csv", "--target", "fraud", "--k-neighbors", "20"], "SMOTE needs at"),
        (["compare", "train.csv", "--target", "fraud", "--pos-label", "x"], "'x' is not a class"),
        (["compare", "train.csv", "--target", "fraud", "--out", "train.csv"], "cannot write to"),
        (["compare", "train.csv", "--target", "fraud", "--out", "train.csv/a"], "cannot write to"),
        (["resample", "train.csv", "--out", "o.csv"], "required: --target"),
        (["resample", "train.csv", "--target", "fraud"], "required: --out"),
        (["resample", "train.csv", "--target", "fraud", "--out", "o.doc"], "'o.doc'"),
        (["resample", "train.csv", "--target", "fraud", "--out", "a/o.csv"], "no such folder"),
        (["resample", "train.csv", "--target", "fraud", "--out", "./train.csv"], "overwrite"),
        (["resample", "train.csv", "--target", "town", "--out", "o.csv"], "lacks a value"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_one_line_for_bad_arguments(folder, capsys, arguments, message):
    assert message in error_of(capsys, *arguments)


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        ("2", "must be a ratio above 0 and up to 1, one of all, auto"),
        ("most", "got 'most'"),
        ("yes=many", "'yes=many'; it must be CLASS=ROWS, CLASS one of no, yes"),
        ("maybe=30", "'maybe=30'; it must be CLASS=ROWS"),
        ("yes=3", "only adds rows"),
        ("0.01", "only adds rows"),
    ],
)
def test_one_line_for_a_bad_strategy(folder, capsys, strategy, message):
    options = ["--target", "fraud", "--out", "o.csv", "--sampling-strategy", strategy]
    assert message in error_of(capsys, "resample", "train.csv", *options)
    assert not (folder / "o.csv").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot read"),
        (b"a,y\n", "has no rows"),
        (b"y\n1\n2\n", "no column besides the target 'y'"),
        (b"a,y\n1,x\n2,x\n", "has one class only: 'x'"),
        (b"a,y\n1,x\n2,x\n3,z\n", "class 'z' of the target 'y' has 1 row"),
        (b"a,y\n1,x\n2,\n3,z\n", "lacks a value in 1 of 3 rows, the first in data row 2"),
        (b"a,y\n1,0.5\n2,0.7\n3,0.5\n4,0.7\n", "holds numbers such as 0.5, not classes"),
        (b"a;y\n1;x\n2;z\n", "seem not to be separated by commas"),
        (b"a,y\n1,2\n1,2,3\n", "cannot read"),
        (b"\xff\xfe\x00\x01,y\n\x80,2\n", "cannot read"),
    ],
)
@pytest.mark.parametrize("command", ["compare", "resample"])
def test_one_line_for_a_bad_table(folder, capsys, command, content, message):
    (folder / "bad.csv").write_bytes(content)
    options = ["--out", "out.csv" if command == "resample" else "out"]
    assert message in error_of(capsys, command, "bad.csv", "--target", "y", *options)


def test_one_line_for_what_is_no_parquet(folder, capsys):
    (folder / "bad.parquet").write_bytes(b"no")
    assert "cannot read" in error_of(capsys, "compare", "bad.parquet", "--target", "y")
    (folder / "a.csv").mkdir()
    assert "is a folder" in error_of(capsys, "compare", "a.csv", "--target", "y")


def test_one_line_for_columns_that_cannot_be_used(folder, table, capsys):
    table[["fraud"]].assign(when=pd.Timestamp("2020-01-01")).to_parquet("dates.parquet")
    options = ["--target", "fraud", "--out"]
    said = error_of(capsys, "compare", "dates.parquet", *options, "out")
    assert "no column of numbers or categories" in said
    said = error_of(capsys, "resample", "dates.parquet", *options, "o.csv")
    assert "column 'when'" in said


def test_one_line_for_a_column_that_would_be_overwritten(folder, table, capsys):
    table.assign(is_synthetic=1).to_csv("marked.csv", index=False)
    options = ["--target", "fraud", "--out", "o.csv", "--is-synthetic"]
    said = error_of(capsys, "resample", "marked.csv", *options)
    assert "already has a column 'is_synthetic'" in said


@pytest.mark.parametrize(
    ("module", "options", "message"),
    [
        ("pandas", [], 'needs pandas. Install it with `pip install "skaug[cli]"`'),
        ("matplotlib", [], 'Matplotlib. Install it with `pip install "skaug[plot]"`'),
        ("pyarrow", ["--no-plot"], 'needs pyarrow. Install it with `pip install "skaug[cli]"`'),
    ],
)
def test_one_line_for_a_missing_extra(folder, capsys, monkeypatch, module, options, message):
    monkeypatch.setitem(sys.modules, module, None)
    said = error_of(capsys, "compare", "train.parquet", "--target", "fraud", *options)
    assert message in said
    assert not (folder / "skaug-report").exists()


def test_a_bug_shows_its_traceback(folder, monkeypatch):
    """An error from inside a library is no fault of the user's."""

    def broken(self, X, y):
        return np.zeros(3) + np.zeros(4)

    monkeypatch.setattr(SAMPLERS["smote"].sampler, "fit_resample", broken)
    with pytest.raises(ValueError, match="could not be broadcast"):
        main(["resample", "train.csv", "--target", "fraud", "--out", "out.csv"])


def test_an_interrupt_is_no_traceback(folder, capsys, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("skaug.cli._compare.compare_samplers", interrupt)
    assert main(["compare", "train.csv", "--target", "fraud", *FAST]) == 130
    assert capsys.readouterr().err.endswith("skaug: stopped\n")


# How it is shown


def test_a_terminal_gets_the_same_numbers_in_colour(folder, capsys, monkeypatch):
    options = ["--methods", "class_weight,random", "--no-plot"]
    arguments = ["compare", "train.csv", "--target", "fraud", *options, *FAST]
    main(arguments)
    plain = capsys.readouterr().out
    monkeypatch.setattr("skaug.cli._console._is_rich", lambda stream: True)
    monkeypatch.setenv("COLUMNS", "80")
    main(arguments)
    narrow = capsys.readouterr().out
    assert max(len(line) for line in narrow.split("Conclusion")[0].splitlines()) <= 80
    for line in plain.splitlines():
        for word in line.split():
            assert word in narrow


def test_help_names_every_method(capsys):
    for command in ("compare", "resample"):
        with pytest.raises(SystemExit, match="0"):
            main([command, "--help"])
        shown = capsys.readouterr().out
        names = METHODS if command == "compare" else SAMPLERS
        assert all(name in shown for name in names)


def test_as_a_module():
    run = subprocess.run(
        [sys.executable, "-m", "skaug", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env=ENVIRONMENT,
    )
    assert "skaug compare --demo" in run.stdout


def test_a_stream_without_the_sign_does_not_stop_it(folder, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    arguments = ["compare", "train.csv", "--target", "fraud", "--no-plot", *FAST]
    assert main([*arguments, "--methods", "class_weight"]) == 0
    stream.flush()
    assert b"mean ? standard error" in stream.buffer.getvalue()
