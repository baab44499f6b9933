// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.20;

// Of another counter, whichever kind of contract it is.
interface Counts {
    function increment() external returns (uint256);
}

// A counter that anybody may move on.
contract NAME {
    uint256 public count;

    event Counted(address indexed by, uint256 count);

    constructor(uint256 start) {
        count = start;
    }

    function increment() external returns (uint256) {
        return add(1);
    }

    function add(uint256 amount) public returns (uint256) {
        count += amount;
        emit Counted(msg.sender, count);
        return count;
    }

    // Moves on another counter and returns its count.
    function ask(address counter) external returns (uint256) {
        return Counts(counter).increment();
    }
}
