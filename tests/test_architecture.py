"""The shape of the code: layers know only those above them, and the core is pure."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "perplab"
FILES = sorted(SOURCE.rglob("*.py"))

KNOWS: dict[str, set[str]] = {
    "domain": set(),
    "engine": {"domain"},
    "tables": {"domain"},
    "formulas": {"domain", "tables"},
    "journal": {"domain", "engine"},
    "tape": {"domain"},
    "venue": {"domain", "engine", "tape"},
    "advice": {"domain", "engine", "tape"},
    "agents": {"domain", "engine", "tape", "venue", "advice"},
    "lab": {
        "domain",
        "engine",
        "formulas",
        "journal",
        "tables",
        "tape",
        "venue",
        "advice",
        "agents",
    },
    "audit": {"tables", "tape"},
    "report": {
        "domain",
        "engine",
        "formulas",
        "journal",
        "tables",
        "tape",
        "venue",
        "advice",
        "agents",
        "lab",
        "audit",
    },
    "cli": {
        "domain",
        "engine",
        "formulas",
        "journal",
        "tables",
        "tape",
        "venue",
        "advice",
        "agents",
        "lab",
        "audit",
        "report",
    },
}
CORE = ("domain", "engine")
CORE_IMPORTS = {
    "collections.abc",
    "dataclasses",
    "enum",
    "fractions",
    "functools",
    "heapq",
    "itertools",
    "re",
    "typing",
}
DIVIDES = {"domain/numbers.py", "engine/deleveraging.py"}
"""Where `/` and `//` stand: numbers, and the ranking, which is made of exact fractions."""
LONGEST = 400
IMPURE_NAMES = {"float", "open", "print", "input", "hash", "id", "__import__", "eval", "exec"}


def layer(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


CORE_FILES = [path for path in FILES if layer(path) in CORE]


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_layer_imports_only_those_above_it(path: Path) -> None:
    mine = layer(path)
    if mine in {"__init__", "__main__"}:
        return
    for module in imports(path):
        parts = module.split(".")
        if parts[0] == "perplab" and len(parts) > 1:
            assert parts[1] == mine or parts[1] in KNOWS[mine], f"{name(path)} imports {module}"


@pytest.mark.parametrize("path", CORE_FILES, ids=name)
def test_the_core_imports_only_pure_parts_of_the_standard_library(path: Path) -> None:
    outside = {module for module in imports(path) if not module.startswith("perplab")}
    assert outside <= CORE_IMPORTS


@pytest.mark.parametrize("path", CORE_FILES, ids=name)
def test_the_core_has_no_float_no_io_and_no_hash(path: Path) -> None:
    for node in ast.walk(tree(path)):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), node.lineno
        if isinstance(node, ast.Name):
            assert node.id not in IMPURE_NAMES, f"line {node.lineno}: {node.id}"


@pytest.mark.parametrize("path", CORE_FILES, ids=name)
def test_the_core_divides_in_one_place(path: Path) -> None:
    if name(path) in DIVIDES:
        return
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.BinOp | ast.AugAssign):
            assert not isinstance(node.op, ast.Div | ast.FloorDiv), f"line {node.lineno}"


@pytest.mark.parametrize("path", CORE_FILES, ids=name)
def test_the_core_never_iterates_over_a_set(path: Path) -> None:
    assert list(iterated_sets(tree(path))) == []


def test_the_set_rule_sees_what_it_should_see() -> None:
    code = "a = {1}\nfor x in a: pass\nb = [y for y in set(z)]\nfor w in sorted({2}): pass\n"
    assert list(iterated_sets(ast.parse(code))) == [2, 3]


def iterated_sets(module: ast.Module) -> Iterator[int]:
    """Yield the lines at which a set, or a name bound to one, is iterated over."""
    named = {
        target.id
        for node in ast.walk(module)
        if isinstance(node, ast.Assign | ast.AnnAssign) and is_set(node.value)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(module):
        if not isinstance(node, ast.For | ast.comprehension):
            continue
        loop = node.iter
        if is_set(loop) or (isinstance(loop, ast.Name) and loop.id in named):
            yield loop.lineno


def is_set(node: ast.AST | None) -> bool:
    made = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return isinstance(node, ast.Set | ast.SetComp) or (
        made and node.func.id in {"set", "frozenset"}  # type: ignore[union-attr]
    )


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_is_short_and_opens_with_a_sentence(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LONGEST
    sentence = ast.get_docstring(tree(path)) or ""
    assert sentence.split("\n")[0].endswith("."), "the first line is one sentence"


def test_every_name_that_is_offered_has_its_docstring() -> None:
    import perplab

    assert perplab.__all__
    for public in perplab.__all__:
        assert getattr(perplab, public).__doc__, public


def test_nothing_names_the_machine_it_was_written_on() -> None:
    tracked = [*FILES, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "docs").rglob("*"))]
    for path in tracked:
        if path.is_file():
            text = path.read_text(errors="replace")  # a picture is no text
            assert "/" + "home/" not in text
            assert "/" + "work/" not in text
