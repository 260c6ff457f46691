"""What must never stand in the service's own code: a debugger, code made of data, markup that is trusted unread."""

import ast
import logging
import re

from tests.architecture.source import ROOT, Module, modules

FORBIDDEN_IMPORTS = {
    "pickle": "whoever writes the bytes runs code",
    "marshal": "whoever writes the bytes runs code",
    "shelve": "pickle inside",
    "dill": "pickle inside",
    "pdb": "a debugger",
    "ipdb": "a debugger",
    "code.interact": "a debugger",
    "werkzeug.debug": "a console in the browser",
    "flask_debugtoolbar": "a console in the browser",
    "telnetlib": "an open door",
    "xmlrpc": "entities are expanded",
    "xml.dom": "entities are expanded",
    "xml.sax.make_parser": "entities are expanded",
    "xml.sax.parse": "entities are expanded",
    "xml.sax.parseString": "entities are expanded",
    "markupsafe.Markup": "markup that is trusted unread",
    "flask.Markup": "markup that is trusted unread",
    "flask.render_template_string": "a template made of data",
    "jinja2.Template": "a template made of data",
}
FORBIDDEN_CALLS = {
    "eval": "code made of data",
    "exec": "code made of data",
    "compile": "code made of data",
    "__import__": "code made of data",
    "breakpoint": "a debugger",
    "input": "waits for a keyboard that nobody has",
    "os.system": "a shell",
    "os.popen": "a shell",
    "yaml.load": "makes objects of any class",
    "yaml.unsafe_load": "makes objects of any class",
    "yaml.full_load": "makes objects of any class",
    "tempfile.mktemp": "a name that another may take first",
    "random.choice": "can be foretold",
    "random.randbytes": "can be foretold",
    "random.getrandbits": "can be foretold",
    "hashlib.md5": "broken",
    "Markup": "markup that is trusted unread",
    "render_template_string": "a template made of data",
    "Template": "a template made of data",
}
FORBIDDEN_ARGUMENTS = {("shell", True), ("verify", False), ("debug", True), ("autoescape", False)}
TRUSTED_UNREAD = re.compile(
    r"\|\s*safe\b|\bautoescape\s+false|\bMarkup\(|\.innerHTML\s*\+?=[^=]|\.outerHTML\s*=|insertAdjacentHTML"
    r"|document\.write|\beval\(|new Function"
)
RUNS_IN_ATTRIBUTES = re.compile(
    r"\son[a-z]+\s*=\s*[\"']|javascript:|srcdoc\s*=|<script(?![^>]*\bsrc=)|\sstyle\s*=", re.I
)
OUTSIDE_THE_SERVICE = ("emulator",)  # never beside real residents: serve_problems refuses a provider on this machine


def of_the_service() -> tuple[Module, ...]:
    return tuple(module for module in modules() if module.room not in OUTSIDE_THE_SERVICE)


def test_nothing_is_imported_that_runs_data_or_opens_a_console() -> None:
    found = {
        (module.name, name)
        for module in of_the_service()
        for name in module.imports()
        for forbidden in FORBIDDEN_IMPORTS
        if name == forbidden or name.startswith(f"{forbidden}.")
    }
    assert found == set()


def test_nothing_is_called_that_runs_data_or_can_be_foretold() -> None:
    found = {
        (module.name, ast.unparse(node.func), node.lineno)
        for module in of_the_service()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in FORBIDDEN_CALLS
    }
    assert found == set()


def test_no_shell_no_debugger_and_every_certificate_is_looked_at() -> None:
    found = {
        (module.name, keyword.arg, node.lineno)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if isinstance(keyword.value, ast.Constant) and (keyword.arg, keyword.value.value) in FORBIDDEN_ARGUMENTS
        if isinstance(keyword.value.value, bool)
    }
    assert found == set()


def test_no_page_trusts_text_unread() -> None:
    pages = [*ROOT.glob("console/templates/**/*.html"), *ROOT.glob("emulator/pages/**/*.html")]
    scripts = [path for path in ROOT.glob("console/static/**/*.js") if "vendor" not in path.parts]
    assert len(pages) > 30
    assert len(scripts) > 5
    found = {str(path.relative_to(ROOT)) for path in (*pages, *scripts) if TRUSTED_UNREAD.search(path.read_text())}
    assert found == set()


def test_no_page_of_ours_runs_anything_in_itself() -> None:
    """What the content policy forbids a browser to run does not stand there either."""
    pages = ROOT.glob("console/templates/**/*.html")
    found = {str(page.relative_to(ROOT)) for page in pages if RUNS_IN_ATTRIBUTES.search(page.read_text())}
    assert found == set()


def test_every_pinned_package_stands_with_its_hash() -> None:
    """``pip --require-hashes`` takes no package that another index put in its place."""
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        wanted = [line for line in text.splitlines() if re.match(r"^[a-z0-9]", line, re.I)]
        assert wanted
        assert [line for line in wanted if "==" not in line or not line.rstrip().endswith("\\")] == []
        assert text.count("--hash=sha256:") >= len(wanted)


def test_no_line_of_the_log_names_a_field_that_logging_keeps_for_itself() -> None:
    """It would raise instead of writing the line, and only where that line is written: a webhook would fail in use."""
    kept = {*vars(logging.makeLogRecord({})), "message", "asctime"}
    found = {
        (module.name, key.value)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.keyword) and node.arg == "extra"
        for inner in ast.walk(node.value)
        if isinstance(inner, ast.Dict)
        for key in inner.keys
        if isinstance(key, ast.Constant) and key.value in kept
    }
    assert found == set()
