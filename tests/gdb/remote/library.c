/*
 * A library that the guest program loads while it is being debugged.
 */
int library_function(int n)
{
    return n * 2 + 1;
}
