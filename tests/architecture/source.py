"""The project's own Python, read once as syntax trees. What the rules ask of it stands in the tests beside."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = tuple(sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"))


@dataclass(frozen=True)
class Module:
    path: str  # below the root
    tree: ast.Module
    lines: int

    @property
    def name(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def room(self) -> str:
        return self.name.partition(".")[0]

    def imports(self) -> Iterator[str]:
        """Dotted names that are needed when the module runs; what only a type checker reads is left out."""
        checked = {id(node) for block in _type_checking(self.tree) for node in ast.walk(block)}
        for node in ast.walk(self.tree):
            if id(node) in checked:
                continue
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def strings(self) -> set[str]:
        nodes = ast.walk(self.tree)
        return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}

    def calls(self, *names: str) -> Iterator[ast.Call]:
        """Calls of functions, classes or methods of these names."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and _called(node) in names:
                yield node


def docstrings(tree: ast.Module) -> set[int]:
    """The ids of the nodes that only explain."""
    explained = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = (node.body for node in ast.walk(tree) if isinstance(node, explained))
    return {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)}


@cache
def modules() -> tuple[Module, ...]:
    found = [*ROOT.glob("*.py"), *(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))]
    return tuple(_read(path) for path in sorted(found))


@cache
def checks() -> tuple[Module, ...]:
    return tuple(_read(path) for path in sorted((ROOT / "tests").rglob("*.py")))


def is_ours(dotted: str) -> bool:
    return dotted.partition(".")[0] in {*ROOMS, *(path.stem for path in ROOT.glob("*.py"))}


def is_standard(dotted: str) -> bool:
    return dotted.partition(".")[0] in sys.stdlib_module_names


def _read(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    return Module(str(path.relative_to(ROOT)), ast.parse(text), text.count("\n"))


def _type_checking(tree: ast.Module) -> list[ast.If]:
    return [n for n in tree.body if isinstance(n, ast.If) and ast.unparse(n.test).endswith("TYPE_CHECKING")]


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""
