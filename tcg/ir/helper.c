/*
 * Helpers by name, for the parser.  Registration happens while the program has one thread.
 */
#include "tcg/helper.h"

#include <glib.h>

static GHashTable *helpers;

void tcg_helper_register(const TcgHelper *helper)
{
    if (!helpers) {
        helpers = g_hash_table_new(g_str_hash, g_str_equal);
    }
    g_hash_table_insert(helpers, (gpointer)helper->name, (gpointer)helper);
}

const TcgHelper *tcg_helper_by_name(const char *name)
{
    return helpers ? g_hash_table_lookup(helpers, name) : NULL;
}
