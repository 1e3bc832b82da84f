"""Secrets are found, ordinary lines stay readable, and hostile input costs no more than ordinary input."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.redact import clean, is_secret_name, redact, redact_env

MARK = "[redacted]"
S3CRET = "s3cr3t-Value"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ3YXRjaCJ9.c2lnbmF0dXJlLW9mLWl0"

SECRETS = [  # what is written, what is shown
    (f"password={S3CRET}", f"password={MARK}"),
    (f"connecting with DB_PASSWORD={S3CRET} to db", f"connecting with DB_PASSWORD={MARK} to db"),
    (f"dbPassword: {S3CRET}, retries: 3", f"dbPassword: {MARK}, retries: 3"),
    (f'{{"user":"ann","apiKey":"{S3CRET}","n":1}}', f'{{"user":"ann","apiKey":"{MARK}","n":1}}'),
    (f'{{"password" : "{S3CRET}"}}', f'{{"password" : "{MARK}"}}'),
    (rf'{{"log":"{{\"secret\":\"{S3CRET}\",\"n\":1}}"}}', rf'{{"log":"{{\"secret\":\"{MARK}\",\"n\":1}}"}}'),
    (f"msg='login password={S3CRET}' level=info", f"msg='login password={MARK}' level=info"),
    (f'password="two words and \\" a quote {S3CRET}" x=1', f'password="{MARK}" x=1'),
    (f'password="cut off {S3CRET}', f'password="{MARK}'),
    (f"token => {S3CRET};user=ann", f"token => {MARK};user=ann"),
    (f"password={S3CRET},with,commas user=x", f"password={MARK} user=x"),
    (f"Server=db;Password={S3CRET};Database=shop", f"Server=db;Password={MARK};Database=shop"),
    (f"GET /cb?access_token={S3CRET}&state=ok HTTP/1.1", f"GET /cb?access_token={MARK}&state=ok HTTP/1.1"),
    (f"X-Amz-Signature={S3CRET}&X-Amz-Expires=60", f"X-Amz-Signature={MARK}&X-Amz-Expires=60"),
    (f"curl --token {S3CRET} --retry 3", f"curl --token {MARK} --retry 3"),
    (f"mysql --password={S3CRET} -u root", f"mysql --password={MARK} -u root"),
    (f'args: ["--api-key", "{S3CRET}", "--verbose"]', f'args: ["--api-key", "{MARK}", "--verbose"]'),
    (f"-Dspring.datasource.password={S3CRET} -jar x", f"-Dspring.datasource.password={MARK} -jar x"),
    (f"<password>{S3CRET}</password>", f"<password>{MARK}</password>"),
    (f"X-Api-Key: {S3CRET}", f"X-Api-Key: {MARK}"),
    ("Cookie: sid=abc; theme=dark", f"Cookie: {MARK}"),
    ("Authorization: Bearer abc.def-123456", f"Authorization: Bearer {MARK}"),
    ('"Authorization": "Basic dXNlcjpwYXNz"', f'"Authorization": "Basic {MARK}"'),
    ("sent bearer 0123456789abcdef to it", f"sent bearer {MARK} to it"),
    ("retry with Basic dXNlcjpwYXNzd29yZA==", f"retry with Basic {MARK}"),
    (f"got {JWT} back", f"got {MARK} back"),
    ("id AKIAIOSFODNN7EXAMPLE used", f"id {MARK} used"),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", f"aws_secret_access_key = {MARK}"),
    ("xoxb-123456789012-abcdefghijkl expired", f"{MARK} expired"),
    ("xapp-1-A0123456789-123-abcdef expired", f"{MARK} expired"),
    ("ghp_0123456789abcdefghijABCDEFGHIJ012345", MARK),
    ("glpat-0123456789abcdefghij", MARK),
    ("k8s-aws-v1.aHR0cHM6Ly9zdHM", MARK),
    ("post https://hooks.slack.com/services/T0/B0/abcdef ok", f"post https://hooks.slack.com/services/{MARK} ok"),
    ("https://discord.com/api/webhooks/123/abc-def", f"https://discord.com/api/webhooks/{MARK}"),
    ("postgres://shop:hunter2@db:5432/shop?ssl=on", f"postgres://shop:{MARK}@db:5432/shop?ssl=on"),
    ("redis://:p@ssw0rd@cache:6379/0", f"redis://:{MARK}@cache:6379/0"),
    ("amqp://u:pa/ss@mq", f"amqp://u:{MARK}@mq"),
    ("clone https://0123456789abcdef0123@git.example.com/x", f"clone https://{MARK}@git.example.com/x"),
]


@pytest.mark.parametrize(("text", "shown"), SECRETS)
def test_secret_is_blanked_and_the_rest_stays(text: str, shown: str) -> None:
    assert redact(text) == shown


HARMLESS = [
    "14:08:51 loading catalogue, 182,334 items",
    "ERROR token_type=bearer max_tokens=4096 tokens: 12 tokenizer=fast",
    'MountVolume.SetUp failed for volume "db-secret" : secret "db-credentials" not found',
    "Error: couldn't find key PASSWORD in Secret shop/db",
    "references non-existent secret key: tls.crt",
    "password_file=/run/secrets/db secretName: db-credentials",
    "imagePullSecrets: [{name: regcred}]",
    "the bearer authentication failed; basic authentication is off",
    "password=null token=true secret=",
    "args: --password=$(DB_PASSWORD) ${TOKEN} token=${TOKEN}",
    "http://db.shop:8080/login?mail=a@b.example",
    "image sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "ssh://git@github.com/x/y author: ann keyboard=us monkey: 3",
    "GET https://example.com:443/v1/passwords/reset 200",
    'Get "https://10.0.0.1:8080/healthz": dial tcp 10.0.0.1:8080: connect: connection refused',
    "at com.example.PasswordService.check(PasswordService.java:42)",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_line_is_left_alone(text: str) -> None:
    assert redact(text) == text


def key(body: str) -> str:
    return f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----"


def test_private_keys_whole_and_cut_at_either_end() -> None:
    body = "\n".join(["MIIEpAIBAAKCAQEA1c7+9z5Pad7OejecsQ0buozowJq2xw8rI1QpP0sGf2oZ"] * 3)
    whole = f"before\n{key(body)}\nafter"
    assert redact(whole).count(MARK) == 1
    assert redact(whole).startswith("before\n")
    assert redact(whole).endswith("\nafter")
    for text in (whole, whole[: whole.index("-----END")], whole[whole.index("MIIE") :], f"{whole}\n{whole}"):
        assert "MIIE" not in redact(text)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("DB_PASSWORD", "x", MARK),
        ("STRIPE_KEY", "x", MARK),
        ("SMTP_PASS", "x", MARK),
        ("OPAQUE", "q8Zr1XvT0mK4yWb7Nc2LpH5s", MARK),
        ("DATABASE_URL", "mysql://u:pw1@db/x", f"mysql://u:{MARK}@db/x"),
        ("TOKEN_TTL", "3600", "3600"),
        ("PASSWORD_FILE", "/run/secrets/pw", "/run/secrets/pw"),
        ("GIT_COMMIT", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"),
        ("LOG_LEVEL", "debug", "debug"),
        ("QUEUE", "https://sqs.eu-west-1.amazonaws.com/123456789012/orders", None),
        ("HOST", "catalogue-db-primary.shop.svc.cluster.local", None),
        ("NODE", "ip-10-0-3-7.ap-northeast-2.compute.internal", None),
        ("CLASS", "CatalogueIndexRebuildScheduler", None),
        ("DB_PASSWORD", "", ""),
        ("FEATURE_SECRET", "true", "true"),
    ],
)
def test_env_is_judged_by_name_shape_and_disorder(name: str, value: str, shown: str | None) -> None:
    assert redact_env(name, value) == (value if shown is None else shown)


@pytest.mark.parametrize("name", ["PGPASSWORD", "db.password", "clientSecret", "sessionId", "SLACK_WEBHOOK", "APIKEY"])
def test_secret_names(name: str) -> None:
    assert is_secret_name(name)


def test_clean_takes_what_would_act_on_the_screen() -> None:
    text = (
        "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07link\x1b]8;;\x07\r\nnext\x00\u202egnp.exe\u200b\ttab\x9b2J"
    )
    assert clean(text) == "red link\nnextgnp.exe\ttab"
    assert clean("10 %\r20 %\rdone") == "10 %\n20 %\ndone"
    assert clean("caf\u00e9 \U0001f534 \ud55c\uae00") == "caf\u00e9 \U0001f534 \ud55c\uae00"
    assert clean("half \ud83d") == "half \ufffd"


def test_unfinished_escape_does_not_swallow_the_log() -> None:
    assert "important" in clean("\x1b]0;title without end\nimportant")


@given(st.text())
@example("\x1b\x1b[[0m0m")
def test_clean_leaves_nothing_to_clean(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not any(ord(c) < 32 and c not in "\n\t" for c in once)
    once.encode()


_NAMES = st.sampled_from(["password", "api_key", "clientSecret", "X-Auth-Token", "DB_PASSWD"])
_FILL = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)
_VALUES = st.text("abcdefghijkmnpqrstuvwxyzABCDEFGH0123456789/+!#%", min_size=8, max_size=30)


@given(_FILL, _NAMES, st.sampled_from(["=", ": ", '="', "':'", '": "']), _VALUES)
def test_named_value_is_never_shown_whatever_stands_before(before: str, name: str, sep: str, value: str) -> None:
    assert value not in redact(f"{before}\n {name}{sep}{value}").replace(before, "")


@given(_FILL)
def test_redact_never_fails_and_is_stable(text: str) -> None:
    once = redact(text)
    assert redact(once) == once
    assert once.count("\n") == text.count("\n")


HOSTILE = [
    "a" * 20, "eyJ", "eyJaaaaaaaaaa.", "password", "password=", "password='", 'password="\\', "://a:", "://a:b@", "://@",
    "-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "-----END PRIVATE KEY-----\n", "--token ", "a=,", "password=a,b",
    "\\", '\\"', "Bearer ", "bearer a", "hooks.slack.com/services/", " ", 'key: ["', "\x1b]", "\x1b[0;", "\x1b",
    "\x9b;",    "cookie: ", "a-", "a.", "A", "Aa", "AKIA", "<token>", "\n", "xoxb-", "[", 'password=["', "1",
]  # fmt: skip


@pytest.mark.parametrize("seed", HOSTILE)
def test_a_hostile_megabyte_costs_little(seed: str) -> None:
    started = time.process_time()
    text = seed * (1_000_000 // len(seed))
    redact(text)
    clean(text)
    redact_env("NAME", text)
    assert time.process_time() - started < 12  # a quadratic pattern takes minutes; two seconds are usual
