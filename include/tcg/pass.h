/*
 * Passes: IR to better IR, or to IR the host can do; and their runner.
 */
#ifndef TCG_PASS_H
#define TCG_PASS_H

#include "tcg/ir.h"

typedef struct TcgBackend TcgBackend;

typedef struct TcgPass {
    const char *name;
    bool (*run)(TcgRegion *r, const TcgBackend *backend); /* true: changed something */
} TcgPass;

/* In the order they run; ended by name == NULL. */
extern const TcgPass tcg_passes[];

typedef struct TcgPassOptions {
    uint64_t skip;  /* bit n: leave out tcg_passes[n] */
    int stop_after; /* run the first n passes only; -1: all */
} TcgPassOptions;

/* "fold,dead-code" to a mask; false with *ret_error naming the unknown pass and the known ones. */
bool tcg_pass_options_parse(const char *names, uint64_t *ret_mask, const char **ret_error);

/* Run all passes, verifying after each in checked builds and dumping as -d ir:after says. */
void tcg_optimize(TcgRegion *r, const TcgBackend *backend, const TcgPassOptions *options);

bool tcg_opt_copy(TcgRegion *r, const TcgBackend *backend);
bool tcg_opt_fold(TcgRegion *r, const TcgBackend *backend);
bool tcg_opt_state_forward(TcgRegion *r, const TcgBackend *backend);
bool tcg_opt_value_number(TcgRegion *r, const TcgBackend *backend);
bool tcg_opt_extend(TcgRegion *r, const TcgBackend *backend);
bool tcg_opt_address(TcgRegion *r, const TcgBackend *backend);
bool tcg_opt_nan(TcgRegion *r, const TcgBackend *backend);
bool tcg_opt_retarget(TcgRegion *r, const TcgBackend *backend);
bool tcg_opt_dead_code(TcgRegion *r, const TcgBackend *backend);
bool tcg_lower_legalize(TcgRegion *r, const TcgBackend *backend);

/* Register the helpers that tcg_lower_legalize() may call, so that text IR may name them. */
void tcg_lower_register_helpers(void);

#endif
