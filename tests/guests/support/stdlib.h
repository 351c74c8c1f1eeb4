#pragma once
// As much of <stdlib.h> as generated bindings need; alloc.c has the functions.

#include <stddef.h>

void* malloc(size_t size);
void free(void* block);
void* realloc(void* block, size_t size);
_Noreturn void abort(void);
