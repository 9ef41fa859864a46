"""Read perf's jitdump files, strictly: every record whole, in order, and meaning something."""
import struct

HEADER = struct.Struct("=IIIIIIQQ")
RECORD = struct.Struct("=IIQ")
LOAD = struct.Struct("=IIQQQQ")
UNWIND = struct.Struct("=QQQ")
DEBUG = struct.Struct("=QQ")
LINE = struct.Struct("=QII")
CODE_LOAD, CODE_DEBUG, CODE_CLOSE, CODE_UNWIND = 0, 2, 3, 4
EM_X86_64 = 62


def check(condition, text):
    if not condition:
        raise ValueError(text)


def string(data, at):
    end = data.index(b"\0", at)
    return data[at:end].decode(), end + 1


class Code:
    """One piece of code with the records before it."""

    def __init__(self, payload, lines, unwind):
        self.pid, self.tid, self.vma, self.start, self.size, self.index = LOAD.unpack_from(payload)
        self.name, at = string(payload, LOAD.size)
        self.bytes = payload[at:]
        self.lines, self.unwind = lines, unwind
        check(self.size and len(self.bytes) == self.size, f"{self.name}: bytes of code")
        check(self.vma == self.start, f"{self.name}: vma")
        check(unwind is not None, f"{self.name}: no unwind record")
        self.check_lines()
        self.check_frames()

    def check_lines(self):
        if self.lines is None:
            return
        start, lines = self.lines
        offsets = [address - self.start for address, _, _ in lines]
        check(start == self.start, f"{self.name}: lines of other code")
        check(offsets == sorted(offsets) and offsets[0] >= 0 and offsets[-1] == self.size,
              f"{self.name}: lines at {offsets}")
        check(all(line == 1 and name.startswith("guest!") for _, line, name in lines),
              f"{self.name}: {lines}")

    def check_frames(self):
        """The table of .eh_frame_hdr leads to FDEs that cover the code, without holes."""
        size, header_size, mapped, data = self.unwind
        check(len(data) == size == mapped, f"{self.name}: size of unwind data")
        self.mapped_end = self.start + (self.size + 7) // 8 * 8 + mapped
        header = size - header_size
        self.frame = data[:header]
        check(data[header:header + 4] == b"\x01\x1b\x03\x3b", f"{self.name}: .eh_frame_hdr")
        frame, count = struct.unpack_from("=iI", data, header + 4)
        check(header + 4 + frame == 0, f"{self.name}: .eh_frame is elsewhere")
        check(header_size == 12 + 8 * count and count, f"{self.name}: {count} FDEs")
        at = -((self.size + 7) // 8 * 8)  # the code's place, relative to .eh_frame
        for n in range(count):
            place, fde = struct.unpack_from("=ii", data, header + 12 + 8 * n)
            length, cie, start, covers = struct.unpack_from("=IIqQ", data, header + fde)
            check(header + fde + 4 - cie == 0, f"{self.name}: CIE")
            check(header + fde + 8 + start == header + place == at, f"{self.name}: FDE {n}")
            at += covers
        check(at == self.size - (self.size + 7) // 8 * 8, f"{self.name}: FDEs end at {at}")
        check(data[header - 4:header] == bytes(4), f"{self.name}: .eh_frame has no end")


def parse_lines(payload):
    start, count = DEBUG.unpack_from(payload)
    at, lines = DEBUG.size, []
    for _ in range(count):
        address, line, _ = LINE.unpack_from(payload, at)
        name, at = string(payload, at + LINE.size)
        lines.append((address, line, name))
    check(at == len(payload), "bytes behind the lines")
    return start, lines


def parse_unwind(payload):
    return *UNWIND.unpack_from(payload), payload[UNWIND.size:]


class Dump:
    def __init__(self, path):
        data = path.read_bytes()
        magic, version, size, machine, _, self.pid, last, flags = HEADER.unpack_from(data)
        check((magic, version, size, machine, flags) == (0x4A695444, 1, 40, EM_X86_64, 0), "header")
        check(path.name == f"jit-{self.pid}.dump", "file name")
        check(path.stat().st_mode & 0o7777 == 0o600, "mode")
        self.codes, self.closed = [], False
        lines = unwind = None
        at = HEADER.size
        while at < len(data):
            check(not self.closed, "a record behind the end")
            kind, size, time = RECORD.unpack_from(data, at)
            payload = data[at + RECORD.size:at + size]
            check(size >= RECORD.size and at + size <= len(data), f"half a record at {at}")
            check(time >= last, f"time goes back at {at}")
            last = time
            at += size
            if kind == CODE_DEBUG:
                check(lines is None and unwind is None, "lines out of order")
                lines = parse_lines(payload)
            elif kind == CODE_UNWIND:
                check(unwind is None, "unwind information out of order")
                unwind = parse_unwind(payload)
            elif kind == CODE_LOAD:
                self.codes.append(Code(payload, lines, unwind))
                lines = unwind = None
            else:
                check(kind == CODE_CLOSE and not payload, f"record of kind {kind}")
                self.closed = True
        check(lines is None and unwind is None, "the last code is missing")
        self.check_codes()

    def check_codes(self):
        indices = {code.index for code in self.codes}
        check(len(indices) == len(self.codes), "an index twice")
        check(all(code.pid == self.pid for code in self.codes), "pid")
        check(self.codes[0].name == "dragoman_enter_code" or self.codes[0].lines, "entry code")

    def names(self):
        return {code.name for code in self.codes}

    def check_apart(self):
        """No code lies where perf takes unwind information to be; true until a flush."""
        codes = sorted(self.codes, key=lambda code: code.start)
        for code, after in zip(codes, codes[1:]):
            check(code.mapped_end <= after.start, f"{after.name} lies in {code.name}")
