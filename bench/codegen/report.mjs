// The tables of bench/codegen.mjs: one row a program, the worst ratio of instructions first, then means and trouble.

import { printTable } from "../lib.mjs";

const columns = [
  { title: "slots", key: "slots", digits: 0 },
  { title: "processed", key: "processed", digits: 0 },
  { title: "jited bytes", key: "jitedBytes", digits: 0 },
  // Net of an empty program, less than this is what two measurements of the same differ by.
  { title: "ns a run", key: "ns", digits: 1, least: 2 },
  { title: "cold ms", key: "coldMs", digits: 0 },
];

function ratioOf(values, least = 0) {
  if (!values || values.clang <= 0 || Math.min(values.ours, values.clang) < least) return undefined;
  return values.ours / values.clang;
}
const cell = (value, digits) => (value === undefined ? "" : value.toFixed(digits));

function geometricMean(numbers) {
  const positive = numbers.filter((number) => number > 0);
  if (positive.length === 0) return undefined;
  return Math.exp(positive.reduce((total, number) => total + Math.log(number), 0) / positive.length);
}

export function printReport(results) {
  const shown = columns.filter(({ key }) => results.some((result) => result[key]));
  const rows = results.toSorted((a, b) => (ratioOf(b.slots) ?? 0) - (ratioOf(a.slots) ?? 0));
  const withWarm = results.some(({ warmMs }) => warmMs !== undefined);
  const ratios = ({ key, least }) =>
    results.map((result) => ratioOf(result[key], least)).filter((ratio) => ratio !== undefined);
  const summary = (title, of) => [
    title,
    ...shown.flatMap((column) => ["", "", cell(of(ratios(column)), 2)]),
    ...(withWarm ? [""] : []),
  ];
  printTable([
    ["", ...shown.flatMap(({ title }) => [title, "clang", "ratio"]), ...(withWarm ? ["warm ms"] : [])],
    ...rows.map((result) => [
      result.name,
      ...shown.flatMap(({ key, digits, least }) => {
        const values = result[key];
        return [cell(values?.ours, digits), cell(values?.clang, digits), cell(ratioOf(values, least), 2)];
      }),
      ...(withWarm ? [cell(result.warmMs, 1)] : []),
    ]),
    summary("geometric mean", geometricMean),
    summary("worst", (numbers) => (numbers.length === 0 ? undefined : Math.max(...numbers))),
  ]);
  for (const { name, error, refused, differences = [] } of results) {
    if (error) console.log(`\n${name}: ${error}`);
    if (refused)
      console.log(`\n${name}: not loaded here (errno: ours ${refused.ours ?? "none"}, C's ${refused.clang ?? "none"})`);
    for (const line of differences) console.log(`\n${name}: the twins differ: ${line}`);
  }
}
