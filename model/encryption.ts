import type { Config, EncryptionMode } from "./config.ts"
import { linkBetween, type HostId, type PairId } from "./ids.ts"
import type { State } from "./state.ts"

// Who else could read what a Primary logs: all that its guest receives and does, in clear unless it is encrypted.

/**
 * Whether nobody else can read what the pair logs between two hosts: it is encrypted there, or it may pass in clear and the link is
 * private.
 *
 * Source  FT-03 in docs/spec/core.md.
 */
export const isConfidential = (config: Config, state: State, pair: PairId, a: HostId, b: HostId): boolean => {
  const mode = encryptionOf(config, pair)
  if (mode !== "disabled" && canEncrypt(config, a) && canEncrypt(config, b)) return true
  return mode !== "required" && !state.exposed.includes(linkBetween(a, b))
}

/** Whether a copy of the pair may run on the host: one of a pair that requires encryption runs only where it can be had, alone too. */
export const encryptsAsRequired = (config: Config, pair: PairId, host: HostId): boolean =>
  encryptionOf(config, pair) !== "required" || canEncrypt(config, host)

const encryptionOf = (config: Config, pair: PairId): EncryptionMode =>
  config.pairs.find(({ id }) => id === pair)?.encryption ?? "opportunistic"

const canEncrypt = (config: Config, host: HostId): boolean =>
  config.hosts.find(({ id }) => id === host)?.ftEncryption ?? false
