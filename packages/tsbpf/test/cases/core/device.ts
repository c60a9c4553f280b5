// All thirteen kinds of CO-RE relocation on a made-up kernel type. The programs check themselves: 0 says that all was
// right, another number which check was not. The arguments say what differs from target to target.
import {
  bpfCoreEnumValue, bpfCoreEnumValueExists, bpfCoreFieldExists, bpfCoreFieldOffset, bpfCoreFieldSigned,
  bpfCoreFieldSize, bpfCoreTypeExists, bpfCoreTypeIdKernel, bpfCoreTypeIdLocal, bpfCoreTypeMatches, bpfCoreTypeSize,
  bpfCoreCast, rawTracepoint, u32, u64, type BitField, type Chars, type Enum, type FixedArray, type i32, type Ptr,
  type RawTracepointContext,
} from "tsbpf";

interface bpfCoreEnumDeviceState { readonly IDLE: 3; readonly BUSY: 4; readonly RETIRED: 5 }
interface bpfCoreEnumDeviceMask { readonly LOW: 1n; readonly HIGH: 2n; readonly RETIRED_MASK: 3n }
interface bpfCorePair { readonly a: u32; readonly b: u32 }
interface bpfCoreDevice {
  readonly id: u32;
  readonly delta: i32;
  readonly kind: BitField<u32, 5>;
  readonly bias: BitField<i32, 4>;
  readonly flag: BitField<boolean, 1>;
  readonly state: Enum<bpfCoreEnumDeviceState>;
  readonly wide: u64;
  readonly low: u32;
  readonly pairs: FixedArray<bpfCorePair, 4>;
  readonly name: Chars<8>;
  readonly next: Ptr<bpfCoreDevice>;
  readonly retired: u32;
}
interface bpfCoreDevice___newer { readonly extra: u64 }
interface bpfCoreDevice___wrong { readonly name: u64 }
interface bpfCoreRetiredType { readonly a: u32 }

type Target = [Ptr<bpfCoreDevice>, u32, u32, u32, u64, u32];

export const reads = rawTracepoint("sched_switch", (ctx: RawTracepointContext<Target>) => {
  const device = ctx.args[0];
  if (device.id !== 7) return 1;
  if (device.delta !== -3) return 2;
  if (device.kind !== 21) return 3;
  if (device.bias !== -5) return 4;
  if (!device.flag) return 5;
  if (device.state !== bpfCoreEnumValue<bpfCoreEnumDeviceState>("BUSY")) return 6;
  if (device.wide !== 0x123456789abcdefn) return 7;
  if (device.pairs[2].b !== 9) return 8;
  if (device.name[1] !== 0x62) return 9;
  if (device.next.id !== 8) return 10;
  if (device.next.next.delta !== -3) return 11;
  if (bpfCoreFieldExists(device.retired)) return device.retired + 12;
  const newer = bpfCoreCast<bpfCoreDevice___newer>(device);
  const hasExtra = bpfCoreFieldExists(newer.extra);
  if (hasExtra !== (ctx.args[5] === 1)) return 13;
  if (bpfCoreFieldExists(newer.extra)) {
    if (newer.extra !== 77n) return 14;
  }
  let sum = 0;
  for (let index = 0; index < 4; index++) sum += device.pairs[index & 3].a;
  return sum === 10 ? 0 : 15;
});

export const questions = rawTracepoint("sched_switch", (ctx: RawTracepointContext<Target>) => {
  const device = ctx.args[0];
  if (bpfCoreFieldOffset(device.id) !== ctx.args[1]) return 1;
  if (bpfCoreTypeSize<bpfCoreDevice>() !== ctx.args[2]) return 2;
  if (bpfCoreEnumValue<bpfCoreEnumDeviceState>("BUSY") !== ctx.args[3]) return 3;
  if (bpfCoreEnumValue<bpfCoreEnumDeviceMask>("HIGH") !== ctx.args[4]) return 4;
  if (bpfCoreFieldSize(device.name) !== 8 || bpfCoreFieldSize(device.wide) !== 8) return 5;
  if (bpfCoreFieldSigned(device.id) || !bpfCoreFieldSigned(device.delta)) return 6;
  if (!bpfCoreFieldExists(device.wide) || bpfCoreFieldExists(device.retired)) return 7;
  if (!bpfCoreTypeExists<bpfCoreDevice>() || bpfCoreTypeExists<bpfCoreRetiredType>()) return 8;
  if (!bpfCoreTypeMatches<bpfCorePair>() || bpfCoreTypeMatches<bpfCoreDevice___wrong>()) return 9;
  if (bpfCoreTypeIdLocal<bpfCoreDevice>() === bpfCoreTypeIdLocal<bpfCoreDevice___newer>()) return 10;
  if (bpfCoreTypeIdKernel<bpfCoreDevice>() !== bpfCoreTypeIdKernel<bpfCoreDevice___newer>()) return 11;
  if (bpfCoreTypeIdKernel<bpfCoreRetiredType>() !== 0 || bpfCoreTypeSize<bpfCoreRetiredType>() !== 0) return 12;
  if (!bpfCoreEnumValueExists<bpfCoreEnumDeviceState>("IDLE")) return 13;
  if (bpfCoreEnumValueExists<bpfCoreEnumDeviceState>("RETIRED")) return 14;
  if (bpfCoreEnumValueExists<bpfCoreEnumDeviceMask>("RETIRED_MASK")) return 15;
  if (bpfCoreFieldOffset(device.pairs[3].b) - bpfCoreFieldOffset(device.pairs) !== 28) return 16;
  if (bpfCoreFieldOffset(device.low) !== bpfCoreFieldOffset(device.wide)) return 17;
  return 0;
});
