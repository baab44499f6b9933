// SPDX-License-Identifier: MIT
// Inside of core/chain's configuration: the table of activations as data.
#pragma once

#include "core/chain/config.h"

enum activation_change {
    CHANGE_RULES,
    CHANGE_DAO,
    CHANGE_NONE,
};

enum activation_need {
    NEED_MUST,
    NEED_MAY,
};

struct activation_row {
    const char *member;
    enum activation by;
    enum fork fork;
    enum activation_change change;
    enum activation_need need;
    u64 bomb;          // blocks; 0: as before
    const char *blobs; // member of blobSchedule; NULL: none
};

extern const struct activation_row activation_rows[ACTIVATION_COUNT];
