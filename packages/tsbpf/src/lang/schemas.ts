// Schemas: the value types of a program as ordinary constants. A scalar's schema converts, a struct's makes a value.

import type {
  BoolSchema,
  Bytes,
  Chars,
  DecodedStruct,
  Fields,
  FixedArray,
  Layout,
  Scalar,
  Schema,
  StructInit,
  StructSchema,
  StructValue,
  Flavor,
} from "./types.js";
import { convertInt, structValue } from "./values.js";

function scalar<Kernel extends number | bigint, Decoded>(
  bits: 8 | 16 | 32 | 64,
  signed: boolean,
): Scalar<Kernel, Decoded> {
  const convert = (value: number | bigint | boolean): Kernel => convertInt(bits, signed, value) as Kernel;
  const layout: Layout = { kind: "int", bits, signed };
  return Object.assign(convert, { layout });
}

/** An unsigned 8-bit integer: a field's type, and the conversion to it. */
export const u8: Scalar<u8, number> = scalar(8, false);
export type u8 = Flavor<number, "u8">;
/** An unsigned 16-bit integer: a field's type, and the conversion to it. */
export const u16: Scalar<u16, number> = scalar(16, false);
export type u16 = Flavor<number, "u16">;
/** An unsigned 32-bit integer: a field's type, and the conversion to it. */
export const u32: Scalar<u32, number> = scalar(32, false);
export type u32 = Flavor<number, "u32">;
/** An unsigned 64-bit integer (a bigint): a field's type, and the conversion to it. */
export const u64: Scalar<u64, bigint> = scalar(64, false);
export type u64 = Flavor<bigint, "u64">;
/** A signed 8-bit integer: a field's type, and the conversion to it. */
export const i8: Scalar<i8, number> = scalar(8, true);
export type i8 = Flavor<number, "i8">;
/** A signed 16-bit integer: a field's type, and the conversion to it. */
export const i16: Scalar<i16, number> = scalar(16, true);
export type i16 = Flavor<number, "i16">;
/** A signed 32-bit integer: a field's type, and the conversion to it. */
export const i32: Scalar<i32, number> = scalar(32, true);
export type i32 = Flavor<number, "i32">;
/** A signed 64-bit integer (a bigint): a field's type, and the conversion to it. */
export const i64: Scalar<i64, bigint> = scalar(64, true);
export type i64 = Flavor<bigint, "i64">;

/** A truth value in one byte: a field's type, and the conversion to it. */
export const bool: BoolSchema = Object.assign((value: unknown): boolean => Boolean(value), {
  layout: { kind: "bool" } as const,
});

/** Text in `length` bytes, NUL-padded; user space decodes it as a string up to the first NUL. */
export function chars<N extends number>(length: N): Schema<Chars<N>, string> {
  return { layout: { kind: "chars", length } };
}

/** `length` raw bytes; user space decodes them as a Uint8Array. */
export function bytes<N extends number>(length: N): Schema<Bytes<N>, Uint8Array> {
  return { layout: { kind: "bytes", length } };
}

/** `length` elements in a row. */
export function array<K, D, N extends number>(
  element: Schema<K, D>,
  length: N,
): Schema<FixedArray<K, N>, readonly D[]> {
  return { layout: { kind: "array", element: element.layout, length } };
}

/**
 * A struct with these fields, in this order, laid out as C does it. Calling it makes a value: zeros, with the given
 * fields set.
 */
export function struct<F extends Fields>(fields: F): StructSchema<F> {
  const layout = {
    kind: "struct" as const,
    fields: Object.entries(fields).map(([name, schema]) => ({ name, layout: schema.layout })),
  };
  const make = (init?: StructInit<F>): StructValue<F> => structValue(layout, init ?? {}) as StructValue<F>;
  const schema: ((init?: StructInit<F>) => StructValue<F>) & Schema<StructValue<F>, DecodedStruct<F>> = Object.assign(
    make,
    { layout },
  );
  return schema;
}
