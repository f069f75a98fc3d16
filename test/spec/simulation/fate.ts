import type { PortCall } from '../crash-points'
import type { Dice } from './dice'
import type { Process } from './process'
import type { Story } from './story'

/** What befalls one call of one process. */
export type Fate =
  | { readonly kind: 'fine' }
  | { readonly kind: 'die'; readonly when: 'before' | 'during' | 'after' }
  /** An error, and nothing was done. */
  | { readonly kind: 'refuse'; readonly error: Error; readonly cut: boolean }
  /** It was done, and an error is heard. */
  | { readonly kind: 'lose-answer'; readonly error: Error }
  | { readonly kind: 'freeze'; readonly when: 'before' | 'after'; readonly forMs: number; readonly zombie: boolean }

/**
 * Writes that no fence guards rest on Lambda's word that nobody outlives his timeout. So a loader that does is kept from them:
 * what is shown is that fence and ended session keep it out of the warehouse, which is where rows would be doubled.
 */
const UNFENCED: ReadonlySet<PortCall> = new Set<PortCall>([
  'arrivals.put',
  'arrivals.remove',
  'files.put',
  'files.putUnlessLoaded',
  'contents.put',
])

const FINE: Fate = { kind: 'fine' }

/** An error that the simulation has made, as the adapters throw theirs. Whatever else is thrown is a fault of the code. */
export class Injected extends Error {
  constructor(
    readonly code: string | undefined,
    message: string,
    readonly severity?: 'ERROR' | 'FATAL',
  ) {
    super(message)
  }
}

/** Throws the dice for each call. One death is told by the story; after `untilMs` nothing goes wrong any more. */
export function fates(deps: {
  readonly story: Story
  readonly dice: Dice
  readonly isFaulty: () => boolean
  /** What the calls of a service begin with that refuses nearly everything now. */
  readonly throttled: () => string | undefined
  readonly count: (fault: string) => void
}): (process: Process, call: PortCall) => Fate {
  const { story, dice, isFaulty, throttled, count } = deps
  const { odds, kill } = story
  let calls = 0

  const told = (call: PortCall): Fate | undefined => {
    if (kill === undefined || !kill.point.startsWith(`${call}:`)) return undefined
    calls += 1
    if (calls !== kill.call) return undefined
    if (kill.point.endsWith(':before')) return { kind: 'die', when: 'before' }
    return { kind: 'die', when: dice.chance(0.5) ? 'during' : 'after' }
  }
  const counted = (fate: Fate, fault: string): Fate => {
    count(fault)
    return fate
  }
  const frozen = (call: PortCall): Fate => {
    const zombie = dice.chance(odds.zombie) && !UNFENCED.has(call)
    const long = 2 * story.loadTimeoutMs + 60_000
    const forMs = (zombie ? long : dice.one([500, 5_000, 30_000, long])) * (0.5 + dice.next())
    return { kind: 'freeze', when: dice.chance(0.5) ? 'before' : 'after', forMs, zombie }
  }

  return (process, call) => {
    if (process.zombie && process.name.startsWith('load') && UNFENCED.has(call)) {
      return {
        kind: 'refuse',
        error: new Injected('ExpiredToken', `${call}: the process is beyond its time`),
        cut: false,
      }
    }
    if (!isFaulty()) return FINE
    const death = told(call)
    if (death !== undefined) return death
    if (dice.chance(odds.death)) return { kind: 'die', when: dice.one(['before', 'during', 'after']) }
    if (dice.chance(odds.freeze)) return counted(frozen(call), 'frozen process')
    if (call.startsWith('statement.')) {
      if (!dice.chance(odds.cutConnection)) return FINE
      const error = new Injected('ECONNRESET', 'read ECONNRESET')
      return dice.chance(0.5)
        ? counted({ kind: 'refuse', error, cut: true }, 'connection cut before a statement')
        : counted({ kind: 'lose-answer', error }, 'connection cut after a statement')
    }
    if (call === 'warehouses.connect') return FINE
    const service = throttled()
    if (dice.chance(service !== undefined && call.startsWith(service) ? 0.8 : odds.refusal)) {
      const error = new Injected('ThrottlingException', `${call}: Rate exceeded`)
      return counted({ kind: 'refuse', error, cut: false }, 'throttled call')
    }
    if (dice.chance(odds.lostAnswer)) {
      const error = new Injected('TimeoutError', `${call}: socket hang up`)
      return counted({ kind: 'lose-answer', error }, 'answer lost after the call was done')
    }
    return FINE
  }
}
