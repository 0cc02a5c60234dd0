"""What a write and a cut do to a file's bytes: for the disk and for the states after its crash."""


def put(content: bytearray, offset: int, data: bytes) -> None:
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


def cut(content: bytearray, length: int) -> None:
    del content[length:]
    content.extend(bytes(length - len(content)))
