// The `typescript` module, by way of require: an ES import of this nine-megabyte CommonJS file makes Node parse it a
// second time, only to find its export names, which costs as much as everything else that the compiler does.

// @ts-expect-error TS1294: not erasable syntax, but the only form that carries both the value and its types.
import ts = require("typescript");

export { ts };
