#!/usr/bin/env python3
"""Checks the rules of the code that no compiler knows; docs/hacking.md says how to run it.

A rule is a function from a file to complaints. Each stands with an example that breaks it and one
that keeps it, and --self-test tries both: a rule that never fires is no rule.

A line may ask for an exception, with its reason: `// tidy: allow(sleep) the kernel has no event`,
on the line itself or on the one above.
"""

import argparse
import functools
import dataclasses
import os
import pathlib
import re
import subprocess
import sys

LINE_LENGTH = 100
FILE_LINES = 800
TEST_LINES = 1500
README_LINES = 70

# Where a word of C++ may stand, by the first folder under src, and what to write instead.
# `tests` stands for *_test.cpp and tests/; other folders outside src (examples, bench) are free
# to do what their users would.
WORDS = [
    # name, pattern, owners, replacement
    ("throw", r"\bthrow\b(?!\s*\()", {"tests"}, "return a Result (troupe/result.hpp)"),
    ("new", r"(?<![(\w])\s*\bnew\b(?!\s*\()(?<!\(new)", set(),
     "std::make_unique, or wrap the new at once"),
    ("delete", r"(?<!=)(?<!= )(?<!operator )\bdelete\b(?!\s*[;(])", set(),
     "an owner such as std::unique_ptr"),
    ("mutex", r"\bstd::(\w+_)?mutex\b",
     {"io", "engine", "scheduler", "router", "loader", "runtime", "http", "cli", "tests"},
     "a message to the owning thread"),
    ("clock", r"\b(system|steady|high_resolution)_clock\b", {"io", "bench", "tests", "engine"},
     "the Clock that came by constructor (base/clock.hpp)"),
    ("time", r"\b(gettimeofday|clock_gettime)\b|\bstd::time\(", {"io"},
     "the Clock that came by constructor (base/clock.hpp)"),
    ("rand", r"\b(s?rand\s*\(|random_device\b)", {"io", "tests"},
     "the Random that came by constructor (base/random.hpp)"),
    ("getenv", r"\bgetenv\b", {"io", "cli", "tests"}, "an option that cli passes down"),
    ("thread", r"\bstd::j?thread\b(?!::(id|hardware_concurrency))|\bpthread_create\b",
     {"scheduler", "engine", "runtime", "http", "cli", "bench", "tests"},
     "a Steppable (scheduler/steppable.hpp)"),
    ("sleep", r"\b(sleep_for|sleep_until|usleep|nanosleep)\b|(?<![\w.>:])sleep\s*\(\s*\d", set(),
     "a condition, or a SimClock that a test advances"),
    ("wasmtime", r"\bwasmtime_\w+|\bwasm_\w+_t\b", {"engine"}, "engine/engine.hpp"),
]

# One third-party library, one folder.
LIBRARIES = {
    "wasmtime": {"engine"},
    "wasm": {"engine"},
    "toml++": {"manifest"},
    "CLI": {"cli"},
    "nlohmann": {"http", "bench", "cli"},
    "boost/asio": {"http"},
    "boost/beast": {"http"},
    "fmt": {"base"},
}


@dataclasses.dataclass(frozen=True)
class File:
    path: str
    text: str

    @property
    def lines(self):
        return self.text.splitlines()

    @property
    def suffix(self):
        return pathlib.PurePath(self.path).suffix

    @property
    def is_cpp(self):
        return self.suffix in (".cpp", ".hpp")

    @property
    def is_test(self):
        """What only tests see: their files, and the fakes and helpers beside them."""
        name = pathlib.PurePath(self.path).name
        return (self.path.startswith("tests/") or name.startswith(("fake_", "test_")) or
                re.search(r"_(test|fuzz)(\.|_)", name) is not None)

    @property
    def folder(self):
        """The module of a file under src, else the top folder."""
        parts = self.path.split("/")
        return parts[1] if parts[0] == "src" and len(parts) > 2 else parts[0]


@dataclasses.dataclass
class Modules:
    """What CMake wrote to modules.txt."""

    uses: dict  # Module to the modules that it names.
    test_uses: dict
    vocabulary: dict  # Name under include/troupe to the module that owns it.

    @staticmethod
    def parse(text):
        modules = Modules({}, {}, {})
        for line in text.splitlines():
            kind, name, *rest = line.split()
            if kind == "module":
                modules.uses[name] = set(rest[1:])  # rest[0] is the layer.
            elif kind == "tests":
                modules.test_uses[name] = set(rest)
            elif kind == "vocabulary":
                modules.vocabulary.update({word: name for word in rest})
        return modules


@dataclasses.dataclass
class Tree:
    """All files, for the rules that look at more than one."""

    files: list
    modules: Modules = None

    def has(self, path):
        return any(file.path == path for file in self.files)


def code_only(text):
    """The text with comments and the inside of literals blanked; lines stay where they were."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(\w*)\((?:.*?)\)\1"|"(?:\\.|[^"\\\n])*"|'
        r"(?<!\w)'(?:\\.|[^'\\\n])+'",
        re.DOTALL)
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def allowed(lines, index, rule):
    """Whether line number index (from 0) or the one above asks for an exception."""
    mark = f"tidy: allow({rule}) "
    return mark in lines[index] + " " or (index > 0 and mark in lines[index - 1] + " ")


# --- Rules: (file, tree) -> (line, complaint) ------------------------------------------------

def words(file, tree):
    if not file.is_cpp:
        return
    inside = file.path.startswith(("src/", "include/"))
    owner = "tests" if file.is_test else file.folder
    code = code_only(file.text).splitlines()
    for number, line in enumerate(code):
        if line.lstrip().startswith("#include"):
            continue
        for name, pattern, owners, instead in WORDS:
            if not inside and not file.is_test and name != "sleep":
                continue
            if owner in owners or file.folder in owners or allowed(file.lines, number, name):
                continue
            if name in ("new", "delete") and file.is_test:
                continue
            match = re.search(pattern, line)
            if match:
                yield number + 1, f"`{match.group().strip()}` is not for here; write {instead}"


def includes(file, tree):
    """A module includes only what it uses, and a library only in the folder that owns it."""
    if not file.is_cpp or tree.modules is None:
        return
    modules = tree.modules
    vocabulary = modules.vocabulary
    if file.path.startswith("src/"):
        module = file.folder
        if module not in modules.uses:
            return  # Not built yet.
        reach = modules.uses[module] | {module}
        if file.is_test:
            reach |= modules.test_uses.get(module, set())
    elif file.path.startswith("include/troupe/"):
        name = pathlib.PurePath(file.path).stem
        if name not in vocabulary:
            yield 1, "belongs to no module; a vocabulary() line in CMakeLists.txt gives it to one"
            return
        module = vocabulary[name]
        if module not in modules.uses:
            return
        reach = modules.uses.get(module, set()) | {module}
    else:
        module, reach = None, set()

    for number, line in enumerate(file.lines, 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if not match:
            continue
        quoted, path = match.group(1) == '"', match.group(2)
        if quoted and path.startswith("troupe/"):
            word = pathlib.PurePath(path).stem
            owner = vocabulary.get(word)
            if owner is None:
                yield number, f"{path} belongs to no module (vocabulary() in CMakeLists.txt)"
            elif module and owner not in reach:
                yield number, (f"{path} belongs to '{owner}', and '{module}' uses only "
                               f"{', '.join(sorted(reach))}")
        elif quoted and file.path.startswith("include/"):
            yield number, f"public headers include public headers only, not {path}"
        elif quoted and file.path.startswith("examples/") and path.split("/")[0] in modules.uses:
            yield number, f"examples know the public headers only, not {path}"
        elif quoted and module:
            top = path.split("/")[0]
            if top in modules.uses and top not in reach:
                yield number, (f"{path}: '{module}' uses only {', '.join(sorted(reach))} "
                               f"(USES in src/{module}/CMakeLists.txt)")
        elif not quoted and file.path.startswith(("src/", "include/")):
            for library, owners in LIBRARIES.items():
                if path.startswith(library + "/") or path == library + ".h":
                    if file.folder not in owners:
                        yield number, f"<{path}> belongs to {', '.join(sorted(owners))}"


def sizes(file, tree):
    if file.suffix not in (".cpp", ".hpp", ".c", ".h", ".rs", ".py", ".cmake", ".sh"):
        return
    for number, line in enumerate(file.lines, 1):
        if len(line) > LINE_LENGTH and "http" not in line:
            yield number, f"{len(line)} characters; a line has {LINE_LENGTH} at most"
    limit = TEST_LINES if file.is_test else FILE_LINES
    if len(file.lines) > limit:
        yield limit, f"{len(file.lines)} lines; a file has {limit} at most: split it by subject"


def header_opening(file, tree):
    """`#pragma once`, then what the file is and why it exists."""
    if file.suffix != ".hpp":
        return
    lines = file.lines + ["", ""]
    if lines[0] != "#pragma once":
        yield 1, "a header begins with #pragma once"
    elif not lines[1].startswith("//"):
        yield 2, "a header says what it is, in a comment right after #pragma once"


# Values: made, passed and thrown away; nobody shares one.
VALUES = {"Accepted", "Outcome", "Result", "Tried"}


def thread_label(file, tree):
    """A class in a header says which thread may call it."""
    if file.suffix != ".hpp" or file.is_test or not file.path.startswith(("src/", "include/")):
        return
    lines = file.lines
    for index, line in enumerate(lines):
        match = re.match(r"class (?:\[\[\w+\]\] )?(\w+)[^;]*$", line)
        if not match or match.group(1) in VALUES:
            continue
        above = index - 1
        comment = []
        while above >= 0 and re.match(r"//|template|\[\[", lines[above]):
            comment.append(lines[above])
            above -= 1
        if not re.search(r"\b[Tt]hread\b", " ".join(comment)) and \
                not allowed(lines, index, "thread_label"):
            yield index + 1, f"class {match.group(1)}: its comment needs a `Thread:` line"


def leftovers(file, tree):
    if file.path == "tools/tidy.py":
        return
    for number, line in enumerate(file.lines, 1):
        match = re.search(r"\bFIXME\b|TODO\(now\)|\bXXX\b(?!X)", line)
        if match:
            yield number, f"{match.group()} is for work in hand; finish it, or say TODO(kind)"
        elif re.search(r"\bTODO\b(?!\()", line):
            yield number, "a TODO carries its kind: TODO(perf), TODO(security)"
        if line != line.rstrip() and file.suffix != ".txt":
            yield number, "blanks at the end of the line"


def suppressions(file, tree):
    """NOLINT names its check, and its reason stands beside it or above."""
    if not file.is_cpp:
        return
    for number, line in enumerate(file.lines):
        match = re.search(r"NOLINT(NEXTLINE|BEGIN|END)?(\([\w.,* -]+\))?(.*)", line)
        if not match or match.group(1) == "END":
            continue
        if not match.group(2):
            yield number + 1, "NOLINT names the check that it silences: NOLINT(check)"
        elif not re.search(r"[a-z]", match.group(3)) and \
                (number == 0 or "//" not in file.lines[number - 1]):
            yield number + 1, "a NOLINT gives its reason, behind it or on the line above"


def documents(file, tree):
    if file.suffix != ".md":
        return
    titles, fenced = [], False
    for number, line in enumerate(file.lines, 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and line.startswith("# "):
            titles.append(number)
    if len(titles) != 1:
        line = titles[1] if titles else 1
        yield line, f"a document has one title, this has {len(titles)}"
    if re.fullmatch(r"src/\w+/README\.md", file.path) and len(file.lines) > README_LINES:
        yield README_LINES, f"a module's README has a page ({README_LINES} lines) at most"


def module_folder(file, tree):
    """A module has a README, and its CMakeLists.txt names every file that no suffix finds."""
    match = re.fullmatch(r"src/(\w+)/CMakeLists\.txt", file.path)
    if not match:
        return
    module = match.group(1)
    if not tree.has(f"src/{module}/README.md"):
        yield 1, (f"src/{module}/README.md is missing: what it is, its words, what it uses, "
                  "how it fails")
    named = set(re.findall(r"[\w./-]+\.[ch]pp", file.text))
    for other in tree.files:
        within = re.fullmatch(rf"src/{module}/([\w/]+\.[ch]pp)", other.path)
        if within and not other.is_test and within.group(1) not in named:
            yield 1, f"names {within.group(1)} nowhere"


def dead_headers(file, tree):
    if file.suffix != ".hpp" or not file.path.startswith("src/"):
        return
    include = f'"{file.path.removeprefix("src/")}"'
    if not any(include in other.text for other in tree.files if other.is_cpp):
        yield 1, "nobody includes this header"


TYPE = re.compile(
    r"^(?:class|struct|enum class) (?:alignas\(\w+\) )?(\w+)\b[^;]*?\{", re.MULTILINE)


@functools.cache
def types_at_top(text):
    """(namespace, name) of each type that a header defines at namespace level."""
    space = re.search(r"^namespace ([\w:]+) \{", text, re.MULTILINE)
    return {(space.group(1) if space else "", match.group(1)): match.start()
            for match in TYPE.finditer(text)}


def one_meaning(file, tree):
    """Two types of one name in one namespace: the linker keeps one's destructor for both."""
    if file.suffix != ".hpp":
        return
    for name, start in types_at_top(file.text).items():
        for other in tree.files:
            if other.suffix != ".hpp" or other.path == file.path:
                continue
            if name in types_at_top(other.text):
                yield (file.text.count("\n", 0, start) + 1,
                       f"{'::'.join(name)} is defined in {other.path} too; rename one of them")


RULES = [words, includes, sizes, header_opening, thread_label, leftovers, suppressions, documents,
         module_folder, dead_headers, one_meaning]


# --- Running ---------------------------------------------------------------------------------

TEXT = {".cpp", ".hpp", ".c", ".h", ".rs", ".py", ".cmake", ".sh", ".md", ".txt", ".toml", ".wit",
        ".wat", ".json", ".yml"}


def read_tree(root, modules):
    listing = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, check=False)
    if listing.returncode == 0:
        paths = [path for path in listing.stdout.decode().split("\0") if path]
    else:  # A tree without git, such as an archive.
        paths = []
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders if name not in ("build", "target", ".git")]
            paths += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    files = []
    for path in sorted(set(paths)):
        full = os.path.join(root, path)
        if "/generated/" in path:
            continue  # Made by a tool; its maker's taste.
        if pathlib.PurePath(path).suffix in TEXT and os.path.isfile(full):
            with open(full, encoding="utf-8", errors="replace") as stream:
                files.append(File(path, stream.read()))
    return Tree(files, modules)


def check(tree):
    return [(file.path, line, rule.__name__, complaint)
            for file in tree.files for rule in RULES for line, complaint in rule(file, tree)]


# --- Self-test -------------------------------------------------------------------------------

EXAMPLE_MODULES = """\
vocabulary base result
vocabulary model outcome
module base 0
module model 1 base
module io 1 base
module mailbox 2 base model
tests mailbox io
"""

PRAGMA = "#pragma once\n// What.\n"

# rule, path, text that breaks it (once), text that keeps it
EXAMPLES = [
    (words, "src/base/a.cpp", "throw Error{};", '// throw\nauto a = "throw"; a.throw_count();'),
    (words, "src/base/a.cpp", "auto* a = new Thing;",
     "#include <new>\nstd::unique_ptr<A> a(new A(1));\nnew (place) A(2);\nint anew = 1;"),
    (words, "src/base/a.cpp", "delete thing;", "A(const A&) = delete;\n// delete it"),
    (words, "src/model/a.cpp", "std::mutex mutex;", "Mutex mutex;"),
    (words, "src/model/a.cpp", "std::shared_mutex mutex;", "int mutex;"),
    (words, "src/model/a.cpp", "auto now = std::chrono::steady_clock::now();",
     '#include "io/system_clock.hpp"\nclock.now();'),
    (words, "src/model/a.cpp", "int i = rand();", "int i = operand(); int random_count;"),
    (words, "src/model/a.cpp", "std::random_device device;", "std::mt19937_64 random(seed);"),
    (words, "src/http/a.cpp", 'std::getenv("A");', "get_env();"),
    (words, "src/model/a.cpp", "std::thread thread;",
     "std::this_thread::yield();\nstd::thread::id id;"),
    (words, "src/model/a_test.cpp", "std::this_thread::sleep_for(1s);",
     "// tidy: allow(sleep) the kernel tells nobody\nstd::this_thread::sleep_for(1s);"),
    (words, "src/host/a.cpp", "wasmtime_store_t* store;", "#if TROUPE_HAS_WASMTIME\n#endif"),
    (words, "examples/bank/a.cpp", "::usleep(3);", "throw 1; std::mutex m;"),
    (includes, "src/mailbox/a.cpp", '#include "io/disk.hpp"',
     '#include "mailbox/a.hpp"\n#include "base/check.hpp"\n#include "troupe/outcome.hpp"'),
    (includes, "src/io/a.cpp", '#include "troupe/outcome.hpp"', '#include "troupe/result.hpp"'),
    (includes, "src/io/a.cpp", '#include "troupe/nobody.hpp"', "#include <vector>"),
    (includes, "src/io/a.cpp", "#include <toml++/toml.h>", "#include <sys/mman.h>"),
    (includes, "src/io/a.cpp", "#include <wasmtime.h>", '#include "base/format.hpp"'),
    (includes, "src/base/a.cpp", '#include "io/disk.hpp"', '#include "base/disk.hpp"'),
    (includes, "src/mailbox/a.cpp", '#include "io/sim_disk.hpp"', '#include "model/a.hpp"'),
    (includes, "include/troupe/outcome.hpp", '#include "base/check.hpp"',
     '#include "troupe/result.hpp"'),
    (includes, "include/troupe/stray.hpp", "", None),
    (includes, "examples/bank/bank.cpp", '#include "base/check.hpp"',
     '#include "troupe/result.hpp"'),
    (sizes, "src/base/a.cpp", "x" * 101, "x" * 100 + "\n" + "é" * 100),
    (sizes, "src/base/a.cpp", "x\n" * 801, "x\n" * 800),
    (sizes, "src/base/a_test.cpp", "x\n" * 1501, "x\n" * 1500),
    (header_opening, "src/base/a.hpp", "// What.\n#pragma once", PRAGMA),
    (header_opening, "src/base/a.hpp", "#pragma once\n\nint a;", PRAGMA + "int a;"),
    (thread_label, "src/base/a.hpp", "// Does it.\nclass A {\n};",
     "// Thread: any thread.\ntemplate <class T>\nclass A {\n};\nclass B;\nenum class C {\n};"),
    (thread_label, "src/base/a.hpp", "class A final : public B {\n};", "struct A {\n};"),
    (leftovers, "src/base/a.cpp", "// FIXME soon", "// TODO(perf): one copy less"),
    (leftovers, "src/base/a.cpp", "// TODO(now): all", "// fixed"),
    (leftovers, "docs/a.md", "TODO write", "A TODO(docs) mark"),
    (leftovers, "src/base/a.cpp", "int a; \n", "int a;\n"),
    (suppressions, "src/base/a.cpp", "int a;  // NOLINT",
     "// The C library wants it.\nint a;  // NOLINT(x-y)"),
    (suppressions, "src/base/a.cpp", "\nint a;  // NOLINT(x-y)",
     "int a;  // NOLINT(x-y): C wants it."),
    (documents, "docs/a.md", "no title", "# Title\n```sh\n# a comment\n```\n## Part"),
    (documents, "docs/a.md", "# One\n# Two", "# One"),
    (documents, "src/base/README.md", "# One\n" + "x\n" * 70, "# One\n" + "x\n" * 69),
]


def self_test():
    failures = []
    modules = Modules.parse(EXAMPLE_MODULES)

    def complaints(rule, path, text, others=()):
        file = File(path, text)
        return list(rule(file, Tree([file, *others], modules)))

    def expect(condition, what):
        if not condition:
            failures.append(what)

    for rule, path, bad, good in EXAMPLES:
        found = complaints(rule, path, bad)
        expect(len(found) == 1,
               f"{rule.__name__}: {len(found)} complaints about {path}: {bad[:60]!r}")
        if good is not None:
            found = complaints(rule, path, good)
            expect(not found, f"{rule.__name__}: {found} about {path}: {good[:60]!r}")

    # Owners may.
    expect(not complaints(words, "src/io/a.cpp", 'std::getenv("A");'), "io may read getenv")
    expect(not complaints(words, "src/scheduler/a.cpp", "std::thread t;"), "scheduler's threads")
    # Tests have what TEST_USES adds, the sources have not.
    expect(not complaints(includes, "src/mailbox/a_test.cpp", '#include "io/disk.hpp"'),
           "TEST_USES")
    # Every line of a block is blanked, and the lines after it keep their numbers.
    found = complaints(words, "src/base/a.cpp", '/* throw\nthrow */ R"(throw\n)";\nthrow 1;')
    expect([line for line, _ in found] == [4], f"line numbers: {found}")

    folder = "add_module(base HEADERS a.hpp SOURCES a.cpp)"
    readme = File("src/base/README.md", "# base")
    hpp, cpp = File("src/base/a.hpp", PRAGMA), File("src/base/a.cpp", '#include "base/a.hpp"')
    list_path = "src/base/CMakeLists.txt"
    expect(len(complaints(module_folder, list_path, folder, [hpp, cpp])) == 1, "README is missing")
    expect(not complaints(module_folder, list_path, folder, [hpp, cpp, readme]), "a whole module")
    stray = File("src/base/b.cpp", "")
    expect(len(complaints(module_folder, list_path, folder, [readme, stray])) == 1, "unnamed file")
    test = File("src/base/b_test.cpp", "")
    expect(not complaints(module_folder, list_path, folder, [readme, test]), "tests have suffixes")
    expect(len(complaints(dead_headers, hpp.path, hpp.text)) == 1, "dead header")
    expect(not complaints(dead_headers, hpp.path, hpp.text, [cpp]), "living header")

    reply = "namespace troupe {\nstruct Reply {};\n}"
    other = File("src/http/b.hpp", reply)
    expect(len(complaints(one_meaning, hpp.path, reply, [other])) == 1, "one name, two types")
    inner = reply.replace("namespace troupe", "namespace troupe::inner")
    expect(not complaints(one_meaning, hpp.path, inner, [other]), "another namespace")
    expect(not complaints(one_meaning, hpp.path, "struct Reply;", [other]), "a declaration")
    aligned = "namespace troupe {\nclass alignas(64) Reply {};\n}"
    expect(complaints(one_meaning, hpp.path, aligned, [other]), "a second aligned type")

    tried = {rule for rule, *_ in EXAMPLES} | {module_folder, dead_headers, one_meaning}
    expect(tried == set(RULES), "every rule has an example")
    for failure in failures:
        print(f"self-test: {failure}", file=sys.stderr)
    print(f"tidy self-test: {len(EXAMPLES)} examples, {len(RULES)} rules, {len(failures)} failures")
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--modules", help="modules.txt of a build folder (default: the newest)")
    parser.add_argument("--self-test", action="store_true", help="try every rule on its examples")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()

    root = pathlib.Path(__file__).resolve().parent.parent
    listing = arguments.modules
    if listing is None:
        builds = sorted(root.glob("build/*/modules.txt"), key=lambda path: path.stat().st_mtime)
        if not builds:
            print("tidy: no build/*/modules.txt; configure a build first", file=sys.stderr)
            return 2
        listing = builds[-1]
    with open(listing, encoding="utf-8") as stream:
        modules = Modules.parse(stream.read())
    tree = read_tree(root, modules)
    complaints = check(tree)
    for path, line, rule, complaint in complaints:
        print(f"{path}:{line}: {complaint} [{rule}]")
    print(f"tidy: {len(tree.files)} files, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
