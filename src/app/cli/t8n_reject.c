// SPDX-License-Identifier: MIT
// Texts of rejections; see t8n_reject.h. A row's text is the beginning by which a filler knows the
// verdict; numbers follow where geth gives them.
#include "app/cli/t8n_reject.h"

#include "lib/base/bytes.h"
#include "lib/codec/decimal.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"

static const char BLOBS_CREATE[] = "rlp: input string too short for common.Address, "
                                   "decoding into (types.Transaction)(types.BlobTx).To";
static const char AUTHORIZATIONS_CREATE[] = "rlp: input string too short for common.Address, "
                                            "decoding into (types.Transaction)(types.SetCodeTx).To";

static const char *text_of(enum verdict v)
{
    static const char *const TEXTS[VERDICT_COUNT] = {
        [VERDICT_TYPE_1_BEFORE_FORK] = "transaction type not supported",
        [VERDICT_TYPE_2_BEFORE_FORK] = "transaction type not supported",
        [VERDICT_TYPE_3_BEFORE_FORK] = "transaction type not supported",
        [VERDICT_TYPE_4_BEFORE_FORK] = "transaction type not supported",
        [VERDICT_TYPE_UNKNOWN] = "transaction type not supported",
        [VERDICT_RLP_INVALID] = "rlp: not the coding of a transaction",
        [VERDICT_SIGNATURE_INVALID] = "invalid transaction v, r, s values",
        [VERDICT_CHAIN_ID_WRONG] = "invalid chain id for signer",
        [VERDICT_SENDER_HAS_CODE] = "sender not an eoa",
        [VERDICT_NONCE_TOO_LOW] = "nonce too low",
        [VERDICT_NONCE_TOO_HIGH] = "nonce too high",
        [VERDICT_NONCE_IS_MAX] = "nonce has max value",
        [VERDICT_GAS_OVER_BLOCK] = "gas limit reached",
        [VERDICT_GAS_OVER_CAP] = "transaction gas limit too high",
        [VERDICT_FEE_BELOW_BASE] = "max fee per gas less than block base fee",
        [VERDICT_PRIORITY_OVER_FEE] = "max priority fee per gas higher than max fee per gas",
        [VERDICT_FEE_OVERFLOWS] = "insufficient funds for gas * price + value",
        [VERDICT_FUNDS_TOO_LOW] = "insufficient funds for gas * price + value",
        [VERDICT_INTRINSIC_TOO_LOW] = "intrinsic gas too low",
        [VERDICT_FLOOR_TOO_LOW] = "insufficient gas for floor data gas cost",
        [VERDICT_INITCODE_TOO_LARGE] = "max initcode size exceeded",
        [VERDICT_BLOBS_NONE] = "blob transaction missing blob hashes",
        [VERDICT_BLOBS_TOO_MANY] = "blob gas would exceed maximum allowance",
        [VERDICT_BLOBS_OVER_BLOCK] = "blob gas would exceed maximum allowance",
        [VERDICT_BLOB_HASH_VERSION] = "blob has invalid hash version",
        [VERDICT_BLOB_FEE_TOO_LOW] = "max fee per blob gas less than block blob gas fee",
        [VERDICT_BLOBS_CREATE] = BLOBS_CREATE,
        [VERDICT_AUTHORIZATIONS_CREATE] = AUTHORIZATIONS_CREATE,
        [VERDICT_AUTHORIZATIONS_NONE] = "EIP-7702 transaction with empty auth list",
    };
    const char *text = v < VERDICT_COUNT ? TEXTS[v] : NULL;
    return text != NULL ? text : verdict_text(v);
}

// EIP-55: upper case where the hash of the lower-case digits has an 8 or more.
static void put_checksummed(struct buf *out, const address *a)
{
    static const char DIGITS[] = "0123456789abcdef";
    char text[40];
    b256 hash;
    for (u32 i = 0; i < sizeof text; i++) {
        u32 digit = i % 2 == 0 ? a->b[i / 2] >> 4 : a->b[i / 2] & 15u;
        text[i] = DIGITS[digit];
    }
    keccak256(&hash, text, sizeof text);
    buf_put_text(out, "0x");
    for (u32 i = 0; i < sizeof text; i++) {
        u32 nibble = i % 2 == 0 ? hash.b[i / 2] >> 4 : hash.b[i / 2] & 15u;
        bool upper = text[i] >= 'a' && nibble >= 8;
        buf_put_u8(out, (u8)(upper ? text[i] - 'a' + 'A' : text[i]));
    }
}

static void put_pair(struct buf *out, const char *first, u256 a, const char *second, u256 b)
{
    buf_put_text(out, first);
    decimal_put(out, a);
    buf_put_text(out, second);
    decimal_put(out, b);
}

static u256 most_it_can_cost(const struct transaction *t)
{
    u256 fee = u256_mul(t->max_fee, u256_from_u64(t->gas_limit));
    u256 blobs = u256_mul(t->max_blob_fee, u256_from_u64(t->blob_count * 131072));
    return u256_add(u256_add(fee, blobs), t->value);
}

static void put_numbers(struct buf *out, enum verdict v, const struct t8n_rejected *r)
{
    const struct account *sender = state_account(r->state, r->sender);
    u256 nonce = u256_from_u64(account_nonce(sender));
    u256 tx_nonce = u256_from_u64(r->t->nonce);
    struct gas_table price;
    gas_table_init(&price, r->block->fork);
    struct intrinsic_gas need = transaction_intrinsic_gas(&price, r->t);
    u256 limit = u256_from_u64(r->t->gas_limit);
    if (v == VERDICT_NONCE_TOO_LOW || v == VERDICT_NONCE_TOO_HIGH) {
        put_pair(out, ", tx: ", tx_nonce, " state: ", nonce);
    } else if (v == VERDICT_FUNDS_TOO_LOW || v == VERDICT_FEE_OVERFLOWS) {
        put_pair(out, " have ", *account_balance(sender), " want ", most_it_can_cost(r->t));
    } else if (v == VERDICT_FEE_BELOW_BASE) {
        put_pair(out, ", maxFeePerGas: ", r->t->max_fee, ", baseFee: ", r->block->vm.base_fee);
    } else if (v == VERDICT_PRIORITY_OVER_FEE) {
        put_pair(out, ", maxPriorityFeePerGas: ", r->t->max_priority,
                 ", maxFeePerGas: ", r->t->max_fee);
    } else if (v == VERDICT_INTRINSIC_TOO_LOW) {
        put_pair(out, ": have ", limit, ", want ", u256_from_u64(need.gas));
    } else if (v == VERDICT_FLOOR_TOO_LOW) {
        put_pair(out, ": have ", limit, ", want ", u256_from_u64(need.floor));
    } else if (v == VERDICT_CHAIN_ID_WRONG) {
        put_pair(out, ": have ", r->t->chain_id, " want ", r->block->vm.chain_id);
    }
}

void t8n_reject_text(struct buf *out, enum verdict v, const struct t8n_rejected *r)
{
    bool names_sender = v == VERDICT_NONCE_TOO_LOW || v == VERDICT_NONCE_TOO_HIGH ||
                        v == VERDICT_NONCE_IS_MAX || v == VERDICT_FUNDS_TOO_LOW ||
                        v == VERDICT_FEE_OVERFLOWS || v == VERDICT_FEE_BELOW_BASE ||
                        v == VERDICT_PRIORITY_OVER_FEE || v == VERDICT_SENDER_HAS_CODE ||
                        v == VERDICT_BLOB_FEE_TOO_LOW;
    buf_put_text(out, text_of(v));
    if (r->sender == NULL) {
        return;
    }
    if (names_sender) {
        buf_put_text(out, ": address ");
        put_checksummed(out, r->sender);
    }
    put_numbers(out, v, r);
}
