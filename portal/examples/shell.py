"""Shell text as the commands it runs: their words after quoting and expansion, and what reaches their standard input.

The grammar is tree-sitter's; nothing is executed. What a program would print is unknown, except where it is written
in the block itself: `echo`, `printf`, a here-document, a file the block wrote before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import tree_sitter_bash
from tree_sitter import Language, Node

from portal.examples.jq import print_jq
from portal.examples.limits import MAX_COMMANDS, MAX_TEXT, MAX_TURNS, Clock, TooMuchError, parse_tree, split_lines
from portal.examples.shell_letters import spell, unspell
from portal.examples.unknowns import Text, Unknown, Words, join_pieces

_LANGUAGE = Language(tree_sitter_bash.language())
_GROUPS = {
    "program", "list", "compound_statement", "subshell", "negated_command", "do_group", "while_statement",
    "if_statement", "elif_clause", "else_clause", "case_statement", "case_item", "ERROR",
}  # fmt: skip
_IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp")
_RUNNERS = {"sudo", "time", "command", "exec", "nohup", "env", "builtin"}
_ANSI_ESCAPES = {
    "n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "v": "\v",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Command:
    """One command as it would start: its words, its own assignments done, and its standard input where it is known."""

    words: tuple[Words, ...]
    stdin: Words | None = None
    broken: bool = False

    @property
    def name(self) -> str:
        """The program's name without its folder; empty when it is not known."""
        first = self.words[0] if self.words else ""
        return first.rpartition("/")[2] if isinstance(first, str) else ""


@dataclass(slots=True)
class Shell:
    """What a block's commands have set so far: variables, and the files they wrote."""

    variables: dict[str, Words] = field(default_factory=dict)
    files: dict[str, Words] = field(default_factory=dict)
    commands: list[Command] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    steps: int = 0

    def step(self) -> None:
        """Count one more step of the reading."""
        self.steps += 1
        if self.steps % 100 == 0:
            self.clock.check()


def read_commands(text: str, variables: dict[str, Words], clock: Clock) -> Shell:
    """Read a block of shell text; the result lists its commands in the order they would run."""
    if text.count("|") > MAX_COMMANDS:  # the grammar's time grows with the square of a pipeline
        raise TooMuchError
    if "^\n" in text:  # how a line goes on at the prompt of Windows
        text = text.replace("^\n", "\\\n")
    shell = Shell(dict(variables), clock=clock)
    _run(parse_tree(_LANGUAGE, spell(_drop_prompts(text)), clock), shell, None)
    return shell


def _drop_prompts(text: str) -> str:
    """Of a session with `$ ` before each command keep the commands: the lines between them are output."""
    if "$ " not in text:
        return text
    lines = [line + "\n" for line in split_lines(text)]
    if not any(line.lstrip().startswith("$ ") for line in lines):
        return text
    kept, open_command = [], False
    for line in lines:
        bare = line.lstrip()
        if bare.startswith("$ "):
            kept.append(bare[2:])
            open_command = _is_unfinished(kept[-1])
        elif open_command:
            kept[-1] += line
            open_command = _is_unfinished(kept[-1])
    return "".join(kept)


def _is_unfinished(command: str) -> bool:
    """Say whether a command goes on in the next line: an open quote, or a backslash at the end."""
    quote, escaped = "", False
    for character in command.rstrip("\n"):
        if escaped:
            escaped = False
        elif character == "\\" and quote != "'":
            escaped = True
        elif character in "'\"" and quote in ("", character):
            quote = "" if quote else character
    return bool(quote) or escaped


# Running through the tree ---------------------------------------------------------------------------------------------


def _run(node: Node, shell: Shell, stdin: Words | None) -> Words:
    """Go through a statement; the answer is what it would print."""
    shell.step()
    match node.type:
        case "command":
            return _run_command(node, shell, stdin)
        case "pipeline":
            return _run_pipeline(node.named_children, shell, stdin)
        case "redirected_statement":
            return _run_redirected(node, shell, stdin)
        case "variable_assignment":
            _assign(node, shell)
        case "declaration_command" | "variable_assignments":
            for child in node.named_children:
                if child.type == "variable_assignment":
                    _assign(child, shell)
        case "for_statement":
            return _run_for(node, shell, stdin)
        case kind if kind in _GROUPS:
            return join_pieces([_run(child, shell, stdin) for child in node.named_children])
    return ""


def _run_pipeline(nodes: Sequence[Node], shell: Shell, stdin: Words | None) -> Words:
    output: Words = "" if stdin is None else stdin
    for index, child in enumerate(nodes):
        output = _run(child, shell, stdin if index == 0 else output)
    return output


def _run_redirected(node: Node, shell: Shell, stdin: Words | None) -> Words:
    body, onwards, target = node.child_by_field_name("body"), None, None
    for redirect in node.named_children:
        if redirect.type == "heredoc_redirect":
            stdin = _read_heredoc(redirect, shell)
            onwards = next((child for child in redirect.named_children if child.type in ("pipeline", "command")), None)
            target = _find_target(redirect.named_children, shell) or target
        elif redirect.type == "herestring_redirect":
            stdin = join_pieces([_expand(redirect.named_children[-1], shell), "\n"])
        elif redirect.type == "file_redirect" and redirect.children[0].type == "<":
            stdin = _read_file(_expand(redirect.named_children[-1], shell), shell)
        elif redirect.type == "file_redirect":
            target = _find_target([redirect], shell) or target
    output = _run(body, shell, stdin) if body is not None else ""
    if onwards is not None:
        return _run_pipeline(onwards.named_children if onwards.type == "pipeline" else [onwards], shell, output)
    if target:
        shell.files[target] = output
        return ""
    return output


def _find_target(redirects: Sequence[Node], shell: Shell) -> str | None:
    """The file that standard output goes to, when the redirections name one."""
    for redirect in redirects:
        if redirect.type == "file_redirect" and redirect.children[0].type in (">", ">|", ">>"):
            name = _expand(redirect.named_children[-1], shell)
            return name if isinstance(name, str) else None
    return None


def _run_for(node: Node, shell: Shell, stdin: Words | None) -> Words:
    """Run the body once for each word, up to a bound; once with an unknown when the words are not written out."""
    variable, body = node.child_by_field_name("variable"), node.child_by_field_name("body")
    if variable is None or body is None:
        return ""
    name, output = _text_of(variable), []
    words = [_expand(value, shell) for value in node.children_by_field_name("value")]
    for word in words[:MAX_TURNS]:
        shell.variables[name] = word
        output.append(_run(body, shell, stdin))
    return join_pieces(output)


def _run_command(node: Node, shell: Shell, stdin: Words | None) -> Words:
    if len(shell.commands) >= MAX_COMMANDS:
        raise TooMuchError
    words: list[Words] = []
    outside = shell.variables
    for child in node.named_children:
        kind = child.type
        if kind == "command_name":
            words.append(_expand(child.named_children[0], shell) if child.named_children else _text_of(child))
        elif kind == "variable_assignment":
            if shell.variables is outside:  # `NAME=value command` sets NAME for that command alone
                shell.variables = dict(outside)
            _assign(child, shell)
        elif kind == "herestring_redirect":
            stdin = join_pieces([_expand(child.named_children[-1], shell), "\n"])
        elif kind == "file_redirect":
            if child.children[0].type == "<":
                stdin = _read_file(_expand(child.named_children[-1], shell), shell)
        elif kind not in ("comment", "file_descriptor"):
            words.append(_expand(child, shell))
    shell.variables = outside
    while len(words) > 1 and words[0] in _RUNNERS:
        words = words[1:]
        while len(words) > 1 and isinstance(words[0], str) and (words[0].startswith("-") or "=" in words[0]):
            words = words[1:]
    command = Command(tuple(words), stdin, broken=_is_broken(node))
    shell.commands.append(command)
    return _output_of(command, shell)


def _is_broken(node: Node) -> bool:
    """Say whether the grammar gave up inside a command or right after it, where an open quote leaves the rest."""
    after = node.next_sibling
    return node.has_error or (after is not None and after.type == "ERROR" and after.start_point[0] == node.end_point[0])


def _assign(node: Node, shell: Shell) -> None:
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if name is not None and name.type == "variable_name":
        expanded = "" if value is None else _expand(value, shell)
        too_long = isinstance(expanded, str) and len(expanded) > MAX_TEXT
        shell.variables[_text_of(name)] = Unknown(_text_of(name), "computed") if too_long else expanded


# What commands print --------------------------------------------------------------------------------------------------


def _output_of(command: Command, shell: Shell) -> Words:
    arguments = command.words[1:]
    match command.name:
        case "echo":
            plain = arguments[1:] if arguments[:1] == ("-n",) else arguments
            ending = "" if plain is not arguments else "\n"
            return join_pieces([*_interleave(plain, " "), ending])
        case "printf" if arguments[:1] in (("%s",), ("%s\\n",)) and len(arguments) == 2:
            return join_pieces([arguments[1], "\n" if arguments[0] == "%s\\n" else ""])
        case "printf" if len(arguments) == 1 and isinstance(arguments[0], str) and "%" not in arguments[0]:
            return _unescape_ansi(arguments[0])
        case "cat" if not arguments or arguments == ("-",):
            return "" if command.stdin is None else command.stdin
        case "cat":
            return join_pieces(_read_file(name, shell) for name in arguments)
        case "tee" if command.stdin is not None:
            shell.files.update({name: command.stdin for name in arguments if isinstance(name, str)})
            return command.stdin
        case "base64":
            return Unknown(_file_of(command), "image")
        case "tr" | "sed" | "head" | "tail" if isinstance(command.stdin, Unknown):
            return command.stdin
        case "jq" if (printed := print_jq(arguments)) is not None:
            return printed
        case "curl" | "wget":
            return Unknown(command.name, "answer")
        case _:
            carried = command.stdin.first_unknown if isinstance(command.stdin, Text) else command.stdin
            if isinstance(carried, Unknown) and carried.why == "answer":
                return carried
            return Unknown(command.name or "command", "computed")


def _file_of(command: Command) -> str:
    """The file a `base64` command reads: its argument, or what was sent to its standard input."""
    names = [word for word in command.words[1:] if isinstance(word, str) and not word.startswith("-") and word != "0"]
    if names:
        return names[-1]
    return command.stdin.name if isinstance(command.stdin, Unknown) else "image"


def _interleave(words: Sequence[Words], separator: str) -> Iterator[Words]:
    for index, word in enumerate(words):
        if index:
            yield separator
        yield word


def _read_file(name: Words, shell: Shell) -> Words:
    if not isinstance(name, str):
        return Unknown("file", "file")
    return read_file(name, shell)


def read_file(name: str, shell: Shell) -> Words:
    """What a file holds: what the block wrote into it, else unknown."""
    known = shell.files.get(name)
    if known is not None:
        return known
    return Unknown(name, "image" if name.lower().endswith(_IMAGE_SUFFIXES) else "file")


# Words ----------------------------------------------------------------------------------------------------------------


def _text_of(node: Node) -> str:
    return _read(node.text or b"")


def _read(source: bytes) -> str:
    return unspell(source.decode())


def _expand(node: Node, shell: Shell) -> Words:
    """The value of one word after quoting and expansion."""
    shell.step()
    match node.type:
        case "raw_string":
            return _text_of(node)[1:-1]
        case "ansi_c_string":
            return _unescape_ansi(_text_of(node)[2:-1])
        case "string" | "translated_string":
            return _expand_string(node, shell)
        case "concatenation":
            return join_pieces(_expand(child, shell) for child in node.children)
        case "simple_expansion":
            return _expand_name(_text_of(node)[1:], shell)
        case "expansion":
            return _expand_braces(node, shell)
        case "command_substitution":
            return _substitute(node, shell)
        case "arithmetic_expansion" | "process_substitution" | "brace_expression" | "array":
            return Unknown(_text_of(node)[:40], "computed")
        case _:
            return _unescape_word(_text_of(node))


def _substitute(node: Node, shell: Shell) -> Words:
    redirect = [child for child in node.named_children if child.type == "file_redirect"]
    if redirect and len(node.named_children) == 1:  # $(<file)
        return _read_file(_expand(redirect[0].named_children[-1], shell), shell)
    output = join_pieces([_run(child, shell, None) for child in node.named_children])
    if isinstance(output, Text):
        last = output.pieces[-1]
        return join_pieces([*output.pieces[:-1], last.rstrip("\n") if isinstance(last, str) else last])
    return output.rstrip("\n") if isinstance(output, str) else output


def _expand_name(name: str, shell: Shell) -> Words:
    known = shell.variables.get(name)
    if known is not None:
        return known
    return Unknown(name, "setting" if name.isupper() else "argument" if name in "123456789@*#?" else "name")


def _expand_braces(node: Node, shell: Shell) -> Words:
    """`${NAME}`, with a default where `:-`, `-`, `:=` or `=` gives one; any other operation is unknown."""
    named = node.named_children
    if not named or named[0].type != "variable_name":
        return Unknown(_text_of(node)[:40], "computed")
    name = _text_of(named[0])
    operator = next((child.type for child in node.children[2:] if not child.is_named and child.type != "}"), None)
    if operator is None:
        return _expand_name(name, shell)
    if operator in (":-", "-", ":=", "="):
        known = shell.variables.get(name)
        default = join_pieces(_expand(child, shell) for child in named[1:])
        return default if known is None or (known == "" and operator[0] == ":") else known
    if operator in (":?", "?"):
        return _expand_name(name, shell)
    return Unknown(name, "computed")


def _expand_string(node: Node, shell: Shell) -> Words:
    """The inside of double quotes; what the grammar leaves between the children is text as well."""
    source = node.text or b""
    pieces: list[Words] = []
    opening = source.index(b'"') + 1
    at = node.start_byte + opening
    # The grammar makes a string of an opening quote alone, too; then its last byte is text, or a part of a letter.
    end = node.end_byte - int(source.endswith(b'"', opening))
    for child in node.named_children:
        if child.type in ("simple_expansion", "expansion", "command_substitution", "arithmetic_expansion"):
            pieces.append(_unescape_quoted(_read(source[at - node.start_byte : child.start_byte - node.start_byte])))
            pieces.append(_expand(child, shell))
            at = child.end_byte
    pieces.append(_unescape_quoted(_read(source[at - node.start_byte : end - node.start_byte])))
    return join_pieces(pieces)


def _read_heredoc(redirect: Node, shell: Shell) -> Words:
    start = next((child for child in redirect.named_children if child.type == "heredoc_start"), None)
    body = next((child for child in redirect.named_children if child.type == "heredoc_body"), None)
    if start is None or body is None:
        return ""
    strip_tabs = any(child.type == "<<-" for child in redirect.children)
    if set("'\"\\") & set(_text_of(start)):
        return _strip_tabs(_text_of(body)) if strip_tabs else _text_of(body)
    source, at, pieces = body.text or b"", body.start_byte, list[Words]()
    for child in body.named_children:
        if child.type in ("simple_expansion", "expansion", "command_substitution", "arithmetic_expansion"):
            pieces.append(_unescape_heredoc(_read(source[at - body.start_byte : child.start_byte - body.start_byte])))
            pieces.append(_expand(child, shell))
            at = child.end_byte
    pieces.append(_unescape_heredoc(_read(source[at - body.start_byte :])))
    return join_pieces(_strip_tabs(p) if strip_tabs and isinstance(p, str) else p for p in pieces)


def _strip_tabs(text: str) -> str:
    return "".join(line.lstrip("\t") for line in text.splitlines(keepends=True))


# Escapes --------------------------------------------------------------------------------------------------------------


def _unescape(text: str, special: str | None) -> str:
    """Take the backslash away before the `special` characters (before any when None), and before a line's end both."""
    if "\\" not in text:
        return text
    written, characters = [], iter(text)
    for character in characters:
        if character != "\\":
            written.append(character)
            continue
        escaped = next(characters, None)
        if escaped is None:
            written.append("\\")
        elif escaped != "\n":
            written.append(escaped if special is None or escaped in special else "\\" + escaped)
    return "".join(written)


def _unescape_word(text: str) -> str:
    return _unescape(text, None)


def _unescape_quoted(text: str) -> str:
    return _unescape(text, '$`"\\')


def _unescape_heredoc(text: str) -> str:
    return _unescape(text, "$`\\")


def _unescape_ansi(text: str) -> str:
    written, at = [], 0
    while at < len(text):
        character = text[at]
        if character != "\\" or at + 1 == len(text):
            written.append(character)
            at += 1
            continue
        piece, at = _read_ansi_escape(text, at + 1)
        written.append(piece)
    return "".join(written)


def _read_ansi_escape(text: str, at: int) -> tuple[str, int]:
    """The character that the escape at `at` (after the backslash) stands for, and where reading goes on."""
    letter = text[at]
    if letter in _ANSI_ESCAPES:
        return _ANSI_ESCAPES[letter], at + 1
    longest = {"x": 2, "u": 4, "U": 8}.get(letter)
    digits, alphabet = "", "0123456789abcdefABCDEF" if longest else "01234567"
    start = at + 1 if longest else at
    while len(digits) < (longest or 3) and start < len(text) and text[start] in alphabet:
        digits += text[start]
        start += 1
    if not digits:
        return (letter if letter in "\\'\"?" else "\\" + letter), at + 1
    code = int(digits, 16 if longest else 8)
    return (chr(code) if code <= 0x10FFFF else ""), start
