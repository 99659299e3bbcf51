import { outgrown } from "../capacity.ts"
import type { Machine } from "../machine.ts"

/** Hosts and links by their numbers, and the count of faults. */
export const hostsIn = ({ layout, cells, set, reads }: Machine) => {
  const { hosts } = layout
  const links = linkTable(hosts)

  const holds = (first: number, n: number): boolean =>
    (((cells[first + (n >> 5)] as number) >>> (n & 31)) & 1) === 1
  const change = (first: number, n: number, value: 0 | 1): void => {
    const cell = first + (n >> 5)
    const bit = 1 << (n & 31)
    set(cell, value === 1 ? (cells[cell] as number) | bit : (cells[cell] as number) & ~bit)
  }
  const has =
    reads === null
      ? holds
      : (first: number, n: number): boolean => {
          reads.note(first, n)
          return holds(first, n)
        }
  const put =
    reads === null
      ? change
      : (first: number, n: number, value: 0 | 1): void => {
          reads.note(first, n)
          change(first, n, value)
        }
  const isUp = (host: number): boolean => has(layout.up, host)
  const hasStorage = (host: number): boolean => has(layout.up, host) && has(layout.storage, host)
  const linkOf = (a: number, b: number): number => links[a * hosts + b] as number
  const isLinked = (a: number, b: number): boolean => a === b || !has(layout.cut, linkOf(a, b))
  const faultsSoFar =
    reads === null
      ? (): number => cells[layout.faults] as number
      : (): number => {
          reads.noteCell(layout.faults)
          return cells[layout.faults] as number
        }
  const spend = (): void => {
    const spent = faultsSoFar() + 1
    if (spent > layout.capacity.faults) throw outgrown("faults", layout.capacity.faults)
    set(layout.faults, spent)
  }

  return { has, put, isUp, hasStorage, linkOf, isLinked, spend, faultsSoFar }
}

/** The number of the link between two hosts, in the order h1-h2, h1-h3, …, h2-h3, … */
const linkTable = (hosts: number): Int32Array => {
  const table = new Int32Array(hosts * hosts)
  let next = 0
  for (let a = 0; a < hosts; a += 1)
    for (let b = a + 1; b < hosts; b += 1) {
      table[a * hosts + b] = next
      table[b * hosts + a] = next
      next += 1
    }
  return table
}
