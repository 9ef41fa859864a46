#!/usr/bin/env python3
"""Instruction tables -> C: decoder, argument structs, and the rows for printing and assembling.

usage: decodetree.py --prefix rv --header OUT.h --source OUT.c TABLE... [--trans FILE.c...]

A table is a text file; `#` starts a comment.  Its lines:

    width 32
        Bits of an instruction of this table; before the first row.
    format NAME STRUCT "text" field=source...
        How rows of this format become arguments and text.  Formats of one STRUCT have the same
        fields.  A source is a number, or LETTER:KIND with an optional +BIAS or [bits]:
            rd=d:x            the bits marked d; kind x
            rd=d:x+8          ... plus 8
            imm=i:s[12,10:5]  the bits marked i are, from left to right, these bits of the value
        Kinds s, t and h are sign-extended (from the highest bit listed), all others are not.
        What a kind looks like in text is the guest's InsnSyntax; {field} stands for it.
    NAME bits... FORMAT NEEDS [d!=0...] [of=NAME] [=TRANS]
        An instruction: bits are 0, 1, a letter, or . (any), in as many words as one likes.
        NEEDS: extensions, `,` for and, `|` for or.  d!=0: not if the bits marked d are 0.
        of=NAME: takes its encodings out of NAME's, which covers them.  =TRANS: lifted by
        trans_TRANS instead of the one named as the instruction.
    alias NAME "text" BASE field=value...
        Another name for some encodings of BASE, in text only; a value may be another field.

Refused: rows that overlap, letters the format does not know, rows whose trans_ function is in
none of the --trans files, and anything else that does not parse.
"""
import argparse
import re
import shlex
import sys
from dataclasses import dataclass, field as dc_field

SIGNED_KINDS = "sth"
NAME = re.compile(r"[A-Za-z_][\w.]*$")
SOURCE = re.compile(r"(?P<letter>[a-z]):(?P<kind>[a-z])(?:\+(?P<bias>\d+))?"
                    r"(?:\[(?P<perm>[\d:,]+)\])?$")


class TableError(Exception):
    """A mistake in a table; the text names file and line."""


@dataclass
class Source:
    """Where a field of a format comes from: bits of a letter, or a constant."""
    name: str
    letter: str = ""
    kind: str = "u"
    bias: int = 0
    perm: list = None
    constant: int = 0


@dataclass
class Format:
    name: str
    struct: str
    text: str
    sources: list
    where: str


@dataclass
class Row:
    """An instruction or alias: its encodings are those with (insn & mask) == match."""
    name: str
    where: str
    width: int
    mask: int = 0
    match: int = 0
    letters: dict = dc_field(default_factory=dict)  # letter -> bit numbers, left to right
    format: Format = None
    needs: str = ""
    forbid: list = dc_field(default_factory=list)   # (mask, value)
    inside: str = ""
    trans: str = ""
    text: str = ""
    alias_of: object = None
    same: tuple = ()                                # two masks of equal register fields

    def c_name(self):
        return self.name.replace(".", "_")


@dataclass
class Tables:
    formats: dict = dc_field(default_factory=dict)
    rows: list = dc_field(default_factory=list)
    aliases: list = dc_field(default_factory=list)
    structs: dict = dc_field(default_factory=dict)  # name -> field names

    def row(self, name, where):
        for row in self.rows:
            if row.name == name:
                return row
        raise TableError(f"{where}: no instruction {name}")


# Reading


def parse_perm(text, where):
    bits = []
    for part in text.split(","):
        high, _, low = part.partition(":")
        high, low = int(high), int(low or high)
        if low > high or high > 31:
            raise TableError(f"{where}: bad bit range {part}")
        bits += range(high, low - 1, -1)
    if len(set(bits)) != len(bits):
        raise TableError(f"{where}: a bit is listed twice in [{text}]")
    return bits


def parse_source(word, where):
    name, sep, value = word.partition("=")
    if not sep:
        raise TableError(f"{where}: expected field=source, not {word}")
    if value.isdigit():
        return Source(name, constant=int(value))
    found = SOURCE.match(value)
    if not found:
        raise TableError(f"{where}: bad source {value}")
    perm = parse_perm(found["perm"], where) if found["perm"] else None
    return Source(name, found["letter"], found["kind"], int(found["bias"] or 0), perm)


def add_format(tables, words, where):
    if len(words) < 4:
        raise TableError(f"{where}: format NAME STRUCT \"text\" field=source...")
    name, struct, text = words[1:4]
    sources = [parse_source(word, where) for word in words[4:]]
    names = [source.name for source in sources]
    if name in tables.formats:
        raise TableError(f"{where}: format {name} is there already")
    for used in re.findall(r"{(\w+)}", text):
        if used not in names:
            raise TableError(f"{where}: text names unknown field {used}")
    known = tables.structs.setdefault(struct, names)
    if sorted(known) != sorted(names):
        raise TableError(f"{where}: {struct} has fields {' '.join(known)}, not {' '.join(names)}")
    tables.formats[name] = Format(name, struct, text, sources, where)


def take_bits(row, words):
    """Bits of the row from the front of words; what is left."""
    bits = ""
    while words and len(bits) < row.width:
        bits += words.pop(0)
    if len(bits) != row.width or not re.fullmatch(r"[01a-z.]*", bits):
        raise TableError(f"{row.where}: {row.name} has not {row.width} bits: {bits}")
    for n, char in enumerate(bits):
        bit = row.width - 1 - n
        if char in "01":
            row.mask |= 1 << bit
            row.match |= int(char) << bit
        elif char != ".":
            row.letters.setdefault(char, []).append(bit)
    return words


def letter_value(row, letter, value):
    """(mask, match) of the bits of letter holding value as they stand."""
    if letter not in row.letters:
        raise TableError(f"{row.where}: no bits are marked {letter}")
    bits = row.letters[letter]
    if value >> len(bits):
        raise TableError(f"{row.where}: {value} does not fit in {letter}")
    mask = sum(1 << bit for bit in bits)
    match = sum((value >> (len(bits) - 1 - n) & 1) << bit for n, bit in enumerate(bits))
    return mask, match


def add_option(row, word):
    unequal = re.fullmatch(r"([a-z])!=(\d+)", word)
    if unequal:
        row.forbid.append(letter_value(row, unequal[1], int(unequal[2])))
    elif word.startswith("of="):
        row.inside = word[3:]
    elif word.startswith("="):
        row.trans = word[1:]
    else:
        raise TableError(f"{row.where}: unknown option {word}")


def check_letters(row):
    used = {source.letter for source in row.format.sources if source.letter}
    for letter in sorted(used ^ set(row.letters)):
        side = "format" if letter in row.letters else "bits"
        raise TableError(f"{row.where}: {row.name}: letter {letter} is not in its {side}")
    for source in row.format.sources:
        if source.perm and len(source.perm) != len(row.letters[source.letter]):
            raise TableError(f"{row.where}: {row.name}: {source.name} lists {len(source.perm)} "
                             f"bits, marked are {len(row.letters[source.letter])}")


def add_row(tables, width, words, where):
    row = Row(words[0], where, width, trans=words[0])
    rest = take_bits(row, words[1:])
    if len(rest) < 2:
        raise TableError(f"{where}: {row.name} lacks format or needs")
    if rest[0] not in tables.formats:
        raise TableError(f"{where}: unknown format {rest[0]}")
    if any(other.name == row.name for other in tables.rows):
        raise TableError(f"{where}: {row.name} is there already")
    row.format, row.needs = tables.formats[rest[0]], rest[1]
    row.text = row.format.text
    for word in rest[2:]:
        add_option(row, word)
    check_letters(row)
    tables.rows.append(row)


def field_bits(row, source):
    """[(insn bit, value bit)] of a field in this row, leftmost first."""
    if not source.letter:
        return []
    bits = row.letters[source.letter]
    perm = source.perm or range(len(bits) - 1, -1, -1)
    return list(zip(bits, perm))


def add_alias(tables, words, where):
    if len(words) < 4:
        raise TableError(f"{where}: alias NAME \"text\" BASE field=value...")
    base = tables.row(words[3], where)
    alias = Row(words[1], where, base.width, base.mask, base.match, dict(base.letters),
                base.format, base.needs, list(base.forbid), text=words[2], alias_of=base)
    by_name = {source.name: source for source in base.format.sources}
    for word in words[4:]:
        name, _, value = word.partition("=")
        if name not in by_name:
            raise TableError(f"{where}: {base.name} has no field {name}")
        pairs = field_bits(base, by_name[name])
        if value in by_name:
            other = field_bits(base, by_name[value])
            alias.same = tuple(sum(1 << bit for bit, _ in bits) for bits in (pairs, other))
            continue
        number = int(value, 0) - by_name[name].bias
        for bit, value_bit in pairs:
            alias.mask |= 1 << bit
            alias.match |= (number >> value_bit & 1) << bit
    tables.aliases.append(alias)


def read_table(tables, path):
    width = 0
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            where = f"{path}:{number}"
            words = shlex.split(line, comments=True)
            if not words:
                continue
            if not NAME.match(words[0]):
                raise TableError(f"{where}: bad name {words[0]}")
            if words[0] == "width":
                width = int(words[1])
            elif words[0] == "format":
                add_format(tables, words, where)
            elif words[0] == "alias":
                add_alias(tables, words, where)
            elif not width:
                raise TableError(f"{where}: no width before the first row")
            else:
                add_row(tables, width, words, where)


# Checking


def forbids(row, other):
    """True if other's fixed bits are always what row must not have."""
    return any(mask & other.mask == mask and other.match & mask == value
               for mask, value in row.forbid)


def overlap(a, b):
    if a.width != b.width or (a.match ^ b.match) & a.mask & b.mask:
        return False
    return not forbids(a, b) and not forbids(b, a)


def check_overlaps(tables):
    for n, a in enumerate(tables.rows):
        for b in tables.rows[:n]:
            if not overlap(a, b):
                continue
            inner, outer = (a, b) if a.inside == b.name else (b, a)
            if inner.inside != outer.name:
                raise TableError(f"{a.where}: {a.name} overlaps {b.name} ({b.where})")
            if outer.mask & ~inner.mask or inner.mask == outer.mask:
                raise TableError(f"{inner.where}: {inner.name} is not inside {outer.name}")


def check_inside(tables):
    for row in tables.rows:
        if row.inside and not overlap(row, tables.row(row.inside, row.where)):
            raise TableError(f"{row.where}: {row.name} is not inside {row.inside}")


def check_trans(tables, prefix, paths):
    defined = set()
    for path in paths:
        with open(path, encoding="utf-8") as file:
            defined |= set(re.findall(rf"\b{prefix}_trans_(\w+)", file.read()))
    for row in tables.rows:
        if row.trans.replace(".", "_") not in defined:
            raise TableError(f"{row.where}: {row.name}: no function "
                             f"{prefix}_trans_{row.trans.replace('.', '_')}")


def check_structs(tables):
    """A row lifted as another has that one's argument struct."""
    struct = {}
    for row in tables.rows:
        if struct.setdefault(row.trans, row.format.struct) != row.format.struct:
            raise TableError(f"{row.where}: {row.name}: {row.trans} takes a "
                             f"{struct[row.trans]}, not a {row.format.struct}")


# Writing


def pieces(row, source):
    """[(insn lsb, value lsb, width)]: runs of bits that stay together."""
    runs = []
    for insn_bit, value_bit in field_bits(row, source):
        if runs and runs[-1][0] == insn_bit + 1 and runs[-1][1] == value_bit + 1:
            runs[-1] = (insn_bit, value_bit, runs[-1][2] + 1)
        else:
            runs.append((insn_bit, value_bit, 1))
    return runs


def value_width(row, source):
    return max(value_bit for _, value_bit in field_bits(row, source)) + 1


def c_extract(row, source):
    """C expression of a field."""
    if not source.letter:
        return str(source.constant)
    terms = []
    for insn_lsb, value_lsb, width in pieces(row, source):
        term = f"(insn >> {insn_lsb} & {(1 << width) - 1:#x})"
        terms.append(f"{term} << {value_lsb}" if value_lsb else term)
    text = " | ".join(terms)
    if source.kind in SIGNED_KINDS:
        shift = 32 - value_width(row, source)
        text = f"(int32_t)(({text}) << {shift}) >> {shift}"
    return f"({text}) + {source.bias}" if source.bias else text


def c_needs(prefix, needs):
    """C condition for a needs column."""
    def one(name):
        return f"c->ext & {prefix.upper()}_EXT_{name.upper()}"

    groups = []
    for group in needs.split(","):
        names = group.split("|")
        groups.append("(" + " || ".join(f"({one(name)})" for name in names) + ")")
    return " && ".join(groups)


def struct_name(prefix, struct):
    return prefix.capitalize() + struct


class Writer:
    def __init__(self, tables, prefix, inputs):
        self.tables = tables
        self.prefix = prefix
        self.lines = [f"/* Made by scripts/decodetree.py from {', '.join(inputs)}. */"]

    def put(self, depth, text):
        self.lines.append("    " * depth + text if text else "")

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(self.lines) + "\n")


def write_header(out):
    prefix, tables = out.prefix, out.tables
    guard = f"{prefix.upper()}_INSN_GEN_H"
    context = f"{prefix.capitalize()}Lift"
    out.put(0, f"#ifndef {guard}\n#define {guard}\n")
    out.put(0, '#include <stdbool.h>\n#include <stdint.h>\n\n#include "target/insn-table.h"\n')
    out.put(0, f"typedef struct {context} {context};\n")
    for name, fields in tables.structs.items():
        out.put(0, f"typedef struct {struct_name(prefix, name)} {{")
        for field in fields or ["unused"]:
            out.put(1, f"int32_t {field};")
        out.put(0, f"}} {struct_name(prefix, name)};\n")
    for trans, struct in sorted({(row.trans.replace(".", "_"), row.format.struct)
                                 for row in tables.rows}):
        out.put(0, f"bool {prefix}_trans_{trans}({context} *c, "
                   f"const {struct_name(prefix, struct)} *a);")
    for width in sorted({row.width for row in tables.rows}):
        out.put(0, "\n/* False: no such instruction, or not one of this processor. */")
        out.put(0, f"bool {prefix}_decode{width}({context} *c, uint32_t insn);")
    out.put(0, f"\nextern const InsnTable {prefix}_insn_table;\n\n#endif")


def write_match(out, depth, row):
    """The row is the only one left: arguments and call."""
    prefix = out.prefix
    struct = struct_name(prefix, row.format.struct)
    out.put(depth, f"/* {row.name} */")
    call = f"{prefix}_trans_{row.trans.replace('.', '_')}(c, &a)"
    out.put(depth, f"const {struct} a = {{")
    for source in row.format.sources:
        out.put(depth + 1, f".{source.name} = {c_extract(row, source)},")
    out.put(depth, "};\n")
    out.put(depth, f"return {c_needs(prefix, row.needs)} && {call};")


def write_tests(out, depth, rows, done):
    """Rows that no common bits tell apart: one condition each, the narrowest first."""
    for row in sorted(rows, key=lambda row: -bin(row.mask).count("1")):
        tests = []
        if row.mask & ~done:
            tests.append(f"(insn & {row.mask & ~done:#x}) == {row.match & ~done:#x}")
        tests += [f"(insn & {mask:#x}) != {value:#x}" for mask, value in row.forbid]
        out.put(depth, f"if ({' && '.join(tests) or 'true'}) {{")
        write_match(out, depth + 1, row)
        out.put(depth, "}")
    out.put(depth, "return false;")


def widest_run(mask):
    """(lsb, width) of the longest run of ones, at most 8 bits."""
    best, bit = (0, 0), 0
    while mask >> bit:
        width = 0
        while mask >> (bit + width) & 1 and width < 8:
            width += 1
        if width > best[1]:
            best = (bit, width)
        bit += width or 1
    return best


def write_tree(out, depth, rows, done):
    """done: bits that are known to match all rows."""
    common = ~done
    for row in rows:
        common &= row.mask
    lsb, width = widest_run(common)
    if len(rows) == 1 or not width:
        write_tests(out, depth, rows, done)
        return
    field = (1 << width) - 1
    groups = {}
    for row in rows:
        groups.setdefault(row.match >> lsb & field, []).append(row)
    out.put(depth, f"switch (insn >> {lsb} & {field:#x}) {{")
    for value, group in sorted(groups.items()):
        out.put(depth, f"case {value:#x}: {{")
        write_tree(out, depth + 1, group, done | field << lsb)
        out.put(depth, "}")
    out.put(depth, "}")
    out.put(depth, "return false;")


def write_decoder(out, width):
    prefix = out.prefix
    rows = [row for row in out.tables.rows if row.width == width]
    out.put(0, f"\nbool {prefix}_decode{width}({prefix.capitalize()}Lift *c, uint32_t insn)\n{{")
    write_tree(out, 1, rows, 0)
    out.put(0, "}")


def write_field(out, row, source):
    runs = ", ".join(f"{{ {i}, {v}, {w} }}" for i, v, w in pieces(row, source))
    width = value_width(row, source) if source.letter else 0
    signed = "true" if source.kind in SIGNED_KINDS else "false"
    out.put(1, f"{{ \"{source.name}\", '{source.kind}', {signed}, {width}, {source.bias}, "
               f"{source.constant}, {len(pieces(row, source))}, {{ {runs or '{ 0 }'} }} }},")


def write_row(out, row):
    forbid = ", ".join(f"{{ {mask:#x}, {value:#x} }}" for mask, value in row.forbid)
    same = ", ".join(f"{mask:#x}" for mask in row.same) or "0"
    base = row.alias_of or row
    out.put(1, f"{{ \"{row.name}\", \"{row.text}\", {row.width // 8}, "
               f"{'true' if row.alias_of else 'false'}, {row.mask:#x}, {row.match:#x}, "
               f"{len(row.format.sources)}, fields_{base.c_name()}, "
               f"{{ {forbid or '{ 0 }'} }}, {{ {same} }} }},")


def write_rows(out):
    tables = out.tables
    for row in tables.rows:
        out.put(0, f"\nstatic const InsnField fields_{row.c_name()}[] = {{")
        for source in row.format.sources:
            write_field(out, row, source)
        if not row.format.sources:
            out.put(1, "{ 0 },")
        out.put(0, "};")
    out.put(0, "\n/* Aliases, then rows that lie inside another before that one. */")
    out.put(0, "static const InsnRow rows[] = {")
    inner_first = sorted(tables.rows, key=lambda row: not row.inside)
    for row in tables.aliases + inner_first:
        write_row(out, row)
    out.put(0, "};\n")
    out.put(0, f"const InsnTable {out.prefix}_insn_table = "
               "{ rows, sizeof(rows) / sizeof(rows[0]) };")


def load(paths):
    """All tables, checked but for their trans functions."""
    tables = Tables()
    for path in paths:
        read_table(tables, path)
    check_overlaps(tables)
    check_inside(tables)
    check_structs(tables)
    return tables


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--header")
    parser.add_argument("--source")
    parser.add_argument("--include", action="append", default=[])
    parser.add_argument("--trans", action="append", default=[])
    parser.add_argument("tables", nargs="+")
    options = parser.parse_args()
    try:
        tables = load(options.tables)
        check_trans(tables, options.prefix, options.trans)
    except (TableError, ValueError, OSError) as error:
        sys.exit(f"decodetree: {error}")
    names = [path.rsplit("/", 1)[-1] for path in options.tables]
    if options.header:
        out = Writer(tables, options.prefix, names)
        write_header(out)
        out.save(options.header)
    if options.source:
        out = Writer(tables, options.prefix, names)
        for include in options.include:
            out.put(0, f'#include "{include}"')
        for width in sorted({row.width for row in tables.rows}):
            write_decoder(out, width)
        write_rows(out)
        out.save(options.source)


if __name__ == "__main__":
    main()
