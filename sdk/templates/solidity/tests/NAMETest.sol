// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.20;

import {NAME} from "../contracts/NAME.sol";

// Run by `hybrid test`: each function whose name begins with test, after setUp, on a fresh state.
contract NAMETest {
    NAME counter;

    function setUp() public {
        counter = new NAME(5);
    }

    function testBeginsWhereTheConstructorSays() public view {
        require(counter.count() == 5, "count");
    }

    function testIncrementsByOne() public {
        require(counter.increment() == 6, "first");
        require(counter.increment() == 7, "second");
    }

    function testDoesNotWrapAround() public {
        try counter.add(type(uint256).max) {
            revert("it wrapped around");
        } catch {}
        require(counter.count() == 5, "count");
    }
}
