// SPDX-License-Identifier: MIT
// Does nothing and returns nothing: what a frame costs at least.
#include "hybrid.h"

void contract_main(void)
{
}
