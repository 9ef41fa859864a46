/* Futexes between processes; what the kernel keeps for a thread. */
#include <linux/futex.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "show.h"

static long futex(uint32_t *word, int op, uint32_t value, const void *fourth, uint32_t *word2,
                  uint32_t value3)
{
    return syscall(SYS_futex, word, op, value, fourth, word2, value3);
}

/* A process dies with a lock that another waits for: the kernel finds it in the robust list. */
static void test_robust_mutex(void)
{
    pthread_mutex_t *mutex =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t attr;
    pid_t pid;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(mutex, &attr);
    if ((pid = fork()) == 0) {
        pthread_mutex_lock(mutex);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    SHOW(pthread_mutex_lock(mutex) == EOWNERDEAD);
    SHOW(pthread_mutex_consistent(mutex));
    SHOW(pthread_mutex_unlock(mutex));
}

int main(void)
{
    uint32_t *words = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct timespec short_time = { 0, 5000000 }, past = { 1, 0 }, bad = { 0, -1 };
    void *head = NULL;
    size_t size = 0;
    int status;
    pid_t pid;

    test_robust_mutex();
    SHOW(futex(words, FUTEX_WAIT, 1, NULL, NULL, 0));
    SHOW(futex(words, FUTEX_WAIT, 0, &short_time, NULL, 0));
    SHOW(futex(words, FUTEX_WAIT_BITSET, 0, &past, NULL, 1));
    SHOW(futex(words, FUTEX_WAIT_BITSET, 0, &past, NULL, 0));
    SHOW(futex(words, FUTEX_WAIT, 0, &bad, NULL, 0));
    SHOW(futex(words, FUTEX_WAKE, 10, NULL, NULL, 0));
    SHOW(futex((void *)0xffff800000000000, FUTEX_WAKE, 1, NULL, NULL, 0));
    SHOW(futex((void *)((char *)words + 1), FUTEX_WAKE, 1, NULL, NULL, 0));
    SHOW(futex(words, 99, 0, NULL, NULL, 0));
    words[1] = 5;
    SHOW(futex(words, FUTEX_WAKE_OP, 1, (void *)1, &words[1],
               FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 5)));
    SHOW(words[1]);
    if ((pid = fork()) == 0) {
        while (__atomic_load_n(&words[2], __ATOMIC_SEQ_CST) == 0) {
            futex(&words[2], FUTEX_WAIT, 0, NULL, NULL, 0);
        }
        _exit(words[2]);
    }
    usleep(10000);
    __atomic_store_n(&words[2], 7, __ATOMIC_SEQ_CST);
    futex(&words[2], FUTEX_WAKE, 1, NULL, NULL, 0);
    waitpid(pid, &status, 0);
    SHOW(WEXITSTATUS(status));
    SHOW(syscall(SYS_get_robust_list, 0, &head, &size));
    SHOW(size);
    SHOW(syscall(SYS_set_robust_list, words, 24));
    SHOW(syscall(SYS_get_robust_list, 0, &head, &size));
    SHOW_IF(head == words);
    SHOW(syscall(SYS_set_robust_list, words, 23));
    SHOW_IF(syscall(SYS_set_tid_address, words) == getpid());
    return 0;
}
