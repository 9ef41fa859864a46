"""dragoman-gdb.py -- in gdb on dragoman itself: the guest program that it runs.

    guest-bt [N]        the guest's frames in this thread (`thread apply all guest-bt`)
    guest-regs [NAME..] its registers
    guest-pc            where it is
    guest-threads       all of its threads
    guest-sync          let generated code have the names of guest functions in gdb's symbol tables
    bt                  has the guest's frames in place of the generated ones; `bt -no-filters` not

gdb loads it with a dragoman in its auto-load safe path; else: source scripts/dragoman-gdb.py.

Everything but guest-sync reads memory alone, so a core file of dragoman is as good as the process.
Where things are in dragoman is told by its dragoman_debug_info (include/accel/debug-info.h); where
the guest's registers are while generated code runs, by the state map of the block
(tcg/state-map.c).  Between the instructions that a state map knows, registers are where they were
at the last of them or at the block's start: "about" says so.
"""
import bisect
import os
import re
import struct
import zlib

import gdb
from gdb.FrameDecorator import FrameDecorator

MAX_HOST_FRAMES = 100
MAX_GUEST_FRAMES = 10000


# ---------------------------------------------------------------------- memory

def memory(address, size):
    return bytes(gdb.selected_inferior().read_memory(address, size))


def unsigned(data):
    return int.from_bytes(data, "little")


def host_word(address, size=8):
    return unsigned(memory(address, size))


def text_at(address):
    text = b""
    while b"\0" not in text and len(text) < 4096:
        text += memory(address + len(text), 16 if len(text) % 4096 else 1)
    return text.split(b"\0")[0].decode(errors="replace")


class Cursor:
    """Reads numbers off bytes, one after the other."""

    def __init__(self, data, at=0, order="little"):
        self.data, self.at, self.order = data, at, order

    def number(self, size, signed=False):
        value = int.from_bytes(self.data[self.at:self.at + size], self.order, signed=signed)
        self.at += size
        return value

    def take(self, size):
        self.at += size
        return self.data[self.at - size:self.at]

    def string(self):
        end = self.data.index(b"\0", self.at)
        text = self.data[self.at:end]
        self.at = end + 1
        return bytes(text)

    def uleb(self):
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value

    def sleb(self):
        start = self.at
        value, bits = self.uleb(), 7 * (self.at - start)
        return value - (1 << bits) if value >> (bits - 1) else value

    def zigzag(self):
        value = self.uleb()
        return value >> 1 ^ -(value & 1)


# ---------------------------------------------------------------------- dragoman's own records

class Register:
    def __init__(self, info, number):
        entry = info.guest_regs + number * info.reg_size
        self.name = text_at(host_word(entry + info.reg_name))
        self.offset = host_word(entry + info.reg_offset, 4)
        self.size = host_word(entry + info.reg_bits, 2) // 8
        self.index = struct.unpack("<b", memory(entry + info.reg_global, 1))[0]
        self.dwarf = struct.unpack("<h", memory(entry + info.reg_dwarf, 2))[0]


class Info:
    """dragoman_debug_info, and what follows from it."""

    def __init__(self):
        try:
            address = int(gdb.parse_and_eval("(unsigned long)&dragoman_debug_info"))
            magic, version, count, names = struct.unpack("<8sIIQ", memory(address, 24))
            words = struct.unpack(f"<{count}Q", memory(address + 24, 8 * count))
        except gdb.error as error:
            raise gdb.GdbError(f"there is no dragoman to look at ({error})")
        if magic != b"dragoman" or version != 1:
            raise gdb.GdbError("a dragoman that this script does not know")
        self.fields = dict(zip(text_at(names).split(), words)) if words[0] else {}
        if not self.fields:
            raise gdb.GdbError("dragoman has not loaded a guest yet")
        self.registers = [Register(self, n) for n in range(self.guest_nb_regs)]
        self.globals = {reg.index: reg for reg in self.registers if reg.index >= 0}
        self.homes = memory(self.home, self.nb_globals)
        pointers = struct.unpack("<32Q", memory(self.host_regs, 256))
        self.host_names = [text_at(pointer) if pointer else None for pointer in pointers]
        self.order = "big" if self.guest_big_endian else "little"
        self.word = self.guest_address_bits // 8

    def __getattr__(self, name):
        try:
            return self.fields[name]
        except KeyError:
            raise AttributeError(name) from None

    def is_generated(self, pc):
        return self.code_start <= pc < self.code_start + self.code_size

    def guest_memory(self, address, size):
        return memory(self.guest_base + address, size)

    def guest_word(self, address, size=None):
        return int.from_bytes(self.guest_memory(address, size or self.word), self.order)

    def tasks(self):
        """(host thread id, address of the CPU state)"""
        task = host_word(self.tasks_list)
        while task:
            yield host_word(task + self.task_tid, 4), host_word(task + self.task_state)
            task = host_word(task + self.task_next)

    @property
    def tasks_list(self):
        return self.fields["tasks"]


class Block:
    """The translated block that has a host pc."""

    def __init__(self, info, pc):
        self.info = info
        start = self.find_start((pc - info.code_start) // info.code_align)
        ref = host_word(info.code_start + start - info.code_header, 4)
        record = info.cache_meta + 8 * ref
        self.pc = host_word(record + info.block_pc)
        self.guest_size = host_word(record + info.block_guest_size, 2)
        self.code = info.code_start + host_word(record + info.block_code, 4)
        links, link = host_word(record + info.block_nb_links, 1), record + info.block_links
        self.stubs = {host_word(link + n * info.link_size + info.link_stub, 4)
                      for n in range(links)}
        self.map = memory(link + links * info.link_size,
                          host_word(record + info.block_map_size, 4))

    def find_start(self, bit):
        """The last block's at or before bit; there is one, or pc would be in entry code."""
        word = bit // 64
        value = host_word(self.info.code_starts + 8 * word) & ((2 << bit % 64) - 1)
        while not value and word:
            word -= 1
            value = host_word(self.info.code_starts + 8 * word)
        if not value:
            raise gdb.GdbError("generated code without a block")
        return (64 * word + value.bit_length() - 1) * self.info.code_align

    def state_at(self, offset):
        """(offset, pc, items) of the state map's entry that holds there, as tcg_state_map_find() has it; or of
        the last one before that is whole.

        An entry without items may be there for its pc alone, before that of an instruction that can fault.  What
        was in the CPU state has its value there still; its home register may have another use.
        """
        cursor, at, pc, whole, items = Cursor(self.map), 0, self.pc, 0, []
        while cursor.at < len(self.map):
            delta = cursor.uleb()
            if at + delta > offset:
                break
            at += delta
            pc = pc + cursor.zigzag() & (1 << 64) - 1
            new = [state_item(cursor) for _ in range(cursor.uleb())]
            if new or at in self.stubs or (delta == 0 and at):
                whole, items = at, new
            else:
                items = [item for item in items if item[1] == LOC_STATE]
        return whole, pc, items


LOC_REG, LOC_STATE, LOC_FRAME, LOC_CONST = 1, 2, 3, 4


def state_item(cursor):
    index, kind = cursor.number(1), cursor.number(1)
    if kind == LOC_REG:
        return index, kind, cursor.number(1)
    if kind in (LOC_STATE, LOC_FRAME, LOC_CONST):
        return index, kind, cursor.zigzag()
    return index, kind, 0


# ---------------------------------------------------------------------- the guest's registers

def frame_register(frame, name):
    value = frame.read_register(name)
    if name.startswith("xmm"):
        return int(value["v2_int64"][0]) & (1 << 64) - 1
    return int(value.cast(gdb.lookup_type("unsigned long")))


class Generated:
    """The generated code on a host stack: the block's frame, and the slow call's inside it."""

    def __init__(self, info, frame, inner):
        self.info, self.frame, self.inner = info, frame, inner
        self.pc, self.is_newest = frame.pc(), frame.level() == 0
        self.state = frame_register(frame, "rbp") - info.env_bias
        self.env = self.state - info.env_size

    def slow_saved(self):
        """The slow call's trampoline has saved the registers that C may change."""
        if self.inner is None:
            return False
        saved, level = self.info.code_slow_saved, self.inner.level()
        return level > 0 or self.inner.pc() >= saved

    def host_register(self, number):
        """What the block had in it."""
        name = self.info.host_names[number]
        if self.inner is not None and name == "rax":
            return host_word(self.env + self.info.env_slow_int)
        kept = name in ("rbx", "rsp", "rbp", "r12", "r13", "r14", "r15")
        if self.slow_saved() and not kept:
            if name.startswith("xmm"):
                return host_word(self.env + self.info.env_slow_vec + 16 * int(name[3:]))
            return host_word(self.env + self.info.env_slow_int + 8 * number)
        return frame_register(self.frame, name)

    def item_value(self, kind, value, size):
        if kind == LOC_REG:
            return self.host_register(value)
        if kind == LOC_STATE:
            return host_word(self.state + value, size)
        if kind == LOC_FRAME:
            return host_word(frame_register(self.frame, "rsp") + value, size)
        return value & (1 << 8 * size) - 1


class Registers:
    """A guest thread's registers, wherever they are now."""

    def __init__(self, info, state):
        self.info, self.value = info, {}
        self.exact, self.generated, self.hidden = True, False, set()
        for reg in info.registers:
            self.value[reg.name] = host_word(state + reg.offset, reg.size)
        self.pc = host_word(state + info.guest_pc_offset, info.word)

    def take_homes(self, generated):
        for index, reg in self.info.globals.items():
            if self.info.homes[index] != 0xFF:
                self.put(reg, generated.host_register(self.info.homes[index]))

    def put(self, reg, value):
        self.value[reg.name] = value & (1 << 8 * reg.size) - 1

    def take_block(self, generated):
        """The state map's; like store_globals() of accel/tcg/fault.c."""
        block = Block(self.info, generated.pc)
        offset = generated.pc - block.code
        # A caller's pc is behind its call; the entry was made before the instructions of the call.
        at, self.pc, items = block.state_at(offset if generated.is_newest else offset - 1)
        values = [(index, generated.item_value(kind, value, self.info.globals[index].size))
                  for index, kind, value in items if kind]
        self.take_homes(generated)
        for index, value in values:
            self.put(self.info.globals[index], value)
        self.exact = offset == at if generated.is_newest else (
            generated.inner is None and offset - at <= 24)
        self.generated = True
        # What is accrued in MXCSR only the guest's own code knows to translate.
        self.hidden = {"fflags"}
        self.value["pc"] = self.pc


def find_generated(info, frame):
    """The newest generated frame from frame on; None: the thread runs other code."""
    inner = None
    for _ in range(MAX_HOST_FRAMES):
        if frame is None:
            return None
        if info.is_generated(frame.pc()):
            if not info.code_slow_call <= frame.pc() < info.code_entry_end:
                return Generated(info, frame, inner)
            inner = frame
        frame = frame.older()
    return None


def in_syscall(info):
    """The selected thread sleeps in a system call of the guest."""
    return info.syscall_start <= gdb.newest_frame().pc() < info.syscall_end


def read_registers(info, tid):
    """Of the selected thread, whose id is tid; None: it runs no guest code."""
    state = dict(info.tasks()).get(tid)
    generated = find_generated(info, gdb.newest_frame())
    if generated is None:
        registers = Registers(info, state) if state else None
        if registers and not info.code_entry and not in_syscall(info):
            registers.exact = False  # an interpreter's registers are its own
        return registers
    if info.code_entry <= generated.pc < info.code_epilogue or (
            info.code_epilogue_end <= generated.pc < info.code_slow_call):
        # Not entered yet, or left: the CPU state has it all, and rbp may be the caller's.
        return Registers(info, state) if state else None
    registers = Registers(info, generated.state)
    if generated.pc < info.code_entry_end:
        registers.take_homes(generated)
    else:
        registers.take_block(generated)
    return registers


# ---------------------------------------------------------------------- the guest's files

class Section:
    def __init__(self, name, kind, flags, address, offset, size, link):
        self.name, self.kind, self.flags, self.address = name, kind, flags, address
        self.offset, self.size, self.link = offset, size, link


class Elf:
    """What a guest's ELF file says of its functions."""

    SHT_NOBITS, SHF_COMPRESSED = 8, 0x800

    def __init__(self, data):
        self.data = data
        self.bits = 64 if data[4] == 2 else 32
        self.order = "little" if data[5] == 1 else "big"
        self.machine = self.cursor(18).number(2)
        self.word = self.bits // 8
        self.read_header()
        self._symbols = self._frames = self._lines = None

    def cursor(self, at, data=None):
        return Cursor(self.data if data is None else data, at, self.order)

    def read_header(self):
        c = self.cursor(24 + self.word)
        phoff, shoff = c.number(self.word), c.number(self.word)
        c.number(6)
        phentsize, phnum, shentsize, shnum, shstrndx = (c.number(2) for _ in range(5))
        self.segments = [self.segment(phoff + n * phentsize) for n in range(phnum)]
        raw = [self.section(shoff + n * shentsize) for n in range(shnum) if shoff]
        self.sections = []
        for name, section in raw:
            if shstrndx < len(raw):
                section.name = self.cursor(raw[shstrndx][1].offset + name).string().decode()
            self.sections.append(section)

    def segment(self, at):
        """(type, offset, address, size in the file)"""
        c, word = self.cursor(at), self.word
        kind = c.number(4)
        if self.bits == 64:
            c.number(4)
        offset, address, _, size = (c.number(word) for _ in range(4))
        return kind, offset, address, size

    def section(self, at):
        c, word = self.cursor(at), self.word
        name, kind = c.number(4), c.number(4)
        flags, address, offset, size = (c.number(word) for _ in range(4))
        return name, Section("", kind, flags, address, offset, size, c.number(4))

    def contents(self, name):
        """(bytes, address) of a section; bytes are empty where there is none."""
        for section in self.sections:
            if section.name == name and section.kind != self.SHT_NOBITS:
                data = self.data[section.offset:section.offset + section.size]
                if section.flags & self.SHF_COMPRESSED:
                    data = zlib.decompress(data[24 if self.bits == 64 else 12:])
                return data, section.address
        return b"", 0

    def to_address(self, offset):
        """The link-time address of a file offset."""
        for kind, start, address, size in self.segments:
            if kind == 1 and start <= offset < start + size:
                return address + offset - start
        return None

    def at(self, address, size):
        for kind, start, first, length in self.segments:
            if kind == 1 and first <= address < first + length:
                return self.data[start + address - first:start + address - first + size]
        return b""

    def symbols(self):
        """Functions: sorted addresses, and (address, size, name) of each."""
        if self._symbols is None:
            found = self.table(2) or self.table(11)
            found.sort(key=lambda entry: (entry[0], entry[1] != 0))
            self._symbols = [entry[0] for entry in found], found
        return self._symbols

    def table(self, kind):
        layout = ">" if self.order == "big" else "<"
        layout += "IBBHQQ" if self.bits == 64 else "IIIBBH"
        found = []
        for section in self.sections:
            if section.kind != kind:
                continue
            strings = self.sections[section.link]
            data = self.data[section.offset:section.offset + section.size]
            for entry in struct.iter_unpack(layout, data):
                if self.bits == 64:
                    name, info, _, index, value, size = entry
                else:
                    name, value, size, info, _, index = entry
                if index and name and info & 15 in (0, 2):
                    text = self.cursor(strings.offset + name).string().decode(errors="replace")
                    if text and text[0] not in "$.":
                        found.append((value, size, text))
        return found

    def symbol_at(self, address):
        """(name, start) or None"""
        starts, symbols = self.symbols()
        n = bisect.bisect_right(starts, address) - 1
        if n < 0 or (symbols[n][1] and address >= symbols[n][0] + symbols[n][1]):
            return None
        return symbols[n][2], symbols[n][0]

    def frame_at(self, address):
        """The call frame information of a pc, or None."""
        if self._frames is None:
            frames = CallFrames(self, *self.contents(".debug_frame"), False).entries
            frames += CallFrames(self, *self.contents(".eh_frame"), True).entries
            self._frames = sorted(frames, key=lambda fde: fde.start)
        n = bisect.bisect_right(self._frames, address, key=lambda fde: fde.start) - 1
        while n >= 0 and self._frames[n].start <= address:
            if address < self._frames[n].end:
                return self._frames[n]
            n -= 1
            if n >= 0 and self._frames[n].start != self._frames[n + 1].start:
                break
        return None

    def line_at(self, address):
        """(file, line) or None"""
        if self._lines is None:
            self._lines = sorted(LineTable(self).rows, key=lambda row: row[0])
        n = bisect.bisect_right(self._lines, address, key=lambda row: row[0]) - 1
        if n < 0 or address >= self._lines[n][1]:
            return None
        return self._lines[n][2:]


class Files:
    """The files that are mapped; those of the guest's architecture are its program and libraries."""

    LINE = re.compile(r"^\s*0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+0x[0-9a-f]+\s+0x([0-9a-f]+)"
                      r"(?:\s+[rwxps-]{4})?\s+(/.*?)\s*$", re.M)

    def __init__(self, info):
        self.info, self.elf = info, {}
        text = gdb.execute("info proc mappings", to_string=True)
        self.maps = [(int(start, 16), int(end, 16), int(offset, 16), path)
                     for start, end, offset, path in self.LINE.findall(text)]

    def open(self, path):
        if path not in self.elf:
            self.elf[path] = None
            try:
                with open(path, "rb") as file:
                    data = file.read() if file.read(4) == b"\x7fELF" and not file.seek(0) else b""
                elf = Elf(data) if data else None
            except (OSError, ValueError, IndexError):
                elf = None
            if elf and elf.machine == self.info.guest_machine:
                self.elf[path] = elf
        return self.elf[path]

    def find(self, pc):
        """(Elf, what to add to its addresses) at a guest pc, or None."""
        host = pc + self.info.guest_base
        for start, end, offset, path in self.maps:
            if start <= host < end:
                elf = self.open(path)
                address = elf.to_address(host - start + offset) if elf else None
                return (elf, pc - address) if address is not None else None
        return None


# ---------------------------------------------------------------------- call frame information

class Fde:
    def __init__(self, cie, start, end, program):
        self.cie, self.start, self.end, self.program = cie, start, end, program


class Cie:
    def __init__(self):
        self.code_align, self.data_align, self.return_column = 1, 1, 0
        self.encoding, self.augmented, self.is_signal, self.program = 0, False, False, b""


class CallFrames:
    """.debug_frame or .eh_frame (DWARF 5, 6.4; LSB, 10.6)."""

    def __init__(self, elf, data, address, is_eh):
        self.elf, self.data, self.address, self.is_eh = elf, bytes(data), address, is_eh
        self.cies, self.entries = {}, []
        at = 0
        while at + 4 <= len(self.data):
            c = elf.cursor(at, self.data)
            length, offset_size = c.number(4), 4
            if length == 0xFFFFFFFF:
                length, offset_size = c.number(8), 8
            if length == 0:
                at = c.at
                continue
            end = c.at + length
            where = c.at
            ident = c.number(offset_size)
            if ident != (0 if is_eh else (1 << 8 * offset_size) - 1):
                self.add(c, self.cie(where - ident if is_eh else ident), end)
            at = end

    def cie(self, at):
        if at in self.cies:
            return self.cies[at]
        c, cie = self.elf.cursor(at, self.data), Cie()
        length = c.number(4)
        offset_size = 8 if length == 0xFFFFFFFF else 4
        length = c.number(8) if offset_size == 8 else length
        end = c.at + length
        c.number(offset_size)
        version, augmentation = c.number(1), c.string()
        if version >= 4:
            c.number(2)
        cie.code_align, cie.data_align = c.uleb(), c.sleb()
        cie.return_column = c.number(1) if version == 1 else c.uleb()
        if augmentation.startswith(b"z"):
            self.augmentation(c, cie, augmentation)
        cie.program = self.data[c.at:end]
        self.cies[at] = cie
        return cie

    def augmentation(self, c, cie, letters):
        cie.augmented = True
        end = c.uleb() + c.at
        for letter in letters[1:].decode():
            if letter == "R":
                cie.encoding = c.number(1)
            elif letter == "P":
                self.pointer(c, c.number(1))
            elif letter == "L":
                c.number(1)
            elif letter == "S":
                cie.is_signal = True
        c.at = end

    def pointer(self, c, encoding):
        if encoding == 0xFF:
            return 0
        base = self.address + c.at if encoding & 0x70 == 0x10 else 0
        form = encoding & 15
        if form == 1:
            value = c.uleb()
        elif form == 9:
            value = c.sleb()
        else:
            size = {0: self.elf.word, 2: 2, 3: 4, 4: 8}[form & 7]
            value = c.number(size, signed=bool(form & 8))
        return base + value & (1 << self.elf.bits) - 1

    def add(self, c, cie, end):
        encoding = cie.encoding if self.is_eh else 0
        start = self.pointer(c, encoding)
        size = self.pointer(c, encoding & 15)
        if cie.augmented:
            c.at += c.uleb()
        if size:
            self.entries.append(Fde(cie, start, start + size, self.data[c.at:end]))


class Row:
    """How to find the caller's registers: (register, offset) of the CFA, a rule per register."""

    def __init__(self, cfa=None, rules=None):
        self.cfa, self.rules = cfa, dict(rules or {})

    def copy(self):
        return Row(self.cfa, self.rules)


class Unsupported(Exception):
    pass


def row_at(fde, address, elf):
    # A CIE may say which register the CFA is in, and not how far.
    initial = run_program(fde, fde.cie.program, Row((0, 0)), None, elf)
    return run_program(fde, fde.program, initial.copy(), address, elf, initial)


def run_program(fde, program, row, address, elf, initial=None):
    """Call frame instructions up to address (None: all of them)."""
    c, at, stack, cie = Cursor(program, 0, elf.order), fde.start, [], fde.cie
    while c.at < len(program):
        byte = c.number(1)
        op, low = byte & 0xC0 or byte, byte & 0x3F
        if op == 0x40 or op in (1, 2, 3, 4):
            if op == 1:
                at = c.number(elf.word)
            else:
                at += (low if op == 0x40 else c.number({2: 1, 3: 2, 4: 4}[op])) * cie.code_align
            if address is not None and at > address:
                break
        elif op == 0x0A:
            stack.append(row.copy())
        elif op == 0x0B:
            row = stack.pop()
        else:
            change_row(c, op, low, row, cie, initial)
    return row


def change_row(c, op, low, row, cie, initial):
    if op == 0x80:
        row.rules[low] = ("offset", c.uleb() * cie.data_align)
    elif op in (0x05, 0x11):
        reg = c.uleb()
        row.rules[reg] = ("offset", (c.uleb() if op == 5 else c.sleb()) * cie.data_align)
    elif op in (0xC0, 0x06):
        reg = low if op == 0xC0 else c.uleb()
        row.rules.pop(reg, None)
        if initial and reg in initial.rules:
            row.rules[reg] = initial.rules[reg]
    elif op == 0x07:
        row.rules[c.uleb()] = ("undefined", 0)
    elif op == 0x08:
        row.rules.pop(c.uleb(), None)
    elif op == 0x09:
        reg = c.uleb()
        row.rules[reg] = ("register", c.uleb())
    elif op in (0x0C, 0x12):
        reg = c.uleb()
        row.cfa = (reg, c.uleb() if op == 0x0C else c.sleb() * cie.data_align)
    elif op == 0x0D:
        row.cfa = (c.uleb(), row.cfa[1])
    elif op in (0x0E, 0x13):
        row.cfa = (row.cfa[0], c.uleb() if op == 0x0E else c.sleb() * cie.data_align)
    elif op == 0x14:
        reg = c.uleb()
        row.rules[reg] = ("value", c.uleb() * cie.data_align)
    elif op == 0x2E:
        c.uleb()
    elif op != 0:
        raise Unsupported(f"call frame instruction {op:#x}")


# ---------------------------------------------------------------------- functions without it

class Riscv:
    """What a function has done to the stack up to a pc, read off its instructions (RISC-V, C 16)."""

    machine, ra, sp, fp = 243, 1, 2, 8
    # struct rt_sigframe: siginfo of 128 bytes, ucontext with pc and x1..x31 at 176 of it.
    SIGRETURN, SIGFRAME_REGS = bytes.fromhex("9308b00873000000"), 128 + 176

    @staticmethod
    def field(insn, *parts):
        """Bits of an immediate: (high, low, to)."""
        value = 0
        for high, low, to in parts:
            value |= (insn >> low & (1 << high - low + 1) - 1) << to
        return value

    @classmethod
    def stack_step(cls, insn, size):
        """n of `addi sp, sp, n`, or None."""
        if size == 4 and insn & 0xFFFFF == 0x10113:
            return cls.signed(insn >> 20, 12)
        if size == 2 and insn & 0xEF83 == 0x0101:
            return cls.signed(cls.field(insn, (12, 12, 5), (6, 2, 0)), 6)
        if size == 2 and insn & 0xEF83 == 0x6101:
            return cls.signed(cls.field(insn, (12, 12, 9), (6, 6, 4), (5, 5, 6), (4, 3, 7),
                                        (2, 2, 5)), 10)
        return None

    @classmethod
    def store(cls, insn, size):
        """(register, offset) of `sd register, offset(sp)`, or None."""
        if size == 4 and insn & 0xFF07F == 0x13023:
            return insn >> 20 & 31, cls.signed(cls.field(insn, (31, 25, 5), (11, 7, 0)), 12)
        if size == 2 and insn & 0xE003 == 0xE002:
            return insn >> 2 & 31, cls.field(insn, (12, 10, 3), (9, 7, 6))
        return None

    @classmethod
    def frame_pointer(cls, insn, size):
        """n of `addi s0, sp, n`, or None."""
        if size == 4 and insn & 0xFFFFF == 0x10413:
            return cls.signed(insn >> 20, 12)
        if size == 2 and insn & 0xE01F == 0x0000 and insn:
            return cls.field(insn, (10, 7, 6), (12, 11, 4), (5, 5, 3), (6, 6, 2))
        return None

    @staticmethod
    def ends(insn, size):
        """Nothing runs on behind a ret, a tail call or a jump."""
        if size == 2:
            return insn & 0xF07F == 0x8002 and insn & 0xF80 != 0 or insn & 0xE003 == 0xA001
        return insn & 0xFFF == 0x06F or insn & 0xFFF == 0x067

    @staticmethod
    def signed(value, bits):
        return value - (1 << bits) if value >> (bits - 1) & 1 else value

    @classmethod
    def row(cls, code, length):
        """A Row for the pc at code[length]."""
        depth, saved, fp, before, at = 0, {}, None, (0, {}, None), 0
        while at < length and at + 2 <= len(code):
            size = 4 if code[at] & 3 == 3 else 2
            insn = unsigned(code[at:at + size])
            step, store = cls.stack_step(insn, size), cls.store(insn, size)
            frame = cls.frame_pointer(insn, size)
            if step is not None:
                if step > 0:
                    before = max(before, (depth, dict(saved), fp), key=lambda state: state[0])
                depth -= step
                saved = saved if depth > 0 else {}
            elif store and store[0] and depth and store[0] not in saved:
                saved[store[0]] = store[1] - depth
            elif frame is not None and cls.fp in saved:
                fp = frame - depth
            elif cls.ends(insn, size) and before[0] > depth:
                depth, saved, fp = before
                saved = dict(saved)
            at += size
        row = Row((cls.sp, depth), {reg: ("offset", offset) for reg, offset in saved.items()})
        if fp is not None and depth:
            row.cfa = (cls.fp, -fp)
        return row


ARCHES = {arch.machine: arch for arch in (Riscv,)}


# ---------------------------------------------------------------------- the guest's frames

class GuestFrame:
    SIGNAL = "<signal handler called>"

    def __init__(self, pc, name, start, path, line):
        self.pc, self.name, self.start, self.path, self.line = pc, name, start, path, line
        self.is_signal = False

    def function(self):
        if self.is_signal:
            return self.SIGNAL
        return f"guest!{self.name or hex(self.pc)}"

    def __str__(self):
        if self.is_signal:
            return self.SIGNAL
        text = f"0x{self.pc:016x} in {self.name or '??'} ()"
        if self.line:
            return f"{text} at {self.line[0]}:{self.line[1]}"
        return text + (f" from {self.path}" if self.path else "")


class Unwinder:
    def __init__(self, info, files, registers):
        self.info, self.files = info, files
        self.arch = ARCHES.get(info.guest_machine)
        self.pc, self.is_caller = registers.pc, False
        self.regs = {reg.dwarf: registers.value[reg.name] for reg in info.registers
                     if reg.dwarf >= 0}

    def frames(self, most=MAX_GUEST_FRAMES):
        for _ in range(most):
            place = self.files.find(self.pc)
            # A call may be its function's last instruction.
            at = self.pc - 1 if self.is_caller else self.pc
            frame = self.describe(place, at)
            frame.is_signal = self.is_signal_return()
            yield frame
            pc, sp = self.pc, self.regs.get(self.arch.sp) if self.arch else None
            try:
                if not self.step(place, at) or not self.pc:
                    return
            except (gdb.MemoryError, Unsupported, IndexError, ValueError, TypeError):
                return
            if (pc, sp) == (self.pc, self.regs.get(self.arch.sp) if self.arch else None):
                return

    def describe(self, place, at):
        name = start = line = path = None
        if place:
            elf, bias = place
            symbol = elf.symbol_at(at - bias)
            if symbol:
                name, start = symbol[0], symbol[1] + bias
            line = elf.line_at(at - bias)
            path = next((path for path, e in self.files.elf.items() if e is elf), None)
        return GuestFrame(self.pc, name, start, path, line)

    def step(self, place, at):
        """To the caller; False: there is none."""
        if self.is_signal_return():
            return self.step_signal()
        if place:
            elf, bias = place
            fde = elf.frame_at(at - bias)
            if fde:
                return self.apply(row_at(fde, at - bias, elf), fde.cie.return_column)
            symbol = elf.symbol_at(at - bias)
            if symbol and self.arch:
                code = elf.at(symbol[1], self.pc - bias - symbol[1] + 4)
                length = self.pc - bias - symbol[1]
                return self.apply(self.arch.row(code, length), self.arch.ra)
        if self.arch and not self.is_caller:
            # Code that nothing is known of: it may have been called just now.
            return self.apply(Row((self.arch.sp, 0)), self.arch.ra)
        return False

    def is_signal_return(self):
        """The code that a signal handler returns to."""
        try:
            code = self.arch.SIGRETURN if self.arch else None
            return code is not None and self.info.guest_memory(self.pc, len(code)) == code
        except gdb.MemoryError:
            return False

    def step_signal(self):
        """To what was interrupted."""
        regs = self.regs[self.arch.sp] + self.arch.SIGFRAME_REGS
        self.regs.update({n: self.info.guest_word(regs + self.info.word * n)
                          for n in range(1, 32)})
        self.pc, self.is_caller = self.info.guest_word(regs), False
        return True

    def apply(self, row, return_column):
        mask = (1 << self.info.guest_address_bits) - 1
        cfa = self.regs[row.cfa[0]] + row.cfa[1] & mask
        found = dict(self.regs)
        for reg, (kind, value) in row.rules.items():
            if kind == "offset":
                found[reg] = self.info.guest_word(cfa + value & mask)
            elif kind == "register":
                found[reg] = self.regs.get(value)
            elif kind == "value":
                found[reg] = cfa + value & mask
            else:
                found[reg] = None
        if self.arch:
            found[self.arch.sp] = cfa
        if found.get(return_column) is None:
            return False
        self.regs, self.pc, self.is_caller = found, found[return_column], True
        return True


# ---------------------------------------------------------------------- source lines

class LineTable:
    """.debug_line: (start, end, file, line) rows (DWARF 5, 6.2)."""

    def __init__(self, elf):
        self.elf, self.rows = elf, []
        self.data, self.at = elf.contents(".debug_line")[0], 0
        self.strings = {0x1F: elf.contents(".debug_line_str")[0],
                        0x0E: elf.contents(".debug_str")[0]}
        while self.at + 4 < len(self.data):
            try:
                self.unit()
            except (IndexError, KeyError, ValueError):
                return

    def unit(self):
        c = self.elf.cursor(self.at, self.data)
        self.size = 4
        length = c.number(4)
        if length == 0xFFFFFFFF:
            length, self.size = c.number(8), 8
        end = self.at = c.at + length
        version = c.number(2)
        if version >= 5:
            c.number(2)
        header = c.number(self.size)
        program = c.at + header
        min_insn = c.number(1)
        if version >= 4:
            c.number(1)
        c.number(1)
        line_base, line_range, opcode_base = c.number(1, signed=True), c.number(1), c.number(1)
        lengths = [c.number(1) for _ in range(opcode_base - 1)]
        names = self.names_v5(c) if version >= 5 else self.names_v2(c)
        c.at = program
        self.run(c, end, names, (min_insn, line_base, line_range, opcode_base, lengths))

    def names_v2(self, c):
        folders, names = [b""], [b""]
        while c.data[c.at]:
            folders.append(c.string())
        c.number(1)
        while c.data[c.at]:
            name, folder = c.string(), c.uleb()
            c.uleb()
            c.uleb()
            names.append(os.path.join(folders[folder], name))
        return names

    def names_v5(self, c):
        folders = [entry[1] for entry in self.entries(c)]
        return [os.path.join(folders[entry.get(2, 0)], entry[1]) for entry in self.entries(c)]

    def entries(self, c):
        formats = [(c.uleb(), c.uleb()) for _ in range(c.number(1))]
        return [{kind: self.form(c, form) for kind, form in formats} for _ in range(c.uleb())]

    def form(self, c, form):
        if form == 0x08:
            return c.string()
        if form in self.strings:
            return Cursor(self.strings[form], c.number(self.size)).string()
        if form == 0x1E:
            return c.take(16)
        return c.uleb() if form == 0x0F else c.number({0x0B: 1, 0x05: 2, 0x06: 4, 0x07: 8}[form])

    def run(self, c, end, names, parameters):
        min_insn, line_base, line_range, opcode_base, lengths = parameters
        address, file, line, last = 0, 1, 1, None

        def row():
            nonlocal last
            if last and last[0] < address:
                name = names[last[1]] if last[1] < len(names) else b"?"
                self.rows.append((last[0], address, name.decode(errors="replace"), last[2]))
            last = (address, file, line)

        while c.at < end:
            op = c.number(1)
            if op >= opcode_base:
                op -= opcode_base
                address += op // line_range * min_insn
                line += line_base + op % line_range
                row()
            elif op == 0:
                length = c.uleb()
                after = c.at + length
                sub = c.number(1)
                if sub == 1:
                    row()
                    address, file, line, last = 0, 1, 1, None
                elif sub == 2:
                    address = c.number(length - 1)
                c.at = after
            elif op == 1:
                row()
            elif op == 2:
                address += c.uleb() * min_insn
            elif op == 3:
                line += c.sleb()
            elif op == 4:
                file = c.uleb()
            elif op == 8:
                address += (255 - opcode_base) // line_range * min_insn
            elif op == 9:
                address += c.number(2)
            else:
                for _ in range(lengths[op - 1]):
                    c.uleb()


# ---------------------------------------------------------------------- what is known at this stop

class Stop:
    """Info and Files, read once while the process stands still."""

    info = files = None

    @classmethod
    def forget(cls, *_):
        cls.info = cls.files = None

    @classmethod
    def get(cls):
        if cls.info is None:
            cls.info = Info()
            cls.files = Files(cls.info)
        return cls.info, cls.files


def thread_registers():
    """(info, files, registers) of the selected thread."""
    thread = gdb.selected_thread()
    if thread is None:
        raise gdb.GdbError("there is no process or core file")
    info, files = Stop.get()
    registers = read_registers(info, thread.ptid[1] or thread.ptid[0])
    if registers is None:
        raise gdb.GdbError("this thread runs no guest code")
    return info, files, registers


def describe_pc(info, files, registers):
    frame = next(Unwinder(info, files, registers).frames(1))
    name = ""
    if frame.name:
        name = f" <{frame.name}+{frame.pc - frame.start:#x}>"
    return f"{frame.pc:#x}{name}{'' if registers.exact else ' (about)'}"


# ---------------------------------------------------------------------- commands

class GuestBt(gdb.Command):
    """Print the guest's frames in this thread: guest-bt [N]."""

    def __init__(self):
        super().__init__("guest-bt", gdb.COMMAND_STACK)

    def invoke(self, argument, _from_tty):
        most = int(gdb.parse_and_eval(argument)) if argument else MAX_GUEST_FRAMES
        info, files, registers = thread_registers()
        for number, frame in enumerate(Unwinder(info, files, registers).frames(most)):
            print(f"#{number:<3}{frame}")


class GuestRegs(gdb.Command):
    """Print the guest's registers in this thread: guest-regs [NAME]..."""

    def __init__(self):
        super().__init__("guest-regs", gdb.COMMAND_DATA)

    def invoke(self, argument, _from_tty):
        info, _, registers = thread_registers()
        names = gdb.string_to_argv(argument)
        known = {reg.name for reg in info.registers}
        for name in names:
            if name not in known:
                raise gdb.GdbError(f"{info_name(info)} has no register {name}")
        if not registers.exact:
            print("(about: as of the last instruction that is recorded)")
        for reg in info.registers:
            if names and reg.name not in names:
                continue
            if reg.name in registers.hidden:
                print(f"{reg.name:<8}(in MXCSR)")
            else:
                print(f"{reg.name:<8}0x{registers.value[reg.name]:0{2 * reg.size}x}")


def info_name(info):
    return text_at(info.guest_name)


class GuestPc(gdb.Command):
    """Print where the guest is in this thread."""

    def __init__(self):
        super().__init__("guest-pc", gdb.COMMAND_DATA)

    def invoke(self, argument, _from_tty):
        print(describe_pc(*thread_registers()))


class GuestThreads(gdb.Command):
    """List the guest's threads: gdb's number, the kernel's, and where each one is."""

    def __init__(self):
        super().__init__("guest-threads", gdb.COMMAND_STATUS)

    def invoke(self, argument, _from_tty):
        info, files = Stop.get()
        selected, frame = gdb.selected_thread(), gdb.selected_frame()
        states = dict(info.tasks())
        try:
            for thread in sorted(gdb.selected_inferior().threads(), key=lambda t: t.num):
                tid = thread.ptid[1] or thread.ptid[0]
                if tid in states:
                    thread.switch()
                    registers = read_registers(info, tid)
                    mark = "*" if thread == selected else " "
                    where = "translated code" if registers.generated else "dragoman"
                    print(f"{mark} {thread.num:<4}{tid:<8}{describe_pc(info, files, registers)}"
                          f" in {where}")
        finally:
            selected.switch()
            frame.select()


def is_safe(info):
    """The selected thread holds no lock: it runs generated code, or sleeps in a guest's call."""
    pc = gdb.newest_frame().pc()
    return info.is_generated(pc) and pc >= info.code_entry_end or in_syscall(info)


def sync_names():
    """The number of blocks; None: not now."""
    info, _ = Stop.get()
    selected, frame = gdb.selected_thread(), gdb.selected_frame()
    try:
        for thread in gdb.selected_inferior().threads():
            thread.switch()
            if not is_safe(info):
                return None
    finally:
        selected.switch()
        frame.select()
    locking = gdb.parameter("scheduler-locking")
    gdb.execute("set scheduler-locking on", to_string=True)
    try:
        blocks = int(gdb.parse_and_eval("((int (*)(void))dragoman_sync_names)()"))
    finally:
        gdb.execute(f"set scheduler-locking {locking}", to_string=True)
    return blocks if blocks >= 0 else None


class GuestSync(gdb.Command):
    """Name the generated code after the guest's functions, for info symbol, disassemble and the like.

Calls a function of dragoman while all other threads stand still, so none may hold a lock."""

    def __init__(self):
        super().__init__("guest-sync", gdb.COMMAND_SUPPORT)

    def invoke(self, argument, _from_tty):
        blocks = sync_names()
        if blocks is None:
            raise gdb.GdbError("a thread is busy in dragoman itself: try again a bit later")
        print(f"{blocks} blocks have their names")


class AutoSync:
    """guest-sync, once, in a process that gdb was attached to."""

    done = None

    @classmethod
    def before_prompt(cls):
        inferior = gdb.selected_inferior()
        if not inferior.pid or not inferior.was_attached or inferior.pid == cls.done:
            return
        cls.done = inferior.pid
        try:
            sync_names()
        except (gdb.error, gdb.GdbError):
            pass


# ---------------------------------------------------------------------- bt

class GuestDecorator(FrameDecorator):
    """A guest frame, on the host frame that runs it."""

    def __init__(self, base, guest):
        super().__init__(base)
        self.guest = guest

    def function(self):
        return self.guest.function()

    def address(self):
        return self.guest.pc

    def filename(self):
        return self.guest.line[0] if self.guest.line else None

    def line(self):
        return self.guest.line[1] if self.guest.line else None

    def frame_args(self):
        return None

    def frame_locals(self):
        return None


class GuestFilter:
    def __init__(self):
        self.name, self.priority, self.enabled = "dragoman", 100, True
        gdb.frame_filters[self.name] = self

    def filter(self, frames):
        try:
            info, files, registers = thread_registers()
        except (gdb.error, gdb.GdbError):
            return frames
        return self.replace(frames, info, files, registers)

    @staticmethod
    def replace(frames, info, files, registers):
        done = False
        for decorator in frames:
            pc = decorator.inferior_frame().pc()
            if not info.is_generated(pc):
                yield decorator
            elif not info.code_slow_call <= pc < info.code_entry_end and not done:
                done = True
                for guest in Unwinder(info, files, registers).frames():
                    yield GuestDecorator(decorator, guest)


def install():
    for event in ("stop", "cont", "exited", "new_objfile", "inferior_call", "memory_changed"):
        getattr(gdb.events, event).connect(Stop.forget)
    gdb.events.before_prompt.connect(AutoSync.before_prompt)
    for command in (GuestBt, GuestRegs, GuestPc, GuestThreads, GuestSync):
        command()
    GuestFilter()


# The script comes with the program and from gdb's folder for such: once is enough.
if "dragoman" not in gdb.frame_filters:
    install()
