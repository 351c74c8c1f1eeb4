#!/usr/bin/env python3
"""Checks that what the documents of this tree point to is there: files, folders, headings.

`check_links.py` looks at every .md file that git knows or would add; `--self-test` tries the rules.
Links to other hosts are not followed.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")


def prose(text):
    """The lines of a document, those of fenced blocks empty."""
    fenced = False
    for line in text.splitlines():
        is_fence = line.lstrip().startswith("```")
        yield "" if fenced or is_fence else line
        fenced ^= is_fence


def anchors(path):
    """The names that a page gives to its headings."""
    names = {}
    for line in prose(path.read_text(encoding="utf-8")):
        heading = re.match(r"#+\s+(.*?)\s*#*$", line)
        if not heading:
            continue
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).lower()
        name = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
        names[name] = names.get(name, 0) + 1
        if names[name] > 1:
            names[f"{name}-{names[name] - 1}"] = 1
    return names


def complaints(root, document):
    lines = prose(document.read_text(encoding="utf-8"))
    text = "\n".join(re.sub(r"`[^`]*`", "code", line) for line in lines)
    for link in LINK.finditer(text):
        target, _, anchor = link[1].partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        place = f"{document.relative_to(root)}:{text.count(chr(10), 0, link.start()) + 1}"
        path = (document.parent / target).resolve() if target else document
        if not path.is_relative_to(root) or not path.exists():
            yield f"{place}: there is no {target}"
        elif anchor and path.suffix == ".md" and anchor not in anchors(path):
            yield f"{place}: {target or 'this page'} has no heading #{anchor}"


def check(root, documents):
    found = [complaint for document in documents for complaint in complaints(root, document)]
    for complaint in found:
        print(complaint)
    print(f"links: {len(documents)} documents, {len(found)} complaints")
    return 1 if found else 0


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder).resolve()
        (root / "b.md").write_text("# One thing\n```\n# not a heading\n```\n## Part\n## Part\n")
        page = root / "a.md"
        for text, expected in [
            ("# A\n[b](b.md) [part](b.md#part-1) [`x`](b.md#one-thing) [own](#a)", 0),
            ("# A\n[there](https://example.org/x)\n```\n[b](c.md)\n```\n`[b](c.md)`", 0),
            ("# A\n[b](c.md)\n[over two\nlines](c.md)", 2),
            ("# A\n![b](b.svg) [out](../b.md)", 2),
            ("# A\n[b](b.md#two) [b](b.md#not-a-heading) [own](#b)", 3),
        ]:
            page.write_text(text)
            found = list(complaints(root, page))
            if len(found) != expected:
                print(f"expected {expected} complaints about {text!r}, got {found}")
                return 1
    print("links: self-test passed")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--self-test", action="store_true")
    if parser.parse_args().self_test:
        return self_test()
    root = pathlib.Path(__file__).resolve().parent.parent
    names = subprocess.run(
        ["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        check=True, capture_output=True, text=True).stdout.splitlines()
    return check(root, [root / name for name in names if (root / name).exists()])


if __name__ == "__main__":
    sys.exit(main())
