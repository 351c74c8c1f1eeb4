#pragma once
// As much of <string.h> as generated bindings need; alloc.c has the functions.

#include <stddef.h>

void* memcpy(void* restrict to, const void* restrict from, size_t size);
void* memset(void* to, int byte, size_t size);
size_t strlen(const char* text);
