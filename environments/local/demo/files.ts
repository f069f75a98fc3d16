import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** One file to load: real data from the package `vega-datasets`. */
export interface DemoFile {
  readonly key: string
  readonly body: Buffer
  /** Counted here, from the source, and not by the loader. */
  readonly rows: number
}

// The package exports its data as a module of its own; the files lie beside it.
const DATA = join(dirname(require.resolve('vega-datasets')), '..', 'data')

/** CSV, CSV in gzip, JSON lines and Parquet: a little over 3.2 million rows. */
export function firstFiles(): readonly DemoFile[] {
  return [
    csvFile('airports/airports.csv', 'airports.csv'),
    csvFile('connections/flights-airport.csv', 'flights-airport.csv'),
    gzipped(csvFile('weather/seattle-2012-2015.csv', 'seattle-weather.csv')),
    jsonLines('delays/flights-200k.jsonl', 'flights-200k.json'),
    { key: 'flights/flights-3m.parquet', body: readFileSync(join(DATA, 'flights-3m.parquet')), rows: 3_000_000 },
  ]
}

/** A table that no file has been loaded into yet. */
export function newPrefixFile(): DemoFile {
  return csvFile('stocks/stocks.csv', 'stocks.csv')
}

/** Three files of one table; the second is broken in its fourth line. */
export function oneBrokenOfThree(): {
  readonly files: readonly DemoFile[]
  readonly broken: DemoFile
  readonly mended: DemoFile
} {
  const [header = '', ...lines] = linesOf('birdstrikes.csv')
  const third = Math.ceil(lines.length / 3)
  const part = (index: number): DemoFile => {
    const rows = lines.slice(index * third, (index + 1) * third)
    return {
      key: `birdstrikes/part-${index}.csv`,
      body: Buffer.from([header, ...rows, ''].join('\n')),
      rows: rows.length,
    }
  }
  const [first, mended, last] = [part(0), part(1), part(2)]
  const text = mended.body.toString('utf8').split('\n')
  // The wildlife's size is a word, the cost of the repair a number.
  const broken = {
    ...mended,
    body: Buffer.from(text.map((line, index) => (index === 3 ? withoutNumber(line) : line)).join('\n')),
    rows: 0,
  }
  return { files: [first, broken, last], broken, mended }
}

/** Two files: one before the password is changed, one after. */
export function aroundRotation(): readonly [DemoFile, DemoFile] {
  const [header = '', ...lines] = linesOf('zipcodes.csv')
  const half = Math.ceil(lines.length / 2)
  const part = (name: string, rows: readonly string[]): DemoFile => ({
    key: `zipcodes/${name}.csv`,
    body: Buffer.from([header, ...rows, ''].join('\n')),
    rows: rows.length,
  })
  return [part('east', lines.slice(0, half)), part('west', lines.slice(half))]
}

function withoutNumber(line: string): string {
  return line.replace(/(\d+)(\D*)$/, 'twelve$2')
}

function csvFile(key: string, name: string): DemoFile {
  return { key, body: readFileSync(join(DATA, name)), rows: linesOf(name).length - 1 }
}

function gzipped(file: DemoFile): DemoFile {
  return { ...file, key: `${file.key}.gz`, body: gzipSync(file.body) }
}

/** COPY takes records one after another and no array around them. */
function jsonLines(key: string, name: string): DemoFile {
  const records = JSON.parse(readFileSync(join(DATA, name), 'utf8')) as readonly object[]
  return {
    key,
    body: Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join('')),
    rows: records.length,
  }
}

/** No field of these files holds a line end, so a line is a row. */
function linesOf(name: string): readonly string[] {
  return readFileSync(join(DATA, name), 'utf8').trimEnd().split(/\r?\n/)
}
