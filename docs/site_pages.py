"""What MkDocs needs to know about this repository: a hook of mkdocs.yml.

Pages in docs/ and in the repository's root are written to be read in the repository too, so they
link to each other, and to files that the site doesn't show, by their paths there.
"""

import os
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
# Pages of the site that lie elsewhere in the repository.
ELSEWHERE = {
    "changelog.md": ROOT / "CHANGELOG.md",
    "code-of-conduct.md": ROOT / "CODE_OF_CONDUCT.md",
    "contributing.md": ROOT / "CONTRIBUTING.md",
    "security-policy.md": ROOT / "SECURITY.md",
    "weights-licence.md": ROOT / "model_archives" / "LICENSE.md",
}
ICON = ROOT / "frontend" / "public" / "favicon.svg"
_ADDRESSES = {path: address for address, path in ELSEWHERE.items()}
_LINK = re.compile(
    r"(?<!!)\[(?P<text>[^\]]+)\]\((?!\w+:|#)(?P<path>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)"
)
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put every decision record into the navigation, below their index."""
    records = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    titled = [{_title(record): f"decisions/{record.name}"} for record in records]
    _section(config.nav, "Decision records").extend(titled)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages and the icon that lie outside docs/."""
    for address, path in ELSEWHERE.items():
        files.append(File.generated(config, address, content=path.read_text()))
    files.append(File.generated(config, ICON.name, abs_src_path=str(ICON)))
    return files


def on_page_markdown(markdown: str, *, page: Page, **_: Any) -> str:
    """Lead links to where the site has their page; where it has none, leave their text."""
    address = page.file.src_uri
    source = ELSEWHERE.get(address, DOCS / address)

    def lead(link: re.Match[str]) -> str:
        target = (source.parent / link["path"]).resolve()
        if target in _ADDRESSES:
            target = DOCS / _ADDRESSES[target]
        elif not target.is_relative_to(DOCS):
            return link["text"]
        path = os.path.relpath(target, (DOCS / address).parent)
        return f"[{link['text']}]({path}{link['anchor'] or ''})"

    return _LINK.sub(lead, markdown)


def _section(entries: list[Any], name: str) -> list[Any]:
    """What lies below a section of the navigation."""
    for entry in entries:
        for title, below in entry.items() if isinstance(entry, dict) else ():
            found = below if title == name else _section(below, name)
            if isinstance(below, list) and found:
                return found
    return []


def _title(record: Path) -> str:
    found = _TITLE.search(record.read_text())
    return found[1] if found else record.stem
