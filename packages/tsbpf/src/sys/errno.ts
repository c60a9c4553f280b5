// Names of the errors that Linux's system calls give. Source: include/uapi/asm-generic/errno-base.h and errno.h
// (the same numbers on x86-64 and arm64). Calls of the Kernel interface return them negated.

export const Errno = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  E2BIG: 7,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENODEV: 19,
  EINVAL: 22,
  EMFILE: 24,
  ENOSPC: 28,
  EPIPE: 32,
  ERANGE: 34,
  ELOOP: 40,
  ENOSYS: 38,
  EOVERFLOW: 75,
  EOPNOTSUPP: 95,
  EADDRNOTAVAIL: 99,
  ENOTSUPP: 524,
} as const;

const names = new Map<number, string>(Object.entries(Errno).map(([name, value]) => [value, name]));

const meanings: Readonly<Record<string, string>> = {
  EPERM: "operation not permitted",
  ENOENT: "no such entry",
  EINTR: "interrupted",
  E2BIG: "too big",
  EBADF: "bad file descriptor",
  EAGAIN: "try again",
  ENOMEM: "out of memory",
  EACCES: "permission denied",
  EFAULT: "bad address",
  EBUSY: "busy",
  EEXIST: "exists already",
  ENODEV: "no such device",
  EINVAL: "invalid argument",
  EMFILE: "too many open files",
  ENOSPC: "no space left",
  ENOSYS: "no such system call",
  EOPNOTSUPP: "not supported",
  ENOTSUPP: "not supported",
};

/** "EPERM" for 1; "errno 999" for a number without a name here. Takes the number negated as well. */
export function errnoName(errno: number): string {
  return names.get(Math.abs(errno)) ?? `errno ${Math.abs(errno)}`;
}

/** "EPERM, operation not permitted". */
export function describeErrno(errno: number): string {
  const name = errnoName(errno);
  const meaning = meanings[name];
  return meaning === undefined ? name : `${name}, ${meaning}`;
}
