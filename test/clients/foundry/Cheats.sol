// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// Those of forge's cheatcodes that are used here, at the address where forge answers them.
interface Cheats {
    function addr(uint256 key) external pure returns (address);
    function allowCheatcodes(address account) external;
    function computeCreateAddress(address deployer, uint256 nonce) external pure returns (address);
    function createSelectFork(string calldata url) external returns (uint256);
    function envAddress(string calldata name) external view returns (address);
    function envString(string calldata name) external view returns (string memory);
    function envUint(string calldata name) external view returns (uint256);
    function etch(address account, bytes calldata code) external;
    function expectRevert(bytes calldata output) external;
    function getNonce(address account) external view returns (uint64);
    function prank(address sender) external;
    function readFileBinary(string calldata path) external view returns (bytes memory);
    function rpc(string calldata method, string calldata parameters) external returns (bytes memory);
    function startBroadcast(uint256 key) external;
    function stopBroadcast() external;
    function toString(address value) external pure returns (string memory);
    function toString(bytes calldata value) external pure returns (string memory);
}

Cheats constant VM = Cheats(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
