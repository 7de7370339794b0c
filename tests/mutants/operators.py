"""Which small changes of a Python source are tried: each replaces one node of its tree.

Left out, for no test should hold them: docstrings, annotations, names of types, the words for
people in an error (its code is changed), and imports.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
CALLED = {
    name: other
    for pair in (("min", "max"), ("any", "all"), ("startswith", "endswith"), ("find", "rfind"))
    for name, other in (pair, pair[::-1])
}
ERRORS = {"Malformed": 1, "TooNew": 1, "ValueError": 0, "TypeError": 0}
"""Errors, with how many of their arguments are more than words for people."""
TYPES = {"tuple", "Callable"}


@dataclass(frozen=True)
class Mutant:
    """One change of one module. ``line`` is the text of the source where the node begins."""

    module: str
    scope: str
    """The outermost function around it, else the class, else ""."""
    lines: range
    """Lines of that function; none for what runs at import, as defaults and decorators do."""
    line: str
    change: str
    holder: ast.AST
    field: str
    value: object
    """What ``holder.field`` becomes."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """How lists name it: no line number, for those rot."""
        return self.module, self.scope, self.line, self.change


def compiled(tree: ast.Module, mutant: Mutant, path: str) -> CodeType:
    """The code of the module with this one change; the tree is as it was afterwards."""
    old = getattr(mutant.holder, mutant.field)
    setattr(mutant.holder, mutant.field, mutant.value)
    try:
        return compile(ast.fix_missing_locations(tree), path, "exec")
    finally:
        setattr(mutant.holder, mutant.field, old)


def mutants(module: str, source: str) -> tuple[ast.Module, list[Mutant]]:
    """The tree of a source and every change of it, in the order of the source."""
    tree = ast.parse(source)
    found = list(_Walk(module, source.split("\n")).walk(tree, _Place()))
    seen: dict[tuple[str, str, str, str], int] = {}
    told = []
    for mutant in found:
        count = seen[mutant.key] = seen.get(mutant.key, 0) + 1
        change = mutant.change + (f" ({count})" if count > 1 else "")
        told.append(Mutant(**{**vars(mutant), "change": change}))
    return tree, told


class _Walk:
    def __init__(self, module: str, lines: list[str]) -> None:
        self.module, self.lines = module, lines

    def walk(self, node: ast.AST, at: _Place) -> Iterator[Mutant]:
        """Changes below a node."""
        for field, child, put in _children(node):
            place = at.below(node, field)
            for old, new in _changes(node, field, child, place.answers):
                change = f"{_text(old)} -> {_text(new)}"
                line = self.lines[getattr(child, "lineno", 1) - 1].strip()
                where = (self.module, place.scope, place.lines, line, change)
                yield Mutant(*where, node, field, put(new))
            yield from self.walk(child, place)


@dataclass(frozen=True)
class _Place:
    scope: str = ""
    lines: range = range(0)
    answers: bool = False
    """Whether the function around it answers yes or no."""

    def below(self, node: ast.AST, field: str) -> _Place:
        """The place of what stands in a field of a node."""
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            return self
        scope = self.scope if self.lines else f"{self.scope}.{node.name}".lstrip(".")
        if isinstance(node, ast.ClassDef):
            return _Place(scope, self.lines)
        lines = self.lines
        if field == "body" and not lines:
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            lines = range(first, (node.end_lineno or first) + 1)
        answers = node.returns is not None and ast.unparse(node.returns) == "bool"
        return _Place(scope, lines, answers)


def _text(node: ast.AST) -> str:
    text = ast.unparse(node)
    if isinstance(node, ast.Pass):
        return "nothing"
    return " ".join(text.split())


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST, _Put]]:
    """The nodes right below one that may change, each with what puts another in its place."""
    for field, value in ast.iter_fields(node):
        if _left_out(node, field, value):
            continue
        if isinstance(value, ast.AST):
            yield field, value, _Put(None, 0)
        elif isinstance(value, list):
            first = ERRORS.get(_name(node), len(value)) if field == "args" else len(value)
            for index, item in enumerate(value[:first] if isinstance(node, ast.Call) else value):
                if isinstance(item, ast.AST):
                    yield field, item, _Put(value, index)


@dataclass(frozen=True)
class _Put:
    values: list[ast.AST] | None
    index: int

    def __call__(self, new: ast.AST) -> object:
        if self.values is None:
            return new
        return [*self.values[: self.index], new, *self.values[self.index + 1 :]]


def _name(node: ast.AST) -> str:
    """The name that a call calls."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def _left_out(node: ast.AST, field: str, value: object) -> bool:
    if field in ("annotation", "returns", "type_comment", "ctx", "cause", "targets", "target"):
        return True
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True  # a docstring, or the body of a protocol
    of_types = isinstance(value, ast.Subscript) and getattr(value.value, "id", "") in TYPES
    return isinstance(node, ast.Assign) and of_types


def _changes(
    parent: ast.AST, field: str, node: ast.AST, truth: bool
) -> Iterator[tuple[ast.AST, ast.AST]]:
    """What to tell as the old and the new text of every change of one node."""
    asked = field == "test" or (isinstance(parent, ast.comprehension) and field == "ifs")
    if asked and not isinstance(node, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Constant):
        yield node, ast.UnaryOp(ast.Not(), node)  # type: ignore[arg-type]
    if isinstance(node, ast.stmt):
        news = _of_statement(node, truth)
    elif type(node) in EXPRESSIONS and not (
        isinstance(node, ast.Tuple) and _unpacked(parent, field)
    ):
        news = EXPRESSIONS[type(node)](node)
    else:
        return
    for new in news:
        yield node, new


def _of_statement(node: ast.stmt, truth: bool) -> Iterator[ast.AST]:
    if isinstance(node, ast.Return) and node.value is not None:
        if truth and not isinstance(node.value, ast.Constant):
            yield ast.Return(ast.Constant(True))
            yield ast.Return(ast.Constant(False))
        elif not truth and ast.unparse(node.value) != "None":
            yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Raise | ast.AugAssign | ast.For) or _acts(node):
        yield ast.Pass()
    elif isinstance(node, ast.Continue):
        yield ast.Break()
    elif isinstance(node, ast.Break):
        yield ast.Continue()
    if isinstance(node, ast.AugAssign):
        yield ast.AugAssign(node.target, ARITHMETIC[type(node.op)](), node.value)


def _acts(node: ast.stmt) -> bool:
    """Whether a statement is a call or a yield, and no docstring."""
    return isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)


def _of_compare(node: ast.Compare) -> Iterator[ast.AST]:
    for i, op in enumerate(node.ops):
        for other in COMPARISONS[type(op)]:
            yield ast.Compare(
                node.left, [*node.ops[:i], other(), *node.ops[i + 1 :]], node.comparators
            )


def _of_and_or(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values)
    for i in range(len(node.values)):
        rest = node.values[:i] + node.values[i + 1 :]
        yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _of_slice(node: ast.Slice) -> Iterator[ast.AST]:
    if node.lower:
        yield ast.Slice(None, node.upper, node.step)
    if node.upper:
        yield ast.Slice(node.lower, None, node.step)


def _of_elements(node: ast.List | ast.Tuple | ast.Set) -> Iterator[ast.AST]:
    for i in range(len(node.elts)):
        rest = node.elts[:i] + node.elts[i + 1 :]
        if isinstance(node, ast.Set):
            yield ast.Set(rest) if rest else ast.Call(ast.Name("set", ast.Load()), [], [])
        else:
            yield type(node)(rest, ast.Load())


def _of_entries(node: ast.Dict) -> Iterator[ast.AST]:
    for i in range(len(node.keys)):
        yield ast.Dict(node.keys[:i] + node.keys[i + 1 :], node.values[:i] + node.values[i + 1 :])


def _unpacked(parent: ast.AST, field: str) -> bool:
    """Whether a shorter tuple is no program: what is unpacked, or a type."""
    return field == "slice" or (
        isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Tuple)
    )


def _of_constant(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
        yield ast.Constant(value - 1)
    elif isinstance(value, str):
        yield ast.Constant(value + "X")
    elif isinstance(value, bytes):
        yield ast.Constant(value + b"X")


def _of_call(node: ast.Call) -> Iterator[ast.AST]:
    other = CALLED.get(_name(node))
    if other and isinstance(node.func, ast.Name):
        yield ast.Call(ast.Name(other, ast.Load()), node.args, node.keywords)
    elif other and isinstance(node.func, ast.Attribute):
        yield ast.Call(ast.Attribute(node.func.value, other, ast.Load()), node.args, node.keywords)
    for i, keyword in enumerate(node.keywords):
        if keyword.arg and not isinstance(keyword.value, ast.Constant):
            yield ast.Call(node.func, node.args, node.keywords[:i] + node.keywords[i + 1 :])


EXPRESSIONS: dict[type[ast.AST], Callable[[Any], Iterator[ast.AST]]] = {
    ast.Compare: _of_compare,
    ast.BoolOp: _of_and_or,
    ast.UnaryOp: lambda node: iter([node.operand]),
    ast.BinOp: lambda node: iter([ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right)]),
    ast.Constant: _of_constant,
    ast.Slice: _of_slice,
    ast.Call: _of_call,
    ast.List: _of_elements,
    ast.Tuple: _of_elements,
    ast.Set: _of_elements,
    ast.Dict: _of_entries,
}
