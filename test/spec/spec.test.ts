import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { BATCH, BATCH_EVENTS, FILE, FILE_EVENTS, TARGET, TARGET_EVENTS } from './machine/tables'

const ROOT = join(__dirname, '..', '..')
const SPEC = readFileSync(join(ROOT, 'lambda', 'SPEC.md'), 'utf8')
const TESTS = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', 'test/**/*.ts'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => /\.(test|contract)\.ts$/.test(file) && existsSync(join(ROOT, file)))

interface Row {
  readonly id: string
  /** Files and the names in backticks that follow each. */
  readonly enforcedBy: readonly { readonly file: string; readonly names: readonly string[] }[]
  readonly testedBy: readonly string[]
}

const ROWS: readonly Row[] = [...SPEC.matchAll(/^\| \*\*(S\d)\*\* \|(.*)\|(.*)\|(.*)\|$/gm)].map(
  ([, id = '', , enforced = '', tested = '']) => ({
    id,
    enforcedBy: enforced
      .split('](')
      .slice(1)
      .map((part) => ({
        file: fromSpec(part.slice(0, part.indexOf(')'))),
        names: [...part.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
      })),
    testedBy: [...tested.matchAll(/\]\(([^)]+)\)/g)].map((match) => fromSpec(match[1] ?? '')),
  }),
)

/** The invariants that a test file names in its titles, in brackets at the end of one. */
function namedIn(file: string): readonly string[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const titles = [...text.matchAll(/\((S\d(?:, S\d)*)\)['"`]/g)].flatMap((match) => (match[1] ?? '').split(', '))
  return [...new Set(titles)]
}

function fromSpec(link: string): string {
  return relative(ROOT, normalize(join(ROOT, dirname('lambda/SPEC.md'), link)))
}

describe('SPEC.md', () => {
  it('tells all nine invariants', () => {
    expect(ROWS.map(({ id }) => id)).toEqual(['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7', 'S8', 'S9'])
  })

  it.each(ROWS)('points for $id at code that is there', ({ enforcedBy }) => {
    expect(enforcedBy.length).toBeGreaterThan(0)
    for (const { file, names } of enforcedBy) {
      const text = readFileSync(join(ROOT, file), 'utf8')
      expect([file, names.length > 0]).toEqual([file, true])
      for (const name of names) expect([file, name, new RegExp(`\\b${name}\\b`).test(text)]).toEqual([file, name, true])
    }
  })

  it.each(ROWS)('names for $id the tests that name it, and no other', ({ id, testedBy }) => {
    const naming = TESTS.filter((file) => namedIn(file).includes(id))
    expect([...testedBy].sort()).toEqual([...naming].sort())
  })

  it.each<[string, string]>([
    ['a file', table(FILE, FILE_EVENTS, ({ to, loads }) => (loads === 0 ? to : `${to}, ${loads} load`))],
    ['a target', table(TARGET, TARGET_EVENTS, ({ to, wake }) => (wake === 'none' ? to : `${to}, wake ${wake}`))],
    [
      'a batch',
      table(BATCH, BATCH_EVENTS, (cell) => (cell === 'never' ? 'never' : cell.named ? `${cell.to}, named` : cell.to)),
    ],
  ])('shows the transitions of %s as the tests drive them', (_, shown) => {
    expect(SPEC.replace(/ +/g, ' ').replace(/-{3,}/g, '---')).toContain(shown)
  })
})

/** A table of states and events as SPEC.md shows it. */
function table<State extends string, Event extends string, Cell>(
  cells: Readonly<Record<State, Readonly<Record<Event, Cell>>>>,
  events: readonly Event[],
  text: (cell: Cell) => string,
): string {
  const line = (parts: readonly string[]) => `| ${parts.join(' | ')} |`
  const rows = (Object.keys(cells) as unknown as readonly State[]).map((state) =>
    line([`**${state}**`, ...events.map((event) => text(cells[state][event]))]),
  )
  return [line(['', ...events]).replace('|  |', '| |'), line(['---', ...events.map(() => '---')]), ...rows].join('\n')
}
