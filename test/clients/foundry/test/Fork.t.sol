// SPDX-License-Identifier: MIT
// What a fork of a hybrid chain can do in forge: EVM code runs in forge's own EVM, RISC-V code does not; the node can be
// asked for it.
pragma solidity 0.8.37;

import {Token} from "demo/Token.sol";
import {VM} from "../Cheats.sol";

// Stands at the address of a RISC-V contract in a fork and lets the node answer: calls see the chain, not what the test
// has changed, and change nothing.
contract Asked {
    fallback(bytes calldata input) external returns (bytes memory) {
        string memory call = string.concat(
            '[{"from":"', VM.toString(msg.sender), '","to":"', VM.toString(address(this)), '","data":"', VM.toString(input), '"},"latest"]'
        );
        return VM.rpc("eth_call", call);
    }
}

contract ForkTest {
    address constant HOLDER = 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266;
    address constant OTHER = 0x00000000000000000000000000000000000A11cE;

    Token evm = Token(VM.envAddress("EVM_TOKEN"));
    Token riscv = Token(VM.envAddress("RISCV_TOKEN"));

    function setUp() external {
        VM.createSelectFork(VM.envString("ETH_RPC_URL"));
    }

    function test_state_of_the_node_is_seen() external view {
        require(block.chainid == 33500, "chain id");
        require(evm.totalSupply() == 1000, "supply");
        require(evm.balanceOf(HOLDER) == 1000, "balance");
        require(address(riscv).code.length > 0 && address(riscv).code[0] == 0xff, "code of a RISC-V contract");
    }

    function test_evm_code_runs_in_the_fork() external {
        VM.prank(HOLDER);
        require(evm.transfer(OTHER, 400), "transfer");
        require(evm.balanceOf(OTHER) == 400, "balance");
        VM.prank(OTHER);
        VM.expectRevert(abi.encodeWithSignature("ERC20InsufficientBalance(address,uint256,uint256)", OTHER, 400, 401));
        evm.transfer(HOLDER, 401);
    }

    // 0xFF, with which images begin, is SELFDESTRUCT to an EVM; nothing is on the stack for it.
    function test_riscv_code_fails_in_the_fork() external view {
        (bool success, bytes memory output) = address(riscv).staticcall{gas: 100000}(abi.encodeCall(riscv.totalSupply, ()));
        require(!success && output.length == 0, "it ran");
    }

    function test_riscv_code_runs_in_the_node() external {
        VM.allowCheatcodes(address(riscv));
        VM.etch(address(riscv), type(Asked).runtimeCode);
        require(riscv.totalSupply() == 1000, "supply");
        require(riscv.balanceOf(HOLDER) == 1000, "balance");
        require(evm.balanceIn(address(riscv), HOLDER) == 1000, "asked by EVM code of the chain");
        require(keccak256(bytes(riscv.name())) == keccak256("Gold"), "name");
    }
}
