// What programs on the network path may answer (enum xdp_action in include/uapi/linux/bpf.h, TC_ACT_* in
// include/uapi/linux/pkt_cls.h). They are values of "tsbpf", and constants to the compiler.

/** What an xdp program decides about a packet. */
export const XdpAction = { ABORTED: 0, DROP: 1, PASS: 2, TX: 3, REDIRECT: 4 } as const;
export type XdpAction = (typeof XdpAction)[keyof typeof XdpAction];

/**
 * What a tc program decides about a packet. Only those that mean the same where it is attached as tcx (Linux 6.6) and
 * as a classifier below: UNSPEC leaves the decision to the next program.
 */
export const TcAction = { UNSPEC: -1, OK: 0, SHOT: 2, REDIRECT: 7 } as const;
export type TcAction = (typeof TcAction)[keyof typeof TcAction];
