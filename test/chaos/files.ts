import type { TargetId } from '../../lambda/model'
import type { Dice } from './dice'
import { type Stage, TABLES, type Table } from './stage'

/** A file that was put, and what must become of it. */
export interface PutFile {
  readonly number: number
  readonly table: Table
  readonly target: TargetId
  readonly key: string
  /** Good rows of each version. */
  readonly lines: number
  /** The last version; every one before it may have been loaded, or passed over. */
  readonly version: number
  readonly ends: 'loaded' | 'failed'
}

/** Puts the next file. Most are good and go into one table; some are malformed, of no known format, or written again. */
export async function putFile(stage: Stage, dice: Dice, number: number): Promise<PutFile> {
  // Half of them into one table, for which the loaders compete.
  const table: Table = TABLES[dice.oneIn(2) ? 0 : dice.between(1, TABLES.length - 1)] ?? 'orders'
  const lines = dice.between(1, 4)
  const put = async (suffix: string, version: number, more = ''): Promise<PutFile> => {
    const key = `${table}/${number}.${suffix}`
    const rows = Array.from({ length: lines }, (_, line) => `${number},${version},${line + 1}\n`).join('')
    await stage.put(key, rows + more)
    const ends = suffix === 'csv' && more === '' ? 'loaded' : 'failed'
    return { number, table, target: `main/public.${table}`, key, lines, version, ends }
  }
  if (dice.oneIn(25)) return put('csv', 1, 'malformed,,\n')
  if (dice.oneIn(40)) return put('parquet', 1)
  if (dice.oneIn(30)) return put('unknown', 1)
  const first = await put('csv', 1)
  if (table !== 'prices' || !dice.oneIn(4)) return first
  await new Promise((resolve) => setTimeout(resolve, dice.between(0, 1_000)))
  return put('csv', 2)
}
