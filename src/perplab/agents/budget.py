"""Budget: an agent's own loops are counted, so that a step that goes on for ever is found.

The file's loops and comprehensions get a count at their head when it is loaded. The limit counts
turns, not seconds, so that it is the same on every machine.
"""

import ast
from collections.abc import Callable
from typing import NoReturn, TypeVar

from perplab.agents.errors import Overrun

TURNS = 10_000_000
"""How many turns of its loops an agent may take from one yield to the next."""
METER = "__perplab_meter__"
"""The name under which a counted file finds its meter."""
_COUNT = f"{METER}.left -= 1\nif {METER}.left < 0:\n    {METER}.stop()"
_TURN = f"{METER}.turn()"


class Meter:
    """Counts the turns of one step; whoever begins a step sets `left` to `TURNS`.

    `overrun` stays true once a step had too many, whatever the agent's own code catches; `tell`
    is called then.
    """

    __slots__ = ("left", "overrun", "tell")

    def __init__(self) -> None:
        self.left = TURNS
        self.overrun = False
        self.tell: Callable[[], object] = bool

    def turn(self) -> bool:
        """Count a turn, and return true."""
        self.left -= 1
        if self.left < 0:
            self.stop()
        return True

    def spend(self, turns: int) -> None:
        """Count what takes about as long as so many turns."""
        self.left -= turns
        if self.left < 0:
            self.stop()

    def stop(self) -> NoReturn:
        """End a step that had too many."""
        self.overrun = True
        self.tell()
        raise Overrun(f"more than {TURNS:,} turns of its loops without a yield")


def counted(tree: ast.Module) -> ast.Module:
    """Return a module whose loops count their turns; its lines keep their numbers."""
    _Counting().visit(tree)
    return ast.fix_missing_locations(tree)


Loop = TypeVar("Loop", ast.While, ast.For)


class _Counting(ast.NodeTransformer):
    def visit_While(self, node: ast.While) -> ast.While:
        """Count a while loop."""
        return self._count(node)

    def visit_For(self, node: ast.For) -> ast.For:
        """Count a for loop."""
        return self._count(node)

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        """Count a comprehension's loop by a condition that is always true."""
        self.generic_visit(node)
        turn = ast.parse(_TURN, mode="eval").body
        node.ifs.insert(0, _placed(turn, node.iter))
        return node

    def _count(self, node: Loop) -> Loop:
        self.generic_visit(node)
        if not _yields_first(node):
            node.body[:0] = [_placed(statement, node) for statement in ast.parse(_COUNT).body]
        return node


Node = TypeVar("Node", bound=ast.AST)


def _placed(added: Node, beside: ast.AST) -> Node:
    """Return an added node as if it stood at the beginning of another."""
    for inner in ast.walk(added):
        ast.copy_location(inner, beside)
        if isinstance(inner, ast.stmt | ast.expr):
            inner.end_lineno, inner.end_col_offset = inner.lineno, inner.col_offset
    return added


def _yields_first(node: Loop) -> bool:
    """Return whether each turn begins with a yield, so that no step has more than one."""
    first = node.body[0]
    return isinstance(first, ast.Expr | ast.Assign) and isinstance(first.value, ast.Yield)
