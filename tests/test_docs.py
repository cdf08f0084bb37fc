"""What the documents name is there: files behind relative links, and in Python files the linked names."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
LINK = re.compile(r"\[([^\]]*)\]\(([^)#\s]+)(?:#[^)]*)?\)")


def links(document: Path) -> list[tuple[str, Path]]:
    """(text, file) of each link that is not an address."""
    found = LINK.findall(document.read_text())
    return [(text, document.parent / target) for text, target in found if ":" not in target]


def names(file: Path) -> set[str]:
    """What a module defines at its top."""
    found = set()
    for node in ast.parse(file.read_text()).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Assign(targets=targets):
                found |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_linked_file_exists(document: Path) -> None:
    assert [str(target) for _text, target in links(document) if not target.exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_linked_name_is_in_its_file(document: Path) -> None:
    python = [(text.strip("`"), target) for text, target in links(document) if target.suffix == ".py"]
    assert [(text, str(target)) for text, target in python if "." not in text and text not in names(target)] == []


def test_the_three_walks_are_linked_step_by_step() -> None:
    walks = (ROOT / "docs/architecture.md").read_text().split("## Three walks")[1].split("\n## ")[0]
    steps = re.split(r"\n\d\. ", walks)[1:]
    assert walks.count("\n### ") == 3
    assert [step for step in steps if not LINK.search(step)] == []
