/*
 * The riscv64 vDSO, built at run time: a small shared object the loader maps into the guest.
 *
 * Its functions are plain system calls (`li a7, NR; ecall; ret`).  What matters is the rest:
 * symbols with version LINUX_4.15 as the C library looks them up, and an .eh_frame whose
 * description of rt_sigreturn finds every register in the signal frame, so that exceptions and
 * backtraces cross signal handlers.
 *
 * The image is one page, one PT_LOAD at address 0, laid out from front to back by a cursor;
 * section headers are there for debuggers, which read the image from memory.
 *
 * Needs: nothing of the process.  Keeps: no addresses; everything is relative to the image.
 */
#include "vdso.h"
#include "sigframe.h"

#include <assert.h>
#include <elf.h>
#include <string.h>

enum {
    SYM_TEXT = 1, /* dynsym index of the first function; 0 is the null symbol */
    REG_SP = 2,
    DWARF_PC = 64, /* the psABI's alternate frame return column */
    VERSION_BASE = 1,
    VERSION_LINUX = 2,
};

typedef struct VdsoFunc {
    const char *name;
    unsigned number; /* system call */
} VdsoFunc;

static const VdsoFunc funcs[] = {
    { "__vdso_rt_sigreturn", 139 }, /* first: it has its own unwind description */
    { "__vdso_clock_gettime", 113 }, { "__vdso_gettimeofday", 169 },
    { "__vdso_clock_getres", 114 },  { "__vdso_getcpu", 168 },
    { "__vdso_flush_icache", 259 },  { "__vdso_riscv_hwprobe", 258 },
};

enum { NB_FUNCS = sizeof(funcs) / sizeof(funcs[0]), NB_SYMS = SYM_TEXT + NB_FUNCS };

static const char soname[] = "linux-vdso.so.1";
static const char version[] = "LINUX_4.15";

/* Sections in file order; the index is the section number. */
enum {
    SEC_NULL,
    SEC_HASH,
    SEC_DYNSYM,
    SEC_DYNSTR,
    SEC_VERSYM,
    SEC_VERDEF,
    SEC_DYNAMIC,
    SEC_EH_FRAME_HDR,
    SEC_EH_FRAME,
    SEC_TEXT,
    SEC_SHSTRTAB,
    SEC_COUNT,
};

typedef struct Vdso {
    uint8_t *buf;
    size_t size, pos;
    Elf64_Shdr sections[SEC_COUNT];
    uint32_t func_addr[NB_FUNCS], func_size[NB_FUNCS];
    uint32_t func_name[NB_FUNCS]; /* offsets in .dynstr */
    uint32_t soname, version;
} Vdso;

/* Writing at the cursor */

static void put(Vdso *v, const void *data, size_t size)
{
    assert(v->pos + size <= v->size);
    memcpy(v->buf + v->pos, data, size);
    v->pos += size;
}

static void put_u8(Vdso *v, uint8_t value)
{
    put(v, &value, 1);
}

static void put_u32(Vdso *v, uint32_t value)
{
    put(v, &value, 4);
}

static void put_align(Vdso *v, size_t align)
{
    while (v->pos % align) {
        put_u8(v, 0);
    }
}

static void put_uleb(Vdso *v, uint32_t value)
{
    while (value >= 0x80) {
        put_u8(v, (value & 0x7f) | 0x80);
        value >>= 7;
    }
    put_u8(v, value);
}

/* Non-negative only: bit 6 of the last byte is the sign. */
static void put_sleb(Vdso *v, uint32_t value)
{
    while (value >= 0x40) {
        put_u8(v, (value & 0x7f) | 0x80);
        value >>= 7;
    }
    put_u8(v, value);
}

static void patch_u32(Vdso *v, size_t at, uint32_t value)
{
    memcpy(v->buf + at, &value, 4);
}

/* The offset of target from the cursor: DW_EH_PE_pcrel | DW_EH_PE_sdata4. */
static void put_pcrel(Vdso *v, size_t target)
{
    put_u32(v, (uint32_t)(target - v->pos));
}

static void begin_section(Vdso *v, unsigned index, uint32_t type, size_t align)
{
    put_align(v, align);
    v->sections[index] = (Elf64_Shdr){
        .sh_type = type,
        .sh_flags = SHF_ALLOC,
        .sh_addr = v->pos,
        .sh_offset = v->pos,
        .sh_addralign = align,
    };
}

static void end_section(Vdso *v, unsigned index)
{
    v->sections[index].sh_size = v->pos - v->sections[index].sh_offset;
}

/* Code */

static void put_text(Vdso *v)
{
    enum {
        NOP = 0x00000013,
        LI_A7 = 0x00000893, /* addi a7, zero, imm12 << 20 */
        ECALL = 0x00000073,
        RET = 0x00008067,
    };

    begin_section(v, SEC_TEXT, SHT_PROGBITS, 16);
    v->sections[SEC_TEXT].sh_flags |= SHF_EXECINSTR;
    /* Unwinders that look up pc - 1 even in signal frames still hit rt_sigreturn's range. */
    put_u32(v, NOP);
    for (unsigned i = 0; i < NB_FUNCS; i++) {
        v->func_addr[i] = v->pos;
        put_u32(v, LI_A7 | funcs[i].number << 20);
        put_u32(v, ECALL);
        if (i > 0) {
            put_u32(v, RET);
        }
        v->func_size[i] = v->pos - v->func_addr[i];
    }
    end_section(v, SEC_TEXT);
}

/* Dynamic symbols */

static uint32_t put_string(Vdso *v, unsigned section, const char *text)
{
    uint32_t offset = v->pos - v->sections[section].sh_offset;

    put(v, text, strlen(text) + 1);
    return offset;
}

static void put_dynstr(Vdso *v)
{
    begin_section(v, SEC_DYNSTR, SHT_STRTAB, 1);
    put_u8(v, 0);
    v->soname = put_string(v, SEC_DYNSTR, soname);
    v->version = put_string(v, SEC_DYNSTR, version);
    for (unsigned i = 0; i < NB_FUNCS; i++) {
        v->func_name[i] = put_string(v, SEC_DYNSTR, funcs[i].name);
    }
    end_section(v, SEC_DYNSTR);
}

static void put_dynsym(Vdso *v)
{
    Elf64_Sym null = { 0 };

    begin_section(v, SEC_DYNSYM, SHT_DYNSYM, 8);
    v->sections[SEC_DYNSYM].sh_entsize = sizeof(Elf64_Sym);
    v->sections[SEC_DYNSYM].sh_link = SEC_DYNSTR;
    v->sections[SEC_DYNSYM].sh_info = SYM_TEXT;
    put(v, &null, sizeof(null));
    for (unsigned i = 0; i < NB_FUNCS; i++) {
        Elf64_Sym sym = {
            .st_name = v->func_name[i],
            .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
            .st_shndx = SEC_TEXT,
            .st_value = v->func_addr[i],
            .st_size = v->func_size[i],
        };

        put(v, &sym, sizeof(sym));
    }
    end_section(v, SEC_DYNSYM);
}

/* The System V hash (gABI, "Hash Table"). */
static uint32_t elf_hash(const char *name)
{
    uint32_t h = 0;

    for (; *name; name++) {
        uint32_t g;

        h = (h << 4) + (uint8_t)*name;
        g = h & 0xf0000000;
        h ^= g >> 24;
        h &= ~g;
    }
    return h;
}

/* One bucket is enough for seven symbols: a chain through all of them. */
static void put_hash(Vdso *v)
{
    begin_section(v, SEC_HASH, SHT_HASH, 8);
    v->sections[SEC_HASH].sh_entsize = 4;
    v->sections[SEC_HASH].sh_link = SEC_DYNSYM;
    put_u32(v, 1);       /* buckets */
    put_u32(v, NB_SYMS); /* chain entries */
    put_u32(v, SYM_TEXT);
    put_u32(v, 0);
    for (unsigned i = SYM_TEXT; i < NB_SYMS; i++) {
        put_u32(v, i + 1 < NB_SYMS ? i + 1 : STN_UNDEF);
    }
    end_section(v, SEC_HASH);
}

static void put_versions(Vdso *v)
{
    const uint32_t names[] = { v->soname, v->version };
    const char *texts[] = { soname, version };

    begin_section(v, SEC_VERSYM, SHT_GNU_versym, 2);
    v->sections[SEC_VERSYM].sh_entsize = 2;
    v->sections[SEC_VERSYM].sh_link = SEC_DYNSYM;
    for (unsigned i = 0; i < NB_SYMS; i++) {
        uint16_t index = i < SYM_TEXT ? VER_NDX_LOCAL : VERSION_LINUX;

        put(v, &index, sizeof(index));
    }
    end_section(v, SEC_VERSYM);

    begin_section(v, SEC_VERDEF, SHT_GNU_verdef, 8);
    v->sections[SEC_VERDEF].sh_link = SEC_DYNSTR;
    v->sections[SEC_VERDEF].sh_info = 2;
    for (unsigned i = 0; i < 2; i++) {
        Elf64_Verdef def = {
            .vd_version = VER_DEF_CURRENT,
            .vd_flags = i == 0 ? VER_FLG_BASE : 0,
            .vd_ndx = i == 0 ? VERSION_BASE : VERSION_LINUX,
            .vd_cnt = 1,
            .vd_hash = elf_hash(texts[i]),
            .vd_aux = sizeof(def),
            .vd_next = i == 0 ? sizeof(def) + sizeof(Elf64_Verdaux) : 0,
        };
        Elf64_Verdaux aux = { .vda_name = names[i] };

        put(v, &def, sizeof(def));
        put(v, &aux, sizeof(aux));
    }
    end_section(v, SEC_VERDEF);
}

static void put_dynamic(Vdso *v)
{
    const Elf64_Dyn entries[] = {
        { DT_SONAME, { v->soname } },
        { DT_HASH, { v->sections[SEC_HASH].sh_addr } },
        { DT_STRTAB, { v->sections[SEC_DYNSTR].sh_addr } },
        { DT_SYMTAB, { v->sections[SEC_DYNSYM].sh_addr } },
        { DT_STRSZ, { v->sections[SEC_DYNSTR].sh_size } },
        { DT_SYMENT, { sizeof(Elf64_Sym) } },
        { DT_VERSYM, { v->sections[SEC_VERSYM].sh_addr } },
        { DT_VERDEF, { v->sections[SEC_VERDEF].sh_addr } },
        { DT_VERDEFNUM, { 2 } },
        { DT_NULL, { 0 } },
    };

    begin_section(v, SEC_DYNAMIC, SHT_DYNAMIC, 8);
    v->sections[SEC_DYNAMIC].sh_entsize = sizeof(Elf64_Dyn);
    v->sections[SEC_DYNAMIC].sh_link = SEC_DYNSTR;
    put(v, entries, sizeof(entries));
    end_section(v, SEC_DYNAMIC);
}

/* Unwind information: DWARF 5, 6.4 and LSB 5.0, 10.6 */

enum {
    DW_EH_PE_PCREL_SDATA4 = 0x1b,
    DW_EH_PE_DATAREL_SDATA4 = 0x3b,
    DW_EH_PE_UDATA4 = 0x03,
    DW_CFA_NOP = 0x00,
    DW_CFA_DEF_CFA = 0x0c,
    DW_CFA_DEF_CFA_EXPRESSION = 0x0f,
    DW_CFA_EXPRESSION = 0x10,
    DW_OP_DEREF = 0x06,
    DW_OP_BREG0 = 0x70,
};

static size_t begin_entry(Vdso *v)
{
    size_t start = v->pos;

    put_u32(v, 0); /* length, patched by end_entry() */
    return start;
}

static void end_entry(Vdso *v, size_t start)
{
    while ((v->pos - start) % 8) {
        put_u8(v, DW_CFA_NOP);
    }
    patch_u32(v, start, v->pos - start - 4);
}

static size_t put_cie(Vdso *v, const char *augmentation, unsigned return_column)
{
    size_t start = begin_entry(v);

    put_u32(v, 0); /* CIE */
    put_u8(v, 1);  /* version */
    put(v, augmentation, strlen(augmentation) + 1);
    put_uleb(v, 1);  /* code alignment */
    put_u8(v, 0x78); /* data alignment: sleb(-8) */
    put_u8(v, return_column);
    put_uleb(v, 1);
    put_u8(v, DW_EH_PE_PCREL_SDATA4);
    put_u8(v, DW_CFA_DEF_CFA);
    put_uleb(v, REG_SP);
    put_uleb(v, 0);
    end_entry(v, start);
    return start;
}

static size_t begin_fde(Vdso *v, size_t cie, uint32_t addr, uint32_t size)
{
    size_t start = begin_entry(v);

    put_u32(v, v->pos - cie);
    put_pcrel(v, addr);
    put_u32(v, size);
    put_uleb(v, 0); /* no augmentation data */
    return start;
}

/* Register number column is saved at sp + offset. */
static void put_saved(Vdso *v, unsigned column, uint32_t offset)
{
    size_t length_at;

    put_u8(v, DW_CFA_EXPRESSION);
    put_uleb(v, column);
    length_at = v->pos;
    put_u8(v, 0);
    put_u8(v, DW_OP_BREG0 + REG_SP);
    put_sleb(v, offset);
    v->buf[length_at] = v->pos - length_at - 1;
}

/* At rt_sigreturn sp is the signal frame: everything is in its sigcontext. */
static void put_sigreturn_rules(Vdso *v)
{
    size_t length_at;

    put_u8(v, DW_CFA_DEF_CFA_EXPRESSION);
    length_at = v->pos;
    put_u8(v, 0);
    put_u8(v, DW_OP_BREG0 + REG_SP);
    put_sleb(v, RV_SIGFRAME_REG(REG_SP));
    put_u8(v, DW_OP_DEREF);
    v->buf[length_at] = v->pos - length_at - 1;
    for (unsigned i = 1; i < 32; i++) {
        put_saved(v, i, RV_SIGFRAME_REG(i));
    }
    for (unsigned i = 0; i < 32; i++) {
        put_saved(v, 32 + i, RV_SIGFRAME_FREG(i));
    }
    put_saved(v, DWARF_PC, RV_SIGFRAME_PC);
}

static void put_eh_frame(Vdso *v)
{
    uint32_t text = v->sections[SEC_TEXT].sh_addr;
    uint32_t text_end = text + v->sections[SEC_TEXT].sh_size;
    uint32_t sigreturn_end = v->func_addr[0] + v->func_size[0];
    size_t hdr, count_at, cie, fde[2];

    begin_section(v, SEC_EH_FRAME_HDR, SHT_PROGBITS, 4);
    hdr = v->pos;
    put_u8(v, 1); /* version */
    put_u8(v, DW_EH_PE_PCREL_SDATA4);
    put_u8(v, DW_EH_PE_UDATA4);
    put_u8(v, DW_EH_PE_DATAREL_SDATA4);
    count_at = v->pos + 4;
    v->pos += 4 + 4 + 2 * 8; /* pointer, count, two table entries: filled in below */
    end_section(v, SEC_EH_FRAME_HDR);

    begin_section(v, SEC_EH_FRAME, SHT_PROGBITS, 8);
    cie = put_cie(v, "zRS", DWARF_PC);
    fde[0] = begin_fde(v, cie, text, sigreturn_end - text);
    put_sigreturn_rules(v);
    end_entry(v, fde[0]);
    cie = put_cie(v, "zR", 1);
    fde[1] = begin_fde(v, cie, sigreturn_end, text_end - sigreturn_end);
    end_entry(v, fde[1]);
    put_u32(v, 0); /* terminator */
    end_section(v, SEC_EH_FRAME);

    patch_u32(v, count_at - 4, v->sections[SEC_EH_FRAME].sh_addr - (count_at - 4));
    patch_u32(v, count_at, 2);
    patch_u32(v, count_at + 4, text - hdr);
    patch_u32(v, count_at + 8, fde[0] - hdr);
    patch_u32(v, count_at + 12, sigreturn_end - hdr);
    patch_u32(v, count_at + 16, fde[1] - hdr);
}

/* Headers */

static void put_section_headers(Vdso *v, Elf64_Ehdr *ehdr)
{
    static const char *const names[SEC_COUNT] = {
        [SEC_NULL] = "",
        [SEC_HASH] = ".hash",
        [SEC_DYNSYM] = ".dynsym",
        [SEC_DYNSTR] = ".dynstr",
        [SEC_VERSYM] = ".gnu.version",
        [SEC_VERDEF] = ".gnu.version_d",
        [SEC_DYNAMIC] = ".dynamic",
        [SEC_EH_FRAME_HDR] = ".eh_frame_hdr",
        [SEC_EH_FRAME] = ".eh_frame",
        [SEC_TEXT] = ".text",
        [SEC_SHSTRTAB] = ".shstrtab",
    };

    begin_section(v, SEC_SHSTRTAB, SHT_STRTAB, 1);
    v->sections[SEC_SHSTRTAB].sh_flags = 0;
    v->sections[SEC_SHSTRTAB].sh_addr = 0;
    for (unsigned i = 0; i < SEC_COUNT; i++) {
        v->sections[i].sh_name = put_string(v, SEC_SHSTRTAB, names[i]);
    }
    end_section(v, SEC_SHSTRTAB);
    put_align(v, 8);
    ehdr->e_shoff = v->pos;
    ehdr->e_shnum = SEC_COUNT;
    ehdr->e_shstrndx = SEC_SHSTRTAB;
    put(v, v->sections, sizeof(v->sections));
}

static Elf64_Phdr section_phdr(const Vdso *v, uint32_t type, unsigned section)
{
    const Elf64_Shdr *s = &v->sections[section];

    return (Elf64_Phdr){
        .p_type = type,
        .p_flags = PF_R,
        .p_offset = s->sh_offset,
        .p_vaddr = s->sh_addr,
        .p_paddr = s->sh_addr,
        .p_filesz = s->sh_size,
        .p_memsz = s->sh_size,
        .p_align = s->sh_addralign,
    };
}

static void put_headers(Vdso *v, Elf64_Ehdr *ehdr, size_t load_size)
{
    Elf64_Phdr phdrs[] = {
        {
            .p_type = PT_LOAD,
            .p_flags = PF_R | PF_X,
            .p_filesz = load_size,
            .p_memsz = load_size,
            .p_align = 0x1000,
        },
        section_phdr(v, PT_DYNAMIC, SEC_DYNAMIC),
        section_phdr(v, PT_GNU_EH_FRAME, SEC_EH_FRAME_HDR),
    };

    memcpy(v->buf, ehdr, sizeof(*ehdr));
    memcpy(v->buf + sizeof(*ehdr), phdrs, sizeof(phdrs));
}

size_t rv_build_vdso(uint8_t *buf, size_t size, uint64_t *ret_sigreturn)
{
    enum { NB_PHDRS = 3 };
    Vdso v = { .buf = buf, .size = size };
    Elf64_Ehdr ehdr = {
        .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
        .e_type = ET_DYN,
        .e_machine = EM_RISCV,
        .e_version = EV_CURRENT,
        .e_phoff = sizeof(Elf64_Ehdr),
        .e_flags = 0x5, /* EF_RISCV_RVC | EF_RISCV_FLOAT_ABI_DOUBLE */
        .e_ehsize = sizeof(Elf64_Ehdr),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = NB_PHDRS,
        .e_shentsize = sizeof(Elf64_Shdr),
    };

    memset(buf, 0, size);
    v.pos = sizeof(ehdr) + NB_PHDRS * sizeof(Elf64_Phdr);
    put_text(&v);
    put_eh_frame(&v);
    put_dynstr(&v);
    put_dynsym(&v);
    put_hash(&v);
    put_versions(&v);
    put_dynamic(&v);
    put_section_headers(&v, &ehdr);
    put_headers(&v, &ehdr, v.pos);
    *ret_sigreturn = v.func_addr[0];
    return v.pos;
}
