"""Read gdb's JIT list of the inferior: for scripts that run inside gdb."""
import struct

import gdb


def memory(address, size):
    return bytes(gdb.selected_inferior().read_memory(address, size))


class Image:
    """An in-memory ELF file of generated code."""

    def __init__(self, address, size):
        self.address, self.size = address, size
        data = memory(address, 64)
        (offset,) = struct.unpack_from("<Q", data, 0x28)
        entry_size, count = struct.unpack_from("<HH", data, 0x3A)
        headers = memory(address + offset, entry_size * count)
        self.sections = [struct.unpack_from("<IIQQQQIIQQ", headers, entry_size * n)
                         for n in range(count)]
        self.start = self.sections[1][3]
        self.end = self.start + self.sections[1][5]

    def symbols(self):
        """(address, size, name)"""
        names = memory(self.address + self.sections[4][4], self.sections[4][5])
        table = memory(self.address + self.sections[5][4], self.sections[5][5])
        for name, _, _, _, value, size in struct.iter_unpack("<IBBHQQ", table):
            if value:
                yield value, size, names[name:names.index(b"\0", name)].decode()


def images():
    """All of them, by address of their code."""
    descriptor = int(gdb.parse_and_eval("(unsigned long)&__jit_debug_descriptor"))
    _, _, _, entry = struct.unpack("<IIQQ", memory(descriptor, 24))
    found = []
    while entry:
        entry, _, address, size = struct.unpack("<QQQQ", memory(entry, 32))
        found.append(Image(address, size))
    return sorted(found, key=lambda image: image.start)
