/* rounds: 12 */
/* A treap: insertion, look-up, deletion, in-order walk. */
#include "../bench.h"

enum { COUNT = 20000 };

typedef struct Node {
    struct Node *left, *right;
    uint32_t key, priority;
} Node;

static Node pool[COUNT];
static unsigned used;

static Node *merge(Node *a, Node *b)
{
    if (!a || !b) {
        return a ? a : b;
    }
    if (a->priority > b->priority) {
        a->right = merge(a->right, b);
        return a;
    }
    b->left = merge(a, b->left);
    return b;
}

static void split(Node *root, uint32_t key, Node **ret_left, Node **ret_right)
{
    if (!root) {
        *ret_left = *ret_right = NULL;
    } else if (root->key < key) {
        *ret_left = root;
        split(root->right, key, &root->right, ret_right);
    } else {
        *ret_right = root;
        split(root->left, key, ret_left, &root->left);
    }
}

static const Node *find(const Node *root, uint32_t key)
{
    while (root && root->key != key) {
        root = key < root->key ? root->left : root->right;
    }
    return root;
}

static Node *insert(Node *root, uint32_t key, uint32_t priority)
{
    Node *left, *right, *node;

    if (find(root, key)) {
        return root;
    }
    node = &pool[used++];
    *node = (Node){ NULL, NULL, key, priority };
    split(root, key, &left, &right);
    return merge(merge(left, node), right);
}

static void erase(Node **root, uint32_t key)
{
    while (*root && (*root)->key != key) {
        root = key < (*root)->key ? &(*root)->left : &(*root)->right;
    }
    if (*root) {
        *root = merge((*root)->left, (*root)->right);
    }
}

static uint64_t walk(const Node *root, uint64_t sum)
{
    if (root) {
        sum = walk(root->left, sum);
        sum = mix(sum, root->key);
        sum = walk(root->right, sum);
    }
    return sum;
}

static uint64_t kernel(unsigned rounds)
{
    uint64_t seed = 8, sum = 0;

    while (rounds--) {
        Node *root = NULL;

        used = 0;
        for (unsigned i = 0; i < COUNT; i++) {
            uint64_t r = next_random(&seed);

            root = insert(root, (uint32_t)r % 100000, (uint32_t)(r >> 32));
        }
        for (unsigned i = 0; i < 100000; i += 2) {
            sum += find(root, i) != NULL;
        }
        for (unsigned i = 0; i < 100000; i += 5) {
            erase(&root, i);
        }
        sum = walk(root, sum);
    }
    return sum;
}
