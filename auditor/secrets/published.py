"""Credentials that everybody knows because a manual, a standard or an emulator prints them.

They are kept as digests, so that this file holds no value that a scanner, ours included, would find.
"""

from __future__ import annotations

import hashlib

_DIGITS = 24
"""Hex digits of a SHA-256 that are kept of each value: enough that no other value ever has the same."""

PUBLISHED: dict[str, str] = {
    "0011cc25eb4320717494d270": "the account key of the Azurite storage emulator",
    "aa6547439583c3a275d4542a": "the key of the Cosmos DB emulator",
    "2cafc0970149a84f3b9e62ea": "the test key in Stripe's reference",
    "f2d6ca16515033e5dce14eba": "the older test key in Stripe's reference",
    "60a09e4357868c1e9b801052": "the first account of Hardhat and Anvil",
    "095101cf732c298a0ce0320b": "the second account of Hardhat and Anvil",
    "5ccf2edb4f070f0b180f1ada": "the EC key of RFC 7515, appendix A.3",
    "a45404ae333dd955dcff82cf": "the EC key of RFC 7517, appendix A.2",
    "190edf59d5736c3b3ea6bb36": "the Ed25519 key of RFC 8037, appendix A.1",
    "570dad43de1af4c925f92c16": "the secret key in FastAPI's tutorial",
    "2598f7d6adc142d88161630f": "the secret key in Flask's documentation",
    "7f75367e7881255134e1375e": "the sample on jwt.io's front page",
    "02f7ce3c263f85c019eeeeea": "the bot token in Discord's documentation",
    "ea1ca3e25b35a51ea7c8c9e5": "the private key in WireGuard's quick start",
    "31043aae8be22df7c8159c11": "the key of YouTube's own web player",
    "2037abcaffb2b77785da716c": "a key in the tests of Firebase's Android SDK",
    "3f370c9dd8225c63b5c77de1": "a key in the tests of Firebase's Android SDK",
    "e4a5542bb7fd7b67e943c71a": "a key in the tests of Firebase's Android SDK",
    "a19f89ab3555eac10c40741f": "a key in the tests of Firebase's Android SDK",
    "0b476bdf9acf2123d547b5ae": "a key in the tests of Firebase's Android SDK",
    "eb540d2b6ee2a0a47c5779bc": "a key in the tests of Firebase's Android SDK",
    "9c846fdf0fa8955c377d0301": "the key in Mailgun's documentation",
    "d0c01bc88bd8646c6de7f391": "the password in SQLAlchemy's documentation",
    "5e4c9b2a056868a53a184658": "the password in PostgreSQL's page on CREATE ROLE",
    "45b612ed28af92c8494f14bb": "the password in PostgreSQL's page on ALTER ROLE",
    "0b5dd075ccdd03c42f4edda8": "the bot token in Telegram's documentation",
    "bb4978fbe7638de8e6ee13d9": "the third account of Hardhat and Anvil",
    "f02322197a196ceb746aa52c": "the fourth account of Hardhat and Anvil",
    "5de22089c247b9b2722ec5c3": "the fifth account of Hardhat and Anvil",
    "59feecfa04eb096ba44eed29": "the sixth account of Hardhat and Anvil",
    "b69d88ff1ad5834ab1d8ed45": "the seventh account of Hardhat and Anvil",
    "b6b9ee08c38f62da71fa150a": "the eighth account of Hardhat and Anvil",
    "be394de37f9d6cf6682434e9": "the ninth account of Hardhat and Anvil",
    "dd0102d1cd0c6ac702573e3e": "the tenth account of Hardhat and Anvil",
    "424742fc6538f5e7e01d32ce": "the first account of Ganache, started with --deterministic",
    "ce9fa353f65502418518442f": "the second account of Ganache, started with --deterministic",
    "bd0cf33a56471e0861755cbb": "the third account of Ganache, started with --deterministic",
    "b616bf99717b6dab01d52423": "the fourth account of Ganache, started with --deterministic",
    "4fabaa71008f3cf7132cbff7": "the fifth account of Ganache, started with --deterministic",
    "a47eadb9d6ed4fc3ff7a4556": "the sixth account of Ganache, started with --deterministic",
    "77f89dcdbbcccd0547eac674": "the seventh account of Ganache, started with --deterministic",
    "2f600d581ba56a8998b6a291": "the eighth account of Ganache, started with --deterministic",
    "a136addea40bb541dad2d846": "the ninth account of Ganache, started with --deterministic",
    "4a04a0734f7011c37d4d5ca6": "the tenth account of Ganache, started with --deterministic",
    "b7a4257bddc7c4ed7a7b3d2b": "the account in web3.js's documentation",
    "d8c2efc4c8505e3978fdb15e": "the older account in web3.js's documentation",
    "df452eef23e8cf2c74af54c0": "the secret key of MinIO's public play server",
    "c85debb55f2f204d868cc155": "the secret key that every local Supabase starts with",
    "7f59edafa4d502ca0156b8fd": "the storage key that every local Supabase starts with",
    "ca7459e2b26776de081b9a07": "the client's credentials in RFC 6749",
    "e9974c507d2a802143f614c8": "the client's secret in RFC 6749",
    "6c96130f130ab0d6d158397e": "the access token in RFC 6749",
    "b8e148545b13c78bc74da2f1": "the access token in RFC 6750",
    "c97b628dec75065584b11efd": "the access token in RFC 7662",
    "5d461d812fae8b3f4ae2c445": "the registration token in RFC 7591",
    "ac1db344c8d6de5879b18922": "the developer's token in RFC 7591",
    "2e4ff57e9c832edab47dcc5a": "the RSA key of RFC 7517, appendix A.2",
    "a944363c4bdb174e431d07a1": "the RSA key that jwt.io signs its sample with",
    "f7e7896182dcde5db5a8b852": "the search key in Algolia's tutorials",
    "253c85214908a351e8353d7d": "the search key of DocSearch's own page",
    "a0cc17dae750039571718607": "the API key in Elasticsearch's reference",
    "feb26c1fdafee077295232ef": "the API key in Grafana's reference",
    "bc3ae723f57c6b9e3fd80b69": "the access token in GitHub's documentation of OAuth apps",
    "3543c50b0cb9cea8e55eb1f5": "a token made after the one in GitHub's documentation",
    "366da6cf65a08841e2501954": "the bootstrap token in kubeadm's reference",
    "bb54574a88d7fa3176909df4": "the join token in Docker's tutorial on swarms",
    "33a6d3750d9a769b1c15ed2c": "a worker's join token in Docker's reference",
    "b5b17ca1d65733bbbdf82a5c": "a manager's join token in Docker's reference",
    "e071d5d53b31b2bef71a11f1": "the application key in tests of Laravel's packages",
    "1261306c79a41531f43c072b": "the application key in Laravel's page on encryption",
    "73f61c4b210d39e41212d269": "the previous key in Laravel's page on encryption",
    "c038b41a46686af67790f316": "the application key of Laravel's own tests",
    "3354cfcf65c7b2e6840ea6f8": "the signing key in tutorials on Spring Security",
    "0f44b34c6311bcb547867d39": "the secret key in Dify's compose file",
    "359e126884663749a48c372a": "the key of OpenWeather's samples",
    "dddb5c32e423345cb6d1c836": "the default project of ethers.js at Infura",
    "0dec272a05c648a7a0be9474": "the default key of ethers.js at Alchemy",
    "2cd1f6f312c5f208e785178e": "the token in Cloudflare's documentation",
    "7e8de44ea9ecf6d53415c90f": "a test key in Stripe's samples",
    "69e5a07ccf06bc5ae16c94f4": "a test key in Stripe's samples",
    "2d1f7723aabc5c7a51fcdc24": "a test key in Stripe's samples",
    "ac0fd5fb36e32010bf895b34": "the password in pip's page on authentication",
    "f0386f9be1fe905fb2f97a8d": "the client secret of the Google Cloud CLI, an installed application",
    "456a51b1f1b3cf3ed76de579": "a client secret of the bq command, an installed application",
    "486743a2eab4395e9aa98800": "a client secret of the bq command, an installed application",
    "a73b3ad3b416d981fce26779": "a key by which the Google Cloud CLI reports its crashes",
    "6189b36d964849f343700885": "a key by which the Google Cloud CLI reports its crashes",
    "b3f19cc85129501b94306e78": "the key of the gsutil command",
    "1a9e7de3fd045251395dfb18": "the token in PyJWT's documentation",
    "01b6940ca3815a06cd994925": "the key of YouTube's own application for Android",
    "961991da3ab8c4db5cba3f12": "the key of YouTube's own application for iOS",
    "fc5fe3f49674c80d68c791a6": "the key of YouTube Music's own web player",
    "f7010ed46587929256ab8329": "the key by which Chromium recognises speech",
}
"""Digest -> where the value is printed."""


def digest(value: bytes) -> str:
    """What `PUBLISHED` keeps of a value."""
    return hashlib.sha256(value).hexdigest()[:_DIGITS]


def is_published(value: bytes) -> bool:
    """Say whether `value` is one of those that everybody knows."""
    return digest(value) in PUBLISHED
