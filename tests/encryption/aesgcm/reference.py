"""AES-256-GCM and the envelope once more, in plain Python, written from the specifications.

FIPS 197 and NIST SP 800-38D for the cipher, RFC 5869 for the derivation, and the page on the
format for the rest. It shares no code with the package and is far too slow for anything else.
"""

import hashlib
import hmac
import json

Block = list[int]


def _xtime(a: int) -> int:
    return ((a << 1) ^ 0x11B) & 0xFF if a & 0x80 else a << 1


def _multiply(a: int, b: int) -> int:
    product = 0
    while b:
        if b & 1:
            product ^= a
        a, b = _xtime(a), b >> 1
    return product


def _sbox() -> list[int]:
    box = []
    for value in range(256):
        inverse = next((x for x in range(256) if _multiply(value, x) == 1), 0)
        bits = 0
        for shift in range(5):
            bits ^= ((inverse << shift) | (inverse >> (8 - shift))) & 0xFF
        box.append(bits ^ 0x63)
    return box


SBOX = _sbox()


def _expand(key: bytes) -> list[Block]:
    words = [list(key[i : i + 4]) for i in range(0, 32, 4)]
    constant = 1
    for i in range(8, 60):
        word = list(words[-1])
        if i % 8 == 0:
            word = [SBOX[b] for b in word[1:] + word[:1]]
            word[0] ^= constant
            constant = _xtime(constant)
        elif i % 8 == 4:
            word = [SBOX[b] for b in word]
        words.append([a ^ b for a, b in zip(word, words[i - 8], strict=True)])
    return [[b for word in words[i : i + 4] for b in word] for i in range(0, 60, 4)]


def _encrypt_block(keys: list[Block], block: bytes) -> bytes:
    state = [a ^ b for a, b in zip(block, keys[0], strict=True)]
    for number in range(1, 15):
        state = [SBOX[b] for b in state]
        state = [state[(i + 4 * (i % 4)) % 16] for i in range(16)]
        if number < 14:
            mixed = []
            for c in range(0, 16, 4):
                column = state[c : c + 4]
                for r in range(4):
                    a, b, d, e = (column[(r + k) % 4] for k in range(4))
                    mixed.append(_xtime(a) ^ _xtime(b) ^ b ^ d ^ e)
            state = mixed
        state = [a ^ b for a, b in zip(state, keys[number], strict=True)]
    return bytes(state)


def _ghash(h: int, data: bytes) -> int:
    result = 0
    for i in range(0, len(data), 16):
        x = result ^ int.from_bytes(data[i : i + 16], "big")
        z, v = 0, h
        for bit in range(127, -1, -1):
            if x >> bit & 1:
                z ^= v
            v = (v >> 1) ^ (0xE1 << 120 if v & 1 else 0)
        result = z
    return result


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 16)


def _counter(keys: list[Block], nonce: bytes, data: bytes) -> bytes:
    stream = b"".join(
        _encrypt_block(keys, nonce + (2 + i).to_bytes(4, "big")) for i in range(-(-len(data) // 16))
    )
    return bytes(a ^ b for a, b in zip(data, stream, strict=False))


def _tag(keys: list[Block], nonce: bytes, ciphertext: bytes, associated: bytes) -> bytes:
    h = int.from_bytes(_encrypt_block(keys, bytes(16)), "big")
    sizes = (8 * len(associated)).to_bytes(8, "big") + (8 * len(ciphertext)).to_bytes(8, "big")
    digest = _ghash(h, _padded(associated) + _padded(ciphertext) + sizes)
    mask = int.from_bytes(_encrypt_block(keys, nonce + b"\0\0\0\1"), "big")
    return (digest ^ mask).to_bytes(16, "big")


def gcm_encrypt(key: bytes, nonce: bytes, data: bytes, associated: bytes) -> bytes:
    keys = _expand(key)
    ciphertext = _counter(keys, nonce, data)
    return ciphertext + _tag(keys, nonce, ciphertext, associated)


def gcm_decrypt(key: bytes, nonce: bytes, data: bytes, associated: bytes) -> bytes:
    keys = _expand(key)
    ciphertext, tag = data[:-16], data[-16:]
    assert _tag(keys, nonce, ciphertext, associated) == tag
    return _counter(keys, nonce, ciphertext)


def hkdf(secret: bytes, info: bytes) -> bytes:
    extracted = hmac.new(bytes(32), secret, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\1", hashlib.sha256).digest()


def _short(data: bytes) -> bytes:
    return bytes([len(data)]) + data


def _wrap_label(key_id: str, tenant: str | None) -> bytes:
    whom = "-" if tenant is None else f"+{tenant}"
    return b"graphwire-encryption/1 wrap\0" + key_id.encode() + b"\0" + whom.encode()


def wrapping_key(master: bytes, tenant: str | None) -> bytes:
    return hkdf(master, b"graphwire-encryption/1 wrap" + _wrap_label("", tenant))


def seal(
    plaintext: bytes,
    *,
    purpose: int,
    key_id: str,
    master: bytes,
    data_key: bytes,
    wrap_nonce: bytes,
    nonce: bytes,
    tenant: str | None,
    bound: dict[str, object],
) -> bytes:
    """Write an envelope, everything random given."""
    wrapped = wrap_nonce + gcm_encrypt(
        wrapping_key(master, tenant), wrap_nonce, data_key, _wrap_label(key_id, tenant)
    )
    header = b"GWE" + bytes([1, purpose]) + _short(key_id.encode())
    header += _short(",".join(sorted(bound)).encode())
    header += hkdf(data_key, b"graphwire-encryption/1 check")[:16]
    header += len(wrapped).to_bytes(2, "big") + wrapped + nonce
    context = json.dumps(bound, sort_keys=True, separators=(",", ":")).encode()
    key = hkdf(data_key, b"graphwire-encryption/1 encrypt")
    return header + gcm_encrypt(
        key, nonce, plaintext, b"graphwire-encryption/1\0" + header + context
    )


def unseal(
    envelope: bytes, *, master: bytes, tenant: str | None, context: dict[str, object]
) -> bytes:
    """Read an envelope, believing its lengths."""
    assert envelope[:4] == b"GWE\1"
    place = 5
    key_id = envelope[place + 1 : place + 1 + envelope[place]].decode()
    place += 1 + envelope[place]
    names = envelope[place + 1 : place + 1 + envelope[place]].decode()
    place += 1 + envelope[place]
    check = envelope[place : place + 16]
    size = int.from_bytes(envelope[place + 16 : place + 18], "big")
    wrapped = envelope[place + 18 : place + 18 + size]
    place += 18 + size
    data_key = gcm_decrypt(
        wrapping_key(master, tenant), wrapped[:12], wrapped[12:], _wrap_label(key_id, tenant)
    )
    assert hkdf(data_key, b"graphwire-encryption/1 check")[:16] == check
    chosen = {name: context[name] for name in names.split(",") if name in context}
    associated = json.dumps(chosen, sort_keys=True, separators=(",", ":")).encode()
    return gcm_decrypt(
        hkdf(data_key, b"graphwire-encryption/1 encrypt"),
        envelope[place : place + 12],
        envelope[place + 12 :],
        b"graphwire-encryption/1\0" + envelope[: place + 12] + associated,
    )
