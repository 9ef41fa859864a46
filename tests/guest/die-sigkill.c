/* Killed by a signal that it sends itself; no handler can see it. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    printf("before\n");
    fflush(stdout);
    kill(getpid(), SIGKILL);
    pause();
    return 0;
}
