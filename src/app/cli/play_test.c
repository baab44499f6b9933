// SPDX-License-Identifier: MIT
// Play files: each kind of value, step and expectation does what docs/play.md says, and files that
// are wrong are refused with step, name and place.
#include "app/cli/play.h"

#include <string.h>

#include "test/test.h"

struct outcome_of_play {
    enum fault fault;
    u32 steps, failed;
    struct buf text, why; // with ending 0
};

static bool collect(void *ctx, struct buf *text)
{
    struct buf *all = ctx;
    buf_put(all, text->p, text->n);
    buf_clear(text);
    return true;
}

static struct outcome_of_play play(const char *text, struct play_params params)
{
    struct outcome_of_play o = {0};
    struct json j;
    EXPECT_EQ(json_parse(&j, (bytes){(const u8 *)text, strlen(text)}), FAULT_NONE);
    json_value root = json_root(&j);
    struct play p;
    play_init(&p, &params);
    o.fault = play_all(&p, &root, collect, &o.text);
    o.steps = p.step_count;
    o.failed = p.failed_count;
    buf_put(&o.why, p.why.p, p.why.n);
    buf_put(&o.why, j.error.p, j.error.n);
    buf_put_u8(&o.text, 0);
    buf_put_u8(&o.why, 0);
    play_fini(&p);
    json_fini(&j);
    return o;
}

static void end(struct outcome_of_play *o)
{
    buf_fini(&o->text);
    buf_fini(&o->why);
}

static void expect_part(const struct buf *text, const char *part)
{
    if (strstr((const char *)text->p, part) == NULL) {
        FAIL("\"%s\" does not contain \"%s\"", (const char *)text->p, part);
    }
}

static void expect_passes(const char *text)
{
    for (u32 form = 0; form < 2; form++) {
        struct outcome_of_play o = play(text, (struct play_params){.form = (enum vm_form)form});
        if (o.fault != FAULT_NONE || o.failed > 0) {
            FAIL("%s%s", (const char *)o.why.p, (const char *)o.text.p);
        }
        end(&o);
    }
}

// A file of one failing step; the story says `part`.
static void expect_fails(const char *text, const char *part)
{
    struct outcome_of_play o = play(text, (struct play_params){.form = VM_EVM_NATIVE});
    EXPECT_EQ(o.fault, FAULT_NONE);
    EXPECT_EQ(o.failed, 1);
    expect_part(&o.text, part);
    end(&o);
}

static void expect_refused(const char *text, const char *part)
{
    struct outcome_of_play o = play(text, (struct play_params){.form = VM_EVM_NATIVE});
    EXPECT_EQ(o.fault, FAULT_BAD_INPUT);
    expect_part(&o.why, part);
    end(&o);
}

#define ALICE "\"accounts\": {\"alice\": {\"balance\": \"5e18\"}}, "
#define FILE_OF(steps) "{" ALICE "\"steps\": [" steps "]}"
// Returns its calldata: CALLDATASIZE PUSH0 PUSH0 CALLDATACOPY CALLDATASIZE PUSH0 RETURN
#define ECHO                                                                                       \
    "{\"do\": \"set_code\", \"account\": \"0x00000000000000000000000000000000000000ec\","          \
    "\"code\": \"0x365f5f37365ff3\"},"
#define CALL_ECHO "{\"do\": \"call\", \"to\": \"0x00000000000000000000000000000000000000ec\","

TEST(play, typed_values_are_encoded_as_the_contract_abi_says)
{
    expect_passes(FILE_OF(
        ECHO CALL_ECHO
        "\"input\": [\"f(uint8,int16,bool,bytes3,string,bytes)\", 255, \"-2\", true, \"0xabcd\","
        "\"hi\", [\"(uint256)\", \"1e3\"]], \"expect\": {\"output\": \"0x16daed94"
        "00000000000000000000000000000000000000000000000000000000000000ff"
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe"
        "0000000000000000000000000000000000000000000000000000000000000001"
        "abcd000000000000000000000000000000000000000000000000000000000000"
        "00000000000000000000000000000000000000000000000000000000000000c0"
        "0000000000000000000000000000000000000000000000000000000000000100"
        "0000000000000000000000000000000000000000000000000000000000000002"
        "6869000000000000000000000000000000000000000000000000000000000000"
        "0000000000000000000000000000000000000000000000000000000000000020"
        "00000000000000000000000000000000000000000000000000000000000003e8\"}}"));
}

TEST(play, names_stand_for_addresses_and_numbers)
{
    // keccak256("alice") ends with the address that alice has
    expect_passes(
        FILE_OF(ECHO CALL_ECHO
                "\"input\": [\"(address,uint256)\", \"$alice\", \"$alice\"], \"as\": \"same\","
                "\"expect\": {\"output\": [\"(uint256,address)\","
                "\"0x5dad7600c5d89fe3824ffa99ec1c3eb8bf3b0501\", \"$alice\"]}},"
                "{\"do\": \"set_balance\", \"account\": \"$same\", \"balance\": 7,"
                "\"expect\": {\"balances\": {\"$alice\": 7}}}"));
}

TEST(play, storage_keys_of_mappings_are_hashes)
{
    expect_passes(
        FILE_OF("{\"do\": \"set_storage\", \"account\": \"$alice\", \"storage\": {\"map(1,2)\": 3,"
                "\"map($alice,map(0x01,5))\": \"$alice\"}, \"expect\": {\"storage\": {\"$alice\": {"
                "\"0xd9d16d34ffb15ba3a3d852f0d403e2ce1d691fb54de27ac87cd2f993f3ec330f\": 0,"
                "\"map(1,2)\": 3, \"map($alice,map(1,5))\": \"$alice\", \"9\": 0}}}}"));
}

TEST(play, creations_bind_names_and_use_the_nonce)
{
    expect_passes(FILE_OF(
        // returns one byte of code: 00
        "{\"do\": \"deploy\", \"contract\": \"0x60015ff3\", \"as\": \"c\", \"expect\": {"
        "\"code\": {\"$c\": \"evm\", \"$alice\": \"none\"}, \"nonces\": {\"$alice\": 1, \"$c\": 1},"
        "\"created\": \"$c\"}},"
        "{\"do\": \"call\", \"to\": \"$c\", \"value\": \"1e18\", \"expect\": {\"balances\": {"
        "\"$c\": \"1000000000000000000\", \"$alice\": \"4e18\"}, \"gas_used\": 0,"
        "\"nonces\": {\"$alice\": 1}}}"));
}

TEST(play, events_are_compared_by_topics_and_data)
{
    // LOG2 with data of one word 7, topics from calldata
    expect_passes(
        FILE_OF("{\"do\": \"set_code\", \"account\": \"$alice\", \"code\":"
                "\"0x60075f526020355f3560205fa2\"},"
                "{\"do\": \"call\", \"to\": \"$alice\", \"input\": [\"(uint256,address)\","
                "\"0x543ba50a5eec5e6178218e364b1d0f396157b3c8fa278522c2cb7fd99407d474\","
                "\"0x00000000000000000000000000000000000000ec\"], \"expect\": {\"logs\": [{"
                "\"address\": \"$alice\", \"topics\": ["
                "\"0x543ba50a5eec5e6178218e364b1d0f396157b3c8fa278522c2cb7fd99407d474\","
                "\"0x00000000000000000000000000000000000000000000000000000000000000ec\"],"
                "\"data\": [\"(uint256)\", 7]}]}}"));
}

TEST(play, each_difference_is_told)
{
    expect_fails(
        FILE_OF("{\"do\": \"call\", \"to\": \"$alice\", \"expect\": {\"status\": \"halt\"}}"),
        "FAILED status: expected halt, was success");
    expect_fails(FILE_OF(ECHO CALL_ECHO "\"input\": \"0x01\", \"expect\": {\"output\": \"0x02\"}}"),
                 "FAILED output: expected 0x02, was 0x01");
    expect_fails(FILE_OF("{\"do\": \"call\", \"to\": \"$alice\", \"expect\": {\"logs\": [{"
                         "\"address\": \"$alice\"}]}}"),
                 "FAILED logs: expected 1, was 0");
    expect_fails(FILE_OF("{\"do\": \"note\", \"expect\": {\"balances\": {\"$alice\": 1}}}"),
                 "FAILED balance of $alice: expected 1, was 5000000000000000000");
    expect_fails(FILE_OF("{\"do\": \"note\", \"expect\": {\"storage\": {\"$alice\": {\"3\": 4}}}}"),
                 "FAILED storage of $alice[3]: expected 4, was 0");
    expect_fails(FILE_OF("{\"do\": \"note\", \"expect\": {\"code\": {\"$alice\": \"riscv\"}}}"),
                 "FAILED code of $alice: expected riscv, was none");
    expect_fails(FILE_OF("{\"do\": \"call\", \"to\": \"$alice\", \"expect\": {\"gas_used\": 5}}"),
                 "FAILED gas_used: expected 5, was 0");
    expect_fails(FILE_OF("{\"do\": \"deploy\", \"contract\": \"0xfe\", \"expect\": {"
                         "\"halt\": \"out_of_gas\"}}"),
                 "FAILED halt: expected out_of_gas, was invalid");
    expect_fails(FILE_OF("{\"do\": \"deploy\", \"contract\": \"0xfe\"}"),
                 "FAILED status: expected success, was halt: invalid");
    expect_fails(FILE_OF("{\"do\": \"call\", \"to\": \"$alice\", \"as\": \"x\"}"),
                 "FAILED as: expected an address in the output, was 0 bytes");
}

TEST(play, wrong_files_are_refused_with_their_place)
{
    expect_refused("[]", "not an object");
    expect_refused("{}", "steps");
    expect_refused("{\"steps\": [], \"stepps\": 1}", "stepps");
    expect_refused("{\"steps\": 5}", "steps: ");
    expect_refused("{\"fork\": \"moon\", \"steps\": []}", "fork: \"moon\" is not a fork");
    expect_refused("{\"hybrid\": {\"time\": 5}, \"steps\": []}", "hybrid.time: ");
    expect_refused("{\"accounts\": {\"a b\": {}}, \"steps\": []}", "is not a name");
    expect_refused("{\"accounts\": {\"a\": {\"balanc\": 5}}, \"steps\": []}", "accounts.a.balanc");
    expect_refused(FILE_OF("{\"do\": \"jump\"}"), "step 1: steps[0].do: \"jump\" is not one of");
    expect_refused(FILE_OF("{\"do\": \"note\", \"too\": 1}"), "step 1: steps[0].too: ");
    expect_refused(FILE_OF("{\"do\": \"note\"}, {\"do\": \"call\", \"name\": \"Bob calls\"}"),
                   "step 2 \"Bob calls\": steps[1]: member \"to\" is missing");
    expect_refused(FILE_OF("{\"do\": \"call\", \"to\": \"$bob\"}"), "nothing has this name");
    expect_refused(FILE_OF("{\"do\": \"call\", \"to\": \"$alice\", \"value\": \"6e18\"}"),
                   "value: is more than the sender has");
    expect_refused(
        FILE_OF("{\"do\": \"call\", \"to\": \"$alice\", \"input\": [\"f(uint8)\", 256]}"),
        "input[1]: does not fit uint8");
    expect_refused(
        FILE_OF("{\"do\": \"call\", \"to\": \"$alice\", \"input\": [\"f(int8)\", \"-129\"]}"),
        "does not fit int8");
    expect_refused(FILE_OF("{\"do\": \"call\", \"to\": \"$alice\", \"input\": [\"f(uint8)\"]}"),
                   "has 0 values for the 1 types");
    expect_refused(FILE_OF("{\"do\": \"call\", \"to\": \"$alice\", \"input\": [\"f(uint)\", 1]}"),
                   "has a type that is not one of");
    expect_refused(FILE_OF("{\"do\": \"deploy\", \"contract\": \"nofile\"}"),
                   "cannot be read here");
    expect_refused(FILE_OF("{\"do\": \"note\", \"expect\": {\"status\": \"success\"}}"),
                   "expect.status");
    expect_refused(
        FILE_OF("{\"do\": \"note\", \"expect\": {\"storage\": {\"$alice\": {\"map(1\": 1}}}}"),
        "is not a storage key");
    expect_refused(FILE_OF("{\"do\": \"note\", \"expect\": {\"storage\": {\"$alice\":"
                           "{\"map(1,2))\": 1}}}}"),
                   "brackets do not match");
    expect_refused("{\"steps\": [{\"do\": \"call\", \"to\":"
                   "\"0x00000000000000000000000000000000000000ec\"}]}",
                   "`from` is missing");
}

TEST(play, the_story_and_its_json_name_what_they_know)
{
    const char *text = FILE_OF("{\"do\": \"note\", \"name\": \"A heading\"}," ECHO CALL_ECHO
                               "\"name\": \"It echoes\", \"input\": [\"set(address,uint256)\","
                               "\"$alice\", 5]}");
    struct outcome_of_play o =
        play(text, (struct play_params){.form = VM_EVM_GUEST, .calls = true});
    EXPECT_EQ(o.failed, 0);
    EXPECT_EQ(o.steps, 3);
    expect_part(&o.text, "\nA heading\n");
    expect_part(&o.text, "   3  It echoes\n");
    expect_part(&o.text, "      returns set(alice, 5)\n");
    expect_part(&o.text,
                "      | call 0x00000000000000000000000000000000000000ec [EVM] set(alice, 5)");
    end(&o);
    o = play(text, (struct play_params){.form = VM_EVM_GUEST, .json = true, .only = 3});
    expect_part(&o.text, "{\"step\":3,\"name\":\"It echoes\",\"failed\":[],\"status\":\"success\"");
    EXPECT(strstr((const char *)o.text.p, "heading") == NULL);
    end(&o);
}

TEST(play, the_environment_can_be_changed_between_steps)
{
    // returns NUMBER
    expect_passes(
        FILE_OF("{\"do\": \"set_code\", \"account\": \"$alice\", \"code\": \"0x435f5260205ff3\"},"
                "{\"do\": \"call\", \"to\": \"$alice\", \"expect\": {\"output\":"
                "[\"(uint256)\", 1]}},"
                "{\"do\": \"set_env\", \"env\": {\"number\": 77}},"
                "{\"do\": \"call\", \"to\": \"$alice\", \"expect\": {\"output\":"
                "[\"(uint256)\", 77]}}"));
}
