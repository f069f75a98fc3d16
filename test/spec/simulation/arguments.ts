/** What `npm run simulate` is asked to do. */
export type Asked =
  | { readonly kind: 'runs'; readonly runs: number; readonly from: number }
  /** One story, written down. */
  | { readonly kind: 'one'; readonly seed: number; readonly traced: boolean }
  | { readonly kind: 'mutants' }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly why: string }

const DEFAULT_RUNS = 1_000
const MOST_RUNS = 1_000_000
const LARGEST_SEED = 2 ** 32 - 1

export const USAGE = [
  'npm run simulate                            1,000 stories',
  'npm run simulate -- --runs 10000            so many',
  'npm run simulate -- --runs 500 --seed 2000  so many, beginning with this one',
  'npm run simulate -- --seed 123              one story; if it breaks a promise, step by step',
  'npm run simulate -- --seed 123 --trace      one story, step by step in any case',
  'npm run simulate -- --mutants               breaks the code on purpose, and tells which story noticed',
].join('\n')

/** Reads the arguments of the command. */
export function readArguments(given: readonly string[]): Asked {
  const numbers = new Map<string, number>()
  const flags = new Set<string>()
  for (let at = 0; at < given.length; at += 1) {
    const [name = '', inline] = (given[at] ?? '').split('=', 2)
    if (name === '--help' || name === '-h') return { kind: 'help' }
    if (name === '--trace' || name === '--mutants') flags.add(name)
    else if (name === '--runs' || name === '--seed') {
      const text = inline ?? given[at + 1]
      if (inline === undefined) at += 1
      const most = name === '--runs' ? MOST_RUNS : LARGEST_SEED
      const least = name === '--runs' ? 1 : 0
      const number = text !== undefined && /^\d+$/.test(text) ? Number(text) : Number.NaN
      if (!(number >= least && number <= most)) {
        return wrong(`${name} takes a whole number from ${least} to ${most}, not ${JSON.stringify(text ?? '')}`)
      }
      numbers.set(name, number)
    } else return wrong(`there is no argument ${JSON.stringify(name)}`)
  }
  return asked(numbers, flags)
}

function asked(numbers: ReadonlyMap<string, number>, flags: ReadonlySet<string>): Asked {
  const [runs, seed] = [numbers.get('--runs'), numbers.get('--seed')]
  if (flags.has('--mutants')) {
    return numbers.size + flags.size > 1 ? wrong('--mutants stands alone') : { kind: 'mutants' }
  }
  const traced = flags.has('--trace')
  if (runs === undefined && seed !== undefined) return { kind: 'one', seed, traced }
  if (traced) return wrong('--trace writes down one story: name it with --seed, without --runs')
  return { kind: 'runs', runs: runs ?? DEFAULT_RUNS, from: seed ?? 0 }
}

function wrong(why: string): Asked {
  return { kind: 'wrong', why }
}
