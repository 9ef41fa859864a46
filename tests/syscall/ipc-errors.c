/* System V and POSIX IPC: the control calls, notification, limits and errors. */
/* flags: -O2 -static -w */
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "show.h"

static void *const wild = (void *)16;

static void show_perm(const struct ipc_perm *p)
{
    SHOW_IF(p->uid == geteuid() && p->gid == getegid() && p->cuid == geteuid());
    printf("mode %o key %d\n", p->mode, p->__key);
}

static void test_shm(void)
{
    struct shmid_ds ds = { 0 };
    struct shminfo info = { 0 };
    struct shm_info used = { 0 };
    int id = shmget(IPC_PRIVATE, 5000, IPC_CREAT | 0600);

    memset(&ds, 0xff, sizeof(ds));
    SHOW(shmctl(id, IPC_STAT, &ds));
    show_perm(&ds.shm_perm);
    printf("%zu %lld %lld %d %lu\n", ds.shm_segsz, (long long)ds.shm_atime, (long long)ds.shm_dtime,
           ds.shm_lpid, (unsigned long)ds.shm_nattch);
    SHOW_IF(labs(ds.shm_ctime - time(NULL)) < 100);
    ds.shm_perm.mode = 0640;
    SHOW(shmctl(id, IPC_SET, &ds));
    SHOW(shmctl(id, IPC_STAT, &ds));
    show_perm(&ds.shm_perm);
    SHOW_IF(shmctl(0, IPC_INFO, (void *)&info) >= 0 && info.shmmni > 0 && info.shmmin == 1);
    SHOW_IF(shmctl(0, SHM_INFO, (void *)&used) >= 0 && used.used_ids >= 1);
    SHOW(shmctl(id, SHM_LOCK, NULL));
    SHOW(shmctl(id, SHM_UNLOCK, NULL));
    SHOW(shmctl(id, IPC_STAT, wild));
    SHOW(shmctl(id, IPC_SET, wild));
    SHOW(shmctl(id, 999, &ds));
    SHOW(shmctl(-1, IPC_STAT, &ds));
    SHOW((long)shmat(id, wild, 0));
    SHOW(shmdt(wild));
    SHOW(shmget(IPC_PRIVATE, 0, IPC_CREAT | 0600));
    SHOW(shmget(0x7abcdef, 100, 0));
    SHOW(shmctl(id, IPC_RMID, NULL));
}

static void test_sem(void)
{
    struct semid_ds ds;
    struct seminfo info = { 0 };
    struct sembuf op = { 0, 1, SEM_UNDO }, far = { 9, 1, 0 }, big = { 0, 32767, 0 };
    struct timespec bad = { 0, -1 };
    int id = semget(IPC_PRIVATE, 2, IPC_CREAT | 0600), status;

    memset(&ds, 0xff, sizeof(ds));
    SHOW(semctl(id, 0, IPC_STAT, &ds));
    show_perm(&ds.sem_perm);
    printf("%lu %lld\n", (unsigned long)ds.sem_nsems, (long long)ds.sem_otime);
    SHOW_IF(semctl(0, 0, IPC_INFO, &info) >= 0 && info.semvmx == 32767);
    SHOW_IF(semctl(0, 0, SEM_INFO, &info) >= 0 && info.semusz >= 1);
    if (fork() == 0) {
        semop(id, &op, 1);
        _exit(semctl(id, 0, GETVAL));
    }
    wait(&status);
    SHOW(status);
    SHOW(semctl(id, 0, GETVAL));
    SHOW(semctl(id, 0, GETNCNT));
    SHOW(semctl(id, 0, GETZCNT));
    SHOW(semctl(id, 0, SETVAL, 70000));
    SHOW(semctl(id, 0, SETVAL, -1));
    SHOW(semctl(id, 5, SETVAL, 1));
    SHOW(semctl(id, 0, GETALL, wild));
    SHOW(semctl(id, 0, SETALL, wild));
    SHOW(semctl(id, 0, IPC_STAT, wild));
    SHOW(semctl(id, 0, IPC_SET, wild));
    SHOW(semctl(id, 0, 999, 0));
    SHOW(semctl(-1, 0, IPC_STAT, wild));
    SHOW(semop(id, &far, 1));
    SHOW(semop(id, &big, 1));
    SHOW(semop(id, &op, 1));
    SHOW(semop(id, wild, 1));
    SHOW(semop(id, &op, 0));
    SHOW(semop(id, &op, 5000));
    SHOW(semop(-1, &op, 1));
    SHOW(semtimedop(id, &op, 1, &bad));
    SHOW(semtimedop(id, &op, 1, wild));
    SHOW(semget(IPC_PRIVATE, -1, 0600));
    SHOW(semget(0x7abcdef, 1, 0));
    SHOW(semctl(id, 0, IPC_RMID));
}

static void test_msg(void)
{
    struct {
        long type;
        char text[32];
    } msg = { 1, "text" };
    struct msqid_ds ds;
    struct msginfo info = { 0 };
    int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);

    memset(&ds, 0xff, sizeof(ds));
    SHOW(msgctl(id, IPC_STAT, &ds));
    show_perm(&ds.msg_perm);
    printf("%lu %lld %d\n", (unsigned long)ds.msg_qnum, (long long)ds.msg_stime, ds.msg_lspid);
    SHOW_IF(msgctl(0, IPC_INFO, (void *)&info) >= 0 && info.msgmax > 0);
    SHOW_IF(msgctl(0, MSG_INFO, (void *)&info) >= 0);
    SHOW(msgsnd(id, &msg, 32, 0));
    SHOW(msgctl(id, IPC_STAT, &ds));
    printf("%lu %lu\n", (unsigned long)ds.msg_qnum, (unsigned long)ds.__msg_cbytes);
    SHOW_IF(ds.msg_lspid == getpid() && labs(ds.msg_stime - time(NULL)) < 100);
    SHOW(msgrcv(id, &msg, 4, 0, 0));
    SHOW(msgrcv(id, &msg, 32, -5, IPC_NOWAIT));
    ds.msg_qbytes = 100;
    SHOW(msgctl(id, IPC_SET, &ds));
    SHOW(msgctl(id, IPC_STAT, &ds));
    SHOW(ds.msg_qbytes);
    SHOW(msgsnd(id, &msg, 1000000, IPC_NOWAIT));
    SHOW(msgsnd(id, &msg, -1, IPC_NOWAIT));
    SHOW(msgsnd(id, wild, 4, IPC_NOWAIT));
    SHOW(msgsnd(-1, &msg, 4, 0));
    msg.type = 1;
    SHOW(msgsnd(id, &msg, 4, 0));
    SHOW(msgrcv(id, &msg, 4, 0, IPC_NOWAIT | MSG_COPY));
    SHOW(msgrcv(id, &msg, 4, 0, MSG_COPY));
    SHOW(msgrcv(id, &msg, 4, 1, IPC_NOWAIT | MSG_EXCEPT));
    SHOW(msgrcv(id, &msg, -1, 0, 0));
    SHOW(msgrcv(id, wild, 4, 0, 0));
    SHOW(msgctl(id, IPC_STAT, wild));
    SHOW(msgctl(id, IPC_SET, wild));
    SHOW(msgctl(id, 999, &ds));
    SHOW(msgget(0x7abcdef, 0));
    SHOW(msgctl(id, IPC_RMID, NULL));
}

static volatile sig_atomic_t told, told_code, told_value;

static void on_signal(int signo, siginfo_t *info, void *context)
{
    told_code = info->si_code;
    told_value = info->si_value.sival_int;
    told = signo;
}

static volatile int in_thread;

static void on_thread(union sigval value)
{
    in_thread = value.sival_int;
}

static void test_mq(void)
{
    struct sigaction act = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2 };
    struct mq_attr attr = { .mq_maxmsg = 2, .mq_msgsize = 16 }, old;
    struct timespec bad = { 0, -1 };
    char name[64], buf[16];
    mqd_t mq;

    sigaction(SIGUSR2, &act, NULL);
    snprintf(name, sizeof(name), "/dragoman-errors-%d", getpid());
    mq = mq_open(name, O_RDWR | O_CREAT | O_NONBLOCK, 0600, &attr);
    if (SHOW_OK(mq) == -1) {
        return;
    }
    event.sigev_value.sival_int = 99;
    SHOW(mq_notify(mq, &event));
    SHOW(mq_notify(mq, &event));
    SHOW(mq_send(mq, "x", 1, 3));
    printf("%d code %d value %d\n", told, told_code, told_value);
    SHOW(mq_receive(mq, buf, sizeof(buf), NULL));
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = on_thread;
    event.sigev_notify_attributes = NULL;
    SHOW(mq_notify(mq, &event));
    SHOW(mq_send(mq, "x", 1, 3));
    for (int i = 0; i < 2000 && !in_thread; i++) {
        usleep(1000);
    }
    SHOW(in_thread);
    SHOW(mq_notify(mq, NULL));
    SHOW(syscall(SYS_mq_notify, mq, wild));
    event.sigev_notify = 99;
    SHOW(syscall(SYS_mq_notify, mq, &event));
    SHOW(poll(&(struct pollfd){ mq, POLLIN | POLLOUT, 0 }, 1, 0));
    SHOW(mq_send(mq, "y", 1, 3));
    SHOW(mq_send(mq, "z", 1, 3));
    attr.mq_flags = 0;
    SHOW(mq_setattr(mq, &attr, &old));
    printf("%ld %ld\n", old.mq_flags, old.mq_curmsgs);
    attr.mq_flags = 1;
    SHOW(mq_setattr(mq, &attr, NULL));
    SHOW(syscall(SYS_mq_getsetattr, mq, wild, NULL));
    SHOW(syscall(SYS_mq_getsetattr, mq, NULL, wild));
    SHOW(mq_send(mq, buf, 17, 0));
    SHOW(mq_send(mq, buf, 1, 40000));
    SHOW(mq_send(mq, wild, 4, 0));
    SHOW(mq_timedsend(mq, "z", 1, 0, &bad));
    SHOW(mq_timedsend(mq, "z", 1, 0, wild));
    SHOW(mq_receive(mq, wild, 16, NULL));
    SHOW(syscall(SYS_mq_timedreceive, mq, buf, 16, wild, NULL));
    SHOW(mq_receive(0, buf, 16, NULL));
    SHOW(mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, NULL));
    SHOW(syscall(SYS_mq_open, wild, O_RDWR, 0, NULL));
    SHOW(syscall(SYS_mq_open, "fine", O_RDWR | O_CREAT, 0600, wild));
    SHOW(mq_open("/a/b", O_RDWR | O_CREAT, 0600, NULL));
    SHOW(mq_open("none", O_RDWR));
    SHOW(mq_unlink(name));
    SHOW(syscall(SYS_mq_unlink, wild));
}

int main(void)
{
    test_shm();
    test_sem();
    test_msg();
    test_mq();
    return 0;
}
