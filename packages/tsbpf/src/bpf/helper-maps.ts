// Which kinds of maps a helper takes (check_map_func_compatibility in kernel/bpf/verifier.c), and which maps a program
// that may wait can use (check_map_prog_compatibility there). Names are those of map-kinds.ts.

import { mapKinds } from "./map-kinds.js";

const keyed = mapKinds.map(({ name }) => name).filter((name) => /(?:^|_)(?:hash|array|trie)$/.test(name));
const entries = keyed.filter((name) => !/^(?:prog|perf_event|cgroup|reuseport_sock)_?array$|of_maps$/.test(name));

const perfEvents = ["perf_event_array"];
const rings = ["ringbuf"];
const sequences = ["queue", "stack"];
const cgroups = ["cgroup_array"];
const redirections = ["devmap", "devmap_hash", "cpumap", "xskmap"];

/** By the kernel's name of the helper. A helper with a map that is not here takes none of today's maps. */
const kindsByHelper: Readonly<Record<string, readonly string[]>> = {
  bpf_map_lookup_elem: entries,
  bpf_map_update_elem: entries,
  bpf_map_delete_elem: entries,
  bpf_map_lookup_percpu_elem: ["percpu_array", "percpu_hash", "lru_percpu_hash"],
  bpf_for_each_map_elem: ["array", "percpu_array", "hash", "percpu_hash", "lru_hash", "lru_percpu_hash"],
  bpf_map_push_elem: [...sequences, "bloom_filter"],
  bpf_map_pop_elem: sequences,
  bpf_map_peek_elem: [...sequences, "bloom_filter"],
  bpf_tail_call: ["prog_array"],
  bpf_get_stackid: ["stack_trace"],
  bpf_perf_event_read: perfEvents,
  bpf_perf_event_read_value: perfEvents,
  bpf_perf_event_output: perfEvents,
  bpf_skb_output: perfEvents,
  bpf_xdp_output: perfEvents,
  bpf_ringbuf_output: rings,
  bpf_ringbuf_reserve: rings,
  bpf_ringbuf_query: rings,
  bpf_ringbuf_reserve_dynptr: rings,
  bpf_user_ringbuf_drain: ["user_ringbuf"],
  bpf_skb_under_cgroup: cgroups,
  bpf_current_task_under_cgroup: cgroups,
  bpf_redirect_map: redirections,
  bpf_sk_redirect_map: ["sockmap"],
  bpf_msg_redirect_map: ["sockmap"],
  bpf_sock_map_update: ["sockmap"],
  bpf_sk_redirect_hash: ["sockhash"],
  bpf_msg_redirect_hash: ["sockhash"],
  bpf_sock_hash_update: ["sockhash"],
  bpf_sk_select_reuseport: ["reuseport_sockarray", "sockmap", "sockhash"],
  bpf_get_local_storage: ["cgroup_storage", "percpu_cgroup_storage"],
  bpf_sk_storage_get: ["sk_storage"],
  bpf_sk_storage_delete: ["sk_storage"],
  bpf_inode_storage_get: ["inode_storage"],
  bpf_inode_storage_delete: ["inode_storage"],
  bpf_task_storage_get: ["task_storage"],
  bpf_task_storage_delete: ["task_storage"],
  bpf_cgrp_storage_get: ["cgrp_storage"],
  bpf_cgrp_storage_delete: ["cgrp_storage"],
};

export function mapKindsOfHelper(helper: string): readonly string[] {
  return kindsByHelper[helper] ?? [];
}

/** Every kernel with such programs lets them use these. */
export const sleepableMapKinds: readonly string[] = [
  "hash",
  "lru_hash",
  "percpu_hash",
  "lru_percpu_hash",
  "array",
  "percpu_array",
  "ringbuf",
  "task_storage",
];
