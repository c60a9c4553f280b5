// The house rules, as a test; and tests of the rules themselves, with faults planted on purpose.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { repository } from "./support/repository.js";
import { changelogFaults, extensionRule, headerRule, syntaxRule, textRule } from "./tidy/bans.js";
import { importRule } from "./tidy/layers.js";
import { fileLengthRule, functionLengthRule, lineLengthRule, staleExceptions } from "./tidy/limits.js";
import { repositoryFiles, type Rule, sourceFile } from "./tidy/source.js";

const rules: readonly (readonly [string, Rule])[] = [
  ["imports point down, through the doors", importRule],
  ["banned words", textRule],
  ["banned syntax", syntaxRule],
  ["kinds of files", extensionRule],
  ["a comment at the top", headerRule],
  ["length of files", fileLengthRule],
  ["length of functions", functionLengthRule],
  ["length of lines", lineLengthRule],
];

describe("tidy", () => {
  const files = repositoryFiles(repository);

  it("sees the repository", () => {
    assert.ok(files.length > 50, `${files.length} files`);
  });
  for (const [name, rule] of rules) {
    it(name, () => {
      const faults = files.flatMap(rule).map(({ path, line, message }) => `${path}:${line}: ${message}`);
      assert.equal(faults.join("\n"), "");
    });
  }
  it("exceptions that are none any more", () => assert.deepEqual(staleExceptions(files), []));
  it("changelog", () => assert.deepEqual(changelogFaults(readFileSync(join(repository, "CHANGELOG.md"), "utf8")), []));
});

const loader = "packages/tsbpf/src/loader/a.ts";
const tracer = "packages/rawtp-sched/src/a.ts";
const util = "packages/tsbpf/src/util/a.ts";

/** Path, text, and a part of the message; an empty message: no fault. */
const planted: readonly (readonly [Rule, string, string, string])[] = [
  [importRule, loader, 'import { a } from "../object/spec.js";', ""],
  [importRule, loader, 'import { a } from "../compiler/compile.js";', "layer loader imports layer compiler"],
  [importRule, loader, 'import type { A } from "../compiler/ir/ir.js";', "layer loader imports layer compiler/ir"],
  [importRule, loader, 'export { a } from "../cli/main.js";', "layer loader imports layer cli"],
  [importRule, loader, 'const a = await import("../cli/main.js");', "layer loader imports layer cli"],
  [importRule, loader, 'type A = import("../cli/main.js").A;', "layer loader imports layer cli"],
  [importRule, loader, 'import type { A } from "../lang/types.js";', ""],
  [importRule, loader, 'import { type A } from "../lang/types.js";', ""],
  [importRule, loader, 'import { a } from "../lang/types.js";', "layer loader imports layer lang"],
  [importRule, loader, 'import { a } from "./index.js";', "name the file itself"],
  [importRule, loader, 'import ts from "typescript";', "keep it in compiler/frontend"],
  [importRule, loader, 'import type { A } from "koffi";', "Kernel interface"],
  [importRule, "packages/tsbpf/src/sys/linux.ts", 'import koffi from "koffi";', ""],
  [importRule, "packages/tsbpf/src/loader/links/a.ts", 'import { a } from "../errors.js";', ""],
  [importRule, "packages/tsbpf/src/compiler/frontend/a.ts", 'import ts from "typescript";', ""],
  [importRule, "packages/tsbpf/src/compiler/compile.ts", 'import type ts from "typescript";', ""],
  [
    importRule,
    "packages/tsbpf/src/compiler/compile.ts",
    'import ts from "typescript";',
    "keep it in compiler/frontend",
  ],
  [
    importRule,
    "packages/tsbpf/src/compiler/ir/a.ts",
    'import { a } from "../passes/b.js";',
    "imports layer compiler/passes",
  ],
  [importRule, "packages/tsbpf/src/compiler/ir/a.ts", 'import { a } from "../diagnostic.js";', ""],
  [importRule, "packages/tsbpf/src/compiler/ir/a.ts", 'import { a } from "../compile.js";', "imports layer compiler"],
  [importRule, "packages/tsbpf/src/cli/a.ts", 'import { a } from "../loader/index.js";', ""],
  [importRule, "packages/tsbpf/src/fresh/a.ts", 'import { a } from "../util/b.js";', "has no layer"],
  [importRule, util, 'import { a } from "left-pad";', "no dependency but"],
  [importRule, util, 'import { a } from "../bpf/isa.js";', "it imports none"],
  [importRule, tracer, 'import { load } from "tsbpf/loader"; import a from "node:os"; import b from "./b.js";', ""],
  [importRule, tracer, 'import { a } from "../../tsbpf/src/loader/load.js";', "another package has public entries"],
  [importRule, tracer, 'import { a } from "tsbpf/dist/loader/load.js";', "the tracer uses only"],
  [importRule, tracer, 'import koffi from "koffi";', "the tracer uses only"],
  [textRule, util, `// ${"FIX"}ME later`, "leftover note"],
  [textRule, util, `// ${"TO"}DO later`, "leftover note"],
  [textRule, util, `// @ts-${"ignore"}`, "@ts-expect-error"],
  [textRule, util, `const path = "/${"home"}/me/x";`, "a path of one machine"],
  [textRule, util, `const path = "/${"root"}/x";`, "a path of one machine"],
  [textRule, util, 'const path = "/sys/kernel/btf/vmlinux", own = "../work/shared";', ""],
  [textRule, "package-lock.json", `"from": "https://${"registry"}.example/a"`, "name no registry"],
  [textRule, "package-lock.json", `"resolved"${":"} "https://mirror.example/a.tgz"`, "omit-lockfile-registry-resolved"],
  [textRule, "package-lock.json", '"resolved": "packages/tsbpf"', ""],
  [syntaxRule, util, "const a: any = 1;", "any is banned"],
  [syntaxRule, util, "// any\nconst a = 'any';", ""],
  [syntaxRule, util, "const a = b!;", "! is banned"],
  [syntaxRule, "packages/tsbpf/src/util/a.test.ts", "const a = b!;", ""],
  [syntaxRule, util, "export default 1;", "no default exports"],
  [syntaxRule, util, "export default function a() {}", "no default exports"],
  [syntaxRule, util, "switch (a) { default: b(); }", ""],
  [syntaxRule, util, "console.log(1);", "only the command lines print"],
  [syntaxRule, tracer, "console.log(1);", ""],
  [syntaxRule, util, "new DataView(a);", "use ByteReader"],
  [syntaxRule, "packages/tsbpf/src/util/bytes.ts", "new DataView(a);", ""],
  [extensionRule, "packages/tsbpf/src/a.tsx", "", "no place for"],
  [extensionRule, "core.1234", "", "no place for"],
  [extensionRule, "LICENSE", "", ""],
  [headerRule, util, 'import { a } from "./b.js";', "opens without a comment"],
  [headerRule, util, "#!/usr/bin/env node\n// Does something.\n", ""],
  [fileLengthRule, util, "// A line.\n".repeat(501), "has 501 lines"],
  [fileLengthRule, util, "// A line.\n".repeat(500), ""],
  [functionLengthRule, util, `function long() {\n${"a();\n".repeat(69)}}`, "function long has 71 lines"],
  [functionLengthRule, util, `const long = () => {\n${"a();\n".repeat(69)}};`, "function long has 71 lines"],
  [functionLengthRule, util, `function fits() {\n${"a();\n".repeat(68)}}`, ""],
  [lineLengthRule, util, `const a = b + ${"c + ".repeat(40)}d;`, "has 176 columns"],
  [lineLengthRule, util, `  "${"text ".repeat(40)}",`, ""],
  [lineLengthRule, util, `// ${"text ".repeat(40)}`, "has 203 columns"],
];

describe("tidy finds what is planted", () => {
  for (const [rule, path, text, expected] of planted) {
    it(`${rule.name} ${path}: ${text.slice(0, 60)}`, () => {
      const messages = rule(sourceFile(path, text)).map(({ message }) => message);
      if (expected === "") assert.deepEqual(messages, []);
      else
        assert.ok(messages.length === 1 && messages[0]?.includes(expected), `${JSON.stringify(messages)}: ${expected}`);
    });
  }

  const changelogs: readonly (readonly [string, number])[] = [
    ["# Changelog\n\n## 0.2.0 (unreleased)\n\n- A.\n\n## 0.1.0 (2026-01-15)\n\n- B.\n", 0],
    ["# Changes\n\n## 0.1.0 (unreleased)\n\n- A.\n", 1],
    ["# Changelog\n", 1],
    ["# Changelog\n\n## 0.1.0\n\n- A.\n", 1],
    ["# Changelog\n\n## 0.1.0 (2026-01-15)\n\n- A.\n\n## 0.2.0 (unreleased)\n\n- B.\n", 1],
    ["# Changelog\n\n## 0.1.0 (unreleased)\n\nNothing.\n", 1],
  ];
  for (const [text, count] of changelogs) {
    it(`changelog with ${count} faults: ${JSON.stringify(text).slice(0, 60)}`, () => {
      assert.equal(changelogFaults(text).length, count, changelogFaults(text).join("; "));
    });
  }
});
