// What the binding reports of the blocks that large-blocks.cc holds.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Bytes in large blocks now, and the most there were since the start or the last reset.
void midbench_large_blocks(uint64_t* bytes, uint64_t* peak_bytes);
void midbench_reset_large_blocks_peak();

// Refuses, as a machine without memory does, what would make large blocks in use more than so many bytes.
void midbench_limit_large_blocks(uint64_t bytes);

// Gives freed blocks that are kept for reuse back to the kernel.
void midbench_release_kept_blocks();
