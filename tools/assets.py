"""Copy finished front-end files from node_modules to where Django finds them, and write the icon sprite.

Run by `make assets` after `npm ci`. What it writes is not kept in git: `src/goldseam/site/static/vendor/`
(the URLs are /static/vendor/…). The sprite holds the icons that templates name (`{% icon "package" %}`) and
those listed in `src/goldseam/site/icons.txt`; an unknown name stops it.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "goldseam"
MODULES = ROOT / "node_modules"
TARGET = SOURCE / "site" / "static" / "vendor"
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "echarts/dist/echarts.common.min.js": "echarts.min.js",
}
_LITERAL = re.compile(r"""\{%\s*icon\s+["']([^"']+)["']""")
_INSIDE = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_SOURCE_MAP = re.compile(r"(/\*# sourceMappingURL=\S+ \*/|//# sourceMappingURL=\S+)\s*$")


def named_icons() -> set[str]:
    """The icons that templates and the list of the site name."""
    names = {
        name
        for path in SOURCE.glob("**/templates/**/*.html")
        for name in _LITERAL.findall(path.read_text(encoding="utf-8"))
    }
    lines = (SOURCE / "site" / "icons.txt").read_text(encoding="utf-8").splitlines()
    return names | {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def sprite(names: set[str]) -> str:
    """One SVG with a symbol per icon."""
    symbols = []
    for name in sorted(names):
        path = MODULES / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"
        if not path.is_file():
            sys.exit(f"assets: there is no Tabler outline icon named {name!r}")
        inside = _INSIDE.search(path.read_text(encoding="utf-8"))
        if inside is None:
            sys.exit(f"assets: {path} is no SVG")
        drawing = " ".join(inside[1].split())
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
            f'stroke-linecap="round" stroke-linejoin="round">{drawing}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def main() -> None:
    """Write everything anew."""
    if not (MODULES / "@tabler").is_dir():
        sys.exit("assets: run `npm ci` first (make setup does)")
    names = named_icons()
    content = sprite(names)
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    for source, name in FILES.items():
        text = (MODULES / source).read_text(encoding="utf-8")
        (TARGET / name).write_text(_SOURCE_MAP.sub("", text), encoding="utf-8")
    (TARGET / "icons.svg").write_text(content, encoding="utf-8")
    sys.stdout.write(f"assets: {len(FILES)} files and a sprite of {len(names)} icons\n")


if __name__ == "__main__":
    main()
