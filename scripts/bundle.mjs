// Joins each public entry's modules into one file: Node spends about half a millisecond on every ES module, which for
// the hundred of the compiler is a third of a compilation, and for the loader a third of the way to "attached".
// Packages stay apart: dependencies are imported as they are.

import { chmodSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { build } from "esbuild";

const shared = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
  sourcemap: "linked",
  logLevel: "warning",
};
const tsbpf = "packages/tsbpf/dist";
const tracer = "packages/rawtp-sched/dist";

for (const folder of [`${tsbpf}/bundle`, `${tracer}/bundle`]) rmSync(folder, { recursive: true, force: true });
// Libraries: one file each.
await build({
  ...shared,
  entryPoints: { compiler: `${tsbpf}/compiler/index.js`, loader: `${tsbpf}/loader/index.js` },
  outdir: `${tsbpf}/bundle`,
});
// The command, and the compiler once more for it, as CommonJS: Node starts it quicker, and Node 20 can keep compiled
// code of such files only. What `build` does not need is in files beside it: to look through them takes time too.
const commands = `${tsbpf}/cli`;
const besides = ["inspect", "vmlinux", "doctor"];
const commandsBeside = {
  name: "commands-beside",
  setup({ onResolve }) {
    const filter = new RegExp(`^\\./(${besides.join("|")})\\.js$`);
    onResolve({ filter }, ({ path, kind }) =>
      kind === "dynamic-import" ? { path: path.replace(/\.js$/, ".cjs"), external: true } : undefined,
    );
  },
};
await build({
  ...shared,
  format: "cjs",
  entryPoints: {
    compiler: `${tsbpf}/compiler/index.js`,
    tsbpf: `${commands}/main.js`,
    ...Object.fromEntries(besides.map((name) => [name, `${commands}/${name}.js`])),
  },
  external: ["../compiler/index.js"],
  plugins: [commandsBeside],
  outExtension: { ".js": ".cjs" },
  outdir: `${tsbpf}/bundle`,
  minifyWhitespace: true,
  define: { "import.meta.url": "moduleUrl" },
  banner: { js: 'const moduleUrl = require("node:url").pathToFileURL(__filename).href;' },
});
// What a program does not need stays in files of its own, which it never loads.
// What several entries need is there only once: a program and its test must mean the same helper.
const split = { ...shared, splitting: true, chunkNames: "[name]-[hash]" };
await build({
  ...split,
  entryPoints: { index: `${tsbpf}/index.js`, testing: `${tsbpf}/testing.js` },
  outdir: `${tsbpf}/bundle`,
});
await build({ ...split, entryPoints: { "rawtp-sched": `${tracer}/src/main.js` }, outdir: `${tracer}/bundle` });
// npm links a workspace's commands only where their files are there when it installs, which is before they are built.
mkdirSync("node_modules/.bin", { recursive: true });
for (const [name, path] of [
  ["tsbpf", `${tsbpf}/bundle/tsbpf.cjs`],
  ["rawtp-sched", `${tracer}/bundle/rawtp-sched.js`],
]) {
  chmodSync(path, 0o755);
  rmSync(`node_modules/.bin/${name}`, { force: true });
  symlinkSync(`../../${path}`, `node_modules/.bin/${name}`);
}
