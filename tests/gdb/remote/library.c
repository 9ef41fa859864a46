/*
 * A library that the guest program loads while it is being debugged.
 */
extern __thread int library_own; /* local.c */

int library_function(int n)
{
    library_own += n;
    return n * 2 + 1;
}
