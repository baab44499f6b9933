// SPDX-License-Identifier: MIT
// See logs_hash.h.
#include "app/cli/logs_hash.h"

#include "lib/codec/rlp.h"
#include "lib/crypto/hash/keccak.h"

static void put_log(struct buf *rlp, const struct state *s, const struct state_log *l)
{
    usize log = rlp_begin_list(rlp);
    rlp_put_bytes(rlp, l->emitter.b, 20);
    usize topics = rlp_begin_list(rlp);
    for (u32 k = 0; k < l->topic_count; k++) {
        rlp_put_bytes(rlp, l->topic[k].b, 32);
    }
    rlp_end_list(rlp, topics);
    bytes data = state_log_data(s, l);
    rlp_put_bytes(rlp, data.p, data.n);
    rlp_end_list(rlp, log);
}

b256 logs_hash(const struct state *s)
{
    struct buf rlp = {0};
    b256 hash;
    usize list = rlp_begin_list(&rlp);
    for (usize i = 0; i < state_log_count(s); i++) {
        put_log(&rlp, s, state_log_at(s, i));
    }
    rlp_end_list(&rlp, list);
    keccak256(&hash, rlp.p, rlp.n);
    buf_fini(&rlp);
    return hash;
}
