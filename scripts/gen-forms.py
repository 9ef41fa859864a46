#!/usr/bin/env python3
"""Make C from tcg/backend/x86/forms.table: gen-forms.py TABLE forms.h forms-test.h

forms.h has an inline function per instruction form; forms-test.h a table of all of them for the
unit test.  forms.table explains its columns.
"""

import re
import sys

SIZES = {'8': 1, '16': 2, '32': 4, '64': 8, '128': 16, 'v': 0}
OPERAND = re.compile(r'^(rm|r|m|xm|x)(8|16|32|64|128|v)?$')
PREFIX = {'66': 'X86_OP_66', 'F3': 'X86_OP_F3', 'F2': 'X86_OP_F2', 'NP': ''}
MAP = {'0F': 'X86_OP_0F', '0F38': 'X86_OP_0F38', '0F3A': 'X86_OP_0F3A'}
IMM = {'ib': 'u8', 'iw': 'u16', 'id': 'u32', 'iq': 'u64', 'cb': 'u8', 'cd': 'u32'}


class Encoding:
    def __init__(self, tokens):
        self.flags, self.w, self.cc, self.plus_r = [], False, False, False
        self.digit = self.imm = self.tail = None
        self.modrm = False
        codes = []
        for token in tokens:
            self.parse(token, codes)
        if not codes:
            sys.exit(f'no opcode in {tokens}')
        self.opcode = self.finish(codes)

    def parse(self, token, codes):
        if token == 'F0' and not codes and 'X86_OP_VEX' not in self.flags:
            self.flags.append('X86_OP_LOCK')
        elif token in ('66', 'F2', 'F3') and not codes and 'X86_OP_VEX' not in self.flags:
            self.flags.append(PREFIX[token])
        elif token == 'REX.W':
            self.w = True
        elif token.startswith('VEX.'):
            _, _, prefix, opmap, w = token.split('.')
            self.flags += ['X86_OP_VEX', MAP[opmap]] + ([PREFIX[prefix]] if PREFIX[prefix] else [])
            self.w = {'W0': False, 'W1': True, 'Wv': 'v'}[w]
        elif token == '/r':
            self.modrm = True
        elif re.match(r'^/[0-7]$', token):
            self.modrm, self.digit = True, token[1]
        elif token in IMM or token == 'is':
            self.imm = token
        elif token.startswith('.'):
            self.tail = int(token[1:], 16)
        elif match := re.match(r'^([0-9A-F]{2})(\+cc|\+r)?$', token):
            codes.append(match[1])
            self.cc |= match[2] == '+cc'
            self.plus_r |= match[2] == '+r'
        else:
            sys.exit(f'unknown encoding token {token}')

    def finish(self, codes):
        if len(codes) > 1 and codes[0] == '0F':
            if codes[1] in ('38', '3A') and len(codes) > 2:
                self.flags.append(MAP['0F' + codes[1]])
                codes = codes[2:]
            else:
                self.flags.append('X86_OP_0F')
                codes = codes[1:]
        self.extra = codes[1:]
        return '0x' + codes[0].lower()

    def vex_twin(self):
        """The same instruction in VEX form: W from REX.W, or from the operand size."""
        if not any(flag in self.flags for flag in MAP.values()):
            sys.exit('no VEX twin of a one-byte opcode')
        self.flags.append('X86_OP_VEX')


class Operand:
    def __init__(self, text):
        self.text = text
        match = OPERAND.match(text)
        self.kind = match[1] if match else 'c' if text == 'cl' else 'i'
        self.size = SIZES.get(match[2], 16) if match else 0
        if not match and text not in IMM and text not in ('is', 'cl'):
            sys.exit(f'unknown operand {text}')

    def letters(self):
        return {'rm': 'rm', 'xm': 'xm'}.get(self.kind, self.kind)


class Form:
    """One function: operands with either-or resolved by choice, a string of letters."""

    def __init__(self, name, mnemonic, operands, choice, roles, encoding, needs):
        self.name = f'x86_{name}' + (f'_{choice}' if choice else '')
        self.mnemonic, self.operands, self.choice = mnemonic, operands, choice
        self.roles, self.enc, self.needs = roles, encoding, needs
        self.sized = any(o.text.endswith('v') for o in operands) or encoding.w == 'v'

    def params(self):
        out = ['X86Asm *x'] + (['bool w'] if self.sized else []) + (['X86Cc cc'] if self.enc.cc else [])
        for n, (letter, operand) in enumerate(zip(self.choice, self.operands)):
            if letter == 'm':
                out.append(f'X86Mem o{n}')
            elif letter == 'i':
                out.append(f'{"uint64_t" if operand.text == "iq" else "int32_t"} o{n}')
            elif letter != 'c':
                out.append(f'unsigned o{n}')
        return ', '.join(out)

    def role(self, letter):
        n = self.roles.find(letter)
        return None if n < 0 else n

    def opcode(self):
        flags = list(self.enc.flags)
        for letter, flag in (('R', 'X86_OP_REG8'), ('M', 'X86_OP_RM8')):
            n = self.role(letter)
            if n is not None and self.choice[n] == 'r' and self.operands[n].size == 1:
                flags.append(flag)
        word = ' | '.join(flags + [self.enc.opcode])
        if self.enc.cc:
            word = f'({word}) + cc'
        return word

    def body(self):
        w = 'w' if self.sized else 'true' if self.enc.w else 'false'
        op = self.opcode()
        lines = []
        if self.enc.imm == 'is':
            imm = f'o{self.role("I")}'
            lines.append(f'bool is_short = x86_is_s8({imm});')
            op = f'({op}) + (is_short ? 2 : 0)'
        if self.enc.plus_r:
            lines.append(f'x86_enc_plus(x, {op}, {w}, o{self.role("O")});')
        elif self.enc.modrm:
            reg = self.enc.digit or f'o{self.role("R")}'
            vvvv = '0' if self.role('V') is None else f'o{self.role("V")}'
            rm = self.role('M')
            call = 'x86_enc_mem' if self.choice[rm] == 'm' else 'x86_enc_reg'
            lines.append(f'{call}(x, {op}, {w}, {reg}, {vvvv}, o{rm});')
        else:
            lines.append(f'x86_head(x, {op}, {w}, 0, 0, false);')
        lines += [f'x86_u8(x, 0x{byte.lower()});' for byte in self.enc.extra]
        return lines + self.immediate()

    def immediate(self):
        if self.enc.tail is not None:
            return [f'x86_u8(x, {self.enc.tail});']
        n = self.role('I') if self.role('I') is not None else self.role('D')
        if n is None:
            return []
        if self.enc.imm == 'is':
            return ['if (is_short) {', f'    x86_u8(x, o{n});', '} else {', f'    x86_u32(x, o{n});', '}']
        return [f'x86_{IMM[self.enc.imm]}(x, o{n});']

    def function(self):
        body = '\n'.join('    ' + line for line in self.body())
        return f'static inline void {self.name}({self.params()})\n{{\n{body}\n}}\n'

    def test(self):
        args = ['x'] + (['t->w'] if self.sized else []) + (['t->cc'] if self.enc.cc else [])
        field = {'m': 'mem', 'i': 'imm'}
        for n, letter in enumerate(self.choice):
            if letter != 'c':
                args.append(f't->op[{n}].{field.get(letter, "reg")}')
        call = f'static void test_{self.name}(X86Asm *x, const X86TestArgs *t)\n' \
               f'{{\n    {self.name}({", ".join(args)});\n}}\n'
        ops = ', '.join(f'{{ \'{letter}\', {o.size}, "{o.text}" }}'
                        for letter, o in zip(self.choice, self.operands))
        sized, cc = str(self.sized).lower(), str(self.enc.cc).lower()
        row = f'    {{ "{self.name}", "{self.mnemonic}", test_{self.name}, {sized}, {cc}, ' \
              f'{len(self.operands)}, {{ {ops or "{ 0 }"} }} }},\n'
        return call, row


def choices(operands):
    """All ways to resolve rm and xm: "rm" as r and as m."""
    out = ['']
    for operand in operands:
        out = [prefix + letter for prefix in out for letter in operand.letters()]
    return out


def forms_of_row(line):
    fields = dict(f.split('=') for f in line.split() if re.match(r'^(avx|needs)=', f))
    words = [f for f in line.split() if not re.match(r'^(avx|needs)=', f)]
    name, _, mnemonic = words[0].partition('=')
    mnemonic = mnemonic or name
    end = 1
    while words[end].endswith(','):
        end += 1
    texts = [w.rstrip(',') for w in words[1:end + 1]]
    operands = [] if texts == ['-'] else [Operand(t) for t in texts]
    roles, encoding = words[end + 1], words[end + 2:]
    for choice in choices(operands):
        yield Form(name, mnemonic, operands, choice, roles, Encoding(encoding), fields.get('needs'))
    if 'avx' in fields:
        avx_operands = list(operands)
        if 'V' in fields['avx'] and fields['avx'] != 'VMI':
            avx_operands.insert(1, Operand('x'))
        if fields['avx'] == 'VMI':
            avx_operands.insert(0, Operand('x'))
        for choice in choices(avx_operands):
            enc = Encoding(encoding)
            enc.vex_twin()
            yield Form('v' + name, 'v' + mnemonic, avx_operands, choice, fields['avx'], enc, 'avx')


def main():
    table, header, test = sys.argv[1:]
    banner = '/* Made by scripts/gen-forms.py from tcg/backend/x86/forms.table. */\n\n'
    functions, calls, rows, seen = [], [], [], set()
    for number, line in enumerate(open(table), 1):
        line = line.split('#')[0].strip()
        if not line:
            continue
        for form in forms_of_row(line):
            if form.name in seen:
                sys.exit(f'{table}:{number}: {form.name} exists already')
            seen.add(form.name)
            functions.append(form.function())
            call, row = form.test()
            calls.append(call)
            rows.append(row)
    with open(header, 'w') as out:
        out.write(banner + '\n'.join(functions))
    with open(test, 'w') as out:
        out.write(banner + '\n'.join(calls) + '\nstatic const X86TestForm test_forms[] = {\n' +
                  ''.join(rows) + '};\n')


main()
