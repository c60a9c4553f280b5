// Event streams: one reader over the rings of a perf event array or of a ring buffer. A wake-up costs more than a
// thousand records, so after events were read the rings are left alone for a while and then drained again; only
// when they were empty is the kernel asked to wake this process.

import type { Kernel, Watch } from "../sys/kernel.js";
import { LoaderError, systemError } from "./errors.js";
import type { EventRecord, EventStream, EventStreamOptions, ReadOptions } from "./types.js";

/** The rings of one map, open. */
export interface Rings<T> {
  /** Become readable when there is something to drain. */
  readonly pollFds: readonly number[];
  /** Appends what is there now. Gives the number of records taken, those that are not shown included. */
  drain(into: EventRecord<T>[], last: boolean): number;
  /** There is something to drain of which the kernel may have told nobody. */
  mayBeSilent(): boolean;
  /** Unmaps and closes; nothing may be drained afterwards. */
  close(): void;
}

export type OpenRings<T> = (options: EventStreamOptions) => Rings<T>;

const DEFAULT_LATENCY_MS = 20;

export function createEventStream<T>(name: string, kernel: Kernel, openRings: OpenRings<T>): EventStream<T> {
  return new RingStream(name, kernel, openRings);
}

class RingStream<T> implements EventStream<T> {
  readonly name: string;
  lost = 0;
  readonly #kernel: Kernel;
  readonly #openRings: OpenRings<T>;
  #rings: Rings<T> | undefined;
  #epollFd = -1;
  #watch: Watch | undefined;
  #reading = false;
  #closed = false;
  #warned = false;
  /** Ends the current wait. */
  #wake: (() => void) | undefined;

  constructor(name: string, kernel: Kernel, openRings: OpenRings<T>) {
    this.name = name;
    this.#kernel = kernel;
    this.#openRings = openRings;
  }

  open(options: EventStreamOptions = {}): void {
    if (this.#closed) throw new LoaderError("ERR_CLOSED", `open events of map "${this.name}": the object is closed`);
    if (this.#rings) return;
    this.#rings = this.#openRings(options);
    try {
      this.#openWatch(this.#rings);
    } catch (error) {
      this.#closeRings();
      throw error;
    }
  }

  batches(options: ReadOptions = {}): AsyncGenerator<readonly EventRecord<T>[], void, void> {
    this.#checkNotRead();
    this.open(options);
    return this.#read(options);
  }

  async *records(options: ReadOptions = {}): AsyncGenerator<EventRecord<T>, void, void> {
    for await (const batch of this.batches(options)) yield* batch;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for await (const batch of this.batches()) {
      for (const record of batch) {
        if (record.kind === "event") yield record.event;
        else this.#warnOnce(record.count);
      }
    }
  }

  close(): void {
    this.#closed = true;
    this.#closeRings();
    this.#wakeUp();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  async *#read(options: ReadOptions): AsyncGenerator<readonly EventRecord<T>[], void, void> {
    // Asked again: two readers may have been made before either began.
    this.#checkNotRead();
    this.#reading = true;
    const { signal, latencyMs = DEFAULT_LATENCY_MS } = options;
    const wakeUp = (): void => this.#wakeUp();
    signal?.addEventListener("abort", wakeUp);
    try {
      while (this.#rings) {
        const last = signal?.aborted ?? false;
        const records: EventRecord<T>[] = [];
        const taken = this.#rings.drain(records, last);
        for (const record of records) if (record.kind === "lost") this.lost += record.count;
        if (records.length > 0) yield records;
        if (last || this.#closed) return;
        if (signal?.aborted) continue;
        await (taken > 0 ? this.#pause(latencyMs) : this.#readable());
      }
    } finally {
      signal?.removeEventListener("abort", wakeUp);
      this.#reading = false;
      this.#closeRings();
    }
  }

  #checkNotRead(): void {
    if (!this.#reading) return;
    throw new LoaderError("ERR_EVENTS", `read events of map "${this.name}": they are being read already`);
  }

  #openWatch(rings: Rings<T>): void {
    const epollFd = this.#kernel.epollCreate();
    if (epollFd < 0) throw systemError("ERR_EVENTS", `watch events of map "${this.name}"`, epollFd);
    this.#epollFd = epollFd;
    for (const fd of rings.pollFds) {
      const status = this.#kernel.epollAdd(epollFd, fd);
      if (status < 0) throw systemError("ERR_EVENTS", `watch events of map "${this.name}"`, status);
    }
    this.#watch = this.#kernel.watch(epollFd, () => this.#wakeUp());
  }

  #closeRings(): void {
    this.#watch?.close();
    this.#watch = undefined;
    if (this.#epollFd >= 0) this.#kernel.close(this.#epollFd);
    this.#epollFd = -1;
    this.#rings?.close();
    this.#rings = undefined;
  }

  #wakeUp(): void {
    this.#wake?.();
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.#wake = done;
    });
  }

  #readable(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#watch?.stop();
        this.#wake = undefined;
        resolve();
      };
      this.#wake = done;
      this.#watch?.start();
      // The watch begins when the event loop next polls, which is between these two at the latest.
      setImmediate(() =>
        setImmediate(() => {
          if (this.#wake === done && this.#rings?.mayBeSilent()) done();
        }),
      );
    });
  }

  #warnOnce(count: number): void {
    if (this.#warned) return;
    this.#warned = true;
    process.emitWarning(
      `${count} events of map "${this.name}" were lost: they come faster than they are read ` +
        `(open it with more pages; its property "lost" counts them, and records() shows them)`,
      { type: "LostEventsWarning", code: "TSBPF_LOST_EVENTS" },
    );
  }
}
