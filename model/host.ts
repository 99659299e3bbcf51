/**
 * A physical host, as far as fault tolerance needs it.
 *
 * Shape  `up` or failed; `storage` connected or lost, kept apart: a failed host keeps its flag, and may come back
 *        without storage. In `maintenance` it takes no copy.
 */
type CoreHost = { readonly up: boolean; readonly storage: boolean; readonly maintenance: boolean }

/** A host, with the fields that parts of the protocol add by declaration merging. */
export interface Host extends CoreHost {}

export const freshHost: Host = { up: true, storage: true, maintenance: false }
