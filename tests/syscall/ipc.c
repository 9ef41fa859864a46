/* System V shared memory, semaphores and messages; POSIX message queues. */
#include <fcntl.h>
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>

#include "show.h"

union semun {
    int val;
    struct semid_ds *buf;
    unsigned short *array;
};

static void test_shm(void)
{
    struct shmid_ds ds;
    int id, *p, *q;

    SHOW_OK(id = shmget(IPC_PRIVATE, 10000, IPC_CREAT | 0600));
    p = shmat(id, NULL, 0);
    q = shmat(id, NULL, SHM_RDONLY);
    SHOW_IF(p != (void *)-1 && q != (void *)-1 && p != q);
    fflush(stdout);
    if (fork() == 0) {
        p[100] = 1234;
        _exit(0);
    }
    wait(NULL);
    SHOW(q[100]);
    SHOW(shmctl(id, IPC_STAT, &ds));
    printf("size %zu attached %lu mode %o\n", ds.shm_segsz, (unsigned long)ds.shm_nattch,
           ds.shm_perm.mode);
    SHOW_IF(ds.shm_lpid != 0 && ds.shm_cpid == getpid());
    SHOW((long)shmat(id, (void *)1, 0));
    SHOW((long)shmat(123456789, NULL, 0));
    SHOW(shmdt(p));
    SHOW(shmdt(p));
    SHOW(shmdt(q));
    SHOW(shmctl(id, IPC_RMID, NULL));
    SHOW(shmctl(id, IPC_STAT, &ds));
}

static void test_sem(void)
{
    unsigned short values[3] = { 5, 6, 7 }, got[3] = { 0 };
    struct sembuf take = { 1, -6, 0 }, more = { 1, -1, IPC_NOWAIT }, wait_for = { 1, -1, 0 };
    struct timespec short_time = { 0, 10000000 };
    struct semid_ds ds;
    union semun arg;
    int id;

    SHOW_OK(id = semget(IPC_PRIVATE, 3, IPC_CREAT | 0640));
    arg.array = values;
    SHOW(semctl(id, 0, SETALL, arg));
    SHOW(semop(id, &take, 1));
    SHOW(semop(id, &more, 1));
    SHOW(semtimedop(id, &wait_for, 1, &short_time));
    arg.array = got;
    SHOW(semctl(id, 0, GETALL, arg));
    printf("%u %u %u\n", got[0], got[1], got[2]);
    arg.val = 9;
    SHOW(semctl(id, 2, SETVAL, arg));
    SHOW(semctl(id, 2, GETVAL));
    SHOW_IF(semctl(id, 1, GETPID) == getpid());
    arg.buf = &ds;
    SHOW(semctl(id, 0, IPC_STAT, arg));
    printf("%lu semaphores, mode %o\n", (unsigned long)ds.sem_nsems, ds.sem_perm.mode);
    SHOW_IF(llabs(ds.sem_otime - time(NULL)) < 100 && llabs(ds.sem_ctime - time(NULL)) < 100);
    ds.sem_perm.mode = 0600;
    SHOW(semctl(id, 0, IPC_SET, arg));
    SHOW(semctl(id, 0, IPC_STAT, arg));
    printf("mode %o\n", ds.sem_perm.mode);
    SHOW(semctl(id, 99, GETVAL));
    SHOW(semctl(id, 0, IPC_RMID));
    SHOW(semop(id, &take, 1));
}

static void test_msg(void)
{
    struct {
        long type;
        char text[16];
    } msg = { 7, "seven" }, got;
    struct msqid_ds ds;
    int id;

    SHOW_OK(id = msgget(IPC_PRIVATE, IPC_CREAT | 0600));
    SHOW(msgsnd(id, &msg, 6, 0));
    msg.type = 3;
    strcpy(msg.text, "three");
    SHOW(msgsnd(id, &msg, 6, 0));
    SHOW(msgctl(id, IPC_STAT, &ds));
    printf("%lu messages\n", (unsigned long)ds.msg_qnum);
    SHOW(msgrcv(id, &got, 16, 3, 0));
    printf("%ld %s\n", got.type, got.text);
    SHOW(msgrcv(id, &got, 2, 0, IPC_NOWAIT));
    SHOW(msgrcv(id, &got, 2, 0, IPC_NOWAIT | MSG_NOERROR));
    SHOW(msgrcv(id, &got, 16, 0, IPC_NOWAIT));
    msg.type = 0;
    SHOW(msgsnd(id, &msg, 6, 0));
    SHOW(msgctl(id, IPC_RMID, NULL));
}

static void test_mq(void)
{
    struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 32 };
    struct timespec past = { 1, 0 };
    char name[64], buf[32] = { 0 };
    unsigned priority;
    mqd_t mq;

    snprintf(name, sizeof(name), "/dragoman-test-%d", getpid());
    mq = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
    if (SHOW_OK(mq) == -1) {
        return;
    }
    SHOW(mq_send(mq, "low", 4, 1));
    SHOW(mq_send(mq, "high", 5, 9));
    SHOW(mq_receive(mq, buf, sizeof(buf), &priority));
    printf("%s %u\n", buf, priority);
    SHOW(mq_receive(mq, buf, 3, NULL));
    SHOW(mq_getattr(mq, &attr));
    printf("%ld %ld %ld\n", attr.mq_maxmsg, attr.mq_msgsize, attr.mq_curmsgs);
    SHOW(mq_receive(mq, buf, sizeof(buf), NULL));
    SHOW(mq_timedreceive(mq, buf, sizeof(buf), NULL, &past));
    SHOW(mq_unlink(name));
    SHOW(mq_unlink(name));
}

int main(void)
{
    test_shm();
    test_sem();
    test_msg();
    test_mq();
    return 0;
}
