// What the binding reports of the blocks that large-blocks.cc holds.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Bytes in large blocks now, and the most there were since the start or the last reset.
void midbench_large_blocks(uint64_t* bytes, uint64_t* peak_bytes);
void midbench_reset_large_blocks_peak();

// Gives freed blocks that are kept for reuse back to the kernel.
void midbench_release_kept_blocks();
