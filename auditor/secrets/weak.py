"""Passwords and tokens made of the words that examples are made of.

``postgres://app:app123@db`` and ``Bearer test-token-12345`` stand in every manual and every test suite. They are kept as
possible findings: some are in use, but none is worth failing a run for.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from auditor.expressions import expression
from auditor.secrets.sequences import is_sequential

_WORDS = frozenset(
    b"a abc access account admin admins agent airflow aladdin alice anon anonymous another ant anthropic any api "
    b"apikey app asdf asdfghjkl audience auth aws azerty azure backend backup bad bar baz bearer bedrock bench blog "
    b"bob bot carol cassandra censored change changeit changeme changethis charlie chars ci claude clave clear "
    b"cleartext clickhouse client clientid cluster cohere com commit complex container contrasena contrasenya cookie "
    b"correct correcthorsebatterystaple credential credentials creds cron ctf customer dapi database db deepseek def "
    b"default demo deploy dev device different difficult django do docker doe domain dont dummy easy ecommerce edit "
    b"elastic embedding empty encoded enter env eve example existing expired fake fill filtered first five fixme "
    b"fixture flask foo foobar foobared for four frontend gateway geheim gemini generated gh ghi ghp gitea github "
    b"gitlab goes google grafana groq guest haslo header hello here heslo hidden hook host huggingface hunter id "
    b"iloveyou in incorrect inference influxdb initial insecure integration internal invalid is issuer jane jenkins "
    b"jkl joe john jwt kafka kali kennwort key keycloak keys lab langchain langfuse langsmith laravel letme letmein "
    b"limited litellm llm lm load local localhost login long machine malformed mariadb masked master masterkey mcp "
    b"me metabase mima minio missing mistral mlflow mno mock mocked model modify mongo mongodb more motdepasse my "
    b"mysql name need needed new nextcloud no nobody node none not nota oauth of old ollama one only open openai "
    b"openrouter or oracle os other override owner parola pass passphrase passw passwd password passwort pat payload "
    b"perf perplexity personal pgpass pinecone pk placeholder plain please postgres postgresql prisma private prod "
    b"production proj proxy public push pw pwd qux qwerty qwertyuiop rabbit rabbitmq random read reader readonly "
    b"real redis refresh replace replication replicator required revoked robot root rotated sa safety salasana salt "
    b"sample sandbox scope second secret secrets secure sekret senha server service sesame session set shop short "
    b"show signature signed simple sk slack smoke some sonar sonarqube spam special ssl staging stale string stripe "
    b"strong stub student studio subject supabase super superset svc swordfish sysdba tampered task tavily temp "
    b"temporary tenant test tester testing tests that the third this three tiger to todo together token tomcat toor "
    b"top trustno two type ubuntu unauthorized unit unsafe unused uri url user username v vagrant valid value vault "
    b"very vllm voyage wachtwoord web webhook welcome whatever with word wordpress worker workshop world write "
    b"writer wrong wrongpass xai xyz your zxcvbnm".split()
)
"""What passwords in manuals and tests are made of: words for a secret, for a user, and names of what it opens."""
_PASSWORD_WORDS = frozenset((b"password", b"passwd", b"passw", b"pass", b"pwd", b"pw", b"secret"))

_NAMED = expression(rb"[a-z]{1,12}[_-][a-z]{1,12}[^a-z]*\Z")
"""A password that is the name of something and the word itself."""
_LEET = bytes.maketrans(b"01345@$", b"oieasas")
_LEET_DIGITS = bytes.maketrans(b"01345", b"oieas")
_MOST = 48
"""Characters of a password beyond which nobody writes words only."""

_VARIABLE = expression(rb"[A-Z]{2,16}(?:_[A-Z]{2,16}){1,5}\Z")
"""The name of a setting, which stands where its value will."""
_MASKED = expression(rb"(?:x{4,}|X{4,})\Z")
_TAIL = expression(rb"[^a-z]+\Z")
_JOINTS = expression(rb"[^a-z0-9]+")
_KINDS = expression(rb"[a-z]+|[0-9]+")
_DIGIT = expression(rb"[0-9]")
_MOST_DIGITS = 12
"""Digits that may stand beside words; more of them may be a secret part."""
_VENDOR = expression(
    rb"\A(?:[a-z]{1,3}sk|sk|pk|rk|tvly|lsv2|pa|aiza(?:sy)?|xai|hf|r8|fw|nvapi|glpat|gh[pousr])[-_]"
    rb"(?:(?:ant|or|lf|lm|proj|svcacct|pt|v[0-9]|api[0-9]{2})[-_])*"
)
"""How providers begin their keys. Behind it a test's token has words, too."""
_ALPHABET = b"abcdefghijklmnopqrstuvwxyz"
_SHORT_TAIL = expression(rb"[-_.][0-9a-f]{2,6}\Z")
"""What makes a test's token different from the next one's, and is too short to keep a secret."""
_PIECES = expression(rb"[-_./]")
_KINDS_OF_TOKENS = frozenset((b"token", b"key", b"secret", b"jwt", b"credential", b"credentials"))
_MOST_UNKNOWN = 2
_SPEAKABLE = expression(rb"(?:[^aeiouy]{0,3}[aeiouy]{1,2}){1,5}[^aeiouy]{0,3}\Z")
_NOT_HEX = expression(rb"[g-z]{2}")
_PART = rb"(?:[a-z]{2,20}[0-9]?|[A-Z][a-z]{1,19}|v?[0-9]{1,4})"
_SPOKEN = expression(_PART + rb"(?:[-_. /:+]" + _PART + rb"){2,20}\Z")
_LOCATION = expression(rb"(?:[a-z][a-z0-9+.-]{1,12}:/)?/[A-Za-z]")

_LOCAL = expression(
    rb"(?:localhost|127(?:\.[0-9]{1,3}){3}|\[?::1\]?|0\.0\.0\.0|[^.:]*|example\.[a-z]+|"
    rb"(?:.*\.)?(?:example(?:\.(?:com|org|net))?|test|invalid|localhost))(?::[0-9]*)?\Z",
    re.IGNORECASE,
)
_NOWHERE = expression(rb"(?:.*\.)?(?:example(?:\.(?:com|org|net))?|test|invalid)(?::[0-9]*)?\Z", re.IGNORECASE)
"""A host that RFC 2606 keeps free for examples."""
_PHRASE = expression(rb"[A-Za-z]{2,16}(?:[-_.][A-Za-z]{2,16}){1,6}\Z")
_SHORT = 10
_WORDY = 16
"""Characters from which on a password without a digit may well have been drawn by chance."""
_PORT = 5
_WORD = 3
"""Letters without which a piece may be anything."""


def is_weak_password(password: bytes, user: bytes = b"", host: bytes = b"") -> bool:
    """Say whether `password` is an example's: words only, the user's name, a number, or a short one of no real host.

    `user` and `host` are what stands beside it, empty where nothing does. Percent escapes are undone first.
    """
    password, user = unquote_to_bytes(password), unquote_to_bytes(user)
    if password == user or user.lower() == b"anonymous" or (password.isdigit() and len(password) <= _PORT):
        return True
    if _VARIABLE.match(password) or _MASKED.search(password) or _is_foreign_word(password):
        return True
    digit = _DIGIT.search(password) is not None
    local = host != b"" and _LOCAL.match(host) is not None
    if local and (len(password) < _SHORT or (len(password) < _WORDY and not digit)):
        return True
    if _NOWHERE.match(host) and _PHRASE.match(password):
        return True
    if local and _calls_itself(password.lower(), _PASSWORD_WORDS):
        return True
    return _wordy(password.lower()[: _MOST + 1], user.lower())


def _is_foreign_word(password: bytes) -> bool:
    """Whether these are letters only, some of no English word: what manuals in other languages call a password."""
    text = password.decode("utf-8", "replace")
    return not text.isascii() and text.isalpha()


def _wordy(password: bytes, user: bytes) -> bool:
    if len(password) > _MOST or len(_DIGIT.findall(password)) > _MOST_DIGITS:
        return False
    own = frozenset({user}) if len(user) > 2 else frozenset[bytes]()
    bare = _TAIL.sub(b"", password)
    for text in (password, password.translate(_LEET), bare.translate(_LEET), bare.translate(_LEET_DIGITS)):
        pieces = _JOINTS.split(_TAIL.sub(b"", text))
        words = [word for piece in pieces if (word := _TAIL.sub(b"", piece))]
        if words and all(_glued(word, own) for word in words):
            return True
        # ``keystone_Passw0rd``: the name of what it opens, and the word itself.
        if _NAMED.match(text) and not _PASSWORD_WORDS.isdisjoint(pieces):
            return True
    return _counted(password, own)


_NAMED_TEST = expression(
    rb"(?:test|fake|dummy|mock|sample|demo)[_-](?:api[_-])?(?:key|token|secret)(?:[_-](?:for|in|of)[_-][a-z]{3,12})?(?:[_-]?[0-9]{0,12})?\Z"
)
"""What a stand-in calls itself, whatever a vendor's form before it."""


def is_counted_out(token: bytes) -> bool:
    """Say whether `token` is counted out behind the letters by which a provider begins its keys."""
    return is_sequential(_VENDOR.sub(b"", token.lower()))


def is_test_token(token: bytes) -> bool:
    """Say whether `token` is put together from words that tests use, and few digits: ``valid-token-123-abc``."""
    if len(token) > _MOST:
        return False
    token = _VENDOR.sub(b"", token.lower())
    if _NAMED_TEST.search(token) or _counted(token, frozenset()):
        return True
    if _calls_itself(token, _KINDS_OF_TOKENS):
        return True
    named = _SHORT_TAIL.sub(b"", token)
    # Words of hex digits only may be a part of what the tail ends.
    return named != token and _counted(named, frozenset()) and _NOT_HEX.search(named) is not None


def _counted(text: bytes, own: frozenset[bytes]) -> bool:
    """Whether all letters of `text` make words, of which one has three letters or more, with a few digits between."""
    pieces = _KINDS.findall(text)
    words = [piece for piece in pieces if piece.isalpha()]
    digits = sum(len(piece) for piece in pieces if not piece.isalpha())
    if digits > _MOST_DIGITS or max(map(len, words), default=0) < _WORD:
        return False
    return all(_glued(word, own) for word in words)


def _calls_itself(token: bytes, kinds: frozenset[bytes]) -> bool:
    """Whether a token says that it is one, and otherwise whose or for what: ``tenant-north-token-001``.

    Of the other pieces two may be words unknown here, if they can be spoken; more would make a phrase that may be secret.
    """
    pieces = _PIECES.split(token)
    if kinds.isdisjoint(pieces) or not all(piece.isalpha() or piece.isdigit() for piece in pieces):
        return False
    if sum(len(piece) for piece in pieces if piece.isdigit()) > _MOST_DIGITS:
        return False
    unknown = [piece for piece in pieces if piece.isalpha() and not _glued(piece, frozenset())]
    return len(unknown) <= _MOST_UNKNOWN and all(_SPEAKABLE.match(piece) for piece in unknown)


def is_spoken(value: bytes) -> bool:
    """Say whether `value` is an address or at least three words and numbers, as a page notes what a visitor chose.

    ``collapsed-left-panel-2024`` is; what is drawn at random has digits within its words, or capitals, or no joints.
    """
    return _SPOKEN.match(value) is not None or _LOCATION.match(value) is not None


@lru_cache(maxsize=1024)
def _glued(piece: bytes, own: frozenset[bytes]) -> bool:
    """Whether `piece` is one of the words, several of them without a space between, or a stretch of the alphabet."""
    if piece in own or piece in _WORDS or (len(piece) > _WORD and piece in _ALPHABET):
        return True
    ends = {0}
    for end in range(1, len(piece) + 1):
        # Words of one or two letters could spell anything; they stand alone only.
        if any(end - begin > 2 and (piece[begin:end] in _WORDS or piece[begin:end] in own) for begin in ends) or (
            any(piece[begin:end] in {b"my", b"pw", b"db"} for begin in ends)
        ):
            ends.add(end)
    return len(piece) in ends
