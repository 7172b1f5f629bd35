"""A provider people sign on with, on a socket of its own: OpenID Connect and GitHub's API, each answer signed for real."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "portal-client", "the-provider's-secret"
Claims = dict[str, Any]


def _parts(*parts: object) -> str:
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)


class Provider:
    """`who` is whom it says comes; `bend` may change what is signed, and `sign` how."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.published = [self.key]
        self.stranger = RSAKey.generate_key(2048, {"kid": "one"})
        self.who: Claims = {"sub": "1001", "name": "Grace Hopper", "email": "grace@corp.example", "email_verified": True}
        self.bend: Callable[[Claims], object] = lambda claims: None
        self.sign: Callable[[Claims], str] = self.signed
        self.answer: Callable[[dict[str, str]], dict[str, str]] = lambda query: query
        self.orgs: list[str] = []
        self.is_down = False
        self.asked: list[str] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.numbers = itertools.count()

    def __enter__(self) -> Provider:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.get(self)

            def do_POST(self) -> None:
                provider.post(self)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join(5)

    def reset(self) -> None:
        fresh = Provider.__new__(Provider)
        Provider.__init__(fresh)
        self.who, self.bend, self.answer, self.orgs, self.is_down = fresh.who, fresh.bend, fresh.answer, [], False
        self.sign = self.signed

    def rotate(self, kid: str) -> RSAKey:
        """Sign with another key from now on, and publish that alone; the one before."""
        before, self.key = self.key, RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})
        self.published = [self.key]
        return before

    def claims(self, nonce: str) -> Claims:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce} | self.who
        self.bend(claims)
        return {name: value for name, value in claims.items() if value is not None}

    def signed(self, claims: Claims) -> str:
        return self.signed_by(self.key, claims)

    def signed_by(self, key: RSAKey, claims: Claims) -> str:
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)

    def by_a_stranger(self, claims: Claims) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.stranger)

    def by_its_public_key(self, claims: Claims) -> str:
        # By hand: a library that is well kept refuses to.
        text = _parts({"alg": "HS256", "kid": "one"}, claims)
        mac = hmac.new(self.key.as_pem(private=False), text.encode(), hashlib.sha256).digest()
        return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    def not_at_all(self, claims: Claims) -> str:
        return _parts({"alg": "none", "kid": "one"}, claims) + "."

    def hung_up(self, claims: Claims) -> str:
        raise ConnectionAbortedError

    def get(self, request: BaseHTTPRequestHandler) -> None:
        path, query = urlsplit(request.path).path, {k: v[0] for k, v in parse_qs(urlsplit(request.path).query).items()}
        self.asked.append(path)
        if self.is_down and path != "/authorize":
            return self._say(request, 503, {})
        if path in ("/authorize", "/login/oauth/authorize"):
            code = f"code-{next(self.numbers)}"
            self.codes[code] = query
            to = self.answer({"state": query["state"], "code": code})
            request.send_response(302)
            request.send_header("Location", f"{query['redirect_uri']}?{urlencode(to)}")
            request.send_header("Content-Length", "0")
            request.end_headers()
            return None
        answers: dict[str, object] = {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/jwks",
            },
            "/jwks": {"keys": [key.as_dict(private=False) for key in self.published]},
            "/api/v3/user": {"id": int(self.who["sub"]), "login": "grace-h", "name": self.who["name"]},
            "/api/v3/user/emails": [
                {"email": "other@corp.example", "primary": False, "verified": True},
                {"email": self.who["email"], "primary": True, "verified": self.who["email_verified"]},
            ],
            "/api/v3/user/orgs": [{"login": name} for name in self.orgs],
        }  # fmt: skip
        return self._say(request, 200 if path in answers else 404, answers.get(path, {}))

    def post(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"])).decode()
        sent = {k: v[0] for k, v in parse_qs(body).items()}
        self.asked.append(urlsplit(request.path).path)
        began = self.codes.pop(sent.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{quote(SECRET)}".encode()).decode()
        knows_us = request.headers.get("Authorization") == f"Basic {basic}" or sent.get("client_secret") == SECRET
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if self.is_down:
            return self._say(request, 503, {})
        if (
            began is None or not knows_us or began["redirect_uri"] != sent.get("redirect_uri")
            or began.get("code_challenge_method") != "S256" or began["code_challenge"] != challenge
        ):  # fmt: skip
            return self._say(request, 400, {"error": "invalid_grant"})
        token = self.sign(self.claims(began.get("nonce", "")))
        return self._say(request, 200, {"access_token": "a-token", "token_type": "bearer", "id_token": token})

    def _say(self, request: BaseHTTPRequestHandler, status: int, said: object) -> None:
        body = json.dumps(said).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
