// The tokens of the textual IR: a cursor over one line, and what text.ts takes from it. Every error names the line.

import type { MemType, Span, Type } from "./ir.js";

/** The tokens of one line and how far they have been read. */
export interface Cursor {
  readonly line: number;
  readonly tokens: readonly string[];
  readonly span: Span | undefined;
  next: number;
}

const tokenPattern =
  /\s+|;.*|("(?:[^"\\]|\\.)*"|!(?:"(?:[^"\\]|\\.)*"|[^\s":;]+):\d+:\d+|%\d+|->|-?\d+|[A-Za-z_$][\w.$]*|[@(){}:,=+#])/y;

export function tokenize(text: string, line: number): Cursor {
  const tokens: string[] = [];
  let span: Span | undefined;
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.length) {
    const start = tokenPattern.lastIndex;
    const match = tokenPattern.exec(text);
    if (!match) throw new Error(`line ${line}: unexpected ${JSON.stringify(text.slice(start, start + 10))}`);
    const token = match[1];
    if (token === undefined) continue;
    if (token.startsWith("!")) span = parseSpan(token, line);
    else tokens.push(token);
  }
  return { line, tokens, span, next: 0 };
}

function parseSpan(token: string, lineNumber: number): Span {
  const [, file = "", line = "", column = ""] = /^!(.*):(\d+):(\d+)$/.exec(token) ?? [];
  return { file: file.startsWith('"') ? unquote(file, lineNumber) : file, line: Number(line), column: Number(column) };
}

export function fail(cursor: Cursor, message: string): never {
  throw new Error(`line ${cursor.line}: ${message}`);
}

export function peek(cursor: Cursor): string {
  return cursor.tokens[cursor.next] ?? "";
}

export function atEnd(cursor: Cursor): boolean {
  return cursor.next >= cursor.tokens.length;
}

export function take(cursor: Cursor, what: string, pattern: RegExp): string {
  const token = peek(cursor);
  if (!pattern.test(token)) fail(cursor, `expected ${what}, not ${JSON.stringify(token || "the end of the line")}`);
  cursor.next++;
  return token;
}

export function accept(cursor: Cursor, token: string): boolean {
  if (peek(cursor) !== token) return false;
  cursor.next++;
  return true;
}

export function expect(cursor: Cursor, ...tokens: readonly string[]): void {
  for (const token of tokens) {
    if (!accept(cursor, token)) {
      fail(cursor, `expected ${JSON.stringify(token)}, not ${JSON.stringify(peek(cursor) || "the end of the line")}`);
    }
  }
}

export const takeWord = (cursor: Cursor, what: string): string => take(cursor, what, /^[A-Za-z_$]/);
export const takeNumber = (cursor: Cursor): number => Number(take(cursor, "a number", /^-?\d+$/));
export const takeBigint = (cursor: Cursor): bigint => BigInt(take(cursor, "a number", /^-?\d+$/));
export const takeValue = (cursor: Cursor): string => take(cursor, "a value", /^%\d+$/);

export function takeString(cursor: Cursor): string {
  return unquote(take(cursor, "a string", /^"/), cursor.line);
}

function unquote(token: string, line: number): string {
  try {
    return String(JSON.parse(token));
  } catch {
    throw new Error(`line ${line}: malformed string ${token}`);
  }
}

export function takeType(cursor: Cursor): Type {
  return take(cursor, "a type", /^(i32|i64|ptr)$/) as Type;
}

export function takeTypeOrVoid(cursor: Cursor): Type | "void" {
  return accept(cursor, "void") ? "void" : takeType(cursor);
}

export function takeIntType(cursor: Cursor): "i32" | "i64" {
  return take(cursor, "i32 or i64", /^(i32|i64)$/) as "i32" | "i64";
}

export function takeMem(cursor: Cursor): MemType {
  return take(cursor, "a memory type", /^(u8|u16|u32|u64|i8|i16|i32)$/) as MemType;
}

/** `item`s between parentheses, with commas. */
export function takeList<T>(cursor: Cursor, item: () => T): T[] {
  const list: T[] = [];
  expect(cursor, "(");
  if (accept(cursor, ")")) return list;
  do list.push(item());
  while (accept(cursor, ","));
  expect(cursor, ")");
  return list;
}
