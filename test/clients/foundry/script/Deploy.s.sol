// SPDX-License-Identifier: MIT
// Deploys a token of each kind and moves some of both. forge runs a script in an EVM of its own before it sends what it
// recorded; there creating and calling RISC-V code fails, so such a step must not be checked in the script, and what is
// sent is not simulated (--skip-simulation).
pragma solidity 0.8.37;

import {Token} from "demo/Token.sol";
import {VM} from "../Cheats.sol";

contract Deploy {
    function run() external {
        uint256 key = VM.envUint("KEY");
        address from = VM.addr(key);
        address to = VM.envAddress("RECEIVER");
        bytes memory container = VM.readFileBinary(VM.envString("CONTAINER"));
        VM.startBroadcast(key);
        new Token("Script", "SCR", 1000).transfer(to, 7);
        address riscv = VM.computeCreateAddress(from, VM.getNonce(from));
        create(bytes.concat(container, abi.encode("Script", "SCR", 1000)));
        // Nothing is there for forge; what is sent finds the contract.
        (bool ignored, ) = riscv.call(abi.encodeWithSignature("transfer(address,uint256)", to, 8));
        ignored;
        VM.stopBroadcast();
    }

    // The created address is 0 in forge's EVM.
    function create(bytes memory initCode) private {
        assembly {
            pop(create(0, add(initCode, 32), mload(initCode)))
        }
    }
}
