"""Random riscv64 code from the decode tables: what random-check.py runs.

A case is a state (registers, memory) and code that ends, whatever its instructions do: branches go
forwards, loops count a register down that their bodies leave alone, functions return through one.
The parts of a program that need more than one instruction to make sense are methods named part_*.
"""
import os
import random
import re
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts"))
import decodetree  # noqa: E402

M64 = (1 << 64) - 1
# As in random-driver.c.
MEM, PAGE, CODE, CODE_SIZE, MAX_CODE, CELLS = 0x10000000, 4096, 0x20000000, 0x8000, 2048, 64
BASE = MEM + PAGE  # s0 and sp
S0, SP = 8, 2

BRANCHES = {"B", "CB"}
# Instructions that come in parts of several, and those that end a case.
IN_PARTS = {"jal", "jalr", "c.j", "c.jr", "c.jalr", "lr.w", "lr.d", "sc.w", "sc.d", "c.addi16sp",
            "ecall", "csrrw", "csrrs", "csrrc", "csrrwi", "csrrsi", "csrrci"}
ENDS = {"ebreak", "c.ebreak"}
# Plain, but an invalidation each time.
SELDOM = {"fence.i"}

FFLAGS, FRM, FCSR, CYCLE, MSTATUS = 1, 2, 3, 0xc00, 0x300

X_EDGES = [0, 1, M64, 1 << 63, (1 << 63) - 1, 0x7fffffff, 0x80000000, 0xffffffff, 31, 32, 63]
D_EDGES = [0, 1 << 63, 0x3ff0000000000000, 0xbff0000000000000, 0x7ff0000000000000,
           0xfff0000000000000, 0x7ff8000000000000, 0x7ff0000000000001, 0x7fefffffffffffff, 1,
           0x000fffffffffffff, 0x0010000000000000, 0x43e0000000000000, 0x41dfffffffc00000,
           0x3fe0000000000000, 0x4004000000000000, 0x36a0000000000000, 0x47efffffe0000000]
S_EDGES = [0, 1 << 31, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 0x7f800001,
           0x7f7fffff, 1, 0x007fffff, 0x00800000, 0x5f000000, 0x4f000000, 0x3f000000, 0x40200000]
H_EDGES = [0, 0x8000, 0x3c00, 0x7c00, 0x7e00, 0x7c01, 0x7bff, 1, 0x3ff, 0x400]


def extension(row):
    """The one that a row belongs to: c.fld is C, fli.d is Zfa, ld is I."""
    needs = [need for need in re.split("[,|]", row.needs) if need != "rv64"]
    return needs[0] if needs else "I"


def float_type(row, field):
    """s, d or h: what an instruction has in a float register; fcvt.s.d has the result first."""
    words = row.name.removeprefix("c.").split(".")
    if len(words) == 1:
        word = words[0][2]  # fld, fsw, c.fldsp
    else:
        word = words[1] if field == "rd" else words[-1]
    return {"w": "s"}.get(word, word)


class Field:
    """Bits of an instruction that are chosen: a letter of its row."""

    def __init__(self, row, source):
        self.name, self.kind, self.bias = source.name, source.kind, source.bias
        self.float_type = float_type(row, source.name) if source.kind == "f" else None
        self.pairs = decodetree.field_bits(row, source)
        self.places = row.letters[source.letter]
        self.width = len(self.places)

    def put(self, bits):
        """The letter's bits as they stand, left to right."""
        insn = 0
        for n, place in enumerate(reversed(self.places)):
            insn |= (bits >> n & 1) << place
        return insn

    def scatter(self, value):
        """The field's value."""
        insn = 0
        for place, bit in self.pairs:
            insn |= (value >> bit & 1) << place
        return insn

    def reach(self):
        """Of a signed field: values from -reach up to reach - 1."""
        return 1 << max(bit for _, bit in self.pairs)


class Shape:
    """What one needs to know of a row, once."""

    def __init__(self, row):
        self.row, self.name, self.size, self.match = row, row.name, row.width // 8, row.match
        self.forbid = row.forbid
        self.fields, seen = [], set()
        for source in row.format.sources:  # rd comes first where one letter is rd and rs1
            if source.letter and source.letter not in seen:
                seen.add(source.letter)
                self.fields.append(Field(row, source))
        self.by_name = {field.name: field for field in self.fields}
        self.memory = "({rs1})" in row.text or "(sp)" in row.text
        self.imm = self.by_name.get("imm")

    def made(self, **values):
        """The encoding with fields as given (a register by its number), the others zero."""
        insn = self.match
        for name, value in values.items():
            insn |= self.by_name[name].scatter(value - self.by_name[name].bias)
        return insn


class Insn:
    """An instruction of a case; target: the Label that its immediate is the distance to."""
    __slots__ = ("shape", "bits", "target", "offset", "size", "pair", "keep")

    def __init__(self, shape, bits, target=None, pair=None):
        self.shape, self.bits, self.target, self.size = shape, bits, target, shape.size
        self.offset = 0
        self.keep = False  # without it the case may not end
        self.pair = pair  # of an addi: the auipc that it completes


class Label:
    __slots__ = ("place",)


class Raw:
    """An encoding that is no instruction."""

    def __init__(self, size):
        self.name, self.size = f".{size}byte", size


class Case:
    def __init__(self, pc, x, f, fcsr, cells, insns):
        self.pc, self.x, self.f, self.fcsr, self.cells, self.insns = pc, x, f, fcsr, cells, insns

    def code(self):
        return b"".join(insn.bits.to_bytes(insn.size, "little") for insn in self.insns)

    def pack(self):
        code = self.code()
        return struct.pack(f"<32Q32QQ{CELLS}QQ", self.pc, *self.x[1:], *self.f, self.fcsr,
                           *self.cells, len(code)) + code.ljust(MAX_CODE, b"\0")

    def line(self):
        """As a line for insn-run; memory is not in it."""
        text = "; ".join(f".{insn.size}byte 0x{insn.bits:x}" for insn in self.insns)
        words = [f"x{reg}=0x{value:x}" for reg, value in enumerate(self.x) if reg]
        words += [f"f{reg}=0x{value:x}" for reg, value in enumerate(self.f)]
        return f"{text} | {' '.join(words)} frm={self.fcsr >> 5} fflags={self.fcsr & 31} |"


class Generator:
    def __init__(self, tables, seed, leave_out, alone=()):
        """leave_out(row): true for what must not occur; alone: names only for single()."""
        self.random = random.Random(seed)
        self.rows = decodetree.load(tables).rows
        self.shapes = {row.name: Shape(row) for row in self.rows}
        self.usable = usable = [self.shapes[row.name] for row in self.rows if not leave_out(row)]
        self.branches = [s for s in usable if s.row.format.name in BRANCHES]
        self.alone = [s for s in usable if s.name in alone]
        self.plain = [s for s in usable if s.name not in IN_PARTS | ENDS | SELDOM | set(alone)
                      and s.row.format.name not in BRANCHES]
        self.seldom = [s for s in usable if s.name in SELDOM]
        self.ends = [s for s in usable if s.name in ENDS]
        self.memory = [s for s in self.plain if s.memory and "a" in s.row.letters]
        self.atomic = [s for s in self.plain if s.row.format.name == "AMO"]
        self.floating = [s for s in self.plain if not s.memory
                         and extension(s.row) in ("F", "D", "Zfa", "Zfhmin")]
        self.wide = [s for s in self.plain if s.size == 4 and not s.memory]
        self.parts = [(0.67, self.part_plain), (0.10, self.part_branch), (0.03, self.part_loop),
                      (0.03, self.part_call), (0.015, self.part_reserved),
                      (0.03, self.part_flags),
                      (0.02, self.part_atomic), (0.025, self.part_csr), (0.015, self.part_stack),
                      (0.03, self.part_pointer), (0.004, self.part_patch),
                      (0.01, self.part_code_data), (0.005, self.part_ecall),
                      (0.006, self.part_jump), (0.01, self.part_constant)]
        # Of the case being made; locked: registers not to write now; left: instructions to go.
        self.xs, self.xs_low, self.fs, self.fs_of = [], [], [], {}
        self.out, self.functions, self.donors = [], [], []
        self.locked, self.left, self.deep, self.moved = set(), 0, 0, False

    # Single instructions

    def register(self, field):
        """Of kind x or f; x registers that are written are not locked ones."""
        choose = self.random.choice
        if field.kind == "f":
            regs = self.fs if self.random.random() < 0.1 else self.fs_of[field.float_type]
            return choose([reg for reg in regs if 8 <= reg < 16] if field.width == 3 else regs)
        written = field.name == "rd"
        if field.width == 5 and self.random.random() < 0.03:
            return 0
        for _ in range(100):
            reg = choose(self.xs_low if field.width == 3 else self.xs)
            if not written or reg not in self.locked:
                return reg
        raise AssertionError("all registers are locked")

    def any_value(self, field):
        if field.kind == "m":
            return self.random.choice([7, 7, 7, 0, 1, 2, 3, 4])
        if self.random.random() < 0.3:
            width = field.width
            return self.random.choice([0, 1, (1 << width) - 1, 1 << (width - 1)])
        return self.random.getrandbits(field.width)

    def filled(self, shape, **given):
        """An encoding with all fields random but those given."""
        while True:
            insn = shape.match
            for field in shape.fields:
                if field.name in given:
                    insn |= field.scatter(given[field.name] - field.bias)
                elif field.kind in "xf":
                    if shape.memory and field.name == "rs1":
                        insn |= field.put(S0 - field.bias)
                    else:
                        insn |= field.put(self.register(field) - field.bias)
                elif shape.memory and field is shape.imm and self.random.random() < 0.6:
                    insn |= field.scatter(self.random.randrange(-64, 64))
                else:
                    insn |= field.put(self.any_value(field))
            if not any(insn & mask == value for mask, value in shape.forbid):
                return insn

    def add(self, shape, bits, target=None, pair=None):
        insn = Insn(shape, bits, target, pair)
        self.out.append(insn)
        self.left -= 1
        return insn

    def emit(self, name, **fields):
        """An instruction of which all fields are given or zero."""
        shape = self.shapes[name]
        return self.add(shape, shape.made(**fields))

    def free(self):
        return [reg for reg in self.xs if reg not in self.locked]

    def free_register(self, low=False):
        """To write to and then to use."""
        return self.random.choice([reg for reg in self.free() if not low or 8 <= reg < 16])

    def place(self, label):
        label.place = len(self.out)

    # Parts

    def part_plain(self):
        shape = self.random.choice(self.plain)
        if self.seldom and self.random.random() < 0.002:
            shape = self.random.choice(self.seldom)
        self.add(shape, self.filled(shape))

    def part_branch(self):
        """Over the next few parts."""
        shape = self.random.choice(self.branches)
        label = Label()
        self.add(shape, self.filled(shape, imm=0), label)
        for _ in range(self.random.randrange(1, 4)):
            self.part()
        self.place(label)

    def part_jump(self):
        label = Label()
        name = self.random.choice(["jal", "c.j"])
        if name == "jal":
            self.add(self.shapes[name], self.shapes[name].made(rd=self.free_register()), label)
        else:
            self.add(self.shapes[name], self.shapes[name].match, label)
        for _ in range(self.random.randrange(1, 3)):
            self.part()
        self.place(label)

    def part_constant(self):
        reg = self.free_register()
        self.emit("lui", rd=reg, imm=self.random.getrandbits(20) << 12)
        self.emit("addiw", rd=reg, rs1=reg, imm=self.random.getrandbits(12))

    def part_loop(self):
        """A register counts down to zero; twice nested at most."""
        if self.deep >= 2:
            return
        low = self.random.random() < 0.5
        counter = self.free_register(low)
        label = Label()
        self.locked.add(counter)
        self.deep += 1
        times = self.random.choice([1, 2, 3, 4, 7, 20 // self.deep ** 2])
        self.emit("addi", rd=counter, imm=times).keep = True
        self.place(label)
        for _ in range(self.random.randrange(1, 7)):
            self.part()
        if low and self.random.random() < 0.5:
            self.emit("c.addi", rd=counter, imm=-1).keep = True
        else:
            self.emit("addi", rd=counter, rs1=counter, imm=-1).keep = True
        # c.bnez reaches back 256 bytes.
        if low and sum(insn.size for insn in self.out[label.place:]) < 250:
            self.add(self.shapes["c.bnez"], self.shapes["c.bnez"].made(rs1=counter), label)
        else:
            self.add(self.shapes["bne"], self.shapes["bne"].made(rs1=counter), label)
        self.deep -= 1
        self.locked.discard(counter)

    def part_call(self):
        """Of a function of its own, placed behind the end of the code; it returns."""
        if self.deep >= 2:
            return
        label, kind = Label(), self.random.choice(["jal", "jalr", "c.jalr"])
        if kind == "c.jalr" and 1 in self.locked:
            kind = "jal"
        link = 1 if kind == "c.jalr" else self.free_register()
        if kind == "jal":
            self.add(self.shapes["jal"], self.shapes["jal"].made(rd=link), label)
        else:
            over = self.free_register()
            first = self.emit("auipc", rd=over)
            if kind == "jalr":
                shape = self.shapes["jalr"]
                self.add(shape, shape.made(rd=link, rs1=over), label, first)
            else:
                shape = self.shapes["addi"]
                self.add(shape, shape.made(rd=over, rs1=over), label, first)
                self.emit("c.jalr", rs1=over)
        self.functions.append((label, link, set(self.locked), self.deep + 1))

    def function(self, label, link, locked, deep):
        self.locked, self.deep = locked | {link}, deep
        self.place(label)
        for _ in range(self.random.randrange(1, 7)):
            self.part()
        if self.random.random() < 0.5:
            self.emit("c.jr", rs1=link).keep = True
        else:
            # Bit 0 of the target is dropped.
            self.emit("jalr", rs1=link, imm=self.random.choice([0, 0, 1])).keep = True

    def part_reserved(self):
        """lr and sc, or sc without one; what may be in between by the manual, and a little more."""
        size = self.random.choice("wd")
        pointer, kind = self.free_register(), self.random.random()
        loaded = self.shapes["lr." + size]
        stored = self.shapes["sc." + size]
        self.emit("addi", rd=pointer, rs1=S0, imm=8 * self.random.randrange(-8, 8))
        self.locked.add(pointer)
        if kind < 0.85:
            self.add(loaded, self.filled(loaded, rs1=pointer))
            for _ in range(self.random.randrange(3)):
                shape = self.random.choice(self.plain)
                if not shape.memory:
                    self.add(shape, self.filled(shape))
        if 0.7 < kind < 0.85:
            self.emit("addi", rd=pointer, rs1=pointer, imm=8)
        self.add(stored, self.filled(stored, rs1=pointer))
        self.locked.discard(pointer)

    def part_atomic(self):
        pointer = self.free_register()
        shape = self.random.choice(self.atomic)
        align = 4 if shape.name.endswith(".w") else 8
        self.emit("addi", rd=pointer, rs1=S0, imm=align * self.random.randrange(-16, 16))
        self.add(shape, self.filled(shape, rs1=pointer))

    def part_csr(self):
        """The floating-point ones; a counter is not read into a register."""
        kind = self.random.random()
        if kind < 0.4:  # a valid rounding mode, by an immediate
            self.emit("csrrwi", rd=self.free_register(), csr=FRM, rs1=self.random.randrange(5))
        elif kind < 0.5:
            self.emit("csrrs", csr=CYCLE + self.random.randrange(3))
        elif kind < 0.6:  # all of fcsr
            reg = self.free_register()
            fcsr = self.random.randrange(5) << 5 | self.random.getrandbits(5)
            self.emit("addi", rd=reg, imm=fcsr)
            self.emit("csrrw", rd=self.free_register(), csr=FCSR, rs1=reg)
        else:
            csr = self.random.choice([FFLAGS, FFLAGS, FRM, FCSR])
            name = "csrr" + self.random.choice(["w", "s", "c", "wi", "si", "ci"])
            shape = self.shapes[name]
            given = {} if self.random.random() < 0.5 else {"rs1": 0}
            if csr != FFLAGS and name != "csrrc" and name != "csrrci":
                given = {"rs1": 0}
            self.add(shape, self.filled(shape, csr=csr, **given))

    def part_flags(self):
        """The flags of one or two instructions alone, to memory."""
        reg = self.free_register()
        self.emit("csrrwi", csr=FFLAGS)
        for _ in range(self.random.randrange(1, 3)):
            shape = self.random.choice(self.floating)
            self.add(shape, self.filled(shape))
        self.emit("csrrs", rd=reg, csr=FFLAGS)
        self.emit("sb", rs1=S0, rs2=reg, imm=self.random.randrange(-2048, 2048))

    def part_stack(self):
        """sp moves, and moves back."""
        if self.deep or self.moved:
            return
        self.moved = True
        by = 16 * self.random.choice([n for n in range(-31, 32) if n])
        self.emit("c.addi16sp", imm=by)
        for _ in range(self.random.randrange(1, 5)):
            self.part()
        self.emit("c.addi16sp", imm=-by)
        self.moved = False

    def part_pointer(self):
        """Memory through a register that is not s0, also over the middle of the two pages."""
        shape = self.random.choice(self.memory)
        field = shape.by_name["rs1"]
        pointer = self.free_register(field.width == 3)
        around = self.random.randrange(-16, 16)
        self.emit("addi", rd=pointer, rs1=S0, imm=around)
        given = {"rs1": pointer}
        if shape.imm and shape.imm.kind == "s":
            given["imm"] = self.random.choice([0, 0, 1, 4, 8, -around, -around - 3])
        elif not shape.imm:
            self.emit("andi", rd=pointer, rs1=pointer, imm=-8)
        self.add(shape, self.filled(shape, **given))

    def part_code_data(self):
        """A load from the code itself."""
        shape = self.random.choice([s for s in self.memory if s.row.format.name in
                                    ("LOAD", "FLOAD")])
        pointer = self.free_register()
        self.emit("auipc", rd=pointer)
        self.add(shape, self.filled(shape, rs1=pointer, imm=self.random.randrange(0, 16)))

    def part_patch(self):
        """An instruction is written over another, and run behind fence.i."""
        shape = self.random.choice(self.wide)
        donor = Insn(shape, self.filled(shape))
        over, value = self.random.sample(self.free(), 2)
        label, source = Label(), Label()
        for target in (source, label):
            first = self.emit("auipc", rd=over)
            addi = self.shapes["addi"]
            self.add(addi, addi.made(rd=over, rs1=over), target, first)
            if target is source:
                self.emit("lw", rd=value, rs1=over)
            else:
                self.emit("sw", rs1=over, rs2=value)
        self.emit("fence.i")
        self.place(label)
        # In case it is run again as it was: the same instruction does no harm.
        self.emit("addi")
        self.donors.append((source, donor))

    def part_ecall(self):
        """A system call that no kernel has: -ENOSYS."""
        if {10, 17} & self.locked:
            return
        self.emit("addi", rd=17, imm=self.random.randrange(1200, 2000))
        self.emit("ecall")

    def part(self):
        if self.left <= 0:
            self.part_plain()
            return
        pick = self.random.random()
        for weight, method in self.parts:
            pick -= weight
            if pick < 0:
                method()
                return
        self.part_plain()

    # Faults

    def raw(self, bits, size):
        self.add(Raw(size), bits)

    def part_fault(self):
        """What ends the case early, if it is reached."""
        self.random.choice([self.fault_access, self.fault_access, self.fault_access,
                            self.fault_insn, self.fault_insn, self.fault_jump, self.fault_frm,
                            self.fault_align, self.fault_break])()

    def far(self, reg, address):
        self.emit("lui", rd=reg, imm=(address + 0x800) & ~0xfff & 0xffffffff)
        self.emit("addiw", rd=reg, rs1=reg, imm=(address & 0xfff) - (address & 0x800) * 2)

    def fault_access(self):
        """Nothing mapped, the end of what is, the read-only page."""
        shape = self.random.choice(self.memory + self.atomic)
        pointer = self.free_register(shape.by_name["rs1"].width == 3)
        self.far(pointer, self.random.choice([0, MEM - 8, MEM + 2 * PAGE, MEM + 2 * PAGE + 256,
                                              MEM + 3 * PAGE - 3, MEM + 3 * PAGE, 0x7ffff000]))
        given = {"rs1": pointer}
        if shape.imm and shape.imm.kind == "s":
            given["imm"] = self.random.randrange(-8, 8)
        elif not shape.imm:
            self.emit("andi", rd=pointer, rs1=pointer, imm=-8)
        self.add(shape, self.filled(shape, **given))

    def fault_align(self):
        """The misaligned atomic."""
        shape = self.random.choice(self.atomic + [self.shapes["lr.w"], self.shapes["lr.d"]])
        pointer = self.free_register()
        self.emit("addi", rd=pointer, rs1=S0, imm=self.random.randrange(-16, 16))
        self.add(shape, self.filled(shape, rs1=pointer))
        self.emit("sc.d", rd=pointer, rs1=S0)

    def fault_insn(self):
        kind = self.random.randrange(4)
        if kind == 0:
            self.raw(0, 2)
        elif kind == 1:
            self.raw(0xffffffff, 4)
        elif kind == 2:
            self.emit("csrrs", rd=self.free_register(), csr=MSTATUS)
        else:  # a reserved rounding mode
            shape = self.random.choice([s for s in self.plain if "rm" in s.by_name])
            self.add(shape, self.filled(shape, rm=self.random.choice([5, 6])))

    def fault_frm(self):
        """An invalid dynamic rounding mode; the next instruction that needs it traps."""
        self.emit("csrrwi", csr=FRM, rs1=self.random.choice([5, 6, 7]))

    def fault_jump(self):
        reg = self.free_register()
        self.far(reg, self.random.choice([0x30000000, MEM, MEM + PAGE + 2]))
        self.emit("jalr", rd=self.free_register(), rs1=reg)

    def fault_break(self):
        self.add_end()

    def add_end(self):
        shape = self.random.choice(self.ends)
        self.add(shape, shape.match).keep = True

    # Cases

    def choose_registers(self):
        """A few, so that instructions feed each other, or all."""
        all_x = [reg for reg in range(1, 32) if reg not in (S0, SP)]
        low, high = list(range(8, 16)), list(range(8)) + list(range(16, 32))
        self.random.shuffle(low)
        self.random.shuffle(high)
        if self.random.random() < 0.6:
            self.xs = self.random.sample(all_x, 6) + self.random.sample(range(9, 16), 4)
            high = high[:6]
        else:
            self.xs = all_x
        self.xs_low = [reg for reg in self.xs if 8 <= reg < 16]
        # Each precision has its own, most of the time: it makes little of another's values.
        self.fs = low + high
        self.fs_of = {"d": low[:4] + high[0::3], "s": low[4:7] + high[1::3],
                      "h": low[7:] + high[2::3]}

    def start_case(self, count):
        self.choose_registers()
        self.out, self.functions, self.donors = [], [], []
        self.locked, self.left, self.deep, self.moved = {S0, SP}, count, 0, False

    def x_value(self):
        kind = self.random.random()
        if kind < 0.4:
            return self.random.choice(X_EDGES)
        value = self.random.getrandbits(64)
        return value >> self.random.randrange(64) if kind < 0.8 else value

    def f_value(self, kind=None):
        """A value of the precision: an edge, an ordinary number, a small integer, any bits."""
        kind = kind or self.random.choice("ddsh")
        edges, low, high, bits = {"d": (D_EDGES, 1013, 1034, 52), "s": (S_EDGES, 117, 138, 23),
                                  "h": (H_EDGES, 8, 24, 10)}[kind]
        size = {"d": 64, "s": 32, "h": 16}[kind]
        pick = self.random.random()
        if pick < 0.3:
            value = self.random.choice(edges)
        elif pick < 0.75:
            value = self.random.getrandbits(1) << (size - 1) | \
                self.random.randrange(low, high) << bits | self.random.getrandbits(bits)
        elif pick < 0.9:
            value = self.random.randrange(low, high) << bits | \
                self.random.getrandbits(4) << (bits - 4)
        else:
            value = self.random.getrandbits(size)
        return M64 >> size << size | value

    def finish(self):
        """The case that self.out is."""
        offset = 0
        for insn in self.out:
            insn.offset = offset
            offset += insn.size
        for n, insn in enumerate(self.out):
            if insn.target:
                to = self.out[insn.target.place].offset
                distance = to - (insn.pair or insn).offset
                imm = insn.shape.imm
                if not -imm.reach() <= distance < imm.reach():
                    # Too far for a short one: on with the next.
                    distance = self.out[n + 1].offset - insn.offset
                insn.bits |= imm.scatter(distance)
        x = [self.x_value() for _ in range(32)]
        f = [self.f_value(next((kind for kind, regs in self.fs_of.items() if reg in regs), None))
             for reg in range(32)]
        x[S0] = x[SP] = BASE
        pc = CODE + 2 * self.random.randrange(2, (CODE_SIZE - MAX_CODE) // 2)
        fcsr = self.random.randrange(5) << 5 | self.random.choice([0, 0, 31, 1])
        return Case(pc, x, f, fcsr, [self.f_value() for _ in range(CELLS)], self.out)

    def sequence(self, count):
        while True:
            self.start_case(count)
            fault = self.random.randrange(count) if self.random.random() < 0.35 else -1
            while self.left > 0:
                if self.left <= count - fault and fault >= 0:
                    fault = -1
                    self.part_fault()
                self.part()
            self.add_end()
            while self.functions:
                self.function(*self.functions.pop())
            self.add_end()
            for label, donor in self.donors:
                self.place(label)
                self.out.append(donor)
            if sum(insn.size for insn in self.out) <= MAX_CODE:
                return self.finish()

    def single(self, shape):
        """One instruction of the shape alone."""
        self.start_case(1)
        end = Label()
        if shape.row.format.name in BRANCHES | {"J", "CJ"}:
            self.add(shape, self.filled(shape, imm=0), end)
        else:
            self.add(shape, self.filled(shape))
        self.place(end)
        self.add_end()
        return self.finish()

    def singles(self, per_row):
        """Of every row that is no part of something larger."""
        for shape in self.plain + self.branches + self.seldom + self.alone:
            for _ in range(per_row):
                yield self.single(shape)
