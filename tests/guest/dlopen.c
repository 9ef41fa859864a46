/* flags: -O2 -ldl */
/* A library loaded at run time, looked up and closed; code and data come and go. */
#include <dlfcn.h>
#include <stdio.h>

int main(void)
{
    for (int i = 0; i < 3; i++) {
        void *library = dlopen("libm.so.6", RTLD_NOW);
        double (*cosine)(double);

        if (!library) {
            printf("dlopen: %s\n", dlerror());
            return 1;
        }
        cosine = (double (*)(double))dlsym(library, "cos");
        printf("%.12f %d\n", cosine(i), dlsym(library, "no_such_function") == NULL);
        dlclose(library);
    }
    printf("%d\n", dlopen("libdoes-not-exist.so", RTLD_LAZY) == NULL);
    return 0;
}
