/* rounds: 8 */
/* Linked lists: built in random order, merge-sorted, reversed, filtered. */
#include "../bench.h"

enum { COUNT = 50000 };

typedef struct Node {
    struct Node *next;
    uint32_t key;
    uint32_t value;
} Node;

static Node nodes[COUNT];

static Node *merge(Node *a, Node *b)
{
    Node head, *tail = &head;

    while (a && b) {
        Node **least = a->key <= b->key ? &a : &b;

        tail->next = *least;
        tail = *least;
        *least = (*least)->next;
    }
    tail->next = a ? a : b;
    return head.next;
}

static Node *sort(Node *list)
{
    Node *slow = list, *fast = list, *half;

    if (!list || !list->next) {
        return list;
    }
    while (fast->next && fast->next->next) {
        slow = slow->next;
        fast = fast->next->next;
    }
    half = slow->next;
    slow->next = NULL;
    return merge(sort(list), sort(half));
}

static Node *reverse(Node *list)
{
    Node *result = NULL;

    while (list) {
        Node *next = list->next;

        list->next = result;
        result = list;
        list = next;
    }
    return result;
}

static uint64_t filter(Node **list, uint64_t sum)
{
    while (*list) {
        if ((*list)->key % 3 == 0) {
            sum = mix(sum, (*list)->value);
            *list = (*list)->next;
        } else {
            list = &(*list)->next;
        }
    }
    return sum;
}

static uint64_t kernel(unsigned rounds)
{
    uint64_t seed = 7, sum = 0;

    while (rounds--) {
        Node *list = NULL;

        for (unsigned i = 0; i < COUNT; i++) {
            /* 7919 is prime to COUNT: neighbours in the list are not neighbours in memory. */
            Node *node = &nodes[(uint64_t)i * 7919 % COUNT];

            node->key = (uint32_t)next_random(&seed);
            node->value = i;
            node->next = list;
            list = node;
        }
        list = reverse(sort(list));
        sum = filter(&list, sum);
        for (Node *node = list; node; node = node->next) {
            sum += node->key ^ node->value;
        }
    }
    return sum;
}
