// Runs inside the virtual machine, by node --test: programs at functions, hooks and tracepoints of the kernel, whose
// effect is seen from outside. Live kernels often lack one or the other; Debian's have them all.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { load, type UserHashMap } from "tsbpf/loader";

const folder = process.env["TSBPF_OBJECTS"] ?? "";
const objectFile = (name: string): string => join(folder, `${name}.bpf.o`);

interface Read {
  readonly entered: bigint;
  readonly returned: bigint;
  readonly wanted: bigint;
  readonly got: bigint;
  readonly mode: number;
}

const nothing: Read = { entered: 0n, returned: 0n, wanted: 0n, got: 0n, mode: 0 };

for (const name of ["kprobe", "fentry"]) {
  test(`${name} and its return see a read`, async () => {
    await using object = await load(objectFile(name));
    const reads = object.maps["reads"] as UserHashMap<number, Read>;
    const enter = object.programs["onRead"]?.attach();
    const leave = object.programs["onReadEnd"]?.attach();
    assert.ok(enter && leave);
    reads.set(process.pid, nothing);
    const expected = readFileSync(process.execPath).subarray(0, 1);
    enter.close();
    leave.close();
    const seen = reads.get(process.pid);
    assert.ok(seen && expected.length === 1);
    assert.ok(
      seen.entered > 0n && seen.returned > 0n,
      JSON.stringify(seen, (_, v: unknown) => String(v)),
    );
    assert.equal(seen.mode, statSync(process.execPath).mode);
    assert.ok(seen.got <= seen.wanted && seen.wanted > 0n, `${seen.got} of ${seen.wanted}`);
    reads.set(process.pid, nothing);
    readFileSync(process.execPath);
    assert.deepEqual(reads.get(process.pid), nothing, "still attached");
  });
}

test("a target that is not there gets a suggestion", async () => {
  await using object = await load(objectFile("misspelt-kprobe"));
  assert.throws(() => object.programs["onRead"]?.attach(), /no such function \(did you mean "vfs_rea\w*"\?\)/);
  await assert.rejects(
    load(objectFile("misspelt-fentry")),
    /no "vfs_reed" for a fentry program \(did you mean "vfs_re/,
  );
  await using tracepoint = await load(objectFile("misspelt-tracepoint"));
  assert.throws(() => tracepoint.programs["onSwitch"]?.attach(), /did you mean "sched\/sched_switch"/);
});

test("a security hook forbids", async () => {
  await using object = await load(objectFile("lsm"));
  const forbidden = object.maps["forbidden"] as UserHashMap<number, bigint>;
  using link = object.programs["onMkdir"]?.attach();
  assert.ok(link);
  const path = join(tmpdir(), `tsbpf-${process.pid}`);
  mkdirSync(path);
  rmdirSync(path);
  forbidden.set(process.pid, 0n);
  assert.throws(() => mkdirSync(path), /EACCES/);
  assert.equal(forbidden.get(process.pid), 1n);
  link.close();
  mkdirSync(path);
  rmdirSync(path);
});
