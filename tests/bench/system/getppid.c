/* rounds: 1000000 */
/* The cheapest system call: what entering the kernel and coming back costs. */
#include "../bench.h"

#include <sys/syscall.h>
#include <unistd.h>

static uint64_t kernel(unsigned rounds)
{
    long first = syscall(SYS_getppid);
    uint64_t same = 0;

    for (unsigned n = 0; n < rounds; n++) {
        same += syscall(SYS_getppid) == first;
    }
    return same;
}
