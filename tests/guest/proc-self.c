/* /proc/self as the guest should see it: its own program, memory and command line, not the translator's. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int data = 5;

static void maps(const char *program)
{
    FILE *file = fopen("/proc/self/maps", "r");
    unsigned long start, end, here = (unsigned long)&data, code = (unsigned long)maps;
    unsigned long stack = (unsigned long)&file;
    char line[PATH_MAX + 200], rights[5];
    int found_data = 0, found_code = 0, found_stack = 0, named = 0, sorted = 1, foreign = 0;
    unsigned long last = 0;

    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "%lx-%lx %4s", &start, &end, rights) != 3) {
            printf("bad line %s", line);
        }
        sorted &= start >= last;
        last = end;
        found_data |= here >= start && here < end && !strncmp(rights, "rw-p", 4);
        found_code |= code >= start && code < end && !strncmp(rights, "r-xp", 4);
        found_stack |= stack >= start && stack < end && strstr(line, "[stack]") != NULL;
        named |= strstr(line, program) != NULL;
        foreign |= strstr(line, "dragoman") != NULL || strstr(line, "x86_64") != NULL;
    }
    fclose(file);
    printf("maps: data %d code %d stack %d named %d sorted %d foreign %d\n", found_data, found_code,
           found_stack, named, sorted, foreign);
}

int main(int argc, char **argv)
{
    char exe[PATH_MAX] = "", command[1000] = "", word[100] = "";
    FILE *file;
    size_t length;

    printf("readlink %d\n", readlink("/proc/self/exe", exe, sizeof exe - 1) > 0);
    printf("exe is me: %d\n", strcmp(strrchr(exe, '/'), strrchr(argv[0], '/')) == 0);
    maps(exe);
    file = fopen("/proc/self/cmdline", "r");
    length = fread(command, 1, sizeof command, file);
    printf("cmdline %d %d\n", length == strlen(argv[0]) + 1, strcmp(command, argv[0]) == 0);
    fclose(file);
    file = fopen("/proc/self/stat", "r");
    printf("stat: pid %d", fscanf(file, "%99s", word) == 1 && atoi(word) == getpid());
    printf(" name %d\n", fscanf(file, "%99s", word) == 1 && strstr(word, "proc-self") != NULL);
    fclose(file);
    file = fopen("/proc/self/auxv", "r");
    length = fread(command, 1, sizeof command, file);
    printf("auxv %d\n", length % 16 == 0 && length > 100);
    fclose(file);
    snprintf(word, sizeof word, "/proc/%d/exe", getpid());
    length = (size_t)readlink(word, command, sizeof command - 1);
    printf("by pid %d\n", length == strlen(exe) && memcmp(command, exe, length) == 0);
    return 0;
}
