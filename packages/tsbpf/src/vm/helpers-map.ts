// Helpers on maps: entries, queues, task storage, and the calls of a function for every entry.

import { readablePlace, writablePlaceForHelper } from "./access.js";
import { helperFault } from "./core.js";
import {
  argBig,
  argHi,
  argLo,
  argMap,
  giveInt,
  giveRegion,
  type HelperTable,
  isNull,
  type Machine,
} from "./machine.js";
import { type Entries, ErrorNumber } from "./map-entries.js";
import type { Queue } from "./map-streams.js";
import type { VmMap } from "./maps.js";
import { addRegion, killRegion, regionBytes, regionHi, REGION_LO, retireRegion } from "./memory.js";
import { callAddress } from "./runtime.js";

export const mapHelpers: HelperTable = {
  bpf_map_lookup_elem(machine) {
    const { entries, map } = entriesArg(machine);
    const at = keyPlace(machine, map);
    const region = entries.find(machine.memory.u8, at);
    machine.hi = region < 0 ? 0 : regionHi(region);
    return region < 0 ? 0 : REGION_LO;
  },
  bpf_map_lookup_percpu_elem(machine) {
    const { entries, map } = entriesArg(machine);
    const cpu = argLo(machine, 2) >>> 0;
    if (cpu >= machine.world.cpuCount) return giveRegion(machine, -1);
    return giveRegion(machine, entries.findOn(machine.memory.u8, keyPlace(machine, map), cpu));
  },
  bpf_map_update_elem(machine) {
    const { entries, map } = entriesArg(machine);
    const keyAt = keyPlace(machine, map);
    const valueAt = readablePlace(
      machine,
      "read of the value of",
      argLo(machine, 2),
      argHi(machine, 2),
      map.spec.valueSize,
    );
    const { u8 } = machine.memory;
    return giveInt(machine, entries.update(u8, keyAt, u8, valueAt, flagsArg(machine, 3)));
  },
  bpf_map_delete_elem(machine) {
    const { entries, map } = entriesArg(machine);
    return giveInt(machine, entries.remove(machine.memory.u8, keyPlace(machine, map)));
  },
  bpf_map_push_elem(machine) {
    const { map, queue } = queueArg(machine);
    const at = readablePlace(machine, "read of the value of", argLo(machine, 1), argHi(machine, 1), map.spec.valueSize);
    const value = machine.memory.u8.slice(at, at + map.spec.valueSize);
    return giveInt(machine, queue.push(value, flagsArg(machine, 2)));
  },
  bpf_map_pop_elem: (machine) => takeFromQueue(machine, true),
  bpf_map_peek_elem: (machine) => takeFromQueue(machine, false),
  bpf_for_each_map_elem: forEachEntry,
  bpf_task_storage_get(machine) {
    const { map, storage } = storageArg(machine);
    const F_CREATE = 1;
    if (isNull(machine, 1)) return giveRegion(machine, -1);
    const task = argBig(machine, 1);
    const known = storage.get(task);
    if (known !== undefined) return giveRegion(machine, known);
    if (flagsArg(machine, 3) !== F_CREATE) return giveRegion(machine, -1);
    const region = addRegion(machine.memory, "map value", `a value of map "${map.spec.name}"`, map.spec.valueSize);
    storage.set(task, region);
    if (!isNull(machine, 2)) {
      const size = map.spec.valueSize;
      const at = readablePlace(machine, "read of the value of", argLo(machine, 2), argHi(machine, 2), size);
      regionBytes(machine.memory, region).set(machine.memory.u8.slice(at, at + size));
    }
    return giveRegion(machine, region);
  },
  bpf_task_storage_delete(machine) {
    const { storage } = storageArg(machine);
    const region = storage.get(argBig(machine, 1));
    if (region === undefined) return giveInt(machine, ErrorNumber.ENOENT);
    storage.delete(argBig(machine, 1));
    retireRegion(machine.memory, region);
    return giveInt(machine, 0);
  },
};

/** A function that the caller leaves for a user's own table: what it gives when a map is of another kind. */
function wrongKind(machine: Machine, map: VmMap): never {
  return helperFault(machine, `map "${map.spec.name}" is not of a kind that this helper takes`);
}

function entriesArg(machine: Machine): { readonly map: VmMap; readonly entries: Entries } {
  const map = argMap(machine, 0);
  return { map, entries: map.entries ?? wrongKind(machine, map) };
}

function queueArg(machine: Machine): { readonly map: VmMap; readonly queue: Queue } {
  const map = argMap(machine, 0);
  return { map, queue: map.queue ?? wrongKind(machine, map) };
}

function storageArg(machine: Machine): { readonly map: VmMap; readonly storage: Map<bigint, number> } {
  const map = argMap(machine, 0);
  return { map, storage: map.storage ?? wrongKind(machine, map) };
}

function keyPlace(machine: Machine, map: VmMap): number {
  return readablePlace(machine, "read of the key of", argLo(machine, 1), argHi(machine, 1), map.spec.keySize);
}

/** Flags are small; anything else is one that does not exist. */
function flagsArg(machine: Machine, index: number): number {
  return argHi(machine, index) === 0 && argLo(machine, index) >= 0 ? argLo(machine, index) : 0x7fffffff;
}

function takeFromQueue(machine: Machine, remove: boolean): number {
  const { map, queue } = queueArg(machine);
  const size = map.spec.valueSize;
  const at = writablePlaceForHelper(machine, "write of the value of", argLo(machine, 1), argHi(machine, 1), size);
  const value = queue.take(remove);
  // An empty queue gives zeros, too (__queue_map_get, kernel/bpf/queue_stack_maps.c).
  machine.memory.u8.fill(0, at, at + size);
  if (!value) return giveInt(machine, ErrorNumber.ENOENT);
  machine.memory.u8.set(value, at);
  return giveInt(machine, 0);
}

/** callback(map, key, value, ctx); it ends the walk with 1. Gives the number of entries that were visited. */
function forEachEntry(machine: Machine): number {
  const { map, entries } = entriesArg(machine);
  if (flagsArg(machine, 3) !== 0) return giveInt(machine, ErrorNumber.EINVAL);
  const [callLo, callHi] = [argLo(machine, 1), argHi(machine, 1)];
  const [mapLo, mapHi] = [argLo(machine, 0), argHi(machine, 0)];
  const [ctxLo, ctxHi] = [argLo(machine, 2), argHi(machine, 2)];
  const keyRegion = addRegion(machine.memory, "map value", `a key of map "${map.spec.name}"`, map.spec.keySize, {
    readOnly: true,
  });
  let visited = 0;
  for (const key of entries.keys()) {
    // The walk is no use of an entry, as a lookup is one.
    const regions = entries.regions(key, 0) ?? [];
    const value = regions[regions.length > 1 ? machine.world.cpu : 0];
    // Deleted by the callback since the walk began.
    if (value === undefined) continue;
    regionBytes(machine.memory, keyRegion).set(key);
    visited++;
    const halves = [mapLo, mapHi, REGION_LO, regionHi(keyRegion), REGION_LO, regionHi(value), ctxLo, ctxHi];
    const stop = callAddress(machine, callLo, callHi, halves);
    if ((stop | machine.hi) !== 0) break;
  }
  killRegion(machine.memory, keyRegion);
  return giveInt(machine, visited);
}
