// SPDX-License-Identifier: MIT
// The files of web/ as they are, each between two symbols; node/net/page.c has their table.
    .section .rodata.page, "a"

    .macro page_file name, path
    .globl page_\name, page_\name\()_end
    .hidden page_\name, page_\name\()_end
page_\name:
    .incbin "\path"
page_\name\()_end:
    .endm

    page_file index, "web/index.html"
    page_file style, "web/style.css"
    page_file icon, "web/icon.svg"
    page_file app, "web/app.js"
    page_file account, "web/account.js"
    page_file abi, "web/abi.js"
    page_file calls, "web/calls.js"
    page_file dom, "web/dom.js"
    page_file rpc, "web/rpc.js"

    .section .note.GNU-stack, "", %progbits
