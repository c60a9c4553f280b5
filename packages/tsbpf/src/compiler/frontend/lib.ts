// The global types a BPF program is checked against. It is small on purpose: what is not declared here does not
// exist in the kernel, and a small library is quick to check. Some types stand here only so that a construct gets our
// own diagnostic instead of one that TypeScript misses its library.

export const libFileName = "/tsbpf/lib.bpf.d.ts";

export const libText = `
interface Object { readonly constructor: Function }
interface Function { readonly name: string }
interface CallableFunction extends Function {}
interface NewableFunction extends Function {}
interface IArguments { readonly length: number }
interface RegExp { readonly source: string }
interface Boolean {}
interface Number {}
interface BigInt {}
interface Symbol {}
interface SymbolConstructor {
  readonly iterator: unique symbol;
  readonly dispose: unique symbol;
  readonly asyncDispose: unique symbol;
}
declare var Symbol: SymbolConstructor;
interface String { readonly length: number }
interface TemplateStringsArray { readonly length: number }
interface ReadonlyArray<T> {
  readonly length: number;
  readonly [index: number]: T;
  [Symbol.iterator](): IterableIterator<T>;
}
interface Array<T> {
  length: number;
  [index: number]: T;
  [Symbol.iterator](): IterableIterator<T>;
}
interface Uint8Array { readonly length: number; [index: number]: number }
interface Disposable { [Symbol.dispose](): void }
interface AsyncDisposable { [Symbol.asyncDispose](): unknown }
interface Iterator<T, TReturn = any, TNext = any> { next(): { done?: boolean; value: T } }
interface Iterable<T, TReturn = any, TNext = any> { [Symbol.iterator](): Iterator<T> }
interface IterableIterator<T, TReturn = any, TNext = any> extends Iterator<T> {
  [Symbol.iterator](): IterableIterator<T>;
}
interface Generator<T = unknown, Result = unknown, Next = unknown> extends Iterator<T> {
  return(value: Result): unknown;
  throw(error: Next): unknown;
}
interface AsyncGenerator<T = unknown, Result = unknown, Next = unknown> {
  return(value: Result): unknown;
  throw(error: Next): unknown;
  readonly item: T;
}
interface PromiseLike<T> { then(use: (value: T) => unknown): unknown }
interface Promise<T> extends PromiseLike<T> {}
interface PromiseConstructor { new <T>(start: (use: (value: T) => void) => void): Promise<T> }
declare var Promise: PromiseConstructor;
interface ImportMeta {}
interface ImportAttributes {}
interface ClassDecoratorContext<Class = unknown> { readonly target: Class }
interface ClassMethodDecoratorContext<This = unknown, Value = unknown> { readonly target: This; readonly value: Value }
interface ClassGetterDecoratorContext<This = unknown, Value = unknown> { readonly target: This; readonly value: Value }
interface ClassSetterDecoratorContext<This = unknown, Value = unknown> { readonly target: This; readonly value: Value }
interface ClassFieldDecoratorContext<This = unknown, Value = unknown> { readonly target: This; readonly value: Value }
interface ClassAccessorDecoratorContext<This = unknown, Value = unknown> {
  readonly target: This;
  readonly value: Value;
}
type Partial<T> = { [P in keyof T]?: T[P] };
type Required<T> = { [P in keyof T]-?: T[P] };
type Readonly<T> = { readonly [P in keyof T]: T[P] };
type Pick<T, K extends keyof T> = { [P in K]: T[P] };
type Record<K extends keyof any, T> = { [P in K]: T };
type Exclude<T, U> = T extends U ? never : T;
type Extract<T, U> = T extends U ? T : never;
type Omit<T, K extends keyof any> = Pick<T, Exclude<keyof T, K>>;
type NonNullable<T> = T & {};
type NoInfer<T> = intrinsic;
declare var undefined: undefined;
interface Math {
  /** The integer part. */
  trunc(x: number): number;
  /** 32-bit multiplication that wraps. */
  imul(x: number, y: number): number;
  min(a: number, b: number): number;
  max(a: number, b: number): number;
}
declare var Math: Math;
`;
