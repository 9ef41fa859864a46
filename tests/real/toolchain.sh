# gcc, as, ld, ar and make -j2 build programs and libraries, which then run.
mkdir p; cd p
for n in 1 2 3 4 5 6; do printf 'int f%d(int x)\n{\n    return x * %d;\n}\n' $n $n > f$n.c; done
cat > main.c << 'END'
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
int f1(int), f2(int), f3(int), f4(int), f5(int), f6(int);
static void *work(void *arg)
{
    *(int *)arg = f1(1) + f2(2) + f3(3) + f4(4) + f5(5) + f6(6);
    return arg;
}
int main(void)
{
    int sum = 0;
    pthread_t thread;
    pthread_create(&thread, NULL, work, &sum);
    pthread_join(thread, NULL);
    void *library = dlopen("./libplugin.so", RTLD_NOW);
    int (*triple)(int) = library ? dlsym(library, "triple") : NULL;
    printf("sum %d, tripled %d\n", sum, triple ? triple(sum) : -1);
    return 3;
}
END
echo 'int triple(int x) { return 3 * x; }' > plugin.c
printf 'all: prog libplugin.so\nprog: main.o libf.a\n\tgcc -o $@ main.o -L. -lf\nlibf.a: f1.o f2.o f3.o f4.o f5.o f6.o\n\tar rcs $@ $^\n%%.o: %%.c\n\tgcc -O2 -g -Wall -c -o $@ $<\nlibplugin.so: plugin.c\n\tgcc -O2 -fPIC -shared -o $@ $<\n' > Makefile
make -s -j2 && ./prog; echo "exit $?"
make -q; echo "made $?"; touch f3.c; make -n | grep -c 'f3.o'
echo '#include <stdio.h>
int main() { printf("%s\n", __VERSION__[0] ? "static" : ""); }' | gcc -static -x c -o fixed - && ./fixed
printf '.globl main\nmain:\n\tli a0, 42\n\tret\n' > e.s; gcc -o e e.s && ./e; echo "assembled $?"
gcc -O2 -flto -o lto main.c f?.c && ./lto; echo "lto $?"
echo 'int main( { }' | gcc -x c -c -o /dev/null - 2>&1 | grep -c error
nm libf.a | grep -c ' T f'; strip prog && ./prog; objdump -d e | grep -c 'li.*a0,42'
