/* Files: writing, reading, seeking, directories, links, the usual errors, stdio over it all. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void list(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, by_name);

    for (int i = 0; i < count; i++) {
        printf("%s%s", entries[i]->d_name, entries[i]->d_type == DT_DIR ? "/ " : " ");
        free(entries[i]);
    }
    printf("\n");
    free(entries);
}

int main(void)
{
    struct iovec parts[] = { { "hello ", 6 }, { "vectored ", 9 }, { "world\n", 6 } };
    struct stat st;
    char buf[100] = "";
    FILE *file;
    int fd;

    mkdir("dir", 0755);
    fd = open("dir/file", O_RDWR | O_CREAT | O_EXCL, 0640);
    printf("%zd\n", writev(fd, parts, 3));
    printf("%ld", (long)lseek(fd, 6, SEEK_SET));
    printf(" %zd", read(fd, buf, sizeof buf));
    printf(" %s", buf);
    printf("%d", open("dir/file", O_RDWR | O_CREAT | O_EXCL, 0640));
    printf(" %s\n", strerror(errno));
    fstat(fd, &st);
    printf("size %ld mode %o links %d\n", (long)st.st_size, st.st_mode, (int)st.st_nlink);
    ftruncate(fd, 5);
    pwrite(fd, "J", 1, 0);
    close(fd);
    printf("%zd", read(fd, buf, 1));
    printf(" %s\n", strerror(errno));
    symlink("file", "dir/link");
    link("dir/file", "dir/twin");
    memset(buf, 0, sizeof buf);
    printf("%zd", readlink("dir/link", buf, sizeof buf));
    printf(" %s\n", buf);
    rename("dir/twin", "dir/renamed");
    list("dir");
    stat("dir/link", &st);
    printf("size %ld links %d\n", (long)st.st_size, (int)st.st_nlink);
    lstat("dir/link", &st);
    printf("link %d\n", S_ISLNK(st.st_mode));
    printf("%d", access("dir/file", R_OK));
    printf(" %d", access("nothing", F_OK));
    printf(" %s\n", strerror(errno));
    file = fopen("dir/link", "a+");
    fprintf(file, " and %d more\n", 42);
    rewind(file);
    printf("%s", fgets(buf, sizeof buf, file));
    fclose(file);
    chdir("dir");
    printf("%s\n", strrchr(getcwd(buf, sizeof buf), '/'));
    unlink("link");
    unlink("renamed");
    unlink("file");
    chdir("..");
    printf("%d\n", rmdir("dir"));
    list(".");
    return 0;
}
