// What the C twins share: the kernel's types as bpftool writes them, and libbpf's macros.

#pragma once

#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define inline_always static inline __attribute__((always_inline))

#define HASH_MAP(NAME, KEY, VALUE, ENTRIES) \
  struct {                                  \
    __uint(type, BPF_MAP_TYPE_HASH);        \
    __uint(max_entries, ENTRIES);           \
    __type(key, KEY);                       \
    __type(value, VALUE);                   \
  } NAME SEC(".maps")

#define LRU_HASH_MAP(NAME, KEY, VALUE, ENTRIES) \
  struct {                                      \
    __uint(type, BPF_MAP_TYPE_LRU_HASH);        \
    __uint(max_entries, ENTRIES);               \
    __type(key, KEY);                           \
    __type(value, VALUE);                       \
  } NAME SEC(".maps")

#define PER_CPU_HASH_MAP(NAME, KEY, VALUE, ENTRIES) \
  struct {                                          \
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);         \
    __uint(max_entries, ENTRIES);                   \
    __type(key, KEY);                               \
    __type(value, VALUE);                           \
  } NAME SEC(".maps")

#define ARRAY_MAP(NAME, VALUE, ENTRIES) \
  struct {                              \
    __uint(type, BPF_MAP_TYPE_ARRAY);   \
    __uint(max_entries, ENTRIES);       \
    __type(key, u32);                   \
    __type(value, VALUE);               \
  } NAME SEC(".maps")

#define PER_CPU_ARRAY(NAME, VALUE, ENTRIES)  \
  struct {                                   \
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); \
    __uint(max_entries, ENTRIES);            \
    __type(key, u32);                        \
    __type(value, VALUE);                    \
  } NAME SEC(".maps")

#define RING_BUFFER(NAME, BYTES)        \
  struct {                              \
    __uint(type, BPF_MAP_TYPE_RINGBUF); \
    __uint(max_entries, BYTES);         \
  } NAME SEC(".maps")

#define PERF_EVENT_ARRAY(NAME)                   \
  struct {                                       \
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); \
    __uint(key_size, sizeof(u32));               \
    __uint(value_size, sizeof(u32));             \
  } NAME SEC(".maps")

#define GPL char _license[] SEC("license") = "GPL"
