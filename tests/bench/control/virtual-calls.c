/* rounds: 550 */
/* Objects of several classes behind method tables: shapes measured, an expression tree evaluated. */
#include "../bench.h"

typedef struct Node Node;

typedef struct Methods {
    int64_t (*value)(const Node *node, int64_t x);
    unsigned (*size)(const Node *node);
} Methods;

struct Node {
    const Methods *methods;
    const Node *left, *right;
    int64_t constant;
};

static int64_t value(const Node *node, int64_t x)
{
    return node->methods->value(node, x);
}

static unsigned size(const Node *node)
{
    return node->methods->size(node);
}

static int64_t constant_value(const Node *node, int64_t x)
{
    return node->constant;
}

static int64_t variable_value(const Node *node, int64_t x)
{
    return x;
}

static int64_t sum_value(const Node *node, int64_t x)
{
    return value(node->left, x) + value(node->right, x);
}

static int64_t product_value(const Node *node, int64_t x)
{
    return (int32_t)value(node->left, x) * (int64_t)(int32_t)value(node->right, x);
}

static int64_t choice_value(const Node *node, int64_t x)
{
    return x & node->constant ? value(node->left, x) : value(node->right, x);
}

static unsigned leaf_size(const Node *node)
{
    return 1;
}

static unsigned inner_size(const Node *node)
{
    return 1 + size(node->left) + size(node->right);
}

static const Methods classes[] = {
    { constant_value, leaf_size }, { variable_value, leaf_size }, { sum_value, inner_size },
    { product_value, inner_size }, { choice_value, inner_size },
};

static const Node *grow(Node **pool, unsigned depth, uint64_t *seed)
{
    Node *node = (*pool)++;
    uint64_t pick = next_random(seed);

    node->constant = (int64_t)(pick >> 32 & 15);
    if (depth == 0) {
        node->methods = &classes[pick & 1];
        return node;
    }
    node->methods = &classes[2 + pick % 3];
    node->left = grow(pool, depth - 1, seed);
    node->right = grow(pool, depth - 1, seed);
    return node;
}

static uint64_t kernel(unsigned rounds)
{
    static Node nodes[1 << 10];
    Node *pool = nodes;
    uint64_t seed = 14, sum = 0;
    const Node *root = grow(&pool, 8, &seed);

    while (rounds--) {
        for (int64_t x = 0; x < 500; x++) {
            sum = mix(sum, (uint64_t)value(root, x));
        }
        sum = mix(sum, size(root));
    }
    return sum;
}
