// SPDX-License-Identifier: MIT
// Version of these headers. The library's own is hybrid_version(). Minor versions add, major
// versions (from 1 on) may remove; before 1.0 a minor version may do both.
#pragma once

#define HYBRID_VERSION_MAJOR 0
#define HYBRID_VERSION_MINOR 1
#define HYBRID_VERSION_PATCH 0
