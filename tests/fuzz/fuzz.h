/*
 * fuzz - what a fuzz target is: a function that takes any bytes.
 *
 * Built with libFuzzer (-Dfuzz=true) it is called with ever new inputs; else
 * fuzz_main.c calls it with each file of its corpus.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's name for it. 0, always. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#endif
