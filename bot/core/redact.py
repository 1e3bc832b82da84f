"""Taking secrets and tricks out of text before a person, a message or a log sees it. Pure, and linear in its input.

``redact`` for free text (log lines, events, arguments), ``redact_env`` for one variable, ``clean`` for what would act
on the reader's screen. Every pattern starts at a border that its own run cannot contain, and runs are possessive, so
that hostile input costs no more than ordinary input.
"""

from __future__ import annotations

import base64
import binascii
import functools
import itertools
import math
import re
from collections import Counter

MARK = "[redacted]"

# --- names ------------------------------------------------------------------------------------------------------------


def _each(words: str, by: str | None = None) -> frozenset[str]:
    return frozenset(words.split(by))


_SECRET_WORDS = _each(
    "password passwd passphrase pwd secret secrets token tokens apikey apikeys credential credentials creds"
    " authorization signature sig jwt bearer cookie webhook privatekey secretkey accesskey"
)
_SECRET_PAIRS = _each(
    "api key|access key|private key|secret key|encryption key|signing key|master key|shared key|account key|auth key"
    "|license key|session key|session id|session cookie|connection string|client secret|basic auth|ssh key|deploy key"
    "|pass phrase|pass word|service key",
    "|",
)
# What follows a secret's word and makes it something about the secret: tokenCount, secretName, password_file.
_ABOUT = _each(
    "name names count type types file files path dir length size ttl expires expiry expiration ref refs policy version"
    " enabled disabled required endpoint issuer limit max min used usage header algorithm at in age rotation manager"
    " provider store url uri host id ids timeout lifetime namespace validation valid invalid hint field index"
)
_ENV_LAST_WORDS = _each("key keys pass auth pat dsn salt pin otp private")  # enough in a variable's name
_PUBLIC_WORDS = _each("commit sha sha1 sha256 digest revision version build hash image arn checksum uid")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_HARMLESS = _each("null NULL none None nil true True false False <nil> <none> | > { [") | {""}
_SECRET_ENDS = ("password", "passwd", "passphrase", "secret", "token", "apikey")  # PGPASSWORD, authtoken


@functools.lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    """``dbPassword``, ``DB_PASSWORD`` and ``db-password`` -> ("db", "password")."""
    return tuple(word.lower() for word in _WORDS.findall(name))


@functools.lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Whether a key, flag, header or variable of this name holds a secret rather than something about one."""
    words = _words(name[-200:])
    pairs = {f"{a} {b}" for a, b in itertools.pairwise(words)}
    if not words or words[-1] in _ABOUT:
        return bool(pairs & {"session id"})
    return bool(
        _SECRET_WORDS.intersection(words) or pairs & _SECRET_PAIRS or any(word.endswith(_SECRET_ENDS) for word in words)
    )


# --- secrets that are known by their own shape ------------------------------------------------------------------------

_TOKENS = (
    r"eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]*+)*+",  # JWT, JWS, JWE
    r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{8,}+|xapp-[A-Za-z0-9-]{8,}+",  # Slack
    r"gh[pousr]_[A-Za-z0-9]{20,}+|github_pat_[A-Za-z0-9_]{20,}+|glpat-[A-Za-z0-9_-]{16,}+",
    r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])",  # AWS access key ids
    r"k8s-aws-v1\.[A-Za-z0-9_-]++",  # EKS
    r"AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,}+",  # Google
    r"[spr]k_(?:live|test)_[A-Za-z0-9]{10,}+|whsec_[A-Za-z0-9]{16,}+",  # Stripe
    r"sk-[A-Za-z0-9_-]{20,}+|npm_[A-Za-z0-9]{30,}+|pypi-[A-Za-z0-9_-]{50,}+|dckr_pat_[A-Za-z0-9_-]{20,}+",
    r"SG\.[A-Za-z0-9_-]{16,}+\.[A-Za-z0-9_-]{16,}+|SK[0-9a-f]{32}|key-[0-9a-f]{32}",  # SendGrid, Twilio, Mailgun
    r"hv[sbr]\.[A-Za-z0-9_-]{20,}+|dop_v1_[0-9a-f]{64}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
    r"AGE-SECRET-KEY-1[A-Z0-9]{20,}+|\d{8,10}:AA[A-Za-z0-9_-]{33}|\$2[aby]\$\d\d\$[A-Za-z0-9./]{53}",
)
_SHAPES = re.compile(r"(?<![A-Za-z0-9_-])(?:" + "|".join(_TOKENS) + ")")
_WEBHOOK = re.compile(
    r"(hooks\.slack(?:-gov)?\.com/[a-z]{1,20}+/|discord(?:app)?\.com/api/webhooks/|\.webhook\.office\.com/"
    r"|api\.telegram\.org/bot|hooks\.zapier\.com/hooks/)[^\s\"'<>|)\\]++"
)
# The port of http://host:8080/… is not a password; a password may hold slashes, so its length has a bound.
_URL_PASSWORD = re.compile(
    r"(://[^\s:/@\"'<>?#]*+:)(?!\d{1,5}+(?:[/?#\s\"',]|$))[^\s\"'<>@]{1,300}+(?:@[^\s\"'<>@/]{1,99}+){0,4}@(?=[\w.\[-])"
)
_URL_USER_TOKEN = re.compile(r"(://)[^\s:/@\"'<>?#]{20,}+@")
_SCHEME = re.compile(r"(?i)(?<![A-Za-z0-9_-])(bearer|basic|token|apikey)([ \t]++)([A-Za-z0-9._~+/-]{8,}+=*+)(?![\w=])")
_KEY_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_KEY_END = re.compile(r"-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_KEY_BODY = re.compile(r"[A-Za-z0-9+/=]{16,}+")


def _scheme(match: re.Match[str]) -> str:
    scheme, gap, value = match.groups()
    if scheme.lower() == "basic":
        try:
            secret = b":" in base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
        except (binascii.Error, ValueError):
            secret = False
    else:  # "bearer authentication failed" is prose; a credential has digits, or is long and mixed
        secret = any(c.isdigit() for c in value) or (len(value) >= 20 and value.lower() != value)
    return f"{scheme}{gap}{MARK}" if secret else match.group()


def _private_keys(text: str) -> str:
    """Blank PEM private keys, whole ones and those cut off by the start or the end of what was read."""
    if "PRIVATE KEY" not in text:
        return text
    out: list[str] = []
    at = 0
    end = _KEY_END.search(text)
    begin = _KEY_BEGIN.search(text)
    if end and (begin is None or end.start() < begin.start()):  # the log starts within a key
        out.append(_KEY_BODY.sub(MARK, text[: end.start()]))
        at = end.start()
    while begin := _KEY_BEGIN.search(text, at):
        out += [text[at : begin.end()], MARK]
        end = _KEY_END.search(text, begin.end())
        if end is None:  # ... or ends within one
            out.append(_KEY_BODY.sub(MARK, text[begin.end() :]))
            return "".join(out)
        at = end.start()
    out.append(text[at:])
    return "".join(out)


# --- secrets that are known by their name -----------------------------------------------------------------------------

_KEY = re.compile(
    r"(?<![\w.-])(?P<flag>--?)?(?P<name>\w[\w.-]*+)"
    r"(?:(?P<sep>\\*+[\"']?(?P<gap>[ \t]*+)(?:=>|:=|[:=])[ \t]*+)|(?P<tag>>)|(?P<next>(?:[\"'],?|,)?[ \t]++(?!-)))"
)
_SCHEME_WORD = re.compile(r"(?i)(?:bearer|basic|token|digest|negotiate|apikey|aws4-hmac-sha256)[ \t]++")
_QUOTES = re.compile(r"\\*+[\"']")
_INSIDE = {  # what stands between quotes, by the quote that opens
    '"': re.compile(r"(?:[^\"\\\n]|\\.)*+"),
    "'": re.compile(r"(?:[^'\\\n]|\\.)*+"),
    "\\": re.compile(r"(?:[^\"'\\\n]|\\++[^\"'\\\n])*+"),  # quotes that are themselves escaped: JSON within JSON
}
_LIST = re.compile(r"\[[ \t]*+\\*+[\"'][^\]\n]*+")
_LINE = re.compile(r"[^\n\"'\\]++")
_ELEMENT = re.compile(r"[^<\n]++")
# Unquoted: to the next space or quote, or to a separator behind which another name=value begins.
_BARE = re.compile(r"(?:[^\s\"'<&;,]|[&;,](?=\S)(?![\w.-]*+[\"']?[:=]))++")
_REFERENCE = re.compile(  # $(NAME) in arguments, **** from somebody who has redacted before us, our own mark
    r"(?:\$\{[\w.:-]{1,99}\}|\$\([\w.-]{1,99}\)|\$[A-Z0-9_]++|\*++|\[redacted\])(?![^\s\"',;&)}\]])"
)
_HINT = re.compile(r"(?i)pass|pwd|secret|token|key|cred|auth|sig|jwt|bearer|cookie|webhook|conn|session")


def _named(text: str) -> str:
    """Blank the values of secret-like names: password=…, "apiKey": "…", --token …, Cookie: …."""
    out: list[str] = []
    kept = at = 0  # text[:kept] has been put out, text[:at] has been looked at
    while key := _KEY.search(text, at):
        # Look again right behind the name: what follows may itself be a name ("error: password=x").
        at = key.end("name")
        if not _HINT.search(key["name"]) or not is_secret_name(key["name"]) or (key["next"] and not key["flag"]):
            continue
        start, end = _value(text, key)
        value = text[start:end]
        if value in _HARMLESS or _REFERENCE.match(text, start) or (value.isdigit() and _counts(key["name"], value)):
            continue
        out += [text[kept:start], MARK]
        kept = at = end
    out.append(text[kept:])
    return "".join(out)


def _counts(name: str, value: str) -> bool:
    """``tokens: 4096`` is a number of tokens, ``PasswordService.java:42`` a line."""
    return len(value) <= 7 and ("." in name or bool({"token", "tokens"}.intersection(_words(name))))


def _value(text: str, key: re.Match[str]) -> tuple[int, int]:
    """From where to where the value behind a name stands, without its quotes and its scheme (Bearer)."""
    start = key.end()
    words = _words(key["name"])
    quote = _QUOTES.match(text, start)
    if quote:
        start = quote.end()
    scheme = _SCHEME_WORD.match(text, start)
    if scheme:
        start = scheme.end()
    if quote:
        return start, _end(_INSIDE[quote.group()[0]], text, start)
    if key["tag"]:
        return start, _end(_ELEMENT, text, start)
    if key["gap"] and key["sep"].lstrip("\\")[0] in "\"'":  # volume "db-secret" : secret "db" not found
        return start, start
    if words[-1] == "cookie" or (scheme and scheme.group().lower().startswith(("digest", "aws4"))):
        return start, _end(_LINE, text, start)
    if text.startswith(("[", "{"), start):
        return start, _end(_LIST, text, start)
    end = _end(_BARE, text, start)
    return start, start + len(text[start:end].rstrip(")]}.,;:\\"))


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


# --- the three ways in ------------------------------------------------------------------------------------------------


def redact(text: str) -> str:
    """Text with every secret that can be recognised replaced by ``[redacted]``; the rest stays readable."""
    text = _named(_private_keys(text))
    text = _WEBHOOK.sub(rf"\1{MARK}", text)
    text = _SHAPES.sub(MARK, text)
    text = _SCHEME.sub(_scheme, text)
    text = _URL_PASSWORD.sub(rf"\1{MARK}@", text)
    return _URL_USER_TOKEN.sub(rf"\1{MARK}@", text)


def redact_env(name: str, value: str) -> str:
    """One environment variable's (or setting's) literal value, judged by its name, by its shape and by its disorder."""
    words = _words(name)
    if value in _HARMLESS or not words:
        return redact(value)
    if is_secret_name(name) and not (value.isdigit() and _counts(name, value)):
        return MARK
    if words[-1] in _ENV_LAST_WORDS or (not _PUBLIC_WORDS.intersection(words) and _looks_random(value)):
        return MARK
    return redact(value)


_RANDOM = re.compile(r"[A-Za-z0-9+/_=-]{20,512}")


def _looks_random(value: str) -> bool:
    """Whether a value is one long mixed word with about as much disorder as a generated key has."""
    if not _RANDOM.fullmatch(value) or value.count("-") + value.count("/") + value.count("_") > len(value) // 8:
        return False
    if not any(c.isdigit() for c in value) or not any(c.isalpha() for c in value):
        return False
    counts = Counter(value)
    entropy = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    return entropy > 3.2


_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*+(?:\x07|\x1b\\|\x9c)"  # OSC, DCS: titles, links
    r"|\x1b[ -/]*+[0-~]"
)
_NEWLINES = re.compile(r"\r\n?|\x85|\u2028|\u2029")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Text without escapes, control, zero-width and direction characters; newlines and tabs stay."""
    text = _ESCAPES.sub("", text)
    text = _NEWLINES.sub("\n", text)
    return _SURROGATES.sub("\ufffd", _UNSEEN.sub("", text))
