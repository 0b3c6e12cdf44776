"""Colour profiles, made from the numbers of their standards (ICC.1:2001-04, version 2.4)."""

import struct

# Red, green and blue of Display P3, adapted to D50 (SMPTE RP 431-2 primaries, D65 white).
DISPLAY_P3 = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
D50 = (0.9642, 1.0, 0.8249)


def display_p3(description: bytes = b"Display P3") -> bytes:
    """A matrix profile as phones put it into their photos, with a curve of 2.2."""
    text = b"desc\0\0\0\0" + struct.pack(">I", len(description) + 1) + description + b"\0" * 79
    tags = {b"desc": text, b"cprt": b"text\0\0\0\0none\0", b"wtpt": _xyz(D50)}
    for name, colour in zip((b"r", b"g", b"b"), DISPLAY_P3, strict=True):
        tags[name + b"XYZ"] = _xyz(colour)
        tags[name + b"TRC"] = b"curv\0\0\0\0" + struct.pack(">IHH", 1, int(2.2 * 256), 0)
    return _profile(tags)


def _xyz(colour: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(part * 65536) for part in colour))


def _profile(tags: dict[bytes, bytes]) -> bytes:
    at, table, body = 132 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        data += b"\0" * (-len(data) % 4)
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data
    size = at + len(body)
    head = struct.pack(">I4sI4s4s4s12x4s28x", size, b"none", 0x02400000, b"mntr", b"RGB ", b"XYZ ", b"acsp")
    white = struct.pack(">3i", *(round(part * 65536) for part in D50))
    return (head + white).ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body
