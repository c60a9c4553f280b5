// TypeScript finds a path without a `return` before the compiler does, as TS2366 and TS7030, so there is no example.
// This is for what TypeScript may once take for complete and the compiler does not.
