import type { CopyId, HostId } from "../../model/ids.ts"

/** What each kind of event says beside its time. */
type Payloads = {
  tried: OfCopy
  acquired: OfCopy & WithToken
  refused: OfCopy
  lost: OfCopy & { readonly why: string }
  released: OfCopy
  wrote: OfCopy & WithToken
  withheld: OfCopy
  paused: OnHost
  resumed: OnHost
  killed: OnHost
  silenced: OnHost
  cut: OnHost
}

type OfCopy = { readonly copy: CopyId }
type WithToken = { readonly token: bigint | null }
type OnHost = { readonly host: HostId }

/**
 * What a contender reports of itself, or what the harness has done to a host.
 *
 * Units  `at`: nanoseconds on the monotonic clock, which all processes of a machine share.
 * Shape  `token`: the fencing token that the lock has handed out, null if it has none. `withheld`: there was work to
 *        do, and the copy did not believe that it holds the lock. `released` comes before the lock is given back,
 *        and what is done to a host is recorded when it is done, but `resumed` just before.
 */
export type Event<K extends keyof Payloads = keyof Payloads> = {
  readonly [P in K]: { readonly kind: P; readonly at: bigint } & Payloads[P]
}[K]

/** What the harness does to a host. */
export type Happening = Event<"paused" | "resumed" | "killed" | "silenced" | "cut">

/** What of a contender's line is for the harness alone: it is there, or has answered its n-th command. */
type Answer = { readonly kind: "ready" } | { readonly kind: "answered"; readonly n: number }

/** One line of a contender's standard output. */
export const readLine = (line: string): Event | Answer => {
  const { at, token, ...rest } = JSON.parse(line) as {
    readonly at: string
    readonly token?: string | null
    readonly kind: string
  }
  const timed = { ...rest, at: BigInt(at) }
  return (token === undefined
    ? timed
    : { ...timed, token: token === null ? null : BigInt(token) }) as unknown as Event | Answer
}
