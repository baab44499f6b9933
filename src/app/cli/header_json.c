// SPDX-License-Identifier: MIT
// Headers as JSON; see header_json.h.
#include "app/cli/header_json.h"

void header_json_put(struct json_writer *w, const char *name, const struct header *h)
{
    json_begin_object(w, name);
    json_put_b256(w, "parentHash", &h->parent_hash);
    json_put_b256(w, "sha3Uncles", &h->uncles_hash);
    json_put_address(w, "miner", &h->coinbase);
    json_put_b256(w, "stateRoot", &h->state_root);
    json_put_b256(w, "transactionsRoot", &h->transactions_root);
    json_put_b256(w, "receiptsRoot", &h->receipts_root);
    json_put_data(w, "logsBloom", h->bloom, sizeof h->bloom);
    json_put_quantity(w, "difficulty", h->difficulty);
    json_put_quantity_u64(w, "number", h->number);
    json_put_quantity_u64(w, "gasLimit", h->gas_limit);
    json_put_quantity_u64(w, "gasUsed", h->gas_used);
    json_put_quantity_u64(w, "timestamp", h->timestamp);
    json_put_data(w, "extraData", h->extra, h->extra_size);
    json_put_b256(w, "mixHash", &h->mix_hash);
    json_put_data(w, "nonce", h->nonce, sizeof h->nonce);
    if (h->tail >= TAIL_BASE_FEE) {
        json_put_quantity(w, "baseFeePerGas", h->base_fee);
    }
    if (h->tail >= TAIL_WITHDRAWALS_ROOT) {
        json_put_b256(w, "withdrawalsRoot", &h->withdrawals_root);
    }
    if (h->tail >= TAIL_BEACON_ROOT) {
        json_put_quantity_u64(w, "blobGasUsed", h->blob_gas_used);
        json_put_quantity_u64(w, "excessBlobGas", h->excess_blob_gas);
        json_put_b256(w, "parentBeaconBlockRoot", &h->beacon_root);
    }
    if (h->tail >= TAIL_REQUESTS_HASH) {
        json_put_b256(w, "requestsHash", &h->requests_hash);
    }
    json_put_b256(w, "hash", &h->hash);
    json_end(w);
}
