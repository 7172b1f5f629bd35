"""Says what is wrong with a text that is not JSON, in the words of Go's scanner."""

SPACE = " \t\r\n"
LITERALS = {"t": "true", "f": "false", "n": "null"}
CLOSERS = {"{": "}", "[": "]"}
SHOWN = {"'": "'\\''", '"': "'\"'", "\\": "'\\\\'", "\n": "'\\n'", "\r": "'\\r'", "\t": "'\\t'"}


def complaint(text: str) -> str:
    """What Go says about the first fault in a text that is not JSON."""
    try:
        _Scanner(text).scan()
    except _FaultError as fault:
        return str(fault)
    return "unexpected EOF"


class _FaultError(Exception):
    pass


def _invalid(char: str, context: str) -> _FaultError:
    shown = SHOWN.get(char) or (f"'{char}'" if char.isprintable() else f"'\\x{ord(char):02x}'")
    return _FaultError(f"invalid character {shown} {context}")


class _Scanner:
    """Walks one JSON value, without recursion, and raises _FaultError where it breaks off."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._open: list[str] = []

    def scan(self) -> None:
        self._value()
        while self._open:
            char = self._next()
            if char == CLOSERS[self._open[-1]]:
                self._open.pop()
                self._at += 1
            elif char == ",":
                self._at += 1
                self._member()
            else:
                after = "after object key:value pair" if self._open[-1] == "{" else "after array element"
                raise _invalid(char, after)

    def _value(self) -> None:
        """Goes past a scalar, or into an object or array as far as its first scalar or its end."""
        while (char := self._next()) in CLOSERS:
            self._open.append(char)
            self._at += 1
            if self._next() == CLOSERS[char]:
                return
            if char == "{":
                self._key()
        self._scalar(char)

    def _member(self) -> None:
        if self._open[-1] == "{":
            self._key()
        self._value()

    def _peek(self) -> str:
        if self._at >= len(self._text):
            raise _FaultError("unexpected EOF")
        return self._text[self._at]

    def _next(self) -> str:
        while (char := self._peek()) in SPACE:
            self._at += 1
        return char

    def _key(self) -> None:
        if self._next() != '"':
            raise _invalid(self._peek(), "looking for beginning of object key string")
        self._string()
        if self._next() != ":":
            raise _invalid(self._peek(), "after object key")
        self._at += 1

    def _scalar(self, char: str) -> None:
        if char == '"':
            self._string()
        elif char == "-" or self._on_digit():
            self._number()
        elif char in LITERALS:
            self._literal(LITERALS[char])
        else:
            raise _invalid(char, "looking for beginning of value")

    def _string(self) -> None:
        self._at += 1
        while (char := self._peek()) != '"':
            if char < " ":
                raise _invalid(char, "in string literal")
            self._at += 1
            if char == "\\":
                self._escape()
        self._at += 1

    def _escape(self) -> None:
        char = self._peek()
        if char not in 'bfnrtu\\/"':
            raise _invalid(char, "in string escape code")
        self._at += 1
        for _ in range(4 if char == "u" else 0):
            if self._peek() not in "0123456789abcdefABCDEF":
                raise _invalid(self._peek(), "in \\u hexadecimal character escape")
            self._at += 1

    def _on_digit(self) -> bool:
        return self._text[self._at : self._at + 1] in tuple("0123456789")

    def _digits(self, context: str) -> None:
        self._peek()
        if not self._on_digit():
            raise _invalid(self._peek(), context)
        while self._on_digit():
            self._at += 1

    def _takes(self, chars: str) -> bool:
        taken = self._text[self._at : self._at + 1] in tuple(chars)
        self._at += taken
        return taken

    def _number(self) -> None:
        self._takes("-")
        if not self._takes("0"):
            self._digits("in numeric literal")
        if self._takes("."):
            self._digits("after decimal point in numeric literal")
        if self._takes("eE"):
            self._takes("+-")
            self._digits("in exponent of numeric literal")

    def _literal(self, word: str) -> None:
        for expected in word:
            if self._peek() != expected:
                raise _invalid(self._peek(), f"in literal {word} (expecting '{expected}')")
            self._at += 1
