// SPDX-License-Identifier: MIT
// The demo's Solidity token: OpenZeppelin's ERC-20, and ways to act on contracts of whichever kind. demo/token.c has
// the same interface in C. Storage: 0 balances, 1 allowances, 2 total supply, 3 name, 4 symbol.
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

contract Token is ERC20 {
    constructor(string memory name_, string memory symbol_, uint256 supply) ERC20(name_, symbol_) {
        _mint(msg.sender, supply);
    }

    // What `who` holds in another token.
    function balanceIn(address token, address who) external view returns (uint256) {
        return IERC20(token).balanceOf(who);
    }

    // Pays out of what this contract holds in another token.
    function pay(address token, address to, uint256 amount) external returns (bool) {
        return IERC20(token).transfer(to, amount);
    }

    // Takes from an account that allowed it.
    function pull(address token, address from, uint256 amount) external returns (bool) {
        return IERC20(token).transferFrom(from, address(this), amount);
    }

    // Calls a contract and ends as it does.
    function forward(address to, bytes calldata input) external {
        (bool success, ) = to.call(input);
        end(success);
    }

    // Runs another contract's code on this contract's storage and ends as it does.
    function delegate(address to, bytes calldata input) external {
        (bool success, ) = to.delegatecall(input);
        end(success);
    }

    // Creates a contract from init code of either kind.
    function create(bytes memory initCode) external returns (address created) {
        assembly {
            created := create(0, add(initCode, 32), mload(initCode))
        }
        if (created == address(0)) {
            end(false);
        }
    }

    // Ends with the return data of the last call.
    function end(bool success) private pure {
        assembly {
            returndatacopy(0, 0, returndatasize())
            if success {
                return(0, returndatasize())
            }
            revert(0, returndatasize())
        }
    }
}
