"""A curl command line as the requests it sends. The meaning of each option is curl's own (`man curl`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from portal.examples.calls import Call, write_call
from portal.examples.limits import TooMuchError
from portal.examples.shell import Command, Shell, read_file
from portal.examples.unknowns import Text, Unknown, Words, join_pieces

_SHORT_WITH_VALUE = set("AbcCdDeEFhHKmoPQrtTuUwxXyYz")
_SHORT = {"d": "data", "X": "request", "G": "get", "I": "head", "T": "upload-file", "F": "form", "K": "config", ":": "next"}
_LONG_WITH_VALUE = set(
    """
    abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout
    connect-to continue-at cookie cookie-jar create-file-mode crlfile curves data data-ascii data-binary
    data-raw data-urlencode delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url dump-header
    egd-file engine etag-compare etag-save expect100-timeout form form-string ftp-account
    ftp-alternative-to-user ftp-method ftp-port ftp-ssl-ccc-mode happy-eyeballs-timeout-ms header hostpubmd5
    hostpubsha256 hsts interface json keepalive-time key key-type krb libcurl limit-rate local-port
    login-options mail-auth mail-from mail-rcpt max-filesize max-redirs max-time netrc-file noproxy
    oauth2-bearer output output-dir parallel-max pass pinnedpubkey proto proto-default proto-redir proxy
    proxy-cacert proxy-capath proxy-cert proxy-cert-type proxy-ciphers proxy-crlfile proxy-header proxy-key
    proxy-key-type proxy-pass proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype
    proxy-tlspassword proxy-tlsuser proxy-user proxy1.0 preproxy pubkey quote random-file range rate referer
    request request-target resolve retry retry-delay retry-max-time sasl-authzid service-name socks4 socks4a
    socks5 socks5-gssapi-service socks5-hostname speed-limit speed-time stderr telnet-option tftp-blksize
    time-cond tls-max tls13-ciphers tlsauthtype tlspassword tlsuser trace trace-ascii unix-socket upload-file
    url url-query user user-agent variable write-out
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
MAX_WORDS = 200
# With one of them the request goes elsewhere than its address says, or says more than the command line shows.
_DETOURS = {
    "abstract-unix-socket", "config", "connect-to", "request-target", "resolve", "unix-socket",
}  # fmt: skip
_DATA = {"data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json"}


@dataclass(slots=True)
class _Line:
    """What one stretch of a command line (up to `--next`) asks for."""

    urls: list[Words] = field(default_factory=list)
    data: list[Words] = field(default_factory=list)
    joint: str = "&"
    method: Words | None = None
    sends_query: bool = False
    head_only: bool = False
    form: bool = False
    upload: Words | None = None
    detour: str | None = None

    def write_method(self) -> str:
        if self.method is not None:
            return self.method if isinstance(self.method, str) else "POST"
        if self.head_only:
            return "HEAD"
        if self.upload is not None:
            return "PUT"
        return "POST" if (self.data and not self.sends_query) or self.form else "GET"


def read_curl(command: Command, shell: Shell) -> Iterator[Call]:
    """Read the calls of one curl command."""
    if len(command.words) > MAX_WORDS:
        raise TooMuchError
    for line in _read_lines(command, shell):
        for url in line.urls:
            call = _make_call(line, url)
            broken = "The command is not finished: a quote or a bracket stays open."
            yield replace(call, problem=broken) if command.broken else call


def _read_lines(command: Command, shell: Shell) -> list[_Line]:
    lines, words = [_Line()], list(command.words[1:])
    at, options = 0, True
    while at < len(words):
        word = words[at]
        at += 1
        if options and word == "--":
            options = False
        elif options and isinstance(word, str) and word.startswith("--"):
            at += _take_long(word[2:], words[at : at + 1], lines, command, shell)
        elif options and _starts_with_dash(word) and word != "-":
            at += _take_short(word, words[at : at + 1], lines, command, shell)
        else:
            lines[-1].urls.append(word)
    return lines


def _starts_with_dash(word: Words) -> bool:
    first = word.pieces[0] if isinstance(word, Text) else word
    return isinstance(first, str) and first.startswith("-") and len(first) > 1


def _take_long(name: str, following: Sequence[Words], lines: list[_Line], command: Command, shell: Shell) -> int:
    """Take one long option; the answer is how many of the following words are its value."""
    if name not in _LONG_WITH_VALUE:
        _set_option(name, "", lines, command, shell)
        return 0
    if following:
        _set_option(name, following[0], lines, command, shell)
    return 1


def _take_short(word: Words, following: Sequence[Words], lines: list[_Line], command: Command, shell: Shell) -> int:
    """Take a word of short options, as `-sSN`, `-XPOST` or `-d'{…}'`."""
    pieces = list(word.pieces) if isinstance(word, Text) else [word]
    letters = str(pieces[0])[1:]
    for index, letter in enumerate(letters):
        if letter in _SHORT_WITH_VALUE:
            attached = join_pieces([letters[index + 1 :], *pieces[1:]])
            value = attached if attached != "" else (following[0] if following else "")
            _set_option(_SHORT.get(letter, ""), value, lines, command, shell)
            return 0 if attached != "" else 1
        _set_option(_SHORT.get(letter, ""), "", lines, command, shell)
    return 0


def _set_option(name: str, value: Words, lines: list[_Line], command: Command, shell: Shell) -> None:
    line = lines[-1]
    if name in _DETOURS:
        line.detour = name
    elif name == "data-urlencode" and isinstance(value, str) and value[:1] in ("{", "["):
        line.form = True
    elif name in _DATA:
        line.data.append(_read_data(name, value, command, shell))
        line.joint = "" if name == "json" else "&"
    elif name == "request":
        line.method = value
    elif name == "url":
        line.urls.append(value)
    elif name == "get":
        line.sends_query = True
    elif name == "head":
        line.head_only = True
    elif name in ("form", "form-string"):
        line.form = True
    elif name == "upload-file":
        line.upload = value
    elif name == "next":
        lines.append(_Line())


def _read_data(name: str, value: Words, command: Command, shell: Shell) -> Words:
    """The data an option gives: `@file` and `@-` are read, and all but `--data-binary` and `--json` lose line ends."""
    first = value.pieces[0] if isinstance(value, Text) else value
    if name == "data-raw" or not (isinstance(first, str) and first.startswith("@")):
        return value
    if not isinstance(value, str):
        return Unknown("file", "file")
    source = value[1:]
    data = (command.stdin if command.stdin is not None else "") if source == "-" else read_file(source, shell)
    if name in ("data-binary", "json"):
        return data
    pieces = data.pieces if isinstance(data, Text) else (data,)
    return join_pieces(p.replace("\r", "").replace("\n", "") if isinstance(p, str) else p for p in pieces)


def _make_call(line: _Line, url: Words) -> Call:
    method = line.write_method()
    if line.detour is not None:
        return Call("curl", method, url, problem=f"Its option --{line.detour} makes it another request than its address says.")
    if line.upload is not None:
        name = line.upload if isinstance(line.upload, str) else "file"
        return Call("curl", method, url, problem=Unknown(name, "file").reason)
    if line.form:
        return Call("curl", method, url, problem="It sends a form, and Ollama's API takes JSON.")
    if not line.data or line.sends_query:
        return Call("curl", method, url)
    return write_call("curl", method, url, join_pieces(_join_data(line)))


def _join_data(line: _Line) -> Iterator[Words]:
    """Several `-d` make one body with `&` between them, several `--json` one with nothing between them."""
    for index, piece in enumerate(line.data):
        if index:
            yield line.joint
        yield piece
