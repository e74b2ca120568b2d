#!/usr/bin/env python3
"""Fails when two folders of one target need one another, directly or through others.

Who needs whom is read from the names of types: a folder needs another when a file in it names a type that the other
declares. The files beside the folders are the target's face and are left out. `--edges TARGET` lists what needs what.
"""

import re
import sys
from collections import defaultdict
from pathlib import Path

# Known needs that close a cycle, each with the reason why it stays: (target, folder, folder that it needs).
KNOWN: dict[tuple[str, str, str], str] = {}

TOKEN = re.compile(
    r'//[^\n]*'
    r'|/\*.*?\*/'
    r'|(?P<hashes>#+)"""(?:.*?)"""(?P=hashes)'
    r'|(?P<marks>#+)"(?:[^\n]*?)"(?P=marks)'
    r'|"""(?:\\.|.)*?"""'
    r'|"(?:\\\((?:[^()\n]|\([^()\n]*\))*\)|\\.|[^"\\\n])*"',
    re.S,
)
DECLARATION = re.compile(
    r'^(?:@\w+(?:\([^)]*\))?\s+)*(?P<access>(?:\w+\s+)*?)'
    r'(?:struct|class|enum|protocol|actor|typealias)\s+(?P<name>[A-Z]\w*)',
    re.M,
)
NESTED = re.compile(r'^\s+.*?\b(?:struct|class|enum|protocol|actor|typealias)\s+([A-Z]\w*)', re.M)
INTERPOLATION = re.compile(r'\\#*\(([^\n]*)')
NAME = re.compile(r'(?<![\w.])[A-Z]\w*')


def code(text: str) -> str:
    """The text without comments and the words of literals; lines and interpolations stay."""

    def bare(match: re.Match[str]) -> str:
        found = match.group(0)
        if found.startswith('/'):
            return '\n' * found.count('\n')
        inner = ' '.join(INTERPOLATION.findall(found))
        return '""' + ' '.join(NAME.findall(inner)) + '\n' * found.count('\n')

    return TOKEN.sub(bare, text)


class Target:
    """One target: which folder declares each type, and where each folder names another's."""

    def __init__(self, root: Path) -> None:
        self.name = root.name
        self.texts = {
            path: code(path.read_text(encoding='utf-8')) for path in sorted(root.rglob('*.swift'))
        }
        self.folder = {path: str(path.parent.relative_to(root)) for path in self.texts}
        owners: dict[str, set[str]] = defaultdict(set)
        for path, text in self.texts.items():
            for declared in DECLARATION.finditer(text):
                if 'private' not in declared['access']:
                    owners[declared['name']].add(self.folder[path])
        self.owner = {name: min(folders) for name, folders in owners.items() if len(folders) == 1}
        self.needs: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for path, text in self.texts.items():
            self.read(path, text)

    def read(self, path: Path, text: str) -> None:
        here = self.folder[path]
        own = set(NESTED.findall(text)) | {
            declared['name'] for declared in DECLARATION.finditer(text)
        }
        seen = set()
        for number, line in enumerate(text.split('\n'), 1):
            for name in NAME.findall(line):
                there = self.owner.get(name, here)
                if name in own or name in seen or '.' in (here, there) or there == here:
                    continue
                seen.add(name)
                self.needs[here][there].append(f'{path}:{number} names {name}')

    def cycles(self) -> list[list[str]]:
        """The groups of folders that reach one another, by what each needs beside what is known."""
        graph = {
            folder: [other for other in needed if (self.name, folder, other) not in KNOWN]
            for folder, needed in self.needs.items()
        }
        reach = {folder: self.reached(graph, folder) for folder in graph}
        groups = {
            frozenset(
                other for other in found if folder in reach.get(other, set())
            )
            for folder, found in reach.items()
            if folder in found
        }
        return sorted(sorted(group) for group in groups)

    @staticmethod
    def reached(graph: dict[str, list[str]], start: str) -> set[str]:
        found: set[str] = set()
        waiting = list(graph[start])
        while waiting:
            folder = waiting.pop()
            if folder not in found:
                found.add(folder)
                waiting.extend(graph.get(folder, []))
        return found


def main() -> int:
    sources = Path('Sources')
    targets = {path.name: Target(path) for path in sorted(sources.iterdir()) if path.is_dir()}
    if len(sys.argv) == 3 and sys.argv[1] == '--edges':
        for folder, needed in sorted(targets[sys.argv[2]].needs.items()):
            for other, places in sorted(needed.items()):
                print(f'{folder} -> {other}: {len(places)}', *places, sep='\n  ')
        return 0
    failed = False
    for target in targets.values():
        for group in target.cycles():
            failed = True
            print(f'{target.name}: these folders need one another: {", ".join(group)}', file=sys.stderr)
            for folder in group:
                for other in group:
                    places = target.needs[folder].get(other)
                    if places and (target.name, folder, other) not in KNOWN:
                        print(f'  {folder} -> {other}: {places[0]}', file=sys.stderr)
    for (name, folder, other), reason in KNOWN.items():
        if name not in targets or other not in targets[name].needs.get(folder, {}):
            failed = True
            print(f'{name}: {folder} no longer needs {other} ({reason}): leave it out', file=sys.stderr)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
