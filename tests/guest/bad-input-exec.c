/* execve of what cannot be run returns the error; of what can, the new program sees its arguments. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/bad-exec-XXXXXX";
static char self[4096];

static void make(const char *name, const char *text, int mode)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    if (write(fd, text, strlen(text)) < 0) {
        perror(name);
    }
    close(fd);
    chmod(name, mode);
}

/* In a child: prints how execve failed, or lets the new program print. */
static void try(const char *path, int fd)
{
    char *argv[] = { "zero", "child", "two words", "", NULL };
    char *envp[] = { "ONLY=this", NULL };
    int status;

    fflush(stdout);
    if (fork() == 0) {
        if (fd >= 0) {
            fexecve(fd, argv, envp);
        } else {
            execve(path, argv, envp);
        }
        printf("%.20s: %s\n", path, strerrorname_np(errno));
        fflush(stdout);
        _exit(9);
    }
    wait(&status);
    printf("  status %d\n", WEXITSTATUS(status));
}

static void show_child(int argc, char **argv, char **envp)
{
    char exe[4096];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

    exe[n > 0 ? n : 0] = '\0';
    for (int i = 0; i < argc; i++) {
        printf(" [%s]", strstr(argv[i], "bad-input-exec") ? "self" : argv[i]);
    }
    printf(" env [%s] %d exe %d\n", envp[0] ? envp[0] : "", envp[0] && envp[1],
           strstr(exe, "bad-input-exec") != NULL);
    exit(5);
}

int main(int argc, char **argv, char **envp)
{
    char script[8192], long_name[5000];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (argc > 1 && (!strcmp(argv[1], "child") || !strcmp(argv[1], "by script"))) {
        show_child(argc, argv, envp);
    }
    self[n > 0 ? n : 0] = '\0';
    if (!mkdtemp(dir) || chdir(dir) < 0) {
        return 1;
    }
    make("text", "hello\n", 0755);
    make("empty", "", 0755);
    make("noperm", "#!/bin/sh\n", 0644);
    make("elf", "\177ELF\2\1\1 and then nothing that makes sense ................", 0755);
    make("orphan", "#!/nowhere/interpreter\n", 0755);
    make("noname", "#!\n", 0755);
    snprintf(script, sizeof(script), "#!%s/loop\n", dir);
    make("loop", script, 0755);
    snprintf(script, sizeof(script), "#! %s  by script \n", self);
    make("script", script, 0755);
    memset(long_name, 'x', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';

    try("nothing", -1);
    try("", -1);
    try("text/below", -1);
    try(".", -1);
    try("text", -1);
    try("empty", -1);
    try("noperm", -1);
    try("elf", -1);
    try("orphan", -1);
    try("noname", -1);
    try("loop", -1);
    try(long_name, -1);
    try(self, -1);
    try("/proc/self/exe", -1);
    try("./script", -1);
    try("by descriptor", open(self, O_RDONLY | O_CLOEXEC));
    try("not executable", open("noperm", O_RDONLY));
    if (chdir("/") == 0) {
        snprintf(script, sizeof(script), "rm -rf %s", dir);
        return system(script);
    }
    return 1;
}
