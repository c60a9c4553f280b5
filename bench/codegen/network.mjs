// The cases of programs on packets and sockets, and the packets they get.

import { d, run, set, w, x } from "./script.mjs";

const be16 = (number) => [(number >> 8) & 0xff, number & 0xff];
const address = (text) => text.split(".").map(Number);
const ethernet = (type) => [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, ...be16(type)];
const vlan = (tag, type) => [...be16(tag), ...be16(type)];
const transport = {
  6: (ports, flags) => [...ports, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, flags, 4, 0, 0x12, 0x34, 0, 0],
  17: (ports) => [...ports, 0, 12, 0, 0],
};

/** An IPv4 header and what follows it; `options` are words behind the header. */
function ipv4({ from = "10.0.0.1", to = "192.168.1.9", protocol = 6, sport = 40000, dport = 80, ...rest }) {
  const { options = 0, tos = 0, ttl = 64, flags = 2, padding = 20 } = rest;
  const body = [...transport[protocol]([...be16(sport), ...be16(dport)], flags), ...Array(padding).fill(0x61)];
  const length = 20 + options * 4 + body.length;
  const header = [0x45 + options, tos, ...be16(length), 0, 7, 0x40, 0, ttl, protocol, 0xbe, 0xef];
  return [...header, ...address(from), ...address(to), ...Array(options * 4).fill(1), ...body];
}

function ipv6({ protocol = 17, sport = 5353, dport = 53 }) {
  const body = transport[protocol]([...be16(sport), ...be16(dport)], 2);
  const ends = Array.from({ length: 32 }, (_, index) => index + 1);
  return [0x60, 0, 0, 0, ...be16(body.length), protocol, 64, ...ends, ...body];
}

const tcp4 = (options = {}) => x([...ethernet(0x0800), ...ipv4(options)]);
const udp4 = (options = {}) => tcp4({ protocol: 17, dport: 53, ...options });
const cut = (packet, bytes) => packet.slice(0, 1 + 2 * bytes);
const arp = x([...ethernet(0x0806), ...Array(46).fill(0)]);
const udp6 = x([...ethernet(0x86dd), ...ipv6({})]);
const tagged = x([...ethernet(0x8100), ...vlan(5, 0x0800), ...ipv4({ dport: 443 })]);
const twice = x([...ethernet(0x88a8), ...vlan(9, 0x8100), ...vlan(5, 0x86dd), ...ipv6({ protocol: 6 })]);
const thrice = x([...ethernet(0x8100), ...vlan(1, 0x8100), ...vlan(2, 0x8100), ...vlan(3, 0x0800), ...ipv4({})]);

/** The kernel makes a socket buffer of these: from Linux 6.18 on, only when their network header is whole. */
const whole = [
  tcp4(),
  udp4(),
  tcp4({ dport: 22 }),
  tcp4({ options: 3, dport: 443 }),
  udp4({ options: 10 }),
  tcp4({ tos: 0xb8, dport: 8080 }),
  arp,
  udp6,
  tagged,
  twice,
  thrice,
  ...[34, 38, 42, 50].flatMap((bytes) => [cut(tcp4(), bytes), cut(udp4(), bytes)]),
  cut(tagged, 17),
  cut(udp6, 58),
  cut(tcp4({ options: 10 }), 60),
];
const short = [14, 20, 33].flatMap((bytes) => [cut(tcp4(), bytes), cut(udp4(), bytes)]);
const packets = [...whole, ...short, cut(udp6, 40)];
const all = (program, chosen = packets) => chosen.map((packet) => run(program, "-", packet));
const time = (program, data, repeat = 200000) => ({ program, data, repeat });

/** Bytes of an address or a port in network byte order, as a key. */
const ip = (text) => x(address(text));
const port = (number) => x(be16(number));

export const network = [
  {
    name: "xdp-drop",
    steps: [set("blocked", w(22), "x01"), set("blocked", w(53), "x01"), ...all("drop")],
    time: time("drop", tcp4()),
  },
  { name: "xdp-parse", steps: [...all("parse"), ...all("parse")], time: time("parse", tcp4()) },
  {
    name: "xdp-limit",
    steps: [...all("limit"), ...Array.from({ length: 15 }, () => run("limit", "-", tcp4({ from: "10.9.9.9" })))],
    // How many tokens came meanwhile, and so what is dropped, depends on how long it took.
    differ: { buckets: "keys", dropped: "keys", run: "results" },
    time: time("limit", tcp4()),
  },
  {
    name: "xdp-balance",
    steps: [
      set("services", `${ip("192.168.1.9")}+${port(80)}+x0000`, d(2, 3)),
      set("services", `${ip("192.168.1.9")}+${port(443)}+x0000`, d(2000, 1)),
      set("services", `${ip("192.168.1.9")}+${port(8080)}+x0000`, d(1, 0)),
      ...[1, 2, 3, 4].map((i) => set("servers", d(i), `${ip(`10.1.0.${i}`)}+x0a0b0c0d0e0${i}+x000000000000+q0`)),
      ...all("balance"),
      ...[1, 2, 3, 40000].map((sport) => run("balance", "-", tcp4({ sport }))),
    ],
    time: time("balance", tcp4(), 0),
  },
  {
    name: "tc-mark",
    steps: [
      set("ranges", d(0), `${w(1, 79)}+${d(1)}+q0`),
      set("ranges", d(1), `${w(80, 80)}+${d(7)}+q0`),
      set("ranges", d(2), `${w(8000, 65535)}+${d(0xffffffff)}+q0`),
      ...all("mark", whole),
    ],
    time: time("mark", tcp4()),
  },
  {
    name: "tc-bytes",
    steps: [...all("count", whole), run("count", "-", udp4({ to: "8.8.8.8" }))],
    time: time("count", tcp4()),
  },
  { name: "socket-http", steps: all("http", whole), time: time("http", tcp4()) },
  {
    name: "lpm-route",
    steps: [
      set("routes", `${d(0)}+x00000000`, d(1)),
      set("routes", `${d(16)}+${ip("192.168.0.0")}`, d(2)),
      set("routes", `${d(24)}+${ip("192.168.1.0")}`, d(3)),
      set("routes", `${d(32)}+${ip("10.0.0.9")}`, d(64)),
      ...[1, 2, 3].map((i) => set("hops", d(i), `x0a0b0c0d0e0${i}+x02020202020${i}+x00000000+q0+q0`)),
      ...all("route"),
      ...["192.168.7.7", "10.0.0.9", "10.0.0.8"].map((to) => run("route", "-", tcp4({ to }))),
      ...[0, 1, 2].map((ttl) => run("route", "-", tcp4({ ttl }))),
    ],
    time: time("route", tcp4(), 0),
  },
  {
    name: "tail-calls",
    steps: [...all("dispatch"), "tail handlers 6 onTcp", "tail handlers 17 onUdp", ...all("dispatch")],
    time: time("dispatch", tcp4()),
  },
  { name: "connect4", steps: [] },
];
