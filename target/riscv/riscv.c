/*
 * The riscv64 guest as a value: registers, their heat, reset, block flags.
 */
#include "riscv.h"

#include <elf.h>

#include "fp-env.h"
#include "helper.h"
#include "linux-abi.h"

#define STATE(field) offsetof(RvState, field)

static const TcgGlobal globals[] = {
#define X_REG(n, name, heat) { name, TCG_I64, STATE(x) + 8 * (n), heat },
#define F_REG(n, name, heat) { name, TCG_V64, STATE(f) + 8 * (n), heat },
#include "regs.def"
};

static const TcgGlobals riscv64_globals = { globals, sizeof(globals) / sizeof(globals[0]) };

/* gdb's numbers: x0..x31, pc 32, f0..f31 33.., CSRs from 65 (gdb manual, "RISC-V Features"); DWARF
 * numbers: RISC-V psABI, "DWARF Register Numbers". */
enum { GDB_PC = 32, GDB_F0 = 33, GDB_CSR0 = 65, DWARF_F0 = 32, FIRST_F_GLOBAL = 31 };

#define CPU_FEATURE "org.gnu.gdb.riscv.cpu"
#define FPU_FEATURE "org.gnu.gdb.riscv.fpu"

/* clang-format off */
static const GuestReg regs[] = {
    { "zero", "x0", STATE(x), 64, -1, CPU_FEATURE, 0, 0, true },
#define X_REG(n, name, heat) \
    { name, "x" #n, STATE(x) + 8 * (n), 64, (n) - 1, CPU_FEATURE, n, n },
#include "regs.def"
    { "pc", NULL, STATE(pc), 64, -1, CPU_FEATURE, GDB_PC, -1 },
#define F_REG(n, name, heat) \
    { name, "f" #n, STATE(f) + 8 * (n), 64, FIRST_F_GLOBAL + (n), FPU_FEATURE, \
      GDB_F0 + (n), DWARF_F0 + (n) },
#include "regs.def"
    { "fflags", NULL, STATE(fflags), 32, -1, FPU_FEATURE, GDB_CSR0 + 1, -1 },
    { "frm", NULL, STATE(frm), 32, -1, FPU_FEATURE, GDB_CSR0 + 2, -1 },
};
/* clang-format on */

static const GuestRegPart fcsr_parts[] = {
    { STATE(fflags), 0, 5 },
    { STATE(frm), 5, 3 },
    { 0 },
};

static const GuestReg more_regs[] = {
    { "fcsr", NULL, 0, 32, -1, FPU_FEATURE, GDB_CSR0 + 3, -1, false, fcsr_parts },
};

static bool reset(void *state, const char *cpu, const char **ret_error)
{
    RvState *rv = state;

    rv->res_addr = ~UINT64_C(0);
    return rv_parse_cpu(cpu, &rv->cpu_flags, ret_error);
}

static uint32_t block_flags(const void *state)
{
    const RvState *rv = state;
    uint32_t off = ~(uint32_t)rv->cpu_flags & RV_EXT_ALL;

    if (rv->frm <= RV_RM_RUP) {
        return off | RV_FRM_HOST;
    }
    return off | (rv->frm == RV_RM_RMM ? RV_FRM_RMM : RV_FRM_INVALID);
}

static const TcgHelper *const helpers[] = {
    &rv_helper_clmul,
    &rv_helper_clmulh,
    &rv_helper_clmulr,
    &rv_helper_read_fflags,
    &rv_helper_write_fflags,
    &rv_helper_write_frm,
    &rv_helper_cycle,
    &rv_helper_time,
    &rv_helper_fadd_s,
    &rv_helper_fadd_d,
    &rv_helper_fsub_s,
    &rv_helper_fsub_d,
    &rv_helper_fmul_s,
    &rv_helper_fmul_d,
    &rv_helper_fdiv_s,
    &rv_helper_fdiv_d,
    &rv_helper_fsqrt_s,
    &rv_helper_fsqrt_d,
    &rv_helper_fma_s,
    &rv_helper_fma_d,
    &rv_helper_fround_s,
    &rv_helper_fround_d,
    &rv_helper_to_int_s,
    &rv_helper_to_int_d,
    &rv_helper_from_int_s,
    &rv_helper_from_int_d,
    &rv_helper_fcvt_s_d,
    &rv_helper_fcvt_h_s,
    &rv_helper_fcvt_h_d,
    &rv_helper_fcvt_s_h,
    &rv_helper_fcvt_d_h,
    &rv_helper_fcvtmod_w_d,
    &rv_helper_fclass_s,
    &rv_helper_fclass_d,
    NULL,
};

const GuestArch guest_riscv64 = {
    .name = "riscv64",
    .elf_machine = EM_RISCV,
    .address_bits = 64,
    .big_endian = false,
    .coherent_icache = false,
    .page_bits = 12,
    .min_insn = 2,
    .state_size = sizeof(RvState),
    .pc_offset = STATE(pc),
    .sp_offset = STATE(x) + 8 * 2,
    .gdb_arch = "riscv:rv64",
    .regs = regs,
    .nb_regs = sizeof(regs) / sizeof(regs[0]),
    .more_regs = more_regs,
    .nb_more_regs = sizeof(more_regs) / sizeof(more_regs[0]),
    .globals = &riscv64_globals,
    .reset = reset,
    .lift_block = rv_lift_block,
    .block_flags = block_flags,
    .fp_to_mxcsr = rv_fp_to_mxcsr,
    .fp_from_mxcsr = rv_fp_from_mxcsr,
    .disassemble = rv_disassemble,
    .unwind = rv_unwind,
    .insns = &rv_insns,
    .helpers = helpers,
    .linux_abi = &riscv64_linux_abi,
};
