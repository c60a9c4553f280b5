// Maps of an emulated module as a test sees them: the loader's user half on the machine's maps, and for streams simply
// what was sent.

import type { Kernel } from "../sys/kernel.js";
import type { Btf } from "../btf/types.js";
import { codecOf, bytesCodec, type Codec } from "../loader/codec.js";
import { openUserMap } from "../loader/map.js";
import type { MapSpec, ObjectSpec } from "../object/spec.js";
import { ByteReader } from "../util/bytes.js";
import type { Stream, StreamRecord } from "../vm/map-streams.js";
import type { Vm } from "../vm/vm.js";
import type { EmulatedEvents, EmulatedRecord } from "./types.js";

const isClosed = (): boolean => false;

export function openMaps(vm: Vm, spec: ObjectSpec, kernel: Kernel): Record<string, unknown> {
  const maps: Record<string, unknown> = {};
  spec.maps.forEach((map, fd) => {
    const stream = vm.machine.maps[fd]?.stream;
    maps[map.name] = stream ? openEvents(map, stream, spec.btf) : openUserMap(kernel, map, fd, spec.btf, isClosed);
  });
  return maps;
}

function openEvents(map: MapSpec, stream: Stream, btf: Btf | undefined): EmulatedEvents<unknown> {
  const codec = btf && map.eventTypeId !== undefined ? codecOf(btf, map.eventTypeId) : undefined;
  const decode = (record: StreamRecord): EmulatedRecord<unknown> => {
    const { cpu, timeNs } = record;
    return { event: decodeEvent(codec, record.bytes, map.name), cpu, timeNs };
  };
  return {
    name: map.name,
    get events() {
      return stream.records.map((record) => decode(record).event);
    },
    get records() {
      return stream.records.map(decode);
    },
    take() {
      return stream.records.splice(0).map((record) => decode(record).event);
    },
  };
}

/** A record without a type is bytes. One that is longer than its type has a part of a packet behind it. */
function decodeEvent(codec: Codec | undefined, bytes: Uint8Array<ArrayBuffer>, map: string): unknown {
  const fits = codec && bytes.length >= codec.sizeBytes ? codec : bytesCodec(bytes.length);
  return fits.decode(new ByteReader(bytes, `event of map "${map}"`), 0);
}
