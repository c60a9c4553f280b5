// A default export without a name, and none that is a program.
export default function (): number { //~ TSB1001
  return 5;
}
