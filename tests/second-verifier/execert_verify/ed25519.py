"""Strict Ed25519 (docs/spec/02-envelope, RFC 8032): canonical A, R and S, no small-order A or R, cofactorless.

The equation itself is checked by the `cryptography` package if it is there, else by the plain curve arithmetic below.
"""

import hashlib

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
_ROOT = pow(2, (P - 1) // 4, P)
_Y8 = int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little")
_SMALL_Y = (0, 1, P - 1, _Y8, P - _Y8)
_SIGN = 1 << 255


def _split(encoded):
    number = int.from_bytes(encoded, "little")
    return number & (_SIGN - 1), number >> 255


def is_canonical(encoded):
    """Whether 32 bytes are the one encoding of a value below the prime (whether a point or not)."""
    y, sign = _split(encoded)
    return y < P and not (sign and y in (1, P - 1))


def is_small_order(encoded):
    """Whether 32 bytes stand for a point of small order, also in a way that is not canonical."""
    return _split(encoded)[0] % P in _SMALL_Y


def is_point(encoded):
    """Whether 32 bytes stand for a point of the curve at all, also in a way that is not canonical."""
    y = _split(encoded)[0] % P
    above, below = (y * y - 1) % P, (D * y * y + 1) % P
    square = above * pow(below, P - 2, P) % P
    return square == 0 or pow(square, (P - 1) // 2, P) == 1


def verify(public, signature, message):
    """Whether the signature holds, strictly."""
    if len(public) != 32 or len(signature) != 64:
        return False
    r = signature[:32]
    if int.from_bytes(signature[32:], "little") >= L:
        return False
    if any(not is_canonical(point) or is_small_order(point) for point in (public, r)):
        return False
    if Ed25519PublicKey is None:
        return _equation(public, signature, message)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _equation(public, signature, message):
    """S·B = R + k·A, without the cofactor."""
    a, r = _decode(public), _decode(signature[:32])
    if a is None or r is None:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    s = int.from_bytes(signature[32:], "little")
    return _encode(_times(s, BASE)) == _encode(_add(r, _times(k, a)))


def _decode(encoded):
    """A point in extended coordinates, or None."""
    y, sign = _split(encoded)
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * _ROOT % P
    if v * x * x % P != u or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def _add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar, point):
    total = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = _add(total, point)
        point = _add(point, point)
        scalar >>= 1
    return total


def _encode(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = _decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def public_of(seed):
    """The public key of a 32-byte seed (used to make test data)."""
    return _encode(_times(_secret(seed)[0], BASE))


def sign(seed, message):
    """A signature (used to make test data)."""
    scalar, prefix = _secret(seed)
    public = _encode(_times(scalar, BASE))
    nonce = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % L
    r = _encode(_times(nonce, BASE))
    k = int.from_bytes(hashlib.sha512(r + public + message).digest(), "little") % L
    return r + ((nonce + k * scalar) % L).to_bytes(32, "little")


def _secret(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | 1 << 254
    return scalar, digest[32:]
