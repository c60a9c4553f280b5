// The public API: every exported name and its kind, entry by entry. What changes here is a change for users and
// needs a line in the changelog. BLESS=1 accepts it.

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import ts from "typescript";
import { repository } from "./support/repository.js";

const golden = join(repository, "test/golden/api.txt");

const entries: readonly (readonly [string, string])[] = [
  ["tsbpf", "index.d.ts"],
  ["tsbpf/compiler", "compiler/index.d.ts"],
  ["tsbpf/loader", "loader/index.d.ts"],
  ["tsbpf/testing", "testing.d.ts"],
];

const kinds: readonly (readonly [ts.SymbolFlags, string])[] = [
  [ts.SymbolFlags.Class, "class"],
  [ts.SymbolFlags.Function, "function"],
  [ts.SymbolFlags.Variable, "const"],
  [ts.SymbolFlags.Interface, "interface"],
  [ts.SymbolFlags.TypeAlias, "type"],
];

function publicApi(): string {
  const file = (name: string): string => join(repository, "packages/tsbpf/dist", name);
  const program = ts.createProgram(
    entries.map(([, name]) => file(name)),
    { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, types: [] },
  );
  const checker = program.getTypeChecker();
  return entries
    .map(([entry, name]) => {
      const source = program.getSourceFile(file(name));
      const module = source && checker.getSymbolAtLocation(source);
      assert.ok(module, `${entry}: there is no ${name}`);
      const lines = checker.getExportsOfModule(module).map((symbol) => {
        const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
        const found = kinds.filter(([flag]) => target.flags & flag).map(([, kind]) => kind);
        return `${symbol.name}: ${found.join(", ") || "?"}`;
      });
      return [`# ${entry}`, ...lines.toSorted((a, b) => (a < b ? -1 : 1)), ""].join("\n");
    })
    .join("\n");
}

it("the public API is the one in test/golden/api.txt", () => {
  const actual = publicApi();
  if (process.env["BLESS"]) writeFileSync(golden, actual);
  const expected = existsSync(golden) ? readFileSync(golden, "utf8") : "";
  assert.equal(
    actual,
    expected,
    "BLESS=1 node --test test/dist/api.test.js accepts the new API; tell users in CHANGELOG.md",
  );
});
