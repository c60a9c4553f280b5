import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { commands } from "./commands.js";
import { commandHelp, overview } from "./help.js";

const golden = new URL("../../test/data/cli-help.txt", import.meta.url);

test("help texts are as agreed", () => {
  const actual = [overview(commands), ...commands.map(commandHelp)].join(`${"-".repeat(80)}\n`);
  if (process.env["BLESS"]) writeFileSync(golden, actual);
  assert.equal(actual, readFileSync(golden, "utf8"), "look at the difference; BLESS=1 accepts it");
});

test("help texts fit a terminal, and every command has an example", () => {
  for (const text of [overview(commands), ...commands.map(commandHelp)]) {
    for (const line of text.split("\n")) assert.ok(line.length <= 100, `${line.length} columns: ${line}`);
  }
  for (const command of commands) {
    assert.ok(command.examples.length > 0, command.name);
    for (const { line } of command.examples) assert.match(line, new RegExp(`tsbpf ${command.name}\\b`));
  }
});
