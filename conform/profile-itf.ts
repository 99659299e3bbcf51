import type { HostId } from "../model/ids.ts"
import { int, mapOf, option, type Itf } from "../traces/itf.ts"
import type { LockState } from "./lock-model.ts"

/** The variables of a state of the profile `lock`, in ITF. */
export const itfOfLockState = ({ hosts, lock, copies }: LockState): Readonly<Record<string, Itf>> => ({
  hosts: mapOf(hosts, (host) => ({ ...host })),
  lock: itfOfLock(lock),
  copies: mapOf(copies, ({ host, belief, generation }) => ({ host, belief, generation: int(generation) })),
})

/** The variables of a state of the profile `placement`, in ITF: the host that was last named. */
export const itfOfPlaced = ({ host }: { readonly host: HostId | null }): Readonly<Record<string, Itf>> => ({
  host: option(host),
})

const itfOfLock = ({ generation, holder }: LockState["lock"]): Itf => ({
  generation: int(generation),
  holder: option(holder),
})
