// SPDX-License-Identifier: MIT
// The commands of the contract workflow, for the table of main_hybrid.c.
#pragma once

int cmd_new(int argc, char **argv);
int cmd_build(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_test(int argc, char **argv);
int cmd_deploy(int argc, char **argv);
int cmd_call(int argc, char **argv);
int cmd_send(int argc, char **argv);
int cmd_rpc(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_abi_encode(int argc, char **argv);
int cmd_abi_decode(int argc, char **argv);
int cmd_abi_selector(int argc, char **argv);
int cmd_abi_list(int argc, char **argv);
int cmd_account_new(int argc, char **argv);
int cmd_account_list(int argc, char **argv);
int cmd_account_import(int argc, char **argv);
int cmd_account_export(int argc, char **argv);
int cmd_account_derive(int argc, char **argv);
