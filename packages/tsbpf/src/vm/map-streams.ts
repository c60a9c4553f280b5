// Maps without keys: queues and stacks, and what perf event arrays and ring buffers carry to user space.

import { EXIST, ErrorNumber } from "./map-entries.js";

/** Results are 0 or a negated errno. */
export interface Queue {
  push(value: Uint8Array<ArrayBuffer>, flags: number): number;
  /** The next value, which stays when `remove` is false. */
  take(remove: boolean): Uint8Array<ArrayBuffer> | undefined;
  readonly length: number;
}

export function createQueue(maxEntries: number, lastFirst: boolean): Queue {
  const values: Uint8Array<ArrayBuffer>[] = [];
  return {
    push(value, flags) {
      if (flags !== 0 && flags !== EXIST) return ErrorNumber.EINVAL;
      if (values.length >= maxEntries) {
        if (flags !== EXIST) return ErrorNumber.E2BIG;
        // BPF_EXIST makes room by dropping the oldest (queue_stack_map_push_elem, kernel/bpf/queue_stack_maps.c).
        values.shift();
      }
      values.push(value);
      return 0;
    },
    take(remove) {
      const at = lastFirst ? values.length - 1 : 0;
      const value = values[at];
      if (value && remove) values.splice(at, 1);
      return value?.slice();
    },
    get length() {
      return values.length;
    },
  };
}

export interface StreamRecord {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly cpu: number;
  readonly timeNs: bigint;
}

/** A record of a ring buffer that a program fills in place. */
export interface Reservation {
  readonly region: number;
  readonly insnIndex: number;
  readonly turn: Turn;
}

/** The place of a record in the ring: it was sent, discarded, or is still being filled. */
export interface Turn {
  record: StreamRecord | "discarded" | "busy";
}

export interface Stream {
  /** What was sent and not taken yet. */
  readonly records: StreamRecord[];
  /** Records of a ring behind one that is being filled, and that one: a reader gets them in the order of this list. */
  readonly turns: Turn[];
  /** Records that are reserved, by region. */
  readonly reserved: Map<number, Reservation>;
  /** Size of the ring in bytes; 0: it has no limit. */
  readonly ringBytes: number;
  /** Bytes of the ring that are in use since the reader was there last. */
  usedBytes: number;
  /** All bytes ever used. */
  producedBytes: number;
}

export function createStream(ringBytes: number): Stream {
  return { records: [], turns: [], reserved: new Map(), ringBytes, usedBytes: 0, producedBytes: 0 };
}

/** Takes room for a record: its bytes, a header of eight, and up to a multiple of eight. False: there is none. */
export function takeRoom(stream: Stream, sizeBytes: number): boolean {
  const HEADER_BYTES = 8;
  const needed = Math.ceil((sizeBytes + HEADER_BYTES) / 8) * 8;
  // The ring is never filled to the last byte (__bpf_ringbuf_reserve, kernel/bpf/ringbuf.c).
  if (stream.usedBytes + needed > stream.ringBytes - 1) return false;
  stream.usedBytes += needed;
  stream.producedBytes += needed;
  return true;
}

/** A record whose content is there at once. In a ring it waits for those that were reserved before it. */
export function sendRecord(stream: Stream, record: StreamRecord): void {
  if (stream.turns.length === 0) stream.records.push(record);
  else stream.turns.push({ record });
}

/** The next place in the ring, which holds back what is sent behind it until {@link endTurn}. */
export function beginTurn(stream: Stream): Turn {
  const turn: Turn = { record: "busy" };
  stream.turns.push(turn);
  return turn;
}

/** Hands on what now has nothing before it that is being filled. */
export function endTurn(stream: Stream, turn: Turn, record: StreamRecord | "discarded"): void {
  turn.record = record;
  for (let first = stream.turns[0]; first && first.record !== "busy"; first = stream.turns[0]) {
    stream.turns.shift();
    if (first.record !== "discarded") stream.records.push(first.record);
  }
}
