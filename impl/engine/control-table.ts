import { doubled } from "./growth.ts"
import { mixed } from "./hash.ts"

/** Numbers for controls of several cells: equal cells have the same number, and no cell set is number 0. */
type ControlTable = {
  readonly numberOf: (cells: Int32Array, first: number) => number
  readonly cellOf: (number: number, cell: number) => number
}

/** A table of controls of `size` cells. It keeps each that it has met: open addressing, at most half full. */
export const controlTableOf = (size: number): ControlTable => {
  let contents = new Int32Array(128 * size)
  let places = new Int32Array(256)
  let count = 1

  const placeOf = (cells: Int32Array, first: number): number => {
    let hash = 0
    for (let n = 0; n < size; n += 1) hash = mixed(hash, cells[first + n] as number)
    let place = hash & (places.length - 1)
    while (places[place] !== 0 && !isAt(places[place] as number, cells, first))
      place = (place + 1) & (places.length - 1)
    return place
  }

  const isAt = (number: number, cells: Int32Array, first: number): boolean => {
    for (let n = 0; n < size; n += 1) if (contents[number * size + n] !== cells[first + n]) return false
    return true
  }

  const grow = (): void => {
    contents = doubled(contents)
    places = new Int32Array(places.length * 2)
    for (let number = 1; number < count; number += 1) places[placeOf(contents, number * size)] = number
  }

  const numberOf = (cells: Int32Array, first: number): number => {
    if (isAt(0, cells, first)) return 0
    const place = placeOf(cells, first)
    if (places[place] !== 0) return places[place] as number
    const number = count
    for (let n = 0; n < size; n += 1) contents[number * size + n] = cells[first + n] as number
    places[place] = number
    count += 1
    if (2 * count >= places.length) grow()
    return number
  }

  return { numberOf, cellOf: (number, cell) => contents[number * size + cell] as number }
}
